#include "base/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "name this machine's AUDIT_ARCH_ value here"
#endif

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

#define ALLOW(number)                                                                    \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                             \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int
filter_calls(struct error *err)
{
	static const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_read),
		ALLOW(SYS_write),
		ALLOW(SYS_writev),
		ALLOW(SYS_brk),
#ifdef SYS_mmap
		ALLOW(SYS_mmap), /* anonymous in effect: there is no file to map */
#endif
#ifdef SYS_mmap2
		ALLOW(SYS_mmap2),
#endif
		ALLOW(SYS_munmap),
		ALLOW(SYS_mremap),
		ALLOW(SYS_madvise),
		ALLOW(SYS_restart_syscall),
		ALLOW(SYS_exit),
		ALLOW(SYS_exit_group),
#ifdef __SANITIZE_ADDRESS__
		ALLOW(SYS_getpid), /* its report, before it dies */
		ALLOW(SYS_gettid),
		ALLOW(SYS_sched_yield),
		ALLOW(SYS_futex),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = { .len = sizeof filter / sizeof *filter,
		.filter = (struct sock_filter *)filter };
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return error_set(err, "can't filter system calls: %s", strerror(errno));
	return 0;
}

/* A second wall behind the filter. A kernel without Landlock is no error. */
static int
deny_files(struct error *err)
{
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1
	};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
	if (ruleset < 0)
		return 0;
	long result = syscall(SYS_landlock_restrict_self, ruleset, 0);
	int saved = errno;
	close(ruleset);
	return result == 0 ? 0 : error_set(err, "Landlock refuses: %s", strerror(saved));
}

static int
limit(int resource, rlim_t value, struct error *err)
{
	const struct rlimit both = { value, value };
	if (setrlimit(resource, &both) < 0)
		return error_set(err, "can't set a limit: %s", strerror(errno));
	return 0;
}

/* Bytes of address space that the process has; statm's first field, proc(5). */
static size_t
memory_in_use(void)
{
	unsigned long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");
	if (statm == NULL)
		return 0;
	if (fscanf(statm, "%lu", &pages) != 1)
		pages = 0;
	fclose(statm);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

int
confine_to_computing(int fd, size_t memory_max, unsigned cpu_max, struct error *err)
{
	/* the sanitizer maps terabytes of shadow memory */
	if (!SANITIZED && limit(RLIMIT_AS, memory_in_use() + memory_max, err) < 0)
		return -1;
	if (limit(RLIMIT_CPU, cpu_max, err) < 0 || limit(RLIMIT_CORE, 0, err) < 0 ||
		limit(RLIMIT_FSIZE, 0, err) < 0 || limit(RLIMIT_NPROC, 0, err) < 0)
		return -1;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, "can't give up rights: %s", strerror(errno));
	if (fd != STDIN_FILENO && dup2(fd, STDIN_FILENO) < 0)
		return error_set(err, "can't keep a descriptor: %s", strerror(errno));
	if (syscall(SYS_close_range, STDIN_FILENO + 1, ~0u, 0) < 0)
		return error_set(err, "can't close descriptors: %s", strerror(errno));
	return deny_files(err) < 0 ? -1 : filter_calls(err);
}
