/* Files of PAM that several services share are changed on request alone. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/guard_parts.h"
#include "policy/models/pam_person.h"

enum { NAMED_MAX = 5 }; /* services named in one reason */

static const char folder[] = "/etc/pam.d/";

/* The service whose file FILE is; NULL when it is none. */
static const char *
service_of(const char *file)
{
	const char *name = file + sizeof folder - 1;
	return strncmp(file, folder, sizeof folder - 1) == 0 && strchr(name, '/') == NULL
		? name
		: NULL;
}

static bool
uses(const struct context *context, const char *service, const char *file)
{
	const struct pam_stack *stack = pam_person_stack(context, service);
	for (size_t i = 0; i < stack->file_count; i++)
		if (strcmp(stack->files[i]->target, file) == 0)
			return true;
	return false;
}

/* FILE is the service OWN's. */
static void
check_stack(struct guard_pair *pair, const char *file, const char *own,
	const struct name_list *services)
{
	autobuffer struct buffer named = { 0 };
	autofree char *name = memory_printf("stack:%s", own);
	struct door door = { .kind = DOOR_STACK, .name = name, .service = (char *)own };
	size_t count = 0;
	for (size_t i = 0; i < services->count; i++) {
		const char *service = services->names[i];
		if (strcmp(service, own) == 0 || strchr(service, '.') != NULL ||
			!uses(pair->before, service, file))
			continue;
		if (count++ < NAMED_MAX)
			buffer_printf(
				&named, "%s%s", named.size > 0 ? ", " : "", service);
	}
	if (count == 0)
		return;
	if (count > NAMED_MAX)
		buffer_printf(&named, " and %zu more", count - NAMED_MAX);
	guard_ask_policy(pair, &door);
	enum guard_mark mark = guard_mark_loss(pair->plan, name, true);
	if (mark != GUARD_LOST) {
		const char *control = guard_asking_control(pair->plan, name);
		autofree char *text = memory_printf("%s use it too; %s%s", named.data,
			mark == GUARD_ASKED ? "asked for by " : "accepted",
			mark == GUARD_ASKED ? control : "");
		plan_add_note(
			&pair->guard->shared, &pair->guard->shared_count, file, text);
		return;
	}
	guard_add_loss(pair->guard, name,
		memory_printf("%s is changed, which %s use too", file, named.data), NULL);
}

void
guard_check_stacks(struct guard_pair *pair)
{
	struct name_list services = { 0 };
	if (host_list(pair->before->host, "/etc/pam.d", &services, NULL) < 0)
		return;
	for (size_t i = 0; i < pair->plan->changes.count; i++) {
		const struct change *change = &pair->plan->changes.items[i];
		const char *own = service_of(change->file);
		if (own != NULL && change->action != CHANGE_CREATE)
			check_stack(pair, change->file, own, &services);
	}
	name_list_free(&services);
}
