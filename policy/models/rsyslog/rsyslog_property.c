/* What is known of a message's properties. Sources: propNameToID(), MsgGetProp() and
 * getProgramName() of runtime/msg.c, SubmitMsg() of plugins/imuxsock/imuxsock.c, enqMsg()
 * of plugins/imklog/imklog.c and plugins/imjournal/imjournal.c, of rsyslog 8.2302. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_evaluate.h"

/* rsyslog's own names for the facilities that syslog.h has none for. */
static const char *
facility_text(unsigned facility)
{
	static const char *const names[] = { "ntp", "audit", "alert", "clock" };
	return facility >= 12 && facility < 16 ? names[facility - 12]
					       : facility_name(facility);
}

static struct result
content(char first)
{
	return (struct result){ .type = RESULT_CONTENT, .first = first };
}

static bool
is_kernel(const struct evaluation *evaluation)
{
	return evaluation->facility == FACILITY_KERN;
}

/* An example has no tag of the kernel's. */
static struct result
tag(const struct evaluation *evaluation)
{
	const struct message_facts *facts = evaluation->facts;
	if (evaluation->example == NULL &&
		(facts->kernel_tag == NULL || !is_kernel(evaluation)))
		return content('\0');
	if (facts->rewritten)
		return result_opaque();
	return result_text(
		is_kernel(evaluation) ? facts->kernel_tag : evaluation->example->tag);
}

static struct result
program(struct evaluation *evaluation)
{
	struct result result = tag(evaluation);
	if (result.type != RESULT_TEXT)
		return result;
	size_t length = 0;
	while (isgraph((unsigned char)result.text[length]) &&
		strchr(":[/", result.text[length]) == NULL)
		length++;
	/* a slash may be part of it: parser.permitSlashInProgramName */
	return result.text[length] == '/'
		? result_opaque()
		: result_kept(evaluation, memory_copy(result.text, length));
}

/* The text behind the header: what rsyslogd calls msg. */
static struct result
text(const struct evaluation *evaluation)
{
	if (evaluation->example == NULL)
		return content(!is_kernel(evaluation) && evaluation->facts->blank_first
				? ' '
				: '\0');
	if (evaluation->facts->rewritten)
		return result_opaque();
	const char *says = evaluation->example->text;
	bool blank = !is_kernel(evaluation) && evaluation->facts->blank_first;
	/* it can't be logged like this */
	return blank && *says != ' ' && *says != '\0' ? result_opaque()
						      : result_text(says);
}

/* Header and text. The kernel's have none; those of programs begin with the priority,
 * where the program did not leave it out and got user.notice. */
static struct result
raw(struct evaluation *evaluation, bool with_priority)
{
	const unsigned notice = 5, user = 1;
	struct result says = text(evaluation), begin = tag(evaluation);
	if (is_kernel(evaluation))
		return says;
	bool named = with_priority &&
		(evaluation->facility != user || evaluation->level != notice) &&
		evaluation->facts->blank_first;
	if (says.type == RESULT_CONTENT)
		return content(named ? '<' : '\0');
	if (says.type != RESULT_TEXT || begin.type != RESULT_TEXT ||
		!evaluation->facts->blank_first)
		return result_opaque();
	return result_kept(evaluation,
		with_priority
			? memory_printf("<%u>%s%s",
				  evaluation->facility * LEVEL_COUNT + evaluation->level,
				  begin.text, says.text)
			: memory_printf("%s%s", begin.text, says.text));
}

/* What the message says is JSON, as far as its example tells. */
static struct result
parsed(const struct evaluation *evaluation, const char *otherwise)
{
	switch (evaluation->facts->changed) {
	case CHANGED_BY_NOBODY:
		return result_text(otherwise);
	case CHANGED_BY_JSON:
		if (evaluation->example == NULL)
			return content('\0');
		return strchr(evaluation->example->text, '{') == NULL
			? result_text(otherwise)
			: result_opaque();
	case CHANGED_BY_ANY:
		break;
	}
	return result_opaque();
}

