/* The units that the boot reaches, and what they want: for boot_units.c and boot_judge.c
 * alone. */
#ifndef POLICY_MODELS_BOOT_GRAPH_H
#define POLICY_MODELS_BOOT_GRAPH_H

#include "policy/models/boot/boot_node.h"

struct boot_units {
	struct host *host;
	struct boot_names names;
	struct table by_name; /* a unit's own name -> struct boot_node */
	struct boot_node **nodes; /* in the order of finding; the first is the target */
	size_t count, edges;
	bool is_cut; /* there are more than are followed */
};

/* The unit that NAME stands for; NULL when it is not reached. */
struct boot_node *
boot_graph_find(struct boot_units *units, const char *name);

/* Judges those of the first transaction, all of them that are there. */
void
boot_judge_all(struct boot_units *units);

/* Judges one that is started later. */
void
boot_judge(struct boot_units *units, struct boot_node *node);

#endif
