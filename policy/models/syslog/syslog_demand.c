#include "policy/models/syslog/syslog_demand.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Names of hosts and numeric addresses (RFC 1123 section 2.1, RFC 4291 section 2.2). */
static bool
is_host_name(const char *text)
{
	return *text != '\0' && *text != '-' &&
		text[strspn(text,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"0123456789.-_:%")] == '\0';
}

/* A name that every daemon reads to its end. */
static bool
is_file_name(const char *text)
{
	if (*text != '/' || text[strlen(text) - 1] == '/' || strstr(text, "//") != NULL ||
		strstr(text, "/./") != NULL || strstr(text, "/../") != NULL)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == ';' || *p == '\\' || *p == 0x7f)
			return false;
	return true;
}

static void
read_selector(
	const struct value *section, struct demand *demand, struct problems *problems)
{
	const struct value *selector = value_find(section, "selector");
	struct error err = ERROR_INIT;
	size_t used;
	if (selector == NULL || selector->type != VALUE_TEXT)
		return; /* the key table has said so */
	demand->selector = selector->text;
	int result = selector_decode(BYTES_TEXT(selector->text), SELECTOR_SYSKLOGD, NULL,
		&demand->wanted, &used, &err);
	if (problems != NULL) {
		if (result < 0)
			problems_add(problems, selector->at, "selector: %s", err.text);
		else if (selector->text[used] != '\0')
			problems_add(problems, selector->at,
				"selector: it must not hold blanks");
		else if (priorities_empty(demand->wanted))
			problems_add(problems, selector->at,
				"selector: it selects no message");
	}
	error_clear(&err);
}

static void
read_forward(
	const struct value *section, struct demand *demand, struct problems *problems)
{
	const char *protocol = value_text(section, "protocol", "any");
	const struct value *to = value_find(section, "to");
	demand->place = (struct place){ .type = DESTINATION_HOST,
		.name = value_text(section, "to", ""),
		.port = value_text(section, "port", "514"),
		.udp = strcmp(protocol, "tcp") != 0,
		.tcp = strcmp(protocol, "udp") != 0 };
	if (problems == NULL || to == NULL || to->type != VALUE_TEXT)
		return;
	if (to->text[0] == '@')
		problems_add(problems, to->at,
			"to: '%s' is no host name (write it without @; protocol and port "
			"have keys of their own)",
			to->text);
	else if (!is_host_name(to->text))
		problems_add(problems, to->at, "to: '%s' is no host name", to->text);
}

static void
read_store(const struct value *section, struct demand *demand, struct problems *problems)
{
	const struct value *file = value_find(section, "file");
	demand->place = (struct place){ .type = DESTINATION_FILE,
		.name = value_text(section, "file", "") };
	if (problems != NULL && file != NULL && file->type == VALUE_TEXT &&
		!is_file_name(file->text))
		problems_add(problems, file->at,
			"file: '%s' must be an absolute path without blanks, '..' or "
			"'//', "
			"semicolons and backslashes",
			file->text);
}

static void
read_sections(const struct control *control, const char *key,
	void (*read)(const struct value *section, struct demand *demand,
		struct problems *problems),
	struct demands *demands, struct problems *problems)
{
	const struct value *sections = value_find(control->keys, key);
	if (sections == NULL)
		return;
	bool list = sections->type == VALUE_LIST;
	for (size_t i = 0; i < (list ? sections->count : 1); i++) {
		const struct value *section = list ? &sections->items[i] : sections;
		if (section->type != VALUE_MAP)
			continue;
		demands->items = memory_grow(
			demands->items, demands->count, sizeof *demands->items);
		struct demand *demand = &demands->items[demands->count++];
		*demand = (struct demand){ .at = section->at };
		read_selector(section, demand, problems);
		read(section, demand, problems);
	}
}

void
demands_read(const struct control *control, struct demands *ret_demands,
	struct problems *problems)
{
	*ret_demands = (struct demands){ 0 };
	read_sections(control, "forward", read_forward, ret_demands, problems);
	read_sections(control, "store", read_store, ret_demands, problems);
}

void
demands_free(struct demands *demands)
{
	free(demands->items);
	*demands = (struct demands){ 0 };
}

static void
describe(const struct demand *demand, const char *at, bool with_port, struct buffer *out)
{
	const struct place *place = &demand->place;
	buffer_printf(out, "%s%s", at, place->name);
	if (with_port)
		buffer_printf(out, ":%s", place->port);
}

void
demand_describe(const struct demand *demand, struct buffer *out)
{
	bool host = demand->place.type == DESTINATION_HOST;
	describe(demand,
		!host                       ? ""
			: demand->place.udp ? "@"
					    : "@@",
		host && strcmp(demand->place.port, "514") != 0, out);
}

bool
demand_is_met_by(const struct demand *demand, const char *text)
{
	static const char *const marks[] = { "@", "@@", "relp:" };
	const struct place *place = &demand->place;
	if (place->type == DESTINATION_FILE)
		return strcmp(text, place->name) == 0;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (!(i == 0 ? place->udp : place->tcp))
			continue;
		for (int with_port = strcmp(place->port, "514") == 0 ? 0 : 1;
			with_port < 2; with_port++) {
			autobuffer struct buffer name = { 0 };
			describe(demand, marks[i], with_port != 0, &name);
			if (strcasecmp(name.data, text) == 0)
				return true;
		}
	}
	return false;
}
