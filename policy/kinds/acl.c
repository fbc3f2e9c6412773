#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/acl.h"
#include "policy/recorded.h"

static const char *const directions[] = { "in", "out", NULL };
const char *const acl_protocols[] = { "tcp", "udp", "icmp", "ip", NULL };
static const char *const answers[] = { "no", "yes", NULL };
static const char *const faults[] = { "refuse", "allow", NULL };

static const struct key allow_keys[] = {
	{ .name = "port",
		.type = KEY_TEXT,
		.help = "the port, or FIRST-LAST; tcp and udp need it unless "
			"established is yes",
		.example = "110" },
	{ .name = "protocol",
		.type = KEY_CHOICE,
		.choices = acl_protocols,
		.help = "of which protocol; ip: each",
		.otherwise = "tcp" },
	{ .name = "from",
		.type = KEY_TEXT,
		.many = true,
		.help = "from where: an address, a network as ADDRESS/LENGTH, any, or a "
			"list of them",
		.otherwise = "any",
		.example = "192.0.2.0/24" },
	{ .name = "from-port",
		.type = KEY_TEXT,
		.help = "from which port, or FIRST-LAST",
		.otherwise = "any",
		.example = "53" },
	{ .name = "established",
		.type = KEY_CHOICE,
		.choices = answers,
		.help = "yes: only packets of TCP that have ACK or RST, which open no "
			"connection",
		.otherwise = "no" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "interface",
		.type = KEY_TEXT,
		.required = true,
		.help = "the interface where the list is applied, such as the one that "
			"faces outside",
		.example = "FastEthernet0/0" },
	{ .name = "direction",
		.type = KEY_CHOICE,
		.choices = directions,
		.help = "whether packets count that come in there or that go out",
		.otherwise = "in" },
	{ .name = "host",
		.type = KEY_TEXT,
		.help = "to whom: an address, a network as ADDRESS/LENGTH, or any",
		.otherwise = "any",
		.example = "192.0.2.35" },
	{ .name = "allow",
		.type = KEY_SECTION,
		.many = true,
		.none = true,
		.keys = allow_keys,
		.help = "what may reach the host, and must get through: one section or a "
			"list of them; nothing else may",
		.otherwise = "not judged" },
	{ .name = "inside",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "the networks behind the router: a packet from outside that "
			"claims to come from there is forged, and need not get through",
		.otherwise = "none",
		.example = "[192.0.2.0/24]" },
	{ .name = "shadowed",
		.type = KEY_CHOICE,
		.choices = faults,
		.help = "whether lines are a gap that can never match, since lines "
			"before them decide all that they are about",
		.otherwise = "refuse" },
	{ .name = "redundant",
		.type = KEY_CHOICE,
		.choices = faults,
		.help = "whether lines are a gap without which the lines after them "
			"would decide the same; one that logs is none",
		.otherwise = "allow" },
	{ 0 },
};

bool
acl_ports(const char *text, uint16_t *ret_low, uint16_t *ret_high)
{
	long low = 0, high = 0;
	bool is_range = text_range(text, 0, UINT16_MAX, &low, &high);
	*ret_low = (uint16_t)low;
	*ret_high = (uint16_t)high;
	return is_range;
}

/* An address of a network is likelier meant as one host than as the network. */
static void
validate_bits(const struct value *value, const char *path, uint32_t care,
	struct problems *problems)
{
	size_t length = strcspn(value->text, "/");
	autofree char *plain = memory_copy(value->text, length);
	uint32_t address = 0;
	if (value->text[length] == '\0' || !router_address_read(plain, &address) ||
		(address & ~care) == 0)
		return;
	address &= care;
	problems_add(problems, value->at,
		"acl.%s: '%s' is an address in a network: write %s, or %u.%u.%u.%u%s for "
		"all of it",
		path, value->text, plain, address >> 24, address >> 16 & 0xff,
		address >> 8 & 0xff, address & 0xff, value->text + length);
}

