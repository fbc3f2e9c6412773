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

/* A word of a command: a pattern stays one, in which a backslash has its meaning too. */
static void
add_word(const char *text, struct buffer *out)
{
	static const char special[] = " \"#$&'();<>`{|}~!";
	if (*text == '\0')
		output_shell_word(out, text);
	for (const char *at = text; *at != '\0'; at++) {
		bool negates = *at == '!' && at > text && at[-1] == '[';
		bool is_quoted = *at == '\\' && at[1] != '\0';
		if (is_quoted)
			at++;
		if (*at < ' ' || *at > '~') {
			buffer_printf(out, "$'\\x%02x'", (unsigned char)*at);
			continue;
		}
		if (is_quoted || *at == '\\' ||
			(strchr(special, *at) != NULL && !negates))
			buffer_text(out, "\\");
		buffer_add(out, at, 1);
	}
}

/* The values under PATH, keys with dots between, where each may hold a list; OPTION
 * stands before each, which then is no pattern. How many there are. */
static size_t
add_values(const struct value *section, const char *path, const char *option,
	struct buffer *out)
{
	const char *dot = strchrnul(path, '.');
	autofree char *name = memory_copy(path, (size_t)(dot - path));
	size_t count, added = 0;
	const struct value *items = value_items(value_find(section, name), &count);
	for (size_t i = 0; i < count; i++) {
		if (*dot == '.') {
			added += add_values(&items[i], dot + 1, option, out);
			continue;
		}
		if (out->size > 0)
			buffer_text(out, " ");
		if (*option != '\0') {
			buffer_printf(out, "%s ", option);
			output_shell_word(out, items[i].text);
		} else {
			add_word(items[i].text, out);
		}
		added++;
	}
	return added;
}

/* Adds what stands for REFERENCE, which is "KEY", "KEY?DEFAULT" or "OPTION KEY". Whether
 * there is something. */
static bool
add_reference(
	const struct control *control, struct bytes reference, struct buffer *command)
{
	autobuffer struct buffer words = { 0 };
	autofree char *text = memory_copy(reference.data, reference.size);
	char *otherwise = strchr(text, '?'), *blank = strchr(text, ' ');
	if (otherwise != NULL)
		*otherwise++ = '\0';
	if (blank != NULL)
		*blank++ = '\0';
	if (add_values(control->keys, blank != NULL ? blank : text,
		    blank != NULL ? text : "", &words) == 0) {
		if (otherwise == NULL)
			return false;
		buffer_text(&words, otherwise);
	}
	buffer_add(command, words.data, words.size);
	return true;
}

/* The command TEXT, with the control's values for its {KEY}s. False when it has none for
 * one of them. */
static bool
write_command(const struct control *control, struct bytes text, struct buffer *out)
{
	autobuffer struct buffer command = { 0 };
	const char *at = text.data, *end = text.data + text.size, *open, *close;
	buffer_text(&command, "");
	while ((open = memchr(at, '{', (size_t)(end - at))) != NULL &&
		(close = memchr(open, '}', (size_t)(end - open))) != NULL) {
		struct bytes reference = { open + 1, (size_t)(close - open) - 1 };
		buffer_add(&command, at, (size_t)(open - at));
		if (!add_reference(control, reference, &command))
			return false;
		at = close + 1;
	}
	buffer_add(&command, at, (size_t)(end - at));
	markdown_code(out, command.data);
	return true;
}

/* A line of by_hand; false when it is about a key that the control does not have. */
static bool
write_step(const struct control *control, struct bytes line, struct buffer *out)
{
	const char *at = line.data, *end = line.data + line.size, *open, *close;
	while ((open = memchr(at, '`', (size_t)(end - at))) != NULL &&
		(close = memchr(open + 1, '`', (size_t)(end - open - 1))) != NULL) {
		struct bytes command = { open + 1, (size_t)(close - open) - 1 };
		buffer_add(out, at, (size_t)(open - at));
		if (!write_command(control, command, out))
			return false;
		at = close + 1;
	}
	buffer_add(out, at, (size_t)(end - at));
	return true;
}

/* The steps of by_hand that the control is about: each an item of its own where they are
 * several. */
static void
write_by_hand(const struct control *control, struct buffer *out)
{
	autobuffer struct buffer steps = { 0 };
	struct bytes line;
	size_t count = 0;
	for (size_t at = 0;
		bytes_next_line(BYTES_TEXT(control->kind->by_hand), &at, &line);) {
		autobuffer struct buffer step = { 0 };
		if (!write_step(control, line, &step))
			continue;
		buffer_text(&steps, count++ > 0 ? "\n  - " : "");
		buffer_add(&steps, step.data, step.size);
	}
	buffer_text(out, "- By hand, on the audited host unless it says otherwise:");
	buffer_text(out, count > 1 ? "\n  - " : " ");
	buffer_add(out, steps.data, steps.size);
	buffer_text(out, "\n");
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
	/* what goes by the others' verdicts can't be judged without them */
	suggest_command("audit", policy, root,
		control->kind->judged_last ? NULL : control->id, &command);
	buffer_text(out, "- To test it again: ");
	markdown_code(out, command.data);
	buffer_text(out, "\n");
	if (control->kind->by_hand != NULL)
		write_by_hand(control, out);
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
