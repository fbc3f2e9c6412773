/* The statements of rsyslog.conf, read by descent. Source: grammar/grammar.y of rsyslog
 * 8.2302; its parser knows no recovery, so a syntax error ends the reading. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog_reader.h"

enum {
	DEPTH_MAX = 100,
	NODES_MAX = 3000,
};

static const struct token *
peek(struct reader *reader)
{
	if (!reader->has_token) {
		lexer_next(&reader->lexer, &reader->token);
		reader->has_token = true;
	}
	return &reader->token;
}

/* The next word is used up. Its text stays good. */
static void
advance(struct reader *reader)
{
	free(reader->token.string);
	reader->token.string = NULL;
	reader->has_token = false;
}

static bool
is_symbol(const struct token *token, char symbol)
{
	return token->type == TOKEN_SYMBOL && token->text.data[0] == symbol;
}

static bool
accept(struct reader *reader, enum token_type type)
{
	if (peek(reader)->type != type)
		return false;
	advance(reader);
	return true;
}

static bool
accept_symbol(struct reader *reader, char symbol)
{
	if (!is_symbol(peek(reader), symbol))
		return false;
	advance(reader);
	return true;
}

static int
syntax_error(struct reader *reader)
{
	const struct token *token = peek(reader);
	if (reader->halted)
		return -1;
	if (token->file == NULL)
		syslog_conf_reject(reader->conf, reader->conf->file,
			reader->conf->file->bytes.size,
			"syntax error at the end: the statement is not complete");
	else
		syslog_conf_reject(reader->conf, token->file, token->offset,
			"syntax error: rsyslogd reads no further");
	return -1;
}

static int
enter(struct reader *reader)
{
	if (reader->depth < DEPTH_MAX) {
		reader->depth++;
		return 0;
	}
	const struct token *token = peek(reader);
	reader_halt(reader, token->file, token->offset, "it is nested too deeply");
	return -1;
}

/* nvlst: pairs up to the closing parenthesis. */
static int
read_parameters(struct reader *reader, struct parameters *ret_parameters)
{
	while (!accept(reader, TOKEN_OBJECT_END)) {
		const struct token *token = peek(reader);
		if (token->type != TOKEN_NAME)
			return syntax_error(reader);
		ret_parameters->items = memory_grow(ret_parameters->items,
			ret_parameters->count, sizeof *ret_parameters->items);
		struct parameter *parameter =
			&ret_parameters->items[ret_parameters->count++];
		*parameter = (struct parameter){ .name = memory_copy(token->text.data,
							 token->text.size) };
		advance(reader);
		if (!accept_symbol(reader, '='))
			return syntax_error(reader);
		bool array = accept_symbol(reader, '[');
		do {
			token = peek(reader);
			if (token->type != TOKEN_STRING)
				return syntax_error(reader);
			if (parameter->value == NULL)
				parameter->value = memory_text(token->string);
			advance(reader);
		} while (array && accept_symbol(reader, ','));
		if (array && !accept_symbol(reader, ']'))
			return syntax_error(reader);
	}
	return 0;
}

const char *
parameter_text(
	const struct parameters *parameters, const char *name, const char *otherwise)
{
	/* of a name given twice the first one counts */
	for (size_t i = 0; i < parameters->count; i++)
		if (strcasecmp(parameters->items[i].name, name) == 0)
			return parameters->items[i].value;
	return otherwise;
}

bool
parameters_disable(const struct parameters *parameters)
{
	return strcasecmp(parameter_text(parameters, "config.enabled", "on"), "on") != 0;
}

void
parameters_free(struct parameters *parameters)
{
	for (size_t i = 0; i < parameters->count; i++) {
		free(parameters->items[i].name);
		free(parameters->items[i].value);
	}
	free(parameters->items);
	*parameters = (struct parameters){ 0 };
}

#define autoparameters __attribute__((cleanup(parameters_free)))

static void
expression_cleanup(struct expression **expression)
{
	expression_free(*expression);
}

#define autoexpression __attribute__((cleanup(expression_cleanup)))

static struct expression *
read_expression(struct reader *reader, int strength);

static struct expression *
new_node(struct reader *reader, enum token_type type)
{
	const struct token *token = peek(reader);
	if (++reader->nodes > NODES_MAX) {
		reader_halt(
			reader, token->file, token->offset, "the expression is too long");
		return NULL;
	}
	return expression_new(type);
}

