#include "policy/models/pam/pam_flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum impression {
	UNDECIDED,
	POSITIVE,
	NEGATIVE,
	IMPRESSIONS,
};

struct state {
	enum impression impression;
	int status; /* what libpam returns if it ends here */
};

static const struct state beginning = { UNDECIDED, PAM_VALUE_REFUSED };

enum course {
	COURSE_NEXT,
	COURSE_JUMP, /* over as many steps as the action says */
	COURSE_LEAVE, /* to the end of the stack, or of the substack */
};

/* The answer VALUE of a step whose control makes ACTION of it. ENTRY is the state in
 * which the stack or substack began. */
static enum course
apply(int action, int value, struct state entry, struct state *state)
{
	switch (action) {
	case PAM_ACTION_IGNORE:
		return COURSE_NEXT;
	case PAM_ACTION_RESET:
		*state = entry;
		return COURSE_NEXT;
	case PAM_ACTION_OK:
	case PAM_ACTION_DONE:
		if (state->impression == UNDECIDED ||
			(state->impression == POSITIVE &&
				state->status == PAM_VALUE_SUCCESS))
			*state = (struct state){ POSITIVE, value };
		return action == PAM_ACTION_DONE && state->impression == POSITIVE
			? COURSE_LEAVE
			: COURSE_NEXT;
	case PAM_ACTION_BAD:
	case PAM_ACTION_DIE:
		if (state->impression != NEGATIVE)
			*state = (struct state){ NEGATIVE,
				value == PAM_VALUE_IGNORE ? PAM_VALUE_REFUSED : value };
		return action == PAM_ACTION_DIE ? COURSE_LEAVE : COURSE_NEXT;
	default:
		if (action > 0)
			return COURSE_JUMP;
		*state = (struct state){ NEGATIVE, PAM_VALUE_REFUSED };
		return COURSE_NEXT;
	}
}

/* The end of the unit at AT, which a jump takes as one: a step, or a substack. */
static size_t
unit_end(const struct pam_phase *phase, size_t at)
{
	size_t end = at + 1;
	while (end < phase->count && phase->steps[end].depth > phase->steps[at].depth)
		end++;
	return end;
}

/* Where a jump from AT over COUNT units leads, in a stack that ends at END. One that goes
 * beyond refuses. */
static size_t
jump(const struct pam_phase *phase, size_t at, size_t end, int count, struct state *state)
{
	size_t next = at + 1;
	for (; count > 0 && next < end; count--)
		next = unit_end(phase, next);
	if (count > 0)
		*state = (struct state){ NEGATIVE, PAM_VALUE_REFUSED };
	return next;
}

size_t
pam_flow_jump(const struct pam_phase *phase, size_t at, int count, bool *ret_is_beyond)
{
	struct state state = beginning;
	size_t end = at + 1;
	while (end < phase->count && phase->steps[end].depth >= phase->steps[at].depth)
		end++;
	size_t next = jump(phase, at, end, count, &state);
	*ret_is_beyond = state.impression == NEGATIVE;
	return next;
}

/* The index of the step after AT in a stack that ends at END. */
static size_t
go_on(const struct pam_phase *phase, size_t at, size_t end, int value, int action,
	struct state entry, struct state *state)
{
	switch (apply(action, value, entry, state)) {
	case COURSE_LEAVE:
		return end;
	case COURSE_JUMP:
		return jump(phase, at, end, action, state);
	default:
		return at + 1;
	}
}

static int
outcome(struct state state)
{
	return state.status == PAM_VALUE_SUCCESS && state.impression != POSITIVE
		? PAM_VALUE_REFUSED
		: state.status;
}

struct run {
	const struct pam_phase *phase;
	int (*returns)(const struct pam_step *step, void *data);
	void *data;
	bool is_incomplete;
};

static struct state
run_stack(struct run *run, size_t at, size_t end, struct state entry)
{
	struct state state = entry;
	while (at < end && !run->is_incomplete) {
		const struct pam_step *step = &run->phase->steps[at];
		if (step->kind == PAM_STEP_SUBSTACK) {
			size_t after = unit_end(run->phase, at);
			state = run_stack(run, at + 1, after, state);
			at = after;
			continue;
		}
		int value = step->kind == PAM_STEP_FAILS ? PAM_VALUE_REFUSED
							 : run->returns(step, run->data),
		    action = PAM_ACTION_BAD;
		run->is_incomplete = value == PAM_VALUE_INCOMPLETE;
		if (value >= 0 && value < PAM_VALUE_COUNT)
			action = step->actions[value];
		else
			value = PAM_VALUE_REFUSED;
		at = go_on(run->phase, at, end, value, action, entry, &state);
	}
	return state;
}

