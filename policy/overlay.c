#include "policy/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static struct entry *
find_entry(struct value *map, const char *key, int (*order)(const char *, const char *))
{
	for (size_t i = 0; i < map->count; i++)
		if (order(map->entries[i].key, key) == 0)
			return &map->entries[i];
	return NULL;
}

/* Moves the entries of FROM into INTO. Sections merge key by key, settings keyword by
 * keyword; all else, lists and conditions too, is replaced as a whole. KEYS is NULL for
 * settings. */
static void
merge(struct value *into, struct value *from, const struct key *keys)
{
	for (size_t i = 0; i < from->count; i++) {
		struct entry *news = &from->entries[i];
		const struct key *key = keys != NULL ? check_key(keys, news->key) : NULL;
		struct entry *old = find_entry(
			into, news->key, keys != NULL ? strcmp : strcasecmp);
		if (old == NULL) {
			into->entries = memory_grow(
				into->entries, into->count, sizeof *into->entries);
			into->entries[into->count++] = *news;
			*news = (struct entry){ 0 };
			continue;
		}
		bool maps = old->value.type == VALUE_MAP && news->value.type == VALUE_MAP;
		if (maps && key != NULL && key->type == KEY_SECTION) {
			merge(&old->value, &news->value, key->keys);
		} else if (maps && key != NULL && key->type == KEY_SETTINGS) {
			merge(&old->value, &news->value, NULL);
		} else {
			value_free(&old->value);
			old->value = news->value;
			old->at = news->at;
			news->value = (struct value){ 0 };
		}
	}
	/* what was moved out is zeroed; the rest is freed with keys that may be NULL */
	value_free(from);
}

/* Takes ENTRY out of MAP; the order of what follows changes. */
static void
forget(struct value *map, struct entry *entry)
{
	free(entry->key);
	value_free(&entry->value);
	*entry = map->entries[--map->count];
}

static int
compare_id(const void *id, const void *draft)
{
	return strcmp(id, (*(struct draft *const *)draft)->id);
}

struct draft *
drafts_find(const struct drafts *drafts, const char *id)
{
	struct draft **found = bsearch(id, drafts->sorted, drafts->sorted_count,
		sizeof(struct draft *), compare_id);
	return found != NULL ? *found : NULL;
}

static void
lay_entry(struct value *entry, const struct tables *tables, struct drafts *drafts,
	struct problems *problems)
{
	const struct path path = { NULL, "overlay" };
	bool good = check_section(entry, tables->entry, &path, true, problems);
	const struct value *id = value_find(entry, "id");
	if (id == NULL && entry->type == VALUE_MAP)
		problems_add(problems, entry->at, "overlay: 'id' is missing");
	if (id == NULL || id->type != VALUE_TEXT || id->text == NULL)
		return;
	struct draft *draft = drafts_find(drafts, id->text);
	if (draft == NULL) {
		autofree char *near = check_suggestion(problems, id->text, drafts->ids);
		problems_add(problems, id->at, "overlay: no control has the id '%s'%s",
			id->text, near);
		return;
	}
	if (value_find(entry, "drop") != NULL && entry->count > 2) {
		problems_add(problems, entry->at,
			"overlay: an entry that drops a control says nothing else");
		return;
	}
	if (draft->dropped) {
		problems_add(problems, id->at,
			"overlay: the control '%s' was dropped before", id->text);
		return;
	}
	/* one that is no good is looked at all the same, for what else is wrong */
	draft->bad = draft->bad || !good;
	draft->changed = true;
	draft->dropped = value_find(entry, "drop") != NULL;
	if (!draft->dropped) {
		forget(entry, find_entry(entry, "id", strcmp));
		merge(draft->control, entry, tables->control);
	}
}

/* Lays the overlay's facts over those of the policy, which may state none. */
static void
lay_assume(struct entry *news, struct value *policy)
{
	struct entry *old = find_entry(policy, "assume", strcmp);
	if (old != NULL) {
		merge(&old->value, &news->value, assume_keys);
		return;
	}
	policy->entries = memory_grow(
		policy->entries, policy->count, sizeof *policy->entries);
	policy->entries[policy->count++] = (struct entry){ memory_text(news->key),
		news->at, news->value };
	news->value = (struct value){ 0 };
}

void
overlay_lay(struct value *overlay, struct value *policy, const struct tables *tables,
	struct drafts *drafts, struct problems *problems)
{
	bool good = check_top(overlay, tables->overlay, "overlay", problems);
	if (overlay->type != VALUE_MAP)
		return;
	struct entry *assume = find_entry(overlay, "assume", strcmp);
	if (assume != NULL && good)
		lay_assume(assume, policy);
	struct entry *list = find_entry(overlay, "overlay", strcmp);
	if (list == NULL)
		return;
	struct value *value = &list->value;
	bool many = value->type == VALUE_LIST;
	for (size_t i = 0; i < (many ? value->count : 1); i++)
		lay_entry(many ? &value->items[i] : value, tables, drafts, problems);
}
