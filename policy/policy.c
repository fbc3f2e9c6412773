#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/kind.h"
#include "policy/overlay.h"
#include "policy/recorded.h"
#include "policy/source.h"
#include "policy/store.h"
#include "policy/waiver.h"
#include "policy/yaml.h"

enum {
	CONTROL_MAX = 10000,
	ID_MAX = 64, /* bytes */
};

/* Reads a file into its document; returns -1 when its content can't be judged. */
static int
read_document(struct document *document, const char *name, bool require_safe,
	struct problems *problems)
{
	struct error err = ERROR_INIT;
	document->name = memory_text(name);
	const struct position whole = { .file = document->name };
	if (source_read(name, require_safe, &document->bytes, &err) < 0) {
		problems_add(problems, whole, "%s", err.text);
		error_clear(&err);
		return -1;
	}
	if (yaml_read(document, problems) < 0)
		return -1;
	const struct value *root = &document->root;
	if (root->at.line == 0) {
		problems_add(problems, whole, "the file says nothing");
		return -1;
	}
	if (root->type != VALUE_MAP) {
		problems_add(problems, root->at,
			"a desired state is a map, beginning with 'holdfast: 1'");
		return -1;
	}
	return 0;
}

static bool
is_id(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t length = strspn(text, letters);
	return length > 0 && text[length] == '\0' && length <= ID_MAX;
}

/* Returns the control's one kind; NULL with problems when it has none or several. */
static const struct kind *
find_kind(const struct value *control, struct problems *problems)
{
	const struct kind *kind = NULL;
	bool several = false;
	for (size_t i = 0; i < control->count; i++) {
		const struct entry *entry = &control->entries[i];
		const struct kind *found = kind_find(entry->key);
		if (found != NULL && kind != NULL) {
			problems_add(problems, entry->at,
				"a control is of one kind, and this one has '%s' already",
				kind->name);
			several = true;
		} else if (found != NULL) {
			kind = found;
		}
	}
	if (kind != NULL)
		return several ? NULL : kind;
	problems_add(problems, control->at,
		"a control needs the section of one kind, such as %s: see "
		"holdfast-policy(5)",
		kinds[0]->name);
	return NULL;
}

/* Whether CONTROL is what its tables say and of one kind. */
static bool
check_control(const struct value *control, const struct tables *tables,
	struct problems *problems)
{
	bool good = check_section(control, tables->control, NULL, false, problems);
	return control->type == VALUE_MAP && find_kind(control, problems) != NULL && good;
}

static struct draft
draft_make(struct value *control, const struct tables *tables, struct problems *problems)
{
	struct draft draft = { .control = control };
	draft.bad = !check_control(control, tables, problems);
	const struct value *id = value_find(control, "id");
	if (id == NULL || id->type != VALUE_TEXT || id->text == NULL ||
		id->text[0] == '\0')
		return draft;
	if (is_id(id->text)) {
		draft.id = id->text;
		return draft;
	}
	problems_add(problems, id->at,
		"id: '%s' may hold letters, digits, - and _, at most %d", id->text,
		ID_MAX);
	draft.bad = true;
	return draft;
}

static int
compare_drafts(const void *a, const void *b)
{
	const struct draft *x = *(struct draft *const *)a, *y = *(struct draft *const *)b;
	int order = strcmp(x->id, y->id);
	return order != 0 ? order : (x > y) - (x < y);
}

/* Sorts the drafts by id and reports those that come twice. */
static void
index_drafts(struct drafts *drafts, struct problems *problems)
{
	drafts->sorted = memory_new(drafts->count, sizeof *drafts->sorted);
	drafts->ids = memory_new(drafts->count + 1, sizeof *drafts->ids);
	size_t count = 0, kept = 0;
	for (size_t i = 0; i < drafts->count; i++)
		if (drafts->items[i].id != NULL)
			drafts->sorted[count++] = &drafts->items[i];
	qsort(drafts->sorted, count, sizeof *drafts->sorted, compare_drafts);
	for (size_t i = 0; i < count; i++) {
		struct draft *draft = drafts->sorted[i];
		struct draft *last = kept > 0 ? drafts->sorted[kept - 1] : NULL;
		if (last != NULL && strcmp(last->id, draft->id) == 0) {
			problems_add(problems, value_find(draft->control, "id")->at,
				"id: '%s' is there twice (first in line %u)", draft->id,
				value_find(last->control, "id")->at.line);
			draft->bad = true;
			continue;
		}
		drafts->ids[kept] = draft->id;
		drafts->sorted[kept++] = draft;
	}
	drafts->sorted_count = kept;
}

