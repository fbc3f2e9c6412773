/* The statements of rsyslog.conf, read by descent. Source: grammar/grammar.y of rsyslog
 * 8.2302; its parser knows no recovery, so a syntax error ends the reading. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"
#include "policy/models/rsyslog/rsyslog_words.h"

static const char computed[] = "what a command in backticks gives can't be told";

static int
read_statement(struct reader *reader, struct block *block);

/* '{' script '}', or one statement. */
static int
read_block(struct reader *reader, struct block *block)
{
	if (!words_accept_symbol(reader, '{'))
		return read_statement(reader, block);
	do {
		if (read_statement(reader, block) < 0)
			return -1;
	} while (!words_accept_symbol(reader, '}'));
	return 0;
}

static int
read_if(struct reader *reader, struct block *block, const struct file *file,
	size_t offset)
{
	words_advance(reader);
	reader->nodes = 0;
	struct condition condition = { .test = words_expression(reader, 0) };
	if (condition.test == NULL)
		return -1;
	struct block *branches = block_add_if(block, &condition, file, offset)->branches;
	if (!words_accept(reader, TOKEN_THEN))
		return words_error(reader);
	if (read_block(reader, &branches[0]) < 0)
		return -1;
	if (!words_accept(reader, TOKEN_ELSE))
		return 0;
	return read_block(reader, &branches[1]);
}

/* Something gives a value to the variable in TEXT. */
static void
note_set(struct reader *reader, struct bytes text)
{
	static char set[] = "";
	autofree char *name = memory_copy(text.data + 1, text.size - 1);
	autofree char *key = variable_key(name);
	if (key != NULL)
		table_set(&reader->conf->facts.set, key, set);
}

/* Whether there is anything in LIST, which it takes: only variables hold lists
 * (cnfexprEvalCollection() of rainerscript.c). */
static struct condition
list_condition(struct expression *list)
{
	struct condition condition = { 0 };
	switch (list->type) {
	case TOKEN_VARIABLE:
		condition.test = expression_new(TOKEN_EXISTS);
		expression_add(condition.test, list);
		return condition;
	case TOKEN_STRING:
	case TOKEN_NUMBER:
	case TOKEN_NAME:
		condition.no = priorities_all();
		break;
	default:
		condition.opaque = priorities_all();
		break;
	}
	expression_free(list);
	return condition;
}

/* The body is run once for each item of a list. */
static int
read_foreach(struct reader *reader, struct block *block, const struct file *file,
	size_t offset)
{
	words_advance(reader);
	reader->nodes = 0;
	if (!words_accept_symbol(reader, '('))
		return words_error(reader);
	struct bytes item = words_peek(reader)->text;
	if (!words_accept(reader, TOKEN_VARIABLE) || !words_accept(reader, TOKEN_IN))
		return words_error(reader);
	note_set(reader, item);
	struct expression *list = words_expression(reader, 0);
	if (list == NULL)
		return -1;
	struct condition condition = list_condition(list);
	struct block *branches = block_add_if(block, &condition, file, offset)->branches;
	if (!words_accept_symbol(reader, ')') || !words_accept(reader, TOKEN_DO))
		return words_error(reader);
	return read_block(reader, &branches[0]);
}

/* set $x = expression; and unset $x; change no message's way: what tests variables that
 * are set is opaque. */
static int
read_set(struct reader *reader, struct block *block, bool with_value)
{
	block_add_nothing(block, reader->token.file, reader->token.offset);
	words_advance(reader);
	reader->nodes = 0;
	struct bytes name = words_peek(reader)->text;
	if (!words_accept(reader, TOKEN_VARIABLE))
		return words_error(reader);
	if (with_value) {
		note_set(reader, name);
		if (!words_accept_symbol(reader, '='))
			return words_error(reader);
		autoexpression struct expression *value = words_expression(reader, 0);
		if (value == NULL)
			return -1;
	}
	return words_accept_symbol(reader, ';') ? 0 : words_error(reader);
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
		struct expression *test = filter_read(token->text, &err);
		result = test != NULL ? 0 : -1;
		if (test != NULL)
			condition = (struct condition){ .test = test };
	}
	if (result < 0)
		syslog_conf_reject(reader->conf, file, offset, "%s", err.text);
	error_clear(&err);
	words_advance(reader);
	return read_block(
		reader, &block_add_if(block, &condition, file, offset)->branches[0]);
}

static int
read_call_statement(struct reader *reader, struct block *block, const struct file *file,
	size_t offset)
{
	words_advance(reader);
	const struct token *token = words_peek(reader);
	if (token->type != TOKEN_NAME)
		return words_error(reader);
	block_add(block, STATEMENT_CALL, file, offset)->text = memory_copy(
		token->text.data, token->text.size);
	words_advance(reader);
	return 0;
}