static void
validate_network(const struct value *value, const char *path, struct problems *problems)
{
	struct router_address network;
	if (value != NULL && !router_address_network(value->text, &network))
		problems_add(problems, value->at,
			"acl.%s: '%s' is no IPv4 address, no ADDRESS/LENGTH and not any",
			path, value->text);
	else if (value != NULL)
		validate_bits(value, path, network.care, problems);
}

static void
validate_port(const struct value *value, const char *path, struct problems *problems)
{
	uint16_t low, high;
	if (value != NULL && !acl_ports(value->text, &low, &high))
		problems_add(problems, value->at,
			"acl.allow.%s: '%s' is no port and no FIRST-LAST", path,
			value->text);
}

static void
validate_allow(const struct value *allow, struct problems *problems)
{
	size_t count;
	const struct value *port = value_find(allow, "port"),
			   *from_port = value_find(allow, "from-port"),
			   *from = value_items(value_find(allow, "from"), &count);
	const char *protocol = value_text(allow, "protocol", "tcp");
	bool is_established = strcmp(value_text(allow, "established", "no"), "yes") == 0,
	     has_ports = strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0;
	validate_port(port, "port", problems);
	validate_port(from_port, "from-port", problems);
	for (size_t i = 0; i < count; i++)
		validate_network(&from[i], "allow.from", problems);
	if (has_ports && port == NULL && !is_established)
		problems_add(problems, allow->at,
			"acl.allow: 'port' is missing (0-65535 is each)");
	if (!has_ports && (port != NULL || from_port != NULL))
		problems_add(problems, allow->at, "acl.allow: %s has no ports", protocol);
	if (is_established && strcmp(protocol, "tcp") != 0)
		problems_add(problems, allow->at,
			"acl.allow: only tcp has established connections");
}

static void
validate(const struct control *control, struct problems *problems)
{
	size_t count;
	const struct value *allow = value_items(
		value_find(control->keys, "allow"), &count);
	const struct value *inside = value_find(control->keys, "inside");
	validate_network(value_find(control->keys, "host"), "host", problems);
	for (size_t i = 0; i < count; i++)
		validate_allow(&allow[i], problems);
	for (size_t i = 0; inside != NULL && i < inside->count; i++)
		validate_network(&inside->items[i], "inside", problems);
}

void
acl_show(struct finding *finding, struct place place)
{
	finding_evidence(finding, place.file, place.offset);
}

struct finding *
acl_unknown(const struct acl_scene *scene, const char *subject, const char *why)
{
	struct finding *finding = findings_add(
		scene->findings, VERDICT_UNKNOWN, "%s", subject);
	finding_why(finding, "%s", why);
	return finding;
}

const char acl_too_intricate[] = "the list is too intricate: this could not be told "
				 "in the time that is given to it";

static void
report_strange(struct acl_scene *scene, const struct router_config *config)
{
	size_t count = 0;
	for (size_t i = 0; i < config->strange_count && i < ACL_SHOWN; i++)
		acl_show(acl_unknown(
				 scene, "a line of the evidence", config->strange[i].why),
			config->strange[i].place);
	for (size_t i = 0; scene->list != NULL && i < scene->list->count; i++)
		if (scene->list->entries[i].is_strange && count++ < ACL_SHOWN)
			acl_show(acl_unknown(scene, "a line of the list",
					 "it is not understood"),
				scene->list->entries[i].place);
}

/* Says which list is applied; false when there is none to judge: what is not defined, or
 * has no line, lets everything through (Cisco IOS Security Configuration Guide, "IP
 * Access List Overview", Access List Rules). */
