#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/confine.h"

static int ends[2];

/* _exit of the leak sanitizer does more than to exit. */
static void
leave(int status)
{
	syscall(SYS_exit_group, status);
}

/* How a confined process ends that runs ACT: 0, its exit status, or minus the signal. */
static int
outcome(void (*act)(void))
{
	int status;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (confine_to_computing(ends[1], 64 << 20, 2, NULL) < 0)
			leave(99);
		act();
		leave(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void
compute(void)
{
	size_t size = 32 << 20;
	char *memory = malloc(size);
	memset(memory, 1, size);
	free(memory);
	if (write(STDIN_FILENO, "x", 1) < 0 && memory != NULL)
		leave(1);
}

static void
open_file(void)
{
	leave(open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 10 : 11);
}

static void
open_socket(void)
{
	leave(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 ? 10 : 11);
}

static void
fork_again(void)
{
	for (;;)
		if (fork() < 0)
			leave(11);
}

static void
signal_parent(void)
{
	leave(kill(getppid(), 0) == 0 ? 10 : 11);
}

static void
run_program(void)
{
	execl("/bin/true", "true", NULL);
	leave(11);
}

static void
use_stderr(void)
{
	leave(write(STDERR_FILENO, "x", 1) == 1 ? 10 : 0);
}

static void
take_memory(void)
{
	void *memory = mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	leave(memory == MAP_FAILED ? 0 : 10);
}

static void
run_for_ever(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void
test_computing_is_possible(void **state)
{
	(void)state;
	assert_int_equal(outcome(compute), 0);
}

static void
test_all_else_is_not(void **state)
{
	(void)state;
	assert_int_equal(outcome(open_file), -SIGSYS);
	assert_int_equal(outcome(open_socket), -SIGSYS);
	assert_int_equal(outcome(fork_again), -SIGSYS);
	assert_int_equal(outcome(signal_parent), -SIGSYS);
	assert_int_equal(outcome(run_program), -SIGSYS);
	assert_int_equal(outcome(use_stderr), 0);
}

static void
test_limits(void **state)
{
	(void)state;
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(outcome(take_memory), 0);
#else
	(void)take_memory;
#endif
	assert_int_equal(outcome(run_for_ever), -SIGKILL);
}

/* --- what is left to a command that only reads ------------------------------------ */

static char file[] = "/tmp/holdfast-confine.XXXXXX";

/* Landlock's version; 0: none. */
static long
landlock_version(void)
{
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return version > 0 ? version : 0;
}

/* From now on this process has a kernel without Landlock. */
static void
forget_landlock(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ||
		landlock_version() != 0)
		leave(98);
}

/* The exit status of a process that runs ACT after CONFINE: 0, or the line here that saw
 * what should not be. */
static int
confined(void (*act)(void), int (*confine)(struct error *err), bool landlock)
{
	int status;
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	pid_t pid = fork();
	if (pid == 0) {
		if (!landlock)
			forget_landlock();
		if (confine(NULL) < 0)
			leave(99);
		act();
		leave(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	struct stat now;
	assert_int_equal(stat(file, &now), 0);
	assert_int_equal(now.st_size, 1);
	assert_int_equal(now.st_mode & 0777, 0600);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
reading(void (*act)(void), bool landlock)
{
	return confined(act, confine_to_reading, landlock);
}

#define MUST(good)                                                                       \
	do {                                                                             \
		if (!(good))                                                             \
			leave((int)(__LINE__ % 90) + 1);                                 \
	} while (false)

static void
read_things(void)
{
	char byte;
	int pair[2];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	MUST(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'x');
	MUST(close(fd) == 0);
	DIR *directory = opendir("/etc");
	MUST(directory != NULL && readdir(directory) != NULL);
	closedir(directory);
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };
	fd = (int)syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof how);
	MUST(fd >= 0 && close(fd) == 0);
	/* processes of its own, which it talks to and may end */
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		MUST(write(pair[1], "y", 1) == 1);
		for (;;)
			pause();
	}
	MUST(pid > 0 && read(pair[0], &byte, 1) == 1 && byte == 'y');
	MUST(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	/* the kernel's audit log */
	MUST((fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT)) >= 0);
}

static void
open_to_write(void)
{
	MUST(open(file, O_WRONLY | O_CLOEXEC) < 0);
	MUST(open(file, O_RDWR | O_CLOEXEC) < 0);
	MUST(open(file, O_RDONLY | O_TRUNC | O_CLOEXEC) < 0);
	MUST(open("/tmp/holdfast-confine.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0);
	MUST(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0);
}

/* What the filter of calls does not see. */
static void
open_to_write_hidden(void)
{
	struct open_how how = { .flags = O_WRONLY | O_CLOEXEC };
	MUST(syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof how) < 0);
	how.flags = O_RDONLY | O_TRUNC | O_CLOEXEC;
	/* before version 3 Landlock let it pass */
	MUST(landlock_version() < 3 ||
		syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof how) < 0);
	/* and of signals before version 6 */
	MUST(landlock_version() < 6 || kill(getppid(), 0) < 0);
}

/* A sanitizer has no filter. */
static void
change_things(void)
{
	MUST(chmod(file, 0644) < 0);
	MUST(chown(file, 1, 1) < 0);
	MUST(utimensat(AT_FDCWD, file, NULL, 0) < 0);
	MUST(setxattr(file, "user.a", "b", 1, 0) < 0);
	MUST(truncate(file, 0) < 0);
	MUST(rename(file, "/tmp/holdfast-confine.new") < 0);
	MUST(unlink(file) < 0);
	MUST(link(file, "/tmp/holdfast-confine.new") < 0);
	MUST(symlink(file, "/tmp/holdfast-confine.new") < 0);
	MUST(mkdir("/tmp/holdfast-confine.new", 0700) < 0);
	MUST(mkfifo("/tmp/holdfast-confine.new", 0700) < 0);
}

static void
reach_out(void)
{
	MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0);
	MUST(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0);
	MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0);
	MUST(execl("/bin/true", "true", NULL) < 0);
	MUST(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0);
	MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
	MUST(mount("none", "/mnt", "tmpfs", 0, NULL) < 0);
	MUST(unshare(CLONE_NEWUSER) < 0);
	int waiting, fd = open(file, O_RDONLY | O_CLOEXEC);
	MUST(fd >= 0 && ioctl(fd, FIONREAD, &waiting) < 0 && errno == ENOTTY);
}

