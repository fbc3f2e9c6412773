#include "policy/models/pam/pam_person.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_answer.h"

enum { STACKS_MAX = 16 }; /* of pam_stack.so within each other */

static const uint32_t passes = 1u << PAM_VALUE_SUCCESS | 1u << PAM_VALUE_NEW_PASSWORD;

static void
release_stack(void *memory)
{
	pam_stack_free(memory);
	free(memory);
}

const struct pam_stack *
pam_person_stack(const struct context *context, const char *service)
{
	autofree char *key = memory_printf("pam_person stack %s", service);
	struct pam_stack *stack = host_note(context->host, key);
	if (stack == NULL) {
		stack = memory_new(1, sizeof *stack);
		pam_stack_read(context, service, stack);
		host_set_note(context->host, key, stack, release_stack);
	}
	return stack;
}

/* A stack that is gone through. */
struct run {
	const struct pam_person *person;
	enum pam_type type;
	unsigned nested;
	const struct pam_stack *stack;
	const struct pam_phase *phase;
	struct pam_answer *answers; /* of each step */
	uint32_t *values; /* of each step */
};

static void
run_open(const struct pam_person *person, enum pam_type type, const char *service,
	unsigned nested, struct run *ret_run);

static void
run_close(struct run *run)
{
	free(run->answers);
	free(run->values);
}

static uint32_t
outcomes_of(const struct run *run)
{
	if (pam_stack_fault(run->stack, PAM_FAULT_REFUSED) != NULL)
		return ~passes;
	if (pam_stack_fault(run->stack, PAM_FAULT_UNSURE) != NULL)
		return PAM_VALUES_ALL;
	return pam_flow_outcomes(run->phase, run->values);
}

/* The first step that stops him, or that it is not known of; the count when there is
 * none. */
static size_t
find_stop(const struct run *run, uint32_t outcomes)
{
	size_t count, stop = run->phase->count;
	autofree struct pam_event *events = pam_flow_way(
		run->phase, run->values, outcomes, &count);
	for (size_t i = 0; i < count; i++) {
		size_t step = events[i].step;
		bool admits = events[i].value == PAM_VALUE_IGNORE ||
			(passes & 1u << events[i].value) != 0;
		if (admits)
			continue;
		/* pam_deny stands behind what was refused before */
		if (stop == run->phase->count ||
			pam_values_is(&run->phase->steps[stop], "pam_deny.so"))
			stop = step;
		if (run->answers[stop].why != NULL)
			break;
	}
	return stop;
}

static void
fill_inner(struct run *run, size_t index, const char *service)
{
	struct run inner;
	run_open(run->person, run->type, service, run->nested + 1, &inner);
	struct pam_answer *answer = &run->answers[index];
	*answer = (struct pam_answer){ .values = outcomes_of(&inner),
		.asks = PAM_ASKS_PERHAPS };
	size_t stop = find_stop(&inner, ~passes);
	if (stop < inner.phase->count) {
		answer->why = inner.answers[stop].why;
		answer->place = inner.answers[stop].place;
	}
	run_close(&inner);
}

/* Settles what the steps say that only take a password which another asked for: on every
 * way to them, on none, or on some. */
static void
settle_passwords(struct run *run)
{
	size_t count = run->phase->count;
	bool takes = false, asked = run->nested > 0;
	autofree uint32_t *unasked = memory_new(count + 1, sizeof *unasked);
	for (size_t i = 0; i < count; i++) {
		const struct pam_answer *answer = &run->answers[i];
		unasked[i] = answer->values;
		/* a way on which nobody asks ends where one does */
		if (answer->asks == PAM_ASKS_SURELY)
			unasked[i] = 0;
		if (answer->unasked != 0)
			unasked[i] = answer->unasked;
		takes = takes || answer->unasked != 0;
	}
	if (!takes)
		return;
	autofree bool *reached = pam_flow_reached(run->phase, unasked);
	for (size_t i = 0; i < count; i++) {
		struct pam_answer *answer = &run->answers[i];
		/* the first that asks on any way is reached where none has asked */
		asked = asked || (answer->asks != PAM_ASKS_NOT && reached[i]);
		if (answer->unasked == 0 || (asked && !reached[i]))
			continue;
		answer->why = asked ? "whether a module before it asks for a password "
				      "can't be told"
				    : "no module before it asks for a password";
		run->values[i] = answer->unasked | (asked ? answer->values : 0);
	}
}

