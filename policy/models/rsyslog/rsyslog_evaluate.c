/* Operators. Sources: cnfexprEval(), eval_strcmp_like(), evalStrArrayCmp() and the
 * optimizer of grammar/rainerscript.c, of rsyslog 8.2302. */
#include "policy/models/rsyslog/rsyslog_evaluate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct result
result_opaque(void)
{
	return (struct result){ .type = RESULT_OPAQUE };
}

struct result
result_number(long long number)
{
	return (struct result){ .type = RESULT_NUMBER, .number = number };
}

struct result
result_text(const char *text)
{
	return text != NULL ? (struct result){ .type = RESULT_TEXT, .text = text }
			    : result_opaque();
}

struct result
result_kept(struct evaluation *evaluation, char *text)
{
	evaluation->kept = memory_grow(
		evaluation->kept, evaluation->kept_count, sizeof *evaluation->kept);
	evaluation->kept[evaluation->kept_count++] = text;
	return result_text(text);
}

const char *
result_as_text(struct evaluation *evaluation, const struct result *result)
{
	if (result->type == RESULT_TEXT)
		return result->text;
	return result_kept(evaluation, memory_printf("%lld", result->number)).text;
}

bool
result_as_number(const struct result *result, long long *ret_number)
{
	*ret_number = result->number;
	if (result->type == RESULT_NUMBER)
		return true;
	const char *p = result->text;
	bool negative = *p == '-';
	unsigned long long number = 0; /* it wraps, as the daemon's */
	for (p += negative; isdigit((unsigned char)*p); p++)
		number = number * 10 + (unsigned)(*p - '0');
	*ret_number = (long long)(negative ? 0 - number : number);
	return *p == '\0';
}

/* <0, 0, >0; both are known. */
static int
order(struct evaluation *evaluation, const struct result *a, const struct result *b,
	bool equality)
{
	long long x, y;
	bool texts = a->type == RESULT_TEXT && b->type == RESULT_TEXT;
	if (!(equality && texts) && result_as_number(a, &x) && result_as_number(b, &y))
		return (x > y) - (x < y);
	return strcmp(result_as_text(evaluation, a), result_as_text(evaluation, b));
}

static bool
compare_known(struct evaluation *evaluation, enum token_type operator,
	const struct result * a, const struct result *b)
{
	const char *left = result_as_text(evaluation, a),
		   *right = result_as_text(evaluation, b);
	switch (operator) {
	case TOKEN_EQUAL:
		return order(evaluation, a, b, true) == 0;
	case TOKEN_UNEQUAL:
		return order(evaluation, a, b, true) != 0;
	case TOKEN_LESS:
		return order(evaluation, a, b, false) < 0;
	case TOKEN_LESS_EQUAL:
		return order(evaluation, a, b, false) <= 0;
	case TOKEN_GREATER:
		return order(evaluation, a, b, false) > 0;
	case TOKEN_GREATER_EQUAL:
		return order(evaluation, a, b, false) >= 0;
	case TOKEN_CONTAINS:
		return strstr(left, right) != NULL;
	case TOKEN_CONTAINS_I:
		return strcasestr(left, right) != NULL;
	case TOKEN_STARTS:
		return strncmp(left, right, strlen(right)) == 0;
	case TOKEN_STARTS_I:
		return strncasecmp(left, right, strlen(right)) == 0;
	default:
		return false;
	}
}

/* Some texts a message can't have: it begins with another byte. */
static struct result
compare_content(
	enum token_type operator, const struct result * left, const struct result *right)
{
	bool begins = operator== TOKEN_STARTS || operator== TOKEN_STARTS_I || operator==
		TOKEN_EQUAL ||
		operator== TOKEN_UNEQUAL;
	if (begins && left->type == RESULT_CONTENT && left->first != '\0' &&
		right->type == RESULT_TEXT && *right->text != '\0' &&
		*right->text != left->first)
		return result_number(operator== TOKEN_UNEQUAL);
	return (struct result){ .type = RESULT_CONTENT };
}

static struct result
compare_results(struct evaluation *evaluation, enum token_type operator,
	const struct result * left, const struct result *right)
{
	if (left->type == RESULT_OPAQUE || right->type == RESULT_OPAQUE)
		return result_opaque();
	if (left->type == RESULT_CONTENT || right->type == RESULT_CONTENT)
		return compare_content(operator, left, right);
	return result_number(compare_known(evaluation, operator, left, right));
}

/* The optimizer takes other names of facilities and levels too: "security", "error". */
static bool
compare_name(const struct expression *expression, const struct evaluation *evaluation,
	bool *ret_equal)
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
	*ret_equal = (unsigned)number ==
		(facility ? evaluation->facility : evaluation->level);
	return true;
}

