#include "policy/models/rsyslog/rsyslog_lexer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether C is a letter or one of SET. */
static bool
letter_or(char c, const char *set)
{
	return is_letter(c) || (c != '\0' && strchr(set, c) != NULL);
}

static size_t
span_letters_or(const char *p, const char *set)
{
	size_t n = 0;
	while (letter_or(p[n], set))
		n++;
	return n;
}

#define DIGITS "0123456789"

static size_t
line_length(const char *p)
{
	return strcspn(p, "\n");
}

/* One way to read what stands at some place; the longest wins, of equals the first. */
struct candidate {
	enum token_type type;
	size_t length;
	size_t weight; /* length with what must follow */
};

static void
offer(struct candidate *best, enum token_type type, size_t length, size_t weight)
{
	if (weight > best->weight)
		*best = (struct candidate){ type, length, weight };
}

struct word {
	const char *text;
	enum token_type type;
};

static const struct word statement_words[] = {
	{ "if", TOKEN_IF },
	{ "foreach", TOKEN_FOREACH },
	{ "reload_lookup_table", TOKEN_RELOAD },
	{ "stop", TOKEN_STOP },
	{ "else", TOKEN_ELSE },
	{ "call", TOKEN_CALL },
	{ "call_indirect", TOKEN_CALL_INDIRECT },
	{ "set", TOKEN_SET },
	{ "reset", TOKEN_SET },
	{ "unset", TOKEN_UNSET },
	{ "continue", TOKEN_CONTINUE },
	{ NULL, TOKEN_END },
};

static const struct word objects[] = {
	{ "main_queue", TOKEN_OBJECT },
	{ "timezone", TOKEN_OBJECT },
	{ "parser", TOKEN_OBJECT },
	{ "global", TOKEN_OBJECT },
	{ "template", TOKEN_TEMPLATE },
	{ "ruleset", TOKEN_RULESET },
	{ "property", TOKEN_PROPERTY },
	{ "constant", TOKEN_PROPERTY },
	{ "input", TOKEN_OBJECT },
	{ "module", TOKEN_OBJECT },
	{ "lookup_table", TOKEN_OBJECT },
	{ "dyn_stats", TOKEN_OBJECT },
	{ "percentile_stats", TOKEN_OBJECT },
	{ "ratelimit", TOKEN_OBJECT },
	{ "include", TOKEN_INCLUDE },
	{ "action", TOKEN_ACTION },
	{ NULL, TOKEN_END },
};

static const struct word expression_words[] = {
	{ "then", TOKEN_THEN },
	{ "do", TOKEN_DO },
	{ "or", TOKEN_OR },
	{ "and", TOKEN_AND },
	{ "not", TOKEN_NOT },
	{ "contains", TOKEN_CONTAINS },
	{ "contains_i", TOKEN_CONTAINS_I },
	{ "in", TOKEN_IN },
	{ "startswith", TOKEN_STARTS },
	{ "startswith_i", TOKEN_STARTS_I },
	{ "exists", TOKEN_EXISTS },
	{ NULL, TOKEN_END },
};

/* The word of WORDS that is all of the LENGTH bytes at P; NULL. */
static const struct word *
find_word(const struct word *words, const char *p, size_t length)
{
	for (; words->text != NULL; words++)
		if (strlen(words->text) == length &&
			strncasecmp(words->text, p, length) == 0)
			return words;
	return NULL;
}

/* ^[ \t]*[\*a-z]+[0-7]*[\.,][,!=;\.\*a-z0-7]+ */
static size_t
selector_length(const char *p)
{
	size_t n = strspn(p, " \t"), names = span_letters_or(p + n, "*");
	if (names == 0)
		return 0;
	n += names;
	n += strspn(p + n, "01234567");
	if (p[n] != '.' && p[n] != ',')
		return 0;
	n++;
	size_t rest = span_letters_or(p + n, ",!=;.*01234567");
	return rest > 0 ? n + rest : 0;
}

