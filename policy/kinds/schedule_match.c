#include "policy/kinds/schedule_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/pattern.h"

enum {
	MATCHES_MAX = 20, /* in a line that are tried */
	PATH_TEXT_MAX = 64 << 10, /* bytes that are looked through for a PATH */
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
 * FOLDER; -1 when there is none. None is looked for in what is too long to be read for
 * each command. */
static int
names_folder(struct bytes text, size_t end, const char *folder)
{
	int found = -1;
	struct bytes line;
	if (end > PATH_TEXT_MAX)
		return 0;
	for (size_t next = 0, at = 0; at <= end && bytes_next_line(text, &next, &line);
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
		/* else with what it was before */
		if (strstr(value, "$PATH") == NULL && strstr(value, "${PATH}") == NULL)
			found = 0;
		for (char *item = strtok_r(value + 1, ":\"' \t;", &rest); item != NULL;
			item = strtok_r(NULL, ":\"' \t;", &rest))
			found = strcmp(item, folder) == 0 ? 1 : found;
	}
	return found;
}

/* The same of the PATH that COMMAND has. */
static int
path_names(const struct around *around, const struct shell_command *command,
	const char *folder)
{
	int named = names_folder(around->text, command->start, folder);
	return named != -1 ? named
			   : names_folder(around->file, around->file.size, folder);
}

/* Whether NAME of COMMAND, which is no path, is a program that its PATH may not have:
 * cron's is /usr/bin:/bin where the crontab sets none (crontab(5)), or what systemd gives
 * to cron -P. */
static bool
may_not_be_found(struct host *host, const struct around *around,
	const struct shell_command *command, const char *name)
{
	static const char *const usual[] = { "/usr/bin", "/bin", NULL },
				 *const others[] = { "/usr/local/bin", "/usr/local/sbin",
					 "/usr/sbin", "/sbin", NULL };
	bool is_elsewhere = false;
	if (strchr(name, '/') != NULL || around->is_unit)
		return false;
	for (size_t i = 0; usual[i] != NULL; i++) {
		autofree char *path = memory_printf("%s/%s", usual[i], name);
		if (host_exists(host, path) != 1)
			continue;
		if (path_names(around, command, usual[i]) != 0)
			return false;
		is_elsewhere = true;
	}
	for (size_t i = 0; others[i] != NULL; i++) {
		autofree char *path = memory_printf("%s/%s", others[i], name);
		if (host_exists(host, path) != 1)
			continue;
		if (path_names(around, command, others[i]) == 1)
			return false;
		is_elsewhere = true;
	}
	return is_elsewhere;
}

/* Whether OWN, a command from its program on, has an option by which programs tell
 * something, or what they would do, and do nothing: GNU Coding Standards, 4.8, 4.9. Those
 * that are asked for by name have an is_idle of their own. */
static bool
may_be_idle(const struct schedule_search *search, const struct shell_command *own)
{
	static const char *const idle[] = { "--help", "--version", "--dry-run", NULL };
	for (size_t i = 1; search->wanted->programs == NULL && i < own->count; i++)
		if (text_is_one_of(own->words[i], idle))
			return true;
	return false;
}

/* Whether another user than root may not start PATH: it, or a folder above it, is root's
 * and not for others to execute or to pass. What is another's may be his own, and groups
 * are not followed: access(2). */
static bool
may_be_barred(struct host *host, const char *path)
{
	autofree char *copy = memory_text(path);
	struct stat status;
	for (char *slash = copy + strlen(copy); slash > copy;
		slash = strrchr(copy, '/')) {
		autofree char *target = NULL;
		*slash = '\0';
		if (*copy != '\0' && host_status(host, copy, &status, &target) == 0 &&
			status.st_mode != 0 && status.st_uid == 0 &&
			(status.st_mode & S_IXOTH) == 0)
			return true;
	}
	return false;
}

static struct schedule_match
how_surely(struct schedule_search *search, const struct around *around,
	const struct shell_command *command)
{
	if (command->is_perhaps)
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"a condition before it is not followed", NULL };
	if (search->is_others && command->user != SHELL_SAME)
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"whether a user other than root may start it by sudo, su or "
			"runuser is not followed",
			NULL };
	if (shell_lacks(search->host, command->words[0]))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"its program, or its interpreter, is in no folder of programs "
			"that is there",
			NULL };
	const struct shell_command own = schedule_command_own(command);
	const char *program = own.words[0];
	if (may_be_idle(search, &own))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"by its option --help, --version or --dry-run it may do nothing",
			NULL };
	if (*program == '/' && shell_lacks(search->host, program))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"the script that it starts is not there", NULL };
	bool is_others = command->user == SHELL_OTHER ||
		(command->user == SHELL_SAME && search->is_others);
	if (is_others && *program == '/' && may_be_barred(search->host, program))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"its user may not start it, which only root surely may", NULL };
	if (may_not_be_found(search->host, around, command, command->words[0]))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"its program has no path, and cron may not find it by PATH",
			NULL };
	autofree char *interpreter = command->words[0][0] == '/'
		? shell_env_program(search->host, command->words[0])
		: NULL;
	if (interpreter != NULL &&
		may_not_be_found(search->host, around, command, interpreter))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"env may not find its interpreter by the PATH that cron gives",
			NULL };
	return (struct schedule_match){ .meant = SCHEDULE_SURELY };
}

