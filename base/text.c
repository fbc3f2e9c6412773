#include "base/text.h"

#include <ctype.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <string.h>

#include "base/memory.h"

int
text_number(const char *text, long min, long max, long *ret_number, struct error *err)
{
	const char *p = text;
	bool negative = min < 0 && *p == '-';
	long value = 0;
	if (negative)
		p++;
	if (*p == '\0')
		return error_set(err, "'%s' is not a whole number", text);
	for (; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return error_set(err, "'%s' is not a whole number", text);
		if (value > (LONG_MAX - (*p - '0')) / 10)
			return error_set(
				err, "'%s' is not between %ld and %ld", text, min, max);
		value = value * 10 + (*p - '0');
	}
	if (negative)
		value = -value;
	if (value < min || value > max)
		return error_set(err, "'%s' is not between %ld and %ld", text, min, max);
	*ret_number = value;
	return 0;
}

bool
text_range(const char *text, long min, long max, long *ret_first, long *ret_last)
{
	size_t length = strcspn(text, "-");
	autofree char *start = memory_copy(text, length);
	const char *end = text[length] == '-' ? text + length + 1 : start;
	long first = min, last = max;
	if (text_number(start, min, max, &first, NULL) < 0 ||
		text_number(end, first, max, &last, NULL) < 0)
		return false;
	*ret_first = first;
	*ret_last = last;
	return true;
}

enum { NEAREST_LONGEST = 64 };

/* Edits (insert, delete, replace, swap neighbours) from A to B, without case; a large
 * number when too long. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_LONGEST + 1], la = strlen(a), lb = strlen(b);
	if (la > NEAREST_LONGEST || lb > NEAREST_LONGEST)
		return NEAREST_LONGEST;
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= lb; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			int x = tolower((unsigned char)a[i - 1]),
			    y = tolower((unsigned char)b[j - 1]);
			size_t best = last[j - 1] + (x != y);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
				y == tolower((unsigned char)a[i - 2]) &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		size_t *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[lb];
}

const char *
text_nearest(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	/* less than a third of it, but one edit of three letters, too */
	size_t length = strlen(word), best = length > 6 ? (length - 1) / 3 : length > 2;
	for (; *names != NULL; names++) {
		size_t d = distance(word, *names);
		if (d <= best && (nearest == NULL || d < best)) {
			nearest = *names;
			best = d;
		}
	}
	return nearest;
}

bool
text_is_one_of(const char *word, const char *const *names)
{
	while (*names != NULL && strcmp(*names, word) != 0)
		names++;
	return *names != NULL;
}

bool
text_is_digits(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

const char *
text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

void
text_sha256(struct bytes data, char ret_hex[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t hash[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	sha256_init(&context);
	sha256_update(&context, data.size, (const uint8_t *)data.data);
	sha256_digest(&context, sizeof hash, hash);
	for (size_t i = 0; i < sizeof hash; i++) {
		ret_hex[2 * i] = digits[hash[i] >> 4];
		ret_hex[2 * i + 1] = digits[hash[i] & 15];
	}
	ret_hex[64] = '\0';
}
