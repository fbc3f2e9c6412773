#include "policy/models/pam/pam_consults.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_line.h"
#include "policy/models/pam/pam_module.h"
#include "policy/models/pam/pam_values.h"

enum { STACKS_MAX = 16 }; /* of pam_stack.so within each other */

static const uint32_t refusal = 1u << PAM_VALUE_REFUSED;
static const struct place nowhere;

/* A service's stack and what is asked of it. */
struct question {
	const struct context *context;
	enum pam_type type;
	const char *module;
	unsigned nested; /* in how many pam_stack.so */
	bool is_whole; /* all modules are taken to be there */
	uint32_t admitting; /* outcomes that let the user in */
	struct pam_stack stack;
	const struct pam_phase *phase;
	uint32_t *values; /* what each step may return */
};

/* What STEP may return when MODULE, unless it is NULL, refuses wherever it is asked. One
 * that is missing returns module_unknown. */
static uint32_t
values_of(const struct question *question, const struct pam_step *step);

static void
question_close(struct question *question)
{
	free(question->values);
	pam_stack_free(&question->stack);
}

static void
question_open(struct question *question, const char *service)
{
	pam_stack_read(question->context, service, &question->stack);
	question->phase = &question->stack.phases[question->type];
	question->values = memory_new(
		question->phase->count + 1, sizeof *question->values);
	for (size_t i = 0; i < question->phase->count; i++)
		question->values[i] = values_of(question, &question->phase->steps[i]);
}

/* The question asked of the stack that the pam_stack.so of STEP runs. Returns false when
 * there is none. */
static bool
open_inner(const struct question *question, const struct pam_step *step,
	struct question *ret_inner)
{
	autofree char *service = pam_values_service(step);
	if (service == NULL || question->nested == STACKS_MAX)
		return false;
	*ret_inner = *question;
	ret_inner->nested++;
	question_open(ret_inner, service);
	return true;
}

static uint32_t
values_of(const struct question *question, const struct pam_step *step)
{
	struct question inner;
	struct host *host = question->context->host;
	uint32_t values = pam_values_of(step);
	if (question->module != NULL && pam_values_is(step, question->module)) {
		values = refusal;
	} else if (open_inner(question, step, &inner)) {
		if (pam_stack_fault(&inner.stack, PAM_FAULT_UNSURE) == NULL)
			values = pam_flow_outcomes(inner.phase, inner.values);
		question_close(&inner);
	}
	return question->is_whole ? values : pam_values_there(host, step, values);
}

static void
finish(struct pam_consults *consults, enum pam_reach reach, struct place place,
	char *reason)
{
	free(consults->reason);
	consults->reach = reach;
	consults->place = place;
	consults->reason = reason;
}

static void
note_arguments(struct pam_consults *consults, const char *arguments)
{
	free(consults->arguments);
	consults->arguments = memory_text(arguments);
}

/* Says by which event of the way the stack succeeds past the step at MODULE, which is not
 * asked on it. */
static void
explain_passed(const struct question *question, const struct pam_event *events,
	size_t count, size_t module, struct pam_consults *consults)
{
	size_t i = 0;
	while (i + 1 < count && (events[i].step > module || events[i].next <= module))
		i++;
	const struct pam_event *event = &events[i];
	const struct pam_step *step = &question->phase->steps[event->step];
	consults->is_passed = true;
	finish(consults, PAM_NOT_BINDING, step->place,
		memory_printf("when %s returns %s this line %s %s%s", step->module,
			pam_value_name(event->value),
			event->action > 0 ? "jumps over" : "ends the stack before",
			question->module,
			event->value == PAM_VALUE_NEW_PASSWORD
				? " (a password to be changed)"
				: ""));
}

/* The same when the step of events[ASKED] is asked, and refuses in vain. */
static void
explain_asked(const struct question *question, const struct pam_event *events,
	size_t count, size_t asked, struct pam_consults *consults)
{
	int action = events[asked].action;
	const struct pam_step *step = &question->phase->steps[events[asked].step];
	const char *missing;
	size_t i = asked + 1;
	enum pam_module_state state = pam_module_look(
		question->context->host, step->module, &missing);
	if (state == PAM_MODULE_UNSURE && events[asked].value == PAM_VALUE_NO_MODULE) {
		finish(consults, PAM_UNSURE, step->place, memory_text(missing));
		return;
	}
	if (state == PAM_MODULE_MISSING && action != PAM_ACTION_BAD &&
		action != PAM_ACTION_DIE) {
		finish(consults, PAM_NOT_BINDING, step->place,
			memory_printf("libpam can't load it (%s), and its control lets "
				      "that pass",
				missing));
		return;
	}
	if (action != PAM_ACTION_BAD && action != PAM_ACTION_DIE) {
		finish(consults, PAM_NOT_BINDING, step->place,
			memory_text("its control lets a refusal pass"));
		return;
	}
	while (i < count && events[i].action != PAM_ACTION_RESET)
		i++;
	if (i < count) {
		step = &question->phase->steps[events[i].step];
		finish(consults, PAM_NOT_BINDING, step->place,
			memory_printf("when %s returns %s this line forgets the refusal",
				step->module, pam_value_name(events[i].value)));
		return;
	}
	for (i = 0; i < asked && events[i].value != PAM_VALUE_NEW_PASSWORD;)
		i++;
	step = &question->phase->steps[events[i].step];
	finish(consults, PAM_NOT_BINDING, step->place,
		memory_printf("when %s returns new_authtok_reqd this line counts it as a "
			      "failure, and that stays the answer: after a change of "
			      "password the user is in",
			step->module));
}

