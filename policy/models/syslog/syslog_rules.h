/* What a syslog daemon does with a message, as a program: whatever the daemon's own
 * language, it comes out as these statements. */
#ifndef POLICY_MODELS_SYSLOG_RULES_H
#define POLICY_MODELS_SYSLOG_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/host.h"
#include "policy/models/syslog/priorities.h"

struct expression;

enum destination_type {
	DESTINATION_FILE,
	DESTINATION_HOST,
	DESTINATION_PIPE,
	DESTINATION_USERS,
	DESTINATION_OTHER, /* a program, a database, ...: NAME says which */
};

enum protocol {
	PROTOCOL_UDP,
	PROTOCOL_TCP,
	PROTOCOL_RELP,
};

struct destination {
	enum destination_type type;
	char *name; /* owned: path, host name as written, users with commas, program */
	char *port; /* owned; DESTINATION_HOST */
	enum protocol protocol;
	struct expression *computed; /* owned: what makes the name, of which NAME is only
					the beginning; else NULL */
	char *doubt; /* owned: why it can't be told whether messages arrive; else NULL */
	char *lost; /* owned: why nothing of what a message says gets there; else NULL */
	/* DESTINATION_FILE: whom the daemon gives a file that it makes, owned, NULL
	 * nobody; whether it makes no folder for it */
	char *owner, *group;
	bool in_place;
	bool queued; /* it has a queue of its own, so a dead log host blocks nobody */
	char *program; /* owned: what it starts, and what the rules that follow wait for;
			  else NULL */
	char *block; /* owned: why they may wait for ever; else NULL */
};

/* What is known about a test of a message. A pair in none of YES, NO and OPAQUE depends
 * on what the message says: TEST tells. */
struct condition {
	struct priorities yes; /* every message of these meets it */
	struct priorities no; /* no message of these does */
	struct priorities opaque; /* it can't be told whether all, some or none do */
	struct expression *test; /* owned; NULL: the three are all */
};

enum statement_type {
	STATEMENT_ACTION,
	STATEMENT_STOP,
	STATEMENT_IF,
	STATEMENT_CALL,
	STATEMENT_OPAQUE, /* it may do anything: stop the message or send it on */
};

struct block {
	struct statement *items;
	size_t count;
};

struct statement {
	enum statement_type type;
	bool detached; /* STATEMENT_CALL: works on a copy, a stop in it does not count */
	const struct file *file; /* NULL for what the daemon does of itself */
	size_t offset;
	struct destination *destination; /* STATEMENT_ACTION */
	struct condition *condition; /* STATEMENT_IF */
	struct block *branches; /* STATEMENT_IF: two, then and else */
	size_t ruleset; /* STATEMENT_CALL: index */
	char *text; /* owned: STATEMENT_OPAQUE: why; STATEMENT_CALL: the name;
		       STATEMENT_IF: why its test is opaque, or NULL */
};

struct statement *
block_add(struct block *block, enum statement_type type, const struct file *file,
	size_t offset);

/* Adds a statement that does nothing. */
void
block_add_nothing(struct block *block, const struct file *file, size_t offset);

/* Drops the statements from the one at INDEX on. */
void
block_cut(struct block *block, size_t index);

/* Adds STATEMENT, whose content then belongs to BLOCK. */
void
block_move(struct block *block, const struct statement *statement);

/* Adds an IF with CONDITION, whose test it takes, and two empty branches. */
struct statement *
block_add_if(struct block *block, const struct condition *condition,
	const struct file *file, size_t offset);

void
block_free(struct block *block);

/* A condition that is met by exactly the messages of SET. */
struct condition
condition_of_priorities(struct priorities set);

/* "/var/log/x", "@host", "@@host:10514", "users root". */
void
destination_describe(const struct destination *destination, struct buffer *out);

#endif
