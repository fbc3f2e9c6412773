#include "enforcer/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/evaluate.h"
#include "policy/models/pam/pam_services.h"

/* The host with the remedies so far. */
struct planner {
	const struct context *context; /* the host as it is */
	struct host **layers; /* each upon the one before */
	size_t layer_count;
	struct evaluation now; /* of every control of the policy, on the last layer */
	const struct plan_chooser *chooser;
	struct plan *plan;
	/* the ids of the controls whose edits touch a file */
	struct touched {
		char *file, *controls;
		mode_t mode;
	} * touched;
	size_t touched_count;
};

static struct context
on_host(const struct planner *planner, struct host *host)
{
	struct context context = *planner->context;
	context.host = host;
	return context;
}

static struct host *
top(const struct planner *planner)
{
	return planner->layer_count > 0 ? planner->layers[planner->layer_count - 1]
					: planner->context->host;
}

static void
refuse(struct plan *plan, const struct control *control, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void
refuse(struct plan *plan, const struct control *control, const char *format, ...)
{
	va_list args;
	plan->refusals = memory_grow(
		plan->refusals, plan->refusal_count, sizeof *plan->refusals);
	va_start(args, format);
	plan->refusals[plan->refusal_count++] = (struct refusal){
		.control = memory_text(control->id),
		.reason = memory_vprintf(format, args),
	};
	va_end(args);
}

static size_t
gap_count(const struct result *result)
{
	size_t count = 0;
	for (size_t i = 0; i < result->findings.count; i++)
		count += evaluation_is_gap(result->findings.items[i].verdict);
	return count;
}

static bool
is_worse(const struct result *before, const struct result *after)
{
	static const int badness[VERDICT_COUNT] = {
		[VERDICT_PASS] = 0,
		[VERDICT_NOT_APPLICABLE] = 0,
		[VERDICT_WAIVED] = 1,
		[VERDICT_MANUAL] = 2,
		[VERDICT_UNKNOWN] = 3,
		[VERDICT_FAIL] = 4,
		[VERDICT_INVALID] = 5,
	};
	if (before->verdict != after->verdict)
		return badness[after->verdict] > badness[before->verdict];
	return gap_count(after) > gap_count(before);
}

static char *
text_or_absent(const struct kind *kind, const char *answer)
{
	const char *text = answer != NULL ? answer : kind->absent;
	return text != NULL ? memory_text(text) : NULL;
}

static void
add_effect(struct plan *plan, const struct control *control, const char *subject,
	const char *before, const char *after)
{
	plan->effects = memory_grow(
		plan->effects, plan->effect_count, sizeof *plan->effects);
	plan->effects[plan->effect_count++] = (struct effect){
		.control = memory_text(control->id),
		.kind = memory_text(control->kind->name),
		.subject = memory_text(subject),
		.before = text_or_absent(control->kind, before),
		.after = text_or_absent(control->kind, after),
	};
}

/* By subject; those of one subject stay in the kind's order. */
static int
by_subject(const void *a, const void *b)
{
	const struct answer *x = *(const struct answer *const *)a,
			    *y = *(const struct answer *const *)b;
	int order = strcmp(x->subject, y->subject);
	return order != 0 ? order : x < y ? -1 : x > y;
}

static const struct answer **
sorted_answers(const struct answers *answers)
{
	const struct answer **sorted = memory_new(answers->count, sizeof *sorted);
	for (size_t i = 0; i < answers->count; i++)
		sorted[i] = &answers->items[i];
	qsort(sorted, answers->count, sizeof *sorted, by_subject);
	return sorted;
}

/* Makes an effect of each answer that differs, in the kind's order; those that come new
 * are last. */
static void
add_differences(struct plan *plan, const struct control *control,
	const struct answers *before, const struct answers *after)
{
	autofree const struct answer **olds = sorted_answers(before);
	autofree const struct answer **news = sorted_answers(after);
	/* the answer after for each one before; whether one after was there before */
	autofree const struct answer **twins = memory_new(before->count, sizeof *twins);
	autofree bool *is_old = memory_new(after->count, sizeof *is_old);
	for (size_t i = 0, k = 0; i < before->count && k < after->count;) {
		int order = strcmp(olds[i]->subject, news[k]->subject);
		if (order == 0) {
			twins[olds[i] - before->items] = news[k];
			is_old[news[k] - after->items] = true;
		}
		i += order <= 0;
		k += order >= 0;
	}
	for (size_t i = 0; i < before->count; i++) {
		const struct answer *was = &before->items[i];
		const char *value = twins[i] != NULL ? twins[i]->value : NULL;
		if (value == NULL || strcmp(was->value, value) != 0)
			add_effect(plan, control, was->subject, was->value, value);
	}
	for (size_t k = 0; k < after->count; k++)
		if (!is_old[k])
			add_effect(plan, control, after->items[k].subject, NULL,
				after->items[k].value);
}

/* What EFFECT is about, for a sentence. The caller frees. */
static char *
subject_text(const struct kind *kind, const struct effect *effect)
{
	autobuffer struct buffer text = { 0 };
	const char *part = effect->subject;
	if (kind->columns == NULL)
		return memory_text(effect->subject);
	for (const char *const *name = kind->columns; *name != NULL; name++) {
		size_t size = strcspn(part, "\t");
		buffer_printf(&text, "%s%s %.*s", text.size > 0 ? ", " : "(", *name,
			(int)size, part);
		part += size + (part[size] != '\0');
	}
	buffer_text(&text, ")");
	return buffer_take(&text);
}

/* Compares what the daemon answers before and after. Returns -1 with *err at answers that
 * change and must not; the effects are in the plan. */
static int
compare_answers(struct planner *planner, const struct control *control,
	const struct context *before_context, const struct context *after_context,
	struct error *err)
{
	struct answers before = { 0 }, after = { 0 };
	struct plan *plan = planner->plan;
	size_t first = plan->effect_count, unwanted = 0;
	control->kind->answers(before_context, control, &before);
	control->kind->answers(after_context, control, &after);
	add_differences(plan, control, &before, &after);
	answers_free(&before);
	answers_free(&after);
	const struct effect *worst = NULL;
	for (size_t i = first; i < plan->effect_count; i++) {
		struct effect *effect = &plan->effects[i];
		effect->unwanted = !control->kind->wants(
			control, effect->subject, effect->before, effect->after);
		unwanted += effect->unwanted;
		if (effect->unwanted && worst == NULL)
			worst = effect;
	}
	if (worst == NULL)
		return 0;
	autofree char *subject = subject_text(control->kind, worst);
	autofree char *more = unwanted > 1 ? memory_printf(", and %zu more", unwanted - 1)
					   : memory_text("");
	return error_set(err, "the remedy would also change %s from %s to %s%s", subject,
		worst->before ? worst->before : "(none)",
		worst->after ? worst->after : "(none)", more);
}

static void
free_effect(struct effect *effect)
{
	free(effect->control);
	free(effect->kind);
	free(effect->subject);
	free(effect->before);
	free(effect->after);
}

/* Of the effects from COUNT on, which are of a refused remedy, those stay that say why.
 */
static void
drop_effects(struct plan *plan, size_t count)
{
	size_t kept = count;
	for (size_t i = count; i < plan->effect_count; i++)
		if (plan->effects[i].unwanted)
			plan->effects[kept++] = plan->effects[i];
		else
			free_effect(&plan->effects[i]);
	plan->effect_count = kept;
}

/* Whether a second remedy has nothing to add. */
static bool
is_settled(const struct context *context, const struct control *control)
{
	struct edits again = { 0 };
	struct error ignored = ERROR_INIT;
	bool failed = control->kind->remedy(context, control, &again, &ignored) < 0;
	bool settled = failed || again.count == 0;
	edits_free(&again);
	error_clear(&ignored);
	return settled;
}

/* ": REASON" of the first gap among FINDINGS, "" when it has none. The caller frees. */
static char *
first_reason(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		if (evaluation_is_gap(finding->verdict))
			return memory_printf(": %s",
				finding->why != NULL ? finding->why : finding->subject);
	}
	return memory_text("");
}

