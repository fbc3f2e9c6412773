/* Netgroups under a root, as innetgr(3) sees them: netgroup(5). Sources: glibc 2.36
 * inet/getnetgrent_r.c, nss/nss_files/files-netgrp.c. */
#ifndef POLICY_MODELS_NETGROUP_H
#define POLICY_MODELS_NETGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/nss.h"
#include "base/table.h"
#include "policy/models/system/machine.h"

struct netgroup;

struct netgroups {
	enum nss_standing standing;
	bool is_unread; /* the file could not be read */
	char *text; /* private: /etc/netgroup */
	struct table lines; /* private: a group's name -> its members in the text */
	struct table known; /* private: -> struct netgroup, those that were asked for */
	struct netgroup **items; /* private, owned */
	size_t count; /* private */
	const char *domain; /* of NIS; NULL: any */
	char domain_text[MACHINE_NAME_MAX + 1]; /* private */
	bool is_domain_unsure;
	size_t work; /* private */
};

/* Reads etc/netgroup of HOST. Freed by netgroups_close. */
void
netgroups_open(struct host *host, struct netgroups *ret_netgroups);

void
netgroups_close(struct netgroups *netgroups);

/* A member; NULL stands for any. */
struct netgroup_triple {
	char *machine, *user, *domain; /* owned */
};

struct netgroup {
	struct netgroup_triple *triples; /* of those with this machine's domain */
	size_t count;
	bool is_unsure; /* there may be others */
};

/* The members of the group NAME and of those that it names. Belongs to NETGROUPS. */
const struct netgroup *
netgroup_find(struct netgroups *netgroups, const char *name);

/* Whether a triple's MACHINE is the one called NAME. */
bool
netgroup_is_machine(const struct netgroup_triple *triple, const char *name);
#endif
