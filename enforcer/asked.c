#include "enforcer/asked.h"

#include <string.h>

#include "base/memory.h"
#include "enforcer/markdown.h"
#include "enforcer/output.h"
#include "enforcer/suggest.h"
#include "policy/check.h"
#include "policy/condition.h"
#include "policy/kinds/kind.h"
#include "policy/recorded.h"

void
asked_heading(const struct policy *policy, const struct control *control,
	const char *level, struct buffer *out)
{
	buffer_printf(out, "%s %zu. ", level, (size_t)(control - policy->controls) + 1);
	markdown_text(out, control->title);
	buffer_printf(out, " (`%s`)\n\n", control->id);
}

/* A text, the texts of a list, or the entries of a section: in one line. */
static void
write_value(const struct value *value, struct buffer *out)
{
	if (value->type == VALUE_TEXT)
		markdown_text(out, value->text);
	else if (value->count == 0)
		buffer_text(out, "none");
	for (size_t i = 0; value->type == VALUE_LIST && i < value->count; i++) {
		buffer_text(out, i > 0 ? ", " : "");
		write_value(&value->items[i], out);
	}
	for (size_t i = 0; value->type == VALUE_MAP && i < value->count; i++) {
		buffer_text(out, i > 0 ? ", " : "");
		markdown_text(out, value->entries[i].key);
		buffer_text(out, " ");
		write_value(&value->entries[i].value, out);
	}
}

static void
write_help(const struct key *key, struct buffer *out)
{
	if (key == NULL)
		return;
	buffer_text(out, " (");
	markdown_text(out, key->help);
	buffer_text(out, ")");
}

static void
write_settings(const struct value *map, struct buffer *out)
{
	for (size_t i = 0; i < map->count; i++) {
		autobuffer struct buffer wanted = { 0 };
		condition_describe(&map->entries[i].value, &wanted);
		buffer_text(out, "    - ");
		markdown_text(out, map->entries[i].key);
		buffer_text(out, ": ");
		markdown_text(out, wanted.data);
		buffer_text(out, "\n");
	}
}

/* A section's entries, or one line for each of several sections. */
static void
write_sections(const struct value *value, const struct key *keys, struct buffer *out)
{
	for (size_t i = 0; i < value->count; i++) {
		buffer_text(out, "    - ");
		if (value->type == VALUE_LIST) {
			write_value(&value->items[i], out);
		} else {
			const struct entry *entry = &value->entries[i];
			markdown_text(out, entry->key);
			buffer_text(out, ": ");
			write_value(&entry->value, out);
			write_help(check_key(keys, entry->key), out);
		}
		buffer_text(out, "\n");
	}
}

static void
write_entry(const struct entry *entry, const struct key *key, struct buffer *out)
{
	const struct value *value = &entry->value;
	bool nested = key != NULL && value->type != VALUE_TEXT && value->count > 0 &&
		(key->type == KEY_SECTION || key->type == KEY_SETTINGS);
	buffer_text(out, "  - ");
	markdown_text(out, entry->key);
	if (!nested) {
		buffer_text(out, ": ");
		write_value(value, out);
	}
	write_help(key, out);
	buffer_text(out, "\n");
	if (nested && key->type == KEY_SETTINGS)
		write_settings(value, out);
	else if (nested)
		write_sections(value, key->keys, out);
}

void
asked_write(const struct control *control, struct buffer *out)
{
	const struct value *section = control->keys;
	const struct key *keys = control->kind->keys;
	if (keys->name == NULL)
		return;
	buffer_text(out, "- Asked for:\n");
	for (size_t i = 0; i < section->count; i++)
		write_entry(&section->entries[i],
			check_key(keys, section->entries[i].key), out);
	for (; keys->name != NULL; keys++) {
		if (keys->otherwise == NULL || value_find(section, keys->name) != NULL)
			continue;
		buffer_text(out, "  - ");
		markdown_text(out, keys->name);
		buffer_text(out, ": ");
		markdown_text(out, keys->otherwise);
		buffer_text(out, ", since the policy does not say");
		write_help(keys, out);
		buffer_text(out, "\n");
	}
}

/* A word of a command: a pattern stays one. */
static void
add_word(const char *text, struct buffer *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-*?[]";
	if (*text != '\0' && text[strspn(text, plain)] == '\0')
		buffer_text(out, text);
	else
		output_shell_word(out, text);
}

