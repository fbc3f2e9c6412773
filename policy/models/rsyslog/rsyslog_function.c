/* Functions of RainerScript. Source: the doFunct_... functions and the table of functions
 * of grammar/rainerscript.c, of rsyslog 8.2302. */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_evaluate.h"

enum { PATTERN_MAX = 200, GROUPS_MAX = 20, COPIES_MAX = 1000 };

/* Whether glibc compiles PATTERN and looks for it in little time and memory: without
 * references back, deep nesting, or many copies of a part, which "{}" makes. */
static bool
is_tame(const char *pattern, bool extended)
{
	size_t groups = 0, copies = 1;
	if (strlen(pattern) > PATTERN_MAX)
		return false;
	for (const char *p = pattern; *p != '\0'; p++) {
		bool escaped = *p == '\\' && p[1] != '\0';
		p += escaped;
		if (escaped && isdigit((unsigned char)*p))
			return false;
		groups += *p == '(' && escaped != extended;
		if (*p != '{' || escaped == extended)
			continue;
		size_t most = 1;
		for (; *p != '\0' && *p != '}'; p++)
			if (isdigit((unsigned char)*p) &&
				!isdigit((unsigned char)p[-1])) {
				size_t number = strtoul(p, NULL, 10);
				most = number > most ? number : most;
			}
		if (most > COPIES_MAX || (copies *= most) > COPIES_MAX || *p == '\0')
			return false;
	}
	return groups <= GROUPS_MAX;
}

struct pattern {
	regex_t compiled;
	bool matches_nothing; /* it can't be compiled */
};

void
pattern_free(struct pattern *pattern)
{
	if (pattern != NULL && !pattern->matches_nothing)
		regfree(&pattern->compiled);
	free(pattern);
}

static struct result
match(const struct expression *call, const char *text)
{
	if (call->pattern == NULL)
		return result_opaque();
	return result_number(!call->pattern->matches_nothing &&
		regexec(&call->pattern->compiled, text, 0, NULL, 0) == 0);
}

static struct result
prifilt(const char *selector, const struct evaluation *evaluation)
{
	struct priorities set;
	size_t used;
	struct error err = ERROR_INIT;
	selector_decode(BYTES_TEXT(selector), SELECTOR_RSYSLOG, NULL, &set, &used, &err);
	error_clear(&err);
	return result_number(
		priorities_have(set, evaluation->facility, evaluation->level));
}