/* ^[ \t]*:\$?[a-z\-]+[ ]*,[ ]*!?[a-z]+[ ]*,[ ]*\"(\\\"|[^\"])*\" */
static size_t
filter_length(const char *p, size_t left)
{
	size_t n = strspn(p, " \t"), part;
	if (p[n++] != ':')
		return 0;
	n += p[n] == '$';
	if ((part = span_letters_or(p + n, "-")) == 0)
		return 0;
	n += part;
	n += strspn(p + n, " ");
	if (p[n++] != ',')
		return 0;
	n += strspn(p + n, " ");
	n += p[n] == '!';
	if ((part = span_letters_or(p + n, "")) == 0)
		return 0;
	n += part;
	n += strspn(p + n, " ");
	if (p[n++] != ',')
		return 0;
	n += strspn(p + n, " ");
	if (p[n++] != '"')
		return 0;
	/* an escaped quote ends the text only where no other one does */
	size_t escaped = 0;
	for (; n < left; n++)
		if (p[n] == '"') {
			if (p[n - 1] != '\\' || p[n - 2] == '"')
				return n + 1;
			escaped = n + 1;
		}
	return escaped;
}

/* The actions of old: file, host, users, ... */
static size_t
legacy_action_length(const char *p)
{
	size_t n;
	if (p[0] == '~' || p[0] == '*') {
		size_t more = p[0] == '~' ? line_length(p) : 1;
		return more > 1 ? more : 1;
	}
	if (p[0] == '/')
		return p[1] != '*' && p[1] != '\0' && p[1] != '\n' ? line_length(p) : 0;
	if (p[0] == ':') {
		n = 1 + span_letters_or(p + 1, DIGITS);
		return n > 1 && p[n] == ':' ? line_length(p) : 0;
	}
	if (p[0] != '\0' && strchr("|.-@^?>", p[0]) != NULL)
		return line_length(p) > 1 ? line_length(p) : 0;
	if (letter_or(p[0], DIGITS "_"))
		return 1 + span_letters_or(p + 1, DIGITS "_-+,;");
	return 0;
}

/* !program, and +host or -host where nothing else is on the line. */
static size_t
bsd_block_length(const char *p, bool line_begins)
{
	size_t n, blanks;
	if (p[0] == '!') {
		n = 1 + strcspn(p + 1, " \t\n");
		blanks = strspn(p + n, " \t");
		return n > 1 && p[n + blanks] == '\n' ? n + blanks : 0;
	}
	blanks = strspn(p, " \t");
	if (p[0] != '+' && p[0] != '-' && !line_begins)
		return 0;
	if (p[blanks] != '+' && p[blanks] != '-')
		return 0;
	n = blanks + 1;
	if (blanks == 0 && p[n] == '*')
		n++;
	else if (line_begins)
		n += span_letters_or(p + n, DIGITS ".:-");
	if (n == blanks + 1)
		return 0;
	blanks = strspn(p + n, " \t");
	return p[n + blanks] == '\n' ? n + blanks : 0;
}

static struct candidate
read_statement(const char *p, size_t left, bool line_begins)
{
	struct candidate best = { 0 };
	size_t n = span_letters_or(p, DIGITS "_");
	const struct word *word = find_word(statement_words, p, n);
	if (word != NULL)
		offer(&best, word->type, n, n);
	word = find_word(objects, p, n);
	size_t blanks = strspn(p + n, " \t\n");
	if (word != NULL && p[n + blanks] == '(')
		offer(&best, word->type, n + blanks + 1, n + blanks + 1);
	if (p[0] == '&' || p[0] == '{' || p[0] == '}')
		offer(&best, TOKEN_SYMBOL, 1, 1);
	if (line_begins) {
		n = filter_length(p, left);
		offer(&best, TOKEN_FILTER, n, n);
		n = selector_length(p);
		offer(&best, TOKEN_SELECTOR, n, n);
	}
	n = legacy_action_length(p);
	offer(&best, TOKEN_LEGACY_ACTION, n, n);
	n = bsd_block_length(p, line_begins);
	offer(&best, TOKEN_BSD_BLOCK, n, n > 0 ? n + 1 : 0);
	return best;
}

