/* Expressions of RainerScript, as far as facility and level decide them. */
#ifndef POLICY_MODELS_RSYSLOG_EXPRESSION_H
#define POLICY_MODELS_RSYSLOG_EXPRESSION_H

#include "policy/models/rsyslog_lexer.h"
#include "policy/models/syslog_rules.h"

struct expression {
	enum token_type type; /* of the operator, or of the word; TOKEN_FUNCTION: a call;
				 TOKEN_NAME: an array */
	char *text; /* owned: string, name of variable or function */
	long long number;
	struct expression **parts; /* operands, arguments, members */
	size_t count;
};

struct expression *
expression_new(enum token_type type);

/* Takes PART. */
void
expression_add(struct expression *expression, struct expression *part);

void
expression_free(struct expression *expression);

/* What the host's inputs make certain about a message. */
struct message_facts {
	const char *kernel_input; /* "imklog"; NULL when it is not known */
	const char *user_input; /* "imuxsock"; NULL */
};

/* What is known about EXPRESSION, which may be NULL: then nothing is. Source:
 * cnfexprEval() and the optimizer of grammar/rainerscript.c, MsgGetProp() of
 * runtime/msg.c. */
struct condition
expression_condition(
	const struct expression *expression, const struct message_facts *facts);

/* The same for an old filter ":property, operation, "value"". Returns -1 when rsyslogd
 * refuses it. Source: DecodePropFilter() of grammar/rainerscript.c. */
int
filter_condition(struct bytes text, const struct message_facts *facts,
	struct condition *ret_condition, struct error *err);

#endif
