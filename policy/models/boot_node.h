/* One unit: what it wants, and what keeps it from being started. For boot_units.c alone.
 */
#ifndef POLICY_MODELS_BOOT_NODE_H
#define POLICY_MODELS_BOOT_NODE_H

#include "policy/models/boot_names.h"
#include "policy/models/boot_units.h"
#include "policy/models/unit_conditions.h"

/* Whether systemd can load the unit. */
enum boot_loaded {
	BOOT_LOADED,
	BOOT_LOADED_UNSURE,
	BOOT_NOT_LOADED,
};

struct boot_edge {
	char *name; /* as it is written */
	char *link; /* what says so: a link, or else a line */
	struct place place;
	bool is_hard; /* Requires, BindsTo */
	bool binds; /* BindsTo */
	struct boot_node *to; /* for boot_units.c; NULL: not followed */
};

struct boot_node {
	struct boot_unit unit;
	char *name; /* the unit's, owned */
	char *script; /* the unit's, owned */
	enum boot_loaded loaded; /* unit.reason says why not */
	struct boot_edge *edges;
	size_t edge_count;
	struct name_list conflicts, requisites;
	struct unit_conditions conditions;
	bool is_alone; /* DefaultDependencies=no */
	bool has_start, has_other; /* a service: ExecStart; ExecStop, SuccessAction */
	bool accepts; /* a socket: a service for each connection */
	char *starts; /* what a socket, timer or path names; NULL: that of its name */
	bool is_excluded, is_broken, is_certain; /* for boot_units.c */
};

enum { BOOT_EDGES_MAX = 100000 }; /* of one unit, and of all */

/* Reads the unit called node->name, its own name. Freed by boot_node_free. */
void
boot_node_read(struct boot_names *names, struct boot_node *node);

void
boot_node_free(struct boot_node *node);

bool
boot_node_is_type(const char *name, const char *type);

/* Sets why it is not started, or not known to be; PATH has the reason, NULL: what wants
 * it. Takes REASON. */
void
boot_node_set(
	struct boot_node *node, enum boot_state state, const char *path, char *reason);

#endif
