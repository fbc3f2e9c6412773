#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "enforcer/answer.h"
#include "enforcer/errands_parts.h"
#include "enforcer/recovery.h"
#include "enforcer/run.h"
#include "enforcer/timer.h"
#include "enforcer/way.h"

enum {
	ID_MAX = 999999999, /* as journal_list has it */
	CHANGES_MAX = 1 << 30, /* bytes */
};

/* What an errand may be about. */
static const struct rule {
	bool live; /* of the running system alone */
	unsigned from, to; /* HOW */
} rules[ERRAND_COUNT] = {
	[ERRAND_LOOK] = { .live = true },
	[ERRAND_ACTIVATE] = { .live = true },
	[ERRAND_FILES] = { .to = WAY_COUNT - 1 },
	[ERRAND_RESUME] = { .from = STATE_INTENT, .to = STATE_UNDOING },
	[ERRAND_START_TIMER] = { .live = true, .from = TRIAL_MIN, .to = TRIAL_MAX },
	[ERRAND_STOP_TIMER] = { .live = true },
	[ERRAND_CHECK_BOOT] = { .live = true },
};

static void
reply(int fd, bool is_last, const char *data, size_t size)
{
	const struct errand_reply head = { is_last, (uint32_t)size };
	if (size > ERRAND_REPLY_MAX || !errands_send(fd, &head, sizeof head) ||
		!errands_send(fd, data, size))
		_exit(0); /* nobody listens */
}

static void
note(void *data, const char *line)
{
	reply(*(const int *)data, false, line, strlen(line));
}

static void
answer(int fd, int status, const char *word, struct error *err)
{
	autobuffer struct buffer out = { 0 };
	answer_add(&out, status, word, err->text);
	reply(fd, true, out.data, out.size);
	error_clear(err);
}

/* False at the end. *ret_lock is the descriptor that came along, or -1. */
static bool
next(int fd, struct errand_request *ret_request, int *ret_lock)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof *ret_lock)];
	struct iovec piece = { ret_request, sizeof *ret_request };
	struct msghdr message = { .msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	ssize_t got;
	do
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
	while (got < 0 && errno == EINTR);
	struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	*ret_lock = -1;
	if (header != NULL && header->cmsg_level == SOL_SOCKET &&
		header->cmsg_type == SCM_RIGHTS &&
		header->cmsg_len == CMSG_LEN(sizeof *ret_lock))
		memcpy(ret_lock, CMSG_DATA(header), sizeof *ret_lock);
	return got == (ssize_t)sizeof *ret_request;
}

static int
check(const struct run *run, const struct errand_request *request, struct error *err)
{
	const struct rule *rule = request->kind < ERRAND_COUNT ? &rules[request->kind]
							       : NULL;
	if (rule == NULL || request->how < rule->from || request->how > rule->to ||
		request->id > ID_MAX || (rule->live && !run->live) ||
		(request->kind == ERRAND_VALIDATE) != (request->size > 0) ||
		request->size > CHANGES_MAX)
		return error_set(err, "that is no errand");
	return 0;
}

/* Files change only in a state that a run which is cut short goes on from. */
static int
check_state(const struct journal *journal, const struct errand_request *request,
	struct error *err)
{
	enum state state,
		wanted = request->kind == ERRAND_RESUME ? (enum state)request->how
		: request->how == WAY_APPLY             ? STATE_INTENT
							: STATE_UNDOING;
	if (journal_state(journal, request->id, &state, err) < 0)
		return -1;
	return state == wanted ? 0 : error_set(err, "the change is not begun");
}

static int
validate(const struct run *run, struct bytes bytes, struct error *err)
{
	struct changes changes;
	int status = errands_unpack(bytes, &changes) < 0
		? error_set(err, "these are no changes")
		: run_validate(run, &changes, err);
	changes_free(&changes);
	return status;
}

