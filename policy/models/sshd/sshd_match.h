/* Match blocks: what they ask for, and whether a connection meets it. Sources:
 * match_cfg_line in servconf.c and groupaccess.c of OpenSSH; sshd_config(5). */
#ifndef POLICY_MODELS_SSHD_MATCH_H
#define POLICY_MODELS_SSHD_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/host.h"
#include "policy/models/sshd/sshd_keyword.h"

enum sshd_criterion {
	SSHD_BY_USER,
	SSHD_BY_GROUP,
	SSHD_BY_HOST,
	SSHD_BY_ADDRESS,
	SSHD_BY_LOCAL_ADDRESS,
	SSHD_BY_LOCAL_PORT,
	SSHD_BY_RDOMAIN,
	SSHD_BY_KNOWN_COUNT,
	SSHD_BY_ALL = SSHD_BY_KNOWN_COUNT,
	SSHD_BY_INVALID_USER,
	SSHD_BY_OTHER, /* one that is not understood here */
};

/* A connection, by what Match can ask of it: the value for each enum sshd_criterion below
 * SSHD_BY_KNOWN_COUNT, never NULL. The groups are one text with commas. */
struct sshd_connection {
	const char *values[SSHD_BY_KNOWN_COUNT];
};

enum { SSHD_GLOBAL = -1 }; /* in place of a block: the part before any Match */

struct sshd_block {
	struct sshd_block_criterion {
		enum sshd_criterion kind;
		char *pattern; /* NULL when the criterion takes none */
	} * criteria;
	size_t count;
	long parent; /* the block that its file was included from, or SSHD_GLOBAL */
	const struct file *file;
	size_t offset;
	char *text; /* "Match User backup" */
};

/* The criterion's name as written after Match, "" when there is none. */
const char *
sshd_match_name(enum sshd_criterion criterion);

/* Reads TEXT, what follows Match, for READING without its words. Returns -1 with *err
 * when sshd rejects it. */
int
sshd_match_parse(const struct sshd_reading *reading, const char *text,
	struct sshd_block *ret_block, struct error *err);

/* Whether CONNECTION meets one CRITERION: 1, 0; -1: it can't be told. */
int
sshd_match_criterion(const struct sshd_block_criterion *criterion,
	const struct sshd_connection *connection);

/* Whether CONNECTION is in the block INDEX of BLOCKS, and so in those around it: 1, 0;
 * -1: it can't be told. */
int
sshd_match_block(const struct sshd_block *blocks, long index,
	const struct sshd_connection *connection);

/* Whether what stands in the block holds when sshd starts: Match all, in no other block
 * than such. */
bool
sshd_match_always(const struct sshd_block *blocks, long index);

void
sshd_block_free(struct sshd_block *block);

#endif