/* Expressions with commas between up to CLOSE. */
static int
read_list(struct reader *reader, char close, struct expression *list)
{
	do {
		struct expression *part = read_expression(reader, 0);
		if (part == NULL)
			return -1;
		expression_add(list, part);
	} while (accept_symbol(reader, ','));
	return accept_symbol(reader, close) ? 0 : syntax_error(reader);
}

static struct expression *
read_call(struct reader *reader, struct expression *call)
{
	autoexpression struct expression *made = call;
	if (!accept_symbol(reader, '(')) {
		syntax_error(reader);
		return NULL;
	}
	if (!accept_symbol(reader, ')') && read_list(reader, ')', made) < 0)
		return NULL;
	made = NULL;
	return call;
}

static struct expression *
read_operand(struct reader *reader)
{
	const struct token *token = peek(reader);
	enum token_type type = is_symbol(token, '[') ? TOKEN_NAME : token->type;
	struct expression *node, *inner;
	if (accept_symbol(reader, '(')) {
		autoexpression struct expression *inside = read_expression(reader, 0);
		if (inside == NULL)
			return NULL;
		if (!accept_symbol(reader, ')')) {
			syntax_error(reader);
			return NULL;
		}
		inner = inside;
		inside = NULL;
		return inner;
	}
	bool minus = is_symbol(token, '-');
	if (!minus && type != TOKEN_NAME && type != TOKEN_NOT && type != TOKEN_EXISTS &&
		type != TOKEN_FUNCTION && type != TOKEN_NUMBER && type != TOKEN_STRING &&
		type != TOKEN_VARIABLE) {
		syntax_error(reader);
		return NULL;
	}
	node = new_node(reader, type);
	if (node == NULL)
		return NULL;
	if (type == TOKEN_STRING)
		node->text = memory_text(token->string);
	else if (type == TOKEN_VARIABLE)
		node->text = memory_copy(token->text.data + 1, token->text.size - 1);
	else
		node->text = memory_copy(token->text.data, token->text.size);
	/* octal and hexadecimal too */
	node->number = type == TOKEN_NUMBER ? strtoll(node->text, NULL, 0) : 0;
	advance(reader);
	if (type == TOKEN_FUNCTION || type == TOKEN_EXISTS)
		return read_call(reader, node);
	if (type == TOKEN_NAME && read_list(reader, ']', node) < 0) {
		expression_free(node);
		return NULL;
	}
	if (type == TOKEN_NOT || minus) {
		/* both bind more tightly than any comparison */
		inner = read_expression(reader, 5);
		if (inner == NULL) {
			expression_free(node);
			return NULL;
		}
		expression_add(node, inner);
	}
	return node;
}

/* How strongly the operator TOKEN binds; 0: it is none. "and" and "or" bind alike. */
static int
operator_strength(const struct token *token)
{
	switch (token->type) {
	case TOKEN_AND:
	case TOKEN_OR:
		return 1;
	case TOKEN_EQUAL:
	case TOKEN_UNEQUAL:
	case TOKEN_LESS:
	case TOKEN_LESS_EQUAL:
	case TOKEN_GREATER:
	case TOKEN_GREATER_EQUAL:
	case TOKEN_CONTAINS:
	case TOKEN_CONTAINS_I:
	case TOKEN_STARTS:
	case TOKEN_STARTS_I:
		return 2;
	case TOKEN_SYMBOL:
		return strchr("+-&", token->text.data[0]) != NULL    ? 3
			: strchr("*/%", token->text.data[0]) != NULL ? 4
								     : 0;
	default:
		return 0;
	}
}

/* An expression of operators that bind more strongly than STRENGTH; all associate to the
 * left. NULL after a mistake. */
static struct expression *
read_expression(struct reader *reader, int strength)
{
	if (enter(reader) < 0)
		return NULL;
	struct expression *left = read_operand(reader);
	for (int next;
		left != NULL && (next = operator_strength(peek(reader))) > strength;) {
		struct expression *node = new_node(reader, peek(reader)->type);
		struct expression *right = NULL;
		advance(reader);
		if (node != NULL)
			expression_add(node, left);
		else
			expression_free(left);
		if (node != NULL)
			right = read_expression(reader, next);
		if (right != NULL) {
			expression_add(node, right);
		} else {
			expression_free(node);
			node = NULL;
		}
		left = node;
	}
	reader->depth--;
	return left;
}

