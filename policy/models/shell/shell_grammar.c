#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell/shell_reader.h"

static const char refused[] = "it is not what a shell reads, or not followed";

static bool
is_word(const struct shell_reader *reader, const char *text)
{
	return reader->words.token == SHELL_WORD && !reader->words.is_quoted &&
		strcmp(reader->words.text, text) == 0;
}

static bool
is_operator(const struct shell_reader *reader, const char *text)
{
	return reader->words.token == SHELL_OPERATOR &&
		strcmp(reader->words.text, text) == 0;
}

static bool
is_separator(const struct shell_reader *reader)
{
	return is_operator(reader, ";") || is_operator(reader, "\n") ||
		is_operator(reader, "&");
}

static void
skip_newlines(struct shell_reader *reader)
{
	while (is_operator(reader, "\n"))
		shell_reader_next(reader);
}

/* Takes the word that is due; else the text is none that a shell takes. */
static void
expect(struct shell_reader *reader, const char *text)
{
	if (is_word(reader, text) || is_operator(reader, text))
		shell_reader_next(reader);
	else
		shell_reader_doubt(reader, refused);
}

/* Whether more may be nested here. */
static bool
may_nest(struct shell_reader *reader)
{
	if (reader->depth < SHELL_DEPTH_MAX)
		return true;
	shell_reader_doubt(reader, "it is too deep");
	reader->words.token = SHELL_END;
	return false;
}

static enum shell_chance
read_condition(struct shell_reader *reader, enum shell_chance reach)
{
	reader->asking++;
	enum shell_chance asked = shell_read_list(reader, reach);
	reader->asking--;
	return asked;
}

static enum shell_chance
read_if(struct shell_reader *reader, enum shell_chance reach)
{
	enum shell_chance asked = read_condition(reader, reach);
	expect(reader, "then");
	enum shell_chance result = shell_read_list(reader, shell_both(reach, asked));
	enum shell_chance otherwise = SHELL_YES,
			  rest = shell_both(reach, shell_opposite(asked));
	if (is_word(reader, "elif") && may_nest(reader)) {
		shell_reader_next(reader);
		reader->depth++;
		otherwise = read_if(reader, rest);
		reader->depth--;
	} else {
		if (is_word(reader, "else")) {
			shell_reader_next(reader);
			otherwise = shell_read_list(reader, rest);
		}
		expect(reader, "fi");
	}
	return asked == SHELL_YES   ? result
		: asked == SHELL_NO ? otherwise
				    : SHELL_PERHAPS;
}

/* "for NAME in WORDS": whether there is a word. */
static enum shell_chance
read_for(struct shell_reader *reader)
{
	enum shell_chance found = SHELL_NO;
	shell_reader_next(reader);
	autofree char *unknown = memory_printf(
		"%s=$", reader->words.token == SHELL_WORD ? reader->words.text : "");
	shell_words_set(&reader->words, unknown);
	shell_reader_next(reader);
	if (is_word(reader, "in"))
		shell_reader_next(reader);
	else
		found = SHELL_PERHAPS;
	while (reader->words.token == SHELL_WORD && !is_word(reader, "do")) {
		found = reader->words.is_expanded
			? (found > SHELL_PERHAPS ? found : SHELL_PERHAPS)
			: SHELL_YES;
		shell_reader_next(reader);
	}
	if (is_operator(reader, ";"))
		shell_reader_next(reader);
	skip_newlines(reader);
	return found;
}

static enum shell_chance
read_loop(struct shell_reader *reader, enum shell_chance reach)
{
	bool is_for = is_word(reader, "for"), is_until = is_word(reader, "until");
	enum shell_chance asked;
	if (is_for) {
		asked = read_for(reader);
	} else {
		shell_reader_next(reader);
		asked = read_condition(reader, reach);
		asked = is_until ? shell_opposite(asked) : asked;
	}
	expect(reader, "do");
	(void)shell_read_list(reader, shell_both(reach, asked));
	expect(reader, "done");
	/* one that goes on for ever */
	if (!is_for && asked == SHELL_YES)
		shell_reader_end(reader, reach, SHELL_PERHAPS);
	return SHELL_PERHAPS;
}

/* What stands between case and esac is not followed. */
static enum shell_chance
skip_case(struct shell_reader *reader)
{
	unsigned level = 0;
	while (reader->words.token != SHELL_END) {
		level += is_word(reader, "case");
		level -= is_word(reader, "esac");
		shell_reader_next(reader);
		if (level == 0)
			break;
	}
	shell_reader_doubt(reader, "what stands between case and esac is not followed");
	return SHELL_PERHAPS;
}

/* A function, which something may call, be it by the name of a program. */
static void
read_function(struct shell_reader *reader, enum shell_chance reach)
{
	enum shell_chance ended = reader->ended;
	shell_reader_next(reader);
	expect(reader, ")");
	skip_newlines(reader);
	if (is_word(reader, "{")) {
		shell_reader_next(reader);
		(void)shell_read_list(reader, shell_both(reach, SHELL_PERHAPS));
		expect(reader, "}");
	} else {
		shell_reader_doubt(reader, "a function in it is not followed");
	}
	reader->ended = ended;
	shell_reader_end(reader, reach, SHELL_PERHAPS);
}