static void
keep_two_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2];
	MUST(syscall(SYS_capget, &header, sets) == 0);
	uint64_t permitted = sets[0].permitted | (uint64_t)sets[1].permitted << 32;
	MUST((permitted & ~(1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_AUDIT_WRITE)) == 0);
	MUST(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

/* With and without Landlock, where the kernel has it. */
static void
assert_reading(void (*act)(void))
{
	assert_int_equal(reading(act, true), 0);
	assert_int_equal(reading(act, false), 0);
}

static void
test_only_reading(void **state)
{
	(void)state;
#ifdef COUNT_LINES
	skip(); /* it does not confine itself then */
#endif
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	close(fd);
	assert_reading(read_things);
	assert_reading(keep_two_capabilities);
	if (landlock_version() > 0) {
		assert_int_equal(reading(open_to_write, true), 0);
		assert_int_equal(reading(open_to_write_hidden, true), 0);
	}
#ifndef __SANITIZE_ADDRESS__
	assert_reading(open_to_write);
	assert_reading(change_things);
	assert_reading(reach_out);
#else
	(void)change_things;
	(void)reach_out;
#endif
	unlink(file);
}

/* --- what is left to a process that changes files --------------------------------- */

static char in[] = "/tmp/holdfast-in.XXXXXX", out[] = "/tmp/holdfast-out.XXXXXX";

/* DIRECTORY/NAME; good until the second call after. */
/* What a program can do that is asked, and what not. */
static void
ask(void)
{
	int status;
	char byte;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	MUST(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'x');
	MUST((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && write(fd, "y", 1) == 1);
	fd = open("/dev/shm", O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, "y", 1) == 1);
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/true", "true", NULL);
		leave(1);
	}
	MUST(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	MUST(open(file, O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES);
	MUST(open(file, O_RDONLY | O_TRUNC | O_CLOEXEC) < 0);
	MUST(unlink(file) < 0 && errno == EACCES);
	MUST(mkdir("/tmp/holdfast-confine.new", 0700) < 0 && errno == EACCES);
	MUST(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0);
	MUST(open("/dev/shm/holdfast-confine.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) <
		0);
}

static void
test_only_asking(void **state)
{
	(void)state;
	if (landlock_version() == 0) {
		print_message("SKIP: no Landlock here\n");
		return;
	}
	assert_int_equal(confined(ask, confine_to_asking, true), 0);
}

static void
ask_without(void)
{
}

/* Nothing else would keep the program from writing. */
static void
test_no_asking_without_landlock(void **state)
{
	(void)state;
	assert_int_equal(confined(ask_without, confine_to_asking, false), 99);
}

static const char *
at(const char *directory, const char *name)
{
	static char paths[2][100];
	static int which;
	char *path = paths[which = !which];
	snprintf(path, sizeof *paths, "%s/%s", directory, name);
	return path;
}

static int
make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, "x", 1) == 1;
	if (fd >= 0)
		close(fd);
	return good ? 0 : -1;
}

static void
change_inside(void)
{
	char path[40];
	int fd = open(in, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	MUST(fd >= 0 && write(fd, "y", 1) == 1 && fchmod(fd, 0640) == 0);
	MUST(linkat(AT_FDCWD, path, AT_FDCWD, at(in, ".new"), AT_SYMLINK_FOLLOW) == 0);
	MUST(renameat2(AT_FDCWD, at(in, ".new"), AT_FDCWD, at(in, "file"),
		     RENAME_EXCHANGE) == 0);
	MUST(unlink(at(in, ".new")) == 0);
	MUST(make(at(in, "more")) == 0 && unlink(at(in, "more")) == 0);
	MUST(close(fd) == 0 && (fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC)) >= 0);
}

static void
change_outside(void)
{
	const char *file_out = at(out, "file");
	MUST(open(file_out, O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES);
	MUST(make(at(out, "more")) < 0 && errno == EACCES);
	MUST(open(out, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0 && errno == EACCES);
	MUST(unlink(at(out, "file")) < 0 && errno == EACCES);
	MUST(rename(at(out, "file"), at(out, "other")) < 0 && errno == EACCES);
	MUST(symlink("file", at(out, "link")) < 0 && errno == EACCES);
	MUST(link(at(in, "file"), at(out, "link")) < 0);
	MUST(rename(at(in, "file"), at(out, "link")) < 0);
	MUST(rename(at(out, "file"), at(in, "link")) < 0);
	MUST(landlock_version() < 3 || truncate(at(in, "file"), 0) < 0);
	MUST(landlock_version() < 6 || kill(getppid(), 0) < 0);
}

static void
leave_files(void)
{
	MUST(execl("/bin/true", "true", NULL) < 0 && errno == EACCES);
	MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 && errno == EACCES);
	MUST(mount("none", out, "tmpfs", 0, NULL) < 0 && errno == EACCES);
	MUST(syscall(SYS_fsopen, "tmpfs", 0) < 0 && errno == EACCES);
	MUST(syscall(SYS_open_tree, AT_FDCWD, in, 0) < 0 && errno == EACCES);
	MUST(syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == EACCES);
	MUST(unshare(CLONE_NEWNS) < 0 && errno == EACCES);
	MUST(chroot(in) < 0 && errno == EACCES);
	MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && errno == EACCES);
}

static void
keep_what_files_need(void)
{
	static const int gone[] = { CAP_KILL, CAP_SETUID, CAP_NET_ADMIN, CAP_SYS_MODULE,
		CAP_SYS_RAWIO, CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_MKNOD, CAP_SYS_BOOT };
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2];
	MUST(syscall(SYS_capget, &header, sets) == 0);
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
		MUST((sets[0].permitted & 1u << gone[i]) == 0);
	MUST(geteuid() != 0 || (sets[0].effective & 1u << CAP_CHOWN) != 0);
	MUST(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

enum way {
	FILES, /* anywhere */
	CHANGING, /* in the directory IN alone */
	KEEPING, /* there too */
	KEEPING_AND_SEEING, /* with the capabilities to see attributes */
};

/* As reading, for a process that changes files the WAY. */
static int
changing(void (*act)(void), enum way way, bool landlock)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(in, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (!landlock)
			forget_landlock();
		if ((way == FILES ? confine_to_files(NULL)
				    : way == CHANGING
				    ? confine_to_changing(&fd, 1, NULL)
				    : confine_to_keeping(&fd, 1,
					      way == KEEPING_AND_SEEING, NULL)) < 0)
			leave(99);
		act();
		leave(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void
test_only_changing(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(in));
	assert_non_null(mkdtemp(out));
	assert_int_equal(make(at(in, "file")) | make(at(out, "file")), 0);
	for (int i = 0; i < 3; i++) {
		enum way way = i > 0 ? CHANGING : FILES;
		bool landlock = i > 1;
		assert_int_equal(changing(change_inside, way, landlock), 0);
		assert_int_equal(changing(keep_what_files_need, way, landlock), 0);
#ifndef __SANITIZE_ADDRESS__
		assert_int_equal(changing(leave_files, way, landlock), 0);
#else
		(void)leave_files;
#endif
	}
	if (landlock_version() > 0)
		assert_int_equal(changing(change_outside, CHANGING, true), 0);
	assert_int_equal(unlink(at(in, "file")) | unlink(at(out, "file")), 0);
	assert_int_equal(rmdir(in) | rmdir(out), 0);
}

/* --- what is left to a command that keeps a journal -------------------------------- */

static void
keep_inside(void)
{
	char text[10] = "";
	int fd = open(in, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(fd >= 0 && mkdirat(fd, "1", 0700) == 0 && make(at(in, "1/state.new")) == 0);
	MUST(renameat(fd, "1/state.new", fd, "1/state") == 0);
	int log = openat(fd, "1/state", O_RDWR | O_APPEND | O_CLOEXEC);
	MUST(log >= 0 && write(log, "yz", 2) == 2 && ftruncate(log, 2) == 0);
	MUST(fsync(log) == 0 && pread(log, text, sizeof text, 0) == 2 && text[1] == 'y');
	MUST(close(log) == 0 && fsync(fd) == 0);
	MUST(unlinkat(fd, "1/state", 0) == 0 && unlinkat(fd, "1", AT_REMOVEDIR) == 0);
	read_things();
}

static void
keep_outside(void)
{
	struct open_how how = { .flags = O_WRONLY | O_CLOEXEC };
	const char *file_out = at(out, "file");
	MUST(open(file_out, O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES);
	MUST(make(at(out, "more")) < 0 && errno == EACCES);
	MUST(mkdirat(AT_FDCWD, at(out, "more"), 0700) < 0 && errno == EACCES);
	MUST(unlinkat(AT_FDCWD, at(out, "file"), 0) < 0 && errno == EACCES);
	MUST(renameat(AT_FDCWD, at(out, "file"), AT_FDCWD, at(out, "more")) < 0);
	MUST(renameat(AT_FDCWD, at(in, "file"), AT_FDCWD, at(out, "more")) < 0);
	MUST(syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof how) < 0);
	MUST(landlock_version() < 6 || kill(getppid(), 0) < 0);
}

static bool
has(int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2];
	MUST(syscall(SYS_capget, &header, sets) == 0);
	return (sets[capability / 32].permitted & 1u << capability % 32) != 0;
}

static void
keep_what_is_seen(void)
{
	MUST(geteuid() != 0 || has(CAP_SYS_ADMIN));
	MUST(!has(CAP_CHOWN) && !has(CAP_FOWNER) && !has(CAP_DAC_OVERRIDE));
	MUST(!has(CAP_KILL) && !has(CAP_SETUID) && !has(CAP_NET_ADMIN));
}

static void
test_only_keeping(void **state)
{
	(void)state;
#ifdef COUNT_LINES
	skip();
#endif
	int fd = mkstemp(strcpy(file, "/tmp/holdfast-confine.XXXXXX"));
	assert_true(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
	assert_non_null(mkdtemp(strcpy(in, "/tmp/holdfast-in.XXXXXX")));
	assert_non_null(mkdtemp(strcpy(out, "/tmp/holdfast-out.XXXXXX")));
	assert_int_equal(make(at(in, "file")) | make(at(out, "file")), 0);
	for (int landlock = 0; landlock < 2; landlock++) {
		assert_int_equal(changing(keep_inside, KEEPING, landlock), 0);
		assert_int_equal(changing(keep_two_capabilities, KEEPING, landlock), 0);
		assert_int_equal(
			changing(keep_what_is_seen, KEEPING_AND_SEEING, landlock), 0);
#ifndef __SANITIZE_ADDRESS__
		assert_int_equal(changing(change_things, KEEPING, landlock), 0);
		assert_int_equal(changing(reach_out, KEEPING_AND_SEEING, landlock), 0);
#endif
	}
	if (landlock_version() > 0)
		assert_int_equal(changing(keep_outside, KEEPING, true), 0);
	assert_int_equal(unlink(at(in, "file")) | unlink(at(out, "file")), 0);
	assert_int_equal(rmdir(in) | rmdir(out) | unlink(file), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_computing_is_possible),
		cmocka_unit_test(test_all_else_is_not),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_only_reading),
		cmocka_unit_test(test_only_asking),
		cmocka_unit_test(test_no_asking_without_landlock),
		cmocka_unit_test(test_only_changing),
		cmocka_unit_test(test_only_keeping),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
