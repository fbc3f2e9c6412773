#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/markdown.h"
#include "enforcer/summary.h"

/* How bad a result is, among those of an item. */
static int
badness(const struct result *result)
{
	static const int order[VERDICT_COUNT] = { [VERDICT_FAIL] = 7,
		[VERDICT_INVALID] = 6,
		[VERDICT_UNKNOWN] = 5,
		[VERDICT_MANUAL] = 4,
		[VERDICT_WAIVED] = 2,
		[VERDICT_PASS] = 1 };
	return result->unseen ? 3 : order[result->verdict];
}

/* By item, numbers within it by their value, then the worst first. */
static int
compare_items(const void *a, const void *b)
{
	const struct result *x = *(const struct result *const *)a;
	const struct result *y = *(const struct result *const *)b;
	int order = strverscmp(x->control->item, y->control->item);
	if (order == 0)
		order = badness(y) - badness(x);
	return order != 0 ? order : (x->control > y->control) - (x->control < y->control);
}

void
summary_items(const struct evaluation *evaluation, struct buffer *out)
{
	autofree const struct result **results = memory_new(
		evaluation->count + 1, sizeof *results);
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		if (evaluation->items[i].control->item != NULL)
			results[count++] = &evaluation->items[i];
	if (count == 0)
		return;
	qsort(results, count, sizeof *results, compare_items);
	buffer_text(out,
		"## Items of the checklist\n\nThe verdict of an item is the worst of its "
		"controls'.\n\n| item | verdict | controls |\n|---|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		const struct control *control = results[i]->control;
		if (i > 0 && strcmp(control->item, results[i - 1]->control->item) == 0) {
			buffer_text(out, ", ");
		} else {
			buffer_text(out, i > 0 ? " |\n| " : "| ");
			markdown_text(out, control->item);
			buffer_printf(out, " | %s | ", summary_verdict(results[i]));
		}
		buffer_printf(out, "`%s` %s", control->id, summary_verdict(results[i]));
	}
	buffer_text(out, " |\n\n");
}
