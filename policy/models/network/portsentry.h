/* What portsentry watches by its portsentry.conf. Source: portsentry.c and
 * portsentry_io.c (ConfigTokenRetrieve, CheckFlag) of portsentry 1.2. */
#ifndef POLICY_MODELS_PORTSENTRY_H
#define POLICY_MODELS_PORTSENTRY_H

#include <stdbool.h>

#include "policy/kinds/kind.h"
#include "policy/place.h"

enum portsentry_mode {
	PORTSENTRY_TCP, /* binds the ports */
	PORTSENTRY_STCP, /* reads packets for the same ports */
	PORTSENTRY_ATCP, /* reads packets for all ports below a number */
	PORTSENTRY_UDP,
	PORTSENTRY_SUDP,
	PORTSENTRY_AUDP,
	PORTSENTRY_MODES,
};

/* "tcp", ..., as its one argument has it behind a dash; NULL at the end. */
extern const char *const portsentry_modes[];

/* PORTSENTRY_MODES when there is none called NAME. */
enum portsentry_mode
portsentry_mode_find(const char *name);

/* Options; their names are portsentry_names. */
enum portsentry_name {
	PORTSENTRY_TCP_PORTS,
	PORTSENTRY_UDP_PORTS,
	PORTSENTRY_ADVANCED_PORTS_TCP,
	PORTSENTRY_ADVANCED_PORTS_UDP,
	PORTSENTRY_ADVANCED_EXCLUDE_TCP,
	PORTSENTRY_ADVANCED_EXCLUDE_UDP,
	PORTSENTRY_IGNORE_FILE,
	PORTSENTRY_HISTORY_FILE,
	PORTSENTRY_BLOCKED_FILE,
	PORTSENTRY_RESOLVE_HOST,
	PORTSENTRY_BLOCK_TCP,
	PORTSENTRY_BLOCK_UDP,
	PORTSENTRY_KILL_ROUTE,
	PORTSENTRY_KILL_HOSTS_DENY,
	PORTSENTRY_KILL_RUN_CMD,
	PORTSENTRY_KILL_RUN_CMD_FIRST,
	PORTSENTRY_SCAN_TRIGGER,
	PORTSENTRY_PORT_BANNER,
	PORTSENTRY_NAMES,
};

extern const char *const portsentry_names[]; /* NULL at the end */

struct portsentry_option {
	char *value; /* what portsentry takes it for, a default too; NULL: none */
	bool is_number; /* portsentry reads it with atoi(3) */
	struct place place; /* nowhere: no line is about it */
	bool lacks_quote; /* its line has none, so that portsentry passes it over */
};

struct portsentry {
	const struct file *file;
	struct portsentry_option options[PORTSENTRY_NAMES];
	char *problem; /* why nothing is known; NULL */
	const char *refused; /* the option without which portsentry ends; NULL */
};

/* Reads the file PATH. Freed by portsentry_free. */
void
portsentry_read(
	const struct context *context, const char *path, struct portsentry *ret_conf);

void
portsentry_free(struct portsentry *conf);

/* NULL when there is no option of that name, compared without case. */
const struct portsentry_option *
portsentry_option(const struct portsentry *conf, const char *name);

/* The number that atoi(3) reads in TEXT, from 0 to 1000000; what lies outside is the
 * nearest of these. */
long
portsentry_number(const char *text);

enum {
	PORTSENTRY_PORTS = 65536,
	PORTSENTRY_LISTED_MAX = 64, /* MAXSOCKS: of a list the first so many count */
};

/* Sets ret_watched[port] for each that is watched in MODE, unless another program holds
 * it; *ret_name is the option that decides. False when that has no port, and portsentry
 * ends. */
bool
portsentry_watched(const struct portsentry *conf, enum portsentry_mode mode,
	bool ret_watched[PORTSENTRY_PORTS], enum portsentry_name *ret_name);

#endif
