/* A plan for people: what changes in the files, what changes in the daemons' answers, and
 * what stays as it is. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/diff.h"
#include "enforcer/output.h"
#include "enforcer/plan_table.h"

enum { GROUP_MAX = 12 /* effects on one line */ };

/* Whether A and B differ in one word alone, the one that begins at *ret_start. */
static bool
differ_in_word(const char *a, const char *b, size_t *ret_start)
{
	size_t start = 0;
	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == ' ')
			start = i + 1;
	*ret_start = start;
	a += start;
	b += start;
	return strcmp(a + strcspn(a, " "), b + strcspn(b, " ")) == 0;
}

static bool
same_answer(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* How many of the COUNT effects at FIRST are the same change for subjects that differ in
 * the word at *ret_start alone. */
static size_t
count_group(const struct effect *const *first, size_t count, size_t *ret_start)
{
	size_t same = 1, start;
	*ret_start = 0;
	while (same < count && same < GROUP_MAX) {
		const struct effect *a = first[0], *next = first[same];
		if (strcmp(a->control, next->control) != 0 ||
			strcmp(a->kind, next->kind) != 0 ||
			!same_answer(a->before, next->before) ||
			!same_answer(a->after, next->after) ||
			!differ_in_word(a->subject, next->subject, &start) ||
			(same > 1 && start != *ret_start))
			break;
		*ret_start = start;
		same++;
	}
	return same;
}

/* The subjects of COUNT effects, what is common to them once. */
static void
write_subjects(
	const struct effect *const *first, size_t count, size_t start, struct buffer *out)
{
	autobuffer struct buffer text = { 0 };
	const char *word = first[0]->subject + start;
	buffer_printf(&text, "%.*s", (int)start, first[0]->subject);
	for (size_t i = 0; i < count; i++) {
		const char *other = first[i]->subject + start;
		buffer_printf(&text, "%s%.*s", i > 0 ? ", " : "",
			(int)strcspn(other, " "), other);
	}
	buffer_text(&text, word + strcspn(word, " "));
	output_escaped(out, text.data);
}

/* Adds a line for the effects at FIRST, of which there are COUNT; returns how many of
 * them it covers. */
static size_t
write_line(const struct effect *const *first, size_t count, struct buffer *out)
{
	size_t start, same = count_group(first, count, &start);
	buffer_text(out, "  ");
	output_escaped(out, first[0]->kind);
	buffer_text(out, ": ");
	write_subjects(first, same, start, out);
	buffer_text(out, " ");
	output_escaped(out, first[0]->before != NULL ? first[0]->before : "(none)");
	buffer_text(out, " -> ");
	output_escaped(out, first[0]->after != NULL ? first[0]->after : "(none)");
	buffer_text(out, "\n");
	return same;
}

/* How many of the COUNT effects at FIRST are of its kind, which has columns; 0: it has
 * none. A saved plan may name any kind. */
static size_t
count_table(const struct effect *const *first, size_t count)
{
	const struct kind *kind = kind_find(first[0]->kind);
	size_t same = 0;
	if (kind == NULL || kind->columns == NULL)
		return 0;
	while (same < count && strcmp(first[same]->kind, first[0]->kind) == 0)
		same++;
	return same;
}

static void
write_effects(const struct effect *const *effects, size_t count, struct buffer *out)
{
	for (size_t i = 0; i < count;) {
		size_t rows = count_table(effects + i, count - i);
		if (rows > 0)
			plan_table_write(effects + i, rows, out);
		i += rows > 0 ? rows : write_line(effects + i, count - i, out);
	}
}

/* Those of CONTROL, for which its remedy was refused; NULL: those that come about. The
 * caller frees. */
static const struct effect **
choose(const struct plan *plan, const char *control, size_t *ret_count)
{
	const struct effect **chosen = memory_new(plan->effect_count, sizeof *chosen);
	*ret_count = 0;
	for (size_t i = 0; i < plan->effect_count; i++) {
		const struct effect *effect = &plan->effects[i];
		if (effect->unwanted == (control != NULL) &&
			(control == NULL || strcmp(effect->control, control) == 0))
			chosen[(*ret_count)++] = effect;
	}
	return chosen;
}

static void
write_refusal(const struct plan *plan, const struct refusal *refusal, struct buffer *out)
{
	size_t count;
	autofree const struct effect **effects = choose(plan, refusal->control, &count);
	buffer_text(out, "  ");
	output_escaped(out, refusal->control);
	buffer_text(out, ": ");
	output_escaped(out, refusal->reason);
	buffer_text(out, "\n");
	write_effects(effects, count, out);
}

void
plan_write(const struct plan *plan, bool coloured, struct buffer *out)
{
	size_t count;
	autofree const struct effect **effects = choose(plan, NULL, &count);
	for (size_t i = 0; i < plan->changes.count; i++) {
		const struct change *change = &plan->changes.items[i];
		buffer_text(out, output_begin(coloured, COLOUR_DIM));
		buffer_text(out, "# for ");
		output_escaped(out, change->controls);
		buffer_text(out, output_end(coloured));
		buffer_text(out, "\n");
		diff_write(change->file,
			(struct bytes){ change->old_data, change->old_size },
			(struct bytes){ change->new_data, change->new_size }, coloured,
			out);
	}
	if (count > 0)
		buffer_text(out, "Effects:\n");
	write_effects(effects, count, out);
	if (plan->changes.count > 0 && plan->risk_before != NULL)
		buffer_printf(out, "Residual risk: %s -> %s\n", plan->risk_before,
			plan->risk_after);
	for (size_t i = 0; i < plan->remark_count; i++) {
		buffer_text(out, i == 0 ? "Mind:\n  " : "  ");
		output_escaped(out, plan->remarks[i].name);
		buffer_text(out, ": ");
		output_escaped(out, plan->remarks[i].text);
		buffer_text(out, "\n");
	}
	if (plan->refusal_count > 0 && strcmp(plan->root, "/") != 0) {
		buffer_text(out, "Not remedied (paths are those in ");
		output_escaped(out, plan->root);
		buffer_text(out, "):\n");
	} else if (plan->refusal_count > 0) {
		buffer_text(out, "Not remedied:\n");
	}
	for (size_t i = 0; i < plan->refusal_count; i++)
		write_refusal(plan, &plan->refusals[i], out);
	if (plan->changes.count > 0)
		return;
	if (plan->refusal_count == 0)
		buffer_text(out, "Nothing to change.\n");
	else
		buffer_printf(out, "Nothing to change, but %zu gap%s left, see above.\n",
			plan->refusal_count, plan->refusal_count == 1 ? " is" : "s are");
}
