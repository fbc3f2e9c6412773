/* Where the jumps of an account stack lead. They count lines, those of included files one
 * by one: a line that a remedy puts into a file shifts the jumps over it of every service
 * that includes the file, and what is asked of whom then is another matter than the
 * policy's. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/pam/pam_person.h"
#include "policy/models/pam/pam_values.h"

/* Whether the file of STEP, in the stack of SERVICE, is one that the remedy writes. */
static bool
is_written(
	const struct control *control, const char *service, const struct pam_step *step)
{
	static const char folder[] = "/etc/pam.d/";
	const char *path = step->place.file != NULL ? step->place.file->path : "";
	if (strncmp(path, folder, sizeof folder - 1) != 0)
		return false;
	const char *name = path + sizeof folder - 1;
	return console_shares(control) ? strcmp(name, service) != 0
				       : console_is_service(control, name);
}

/* Whether STEP is a line as the remedy puts in, so that a jump over it is as long
 * without.
 */
static bool
is_added(const struct control *control, const char *service, const struct pam_step *step)
{
	bool is_access = console_through(control, "access.conf") &&
		pam_values_is(step, "pam_access.so") &&
		strcmp(step->control, "required") == 0 &&
		strcmp(step->arguments, "nodefgroup") == 0;
	bool is_module = console_through(control, "module") &&
		pam_values_is(step, CONSOLE_MODULE);
	return (is_access || is_module) && is_written(control, service, step);
}

static void
add_jump(const struct control *control, const char *service,
	const struct pam_phase *phase, size_t from, int length, struct buffer *text)
{
	bool is_beyond;
	const char *over = NULL;
	size_t count = 0, next = pam_flow_jump(phase, from, length, &is_beyond);
	for (size_t i = from + 1; i < next; i++)
		if (!is_added(control, service, &phase->steps[i])) {
			over = phase->steps[i].module;
			count++;
		}
	buffer_printf(text, "%s%s jumps ", text->size > 0 ? "; " : "",
		phase->steps[from].module);
	if (is_beyond)
		buffer_text(text, "beyond the end");
	else if (count == 1)
		buffer_printf(text, "over %s", over);
	else
		buffer_printf(text, "over %zu lines", count);
}

char *
console_jumps(const struct console_facts *facts, const char *service)
{
	const struct pam_stack *stack = pam_person_stack(facts->context, service);
	const struct pam_phase *phase = &stack->phases[PAM_TYPE_ACCOUNT];
	autobuffer struct buffer text = { 0 };
	for (size_t i = 0; i < phase->count; i++) {
		const int *actions = phase->steps[i].actions;
		for (size_t value = 0; value < PAM_VALUE_COUNT; value++) {
			size_t before = 0;
			while (actions[before] != actions[value])
				before++;
			if (phase->steps[i].kind == PAM_STEP_MODULE &&
				actions[value] > 0 && before == value)
				add_jump(facts->control, service, phase, i,
					actions[value], &text);
		}
	}
	return text.size > 0 ? buffer_take(&text) : NULL;
}
