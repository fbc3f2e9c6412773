/* The other way round than syslog_reach: for each facility and level, all the places. */
#ifndef POLICY_MODELS_SYSLOG_TABLE_H
#define POLICY_MODELS_SYSLOG_TABLE_H

#include "policy/models/syslog/syslog_demand.h"

struct syslog_table_row {
	char *text; /* of destination_describe */
	enum destination_type type;
	struct priorities may, sure; /* some messages, all messages of these get there */
	bool demanded; /* a demand asks for it */
	const struct statement *action; /* the first that leads there */
};

/* Rows are sorted by text, which is unique. */
struct syslog_table {
	struct syslog_table_row *rows;
	size_t count;
};

/* DEMANDS may be NULL. */
void
syslog_table_make(const struct syslog_conf *conf, const struct demands *demands,
	struct syslog_table *ret_table);

/* The places of one pair: their texts with ", " between, those that only some messages
 * get to with " (some)" behind; "nothing" when there are none. Those that are
 * demanded come first; of very many others the last come as a hash. */
void
syslog_table_describe(const struct syslog_table *table, unsigned facility, unsigned level,
	struct buffer *out);

void
syslog_table_free(struct syslog_table *table);

#endif
