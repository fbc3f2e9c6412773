#include "base/confine.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

/* A sanitizer maps terabytes of shadow memory, and looks for leaks with ptrace(2). */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

/* `make coverage`: each process writes down at its end which lines it ran. */
#ifdef COUNT_LINES
enum { COUNTED = true };
#else
enum { COUNTED = false };
#endif

/* Landlock's rights and scopes by version, landlock(7); <linux/landlock.h> may be older
 * than the kernel. */
enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_NAMES = ((1 << 9) - 1) << 4, /* to make and remove any kind of file */
	FS_VERSION_1 = (1 << 13) - 1,
	FS_VERSION_2 = (1 << 14) - 1, /* rename to another directory */
	FS_TRUNCATE = 1 << 14,
	FS_VERSION_3 = (1 << 15) - 1,
	FS_VERSION_5 = (1 << 16) - 1, /* a device's ioctl */
	NET_VERSION_4 = (1 << 2) - 1, /* TCP: bind, connect */
	SCOPE_VERSION_6 = (1 << 2) - 1, /* abstract sockets and signals of others */
};

struct ruleset {
	uint64_t files, net, scope;
};

/* Directories in which more is kept, with all that lies below them. */
struct places {
	const int *directories;
	size_t count;
	uint64_t kept;
};

/* FILES: what RULESET takes away. */
static int
add_places(int ruleset, const struct places *places, uint64_t files)
{
	for (size_t i = 0; places != NULL && i < places->count; i++) {
		const struct landlock_path_beneath_attr rule = {
			.allowed_access = places->kept & files,
			.parent_fd = places->directories[i],
		};
		if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
			    &rule, 0) < 0)
			return -1;
	}
	return 0;
}

/* Takes away all that Landlock knows of but the rights KEPT to files, and those that
 * PLACES (may be NULL) has. A kernel without it is no error: see what the callers have
 * besides. */
static int
restrict_files(uint64_t kept, const struct places *places, struct error *err)
{
	struct ruleset rules = { .net = NET_VERSION_4, .scope = SCOPE_VERSION_6 };
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1)
		return 0;
	rules.files = (version >= 5                  ? FS_VERSION_5
				      : version >= 3 ? FS_VERSION_3
				      : version == 2 ? FS_VERSION_2
						     : FS_VERSION_1) &
		~kept;
	size_t size = version >= 6 ? sizeof rules
		: version >= 4     ? offsetof(struct ruleset, scope)
				   : offsetof(struct ruleset, net);
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	long result = ruleset < 0 || add_places(ruleset, places, rules.files) < 0
		? -1
		: syscall(SYS_landlock_restrict_self, ruleset, 0);
	int saved = errno;
	if (ruleset >= 0)
		close(ruleset);
	return result == 0 ? 0 : error_set(err, "Landlock refuses: %s", strerror(saved));
}

#define LOAD(field)                                                                      \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The low word of an argument. */
#define LOAD_ARGUMENT(index)                                                             \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                                               \
		offsetof(struct seccomp_data, args[index]) +                             \
			(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW(number)                                                                    \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), RETURN(SECCOMP_RET_ALLOW)
#define FAIL(number) (SECCOMP_RET_ERRNO | (number))
#define FORBID(number)                                                                   \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), RETURN(FAIL(EACCES))
/* What every filter begins with: calls of another machine's numbering end the process. */
#define OWN_NUMBERS                                                                      \
	LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),             \
		RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr)

static int
filter_calls(const struct sock_filter *filter, size_t count, struct error *err)
{
	const struct sock_fprog program = { .len = (unsigned short)count,
		.filter = (struct sock_filter *)filter };
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return error_set(err, "can't filter system calls: %s", strerror(errno));
	return 0;
}

/* Filters are put together of these. */
struct piece {
	const struct sock_filter *filter;
	size_t count;
};

#define PIECE(array) ((struct piece){ (array), sizeof(array) / sizeof *(array) })
enum { FILTER_MAX = 400 };

/* All the PIECES, of which there are COUNT, as one. */
static int
filter_pieces(const struct piece *pieces, size_t count, struct error *err)
{
	struct sock_filter filter[FILTER_MAX];
	size_t size = 0;
	for (size_t i = 0; i < count; i++) {
		if (size + pieces[i].count > FILTER_MAX)
			return error_set(err, "the filter of system calls is too long");
		memcpy(filter + size, pieces[i].filter, pieces[i].count * sizeof *filter);
		size += pieces[i].count;
	}
	return filter_calls(filter, size, err);
}