/* The length of the text in quotes at P, both included; 0 when it does not end or holds
 * an escape that is none. ESCAPES are the bytes that may follow a backslash. */
static size_t
string_length(const char *p, size_t left, const char *escapes)
{
	char quote = p[0];
	for (size_t n = 1; n < left; n++) {
		if (p[n] == quote)
			return n + 1;
		if (p[n] != '\\')
			continue;
		n++;
		if (n >= left)
			return 0;
		if (p[n] == 'x' || is_digit(p[n]))
			continue; /* hexadecimal or octal: its digits are plain bytes */
		if (p[n] == '\0' || strchr(escapes, p[n]) == NULL)
			return 0;
	}
	return 0;
}

static struct candidate
read_expression(const char *p, size_t left)
{
	static const struct word operators[] = {
		{ "==", TOKEN_EQUAL },
		{ "<=", TOKEN_LESS_EQUAL },
		{ ">=", TOKEN_GREATER_EQUAL },
		{ "!=", TOKEN_UNEQUAL },
		{ "<>", TOKEN_UNEQUAL },
		{ "<", TOKEN_LESS },
		{ ">", TOKEN_GREATER },
		{ NULL, TOKEN_END },
	};
	struct candidate best = { 0 };
	size_t n;
	for (const struct word *word = operators; word->text != NULL; word++)
		if (strncmp(p, word->text, strlen(word->text)) == 0)
			offer(&best, word->type, strlen(word->text), strlen(word->text));
	if (p[0] != '\0' && strchr("(=,*/%+&-[]);", p[0]) != NULL)
		offer(&best, TOKEN_SYMBOL, 1, 1);
	if (is_letter(p[0])) {
		n = span_letters_or(p, DIGITS "_");
		const struct word *word = find_word(expression_words, p, n);
		offer(&best, word != NULL ? word->type : TOKEN_FUNCTION, n, n);
	}
	if (is_digit(p[0])) {
		n = p[0] == '0' && (p[1] == 'x' || p[1] == 'X')
			? 2 + strspn(p + 2, DIGITS "abcdefABCDEF")
			: p[0] == '0' ? 1 + strspn(p + 1, "01234567")
				      : strspn(p, DIGITS);
		offer(&best, TOKEN_NUMBER, n, n);
	}
	if (p[0] == '$') {
		n = 1;
		n += p[n] != '\0' && strchr("$!./", p[n]) != NULL;
		n += span_letters_or(p + n, "@_");
		n += span_letters_or(p + n, "!@" DIGITS "-_.[]");
		offer(&best, TOKEN_VARIABLE, n, n);
	}
	if (p[0] == '\'' || p[0] == '"' || p[0] == '`') {
		n = string_length(p, left, "'\"`\\$bntr");
		offer(&best, TOKEN_STRING, n, n);
	}
	return best;
}

static struct candidate
read_object(const char *p, size_t left)
{
	struct candidate best = { 0 };
	if (p[0] == ')')
		offer(&best, TOKEN_OBJECT_END, 1, 1);
	if (p[0] == ',' || p[0] == '[' || p[0] == ']' || p[0] == '=')
		offer(&best, TOKEN_SYMBOL, 1, 1);
	if (is_letter(p[0])) {
		size_t n = span_letters_or(p, DIGITS "_.");
		offer(&best, TOKEN_NAME, n, n);
	}
	if (p[0] == '"' || p[0] == '`') {
		size_t n = string_length(p, left, "'\"`?\\abfnrtv");
		offer(&best, TOKEN_STRING, n, n);
	}
	return best;
}

static struct candidate
read_call(const char *p)
{
	struct candidate best = { 0 };
	if (is_letter(p[0])) {
		size_t n = span_letters_or(p, DIGITS "-_.");
		/* a single character is no name: lexer.l's rule for strays comes first */
		if (n > 1)
			offer(&best, TOKEN_NAME, n, n);
	}
	return best;
}

