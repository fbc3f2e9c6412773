/* What surrounds the PAM module under the fuzzer: PAM's items, accounts and groups, the
 * files that it opens, the terminal and the logs, each as struct world says. Linked with
 * --wrap, so that nothing of the machine is asked. */
#ifndef TESTS_FUZZ_MODULE_WORLD_H
#define TESTS_FUZZ_MODULE_WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libaudit.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pam_module/terminal.h"

/* ld(1), --wrap */
int
__wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
	struct passwd **ret_entry);
int
__wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
	struct group **ret_entry);
int
__wrap_getgrouplist(const char *name, gid_t gid, gid_t *groups, int *count);
int
__wrap_open(const char *path, int flags, ...);
int
__real_open(const char *path, int flags, ...);
ssize_t
__wrap_read(int fd, void *buffer, size_t size);
ssize_t
__real_read(int fd, void *buffer, size_t size);
int
__wrap_fstat(int fd, struct stat *status);
int
__real_fstat(int fd, struct stat *status);
int
__wrap_isatty(int fd);
int
__real_isatty(int fd);

enum { WORLD_GROUPS = 100 };

struct world_account {
	const char *name;
	uid_t uid;
	gid_t gid;
	gid_t more; /* another group; 0: none */
};

/* "many" is in WORLD_GROUPS groups besides. */
static const struct world_account world_accounts[] = {
	{ "root", 0, 0, 0 },
	{ "toor", 0, 100, 0 },
	{ "alice", 1000, 1000, 10 },
	{ "bob", 1001, 100, 0 },
	{ "many", 1002, 1002, 0 },
	{ "last", 4294967294, 1000, 0 },
};
static const char world_passwd[] =
	"root:x:0:0:root:/root:/bin/sh\nto:x:0:0::/:\ntoo:x:1:0::/:\nalice:x:1000:0:::\n"
	"bob:x:1001:0:0:0:\n+many::0:0:::\nlast:x:00:0::/:\ntoor:x:0:100::/:";

static const struct {
	const char *name;
	gid_t gid;
} world_groups[] = { { "wheel", 10 }, { "users", 100 }, { "hundred", 5100 },
	{ "alice", 1000 } };

enum world_fd { WORLD_CONF, WORLD_STAT, WORLD_PASSWD, WORLD_FDS };

/* All zero: nothing is in the way. */
struct world {
	const char *items[PAM_RHOST + 1]; /* by type; NULL: not set */
	int account_error; /* of getpwnam_r; ERANGE: with less than 4096 bytes */
	int group_error; /* of getgrnam_r, for "broken" */
	bool list_fails; /* getgrouplist never has enough room */
	struct {
		const char *text;
		size_t size;
		int error; /* of open */
	} files[WORLD_FDS];
	uid_t owner; /* of console.conf */
	mode_t mode; /* and its type */
	bool grows; /* it is longer than fstat tells */
	size_t chunk; /* most bytes of one read; 0: all */
	bool read_fails;
	enum terminal terminal; /* that WORLD_STAT tells; TERMINAL_UNKNOWN: any text */
	bool stdin_is_terminal;
	dev_t stdin_device;
	int audit_error; /* of audit_open, below 0 of the sending */

	/* what became of it */
	bool is_running;
	int opened[WORLD_FDS]; /* descriptors, -1 */
	int audit_fd;
	bool is_interrupted; /* the next read */
	unsigned refusals; /* records sent */
};

static struct world world;
static int memfds[WORLD_FDS]; /* what is opened is a copy of one */

static void
world_assert(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "module: %s\n", what);
	abort();
}

static const struct world_account *
world_account(const char *name)
{
	for (size_t i = 0; i < sizeof world_accounts / sizeof *world_accounts; i++)
		if (strcmp(world_accounts[i].name, name) == 0)
			return &world_accounts[i];
	return NULL;
}

/* --- PAM and the logs ----------------------------------------------------------------
 */