/* Whether STEP is a line of the module with these ARGUMENTS. */
static bool
is_line(const struct question *question, const struct pam_step *step,
	const char *arguments)
{
	return pam_values_is(step, question->module) &&
		strcmp(step->arguments, arguments) == 0;
}

/* Whether the stack can succeed when the steps like the one at MODULE refuse, and other
 * lines of the module return anything; says how. */
static bool
succeeds_past(struct question *question, size_t module, struct pam_consults *ret_consults)
{
	const struct pam_phase *phase = question->phase;
	const char *arguments = phase->steps[module].arguments;
	autofree uint32_t *values = memory_new(phase->count, sizeof *values);
	size_t count, asked = 0;
	for (size_t i = 0; i < phase->count; i++) {
		const struct pam_step *step = &phase->steps[i];
		values[i] = question->values[i];
		if (pam_values_is(step, question->module) &&
			!is_line(question, step, arguments))
			values[i] = pam_values_there(
				question->context->host, step, PAM_VALUES_ALL);
	}
	autofree struct pam_event *events = pam_flow_way(
		phase, values, question->admitting, &count);
	if (count == 0)
		return false;
	while (asked < count &&
		!is_line(question, &phase->steps[events[asked].step], arguments))
		asked++;
	note_arguments(ret_consults, arguments);
	if (asked == count)
		explain_passed(question, events, count, module, ret_consults);
	else
		explain_asked(question, events, count, asked, ret_consults);
	return true;
}

static bool
ask(struct question *question, struct pam_consults *ret_consults);

/* The module stands in a stack that a pam_stack.so runs. */
static bool
ask_inner(struct question *question, size_t step, struct pam_consults *ret_consults)
{
	struct question inner;
	if (!open_inner(question, &question->phase->steps[step], &inner))
		return false;
	bool found = ask(&inner, ret_consults);
	question_close(&inner);
	if (!found || ret_consults->reach != PAM_REACHED)
		return found;
	size_t count;
	autofree struct pam_event *events = pam_flow_way(
		question->phase, question->values, question->admitting, &count);
	if (count > 0)
		explain_passed(question, events, count, step, ret_consults);
	return true;
}

/* The line of the module that says other things to it than the step at INDEX; NULL. */
static const struct pam_step *
find_other(const struct question *question, size_t index)
{
	const struct pam_step *steps = question->phase->steps;
	for (size_t i = 0; i < question->phase->count; i++)
		if (pam_values_is(&steps[i], question->module) &&
			!is_line(question, &steps[i], steps[index].arguments))
			return &steps[i];
	return NULL;
}

/* Looks at each line of the module: the first that binds decides, else the first of all.
 * False when there is none. */
static bool
ask(struct question *question, struct pam_consults *ret_consults)
{
	const struct pam_phase *phase = question->phase;
	bool found = false;
	for (size_t i = 0; i < phase->count; i++) {
		struct pam_consults later = { 0 };
		const struct pam_step *step = &phase->steps[i];
		if (!pam_values_is(step, question->module))
			continue;
		bool passes = succeeds_past(question, i, found ? &later : ret_consults);
		pam_consults_free(&later);
		found = true;
		if (!passes) {
			note_arguments(ret_consults, step->arguments);
			finish(ret_consults, PAM_REACHED, step->place, NULL);
			const struct pam_step *other = find_other(question, i);
			ret_consults->is_twice = other != NULL;
			if (other != NULL)
				finish(ret_consults, PAM_UNSURE, other->place,
					memory_printf("several lines ask %s, with other "
						      "arguments: let one be enough",
						question->module));
			return true;
		}
	}
	for (size_t i = 0; i < phase->count && !found; i++)
		found = ask_inner(question, i, ret_consults);
	return found;
}

