/* Which of cron's jobs are those that are asked for. */
#ifndef POLICY_KINDS_SCHEDULE_MATCH_H
#define POLICY_KINDS_SCHEDULE_MATCH_H

#include <regex.h>

#include "policy/kinds/schedule.h"
#include "policy/models/cron_table.h"

enum schedule_meant {
	SCHEDULE_NOT,
	SCHEDULE_PERHAPS, /* a condition before it, or what is around it, is not followed
			   */
	SCHEDULE_SURELY,
};

/* What is asked for, ready to be looked for. */
struct schedule_search {
	const struct schedule_wanted *wanted;
	regex_t regex; /* of a command */
	bool unsure; /* a line was too long to be looked at */
	const char *why; /* one of the last table's is meant perhaps */
	struct host *host; /* of the table that is looked at */
};

/* Makes the pattern of WANTED, which is borrowed, ready; false when it is a bad one.
 * Ended by schedule_search_end. */
bool
schedule_search_begin(
	const struct schedule_wanted *wanted, struct schedule_search *ret_search);

void
schedule_search_end(struct schedule_search *search);

/* What is meant of the table's jobs, in their order; the caller frees it. */
enum schedule_meant *
schedule_match_table(struct schedule_search *search, struct host *host,
	const struct cron_table *table);

/* Whether LINE of any file looks like it, be it no command. */
bool
schedule_looks_so(struct schedule_search *search, struct bytes line);

/* Whether a line of FILE that is no comment does. */
bool
schedule_file_looks_so(struct schedule_search *search, const struct file *file);

#endif