static const struct sock_filter computing[] = {
	OWN_NUMBERS,
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
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

static const struct sock_filter own_numbers[] = { OWN_NUMBERS };

/* No opening to write: for kernels without Landlock. */
static const struct sock_filter no_writing[] = {
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
	LOAD_ARGUMENT(2),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1),
	RETURN(FAIL(EROFS)),
	RETURN(SECCOMP_RET_ALLOW),
};

/* What a journal is kept with, and a plan saved. */
static const struct sock_filter keeping[] = {
	ALLOW(SYS_openat),
	ALLOW(SYS_mkdirat),
	ALLOW(SYS_linkat),
	ALLOW(SYS_unlinkat),
#ifdef SYS_renameat
	ALLOW(SYS_renameat),
#endif
	ALLOW(SYS_renameat2),
	ALLOW(SYS_ftruncate),
#ifdef SYS_ftruncate64
	ALLOW(SYS_ftruncate64),
#endif
	ALLOW(SYS_fsync),
	ALLOW(SYS_umask),
	/* what the files carry that are to be changed */
	ALLOW(SYS_listxattr),
	ALLOW(SYS_getxattr),
};

/* What is not here, nor in the pieces that go with it, does not exist for the process
 * (ENOSYS): for a call newer than this list the C library then takes an older one. Above
 * all it has no call that changes a file's mode, owner, times or attributes, which
 * Landlock lets pass, and none that runs a program or connects. */
static const struct sock_filter reading[] = {
	/* the kernel's audit log */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
	LOAD_ARGUMENT(0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0),
	RETURN(FAIL(EAFNOSUPPORT)),
	RETURN(SECCOMP_RET_ALLOW),
	/* no other: TIOCSTI puts words into the mouth of who sits at the terminal */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 5),
	LOAD_ARGUMENT(1),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCGETS, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCGWINSZ, 1, 0),
	RETURN(FAIL(ENOTTY)),
	RETURN(SECCOMP_RET_ALLOW),
	/* files */
	ALLOW(SYS_openat2),
	ALLOW(SYS_close),
	ALLOW(SYS_read),
	ALLOW(SYS_pread64),
	ALLOW(SYS_write),
	ALLOW(SYS_writev),
	ALLOW(SYS_lseek),
	ALLOW(SYS_getdents64),
	ALLOW(SYS_readlinkat),
	ALLOW(SYS_faccessat),
	ALLOW(SYS_faccessat2),
	ALLOW(SYS_statx),
	ALLOW(SYS_statfs),
	ALLOW(SYS_fstatfs),
	ALLOW(SYS_getcwd),
	ALLOW(SYS_dup),
	ALLOW(SYS_dup3),
	ALLOW(SYS_close_range),
	ALLOW(SYS_flock),
#ifdef SYS_fstat
	ALLOW(SYS_fstat),
#endif
#ifdef SYS_newfstatat
	ALLOW(SYS_newfstatat),
#endif
#ifdef SYS_fcntl
	ALLOW(SYS_fcntl),
#endif
#ifdef SYS_access /* machines with the old calls have these too */
	ALLOW(SYS_access),
	ALLOW(SYS_stat),
	ALLOW(SYS_lstat),
	ALLOW(SYS_readlink),
	ALLOW(SYS_dup2),
	ALLOW(SYS_poll),
#endif
#ifdef SYS_fstatat64 /* 32 bits */
	ALLOW(SYS_fstatat64),
	ALLOW(SYS_fstat64),
	ALLOW(SYS_stat64),
	ALLOW(SYS_lstat64),
	ALLOW(SYS_statfs64),
	ALLOW(SYS_fstatfs64),
	ALLOW(SYS_fcntl64),
	ALLOW(SYS__llseek),
	ALLOW(SYS_mmap2),
	ALLOW(SYS_clock_gettime64),
	ALLOW(SYS_clock_nanosleep_time64),
	ALLOW(SYS_ppoll_time64),
	ALLOW(SYS_futex_time64),
	ALLOW(SYS_getuid32),
	ALLOW(SYS_geteuid32),
	ALLOW(SYS_getgid32),
	ALLOW(SYS_getegid32),
	ALLOW(SYS_ugetrlimit),
	ALLOW(SYS_setrlimit),
	ALLOW(SYS_socketcall), /* what it calls can't be told: Landlock alone */
#endif
/* memory */
#ifdef SYS_mmap
	ALLOW(SYS_mmap),