/* Judges LAYER, which has the edits of the control at INDEX; *ret_evaluation is of all
 * controls, for the caller to free, also after -1. COMPLETE: no edit was left out. */
static int
verify(struct planner *planner, size_t index, struct host *layer, bool complete,
	struct evaluation *ret_evaluation, struct error *err)
{
	const struct policy *policy = planner->context->policy;
	const struct control *control = &policy->controls[index];
	struct context before = on_host(planner, top(planner)),
		       after = on_host(planner, layer);
	evaluate(&after, NULL, 0, ret_evaluation);
	const struct result *olds = planner->now.items, *results = ret_evaluation->items;
	if (complete && results[index].verdict != VERDICT_PASS) {
		autofree char *why = first_reason(&results[index].findings);
		return error_set(err, "the remedy does not suffice: still %s%s",
			verdict_name(results[index].verdict), why);
	}
	for (size_t i = 0; i < policy->count; i++)
		if (is_worse(&olds[i], &results[i]))
			return error_set(err, "the remedy would turn %s from %s to %s",
				policy->controls[i].id, verdict_name(olds[i].verdict),
				verdict_name(results[i].verdict));
	if (complete && !is_settled(&after, control))
		return error_set(err, "the remedy would have to be repeated");
	return compare_answers(planner, control, &before, &after, err);
}

