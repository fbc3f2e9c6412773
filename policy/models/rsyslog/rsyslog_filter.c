/* The old filters, :property, operation, "value". Source: DecodePropFilter() of
 * grammar/rainerscript.c and propNameToID() of runtime/msg.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_expression.h"

/* What an operation of an old filter comes to: an operator or a function. */
static const struct operation {
	const char *name;
	enum token_type operator;
	const char *function;
} operations[] = {
	{ "contains", TOKEN_CONTAINS, NULL },
	{ "isequal", TOKEN_EQUAL, NULL },
	{ "startswith", TOKEN_STARTS, NULL },
	{ "isempty", TOKEN_EQUAL, NULL },
	{ "regex", TOKEN_FUNCTION, "(regex)" },
	{ "ereregex", TOKEN_FUNCTION, "(ereregex)" },
};

/* By es_strcasebufcmp(): "Contains" is one. */
static const struct operation *
find_operation(const char *name)
{
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (strcasecmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
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

struct expression *
filter_read(struct bytes text, struct error *err)
{
	autofree char *copy = memory_copy(text.data, text.size);
	const char *p = copy + strspn(copy, " \t") + 1;
	autofree char *name = filter_word(&p), *word = filter_word(&p);
	bool negated = word[0] == '!';
	if (!property_is_known(name)) {
		error_set(err, "unknown property '%s'", name);
		return NULL;
	}
	const struct operation *operation = find_operation(word + negated);
	if (operation == NULL) {
		error_set(err, "unknown operation '%s' of a filter", word + negated);
		return NULL;
	}
	autobuffer struct buffer value = { 0 };
	for (const char *end = copy + strlen(copy) - 1, *q = p + 1; q < end; q++) {
		q += *q == '\\' && q + 1 < end;
		buffer_add(&value, q, 1);
	}
	struct expression *test = expression_new(operation->operator),
			  *left = expression_new(TOKEN_VARIABLE),
			  *right = expression_new(TOKEN_STRING);
	left->text = memory_text(name);
	right->text = strcmp(operation->name, "isempty") == 0 ? memory_text("")
							      : buffer_take(&value);
	if (operation->function != NULL)
		test->text = memory_text(operation->function);
	if (operation->operator== TOKEN_EQUAL) {
		/* the texts alone count, as those in an array */
		struct expression *array = expression_new(TOKEN_NAME);
		expression_add(array, right);
		right = array;
	}
	expression_add(test, left);
	expression_add(test, right);
	if (negated) {
		struct expression *not_test = expression_new(TOKEN_NOT);
		expression_add(not_test, test);
		test = not_test;
	}
	return test;
}
