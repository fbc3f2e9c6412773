#include "policy/models/shell_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell_simple.h"
#include "policy/models/shell_words.h"

enum {
	TEXT_MAX = 256 * 1024, /* bytes */
	COMMANDS_MAX = 2000,
	DEPTH_MAX = 20,
};

struct reader {
	struct host *host;
	struct shell_words words; /* where it stands, and the next token */
	struct shell_commands *commands;
	unsigned depth;
	bool has_ended; /* by exit */
};

static void
doubt(struct reader *reader, const char *reason)
{
	if (reader->commands->doubt == NULL)
		reader->commands->doubt = reason;
}

/* --- simple commands -----------------------------------------------------------------
 */

static void
add(struct reader *reader, struct shell_simple *simple, enum shell_chance reach,
	size_t start)
{
	struct shell_commands *commands = reader->commands;
	if (commands->count == COMMANDS_MAX) {
		doubt(reader, "it has more commands than are followed");
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
	};
	simple->words = NULL;
	simple->count = 0;
}

static void
take_nested(
	struct reader *reader, const char *text, enum shell_chance reach, size_t start);

/* Returns how it ends, as far as that can be told. */
static enum shell_chance
take_simple(struct reader *reader, struct shell_simple *simple, enum shell_chance reach,
	size_t start)
{
	static const char *const good[] = { ":", "true", "cd", "sleep", "umask", "export",
		"set", "echo", "printf", "logger", "unset", "trap", "readonly", "local",
		"shift", NULL };
	static const char *const ends[] = { "exit", "return", NULL };
	static const char *const questions[] = { "[[", "read", "let", "getopts", "wait",
		"kill", "type", "hash", NULL };
	while (simple->count > 0 && shell_is_assignment(simple->words[0])) {
		shell_words_set(&reader->words, simple->words[0]);
		shell_drop(simple, 1);
	}
	if (simple->count == 0)
		return SHELL_YES;
	bool is_exec = strcmp(simple->words[0], "exec") == 0;
	shell_drop_starters(simple);
	if (simple->count == 0)
		return SHELL_YES;
	const char *name = simple->words[0];
	if (text_is_one_of(name, ends)) {
		reader->has_ended = reader->has_ended || reach == SHELL_YES;
		return SHELL_NO;
	}
	if (text_is_one_of(name, good))
		return SHELL_YES;
	if (strcmp(name, "false") == 0)
		return SHELL_NO;
	if (strcmp(name, "test") == 0 || strcmp(name, "[") == 0)
		return shell_ask_test(reader->host, simple);
	if (text_is_one_of(name, questions))
		return SHELL_PERHAPS;
	if (reach == SHELL_NO)
		return SHELL_PERHAPS;
	const char *text = shell_nested_text(simple);
	if (text != NULL)
		take_nested(reader, text, reach, start);
	else if (shell_is_missing(reader->host, name)) {
		if (reader->commands->missing == NULL)
			reader->commands->missing = memory_text(name);
		return SHELL_NO;
	} else
		add(reader, simple, reach, start);
	reader->has_ended = reader->has_ended || (is_exec && reach == SHELL_YES);
	return SHELL_PERHAPS;
}

/* --- lists ---------------------------------------------------------------------------
 */

static enum shell_chance
read_list(struct reader *reader, enum shell_chance reach);

static bool
is_word(const struct reader *reader, const char *text)
{
	return reader->words.token == SHELL_WORD && !reader->words.is_quoted &&
		strcmp(reader->words.text, text) == 0;
}

static bool
is_operator(const struct reader *reader, const char *text)
{
	return reader->words.token == SHELL_OPERATOR &&
		strcmp(reader->words.text, text) == 0;
}

static bool
is_separator(const struct reader *reader)
{
	return is_operator(reader, ";") || is_operator(reader, "\n") ||
		is_operator(reader, "&") || is_operator(reader, ";;");
}

/* Takes the word that is due; else the text is none that a shell takes. */
static void
expect(struct reader *reader, const char *text)
{
	if (is_word(reader, text) || is_operator(reader, text))
		shell_words_next(&reader->words);
	else
		doubt(reader, "it is not what a shell reads, or not followed");
}

