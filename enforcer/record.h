/* What the journal knows of one change: which files, from which version to which. Kept as
 * JSON in the change's "intent", the bytes beside it in old.N and new.N. */
#ifndef ENFORCER_RECORD_H
#define ENFORCER_RECORD_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "enforcer/attributes.h"
#include "enforcer/change.h"
#include "enforcer/replace.h"

enum state {
	STATE_NONE, /* prepared only: nothing was changed yet */
	STATE_INTENT, /* being applied; a run cut short here is undone */
	STATE_COMMITTED, /* the files are new; daemons are still to be activated */
	STATE_TRIAL, /* in force until it is confirmed or its time is up: see trial.h */
	STATE_DONE,
	STATE_UNDOING, /* a run cut short here goes on undoing */
	STATE_UNDONE,
	STATE_COUNT,
};

struct record_file {
	struct change change; /* its bytes are NULL until they are loaded */
	char new_sha256[SHA256_HEX]; /* "" for CHANGE_REMOVE */
	struct attributes attributes; /* of a file that is created, by apply or undo */
	struct swap swap; /* from old to new; borrows from the two above */
};

struct record {
	unsigned long id; /* from 1 */
	char *time; /* RFC 3339, UTC */
	char *user; /* who: see record_user */
	char *policy_sha256;
	struct record_file *files;
	size_t count;
};

/* "intent", ...; STATE_NONE has no name. */
const char *
state_name(enum state state);

/* "uid N": the one that logged in, where the kernel knows it, else the effective one. The
 * caller frees. */
char *
record_user(void);

/* The record of CHANGES, its bytes copied. ROOT is an open directory, for the attributes
 * of files that are removed. Freed by record_free, also after -1. */
int
record_make(int root, const struct changes *changes, const char *policy_sha256,
	struct record *ret_record, struct error *err);

/* NULL with *err when a name is not UTF-8. The caller frees (json_decref). */
json_t *
record_to_json(const struct record *record, struct error *err);

/* JSON on one line; NULL when memory ran out. The caller frees. */
char *
record_text(const json_t *json);

/* Strict. Freed by record_free, also after -1. */
int
record_from_json(const json_t *json, struct record *ret_record, struct error *err);

/* Points each file's swap at its bytes. */
void
record_link(struct record *record);

void
record_free(struct record *record);

#endif
