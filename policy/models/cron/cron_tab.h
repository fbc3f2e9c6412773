/* One crontab, line by line, as cron reads it. Sources: crontab(5); entry.c, env.c and
 * user.c of Debian's cron 3.0pl1-162, and of cronie 1.7. */
#ifndef POLICY_MODELS_CRON_TAB_H
#define POLICY_MODELS_CRON_TAB_H

#include "base/principals.h"
#include "policy/models/cron/calendar.h"
#include "policy/place.h"

enum cron_flavour {
	CRON_DEBIAN, /* Vixie's cron as Debian has it: one bad line, and all of the
			crontab is ignored */
	CRON_CRONIE, /* Red Hat's: a bad line is left out */
};

struct cron_entry {
	struct calendar times; /* nothing is set where it is at the boot alone */
	char *user; /* NULL: the one whose crontab it is */
	char *command; /* what the shell gets, to the first % */
	char *shell; /* SHELL= of the lines before; NULL: none */
	size_t offset; /* of its line */
	bool at_boot;
	char *doubt; /* why the times can't be told; NULL */
};

/* A line that cron takes no notice of. */
struct cron_bad {
	size_t offset;
	const char *reason;
};

struct cron_tab {
	struct cron_entry *items;
	size_t count;
	struct cron_bad *bad; /* by cron's own rules */
	size_t bad_count;
	char *ignored; /* why cron reads none of it; NULL. The entries are there all the
			  same, up to the line that is the reason */
	char *doubt; /* why it can't be told what cron makes of it; NULL */
	char *shell; /* by the lines so far */
};

/* Reads FILE, which was read. OWNER is whose crontab it is; NULL: /etc/crontab or one of
 * /etc/cron.d, where each line names a user out of PRINCIPALS. Freed by cron_tab_free. */
void
cron_tab_read(const struct file *file, enum cron_flavour flavour,
	const struct principal *owner, const struct principals *principals,
	struct cron_tab *ret_tab);

void
cron_tab_free(struct cron_tab *tab);

/* Where the parts of a line end: what was understood, what cron refuses, and what is by
 * chance. */
enum cron_answer {
	CRON_GOOD,
	CRON_BAD,
	CRON_CHANCE,
};

/* The five fields of a time or a word such as @daily at *TEXT, of which it is put behind
 * with the blanks that follow. */
enum cron_answer
cron_times_read(const char **text, enum cron_flavour flavour, struct calendar *ret_times,
	bool *ret_at_boot, const char **ret_reason);

#endif