int
pam_get_item(const pam_handle_t *handle, int type, const void **ret_item)
{
	world_assert((const void *)handle == (const void *)&world, "another's handle");
	world_assert(type > 0 && type <= PAM_RHOST, "an item that it needs not");
	*ret_item = world.items[type];
	return PAM_SUCCESS;
}

void
pam_syslog(const pam_handle_t *handle, int priority, const char *format, ...)
{
	char line[1024];
	va_list args;
	(void)handle, (void)priority;
	va_start(args, format);
	int size = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	/* the module's own words and what report_word makes of others' */
	for (int i = 0; i < size && i < (int)sizeof line - 1; i++)
		world_assert((unsigned char)line[i] >= ' ' && line[i] != 0x7f,
			"a control byte in the system log");
}

int
audit_open(void)
{
	if (world.audit_error > 0) {
		errno = world.audit_error;
		return -1;
	}
	return world.audit_fd = dup(STDERR_FILENO);
}

int
audit_log_acct_message(int fd, int type, const char *program, const char *op,
	const char *name, unsigned id, const char *host, const char *address,
	const char *tty, int result)
{
	(void)program;
	world_assert(fd == world.audit_fd && type == AUDIT_ANOM_LOGIN_LOCATION &&
			id == (unsigned)-1 && result == 0,
		"a wrong record");
	world_assert(host == NULL && address == NULL, "libaudit would ask DNS");
	world_assert(name == world.items[PAM_USER], "a record of another");
	world_assert(strpbrk(tty, " \t\n\"") == NULL, "a field of its own in the record");
	world_assert(strncmp(op, "console-login ", 14) == 0, "the operation");
	world.refusals++;
	return world.audit_error < 0 ? world.audit_error : 1;
}

/* --- accounts ------------------------------------------------------------------------
 */

int
__wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
	struct passwd **ret_entry)
{
	const struct world_account *account = world_account(name);
	*ret_entry = NULL;
	if (world.account_error != 0 && (world.account_error != ERANGE || size < 4096))
		return world.account_error;
	memset(buffer, 'x', size);
	if (account == NULL)
		return 0;
	*entry = (struct passwd){ .pw_uid = account->uid, .pw_gid = account->gid };
	*ret_entry = entry;
	return 0;
}

int
__wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
	struct group **ret_entry)
{
	*ret_entry = NULL;
	if (strcmp(name, "broken") == 0 && world.group_error != 0)
		return world.group_error;
	if (strcmp(name, "hundred") == 0 && size < 3000)
		return ERANGE;
	memset(buffer, 'x', size);
	for (size_t i = 0; i < sizeof world_groups / sizeof *world_groups; i++)
		if (strcmp(world_groups[i].name, name) == 0) {
			*entry = (struct group){ .gr_gid = world_groups[i].gid };
			*ret_entry = entry;
		}
	return 0;
}

int
__wrap_getgrouplist(const char *name, gid_t gid, gid_t *groups, int *count)
{
	const struct world_account *account = world_account(name);
	int room = *count, needed = 0;
	world_assert(account != NULL, "the groups of nobody");
	gid_t all[WORLD_GROUPS + 2];
	all[needed++] = gid;
	if (account->more != 0)
		all[needed++] = account->more;
	for (gid_t i = 1; strcmp(name, "many") == 0 && i <= WORLD_GROUPS; i++)
		all[needed++] = 5000 + i;
	*count = needed;
	memcpy(groups, all, (size_t)(needed < room ? needed : room) * sizeof *all);
	return needed > room || world.list_fails ? -1 : needed;
}

/* --- files and the terminal ----------------------------------------------------------
 */

