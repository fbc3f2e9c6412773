#include "enforcer/suggest.h"

#include <string.h>

#include "enforcer/output.h"

static void
add_option(const char *name, const char *value, struct buffer *out)
{
	buffer_printf(out, " --%s ", name);
	output_shell_word(out, value);
}

void
suggest_command(const char *command, const struct policy *policy, const char *root,
	const char *id, struct buffer *out)
{
	const char *overlay;
	buffer_printf(out, "holdfast %s", command);
	if (strcmp(policy->file, HOLDFAST_POLICY) != 0)
		add_option("policy", policy->file, out);
	for (size_t i = 0; (overlay = policy_overlay(policy, i)) != NULL; i++)
		add_option("overlay", overlay, out);
	if (root != NULL && strcmp(root, "/") != 0)
		add_option("root", root, out);
	if (id != NULL)
		buffer_printf(out, " %s", id);
}
