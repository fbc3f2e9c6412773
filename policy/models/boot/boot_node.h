/* One unit: what it wants, and what keeps it from being started. For boot_units.c alone.
 */
#ifndef POLICY_MODELS_BOOT_NODE_H
#define POLICY_MODELS_BOOT_NODE_H

#include "policy/models/boot/boot_commands.h"
#include "policy/models/boot/boot_names.h"
#include "policy/models/boot/boot_units.h"
#include "policy/models/boot/unit_conditions.h"

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
	bool is_implied; /* by its type, not by a line; it waits for that one */
	struct boot_node *from, *to; /* for boot_units.c and boot_judge.c; TO is NULL
					where it is not followed */
};

/* What the unit starts after it was started itself. */
struct boot_later {
	char *name; /* the other unit's */
	enum boot_state state; /* BOOT_BY_SOCKET, BOOT_LATER, BOOT_UNSURE: OnFailure and
				  the like */
	const char *when; /* " when it fails", "" */
	const char *by; /* what starts it, "udev"; NULL: the unit */
};

struct boot_node {
	struct boot_unit unit;
	char *name; /* the unit's, owned */
	char *script; /* the unit's, owned */
	enum boot_loaded loaded; /* unit.reason says why not */
	struct boot_edge *edges;
	size_t edge_count;
	struct boot_later *later;
	size_t later_count;
	struct name_list conflicts, requisites, afters, befores;
	struct name_list vague; /* what it wants or starts, with a specifier that is not
				   known */
	struct unit_conditions conditions;
	struct boot_commands commands, ends; /* to start it; ExecStop, ExecStopPost */
	bool is_alone; /* DefaultDependencies=no */
	bool has_start, has_other; /* a service: ExecStart; ExecStop, SuccessAction */
	bool is_oneshot;
	bool is_simple; /* a service that is started when its program is forked */
	bool has_own_root; /* its programs are not those of the host's root */
	bool accepts; /* a socket: a service for each connection */
	char *starts; /* what a socket, timer or path names; NULL: that of its name */
	/* for boot_units.c and boot_judge.c */
	bool is_read, is_excluded, is_broken, is_certain;
	int fails; /* 1: so do those that require it and wait for it; -1: it may */
	struct boot_edge **requirers; /* hard ones that lead here */
	size_t requirer_count;
	struct boot_node *activator; /* what starts it later, NULL: the boot itself */
	enum boot_state activation; /* how */
	const char *when;
};

enum {
	BOOT_EDGES_MAX = 100000, /* of one unit, and of all */
	BOOT_LINKS_MAX = 20000, /* in folders of links */
	BOOT_VAGUE_MAX = 100, /* names with a specifier that is not known, of all units */
	BOOT_ORDERS_MAX = 100, /* names in After=, and in Before=, that are looked at */
};

/* Reads the unit called node->name, its own name. Freed by boot_node_free. */
void
boot_node_read(struct boot_names *names, struct boot_node *node);

void
boot_node_free(struct boot_node *node);

/* Adds to what NODE starts later; those that BY starts stand with any node. */
void
boot_node_add_later(struct boot_node *node, const char *name, enum boot_state state,
	const char *when, const char *by);

/* Whether VAGUE, as of node->vague, may be NAME. */
bool
boot_node_may_name(const char *vague, const char *name);

bool
boot_node_is_type(const char *name, const char *type);

/* Sets why it is not started, or not known to be; PATH has the reason, NULL: what wants
 * it. Takes REASON. */
void
boot_node_set(
	struct boot_node *node, enum boot_state state, const char *path, char *reason);

#endif
