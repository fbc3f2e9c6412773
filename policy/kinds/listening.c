#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/live_ports.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/port.h"
#include "policy/models/network/listening.h"

static const char *const protocols[] = { "tcp", "udp", NULL };
static const char *const loopbacks[] = { "ignore", "judge", NULL };

static const struct key allow_keys[] = {
	{ .name = "port",
		.type = KEY_NUMBER,
		.required = true,
		.min = 1,
		.max = 65535,
		.help = "the port",
		.example = "22" },
	{ .name = "protocol",
		.type = KEY_CHOICE,
		.choices = protocols,
		.help = "of which protocol",
		.otherwise = "tcp" },
	{ .name = "address",
		.type = KEY_TEXT,
		.help = "the only local address it may be bound to",
		.otherwise = "any",
		.example = "192.0.2.25" },
	{ .name = "program",
		.type = KEY_TEXT,
		.help = "the base name of the only executable that may hold it; "
			"systemd, which listens for others, may too",
		.otherwise = "any",
		.example = "sshd" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "allow",
		.type = KEY_SECTION,
		.many = true,
		.none = true,
		.required = true,
		.keys = allow_keys,
		.help = "the ports that may answer: one section or a list of them; no "
			"other may" },
	{ .name = "protocols",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = protocols,
		.help = "which protocols are judged",
		.otherwise = "[tcp, udp]",
		.example = "[tcp]" },
	{ .name = "loopback",
		.type = KEY_CHOICE,
		.choices = loopbacks,
		.help = "whether ports count that only this host itself reaches",
		.otherwise = "ignore" },
	{ 0 },
};

/* As one of IPv6; an IPv4 address as the one that is mapped to it. */
static bool
read_address(const char *text, struct in6_addr *ret_address)
{
	autofree char *mapped = memory_printf("::ffff:%s", text);
	return inet_pton(AF_INET6, strchr(text, ':') != NULL ? text : mapped,
		       ret_address) == 1;
}

/* Evidence may have names for addresses, but what is written like one must be one. */
static bool
is_address(const char *text)
{
	struct in6_addr address;
	bool is_name = strchr(text, ':') == NULL &&
		text[strspn(text, "0123456789.")] != '\0';
	return is_name || read_address(text, &address);
}

static bool
is_every(const char *text)
{
	struct in6_addr address;
	return read_address(text, &address) &&
		(IN6_IS_ADDR_UNSPECIFIED(&address) || strcmp(text, "0.0.0.0") == 0);
}

static void
validate(const struct control *control, struct problems *problems)
{
	size_t count;
	const struct value *allow = value_items(
		value_find(control->keys, "allow"), &count);
	for (size_t i = 0; i < count; i++) {
		const struct value *address = value_find(&allow[i], "address"),
				   *program = value_find(&allow[i], "program");
		if (address != NULL && !is_address(address->text))
			problems_add(problems, address->at,
				"listening.allow.address: '%s' is no address",
				address->text);
		else if (address != NULL && is_every(address->text))
			problems_add(problems, address->at,
				"listening.allow.address: '%s' is every address: leave "
				"it out",
				address->text);
		if (program != NULL && strchr(program->text, '/') != NULL)
			problems_add(problems, program->at,
				"listening.allow.program: '%s' is a path: write %s",
				program->text, text_base_name(program->text));
	}
}

static const char *
protocol_of(const struct listener *listener)
{
	return listener->is_udp ? "udp" : "tcp";
}

static bool
judges(const struct control *control, const char *protocol)
{
	const struct value *list = value_find(control->keys, "protocols");
	for (size_t i = 0; list != NULL && i < list->count; i++)
		if (strcmp(list->items[i].text, protocol) == 0)
			return true;
	return list == NULL;
}

/* systemd holds the sockets of the units that it starts when somebody calls. */
static bool
is_held_by(const struct listener *listener, const char *program)
{
	autofree char *names = memory_text(listener->programs);
	char *rest = names;
	bool all = *names != '\0';
	for (char *name; (name = strsep(&rest, ",")) != NULL;)
		all = all && (strcmp(name, program) == 0 || strcmp(name, "systemd") == 0);
	return all;
}

static bool
is_same_address(const char *a, const char *b)
{
	struct in6_addr first, second;
	return read_address(a, &first) && read_address(b, &second)
		? IN6_ARE_ADDR_EQUAL(&first, &second)
		: strcasecmp(a, b) == 0;
}

/* Why ALLOW does not cover the listener of its port, which is of the form "address ..."
 * or "program ..."; NULL when it does. The caller frees. */
