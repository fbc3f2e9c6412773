#include "policy/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

const struct value *
value_find(const struct value *map, const char *key)
{
	if (map == NULL || map->type != VALUE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->entries[i].key, key) == 0)
			return &map->entries[i].value;
	return NULL;
}

const char *
value_text(const struct value *map, const char *key, const char *otherwise)
{
	const struct value *value = value_find(map, key);
	return value != NULL && value->type == VALUE_TEXT ? value->text : otherwise;
}

const struct value *
value_items(const struct value *value, size_t *ret_count)
{
	if (value != NULL && value->type == VALUE_LIST) {
		*ret_count = value->count;
		return value->items;
	}
	*ret_count = value != NULL;
	return value;
}

bool
value_lists(const struct value *list, const char *text)
{
	for (size_t i = 0; list != NULL && i < list->count; i++)
		if (strcmp(list->items[i].text, text) == 0)
			return true;
	return false;
}

char *
value_join(const struct value *list)
{
	autobuffer struct buffer text = { 0 };
	for (size_t i = 0; i < list->count; i++)
		buffer_printf(&text, "%s%s", i > 0 ? ", " : "", list->items[i].text);
	return list->count > 0 ? buffer_take(&text) : memory_text("none");
}

void
value_free(struct value *value)
{
	switch (value->type) {
	case VALUE_TEXT:
		free(value->text);
		break;
	case VALUE_LIST:
		for (size_t i = 0; i < value->count; i++)
			value_free(&value->items[i]);
		free(value->items);
		break;
	case VALUE_MAP:
		for (size_t i = 0; i < value->count; i++) {
			free(value->entries[i].key);
			value_free(&value->entries[i].value);
		}
		free(value->entries);
		break;
	}
	*value = (struct value){ 0 };
}