#endif
	ALLOW(SYS_munmap),
	ALLOW(SYS_mremap),
	ALLOW(SYS_mprotect),
	ALLOW(SYS_madvise),
	ALLOW(SYS_brk),
	/* processes of its own, and what the parsing process gives up */
	ALLOW(SYS_clone),
	ALLOW(SYS_wait4),
	ALLOW(SYS_waitid),
	ALLOW(SYS_kill),
	ALLOW(SYS_tgkill),
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),
	ALLOW(SYS_prctl),
	ALLOW(SYS_prlimit64),
	ALLOW(SYS_capget),
	ALLOW(SYS_capset),
	ALLOW(SYS_landlock_create_ruleset),
	ALLOW(SYS_landlock_restrict_self),
	ALLOW(SYS_sched_getaffinity),
	ALLOW(SYS_sched_setaffinity),
	ALLOW(SYS_sched_yield),
	ALLOW(SYS_set_robust_list),
	ALLOW(SYS_set_tid_address),
	ALLOW(SYS_rseq),
	ALLOW(SYS_futex),
	ALLOW(SYS_getcpu),
	ALLOW(SYS_getpid),
	ALLOW(SYS_getppid),
	ALLOW(SYS_gettid),
	ALLOW(SYS_getuid),
	ALLOW(SYS_geteuid),
	ALLOW(SYS_getgid),
	ALLOW(SYS_getegid),
	ALLOW(SYS_setrlimit),
	ALLOW(SYS_getrlimit),
	/* signals, time, the system's name */
	ALLOW(SYS_rt_sigaction),
	ALLOW(SYS_rt_sigprocmask),
	ALLOW(SYS_rt_sigreturn),
	ALLOW(SYS_sigaltstack),
	ALLOW(SYS_restart_syscall),
	ALLOW(SYS_ppoll),
	ALLOW(SYS_clock_gettime),
	ALLOW(SYS_clock_nanosleep),
	ALLOW(SYS_nanosleep),
	ALLOW(SYS_gettimeofday),
	ALLOW(SYS_getrandom),
	ALLOW(SYS_uname),
	ALLOW(SYS_sysinfo),
	/* between its processes, and to the audit log */
	ALLOW(SYS_socketpair),
	ALLOW(SYS_sendto),
	ALLOW(SYS_sendmsg),
	ALLOW(SYS_recvfrom),
	ALLOW(SYS_recvmsg),
	ALLOW(SYS_shutdown),
	ALLOW(SYS_getsockname),
	ALLOW(SYS_getsockopt),
	ALLOW(SYS_setsockopt),
	RETURN(FAIL(ENOSYS)),
};

/* Capabilities, capabilities(7): leaves those in KEPT. Nothing is asked of the kernel
 * where there is nothing to take: a service may not be allowed to ask. */
static int
keep_capabilities(uint64_t kept, struct error *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2];
	bool more = false;
	if (syscall(SYS_capget, &header, sets) < 0)
		return error_set(err, "can't see its capabilities: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		uint32_t kept_here = (uint32_t)(kept >> (32 * i));
		more = more ||
			((sets[i].permitted | sets[i].inheritable) & ~kept_here) != 0;
		sets[i].permitted &= kept_here;
		sets[i].effective &= kept_here;
		sets[i].inheritable = 0;
	}
	if (more && syscall(SYS_capset, &header, sets) < 0)
		return error_set(err, "can't drop capabilities: %s", strerror(errno));
	return 0;
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
	return restrict_files(0, NULL, err) < 0
		? -1
		: filter_calls(computing, sizeof computing / sizeof *computing, err);
}

int
confine_to_reading(struct error *err)
{
	const uint64_t kept = 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_AUDIT_WRITE;
	if (COUNTED)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, "can't give up rights: %s", strerror(errno));
	if (keep_capabilities(kept, err) < 0 ||
		restrict_files(FS_READ_FILE | FS_READ_DIR, NULL, err) < 0)
		return -1;
	const struct piece pieces[] = { PIECE(own_numbers), PIECE(no_writing),
		PIECE(reading) };
	return SANITIZED ? 0 : filter_pieces(pieces, 3, err);
}