static struct candidate
read_procedure(const char *p, size_t left)
{
	struct candidate best = { 0 };
	if (p[0] == '(' || p[0] == ')' || p[0] == ',')
		offer(&best, TOKEN_SYMBOL, 1, 1);
	if (p[0] == '\'' || p[0] == '"') {
		size_t n = string_length(p, left, "'\"\\$bntr");
		offer(&best, TOKEN_STRING, n, n);
	}
	return best;
}

void
lexer_push(struct lexer *lexer, const struct file *file)
{
	lexer->open = memory_grow(lexer->open, lexer->open_count, sizeof *lexer->open);
	lexer->open[lexer->open_count++] = source_new(file);
}

bool
lexer_has_open(const struct lexer *lexer, const struct file *file)
{
	for (size_t i = 0; i < lexer->open_count; i++)
		if (lexer->open[i]->file == file)
			return true;
	return false;
}

static void
pop(struct lexer *lexer)
{
	lexer->done = memory_grow(lexer->done, lexer->done_count, sizeof *lexer->done);
	lexer->done[lexer->done_count++] = lexer->open[--lexer->open_count];
}

/* The length of what is no word: blanks, a comment. */
static size_t
skip_length(const struct lexer *lexer, const char *p, size_t left)
{
	if (p[0] == ' ' || p[0] == '\t' || p[0] == '\n')
		return 1;
	if (p[0] == '/' && p[1] == '*' && lexer->state <= LEXER_OBJECT) {
		const char *end = memmem(p + 2, left - 2, "*/", 2);
		return end != NULL ? (size_t)(end - p) + 2 : left;
	}
	if (p[0] == '#' && lexer->state == LEXER_OBJECT)
		return line_length(p);
	if (p[0] == '#' && lexer->state == LEXER_STATEMENT)
		return line_length(p) + (p[line_length(p)] == '\n');
	return 0;
}

