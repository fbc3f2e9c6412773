#include "lenses/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"

enum {
	EXIT_DONE = 0,
	EXIT_NOT_CONFINED = 64,
	EXIT_NOT_PREPARED = 65,
	MEMORY_MAX = 256 << 20, /* bytes above what the process has when it is forked */
	ROOM = 640 << 10, /* what seven lenses take */
	CPU_MAX = 3600, /* seconds over all questions; the deadline is for one */
};

/* A question begins with this, its text follows. An answer begins with its count. */
struct question {
	uint32_t kind;
	uint32_t size;
};

/* In the process: moves all of the bytes or ends it. */
static void
take(void *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(STDIN_FILENO, (char *)data + done, size - done);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			_exit(EXIT_DONE);
		done += n > 0 ? (size_t)n : 0;
	}
}

/* Takes SIZE bytes away from the front of two pieces. Returns what is left. */
static size_t
advance(struct iovec pieces[2], size_t size)
{
	for (int i = 0; i < 2; i++) {
		size_t part = size < pieces[i].iov_len ? size : pieces[i].iov_len;
		pieces[i].iov_base = (char *)pieces[i].iov_base + part;
		pieces[i].iov_len -= part;
		size -= part;
	}
	return pieces[0].iov_len + pieces[1].iov_len;
}

static void
give(int32_t count, const void *answer)
{
	size_t size = count > 0 ? (size_t)count : 0;
	struct iovec pieces[2] = { { &count, sizeof count }, { (void *)answer, size } };
	for (size_t left = sizeof count + size; left > 0;) {
		ssize_t n = writev(STDIN_FILENO, pieces, 2);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			_exit(EXIT_DONE);
		left = n > 0 ? advance(pieces, (size_t)n) : left;
	}
}

/* One of the two always waits for the other, and waking a process on another processor
 * costs more than many a question does (0.8 of 5.5 ms in an audit). Without it all works
 * too. */
static void
stay_here(cpu_set_t *ret_before)
{
	cpu_set_t here;
	int processor = sched_getcpu();
	CPU_ZERO(ret_before);
	if (processor < 0 || processor >= CPU_SETSIZE ||
		sched_getaffinity(0, sizeof *ret_before, ret_before) < 0)
		return;
	CPU_ZERO(&here);
	CPU_SET(processor, &here);
	(void)sched_setaffinity(0, sizeof here, &here);
}

static void
forget(struct process *process)
{
	close(process->fd);
	process->pid = 0;
	if (CPU_COUNT(&process->processors) > 0)
		(void)sched_setaffinity(
			0, sizeof process->processors, &process->processors);
}

static void __attribute__((noreturn)) serve_all(int fd, const struct process *process)
{
	const struct service *service = process->service;
	char *text = NULL;
	size_t room = 0;
	prctl(PR_SET_NAME, "holdfast-parser"); /* for ps(1) */
	memory_reserve(ROOM);
	if (service->prepare(process->data) < 0)
		_exit(EXIT_NOT_PREPARED);
	if (confine_to_computing(fd, MEMORY_MAX, CPU_MAX, NULL) < 0)
		_exit(EXIT_NOT_CONFINED);
	for (;;) {
		struct question question;
		const void *answer;
		take(&question, sizeof question);
		if (question.size + (size_t)1 > room) {
			room = question.size + (size_t)1;
			text = memory_resize(text, room, 1);
		}
		take(text, question.size);
		text[question.size] = '\0';
		int32_t count = service->serve(
			process->data, question.kind, text, question.size, &answer);
		give(count, answer);
	}
}

int
process_start(struct process *process, struct error *err)
{
	int ends[2];
	cpu_set_t processors;
	pid_t self = getpid();
	if (process->pid > 0 && process->owner != self)
		forget(process);
	if (process->pid > 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set(err, "no parsing process: %s", strerror(errno));
	stay_here(&processors);
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		serve_all(ends[1], process);
	}
	int saved = errno;
	close(ends[1]);
	if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
		close(ends[0]);
		return error_set(err, "no parsing process: %s", strerror(saved));
	}
	process->pid = pid;
	process->owner = self;
	process->fd = ends[0];
	process->processors = processors;
	return 0;
}

