#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell/shell_reader.h"

enum { COMMANDS_MAX = 2000 };

void
shell_reader_doubt(struct shell_reader *reader, const char *reason)
{
	if (reader->commands->doubt == NULL)
		reader->commands->doubt = reason;
	for (size_t i = reader->line; i < reader->commands->count; i++)
		reader->commands->items[i].is_perhaps = true;
	reader->is_unclear = true;
}

void
shell_reader_next(struct shell_reader *reader)
{
	struct buffer *redirections = &reader->words.redirections;
	shell_words_next(&reader->words);
	reader->is_redirected = redirections->size > 0;
	for (size_t at = 0; at < redirections->size;
		at += strlen(redirections->data + at) + 1)
		if (!shell_redirection_holds(reader->host, redirections->data + at))
			shell_reader_doubt(reader,
				"a file that it is redirected to or from is not there, "
				"or not followed");
	redirections->size = 0;
}

void
shell_reader_end(
	struct shell_reader *reader, enum shell_chance reach, enum shell_chance ends)
{
	enum shell_chance chance = shell_both(reach, ends);
	if (chance > reader->ended)
		reader->ended = chance;
}

static void
add(struct shell_reader *reader, struct shell_simple *simple, enum shell_chance reach,
	size_t start)
{
	struct shell_commands *commands = reader->commands;
	if (commands->count == COMMANDS_MAX) {
		shell_reader_doubt(reader, "it has more commands than are followed");
		return;
	}
	commands->items = memory_grow(
		commands->items, commands->count, sizeof *commands->items);
	commands->items[commands->count++] = (struct shell_command){
		.words = simple->words,
		.count = simple->count,
		.is_perhaps = reach != SHELL_YES,
		.is_expanded = simple->is_expanded,
		.start = start,
		.size = reader->words.last - start,
		.user = simple->user,
	};
	simple->words = NULL;
	simple->count = 0;
}

/* An unset variable may end the shell: "${X:?}", or set -u. */
static bool
may_lack_variable(const struct shell_reader *reader, const struct shell_simple *simple)
{
	if (!simple->is_expanded)
		return false;
	for (size_t i = 0; i < simple->count; i++)
		if (strstr(simple->words[i], "${") != NULL &&
			strchr(simple->words[i], '?') != NULL)
			return true;
	return reader->has_nounset;
}

static void
shell_take_nested(struct shell_reader *reader, const char *text, enum shell_user user,
	enum shell_chance reach, size_t start)
{
	struct shell_reader nested = { .host = reader->host,
		.words = { .input = BYTES_TEXT(text) },
		.commands = reader->commands,
		.depth = reader->depth + 1,
		.user = user };
	size_t first = reader->commands->count;
	if (nested.depth >= SHELL_DEPTH_MAX) {
		shell_reader_doubt(reader, "it is too deep");
		return;
	}
	shell_take_text(&nested, reach);
	/* they stand where the whole stands */
	for (size_t i = first; i < reader->commands->count; i++) {
		reader->commands->items[i].start = start;
		reader->commands->items[i].size = reader->words.last - start;
	}
	shell_words_free(&nested.words);
}

enum shell_chance
shell_take_program(struct shell_reader *reader, struct shell_simple *simple,
	enum shell_chance reach, size_t start)
{
	bool is_sure;
	const char *text = shell_nested_text(simple, &is_sure);
	if (!is_sure)
		shell_reader_doubt(
			reader, "the options of a shell in it are not followed");
	const char *why = text != NULL ? shell_change_user(reader->host, simple) : NULL;
	if (why != NULL)
		shell_reader_doubt(reader, why);
	if (text != NULL && shell_lacks(reader->host, simple->words[0]))
		shell_reader_doubt(
			reader, "a shell in it, or su, is in no folder of programs");
	if (reader->is_unclear)
		reach = shell_both(reach, SHELL_PERHAPS);
	if (text != NULL) {
		shell_take_nested(reader, text, simple->user, reach, start);
	} else if (strpbrk(simple->words[0], "$`%") == NULL &&
		shell_is_missing(reader->host, simple->words[0])) {
		if (reader->commands->missing == NULL)
			reader->commands->missing = memory_text(simple->words[0]);
		return SHELL_NO;
	} else {
		add(reader, simple, reach, start);
	}
	return SHELL_PERHAPS;
}

/* The commands of TEXT, which a substitution that begins at START runs, if it is one and
 * not text in quotes, which are off by now. What is not understood of it is left out. */
static void
take_substitution(
	struct shell_reader *reader, const char *text, size_t size, size_t start)
{
	struct shell_commands found = { 0 };
	struct shell_reader nested = { .host = reader->host,
		.words = { .input = { text, size } },
		.commands = &found,
		.depth = reader->depth + 1,
		.user = reader->user };
	if (nested.depth < SHELL_DEPTH_MAX)
		shell_take_text(&nested, SHELL_YES);
	shell_words_free(&nested.words);
	for (size_t i = 0; i < found.count; i++) {
		struct shell_simple simple = { .words = found.items[i].words,
			.count = found.items[i].count,
			.is_expanded = found.items[i].is_expanded,
			.user = found.items[i].user };
		add(reader, &simple, SHELL_PERHAPS, start);
		found.items[i].words = simple.words;
		found.items[i].count = simple.count;
	}
	shell_commands_free(&found);
}

