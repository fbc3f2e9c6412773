#include "enforcer/workers.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

enum { WORKERS_MAX = 64, OUTPUT_MAX = 256 << 20, TICK = 100 /* ms */ };

/* What a worker sends back for a piece, followed by SIZE bytes. */
struct answer_head {
	uint64_t size;
	int32_t status;
};

struct worker {
	pid_t pid; /* 0: none */
	int fd;
	size_t piece; /* in hand */
	struct buffer in; /* the answer so far */
};

struct piece {
	bool done;
	int status;
	struct buffer out;
};

struct crew {
	const struct work *work;
	struct worker workers[WORKERS_MAX];
	size_t size;
	struct piece *pieces;
	size_t next; /* piece to hand out */
	size_t finished, reported;
};

/* Sends or receives exactly SIZE bytes; false at the end or on an error. */
static bool
send_all(int fd, const void *data, size_t size)
{
	for (const char *p = data; size > 0;) {
		ssize_t n = send(fd, p, size, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static bool
receive_index(int fd, uint64_t *ret_index)
{
	char *p = (char *)ret_index;
	for (size_t size = sizeof *ret_index; size > 0;) {
		ssize_t n = recv(fd, p, size, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static void
worker_main(const struct work *work, int fd)
{
	uint64_t index;
	while (receive_index(fd, &index)) {
		autobuffer struct buffer out = { 0 };
		struct answer_head head = { 0 };
		head.status = work->run(work->data, (size_t)index, &out);
		head.size = out.size;
		if (!send_all(fd, &head, sizeof head) ||
			!send_all(fd, out.data, out.size))
			break;
	}
}

/* Gives the next piece to WORKER, or ends it when there is none. */
static void
hand_out(struct crew *crew, struct worker *worker)
{
	uint64_t index = crew->next;
	if (crew->next < crew->work->count) {
		worker->piece = crew->next++;
		/* a failure shows as the worker's end */
		(void)send_all(worker->fd, &index, sizeof index);
		return;
	}
	close(worker->fd);
	while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	worker->pid = 0;
}

/* Gives each worker a processor of its own: a worker and its parsing process stay
 * together, and two workers that did so on one processor would leave the others idle. */
static void
spread(size_t index)
{
	cpu_set_t all, one;
	if (sched_getaffinity(0, sizeof all, &all) < 0)
		return;
	CPU_ZERO(&one);
	for (int processor = 0; processor < CPU_SETSIZE; processor++)
		if (CPU_ISSET(processor, &all) && index-- == 0)
			CPU_SET(processor, &one);
	if (CPU_COUNT(&one) == 1)
		(void)sched_setaffinity(0, sizeof one, &one);
}

static int
start(struct crew *crew, struct worker *worker, struct error *err)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set(err, "can't start a worker: %s", strerror(errno));
	fflush(NULL); /* else the worker could print what we have buffered */
	pid_t pid = fork();
	if (pid < 0) {
		error_set(err, "can't start a worker: %s", strerror(errno));
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid == 0) {
		/* else a worker would keep its siblings' ends open */
		for (size_t i = 0; i < crew->size; i++)
			if (crew->workers[i].pid != 0)
				close(crew->workers[i].fd);
		close(ends[0]);
		spread((size_t)(worker - crew->workers));
		worker_main(crew->work, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	*worker = (struct worker){ .pid = pid, .fd = ends[0] };
	hand_out(crew, worker);
	return 0;
}

static void
finish(struct crew *crew, size_t index, int status, const char *data, size_t size)
{
	struct piece *piece = &crew->pieces[index];
	piece->done = true;
	piece->status = status;
	buffer_add(&piece->out, data, size);
	crew->finished++;
	for (; crew->reported < crew->work->count && crew->pieces[crew->reported].done;
		crew->reported++) {
		piece = &crew->pieces[crew->reported];
		crew->work->done(crew->work->data, crew->reported, piece->status,
			(struct bytes){ piece->out.data, piece->out.size });
		buffer_free(&piece->out);
	}
}

/* The worker died, or what it sends makes no sense: its piece could not be done. */
static int
bury(struct crew *crew, struct worker *worker, struct error *err)
{
	kill(worker->pid, SIGKILL);
	close(worker->fd);
	while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	worker->pid = 0;
	buffer_free(&worker->in);
	finish(crew, worker->piece, -1, NULL, 0);
	return crew->next < crew->work->count ? start(crew, worker, err) : 0;
}

/* Reads what WORKER has to say. */
static int
listen_to(struct crew *crew, struct worker *worker, struct error *err)
{
	char chunk[65536];
	struct answer_head head;
	ssize_t n = recv(worker->fd, chunk, sizeof chunk, MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return bury(crew, worker, err);
	buffer_add(&worker->in, chunk, (size_t)n);
	if (worker->in.size < sizeof head)
		return 0;
	memcpy(&head, worker->in.data, sizeof head);
	if (head.size > OUTPUT_MAX || worker->in.size > sizeof head + head.size)
		return bury(crew, worker, err);
	if (worker->in.size < sizeof head + head.size)
		return 0;
	finish(crew, worker->piece, head.status, worker->in.data + sizeof head,
		(size_t)head.size);
	buffer_free(&worker->in);
	hand_out(crew, worker);
	return 0;
}

static int
wait_for_answers(struct crew *crew, struct error *err)
{
	struct pollfd polled[WORKERS_MAX];
	for (size_t i = 0; i < crew->size; i++)
		polled[i] = (struct pollfd){
			.fd = crew->workers[i].pid != 0 ? crew->workers[i].fd : -1,
			.events = POLLIN
		};
	int ready = poll(polled, crew->size, crew->work->progress != NULL ? TICK : -1);
	if (ready < 0)
		return errno == EINTR ? 0 : error_set(err, "poll: %s", strerror(errno));
	if (crew->work->progress != NULL)
		crew->work->progress(crew->work->data, crew->finished);
	for (size_t i = 0; i < crew->size; i++)
		if (polled[i].revents != 0 && listen_to(crew, &crew->workers[i], err) < 0)
			return -1;
	return 0;
}

static size_t
core_count(void)
{
	cpu_set_t cores;
	if (sched_getaffinity(0, sizeof cores, &cores) < 0)
		return 1;
	size_t count = (size_t)CPU_COUNT(&cores);
	return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : count;
}

int
workers_run(const struct work *work, struct error *err)
{
	struct crew crew = { .work = work };
	int result = 0;
	size_t wanted = core_count() < work->count ? core_count() : work->count;
	crew.pieces = memory_new(work->count, sizeof *crew.pieces);
	while (crew.size < wanted && result == 0) {
		/* one worker is enough to go on */
		result = start(&crew, &crew.workers[crew.size], crew.size ? NULL : err);
		if (result == 0)
			crew.size++;
	}
	if (crew.size > 0)
		result = 0;
	while (result == 0 && crew.finished < work->count)
		result = wait_for_answers(&crew, err);
	for (size_t i = 0; i < crew.size; i++)
		if (crew.workers[i].pid != 0) {
			kill(crew.workers[i].pid, SIGKILL);
			waitpid(crew.workers[i].pid, NULL, 0);
			close(crew.workers[i].fd);
			buffer_free(&crew.workers[i].in);
		}
	for (size_t i = 0; i < work->count; i++)
		buffer_free(&crew.pieces[i].out);
	free(crew.pieces);
	return result;
}