int
confine_to_asking(struct error *err)
{
	static const char *const writable[] = { "/dev/null", "/dev/shm" };
	int places_fd[2];
	const struct places places = { places_fd, 2, FS_WRITE_FILE };
	if (syscall(SYS_landlock_create_ruleset, NULL, 0,
		    LANDLOCK_CREATE_RULESET_VERSION) < 1)
		return error_set(err,
			"the kernel has no Landlock, without which nothing keeps a "
			"program from writing");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, "can't give up rights: %s", strerror(errno));
	for (size_t i = 0; i < 2; i++)
		places_fd[i] = open(writable[i], O_PATH | O_CLOEXEC);
	int result = places_fd[0] < 0 || places_fd[1] < 0
		? error_set(err, "/dev/null or /dev/shm: %s", strerror(errno))
		: restrict_files(FS_READ_FILE | FS_READ_DIR | FS_EXECUTE, &places, err);
	for (size_t i = 0; i < 2; i++)
		if (places_fd[i] >= 0)
			close(places_fd[i]);
	return result;
}

int
confine_to_keeping(
	const int *directories, size_t count, bool sees_attributes, struct error *err)
{
	/* security.* and trusted.* attributes, xattr(7) */
	const uint64_t seeing = 1ull << CAP_SYS_ADMIN | 1ull << CAP_MAC_ADMIN;
	const struct places places = { directories, count,
		FS_WRITE_FILE | FS_NAMES | FS_TRUNCATE };
	if (COUNTED)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, "can't give up rights: %s", strerror(errno));
	if (keep_capabilities(1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_AUDIT_WRITE |
			    (sees_attributes ? seeing : 0),
		    err) < 0 ||
		restrict_files(FS_READ_FILE | FS_READ_DIR, &places, err) < 0)
		return -1;
	const struct piece pieces[] = { PIECE(own_numbers), PIECE(keeping),
		PIECE(reading) };
	return SANITIZED ? 0 : filter_pieces(pieces, 3, err);
}

/* What a file is read, made and given its owner, mode and attributes with. The last two
 * are for security.* and trusted.* attributes, xattr(7): without the first of them the
 * latter are not even listed. */
static const uint64_t CHANGING = 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_DAC_OVERRIDE |
	1ull << CAP_CHOWN | 1ull << CAP_FOWNER | 1ull << CAP_FSETID |
	1ull << CAP_SETFCAP | 1ull << CAP_SYS_ADMIN | 1ull << CAP_MAC_ADMIN;

/* What no file is changed with and CAP_SYS_ADMIN opens: programs, sockets, others'
 * memory, other views of the file system, the kernel itself. */
static const struct sock_filter changing[] = {
	OWN_NUMBERS,
	FORBID(SYS_execve),
	FORBID(SYS_execveat),
	/* but to the kernel, for its audit log */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
	LOAD_ARGUMENT(0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0),
	RETURN(FAIL(EACCES)),
	RETURN(SECCOMP_RET_ALLOW),
	FORBID(SYS_connect),
	/* its requests are not seen here, and sockets are among them */
	FORBID(SYS_io_uring_setup),
	FORBID(SYS_ptrace),
	FORBID(SYS_process_vm_writev),
	FORBID(SYS_mount),
	FORBID(SYS_umount2),
	FORBID(SYS_move_mount),
	FORBID(SYS_open_tree),
	FORBID(SYS_fsopen),
	FORBID(SYS_fspick),
#ifdef SYS_mount_setattr /* Linux 5.12 */
	FORBID(SYS_mount_setattr),
#endif
	FORBID(SYS_pivot_root),
	FORBID(SYS_chroot),
	FORBID(SYS_unshare),
	FORBID(SYS_setns),
	FORBID(SYS_open_by_handle_at),
	FORBID(SYS_bpf),
	FORBID(SYS_perf_event_open),
	RETURN(SECCOMP_RET_ALLOW),
};

static int
forbid_the_rest(struct error *err)
{
	return SANITIZED
		? 0
		: filter_calls(changing, sizeof changing / sizeof *changing, err);
}

int
confine_to_files(struct error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, "can't give up rights: %s", strerror(errno));
	return keep_capabilities(CHANGING | 1ull << CAP_AUDIT_WRITE, err) < 0
		? -1
		: forbid_the_rest(err);
}

int
confine_to_changing(const int *directories, size_t count, struct error *err)
{
	const struct places places = { directories, count, FS_WRITE_FILE | FS_NAMES };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, "can't give up rights: %s", strerror(errno));
	if (keep_capabilities(CHANGING, err) < 0 ||
		restrict_files(FS_READ_FILE | FS_READ_DIR, &places, err) < 0)
		return -1;
	return forbid_the_rest(err);
}
