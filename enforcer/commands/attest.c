/* attest: records what a person answers about controls of the kind attest. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "enforcer/ask.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/setup.h"
#include "enforcer/storage.h"
#include "policy/attestation.h"
#include "policy/source.h"

enum { DAY = 24 * 60 * 60, DAYS_MAX = 36500, TEXT_MAX = 4000 };

struct statement {
	const char *yes_or_no, *by, *remark, *evidence; /* NULL or "": none */
	long days;
	char *asked[3]; /* owned: what was typed */
};

static void
show_text(const char *label, const char *text)
{
	autobuffer struct buffer line = { 0 };
	if (text == NULL)
		return;
	buffer_printf(&line, "  %s: ", label);
	output_escaped(&line, text);
	buffer_text(&line, "\n");
	output_print((struct bytes){ line.data, line.size });
}

static void
show(const struct control *control)
{
	static const char *const labels[] = { "objective", "compliance", "testing" };
	autobuffer struct buffer head = { 0 };
	output_escaped(&head, control->title != NULL ? control->title : control->id);
	buffer_text(&head, "\n");
	output_print((struct bytes){ head.data, head.size });
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		show_text(labels[i], value_text(control->common, labels[i], NULL));
}

/* EVIDENCE as the file of ANSWERS names it: below its folder from there, so that both can
 * be moved, else from the root. NULL: it can't be found. The caller frees. */
static char *
kept_path(const char *evidence, const char *answers, struct error *err)
{
	autofree char *whole = realpath(evidence, NULL);
	if (whole == NULL) {
		error_set(err, "the evidence %s: %s", evidence, strerror(errno));
		return NULL;
	}
	autofree char *beside = source_path(answers, ".");
	autofree char *folder = realpath(beside, NULL);
	size_t size = folder != NULL ? strlen(folder) : 0;
	while (size > 0 && folder[size - 1] == '/')
		size--;
	bool is_below = folder != NULL && strncmp(whole, folder, size) == 0 &&
		whole[size] == '/';
	return memory_text(is_below ? whole + size + 1 : whole);
}

/* The evidence's hash, and its path as the file of answers names it. */
static json_t *
evidence_object(const char *evidence, const char *answers, struct error *err)
{
	struct file file = { .state = FILE_READ };
	autofree char *path = kept_path(evidence, answers, err);
	if (path == NULL)
		return NULL;
	if (source_read(evidence, false, &file.bytes, err) < 0) {
		error_prefix(err, "the evidence %s", evidence);
		return NULL;
	}
	json_t *object = json_pack(
		"{s:s, s:s}", "file", path, "sha256", file_sha256(&file));
	free((char *)file.bytes.data);
	free(file.hash);
	if (object == NULL)
		error_set(err, "%s: its name is not UTF-8", evidence);
	return object;
}

/* Asks for a file until there is one, or none is meant. The caller frees. */
static char *
ask_evidence(const char *answers)
{
	for (;;) {
		struct error err = ERROR_INIT;
		char *file = ask_line("File of evidence (none: an empty line): ");
		json_t *object = *file != '\0' ? evidence_object(file, answers, &err)
					       : json_null();
		if (object == NULL)
			output_error("%s", err.text);
		error_clear(&err);
		json_decref(object);
		if (object != NULL)
			return file;
		free(file);
	}
}

/* Asks for what the options do not say. -1 when there is nobody to ask. */
static int
ask(const struct control *control, struct statement *statement, const char *answers)
{
	if (statement->yes_or_no != NULL)
		return 0;
	if (!ask_is_possible()) {
		output_error("attest: nobody can be asked here: give --answer yes or no, "
			     "and --by");
		return -1;
	}
	show(control);
	int letter;
	while ((letter = ask_letter("Is it so? [yes/no] ")) != 'y' && letter != 'n')
		if (letter < 0)
			return -1;
	statement->yes_or_no = letter == 'y' ? "yes" : "no";
	if (statement->by == NULL)
		statement->by = statement->asked[0] = ask_line("Who says so? ");
	if (statement->remark == NULL)
		statement->remark = statement->asked[1] = ask_line("Remark: ");
	if (statement->evidence == NULL)
		statement->evidence = statement->asked[2] = ask_evidence(answers);
	return 0;
}

/* DAYS from now as YYYY-MM-DD, by the local calendar. */
static void
day_text(long days, char ret_text[16])
{
	time_t then = time(NULL) + days * DAY;
	struct tm tm;
	localtime_r(&then, &tm);
	strftime(ret_text, 16, "%Y-%m-%d", &tm);
}

static char *
make_line(const struct control *control, const struct statement *statement,
	const char *answers, struct error *err)
{
	char date[16], until[16];
	day_text(0, date);
	day_text(statement->days, until);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", control->id,
		"answer", statement->yes_or_no, "by", statement->by, "date", date,
		"until", until);
	char *line = NULL;
	if (object == NULL)
		error_set(err, "--by is not UTF-8");
	else if (statement->remark != NULL && *statement->remark != '\0' &&
		json_object_set_new(object, "remark", json_string(statement->remark)) < 0)
		error_set(err, "the remark is not UTF-8");
	else if (statement->evidence == NULL || *statement->evidence == '\0')
		line = json_dumps(object, JSON_COMPACT);
	else {
		json_t *evidence = evidence_object(statement->evidence, answers, err);
		if (evidence != NULL) {
			json_object_set_new(object, "evidence", evidence);
			line = json_dumps(object, JSON_COMPACT);
		}
	}
	json_decref(object);
	return line;
}