static void
touch(struct planner *planner, const struct control *control, const struct edit *edit)
{
	struct touched *touched = NULL;
	for (size_t i = 0; i < planner->touched_count; i++)
		if (strcmp(planner->touched[i].file, edit->file) == 0)
			touched = &planner->touched[i];
	if (touched == NULL) {
		planner->touched = memory_grow(planner->touched, planner->touched_count,
			sizeof *planner->touched);
		touched = &planner->touched[planner->touched_count++];
		*touched = (struct touched){ .file = memory_text(edit->file),
			.controls = memory_text(control->id) };
	} else {
		const char *last = strrchr(touched->controls, ' ');
		last = last != NULL ? last + 1 : touched->controls;
		if (strcmp(last, control->id) != 0) {
			char *both = memory_printf(
				"%s %s", touched->controls, control->id);
			free(touched->controls);
			touched->controls = both;
		}
	}
	if (edit->action == EDIT_CREATE)
		touched->mode = edit->mode;
}

/* Leaves out the edits that the chooser does not accept; returns how many. */
static size_t
leave_out(
	const struct planner *planner, const struct control *control, struct edits *edits)
{
	size_t kept = 0, count = edits->count;
	if (planner->chooser == NULL)
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct edit edit = edits->items[i];
		if (planner->chooser->accept(planner->chooser->data, control, &edit,
			    host_file(top(planner), edit.file))) {
			edits->items[kept++] = edit;
			continue;
		}
		free(edit.file);
		free(edit.text);
		free(edit.why);
	}
	edits->count = kept;
	return count - kept;
}

/* Lays the edits upon the host when they are verified. */
static int
take(struct planner *planner, size_t index, const struct edits *edits, bool complete,
	struct error *err)
{
	const struct policy *policy = planner->context->policy;
	struct host *below = top(planner), *layer = host_layer(below);
	struct evaluation then = { 0 };
	size_t effect_count = planner->plan->effect_count;
	int result = edits_apply(edits, below, layer, err);
	if (result == 0)
		result = verify(planner, index, layer, complete, &then, err);
	if (result != 0) {
		drop_effects(planner->plan, effect_count);
		evaluation_free(&then);
		host_free(layer);
		return -1;
	}
	evaluation_free(&planner->now);
	planner->now = then;
	planner->layers = memory_grow(
		planner->layers, planner->layer_count, sizeof *planner->layers);
	planner->layers[planner->layer_count++] = layer;
	for (size_t i = 0; i < edits->count; i++)
		touch(planner, &policy->controls[index], &edits->items[i]);
	return 0;
}