static char *
lower_case(const char *text)
{
	char *lower = memory_text(text);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

static char *
trimmed(const char *text, bool left)
{
	size_t start = left ? strspn(text, " ") : 0, end = strlen(text);
	while (!left && end > 0 && text[end - 1] == ' ')
		end--;
	return memory_copy(text + start, end - start);
}

enum function {
	FUNCTION_OPAQUE, /* its value can't be told */
	FUNCTION_PRIFILT,
	FUNCTION_MATCH,
	FUNCTION_STRLEN,
	FUNCTION_TOLOWER,
	FUNCTION_CSTR,
	FUNCTION_CNUM,
	FUNCTION_LTRIM,
	FUNCTION_RTRIM,
	FUNCTION_OF_ARGUMENTS, /* its value follows from its arguments alone */
};

static const struct function_row {
	const char *name;
	struct function_form form;
	enum function function;
	int flags; /* of regcomp(3) */
	bool filter; /* one of an old filter */
} functions[] = {
	{ .name = "prifilt", { 1, 1, .constant = 1 }, FUNCTION_PRIFILT },
	{ "re_match", { 2, 2, .constant = 2 }, FUNCTION_MATCH, REG_EXTENDED, false },
	{ "re_match_i", { 2, 2, .constant = 2 }, FUNCTION_MATCH, REG_EXTENDED | REG_ICASE,
		false },
	{ "(regex)", { 2, 2, 0, false, NULL }, FUNCTION_MATCH, 0, true },
	{ "(ereregex)", { 2, 2, 0, false, NULL }, FUNCTION_MATCH, REG_EXTENDED, true },
	{ .name = "strlen", { 1, 1 }, FUNCTION_STRLEN },
	{ .name = "tolower", { 1, 1 }, FUNCTION_TOLOWER },
	{ .name = "cstr", { 1, 1 }, FUNCTION_CSTR },
	{ .name = "cnum", { 1, 1 }, FUNCTION_CNUM },
	{ .name = "ltrim", { 1, 1 }, FUNCTION_LTRIM },
	{ .name = "rtrim", { 1, 1 }, FUNCTION_RTRIM },
	{ .name = "substring", { 3, 3 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "replace", { 3, 3 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "wrap", { 2, 3 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "re_extract", { 5, 5, .constant = 2 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "re_extract_i", { 5, 5, .constant = 2 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "field", { 3, 3 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "num2ipv4", { 1, 1 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "ipv42num", { 1, 1 }, FUNCTION_OF_ARGUMENTS },
	{ .name = "ip42num", { 1, 1 }, FUNCTION_OPAQUE },
	{ .name = "int2hex", { 1, 1 }, FUNCTION_OPAQUE },
	{ .name = "getenv", { 1, 1 }, FUNCTION_OPAQUE },
	{ .name = "random", { 1, 1 }, FUNCTION_OPAQUE },
	{ .name = "format_time", { 2, 2 }, FUNCTION_OPAQUE },
	{ .name = "parse_time", { 1, 1 }, FUNCTION_OPAQUE },
	{ .name = "is_time", { 1, 2 }, FUNCTION_OPAQUE },
	{ .name = "script_error", { 0, 0 }, FUNCTION_OPAQUE },
	{ .name = "previous_action_suspended", { 0, 0 }, FUNCTION_OPAQUE },
	{ .name = "parse_json", { 2, 2 }, FUNCTION_OPAQUE },
	{ .name = "get_property", { 2, 2 }, FUNCTION_OPAQUE },
	{ .name = "exec_template", { 1, 1, .constant = 1 }, FUNCTION_OPAQUE },
	{ .name = "lookup", { 2, 2, .declared = true }, FUNCTION_OPAQUE },
	{ .name = "dyn_inc", { 2, 2, .declared = true }, FUNCTION_OPAQUE },
	{ .name = "percentile_observe", { 3, 3, .declared = true }, FUNCTION_OPAQUE },
	{ .name = "hash64", { 1, 2, .module = "fmhash" }, FUNCTION_OPAQUE },
	{ .name = "hash64mod", { 2, 3, .module = "fmhash" }, FUNCTION_OPAQUE },
	{ .name = "http_request", { 1, 1, .module = "fmhttp" }, FUNCTION_OPAQUE },
};

static const struct function_row *
find_row(const char *name)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

const struct function_form *
function_form(const char *name)
{
	const struct function_row *row = find_row(name);
	return row != NULL ? &row->form : NULL;
}

char *
function_mistake(const char *name, const char *text, bool *ret_sure)
{
	*ret_sure = true;
	if (strcmp(name, "prifilt") == 0) {
		struct priorities set;
		size_t used;
		struct error err = ERROR_INIT;
		int status = selector_decode(
			BYTES_TEXT(text), SELECTOR_RSYSLOG, NULL, &set, &used, &err);
		char *mistake = status < 0 ? memory_text(err.text) : NULL;
		error_clear(&err);
		return mistake;
	}
	if (strncmp(name, "re_", 3) != 0)
		return NULL;
	*ret_sure = is_tame(text, true);
	regex_t compiled;
	if (!*ret_sure)
		return memory_text(
			"whether the regular expression is one was not looked into");
	if (regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) != 0)
		return memory_printf("'%s' is no regular expression", text);
	regfree(&compiled);
	return NULL;
}

static const struct function_row *
find_function(const struct expression *call)
{
	const struct function_row *row = find_row(call->text);
	return row != NULL && call->count >= row->form.least &&
			call->count <= row->form.most
		? row
		: NULL;
}

void
function_prepare(struct expression *call)
{
	const struct function_row *row = find_function(call);
	if (row == NULL || row->function != FUNCTION_MATCH || call->pattern != NULL ||
		call->parts[1]->type != TOKEN_STRING ||
		!is_tame(call->parts[1]->text, (row->flags & REG_EXTENDED) != 0))
		return;
	struct pattern *pattern = memory_new(1, sizeof *pattern);
	pattern->matches_nothing = regcomp(&pattern->compiled, call->parts[1]->text,
					   row->flags | REG_NOSUB) != 0;
	/* an old filter is not met then; a function may do anything */
	if (!pattern->matches_nothing || row->filter)
		call->pattern = pattern;
	else
		pattern_free(pattern);
}

/* The value for a first argument that is known. */
static struct result
apply(enum function function, const struct expression *call,
	const struct result *argument, struct evaluation *evaluation)
{
	const char *text = result_as_text(evaluation, argument);
	long long number;
	switch (function) {
	case FUNCTION_PRIFILT:
		return call->parts[0]->type == TOKEN_STRING ? prifilt(text, evaluation)
							    : result_opaque();
	case FUNCTION_MATCH:
		return match(call, text);
	case FUNCTION_STRLEN:
		return result_number((long long)strlen(text));
	case FUNCTION_TOLOWER:
		return result_kept(evaluation, lower_case(text));
	case FUNCTION_CSTR:
		return result_kept(evaluation, memory_text(text));
	case FUNCTION_CNUM:
		result_as_number(argument, &number);
		return result_number(number);
	case FUNCTION_LTRIM:
		return result_kept(evaluation, trimmed(text, true));
	case FUNCTION_RTRIM:
		return result_kept(evaluation, trimmed(text, false));
	case FUNCTION_OPAQUE:
	case FUNCTION_OF_ARGUMENTS:
		break;
	}
	return result_opaque();
}

struct result
function_call(const struct expression *call, struct evaluation *evaluation)
{
	const struct function_row *row = find_function(call);
	bool depends = false;
	struct result first = { 0 };
	if (row == NULL || row->function == FUNCTION_OPAQUE)
		return result_opaque();
	for (size_t i = 0; i < call->count; i++) {
		struct result argument = expression_evaluate(call->parts[i], evaluation);
		if (argument.type == RESULT_OPAQUE)
			return argument;
		depends = depends || argument.type == RESULT_CONTENT;
		if (i == 0)
			first = argument;
	}
	if (depends)
		return (struct result){ .type = RESULT_CONTENT };
	return apply(row->function, call, &first, evaluation);
}