/* Appends LINE to the file PATH, which grows by whole lines alone. */
static int
append(const char *path, const char *line, struct error *err)
{
	struct stat status;
	char last = '\n';
	int fd = open(path,
		O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0644);
	if (fd < 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	autobuffer struct buffer text = { 0 };
	int result = flock(fd, LOCK_EX) < 0 || fstat(fd, &status) < 0 ? -1 : 0;
	if (result == 0 && !S_ISREG(status.st_mode)) {
		close(fd);
		return error_set(err, "%s: not a regular file", path);
	}
	if (result == 0 && status.st_size > 0 &&
		pread(fd, &last, 1, status.st_size - 1) != 1)
		result = -1;
	buffer_printf(&text, "%s%s\n", last == '\n' ? "" : "\n", line);
	if (result < 0 || storage_write(fd, (struct bytes){ text.data, text.size }) < 0 ||
		storage_sync(fd) < 0)
		result = error_set(err, "%s: %s", path, strerror(errno));
	close(fd);
	return result;
}

/* Whether what is there is a file of answers, all of it: else it is somebody else's. */
static int
check_answers(const struct control *control, struct error *err)
{
	char today[16];
	struct attestation attestation;
	day_text(0, today);
	attestation_read(control, today, false, &attestation);
	int result = attestation.state == ATTESTATION_UNREADABLE
		? error_set(err, "%s: %s: nothing is written", attestation.file.path,
			  attestation.reason)
		: 0;
	attestation_free(&attestation);
	return result;
}

static int
check_statement(const struct statement *statement)
{
	if (statement->by == NULL || *statement->by == '\0') {
		output_error("attest: somebody must answer for it: --by NAME");
		return -1;
	}
	if (strlen(statement->by) > TEXT_MAX ||
		(statement->remark != NULL && strlen(statement->remark) > TEXT_MAX)) {
		output_error(
			"attest: a name or remark is longer than %d bytes", TEXT_MAX);
		return -1;
	}
	return 0;
}

static int
attest(const struct control *control, struct statement statement)
{
	struct error err = ERROR_INIT;
	autofree char *path = attestation_path(control);
	autofree char *line = NULL;
	int status = STATUS_NOT_RUN;
	if (strcmp(control->kind->name, "attest") != 0) {
		output_error("%s: it is of the kind %s, which holdfast judges by itself",
			control->id, control->kind->name);
		return status;
	}
	if (check_answers(control, &err) < 0) {
		output_error("%s", err.text);
		error_clear(&err);
		return status;
	}
	if (ask(control, &statement, path) == 0 && check_statement(&statement) == 0 &&
		(line = make_line(control, &statement, path, &err)) != NULL &&
		append(path, line, &err) == 0) {
		autobuffer struct buffer said = { 0 };
		buffer_printf(&said, "%s: ", control->id);
		output_escaped(&said, statement.yes_or_no);
		buffer_text(&said, ", recorded in ");
		output_escaped(&said, path);
		if (statement.evidence != NULL && *statement.evidence != '\0') {
			buffer_text(&said, ", with the hash of ");
			output_escaped(&said, statement.evidence);
		}
		buffer_text(&said, "\n");
		const char *most = value_text(control->keys, "max-days", "365");
		autofree char *days = memory_printf("%ld", statement.days);
		if (strlen(most) < strlen(days) ||
			(strlen(most) == strlen(days) && strcmp(most, days) < 0))
			buffer_printf(&said,
				"It counts for %s days, by max-days of the policy, not "
				"for %s.\n",
				most, days);
		output_print((struct bytes){ said.data, said.size });
		status = 0;
	}
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	for (size_t i = 0; i < sizeof statement.asked / sizeof *statement.asked; i++)
		free(statement.asked[i]);
	return status;
}

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	{ "answer", 'a', "yes|no", "whether it is so, without asking", false },
	{ "by", 0, "NAME", "who says so", false },
	{ "remark", 0, "TEXT", "a word about it", false },
	{ "evidence", 0, "FILE", "what shows it; its hash is kept", false },
	{ "days", 0, "N", "for how many days it holds (default 365)", false },
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_attest = {
	.name = "attest",
	.synopsis = "[OPTION]... ID...",
	.summary = "record what a person answers about a control",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	struct policy policy = { 0 };
	struct statement statement = { .days = 365 };
	struct error err = ERROR_INIT;
	int status;
	if (!options_parse(&command_attest, argc, argv, &options, &status))
		return status;
	if (options.argument_count == 0) {
		output_error("attest: which control? 'holdfast policy show' lists them");
		return STATUS_NOT_RUN;
	}
	statement.yes_or_no = options_text(&options, "answer", NULL);
	statement.by = options_text(&options, "by", NULL);
	statement.remark = options_text(&options, "remark", NULL);
	statement.evidence = options_text(&options, "evidence", NULL);
	if (text_number(options_text(&options, "days", "365"), 1, DAYS_MAX,
		    &statement.days, &err) < 0) {
		output_error("attest: --days: %s", err.text);
		error_clear(&err);
		return STATUS_NOT_RUN;
	}
	status = STATUS_NOT_RUN;
	if (setup_policy(&options, false, &policy) == 0 &&
		setup_check_ids(&policy, options.arguments, options.argument_count) ==
			0) {
		status = 0;
		for (size_t i = 0; i < options.argument_count && status == 0; i++)
			status = attest(
				policy_find(&policy, options.arguments[i]), statement);
	}
	policy_free(&policy);
	return status;
}