char *
variable_key(const char *name)
{
	name += name[0] == '$' && name[1] != '\0' && strchr("!./", name[1]) != NULL;
	if (*name == '\0' || strchr("!./", *name) == NULL)
		return NULL;
	char *key = memory_copy(name, 1 + strcspn(name + 1, "!"));
	for (char *p = key; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return key;
}

/* A variable that nothing sets is empty; of what is no JSON, mmjsonparse makes $!msg. */
static struct result
variable(const char *key, const struct evaluation *evaluation)
{
	const struct message_facts *facts = evaluation->facts;
	bool all = key[1] == '\0';
	if (all || table_get(&facts->set, key) != NULL ||
		(facts->changed == CHANGED_BY_JSON && strcmp(key, "!msg") == 0))
		return result_opaque();
	return parsed(evaluation, "");
}

enum property {
	PROPERTY_FACILITY,
	PROPERTY_FACILITY_TEXT,
	PROPERTY_LEVEL,
	PROPERTY_LEVEL_TEXT,
	PROPERTY_PRIORITY,
	PROPERTY_INPUT,
	PROPERTY_PROGRAM,
	PROPERTY_TAG,
	PROPERTY_TEXT,
	PROPERTY_RAW,
	PROPERTY_RAW_REST,
	PROPERTY_HOST,
	PROPERTY_ADDRESS,
	PROPERTY_CONTENT,
	PROPERTY_PARSED,
	PROPERTY_ONE,
	PROPERTY_TIME,
	PROPERTY_OTHER,
};

static const struct {
	const char *name;
	enum property property;
} properties[] = {
	{ "msg", PROPERTY_TEXT },
	{ "timestamp", PROPERTY_TIME },
	{ "timereported", PROPERTY_TIME },
	{ "hostname", PROPERTY_HOST },
	{ "source", PROPERTY_HOST },
	{ "syslogtag", PROPERTY_TAG },
	{ "rawmsg", PROPERTY_RAW },
	{ "rawmsg-after-pri", PROPERTY_RAW_REST },
	{ "inputname", PROPERTY_INPUT },
	{ "fromhost", PROPERTY_HOST },
	{ "fromhost-ip", PROPERTY_ADDRESS },
	{ "pri", PROPERTY_PRIORITY },
	{ "pri-text", PROPERTY_OTHER },
	{ "iut", PROPERTY_ONE },
	{ "syslogfacility", PROPERTY_FACILITY },
	{ "syslogfacility-text", PROPERTY_FACILITY_TEXT },
	{ "syslogseverity", PROPERTY_LEVEL },
	{ "syslogpriority", PROPERTY_LEVEL },
	{ "syslogseverity-text", PROPERTY_LEVEL_TEXT },
	{ "syslogpriority-text", PROPERTY_LEVEL_TEXT },
	{ "timegenerated", PROPERTY_TIME },
	{ "programname", PROPERTY_PROGRAM },
	{ "protocol-version", PROPERTY_OTHER },
	{ "structured-data", PROPERTY_CONTENT },
	{ "app-name", PROPERTY_PROGRAM },
	{ "procid", PROPERTY_CONTENT },
	{ "msgid", PROPERTY_CONTENT },
	{ "jsonmesg", PROPERTY_CONTENT },
	{ "parsesuccess", PROPERTY_PARSED },
	{ "uuid", PROPERTY_CONTENT },
	{ "$now", PROPERTY_TIME },
	{ "$year", PROPERTY_TIME },
	{ "$month", PROPERTY_TIME },
	{ "$day", PROPERTY_TIME },
	{ "$hour", PROPERTY_TIME },
	{ "$hhour", PROPERTY_TIME },
	{ "$qhour", PROPERTY_TIME },
	{ "$minute", PROPERTY_TIME },
	{ "$wday", PROPERTY_TIME },
	{ "$now-utc", PROPERTY_TIME },
	{ "$year-utc", PROPERTY_TIME },
	{ "$month-utc", PROPERTY_TIME },
	{ "$day-utc", PROPERTY_TIME },
	{ "$hour-utc", PROPERTY_TIME },
	{ "$hhour-utc", PROPERTY_TIME },
	{ "$qhour-utc", PROPERTY_TIME },
	{ "$minute-utc", PROPERTY_TIME },
	{ "$wday-utc", PROPERTY_TIME },
	{ "$now-unixtimestamp", PROPERTY_TIME },
	{ "$myhostname", PROPERTY_HOST },
	{ "$!all-json", PROPERTY_OTHER },
	{ "$!all-json-plain", PROPERTY_OTHER },
	{ "$bom", PROPERTY_OTHER },
	{ "$uptime", PROPERTY_TIME },
};

static const enum property *
find(const char *name)
{
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		if (strcasecmp(properties[i].name, name) == 0)
			return &properties[i].property;
	return NULL;
}

bool
property_is_known(const char *name)
{
	autofree char *key = variable_key(name);
	return key != NULL || find(name) != NULL;
}

struct result
property_get(const char *name, struct evaluation *evaluation)
{
	const enum property *found = find(name);
	autofree char *key = found == NULL ? variable_key(name) : NULL;
	if (key != NULL)
		return variable(key, evaluation);
	if (found == NULL)
		return result_text("**INVALID PROPERTY NAME**");
	const struct message_facts *facts = evaluation->facts;
	unsigned facility = evaluation->facility, level = evaluation->level;
	switch (*found) {
	case PROPERTY_FACILITY:
		return result_kept(evaluation, memory_printf("%u", facility));
	case PROPERTY_FACILITY_TEXT:
		return result_text(facility_text(facility));
	case PROPERTY_LEVEL:
		return result_kept(evaluation, memory_printf("%u", level));
	case PROPERTY_LEVEL_TEXT:
		return result_text(level_name(level));
	case PROPERTY_PRIORITY:
		return result_kept(
			evaluation, memory_printf("%u", facility * LEVEL_COUNT + level));
	case PROPERTY_INPUT:
		return result_text(
			is_kernel(evaluation) ? facts->kernel_input : facts->user_input);
	case PROPERTY_PROGRAM:
		return program(evaluation);
	case PROPERTY_TAG:
		return tag(evaluation);
	case PROPERTY_TEXT:
		return text(evaluation);
	case PROPERTY_RAW:
		return raw(evaluation, true);
	case PROPERTY_RAW_REST:
		return raw(evaluation, false);
	case PROPERTY_HOST:
		return result_text(facts->host);
	case PROPERTY_ADDRESS:
		return result_text(facts->address);
	case PROPERTY_CONTENT:
		return evaluation->example != NULL ? result_opaque() : content('\0');
	case PROPERTY_PARSED:
		return parsed(evaluation, "FAIL");
	case PROPERTY_ONE:
		return result_text("1");
	case PROPERTY_TIME:
		return (struct result){ .type = RESULT_OPAQUE, .passing = true };
	case PROPERTY_OTHER:
		break;
	}
	return result_opaque();
}