/* "$(...)" and "`...`" of the words: POSIX, 2.6.3. */
static void
take_substitutions(struct shell_reader *reader, const struct shell_simple *simple,
	enum shell_chance reach, size_t start)
{
	for (size_t i = 0; simple->is_expanded && reach != SHELL_NO && i < simple->count;
		i++)
		for (const char *at = simple->words[i];
			(at = strpbrk(at, "$`")) != NULL;) {
			const char *end = at + 1;
			if (at[0] == '`') {
				end = strchr(end, '`');
			} else if (at[1] == '(' && at[2] != '(') {
				at++;
				for (int depth = 1; depth > 0 && *++end != '\0';)
					depth += (*end == '(') - (*end == ')');
			} else {
				at++;
				continue;
			}
			if (end == NULL || *end == '\0')
				break;
			take_substitution(reader, at + 1, (size_t)(end - at) - 1, start);
			at = end + 1;
		}
}

/* Sets the variable of ASSIGNMENT, "NAME=VALUE" or a name alone: to what can't be told
 * but where the text itself, and not a part of it, surely comes to it. */
static void
set(struct shell_reader *reader, const char *assignment, enum shell_chance reach)
{
	bool is_sure = reach == SHELL_YES && reader->depth <= reader->top + 1;
	autofree char *unknown = memory_printf(
		"%.*s=$", (int)strcspn(assignment, "="), assignment);
	shell_words_set(&reader->words,
		is_sure && strchr(assignment, '=') != NULL ? assignment : unknown);
}

/* Before a command they hold for that alone, or, of some builtins, for good: POSIX, 2.9.1
 * and 2.14. */
static void
take_assignments(
	struct shell_reader *reader, struct shell_simple *simple, enum shell_chance reach)
{
	static const char *const special[] = { ":", ".", "eval", "exec", "export",
		"readonly", "set", "shift", "unset", "times", "trap", NULL };
	size_t count = 0;
	while (count < simple->count && shell_is_assignment(simple->words[count]))
		count++;
	bool is_alone = count == simple->count;
	for (size_t i = 0; i < count; i++)
		if (is_alone || text_is_one_of(simple->words[count], special))
			set(reader, simple->words[i], is_alone ? reach : SHELL_PERHAPS);
	shell_drop(simple, count);
}

/* The builtins that set variables by their arguments, or unset them. */
static void
take_names(struct shell_reader *reader, const struct shell_simple *simple,
	enum shell_chance reach)
{
	static const char *const builtins[] = { "export", "readonly", "local", "declare",
		"typeset", "unset", "read", "getopts", NULL };
	if (simple->count == 0 || !text_is_one_of(simple->words[0], builtins))
		return;
	/* `export NAME` leaves its value */
	bool keeps = text_is_one_of(
		simple->words[0], (const char *const[]){ "export", "readonly", NULL });
	for (size_t i = 1; i < simple->count; i++)
		if (!keeps || strchr(simple->words[i], '=') != NULL)
			set(reader, simple->words[i], reach);
}

enum shell_chance
shell_take_simple(struct shell_reader *reader, struct shell_simple *simple,
	enum shell_chance reach, size_t start)
{
	struct shell_builtin builtin;
	if (may_lack_variable(reader, simple)) {
		shell_reader_end(reader, reach, SHELL_PERHAPS);
		reach = shell_both(reach, SHELL_PERHAPS);
	}
	take_substitutions(reader, simple, reach, start);
	take_assignments(reader, simple, reach);
	take_names(reader, simple, reach);
	if (simple->count == 0)
		return simple->is_expanded ? SHELL_PERHAPS : SHELL_YES;
	/* `command -v` asks where a program is */
	if (simple->count > 1 && strcmp(simple->words[0], "command") == 0 &&
		strcasecmp(simple->words[1], "-v") == 0)
		return SHELL_PERHAPS;
	bool is_exec = strcmp(simple->words[0], "exec") == 0;
	const char *why = shell_drop_starters(reader->host, simple);
	if (why != NULL)
		shell_reader_doubt(reader, why);
	if (simple->count == 0)
		return SHELL_YES;
	enum shell_chance result = SHELL_PERHAPS;
	if (shell_builtin_judge(reader->host, simple, &builtin)) {
		result = builtin.result;
		shell_reader_end(reader, reach, builtin.ends);
		reader->has_errexit = reader->has_errexit || builtin.has_errexit;
		reader->has_nounset = reader->has_nounset || builtin.has_nounset;
	} else if (reach != SHELL_NO) {
		result = shell_take_program(reader, simple, reach, start);
	}
	if (is_exec)
		shell_reader_end(reader, reach, SHELL_YES);
	return result;
}
