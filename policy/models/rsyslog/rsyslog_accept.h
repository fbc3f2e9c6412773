/* Which values and names rsyslogd 8.2302 accepts, refuses or does not start with. */
#ifndef POLICY_MODELS_RSYSLOG_ACCEPT_H
#define POLICY_MODELS_RSYSLOG_ACCEPT_H

#include "policy/models/rsyslog/rsyslog_reader.h"

enum takes {
	TAKES_TEXT,
	TAKES_WORD,
	TAKES_BINARY,
	TAKES_NUMBER,
	TAKES_COUNT, /* a number that is not negative */
	TAKES_POSITIVE,
	TAKES_SIZE,
	TAKES_MODE,
	TAKES_USER,
	TAKES_GROUP,
	TAKES_QUEUE,
	TAKES_LIMITED, /* a number, of which the model follows some values only */
	TAKES_LIMITED_SIZE,
	TAKES_WORKERS, /* a number; 0 ends rsyslogd: qqueueCorrectParams() of queue.c */
	TAKES_ON, /* "on"; what "off" does the model does not follow */
	TAKES_DEFAULT, /* "0"; the model does not follow any other value */
	TAKES_DOUBT, /* the model does not follow any value */
};

struct accepted {
	const char *name; /* lower case */
	const char *module; /* NULL: known without any */
	enum takes takes;
};

enum acceptance {
	ACCEPTANCE_YES,
	ACCEPTANCE_UNKNOWN,
	ACCEPTANCE_NO,
	ACCEPTANCE_FATAL, /* rsyslogd ends */
};

/* What rsyslogd makes of VALUE for the parameter NAME of an object. *err says why it is
 * not accepted. */
enum acceptance
accept_value(struct reader *reader, enum takes takes, const char *name, const char *value,
	struct error *err);

/* The same for a $Directive, which is known when the result is not NULL. */
const struct accepted *
accept_directive(const char *name);

/* The parameter NAME of an action of MODULE, without case; NULL when there is none or
 * MODULE's are not known. */
const struct accepted *
accept_parameter(const char *module, const char *name);

/* Whether all parameters of actions of MODULE are known. */
bool
accept_knows(const char *module);

/* Why messages that come through a queue with these parameters may be lost, or held back;
 * NULL when they are not. Notes what may keep rsyslogd from starting. The caller frees
 * it.
 */
char *
accept_queue(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset);

/* Notes what keeps rsyslogd from starting in OBJECT(...): "module", "global", ... Returns
 * whether it takes the values of the parameters that it knows. */
bool
accept_object(struct reader *reader, const char *object,
	const struct parameters *parameters, const struct file *file, size_t offset);

/* Whether the root has MODULE: 1 yes, 0 no, -1 it can't be told: the root has no
 * directory of modules. */
int
accept_module(struct reader *reader, const char *module);

/* The same of the network driver NAME. */
int
accept_driver(struct reader *reader, const char *name);

#endif