static unsigned
digits_value(const char **p, const char *set, unsigned base, unsigned most)
{
	unsigned value = 0;
	for (unsigned i = 0; i < most && **p != '\0' && strchr(set, **p) != NULL; i++) {
		char c = *(*p)++;
		value = value * base +
			(unsigned)(is_digit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return value;
}

/* The text between the quotes with its escapes resolved. */
static char *
unescape(struct bytes text)
{
	static const char letters[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
	autobuffer struct buffer out = { 0 };
	autofree char *inner = memory_copy(text.data + 1, text.size - 2);
	for (const char *p = inner; *p != '\0';) {
		if (*p != '\\') {
			buffer_add(&out, p++, 1);
			continue;
		}
		p++;
		char c = *p;
		const char *letter = c != '\0' ? strchr(letters, c) : NULL;
		if (c == 'x') {
			p++;
			c = (char)digits_value(&p, DIGITS "abcdefABCDEF", 16, 2);
		} else if (is_digit(c)) {
			c = (char)digits_value(&p, "01234567", 8, 3);
		} else {
			if (letter != NULL)
				c = values[letter - letters];
			p += *p != '\0';
		}
		buffer_add(&out, &c, 1);
	}
	return buffer_take(&out);
}

/* Which words are looked for after TYPE. */
static enum lexer_state
state_after(enum lexer_state state, enum token_type type, char first)
{
	switch (type) {
	case TOKEN_IF:
	case TOKEN_FOREACH:
	case TOKEN_SET:
	case TOKEN_UNSET:
	case TOKEN_CALL_INDIRECT:
		return LEXER_EXPRESSION;
	case TOKEN_CALL:
		return LEXER_CALL;
	case TOKEN_RELOAD:
		return LEXER_PROCEDURE;
	case TOKEN_OBJECT:
	case TOKEN_TEMPLATE:
	case TOKEN_RULESET:
	case TOKEN_PROPERTY:
	case TOKEN_ACTION:
	case TOKEN_INCLUDE:
		return LEXER_OBJECT;
	case TOKEN_THEN:
	case TOKEN_DO:
	case TOKEN_OBJECT_END:
		return LEXER_STATEMENT;
	case TOKEN_NAME:
		return state == LEXER_CALL ? LEXER_STATEMENT : state;
	case TOKEN_SYMBOL:
		if ((state == LEXER_EXPRESSION && first == ';') ||
			(state == LEXER_PROCEDURE && first == ')'))
			return LEXER_STATEMENT;
		return state;
	default:
		return state;
	}
}

/* $Directive to the end of the line. Returns false when the text ends with it. */
static bool
read_directive(struct lexer *lexer, struct source *source, struct token *token)
{
	const char *p = source->text + source->position;
	size_t length = line_length(p);
	token->text = (struct bytes){ p, length };
	token->file = source->file;
	token->offset = source_offset(source, source->position);
	source->position += length;
	if (strncasecmp(p, "$ruleset ", 9) == 0) {
		token->type = TOKEN_LEGACY_RULESET;
		return true;
	}
	if (!lexer->directive(lexer->data, token->text, token->file, token->offset))
		lexer->ended = true;
	return false;
}

static struct candidate
read_word(const struct lexer *lexer, const struct source *source)
{
	const char *p = source->text + source->position;
	size_t left = source->size - source->position;
	switch (lexer->state) {
	case LEXER_EXPRESSION:
		return read_expression(p, left);
	case LEXER_OBJECT:
		return read_object(p, left);
	case LEXER_CALL:
		return read_call(p);
	case LEXER_PROCEDURE:
		return read_procedure(p, left);
	case LEXER_STATEMENT:
		break;
	}
	return read_statement(p, left, source->position == 0 || p[-1] == '\n');
}

/* Whether a dollar sign that no backslash stands before is among the LENGTH bytes at P:
 * rsyslogd refuses such a text in an expression. */
static bool
has_dollar(const char *p, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (p[i] == '$')
			return true;
		i += p[i] == '\\';
	}
	return false;
}

/* SKIP bytes are passed over. */
static void
pass(struct lexer *lexer, struct source *source, size_t skip)
{
	size_t from = source->position;
	source->position += skip;
	for (; source->passed < source->joined_count &&
		source->joined[source->passed] < source->position;
		source->passed++)
		if (lexer->state != LEXER_STATEMENT &&
			source->joined[source->passed] >= from)
			lexer->interrupted(
				lexer->data, source->file, source_offset(source, from));
}

void
lexer_next(struct lexer *lexer, struct token *ret_token)
{
	*ret_token = (struct token){ .type = TOKEN_END };
	while (!lexer->ended && lexer->open_count > 0) {
		struct source *source = lexer->open[lexer->open_count - 1];
		const char *p = source->text + source->position;
		if (source->position >= source->size) {
			pop(lexer);
			continue;
		}
		if (lexer->state == LEXER_STATEMENT && p[0] == '$' && is_letter(p[1])) {
			if (read_directive(lexer, source, ret_token))
				return;
			continue;
		}
		struct candidate word = read_word(lexer, source);
		size_t skip = skip_length(lexer, p, source->size - source->position);
		if (skip >= word.weight && skip > 0) {
			pass(lexer, source, skip);
			continue;
		}
		size_t offset = source_offset(
			source, source->position + strspn(p, " \t"));
		bool variable = word.type == TOKEN_STRING && p[0] == '"' &&
			lexer->state != LEXER_OBJECT && has_dollar(p, word.length);
		if (word.weight == 0 || variable) {
			lexer->stray(lexer->data, source->file, offset);
			source->position += variable ? word.length : 1;
			continue;
		}
		*ret_token = (struct token){ .type = word.type,
			.text = { p, word.length },
			.file = source->file,
			.offset = offset };
		if (word.type == TOKEN_STRING)
			ret_token->string = unescape(ret_token->text);
		source->position += word.length;
		lexer->state = state_after(lexer->state, word.type, p[0]);
		return;
	}
}

void
lexer_free(struct lexer *lexer)
{
	while (lexer->open_count > 0)
		pop(lexer);
	for (size_t i = 0; i < lexer->done_count; i++)
		source_free(lexer->done[i]);
	free(lexer->open);
	free(lexer->done);
	*lexer = (struct lexer){ 0 };
}
