/* Which of cron's jobs are those that are asked for. */
#ifndef POLICY_KINDS_SCHEDULE_MATCH_H
#define POLICY_KINDS_SCHEDULE_MATCH_H

#include <regex.h>

#include "policy/kinds/schedule.h"
#include "policy/models/cron/cron_table.h"

enum schedule_meant {
	SCHEDULE_NOT,
	SCHEDULE_PERHAPS, /* a condition before it, or what is around it, is not followed
			   */
	SCHEDULE_SURELY,
};

enum { SCHEDULE_LINE_MAX = 64 * 1024 }; /* see pattern_matches */

struct schedule_match {
	enum schedule_meant meant;
	const char *why; /* of SCHEDULE_PERHAPS; NULL: an argument of: */
	const char *program; /* alone matches, which may start it */
};

/* What is asked for, ready to be looked for. */
struct schedule_search {
	const struct schedule_wanted *wanted;
	regex_t regex; /* of a command */
	bool unsure; /* a line was too long to be looked at */
	struct host *host; /* of the table that is looked at */
	bool is_others; /* the job that is: see struct cron_job */
};

/* Makes the pattern of WANTED, which is borrowed, ready; false when it is a bad one.
 * Ended by schedule_search_end. */
bool
schedule_search_begin(
	const struct schedule_wanted *wanted, struct schedule_search *ret_search);

void
schedule_search_end(struct schedule_search *search);

/* What is meant of the table's jobs, in their order; the caller frees it. */
struct schedule_match *
schedule_match_table(struct schedule_search *search, struct host *host,
	const struct cron_table *table);

/* Whether LINE of any file looks like it, be it no command. */
bool
schedule_looks_so(struct schedule_search *search, struct bytes line);

/* Whether a line of FILE that is no comment does. */
bool
schedule_file_looks_so(struct schedule_search *search, const struct file *file);

/* --- one command ---------------------------------------------------------------------
 */

/* Where the pattern matches. */
enum schedule_part {
	SCHEDULE_NOWHERE,
	SCHEDULE_ARGUMENT, /* alone */
	SCHEDULE_PROGRAM, /* the word that is started, or from there on */
};

/* In the words of COMMAND. */
enum schedule_part
schedule_command_part(
	struct schedule_search *search, const struct shell_command *command);

/* What a match in TEXT from START to END is, which is a part of COMMAND as it is written
 * there, with its quotes, its redirections and what starts its program. */
enum schedule_part
schedule_raw_part(struct schedule_search *search, struct bytes text, size_t start,
	size_t end, const struct shell_command *command);

/* COMMAND from the word on that names what runs: behind a shell the script. Borrows. */
struct shell_command
schedule_command_own(const struct shell_command *command);

/* Whether COMMAND starts nothing by its arguments. */
bool
schedule_command_is_harmless(const struct shell_command *command);

#endif
