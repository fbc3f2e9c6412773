/* The old filters, :property, operation, "value". Source: DecodePropFilter() of
 * grammar/rainerscript.c and propNameToID() of runtime/msg.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog_expression.h"

static const char *const properties[] = { "msg", "rawmsg", "rawmsg-after-pri", "procid",
	"msgid", "structured-data", "programname", "app-name", "syslogtag",
	"syslogfacility", "syslogfacility-text", "syslogseverity", "syslogseverity-text",
	"syslogpriority", "syslogpriority-text", "pri", "pri-text", "timestamp",
	"timereported", "timegenerated", "hostname", "source", "inputname", "fromhost",
	"fromhost-ip", "iut", "protocol-version", "jsonmesg", "parsesuccess", "uuid" };

static bool
is_property(const char *name)
{
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		if (strcasecmp(properties[i], name) == 0)
			return true;
	return name[0] == '$';
}

/* The operator that an operation of an old filter comes to; TOKEN_END: it always can be
 * met or not. */
static bool
find_operation(const char *name, enum token_type *ret_operator)
{
	static const struct {
		const char *name;
		enum token_type operator;
	} operations[] = {
		{ "contains", TOKEN_CONTAINS },
		{ "isequal", TOKEN_EQUAL },
		{ "startswith", TOKEN_STARTS },
		{ "isempty", TOKEN_END },
		{ "regex", TOKEN_END },
		{ "ereregex", TOKEN_END },
	};
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (strcmp(operations[i].name, name) == 0) {
			*ret_operator = operations[i].operator;
			return true;
		}
	return false;
}

/* The part of an old filter up to the next comma, without the blanks around it. */
static char *
filter_word(const char **p)
{
	*p += strspn(*p, " ");
	size_t length = strcspn(*p, " ,");
	char *word = memory_copy(*p, length);
	*p += length;
	*p += strspn(*p, " ,");
	return word;
}

int
filter_condition(struct bytes text, const struct message_facts *facts,
	struct condition *ret_condition, struct error *err)
{
	autofree char *copy = memory_copy(text.data, text.size);
	const char *p = copy + strspn(copy, " \t") + 1;
	autofree char *name = filter_word(&p), *operation = filter_word(&p);
	bool negated = operation[0] == '!';
	enum token_type operator;
	if (!is_property(name))
		return error_set(err, "unknown property '%s'", name);
	if (!find_operation(operation + negated, &operator))
		return error_set(
			err, "unknown operation '%s' of a filter", operation + negated);
	autobuffer struct buffer value = { 0 };
	for (const char *end = copy + strlen(copy) - 1, *q = p + 1; q < end; q++) {
		q += *q == '\\' && q + 1 < end;
		buffer_add(&value, q, 1);
	}
	struct expression
		*test = expression_new(operator== TOKEN_END ? TOKEN_FUNCTION : operator),
		*left = expression_new(TOKEN_VARIABLE),
		*right = expression_new(TOKEN_STRING);
	left->text = memory_text(name);
	right->text = buffer_take(&value);
	if (operator== TOKEN_END)
		test->text = memory_text("re_match");
	expression_add(test, left);
	expression_add(test, right);
	if (negated) {
		struct expression *not_test = expression_new(TOKEN_NOT);
		expression_add(not_test, test);
		test = not_test;
	}
	*ret_condition = expression_condition(test, facts);
	expression_free(test);
	return 0;
}
