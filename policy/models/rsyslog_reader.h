/* What the parts that read rsyslog.conf share. */
#ifndef POLICY_MODELS_RSYSLOG_READER_H
#define POLICY_MODELS_RSYSLOG_READER_H

#include "base/principals.h"
#include "base/table.h"
#include "policy/models/rsyslog_expression.h"
#include "policy/models/rsyslog_lexer.h"
#include "policy/models/syslog_conf.h"

struct parameter {
	char *name; /* owned */
	char *value; /* owned; of an array the first member */
};

/* The name="value" pairs of an object. */
struct parameters {
	struct parameter *items;
	size_t count;
};

/* Where an input puts its messages. */
struct input {
	bool loaded;
	bool closed; /* it does not open the system's socket */
	bool elsewhere; /* or opens another in its place */
	bool added; /* the system's socket is opened beside its own */
	char *ruleset; /* owned; NULL: the default */
};

struct reader {
	const struct context *context;
	struct syslog_conf *conf;
	struct lexer lexer;
	struct token token; /* the next word, when HAS_TOKEN */
	bool has_token;
	unsigned depth; /* of nested statements and expressions */
	size_t files, bytes; /* included so far */
	size_t strays; /* bytes that were no part of any word */
	size_t nodes; /* of the expression at hand */
	size_t current; /* index of the ruleset that statements go to */
	char *default_ruleset; /* owned; NULL: the first */
	bool halted; /* the rest is not read: the model gave up */
	bool abort_if_unclean;
	bool has_principals;
	struct principals principals; /* of the root, when HAS_PRINCIPALS */
	bool outlives_ids; /* a user that is not there ends nothing but the action */
	bool has_installed, any_installed;
	struct table installed; /* modules of the root, when HAS_INSTALLED */
	bool module_directory; /* modules are looked for elsewhere too */
	char *file_template, *forward_template; /* owned: the actions' defaults or NULL */
	struct table blank; /* templates that may write nothing of the message */
	struct table templates; /* by name: what each begins with, owned; "" unknown */
	struct table channels; /* $outchannel: by name the file, owned */
	struct table modules; /* loaded ones, by name */
	struct input kernel, journal, socket;
	struct message_facts facts;
	/* settings for the legacy actions that follow */
	bool when_suspended, not_always, nth_only, queued, discards;
	bool main_discards; /* the main queue may lose messages */
};

/* Cuts off at what the model does not follow: anything may happen behind. */
void
reader_halt(struct reader *reader, const struct file *file, size_t offset,
	const char *reason);

/* Reads statements to the end of all files. Returns -1 when rsyslogd meets a syntax
 * error: it keeps what it has read and drops the rest. */
int
script_read(struct reader *reader);

/* The value of NAME (lower case); OTHERWISE when it is not there. */
const char *
parameter_text(
	const struct parameters *parameters, const char *name, const char *otherwise);

void
parameters_free(struct parameters *parameters);

/* Whether config.enabled turns the object off. */
bool
parameters_disable(const struct parameters *parameters);

/* Adds what action(...) does to BLOCK; nothing when rsyslogd refuses it. */
void
action_add(struct reader *reader, struct block *block,
	const struct parameters *parameters, const struct file *file, size_t offset);

/* The same for an action of old: /file, @host, :module:..., ~, users. */
void
action_add_legacy(struct reader *reader, struct block *block, struct bytes text,
	const struct file *file, size_t offset);

/* Notes why rsyslogd may not start where a mistake keeps it from that, or ALWAYS. */
void
reader_obstruct(struct reader *reader, bool certain, bool always, const struct file *file,
	size_t offset, const char *reason);

/* Takes a $Directive line. Returns false when rsyslogd reads no further. */
bool
setting_directive(void *data, struct bytes line, const struct file *file, size_t offset);

/* Takes module(...), input(...), global(...), ...: NAME says which. */
void
setting_object(struct reader *reader, const char *name,
	const struct parameters *parameters, const struct file *file, size_t offset);

/* Takes template(...); SAYS: the parts in its braces write what the message says. */
void
setting_template(struct reader *reader, const struct parameters *parameters, bool says);

/* Whether property(...) of a template writes what the message says. */
bool
setting_property_says(const struct parameters *parameters);

/* Makes the files that PATTERN names be read next. Returns -1 when one is missing. */
int
setting_include(struct reader *reader, const char *pattern, bool optional,
	const struct file *file, size_t offset);

#endif
