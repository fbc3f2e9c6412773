/* What a desired-state file says: text, lists and maps with their positions. Every scalar
 * is text.
 */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>

struct position {
	const char *file; /* lives as long as the policy */
	unsigned line; /* from 1 */
	unsigned column; /* from 1, in bytes */
};

enum value_type {
	VALUE_TEXT,
	VALUE_LIST,
	VALUE_MAP,
};

struct entry;

struct value {
	enum value_type type;
	struct position at;
	char *text; /* VALUE_TEXT; never NULL in a policy that was loaded */
	struct value *items; /* VALUE_LIST */
	struct entry *entries; /* VALUE_MAP, in the order of the file */
	size_t count; /* of items or entries */
};

struct entry {
	char *key;
	struct position at; /* of the key */
	struct value value;
};

/* The value of KEY in MAP, NULL when MAP is NULL or has no such key. */
const struct value *
value_find(const struct value *map, const char *key);

/* The text of KEY in MAP; OTHERWISE when it is not there. */
const char *
value_text(const struct value *map, const char *key, const char *otherwise);

/* The items of a list, or VALUE itself as the only one: for keys that take one or many.
 * NULL with a count of 0 when VALUE is NULL. */
const struct value *
value_items(const struct value *value, size_t *ret_count);

/* Whether TEXT is an item of LIST; LIST may be NULL. */
bool
value_lists(const struct value *list, const char *text);

/* The items of LIST with commas between; "none" when it is empty. The caller frees. */
char *
value_join(const struct value *list);

void
value_free(struct value *value);

#endif
