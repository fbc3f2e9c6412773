/* Templates: whether they write what a message says, and what names of files they make.
 * Sources: tplAddLine(), do_Parameter(), tplProcessCnf() and tplFind() of template.c, the
 * built-in ones in runtime/rsconf.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_evaluate.h"
#include "policy/models/rsyslog/rsyslog_reader.h"

enum { WHOLE_FROM = 2, WHOLE_TO = 512 }; /* a part that holds what a message says */

void
template_free(struct template *template)
{
	if (template != NULL)
		expression_free(template->parts);
	free(template);
}

struct template *
template_new(void)
{
	struct template *template = memory_new(1, sizeof *template);
	template->parts = expression_new(TOKEN_TEMPLATE);
	return template;
}

static void
add_part(struct template *template, enum token_type type, const char *text, size_t length)
{
	struct expression *part = expression_new(type);
	part->text = memory_copy(text, length);
	expression_add(template->parts, part);
}

void
template_add_constant(struct template *template, const char *text)
{
	add_part(template, TOKEN_STRING, text, strlen(text));
}

/* SAYS as soon as one part does. */
static void
add_says(struct template *template, enum says says)
{
	if (says > template->says)
		template->says = says;
}

/* What a property, written whole, tells of what the message says. */
static enum says
property_says(const char *name)
{
	static const char *const texts[] = { "msg", "rawmsg", "rawmsg-after-pri",
		"jsonmesg" };
	autofree char *key = variable_key(name);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcasecmp(texts[i], name) == 0)
			return SAYS_ALL;
	return key != NULL ? SAYS_PERHAPS : SAYS_NOTHING;
}

/* Where the part of the property begins and ends, both counted from 1; 0: not said. */
static enum says
part_says(enum says whole, unsigned long from, unsigned long to)
{
	if (whole != SAYS_ALL)
		return whole;
	return from <= WHOLE_FROM && (to == 0 || to >= WHOLE_TO) ? SAYS_ALL
								 : SAYS_PERHAPS;
}

static bool
is_on(const char *value)
{
	return strcmp(value, "on") == 0;
}

/* The values that a parameter of property() may have; NULL: any text, NUMBERS: digits,
 * EXPRESSIONS: regular expressions. */
static const char numbers[] = "0123456789", expressions[] = "";
static const struct {
	const char *name;
	const char *const *values;
} property_parameters[] = {
	{ "name", NULL },
	{ "outname", NULL },
	{ "format",
		(const char *const[]){
			"csv", "json", "jsonf", "jsonr", "jsonfr", NULL } },
	{ "caseconversion", (const char *const[]){ "lower", "upper", NULL } },
	{ "dateformat",
		(const char *const[]){ "mysql", "pgsql", "rfc3164", "rfc3164-buggyday",
			"rfc3339", "unixtimestamp", "subseconds", "tzoffshour",
			"tzoffsmin", "tzoffsdirection", "wdayname", "wday", "year",
			"month", "day", "hour", "minute", "second", "ordinal", "week",
			NULL } },
	{ "date.inutc", (const char *const[]){ "on", "off", NULL } },
	{ "controlcharacters", (const char *const[]){ "escape", "space", "drop", NULL } },
	{ "securepath", (const char *const[]){ "drop", "replace", NULL } },
	{ "droplastlf", (const char *const[]){ "on", "off", NULL } },
	{ "spifno1stsp", (const char *const[]){ "on", "off", NULL } },
	{ "compressspace", (const char *const[]){ "on", "off", NULL } },
	{ "mandatory", (const char *const[]){ "on", "off", NULL } },
	{ "fixedwidth", (const char *const[]){ "on", "off", NULL } },
	{ "position.relativetoend", (const char *const[]){ "on", "off", NULL } },
	{ "position.from", (const char *const[]){ numbers, NULL } },
	{ "position.to", (const char *const[]){ numbers, NULL } },
	{ "field.number", (const char *const[]){ numbers, NULL } },
	{ "field.delimiter", (const char *const[]){ numbers, NULL } },
	{ "regex.expression", (const char *const[]){ expressions, NULL } },
	{ "regex.type", (const char *const[]){ "BRE", "ERE", NULL } },
	{ "regex.nomatchmode",
		(const char *const[]){ "DFLT", "BLANK", "FIELD", "ZERO", NULL } },
	{ "regex.match", (const char *const[]){ numbers, NULL } },
	{ "regex.submatch", (const char *const[]){ numbers, NULL } },
};

/* Whether rsyslogd takes the parameter; one that it does not take empties the whole
 * template (createPropertyTpe() of template.c, seen). False where that is not looked
 * into. */
static bool
takes_parameter(const struct parameter *parameter)
{
	const char *value = parameter->value != NULL ? parameter->value : "";
	for (size_t i = 0; i < sizeof property_parameters / sizeof *property_parameters;
		i++) {
		if (strcasecmp(property_parameters[i].name, parameter->name) != 0)
			continue;
		const char *const *values = property_parameters[i].values;
		if (values == NULL)
			return true;
		if (*values == numbers)
			return *value != '\0' && strlen(value) < 6 &&
				value[strspn(value, numbers)] == '\0';
		if (*values == expressions) {
			bool sure;
			autofree char *mistake = function_mistake(
				"re_match", value, &sure);
			return mistake == NULL;
		}
		while (*values != NULL && strcmp(*values, value) != 0)
			values++;
		return *values != NULL;
	}
	return false;
}

