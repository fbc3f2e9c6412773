#include "enforcer/guard_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char administrators[] = "administrators";

static const char *
passage_text(enum passage passage, const char *how)
{
	switch (passage) {
	case PASSAGE_CLOSED:
		return "refused";
	case PASSAGE_LACKING:
		return "nothing works";
	case PASSAGE_UNKNOWN:
		return "not known";
	case PASSAGE_OPEN:
		break;
	}
	return how != NULL ? how : "open";
}

static char *
door_how(const struct door *door)
{
	switch (door->kind) {
	case DOOR_SSH:
		return memory_text("ssh");
	case DOOR_CONSOLE:
		return strcmp(door->service, "login") == 0
			? memory_text("console")
			: memory_printf("console (%s)", door->service);
	case DOOR_SUDO:
		return memory_text("sudo");
	case DOOR_SU:
		return memory_text("su");
	case DOOR_SERVICE:
		return memory_text(door->service);
	case DOOR_PORT:
	case DOOR_STACK:
		break;
	}
	return memory_printf("ssh %s", door->name);
}

static bool
is_listed(const struct plan_note *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i].name, name) == 0)
			return true;
	return false;
}

const char *
guard_asking_control(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->asked_count; i++)
		if (strcmp(plan->asked[i].name, name) == 0)
			return plan->asked[i].text;
	return NULL;
}

void
guard_ask_policy(struct guard_pair *hosts, const struct door *door)
{
	const struct policy *policy = hosts->before->policy;
	struct plan *plan = hosts->plan;
	for (size_t i = 0; i < policy->count; i++) {
		const struct control *control = &policy->controls[i];
		if (guard_asking_control(plan, door->name) != NULL ||
			control->kind->closes == NULL ||
			!control->kind->closes(hosts->after, control, door))
			continue;
		plan_add_note(&plan->asked, &plan->asked_count, door->name, control->id);
	}
}

/* "REASON (FILE:LINE)" */
static char *
reason_text(const char *reason, struct place place)
{
	unsigned line, column;
	if (place.file == NULL || place.file->state != FILE_READ)
		return memory_text(reason);
	bytes_position(place.file->bytes, place.offset, &line, &column);
	return memory_printf("%s (%s:%u)", reason, place.file->path, line);
}

void
guard_add_loss(struct guard *guard, const char *name, char *reason, const char *remedy)
{
	for (size_t i = 0; i < guard->loss_count; i++)
		if (strcmp(guard->losses[i].name, name) == 0) {
			free(reason);
			return;
		}
	guard->losses = memory_grow(
		guard->losses, guard->loss_count, sizeof *guard->losses);
	guard->losses[guard->loss_count++] = (struct guard_loss){
		.name = memory_text(name),
		.reason = reason,
		.remedy = remedy != NULL ? memory_text(remedy) : NULL,
	};
}

enum guard_mark
guard_mark_loss(const struct plan *plan, const char *name, bool may_be_asked)
{
	if (may_be_asked && guard_asking_control(plan, name) != NULL)
		return GUARD_ASKED;
	return is_listed(plan->accepted, plan->accepted_count, name) ? GUARD_ACCEPTED
								     : GUARD_LOST;
}

static struct guard_row *
add_row(struct guard *guard, const char *who, char *how, const char *from,
	const char *before, const char *after, enum guard_mark mark)
{
	guard->rows = memory_grow(guard->rows, guard->row_count, sizeof *guard->rows);
	struct guard_row *row = &guard->rows[guard->row_count++];
	*row = (struct guard_row){ .who = memory_text(who),
		.how = how,
		.from = memory_text(from),
		.before = memory_text(before),
		.after = memory_text(after),
		.mark = mark };
	return row;
}

/* Without loss a door is narrowed from one through which nobody comes, for want of a key,
 * to one that is shut: see compare_all for when that is the last. */
static bool
is_narrower(enum passage before, enum passage after)
{
	return after < before && before > PASSAGE_LACKING;
}

