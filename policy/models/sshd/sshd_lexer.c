#include "policy/models/sshd/sshd_lexer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { ARGV_SPLIT_SINCE = 807 };

#define BLANKS " \t\r\n"

char *
sshd_lexer_next(char **text)
{
	char *word = *text;
	if (word == NULL)
		return NULL;
	char *end = strpbrk(word, BLANKS "\"=");
	if (end == NULL) {
		*text = NULL;
		return word;
	}
	if (*end == '"') {
		memmove(end, end + 1, strlen(end));
		end = strchr(end, '"');
		if (end == NULL) {
			*text = NULL;
			return NULL;
		}
		*end++ = '\0';
		*text = end + strspn(end, BLANKS);
		return word;
	}
	bool equals = *end == '=';
	*end++ = '\0';
	end += strspn(end, BLANKS);
	if (!equals && *end == '=') {
		end++;
		end += strspn(end, BLANKS);
	}
	*text = end;
	return word;
}

static void
add_word(struct sshd_words *words, char *word)
{
	words->items = memory_grow(words->items, words->count, sizeof *words->items);
	words->items[words->count++] = word;
}

/* argv_split: both quotes, backslashes, and a `#` that begins a word begins a comment.
 * REST starts at BASE of the line. */
static int
split_quoted(struct sshd_words *words, const char *rest, size_t base, struct error *err)
{
	size_t i = 0;
	for (;;) {
		i += strspn(rest + i, " \t");
		if (rest[i] == '\0' || rest[i] == '#')
			return 0;
		if (words->count == SSHD_WORDS_MAX)
			return error_set(err, "more than %d words", SSHD_WORDS_MAX);
		struct buffer word = { 0 };
		char quote = '\0';
		if (words->count == 0)
			words->start = base + i;
		for (; rest[i] != '\0'; i++) {
			char c = rest[i], next = rest[i + 1];
			if (c == '\\' &&
				(next == '\'' || next == '"' || next == '\\' ||
					(next == ' ' && quote == '\0')))
				buffer_add(&word, &rest[++i], 1);
			else if (quote == '\0' && (c == ' ' || c == '\t'))
				break;
			else if (quote == '\0' && (c == '"' || c == '\''))
				quote = c;
			else if (quote != '\0' && c == quote)
				quote = '\0';
			else
				buffer_add(&word, &c, 1);
		}
		add_word(words, buffer_take(&word));
		words->end = base + i;
		if (quote != '\0')
			return error_set(err, "invalid quotes");
	}
}

static int
split_plain(struct sshd_words *words, const char *rest, struct error *err)
{
	autofree char *copy = memory_text(rest);
	char *text = copy;
	for (char *word; (word = sshd_lexer_next(&text)) != NULL && *word != '\0';) {
		if (words->count == SSHD_WORDS_MAX)
			return error_set(err, "more than %d words", SSHD_WORDS_MAX);
		add_word(words, memory_text(word));
	}
	return 0;
}

int
sshd_lexer_split(
	struct bytes line, int version, struct sshd_words *ret_words, struct error *err)
{
	size_t start = 0, end = line.size;
	*ret_words = (struct sshd_words){ 0 };
	while (start < end && strchr(" \t\r", line.data[start]) != NULL)
		start++;
	/* the first byte of what is left is not looked at, be it a form feed */
	while (end > start + 1 && strchr(BLANKS "\f", line.data[end - 1]) != NULL)
		end--;
	if (start == end || line.data[start] == '#' ||
		memchr(line.data + start, '\0', end - start) != NULL)
		return 0;
	autofree char *copy = memory_copy(line.data + start, end - start);
	char *text = copy, *keyword = sshd_lexer_next(&text);
	if (keyword != NULL && *keyword == '\0')
		keyword = sshd_lexer_next(&text);
	if (keyword == NULL || *keyword == '\0' || *keyword == '#')
		return 0;
	ret_words->keyword = memory_text(keyword);
	ret_words->keyword_start = start;
	ret_words->rest = memory_text(text != NULL ? text : "");
	/* a quote that was taken out moved the text, not its end */
	ret_words->start = end - strlen(ret_words->rest);
	ret_words->end = end;
	if (version < ARGV_SPLIT_SINCE)
		return split_plain(ret_words, ret_words->rest, err);
	if (*ret_words->rest == '\0')
		return error_set(err, "no argument after keyword \"%s\"", keyword);
	return split_quoted(ret_words, ret_words->rest, ret_words->start, err);
}

void
sshd_words_free(struct sshd_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	free(words->keyword);
	free(words->rest);
	*words = (struct sshd_words){ 0 };
}
