#include "policy/kinds/schedule_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/pattern.h"

enum {
	LINE_MAX_SIZE = 64 * 1024, /* see pattern_matches */
	MATCHES_MAX = 20, /* in a line that are tried */
};

bool
schedule_search_begin(
	const struct schedule_wanted *wanted, struct schedule_search *ret_search)
{
	*ret_search = (struct schedule_search){ .wanted = wanted };
	return wanted->programs != NULL ||
		regcomp(&ret_search->regex, wanted->command, REG_EXTENDED) == 0;
}

void
schedule_search_end(struct schedule_search *search)
{
	if (search->wanted->programs == NULL)
		regfree(&search->regex);
}

/* The last of COMMANDS that begins before END, which are in their order; NULL: none. */
static const struct shell_command *
find_before(const struct shell_commands *commands, size_t end)
{
	size_t low = 0, high = commands->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (commands->items[middle].start < end)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &commands->items[low - 1] : NULL;
}

/* --- where a program without a path is looked for ------------------------------------
 */

/* The text that a command stands in, and the file behind that, up to where it counts. */
struct around {
	struct bytes text, file;
	bool is_unit; /* systemd looks in all folders: systemd.exec(5), $PATH */
};

/* Whether the last "PATH=A:B" of TEXT before END, as a crontab or a shell has it, names
 * FOLDER; -1 when there is none. */
static int
names_folder(struct bytes text, size_t end, const char *folder)
{
	int found = -1;
	struct bytes line;
	for (size_t next = 0, at = 0; at < end && bytes_next_line(text, &next, &line);
		at = next) {
		char *rest = NULL;
		autofree char *copy = memory_copy(line.data, line.size);
		char *value = copy + strspn(copy, " \t");
		if (strncmp(value, "export ", strlen("export ")) == 0)
			value += strlen("export ");
		if (strncmp(value, "PATH", strlen("PATH")) != 0)
			continue;
		value += strlen("PATH");
		value += strspn(value, " \t");
		if (*value != '=')
			continue;
		found = 0;
		for (char *item = strtok_r(value + 1, ":\"' \t;", &rest); item != NULL;
			item = strtok_r(NULL, ":\"' \t;", &rest))
			found = found || strcmp(item, folder) == 0;
	}
	return found;
}

/* Whether COMMAND, which names no path, is of a program that its PATH may not have:
 * cron's is /usr/bin:/bin where the crontab sets none (crontab(5)), or what systemd gives
 * to cron -P. */
static bool
may_not_be_found(struct host *host, const struct around *around,
	const struct shell_command *command)
{
	static const char *const usual[] = { "/usr/bin", "/bin", NULL },
				 *const others[] = { "/usr/local/bin", "/usr/local/sbin",
					 "/usr/sbin", "/sbin", NULL };
	const char *name = command->words[0];
	bool is_elsewhere = false;
	if (strchr(name, '/') != NULL || around->is_unit)
		return false;
	for (size_t i = 0; usual[i] != NULL; i++) {
		autofree char *path = memory_printf("%s/%s", usual[i], name);
		if (host_exists(host, path) == 1)
			return false;
	}
	for (size_t i = 0; others[i] != NULL; i++) {
		autofree char *path = memory_printf("%s/%s", others[i], name);
		if (host_exists(host, path) != 1)
			continue;
		int named = names_folder(around->text, command->start, others[i]);
		if (named == -1)
			named = names_folder(around->file, around->file.size, others[i]);
		if (named == 1)
			return false;
		is_elsewhere = true;
	}
	return is_elsewhere;
}

static enum schedule_meant
how_surely(struct schedule_search *search, const struct around *around,
	const struct shell_command *command)
{
	if (command->is_perhaps)
		return SCHEDULE_PERHAPS;
	if (!may_not_be_found(search->host, around, command))
		return SCHEDULE_SURELY;
	search->why = "its program has no path, and cron may not find it by PATH";
	return SCHEDULE_PERHAPS;
}

/* --- what is meant -------------------------------------------------------------------
 */

/* Whether what the pattern matches in LINE, which begins at OFFSET, is a part of one of
 * COMMANDS. *ret_other: it is a part of something else. */
static enum schedule_meant
match_line(struct schedule_search *search, struct bytes line, size_t offset,
	const struct around *around, const struct shell_commands *commands,
	bool *ret_other)
{
	enum schedule_meant found = SCHEDULE_NOT;
	regmatch_t match;
	unsigned count = 0;
	if (line.size > LINE_MAX_SIZE) {
		search->unsure = true;
		return found;
	}
	autofree char *text = memory_copy(line.data, line.size);
	for (size_t at = 0; at <= line.size && found != SCHEDULE_SURELY;
		at += (size_t)(match.rm_eo > 0 ? match.rm_eo : 1)) {
		if (regexec(&search->regex, text + at, 1, &match,
			    at > 0 ? REG_NOTBOL : 0) != 0)
			break;
		if (++count > MATCHES_MAX) {
			search->unsure = true;
			break;
		}
		size_t start = offset + at + (size_t)match.rm_so,
		       end = offset + at + (size_t)match.rm_eo;
		const struct shell_command *command = find_before(commands, end);
		bool is_in = command != NULL && command->start + command->size > start;
		enum schedule_meant one = is_in ? how_surely(search, around, command)
						: SCHEDULE_NOT;
		*ret_other = *ret_other || !is_in;
		found = one > found ? one : found;
	}
	return found;
}