/* --- what is meant -------------------------------------------------------------------
 */

static struct schedule_match
better(struct schedule_match a, struct schedule_match b)
{
	return b.meant > a.meant ? b : a;
}

/* What COMMAND is, PART of which the pattern is about. */
static struct schedule_match
match_part(struct schedule_search *search, const struct around *around,
	const struct shell_command *command, enum schedule_part part)
{
	if (part == SCHEDULE_PROGRAM)
		return how_surely(search, around, command);
	if (part == SCHEDULE_NOWHERE || schedule_command_is_harmless(command))
		return (struct schedule_match){ 0 };
	return (struct schedule_match){ SCHEDULE_PERHAPS, NULL, command->words[0] };
}

/* Whether what the pattern matches in LINE, which begins at OFFSET, is a part of one of
 * COMMANDS. *ret_other: it is a part of something else. */
static struct schedule_match
match_line(struct schedule_search *search, struct bytes line, size_t offset,
	const struct around *around, const struct shell_commands *commands,
	bool *ret_other)
{
	struct schedule_match found = { 0 };
	regmatch_t match;
	unsigned count = 0;
	if (line.size > SCHEDULE_LINE_MAX) {
		search->unsure = true;
		return found;
	}
	autofree char *text = memory_copy(line.data, line.size);
	for (size_t at = 0; at <= line.size && found.meant != SCHEDULE_SURELY;
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
		if (command == NULL || command->start + command->size <= start)
			*ret_other = true;
		else if (schedule_command_part(search, command) == SCHEDULE_NOWHERE)
			found = better(found,
				match_part(search, around, command,
					schedule_raw_part(search, around->text, start,
						end, command)));
	}
	return found;
}

/* What COMMAND, with its variables put in, is. */
static struct schedule_match
match_command(struct schedule_search *search, const struct around *around,
	const struct shell_command *command)
{
	const char *const *programs = search->wanted->programs;
	if (programs == NULL)
		return match_part(
			search, around, command, schedule_command_part(search, command));
	const struct shell_command own = schedule_command_own(command);
	bool is_it = text_is_one_of(text_base_name(own.words[0]), programs) &&
		(search->wanted->is_idle == NULL || !search->wanted->is_idle(&own));
	return match_part(
		search, around, command, is_it ? SCHEDULE_PROGRAM : SCHEDULE_NOWHERE);
}

/* What the lines around commands say that match no command. */
static struct schedule_match
match_lines(struct schedule_search *search, const struct around *around,
	const struct shell_commands *commands, bool *ret_other)
{
	struct schedule_match found = { 0 };
	const struct bytes text = around->text;
	struct bytes line;
	if (search->wanted->programs != NULL) {
		for (size_t i = 0; search->wanted->programs[i] != NULL; i++)
			*ret_other = *ret_other ||
				memmem(text.data, text.size, search->wanted->programs[i],
					strlen(search->wanted->programs[i])) != NULL;
		return found;
	}
	for (size_t at = 0, start = 0;
		found.meant != SCHEDULE_SURELY && bytes_next_line(text, &at, &line);
		start = at)
		found = better(found,
			match_line(search, line, start, around, commands, ret_other));
	return found;
}

/* Whether one of COMMANDS is what an expansion says that is not followed. */
static bool
has_variable(const struct shell_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++)
		if (commands->items[i].is_expanded &&
			strpbrk(commands->items[i].words[0], "$`") != NULL)
			return true;
	return false;
}

