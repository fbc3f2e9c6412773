/* For policy/models/login/getty_units.c alone: what a unit says apart from its command.
 */
#ifndef POLICY_MODELS_GETTY_EXTRAS_H
#define POLICY_MODELS_GETTY_EXTRAS_H

#include "base/host.h"
#include "policy/models/boot/unit_files.h"

/* ExecStartPre= and the like. */
struct getty_beside {
	char *name, *text;
	const struct file *file;
	size_t offset;
};

/* What a unit says apart from its command. */
struct getty_extras {
	struct host *host;
	const struct file *file; /* of what logs somebody in */
	size_t offset;
	char *user, *terminal;
	bool has_command; /* one that may be a getty's */
	bool at_terminal; /* its standard input is one */
	bool is_users; /* it runs as somebody but root */
	bool has_variable; /* in its command, but for $TERM, which systemd sets */
	bool asks_stack; /* systemd asks one first */
	bool is_forced; /* sulogin, to let root in who has no password */
	struct getty_beside *besides; /* its other commands */
	size_t beside_count;
};

/* A unit_reader; the host of DATA, the extras, is set before. */
void
getty_extras_read(void *data, const char *name, struct traced *value);

void
getty_extras_free(struct getty_extras *extras);

#endif