/* What is worth a row although nothing changes. */
static bool
is_shown(const struct door *door)
{
	return door->who != NULL && (door->is_used || !door->is_pseudo) &&
		(door->kind == DOOR_SSH || door->kind == DOOR_CONSOLE);
}

/* Whether it counts as a way in: a pseudo terminal does where somebody came by one. */
static bool
leads_in(const struct door *door, bool by_ssh)
{
	return door->kind == DOOR_SSH ||
		(door->kind == DOOR_CONSOLE && !by_ssh &&
			(door->is_used || !door->is_pseudo));
}

static void
compare_doors(struct guard_pair *hosts, const struct door *old, const struct door *new)
{
	struct guard *guard = hosts->guard;
	bool lost = is_narrower(old->passage, new->passage);
	bool changed = old->passage != new->passage;
	enum guard_mark mark = new->passage > old->passage ? GUARD_GAINED : GUARD_SAME;
	if (lost) {
		guard_ask_policy(hosts, new);
		mark = guard_mark_loss(hosts->plan, new->name, true);
	}
	if (!changed && !is_shown(old))
		return;
	const char *who = old->who != NULL ? old->who
		: old->kind == DOOR_PORT   ? "everybody"
					   : "any other user";
	autofree char *from = memory_printf(
		"%s%s", old->from, old->is_used ? " (logged in)" : "");
	struct guard_row *row = add_row(guard, who, door_how(old), from,
		passage_text(old->passage, old->how),
		passage_text(new->passage, new->how), mark);
	const struct door *untold = new->passage == PASSAGE_UNKNOWN ? new : old;
	if (untold->passage == PASSAGE_UNKNOWN)
		row->unknown = reason_text(untold->reason, untold->place);
	if (mark == GUARD_ASKED)
		row->control = memory_text(guard_asking_control(hosts->plan, new->name));
	if (mark == GUARD_LOST)
		guard_add_loss(guard, new->name, reason_text(new->reason, new->place),
			new->remedy);
}

/* How far the best door of all administrators is open, BY_SSH or in any way; TO_ROOT: as
 * far as he becomes root behind it. */
static enum passage
best_of(const struct doors_scope *scope, const struct doors *doors, bool by_ssh,
	bool to_root)
{
	enum passage best = PASSAGE_CLOSED;
	for (size_t i = 0; i < scope->person_count; i++) {
		const char *who = scope->persons[i].name;
		enum passage in = PASSAGE_CLOSED, up = PASSAGE_CLOSED;
		bool is_root = true; /* asked about sudo and su: he is not */
		for (size_t k = 0; k < doors->count && scope->persons[i].is_admin; k++) {
			const struct door *door = &doors->items[k];
			if (door->who != who)
				continue;
			enum passage passage = door->passage;
			if (door->is_example && passage == PASSAGE_OPEN)
				passage = PASSAGE_UNKNOWN;
			if (leads_in(door, by_ssh) && passage > in)
				in = passage;
			if (door->kind != DOOR_SUDO && door->kind != DOOR_SU)
				continue;
			is_root = false;
			if (door->passage > up)
				up = door->passage;
		}
		if (is_root || !to_root)
			up = PASSAGE_OPEN;
		enum passage both = in < up ? in : up;
		best = both > best ? both : best;
	}
	return best;
}

/* What all administrators together lose. That the policy asks for each single loss does
 * not count: nobody wants to be shut out. */
