#include "policy/models/rsyslog_expression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct expression *
expression_new(enum token_type type)
{
	struct expression *expression = memory_new(1, sizeof *expression);
	expression->type = type;
	return expression;
}

void
expression_add(struct expression *expression, struct expression *part)
{
	expression->parts = memory_grow(
		expression->parts, expression->count, sizeof *expression->parts);
	expression->parts[expression->count++] = part;
}

void
expression_free(struct expression *expression)
{
	if (expression == NULL)
		return;
	for (size_t i = 0; i < expression->count; i++)
		expression_free(expression->parts[i]);
	free(expression->parts);
	free(expression->text);
	free(expression);
}

/* What a part of an expression comes to for the messages of one pair. */
struct result {
	enum result_type {
		RESULT_NUMBER,
		RESULT_TEXT,
		RESULT_CONTENT, /* it depends on what the message says */
		RESULT_OPAQUE, /* it can't be told */
	} type;
	long long number;
	const char *text; /* borrowed from the expression or from BUFFER */
	char buffer[24];
};

struct pair {
	unsigned facility, level;
	const struct message_facts *facts;
	unsigned tested; /* properties that were looked at */
};

enum {
	TESTED_MESSAGE = 1,
	TESTED_PROGRAM = 2,
};

static struct result
opaque(void)
{
	return (struct result){ .type = RESULT_OPAQUE };
}

static struct result
number_result(long long number)
{
	return (struct result){ .type = RESULT_NUMBER, .number = number };
}

static struct result
text_result(const char *text)
{
	return text != NULL ? (struct result){ .type = RESULT_TEXT, .text = text }
			    : opaque();
}

static struct result
content(struct pair *pair, unsigned tested)
{
	pair->tested |= tested;
	return (struct result){ .type = RESULT_CONTENT };
}

/* A number as the text that a property has. */
static struct result
digits_result(unsigned number)
{
	struct result result = { .type = RESULT_TEXT };
	snprintf(result.buffer, sizeof result.buffer, "%u", number);
	return result;
}

static const char *
result_text(const struct result *result)
{
	return result->text != NULL ? result->text : result->buffer;
}

/* rsyslog's own names for the facilities that syslog.h has none for. */
static const char *
facility_text(unsigned facility)
{
	static const char *const names[] = { "ntp", "audit", "alert", "clock" };
	return facility >= 12 && facility < 16 ? names[facility - 12]
					       : facility_name(facility);
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcasecmp(name, *names) == 0)
			return true;
	return false;
}

/* The property NAME, without the dollar sign. */
static struct result
property(const char *name, struct pair *pair)
{
	static const char *const severity[] = { "syslogseverity", "syslogpriority",
		NULL };
	static const char *const severity_text[] = { "syslogseverity-text",
		"syslogpriority-text", NULL };
	static const char *const program[] = { "programname", "app-name", NULL };
	static const char *const message[] = { "msg", "rawmsg", "rawmsg-after-pri",
		"procid", "msgid", "structured-data", NULL };
	bool kernel = pair->facility == FACILITY_KERN;
	if (strcasecmp(name, "syslogfacility") == 0)
		return digits_result(pair->facility);
	if (strcasecmp(name, "syslogfacility-text") == 0)
		return text_result(facility_text(pair->facility));
	if (is_one_of(name, severity))
		return digits_result(pair->level);
	if (is_one_of(name, severity_text))
		return text_result(level_name(pair->level));
	if (strcasecmp(name, "pri") == 0)
		return digits_result(pair->facility * LEVEL_COUNT + pair->level);
	if (strcasecmp(name, "inputname") == 0)
		return text_result(
			kernel ? pair->facts->kernel_input : pair->facts->user_input);
	/* imklog tags what the kernel says with "kernel:" */
	if (is_one_of(name, program))
		return kernel ? text_result("kernel") : content(pair, TESTED_PROGRAM);
	if (strcasecmp(name, "syslogtag") == 0)
		return kernel ? text_result("kernel:") : content(pair, TESTED_PROGRAM);
	if (is_one_of(name, message))
		return content(pair, TESTED_MESSAGE);
	return opaque();
}

/* var2Number(): the whole text must be a decimal number. */
static bool
to_number(const struct result *result, long long *ret_number)
{
	if (result->type == RESULT_NUMBER) {
		*ret_number = result->number;
		return true;
	}
	const char *text = result_text(result);
	char *end;
	*ret_number = strtoll(text, &end, 10);
	return end != text && *end == '\0';
}

static const char *
to_text(struct result *result)
{
	if (result->type == RESULT_NUMBER) {
		snprintf(result->buffer, sizeof result->buffer, "%lld", result->number);
		result->text = NULL;
	}
	return result_text(result);
}

