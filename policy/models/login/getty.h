/* Who asks for a login at the terminals of a host, and what they tell login: the getty
 * units of systemd with their drop-ins and instances, other units that are started and
 * run a getty, login or a shell at a terminal, /etc/inittab, and Upstart's jobs. */
#ifndef POLICY_MODELS_GETTY_H
#define POLICY_MODELS_GETTY_H

#include "base/host.h"

struct getty {
	char *source; /* "getty@tty1.service", "/etc/inittab" */
	char *terminal; /* "tty1"; NULL: not told */
	const struct file *file; /* the command begins at OFFSET of it */
	size_t offset;
	/* no more than one of these; none: a name and a password are asked for */
	char *user; /* logged in without a password */
	char *remote; /* the host that login is told the user comes from */
	char *starts; /* this instead of login */
	char *unknown; /* why it can't be told */
};

struct gettys {
	struct getty *items;
	size_t count;
};

/* Freed by gettys_free; the files belong to the host. */
void
gettys_read(struct host *host, struct gettys *ret_gettys);

void
gettys_free(struct gettys *gettys);

/* Whether PROGRAM (a path) asks for a login at a terminal, or is login itself. */
bool
getty_is(const char *program);

/* Whether it is a shell that WORDS, after the program's name, let ask for commands. */
bool
getty_is_shell(const char *program, char *const *words, size_t count);

/* Fills in what PROGRAM with COUNT words of arguments does, and the terminal if the words
 * tell it. Sources: agetty(8), agetty.c and login.c of util-linux; login.c of shadow;
 * mingetty(8), rungetty(8). */
void
getty_judge(struct getty *getty, const char *program, char *const *words, size_t count);

#endif
