#include "policy/check.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	LISTED_MAX = 12, /* choices that a message lists */
	SUGGESTIONS_MAX = 100, /* problems after which no near miss is searched */
};

const struct key condition_keys[] = {
	{ "any-of", KEY_TEXTS, .help = "the value is one of these",
		.example = "[no, prohibit-password]" },
	{ "none-of", KEY_TEXTS,
		.help = "neither the value nor, in a list, a part of it is one of these",
		.example = "[yes]" },
	{ "min", KEY_NUMBER, .help = "the value is this number or more",
		.example = "2048" },
	{ "max", KEY_NUMBER, .help = "the value is this number or less", .example = "4" },
	{ 0 },
};

struct checker {
	struct problems *problems;
	bool partial;
	const char *shallow; /* the list that is not descended into; may be NULL */
	bool lenient; /* unknown names are passed over */
};

static bool
check_keys(const struct checker *checker, const struct value *section,
	const struct key *keys, const struct path *path);

static void
add_path(const struct path *path, struct buffer *out)
{
	if (path == NULL)
		return;
	add_path(path->above, out);
	if (out->size > 0)
		buffer_text(out, ".");
	buffer_text(out, path->name);
}

/* Reports "PATH: MESSAGE"; returns false. Takes MESSAGE. */
static bool
report(const struct checker *checker, struct position at, const struct path *path,
	char *message)
{
	autobuffer struct buffer where = { 0 };
	add_path(path, &where);
	if (where.size > 0)
		problems_add(checker->problems, at, "%s: %s", where.data, message);
	else
		problems_add(checker->problems, at, "%s", message);
	free(message);
	return false;
}

char *
check_suggestion(
	const struct problems *problems, const char *word, const char *const *names)
{
	const char *near = problems->count < SUGGESTIONS_MAX ? text_nearest(word, names)
							     : NULL;
	return near != NULL ? memory_printf(" (did you mean %s?)", near)
			    : memory_text("");
}

const struct key *
check_key(const struct key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static void
report_unknown_key(const struct checker *checker, const struct entry *entry,
	const struct key *keys, const struct path *path)
{
	size_t count = 0;
	while (keys[count].name != NULL)
		count++;
	autofree const char **names = memory_new(count + 1, sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	autofree char *near = check_suggestion(checker->problems, entry->key, names);
	report(checker, entry->at, path,
		memory_printf("unknown key '%s'%s", entry->key, near));
}

static const char *
type_name(enum value_type type)
{
	return type == VALUE_TEXT ? "text" : type == VALUE_LIST ? "a list" : "a map";
}

/* TEXT as YAML takes it for text, quoted where it must be. The caller frees. */
static char *
quote(const char *text)
{
	autobuffer struct buffer item = { 0 };
	/* what means nothing to YAML wherever it stands */
	bool is_plain = isalnum((unsigned char)*text) &&
		strspn(text,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			"._/()+-") == strlen(text);
	for (const char *p = text; *p != '\0' && !is_plain; p++)
		buffer_add(&item, *p == '\'' ? "''" : p, *p == '\'' ? 2 : 1);
	return is_plain ? memory_text(text)
			: memory_printf("'%s'", item.size > 0 ? item.data : "");
}

static bool
is_type(const struct checker *checker, const struct value *value, enum value_type type,
	const char *wanted, const struct path *path)
{
	if (value->type == type)
		return value->type != VALUE_TEXT || value->text != NULL;
	if (value->type == VALUE_TEXT && value->text == NULL)
		return false; /* reported when it was read */
	autofree char *text = quote(value->type == VALUE_TEXT ? value->text : ""),
		      *hint = type == VALUE_LIST && value->type == VALUE_TEXT
		? memory_printf(": write [%s]", text)
		: memory_text("");
	return report(checker, value->at, path,
		memory_printf(
			"must be %s, not %s%s", wanted, type_name(value->type), hint));
}

/* The index of NAME among CHOICES, compared without case; -1 when it is none. */
static long
find_choice(const char *const *choices, const char *name)
{
	for (long i = 0; choices[i] != NULL; i++)
		if (strcasecmp(choices[i], name) == 0)
			return i;
	return -1;
}

/* The one of CHOICES that other dialects of YAML write as WORD; NULL: none. */
static const char *
truth_word(const char *word, const char *const *choices)
{
	static const char *const yes[] = { "true", "on", "y", NULL },
				 *const no[] = { "false", "off", "n", NULL };
	const char *meant = find_choice(yes, word) >= 0 ? "yes"
		: find_choice(no, word) >= 0            ? "no"
							: NULL;
	return meant != NULL && text_is_one_of(meant, choices) ? meant : NULL;
}

static bool
check_choice(const struct checker *checker, const struct value *value,
	const char *const *choices, const struct path *path)
{
	size_t count = 0;
	for (; choices[count] != NULL; count++)
		if (strcmp(choices[count], value->text) == 0)
			return true;
	autobuffer struct buffer message = { 0 };
	buffer_printf(&message, "'%s' is not ", value->text);
	if (count > LISTED_MAX)
		buffer_text(&message, "known");
	else if (count > 1)
		buffer_text(&message, "one of ");
	for (size_t i = 0; i < count && count <= LISTED_MAX; i++)
		buffer_printf(&message, "%s%s", i > 0 ? ", " : "", choices[i]);
	const char *truth = truth_word(value->text, choices);
	autofree char *near = truth != NULL
		? memory_printf(" (write %s)", truth)
		: check_suggestion(checker->problems, value->text, choices);
	buffer_text(&message, near);
	return report(checker, value->at, path, buffer_take(&message));
}

/* The number that COUNT digits at TEXT make; -1 when one is none. */
static int
read_digits(const char *text, size_t count)
{
	int number = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = 10 * number + (text[i] - '0');
	}
	return number;
}

bool
check_date(const char *text)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	int year = read_digits(text, 4), month = read_digits(text + 5, 2),
	    day = read_digits(text + 8, 2);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
		day <= days[month - 1] + (month == 2 && leap);
}

