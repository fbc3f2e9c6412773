#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_computing_is_possible),
		cmocka_unit_test(test_all_else_is_not),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
