/* Files of PAM that several services share are changed on request alone. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/guard_parts.h"
#include "policy/models/pam/pam_services.h"

enum { NAMED_MAX = 5 }; /* services named in one reason */

static const char folder[] = "/etc/pam.d/";

/* The file of PAM is named as it is included; any other by its path. */
static const char *
name_of(const char *file)
{
	const char *name = file + sizeof folder - 1;
	return strncmp(file, folder, sizeof folder - 1) == 0 && strchr(name, '/') == NULL
		? name
		: file;
}

/* FILE is changed. By its own service alone it is used as a matter of course: that of its
 * name or, when it has another place, the only one that reads it. */
static void
check_stack(struct guard_pair *pair, const char *file)
{
	autobuffer struct buffer named = { 0 };
	const char *own = name_of(file);
	autofree char *name = memory_printf("stack:%s", own);
	struct door door = { .kind = DOOR_STACK, .name = name, .service = (char *)own };
	struct name_list services;
	size_t count = 0;
	pam_services_read(pair->before, file, &services);
	pair->guard->touches = pair->guard->touches || services.count > 0;
	for (size_t i = 0; i < services.count; i++) {
		const char *service = services.names[i];
		if (strcmp(service, own) == 0 || (own == file && services.count == 1))
			continue;
		if (count++ < NAMED_MAX)
			buffer_printf(
				&named, "%s%s", named.size > 0 ? ", " : "", service);
	}
	name_list_free(&services);
	if (count == 0)
		return;
	if (count > NAMED_MAX)
		buffer_printf(&named, " and %zu more", count - NAMED_MAX);
	guard_ask_policy(pair, &door);
	enum guard_mark mark = guard_mark_loss(pair->plan, name, true);
	if (mark != GUARD_LOST) {
		const char *control = guard_asking_control(pair->plan, name);
		autofree char *text = memory_printf("%s use it%s; %s%s", named.data,
			own == file ? "" : " too",
			mark == GUARD_ASKED ? "asked for by " : "accepted",
			mark == GUARD_ASKED ? control : "");
		plan_add_note(
			&pair->guard->shared, &pair->guard->shared_count, file, text);
		return;
	}
	guard_add_loss(pair->guard, name,
		memory_printf("%s is changed, which %s use%s", file, named.data,
			own == file ? "" : " too"),
		NULL);
}

void
guard_check_stacks(struct guard_pair *pair)
{
	for (size_t i = 0; i < pair->plan->changes.count; i++) {
		const struct change *change = &pair->plan->changes.items[i];
		if (change->action != CHANGE_CREATE)
			check_stack(pair, change->file);
	}
}
