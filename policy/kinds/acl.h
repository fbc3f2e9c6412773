/* Private to the files of the kind acl. */
#ifndef POLICY_KINDS_ACL_H
#define POLICY_KINDS_ACL_H

#include "policy/kinds/kind.h"
#include "policy/models/router/router_judge.h"

enum { ACL_SHOWN = 20 }; /* findings of one sort; the rest is counted */

struct acl_scene {
	const struct control *control;
	const struct router_list *list;
	const struct router_use *use;
	struct router_work work;
	struct findings *findings;
};

extern const char *const acl_protocols[]; /* that a policy can name */
extern const char acl_too_intricate[];

void
acl_show(struct finding *finding, struct place place);

struct finding *
acl_unknown(const struct acl_scene *scene, const char *subject, const char *why);

/* Reads "N" or "FIRST-LAST". */
bool
acl_ports(const char *text, uint16_t *ret_low, uint16_t *ret_high);

/* Judges what gets through. */
void
acl_traffic(struct acl_scene *scene);

/* Judges which lines have a say. */
void
acl_lines(struct acl_scene *scene);

#endif
