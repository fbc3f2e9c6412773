/* What the parts that read rsyslog.conf share. */
#ifndef POLICY_MODELS_RSYSLOG_READER_H
#define POLICY_MODELS_RSYSLOG_READER_H

#include "base/principals.h"
#include "base/table.h"
#include "policy/models/rsyslog/rsyslog_expression.h"
#include "policy/models/rsyslog/rsyslog_lexer.h"
#include "policy/models/syslog/syslog_conf.h"

struct parameter {
	char *name; /* owned */
	char *value; /* owned; of an array the first member */
};

/* The name="value" pairs of an object. */
struct parameters {
	struct parameter *items;
	size_t count;
	bool computed; /* a value is what a `command` gives: it can't be told */
};

/* What a template writes of what the message says. */
enum says {
	SAYS_NOTHING,
	SAYS_PERHAPS,
	SAYS_ALL,
};

struct template
{
	struct expression *parts; /* owned; TOKEN_TEMPLATE; NULL of a built-in one */
	enum says says;
	bool doubted; /* a part may be refused, and all of it with that */
};

/* How files are made: by the legacy actions that follow, and by the others. */
struct file_settings {
	char *owner, *group; /* owned: whom they are given to; NULL nobody */
	bool keeps_refused; /* although that is refused */
	bool in_place; /* no folder is made for them */
};

/* Where an input puts its messages. */
struct input {
	bool loaded;
	bool closed; /* it does not open the system's socket */
	bool elsewhere; /* or opens another in its place */
	bool added; /* the system's socket is opened beside its own */
	bool other_parser; /* its messages are parsed like those from other hosts */
	char *ruleset; /* owned; NULL: the default */
	long interval, burst; /* so many messages are taken in so many seconds; 0: all */
};

struct reader {
	const struct context *context;
	struct syslog_conf *conf;
	struct lexer lexer;
	struct token token; /* the next word, when HAS_TOKEN */
	bool has_token;
	unsigned depth; /* of nested statements and expressions */
	size_t files, bytes; /* included so far */
	size_t listed; /* host_listed at the start */
	size_t strays; /* bytes that were no part of any word */
	size_t nodes; /* of the expression at hand */
	size_t actions; /* that rsyslogd has taken */
	bool half_actions; /* it counts some that it rejects, and that strays make */
	bool mail_from, mail_to; /* what the next :ommail: needs was given */
	size_t current; /* index of the ruleset that statements go to */
	char *default_ruleset; /* owned; NULL: the first */
	char *halted; /* owned: why the rest is not read; NULL */
	const struct file *halted_in; /* and where */
	size_t halted_at;
	bool abort_if_unclean;
	bool outlives_ids; /* a user that is not there ends nothing but the action */
	bool has_installed, any_installed;
	struct table installed; /* modules of the root, when HAS_INSTALLED */
	bool module_directory; /* modules are looked for elsewhere too */
	bool other_name; /* this host's messages seem to come from another host */
	char *local_name; /* owned: what the configuration calls this host; NULL */
	bool other_address; /* this host's messages seem to come from another address */
	char *user, *group; /* owned: whom rsyslogd becomes, or NULL */
	struct file_settings legacy_files, files_of_actions;
	char *file_template, *forward_template; /* owned: the actions' defaults or NULL */
	char *program; /* owned: of the legacy omprog actions that follow, or NULL */
	struct table templates; /* struct template by name, owned */
	struct table channels; /* $outchannel: by name the file, owned */
	struct table limited; /* those of them whose files may not grow for ever */
	struct table modules; /* loaded ones, by name: SETTING_LEGACY or another text */
	struct input kernel, journal, socket;
	/* settings for the legacy actions that follow */
	bool when_suspended, not_always, nth_only, queued;
	/* owned: why messages may be lost or held back in the queue of the next legacy
	 * action, in the files of all that follow, on the way to other hosts; NULL */
	char *queue_doubt, *file_doubt, *forward_doubt;
	/* the network driver of TCP: of all, and of the legacy actions that follow;
	 * owned, NULL: not said. PLAIN: nothing is asked of it that the plain one refuses
	 */
	char *driver, *legacy_driver;
	bool legacy_plain;
	char *family; /* owned: the only family of addresses that hosts have; NULL */
	bool disk_queue, needs_queues; /* it has one; it ends where one does not start */
	bool narrow_modes; /* files are made that only root may write */
	bool other_parsers; /* messages go through parsers that are not the usual ones */
	char *main_doubt; /* the same of the main queue */
	const struct file *main_file; /* and where that is said */
	size_t main_offset;
};

/* Cuts off at what the model does not follow: anything may happen behind, so that nothing
 * of what was read holds for certain. */
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

/* Notes that the main queue may lose messages, or hold them back. */
void
reader_doubt_main(struct reader *reader, const char *reason, const struct file *file,
	size_t offset);

/* Takes a $Directive line. Returns false when rsyslogd reads no further. */
bool
setting_directive(void *data, struct bytes line, const struct file *file, size_t offset);

/* Takes module(...), input(...), global(...), ...: NAME says which. */
void
setting_object(struct reader *reader, const char *name,
	const struct parameters *parameters, const struct file *file, size_t offset);

/* An empty one. */
struct template *
template_new(void);

void
template_free(struct template *template);

/* Adds constant(value=TEXT). */
void
template_add_constant(struct template *template, const char *text);

/* Adds property(...). */
void
template_add_property(struct template *template, const struct parameters *parameters);

/* Adds "text %property% ...", in the old form up to a quote and with escapes. Returns
 * false where it names a property that is none: what stands before is added. */
bool
template_parse(struct template *template, const char *text, bool quoted);

/* Gives it a name. Takes TEMPLATE. */
void
template_keep(struct reader *reader, const char *name, struct template *template);

/* The template that actions find by NAME, built-in ones included; NULL. */
const struct template *
template_find(const struct reader *reader, const char *name);

/* Takes template(...); LIST holds what is in its braces, NULL when there are none. Takes
 * LIST. */
void
setting_template(struct reader *reader, const struct parameters *parameters,
	struct template *list, const struct file *file, size_t offset);

#define SETTING_LEGACY "legacy" /* a module loaded by $ModLoad */

/* Loads the module NAME; PARAMETERS are NULL for $ModLoad. Returns false when it is there
 * already or can't be. */
bool
setting_load(struct reader *reader, const char *name, const struct parameters *parameters,
	const struct file *file, size_t offset);

/* Whether PATH is where programs send their messages, or journald passes them on. */
bool
setting_is_system_socket(const char *path);

void
file_settings_free(struct file_settings *settings);

/* Changes SETTINGS, of omfile, to what PARAMETERS say. */
void
setting_files(struct file_settings *settings, const struct parameters *parameters);

/* Sets *TEXT, which is owned, to a copy of VALUE, which may be NULL. */
void
setting_text(char **text, const char *value);

/* The short name of HOST as rsyslogd finds it; NULL when that can't be told. The caller
 * frees it. */
char *
rsyslog_host_name(struct host *host);

/* Makes the files that PATTERN names be read next. Returns -1 when one is missing. */
int
setting_include(struct reader *reader, const char *pattern, bool optional,
	const struct file *file, size_t offset);

#endif