/* <0, 0, >0; both are known. */
static int
order(struct result *a, struct result *b, bool equality)
{
	long long x, y;
	bool texts = a->type == RESULT_TEXT && b->type == RESULT_TEXT;
	if (!(equality && texts) && to_number(a, &x) && to_number(b, &y))
		return (x > y) - (x < y);
	return strcmp(to_text(a), to_text(b));
}

static bool
compare_known(enum token_type operator, struct result * a, struct result *b)
{
	switch (operator) {
	case TOKEN_EQUAL:
		return order(a, b, true) == 0;
	case TOKEN_UNEQUAL:
		return order(a, b, true) != 0;
	case TOKEN_LESS:
		return order(a, b, false) < 0;
	case TOKEN_LESS_EQUAL:
		return order(a, b, false) <= 0;
	case TOKEN_GREATER:
		return order(a, b, false) > 0;
	case TOKEN_GREATER_EQUAL:
		return order(a, b, false) >= 0;
	case TOKEN_CONTAINS:
		return strstr(to_text(a), to_text(b)) != NULL;
	case TOKEN_CONTAINS_I:
		return strcasestr(to_text(a), to_text(b)) != NULL;
	case TOKEN_STARTS:
		return strncmp(to_text(a), to_text(b), strlen(to_text(b))) == 0;
	case TOKEN_STARTS_I:
		return strncasecmp(to_text(a), to_text(b), strlen(to_text(b))) == 0;
	default:
		return false;
	}
}

static struct result
evaluate(const struct expression *expression, struct pair *pair);

/* The optimizer takes other names of facilities and levels too: "security", "error". */
static bool
compare_name(
	const struct expression *expression, const struct pair *pair, bool *ret_equal)
{
	const struct expression *left = expression->parts[0],
				*right = expression->parts[1];
	if (left->type != TOKEN_VARIABLE || right->type != TOKEN_STRING)
		return false;
	bool facility = strcmp(left->text, "syslogfacility-text") == 0;
	if (!facility && strcmp(left->text, "syslogseverity-text") != 0)
		return false;
	int number = facility ? facility_decode(BYTES_TEXT(right->text), SELECTOR_RSYSLOG)
			      : level_decode(BYTES_TEXT(right->text), SELECTOR_RSYSLOG);
	/* digits are numbers as in <syslog.h>, and "none" is no level: left alone */
	if (number < 0 || right->text[strspn(right->text, "0123456789")] == '\0')
		return false;
	*ret_equal = (unsigned)number == (facility ? pair->facility : pair->level);
	return true;
}

static struct result
compare(const struct expression *expression, struct pair *pair)
{
	const struct expression *right = expression->parts[1];
	bool same, equal = expression->type == TOKEN_EQUAL,
		   unequal = expression->type == TOKEN_UNEQUAL;
	if ((equal || unequal) && compare_name(expression, pair, &same))
		return number_result(same == equal);
	struct result left = evaluate(expression->parts[0], pair);
	if (right->type != TOKEN_NAME) {
		struct result other = evaluate(right, pair);
		if (left.type == RESULT_OPAQUE || other.type == RESULT_OPAQUE)
			return opaque();
		if (left.type == RESULT_CONTENT || other.type == RESULT_CONTENT)
			return content(pair, 0);
		return number_result(compare_known(expression->type, &left, &other));
	}
	if (left.type != RESULT_TEXT)
		return left.type == RESULT_CONTENT ? left : opaque();
	/* an array: any member will do; of unequal, none */
	bool any = false;
	for (size_t i = 0; i < right->count && !any; i++) {
		struct result member = text_result(right->parts[i]->text);
		any = compare_known(
			unequal ? TOKEN_EQUAL : expression->type, &left, &member);
	}
	return number_result(any != unequal);
}

/* Functions whose value follows from their arguments alone. */
static const char *const pure_functions[] = { "tolower", "toupper", "cstr", "cnum",
	"strlen", "substring", "replace", "wrap", "re_match", "re_match_i", "re_extract",
	"re_extract_i", "field", "ltrim", "rtrim", "num2ipv4", "ipv42num", NULL };

static struct result
call(const struct expression *expression, struct pair *pair)
{
	bool depends = false;
	if (strcasecmp(expression->text, "prifilt") == 0 && expression->count == 1 &&
		expression->parts[0]->type == TOKEN_STRING) {
		struct priorities set;
		size_t used;
		struct error err = ERROR_INIT;
		selector_decode(BYTES_TEXT(expression->parts[0]->text), SELECTOR_RSYSLOG,
			NULL, &set, &used, &err);
		error_clear(&err);
		return number_result(priorities_have(set, pair->facility, pair->level));
	}
	if (!is_one_of(expression->text, pure_functions))
		return opaque();
	for (size_t i = 0; i < expression->count; i++) {
		struct result argument = evaluate(expression->parts[i], pair);
		if (argument.type == RESULT_OPAQUE)
			return opaque();
		depends = depends || argument.type == RESULT_CONTENT;
	}
	return depends ? content(pair, 0) : opaque();
}