static void
compare_all(struct guard_pair *hosts, bool by_ssh)
{
	enum passage before = best_of(&hosts->scope, &hosts->olds, by_ssh, true);
	enum passage after = best_of(&hosts->scope, &hosts->news, by_ssh, true);
	const char *name = by_ssh ? "ssh:administrators" : "any:administrators";
	bool to_root = after < before;
	/* where none could be root before, that one comes in counts all the more */
	if (!to_root) {
		before = best_of(&hosts->scope, &hosts->olds, by_ssh, false);
		after = best_of(&hosts->scope, &hosts->news, by_ssh, false);
	}
	if (after >= before)
		return;
	enum guard_mark mark = guard_mark_loss(hosts->plan, name, false);
	add_row(hosts->guard, administrators, memory_text(by_ssh ? "ssh" : "any way"), "",
		passage_text(before, NULL), passage_text(after, NULL), mark);
	if (mark != GUARD_LOST)
		return;
	const char *where = by_ssh ? "over ssh" : "in any way";
	char *reason = after == PASSAGE_UNKNOWN
		? memory_printf("whether an administrator still comes in %s%s is not "
				"known",
			  where, to_root ? " and can be root" : "")
		: before > PASSAGE_LACKING
		? memory_printf("no administrator would come in %s%s", where,
			  to_root ? " and could be root" : "")
		: memory_printf("no administrator would come in %s, whatever key or "
				"password he had",
			  where);
	guard_add_loss(hosts->guard, name, reason,
		"let an administrator in who is not root: with a key that works, and "
		"sudo");
}

static bool
begins_with(const char *text, const char *const *beginnings)
{
	for (; *beginnings != NULL; beginnings++)
		if (strncmp(text, *beginnings, strlen(*beginnings)) == 0)
			return true;
	return false;
}

static bool
touches(const struct plan *plan)
{
	static const char *const files[] = { "/etc/ssh/", "/etc/pam.d/", "/etc/pam.conf",
		"/etc/security/", "/etc/holdfast/", "/etc/passwd", "/etc/shadow",
		"/etc/group", "/etc/sudoers", "/etc/nsswitch.conf", NULL };
	for (size_t i = 0; i < plan->changes.count; i++)
		if (begins_with(plan->changes.items[i].file, files))
			return true;
	return false;
}

void
guard_judge(const struct context *context, struct plan *plan,
	const struct sessions *sessions, struct guard *ret_guard)
{
	struct host *layer = host_layer(context->host);
	struct context after = *context;
	struct guard_pair hosts = {
		.before = context, .after = &after, .plan = plan, .guard = ret_guard
	};
	*ret_guard = (struct guard){ .touches = touches(plan) };
	after.host = layer;
	for (size_t i = 0; i < plan->changes.count; i++) {
		const struct change *change = &plan->changes.items[i];
		if (change->action == CHANGE_REMOVE)
			host_remove(layer, change->file);
		else
			host_put(layer, change->file,
				(struct bytes){ change->new_data, change->new_size });
	}
	doors_scope_open(context, &after, sessions, &hosts.scope);
	ret_guard->cut = hosts.scope.cut;
	ret_guard->unjudged = hosts.scope.no_accounts;
	hosts.scope.no_accounts = NULL;
	doors_ask(context, &hosts.scope, &hosts.olds);
	doors_ask(&after, &hosts.scope, &hosts.news);
	for (size_t i = 0; i < hosts.olds.count; i++)
		compare_doors(&hosts, &hosts.olds.items[i], &hosts.news.items[i]);
	compare_all(&hosts, true);
	compare_all(&hosts, false);
	guard_check_stacks(&hosts);
	doors_free(&hosts.olds);
	doors_free(&hosts.news);
	doors_scope_free(&hosts.scope);
	host_free(layer);
}

void
guard_free(struct guard *guard)
{
	for (size_t i = 0; i < guard->row_count; i++) {
		struct guard_row *row = &guard->rows[i];
		free(row->who);
		free(row->how);
		free(row->from);
		free(row->before);
		free(row->after);
		free(row->control);
		free(row->unknown);
	}
	for (size_t i = 0; i < guard->loss_count; i++) {
		free(guard->losses[i].name);
		free(guard->losses[i].reason);
		free(guard->losses[i].remedy);
	}
	plan_free_notes(guard->shared, guard->shared_count);
	free(guard->rows);
	free(guard->losses);
	free(guard->unjudged);
	*guard = (struct guard){ 0 };
}