static int
read_statement(struct reader *reader, struct block *block);

/* '{' script '}', or one statement. */
static int
read_block(struct reader *reader, struct block *block)
{
	if (!accept_symbol(reader, '{'))
		return read_statement(reader, block);
	do {
		if (read_statement(reader, block) < 0)
			return -1;
	} while (!accept_symbol(reader, '}'));
	return 0;
}

static int
read_if(struct reader *reader, struct block *block, const struct file *file,
	size_t offset)
{
	advance(reader);
	reader->nodes = 0;
	autoexpression struct expression *test = read_expression(reader, 0);
	if (test == NULL)
		return -1;
	if (!accept(reader, TOKEN_THEN))
		return syntax_error(reader);
	struct condition condition = expression_condition(test, &reader->facts);
	struct block *branches = block_add_if(block, &condition, file, offset)->branches;
	if (read_block(reader, &branches[0]) < 0)
		return -1;
	if (!accept(reader, TOKEN_ELSE))
		return 0;
	return read_block(reader, &branches[1]);
}

/* The body is run once for each item of a list that is not known. */
static int
read_foreach(struct reader *reader, struct block *block, const struct file *file,
	size_t offset)
{
	struct condition unknown = { .opaque = priorities_all() };
	advance(reader);
	reader->nodes = 0;
	if (!accept_symbol(reader, '(') || !accept(reader, TOKEN_VARIABLE) ||
		!accept(reader, TOKEN_IN))
		return syntax_error(reader);
	autoexpression struct expression *list = read_expression(reader, 0);
	if (list == NULL)
		return -1;
	if (!accept_symbol(reader, ')') || !accept(reader, TOKEN_DO))
		return syntax_error(reader);
	return read_block(
		reader, &block_add_if(block, &unknown, file, offset)->branches[0]);
}

/* set $x = expression; and unset $x; change no message's way: what tests variables is
 * opaque. */
static int
read_set(struct reader *reader, struct block *block, bool with_value)
{
	block_add_nothing(block, reader->token.file, reader->token.offset);
	advance(reader);
	reader->nodes = 0;
	if (!accept(reader, TOKEN_VARIABLE))
		return syntax_error(reader);
	if (with_value) {
		if (!accept_symbol(reader, '='))
			return syntax_error(reader);
		autoexpression struct expression *value = read_expression(reader, 0);
		if (value == NULL)
			return -1;
	}
	return accept_symbol(reader, ';') ? 0 : syntax_error(reader);
}

static int
read_filtered(struct reader *reader, struct block *block, const struct token *token)
{
	struct condition condition = { .no = priorities_all() };
	struct error err = ERROR_INIT;
	const struct file *file = token->file;
	size_t offset = token->offset;
	int result;
	if (token->type == TOKEN_SELECTOR) {
		struct priorities set;
		size_t used, blank = strspn(token->text.data, " \t");
		/* what stands before the mistake counts */
		result = selector_decode((struct bytes){ token->text.data + blank,
						 token->text.size - blank },
			SELECTOR_RSYSLOG, NULL, &set, &used, &err);
		condition = condition_of_priorities(set);
	} else {
		result = filter_condition(token->text, &reader->facts, &condition, &err);
	}
	if (result < 0)
		syslog_conf_reject(reader->conf, file, offset, "%s", err.text);
	error_clear(&err);
	advance(reader);
	return read_block(
		reader, &block_add_if(block, &condition, file, offset)->branches[0]);
}

static int
read_call_statement(struct reader *reader, struct block *block, const struct file *file,
	size_t offset)
{
	advance(reader);
	const struct token *token = peek(reader);
	if (token->type != TOKEN_NAME)
		return syntax_error(reader);
	block_add(block, STATEMENT_CALL, file, offset)->text = memory_copy(
		token->text.data, token->text.size);
	advance(reader);
	return 0;
}

