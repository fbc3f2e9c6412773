/* Whose stacks a file is read for. Where it lies says nothing: a service's file may be a
 * link, and `@include` takes any path. */
#ifndef POLICY_MODELS_PAM_SERVICES_H
#define POLICY_MODELS_PAM_SERVICES_H

#include "policy/kinds/kind.h"

/* The services whose stacks read the file at TARGET, sorted; a file that others include
 * is one of its own name. Copies that editors and packages leave (a dot in the name) are
 * none. The caller frees with name_list_free. */
void
pam_services_read(const struct context *context, const char *target,
	struct name_list *ret_services);

#endif
