#include "policy/models/shell_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell_simple.h"
#include "policy/models/shell_words.h"

enum {
	TEXT_MAX = 64 * 1024, /* bytes */
	COMMANDS_MAX = 2000,
	DEPTH_MAX = 20,
};

static const char refused[] = "it is not what a shell reads, or not followed";

struct reader {
	struct host *host;
	struct shell_words words; /* where it stands, and the next token */
	struct shell_commands *commands;
	unsigned depth, top; /* TOP: of a whole line */
	size_t line; /* the first of the commands of the line */
	enum shell_chance ended; /* by exit, or by what may do so */
	bool is_unclear; /* something was not understood */
	bool is_redirected; /* there is a redirection before the token */
	bool has_errexit, has_nounset; /* set -e, set -u */
	unsigned asking; /* conditions, in which set -e does nothing */
};

/* A shell reads a line as a whole, and refuses it as a whole. */
static void
doubt(struct reader *reader, const char *reason)
{
	if (reader->commands->doubt == NULL)
		reader->commands->doubt = reason;
	for (size_t i = reader->line; i < reader->commands->count; i++)
		reader->commands->items[i].is_perhaps = true;
	reader->is_unclear = true;
}

/* Moves to the next token. */
static void
next(struct reader *reader)
{
	struct buffer *redirections = &reader->words.redirections;
	shell_words_next(&reader->words);
	reader->is_redirected = redirections->size > 0;
	for (size_t at = 0; at < redirections->size;
		at += strlen(redirections->data + at) + 1)
		if (!shell_redirection_holds(reader->host, redirections->data + at))
			doubt(reader,
				"a file that it is redirected to or from is not there, "
				"or not followed");
	redirections->size = 0;
}

