/* Expressions read by precedence. Source: the expr rules and %left lines of
 * grammar/grammar.y of rsyslog 8.2302. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_evaluate.h"
#include "policy/models/rsyslog/rsyslog_words.h"

enum { NODES_MAX = 3000 };

static struct expression *
new_node(struct reader *reader, enum token_type type)
{
	const struct token *token = words_peek(reader);
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
		struct expression *part = words_expression(reader, 0);
		if (part == NULL)
			return -1;
		expression_add(list, part);
	} while (words_accept_symbol(reader, ','));
	return words_accept_symbol(reader, close) ? 0 : words_error(reader);
}

/* What rsyslogd 8.2302 may not survive of a call, at its start or when a message comes
 * (seen; cnffuncNew() and the initFunc_... functions of grammar/rainerscript.c). NULL:
 * nothing. */
static const char *
danger_of(const struct reader *reader, const struct expression *call)
{
	const struct function_form *form = function_form(call->text);
	if (form == NULL)
		return "is no function of rsyslogd";
	if (form->module != NULL && table_get(&reader->modules, form->module) == NULL)
		return "comes with a module that is not loaded before it";
	if (call->count < form->least || call->count > form->most)
		return NULL;
	if (form->constant > 0 && call->parts[form->constant - 1]->type != TOKEN_STRING)
		return "is given something else where a text must stand";
	if (strcmp(call->text, "exec_template") == 0 &&
		template_find(reader, call->parts[0]->text) == NULL)
		return "is given a template that is not there";
	if (strcmp(call->text, "substring") == 0 && call->parts[1]->type != TOKEN_NUMBER)
		return "is given a start that may be below 0";
	return NULL;
}

/* A mistake that rsyslogd goes on with, unless it is to stop at mistakes; the call is
 * worth nothing. RET_SURE: false where that can't be told. The caller frees. */
static char *
mistake_of(const struct expression *call, bool *ret_sure)
{
	const struct function_form *form = function_form(call->text);
	*ret_sure = true;
	if (call->count < form->least || call->count > form->most)
		return memory_printf(
			"%s() does not take %zu arguments", call->text, call->count);
	*ret_sure = false;
	if (form->declared)
		return memory_printf("%s() needs a table that is declared", call->text);
	return form->constant > 0
		? function_mistake(
			  call->text, call->parts[form->constant - 1]->text, ret_sure)
		: NULL;
}

static void
check_call(struct reader *reader, const struct expression *call, const struct file *file,
	size_t offset)
{
	const char *danger = danger_of(reader, call);
	if (danger != NULL) {
		autofree char *reason = memory_printf(
			"%s() %s: rsyslogd may die of it", call->text, danger);
		reader_obstruct(reader, false, true, file, offset, reason);
		return;
	}
	bool sure;
	autofree char *mistake = mistake_of(call, &sure);
	if (mistake != NULL && sure)
		syslog_conf_reject(reader->conf, file, offset, "%s", mistake);
	else if (mistake != NULL)
		reader_obstruct(reader, false, false, file, offset, mistake);
}

static struct expression *
read_call(struct reader *reader, struct expression *call, const struct file *file,
	size_t offset)
{
	autoexpression struct expression *made = call;
	if (!words_accept_symbol(reader, '(')) {
		words_error(reader);
		return NULL;
	}
	if (!words_accept_symbol(reader, ')') && read_list(reader, ')', made) < 0)
		return NULL;
	if (call->type == TOKEN_FUNCTION)
		check_call(reader, call, file, offset);
	made = NULL;
	return call;
}

static struct expression *
read_operand(struct reader *reader)
{
	const struct token *token = words_peek(reader);
	enum token_type type = words_is_symbol(token, '[') ? TOKEN_NAME : token->type;
	const struct file *file = token->file;
	size_t offset = token->offset;
	struct expression *node, *inner;
	if (words_accept_symbol(reader, '(')) {
		autoexpression struct expression *inside = words_expression(reader, 0);
		if (inside == NULL)
			return NULL;
		if (!words_accept_symbol(reader, ')')) {
			words_error(reader);
			return NULL;
		}
		inner = inside;
		inside = NULL;
		return inner;
	}
	bool minus = words_is_symbol(token, '-');
	if (!minus && type != TOKEN_NAME && type != TOKEN_NOT && type != TOKEN_EXISTS &&
		type != TOKEN_FUNCTION && type != TOKEN_NUMBER && type != TOKEN_STRING &&
		type != TOKEN_VARIABLE) {
		words_error(reader);
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
	/* what a `command` gives: expand_backticks() of lexer.l */
	if (type == TOKEN_STRING && token->text.data[0] == '`')
		node->type = TOKEN_END;
	if (type == TOKEN_VARIABLE && !property_is_known(node->text))
		syslog_conf_reject(reader->conf, token->file, token->offset,
			"unknown property '%s'", node->text);
	/* octal and hexadecimal too */
	node->number = type == TOKEN_NUMBER ? strtoll(node->text, NULL, 0) : 0;
	/* how rsyslogd compares a number out of its range is not followed: as opaque as
	 * a function */
	if (node->number > INT_MAX)
		node->type = TOKEN_FUNCTION;
	words_advance(reader);
	/* it sets a variable whose name is a text */
	if (type == TOKEN_FUNCTION && strcmp(node->text, "parse_json") == 0)
		reader->conf->facts.changed = CHANGED_BY_ANY;
	if (type == TOKEN_FUNCTION || type == TOKEN_EXISTS)
		return read_call(reader, node, file, offset);
	if (type == TOKEN_NAME && read_list(reader, ']', node) < 0) {
		expression_free(node);
		return NULL;
	}
	if (type == TOKEN_NOT || minus) {
		/* both bind more tightly than any comparison */
		inner = words_expression(reader, 5);
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

struct expression *
words_expression(struct reader *reader, int strength)
{
	if (words_enter(reader) < 0)
		return NULL;
	struct expression *left = read_operand(reader);
	for (int next; left != NULL &&
		(next = operator_strength(words_peek(reader))) > strength;) {
		struct expression *node = new_node(reader, words_peek(reader)->type);
		struct expression *right = NULL;
		if (node != NULL && node->type == TOKEN_SYMBOL)
			node->symbol = words_peek(reader)->text.data[0];
		words_advance(reader);
		if (node != NULL)
			expression_add(node, left);
		else
			expression_free(left);
		if (node != NULL)
			right = words_expression(reader, next);
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
