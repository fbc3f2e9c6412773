#include "policy/models/shell/shell_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { WORD_MAX = 4096 }; /* bytes, with what is put in */

static int
peek(const struct shell_words *words, size_t ahead)
{
	size_t at = words->at + ahead;
	return at < words->input.size ? (unsigned char)words->input.data[at] : -1;
}

/* --- expansions ----------------------------------------------------------------------
 */

static size_t
name_size(const char *text, size_t size)
{
	size_t count = 0;
	while (count < size &&
		(isalnum((unsigned char)text[count]) || text[count] == '_'))
		count++;
	return count > 0 && isdigit((unsigned char)*text) ? 0 : count;
}

static const char *
find_variable(const struct shell_words *words, const char *name, size_t size)
{
	for (size_t i = 0; i < words->variable_count; i++)
		if (strlen(words->variables[i].name) == size &&
			memcmp(words->variables[i].name, name, size) == 0)
			return words->variables[i].value;
	return NULL;
}

/* A blank that no quote holds ends a word: a NUL, as the input has none. */
static void
put_in(struct shell_words *words, const char *value, bool in_quotes)
{
	for (; *value != '\0'; value++) {
		bool ends = !in_quotes && isspace((unsigned char)*value);
		buffer_add(&words->buffer, ends ? "" : value, 1);
	}
}

static void
copy(struct shell_words *words, size_t count)
{
	buffer_add(&words->buffer, words->input.data + words->at, count);
	words->at += count;
}

/* What begins with $ or ` here. */
static void
take_expansion(struct shell_words *words, bool in_quotes)
{
	const char *data = words->input.data + words->at;
	size_t left = words->input.size - words->at, end = 1;
	bool has_brace = peek(words, 1) == '{';
	size_t before = has_brace ? 2 : 1;
	size_t size = *data == '$' && left > before
		? name_size(data + before, left - before)
		: 0;
	const char *value = size > 0 ? find_variable(words, data + before, size) : NULL;
	if (value != NULL && (!has_brace || peek(words, before + size) == '}')) {
		put_in(words, value, in_quotes);
		words->at += before + size + has_brace;
		return;
	}
	words->is_expanded = true;
	const char *marks = has_brace ? "{}" : *data == '`' ? "``" : "()";
	if (has_brace || *data == '`' || peek(words, 1) == '(') {
		size_t level = 1;
		for (end = *data == '`' ? 1 : 2; end < left && level > 0; end++)
			if (data[end] == marks[1])
				level--;
			else if (data[end] == marks[0])
				level++;
		words->is_cut = words->is_cut || level > 0;
	} else if (size > 0) {
		end = 1 + size;
	}
	copy(words, end);
}

/* --- words ---------------------------------------------------------------------------
 */

static bool
ends_word(int byte)
{
	return byte < 0 || strchr(" \t\n;&|()<>", byte) != NULL;
}

static void
take_double_quotes(struct shell_words *words)
{
	for (words->at++; peek(words, 0) != '"';) {
		int byte = peek(words, 0);
		if (byte < 0) {
			words->is_cut = true;
			return;
		}
		if (byte == '$' || byte == '`') {
			take_expansion(words, true);
			continue;
		}
		if (byte == '\\' && peek(words, 1) >= 0 &&
			strchr("$`\"\\\n", peek(words, 1)) != NULL) {
			words->at++;
			if (peek(words, 0) == '\n') {
				words->at++;
				continue;
			}
		}
		copy(words, 1);
	}
	words->at++;
}

static void
take_single_quotes(struct shell_words *words)
{
	const char *data = words->input.data + words->at + 1;
	size_t left = words->input.size - words->at - 1;
	const char *end = memchr(data, '\'', left);
	size_t size = end != NULL ? (size_t)(end - data) : left;
	words->at++;
	words->is_cut = words->is_cut || end == NULL;
	copy(words, size);
	words->at += end != NULL;
}

static void
take_word(struct shell_words *words)
{
	while (!ends_word(peek(words, 0)) && words->buffer.size <= WORD_MAX) {
		int byte = peek(words, 0);
		if (byte == '"' || byte == '\'') {
			words->is_quoted = true;
			if (byte == '"')
				take_double_quotes(words);
			else
				take_single_quotes(words);
		} else if (byte == '$' || byte == '`') {
			take_expansion(words, false);
		} else if (byte == '\\') {
			words->is_quoted = true;
			words->at++;
			if (peek(words, 0) == '\n')
				words->at++;
			else if (peek(words, 0) >= 0)
				copy(words, 1);
		} else {
			copy(words, 1);
		}
	}
	words->is_cut = words->is_cut || words->buffer.size > WORD_MAX;
}

