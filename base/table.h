/* A hash table from text to pointers. Keys may come from hostile roots: the hash is
 * seeded. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>

struct table {
	struct table_slot {
		char *key; /* NULL: free */
		void *value;
	} * slots;
	size_t count;
	size_t capacity; /* a power of two, or 0 */
};

/* The value of KEY, NULL when there is none. */
void *
table_get(const struct table *table, const char *key);

/* Copies KEY; borrows VALUE, which replaces an older one. */
void
table_set(struct table *table, const char *key, void *value);

/* Frees the keys and slots, not the values. */
void
table_free(struct table *table);

#endif