/* One of the actions that & can chain. */
static int
read_action(struct reader *reader, struct block *block)
{
	const struct token *token = peek(reader);
	const struct file *file = token->file;
	size_t offset = token->offset;
	autoparameters struct parameters parameters = { 0 };
	struct bytes text = token->text;
	switch (token->type) {
	case TOKEN_ACTION:
		advance(reader);
		if (read_parameters(reader, &parameters) < 0)
			return -1;
		action_add(reader, block, &parameters, file, offset);
		return 0;
	case TOKEN_LEGACY_ACTION:
		advance(reader);
		action_add_legacy(reader, block, text, file, offset);
		return 0;
	case TOKEN_STOP:
		advance(reader);
		block_add(block, STATEMENT_STOP, file, offset);
		return 0;
	case TOKEN_CALL:
		return read_call_statement(reader, block, file, offset);
	case TOKEN_CALL_INDIRECT: {
		advance(reader);
		reader->nodes = 0;
		autoexpression struct expression *name = read_expression(reader, 0);
		if (name == NULL)
			return -1;
		block_add(block, STATEMENT_OPAQUE, file, offset)->text = memory_text(
			"which ruleset call_indirect calls can't be told");
		return accept_symbol(reader, ';') ? 0 : syntax_error(reader);
	}
	case TOKEN_CONTINUE:
		advance(reader);
		block_add_nothing(block, file, offset);
		return 0;
	default:
		return syntax_error(reader);
	}
}

static int
read_include(struct reader *reader, const struct file *file, size_t offset)
{
	autoparameters struct parameters parameters = { 0 };
	advance(reader);
	if (read_parameters(reader, &parameters) < 0)
		return -1;
	const char *name = parameter_text(&parameters, "file", NULL);
	const char *mode = parameter_text(&parameters, "mode", "required");
	if (parameters_disable(&parameters))
		return 0;
	if (name == NULL) {
		reader_halt(reader, file, offset, "include(text=...) is not followed");
		return -1;
	}
	if (setting_include(
		    reader, name, strcasecmp(mode, "optional") == 0, file, offset) < 0 &&
		strcmp(mode, "abort-if-missing") == 0)
		reader->abort_if_unclean = true;
	return reader->halted ? -1 : 0;
}

static int
read_procedure(struct reader *reader, struct block *block)
{
	block_add_nothing(block, reader->token.file, reader->token.offset);
	advance(reader);
	if (!accept_symbol(reader, '('))
		return syntax_error(reader);
	do {
		if (!accept(reader, TOKEN_STRING))
			return syntax_error(reader);
	} while (accept_symbol(reader, ','));
	return accept_symbol(reader, ')') ? 0 : syntax_error(reader);
}

static int
read_plain_statement(struct reader *reader, struct block *block)
{
	const struct token *token = peek(reader);
	const struct file *file = token->file;
	size_t offset = token->offset;
	switch (token->type) {
	case TOKEN_IF:
		return read_if(reader, block, file, offset);
	case TOKEN_FOREACH:
		return read_foreach(reader, block, file, offset);
	case TOKEN_SET:
		return read_set(reader, block, true);
	case TOKEN_UNSET:
		return read_set(reader, block, false);
	case TOKEN_SELECTOR:
	case TOKEN_FILTER:
		return read_filtered(reader, block, token);
	case TOKEN_RELOAD:
		return read_procedure(reader, block);
	case TOKEN_INCLUDE:
		return read_include(reader, file, offset);
	default:
		break;
	}
	do {
		if (read_action(reader, block) < 0)
			return -1;
	} while (accept_symbol(reader, '&'));
	return 0;
}

static int
read_statement(struct reader *reader, struct block *block)
{
	if (enter(reader) < 0)
		return -1;
	int result = read_plain_statement(reader, block);
	reader->depth--;
	return result;
}

/* { property(...) constant(...) } */
static int
read_template_parts(struct reader *reader)
{
	while (!accept_symbol(reader, '}')) {
		autoparameters struct parameters parameters = { 0 };
		if (!accept(reader, TOKEN_PROPERTY))
			return syntax_error(reader);
		if (read_parameters(reader, &parameters) < 0)
			return -1;
	}
	return 0;
}