int
pam_flow_run(const struct pam_phase *phase,
	int (*returns)(const struct pam_step *step, void *data), void *data)
{
	struct run run = { .phase = phase, .returns = returns, .data = data };
	struct state state = run_stack(&run, 0, phase->count, beginning);
	return run.is_incomplete ? PAM_VALUE_INCOMPLETE : outcome(state);
}

/* States told apart, as bits of a set: how libpam goes on depends on whether the status
 * is success alone, and whoever asks wants to know these statuses. */
static const int statuses[] = { PAM_VALUE_SUCCESS, PAM_VALUE_NEW_PASSWORD,
	PAM_VALUE_IGNORE, PAM_VALUE_REFUSED };

enum {
	STATUSES = sizeof statuses / sizeof *statuses,
	STATES = IMPRESSIONS * STATUSES,
};

typedef uint16_t states;

static unsigned
state_number(struct state state)
{
	unsigned i = 0;
	while (i < STATUSES - 1 && statuses[i] != state.status)
		i++;
	return state.impression * STATUSES + i;
}

static struct state
state_numbered(unsigned number)
{
	return (struct state){ number / STATUSES, statuses[number % STATUSES] };
}

/* How a state at a step was come to first. */
struct origin {
	size_t step;
	unsigned state;
	int value; /* -1: by going through the substack at STEP */
};

struct search {
	const struct pam_phase *phase;
	const uint32_t *values;
	/* of the substack that begins at a step: in which states it ends, by the state in
	 * which it begins; bit STATES: not worked out yet */
	states (*ends)[STATES];
	bool *reached; /* by step */
};

enum { OPEN = 1 << STATES };

static states
explore(struct search *search, size_t first, size_t end, unsigned entry,
	struct origin *ret_origins);

static states
explore_substack(struct search *search, size_t at, size_t end, unsigned entry)
{
	states *known = &search->ends[at][entry];
	if ((*known & OPEN) != 0)
		*known = explore(search, at + 1, end, entry, NULL);
	return *known;
}

/* Where STEP may lead, each pair of action and kind of status once. */
struct move {
	int value, action;
};

static size_t
moves_of(const struct pam_step *step, uint32_t values, struct move ret_moves[])
{
	size_t count = 0;
	if (step->kind == PAM_STEP_FAILS)
		values = 1u << PAM_VALUE_REFUSED;
	for (int value = 0; value < PAM_VALUE_INCOMPLETE; value++) {
		struct move move = { value, step->actions[value] };
		unsigned kind = state_number((struct state){ 0, value });
		size_t i = 0;
		while (i < count &&
			(ret_moves[i].action != move.action ||
				state_number((struct state){ 0, ret_moves[i].value }) !=
					kind))
			i++;
		if (i == count && (values & 1u << value) != 0)
			ret_moves[count++] = move;
	}
	return count;
}

struct range {
	size_t first, end;
	states *sets; /* by step from first to end */
	struct origin *origins; /* STATES a step, or NULL */
};

static void
reach(struct range *range, size_t step, unsigned state, struct origin from)
{
	states bit = (states)(1u << state), *set = &range->sets[step - range->first];
	if ((*set & bit) == 0 && range->origins != NULL)
		range->origins[(step - range->first) * STATES + state] = from;
	*set |= bit;
}

static void
explore_step(struct search *search, struct range *range, size_t at, unsigned entry)
{
	const struct pam_step *step = &search->phase->steps[at];
	states here = range->sets[at - range->first];
	struct move moves[PAM_VALUE_COUNT] = { 0 };
	search->reached[at] = true;
	size_t count = moves_of(step, search->values[at], moves);
	for (unsigned number = 0; number < STATES; number++) {
		if ((here & 1u << number) == 0)
			continue;
		if (step->kind == PAM_STEP_SUBSTACK) {
			size_t end = unit_end(search->phase, at);
			states ends = explore_substack(search, at, end, number);
			for (unsigned i = 0; i < STATES; i++)
				if ((ends & 1u << i) != 0)
					reach(range, end, i,
						(struct origin){ at, number, -1 });
			continue;
		}
		for (size_t i = 0; i < count; i++) {
			struct state state = state_numbered(number);
			size_t next = go_on(search->phase, at, range->end, moves[i].value,
				moves[i].action, state_numbered(entry), &state);
			reach(range, next, state_number(state),
				(struct origin){ at, number, moves[i].value });
		}
	}
}

