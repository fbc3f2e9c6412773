/* Drives the transaction on a root with changes of its own, without a policy, so that the
 * harnesses around it choose what is changed:
 *
 *	driver ROOT JOURNAL WORD...	JOURNAL may be "-", the default
 *
 *	apply=TAG	replaces two files, creates one, removes one; TAG is in the bytes
 *	try=TAG		the same on trial; its time is not up before the test ends
 *	confirm		from a login that was not there
 *	expire		recovers as after a reboot
 *	undo[=ID] recover verify pending prune
 *
 * Does the words in turn and exits with the first status that is not 0. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/host.h"
#include "base/memory.h"
#include "enforcer/journal.h"
#include "enforcer/transaction.h"
#include "enforcer/verify.h"

static const struct {
	enum change_action action;
	const char *file;
} planned[] = {
	{ CHANGE_REPLACE, "/etc/first.conf" },
	{ CHANGE_CREATE, "/etc/second.d/new.conf" },
	{ CHANGE_REMOVE, "/etc/second.d/gone.conf" },
	{ CHANGE_REPLACE, "/etc/third/last.conf" },
};

enum { PLANNED = sizeof planned / sizeof *planned, LINES = 400, TRIAL = 3600 };

static void
note(void *data, const char *line)
{
	(void)data;
	fprintf(stderr, "note: %s\n", line);
}

/* Nobody is logged in, whoever runs the test. */
static void
no_logins(struct buffer *out)
{
	buffer_text(out, "");
}

/* 1 when a file is not there to be changed. */
static int
plan(const char *root, const char *tag, struct changes *changes, struct error *err)
{
	struct host *host = host_open(root, err);
	if (host == NULL)
		return 3;
	changes->items = memory_new(PLANNED, sizeof *changes->items);
	for (size_t i = 0; i < PLANNED; i++) {
		const struct file *file = host_file(host, planned[i].file);
		struct change *change = &changes->items[changes->count];
		bool create = planned[i].action == CHANGE_CREATE;
		if (file->state != (create ? FILE_ABSENT : FILE_READ)) {
			error_set(err, "%s: not as the plan needs it", planned[i].file);
			host_free(host);
			return 1;
		}
		changes->count++;
		change->action = planned[i].action;
		change->file = memory_text(file->target);
		change->controls = memory_text("harness");
		change->mode = 0640;
		if (!create) {
			change->old_data = memory_copy(
				file->bytes.data, file->bytes.size);
			change->old_size = file->bytes.size;
			memcpy(change->old_sha256, file_sha256(file), SHA256_HEX);
		}
		if (change->action == CHANGE_REMOVE)
			continue;
		autobuffer struct buffer text = { 0 };
		for (int line = 0; line < LINES; line++)
			buffer_printf(&text, "%s %s %d\n", tag, planned[i].file, line);
		change->new_size = text.size;
		change->new_data = buffer_take(&text);
	}
	host_free(host);
	return 0;
}

static int
apply(const struct transaction *transaction, const char *tag, unsigned trial,
	struct error *err)
{
	struct transaction tried = *transaction;
	struct changes changes = { 0 };
	autofree char *id = NULL;
	tried.trial = trial;
	tried.logins = no_logins;
	int status = plan(transaction->root, tag, &changes, err);
	if (status == 0)
		status = (int)transaction_apply(&tried, &changes, &id, err);
	changes_free(&changes);
	return status;
}

static int
prune(const struct journal *journal, struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count;
	if (journal_list(journal, &ids, &count, err) < 0)
		return 3;
	for (size_t i = 0; i < count; i++)
		if (journal_prune(journal, ids[i], err) < 0)
			return 3;
	return 0;
}

static int
with_journal(const struct transaction *transaction, bool check, struct error *err)
{
	struct journal journal = { .fd = -1 };
	int root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int opened = journal_open(root, transaction->journal, false, &journal, err);
	int status = opened < 0 ? 3 : 0;
	if (opened == 0)
		status = check ? verify_journal(&journal, NULL, err)
			       : prune(&journal, err);
	journal_close(&journal);
	close(root);
	return status;
}

static int
act(const struct transaction *transaction, const char *word, struct error *err)
{
	unsigned long id;
	if (strncmp(word, "apply=", 6) == 0)
		return apply(transaction, word + 6, 0, err);
	if (strncmp(word, "try=", 4) == 0)
		return apply(transaction, word + 4, TRIAL, err);
	if (strncmp(word, "undo=", 5) == 0)
		return (int)transaction_undo(transaction, word + 5, err);
	if (strcmp(word, "undo") == 0)
		return (int)transaction_undo(transaction, NULL, err);
	if (strcmp(word, "recover") == 0 || strcmp(word, "expire") == 0) {
		struct transaction late = *transaction;
		late.end_trial = *word == 'e';
		return (int)transaction_recover(&late, err);
	}
	if (strcmp(word, "confirm") == 0)
		return (int)transaction_confirm(transaction, "harness", &id, err);
	if (strcmp(word, "pending") == 0)
		return transaction_pending(transaction, err) == 0 ? 0 : 1;
	if (strcmp(word, "verify") == 0 || strcmp(word, "prune") == 0)
		return with_journal(transaction, *word == 'v', err);
	error_set(err, "%s: no word of this driver", word);
	return 64;
}

int
main(int argc, char **argv)
{
	int status = argc < 4 ? 64 : 0;
	for (int i = 3; i < argc && status == 0; i++) {
		struct transaction transaction = { .root = argv[1],
			.journal = strcmp(argv[2], "-") == 0 ? NULL : argv[2],
			.policy_sha256 = "",
			.in_place = true,
			.note = note };
		struct error err = ERROR_INIT;
		status = act(&transaction, argv[i], &err);
		if (err.text != NULL)
			fprintf(stderr, "driver: %s\n", err.text);
		error_clear(&err);
	}
	return status;
}