static void
remedy(struct planner *planner, size_t index)
{
	const struct control *control = &planner->context->policy->controls[index];
	struct context context = on_host(planner, top(planner));
	struct edits edits = { 0 };
	struct error err = ERROR_INIT;
	size_t left_out = 0;
	if (control->kind->remedy == NULL)
		error_set(
			&err, "there is no remedy for the kind %s", control->kind->name);
	else if (control->kind->remedy(&context, control, &edits, &err) == 0 &&
		edits.count == 0)
		error_set(&err, "the remedy has nothing to change");
	if (err.text == NULL) {
		left_out = leave_out(planner, control, &edits);
		if (edits.count == 0)
			error_set(&err, "not wanted");
		else
			take(planner, index, &edits, left_out == 0, &err);
	}
	if (err.text != NULL)
		refuse(planner->plan, control, "%s", err.text);
	else if (left_out > 0 && planner->now.items[index].verdict != VERDICT_PASS)
		refuse(planner->plan, control, "%zu of its changes not wanted", left_out);
	edits_free(&edits);
	error_clear(&err);
}

/* The bytes of PATH before and after become a change. */
static void
add_change(struct planner *planner, const struct touched *touched)
{
	struct changes *changes = &planner->plan->changes;
	const struct file *before = host_file(planner->context->host, touched->file);
	const struct file *after = host_file(top(planner), touched->file);
	bool was = before->state == FILE_READ, is = after->state == FILE_READ;
	if (was == is && (!was || bytes_equal(before->bytes, after->bytes)))
		return;
	struct change change = {
		.action = !was ? CHANGE_CREATE
			: !is  ? CHANGE_REMOVE
			       : CHANGE_REPLACE,
		.file = memory_text(touched->file),
		.controls = memory_text(touched->controls),
		.mode = touched->mode,
	};
	if (was) {
		change.old_data = memory_copy(before->bytes.data, before->bytes.size);
		change.old_size = before->bytes.size;
		memcpy(change.old_sha256, file_sha256(before), sizeof change.old_sha256);
	}
	if (is) {
		change.new_data = memory_copy(after->bytes.data, after->bytes.size);
		change.new_size = after->bytes.size;
	}
	changes->items = memory_grow(
		changes->items, changes->count, sizeof *changes->items);
	changes->items[changes->count++] = change;
}

static void
planner_free(struct planner *planner)
{
	evaluation_free(&planner->now);
	while (planner->layer_count > 0)
		host_free(planner->layers[--planner->layer_count]);
	free(planner->layers);
	for (size_t i = 0; i < planner->touched_count; i++) {
		free(planner->touched[i].file);
		free(planner->touched[i].controls);
	}
	free(planner->touched);
}

void
plan_add_note(struct plan_note **notes, size_t *count, const char *name, const char *text)
{
	*notes = memory_grow(*notes, *count, sizeof **notes);
	(*notes)[(*count)++] = (struct plan_note){
		.name = memory_text(name),
		.text = text != NULL ? memory_text(text) : NULL,
	};
}

void
plan_free_notes(struct plan_note *notes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(notes[i].name);
		free(notes[i].text);
	}
	free(notes);
}

/* PAM's files come last, and among them those that many services share: what a line asks
 * for is there before the line, and a run that is cut short has touched no login. What is
 * PAM's its stacks tell, for a link leads anywhere. */
static int
file_rank(const struct context *context, const char *file)
{
	static const char folder[] = "/etc/pam.d/";
	struct name_list services;
	if (strcmp(file, "/etc/pam.conf") == 0)
		return 2;
	pam_services_read(context, file, &services);
	size_t count = services.count;
	name_list_free(&services);
	if (count > 0)
		return count > 1 ? 2 : 1;
	return strncmp(file, folder, sizeof folder - 1) == 0 ? 1 : 0;
}