/* Whether more may be nested here. */
static bool
may_nest(struct reader *reader)
{
	if (reader->depth < DEPTH_MAX)
		return true;
	doubt(reader, "it is too deep");
	reader->words.token = SHELL_END;
	return false;
}

static enum shell_chance
read_if(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance asked = read_list(reader, reach);
	expect(reader, "then");
	enum shell_chance result = read_list(reader, shell_both(reach, asked));
	enum shell_chance otherwise = SHELL_YES,
			  rest = shell_both(reach, shell_opposite(asked));
	if (is_word(reader, "elif") && may_nest(reader)) {
		shell_words_next(&reader->words);
		reader->depth++;
		otherwise = read_if(reader, rest);
		reader->depth--;
	} else {
		if (is_word(reader, "else")) {
			shell_words_next(&reader->words);
			otherwise = read_list(reader, rest);
		}
		expect(reader, "fi");
	}
	return asked == SHELL_YES   ? result
		: asked == SHELL_NO ? otherwise
				    : SHELL_PERHAPS;
}

static enum shell_chance
read_loop(struct reader *reader, enum shell_chance reach)
{
	if (is_word(reader, "for")) {
		while (reader->words.token == SHELL_WORD && !is_word(reader, "do"))
			shell_words_next(&reader->words);
		while (is_separator(reader))
			shell_words_next(&reader->words);
	} else {
		bool is_until = is_word(reader, "until");
		shell_words_next(&reader->words);
		enum shell_chance asked = read_list(reader, reach);
		reach = shell_both(reach, is_until ? shell_opposite(asked) : asked);
	}
	expect(reader, "do");
	(void)read_list(reader, reach);
	expect(reader, "done");
	return SHELL_PERHAPS;
}

/* What stands between case and esac is not followed. */
static enum shell_chance
skip_case(struct reader *reader)
{
	unsigned level = 0;
	while (reader->words.token != SHELL_END) {
		level += is_word(reader, "case");
		level -= is_word(reader, "esac");
		shell_words_next(&reader->words);
		if (level == 0)
			break;
	}
	doubt(reader, "what stands between case and esac is not followed");
	return SHELL_PERHAPS;
}

static enum shell_chance
read_simple(struct reader *reader, enum shell_chance reach)
{
	struct shell_simple simple = { 0 };
	size_t start = reader->words.start;
	while (reader->words.token == SHELL_WORD) {
		simple.words = memory_grow(
			simple.words, simple.count, sizeof *simple.words);
		simple.words[simple.count++] = memory_text(reader->words.text);
		simple.is_expanded = simple.is_expanded || reader->words.is_expanded;
		shell_words_next(&reader->words);
	}
	enum shell_chance result = SHELL_PERHAPS;
	if (simple.count == 1 && is_operator(reader, "(")) {
		/* a function, which something may call */
		shell_words_next(&reader->words);
		expect(reader, ")");
		while (is_operator(reader, "\n"))
			shell_words_next(&reader->words);
		bool has_ended = reader->has_ended;
		if (is_word(reader, "{")) {
			shell_words_next(&reader->words);
			(void)read_list(reader, shell_both(reach, SHELL_PERHAPS));
			expect(reader, "}");
		} else {
			doubt(reader, "a function in it is not followed");
		}
		reader->has_ended = has_ended;
	} else if (simple.count > 0) {
		result = take_simple(reader, &simple, reach, start);
	}
	shell_drop(&simple, simple.count);
	free(simple.words);
	return result;
}

static enum shell_chance
read_command(struct reader *reader, enum shell_chance reach)
{
	bool is_not = false, has_ended = reader->has_ended;
	enum shell_chance result;
	if (reader->has_ended)
		reach = SHELL_NO;
	while (is_word(reader, "!")) {
		is_not = !is_not;
		shell_words_next(&reader->words);
	}
	if (!may_nest(reader))
		return SHELL_PERHAPS;
	reader->depth++;
	if (is_word(reader, "if")) {
		shell_words_next(&reader->words);
		result = read_if(reader, reach);
	} else if (is_word(reader, "while") || is_word(reader, "until") ||
		is_word(reader, "for")) {
		result = read_loop(reader, reach);
	} else if (is_word(reader, "case")) {
		result = skip_case(reader);
	} else if (is_word(reader, "{")) {
		shell_words_next(&reader->words);
		result = read_list(reader, reach);
		expect(reader, "}");
	} else if (is_operator(reader, "(")) {
		shell_words_next(&reader->words);
		result = read_list(reader, reach);
		expect(reader, ")");
		reader->has_ended = has_ended; /* a shell of its own */
	} else {
		result = read_simple(reader, reach);
	}
	reader->depth--;
	return is_not ? shell_opposite(result) : result;
}