/* Whether COMMAND, with its variables put in, is it. */
static bool
is_command(struct schedule_search *search, const struct shell_command *command)
{
	const char *const *programs = search->wanted->programs;
	if (programs != NULL)
		return text_is_one_of(text_base_name(command->words[0]), programs) &&
			(search->wanted->is_idle == NULL ||
				!search->wanted->is_idle(command));
	autobuffer struct buffer words = { 0 };
	for (size_t i = 0; i < command->count; i++)
		buffer_printf(&words, "%s%s", i > 0 ? " " : "", command->words[i]);
	return pattern_matches(&search->regex, (struct bytes){ words.data, words.size },
		&search->unsure);
}

/* Whether what is AROUND COMMANDS, which were read of its text, starts it. */
static enum schedule_meant
match_text(struct schedule_search *search, const struct around *around,
	const struct shell_commands *commands, bool *ret_other)
{
	enum schedule_meant found = SCHEDULE_NOT;
	const struct bytes text = around->text;
	struct bytes line;
	for (size_t i = 0; i < commands->count && found != SCHEDULE_SURELY; i++) {
		bool is_it = is_command(search, &commands->items[i]);
		enum schedule_meant one = is_it
			? how_surely(search, around, &commands->items[i])
			: SCHEDULE_NOT;
		found = one > found ? one : found;
	}
	if (search->wanted->programs != NULL) {
		for (size_t i = 0; search->wanted->programs[i] != NULL; i++)
			*ret_other = *ret_other ||
				memmem(text.data, text.size, search->wanted->programs[i],
					strlen(search->wanted->programs[i])) != NULL;
		return found;
	}
	for (size_t at = 0, start = 0;
		found != SCHEDULE_SURELY && bytes_next_line(text, &at, &line);
		start = at) {
		enum schedule_meant one = match_line(
			search, line, start, around, commands, ret_other);
		found = one > found ? one : found;
	}
	return found;
}

/* FOUND, with what may be there besides and is a part of something else. */
static enum schedule_meant
with_doubt(struct schedule_search *search, enum schedule_meant found, bool is_other,
	const struct shell_commands *commands)
{
	if (found == SCHEDULE_SURELY || commands->doubt == NULL ||
		(found == SCHEDULE_NOT && !is_other))
		return found;
	search->why = commands->doubt;
	return SCHEDULE_PERHAPS;
}

static enum schedule_meant
match_script(struct schedule_search *search, const struct cron_script *script)
{
	const struct around around = { .text = script->file->bytes };
	bool is_other = false;
	enum schedule_meant found = match_text(
		search, &around, &script->commands, &is_other);
	return with_doubt(search, found, is_other, &script->commands);
}

static bool
is_unit(const char *path)
{
	static const char *const ends[] = { ".service", ".timer", ".conf" };
	size_t size = strlen(path);
	bool found = false;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		found = found ||
			(size > strlen(ends[i]) &&
				strcmp(path + size - strlen(ends[i]), ends[i]) == 0);
	return found && strstr(path, "/systemd/") != NULL;
}

/* SCRIPTS: what match_script says of the table's. */
static enum schedule_meant
match_job(struct schedule_search *search, struct host *host,
	const struct cron_table *table, const enum schedule_meant *scripts,
	const struct cron_job *job)
{
	const struct file *file = job->place.file;
	const struct around around = { .text = BYTES_TEXT(job->command),
		.file = file != NULL
			? (struct bytes){ file->bytes.data, job->place.offset }
			: (struct bytes){ 0 },
		.is_unit = file != NULL && is_unit(file->path) };
	bool is_other = false;
	enum schedule_meant found = match_text(
		search, &around, &job->commands, &is_other);
	for (size_t i = 0; i < job->commands.count && found != SCHEDULE_SURELY; i++) {
		const struct shell_command *command = &job->commands.items[i];
		const struct cron_script *script = cron_commands_script(
			host, table, command);
		enum schedule_meant one = script != NULL
			? scripts[script - table->scripts]
			: SCHEDULE_NOT;
		if (one == SCHEDULE_SURELY && command->is_perhaps)
			one = SCHEDULE_PERHAPS;
		found = one > found ? one : found;
	}
	return with_doubt(search, found, is_other, &job->commands);
}

enum schedule_meant *
schedule_match_table(
	struct schedule_search *search, struct host *host, const struct cron_table *table)
{
	autofree enum schedule_meant *scripts = memory_new(
		table->script_count + 1, sizeof *scripts);
	enum schedule_meant *jobs = memory_new(table->count + 1, sizeof *jobs);
	search->host = host;
	search->why = "a condition before it is not followed";
	for (size_t i = 0; i < table->script_count; i++)
		scripts[i] = match_script(search, &table->scripts[i]);
	for (size_t i = 0; i < table->count; i++)
		jobs[i] = match_job(search, host, table, scripts, &table->jobs[i]);
	return jobs;
}

bool
schedule_looks_so(struct schedule_search *search, struct bytes line)
{
	const char *const *programs = search->wanted->programs;
	if (programs == NULL)
		return pattern_matches(&search->regex, line, &search->unsure);
	for (size_t i = 0; programs[i] != NULL; i++)
		if (memmem(line.data, line.size, programs[i], strlen(programs[i])) !=
			NULL)
			return true;
	return false;
}

bool
schedule_file_looks_so(struct schedule_search *search, const struct file *file)
{
	struct bytes line;
	if (file->state != FILE_READ)
		return false;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		if (cron_line_counts(text) && schedule_looks_so(search, line))
			return true;
	}
	return false;
}
