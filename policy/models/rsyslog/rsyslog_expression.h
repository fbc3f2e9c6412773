/* Expressions of RainerScript, and what is known about the messages that they test. */
#ifndef POLICY_MODELS_RSYSLOG_EXPRESSION_H
#define POLICY_MODELS_RSYSLOG_EXPRESSION_H

#include "base/table.h"
#include "policy/models/rsyslog/rsyslog_lexer.h"
#include "policy/models/syslog/syslog_example.h"
#include "policy/models/syslog/syslog_rules.h"

struct expression {
	enum token_type type; /* of the operator, or of the word; TOKEN_FUNCTION: a call;
				 TOKEN_NAME: an array; TOKEN_TEMPLATE: its parts follow
				 each other; TOKEN_END: nothing is known of it */
	char symbol; /* TOKEN_SYMBOL: the operator */
	char *text; /* owned: string, name of variable or function */
	long long number;
	struct expression **parts; /* operands, arguments, members */
	size_t count;
	struct pattern *pattern; /* owned: of a function that looks for one, see
				    function_prepare */
};

struct expression *
expression_new(enum token_type type);

/* Takes PART. */
void
expression_add(struct expression *expression, struct expression *part);

/* A copy that is not prepared. */
struct expression *
expression_copy(const struct expression *expression);

void
expression_free(struct expression *expression);

void
expression_cleanup(struct expression **expression);

#define autoexpression __attribute__((cleanup(expression_cleanup)))

/* Who may change what is in a message on its way. */
enum changed {
	CHANGED_BY_NOBODY,
	CHANGED_BY_JSON, /* mmjsonparse: only where the text holds JSON */
	CHANGED_BY_ANY,
};

/* What the daemon and its inputs make certain about this host's messages. */
struct message_facts {
	const char *kernel_input; /* "imklog"; NULL when it is not known */
	const char *user_input; /* "imuxsock"; NULL */
	const char *kernel_tag; /* "kernel:"; NULL: it depends on the message */
	char *host; /* owned: what their host is called; NULL unknown */
	char *address; /* owned: where they seem to come from; NULL unknown */
	bool blank_first; /* what programs log is nothing or begins with a blank */
	bool rewritten; /* something is added to what they say, or changed in it */
	enum changed changed;
	struct table set; /* variables that the configuration sets: variable_key */
};

void
message_facts_free(struct message_facts *facts);

/* The first component of a variable's NAME ("!json", ".x"), lower case. The caller frees
 * it; NULL when NAME is no variable but a property. */
char *
variable_key(const char *name);

/* Whether rsyslogd knows the property or variable NAME, without a script's dollar sign.
 */
bool
property_is_known(const char *name);

/* Compiles what EXPRESSION looks for. */
void
expression_prepare(struct expression *expression);

/* What is known about EXPRESSION: of all messages; of EXAMPLE when that is not NULL.
 * Source: cnfexprEval() and the optimizer of grammar/rainerscript.c, MsgGetProp() of
 * runtime/msg.c. */
struct condition
expression_condition(const struct expression *expression,
	const struct message_facts *facts, const struct example *example);

/* The same, about whether EXPRESSION, of type TOKEN_TEMPLATE, makes the text NAME. */
struct condition
expression_names(const struct expression *expression, const char *name,
	const struct message_facts *facts, const struct example *example);

/* Adds to EXAMPLES what EXPRESSION looks for. */
void
expression_collect(const struct expression *expression, struct examples *examples);

/* Reads an old filter ":property, operation, "value"". Returns NULL when rsyslogd refuses
 * it. Source: DecodePropFilter() of grammar/rainerscript.c. */
struct expression *
filter_read(struct bytes text, struct error *err);

#endif