/* --- tokens --------------------------------------------------------------------------
 */

static void
skip_blanks(struct shell_words *words)
{
	for (;;) {
		int byte = peek(words, 0);
		if (byte == ' ' || byte == '\t') {
			words->at++;
		} else if (byte == '\\' && peek(words, 1) == '\n') {
			words->at += 2;
		} else if (byte == '#') {
			while (peek(words, 0) >= 0 && peek(words, 0) != '\n')
				words->at++;
		} else {
			return;
		}
	}
}

/* "2>&1", "> FILE": true when one was put aside. A here-document is not followed. */
static bool
skip_redirection(struct shell_words *words)
{
	size_t digits = 0;
	while (peek(words, digits) >= 0 && isdigit(peek(words, digits)))
		digits++;
	bool has_both = digits == 0 && peek(words, 0) == '&' && peek(words, 1) == '>';
	int byte = peek(words, digits + has_both);
	if (byte != '<' && byte != '>')
		return false;
	words->at += digits + has_both + 1;
	if (peek(words, 0) == '<' || peek(words, 0) == '(') {
		words->is_cut = true;
		return true;
	}
	char kind = (char)byte;
	for (; peek(words, 0) == '>' || peek(words, 0) == '&' || peek(words, 0) == '|';
		words->at++)
		kind = (char)(peek(words, 0) == '|' ? '>' : peek(words, 0));
	skip_blanks(words);
	struct buffer kept = words->buffer;
	bool is_expanded = words->is_expanded;
	words->buffer = (struct buffer){ 0 };
	take_word(words);
	buffer_add(&words->redirections, &kind, 1);
	buffer_add(&words->redirections, words->buffer.data, words->buffer.size);
	buffer_add(&words->redirections, "", 1);
	buffer_free(&words->buffer);
	words->buffer = kept;
	words->is_expanded = is_expanded;
	words->is_quoted = false;
	return true;
}

static void
take_operator(struct shell_words *words)
{
	char byte = words->input.data[words->at];
	bool is_twice = strchr(";&|", byte) != NULL && peek(words, 1) == byte;
	copy(words, is_twice ? 2 : 1);
	words->token = SHELL_OPERATOR;
}

/* The next of the words that an expansion made. */
static bool
show_next(struct shell_words *words)
{
	while (words->shown < words->buffer.size &&
		words->buffer.data[words->shown] == '\0')
		words->shown++;
	if (words->shown >= words->buffer.size)
		return false;
	words->text = words->buffer.data + words->shown;
	words->shown += strlen(words->text);
	return true;
}

void
shell_words_next(struct shell_words *words)
{
	if (words->token == SHELL_WORD && show_next(words))
		return;
	words->last = words->at;
	for (;;) {
		words->token = SHELL_END;
		words->buffer.size = words->shown = 0;
		words->is_quoted = words->is_expanded = false;
		do {
			skip_blanks(words);
			words->start = words->at;
		} while (!words->is_cut && skip_redirection(words));
		if (peek(words, 0) == '\0') /* nothing is behind it for sure */
			words->is_cut = true;
		if (peek(words, 0) < 0 || words->is_cut)
			return;
		if (ends_word(peek(words, 0))) {
			take_operator(words);
			words->text = words->buffer.data;
			return;
		}
		take_word(words);
		words->token = SHELL_WORD;
		if (words->is_quoted && words->buffer.size == 0) {
			words->text = "";
			return;
		}
		/* an expansion to nothing is no word */
		if (words->buffer.size > 0 && show_next(words))
			return;
	}
}

void
shell_words_set(struct shell_words *words, const char *assignment)
{
	size_t size = strcspn(assignment, "=");
	const char *value = assignment + size + 1;
	struct shell_variable *found = NULL;
	for (size_t i = 0; i < words->variable_count; i++)
		if (strlen(words->variables[i].name) == size &&
			strncmp(words->variables[i].name, assignment, size) == 0)
			found = &words->variables[i];
	/* what an expansion gave it is not known */
	bool is_plain = strpbrk(value, "$`") == NULL;
	if (found == NULL && (!is_plain || words->variable_count == SHELL_VARIABLES_MAX))
		return;
	if (found == NULL) {
		found = &words->variables[words->variable_count++];
		found->name = memory_copy(assignment, size);
	}
	free(found->value);
	found->value = is_plain ? memory_text(value) : NULL;
}

void
shell_words_free(struct shell_words *words)
{
	buffer_free(&words->buffer);
	buffer_free(&words->redirections);
	for (size_t i = 0; i < words->variable_count; i++) {
		free(words->variables[i].name);
		free(words->variables[i].value);
	}
	*words = (struct shell_words){ 0 };
}
