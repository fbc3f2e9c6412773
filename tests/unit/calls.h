/* Lets system calls of this process fail, or be its last: a filter of seccomp(2) hands
 * those of the table to a handler here, which makes them, counts them and keeps book of
 * what is not on the disk yet; fsync(2) is only believed. What is allocated is counted
 * too, and may fail. So a point costs milliseconds, where strace and a process of its own
 * cost a hundred times that. */
#ifndef TESTS_UNIT_CALLS_H
#define TESTS_UNIT_CALLS_H

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CALLS_REGISTER(context, index)                                                   \
	((context)->uc_mcontext.gregs[(const int[]){                                     \
		REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9 }[index]])
#define CALLS_RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define CALLS_REGISTER(context, index) ((context)->uc_mcontext.regs[index])
#define CALLS_RESULT(context) ((context)->uc_mcontext.regs[0])
#else
#define CALLS_UNKNOWN_MACHINE
#endif

enum {
	CALLS_MAGIC = 0x686f6c64,
	CALLS_DIED = 99,
	CALLS_ERRORS = 6,
	/* no errors, but what may come as well: */
	CALLS_SHORT = -1, /* only one byte is written or read */
	CALLS_ZERO = -2 /* the descriptor is 0, as when it was closed before us */
};

/* The leak sanitizer's own process would be watched, and can't be. */
const char *
__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* What is watched, and with what it may fail. */
static const struct calls_kind {
	const char *name;
	long number;
	int errors[CALLS_ERRORS];
	bool changes; /* something on the disk: worth dying before it */
} calls_kinds[] = {
	{ "openat", SYS_openat, { EMFILE, EACCES, EOPNOTSUPP, CALLS_ZERO }, true },
	{ "openat2", SYS_openat2, { EACCES, ENOSYS, CALLS_ZERO }, false },
	{ "read", SYS_read, { EIO, EINTR, CALLS_SHORT }, false },
	{ "pread", SYS_pread64, { EIO, EINTR, CALLS_SHORT }, false },
	{ "write", SYS_write, { ENOSPC, EINTR, CALLS_SHORT }, true },
	{ "ftruncate", SYS_ftruncate, { EIO }, true },
	{ "fsync", SYS_fsync, { EIO }, false },
	{ "getdents64", SYS_getdents64, { EIO }, false },
	{ "renameat", SYS_renameat, { EIO, ENOSPC }, true },
	{ "renameat2", SYS_renameat2, { EIO, EINVAL, ENOSYS }, true },
	{ "linkat", SYS_linkat, { ENOSPC }, true },
	{ "unlinkat", SYS_unlinkat, { EIO }, true },
	{ "mkdirat", SYS_mkdirat, { ENOSPC }, true },
#ifdef SYS_mkdir
	{ "mkdir", SYS_mkdir, { ENOSPC }, true },
#endif
	{ "fchown", SYS_fchown, { EPERM }, true },
	{ "fchmod", SYS_fchmod, { EPERM }, true },
	{ "flistxattr", SYS_flistxattr, { EIO }, false },
	{ "listxattr", SYS_listxattr, { EIO }, false },
	{ "fgetxattr", SYS_fgetxattr, { EIO }, false },
	{ "getxattr", SYS_getxattr, { EIO }, false },
	{ "fsetxattr", SYS_fsetxattr, { ENOSPC }, true },
	{ "fremovexattr", SYS_fremovexattr, { EIO, ENOTSUP }, true },
	{ "newfstatat", SYS_newfstatat, { EIO }, false },
	{ "flock", SYS_flock, { EINTR, ENOLCK }, false },
	{ "fcntl", SYS_fcntl, { EMFILE, CALLS_ZERO }, false },
	{ "ioctl", SYS_ioctl, { ENOTTY }, false },
	{ "pipe2", SYS_pipe2, { EMFILE }, false },
	{ "wait4", SYS_wait4, { EINTR }, false },
	{ "readlinkat", SYS_readlinkat, { EIO }, false },
#ifdef SYS_readlink
	{ "readlink", SYS_readlink, { EIO }, false },
#endif
};