static void
drafts_make(struct value *root, const struct tables *tables, struct drafts *drafts,
	struct problems *problems)
{
	check_top(root, tables->policy, "controls", problems);
	struct value *list = (struct value *)value_find(root, "controls");
	if (list != NULL && (list->type != VALUE_TEXT)) {
		bool many = list->type == VALUE_LIST;
		size_t count = many ? list->count : 1;
		if (count > CONTROL_MAX) {
			problems_add(
				problems, list->at, "more than %d controls", CONTROL_MAX);
			count = CONTROL_MAX;
		}
		drafts->items = memory_new(count, sizeof *drafts->items);
		for (size_t i = 0; i < count; i++) {
			struct value *control = many ? &list->items[i] : list;
			if (control->type == VALUE_MAP)
				drafts->items[drafts->count++] = draft_make(
					control, tables, problems);
		}
	}
	index_drafts(drafts, problems);
}

/* Where CONTROL says that it is of KIND. */
static struct position
section_position(const struct value *control, const struct kind *kind)
{
	size_t i = 0;
	while (strcmp(control->entries[i].key, kind->name) != 0)
		i++;
	return control->entries[i].at;
}

static enum risk
read_risk(const char *name)
{
	enum risk risk = RISK_NONE;
	while (risk < RISK_HIGH && strcmp(risk_name(risk), name) != 0)
		risk++;
	return risk;
}

/* Makes one line of TEXT: where its lines break is whose who wrote the policy. */
static void
fold(char *text)
{
	static const char blanks[] = " \t\r\n";
	char *to = text;
	if (strchr(text, '\n') == NULL)
		return;
	for (const char *at = text + strspn(text, blanks); *at != '\0';) {
		size_t gap = strspn(at, blanks), size = gap > 0 ? gap : 1;
		bool is_broken = memchr(at, '\n', gap) != NULL;
		if (at[gap] == '\0')
			break;
		if (is_broken) {
			*to++ = ' ';
		} else {
			memmove(to, at, size);
			to += size;
		}
		at += size;
	}
	*to = '\0';
}

/* The same of the texts of MAP that KEYS has. */
static void
fold_texts(struct value *map, const struct key *keys)
{
	for (; keys->name != NULL; keys++) {
		struct value *value = (struct value *)value_find(map, keys->name);
		if (value != NULL && keys->type == KEY_TEXT &&
			value->type == VALUE_TEXT && value->text != NULL)
			fold(value->text);
	}
}

static void
build_control(const struct draft *draft, struct waiver *waiver, const char *today,
	struct control *ret_control, struct problems *problems)
{
	struct value *map = draft->control;
	const struct kind *kind = find_kind(map, problems);
	struct value *waive = (struct value *)value_find(map, "waive");
	fold_texts(map, common_keys);
	if (waive != NULL)
		fold_texts(waive, waive_keys);
	if (waive != NULL)
		*waiver = waiver_read(waive, today);
	*ret_control = (struct control){
		.id = draft->id,
		.title = value_text(map, "title", draft->id),
		.item = value_text(map, "item", NULL),
		.risk = read_risk(value_text(map, "risk", risk_name(RISK_MEDIUM))),
		.live_only = value_find(map, "when") != NULL,
		.kind = kind,
		.keys = value_find(map, kind->name),
		.common = map,
		.waiver = waive != NULL ? waiver : NULL,
		.at = map->at,
		.section_at = section_position(map, kind),
	};
	recorded_validate(ret_control, problems);
	if (kind->validate != NULL)
		kind->validate(ret_control, problems);
}

static bool
is_at(struct position a, struct position b)
{
	return a.file == b.file && a.line == b.line && a.column == b.column;
}

/* What a kind has to say of its SECTION in a control that is no good; IS_ALONE: the
 * control is of no other kind. */
static void
validate_section(const struct draft *draft, const struct kind *kind,
	struct value *section, bool is_alone, struct problems *problems)
{
	struct problems found = { 0 };
	bool sound;
	struct control control = {
		.id = draft->id != NULL ? draft->id : "ID",
		.kind = kind,
		.keys = section,
		.common = draft->control,
		.at = draft->control->at,
		.section_at = section_position(draft->control, kind),
	};
	if (is_alone)
		recorded_validate(&control, problems);
	control.is_partial = check_prune(section, kind->keys, &sound);
	if (sound && kind->validate != NULL)
		kind->validate(&control, &found);
	/* of a part that was taken out it can't be said that it is not there */
	for (size_t i = 0; i < found.count; i++)
		if (!control.is_partial ||
			(!is_at(found.items[i].at, control.section_at) &&
				!is_at(found.items[i].at, section->at)))
			problems_add(
				problems, found.items[i].at, "%s", found.items[i].text);
	problems_free(&found);
}

/* What the kinds have to say of a control in which something else is wrong, so that all
 * problems come at once. */
static void
validate_bad(struct draft *draft, struct problems *problems)
{
	struct value *map = draft->control;
	size_t kind_count = 0;
	bool sound;
	for (size_t i = 0; i < map->count; i++) {
		struct entry *entry = &map->entries[i];
		kind_count += kind_find(entry->key) != NULL;
		if (strcmp(entry->key, "evidence") == 0)
			(void)check_prune(&entry->value, recorded_keys, &sound);
	}
	for (size_t i = 0; i < map->count; i++) {
		struct entry *entry = &map->entries[i];
		const struct kind *kind = kind_find(entry->key);
		if (kind != NULL)
			validate_section(
				draft, kind, &entry->value, kind_count == 1, problems);
	}
}

