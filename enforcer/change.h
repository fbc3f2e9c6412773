/* Changes of whole files: what a plan holds and a transaction carries out. */
#ifndef ENFORCER_CHANGE_H
#define ENFORCER_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/text.h"

enum change_action {
	CHANGE_REPLACE,
	CHANGE_CREATE, /* owner root:root, MODE */
	CHANGE_REMOVE,
};

struct change {
	enum change_action action;
	char *file; /* absolute inside the root, links resolved */
	char *old_data, *new_data; /* owned; NULL where there is none */
	size_t old_size, new_size;
	char old_sha256[SHA256_HEX]; /* "" for CHANGE_CREATE */
	mode_t mode; /* CHANGE_CREATE */
	char *controls; /* ids with a blank between */
};

struct changes {
	struct change *items;
	size_t count;
};

void
changes_free(struct changes *changes);

#endif
