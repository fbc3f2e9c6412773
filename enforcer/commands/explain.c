/* explain: all that the policy says about a control, for a person. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/setup.h"
#include "policy/show.h"
#include "policy/waiver.h"

enum {
	WIDTH = 80, /* columns */
	MARGIN = 14, /* columns before the blank before the texts */
};

/* Columns of SIZE bytes of UTF-8, a character each. */
static size_t
columns(const char *text, size_t size)
{
	size_t count = 0;
	for (size_t i = 0; i < size; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* Prints "  LABEL  TEXT", the text wrapped at its blanks; nothing when TEXT is NULL. */
static void
print_text(const char *label, const char *text)
{
	autobuffer struct buffer escaped = { 0 };
	size_t column = MARGIN;
	if (text == NULL)
		return;
	printf("  %-*s", MARGIN - 2, label);
	for (const char *word = text + strspn(text, " \t\n"); *word != '\0';) {
		size_t length = strcspn(word, " \t\n");
		buffer_free(&escaped);
		buffer_escaped(&escaped, (struct bytes){ word, length }, false);
		size_t width = columns(escaped.data, escaped.size);
		if (column + 1 + width > WIDTH && column > MARGIN) {
			printf("\n%*s", MARGIN, "");
			column = MARGIN;
		}
		printf(" %s", escaped.data);
		column += 1 + width;
		word += length;
		word += strspn(word, " \t\n");
	}
	putchar('\n');
}

static void
print_waiver(const struct waiver *waiver)
{
	autofree char *text = waiver_text(waiver, false);
	print_text("exception", text);
}

static void
explain(const struct control *control)
{
	/* in the order of an audit's checklist */
	static const char *const labels[] = { "objective", "reference", "compliance",
		"testing", "rationale", "mitigation", "owner" };
	const struct kind *kind = control->kind;
	autobuffer struct buffer head = { 0 }, summary = { 0 }, wanted = { 0 };
	output_escaped(&head, control->id);
	if (control->title != control->id) {
		buffer_text(&head, ": ");
		output_escaped(&head, control->title);
	}
	puts(head.data);
	print_text("item", control->item);
	print_text("risk", risk_name(control->risk));
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		print_text(labels[i], value_text(control->common, labels[i], NULL));
	print_text("when", value_text(control->common, "when", NULL));
	if (control->waiver != NULL)
		print_waiver(control->waiver);
	buffer_printf(&summary, "%s: %s", kind->name, kind->summary);
	print_text("kind", summary.data);
	show_section(control->keys, kind->keys, 2, &wanted);
	show_evidence(control, 2, &wanted);
	fputs(wanted.data != NULL ? wanted.data : "", stdout);
}

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_explain = {
	.name = "explain",
	.synopsis = "[OPTION]... ID...",
	.summary = "say what a control asks, why, and who answers for it",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	struct policy policy = { 0 };
	int status;
	if (!options_parse(&command_explain, argc, argv, &options, &status))
		return status;
	if (options.argument_count == 0) {
		output_error("explain: which control? 'holdfast policy show' lists them");
		return STATUS_NOT_RUN;
	}
	status = STATUS_NOT_RUN;
	if (setup_policy(&options, false, &policy) == 0 &&
		setup_check_ids(&policy, options.arguments, options.argument_count) ==
			0) {
		for (size_t i = 0; i < options.argument_count; i++) {
			if (i > 0)
				putchar('\n');
			explain(policy_find(&policy, options.arguments[i]));
		}
		status = 0;
	}
	policy_free(&policy);
	return status;
}
