#include "policy/models/rsyslog/rsyslog_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { DEPTH_MAX = 100 };

const struct token *
words_peek(struct reader *reader)
{
	if (!reader->has_token) {
		lexer_next(&reader->lexer, &reader->token);
		reader->has_token = true;
	}
	return &reader->token;
}

void
words_advance(struct reader *reader)
{
	free(reader->token.string);
	reader->token.string = NULL;
	reader->has_token = false;
}

bool
words_is_symbol(const struct token *token, char symbol)
{
	return token->type == TOKEN_SYMBOL && token->text.data[0] == symbol;
}

bool
words_accept(struct reader *reader, enum token_type type)
{
	if (words_peek(reader)->type != type)
		return false;
	words_advance(reader);
	return true;
}

bool
words_accept_symbol(struct reader *reader, char symbol)
{
	if (!words_is_symbol(words_peek(reader), symbol))
		return false;
	words_advance(reader);
	return true;
}

int
words_error(struct reader *reader)
{
	const struct token *token = words_peek(reader);
	if (reader->halted != NULL)
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

int
words_enter(struct reader *reader)
{
	if (reader->depth < DEPTH_MAX) {
		reader->depth++;
		return 0;
	}
	const struct token *token = words_peek(reader);
	reader_halt(reader, token->file, token->offset, "it is nested too deeply");
	return -1;
}

/* nvlstGetParam() of rainerscript.c refuses an array for the others, and what then
 * becomes of the object depends on it. */
static bool
takes_array(const char *name)
{
	static const char *const names[] = { "parser", "permittedpeer", "permittedpeers",
		"tls.permittedpeer", "server", "servers", "serverport", "environment",
		"debug.files", "debug.whitelist", "confparam", "topicconfparam",
		"headers", "httpheaders", "httpheaderskey", "param" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

int
words_parameters(struct reader *reader, struct parameters *ret_parameters)
{
	while (!words_accept(reader, TOKEN_OBJECT_END)) {
		const struct token *token = words_peek(reader);
		if (token->type != TOKEN_NAME)
			return words_error(reader);
		ret_parameters->items = memory_grow(ret_parameters->items,
			ret_parameters->count, sizeof *ret_parameters->items);
		struct parameter *parameter =
			&ret_parameters->items[ret_parameters->count++];
		*parameter = (struct parameter){ .name = memory_copy(token->text.data,
							 token->text.size) };
		words_advance(reader);
		if (!words_accept_symbol(reader, '='))
			return words_error(reader);
		const struct file *file = words_peek(reader)->file;
		size_t offset = words_peek(reader)->offset;
		bool array = words_accept_symbol(reader, '[');
		if (array && !takes_array(parameter->name)) {
			autofree char *reason = memory_printf(
				"an array stands where %s takes one text",
				parameter->name);
			reader_obstruct(reader, false, true, file, offset, reason);
		}
		do {
			token = words_peek(reader);
			if (token->type != TOKEN_STRING)
				return words_error(reader);
			if (parameter->value == NULL)
				parameter->value = memory_text(token->string);
			if (token->text.data[0] == '`')
				ret_parameters->computed = true;
			words_advance(reader);
		} while (array && words_accept_symbol(reader, ','));
		if (array && !words_accept_symbol(reader, ']'))
			return words_error(reader);
	}
	return 0;
}

const char *
parameter_text(
	const struct parameters *parameters, const char *name, const char *otherwise)
{
	/* of a name given twice the last one counts: nvlst of grammar.y grows at its head
	 */
	for (size_t i = parameters->count; i-- > 0;)
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
