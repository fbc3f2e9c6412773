#include "policy/show.h"

#include <string.h>

#include "base/memory.h"
#include "policy/check.h"
#include "policy/kinds/kind.h"
#include "policy/recorded.h"
#include "policy/store.h"
#include "policy/tables.h"

/* A text needs no quotes when it begins with one of FIRST and goes on with LATER; outside
 * flow lists and maps also with BLOCK. ':' and '#' would mean something with a blank. */
#define FIRST "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/."
#define LATER FIRST " ()*@+;=<>-"
#define BLOCK ",'\"[]{}!?&%|"

static bool
is_plain(const char *text, bool flow)
{
	size_t length = strlen(text);
	return strspn(text, FIRST) > 0 && text[length - 1] != ' ' &&
		strspn(text, flow ? LATER : LATER BLOCK) == length;
}

static void
add_single_quoted(const char *text, struct buffer *out)
{
	buffer_text(out, "'");
	for (; *text != '\0'; text++)
		buffer_add(out, *text == '\'' ? "''" : text, *text == '\'' ? 2 : 1);
	buffer_text(out, "'");
}

/* Decodes the character at *P, which libyaml made and so is valid UTF-8. */
static unsigned
next_character(const char **p)
{
	const unsigned char *q = (const unsigned char *)*p;
	unsigned more = *q < 0x80 ? 0 : *q < 0xe0 ? 1 : *q < 0xf0 ? 2 : 3;
	unsigned c = more == 0 ? *q : *q & (0x3fu >> more);
	for (q++; more > 0 && (*q & 0xc0) == 0x80; more--)
		c = (c << 6) | (*q++ & 0x3fu);
	*p = (const char *)q;
	return c;
}

static void
add_double_quoted(const char *text, struct buffer *out)
{
	buffer_text(out, "\"");
	while (*text != '\0') {
		unsigned c = next_character(&text);
		if (c == '\n')
			buffer_text(out, "\\n");
		else if (c == '"' || c == '\\')
			buffer_printf(out, "\\%c", (int)c);
		else if (c >= 0x20 && c < 0x7f)
			buffer_printf(out, "%c", (int)c);
		else
			buffer_printf(out, c > 0xffff ? "\\U%08X" : "\\u%04X", c);
	}
	buffer_text(out, "\"");
}

static void
add_text(const char *text, bool flow, struct buffer *out)
{
	autobuffer struct buffer escaped = { 0 };
	if (is_plain(text, flow)) {
		buffer_text(out, text);
		return;
	}
	buffer_escaped(&escaped, BYTES_TEXT(text), false);
	if (escaped.data == NULL || strcmp(escaped.data, text) == 0)
		add_single_quoted(text, out);
	else
		add_double_quoted(text, out);
}

/* In one line: a text, a list of texts, a condition. */
static void
add_line(const struct value *value, bool flow, struct buffer *out)
{
	switch (value->type) {
	case VALUE_TEXT:
		add_text(value->text, flow, out);
		break;
	case VALUE_LIST:
		buffer_text(out, "[");
		for (size_t i = 0; i < value->count; i++) {
			buffer_text(out, i > 0 ? ", " : "");
			add_line(&value->items[i], true, out);
		}
		buffer_text(out, "]");
		break;
	case VALUE_MAP:
		buffer_text(out, "{ ");
		for (size_t i = 0; i < value->count; i++) {
			buffer_text(out, i > 0 ? ", " : "");
			add_text(value->entries[i].key, true, out);
			buffer_text(out, ": ");
			add_line(&value->entries[i].value, true, out);
		}
		buffer_text(out, " }");
		break;
	}
}

static void
indent(unsigned depth, struct buffer *out)
{
	buffer_printf(out, "%*s", (int)(2 * depth), "");
}

static void
show_entry(const struct entry *entry, const struct key *key, unsigned depth,
	struct buffer *out);

static void
show_settings(const struct value *map, unsigned depth, struct buffer *out)
{
	for (size_t i = 0; i < map->count; i++)
		show_entry(&map->entries[i], NULL, depth, out);
}

/* A section as an item of a list: "- " stands in the place of its first indent. */
static void
show_item(const struct value *section, const struct key *keys, unsigned depth,
	struct buffer *out)
{
	autobuffer struct buffer lines = { 0 };
	size_t place = 2 * (size_t)depth;
	show_section(section, keys, depth + 1, &lines);
	if (section->count > 0 && lines.size > place) {
		lines.data[place] = '-';
		buffer_text(out, lines.data);
	} else {
		indent(depth, out);
		buffer_text(out, "- {}\n");
	}
}

static void
show_entry(const struct entry *entry, const struct key *key, unsigned depth,
	struct buffer *out)
{
	const struct value *value = &entry->value;
	bool section = key != NULL && key->type == KEY_SECTION;
	bool settings = key != NULL && key->type == KEY_SETTINGS;
	indent(depth, out);
	add_text(entry->key, true, out);
	buffer_text(out, ":");
	if ((!section && !settings) || value->count == 0) {
		buffer_text(out, " ");
		add_line(value, false, out);
		buffer_text(out, "\n");
		return;
	}
	buffer_text(out, "\n");
	if (settings)
		show_settings(value, depth + 1, out);
	else if (value->type == VALUE_MAP)
		show_section(value, key->keys, depth + 1, out);
	else
		for (size_t i = 0; i < value->count; i++)
			show_item(&value->items[i], key->keys, depth + 1, out);
}

void
show_section(const struct value *section, const struct key *keys, unsigned depth,
	struct buffer *out)
{
	for (size_t i = 0; i < section->count; i++)
		show_entry(&section->entries[i], check_key(keys, section->entries[i].key),
			depth, out);
	for (; keys->name != NULL; keys++) {
		if (keys->otherwise == NULL || value_find(section, keys->name) != NULL)
			continue;
		indent(depth, out);
		buffer_printf(out, "# %s: %s\n", keys->name, keys->otherwise);
	}
}

void
show_evidence(const struct control *control, unsigned depth, struct buffer *out)
{
	const struct value *evidence = value_find(control->common, "evidence");
	if (evidence == NULL)
		return;
	indent(depth, out);
	buffer_text(out, "evidence:\n");
	show_section(evidence, recorded_keys, depth + 1, out);
}

static void
show_control(
	const struct control *control, const struct tables *tables, struct buffer *out)
{
	if (control->waiver != NULL)
		buffer_printf(out, "\n  # waived until %s%s\n", control->waiver->until,
			control->waiver->expired ? ", which is over: it is judged again"
						 : "");
	else
		buffer_text(out, "\n");
	show_item(control->common, tables->control, 1, out);
}

void
show_policy(const struct policy *policy, struct buffer *out)
{
	const struct value *root = &policy->store->documents[0].root;
	struct tables *tables = tables_new();
	for (size_t i = 0; i < root->count; i++)
		if (strcmp(root->entries[i].key, "controls") != 0)
			show_entry(&root->entries[i],
				check_key(tables->policy, root->entries[i].key), 0, out);
	buffer_text(out, "controls:");
	for (size_t i = 0; i < policy->count; i++)
		show_control(&policy->controls[i], tables, out);
	tables_free(tables);
}
