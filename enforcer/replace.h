/* One file's compare-and-swap: a file goes from one version to another, whole or not at
 * all, and only if it still is what was read. The new inode is made beside it under a
 * temporary name, ".NAME.holdfast", which no daemon reads: it begins with a dot (glob(7),
 * xinetd's includedir, rsyslog's) and has no ending that an include names. The two are
 * exchanged, and what was displaced is kept there until replace_settle.
 *
 *	replace_open, replace_prepare, replace_exchange, replace_sync,
 *	then replace_settle, or replace_back to have it as before
 *
 * Nothing here allocates, but for the text of an error. */
#ifndef ENFORCER_REPLACE_H
#define ENFORCER_REPLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/error.h"
#include "enforcer/attributes.h"

struct version {
	bool exists;
	struct bytes bytes;
};

struct swap {
	const char *file; /* absolute inside the root, links resolved */
	struct version from, to; /* at least one exists; they differ */
	const struct attributes *attributes; /* of a file made where there is none; one
						that is replaced hands its own on */
};

struct replacement {
	const struct swap *swap;
	int directory, file, made; /* descriptors; -1 when not open */
	char name[NAME_MAX + 1], temporary[NAME_MAX + 1];
	struct stat old, new; /* of the inodes behind file and made */
	bool exchanged;
	bool displaced; /* the old inode stands under the temporary name */
	bool conflict; /* why it failed: the file is not what it was, or is none to
			  replace */
};

/* Finds the directory of SWAP's file under ROOT. REPLACEMENT can be given to
 * replace_close whatever happens; SWAP must outlive it. */
int
replace_open(struct replacement *replacement, int root, const struct swap *swap,
	struct error *err);

/* Checks that the file is the version FROM, a regular file with one link, and makes the
 * other beside it, synced. A failure leaves nothing behind. */
int
replace_prepare(struct replacement *replacement, struct error *err);

/* Puts it in place. When what it displaced is not what was read, all is put back and it
 * is a conflict. */
int
replace_exchange(struct replacement *replacement, struct error *err);

/* Makes the names durable. */
int
replace_sync(const struct replacement *replacement, struct error *err);

/* Removes what was displaced. */
int
replace_settle(struct replacement *replacement, struct error *err);

/* After replace_prepare or replace_exchange: all as before. */
int
replace_back(struct replacement *replacement, struct error *err);

/* After replace_open, where an earlier run was cut short at any point: completes the swap
 * (FORWARD), or has all as before, and removes what the run left. What somebody else
 * wrote meanwhile stays, and is a conflict. Doing it again changes nothing. */
int
replace_resume(struct replacement *replacement, bool forward, struct error *err);

void
replace_close(struct replacement *replacement);

#endif