static enum shell_chance
read_pipeline(struct reader *reader, enum shell_chance reach)
{
	bool has_ended = reader->has_ended, is_pipe = false;
	enum shell_chance result = read_command(reader, reach);
	while (is_operator(reader, "|")) {
		is_pipe = true;
		shell_words_next(&reader->words);
		while (is_operator(reader, "\n"))
			shell_words_next(&reader->words);
		result = read_command(reader, reach);
	}
	if (is_pipe) /* each is in a shell of its own */
		reader->has_ended = has_ended;
	return result;
}

/* Whether what stands here ends a list, and is the caller's. */
static bool
ends_list(const struct reader *reader)
{
	static const char *const words[] = { "then", "elif", "else", "fi", "do", "done",
		"}", "esac", NULL };
	return reader->words.token == SHELL_END || is_operator(reader, ")") ||
		(reader->words.token == SHELL_WORD && !reader->words.is_quoted &&
			text_is_one_of(reader->words.text, words));
}

static enum shell_chance
read_list(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance result = SHELL_YES;
	for (;;) {
		while (is_separator(reader))
			shell_words_next(&reader->words);
		if (ends_list(reader))
			return result;
		size_t before = reader->words.start;
		result = read_pipeline(reader, reach);
		while (is_operator(reader, "&&") || is_operator(reader, "||")) {
			bool is_and = is_operator(reader, "&&");
			enum shell_chance reached = is_and ? result
							   : shell_opposite(result);
			shell_words_next(&reader->words);
			while (is_operator(reader, "\n"))
				shell_words_next(&reader->words);
			enum shell_chance next = read_pipeline(
				reader, shell_both(reach, reached));
			result = is_and
				? shell_both(result, next)
				: shell_opposite(shell_both(
					  shell_opposite(result), shell_opposite(next)));
		}
		if (reader->words.start == before && !is_separator(reader) &&
			!ends_list(reader)) {
			doubt(reader, "it is not what a shell reads, or not followed");
			reader->words.token = SHELL_END;
		}
	}
}

static void
take_text(struct reader *reader, enum shell_chance reach)
{
	shell_words_next(&reader->words);
	(void)read_list(reader, reach);
	if (reader->words.token != SHELL_END || reader->words.is_cut)
		doubt(reader, "it is not what a shell reads, or not followed");
}

static void
take_nested(
	struct reader *reader, const char *text, enum shell_chance reach, size_t start)
{
	struct reader nested = { .host = reader->host,
		.words = { .input = BYTES_TEXT(text) },
		.commands = reader->commands,
		.depth = reader->depth + 1 };
	size_t first = reader->commands->count;
	if (nested.depth >= DEPTH_MAX) {
		doubt(reader, "it is too deep");
		return;
	}
	take_text(&nested, reach);
	/* they stand where the whole stands */
	for (size_t i = first; i < reader->commands->count; i++) {
		reader->commands->items[i].start = start;
		reader->commands->items[i].size = reader->words.last - start;
	}
	shell_words_free(&nested.words);
}

void
shell_text_read(struct host *host, struct bytes text, struct shell_commands *ret_commands)
{
	struct reader reader = {
		.host = host, .words = { .input = text }, .commands = ret_commands
	};
	*ret_commands = (struct shell_commands){ 0 };
	if (text.size > TEXT_MAX) {
		ret_commands->doubt = "of more than 256 KiB it is not followed";
		return;
	}
	take_text(&reader, SHELL_YES);
	shell_words_free(&reader.words);
}

void
shell_commands_free(struct shell_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++) {
		for (size_t k = 0; k < commands->items[i].count; k++)
			free(commands->items[i].words[k]);
		free(commands->items[i].words);
	}
	free(commands->items);
	free(commands->missing);
	*commands = (struct shell_commands){ 0 };
}