int
__wrap_open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = (flags & O_CREAT) != 0 ? va_arg(args, int) : 0;
	va_end(args);
	if (!world.is_running)
		return __real_open(path, flags, mode);
	enum world_fd which = strcmp(path, "/proc/self/stat") == 0 ? WORLD_STAT
		: strcmp(path, "/etc/passwd") == 0                 ? WORLD_PASSWD
								   : WORLD_CONF;
	world_assert((flags & O_CLOEXEC) != 0 && (flags & O_ACCMODE) == O_RDONLY,
		"a descriptor for others");
	world_assert(which != WORLD_CONF ||
			((flags & O_NOFOLLOW) != 0 && (flags & O_NONBLOCK) != 0),
		"a link or a FIFO is followed");
	if (world.files[which].error != 0) {
		errno = world.files[which].error;
		return -1;
	}
	int fd = memfds[which];
	ssize_t size = (ssize_t)world.files[which].size;
	world_assert(ftruncate(fd, 0) == 0 &&
			pwrite(fd, world.files[which].text, (size_t)size, 0) == size &&
			lseek(fd, 0, SEEK_SET) == 0,
		"a memfd can't be written");
	world.is_interrupted = world.chunk > 0;
	return world.opened[which] = dup(fd);
}

ssize_t
__wrap_read(int fd, void *buffer, size_t size)
{
	if (!world.is_running)
		return __real_read(fd, buffer, size);
	if (world.is_interrupted) {
		world.is_interrupted = false;
		errno = EINTR;
		return -1;
	}
	if (world.read_fails && fd == world.opened[WORLD_CONF]) {
		errno = EIO;
		return -1;
	}
	if (world.chunk > 0 && size > world.chunk)
		size = world.chunk;
	return __real_read(fd, buffer, size);
}

int
__wrap_fstat(int fd, struct stat *status)
{
	if (!world.is_running)
		return __real_fstat(fd, status);
	*status = (struct stat){ .st_mode = S_IFREG | 0644 };
	if (fd == world.opened[WORLD_CONF]) {
		status->st_uid = world.owner;
		status->st_mode = world.mode;
		status->st_size = (off_t)world.files[WORLD_CONF].size - world.grows;
	} else if (fd == STDIN_FILENO) {
		status->st_mode = world.stdin_is_terminal ? S_IFCHR : S_IFREG;
		status->st_rdev = world.stdin_device;
	} else {
		world_assert(fd == world.opened[WORLD_PASSWD], "fstat of what");
	}
	return 0;
}

int
__wrap_isatty(int fd)
{
	if (!world.is_running)
		return __real_isatty(fd);
	world_assert(fd == STDIN_FILENO, "isatty of what");
	return world.stdin_is_terminal;
}

static void
world_begin(void)
{
	for (size_t i = 0; i < WORLD_FDS; i++) {
		if (memfds[i] == 0)
			memfds[i] = memfd_create("world", MFD_CLOEXEC);
		world.opened[i] = -1;
	}
	world.audit_fd = -1;
	world.refusals = 0;
	world.is_running = true;
}

static void
world_end(void)
{
	world.is_running = false;
	for (size_t i = 0; i < WORLD_FDS; i++)
		world_assert(world.opened[i] < 0 || fcntl(world.opened[i], F_GETFD) < 0,
			"a file stays open");
	world_assert(world.audit_fd < 0 || fcntl(world.audit_fd, F_GETFD) < 0,
		"the audit socket stays open");
}

/* Where the login is. Of a text that is no kernel's the module's own reading is taken. */
static enum terminal
world_terminal(void)
{
	if (world.files[WORLD_STAT].error == 0 && world.terminal == TERMINAL_UNKNOWN) {
		world_begin();
		enum terminal terminal = terminal_here();
		world_end();
		return terminal;
	}
	if (world.files[WORLD_STAT].error == 0 && world.terminal != TERMINAL_NONE)
		return world.terminal;
	if (world.stdin_is_terminal)
		return major(world.stdin_device) == 136 ? TERMINAL_PTS : TERMINAL_CONSOLE;
	return world.files[WORLD_STAT].error != 0 ? TERMINAL_UNKNOWN : TERMINAL_NONE;
}

/* Asks the module. */
static int
world_ask(int argc, const char **argv)
{
	world_begin();
	int code = pam_sm_acct_mgmt((pam_handle_t *)&world, 0, argc, argv);
	world_end();
	return code;
}

#endif
