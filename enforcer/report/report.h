/* How an audit is written down: one file a format that ends in its struct report_format,
 * and one row in report.c. */
#ifndef ENFORCER_REPORT_REPORT_H
#define ENFORCER_REPORT_REPORT_H

#include <stdbool.h>
#include <time.h>

#include "base/bytes.h"
#include "enforcer/evaluate.h"

/* What was judged, for one host. */
struct report {
	const struct context *context;
	const struct evaluation *evaluation;
	const char *root; /* as the user named it */
	const char *hostname; /* NULL when the root does not say */
	const char *system; /* likewise */
	const char *user; /* who audits: see record_user */
	time_t time; /* when the audit began */
	bool verbose; /* what holds too */
	bool coloured;
	bool several; /* one of several hosts */
};

struct report_format {
	const char *name;
	void (*write)(const struct report *report, struct buffer *out);
};

/* All formats, the default first; NULL ends the list. */
extern const struct report_format *const report_formats[];

/* NULL when there is none. */
const struct report_format *
report_find(const char *name);

/* The files of HOST that were read, sorted by their paths, so that two reports of one
 * host can be compared. The caller frees the array. */
const struct file **
report_files(const struct host *host, size_t *ret_count);

/* What the host calls itself: the running system's node name, else the first line of the
 * root's /etc/hostname (hostname(5)); NULL when it has none. The caller frees. */
char *
report_hostname(struct host *host);

/* The operating system by its name for people: PRETTY_NAME of os-release(5), else the
 * first line of /etc/redhat-release; NULL when the root has neither. The caller frees. */
char *
report_system(struct host *host);

#endif