void
template_add_property(struct template *template, const struct parameters *parameters)
{
	const char *name = parameter_text(parameters, "name", "");
	enum says says = property_says(name);
	unsigned long from = strtoul(
			      parameter_text(parameters, "position.from", "0"), NULL, 10),
		      to = strtoul(
			      parameter_text(parameters, "position.to", "0"), NULL, 10);
	bool plain = true;
	for (size_t i = 0; i < parameters->count; i++) {
		const char *other = parameters->items[i].name;
		template->doubted = template->doubted ||
			!takes_parameter(&parameters->items[i]);
		plain = plain &&
			(strcasecmp(other, "name") == 0 ||
				strcasecmp(other, "securepath") == 0);
		if (says == SAYS_ALL &&
			(strncasecmp(other, "regex.", 6) == 0 ||
				strncasecmp(other, "field.", 6) == 0 ||
				strcasecmp(other, "position.relativetoend") == 0))
			says = SAYS_PERHAPS;
	}
	/* one blank or none: MsgGetProp() of msg.c */
	if (is_on(parameter_text(parameters, "spifno1stsp", "off")))
		says = SAYS_NOTHING;
	add_says(template, part_says(says, from, to));
	add_part(template, plain ? TOKEN_VARIABLE : TOKEN_END, name, strlen(name));
}

/* property:from:to:options; returns false when there is no such property. */
static bool
add_field(struct template *template, const char *field)
{
	size_t length = strcspn(field, ":");
	autofree char *name = memory_copy(field, length);
	if (!property_is_known(name))
		return false;
	enum says says = property_says(name);
	const char *from = field + length + (field[length] == ':');
	const char *to = from + strcspn(from, ":");
	to += *to == ':';
	const char *options = to + strcspn(to, ":");
	options += *options == ':';
	bool plain = *from == '\0' || *from == ':';
	plain = plain && (*to == '\0' || *to == ':') &&
		(*options == '\0' || strncasecmp(options, "secpath-", 8) == 0);
	if (says == SAYS_ALL &&
		(*from == 'R' || *from == 'F' || strcasestr(options, "pos-end")))
		says = SAYS_PERHAPS;
	if (strcasestr(options, "sp-if-no-1st-sp") != NULL)
		says = SAYS_NOTHING;
	add_says(template,
		part_says(says, strtoul(from, NULL, 10),
			*to == '$' ? 0 : strtoul(to, NULL, 10)));
	add_part(template, plain ? TOKEN_VARIABLE : TOKEN_END, name, length);
	return true;
}

/* The byte that the escape at P stands for; *p is moved to its last byte. */
static char
unescape(const char **p)
{
	unsigned value = 0;
	(*p)++;
	if (**p == 'n')
		return '\n';
	if (**p == 'r')
		return '\r';
	if (**p < '0' || **p > '9')
		return **p;
	for (; **p >= '0' && **p <= '9'; (*p)++)
		value = value * 10 + (unsigned)(**p - '0');
	(*p)--;
	return (char)value;
}

bool
template_parse(struct template *template, const char *text, bool quoted)
{
	autobuffer struct buffer constant = { 0 };
	bool good = true;
	const char *p = text;
	for (; good && *p != '\0' && !(quoted && *p == '"'); p++) {
		if (*p != '%') {
			char c = *p;
			if (quoted && c == '\\' && p[1] != '\0')
				c = unescape(&p);
			buffer_add(&constant, &c, 1);
			continue;
		}
		if (constant.size > 0)
			template_add_constant(template, constant.data);
		constant.size = 0;
		p++;
		/* a regular expression may hold percent signs: it ends in --end */
		const char *pattern = strstr(p, ":R"), *end = p + strcspn(p, "%");
		if (pattern != NULL && pattern < end &&
			strstr(pattern, "--end") != NULL) {
			end = strstr(pattern, "--end");
			end += strcspn(end, "%");
		}
		autofree char *field = memory_copy(p, (size_t)(end - p));
		good = add_field(template, field);
		p = end;
		if (*p == '\0')
			break;
	}
	if (constant.size > 0)
		template_add_constant(template, constant.data);
	return good;
}

void
template_keep(struct reader *reader, const char *name, struct template *template)
{
	if (template->doubted)
		template->says = SAYS_PERHAPS;
	/* of two with one name the first is found */
	if (*name == '\0' || table_get(&reader->templates, name) != NULL)
		template_free(template);
	else
		table_set(&reader->templates, name, template);
}

const struct template *
template_find(const struct reader *reader, const char *name)
{
	static const struct template whole = { .says = SAYS_ALL };
	static const struct template address = { .says = SAYS_NOTHING };
	static const char *const built_in[] = { "RSYSLOG_DebugFormat",
		"RSYSLOG_SyslogProtocol23Format", "RSYSLOG_SyslogRFC5424Format",
		"RSYSLOG_FileFormat", "RSYSLOG_TraditionalFileFormat", " WallFmt",
		"RSYSLOG_ForwardFormat", "RSYSLOG_TraditionalForwardFormat",
		" StdUsrMsgFmt", " StdDBFmt", "RSYSLOG_SysklogdFileFormat",
		" StdPgSQLFmt", " StdJSONFmt", " FullJSONFmt", " StdClickHouseFmt" };
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if (strcmp(built_in[i], name) == 0)
			return &whole;
	if (strcmp(name, "RSYSLOG_omudpspoofDfltSourceTpl") == 0)
		return &address;
	return table_get(&reader->templates, name);
}