static bool
judge_use(struct acl_scene *scene, const struct router_config *config,
	const struct router_interface *interface, const char *direction)
{
	const struct router_list *list = scene->list;
	const struct router_use *use = scene->use;
	bool is_applied = use->list != NULL, is_empty = list == NULL || list->count == 0,
	     has_remarks = list != NULL && is_empty && list->remark.file != NULL;
	/* lines that are not understood, such as another system's, may apply one */
	bool is_unsure = (!is_applied || list == NULL) && config->strange_count > 0;
	struct finding *finding = findings_add(scene->findings,
		is_unsure || has_remarks          ? VERDICT_UNKNOWN
			: !is_applied || is_empty ? VERDICT_FAIL
						  : VERDICT_PASS,
		"interface %s", interface->name);
	finding_want(finding, "a list filters what %s",
		strcmp(direction, "in") == 0 ? "comes in" : "goes out");
	if (is_unsure)
		finding_why(
			finding, "a line that is not understood may apply or define it");
	else if (!is_applied)
		finding_have(finding, "none: everything passes");
	else if (has_remarks)
		finding_why(finding,
			"list %s has remarks alone: whether it denies no source says",
			use->list);
	else if (is_empty)
		finding_have(finding, "list %s is applied and %s: everything passes",
			use->list, list == NULL ? "not defined" : "has no line");
	else
		finding_have(finding, "list %s", use->list);
	acl_show(finding, is_applied ? use->place : interface->place);
	return is_applied && !is_empty;
}

static void
judge(const struct router_config *config, struct acl_scene *scene)
{
	const char *name = value_text(scene->control->keys, "interface", ""),
		   *direction = value_text(scene->control->keys, "direction", "in");
	const struct router_interface *interface = router_config_interface(config, name);
	bool has_traffic = value_find(scene->control->keys, "allow") != NULL;
	if (interface == NULL) {
		autofree char *subject = memory_printf("interface %s", name);
		autobuffer struct buffer why = { 0 };
		buffer_text(&why, "the evidence does not tell of it; it has");
		for (size_t i = 0; i < config->interface_count && i < ACL_SHOWN; i++)
			buffer_printf(&why, "%s %s", i > 0 ? "," : "",
				config->interfaces[i]->name);
		if (config->interface_count == 0)
			buffer_text(&why, " no interface");
		if (config->interface_count > ACL_SHOWN)
			buffer_text(&why, " and more");
		acl_unknown(scene, subject, why.data);
		return;
	}
	scene->use =
		&interface->uses[strcmp(direction, "in") == 0 ? ROUTER_IN : ROUTER_OUT];
	if (scene->use->list != NULL)
		scene->list = router_config_list(config, scene->use->list);
	report_strange(scene, config);
	if (interface->is_down)
		finding_have(findings_add(scene->findings, VERDICT_FAIL, "interface %s",
				     interface->name),
			"shut down: nothing passes");
	if (!judge_use(scene, config, interface, direction))
		return;
	for (size_t i = 0; i < config->interface_count && has_traffic; i++)
		if (config->interfaces[i]->inspects.file != NULL)
			acl_show(acl_unknown(scene, "ip inspect",
					 "it lets answers through that the list denies"),
				config->interfaces[i]->inspects);
	if (has_traffic)
		acl_traffic(scene);
	acl_lines(scene);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct recorded recorded;
	struct router_config config;
	struct acl_scene scene = { .control = control, .findings = findings };
	const struct tree *tree = NULL;
	struct error err = ERROR_INIT;
	recorded_read(control, &recorded);
	const struct file *file = &recorded.file;
	if (recorded.state != RECORDED_READ) {
		acl_unknown(&scene, "access list", recorded.reason);
	} else if (parser_parse(context->parser, LENS_CISCO, file->bytes,
			   file_sha256(file), &tree, &err) < 0) {
		finding_evidence_file(
			acl_unknown(&scene, "access list", err.text), file->path);
	} else {
		router_work_begin(&scene.work);
		router_config_read(tree, file, &config);
		judge(&config, &scene);
		router_config_free(&config);
		router_work_free(&scene.work);
	}
	error_clear(&err);
	recorded_free(&recorded);
}

const struct kind kind_acl = {
	.name = "acl",
	.summary = "what a Cisco router's access list lets through",
	.keys = keys,
	.evidence = "show running-config, on the router, copied into FILE",
	.by_hand = "on the router: `show running-config`, which is what is judged; "
		   "`show ip interface` and `show access-lists` show it resolved",
	.lenses = 1u << LENS_CISCO,
	.validate = validate,
	.check = check,
};
