#include "policy/models/boot/boot_commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot_program.h"
#include "policy/models/boot/unit_specifier.h"

static const char *const settings[] = { "ExecStart", "ExecStartPre", "ExecStartPost",
	"ExecCondition", "ExecStop", "ExecStopPost", NULL };

enum {
	WORDS_MAX = 100, /* of a command; more are not looked at */
	ENVIRONMENT_MAX = 100, /* lines */
};

static void
drop(struct boot_commands *commands, const char *setting)
{
	size_t kept = 0;
	for (size_t i = 0; i < commands->count; i++)
		if (commands->items[i].setting == setting)
			free(commands->items[i].text);
		else
			commands->items[kept++] = commands->items[i];
	commands->count = kept;
}

static void
add_environment(struct boot_commands *commands, const struct traced *value)
{
	struct name_list *list = &commands->environment;
	if (value->text.size == 0 || list->count == ENVIRONMENT_MAX)
		return; /* what is taken back is a doubt at most */
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_copy(value->text.data, value->text.size);
}

void
boot_commands_add(struct boot_commands *commands, const char *unit, const char *name,
	const struct traced *value)
{
	const char *const *setting = settings;
	if (strcmp(name, "Environment") == 0 || strcmp(name, "EnvironmentFile") == 0)
		add_environment(commands, value);
	while (*setting != NULL && strcmp(*setting, name) != 0)
		setting++;
	if (*setting == NULL)
		return;
	if (value->text.size == 0) {
		drop(commands, *setting);
		return;
	}
	commands->items = memory_grow(
		commands->items, commands->count, sizeof *commands->items);
	commands->items[commands->count++] = (struct boot_command){
		.setting = *setting,
		.unit = unit,
		.text = memory_copy(value->text.data, value->text.size),
		.place = { value->file, traced_place(value, 0) },
	};
}

void
boot_commands_free(struct boot_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++)
		free(commands->items[i].text);
	free(commands->items);
	name_list_free(&commands->environment);
	*commands = (struct boot_commands){ 0 };
}

/* Adds the byte that TEXT, behind a backslash, stands for; returns how long it is.
 * cunescape_one in escape.c, for what may stand in the name of a program. */
static size_t
add_escape(struct buffer *word, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned base = *text == 'x' ? 16 : 8, number = 0;
	size_t start = *text == 'x', size = 3;
	for (size_t i = start; i < size; i++) {
		const char *digit = text[i] != '\0'
			? memchr(digits, tolower((unsigned char)text[i]), base)
			: NULL;
		if (digit == NULL) {
			/* of others the byte itself is near enough */
			buffer_add(word, text, 1);
			return 1;
		}
		number = number * base + (unsigned)(digit - digits);
	}
	const char byte = (char)number;
	buffer_add(word, &byte, 1);
	return size;
}

/* The next word from *AT on, without quotes, wherever in it they stand, and escapes; NULL
 * at the end. The caller frees. extract_first_word in extract-word.c, with
 * EXTRACT_UNQUOTE and EXTRACT_CUNESCAPE. */
static char *
next_word(const char **at)
{
	autobuffer struct buffer word = { 0 };
	const char *text = *at + strspn(*at, " \t\r\n");
	char quote = '\0';
	if (*text == '\0')
		return NULL;
	buffer_text(&word, "");
	while (*text != '\0' && (quote != '\0' || strchr(" \t\r\n", *text) == NULL)) {
		if (*text == '\\' && text[1] != '\0') {
			text++;
			text += add_escape(&word, text);
			continue;
		}
		if (*text == quote)
			quote = '\0';
		else if (quote == '\0' && (*text == '"' || *text == '\''))
			quote = *text;
		else
			buffer_add(&word, text, 1);
		text++;
	}
	*at = text;
	return buffer_take(&word);
}

void
boot_command_words(const struct boot_command *command, struct name_list *ret_words)
{
	const char *at = command->text;
	bool has_name = false, is_whole;
	char *word;
	*ret_words = (struct name_list){ 0 };
	for (size_t i = 0; i < WORDS_MAX && (word = next_word(&at)) != NULL; i++) {
		size_t prefixes = i == 0 ? strspn(word, "@-:+!|") : 0;
		has_name = has_name || memchr(word, '@', prefixes) != NULL;
		/* what the program is told that it is called */
		if (i != 1 || !has_name) {
			ret_words->names = memory_grow(ret_words->names, ret_words->count,
				sizeof *ret_words->names);
			ret_words->names[ret_words->count++] = unit_specifier_fill(
				word + prefixes, command->unit,
				UNIT_SPECIFIERS_OF_COMMANDS, &is_whole);
		}
		free(word);
	}
}

char *
boot_command_program(const struct boot_command *command, bool *ret_may_fail)
{
	const char *at = command->text;
	bool is_whole;
	autofree char *word = next_word(&at);
	size_t prefixes = word != NULL ? strspn(word, "@-:+!|") : 0;
	*ret_may_fail = word != NULL && memchr(word, '-', prefixes) != NULL;
	return unit_specifier_fill(word != NULL ? word + prefixes : "", command->unit,
		UNIT_SPECIFIERS_OF_COMMANDS, &is_whole);
}

const struct boot_command *
boot_commands_missing(
	struct host *host, const struct boot_commands *commands, char **ret_flaw)
{
	for (size_t i = 0; i < commands->count; i++) {
		bool may_fail;
		autofree char *path = boot_command_program(
			&commands->items[i], &may_fail);
		if (*path != '/' || strchr(path, '%') != NULL ||
			(may_fail && commands->items[i].setting != settings[0]))
			continue;
		*ret_flaw = boot_program_flaw(host, path);
		if (*ret_flaw != NULL)
			return &commands->items[i];
	}
	return NULL;
}
