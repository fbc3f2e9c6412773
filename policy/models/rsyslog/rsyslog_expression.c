#include "policy/models/rsyslog/rsyslog_expression.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_evaluate.h"

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

struct expression *
expression_copy(const struct expression *expression)
{
	struct expression *copy = expression_new(expression->type);
	copy->symbol = expression->symbol;
	copy->number = expression->number;
	copy->text = expression->text != NULL ? memory_text(expression->text) : NULL;
	for (size_t i = 0; i < expression->count; i++)
		expression_add(copy, expression_copy(expression->parts[i]));
	return copy;
}

void
expression_free(struct expression *expression)
{
	if (expression == NULL)
		return;
	for (size_t i = 0; i < expression->count; i++)
		expression_free(expression->parts[i]);
	pattern_free(expression->pattern);
	free(expression->parts);
	free(expression->text);
	free(expression);
}

void
expression_cleanup(struct expression **expression)
{
	expression_free(*expression);
}

void
message_facts_free(struct message_facts *facts)
{
	free(facts->host);
	free(facts->address);
	table_free(&facts->set);
	*facts = (struct message_facts){ 0 };
}

void
expression_prepare(struct expression *expression)
{
	if (expression->type == TOKEN_FUNCTION)
		function_prepare(expression);
	for (size_t i = 0; i < expression->count; i++)
		expression_prepare(expression->parts[i]);
}

/* Whether EXPRESSION looks at properties with PART in their names. */
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

enum truth {
	TRUTH_NO,
	TRUTH_YES,
	TRUTH_CONTENT,
	TRUTH_OPAQUE,
};

/* Whether a test that comes to RESULT is met. */
static enum truth
truth(const struct result *result)
{
	long long number = 0;
	switch (result->type) {
	case RESULT_NUMBER:
	case RESULT_TEXT:
		result_as_number(result, &number);
		return number != 0 ? TRUTH_YES : TRUTH_NO;
	case RESULT_CONTENT:
		return TRUTH_CONTENT;
	case RESULT_OPAQUE:
		break;
	}
	return TRUTH_OPAQUE;
}

/* Whether the parts of a template make NAME one after the other. */
static enum truth
makes(const struct expression *template, const char *name, struct evaluation *evaluation)
{
	/* unknown parts may be anything: the known ones must follow in their order */
	enum truth unknown = TRUTH_YES;
	bool floating = false, other_ways = false, passing = false;
	const char *p = name;
	for (size_t i = 0; i < template->count; i++) {
		struct result part = expression_evaluate(template->parts[i], evaluation);
		if (part.type == RESULT_CONTENT || part.type == RESULT_OPAQUE) {
			if (unknown != TRUTH_OPAQUE)
				unknown = part.type == RESULT_CONTENT ? TRUTH_CONTENT
								      : TRUTH_OPAQUE;
			floating = true;
			passing = passing || part.passing;
			continue;
		}
		const char *text = result_as_text(evaluation, &part);
		size_t length = strlen(text);
		if (length == 0)
			continue;
		bool last = i + 1 == template->count;
		const char *at = !floating            ? p
			: last && strlen(p) >= length ? p + strlen(p) - length
						      : strstr(p, text);
		if (at == NULL || strncmp(at, text, length) != 0)
			return TRUTH_NO;
		other_ways = other_ways || floating;
		p = at + length;
		floating = false;
	}
	if (!floating && *p != '\0')
		return other_ways ? TRUTH_OPAQUE : TRUTH_NO;
	/* at another time the same message makes another name */
	return passing && evaluation->example != NULL ? TRUTH_NO : unknown;
}

/* NAME: is the template's text that?; NULL: is the test met? */
static enum truth
ask(const struct expression *expression, const char *name, struct evaluation *evaluation)
{
	enum truth met;
	if (name != NULL) {
		met = makes(expression, name, evaluation);
	} else {
		struct result result = expression_evaluate(expression, evaluation);
		met = truth(&result);
	}
	for (size_t i = 0; i < evaluation->kept_count; i++)
		free(evaluation->kept[i]);
	free(evaluation->kept);
	evaluation->kept = NULL;
	evaluation->kept_count = 0;
	return met;
}

