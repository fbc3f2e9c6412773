/* log: what was changed by holdfast, when, by whom; and whether the record is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "enforcer/ask.h"
#include "enforcer/changelog.h"
#include "enforcer/journal.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/verify.h"

static const struct option_row rows[] = {
	OPTION_ROOT,
	OPTION_JOURNAL,
	{ "verify", 0, NULL, "check the chain of the log and every kept byte", false },
	{ "head", 0, "HASH", "with --verify: the log must hold the line with this hash",
		false },
	{ "prune", 0, NULL, "drop the kept bytes of finished changes; hashes stay",
		false },
	OPTION_YES,
	{ "format", 'f', "text|json", "how to print the log", false },
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_log = {
	.name = "log",
	.synopsis = "[OPTION]...",
	.summary = "show what was changed, or verify the record of it",
	.options = rows,
	.run = run,
};

/* The result of LINE as it is by now: what was on trial may have been confirmed. */
static const char *
result_of(const struct changelog *log, const json_t *line)
{
	const char *result = changelog_text(line, "result");
	unsigned long id = (unsigned long)json_integer_value(json_object_get(line, "id"));
	return strcmp(result, "unconfirmed") == 0 && changelog_has(log, id, "confirm")
		? "confirmed"
		: result;
}

static void
print_text(const struct changelog *log, const json_t *line)
{
	autobuffer struct buffer out = { 0 };
	size_t index;
	json_t *file;
	buffer_printf(&out, "change %lld: ",
		(long long)json_integer_value(json_object_get(line, "id")));
	output_escaped(&out, changelog_text(line, "action"));
	buffer_text(&out, " ");
	output_escaped(&out, result_of(log, line));
	buffer_text(&out, ", ");
	output_escaped(&out, changelog_text(line, "time"));
	buffer_text(&out, ", ");
	output_escaped(&out, changelog_text(line, "user"));
	buffer_text(&out, "\n");
	json_array_foreach(json_object_get(line, "files"), index, file)
	{
		buffer_text(&out, "  ");
		output_escaped(&out, changelog_text(file, "file"));
		buffer_text(&out, " (");
		output_escaped(&out, changelog_text(file, "controls"));
		buffer_text(&out, ")\n");
	}
	output_print((struct bytes){ out.data, out.size });
}

/* As it was written, for whoever checks the hashes. */
static void
print_json(const json_t *line)
{
	autofree char *text = json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
	puts(text != NULL ? text : "");
}

static int
show(const struct journal *journal, bool as_json, struct error *err)
{
	struct changelog log;
	int status = changelog_read(journal, &log, err);
	for (size_t i = 0; i < log.count; i++)
		if (as_json)
			print_json(log.lines[i]);
		else
			print_text(&log, log.lines[i]);
	if (status == 0 && log.count == 0 && !as_json)
		puts("Nothing was changed yet.");
	changelog_free(&log);
	return status;
}

/* Whether the bytes of changes that are in force may go too. */
static bool
agreed(const struct options *options, size_t in_force)
{
	if (in_force == 0 || options_given(options, "yes"))
		return true;
	if (!ask_is_possible()) {
		output_error("log: %zu change%s still in force could not be undone after "
			     "that; --yes drops the bytes without asking",
			in_force, in_force == 1 ? "" : "s");
		return false;
	}
	printf("%zu change%s still in force, which can't be undone after that.\n",
		in_force, in_force == 1 ? " is" : "s are");
	return ask_yes("Drop the bytes all the same?");
}

/* Returns an exit status. */
static int
prune(const struct journal *journal, const struct options *options, struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count, pruned = 0, in_force = 0;
	bool waited;
	if (journal_lock(journal, &waited, err) < 0 ||
		journal_list(journal, &ids, &count, err) < 0)
		return STATUS_NOT_RUN;
	autofree enum state *states = memory_new(count, sizeof *states);
	for (size_t i = 0; i < count; i++) {
		if (journal_state(journal, ids[i], &states[i], err) < 0)
			return STATUS_NOT_RUN;
		in_force += states[i] == STATE_DONE &&
			!journal_is_pruned(journal, ids[i]);
	}
	if (!agreed(options, in_force))
		return 1;
	for (size_t i = 0; i < count; i++) {
		if (states[i] != STATE_DONE && states[i] != STATE_UNDONE)
			continue;
		int result = journal_prune(journal, ids[i], err);
		if (result < 0)
			return STATUS_NOT_RUN;
		pruned += (size_t)result;
	}
	printf("Dropped the bytes of %zu change%s.\n", pruned, pruned == 1 ? "" : "s");
	return 0;
}

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	struct journal journal = { .fd = -1 };
	struct error err = ERROR_INIT;
	int status;
	if (!options_parse(&command_log, argc, argv, &options, &status))
		return status;
	bool as_json = strcmp(options_text(&options, "format", "text"), "json") == 0;
	bool check = options_given(&options, "verify");
	if (options.argument_count > 0 || (options_given(&options, "head") && !check) ||
		(check && options_given(&options, "prune"))) {
		output_error(
			"log: takes no argument, --head only with --verify, and --prune "
			"not with it");
		return STATUS_NOT_RUN;
	}
	const char *head = options_text(&options, "head", NULL);
	if (head != NULL &&
		(strlen(head) != SHA256_HEX - 1 ||
			strspn(head, "0123456789abcdef") != SHA256_HEX - 1)) {
		output_error(
			"log: --head takes a hash of 64 digits, as --verify prints it");
		return STATUS_NOT_RUN;
	}
	const char *path = options_text(&options, "root", "/");
	int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), opened = -1;
	if (root < 0)
		error_set(&err, "%s: %s", path, strerror(errno));
	else
		opened = journal_open(root, options_text(&options, "journal", NULL),
			false, &journal, &err);
	/* before the first of its files is read */
	if (opened >= 0 &&
		confine_to_keeping(&journal.fd,
			opened == 0 && options_given(&options, "prune"), false, &err) < 0)
		opened = -1;
	status = opened < 0 ? STATUS_NOT_RUN : 0;
	if (opened == 1 && !as_json)
		puts(check ? "There is no journal: nothing to verify."
			   : "Nothing was changed yet.");
	if (opened == 1 && options_given(&options, "head")) {
		error_set(&err, "the log does not hold that line: it is gone");
		status = 1;
	}
	if (opened == 0 && check)
		status = verify_journal(
			&journal, options_text(&options, "head", NULL), &err);
	else if (opened == 0 && options_given(&options, "prune"))
		status = prune(&journal, &options, &err);
	else if (opened == 0)
		status = show(&journal, as_json, &err) < 0 ? 1 : 0;
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	journal_close(&journal);
	if (root >= 0)
		close(root);
	return status;
}