/* One of the actions that & can chain. */
static int
read_action(struct reader *reader, struct block *block)
{
	const struct token *token = words_peek(reader);
	const struct file *file = token->file;
	size_t offset = token->offset;
	autoparameters struct parameters parameters = { 0 };
	struct bytes text = token->text;
	switch (token->type) {
	case TOKEN_ACTION:
		words_advance(reader);
		if (words_parameters(reader, &parameters) < 0)
			return -1;
		if (!parameters.computed) {
			action_add(reader, block, &parameters, file, offset);
			return 0;
		}
		reader->actions++;
		block_add(block, STATEMENT_OPAQUE, file, offset)->text = memory_text(
			computed);
		return 0;
	case TOKEN_LEGACY_ACTION:
		words_advance(reader);
		action_add_legacy(reader, block, text, file, offset);
		return 0;
	case TOKEN_STOP:
		words_advance(reader);
		block_add(block, STATEMENT_STOP, file, offset);
		return 0;
	case TOKEN_CALL:
		return read_call_statement(reader, block, file, offset);
	case TOKEN_CALL_INDIRECT: {
		words_advance(reader);
		reader->nodes = 0;
		autoexpression struct expression *name = words_expression(reader, 0);
		if (name == NULL)
			return -1;
		if (name->type == TOKEN_STRING)
			block_add(block, STATEMENT_CALL, file, offset)->text =
				memory_text(name->text);
		else
			block_add(block, STATEMENT_OPAQUE, file, offset)->text =
				memory_text("which ruleset call_indirect calls can't be "
					    "told");
		return words_accept_symbol(reader, ';') ? 0 : words_error(reader);
	}
	case TOKEN_CONTINUE:
		words_advance(reader);
		block_add_nothing(block, file, offset);
		return 0;
	default:
		return words_error(reader);
	}
}

static int
read_include(struct reader *reader, const struct file *file, size_t offset)
{
	autoparameters struct parameters parameters = { 0 };
	words_advance(reader);
	if (words_parameters(reader, &parameters) < 0)
		return -1;
	const char *name = parameter_text(&parameters, "file", NULL);
	const char *mode = parameter_text(&parameters, "mode", "required");
	if (parameters.computed) {
		reader_halt(reader, file, offset, computed);
		return -1;
	}
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
	return reader->halted != NULL ? -1 : 0;
}

static int
read_procedure(struct reader *reader, struct block *block)
{
	block_add_nothing(block, reader->token.file, reader->token.offset);
	words_advance(reader);
	if (!words_accept_symbol(reader, '('))
		return words_error(reader);
	do {
		if (!words_accept(reader, TOKEN_STRING))
			return words_error(reader);
	} while (words_accept_symbol(reader, ','));
	return words_accept_symbol(reader, ')') ? 0 : words_error(reader);
}

static int
read_plain_statement(struct reader *reader, struct block *block)
{
	const struct token *token = words_peek(reader);
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
	} while (words_accept_symbol(reader, '&'));
	return 0;
}

static int
read_statement(struct reader *reader, struct block *block)
{
	if (words_enter(reader) < 0)
		return -1;
	int result = read_plain_statement(reader, block);
	reader->depth--;
	return result;
}

/* { property(...) constant(...) } */
static int
read_template_parts(struct reader *reader, struct template *template)
{
	while (!words_accept_symbol(reader, '}')) {
		autoparameters struct parameters parameters = { 0 };
		const struct token *token = words_peek(reader);
		bool property = token->text.size > 0 &&
			strchr("pP", token->text.data[0]) != NULL;
		if (!words_accept(reader, TOKEN_PROPERTY))
			return words_error(reader);
		if (words_parameters(reader, &parameters) < 0)
			return -1;
		if (property)
			template_add_property(template, &parameters);
		else
			template_add_constant(
				template, parameter_text(&parameters, "value", ""));
	}
	return 0;
}

static int
read_template(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	struct template *list = NULL;
	if (words_accept_symbol(reader, '{')) {
		list = template_new();
		if (read_template_parts(reader, list) < 0) {
			template_free(list);
			return -1;
		}
	}
	setting_template(reader, parameters, list, file, offset);
	return 0;
}

static int
read_ruleset(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	struct block body = { 0 };
	const char *name = parameter_text(parameters, "name", NULL);
	bool queued = false;
	if (!words_accept_symbol(reader, '{'))
		return words_error(reader);
	if (parameter_text(parameters, "parser", NULL) != NULL)
		reader->other_parsers = true;
	autofree char *doubt = accept_queue(reader, parameters, file, offset);
	if (doubt != NULL)
		block_add(&body, STATEMENT_OPAQUE, file, offset)->text = memory_printf(
			"the queue of its ruleset: %s", doubt);
	while (!words_accept_symbol(reader, '}'))
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
	const struct token *token = words_peek(reader);
	enum token_type type = token->type;
	const struct file *file = token->file;
	size_t offset = token->offset;
	autofree char *name = memory_copy(
		token->text.data, strcspn(token->text.data, " \t\n("));
	autoparameters struct parameters parameters = { 0 };
	words_advance(reader);
	if (words_parameters(reader, &parameters) < 0)
		return -1;
	if (parameters.computed) {
		reader_halt(reader, file, offset, computed);
		return -1;
	}
	if (type == TOKEN_RULESET)
		return read_ruleset(reader, &parameters, file, offset);
	if (type == TOKEN_TEMPLATE)
		return read_template(reader, &parameters, file, offset);
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
	const struct token *token = words_peek(reader);
	struct block block = { 0 };
	switch (token->type) {
	case TOKEN_OBJECT:
	case TOKEN_TEMPLATE:
	case TOKEN_RULESET:
		return read_object(reader);
	case TOKEN_LEGACY_RULESET:
		read_legacy_ruleset(reader, token->text);
		words_advance(reader);
		return 0;
	case TOKEN_BSD_BLOCK:
		syslog_conf_reject(reader->conf, token->file, token->offset,
			"rsyslogd has no such blocks: what follows holds for all");
		words_advance(reader);
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
	while (result == 0 && words_peek(reader)->type != TOKEN_END) {
		const struct token *token = &reader->token;
		if (token->file == reader->conf->file && token->type != TOKEN_OBJECT &&
			token->type != TOKEN_TEMPLATE &&
			token->offset < reader->conf->first)
			reader->conf->first = token->offset;
		result = read_top(reader);
	}
	words_advance(reader);
	return result;
}