static int
read_ruleset(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	struct block body = { 0 };
	const char *name = parameter_text(parameters, "name", NULL);
	bool queued = false;
	if (!accept_symbol(reader, '{'))
		return syntax_error(reader);
	while (!accept_symbol(reader, '}'))
		if (read_statement(reader, &body) < 0) {
			block_free(&body);
			return -1;
		}
	for (size_t i = 0; i < parameters->count; i++)
		queued = queued ||
			strncasecmp(parameters->items[i].name, "queue.", 6) == 0;
	if (parameters_disable(parameters) || name == NULL) {
		block_free(&body);
		return 0;
	}
	size_t index = syslog_conf_ruleset(reader->conf, name);
	struct ruleset *ruleset = &reader->conf->rulesets[index];
	if (ruleset->defined) {
		syslog_conf_reject(reader->conf, file, offset,
			"there is a ruleset '%s' already", name);
		block_free(&body);
		return 0;
	}
	ruleset->defined = true;
	ruleset->queued = queued;
	ruleset->body = body;
	return 0;
}

static int
read_object(struct reader *reader)
{
	const struct token *token = peek(reader);
	enum token_type type = token->type;
	const struct file *file = token->file;
	size_t offset = token->offset;
	autofree char *name = memory_copy(
		token->text.data, strcspn(token->text.data, " \t\n("));
	autoparameters struct parameters parameters = { 0 };
	advance(reader);
	if (read_parameters(reader, &parameters) < 0)
		return -1;
	if (type == TOKEN_RULESET)
		return read_ruleset(reader, &parameters, file, offset);
	if (type == TOKEN_TEMPLATE) {
		bool list = accept_symbol(reader, '{');
		if (list && read_template_parts(reader) < 0)
			return -1;
		setting_template(reader, &parameters, list);
		return 0;
	}
	setting_object(reader, name, &parameters, file, offset);
	return 0;
}

/* $RuleSet name: what follows goes there. */
static void
read_legacy_ruleset(struct reader *reader, struct bytes line)
{
	autofree char *text = memory_copy(line.data, line.size);
	const char *name = text + strlen("$ruleset ");
	name += strspn(name, " \t");
	text[(size_t)(name - text) + strcspn(name, " \t#")] = '\0';
	reader->current = syslog_conf_ruleset(reader->conf, name);
	reader->conf->rulesets[reader->current].defined = true;
}

/* Adds what one statement of the top level came to. rsyslogd hangs it behind the first
 * part of the statement before, whose other parts are lost: those that & added to an
 * action without a selector, and all but the first statement of a ruleset that $RuleSet
 * goes on with (addScript() of runtime/ruleset.c). */
static void
add_script(struct reader *reader, struct block *block)
{
	struct ruleset *ruleset = &reader->conf->rulesets[reader->current];
	struct block *body = &ruleset->body;
	if (block->count == 0)
		return;
	if (body->count > ruleset->last + 1) {
		const struct statement *lost = &body->items[ruleset->last + 1];
		syslog_conf_reject(reader->conf, lost->file, lost->offset,
			"rsyslogd loses it: no selector stands before the first action");
		block_cut(body, ruleset->last + 1);
	}
	ruleset->last = body->count;
	for (size_t i = 0; i < block->count; i++)
		block_move(body, &block->items[i]);
	free(block->items);
}

/* Statements of the top level, and what can stand only there. */
static int
read_top(struct reader *reader)
{
	const struct token *token = peek(reader);
	struct block block = { 0 };
	switch (token->type) {
	case TOKEN_OBJECT:
	case TOKEN_TEMPLATE:
	case TOKEN_RULESET:
		return read_object(reader);
	case TOKEN_LEGACY_RULESET:
		read_legacy_ruleset(reader, token->text);
		advance(reader);
		return 0;
	case TOKEN_BSD_BLOCK:
		syslog_conf_reject(reader->conf, token->file, token->offset,
			"rsyslogd has no such blocks: what follows holds for all");
		advance(reader);
		return 0;
	default:
		break;
	}
	if (read_statement(reader, &block) < 0) {
		block_free(&block);
		return -1;
	}
	add_script(reader, &block);
	return 0;
}

int
script_read(struct reader *reader)
{
	int result = 0;
	while (result == 0 && peek(reader)->type != TOKEN_END) {
		const struct token *token = &reader->token;
		if (token->file == reader->conf->file && token->type != TOKEN_OBJECT &&
			token->type != TOKEN_TEMPLATE &&
			token->offset < reader->conf->first)
			reader->conf->first = token->offset;
		result = read_top(reader);
	}
	advance(reader);
	return result;
}
