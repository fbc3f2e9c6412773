#include "policy/models/boot/boot_naming.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/boot/boot_program.h"
#include "policy/models/boot/unit_specifier.h"
#include "policy/models/cron/cron_table.h"

enum {
	READ_MAX = 16 << 20, /* bytes of all files that are searched */
	SEARCHED_MAX = 256 << 20, /* bytes, each time they are */
	PARSED_MAX =
		2 << 20, /* bytes of commands: those of units once, others each time */
	WORDS_MAX = 20, /* of a command, that may be scripts */
	LINES_MAX = 1000, /* of a file, that have the name in whatever sense */
};

/* What was searched of one host: there may be much in a hostile one. */
struct searched {
	struct table scripts; /* path -> to is_script or no_script */
	struct table files; /* path -> anything, when it was read */
	struct table targets; /* path -> the name of the program that it leads to */
	struct table followed; /* the address of a command -> struct followed */
	size_t read, searched, parsed;
};

/* A command of a unit, for all names. */
struct followed {
	struct name_list words;
	char *text; /* with what specifiers stand for */
	bool is_parsed;
	struct shell_commands commands; /* where it is */
};

static char is_script, no_script;

static void
release(void *memory)
{
	struct searched *searched = memory;
	table_free(&searched->scripts);
	table_free(&searched->files);
	for (size_t i = 0; i < searched->targets.capacity; i++)
		if (searched->targets.slots[i].key != NULL)
			free(searched->targets.slots[i].value);
	table_free(&searched->targets);
	for (size_t i = 0; i < searched->followed.capacity; i++)
		if (searched->followed.slots[i].key != NULL) {
			struct followed *followed = searched->followed.slots[i].value;
			name_list_free(&followed->words);
			free(followed->text);
			shell_commands_free(&followed->commands);
			free(followed);
		}
	table_free(&searched->followed);
	free(searched);
}

static struct searched *
find_searched(struct host *host)
{
	static const char key[] = "searched for programs";
	struct searched *searched = host_note(host, key);
	if (searched == NULL) {
		searched = memory_new(1, sizeof *searched);
		host_set_note(host, key, searched, release);
	}
	return searched;
}

static bool
is_part(char byte)
{
	return isalnum((unsigned char)byte) || strchr("_-.+@", byte) != NULL;
}

bool
boot_text_names(struct host *host, const char *text, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
		const char *start = at;
		char after = at[size];
		/* a full stop may end a sentence, and a file's name not */
		if ((at > text && is_part(at[-1])) || (after != '\0' && is_part(after)))
			continue;
		while (start > text && (is_part(start[-1]) || start[-1] == '/'))
			start--;
		struct stat status;
		autofree char *target = NULL;
		autofree char *path = memory_copy(start, (size_t)(at - start) + size);
		if (*path != '/' || host_status(host, path, &status, &target) < 0 ||
			!S_ISDIR(status.st_mode))
			return true;
	}
	return false;
}

/* --- files ---------------------------------------------------------------------------
 */

/* Whether there is room to search the file PATH. */
static bool
has_room(struct host *host, const char *path)
{
	struct searched *searched = find_searched(host);
	struct stat status;
	autofree char *target = NULL;
	if (host_status(host, path, &status, &target) < 0 || status.st_size < 0)
		return true;
	size_t size = (size_t)status.st_size;
	bool is_read = table_get(&searched->files, path) != NULL;
	if (searched->searched + size > SEARCHED_MAX ||
		(!is_read && searched->read + size > READ_MAX))
		return false;
	searched->searched += size;
	searched->read += is_read ? 0 : size;
	table_set(&searched->files, path, searched);
	return true;
}

const struct file *
boot_naming_take(struct host *host, const char *path)
{
	return has_room(host, path) ? host_file(host, path) : NULL;
}

/* Sets *NAMED, where it names nothing yet. Takes REASON. */
static void
say(struct boot_named *named, struct place place, char *reason)
{
	if (named->naming != BOOT_NAMES_NOT) {
		free(reason);
		return;
	}
	*named = (struct boot_named){ BOOT_NAMES, place, reason };
}

void
boot_naming_doubt(struct boot_named *named, char *reason)
{
	say(named, (struct place){ 0 }, reason);
}

