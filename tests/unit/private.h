/* Moves a test program into mount, process and network namespaces of its own, where it
 * may write into /etc and /run and start daemons: nothing of the machine's is touched. */
#ifndef TESTS_UNIT_PRIVATE_H
#define TESTS_UNIT_PRIVATE_H

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The leak sanitizer can't stop the first process of a namespace. */
const char *
__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

static inline int
private_loopback(bool up)
{
	struct ifreq request = { .ifr_name = "lo",
		.ifr_flags = up ? IFF_UP | IFF_RUNNING : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return status;
}

/* An empty directory at PATH, which must be there. */
static inline int
private_empty(const char *path)
{
	return mount("test", path, "tmpfs", 0, "mode=0755");
}

/* Returns in the first process of the new namespaces; the one that called it waits and
 * exits as that one does, or with 77 and a line when it is not possible. All that still
 * runs ends with the first process. */
static inline void
private_enter(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET) < 0) {
		puts("SKIP: no namespaces of its own (needs root)");
		exit(77);
	}
	int status;
	pid_t pid = fork();
	if (pid != 0) {
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			exit(1);
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("proc", "/proc", "proc", 0, NULL) < 0 ||
		private_loopback(true) < 0) {
		puts("SKIP: no private mounts");
		exit(77);
	}
	/* the first process is the parent of all that lost theirs */
	signal(SIGCHLD, SIG_DFL);
}

#endif
