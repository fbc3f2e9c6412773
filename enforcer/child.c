#include "enforcer/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "enforcer/storage.h"

static void
read_all(int fd, struct buffer *out)
{
	char chunk[4096];
	ssize_t got;
	while ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			buffer_add(out, chunk, (size_t)got);
}

static void __attribute__((noreturn)) work_and_exit(
	void (*work)(void *data, struct buffer *out), void *data, int fd, pid_t parent)
{
	struct buffer out = { 0 };
	/* dead before this call was made, it would not be noticed */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	work(data, &out);
	(void)storage_write(fd, (struct bytes){ out.data, out.size });
	_exit(0);
}

int
child_run(void (*work)(void *data, struct buffer *out), void *data,
	struct buffer *ret_out, int *ret_status, struct error *err)
{
	int ends[2];
	pid_t self = getpid();
	*ret_status = -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, "%s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		work_and_exit(work, data, ends[1], self);
	}
	int saved = errno;
	close(ends[1]);
	if (pid > 0)
		read_all(ends[0], ret_out);
	close(ends[0]);
	if (pid < 0)
		return error_set(err, "%s", strerror(saved));
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return 0;
}