/* Takes ERR. */
static bool
report_number(const struct checker *checker, const struct value *value,
	const struct path *path, struct error *err)
{
	size_t digits = strspn(value->text, "0123456789");
	bool has_unit = digits > 0 && isalpha((unsigned char)value->text[digits]);
	autofree char *text = err->text;
	return report(checker, value->at, path,
		memory_printf("%s%s%.*s%s", text, has_unit ? ": write " : "",
			has_unit ? (int)digits : 0, value->text,
			has_unit ? ", for the key has its unit" : ""));
}

static bool
check_text(const struct checker *checker, const struct value *value,
	const struct key *key, const struct path *path)
{
	struct error err = ERROR_INIT;
	bool open = key->min == 0 && key->max == 0;
	long number;
	switch (key->type) {
	case KEY_NUMBER:
		if (text_number(value->text, key->min, open ? LONG_MAX : key->max,
			    &number, &err) == 0)
			return true;
		return report_number(checker, value, path, &err);
	case KEY_DATE:
		return check_date(value->text) ||
			report(checker, value->at, path,
				memory_printf("'%s' is no day of the calendar, written "
					      "YYYY-MM-DD",
					value->text));
	case KEY_TEXT:
		if (value->text[0] == '\0')
			return report(checker, value->at, path,
				memory_text("must not be empty"));
		break;
	default:
		break;
	}
	return key->choices == NULL || check_choice(checker, value, key->choices, path);
}

static bool
check_texts(const struct checker *checker, const struct value *list,
	const struct key *key, const struct path *path)
{
	bool good = true;
	if (key->filled && list->count == 0)
		return report(checker, list->at, path, memory_text("holds nothing"));
	for (size_t i = 0; i < list->count; i++)
		good = is_type(checker, &list->items[i], VALUE_TEXT, "text", path) &&
			check_text(checker, &list->items[i], key, path) && good;
	return good;
}

