#include "enforcer/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "lenses/process.h"

enum {
	OUTPUT_MAX = 64 << 10,
	EXIT_UNPREPARED = 199, /* no program that is run here ends with it */
	STEP = 50, /* milliseconds between two looks at a program that closed its output
		    */
};

static const char *const ENVIRONMENT[] = {
	"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	"LC_ALL=C",
	"TMPDIR=/dev/shm", /* in memory, and there alone a program that is asked can write
			    */
	NULL,
};

bool
program_exists(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
		access(path, X_OK) == 0;
}

/* What a fork of ours must not hand on: signals that are ignored or held back. */
static void
reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
set_streams(int output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(output >= 0 ? output : null, STDOUT_FILENO) < 0 ||
		dup2(output >= 0 ? output : null, STDERR_FILENO) < 0)
		_exit(EXIT_UNPREPARED);
	closefrom(STDERR_FILENO + 1);
}

static void __attribute__((noreturn)) become(const struct program *program, int output)
{
	struct error err = ERROR_INIT;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	reset_signals();
	set_streams(output);
	umask(022);
	if (chdir("/") < 0 ||
		(program->prepare != NULL && program->prepare(program->data, &err) < 0)) {
		const char *text = err.text != NULL ? err.text : strerror(errno);
		(void)!write(STDERR_FILENO, text, strlen(text));
		_exit(EXIT_UNPREPARED);
	}
	execve(program->argv[0], (char *const *)program->argv,
		(char *const *)ENVIRONMENT);
	const char *text = strerror(errno);
	(void)!write(STDERR_FILENO, text, strlen(text));
	_exit(EXIT_UNPREPARED);
}

/* Reads what is there now; false at the end of the output. */
static bool
read_some(int fd, size_t most, struct buffer *output, bool *cut)
{
	char data[4096];
	ssize_t size = read(fd, data, sizeof data);
	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (size > 0 && output->size + (size_t)size <= most)
		buffer_add(output, data, (size_t)size);
	else if (size > 0)
		*cut = true;
	return size > 0;
}

/* Collects the output until PID ended, which is waited for, or the time is up. */
static int
collect(const struct program *program, pid_t pid, int fd, struct buffer *output,
	bool *cut)
{
	const long deadline = process_clock() + program->seconds * 1000L;
	const size_t most = program->output_max > 0 ? program->output_max : OUTPUT_MAX;
	int status = -1;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	for (;;) {
		/* a negative descriptor is none: then this only waits */
		if (poll(&poll_fd, 1, STEP) > 0 && !read_some(fd, most, output, cut))
			poll_fd.fd = -1;
		if (poll_fd.fd < 0 || poll_fd.revents == 0) {
			pid_t ended = waitpid(pid, &status, WNOHANG);
			if (ended == pid)
				break;
		}
		if (process_clock() > deadline) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
				;
			buffer_text(output, "no answer in time");
			return -1;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
program_run(const struct program *program, struct program_result *ret_result,
	struct error *err)
{
	int ends[2];
	autobuffer struct buffer output = { 0 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, "%s: %s", program->argv[0], strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		become(program, ends[1]);
	int saved = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return error_set(err, "%s: %s", program->argv[0], strerror(saved));
	}
	bool cut = false;
	int status = collect(program, pid, ends[0], &output, &cut);
	close(ends[0]);
	*ret_result = (struct program_result){
		.status = status,
		.unprepared = status == EXIT_UNPREPARED,
		.cut = cut,
		.output = buffer_take(&output),
	};
	return 0;
}

int
program_start(const char *path, char *const *argv, struct error *err)
{
	pid_t pid = fork();
	if (pid == 0) {
		/* the daemon is nobody's child: the one between ends at once */
		setsid();
		if (fork() != 0)
			_exit(0);
		reset_signals();
		set_streams(-1);
		umask(022);
		if (chdir("/") == 0)
			execve(path, argv, (char *const *)ENVIRONMENT);
		_exit(EXIT_UNPREPARED);
	}
	if (pid < 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

void
program_result_free(struct program_result *result)
{
	free(result->output);
	*result = (struct program_result){ 0 };
}