/* The states in which the stack from FIRST to END may end when it begins in ENTRY. Every
 * way leads forward, so that one pass finds all. */
static states
explore(struct search *search, size_t first, size_t end, unsigned entry,
	struct origin *ret_origins)
{
	struct range range = { first, end, memory_new(end - first + 1, sizeof(states)),
		ret_origins };
	range.sets[0] = (states)(1u << entry);
	for (size_t at = first; at < end; at++)
		if (range.sets[at - first] != 0)
			explore_step(search, &range, at, entry);
	states last = range.sets[end - first];
	free(range.sets);
	return last;
}

static void
search_open(struct search *search, const struct pam_phase *phase, const uint32_t *values)
{
	*search = (struct search){ phase, values,
		memory_new(phase->count + 1, sizeof *search->ends),
		memory_new(phase->count + 1, sizeof *search->reached) };
	for (size_t i = 0; i < phase->count; i++)
		for (size_t k = 0; k < STATES; k++)
			search->ends[i][k] = OPEN;
}

static void
search_close(struct search *search)
{
	free(search->ends);
	free(search->reached);
}

/* All values that STATE's status stands for. */
static uint32_t
values_of(struct state state)
{
	uint32_t told = 0;
	int value = outcome(state);
	for (size_t i = 0; i < STATUSES - 1; i++)
		told |= 1u << statuses[i];
	return value == PAM_VALUE_REFUSED ? ~told : 1u << value;
}

uint32_t
pam_flow_outcomes(const struct pam_phase *phase, const uint32_t *values)
{
	struct search search;
	uint32_t outcomes = 0;
	search_open(&search, phase, values);
	states ends = explore(&search, 0, phase->count, state_number(beginning), NULL);
	for (unsigned i = 0; i < STATES; i++)
		if ((ends & 1u << i) != 0)
			outcomes |= values_of(state_numbered(i));
	search_close(&search);
	return outcomes;
}

bool *
pam_flow_reached(const struct pam_phase *phase, const uint32_t *values)
{
	struct search search;
	search_open(&search, phase, values);
	explore(&search, 0, phase->count, state_number(beginning), NULL);
	bool *reached = search.reached;
	search.reached = NULL;
	search_close(&search);
	return reached;
}

struct way {
	struct pam_event *events;
	size_t count;
};

/* Adds the events from FIRST to END, from ENTRY to the state LAST, last event first. */
static void
trace(struct search *search, size_t first, size_t end, unsigned entry, unsigned last,
	struct way *way)
{
	struct origin *origins = memory_new((end - first + 1) * STATES, sizeof *origins);
	explore(search, first, end, entry, origins);
	for (size_t at = end; at > first;) {
		struct origin from = origins[(at - first) * STATES + last];
		if (from.value < 0) {
			trace(search, from.step + 1, at, from.state, last, way);
		} else {
			way->events = memory_grow(
				way->events, way->count, sizeof *way->events);
			way->events[way->count++] = (struct pam_event){ from.step,
				from.value,
				search->phase->steps[from.step].actions[from.value], at };
		}
		at = from.step;
		last = from.state;
	}
	free(origins);
}

struct pam_event *
pam_flow_way(const struct pam_phase *phase, const uint32_t *values, uint32_t outcomes,
	size_t *ret_count)
{
	struct search search;
	struct way way = { 0 };
	unsigned entry = state_number(beginning), last = 0;
	search_open(&search, phase, values);
	states ends = explore(&search, 0, phase->count, entry, NULL);
	while (last < STATES &&
		((ends & 1u << last) == 0 ||
			(values_of(state_numbered(last)) & outcomes) == 0))
		last++;
	if (last < STATES)
		trace(&search, 0, phase->count, entry, last, &way);
	for (size_t i = 0; i < way.count / 2; i++) {
		struct pam_event event = way.events[i];
		way.events[i] = way.events[way.count - 1 - i];
		way.events[way.count - 1 - i] = event;
	}
	search_close(&search);
	*ret_count = way.count;
	return way.events;
}