static bool
check_condition(
	const struct checker *checker, const struct value *value, const struct path *path)
{
	if (value->type == VALUE_TEXT)
		return value->text != NULL;
	if (!is_type(checker, value, VALUE_MAP,
		    "text or a map of any-of, none-of, min, max", path) ||
		!check_keys(checker, value, condition_keys, path))
		return false;
	if (value->count == 0)
		return report(checker, value->at, path, memory_text("says nothing"));
	const struct value *any = value_find(value, "any-of");
	if (any != NULL && any->count == 0)
		return report(checker, any->at, path,
			memory_text("any-of holds nothing: no value could satisfy it"));
	const struct value *none = value_find(value, "none-of");
	size_t left = any != NULL ? any->count : 1;
	for (size_t i = 0; any != NULL && i < any->count; i++)
		left -= value_lists(none, any->items[i].text);
	if (left == 0)
		return report(checker, none->at, path,
			memory_text("none-of has all that any-of has: no value could "
				    "satisfy both"));
	const char *min = value_text(value, "min", "0");
	const char *max = value_text(value, "max", min);
	long low, high;
	if (text_number(min, 0, LONG_MAX, &low, NULL) == 0 &&
		text_number(max, 0, LONG_MAX, &high, NULL) == 0 && low > high)
		return report(checker, value->at, path,
			memory_printf("min %ld is above max %ld", low, high));
	return true;
}

static bool
check_settings(const struct checker *checker, const struct value *map,
	const struct key *key, const struct path *path)
{
	bool good = true;
	size_t count = 0;
	while (key->choices != NULL && key->choices[count] != NULL)
		count++;
	autofree const struct entry **seen = memory_new(count, sizeof *seen);
	if (map->count == 0)
		return report(checker, map->at, path, memory_text("says nothing"));
	for (size_t i = 0; i < map->count; i++) {
		const struct entry *entry = &map->entries[i];
		long index = key->choices != NULL ? find_choice(key->choices, entry->key)
						  : -1;
		if (key->choices != NULL && index < 0 && checker->lenient)
			continue;
		if (key->choices != NULL && index < 0) {
			autofree char *near = check_suggestion(
				checker->problems, entry->key, key->choices);
			good = report(checker, entry->at, path,
				memory_printf(
					"unknown keyword '%s'%s", entry->key, near));
			continue;
		}
		if (index >= 0 && seen[index] != NULL)
			good = report(checker, entry->at, path,
				memory_printf("'%s' is there twice (first in line %u)",
					entry->key, seen[index]->at.line));
		if (index >= 0)
			seen[index] = entry;
		struct path inner = { path, entry->key };
		good = check_condition(checker, &entry->value, &inner) && good;
	}
	return good;
}

static bool
check_one(const struct checker *checker, const struct value *value, const struct key *key,
	const struct path *path)
{
	switch (key->type) {
	case KEY_SECTION:
		if (checker->shallow != NULL && strcmp(checker->shallow, key->name) == 0)
			return is_type(checker, value, VALUE_MAP, "a map", path);
		return check_keys(checker, value, key->keys, path);
	case KEY_SETTINGS:
		return is_type(checker, value, VALUE_MAP, "a map of settings", path) &&
			check_settings(checker, value, key, path);
	case KEY_TEXTS:
		return is_type(checker, value, VALUE_LIST, "a list", path) &&
			check_texts(checker, value, key, path);
	default:
		return is_type(checker, value, VALUE_TEXT, "text", path) &&
			check_text(checker, value, key, path);
	}
}

static bool
check_value(const struct checker *checker, const struct value *value,
	const struct key *key, const struct path *path)
{
	if (!key->many || value->type != VALUE_LIST)
		return check_one(checker, value, key, path);
	if (value->count == 0 && !key->none)
		return report(checker, value->at, path, memory_text("holds nothing"));
	bool good = true;
	for (size_t i = 0; i < value->count; i++)
		good = check_one(checker, &value->items[i], key, path) && good;
	return good;
}

