/* rsyslog.conf in words. The language has no lines: an old selector rule and a script are
 * told apart word by word, always the longest that fits. Source: grammar/lexer.l of
 * rsyslog 8.2302. */
#ifndef POLICY_MODELS_RSYSLOG_LEXER_H
#define POLICY_MODELS_RSYSLOG_LEXER_H

#include "policy/models/rsyslog/rsyslog_source.h"

enum token_type {
	TOKEN_END,
	TOKEN_IF,
	TOKEN_THEN,
	TOKEN_ELSE,
	TOKEN_FOREACH,
	TOKEN_IN,
	TOKEN_DO,
	TOKEN_SET,
	TOKEN_UNSET,
	TOKEN_CALL,
	TOKEN_CALL_INDIRECT,
	TOKEN_CONTINUE,
	TOKEN_STOP,
	TOKEN_RELOAD,
	TOKEN_OBJECT, /* module( input( global( ...: text says which */
	TOKEN_TEMPLATE,
	TOKEN_RULESET,
	TOKEN_PROPERTY, /* property( and constant( */
	TOKEN_ACTION,
	TOKEN_INCLUDE,
	TOKEN_OBJECT_END,
	TOKEN_SELECTOR, /* kern.* */
	TOKEN_FILTER, /* :msg, contains, "x" */
	TOKEN_LEGACY_ACTION,
	TOKEN_LEGACY_RULESET, /* $RuleSet name */
	TOKEN_BSD_BLOCK, /* !program, +host */
	TOKEN_OR,
	TOKEN_AND,
	TOKEN_NOT,
	TOKEN_EQUAL,
	TOKEN_UNEQUAL,
	TOKEN_LESS,
	TOKEN_LESS_EQUAL,
	TOKEN_GREATER,
	TOKEN_GREATER_EQUAL,
	TOKEN_CONTAINS,
	TOKEN_CONTAINS_I,
	TOKEN_STARTS,
	TOKEN_STARTS_I,
	TOKEN_EXISTS,
	TOKEN_FUNCTION,
	TOKEN_VARIABLE,
	TOKEN_NUMBER,
	TOKEN_STRING, /* string holds it */
	TOKEN_NAME,
	TOKEN_SYMBOL, /* text is one byte: ( ) { } [ ] , ; = & + - * / % */
};

struct token {
	enum token_type type;
	struct bytes text; /* in the source's text */
	char *string; /* owned; TOKEN_STRING only: without quotes and escapes */
	const struct file *file;
	size_t offset; /* in the file */
};

enum lexer_state {
	LEXER_STATEMENT,
	LEXER_EXPRESSION,
	LEXER_OBJECT, /* name="value" pairs */
	LEXER_CALL, /* a ruleset's name */
	LEXER_PROCEDURE,
};

struct lexer {
	struct source **open; /* included files on top of those that include them */
	size_t open_count;
	struct source **done; /* kept, because tokens point into them */
	size_t done_count;
	enum lexer_state state;
	/* Called for each $Directive line but $RuleSet; may push a source, and ends the
	 * text by returning false. */
	bool (*directive)(
		void *data, struct bytes line, const struct file *file, size_t offset);
	/* Called for each byte that is no part of any word, which rsyslogd passes over.
	 */
	void (*stray)(void *data, const struct file *file, size_t offset);
	/* Called for each newline behind lines that a backslash joins, within a
	 * statement. There readConfFile() puts a line of its own,
	 * "PreprocFileLineNumber(N)", which lexer.l knows between statements alone:
	 * rsyslogd stumbles, or crashes. */
	void (*interrupted)(void *data, const struct file *file, size_t offset);
	void *data;
	bool ended;
};

/* What comes next is read from FILE, until its end. */
void
lexer_push(struct lexer *lexer, const struct file *file);

/* Whether FILE is being read. */
bool
lexer_has_open(const struct lexer *lexer, const struct file *file);

/* The next word; TOKEN_END again and again at the end. The caller frees its string. */
void
lexer_next(struct lexer *lexer, struct token *ret_token);

void
lexer_free(struct lexer *lexer);

#endif
