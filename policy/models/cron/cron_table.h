/* What a host starts again and again: by crontabs, by the scripts in folders that
 * run-parts goes through, by anacron, and by systemd's timers. Whether cron or anacron's
 * starter runs is not looked at, nor what a command does, but for run-parts. Sources:
 * cron(8), run-parts(8), anacrontab(5), systemd.timer(5); database.c of Debian's
 * cron 3.0pl1-162 and of cronie 1.7. */
#ifndef POLICY_MODELS_CRON_TABLE_H
#define POLICY_MODELS_CRON_TABLE_H

#include "policy/kinds/kind.h"
#include "policy/models/cron/cron_tab.h"
#include "policy/models/shell/shell_text.h"

struct cron_job {
	struct calendar times;
	long interval; /* minutes between two starts that no clock gives
			  (OnUnitActiveSec=); 0: by times */
	bool by_anacron; /* at one of the table's anacron, once in so many: */
	enum calendar_every every;
	unsigned days;
	bool at_boot; /* alone */
	char *command;
	bool is_others; /* a crontab or a service says that another user than root starts
			   it */
	bool is_path; /* the command is the path of a program, and no shell reads it */
	struct shell_commands commands; /* what it starts */
	struct place place;
	char *doubt; /* why its times can't be told; NULL */
	char *hindrance; /* why it is not started again and again; NULL */
};

/* What looks like a job and is none, or may be. */
struct cron_skipped {
	char *path;
	struct place place; /* of a line; nowhere: the file as a whole */
	char *reason;
	bool is_refused; /* for what stands at the place, by cron's rules */
	bool is_line; /* that line alone */
	bool is_doubt; /* it may count */
};

/* A script that jobs, or scripts that they start, start. */
struct cron_script {
	const struct file *file;
	struct shell_commands commands;
};

struct cron_table {
	struct cron_job *jobs;
	size_t count;
	struct cron_script *scripts;
	size_t script_count;
	size_t command_bytes, program_bytes, script_bytes; /* that were read */
	size_t listed; /* host_listed of before */
	bool is_full;
	struct cron_skipped *skipped;
	size_t skipped_count;
	struct calendar anacron[CALENDAR_ITEMS_MAX]; /* when anacron looks for work */
	size_t anacron_count;
	char *anacron_doubt; /* why that can't be told; NULL */
};

/* Which cron the host has. Where that can't be told each of both may be. */
struct cron_installed {
	bool flavours[2]; /* by enum cron_flavour */
	const char *problem; /* why no crontab counts: none is installed, or one that is
				not followed; NULL */
	bool is_doubt; /* problem is a doubt */
};

struct cron_installed
cron_installed(struct host *host);

/* With that cron; CRONTABS false: with none. Read once for the host, to which it belongs;
 * places are those of its files. */
const struct cron_table *
cron_table_get(struct host *host, bool crontabs, enum cron_flavour flavour);

/* The same of the crontabs alone. */
const struct cron_table *
cron_table_tabs(struct host *host, enum cron_flavour flavour);

/* --- the parts of a table -----------------------------------------------------------
 */

enum {
	CRON_JOBS_MAX = 3000, /* and of those that are skipped; more are not followed */
};

/* Room for one job more, zeroed. */
struct cron_job *
cron_table_add(struct cron_table *table);

/* From here on no more is followed, which the table says as a doubt. */
void
cron_table_fill(struct cron_table *table);

/* Whether that is so, also because it has become too much. */
bool
cron_table_is_full(struct host *host, struct cron_table *table);

void
cron_table_skip(struct cron_table *table, const char *path, struct place place,
	bool is_doubt, char *reason);

/* Whether LINE of a configuration is more than a comment. */
bool
cron_line_counts(const char *line);

/* Tells what the jobs from FIRST on start, and reads the scripts among it. */
void
cron_commands_add(struct host *host, struct cron_table *table, size_t first);

/* The script that COMMAND of one of the table's jobs or scripts starts; NULL: none. */
const struct cron_script *
cron_commands_script(struct host *host, const struct cron_table *table,
	const struct shell_command *command);

/* Adds what run-parts starts by JOB's command, as jobs of the same times. */
void
cron_parts_add(struct host *host, enum cron_flavour flavour, const struct cron_job *job,
	struct cron_table *table);

/* Adds the jobs of /etc/anacrontab. */
void
cron_anacron_add(struct host *host, enum cron_flavour flavour, struct cron_table *table);

/* Adds what timers start that the boot reaches. */
void
cron_timers_add(struct host *host, struct cron_table *table);

#endif
