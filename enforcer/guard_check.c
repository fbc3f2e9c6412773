/* The guard as the commands call it. */
#include <stdlib.h>

#include "base/memory.h"
#include "enforcer/guard.h"
#include "enforcer/output.h"
#include "lenses/parser.h"

static void
accept_names(struct plan *plan, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		plan_add_note(&plan->accepted, &plan->accepted_count, names[i], NULL);
}

void
guard_check(const struct context *context, const char *const *accepted, size_t count,
	struct plan *plan, struct guard *ret_guard)
{
	struct sessions sessions = { 0 };
	if (host_is_live(context->host))
		sessions_read(SESSIONS_UTMP, SESSIONS_LOGIND, &sessions);
	accept_names(plan, accepted, count);
	guard_judge(context, plan, &sessions, ret_guard);
	sessions_free(&sessions);
}

int
guard_check_saved(struct host *host, const char *const *accepted, size_t count,
	struct plan *plan, struct guard *ret_guard, struct error *err)
{
	struct entry *entries = memory_new(plan->assumed_count, sizeof *entries);
	const struct value assume = {
		.type = VALUE_MAP, .entries = entries, .count = plan->assumed_count
	};
	const struct policy policy = { .file = plan->policy_file, .assume = &assume };
	struct context context = { .host = host, .policy = &policy };
	for (size_t i = 0; i < plan->assumed_count; i++) {
		struct plan_note *note = &plan->assumed[i];
		entries[i] = (struct entry){ .key = note->name,
			.value = { .type = VALUE_TEXT,
				.text = note->text != NULL ? note->text : note->name } };
	}
	context.parser = parser_new(HOLDFAST_LENSES, err);
	if (context.parser != NULL)
		guard_check(&context, accepted, count, plan, ret_guard);
	parser_free(context.parser);
	free(entries);
	return context.parser != NULL ? 0 : -1;
}

void
guard_write_command(
	const struct guard *guard, int argc, char *const *argv, struct buffer *out)
{
	if (guard->loss_count == 0)
		return;
	buffer_text(out, "Refused. To lose it all the same:\n  holdfast ");
	output_shell_word(out, argv[0]);
	for (size_t i = 0; i < guard->loss_count; i++) {
		buffer_text(out, " --accept ");
		output_shell_word(out, guard->losses[i].name);
	}
	for (int i = 1; i < argc; i++) {
		buffer_text(out, " ");
		output_shell_word(out, argv[i]);
	}
	buffer_text(out, "\n");
}
