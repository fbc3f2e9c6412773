/* console.conf of any bytes: reading never leaves the text, ends, and takes nothing for
 * good that a second reader, which knows the format as a whole, does not. Behind a sum,
 * which no fuzzer guesses and which is put before what begins with "+", console_conf_find
 * finds those whom reading all lines finds, and nobody else. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/console_conf.h"
#include "base/console_sum.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
begins(const char *line, size_t size, const char *word)
{
	return size > strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* Lines that are neither blank, nor comments, nor begin with one of the words. */
static size_t
count_strange(const char *text, size_t size)
{
	size_t strange = 0;
	for (size_t at = 0; at < size;) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline != NULL ? (size_t)(newline - text) - at
						: size - at;
		const char *line = text + at;
		strange += newline == NULL ||
			(length > 0 && *line != '#' && !begins(line, length, "allow ") &&
				!begins(line, length, "control ") &&
				!begins(line, length, "policy ") &&
				!(at == 0 && begins(line, length, "sum ")));
		at += length + 1;
	}
	return strange;
}

/* Exactly as long as the text, for the sanitizer; the caller frees. */
static char *
make_text(const uint8_t *data, size_t size, size_t *ret_size)
{
	char line[40] = "";
	if (size > 0 && *data == '+') {
		data++;
		size--;
		snprintf(line, sizeof line, "sum %010zu %016" PRIx64 "\n", size,
			console_sum((const char *)data, size));
	}
	size_t length = strlen(line);
	char *text = malloc(length + size + 1);
	if (text == NULL)
		abort();
	memcpy(text, line, length);
	memcpy(text + length, data, size);
	*ret_size = length + size;
	return realloc(text, *ret_size > 0 ? *ret_size : 1);
}

/* Reads all; returns how many entries there are, or -1. */
static long
read_all(const char *text, size_t size)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	long entries = 0;
	int result;
	console_conf_begin(&conf, text, size);
	while ((result = console_conf_next(&conf, &entry)) > 0) {
		entries++;
		if (entry.text < text || entry.size == 0 || conf.at > entry.text ||
			entry.text + entry.size >= text + size ||
			memchr(entry.text, ' ', entry.size) != NULL ||
			memchr(entry.text, '\0', entry.size) != NULL)
			abort();
	}
	if (result < 0 && size <= CONSOLE_CONF_MAX &&
		(conf.error == NULL || conf.line == 0 || conf.at > text + size))
		abort();
	return result < 0 ? -1 : entries;
}

/* What the search says of NAME; 0 where there is no user. */
static int
find(const char *text, size_t size, const char *name, size_t name_size)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	int result;
	console_conf_begin(&conf, text, size);
	while ((result = console_conf_next(&conf, &entry)) > 0)
		if (entry.kind == CONSOLE_CONF_USER)
			return console_conf_find(&conf, name, name_size);
	return result;
}

/* The same by reading all lines of a good text. */
static int
is_listed(const char *text, size_t size, const char *name, size_t name_size)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	int listed = 0;
	console_conf_begin(&conf, text, size);
	while (console_conf_next(&conf, &entry) > 0)
		listed |= entry.kind == CONSOLE_CONF_USER && entry.size == name_size &&
			memcmp(entry.text, name, name_size) == 0;
	return listed;
}

/* They agree on each user of a good text, and on names a byte longer or shorter. */
static void
check_find(const char *text, size_t size)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	console_conf_begin(&conf, text, size);
	while (console_conf_next(&conf, &entry) > 0)
		for (size_t length = entry.size - 1; length <= entry.size + 1; length++)
			if (find(text, size, entry.text, length) !=
				is_listed(text, size, entry.text, length))
				abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	char *text = make_text(data, size, &length);
	long entries = read_all(text, length);
	bool has_sum = length >= 4 && memcmp(text, "sum ", 4) == 0;
	if (entries >= 0 && (entries < 3 || count_strange(text, length) > 0))
		abort();
	if (entries >= 0 && has_sum)
		check_find(text, length);
	else if (has_sum)
		find(text, length, "user", 4);
	free(text);
	return 0;
}
