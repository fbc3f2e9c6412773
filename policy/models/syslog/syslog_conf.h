/* Where the messages of a host go: the program that its syslog daemon reads from
 * syslog.conf(5) or rsyslog.conf(5). */
#ifndef POLICY_MODELS_SYSLOG_CONF_H
#define POLICY_MODELS_SYSLOG_CONF_H

#include "policy/kinds/kind.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/rsyslog/rsyslog_expression.h"
#include "policy/models/syslog/syslog_rules.h"

enum syslog_daemon {
	SYSLOG_UNKNOWN,
	SYSLOG_SYSKLOGD,
	SYSLOG_INETUTILS,
	SYSLOG_RSYSLOG,
};

struct ruleset {
	char *name;
	struct block body;
	size_t last; /* where the statement added last begins in BODY, see script_read */
	bool defined; /* it stands in the configuration: not only called */
	bool queued; /* it has a queue of its own: call works on a copy */
	bool open; /* for the walk: it is being walked */
};

/* A line that the daemon refuses while it runs the rest. */
struct rejected {
	const struct file *file;
	size_t offset;
	char *reason;
};

/* What may keep the daemon from starting although the line itself may have its effect. */
struct obstacle {
	const struct file *file;
	size_t offset;
	char *reason;
	bool certain; /* it does; else it can't be told */
	bool always; /* else only where a rejected line does: stops_unclean */
};

/* Messages of these pairs enter the program at this ruleset. */
struct entrance {
	struct priorities set;
	size_t ruleset;
};

struct syslog_conf {
	enum syslog_daemon daemon;
	const char *daemon_name; /* "rsyslogd", "syslogd" */
	const char *path; /* the file the daemon reads first */
	struct command_line command; /* that it is started with; PATH may be in it */
	const struct file *file; /* NULL when no daemon is known */
	int major; /* of the daemon's version; 0 when it is not known */
	bool stops_unclean; /* a rejected line keeps the daemon from starting */
	bool absent; /* the root has no syslog daemon at all */
	bool assumed; /* which daemon it is stands in the policy, not in the root */
	size_t first; /* offset in FILE of the first line that takes part in where
			 messages go; its size when there is none */
	struct ruleset *rulesets;
	size_t ruleset_count;
	struct table names; /* private: index of each ruleset, by name in lower case */
	struct entrance *entrances;
	size_t entrance_count;
	struct rejected *rejected;
	size_t rejected_count;
	struct obstacle *obstacles;
	size_t obstacle_count;
	struct message_facts facts; /* for the conditions' tests */
	struct examples examples; /* that meet these tests or do not */
};

/* Reads what the daemon of the context's host reads. Returns -1 with *err when nothing
 * can be said: no daemon is known, its main file is missing or can't be read; ret_conf
 * then says which daemon and file as far as known. Freed by syslog_conf_free either way.
 */
int
syslog_conf_read(
	const struct context *context, struct syslog_conf *ret_conf, struct error *err);

void
syslog_conf_free(struct syslog_conf *conf);

/* The index of the ruleset NAME, compared without case; ruleset_count when there is none.
 */
size_t
syslog_conf_find(const struct syslog_conf *conf, const char *name);

/* The same; it is made when there is none. */
size_t
syslog_conf_ruleset(struct syslog_conf *conf, const char *name);

void
syslog_conf_reject(struct syslog_conf *conf, const struct file *file, size_t offset,
	const char *reason, ...) __attribute__((format(printf, 4, 5)));

/* Adds an obstacle. Takes REASON. */
void
syslog_conf_obstruct(struct syslog_conf *conf, struct obstacle obstacle);

/* The first certain one of the obstacles that count, else the first; NULL when none do.
 */
const struct obstacle *
syslog_conf_worst(const struct syslog_conf *conf);

/* Those of SET that no entrance takes in. */
struct priorities
syslog_conf_unheard(const struct syslog_conf *conf, struct priorities set);

/* Lets the messages of SET enter the program at RULESET. */
void
syslog_conf_enter(struct syslog_conf *conf, struct priorities set, size_t ruleset);

/* When all is read, FACTS too: finds the rulesets that are called, works the tests of the
 * statements out and collects EXAMPLES for them. */
void
syslog_conf_resolve(struct syslog_conf *conf);

/* Reads the command line that the daemon is started with. Returns -1 with *err when it
 * can't be told, or asks for what is not followed. */
int
syslog_options_read(
	const struct context *context, struct syslog_conf *conf, struct error *err);

/* Reads the main file and what it includes in the language of sysklogd and inetutils. */
int
syslog_classic_read(
	const struct context *context, struct syslog_conf *conf, struct error *err);

/* The same in the language of rsyslog. */
int
rsyslog_read(const struct context *context, struct syslog_conf *conf, struct error *err);

#endif