long
process_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
process_end(struct process *process)
{
	if (process->pid <= 0)
		return;
	if (process->owner == getpid()) {
		kill(process->pid, SIGKILL);
		while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	forget(process);
}

/* Ends the process and says why it is of no use any more. */
static int
lose(struct process *process, const char *reason, struct error *err)
{
	int status = 0;
	/* a dead one tells how it died; a living one is still running here */
	pid_t gone = reason == NULL ? waitpid(process->pid, &status, 0) : 0;
	if (gone == process->pid) {
		forget(process);
	} else {
		process_end(process);
	}
	if (reason != NULL)
		return error_set(err, "the parsing process %s", reason);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_CONFINED)
		return error_set(err, "the parsing process can't be confined");
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_PREPARED)
		return error_set(err, "the parsing process can't compile the lenses");
	if (WIFSIGNALED(status))
		return error_set(err, "the parsing process died (%s)",
			strsignal(WTERMSIG(status)));
	return error_set(err, "the parsing process died");
}

/* Waits until EVENTS are possible: 1, 0 at the deadline, -1. */
static int
wait_for(int fd, short events, long deadline)
{
	for (;;) {
		struct pollfd poll_fd = { .fd = fd, .events = events };
		long left = deadline - process_clock();
		int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;
		if (ready >= 0 || errno != EINTR)
			return ready;
	}
}

/* Whether a call that failed or moved nothing can be tried again: waits until EVENTS are
 * possible. Returns -1 after the process was given up. */
static int
retry(struct process *process, ssize_t moved, short events, long deadline,
	struct error *err)
{
	if (moved == 0 || (errno != EAGAIN && errno != EINTR))
		return lose(process, NULL, err);
	int ready = wait_for(process->fd, events, deadline);
	if (ready <= 0)
		return lose(
			process, ready == 0 ? "took too long" : "can't be reached", err);
	return 0;
}

static int
send_all(struct process *process, uint32_t kind, struct bytes text, long deadline,
	struct error *err)
{
	struct question question = { .kind = kind, .size = (uint32_t)text.size };
	struct iovec pieces[2] = { { &question, sizeof question },
		{ (void *)text.data, text.size } };
	const struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
	for (size_t left = sizeof question + text.size; left > 0;) {
		ssize_t n = sendmsg(process->fd, &message, MSG_NOSIGNAL);
		if (n > 0)
			left = advance(pieces, (size_t)n);
		else if (retry(process, n, POLLOUT, deadline, err) < 0)
			return -1;
	}
	return 0;
}

static int
receive_all(struct process *process, void *data, size_t size, long deadline,
	struct error *err)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = recv(process->fd, (char *)data + done, size - done, 0);
		if (n > 0)
			done += (size_t)n;
		else if (retry(process, n, POLLIN, deadline, err) < 0)
			return -1;
	}
	return 0;
}

int
process_ask(struct process *process, uint32_t kind, struct bytes text, size_t max,
	long deadline, char **ret_answer, size_t *ret_size, bool *ret_negative,
	struct error *err)
{
	int32_t size;
	*ret_answer = NULL;
	*ret_size = 0;
	if (process_start(process, err) < 0 ||
		send_all(process, kind, text, deadline, err) < 0 ||
		receive_all(process, &size, sizeof size, deadline, err) < 0)
		return -1;
	*ret_negative = size < 0;
	if (size <= 0)
		return 0;
	if ((size_t)size > max)
		return lose(process, "answered nonsense", err);
	char *answer = memory_resize(NULL, (size_t)size, 1);
	if (receive_all(process, answer, (size_t)size, deadline, err) < 0) {
		free(answer);
		return -1;
	}
	*ret_answer = answer;
	*ret_size = (size_t)size;
	return 0;
}
