#include "enforcer/policy_doc.h"

#include "base/memory.h"
#include "enforcer/asked.h"
#include "enforcer/markdown.h"
#include "policy/kinds/kind.h"
#include "policy/waiver.h"

static void
write_control(
	const struct policy *policy, const struct control *control, struct buffer *out)
{
	const struct value *common = control->common;
	asked_heading(policy, control, "##", out);
	if (value_text(common, "compliance", NULL) != NULL) {
		markdown_text(out, value_text(common, "compliance", NULL));
		buffer_text(out, ".\n\n");
	}
	markdown_field(out, "Objective", value_text(common, "objective", NULL));
	markdown_field(out, "Why", value_text(common, "rationale", NULL));
	markdown_field(out, "Risk when it does not hold", risk_name(control->risk));
	markdown_field(out, "Owner", value_text(common, "owner", NULL));
	markdown_field(out, "Reference", value_text(common, "reference", NULL));
	markdown_field(out, "Item of the checklist", control->item);
	markdown_field_code(out, "What to do when it does not hold",
		value_text(common, "mitigation", NULL));
	markdown_field_code(
		out, "How a person tests it", value_text(common, "testing", NULL));
	if (control->waiver != NULL) {
		autofree char *text = waiver_text(control->waiver, false);
		markdown_field(out, "Exception", text);
	}
	buffer_printf(out, "- Kind of control: %s (", control->kind->name);
	markdown_text(out, control->kind->summary);
	buffer_text(out, ")\n");
	asked_write(control, out);
	asked_evidence(control, NULL, out);
	asked_repeat(policy, control, NULL, out);
	buffer_text(out, "\n");
}

void
policy_doc(const struct policy *policy, struct buffer *out)
{
	buffer_text(out, "# ");
	markdown_text(out, policy->title);
	buffer_text(out, "\n\n");
	if (policy->description != NULL) {
		markdown_text(out, policy->description);
		buffer_text(out, "\n\n");
	}
	buffer_text(out,
		"A host complies when every section below holds, or an exception that "
		"somebody answers for stands in it and has not expired.\n\n- Source: ");
	asked_policy(policy, out);
	buffer_text(out, "\n");
	asked_assumed(policy, out);
	buffer_text(out, "\n");
	for (size_t i = 0; i < policy->count; i++)
		write_control(policy, &policy->controls[i], out);
}