/* The command between START and END, with the control's values for its {KEY}s. */
static void
write_command(const struct control *control, const char *start, const char *end,
	struct buffer *out)
{
	autobuffer struct buffer command = { 0 };
	const char *open;
	while ((open = memchr(start, '{', (size_t)(end - start))) != NULL) {
		const char *close = memchr(open, '}', (size_t)(end - open));
		if (close == NULL)
			break;
		autofree char *key = memory_copy(open + 1, (size_t)(close - open) - 1);
		size_t count;
		const struct value *items = value_items(
			value_find(control->keys, key), &count);
		buffer_add(&command, start, (size_t)(open - start));
		for (size_t i = 0; i < count; i++) {
			buffer_text(&command, i > 0 ? " " : "");
			add_word(items[i].text, &command);
		}
		start = close + 1;
	}
	buffer_add(&command, start, (size_t)(end - start));
	markdown_code(out, command.data);
}

static void
write_by_hand(const struct control *control, struct buffer *out)
{
	const char *at = control->kind->by_hand, *open, *close;
	while ((open = strchr(at, '`')) != NULL &&
		(close = strchr(open + 1, '`')) != NULL) {
		autofree char *prose = memory_copy(at, (size_t)(open - at));
		buffer_text(out, prose);
		write_command(control, open + 1, close, out);
		at = close + 1;
	}
	buffer_text(out, at);
}

void
asked_policy(const struct policy *policy, struct buffer *out)
{
	autobuffer struct buffer command = { 0 };
	const char *overlay;
	markdown_text(out, policy->file);
	buffer_text(&command, "cat ");
	output_shell_word(&command, policy->file);
	for (size_t i = 0; (overlay = policy_overlay(policy, i)) != NULL; i++) {
		buffer_text(out, i == 0 ? ", with the overlay " : ", ");
		markdown_text(out, overlay);
		buffer_text(&command, " ");
		output_shell_word(&command, overlay);
	}
	buffer_text(&command, " | sha256sum");
	buffer_printf(out, ", SHA-256 `%s`, which ", policy->sha256);
	markdown_code(out, command.data);
	buffer_text(out, " gives");
}

void
asked_assumed(const struct policy *policy, struct buffer *out)
{
	const struct value *assume = policy->assume;
	for (size_t i = 0; assume != NULL && i < assume->count; i++) {
		buffer_text(
			out, i == 0 ? "- Assumed where the host does not say: " : ", ");
		markdown_text(out, assume->entries[i].key);
		buffer_text(out, " ");
		markdown_text(out, assume->entries[i].value.text);
	}
	if (assume != NULL && assume->count > 0)
		buffer_text(out, "\n");
}

void
asked_repeat(const struct policy *policy, const struct control *control, const char *root,
	struct buffer *out)
{
	autobuffer struct buffer command = { 0 };
	suggest_command("audit", policy, root, control->id, &command);
	buffer_text(out, "- To test it again: ");
	markdown_code(out, command.data);
	if (control->kind->by_hand != NULL) {
		buffer_text(out,
			"; by hand, on the host that is audited where nothing "
			"else is said: ");
		write_by_hand(control, out);
	}
	buffer_text(out, "\n");
}

void
asked_evidence(const struct control *control, const char *today, struct buffer *out)
{
	const struct value *evidence = value_find(control->common, "evidence");
	if (evidence == NULL)
		return;
	const char *date = value_text(evidence, "date", "");
	const char *days = value_text(evidence, "max-days", recorded_days);
	long age = today != NULL ? recorded_age(date, today) : 0;
	buffer_text(out, "- Evidence recorded elsewhere: ");
	markdown_text(out, value_text(evidence, "file", ""));
	buffer_printf(out, ", taken on %s", date);
	if (today != NULL)
		buffer_printf(
			out, ", %ld day%s before this audit", age, age == 1 ? "" : "s");
	buffer_printf(out,
		", believed for %s day%s, SHA-256 `%s`; the like can be made with: ",
		days, strcmp(days, "1") == 0 ? "" : "s",
		value_text(evidence, "sha256", ""));
	markdown_text(out, control->kind->evidence);
	buffer_text(out, "\n");
}