static enum shell_chance
read_simple(struct shell_reader *reader, enum shell_chance reach)
{
	struct shell_simple simple = { .user = reader->user };
	size_t start = reader->words.start;
	bool is_redirected = reader->is_redirected;
	while (reader->words.token == SHELL_WORD) {
		simple.words = memory_grow(
			simple.words, simple.count, sizeof *simple.words);
		simple.words[simple.count++] = memory_text(reader->words.text);
		simple.is_expanded = simple.is_expanded || reader->words.is_expanded;
		shell_reader_next(reader);
	}
	enum shell_chance result = SHELL_PERHAPS;
	if (simple.count == 1 && is_operator(reader, "("))
		read_function(reader, reach);
	else if (simple.count > 0)
		result = shell_take_simple(reader, &simple, reach, start);
	else if (!is_redirected)
		shell_reader_doubt(reader, refused);
	shell_drop(&simple, simple.count);
	free(simple.words);
	return result;
}

static enum shell_chance
read_command(struct shell_reader *reader, enum shell_chance reach)
{
	enum shell_chance ended = reader->ended, result;
	if (ended != SHELL_NO)
		reach = shell_both(reach, shell_opposite(ended));
	if (!may_nest(reader))
		return SHELL_PERHAPS;
	reader->depth++;
	if (is_word(reader, "if")) {
		shell_reader_next(reader);
		result = read_if(reader, reach);
	} else if (is_word(reader, "while") || is_word(reader, "until") ||
		is_word(reader, "for")) {
		result = read_loop(reader, reach);
	} else if (is_word(reader, "case")) {
		result = skip_case(reader);
	} else if (is_word(reader, "{")) {
		shell_reader_next(reader);
		result = shell_read_list(reader, reach);
		expect(reader, "}");
	} else if (is_operator(reader, "(")) {
		shell_reader_next(reader);
		result = shell_read_list(reader, reach);
		expect(reader, ")");
		reader->ended = ended; /* a shell of its own */
	} else {
		result = read_simple(reader, reach);
	}
	reader->depth--;
	return result;
}

static enum shell_chance
read_pipeline(struct shell_reader *reader, enum shell_chance reach)
{
	enum shell_chance ended = reader->ended, result;
	bool is_not = is_word(reader, "!");
	if (is_not)
		shell_reader_next(reader);
	if (is_word(reader, "!"))
		shell_reader_doubt(reader, refused);
	result = read_command(reader, reach);
	while (is_operator(reader, "|")) {
		reader->ended = ended; /* each is in a shell of its own */
		shell_reader_next(reader);
		skip_newlines(reader);
		result = read_command(reader, reach);
		reader->ended = ended;
	}
	return is_not ? shell_opposite(result) : result;
}

/* Whether what stands here ends a list, and is the caller's. */
static bool
ends_list(const struct shell_reader *reader)
{
	static const char *const words[] = { "then", "elif", "else", "fi", "do", "done",
		"}", "esac", NULL };
	return reader->words.token == SHELL_END || is_operator(reader, ")") ||
		(reader->words.token == SHELL_WORD && !reader->words.is_quoted &&
			text_is_one_of(reader->words.text, words));
}

/* Pipelines with && and || between. */
static enum shell_chance
read_chain(struct shell_reader *reader, enum shell_chance reach)
{
	enum shell_chance result = read_pipeline(reader, reach);
	while (is_operator(reader, "&&") || is_operator(reader, "||")) {
		bool is_and = is_operator(reader, "&&");
		enum shell_chance reached = is_and ? result : shell_opposite(result);
		shell_reader_next(reader);
		skip_newlines(reader);
		enum shell_chance other = read_pipeline(
			reader, shell_both(reach, reached));
		result = is_and ? shell_both(result, other)
				: shell_opposite(shell_both(
					  shell_opposite(result), shell_opposite(other)));
	}
	return result;
}

enum shell_chance
shell_read_list(struct shell_reader *reader, enum shell_chance reach)
{
	enum shell_chance result = SHELL_YES;
	bool is_empty = true;
	for (;;) {
		while (is_operator(reader, "\n")) {
			if (reader->depth == reader->top)
				reader->line = reader->commands->count;
			shell_reader_next(reader);
		}
		if (ends_list(reader)) {
			if (is_empty && reader->depth > reader->top)
				shell_reader_doubt(reader, refused);
			return result;
		}
		is_empty = false;
		enum shell_chance ended = reader->ended;
		result = read_chain(reader, reach);
		if (is_operator(reader, "&")) {
			/* a shell of its own, which nobody waits for: POSIX, 2.9.3 */
			reader->ended = ended;
			result = SHELL_YES;
		} else if (reader->has_errexit && reader->asking == 0 &&
			result != SHELL_YES) {
			shell_reader_end(reader, reach, SHELL_PERHAPS);
		}
		if (is_operator(reader, ";") || is_operator(reader, "&")) {
			shell_reader_next(reader);
		} else if (!is_separator(reader) && !ends_list(reader)) {
			shell_reader_doubt(reader, refused);
			reader->words.token = SHELL_END;
		}
	}
}

void
shell_take_text(struct shell_reader *reader, enum shell_chance reach)
{
	reader->top = reader->depth;
	reader->line = reader->commands->count;
	shell_reader_next(reader);
	(void)shell_read_list(reader, reach);
	if (reader->words.token != SHELL_END || reader->words.is_cut)
		shell_reader_doubt(reader, refused);
}