/* FOUND, with what may be there besides and is a part of something else. */
static struct schedule_match
with_doubt(
	struct schedule_match found, bool is_other, const struct shell_commands *commands)
{
	if (found.meant == SCHEDULE_NOT && is_other && has_variable(commands))
		return (struct schedule_match){ SCHEDULE_PERHAPS,
			"it stands there, and what a variable starts is not followed",
			NULL };
	if (found.meant == SCHEDULE_SURELY || commands->doubt == NULL ||
		(found.meant == SCHEDULE_NOT && !is_other))
		return found;
	return (struct schedule_match){ SCHEDULE_PERHAPS, commands->doubt, NULL };
}

/* What is said of the scripts of a table, each at its place once. */
struct scripts {
	struct host *host;
	const struct cron_table *table;
	struct said {
		enum { SAID_NOTHING, SAID_BEGUN, SAID_ALL } state;
		struct schedule_match match;
	} * said;
};

static struct schedule_match
match_script(struct schedule_search *search, struct scripts *scripts, size_t i);

static const char endless[] = "scripts that start each other are not followed";

/* Whether COMMAND starts a script that does. */
static struct schedule_match
match_started(struct schedule_search *search, struct scripts *scripts,
	const struct around *around, const struct shell_command *command)
{
	const struct cron_script *script = cron_commands_script(
		scripts->host, scripts->table, command);
	if (script == NULL)
		return (struct schedule_match){ 0 };
	struct schedule_match found = match_script(
		search, scripts, (size_t)(script - scripts->table->scripts));
	return found.meant == SCHEDULE_SURELY ? how_surely(search, around, command)
					      : found;
}

/* Whether what is AROUND COMMANDS, which were read of its text, starts it, by itself or
 * by a script. What is behind one that comes to itself again is not reached. */
static struct schedule_match
match_commands(struct schedule_search *search, struct scripts *scripts,
	const struct around *around, const struct shell_commands *commands)
{
	struct schedule_match found = { 0 };
	bool is_other = false;
	for (size_t i = 0; i < commands->count && found.meant != SCHEDULE_SURELY; i++) {
		const struct shell_command *command = &commands->items[i];
		found = better(found, match_command(search, around, command));
		if (found.meant == SCHEDULE_SURELY)
			break;
		struct schedule_match one = match_started(
			search, scripts, around, command);
		if (one.why == endless)
			return one;
		found = better(found, one);
	}
	if (found.meant != SCHEDULE_SURELY)
		found = better(found, match_lines(search, around, commands, &is_other));
	return with_doubt(found, is_other, commands);
}

static struct schedule_match
match_script(struct schedule_search *search, struct scripts *scripts, size_t i)
{
	const struct cron_script *script = &scripts->table->scripts[i];
	struct said *said = &scripts->said[i];
	const struct around around = { .text = script->file->bytes };
	if (said->state == SAID_BEGUN)
		return (struct schedule_match){ SCHEDULE_PERHAPS, endless, NULL };
	if (said->state == SAID_NOTHING) {
		said->state = SAID_BEGUN;
		said->match = match_commands(search, scripts, &around, &script->commands);
		said->state = SAID_ALL;
	}
	return said->match;
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

static struct schedule_match
match_job(struct schedule_search *search, struct scripts *scripts,
	const struct cron_job *job)
{
	const struct file *file = job->place.file;
	const struct around around = { .text = BYTES_TEXT(job->command),
		.file = file != NULL
			? (struct bytes){ file->bytes.data, job->place.offset }
			: (struct bytes){ 0 },
		.is_unit = file != NULL && is_unit(file->path) };
	return match_commands(search, scripts, &around, &job->commands);
}

struct schedule_match *
schedule_match_table(
	struct schedule_search *search, struct host *host, const struct cron_table *table)
{
	/* of root's jobs, and of those of other users */
	size_t count = table->script_count + 1;
	autofree struct said *said = memory_new(2 * count, sizeof *said);
	struct scripts scripts[] = { { host, table, said },
		{ host, table, said + count } };
	struct schedule_match *jobs = memory_new(table->count + 1, sizeof *jobs);
	search->host = host;
	for (size_t i = 0; i < table->count; i++) {
		search->is_others = table->jobs[i].is_others;
		jobs[i] = match_job(search, &scripts[search->is_others], &table->jobs[i]);
	}
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
