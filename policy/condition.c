#include "policy/condition.h"

#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static bool
same(const char *subject, const char *want, const char *have,
	const struct comparison *comparison)
{
	if (comparison != NULL && comparison->same != NULL)
		return comparison->same(subject, want, have);
	return strcmp(want, have) == 0;
}

static bool
measure(const char *subject, const char *have, const struct comparison *comparison,
	long *ret_number)
{
	if (comparison != NULL && comparison->measure != NULL)
		return comparison->measure(subject, have, ret_number);
	return text_number(have, LONG_MIN, LONG_MAX, ret_number, NULL) == 0;
}

static bool
contains(const struct value *list, const char *subject, const char *have,
	const struct comparison *comparison)
{
	for (size_t i = 0; i < list->count; i++)
		if (same(subject, list->items[i].text, have, comparison))
			return true;
	return false;
}

/* Whether HAVE or, where it is a list, one of its parts is in LIST: "none of these" is
 * meant of each cipher, not of the text that names them all. */
static bool
mentions(const struct value *list, const char *subject, const char *have,
	const struct comparison *comparison)
{
	if (contains(list, subject, have, comparison))
		return true;
	while (*have != '\0') {
		size_t length = strcspn(have, ", ");
		autofree char *part = memory_copy(have, length);
		if (length > 0 && contains(list, subject, part, comparison))
			return true;
		have += length + (have[length] != '\0');
	}
	return false;
}

bool
condition_holds(const struct value *want, const char *subject, const char *have,
	const struct comparison *comparison)
{
	if (want->type == VALUE_TEXT)
		return same(subject, want->text, have, comparison);
	const struct value *any = value_find(want, "any-of");
	const struct value *none = value_find(want, "none-of");
	const char *min = value_text(want, "min", NULL);
	const char *max = value_text(want, "max", NULL);
	long number, limit;
	if (any != NULL && !contains(any, subject, have, comparison))
		return false;
	if (none != NULL && mentions(none, subject, have, comparison))
		return false;
	if (min == NULL && max == NULL)
		return true;
	if (!measure(subject, have, comparison, &number))
		return false;
	if (min != NULL &&
		(text_number(min, LONG_MIN, LONG_MAX, &limit, NULL) < 0 ||
			number < limit))
		return false;
	return max == NULL ||
		(text_number(max, LONG_MIN, LONG_MAX, &limit, NULL) == 0 &&
			number <= limit);
}

static void
describe_list(const struct value *list, const char *what, struct buffer *out)
{
	if (list->count != 1 || strcmp(what, "one of") != 0)
		buffer_printf(out, "%s ", what);
	for (size_t i = 0; i < list->count; i++)
		buffer_printf(out, "%s%s", i > 0 ? ", " : "", list->items[i].text);
}

void
condition_describe(const struct value *want, struct buffer *out)
{
	if (want->type == VALUE_TEXT) {
		buffer_text(out, want->text);
		return;
	}
	const struct value *any = value_find(want, "any-of");
	const struct value *none = value_find(want, "none-of");
	const char *min = value_text(want, "min", NULL);
	const char *max = value_text(want, "max", NULL);
	const char *join = "";
	if (any != NULL) {
		describe_list(any, "one of", out);
		join = " and ";
	}
	if (none != NULL) {
		buffer_text(out, join);
		describe_list(none, none->count == 1 ? "not" : "none of", out);
		join = " and ";
	}
	if (min != NULL) {
		buffer_printf(out, "%sat least %s", join, min);
		join = " and ";
	}
	if (max != NULL)
		buffer_printf(out, "%sat most %s", join, max);
}

const char *
condition_example(const struct value *want)
{
	if (want->type == VALUE_TEXT)
		return want->text;
	const struct value *any = value_find(want, "any-of");
	for (size_t i = 0; any != NULL && i < any->count; i++)
		if (condition_holds(want, "", any->items[i].text, NULL))
			return any->items[i].text;
	const char *limits[] = { value_text(want, "max", NULL),
		value_text(want, "min", NULL) };
	for (size_t i = 0; any == NULL && i < 2; i++)
		if (limits[i] != NULL && condition_holds(want, "", limits[i], NULL))
			return limits[i];
	return NULL;
}