/* An array: any member will do; of unequal, none. */
static struct result
compare_array(const struct expression *expression, const struct result *left,
	struct evaluation *evaluation)
{
	const struct expression *array = expression->parts[1];
	bool unequal = expression->type == TOKEN_UNEQUAL, content = false;
	if (left->type != RESULT_TEXT && left->type != RESULT_CONTENT)
		return result_opaque();
	for (size_t i = 0; i < array->count; i++) {
		struct result member = result_text(array->parts[i]->text);
		struct result same = compare_results(evaluation,
			unequal ? TOKEN_EQUAL : expression->type, left, &member);
		if (same.type == RESULT_NUMBER && same.number != 0)
			return result_number(!unequal);
		content = content || same.type != RESULT_NUMBER;
	}
	if (content)
		return (struct result){ .type = RESULT_CONTENT };
	return result_number(unequal);
}

static struct result
compare(const struct expression *expression, struct evaluation *evaluation)
{
	bool same, equal = expression->type == TOKEN_EQUAL,
		   unequal = expression->type == TOKEN_UNEQUAL;
	if ((equal || unequal) && compare_name(expression, evaluation, &same))
		return result_number(same == equal);
	struct result left = expression_evaluate(expression->parts[0], evaluation);
	if (expression->parts[1]->type == TOKEN_NAME)
		return compare_array(expression, &left, evaluation);
	struct result right = expression_evaluate(expression->parts[1], evaluation);
	return compare_results(evaluation, expression->type, &left, &right);
}

/* Number or text is 1 or 0 of it, as a test. */
static struct result
as_truth(const struct result *result)
{
	long long number;
	if (result->type == RESULT_CONTENT || result->type == RESULT_OPAQUE)
		return (struct result){ .type = result->type };
	result_as_number(result, &number);
	return result_number(number != 0);
}

static struct result
combine(const struct expression *expression, struct evaluation *evaluation)
{
	long long decides = expression->type == TOKEN_AND ? 0 : 1;
	struct result left = expression_evaluate(expression->parts[0], evaluation);
	left = as_truth(&left);
	if (left.type == RESULT_NUMBER && left.number == decides)
		return left;
	struct result right = expression_evaluate(expression->parts[1], evaluation);
	right = as_truth(&right);
	if (right.type == RESULT_NUMBER && right.number == decides)
		return right;
	if (left.type == RESULT_OPAQUE || right.type == RESULT_OPAQUE)
		return result_opaque();
	return left.type == RESULT_CONTENT ? left : right;
}

static struct result
negate(const struct expression *expression, struct evaluation *evaluation)
{
	struct result result = expression_evaluate(expression->parts[0], evaluation);
	result = as_truth(&result);
	if (result.type == RESULT_NUMBER)
		result.number = result.number == 0;
	return result;
}

static struct result
concatenate(const struct expression *expression, struct evaluation *evaluation)
{
	struct result left = expression_evaluate(expression->parts[0], evaluation),
		      right = expression_evaluate(expression->parts[1], evaluation);
	if (left.type == RESULT_OPAQUE || right.type == RESULT_OPAQUE)
		return result_opaque();
	if (left.type == RESULT_CONTENT || right.type == RESULT_CONTENT)
		return (struct result){ .type = RESULT_CONTENT };
	return result_kept(evaluation,
		memory_printf("%s%s", result_as_text(evaluation, &left),
			result_as_text(evaluation, &right)));
}

/* Whether a variable is set: evalFuncExists(). */
static struct result
exists(const struct expression *expression, struct evaluation *evaluation)
{
	const struct expression *what = expression->count == 1 ? expression->parts[0]
							       : NULL;
	if (what == NULL || what->type != TOKEN_VARIABLE)
		return result_opaque();
	autofree char *key = variable_key(what->text);
	if (key == NULL)
		return result_number(0);
	struct result value = property_get(what->text, evaluation);
	return value.type == RESULT_TEXT ? result_number(0) : value;
}

struct result
expression_evaluate(const struct expression *expression, struct evaluation *evaluation)
{
	switch (expression->type) {
	case TOKEN_NUMBER:
		return result_number(expression->number);
	case TOKEN_STRING:
		return result_text(expression->text);
	case TOKEN_VARIABLE:
		return property_get(expression->text, evaluation);
	case TOKEN_NAME:
		return expression->count > 0 ? result_text(expression->parts[0]->text)
					     : result_opaque();
	case TOKEN_FUNCTION:
		return function_call(expression, evaluation);
	case TOKEN_AND:
	case TOKEN_OR:
		return combine(expression, evaluation);
	case TOKEN_NOT:
		return negate(expression, evaluation);
	case TOKEN_SYMBOL:
		return expression->symbol == '&' && expression->count == 2
			? concatenate(expression, evaluation)
			: result_opaque(); /* arithmetic */
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
		return compare(expression, evaluation);
	case TOKEN_EXISTS:
		return exists(expression, evaluation);
	default:
		return result_opaque();
	}
}