/* Unnamed files (O_TMPFILE), the flags of renameat2(2), extended attributes, the marks of
 * chattr(1). */
enum {
	CALLS_LACK_TMPFILE = 1,
	CALLS_LACK_FLAGS = 2,
	CALLS_LACK_XATTRS = 4,
	CALLS_LACK_ALL = 7,
	CALLS_LACK_MARKS = 8,
};

enum {
	CALLS_KINDS = sizeof calls_kinds / sizeof *calls_kinds,
	CALLS_DIRTY = 64,
	CALLS_TRAIL = 4096
};

/* Which call it was, and where it was made: two of one place have the same callers. */
struct calls_step {
	const struct calls_kind *kind;
	uint64_t place;
};

static struct {
	bool on;
	long count; /* calls since calls_begin */
	long allocations; /* the same */
	long at; /* the one that fails; 0: none */
	bool from; /* and so do all of its number after it */
	/* what others do just before it: its errno, or 0; then ERROR is not met */
	int (*meanwhile)(void);
	long then; /* 0, or the number of the calls that fail with EIO after it */
	sigset_t blocked; /* the signals that could not come at it */
	long only; /* counts calls of this number only; -1: all */
	int error; /* 0: it is the last: the process goes on at CALLS.DEATH */
	sigjmp_buf death;
	const struct calls_kind *met; /* what the one at AT was */
	struct calls_step *trail; /* of the calls; NULL: none is kept */
	struct calls_step *memory_trail; /* and of the allocations */
	int lacks; /* what the file system has not: CALLS_LACK_ */
	/* what is written and not synced, by path */
	bool books;
	char dirty[CALLS_DIRTY][256];
	size_t dirty_count;
	char wrong[400]; /* the first thing out of order */
} calls = { .only = -1 };

/* The last argument says that the filter shall let it pass. */
static long
calls_make(long number, long a, long b, long c, long d, long e)
{
	return syscall(number, a, b, c, d, e, (long)CALLS_MAGIC);
}

static void
calls_path(long fd, char ret_path[256])
{
	char link[40];
	snprintf(link, sizeof link, "/proc/self/fd/%ld", fd);
	long size = calls_make(
		SYS_readlinkat, AT_FDCWD, (long)link, (long)ret_path, 255, 0);
	ret_path[size > 0 ? size : 0] = '\0';
}

static void
calls_clean(const char *path)
{
	for (size_t i = calls.dirty_count; i-- > 0;)
		if (strcmp(calls.dirty[i], path) == 0)
			memmove(calls.dirty[i], calls.dirty[--calls.dirty_count], 256);
}

static void
calls_soil(const char *path)
{
	calls_clean(path);
	if (calls.dirty_count < CALLS_DIRTY)
		memcpy(calls.dirty[calls.dirty_count++], path, 256);
}

static void
calls_late(const char *what, const char *path)
{
	if (calls.wrong[0] == '\0')
		snprintf(calls.wrong, sizeof calls.wrong, "%s before %s is synced", what,
			path);
}

static bool
calls_in_journal(const char *path)
{
	return strstr(path, "/var/lib/") != NULL || strstr(path, "/journal/") != NULL;
}

/* A name in the directory FD is about to change. What is in the journal comes before what
 * is outside, and all before a state. */
static void
calls_name(long fd, const char *name)
{
	char path[256];
	calls_path(fd, path);
	bool state = name != NULL && strcmp(name, "state") == 0;
	for (size_t i = 0; i < calls.dirty_count; i++)
		if ((state && strcmp(calls.dirty[i], path) != 0) ||
			(!calls_in_journal(path) && calls_in_journal(calls.dirty[i])))
			calls_late(state ? "a state" : "a name", calls.dirty[i]);
	calls_soil(path);
}

