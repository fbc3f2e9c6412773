#include "policy/models/packages/package_version.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return isalpha((unsigned char)c) != 0 && (unsigned char)c < 0x80;
}

/* The character at AT, or the end. */
static char
at(struct bytes text, size_t index)
{
	if (index < text.size)
		return text.data[index];
	return '\0';
}

static size_t
digits(struct bytes text, size_t from)
{
	size_t end = from;
	while (is_digit(at(text, end)))
		end++;
	return end - from;
}

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

/* Two numbers of any length, leading zeros aside; the indexes move behind them. */
static int
compare_numbers(struct bytes a, size_t *i, struct bytes b, size_t *k)
{
	while (at(a, *i) == '0')
		++*i;
	while (at(b, *k) == '0')
		++*k;
	size_t x = digits(a, *i), y = digits(b, *k);
	int order = x != y ? (x < y ? -1 : 1)
		: x > 0    ? sign(memcmp(a.data + *i, b.data + *k, x))
			   : 0;
	*i += x;
	*k += y;
	return order;
}

/* Cuts EPOCH: off TEXT, which may be absent. */
static long
take_epoch(struct bytes *text)
{
	size_t length = digits(*text, 0);
	if (at(*text, length) != ':')
		return 0;
	long epoch = strtol(text->data, NULL, 10);
	text->data += length + 1;
	text->size -= length + 1;
	return epoch;
}

/* Cuts what is behind the last dash off TEXT; empty where there is none. */
static struct bytes
take_revision(struct bytes *text)
{
	const char *dash = memrchr(text->data, '-', text->size);
	if (dash == NULL)
		return (struct bytes){ text->data + text->size, 0 };
	struct bytes revision = { dash + 1,
		(size_t)(text->data + text->size - dash - 1) };
	text->size = (size_t)(dash - text->data);
	return revision;
}

/* A tilde before all, even the end; letters before the rest. */
static int
dpkg_order(char c)
{
	if (c == '~')
		return -1;
	if (c == '\0' || is_digit(c))
		return 0;
	return is_letter(c) ? c : (unsigned char)c + 256;
}

static int
compare_dpkg(struct bytes a, struct bytes b)
{
	for (size_t i = 0, k = 0; i < a.size || k < b.size;) {
		while ((i < a.size && !is_digit(at(a, i))) ||
			(k < b.size && !is_digit(at(b, k)))) {
			int x = dpkg_order(at(a, i)), y = dpkg_order(at(b, k));
			if (x != y)
				return x < y ? -1 : 1;
			i++;
			k++;
		}
		int order = compare_numbers(a, &i, b, &k);
		if (order != 0)
			return order;
	}
	return 0;
}

int
package_version_dpkg(const char *a, const char *b)
{
	struct bytes x = BYTES_TEXT(a), y = BYTES_TEXT(b);
	long first = take_epoch(&x), second = take_epoch(&y);
	if (first != second)
		return first < second ? -1 : 1;
	struct bytes revision = take_revision(&x), other = take_revision(&y);
	int order = compare_dpkg(x, y);
	return order != 0 ? order : compare_dpkg(revision, other);
}

static bool
is_separator(char c)
{
	return c != '\0' && !is_digit(c) && !is_letter(c) && c != '~' && c != '^';
}

static size_t
letters(struct bytes text, size_t from)
{
	size_t end = from;
	while (is_letter(at(text, end)))
		end++;
	return end - from;
}

/* A tilde makes older than the end does, a caret newer, though older than anything else.
 * Returns 2 when neither is there. */
static int
compare_marks(char x, char y)
{
	if (x == '~' || y == '~')
		return x != y ? (x == '~' ? -1 : 1) : 0;
	if (x != '^' && y != '^')
		return 2;
	if (x == y)
		return 0;
	return x == '\0' ? -1 : y == '\0' ? 1 : x == '^' ? -1 : 1;
}

static int
compare_rpm(struct bytes a, struct bytes b)
{
	size_t i = 0, k = 0;
	for (;;) {
		while (is_separator(at(a, i)))
			i++;
		while (is_separator(at(b, k)))
			k++;
		int marks = compare_marks(at(a, i), at(b, k));
		if (marks == 0) {
			i++;
			k++;
			continue;
		}
		if (marks != 2)
			return marks;
		if (i >= a.size || k >= b.size)
			break;
		if (is_digit(at(a, i)) != is_digit(at(b, k)))
			return is_digit(at(a, i)) ? 1 : -1; /* a number is newer */
		if (is_digit(at(a, i))) {
			int order = compare_numbers(a, &i, b, &k);
			if (order != 0)
				return order;
			continue;
		}
		size_t x = letters(a, i), y = letters(b, k);
		int order = memcmp(a.data + i, b.data + k, x < y ? x : y);
		if (order != 0 || x != y)
			return order != 0 ? sign(order) : x < y ? -1 : 1;
		i += x;
		k += y;
	}
	return i < a.size ? 1 : k < b.size ? -1 : 0;
}

int
package_version_rpm(const char *a, const char *b)
{
	struct bytes x = BYTES_TEXT(a), y = BYTES_TEXT(b);
	long first = take_epoch(&x), second = take_epoch(&y);
	if (first != second)
		return first < second ? -1 : 1;
	struct bytes release = take_revision(&x), other = take_revision(&y);
	int order = compare_rpm(x, y);
	if (order != 0 || release.size == 0 || other.size == 0)
		return order;
	return compare_rpm(release, other);
}