/* The first comment of the stack's files that names MODULE and the type. */
static struct place
find_comment(const struct question *question)
{
	const char *type = pam_type_name(question->type);
	for (size_t i = 0; i < question->stack.file_count; i++) {
		const struct file *file = question->stack.files[i];
		if (file->bytes.size == 0)
			continue; /* it may have no bytes to point to */
		const char *data = file->bytes.data, *end = data + file->bytes.size,
			   *found;
		size_t length = strlen(question->module);
		for (const char *at = data; at < end &&
			(found = memmem(at, (size_t)(end - at), question->module,
				 length)) != NULL;
			at = found + length) {
			const char *line = memrchr(data, '\n', (size_t)(found - data));
			line = line != NULL ? line + 1 : data;
			while (*line == ' ' || *line == '\t')
				line++;
			if (*line == '#' &&
				memmem(line, (size_t)(found - line), type,
					strlen(type)) != NULL)
				return (struct place){ file, (size_t)(line - data) };
		}
	}
	return (struct place){ 0 };
}

/* Whether the stack can succeed when its modules, the one asked about too, return what
 * they may; as if none of them were missing when WHOLE. *ret_reached: which steps are
 * asked, for the caller to free. */
static bool
may_succeed(const struct question *question, bool whole, bool **ret_reached)
{
	const struct pam_phase *phase = question->phase;
	struct question any = *question;
	autofree uint32_t *values = memory_new(phase->count + 1, sizeof *values);
	any.module = NULL;
	any.is_whole = whole;
	for (size_t i = 0; i < phase->count; i++)
		values[i] = values_of(&any, &phase->steps[i]);
	*ret_reached = pam_flow_reached(phase, values);
	return (pam_flow_outcomes(phase, values) & question->admitting) != 0;
}

/* The module that libpam can't load and that makes the stack fail, as text, with its
 * line; NULL when it fails for another reason. */
static char *
find_missing(
	const struct question *question, const bool *reached, struct place *ret_place)
{
	for (size_t i = 0; i < question->phase->count; i++) {
		const struct pam_step *step = &question->phase->steps[i];
		int action = step->actions[PAM_VALUE_NO_MODULE];
		const char *why;
		if (!reached[i] || step->kind != PAM_STEP_MODULE ||
			(action != PAM_ACTION_BAD && action != PAM_ACTION_DIE) ||
			pam_module_look(question->context->host, step->module, &why) !=
				PAM_MODULE_MISSING)
			continue;
		*ret_place = step->place;
		return memory_printf("%s can't be loaded: %s", step->module, why);
	}
	return NULL;
}

/* Why the stack lets nobody in, whatever its modules say: as text, with *ret_place; NULL
 * when it can let somebody in. */
static char *
find_refusal(const struct question *question, struct place *ret_place)
{
	const struct pam_stack *stack = &question->stack;
	const struct pam_fault *fault = pam_stack_fault(stack, PAM_FAULT_REFUSED);
	autofree bool *reached = NULL, *whole = NULL;
	char *missing = NULL;
	if (fault == NULL && pam_stack_fault(stack, PAM_FAULT_UNSURE) != NULL)
		return NULL;
	if (fault == NULL && may_succeed(question, false, &reached))
		return NULL;
	if (fault == NULL && may_succeed(question, true, &whole))
		missing = find_missing(question, reached, ret_place);
	if (missing != NULL)
		return missing;
	for (size_t i = 0; i < stack->fault_count && fault == NULL; i++)
		if (stack->faults[i].type == question->type)
			fault = &stack->faults[i];
	*ret_place = fault != NULL ? fault->place : nowhere;
	return memory_text(fault != NULL ? fault->reason
			: question->phase->count == 0
			? "neither it nor 'other' has a line of this type"
			: "whatever its modules return, it never succeeds");
}

void
pam_stack_consults(const struct context *context, const char *service, const char *type,
	const char *module, struct pam_consults *ret_consults)
{
	struct question question = {
		.context = context,
		.type = pam_type_find(type),
		.module = module,
		.admitting = 1u << PAM_VALUE_SUCCESS,
	};
	struct place place = nowhere;
	*ret_consults = (struct pam_consults){ .arguments = memory_text("") };
	if (question.type == PAM_TYPE_ACCOUNT)
		question.admitting |= 1u << PAM_VALUE_NEW_PASSWORD;
	question_open(&question, service);
	ret_consults->path = memory_text(question.stack.path);
	const struct pam_fault *unsure = pam_stack_fault(
		&question.stack, PAM_FAULT_UNSURE);
	autofree char *refusal_reason = find_refusal(&question, &place);
	if (!ask(&question, ret_consults) && unsure == NULL) {
		finish(ret_consults, PAM_NOT_THERE, nowhere,
			memory_text("no line of the stack names it"));
		ret_consults->commented = find_comment(&question);
	}
	if (refusal_reason != NULL)
		finish(ret_consults, PAM_REFUSES, place,
			memory_printf("%s: libpam refuses everybody", refusal_reason));
	else if (unsure != NULL)
		finish(ret_consults, PAM_UNSURE, unsure->place,
			memory_text(unsure->reason));
	question_close(&question);
}

void
pam_consults_free(struct pam_consults *consults)
{
	free(consults->path);
	free(consults->reason);
	free(consults->arguments);
	*consults = (struct pam_consults){ 0 };
}
