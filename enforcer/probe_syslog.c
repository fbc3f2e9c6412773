#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/memory.h"
#include "enforcer/log_file.h"
#include "enforcer/probe.h"
#include "enforcer/probe_model.h"
#include "lenses/process.h"

enum {
	MESSAGES_MAX = 40,
	ARRIVE_TIME = 3000, /* milliseconds; a busy host takes seconds */
	STEP = 50,
};

/* Those that nobody is woken up for, the most harmless first. */
static const unsigned LEVELS[] = { LOG_INFO, LOG_NOTICE, LOG_DEBUG, LOG_WARNING,
	LOG_ERR };

struct message {
	unsigned facility, level;
	char mark[LOG_MARK_SIZE];
	bool *expected; /* owned; by row of the table: it must arrive there */
};

struct questions {
	const struct syslog_table *table;
	struct log_file *files; /* by row */
	struct message messages[MESSAGES_MAX];
	size_t count;
};

/* Whether a message of that pair is seen by nobody but readers of logs. */
static bool
is_harmless(const struct syslog_table *table, unsigned facility, unsigned level)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].type != DESTINATION_FILE &&
			table->rows[i].type != DESTINATION_HOST &&
			priorities_have(table->rows[i].may, facility, level))
			return false;
	return true;
}

/* Which rows are sure to get a message of that pair; false when none of them is. */
static bool
find_rows(const struct questions *questions, unsigned facility, unsigned level,
	bool *ret_rows)
{
	const struct syslog_table *table = questions->table;
	bool any = false;
	for (size_t i = 0; i < table->count; i++) {
		ret_rows[i] = questions->files[i].is_plain &&
			priorities_have(table->rows[i].sure, facility, level);
		any = any || ret_rows[i];
	}
	return any && is_harmless(table, facility, level);
}

/* Adds a message of the pair, unless one goes to the same places already. */
static void
add_message(
	struct questions *questions, unsigned facility, unsigned level, const bool *rows)
{
	size_t size = questions->table->count * sizeof *rows;
	char mark[LOG_MARK_SIZE];
	for (size_t i = 0; i < questions->count; i++)
		if (memcmp(questions->messages[i].expected, rows, size) == 0)
			return;
	if (questions->count == MESSAGES_MAX || log_mark(mark) < 0)
		return;
	struct message *message = &questions->messages[questions->count++];
	*message = (struct message){ facility, level, "",
		memory_new(questions->table->count + 1, sizeof *rows) };
	memcpy(message->expected, rows, size);
	memcpy(message->mark, mark, sizeof mark);
}

static bool
is_asked(const struct questions *questions, size_t row)
{
	for (size_t i = 0; i < questions->count; i++)
		if (questions->messages[i].expected[row])
			return true;
	return false;
}

/* One message for each way that the facilities go, and one for each file that is still
 * without. Of the facility kern only the kernel has messages. */
static void
choose(struct questions *questions)
{
	size_t rows = questions->table->count, levels = sizeof LEVELS / sizeof *LEVELS;
	autofree bool *expected = memory_new(rows + 1, sizeof *expected);
	for (unsigned facility = FACILITY_KERN + 1; facility < FACILITY_COUNT; facility++)
		for (size_t i = 0; i < levels; i++)
			if (find_rows(questions, facility, LEVELS[i], expected)) {
				add_message(questions, facility, LEVELS[i], expected);
				break;
			}
	for (size_t row = 0; row < rows; row++)
		for (unsigned at = 0; at < FACILITY_COUNT * levels; at++) {
			unsigned facility = at / (unsigned)levels;
			unsigned level = LEVELS[at % levels];
			if (facility != FACILITY_KERN && !is_asked(questions, row) &&
				find_rows(questions, facility, level, expected) &&
				expected[row])
				add_message(questions, facility, level, expected);
		}
}

/* Takes off what is expected of a row when it has arrived; whether nothing is left. */
static bool
receive(struct questions *questions, size_t row, bool *ret_any)
{
	bool all = true;
	if (!is_asked(questions, row))
		return true;
	autofree char *text = log_file_tail(
		&questions->table->rows[row], &questions->files[row]);
	for (size_t i = 0; i < questions->count; i++) {
		struct message *message = &questions->messages[i];
		bool here = message->expected[row] && strstr(text, message->mark) != NULL;
		*ret_any = *ret_any || here;
		message->expected[row] = message->expected[row] && !here;
		all = all && !message->expected[row];
	}
	return all;
}

static void
ask(struct questions *questions, struct probe *probe)
{
	long end = process_clock() + ARRIVE_TIME;
	bool all = false;
	for (size_t i = 0; i < questions->count; i++)
		syslog((int)(questions->messages[i].facility << 3 |
			       questions->messages[i].level),
			"%s", questions->messages[i].mark);
	while (!all) {
		all = true;
		for (size_t row = 0; row < questions->table->count; row++)
			all = receive(questions, row, &probe->works) && all;
		if (process_clock() > end)
			break;
		poll(NULL, 0, all ? 0 : STEP);
	}
	/* by the file alone: which messages stand for it may change with the files */
	for (size_t row = 0; row < questions->table->count; row++)
		if (is_asked(questions, row))
			probe_fault(probe, "messages for %s do not arrive there",
				questions->table->rows[row].text);
}

static void
ask_by_model(void *data, struct probe *probe)
{
	struct probe_model model;
	struct syslog_conf conf;
	struct syslog_table table = { 0 };
	struct questions questions = { .table = &table };
	(void)data;
	if (probe_model_open(1u << LENS_SYSLOG, &model) < 0)
		return;
	if (syslog_conf_read(&model.context, &conf, NULL) == 0)
		syslog_table_make(&conf, NULL, &table);
	questions.files = memory_new(table.count + 1, sizeof *questions.files);
	for (size_t i = 0; i < table.count; i++)
		log_file_look(&table.rows[i], &questions.files[i]);
	choose(&questions);
	if (questions.count > 0)
		ask(&questions, probe);
	for (size_t i = 0; i < questions.count; i++)
		free(questions.messages[i].expected);
	free(questions.files);
	syslog_table_free(&table);
	syslog_conf_free(&conf);
	probe_model_close(&model);
}

void
probe_syslog(const struct live_list *list, struct probe *ret_probe)
{
	(void)list;
	/* who can only read can send by what is connected already */
	openlog("holdfast", LOG_PID | LOG_NDELAY, LOG_USER);
	probe_apart(ask_by_model, NULL, ret_probe);
	closelog();
}
