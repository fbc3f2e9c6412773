/* What of a Cisco router's running configuration (IOS, IOS XE) filters IPv4 packets: its
 * access lists, and the interfaces where they are applied. Lines that have nothing to do
 * with either are passed over. */
#ifndef POLICY_MODELS_ROUTER_CONFIG_H
#define POLICY_MODELS_ROUTER_CONFIG_H

#include "base/table.h"
#include "lenses/tree.h"
#include "policy/models/router/router_entry.h"

struct router_list {
	char *name;
	bool is_standard;
	struct router_entry *entries; /* in the order that IOS asks them */
	size_t count;
	long highest; /* sequence number of them */
	struct place remark; /* nowhere: there is none */
};

enum router_direction { ROUTER_IN, ROUTER_OUT, ROUTER_DIRECTIONS };

struct router_interface {
	char *name; /* as written */
	struct place place;
	bool is_down; /* shutdown */
	struct place inspects; /* ip inspect: answers pass all lists; nowhere: not */
	struct router_use {
		char *list; /* NULL: none is applied */
		struct place place;
	} uses[ROUTER_DIRECTIONS];
};

struct router_strange {
	struct place place;
	const char *why; /* a sentence, static */
};

struct router_config {
	struct router_list **lists;
	struct router_interface **interfaces;
	struct router_group **groups;
	size_t list_count, interface_count, group_count;
	struct router_strange
		*strange; /* what may filter packets and is not understood */
	size_t strange_count;

	/* private: the same by name */
	struct table lists_by_name, interfaces_by_name, groups_by_name;
};

/* Reads TREE, which LENS_CISCO made of FILE. Never fails. Freed by router_config_free;
 * places are those of FILE. */
void
router_config_read(const struct tree *tree, const struct file *file,
	struct router_config *ret_config);

/* NULL when there is none. The name of an interface is compared without case and blanks.
 */
const struct router_interface *
router_config_interface(const struct router_config *config, const char *name);

const struct router_list *
router_config_list(const struct router_config *config, const char *name);

void
router_config_free(struct router_config *config);

#endif