static void
run_open(const struct pam_person *person, enum pam_type type, const char *service,
	unsigned nested, struct run *ret_run)
{
	const struct pam_stack *stack = pam_person_stack(person->context, service);
	size_t count = stack->phases[type].count;
	*ret_run = (struct run){ .person = person,
		.type = type,
		.nested = nested,
		.stack = stack,
		.phase = &stack->phases[type],
		.answers = memory_new(count + 1, sizeof *ret_run->answers),
		.values = memory_new(count + 1, sizeof *ret_run->values) };
	for (size_t i = 0; i < count; i++) {
		const struct pam_step *step = &stack->phases[type].steps[i];
		autofree char *inner = nested < STACKS_MAX ? pam_values_service(step)
							   : NULL;
		if (inner != NULL)
			fill_inner(ret_run, i, inner);
		else
			pam_answer_ask(person, type, step, &ret_run->answers[i]);
		ret_run->values[i] = ret_run->answers[i].values;
	}
	settle_passwords(ret_run);
}

/* A fault of the stack that decides whatever the modules say. */
static const struct pam_fault *
find_fault(const struct run *run, enum passage passage)
{
	const struct pam_stack *stack = run->stack;
	const struct pam_fault *fault = pam_stack_fault(
		stack, passage == PASSAGE_CLOSED ? PAM_FAULT_REFUSED : PAM_FAULT_UNSURE);
	for (size_t i = 0; i < stack->fault_count && fault == NULL; i++)
		if (stack->faults[i].kind == PAM_FAULT_FAILS &&
			stack->faults[i].type == run->type && passage == PASSAGE_CLOSED)
			fault = &stack->faults[i];
	return fault;
}

static void
explain(const struct run *run, uint32_t outcomes, struct pam_verdict *verdict)
{
	const struct pam_fault *fault = find_fault(run, verdict->passage);
	size_t stop = find_stop(run, outcomes & ~passes);
	if (fault != NULL) {
		verdict->place = fault->place;
		verdict->reason = memory_text(fault->reason);
	} else if (run->phase->count == 0) {
		verdict->reason = memory_printf(
			"the PAM service %s has no line", run->person->service);
	} else if (stop == run->phase->count) {
		verdict->reason = memory_text("no module says that the user may");
	} else {
		const struct pam_step *step = &run->phase->steps[stop];
		const char *slash = strrchr(step->module, '/');
		verdict->place = run->answers[stop].place;
		verdict->reason = memory_printf("%s: %s",
			slash ? slash + 1 : step->module,
			run->answers[stop].why != NULL ? run->answers[stop].why
						       : "what it says can't be told");
	}
}

void
pam_person_ask(const struct pam_person *person, enum pam_type type,
	struct pam_verdict *ret_verdict)
{
	struct run run;
	run_open(person, type, person->service, 0, &run);
	uint32_t outcomes = outcomes_of(&run), good = passes;
	if (type == PAM_TYPE_AUTH)
		good = 1u << PAM_VALUE_SUCCESS;
	*ret_verdict = (struct pam_verdict){ .passage = PASSAGE_UNKNOWN };
	if ((outcomes & good) == 0)
		ret_verdict->passage = PASSAGE_CLOSED;
	else if ((outcomes & ~good) == 0)
		ret_verdict->passage = PASSAGE_OPEN;
	if (ret_verdict->passage != PASSAGE_OPEN)
		explain(&run, outcomes, ret_verdict);
	run_close(&run);
}

void
pam_verdict_free(struct pam_verdict *verdict)
{
	free(verdict->reason);
	*verdict = (struct pam_verdict){ 0 };
}