static void
build_controls(const struct drafts *drafts, const struct tables *tables,
	struct policy *policy, struct problems *problems)
{
	char today[16];
	waiver_today(today);
	policy->controls = memory_new(drafts->count, sizeof *policy->controls);
	policy->store->waivers = memory_new(
		drafts->count, sizeof *policy->store->waivers);
	for (size_t i = 0; i < drafts->count; i++) {
		struct draft *draft = &drafts->items[i];
		if (draft->dropped)
			continue;
		/* what an overlay changed must be whole again */
		if (draft->bad ||
			(draft->changed &&
				!check_control(draft->control, tables, problems))) {
			validate_bad(draft, problems);
			continue;
		}
		build_control(draft, &policy->store->waivers[policy->count], today,
			&policy->controls[policy->count], problems);
		policy->count++;
	}
	if (policy->count == 0 && drafts->count > 0 && problems->count == 0)
		problems_add(problems, (struct position){ .file = policy->file },
			"the overlays drop every control");
}

static void
hash_documents(const struct policy_store *store, char ret_hex[SHA256_HEX])
{
	autobuffer struct buffer all = { 0 };
	for (size_t i = 0; i < store->count; i++)
		buffer_add(&all, store->documents[i].bytes.data,
			store->documents[i].bytes.size);
	text_sha256((struct bytes){ all.data, all.size }, ret_hex);
}

/* A version begins with a number. */
static void
check_assume(const struct value *assume, struct problems *problems)
{
	static const char *const versions[] = { "openssh", "xinetd", "pam" };
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		const struct value *version = value_find(assume, versions[i]);
		if (version != NULL && version->type == VALUE_TEXT &&
			version->text != NULL && strspn(version->text, "0123456789") == 0)
			problems_add(problems, version->at,
				"assume.%s: '%s' is no version", versions[i],
				version->text);
	}
}

/* Whether ROOT is no policy but an overlay, which alone says too little. */
static bool
is_overlay(const struct value *root, struct problems *problems)
{
	const struct value *entries = value_find(root, "overlay");
	if (entries == NULL || value_find(root, "controls") != NULL)
		return false;
	problems_add(problems, entries->at,
		"this is an overlay, which is laid over a policy: holdfast policy check "
		"--overlay %s POLICY",
		root->at.file);
	return true;
}

int
policy_load(const char *file, const char *const *overlays, size_t overlay_count,
	bool require_safe, struct policy *ret_policy, struct problems *problems)
{
	struct policy_store *store = store_new(overlay_count + 1);
	*ret_policy = (struct policy){ .file = memory_text(file), .store = store };
	if (problems->store == NULL)
		problems->store = store_reference(store);
	struct value *root = &store->documents[0].root;
	struct drafts drafts = { 0 };
	struct tables *tables = tables_new();
	bool judged = read_document(&store->documents[0], file, require_safe, problems) ==
			0 &&
		!is_overlay(root, problems);
	if (judged)
		drafts_make(root, tables, &drafts, problems);
	for (size_t i = 0; i < overlay_count; i++) {
		struct document *overlay = &store->documents[i + 1];
		if (read_document(overlay, overlays[i], require_safe, problems) == 0 &&
			judged)
			overlay_lay(&overlay->root, root, tables, &drafts, problems);
	}
	if (judged)
		build_controls(&drafts, tables, ret_policy, problems);
	if (judged)
		fold_texts(root, tables->policy);
	ret_policy->title = value_text(root, "title", file);
	ret_policy->description = value_text(root, "description", NULL);
	ret_policy->assume = value_find(root, "assume");
	check_assume(ret_policy->assume, problems);
	hash_documents(store, ret_policy->sha256);
	free(drafts.items);
	free(drafts.sorted);
	free(drafts.ids);
	tables_free(tables);
	return problems->count > 0 ? -1 : 0;
}

void
policy_ended_waivers(const struct policy *policy, struct problems *ret_ended)
{
	*ret_ended = (struct problems){ .store = store_reference(policy->store) };
	for (size_t i = 0; i < policy->count; i++) {
		const struct waiver *waiver = policy->controls[i].waiver;
		if (waiver != NULL && waiver->expired)
			problems_add(ret_ended, waiver->at,
				"%s: the waiver ended with %s, and counts no longer",
				policy->controls[i].id, waiver->until);
	}
}

void
policy_free(struct policy *policy)
{
	free(policy->file);
	free(policy->controls);
	store_release(policy->store);
	*policy = (struct policy){ 0 };
}

const char *
policy_overlay(const struct policy *policy, size_t number)
{
	/* the policy itself is the first document */
	return number + 1 < policy->store->count
		? policy->store->documents[number + 1].name
		: NULL;
}

const struct control *
policy_find(const struct policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->count; i++)
		if (strcmp(policy->controls[i].id, id) == 0)
			return &policy->controls[i];
	return NULL;
}
