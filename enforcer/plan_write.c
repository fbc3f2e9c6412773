/* A plan for people: what changes in the files, what changes in the daemons' answers, and
 * what stays as it is. */
#include <string.h>

#include "enforcer/diff.h"
#include "enforcer/output.h"
#include "enforcer/plan.h"

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
count_group(const struct effect *first, size_t count, size_t *ret_start)
{
	size_t same = 1, start;
	*ret_start = 0;
	while (same < count && same < GROUP_MAX) {
		const struct effect *next = first + same;
		if (strcmp(first->control, next->control) != 0 ||
			strcmp(first->kind, next->kind) != 0 ||
			!same_answer(first->before, next->before) ||
			!same_answer(first->after, next->after) ||
			!differ_in_word(first->subject, next->subject, &start) ||
			(same > 1 && start != *ret_start))
			break;
		*ret_start = start;
		same++;
	}
	return same;
}

/* The subjects of COUNT effects, what is common to them once. */
static void
write_subjects(const struct effect *first, size_t count, size_t start, struct buffer *out)
{
	autobuffer struct buffer text = { 0 };
	const char *word = first->subject + start;
	buffer_printf(&text, "%.*s", (int)start, first->subject);
	for (size_t i = 0; i < count; i++) {
		const char *other = first[i].subject + start;
		buffer_printf(&text, "%s%.*s", i > 0 ? ", " : "",
			(int)strcspn(other, " "), other);
	}
	buffer_text(&text, word + strcspn(word, " "));
	output_escaped(out, text.data);
}

/* Adds a line for the effects at FIRST, of which there are COUNT; returns how many of
 * them it covers. */
static size_t
write_effects(const struct effect *first, size_t count, struct buffer *out)
{
	size_t start, same = count_group(first, count, &start);
	buffer_text(out, "  ");
	output_escaped(out, first->kind);
	buffer_text(out, ": ");
	write_subjects(first, same, start, out);
	buffer_text(out, " ");
	output_escaped(out, first->before != NULL ? first->before : "(none)");
	buffer_text(out, " -> ");
	output_escaped(out, first->after != NULL ? first->after : "(none)");
	buffer_text(out, "\n");
	return same;
}

void
plan_write(const struct plan *plan, bool coloured, struct buffer *out)
{
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
	if (plan->effect_count > 0)
		buffer_text(out, "Effects:\n");
	for (size_t i = 0; i < plan->effect_count;)
		i += write_effects(&plan->effects[i], plan->effect_count - i, out);
	if (plan->refusal_count > 0)
		buffer_text(out, "Not remedied:\n");
	for (size_t i = 0; i < plan->refusal_count; i++) {
		buffer_text(out, "  ");
		output_escaped(out, plan->refusals[i].control);
		buffer_text(out, ": ");
		output_escaped(out, plan->refusals[i].reason);
		buffer_text(out, "\n");
	}
}
