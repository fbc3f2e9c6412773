/* The jobs of anacron. Sources: anacrontab(5), anacron(8); readtab.c and main.c of
 * anacron 2.3 and of cronie 1.7. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/cron_table.h"

static const char anacrontab[] = "/etc/anacrontab";

/* Whether a line of a script, or a command, starts anacron: `anacron -u` only writes down
 * that it ran, and what stands behind test -x is a question. */
static bool
starts_anacron(const char *line)
{
	char *rest = NULL, *before = NULL;
	bool found = false;
	if (!cron_line_counts(line))
		return false;
	autofree char *text = memory_text(line);
	for (char *word = strtok_r(text, " \t;&|(){}", &rest); word != NULL;
		word = strtok_r(NULL, " \t;&|(){}", &rest)) {
		if (strcmp(text_base_name(word), "anacron") == 0 &&
			(before == NULL || strcmp(before, "-x") != 0))
			found = true;
		if (found && strcmp(word, "-u") == 0)
			return false;
		before = word;
	}
	return found;
}

static bool
job_starts_anacron(const struct cron_job *job)
{
	const struct file *file = job->script;
	if (starts_anacron(job->command))
		return true;
	struct bytes line;
	for (size_t at = 0; file != NULL && bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		if (starts_anacron(text))
			return true;
	}
	return false;
}

static void
find_starts(struct cron_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		if (!job_starts_anacron(job))
			continue;
		if (job->doubt != NULL || job->interval > 0 ||
			table->anacron_count == CALENDAR_ITEMS_MAX) {
			free(table->anacron_doubt);
			table->anacron_doubt = memory_printf(
				"when anacron is started: %s",
				job->doubt != NULL ? job->doubt : "not followed");
		} else if (!job->at_boot) {
			table->anacron[table->anacron_count++] = job->times;
		}
	}
}

/* START_HOURS_RANGE of cronie's anacron. */
static void
cut_hours(struct cron_table *table, long first, long last)
{
	for (size_t i = 0; i < table->anacron_count; i++)
		for (unsigned minute = 0; minute < CALENDAR_DAY; minute++)
			if (minute < first * 60 || minute >= last * 60)
				table->anacron[i].minutes[minute / 64] &= ~(
					(uint64_t)1 << (minute % 64));
}

static int
read_hours(const char *value, long *ret_first, long *ret_last)
{
	const char *dash = strchr(value, '-');
	if (dash == NULL)
		return -1;
	autofree char *first = memory_copy(value, (size_t)(dash - value));
	return text_number(first, 0, 24, ret_first, NULL) < 0 ||
			text_number(dash + 1, *ret_first, 24, ret_last, NULL) < 0
		? -1
		: 0;
}

/* How often PERIOD is. */
static int
read_period(const char *period, struct cron_job *job)
{
	static const struct {
		const char *name;
		unsigned days;
	} names[] = { { "@daily", 1 }, { "@weekly", 7 } };
	long days;
	job->every = CALENDAR_DAYS;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(period, names[i].name) == 0) {
			job->days = names[i].days;
			return 0;
		}
	if (strcmp(period, "@monthly") == 0) {
		job->every = CALENDAR_MONTH;
		return 0;
	}
	if (text_number(period, 1, 36500, &days, NULL) < 0)
		return -1;
	job->days = (unsigned)days;
	return 0;
}

/* "PERIOD DELAY NAME COMMAND", whose text is the caller's. */
static int
read_job(char *text, struct cron_job *job)
{
	char *rest = NULL, *period = strtok_r(text, " \t", &rest),
	     *delay = strtok_r(NULL, " \t", &rest), *name = strtok_r(NULL, " \t", &rest);
	if (name == NULL || !text_is_digits(delay) || strchr(name, '/') != NULL ||
		read_period(period, job) < 0)
		return -1;
	rest += strspn(rest, " \t");
	if (*rest == '\0')
		return -1;
	job->command = rest;
	return 0;
}

/* Whether TEXT sets a variable: a name without blanks, and =. */
static const char *
find_value(const char *text, const char **ret_name)
{
	size_t size = strcspn(text, " \t=");
	const char *equals = text + size + strspn(text + size, " \t");
	*ret_name = text;
	return size > 0 && *equals == '=' ? equals + 1 : NULL;
}

static void
take_line(struct host *host, enum cron_flavour flavour, const struct file *file,
	size_t at, char *text, struct cron_table *table)
{
	static const char hours[] = "START_HOURS_RANGE";
	const char *name, *value = find_value(text, &name);
	long first, last;
	struct cron_job job = { .by_anacron = true, .place = { file, at } };
	if (value != NULL) {
		if (strncmp(name, hours, sizeof hours - 1) == 0 &&
			read_hours(value, &first, &last) == 0 && last > first)
			cut_hours(table, first, last);
	} else if (read_job(text, &job) < 0) {
		cron_table_skip(table, file->path, (struct place){ file, at }, false,
			memory_text("anacron leaves out this line"));
		table->skipped[table->skipped_count - 1].is_refused = true;
		table->skipped[table->skipped_count - 1].is_line = true;
	} else {
		struct cron_job *added = cron_table_add(table);
		*added = job;
		/* the boot does, where nothing else starts anacron */
		added->at_boot = table->anacron_count == 0;
		added->command = memory_text(job.command);
		added->script = cron_script_find(host, job.command);
		added->doubt = table->anacron_doubt != NULL
			? memory_text(table->anacron_doubt)
			: NULL;
		job = *added;
		cron_parts_add(host, flavour, &job, table);
	}
}

void
cron_anacron_add(struct host *host, enum cron_flavour flavour, struct cron_table *table)
{
	const struct file *file = host_file(host, anacrontab);
	if (file->state == FILE_REFUSED)
		cron_table_skip(table, anacrontab, (struct place){ 0 }, true,
			memory_text(file->reason));
	if (file->state != FILE_READ)
		return;
	find_starts(table);
	struct bytes line;
	for (size_t next = 0, at = 0; bytes_next_line(file->bytes, &next, &line);
		at = next) {
		autofree char *text = memory_copy(line.data, line.size);
		char *start = text + strspn(text, " \t");
		if (line.size > 0 && line.data[line.size - 1] == '\\')
			cron_table_skip(table, anacrontab, (struct place){ file, at },
				true, memory_text("a continued line is not followed"));
		else if (cron_line_counts(start))
			take_line(host, flavour, file, at, start, table);
	}
}
