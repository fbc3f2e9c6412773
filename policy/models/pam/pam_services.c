#include "policy/models/pam/pam_services.h"

#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_folders.h"
#include "policy/models/pam/pam_person.h"

static bool
reads(const struct context *context, const char *service, const char *target)
{
	const struct pam_stack *stack = pam_person_stack(context, service);
	for (size_t i = 0; i < stack->file_count; i++)
		if (strcmp(stack->files[i]->target, target) == 0)
			return true;
	return false;
}

static void
add(struct name_list *services, const char *name)
{
	size_t at = services->count;
	while (at > 0 && strcmp(services->names[at - 1], name) > 0)
		at--;
	if (at > 0 && strcmp(services->names[at - 1], name) == 0)
		return;
	services->names = memory_grow(
		services->names, services->count, sizeof *services->names);
	memmove(services->names + at + 1, services->names + at,
		(services->count - at) * sizeof *services->names);
	services->names[at] = memory_text(name);
	services->count++;
}

void
pam_services_read(
	const struct context *context, const char *target, struct name_list *ret_services)
{
	*ret_services = (struct name_list){ 0 };
	for (const char *const *folder = pam_folders; *folder != NULL; folder++) {
		struct name_list names = { 0 };
		if (pam_folders_look(context->host, *folder) == PAM_FOLDER_IGNORED ||
			host_list(context->host, *folder, &names, NULL) < 0)
			continue;
		for (size_t i = 0; i < names.count; i++)
			if (strchr(names.names[i], '.') == NULL &&
				reads(context, names.names[i], target))
				add(ret_services, names.names[i]);
		name_list_free(&names);
	}
}
