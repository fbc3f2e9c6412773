/* A plan for people: what changes in the files, what changes in the daemons' answers, and
 * what stays as it is. */
#include <string.h>

#include "enforcer/diff.h"
#include "enforcer/output.h"
#include "enforcer/plan.h"

static void
write_effect(const struct effect *effect, struct buffer *out)
{
	buffer_text(out, "  ");
	output_escaped(out, effect->kind);
	buffer_text(out, ": ");
	output_escaped(out, effect->subject);
	buffer_text(out, " ");
	output_escaped(out, effect->before != NULL ? effect->before : "(none)");
	buffer_text(out, " -> ");
	output_escaped(out, effect->after != NULL ? effect->after : "(none)");
	buffer_text(out, "\n");
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
	for (size_t i = 0; i < plan->effect_count; i++)
		write_effect(&plan->effects[i], out);
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