void
boot_naming_file(
	struct host *host, const char *path, const char *name, struct boot_named *named)
{
	size_t lines = 0, size = strlen(name);
	struct bytes line;
	if (named->naming != BOOT_NAMES_NOT)
		return;
	if (!has_room(host, path)) {
		say(named, (struct place){ 0 },
			memory_printf("there is more that it is started with than is "
				      "searched for %s",
				name));
		return;
	}
	const struct file *file = host_file(host, path);
	if (file->state == FILE_REFUSED)
		say(named, (struct place){ file, 0 },
			memory_printf("%s can't be searched: %s", path, file->reason));
	if (file->bytes.size == 0 ||
		memmem(file->bytes.data, file->bytes.size, name, size) == NULL)
		return;
	for (size_t at = 0, start = 0; named->naming == BOOT_NAMES_NOT &&
		bytes_next_line(file->bytes, &at, &line);
		start = at) {
		if (line.size < size || memmem(line.data, line.size, name, size) == NULL)
			continue;
		autofree char *text = memory_copy(line.data, line.size);
		if (++lines > LINES_MAX ||
			(cron_line_counts(text) && boot_text_names(host, text, name)))
			say(named, (struct place){ file, start },
				memory_printf(
					"this line names %s, and is not followed", name));
	}
}

/* Whether the file PATH is a script, by its first bytes. */
static bool
is_known_script(struct host *host, const char *path)
{
	struct searched *searched = find_searched(host);
	const char *known = table_get(&searched->scripts, path);
	if (known == NULL) {
		known = boot_program_is_script(host, path) ? &is_script : &no_script;
		table_set(&searched->scripts, path, (void *)known);
	}
	return known == &is_script;
}

bool
boot_naming_scripts(struct host *host, const struct shell_commands *commands,
	const char *name, struct boot_named *named)
{
	bool has_scripts = false;
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = &commands->items[i];
		const char *own = shell_command_script(command);
		for (size_t k = 0; k < command->count && k < WORDS_MAX; k++) {
			const char *word = command->words[k];
			if (*word != '/' ||
				((k == 0 || word != own) && !is_known_script(host, word)))
				continue;
			has_scripts = true;
			boot_naming_file(host, word, name, named);
		}
	}
	return has_scripts;
}

/* --- commands ------------------------------------------------------------------------
 */

/* Whether WORD, a program, is what an expansion or a specifier says, and not only the
 * folder that it is in. */
static bool
is_open(const char *word)
{
	const char *last = strrchr(word, '/');
	return strpbrk(last != NULL ? last : word, "$`%}") != NULL;
}

/* How long TEXT is without ".service". */
static size_t
stem_size(const char *text)
{
	const char *dot = strrchr(text, '.');
	return dot != NULL && strcmp(dot, ".service") == 0 ? (size_t)(dot - text)
							   : strlen(text);
}

/* Whether WORD, handed to systemctl and the like, is NAME, be it without the suffix of a
 * unit, or has it as boot_text_names says. */
static bool
is_handed(struct host *host, const char *word, const char *name)
{
	size_t size = stem_size(name);
	return boot_text_names(host, word, name) ||
		(stem_size(word) == size && strncmp(word, name, size) == 0);
}

/* Whether PROGRAM is called NAME, be it by a link of another name. */
static bool
is_called(struct host *host, const char *program, const char *name)
{
	struct searched *searched = find_searched(host);
	if (strcmp(text_base_name(program), name) == 0)
		return true;
	if (*program != '/')
		return false;
	char *known = table_get(&searched->targets, program);
	if (known == NULL) {
		struct stat status;
		autofree char *target = NULL;
		bool is_there = host_status(host, program, &status, &target) == 0 &&
			S_ISREG(status.st_mode);
		known = memory_text(is_there ? text_base_name(target) : "");
		table_set(&searched->targets, program, known);
	}
	return strcmp(known, name) == 0;
}

bool
boot_naming_commands(struct host *host, const struct shell_commands *commands,
	const char *name, bool *ret_is_open)
{
	static const char *const starters[] = { "systemctl", "service", "invoke-rc.d",
		"start-stop-daemon", "systemd-run", "daemon", NULL };
	bool runs = false;
	*ret_is_open = false;
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = &commands->items[i];
		const char *program = text_base_name(command->words[0]);
		bool hands_on = text_is_one_of(program, starters);
		runs = runs || is_called(host, command->words[0], name);
		*ret_is_open = *ret_is_open || is_open(command->words[0]);
		for (size_t k = 1; hands_on && k < command->count; k++)
			runs = runs || is_handed(host, command->words[k], name);
	}
	return runs;
}

/* What Environment= and EnvironmentFile= of UNIT say to a script or a shell. */
static void
search_environment(struct host *host, const struct boot_unit *unit, struct place place,
	const char *name, struct boot_named *named)
{
	const struct name_list *list = &unit->commands->environment;
	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->names[i];
		const char *path = text + (*text == '-');
		if (*path == '/')
			boot_naming_file(host, path, name, named);
		else if (boot_text_names(host, text, name))
			say(named, place,
				memory_printf("its environment names %s, and this line "
					      "is not followed",
					name));
	}
}