static struct condition
ask_all(const struct expression *expression, const char *name,
	const struct message_facts *facts, const struct example *example)
{
	struct condition condition = { 0 };
	/* most tests look at neither: then one pair speaks for many; what may be left
	 * out of a raw message is the priority of user.notice */
	bool by_level = mentions(expression, "severity") || mentions(expression, "pri") ||
		mentions(expression, "raw");
	bool by_facility = by_level || mentions(expression, "facility");
	for (unsigned f = 0; f < FACILITY_COUNT; f++) {
		if (f > 1 && !by_facility) {
			condition.yes.levels[f] = condition.yes.levels[1];
			condition.no.levels[f] = condition.no.levels[1];
			condition.opaque.levels[f] = condition.opaque.levels[1];
			continue;
		}
		for (unsigned l = 0; l < LEVEL_COUNT; l += by_level ? 1 : LEVEL_COUNT) {
			struct evaluation evaluation = { .facility = f,
				.level = l,
				.facts = facts,
				.example = example };
			uint8_t bits = by_level ? (uint8_t)(1u << l) : 0xff;
			enum truth met = ask(expression, name, &evaluation);
			if (met == TRUTH_YES)
				condition.yes.levels[f] |= bits;
			else if (met == TRUTH_NO)
				condition.no.levels[f] |= bits;
			else if (met == TRUTH_OPAQUE)
				condition.opaque.levels[f] |= bits;
		}
	}
	return condition;
}

struct condition
expression_condition(const struct expression *expression,
	const struct message_facts *facts, const struct example *example)
{
	return ask_all(expression, NULL, facts, example);
}

struct condition
expression_names(const struct expression *expression, const char *name,
	const struct message_facts *facts, const struct example *example)
{
	return ask_all(expression, name, facts, example);
}

/* What remains of a regular expression without what stands for other text: often it is
 * met by that. */
static char *
plain_pattern(const char *pattern)
{
	autobuffer struct buffer plain = { 0 };
	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '[') {
			/* the first that is in the brackets */
			p += p[1] == '^' ? 2 : 1;
			if (*p != '\0')
				buffer_add(&plain, p, 1);
			p += strcspn(p, "]");
			if (*p == '\0')
				break;
		} else if (*p == '|') {
			break;
		} else if (*p == '.') {
			buffer_text(&plain, "x");
		} else if (strchr("\\^$*?+()", *p) == NULL) {
			buffer_add(&plain, p, 1);
		}
	}
	return buffer_take(&plain);
}

/* What the properties that a part looks at hold of. */
enum looks {
	LOOKS_AT_TAG = 1,
	LOOKS_AT_TEXT = 2,
};

static unsigned
looks_at(const struct expression *expression)
{
	static const struct {
		const char *name;
		unsigned looks;
	} properties[] = {
		{ "programname", LOOKS_AT_TAG },
		{ "app-name", LOOKS_AT_TAG },
		{ "syslogtag", LOOKS_AT_TAG },
		{ "msg", LOOKS_AT_TEXT },
		{ "rawmsg", LOOKS_AT_TAG | LOOKS_AT_TEXT },
		{ "rawmsg-after-pri", LOOKS_AT_TAG | LOOKS_AT_TEXT },
	};
	unsigned looks = 0;
	if (expression->type == TOKEN_VARIABLE)
		for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
			if (strcasecmp(properties[i].name, expression->text) == 0)
				looks |= properties[i].looks;
	for (size_t i = 0; i < expression->count; i++)
		looks |= looks_at(expression->parts[i]);
	return looks;
}

static void
collect_text(const char *text, unsigned looks, struct examples *examples)
{
	autofree char *tag = memory_printf("%s:", text);
	autofree char *blank = memory_printf(" %s", text);
	if ((looks & LOOKS_AT_TEXT) != 0) {
		examples_add_text(examples, text);
		if (*text != ' ')
			examples_add_text(examples, blank);
	}
	if ((looks & LOOKS_AT_TAG) != 0) {
		examples_add_tag(examples, text);
		if (strchr(text, ':') == NULL)
			examples_add_tag(examples, tag);
	}
}

/* TOGETHER gets all texts, for tests joined by "and". */
static void
collect(const struct expression *expression, unsigned looks, bool pattern,
	struct examples *examples, struct buffer *together)
{
	if (expression->type == TOKEN_STRING && expression->text != NULL && looks != 0) {
		autofree char *plain = pattern ? plain_pattern(expression->text) : NULL;
		const char *text = plain != NULL ? plain : expression->text;
		collect_text(text, looks, examples);
		if ((looks & LOOKS_AT_TEXT) != 0)
			buffer_printf(together, " %s", text);
	}
	bool joins = expression->type == TOKEN_AND || expression->type == TOKEN_OR ||
		expression->type == TOKEN_NOT;
	bool call = expression->type == TOKEN_FUNCTION && expression->text != NULL &&
		strcasestr(expression->text, "re") != NULL;
	for (size_t i = 0; i < expression->count; i++) {
		const struct expression *part = expression->parts[i];
		/* of a comparison, one side says what the other is compared with */
		unsigned look = joins ? looks_at(part) : looks_at(expression) | looks;
		collect(part, look, call, examples, together);
	}
}

void
expression_collect(const struct expression *expression, struct examples *examples)
{
	autobuffer struct buffer together = { 0 };
	collect(expression, 0, false, examples, &together);
	if (together.size > 0)
		examples_add_text(examples, together.data);
}
