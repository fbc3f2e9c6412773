/* Which packages are installed: from dpkg's status file under a root, what rpm says of
 * the running system, or what a person recorded of a package manager. Sources: dpkg(1)
 * PACKAGE STATES, deb822(5), dpkg-query(1), rpm(8). */
#ifndef POLICY_MODELS_PACKAGES_H
#define POLICY_MODELS_PACKAGES_H

#include "policy/kinds/kind.h"
#include "policy/place.h"
#include "policy/recorded.h"

struct package {
	char *name, *version;
	bool is_whole; /* unpacked and configured; else parts of it are there */
	struct place place; /* nowhere when rpm was asked */
};

struct packages {
	const struct package *items; /* those of which anything but configuration is
					there */
	size_t count;
	struct package *own; /* the items, unless they are the host's */
	bool is_rpm; /* versions compare as rpm's do */
	char *source; /* what was read, for people */
	struct place *strange; /* recorded lines of no form that is known */
	size_t strange_count;
	char *problem; /* why nothing is known; NULL */
};

/* What is asked of the running system. */
extern const struct live_question packages_questions[];

/* What dpkg's status file of HOST has; NULL when it is not there or can't be read.
 * Belongs to HOST. */
const struct packages *
packages_dpkg(struct host *host);

/* Reads RECORDED where the control has it, else the root's database, or takes what rpm
 * answered of the running system. Never fails: see
 * problem. Freed by packages_free; places are those of the files. */
void
packages_read(const struct context *context, const struct recorded *recorded,
	struct packages *ret_packages);

void
packages_free(struct packages *packages);

#endif