/* Whether SIZE bytes more of commands may be followed. */
static bool
may_follow(struct host *host, size_t size, struct place place, const char *name,
	struct boot_named *named)
{
	struct searched *searched = find_searched(host);
	searched->parsed += size;
	if (searched->parsed <= PARSED_MAX)
		return true;
	say(named, place,
		memory_printf("there are more commands than are searched for %s", name));
	return false;
}

/* Says that COMMANDS, of TEXT at PLACE, run the program called NAME, or may. */
static void
judge_commands(struct host *host, const struct shell_commands *commands, const char *text,
	struct place place, const char *name, struct boot_named *named)
{
	bool is_unclear, runs = boot_naming_commands(host, commands, name, &is_unclear);
	if (runs)
		say(named, place,
			memory_printf("this line names %s, and is not followed", name));
	/* what eval runs is put together from anything */
	else if (is_unclear ||
		(strchr(text, '$') != NULL && boot_text_names(host, text, "eval")))
		say(named, place,
			memory_text("what this line runs, a variable or a specifier "
				    "says, which is not followed"));
}

void
boot_naming_text(struct host *host, const char *text, struct place place,
	const char *name, struct boot_named *named)
{
	struct shell_commands commands;
	if (named->naming != BOOT_NAMES_NOT ||
		!may_follow(host, strlen(text), place, name, named))
		return;
	if (boot_text_names(host, text, name))
		say(named, place,
			memory_printf("this line names %s, and is not followed", name));
	shell_text_read(host, BYTES_TEXT(text), NULL, &commands);
	judge_commands(host, &commands, text, place, name, named);
	(void)boot_naming_scripts(host, &commands, name, named);
	shell_commands_free(&commands);
}

static struct followed *
find_followed(struct host *host, const struct boot_command *command)
{
	struct searched *searched = find_searched(host);
	autofree char *key = memory_printf("%p", (const void *)command->text);
	struct followed *followed = table_get(&searched->followed, key);
	bool is_whole;
	if (followed != NULL)
		return followed;
	followed = memory_new(1, sizeof *followed);
	boot_command_words(command, &followed->words);
	followed->text = unit_specifier_fill(
		command->text, command->unit, UNIT_SPECIFIERS_OF_COMMANDS, &is_whole);
	table_set(&searched->followed, key, followed);
	return followed;
}

/* What COMMAND of UNIT starts by a shell, a script or a variable. */
static void
follow(struct host *host, const struct boot_unit *unit,
	const struct boot_command *command, struct followed *followed, const char *name,
	struct boot_named *named)
{
	const struct shell_commands *commands = &followed->commands;
	if (!followed->is_parsed) {
		if (!may_follow(host, strlen(command->text), command->place, name, named))
			return;
		shell_command_read(host, &followed->words, &followed->commands);
		followed->is_parsed = true;
	}
	judge_commands(host, commands, command->text, command->place, name, named);
	bool has_scripts = boot_naming_scripts(host, commands, name, named);
	if (has_scripts || strchr(command->text, '$') != NULL)
		search_environment(host, unit, command->place, name, named);
}

static void
judge_command(struct host *host, const struct boot_unit *unit,
	const struct boot_command *command, const char *name, struct boot_named *named)
{
	struct followed *followed = find_followed(host, command);
	const struct name_list *words = &followed->words;
	if (words->count > 0 && strcmp(command->setting, "ExecStart") == 0 &&
		is_called(host, words->names[0], name)) {
		free(named->reason);
		*named = (struct boot_named){ BOOT_RUNS, command->place, NULL };
	} else if (boot_text_names(host, followed->text, name)) {
		say(named, command->place,
			memory_printf("this line of %s names %s, and is not followed",
				unit->name, name));
	} else if (words->count > 0) {
		follow(host, unit, command, followed, name, named);
	}
}

void
boot_naming_unit(struct host *host, const struct boot_unit *unit, const char *name,
	struct boot_named *ret_named)
{
	*ret_named = (struct boot_named){ 0 };
	for (size_t i = 0; i < unit->commands->count && ret_named->naming != BOOT_RUNS;
		i++)
		judge_command(host, unit, &unit->commands->items[i], name, ret_named);
	for (size_t i = 0; unit->ends != NULL && i < unit->ends->count; i++)
		judge_command(host, unit, &unit->ends->items[i], name, ret_named);
	if (unit->script != NULL)
		boot_naming_file(host, unit->script, name, ret_named);
}
