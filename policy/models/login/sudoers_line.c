#include "policy/models/login/sudoers_line.h"

#include <string.h>

/* Whether the # at P begins a comment: before a number it begins a uid, and after the
 * start of a line #include and #includedir are directives. */
static bool
begins_comment(const char *p, const char *end, bool first)
{
	static const char include[] = "#include";
	if (first && (size_t)(end - p) > sizeof include - 1 &&
		memcmp(p, include, sizeof include - 1) == 0)
		return false;
	return p + 1 == end || ((p[1] < '0' || p[1] > '9') && p[1] != '-');
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The length of a backslash at P and what follows when a line is continued there, blanks
 * before the newline included; else 0. */
static size_t
continuation(const char *p, const char *end)
{
	const char *q = p + 1;
	if (*p != '\\')
		return 0;
	while (q < end && is_blank(*q))
		q++;
	return q < end && *q == '\n' ? (size_t)(q + 1 - p) : 0;
}

char *
sudoers_line_next(struct bytes text, size_t *at, size_t *ret_start)
{
	struct buffer line = { 0 };
	const char *p = text.data + *at, *end = text.data + text.size;
	bool quoted = false, comment = false;
	if (*at >= text.size)
		return NULL;
	while (p < end && is_blank(*p))
		p++;
	const char *start = p;
	for (; p < end && *p != '\n'; p++) {
		size_t skipped = continuation(p, end);
		if (*p == '#' && !quoted && !comment)
			comment = begins_comment(p, end, p == start);
		if (comment || *p == '\0')
			continue;
		if (skipped > 0) {
			buffer_add(&line, " ", 1);
			p += skipped - 1;
			continue;
		}
		if (*p == '"')
			quoted = !quoted;
		buffer_add(&line, p, 1);
		if (*p == '\\' && p + 1 < end)
			buffer_add(&line, ++p, 1);
	}
	*ret_start = (size_t)(start - text.data);
	*at = (size_t)(p - text.data) + 1;
	while (line.size > 0 && is_blank(line.data[line.size - 1]))
		line.data[--line.size] = '\0';
	return buffer_take(&line);
}

/* Adds a word up to a blank or a character that has a meaning. */
static void
read_word(struct sudoers_words *words)
{
	const char *p = words->rest;
	bool quoted = false;
	words->word.size = 0;
	buffer_text(&words->word, "");
	for (; *p != '\0'; p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (!quoted && strchr(" \t\r,=:()", *p) != NULL)
			break;
		buffer_add(&words->word, p, 1);
	}
	words->rest = p;
}

void
sudoers_words_next(struct sudoers_words *words)
{
	static const char marks[] = ",=:()!";
	static const enum sudoers_token tokens[] = { SUDOERS_COMMA, SUDOERS_EQUALS,
		SUDOERS_COLON, SUDOERS_OPEN, SUDOERS_CLOSE, SUDOERS_BANG };
	words->rest += strspn(words->rest, " \t\r");
	const char *mark = *words->rest != '\0' ? strchr(marks, *words->rest) : NULL;
	if (*words->rest == '\0') {
		words->token = SUDOERS_END;
	} else if (mark != NULL) {
		words->token = tokens[mark - marks];
		words->rest++;
	} else {
		words->token = SUDOERS_WORD;
		read_word(words);
	}
}

void
sudoers_words_free(struct sudoers_words *words)
{
	buffer_free(&words->word);
	*words = (struct sudoers_words){ 0 };
}