/* What the shell does that comes to this by REACH. */
static void
end(struct reader *reader, enum shell_chance reach, enum shell_chance ends)
{
	enum shell_chance chance = shell_both(reach, ends);
	if (chance > reader->ended)
		reader->ended = chance;
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

/* An unset variable may end the shell: "${X:?}", or set -u. */
static bool
may_lack_variable(const struct reader *reader, const struct shell_simple *simple)
{
	if (!simple->is_expanded)
		return false;
	for (size_t i = 0; i < simple->count; i++)
		if (strstr(simple->words[i], "${") != NULL &&
			strchr(simple->words[i], '?') != NULL)
			return true;
	return reader->has_nounset;
}

/* A program. */
static enum shell_chance
take_program(struct reader *reader, struct shell_simple *simple, enum shell_chance reach,
	size_t start)
{
	bool is_sure;
	const char *text = shell_nested_text(simple, &is_sure);
	if (!is_sure)
		doubt(reader, "the options of a shell in it are not followed");
	if (text != NULL && !shell_knows_user(reader->host, simple))
		doubt(reader,
			"its su has no user that etc/passwd knows, or not one with a "
			"shell");
	if (reader->is_unclear)
		reach = shell_both(reach, SHELL_PERHAPS);
	if (text != NULL) {
		take_nested(reader, text, reach, start);
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

/* Returns how it ends, as far as that can be told. */
static enum shell_chance
take_simple(struct reader *reader, struct shell_simple *simple, enum shell_chance reach,
	size_t start)
{
	struct shell_builtin builtin;
	if (may_lack_variable(reader, simple)) {
		end(reader, reach, SHELL_PERHAPS);
		reach = shell_both(reach, SHELL_PERHAPS);
	}
	while (simple->count > 0 && shell_is_assignment(simple->words[0])) {
		shell_words_set(&reader->words, simple->words[0]);
		shell_drop(simple, 1);
	}
	if (simple->count == 0)
		return simple->is_expanded ? SHELL_PERHAPS : SHELL_YES;
	/* `command -v` asks where a program is */
	if (simple->count > 1 && strcmp(simple->words[0], "command") == 0 &&
		strcasecmp(simple->words[1], "-v") == 0)
		return SHELL_PERHAPS;
	bool is_exec = strcmp(simple->words[0], "exec") == 0;
	if (!shell_drop_starters(simple))
		doubt(reader,
			"the options of what starts a program in it are not followed");
	if (simple->count == 0)
		return SHELL_YES;
	enum shell_chance result = SHELL_PERHAPS;
	if (shell_builtin_judge(reader->host, simple, &builtin)) {
		result = builtin.result;
		end(reader, reach, builtin.ends);
		reader->has_errexit = reader->has_errexit || builtin.has_errexit;
		reader->has_nounset = reader->has_nounset || builtin.has_nounset;
	} else if (reach != SHELL_NO) {
		result = take_program(reader, simple, reach, start);
	}
	if (is_exec)
		end(reader, reach, SHELL_YES);
	return result;
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
		is_operator(reader, "&");
}

static void
skip_newlines(struct reader *reader)
{
	while (is_operator(reader, "\n"))
		next(reader);
}

/* Takes the word that is due; else the text is none that a shell takes. */
static void
expect(struct reader *reader, const char *text)
{
	if (is_word(reader, text) || is_operator(reader, text))
		next(reader);
	else
		doubt(reader, refused);
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
read_condition(struct reader *reader, enum shell_chance reach)
{
	reader->asking++;
	enum shell_chance asked = read_list(reader, reach);
	reader->asking--;
	return asked;
}

static enum shell_chance
read_if(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance asked = read_condition(reader, reach);
	expect(reader, "then");
	enum shell_chance result = read_list(reader, shell_both(reach, asked));
	enum shell_chance otherwise = SHELL_YES,
			  rest = shell_both(reach, shell_opposite(asked));
	if (is_word(reader, "elif") && may_nest(reader)) {
		next(reader);
		reader->depth++;
		otherwise = read_if(reader, rest);
		reader->depth--;
	} else {
		if (is_word(reader, "else")) {
			next(reader);
			otherwise = read_list(reader, rest);
		}
		expect(reader, "fi");
	}
	return asked == SHELL_YES   ? result
		: asked == SHELL_NO ? otherwise
				    : SHELL_PERHAPS;
}

/* "for NAME in WORDS": whether there is a word. */
static enum shell_chance
read_for(struct reader *reader)
{
	enum shell_chance found = SHELL_NO;
	next(reader);
	next(reader); /* the name */
	if (is_word(reader, "in"))
		next(reader);
	else
		found = SHELL_PERHAPS;
	while (reader->words.token == SHELL_WORD && !is_word(reader, "do")) {
		found = reader->words.is_expanded
			? (found > SHELL_PERHAPS ? found : SHELL_PERHAPS)
			: SHELL_YES;
		next(reader);
	}
	if (is_operator(reader, ";"))
		next(reader);
	skip_newlines(reader);
	return found;
}

static enum shell_chance
read_loop(struct reader *reader, enum shell_chance reach)
{
	bool is_for = is_word(reader, "for"), is_until = is_word(reader, "until");
	enum shell_chance asked;
	if (is_for) {
		asked = read_for(reader);
	} else {
		next(reader);
		asked = read_condition(reader, reach);
		asked = is_until ? shell_opposite(asked) : asked;
	}
	expect(reader, "do");
	(void)read_list(reader, shell_both(reach, asked));
	expect(reader, "done");
	/* one that goes on for ever */
	if (!is_for && asked == SHELL_YES)
		end(reader, reach, SHELL_PERHAPS);
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
		next(reader);
		if (level == 0)
			break;
	}
	doubt(reader, "what stands between case and esac is not followed");
	return SHELL_PERHAPS;
}

/* A function, which something may call, be it by the name of a program. */
static void
read_function(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance ended = reader->ended;
	next(reader);
	expect(reader, ")");
	skip_newlines(reader);
	if (is_word(reader, "{")) {
		next(reader);
		(void)read_list(reader, shell_both(reach, SHELL_PERHAPS));
		expect(reader, "}");
	} else {
		doubt(reader, "a function in it is not followed");
	}
	reader->ended = ended;
	end(reader, reach, SHELL_PERHAPS);
}

static enum shell_chance
read_simple(struct reader *reader, enum shell_chance reach)
{
	struct shell_simple simple = { 0 };
	size_t start = reader->words.start;
	bool is_redirected = reader->is_redirected;
	while (reader->words.token == SHELL_WORD) {
		simple.words = memory_grow(
			simple.words, simple.count, sizeof *simple.words);
		simple.words[simple.count++] = memory_text(reader->words.text);
		simple.is_expanded = simple.is_expanded || reader->words.is_expanded;
		next(reader);
	}
	enum shell_chance result = SHELL_PERHAPS;
	if (simple.count == 1 && is_operator(reader, "("))
		read_function(reader, reach);
	else if (simple.count > 0)
		result = take_simple(reader, &simple, reach, start);
	else if (!is_redirected)
		doubt(reader, refused);
	shell_drop(&simple, simple.count);
	free(simple.words);
	return result;
}

static enum shell_chance
read_command(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance ended = reader->ended, result;
	if (ended != SHELL_NO)
		reach = shell_both(reach, shell_opposite(ended));
	if (!may_nest(reader))
		return SHELL_PERHAPS;
	reader->depth++;
	if (is_word(reader, "if")) {
		next(reader);
		result = read_if(reader, reach);
	} else if (is_word(reader, "while") || is_word(reader, "until") ||
		is_word(reader, "for")) {
		result = read_loop(reader, reach);
	} else if (is_word(reader, "case")) {
		result = skip_case(reader);
	} else if (is_word(reader, "{")) {
		next(reader);
		result = read_list(reader, reach);
		expect(reader, "}");
	} else if (is_operator(reader, "(")) {
		next(reader);
		result = read_list(reader, reach);
		expect(reader, ")");
		reader->ended = ended; /* a shell of its own */
	} else {
		result = read_simple(reader, reach);
	}
	reader->depth--;
	return result;
}

static enum shell_chance
read_pipeline(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance ended = reader->ended, result;
	bool is_not = is_word(reader, "!");
	if (is_not)
		next(reader);
	if (is_word(reader, "!"))
		doubt(reader, refused);
	result = read_command(reader, reach);
	while (is_operator(reader, "|")) {
		reader->ended = ended; /* each is in a shell of its own */
		next(reader);
		skip_newlines(reader);
		result = read_command(reader, reach);
		reader->ended = ended;
	}
	return is_not ? shell_opposite(result) : result;
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

/* Pipelines with && and || between. */
static enum shell_chance
read_chain(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance result = read_pipeline(reader, reach);
	while (is_operator(reader, "&&") || is_operator(reader, "||")) {
		bool is_and = is_operator(reader, "&&");
		enum shell_chance reached = is_and ? result : shell_opposite(result);
		next(reader);
		skip_newlines(reader);
		enum shell_chance other = read_pipeline(
			reader, shell_both(reach, reached));
		result = is_and ? shell_both(result, other)
				: shell_opposite(shell_both(
					  shell_opposite(result), shell_opposite(other)));
	}
	return result;
}

static enum shell_chance
read_list(struct reader *reader, enum shell_chance reach)
{
	enum shell_chance result = SHELL_YES;
	bool is_empty = true;
	for (;;) {
		while (is_operator(reader, "\n")) {
			if (reader->depth == reader->top)
				reader->line = reader->commands->count;
			next(reader);
		}
		if (ends_list(reader)) {
			if (is_empty && reader->depth > reader->top)
				doubt(reader, refused);
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
			end(reader, reach, SHELL_PERHAPS);
		}
		if (is_operator(reader, ";") || is_operator(reader, "&")) {
			next(reader);
		} else if (!is_separator(reader) && !ends_list(reader)) {
			doubt(reader, refused);
			reader->words.token = SHELL_END;
		}
	}
}

static void
take_text(struct reader *reader, enum shell_chance reach)
{
	reader->top = reader->depth;
	reader->line = reader->commands->count;
	next(reader);
	(void)read_list(reader, reach);
	if (reader->words.token != SHELL_END || reader->words.is_cut)
		doubt(reader, refused);
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

bool
shell_text_takes(const char *option)
{
	return option[0] == '-' && option[1] != '\0' &&
		option[1 + strspn(option + 1, "eux")] == '\0';
}

void
shell_text_read(struct host *host, struct bytes text, const char *option,
	struct shell_commands *ret_commands)
{
	struct reader reader = {
		.host = host,
		.words = { .input = text },
		.commands = ret_commands,
		.has_errexit = option != NULL && strchr(option, 'e') != NULL,
		.has_nounset = option != NULL && strchr(option, 'u') != NULL,
	};
	*ret_commands = (struct shell_commands){ 0 };
	if (text.size > TEXT_MAX) {
		ret_commands->doubt = "of more than 64 KiB it is not followed";
		return;
	}
	if (text.size > 0 && memchr(text.data, '\r', text.size) != NULL)
		doubt(&reader, "a carriage return in it is a part of a word");
	take_text(&reader, SHELL_YES);
	shell_words_free(&reader.words);
}

void
shell_command_read(struct host *host, const struct name_list *words,
	struct shell_commands *ret_commands)
{
	struct reader reader = { .host = host, .commands = ret_commands };
	struct shell_simple simple = { .words = memory_new(
					       words->count + 1, sizeof(char *)) };
	size_t size = 0;
	*ret_commands = (struct shell_commands){ 0 };
	for (size_t i = 0; i < words->count; i++) {
		simple.words[simple.count++] = memory_text(words->names[i]);
		simple.is_expanded = simple.is_expanded ||
			strchr(words->names[i], '$') != NULL;
		size += strlen(words->names[i]);
	}
	if (size > TEXT_MAX)
		ret_commands->doubt = "of more than 64 KiB it is not followed";
	else if (!shell_drop_starters(&simple))
		doubt(&reader,
			"the options of what starts a program in it are not followed");
	if (simple.count > 0 && size <= TEXT_MAX)
		(void)take_program(&reader, &simple, SHELL_YES, 0);
	shell_drop(&simple, simple.count);
	free(simple.words);
	shell_words_free(&reader.words);
}

const char *
shell_command_script(const struct shell_command *command)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };
	if (text_is_one_of(text_base_name(command->words[0]), shells))
		for (size_t i = 1; i < command->count; i++)
			if (command->words[i][0] != '-')
				return command->words[i][0] == '/' ? command->words[i]
								   : NULL;
	return command->words[0][0] == '/' ? command->words[0] : NULL;
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
