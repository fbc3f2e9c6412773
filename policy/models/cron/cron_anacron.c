/* The jobs of anacron. Sources: anacrontab(5), anacron(8); readtab.c and main.c of
 * anacron 2.3 and of cronie 1.7. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/cron/cron_table.h"

static const char anacrontab[] = "/etc/anacrontab";

/* Whether anacron is started, and what of its jobs. */
enum start {
	START_NOT,
	START_ALL,
	START_DOUBT, /* some of them, or others, or perhaps */
};

/* The options of anacron itself, WORDS: `anacron -u` only writes down that it ran, -T
 * tests its table, and names leave out the other jobs. */
static enum start
read_options(struct host *host, char **words, size_t count)
{
	enum start start = START_ALL;
	for (size_t i = 0; i < count; i++) {
		const char *word = words[i];
		/* Debian's unit: what stands there for it in its defaults */
		if (strcmp(word, "$ANACRON_ARGS") == 0) {
			autofree char *value = command_line_default(
				host, "/etc/default/anacron", "ANACRON_ARGS");
			if (value == NULL || strcmp(value, "") == 0 ||
				strcmp(value, "-s") == 0)
				continue;
			return START_DOUBT;
		}
		if (word[0] != '-' || word[1] == '\0')
			return START_DOUBT;
		for (const char *letter = word + 1; *letter != '\0'; letter++) {
			if (strchr("uTVh", *letter) != NULL)
				return START_NOT;
			if (*letter == 'S') { /* where it keeps its marks */
				i += letter[1] == '\0';
				break;
			}
			if (strchr("fnsdq", *letter) == NULL)
				start = START_DOUBT;
		}
	}
	return start;
}

/* `invoke-rc.d anacron start`, of Debian's crontab, and the like: the init script starts
 * anacron -s. */
static bool
starts_script(const struct shell_command *command)
{
	static const char *const programs[] = { "invoke-rc.d", "service", NULL };
	const char *name = text_base_name(command->words[0]);
	bool is_script = strcmp(command->words[0], "/etc/init.d/anacron") == 0;
	if (!is_script && !text_is_one_of(name, programs))
		return false;
	size_t at = is_script ? 1 : 2;
	return command->count == at + 1 &&
		(is_script || strcmp(command->words[1], "anacron") == 0) &&
		strcmp(command->words[at], "start") == 0;
}

static enum start
starts_anacron(struct host *host, const struct shell_commands *commands, bool is_script)
{
	enum start found = START_NOT;
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = &commands->items[i];
		enum start one = START_NOT;
		if (starts_script(command)) {
			one = START_ALL;
		} else if (strcmp(text_base_name(command->words[0]), "anacron") != 0) {
			for (size_t k = 1; k < command->count; k++)
				if (strcmp(command->words[k], "anacron") == 0)
					one = START_DOUBT;
		} else {
			one = read_options(host, command->words + 1, command->count - 1);
		}
		/* what a script asks before is not followed: Red Hat's asks for the
		   mains, and whether it was started today */
		if (one == START_ALL && command->is_perhaps && !is_script)
			one = START_DOUBT;
		found = one > found ? one : found;
	}
	return found;
}

static enum start
job_starts_anacron(
	struct host *host, const struct cron_table *table, const struct cron_job *job)
{
	enum start found = starts_anacron(host, &job->commands, false);
	for (size_t i = 0; i < job->commands.count; i++) {
		const struct cron_script *script = cron_commands_script(
			host, table, &job->commands.items[i]);
		enum start one = script != NULL
			? starts_anacron(host, &script->commands, true)
			: START_NOT;
		if (one == START_ALL && job->commands.items[i].is_perhaps)
			one = START_DOUBT;
		found = one > found ? one : found;
	}
	return found;
}

static void
find_starts(struct host *host, struct cron_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		enum start start = job_starts_anacron(host, table, job);
		if (start == START_NOT)
			continue;
		if (job->doubt != NULL || job->interval > 0 || start == START_DOUBT ||
			table->anacron_count == CALENDAR_ITEMS_MAX) {
			free(table->anacron_doubt);
			table->anacron_doubt = memory_printf(
				"when anacron is started, and for which jobs: %s",
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
		size_t index = table->count;
		struct cron_job *added = cron_table_add(table);
		*added = job;
		/* the boot does, where nothing else starts anacron */
		added->at_boot = table->anacron_count == 0;
		added->command = memory_text(job.command);
		added->doubt = table->anacron_doubt != NULL
			? memory_text(table->anacron_doubt)
			: NULL;
		cron_commands_add(host, table, index);
		job = table->jobs[index];
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
	if (host_exists(host, "/usr/sbin/anacron") == 0 &&
		host_exists(host, "/usr/sbin") == 1) {
		cron_table_skip(table, anacrontab, (struct place){ 0 }, false,
			memory_text("there is no /usr/sbin/anacron"));
		return;
	}
	find_starts(host, table);
	struct bytes line;
	for (size_t next = 0, at = 0; bytes_next_line(file->bytes, &next, &line);
		at = next) {
		autofree char *text = memory_copy(line.data, line.size);
		char *start = text + strspn(text, " \t");
		if (line.size > 0 && line.data[line.size - 1] == '\\')
			cron_table_skip(table, anacrontab, (struct place){ file, at },
				true, memory_text("a continued line is not followed"));
		else if (cron_line_counts(start) && !cron_table_is_full(host, table))
			take_line(host, flavour, file, at, start, table);
	}
}
