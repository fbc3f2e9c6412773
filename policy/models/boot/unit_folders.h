/* The folders that systemd reads units from, and what is in them. Source:
 * systemd.unit(5), UNIT FILE LOAD PATH. */
#ifndef POLICY_MODELS_UNIT_FOLDERS_H
#define POLICY_MODELS_UNIT_FOLDERS_H

#include <stdint.h>

#include "base/host.h"
#include "base/table.h"

/* Listed once for a host, to which it belongs. */
struct unit_folders {
	const char **paths; /* those that are there, the first counts most; NULL ends. Of
			       those that are one folder the first */
	char **targets; /* where they lead, by which they are known; NULL ends */
	bool has_vendor; /* one is where the vendor's are */
	struct name_list *lists; /* what is in each of them */
	struct table names; /* what is in any of them -> the bits of those that have it */
	struct table
		stems; /* of those names, "a.service" for "a.service.d" and the like */
	uintptr_t blind; /* the bits of those that can't be listed: they may have any */
};

const struct unit_folders *
unit_folders_read(struct host *host);

/* The bit N of the result is set where paths[N] has NAME, or it can't be told. */
uintptr_t
unit_folders_having(struct host *host, const char *name);

/* Whether there may be a folder NAME.d, NAME.wants or NAME.requires in any of them. */
bool
unit_folders_extend(struct host *host, const char *name);

/* Whether FOLDERS, a result of unit_folders_having, has paths[*INDEX] or a later one,
 * and which: *INDEX is where to go on. */
bool
unit_folders_next(uintptr_t folders, size_t *index);

#endif
