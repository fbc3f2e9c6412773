/* console.conf of any bytes: reading never leaves the text, ends, and takes nothing for
 * good that a second reader, which knows the format as a whole, does not. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/console_conf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
begins(const char *line, size_t size, const char *word)
{
	return size > strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* Lines that are neither blank, nor comments, nor begin with one of the three words. */
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
				!begins(line, length, "policy "));
		at += length + 1;
	}
	return strange;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	char *text = malloc(size + 1); /* exactly as long, for the sanitizer */
	size_t entries = 0;
	int result;
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	console_conf_begin(&conf, text, size);
	while ((result = console_conf_next(&conf, &entry)) > 0) {
		entries++;
		if (entry.text < text || entry.size == 0 ||
			entry.text + entry.size >= text + size ||
			memchr(entry.text, ' ', entry.size) != NULL ||
			memchr(entry.text, '\0', entry.size) != NULL)
			abort();
	}
	if (result == 0 && (entries < 3 || count_strange(text, size) > 0))
		abort();
	if (result < 0 && (conf.error == NULL || conf.line == 0) &&
		size <= CONSOLE_CONF_MAX)
		abort();
	free(text);
	return 0;
}