static bool
check_keys(const struct checker *checker, const struct value *section,
	const struct key *keys, const struct path *path)
{
	bool good = true;
	if (path != NULL && section->type == VALUE_TEXT && section->text != NULL &&
		keys->name != NULL &&
		(keys->type == KEY_TEXT || keys->type == KEY_NUMBER)) {
		autofree char *text = quote(section->text);
		return report(checker, section->at, path,
			memory_printf("must be a map, not text: write { %s: %s }",
				keys->name, text));
	}
	if (!is_type(checker, section, VALUE_MAP, "a map", path))
		return false;
	for (size_t i = 0; i < section->count; i++) {
		const struct entry *entry = &section->entries[i];
		const struct key *key = check_key(keys, entry->key);
		if (key == NULL && checker->lenient)
			continue;
		if (key == NULL) {
			report_unknown_key(checker, entry, keys, path);
			good = false;
			continue;
		}
		struct path inner = { path, entry->key };
		good = check_value(checker, &entry->value, key, &inner) && good;
	}
	for (; keys->name != NULL; keys++)
		if (keys->required && !checker->partial &&
			value_find(section, keys->name) == NULL)
			good = report(checker, section->at, path,
				memory_printf("'%s' is missing", keys->name));
	return good;
}

bool
check_section(const struct value *section, const struct key *keys,
	const struct path *path, bool partial, struct problems *problems)
{
	return check_keys(&(struct checker){ .problems = problems, .partial = partial },
		section, keys, path);
}

bool
check_top(const struct value *section, const struct key *keys, const char *list,
	struct problems *problems)
{
	return check_keys(&(struct checker){ .problems = problems, .shallow = list },
		section, keys, NULL);
}

/* --- what is left of a section in which something is wrong -------------------------- */

static bool
is_sound(const struct value *value, const struct key *key)
{
	struct problems problems = { 0 };
	bool sound = check_one(
		&(struct checker){ .problems = &problems, .lenient = true }, value, key,
		NULL);
	problems_free(&problems);
	return sound;
}

static void
remove_entry(struct value *map, size_t index)
{
	free(map->entries[index].key);
	value_free(&map->entries[index].value);
	map->count--;
	memmove(&map->entries[index], &map->entries[index + 1],
		(map->count - index) * sizeof *map->entries);
}

/* Returns whether VALUE is sound then. */
static bool
prune_one(struct value *value, const struct key *key, bool *pruned)
{
	bool is_map = value->type == VALUE_MAP, sound;
	if (is_map && key->type == KEY_SECTION)
		*pruned = check_prune(value, key->keys, &sound) || *pruned;
	for (size_t i = 0; is_map && key->type == KEY_SETTINGS && i < value->count;) {
		struct value one = {
			.type = VALUE_MAP, .entries = &value->entries[i], .count = 1
		};
		if (is_sound(&one, key)) {
			i++;
			continue;
		}
		remove_entry(value, i);
		*pruned = true;
	}
	return is_sound(value, key);
}

static bool
prune_value(struct value *value, const struct key *key, bool *pruned)
{
	if (!key->many || value->type != VALUE_LIST)
		return prune_one(value, key, pruned);
	for (size_t i = 0; i < value->count;) {
		if (prune_one(&value->items[i], key, pruned)) {
			i++;
			continue;
		}
		value_free(&value->items[i]);
		value->count--;
		memmove(&value->items[i], &value->items[i + 1],
			(value->count - i) * sizeof *value->items);
		*pruned = true;
	}
	return value->count > 0 || key->none;
}

bool
check_prune(struct value *section, const struct key *keys, bool *ret_sound)
{
	struct problems problems = { 0 };
	bool pruned = false;
	for (size_t i = 0; section->type == VALUE_MAP && i < section->count;) {
		struct entry *entry = &section->entries[i];
		const struct key *key = check_key(keys, entry->key);
		if (key == NULL || prune_value(&entry->value, key, &pruned)) {
			i++;
			continue;
		}
		remove_entry(section, i);
		pruned = true;
	}
	*ret_sound = check_keys(
		&(struct checker){ .problems = &problems, .lenient = true }, section,
		keys, NULL);
	problems_free(&problems);
	return pruned;
}