/* Keeps the order of the remedies otherwise. */
static void
sort_changes(const struct context *context, struct changes *changes)
{
	autofree int *ranks = memory_new(changes->count + 1, sizeof *ranks);
	for (size_t i = 0; i < changes->count; i++) {
		struct change change = changes->items[i];
		int rank = file_rank(context, change.file);
		size_t k = i;
		for (; k > 0 && ranks[k - 1] > rank; k--) {
			changes->items[k] = changes->items[k - 1];
			ranks[k] = ranks[k - 1];
		}
		changes->items[k] = change;
		ranks[k] = rank;
	}
}

static void
note_assumptions(const struct value *assume, struct plan *plan)
{
	for (size_t i = 0; assume != NULL && i < assume->count; i++)
		if (assume->entries[i].value.type == VALUE_TEXT)
			plan_add_note(&plan->assumed, &plan->assumed_count,
				assume->entries[i].key, assume->entries[i].value.text);
}

static void
add_remarks(
	const struct control *control, const struct findings *findings, struct plan *plan)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].is_note)
			plan_add_note(&plan->remarks, &plan->remark_count, control->id,
				findings->items[i].have);
}

/* "2 high, 1 low": how many controls that do not hold there are of each risk. The caller
 * frees. */
static char *
describe_risks(const struct evaluation *evaluation)
{
	autobuffer struct buffer text = { 0 };
	for (int risk = RISK_HIGH; risk >= RISK_NONE; risk--) {
		size_t count = evaluation_gaps(evaluation, (enum risk)risk);
		if (count > 0)
			buffer_printf(&text, "%s%zu %s", text.size > 0 ? ", " : "", count,
				risk_name((enum risk)risk));
	}
	if (text.size == 0)
		buffer_text(&text, "none");
	return buffer_take(&text);
}

int
plan_make(const struct context *context, const char *const *ids, size_t id_count,
	const struct plan_chooser *chooser, struct plan *ret_plan, struct error *err)
{
	const struct policy *policy = context->policy;
	struct planner planner = {
		.context = context, .chooser = chooser, .plan = ret_plan
	};
	*ret_plan = (struct plan){ .policy_file = memory_text(policy->file) };
	memcpy(ret_plan->policy_sha256, policy->sha256, sizeof ret_plan->policy_sha256);
	ret_plan->root = realpath(host_root(context->host), NULL);
	if (ret_plan->root == NULL)
		return error_set(
			err, "%s: %s", host_root(context->host), strerror(errno));
	evaluate(context, NULL, 0, &planner.now);
	ret_plan->risk_before = describe_risks(&planner.now);
	for (size_t i = 0; i < policy->count; i++) {
		const struct control *control = &policy->controls[i];
		/* a remedy before may have changed the verdict */
		enum verdict verdict = planner.now.items[i].verdict;
		if (!evaluate_is_chosen(control, ids, id_count))
			continue;
		add_remarks(control, &planner.now.items[i].findings, ret_plan);
		if (verdict == VERDICT_FAIL) {
			remedy(&planner, i);
		} else if (evaluation_is_gap(verdict)) {
			autofree char *why = first_reason(&planner.now.items[i].findings);
			refuse(ret_plan, control, "%s, so there is no remedy%s",
				verdict_name(verdict), why);
		}
	}
	ret_plan->risk_after = describe_risks(&planner.now);
	for (size_t i = 0; i < planner.touched_count; i++)
		add_change(&planner, &planner.touched[i]);
	sort_changes(context, &ret_plan->changes);
	note_assumptions(policy->assume, ret_plan);
	planner_free(&planner);
	return 0;
}

void
plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->effect_count; i++)
		free_effect(&plan->effects[i]);
	for (size_t i = 0; i < plan->refusal_count; i++) {
		free(plan->refusals[i].control);
		free(plan->refusals[i].reason);
	}
	plan_free_notes(plan->assumed, plan->assumed_count);
	plan_free_notes(plan->remarks, plan->remark_count);
	plan_free_notes(plan->asked, plan->asked_count);
	plan_free_notes(plan->accepted, plan->accepted_count);
	free(plan->effects);
	free(plan->refusals);
	changes_free(&plan->changes);
	free(plan->risk_before);
	free(plan->risk_after);
	free(plan->root);
	free(plan->policy_file);
	*plan = (struct plan){ 0 };
}
