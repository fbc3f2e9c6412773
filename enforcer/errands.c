#include "enforcer/errands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/answer.h"
#include "enforcer/errands_parts.h"

bool
errands_send(int fd, const void *data, size_t size)
{
	for (const char *at = data; size > 0;) {
		ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

bool
errands_receive(int fd, void *data, size_t size)
{
	for (char *at = data; size > 0;) {
		ssize_t got = recv(fd, at, size, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

/* A request is less than a socket takes at once. */
static bool
send_request(int fd, const struct errand_request *request, int lock)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof lock)] = { 0 };
	struct iovec piece = { (void *)request, sizeof *request };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	if (request->kind == ERRAND_FILES || request->kind == ERRAND_RESUME) {
		message.msg_control = control;
		message.msg_controllen = sizeof control;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof lock);
		memcpy(CMSG_DATA(header), &lock, sizeof lock);
	}
	ssize_t sent;
	do
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof *request;
}

/* The bytes of the last reply, after all notes were passed on; false when it never came.
 */
static bool
hear(const struct transaction *transaction, struct buffer *out)
{
	int fd = transaction->errands->fd;
	struct errand_reply reply;
	while (errands_receive(fd, &reply, sizeof reply) &&
		reply.size <= ERRAND_REPLY_MAX) {
		autofree char *data = memory_new((size_t)reply.size + 1, 1);
		if (!errands_receive(fd, data, reply.size))
			return false;
		if (reply.is_last) {
			buffer_add(out, data, reply.size);
			return answer_is_whole((struct bytes){ out->data, out->size });
		}
		if (transaction->note != NULL)
			transaction->note(transaction->data, data);
	}
	return false;
}

static int
take(const struct transaction *transaction, char **ret_word, struct error *err)
{
	autobuffer struct buffer out = { 0 };
	autofree char *word = NULL;
	if (!hear(transaction, &out))
		return error_set(err, "the process that runs errands is gone");
	int status = answer_take((struct bytes){ out.data, out.size }, &word, err);
	if (ret_word != NULL) {
		*ret_word = word;
		word = NULL;
	}
	return status;
}

int
errands_run(const struct transaction *transaction, const struct errand *errand,
	char **ret_word, struct error *err)
{
	int fd = transaction->errands->fd;
	autobuffer struct buffer changes = { 0 };
	if (ret_word != NULL)
		*ret_word = NULL;
	if (errand->changes != NULL)
		errands_pack(errand->changes, &changes);
	const struct errand_request request = { errand->kind, errand->how, errand->id,
		changes.size };
	/* what can't be sent is not answered */
	(void)(send_request(fd, &request, errand->lock) &&
		errands_send(fd, changes.data, changes.size));
	return take(transaction, ret_word, err);
}

int
errands_start(const struct transaction *transaction, struct errands *ret_errands,
	struct error *err)
{
	int ends[2];
	struct transaction asking = *transaction;
	*ret_errands = (struct errands){ .fd = -1 };
	asking.errands = ret_errands;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set(err, "no process for errands: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		errands_serve(transaction, ends[1]);
	}
	int saved = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return error_set(err, "no process for errands: %s", strerror(saved));
	}
	*ret_errands = (struct errands){ .pid = pid, .fd = ends[0] };
	/* it says when it has given up what it does not need */
	return take(&asking, NULL, err);
}

void
errands_end(struct errands *errands)
{
	if (errands->pid <= 0)
		return;
	close(errands->fd);
	while (waitpid(errands->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*errands = (struct errands){ .fd = -1 };
}
