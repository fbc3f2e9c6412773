#include "policy/models/pam_person.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam_values.h"

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
	uint32_t *values; /* of each step */
	const char **whys; /* why it does not admit; NULL */
	struct place *places;
};

static void
run_open(const struct pam_person *person, enum pam_type type, const char *service,
	unsigned nested, struct run *ret_run);

static void
run_close(struct run *run)
{
	free(run->values);
	free(run->whys);
	free(run->places);
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
		if (run->whys[stop] != NULL)
			break;
	}
	return stop;
}

static void
fill_inner(struct run *run, size_t index, const char *service)
{
	struct run inner;
	run_open(run->person, run->type, service, run->nested + 1, &inner);
	run->values[index] = outcomes_of(&inner);
	size_t stop = find_stop(&inner, ~passes);
	if (stop < inner.phase->count) {
		run->whys[index] = inner.whys[stop];
		run->places[index] = inner.places[stop];
	}
	run_close(&inner);
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
		.values = memory_new(count + 1, sizeof *ret_run->values),
		.whys = memory_new(count + 1, sizeof *ret_run->whys),
		.places = memory_new(count + 1, sizeof *ret_run->places) };
	for (size_t i = 0; i < count; i++) {
		const struct pam_step *step = &stack->phases[type].steps[i];
		autofree char *inner = nested < STACKS_MAX ? pam_values_service(step)
							   : NULL;
		if (inner != NULL)
			fill_inner(ret_run, i, inner);
		else
			ret_run->values[i] = pam_person_values(person, type, step,
				&ret_run->whys[i], &ret_run->places[i]);
	}
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
		verdict->place = run->places[stop];
		verdict->reason = memory_printf("%s: %s",
			slash ? slash + 1 : step->module,
			run->whys[stop] != NULL ? run->whys[stop]
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