/* The bytes of a file come before its name. */
static void
calls_book(long number, const long *arguments, long result)
{
	char path[256];
	if (result < 0)
		return;
	if (number == SYS_fsync || number == SYS_ftruncate || number == SYS_write) {
		struct stat status;
		calls_path(arguments[0], path);
		if (calls_make(SYS_newfstatat, arguments[0], (long)"", (long)&status,
			    AT_EMPTY_PATH, 0) < 0 ||
			S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
			return;
		if (number == SYS_fsync)
			calls_clean(path);
		else
			calls_soil(path);
	} else if (number == SYS_openat && (arguments[2] & O_CREAT) != 0) {
		if (arguments[0] >= 0)
			calls_name(arguments[0], NULL);
	} else if (number == SYS_mkdirat || number == SYS_unlinkat) {
		calls_name(arguments[0], NULL);
	} else if (number == SYS_renameat || number == SYS_renameat2 ||
		number == SYS_linkat) {
		calls_name(arguments[2], (const char *)arguments[3]);
	}
}

static uint64_t
calls_place(void)
{
	void *frames[48];
	uint64_t place = 0;
	for (int i = backtrace(frames, 48); i-- > 0;)
		place = place * 1099511628211U + (uintptr_t)frames[i];
	return place;
}

static const struct calls_kind *
calls_kind_of(long number)
{
	size_t i = 0;
	while (i + 1 < CALLS_KINDS && calls_kinds[i].number != number)
		i++;
	return &calls_kinds[i];
}

static bool
calls_meets(long number)
{
	if (calls.then > 0 && calls.then == number && calls.met != NULL)
		return true;
	if (calls.only >= 0 && calls.only != number)
		return false;
	calls.count++;
	if (calls.trail != NULL && calls.count < CALLS_TRAIL)
		calls.trail[calls.count] = (struct calls_step){ calls_kind_of(number),
			calls_place() };
	return calls.count == calls.at ||
		(calls.from && calls.met != NULL && calls.met->number == number);
}

/* What a file system that lacks something says to this; 0: nothing. */
static int
calls_lacks(long number, const long *arguments)
{
	bool xattrs = number == SYS_flistxattr || number == SYS_listxattr ||
		number == SYS_fremovexattr;
	if ((calls.lacks & CALLS_LACK_FLAGS) != 0 && number == SYS_renameat2 &&
		arguments[4] != 0)
		return EINVAL;
	if ((calls.lacks & CALLS_LACK_TMPFILE) != 0 && number == SYS_openat &&
		(arguments[2] & O_TMPFILE) == O_TMPFILE)
		return EOPNOTSUPP;
	if ((calls.lacks & CALLS_LACK_MARKS) != 0 && number == SYS_ioctl)
		return ENOTTY;
	return (calls.lacks & CALLS_LACK_XATTRS) != 0 && xattrs ? ENOTSUP : 0;
}

static void
calls_handle(int signal, siginfo_t *info, void *data)
{
	ucontext_t *context = data;
	long number = info->si_syscall, arguments[6], result;
	int saved = errno;
	(void)signal;
	for (int i = 0; i < 6; i++)
		arguments[i] = (long)CALLS_REGISTER(context, i);
	bool first = calls.met == NULL, meets = calls.on && calls_meets(number);
	int error = calls.then > 0 && !first ? EIO : calls.error;
	if (meets) {
		calls.met = calls_kind_of(number);
		calls.blocked = context->uc_sigmask;
		if (calls.meanwhile != NULL) {
			calls.on = false;
			error = calls.meanwhile();
			calls.on = true;
		}
		if (calls.error == 0)
			siglongjmp(calls.death, CALLS_DIED);
		if (calls.error == CALLS_SHORT && arguments[2] > 1)
			arguments[2] = 1;
		if (calls.error == CALLS_ZERO)
			calls_make(SYS_close, 0, 0, 0, 0, 0);
	}
	if (meets && error > 0) {
		result = -error;
	} else if (calls.on && calls_lacks(number, arguments) != 0) {
		result = -calls_lacks(number, arguments);
	} else {
		/* nobody pulls the plug here */
		result = number == SYS_fsync
			? 0
			: calls_make(number, arguments[0], arguments[1], arguments[2],
				  arguments[3], arguments[4]);
		result = result < 0 ? -errno : result;
		if (calls.on && calls.books)
			calls_book(number, arguments, result);
	}
	errno = saved;
	CALLS_RESULT(context) = result;
}

/* From now on the calls of this process go through the handler, which lets them pass
 * unless calls.on. There is no way back: cmocka, for one, has a handler of its own. */
static inline bool
calls_install(void)
{
#ifdef CALLS_UNKNOWN_MACHINE
	return false;
#endif
	struct sock_filter filter[2 * CALLS_KINDS + 5];
	size_t size = 0;
	struct sigaction action = { .sa_sigaction = calls_handle,
		.sa_flags = SA_SIGINFO | SA_NODEFER };
	size_t low = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;
	filter[size++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		(uint32_t)(offsetof(struct seccomp_data, args[5]) + low));
	filter[size++] = (struct sock_filter)BPF_JUMP(
		BPF_JMP | BPF_JEQ | BPF_K, CALLS_MAGIC, 2 * CALLS_KINDS + 1, 0);
	filter[size++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < CALLS_KINDS; i++) {
		filter[size++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls_kinds[i].number, 0, 1);
		filter[size++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	}
	filter[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { (unsigned short)size, filter };
	return sigaction(SIGSYS, &action, NULL) == 0 &&
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The AT-th call from now on (of number ONLY; -1: of all) meets ERROR. */
static inline void
calls_begin(long only, long at, int error)
{
	calls.only = only;
	calls.at = at;
	calls.from = false;
	calls.then = 0;
	calls.meanwhile = NULL;
	calls.error = error;
	calls.count = calls.allocations = 0;
	calls.met = NULL;
	calls.dirty_count = 0;
	calls.wrong[0] = '\0';
	calls.on = true;
}

static inline void
calls_end(void)
{
	calls.on = false;
	calls.from = calls.books = false;
	calls.lacks = 0;
	calls.trail = calls.memory_trail = NULL;
}

/* How many blocks of memory are in use, and the number of the allocation that fails; 0:
 * none. A sanitizer has its own. */
static long calls_blocks __attribute__((unused)), calls_starve __attribute__((unused));

#ifdef __SANITIZE_ADDRESS__
enum { CALLS_COUNT_MEMORY = false };
#else
enum { CALLS_COUNT_MEMORY = true };

extern void *
__libc_malloc(size_t size);
extern void *
__libc_calloc(size_t count, size_t size);
extern void *
__libc_realloc(void *old, size_t size);
extern void
__libc_free(void *old);

static bool
calls_starves(void)
{
	if (calls.on && ++calls.allocations < CALLS_TRAIL && calls.memory_trail != NULL)
		calls.memory_trail[calls.allocations].place = calls_place();
	if (calls_starve > 0 && --calls_starve == 0) {
		errno = ENOMEM;
		return true;
	}
	return false;
}

void *
malloc(size_t size)
{
	if (calls_starves())
		return NULL;
	calls_blocks++;
	return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	if (calls_starves())
		return NULL;
	calls_blocks++;
	return __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	if (calls_starves())
		return NULL;
	calls_blocks += old == NULL;
	return __libc_realloc(old, size);
}

void
free(void *old)
{
	calls_blocks -= old != NULL;
	__libc_free(old);
}
#endif

/* How many descriptors are open; poll(2) would not see those of O_PATH. */
static int __attribute__((noinline, unused)) calls_descriptors(void)
{
	int count = 0;
	for (int fd = 0; fd < 64; fd++)
		count += calls_make(SYS_fcntl, fd, F_GETFD, 0, 0, 0) >= 0;
	/* the mark would stay in a register that a call of fewer arguments does not set,
	 * and let it pass */
	syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
	return count;
}

#endif