static int
do_with_record(struct run *run, const struct errand_request *request,
	const struct record *record, char **ret_word, struct error *err)
{
	switch ((enum errand_kind)request->kind) {
	case ERRAND_LOOK:
		run_look(run, record);
		return 0;
	case ERRAND_ACTIVATE:
		return run_activate(run, record, err);
	case ERRAND_FILES:
		return way_take(run, record, (enum way)request->how, ret_word, err);
	case ERRAND_RESUME:
		return recovery_take(
			run, record, (enum state)request->how, ret_word, err);
	default:
		return -1;
	}
}

static int
do_errand(struct run *run, const struct errand_request *request, struct bytes changes,
	char **ret_word, struct error *err)
{
	struct record record = { 0 };
	if (check(run, request, err) < 0)
		return -1;
	switch ((enum errand_kind)request->kind) {
	case ERRAND_VALIDATE:
		return validate(run, changes, err);
	case ERRAND_START_TIMER:
		return timer_start(request->id, request->how, ret_word, err);
	case ERRAND_STOP_TIMER:
		timer_stop(request->id);
		return 0;
	case ERRAND_CHECK_BOOT:
		return timer_check_boot(err);
	default:
		break;
	}
	bool files = request->kind == ERRAND_FILES || request->kind == ERRAND_RESUME;
	int status = -1;
	if (journal_open(run->root, run->transaction->journal, false, &run->journal,
		    err) == 0 &&
		(!files || check_state(&run->journal, request, err) == 0) &&
		journal_load(&run->journal, request->id, files, &record, NULL, err) == 0)
		status = do_with_record(run, request, &record, ret_word, err);
	record_free(&record);
	journal_close(&run->journal);
	return status;
}

/* Whether the end of who asks, while an errand is done, is ours at once: what is sent
 * until the answer, the end too, kills (fcntl(2), F_SETSIG). PR_SET_PDEATHSIG would not:
 * that signal is the dying process's own, to one outside of its Landlock domain. */
static void
end_together(int fd, bool on)
{
	struct pollfd poll_fd = { .fd = fd };
	if (fcntl(fd, F_SETFL, on ? O_ASYNC : 0) < 0 ||
		(on && poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & POLLHUP) != 0))
		_exit(1);
}

/* The root, and of what it takes to change files no more than that where it does not run.
 */
static int
begin(const struct transaction *transaction, struct run *run, int fd, struct error *err)
{
	sigset_t signals;
	int opened = run_open(transaction, run, err);
	prctl(PR_SET_NAME, "holdfast-errand"); /* for ps(1) */
	/* who asks decides whether a signal ends what is begun */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGQUIT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (opened < 0)
		return -1;
	if (fcntl(fd, F_SETOWN, getpid()) < 0 || fcntl(fd, F_SETSIG, SIGKILL) < 0)
		return error_set(err, "can't end with it: %s", strerror(errno));
	return run->live ? 0 : confine_to_files(err);
}

void
errands_serve(const struct transaction *transaction, int fd)
{
	struct run run;
	struct error err = ERROR_INIT;
	struct errand_request request = { 0 };
	struct transaction own = *transaction;
	struct journal_traces traces;
	int lock;
	own.errands = NULL;
	own.note = note;
	own.data = &fd;
	int begun = begin(&own, &run, fd, &err);
	journal_traces_look(run.root, own.journal, &traces);
	answer(fd, begun, NULL, &err);
	while (next(fd, &request, &lock)) {
		autofree char *word = NULL;
		size_t size = request.size <= CHANGES_MAX ? (size_t)request.size : 0;
		autofree char *changes = memory_new(size + 1, 1);
		if (!errands_receive(fd, changes, size))
			break;
		end_together(fd, true);
		int status = do_errand(
			&run, &request, (struct bytes){ changes, size }, &word, &err);
		end_together(fd, false);
		answer(fd, status, word, &err);
		if (lock >= 0)
			close(lock);
	}
	journal_traces_remove(&traces);
	run_end(&run);
	_exit(0);
}
