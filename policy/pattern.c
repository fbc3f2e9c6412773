#include "policy/pattern.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

enum { LINE_MAX_BYTES = 64 << 10 };

void
pattern_check(const struct value *text, const char *key, struct problems *problems)
{
	regex_t regex;
	char why[128];
	int error = regcomp(&regex, text->text, REG_EXTENDED | REG_NOSUB);
	if (error == 0) {
		regfree(&regex);
		return;
	}
	regerror(error, &regex, why, sizeof why);
	problems_add(problems, text->at, "%s: '%s': %s", key, text->text, why);
}

bool
pattern_matches(const regex_t *regex, struct bytes line, bool *ret_unsure)
{
	regmatch_t range = { 0, (regoff_t)line.size };
	if (line.size > LINE_MAX_BYTES) {
		*ret_unsure = true;
		return false;
	}
	/* the bytes of a file have no NUL behind them */
	autofree char *copy = memory_copy(line.data, line.size);
	return regexec(regex, copy, 1, &range, REG_STARTEND) == 0;
}

size_t
pattern_find(const regex_t *regex, struct bytes text, bool *ret_unsure)
{
	for (size_t at = 0; at < text.size;) {
		const char *line = text.data + at;
		const char *newline = memchr(line, '\n', text.size - at);
		size_t size = newline != NULL ? (size_t)(newline - line) : text.size - at;
		if (pattern_matches(regex, (struct bytes){ line, size }, ret_unsure))
			return at;
		at += size + 1;
	}
	return SIZE_MAX;
}