static char *
mismatch(const struct value *allow, const struct listener *listener)
{
	const char *address = value_text(allow, "address", NULL),
		   *program = value_text(allow, "program", NULL);
	if (address != NULL && !is_same_address(address, listener->address))
		return memory_printf("allowed at %s alone", address);
	if (program != NULL && !is_held_by(listener, program))
		return memory_printf("allowed for %s alone", program);
	return NULL;
}

/* Whether the policy lets LISTENER be; *ret_why (owned) says what is in the way where it
 * names the port. */
static bool
is_allowed(const struct control *control, const struct listener *listener, char **ret_why)
{
	size_t count;
	const struct value *allow = value_items(
		value_find(control->keys, "allow"), &count);
	*ret_why = NULL;
	for (size_t i = 0; i < count; i++) {
		if (!port_is_meant(&allow[i], listener->port, protocol_of(listener)))
			continue;
		free(*ret_why);
		*ret_why = mismatch(&allow[i], listener);
		if (*ret_why == NULL)
			return true;
	}
	return false;
}

static void
judge_listener(const struct control *control, const struct listener *listener,
	struct findings *findings)
{
	autofree char *why = NULL;
	autofree char *port = listener->name != NULL
		? memory_text(listener->name)
		: memory_printf("%ld", listener->port);
	bool allowed = is_allowed(control, listener, &why);
	bool lacks_program = !allowed && why != NULL && *listener->programs == '\0' &&
		strstr(why, "allowed for") != NULL;
	struct finding *finding = findings_add(findings,
		allowed                                       ? VERDICT_PASS
			: listener->port < 0 || lacks_program ? VERDICT_UNKNOWN
							      : VERDICT_FAIL,
		"port %s/%s", port, protocol_of(listener));
	finding_want(finding, allowed ? "may answer" : "does not answer");
	finding_have(finding, "answers at %s%s%s%s",
		strcmp(listener->address, "*") == 0 ? "every address" : listener->address,
		*listener->programs != '\0' ? " (" : "", listener->programs,
		*listener->programs != '\0' ? ")" : "");
	if (listener->port < 0)
		finding_why(finding, "the host's services(5) does not know this name");
	else if (lacks_program)
		finding_why(finding, "%s, and it is not known who holds it", why);
	else if (!allowed)
		finding_why(finding, "%s",
			why != NULL ? why : "the policy does not name this port");
	if (listener->place.file != NULL)
		finding_evidence(finding, listener->place.file, listener->place.offset);
}

static void
report_gaps_in(const struct control *control, const struct listening *listening,
	const struct recorded *recorded, struct findings *findings)
{
	for (size_t i = 0; i < listening->strange_count && i < 5; i++) {
		const struct place *place = &listening->strange[i];
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "a line of the evidence");
		finding_why(finding, "it is none of netstat's or ss's");
		finding_evidence(finding, place->file, place->offset);
	}
	static const char *const names[] = { "tcp", "udp" };
	for (size_t i = 0; i < 2; i++) {
		if (listening->has_open[i] || !judges(control, names[i]))
			continue;
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "ports of %s", names[i]);
		finding_why(finding,
			"the evidence has no open port of %s: they may not have been "
			"asked for, as without -l or -a (protocols: [%s] judges %s "
			"alone)",
			names[i], names[1 - i], names[1 - i]);
		finding_evidence_file(finding, recorded->file.path);
	}
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct recorded recorded;
	struct listening listening;
	bool all = strcmp(value_text(control->keys, "loopback", "ignore"), "judge") == 0;
	recorded_read(control, &recorded);
	listening_read(context, &recorded, &listening);
	if (listening.problem != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "listening ports");
		finding_why(finding, "%s", listening.problem);
	} else {
		report_gaps_in(control, &listening, &recorded, findings);
		for (size_t i = 0; i < listening.count; i++)
			if (judges(control, protocol_of(&listening.items[i])) &&
				(all || !listening.items[i].on_loopback))
				judge_listener(control, &listening.items[i], findings);
		if (findings->count == 0) {
			struct finding *finding = findings_add(
				findings, VERDICT_PASS, "listening ports");
			finding_have(finding, "none answers");
			if (recorded.state == RECORDED_READ)
				finding_evidence_file(finding, recorded.file.path);
		}
	}
	listening_free(&listening);
	recorded_free(&recorded);
}

const struct kind kind_listening = {
	.name = "listening",
	.summary = "which ports answer",
	.keys = keys,
	.evidence = "ss -ltnup >FILE, or netstat -anp >FILE",
	.by_hand = "`ss -ltnup` or `netstat -anp`",
	.look = live_ports_look,
	.validate = validate,
	.check = check,
};
