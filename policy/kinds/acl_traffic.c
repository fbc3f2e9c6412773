#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/acl.h"
#include "policy/models/router/router_names.h"
#include "policy/models/router/router_service.h"

enum { PERMITS_SHOWN = 3 }; /* lines of one finding */

/* What ALLOW asks for, to HOST, of packets from the COUNT networks at FROM. */
static struct router_service
service_of(const struct value *allow, struct router_address host,
	const struct router_address *from, size_t count)
{
	static const long numbers[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP,
		ROUTER_ANY_PROTOCOL };
	struct router_service service = {
		.from = from,
		.from_count = count,
		.to = host,
		.high = { UINT16_MAX, UINT16_MAX },
		.from_any_port = value_find(allow, "from-port") == NULL,
		.established = strcmp(value_text(allow, "established", "no"), "yes") == 0,
	};
	const char *protocol = value_text(allow, "protocol", "tcp"),
		   *port = value_text(allow, "port", NULL),
		   *from_port = value_text(allow, "from-port", NULL);
	size_t named = 0;
	while (strcmp(acl_protocols[named], protocol) != 0)
		named++;
	service.protocol = numbers[named];
	if (port != NULL)
		acl_ports(port, &service.low[PACKET_TO], &service.high[PACKET_TO]);
	if (from_port != NULL)
		acl_ports(
			from_port, &service.low[PACKET_FROM], &service.high[PACKET_FROM]);
	return service;
}

/* "port 110/tcp of 192.0.2.35 from any" */
static char *
describe(const struct value *allow, const char *host, const char *from)
{
	const char *protocol = value_text(allow, "protocol", "tcp"),
		   *port = value_text(allow, "port", NULL);
	bool established = strcmp(value_text(allow, "established", "no"), "yes") == 0;
	return port != NULL
		? memory_printf("%sport %s/%s of %s from %s",
			  established ? "established " : "", port, protocol, host, from)
		: memory_printf("%s%s to %s from %s", established ? "established " : "",
			  protocol, host, from);
}

/* Points at a line of the list; what its end decides, no line says. */
static void
show_line(const struct acl_scene *scene, struct finding *finding, size_t line)
{
	const struct router_list *list = scene->list;
	acl_show(finding,
		line < list->count ? list->entries[line].place : scene->use->place);
}

/* Says on what it depends that LINE of the list decides: on that line, or on the first
 * before it that may be about the packet, which is pointed at. */
static void
say_doubt(const struct acl_scene *scene, struct finding *finding, size_t line)
{
	const struct router_list *list = scene->list;
	size_t at = line;
	if (line >= list->count || list->entries[line].doubt == NULL)
		for (at = 0; at < line && at < list->count &&
			list->entries[at].doubt == NULL && !list->entries[at].is_strange;)
			at++;
	bool is_known = at < list->count && list->entries[at].doubt != NULL;
	finding_why(finding, "it depends on %s",
		is_known ? list->entries[at].doubt : "a line that is not understood");
	if (at < line && at < list->count)
		acl_show(finding, list->entries[at].place);
}

/* Points at the first lines that permit some of REGION but what is BESIDES. */
static void
show_permits(struct acl_scene *scene, struct finding *finding,
	const struct router_cubes *region, const struct router_cubes *besides)
{
	const struct router_question question = {
		.list = scene->list,
		.region = region,
		.besides = besides,
		.permits = true,
		.surely = true,
	};
	struct router_packet packet;
	size_t line = 0, shown = 0;
	while (shown < PERMITS_SHOWN &&
		router_judge(&question, line, &scene->work, &line, &packet) ==
			ROUTER_FOUND) {
		show_line(scene, finding, line++);
		shown++;
	}
	if (shown == 0)
		acl_show(finding, scene->use->place);
}

/* Says whose packets need not get through. */
static void
except_forged(const struct acl_scene *scene, struct finding *finding)
{
	const struct value *inside = value_find(scene->control->keys, "inside");
	autofree char *networks = inside != NULL ? value_join(inside) : NULL;
	finding_why(finding,
		"not judged: from %s%sthe addresses that nobody on the Internet has, "
		"such as 10.0.0.0/8 (RFC 6890)",
		networks != NULL ? networks : "",
		networks != NULL ? " (inside) and " : "");
}

/* Judges whether all that SUBJECT stands for passes, but what is FORGED. */
static void
judge_service(struct acl_scene *scene, const char *subject,
	const struct router_service *service, const struct router_cubes *forged)
{
	struct router_cubes region = { 0 };
	struct router_packet packet;
	size_t line;
	router_service_must(service, &region);
	struct router_question question = {
		.list = scene->list,
		.region = &region,
		.besides = service->from->care == 0 ? forged : NULL,
		.surely = true,
	};
	enum router_found found = router_judge(
		&question, 0, &scene->work, &line, &packet);
	bool surely = found != ROUTER_NONE;
	question.surely = false;
	if (!surely)
		found = router_judge(&question, 0, &scene->work, &line, &packet);
	struct finding *finding = findings_add(scene->findings,
		found == ROUTER_NONE                      ? VERDICT_PASS
			: surely && found == ROUTER_FOUND ? VERDICT_FAIL
							  : VERDICT_UNKNOWN,
		"%s", subject);
	finding_want(finding, "gets through");
	if (found == ROUTER_NONE) {
		finding_have(finding, "gets through");
		if (question.besides != NULL)
			except_forged(scene, finding);
	} else if (found == ROUTER_TOO_MUCH) {
		finding_why(finding, "%s", acl_too_intricate);
	} else {
		autofree char *text = router_service_packet(&packet);
		finding_have(
			finding, "%s: %s", surely ? "denied" : "may be denied", text);
		if (!surely)
			say_doubt(scene, finding, line);
		else if (line == scene->list->count)
			finding_why(finding, "no line of list %s permits it",
				scene->list->name);
	}
	if (found == ROUTER_NONE)
		show_permits(scene, finding, &region, question.besides);
	else
		show_line(scene, finding,
			found == ROUTER_FOUND ? line : scene->list->count);
	router_cubes_free(&region);
}

