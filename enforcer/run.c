#include "enforcer/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auditlog.h"
#include "base/memory.h"
#include "enforcer/errands.h"
#include "enforcer/recovery.h"
#include "enforcer/timer.h"

static bool
is_live(int root)
{
	struct stat given, live;
	return fstat(root, &given) == 0 && stat("/", &live) == 0 &&
		given.st_dev == live.st_dev && given.st_ino == live.st_ino;
}

int
run_open(const struct transaction *transaction, struct run *ret_run, struct error *err)
{
	*ret_run = (struct run){ .transaction = transaction, .journal = { .fd = -1 } };
	/* a file size limit shall be an error of write(2), not our death */
	signal(SIGXFSZ, SIG_IGN);
	/* each mode is given as it shall be; of /var and /var/lib, which may have to be
	 * made, others need theirs */
	umask(022);
	ret_run->root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ret_run->root < 0)
		return error_set(err, "%s: %s", transaction->root, strerror(errno));
	ret_run->live = is_live(ret_run->root);
	return 0;
}

enum outcome
run_begin(const struct transaction *transaction, bool create, struct run *ret_run,
	struct error *err)
{
	struct run *run = ret_run;
	bool waited;
	if (run_open(transaction, run, err) < 0)
		return OUTCOME_NOT_RUN;
	int opened = journal_open(
		run->root, transaction->journal, create, &run->journal, err);
	if (opened == 1)
		error_set(err, "%s: there is no journal: nothing was changed here",
			run->journal.path);
	if (opened == 1)
		return OUTCOME_REFUSED;
	if (opened < 0 || journal_lock(&run->journal, &waited, err) < 0)
		return OUTCOME_NOT_RUN;
	if (waited)
		run_note(run, "another holdfast was at work; it is done");
	/* a log that can't be continued must be known before anything changes */
	if (changelog_read(&run->journal, &run->log, err) < 0 ||
		recovery_run(run, err) < 0)
		return OUTCOME_NOT_RUN;
	return OUTCOME_DONE;
}

void
run_end(struct run *run)
{
	changelog_free(&run->log);
	daemons_sight_free(&run->before);
	journal_close(&run->journal);
	if (run->root >= 0)
		close(run->root);
}

void
run_note(const struct run *run, const char *line)
{
	const struct transaction *transaction = run->transaction;
	if (transaction->note != NULL)
		transaction->note(transaction->data, line);
}

void
run_pass_on(void *run, const char *line)
{
	run_note(run, line);
}

/* The changes of RECORD; only the array is the caller's to free. */
static struct changes
changes_of(const struct record *record)
{
	struct changes changes = { memory_new(record->count, sizeof *changes.items),
		record->count };
	for (size_t i = 0; i < record->count; i++)
		changes.items[i] = record->files[i].change;
	return changes;
}

int
run_validate(const struct run *run, const struct changes *changes, struct error *err)
{
	const struct errand errand = { .kind = ERRAND_VALIDATE, .changes = changes };
	return run->transaction->errands != NULL
		? errands_run(run->transaction, &errand, NULL, err)
		: daemons_validate(run->transaction->root, run->live, changes,
			  run_pass_on, (void *)run, err);
}

void
run_look(struct run *run, const struct record *record)
{
	const struct errand errand = { .kind = ERRAND_LOOK, .id = record->id };
	if (!run->live)
		return;
	if (run->transaction->errands != NULL) {
		/* one that fails has seen nothing, and then nothing is asked again */
		(void)errands_run(run->transaction, &errand, NULL, NULL);
		return;
	}
	struct changes changes = changes_of(record);
	daemons_sight_free(&run->before);
	daemons_look(&changes, &run->before);
	free(changes.items);
}

int
run_activate(const struct run *run, const struct record *record, struct error *err)
{
	const struct errand errand = { .kind = ERRAND_ACTIVATE, .id = record->id };
	if (!run->live)
		return 0;
	if (run->transaction->errands != NULL)
		return errands_run(run->transaction, &errand, NULL, err);
	struct changes changes = changes_of(record);
	int status = daemons_activate(
		&changes, &run->before, run_pass_on, (void *)run, err);
	free(changes.items);
	return status;
}

int
run_start_timer(const struct run *run, unsigned long id, unsigned seconds,
	char **ret_line, struct error *err)
{
	const struct errand errand = {
		.kind = ERRAND_START_TIMER, .id = id, .how = seconds
	};
	return run->transaction->errands != NULL
		? errands_run(run->transaction, &errand, ret_line, err)
		: timer_start(id, seconds, ret_line, err);
}

void
run_stop_timer(const struct run *run, unsigned long id)
{
	const struct errand errand = { .kind = ERRAND_STOP_TIMER, .id = id };
	struct trial trial;
	if (!run->live || journal_trial(&run->journal, id, &trial, NULL) != 1)
		return;
	if (run->transaction->errands != NULL)
		/* one that can't be stopped does nothing when it comes */
		(void)errands_run(run->transaction, &errand, NULL, NULL);
	else
		timer_stop(id);
}

int
run_log(const struct run *run, const struct record *record, const char *action,
	const char *result, struct error *err)
{
	struct record again;
	bool good = strcmp(result, "refused") != 0 && strcmp(result, "undone") != 0;
	char hash[SHA256_HEX], head[SHA256_HEX];
	bool sent = true;
	int status = journal_load(&run->journal, record->id, false, &again, hash, err);
	record_free(&again);
	if (status == 0)
		status = changelog_append(
			&run->journal, record, hash, action, result, head, err);
	if (status < 0)
		return -1;
	for (size_t i = 0; i < record->count && sent; i++) {
		const struct change *change = &record->files[i].change;
		sent = auditlog_send(action, run->transaction->root, change->file,
			       change->controls, head, good) == 0;
	}
	if (!sent) {
		autofree char *line = memory_printf(
			"no audit record could be sent (%s)", strerror(errno));
		run_note(run, line);
	}
	return 0;
}
