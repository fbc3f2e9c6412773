/* What the parts that work expressions out share. */
#ifndef POLICY_MODELS_RSYSLOG_EVALUATE_H
#define POLICY_MODELS_RSYSLOG_EVALUATE_H

#include "policy/models/rsyslog/rsyslog_expression.h"

/* What a part of an expression comes to. */
struct result {
	enum result_type {
		RESULT_NUMBER,
		RESULT_TEXT,
		RESULT_CONTENT, /* it depends on what the message says */
		RESULT_OPAQUE, /* it can't be told */
	} type;
	long long number;
	const char *text; /* borrowed */
	char first; /* RESULT_CONTENT: the byte that it begins with where it is not empty;
		       NUL unknown */
	bool passing; /* RESULT_OPAQUE: a time, which is another later */
};

/* The messages of one facility and level, or one of them. */
struct evaluation {
	unsigned facility, level;
	const struct message_facts *facts;
	const struct example *example; /* NULL: all */
	char **kept; /* texts made on the way */
	size_t kept_count;
};

struct result
result_opaque(void);

struct result
result_number(long long number);

/* NULL: it can't be told. */
struct result
result_text(const char *text);

/* A text that EVALUATION frees in the end. */
struct result
result_kept(struct evaluation *evaluation, char *text);

/* The text or the number as text; only of these two. */
const char *
result_as_text(struct evaluation *evaluation, const struct result *result);

/* The number that it has or begins with; whether all of it is one, or nothing: str2num()
 * of grammar/rainerscript.c. Only of a number or text. */
bool
result_as_number(const struct result *result, long long *ret_number);

/* The property or variable NAME, without its dollar sign. */
struct result
property_get(const char *name, struct evaluation *evaluation);

/* What a function asks of a call. */
struct function_form {
	size_t least, most; /* arguments */
	size_t constant; /* the argument that must be a text of its own, from 1; 0: none
			  */
	bool declared; /* its first names a table that other statements declare */
	const char *module; /* that brings it; NULL: rsyslogd itself */
};

/* That of the function NAME, by case as rsyslogd tells them apart; NULL: there is none in
 * rsyslog 8.2302. */
const struct function_form *
function_form(const char *name);

/* What is wrong with TEXT, the argument of the function NAME that must be one: a regular
 * expression or a selector. RET_SURE: false where that can't be told. The caller frees;
 * NULL: nothing. */
char *
function_mistake(const char *name, const char *text, bool *ret_sure);

/* Compiles the regular expression that the function CALL looks for, if it does. */
void
function_prepare(struct expression *call);

void
pattern_free(struct pattern *pattern);

/* A call of the function CALL. */
struct result
function_call(const struct expression *call, struct evaluation *evaluation);

/* What a variable, a call, an operation comes to. */
struct result
expression_evaluate(const struct expression *expression, struct evaluation *evaluation);

#endif
