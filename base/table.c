#include "base/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/memory.h"

/* FNV-1a, begun with random bytes that the kernel gave the process. */
static size_t
hash(const char *key)
{
	static uint64_t seed;
	if (seed == 0) {
		const void *random = (const void *)getauxval(AT_RANDOM);
		if (random != NULL)
			memcpy(&seed, random, sizeof seed);
		seed |= 1;
	}
	uint64_t value = 14695981039346656037u ^ seed;
	for (const unsigned char *p = (const unsigned char *)key; *p != '\0'; p++)
		value = (value ^ *p) * 1099511628211u;
	return (size_t)(value ^ (value >> 32));
}

/* The slot that holds KEY, or the free one where it belongs. */
static struct table_slot *
find(const struct table *table, const char *key)
{
	size_t mask = table->capacity - 1, at = hash(key) & mask;
	while (table->slots[at].key != NULL && strcmp(table->slots[at].key, key) != 0)
		at = (at + 1) & mask;
	return &table->slots[at];
}

void *
table_get(const struct table *table, const char *key)
{
	return table->capacity > 0 ? find(table, key)->value : NULL;
}

static void
grow(struct table *table)
{
	struct table old = *table;
	table->capacity = old.capacity > 0 ? old.capacity * 2 : 64;
	table->slots = memory_new(table->capacity, sizeof *table->slots);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].key != NULL)
			*find(table, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void
table_set(struct table *table, const char *key, void *value)
{
	if (table->count >= table->capacity / 2)
		grow(table);
	struct table_slot *slot = find(table, key);
	if (slot->key == NULL) {
		slot->key = memory_text(key);
		table->count++;
	}
	slot->value = value;
}

void
table_free(struct table *table)
{
	for (size_t i = 0; i < table->capacity; i++)
		free(table->slots[i].key);
	free(table->slots);
	*table = (struct table){ 0 };
}
