/* Wanted changes to files: splices of bytes. Nothing here writes. */
#ifndef POLICY_EDIT_H
#define POLICY_EDIT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/host.h"

enum edit_action {
	EDIT_SPLICE, /* LENGTH bytes at START become TEXT */
	EDIT_CREATE, /* a new file with TEXT */
	EDIT_REMOVE, /* the file goes (into the journal) */
};

struct edit {
	enum edit_action action;
	char *file; /* path inside the root, links resolved (struct file's target) */
	size_t start, length;
	char *text; /* owned; NULL for EDIT_REMOVE */
	size_t size;
	mode_t mode; /* EDIT_CREATE; owner is root:root */
	char *why; /* one line, for the diff */
};

struct edits {
	struct edit *items;
	size_t count;
};

void
edits_splice(struct edits *edits, const struct file *file, size_t start, size_t length,
	const char *text, const char *why, ...) __attribute__((format(printf, 6, 7)));

void
edits_create(struct edits *edits, const char *path, mode_t mode, const char *text,
	const char *why, ...) __attribute__((format(printf, 5, 6)));

void
edits_remove(struct edits *edits, const struct file *file, const char *why, ...)
	__attribute__((format(printf, 3, 4)));

/* Applies EDITS, made against BELOW, to LAYER, a host_layer of BELOW. Splices of one file
 * must not overlap: an error. Splices at one place land in the order of adding. */
int
edits_apply(const struct edits *edits, struct host *below, struct host *layer,
	struct error *err);

void
edits_free(struct edits *edits);

#endif
