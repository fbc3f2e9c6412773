/* read_only PROGRAM [ARG]...: runs it where Landlock refuses every change of a file:
 * content, names, types, devices' ioctl. Exits with 77 where the kernel has no Landlock.
 */
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	/* all rights of the first version but to read and to run */
	struct landlock_ruleset_attr writing = {
		.handled_access_fs = ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) &
			~(uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE |
				LANDLOCK_ACCESS_FS_READ_FILE |
				LANDLOCK_ACCESS_FS_READ_DIR)
	};
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (argc < 2 || version < 1)
		return 77;
	if (version >= 3)
		writing.handled_access_fs |= 1 << 14; /* LANDLOCK_ACCESS_FS_TRUNCATE */
	int ruleset = (int)syscall(
		SYS_landlock_create_ruleset, &writing, sizeof writing, 0);
	if (ruleset < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) {
		perror("landlock");
		return 77;
	}
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 77;
}