/* Judges ALLOW from each source, and adds what it lets through to ALLOWED. */
static void
judge_allowed(struct acl_scene *scene, const struct value *allow, const char *host,
	const struct router_cubes *forged, struct router_cubes *allowed)
{
	struct router_address to, any = { 0 };
	size_t count;
	const struct value *from = value_items(value_find(allow, "from"), &count);
	struct router_address *networks = memory_new(count + 1, sizeof *networks);
	router_address_network(host, &to);
	for (size_t i = 0; i < count; i++) {
		router_address_network(from[i].text, &networks[i]);
		autofree char *subject = describe(allow, host, from[i].text);
		struct router_service service = service_of(allow, to, &networks[i], 1);
		judge_service(scene, subject, &service, forged);
	}
	struct router_service whole = service_of(
		allow, to, count > 0 ? networks : &any, count > 0 ? count : 1);
	if (count == 0) {
		autofree char *subject = describe(allow, host, "any");
		judge_service(scene, subject, &whole, forged);
	}
	router_service_may(&whole, allowed);
	free(networks);
}

/* Adds a finding for each line that lets more through than ALLOWED. Returns how many. */
static size_t
judge_others(struct acl_scene *scene, const char *host, const struct router_cubes *region,
	const struct router_cubes *allowed, bool surely)
{
	struct router_packet packet;
	struct router_question question = {
		.list = scene->list,
		.region = region,
		.besides = allowed,
		.permits = true,
		.surely = surely,
	};
	size_t line = 0, count = 0;
	enum router_found found;
	while ((found = router_judge(&question, line, &scene->work, &line, &packet)) !=
			ROUTER_NONE &&
		count++ < ACL_SHOWN) {
		autofree char *text = router_service_packet(&packet);
		struct finding *finding = findings_add(scene->findings,
			surely && found == ROUTER_FOUND ? VERDICT_FAIL : VERDICT_UNKNOWN,
			"what else reaches %s", host);
		finding_want(finding, "nothing but what the policy allows");
		if (found == ROUTER_TOO_MUCH) {
			finding_why(finding, "%s", acl_too_intricate);
			return count;
		}
		finding_have(finding, "%s: %s", surely ? "permitted" : "may be permitted",
			text);
		if (!surely)
			say_doubt(scene, finding, line);
		show_line(scene, finding, line++);
	}
	if (count > ACL_SHOWN)
		finding_have(findings_add(scene->findings,
				     surely ? VERDICT_FAIL : VERDICT_UNKNOWN,
				     "what else reaches %s", host),
			"more, by other lines");
	return count;
}

/* Says that nothing but ALLOWED of REGION reaches HOST: which line denies the rest, and
 * which lets later fragments pass. */
static void
report_nothing(struct acl_scene *scene, const char *host, struct router_address to,
	const struct router_cubes *region, const struct router_cubes *allowed)
{
	struct router_cubes fragments = { 0 };
	struct router_packet packet;
	size_t line;
	struct finding *finding = findings_add(
		scene->findings, VERDICT_PASS, "what else reaches %s", host);
	struct router_question question = {
		.list = scene->list,
		.region = region,
		.besides = allowed,
	};
	finding_have(finding, "nothing");
	/* the last line, unless it has no say in this */
	if (router_judge(&question, scene->list->count - 1, &scene->work, &line,
		    &packet) != ROUTER_FOUND)
		line = scene->list->count;
	show_line(scene, finding, line);
	router_service_fragments(to, &fragments);
	question = (struct router_question){
		.list = scene->list,
		.region = &fragments,
		.permits = true,
	};
	enum router_found found = router_judge(
		&question, 0, &scene->work, &line, &packet);
	if (found == ROUTER_FOUND)
		show_line(scene, finding, line);
	if (found != ROUTER_NONE)
		finding_why(finding,
			"not judged: fragments that are not the first have no port, and "
			"a line that permits some port lets them pass");
	router_cubes_free(&fragments);
}

void
acl_traffic(struct acl_scene *scene)
{
	size_t count;
	const struct value *all = scene->control->keys,
			   *allow = value_items(value_find(all, "allow"), &count),
			   *inside = value_find(all, "inside");
	const char *host = value_text(all, "host", "any");
	struct router_cubes region = { 0 }, allowed = { 0 }, forged = { 0 };
	struct router_address to, network;
	router_address_network(host, &to);
	router_service_to(to, &region);
	router_service_special(&forged);
	for (size_t i = 0; inside != NULL && i < inside->count; i++)
		if (router_address_network(inside->items[i].text, &network))
			router_service_from(network, &forged);
	for (size_t i = 0; i < count; i++)
		judge_allowed(scene, &allow[i], host, &forged, &allowed);
	if (judge_others(scene, host, &region, &allowed, true) == 0 &&
		judge_others(scene, host, &region, &allowed, false) == 0)
		report_nothing(scene, host, to, &region, &allowed);
	router_cubes_free(&region);
	router_cubes_free(&allowed);
	router_cubes_free(&forged);
}