enum truth {
	TRUTH_NO,
	TRUTH_YES,
	TRUTH_CONTENT,
	TRUTH_OPAQUE,
};

static enum truth
truth(const struct result *result)
{
	long long number;
	switch (result->type) {
	case RESULT_NUMBER:
		return result->number != 0 ? TRUTH_YES : TRUTH_NO;
	case RESULT_TEXT:
		return to_number(result, &number) && number != 0 ? TRUTH_YES : TRUTH_NO;
	case RESULT_CONTENT:
		return TRUTH_CONTENT;
	case RESULT_OPAQUE:
		break;
	}
	return TRUTH_OPAQUE;
}

static struct result
truth_result(enum truth truth)
{
	switch (truth) {
	case TRUTH_NO:
	case TRUTH_YES:
		return number_result(truth == TRUTH_YES);
	case TRUTH_CONTENT:
		return (struct result){ .type = RESULT_CONTENT };
	case TRUTH_OPAQUE:
		break;
	}
	return opaque();
}

static struct result
combine(const struct expression *expression, struct pair *pair)
{
	enum truth decides = expression->type == TOKEN_AND ? TRUTH_NO : TRUTH_YES;
	struct result result = evaluate(expression->parts[0], pair);
	enum truth left = truth(&result);
	if (left == decides)
		return truth_result(left);
	result = evaluate(expression->parts[1], pair);
	enum truth right = truth(&result);
	if (right == decides || left == right)
		return truth_result(right);
	if (left == TRUTH_OPAQUE || right == TRUTH_OPAQUE)
		return opaque();
	if (left == TRUTH_CONTENT || right == TRUTH_CONTENT)
		return content(pair, 0);
	return truth_result(right);
}

static struct result
evaluate(const struct expression *expression, struct pair *pair)
{
	struct result result;
	switch (expression->type) {
	case TOKEN_NUMBER:
		return number_result(expression->number);
	case TOKEN_STRING:
		return text_result(expression->text);
	case TOKEN_VARIABLE:
		return property(expression->text, pair);
	case TOKEN_NAME:
		return expression->count > 0 ? text_result(expression->parts[0]->text)
					     : opaque();
	case TOKEN_FUNCTION:
		return call(expression, pair);
	case TOKEN_AND:
	case TOKEN_OR:
		return combine(expression, pair);
	case TOKEN_NOT:
		result = evaluate(expression->parts[0], pair);
		switch (truth(&result)) {
		case TRUTH_NO:
			return number_result(1);
		case TRUTH_YES:
			return number_result(0);
		case TRUTH_CONTENT:
			return content(pair, 0);
		case TRUTH_OPAQUE:
			return opaque();
		}
		return opaque();
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
		return compare(expression, pair);
	default:
		return opaque(); /* arithmetic, exists() */
	}
}

static bool
mentions(const struct expression *expression, const char *part)
{
	if ((expression->type == TOKEN_VARIABLE && strcasestr(expression->text, part)) ||
		(expression->type == TOKEN_FUNCTION &&
			strcasecmp(expression->text, "prifilt") == 0))
		return true;
	for (size_t i = 0; i < expression->count; i++)
		if (mentions(expression->parts[i], part))
			return true;
	return false;
}

struct condition
expression_condition(
	const struct expression *expression, const struct message_facts *facts)
{
	struct condition condition = { 0 };
	if (expression == NULL) {
		condition.opaque = priorities_all();
		return condition;
	}
	/* most tests look at neither: then one pair speaks for many */
	bool by_level = mentions(expression, "severity") || mentions(expression, "pri");
	bool by_facility = by_level || mentions(expression, "facility");
	for (unsigned f = 0; f < FACILITY_COUNT; f++) {
		if (f > 1 && !by_facility) {
			condition.yes.levels[f] = condition.yes.levels[1];
			condition.no.levels[f] = condition.no.levels[1];
			condition.opaque.levels[f] = condition.opaque.levels[1];
			continue;
		}
		for (unsigned l = 0; l < LEVEL_COUNT; l += by_level ? 1 : LEVEL_COUNT) {
			struct pair pair = { .facility = f, .level = l, .facts = facts };
			struct result result = evaluate(expression, &pair);
			uint8_t bits = by_level ? (uint8_t)(1u << l) : 0xff;
			enum truth met = truth(&result);
			if (met == TRUTH_YES)
				condition.yes.levels[f] |= bits;
			else if (met == TRUTH_NO)
				condition.no.levels[f] |= bits;
			else if (met == TRUTH_OPAQUE)
				condition.opaque.levels[f] |= bits;
			condition.tested |= pair.tested;
		}
	}
	return condition;
}
