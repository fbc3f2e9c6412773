#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/xinetd/xinetd_ports.h"
#include "policy/models/xinetd/xinetd_reader.h"

#define BIT(attribute) ((uint64_t)1 << (attribute))

/* One service on its way; each step returns false when it ends there. */
struct start {
	const struct xinetd_facts *facts;
	const struct xinetd_defaults *defaults;
	struct xinetd_conf *conf;
	struct xinetd_service *service;
};

static bool
stop(struct start *start, const char *why)
{
	xinetd_service_stop(start->service, XINETD_STOPPED,
		start->service->bad.file ? start->service->bad : start->service->entry,
		"%s%s%s", why, start->service->bad.file ? "; " : "",
		start->service->bad.file ? start->service->bad_why : "");
	return false;
}

static bool
has(const struct start *start, unsigned attribute)
{
	return (start->service->specified & BIT(attribute)) != 0;
}

static void
doubt(struct start *start, const char *why)
{
	if (start->service->unsure == NULL)
		start->service->unsure = memory_text(why);
}

static const struct place *
listed(const struct table *ids, const char *id)
{
	autofree char *key = memory_text(id);
	for (char *p = key; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return table_get(ids, key);
}

/* confparse.c remove_disabled_services */
static bool
is_wanted(struct start *start)
{
	struct xinetd_service *service = start->service;
	const struct xinetd_defaults *defaults = start->defaults;
	bool enables = (defaults->entry.specified & BIT(XINETD_ENABLED)) != 0;
	const struct place *enabled = listed(&defaults->enabled, service->id),
			   *disabled = listed(&defaults->disabled, service->id);
	if (service->dropped && enabled != NULL && !start->facts->is_dated) {
		xinetd_service_stop(service, XINETD_UNSURE, *enabled,
			"before xinetd 2.3.15.1 `enabled` starts it, later `disable` "
			"keeps it off, and the version is not known");
		return false;
	}
	if (service->dropped) {
		xinetd_service_stop(service, XINETD_STOPPED, service->decides,
			service->bad.file != NULL ? "%s" : "disable = yes",
			service->bad.file != NULL ? service->bad_why : "");
		return false;
	}
	if (enables && enabled == NULL) {
		xinetd_service_stop(service, XINETD_STOPPED, service->entry,
			"the defaults enable others only");
		return false;
	}
	if (!enables && service->disabled) {
		if (service->bad.file != NULL)
			return stop(start, "a bad value disables it");
		xinetd_service_stop(
			service, XINETD_STOPPED, service->decides, "disable = yes");
		return false;
	}
	if (disabled != NULL) {
		xinetd_service_stop(service, XINETD_STOPPED, *disabled,
			"the defaults disable it by its id");
		return false;
	}
	return true;
}

static bool
found(struct start *start, enum netdb_answer answer, const char *why)
{
	if (answer == NETDB_MISSING)
		return stop(start, why);
	if (answer == NETDB_ELSEWHERE)
		doubt(start,
			"nsswitch.conf names other sources that may know its port, "
			"protocol or number");
	return true;
}

static void
fill_protocol(struct start *start)
{
	struct xinetd_service *service = start->service;
	long number;
	if (!has(start, XINETD_PROTOCOL) && has(start, XINETD_SOCKET_TYPE)) {
		const char *implied = service->socket_type == XINETD_STREAM ? "tcp"
			: service->socket_type == XINETD_DGRAM              ? "udp"
									    : NULL;
		if (implied != NULL &&
			netdb_find(start->facts->protocols, implied, NULL, &number) !=
				NETDB_MISSING) {
			service->protocol = memory_text(implied);
			service->protocol_number = *implied == 't' ? IPPROTO_TCP
								   : IPPROTO_UDP;
			service->specified |= BIT(XINETD_PROTOCOL);
		}
	}
	if (has(start, XINETD_PROTOCOL) && !has(start, XINETD_SOCKET_TYPE)) {
		if (strcasecmp(service->protocol, "tcp") == 0)
			service->socket_type = XINETD_STREAM;
		else if (strcasecmp(service->protocol, "udp") == 0)
			service->socket_type = XINETD_DGRAM;
		if (service->socket_type != 0)
			service->specified |= BIT(XINETD_SOCKET_TYPE);
	}
}

/* confparse.c service_fill, and the look-ups of check_entry */
static bool
find_port(struct start *start)
{
	struct xinetd_service *service = start->service;
	bool rpc = service->types & XINETD_RPC, mux = service->types & XINETD_TCPMUX,
	     unlisted = service->types & XINETD_UNLISTED;
	if (has(start, XINETD_PORT))
		service->port = service->wanted_port;
	else if (unlisted && !rpc && !mux)
		return stop(start, "an UNLISTED service needs a port");
	if (rpc && !unlisted) {
		long number;
		return found(start,
			netdb_find(start->facts->rpc, service->name, NULL, &number),
			"its name is not in /etc/rpc");
	}
	if (unlisted)
		return true;
	if (!has(start, XINETD_PROTOCOL))
		return stop(start, "it has neither a protocol nor a socket_type");
	long port = 0;
	if (!found(start,
		    netdb_find(start->facts->services, service->name, service->protocol,
			    &port),
		    "its name and protocol are not in /etc/services"))
		return false;
	if (has(start, XINETD_PORT) && port != 0 && port != service->port)
		return stop(start, "its port is not the one of /etc/services");
	if (port != 0)
		service->port = port;
	service->specified |= BIT(XINETD_PORT);
	return true;
}

/* builtins.c builtin_services */
static bool
is_builtin(const struct xinetd_service *service)
{
	static const char *const names[] = { "echo", "discard", "time", "daytime",
		"chargen", "sensor", NULL };
	const char *name = service->flags & XINETD_SENSOR ? "sensor" : service->name;
	if (service->socket_type == XINETD_STREAM && strcasecmp(name, "tcpmux") == 0)
		return true;
	if (service->socket_type != XINETD_STREAM && service->socket_type != XINETD_DGRAM)
		return false;
	for (const char *const *known = names; *known != NULL; known++)
		if (strcasecmp(*known, name) == 0)
			return true;
	return false;
}

/* confparse.c service_attr_check: none of these can come from the defaults */
static bool
has_all(struct start *start)
{
	static const struct {
		unsigned attribute;
		const char *why;
	} names[] = {
		{ XINETD_SOCKET_TYPE, "socket_type is missing" },
		{ XINETD_WAIT, "wait is missing" },
		{ XINETD_USER, "user is missing" },
		{ XINETD_SERVER, "server is missing" },
		{ XINETD_PROTOCOL, "protocol is missing" },
		{ XINETD_PORT, "port is missing" },
		{ XINETD_RPC_VERSION, "rpc_version is missing" },
		{ XINETD_RPC_NUMBER, "rpc_number is missing" },
	};
	const struct xinetd_service *service = start->service;
	uint64_t must = BIT(XINETD_SOCKET_TYPE) | BIT(XINETD_WAIT);
	if (!(service->types & XINETD_INTERNAL)) {
		must |= BIT(XINETD_USER) | BIT(XINETD_SERVER);
		if (service->types & XINETD_UNLISTED)
			must |= BIT(XINETD_PROTOCOL) |
				(service->types & XINETD_TCPMUX ? 0 : BIT(XINETD_PORT));
	}
	if (service->types & XINETD_RPC) {
		must &= ~BIT(XINETD_PORT);
		must |= BIT(XINETD_PROTOCOL) | BIT(XINETD_RPC_VERSION);
		if (service->types & XINETD_UNLISTED)
			must |= BIT(XINETD_RPC_NUMBER);
	} else if (has(start, XINETD_REDIRECT)) {
		must &= ~BIT(XINETD_SERVER);
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((must & BIT(names[i].attribute)) && !has(start, names[i].attribute))
			return stop(start, names[i].why);
	return true;
}

/* The socket that service.c svc_activate asks for: socket(2), ip(7), raw(7). */
static bool
has_socket(struct start *start)
{
	const struct xinetd_service *service = start->service;
	bool is_stream = service->socket_type == XINETD_STREAM,
	     is_dgram = service->socket_type == XINETD_DGRAM;
	switch (service->protocol_number) {
	case IPPROTO_IP:
		if (is_stream || is_dgram)
			return true;
		break;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
		if (service->socket_type == XINETD_RAW ||
			(is_stream && service->protocol_number == IPPROTO_TCP) ||
			(is_dgram && service->protocol_number == IPPROTO_UDP))
			return true;
		break;
	default:
		doubt(start, "the kernel decides whether there is such a socket");
		return true;
	}
	return stop(start, "there is no such socket: socket_type and protocol");
}

/* The address that it binds to, its own or that of the defaults. */
static bool
fill_bind(struct start *start)
{
	struct xinetd_service *service = start->service;
	const struct xinetd_service *defaults = &start->defaults->entry;
	unsigned families = XINETD_IPV4 | XINETD_IPV6;
	if (service->bind.family == 0 && service->bind_name == NULL) {
		service->bind = defaults->bind;
		if (defaults->bind.family == 0 && defaults->bind_name != NULL)
			service->bind_name = memory_text(defaults->bind_name);
	}
	if ((service->flags & families) == 0)
		service->flags |= service->bind_name == NULL &&
				service->bind.family == AF_INET
			? XINETD_IPV4
			: XINETD_IPV6;
	if (service->bind_name != NULL) {
		struct hosts_list list;
		enum hosts_answer found = hosts_find(start->facts->host,
			service->bind_name,
			service->flags & XINETD_IPV6 ? AF_INET6 : AF_INET, &list);
		if (found == HOSTS_FOUND)
			service->bind = list.items[0];
		hosts_free(&list);
		if (found == HOSTS_MISSING)
			return stop(start, "the host that it binds to has no address");
		if (found == HOSTS_UNSURE)
			doubt(start,
				"it depends on the address of the host that it binds "
				"to");
	}
	/* of an address of IPv4 the rest is what the memory holds */
	if (service->flags & XINETD_IPV6 && service->bind.family == AF_INET)
		doubt(start, "it binds to an address of IPv4 by IPv6");
	return true;
}

/* xinetd may be built without labeled networking: then the flag means nothing. */
static bool
has_labeled(struct start *start)
{
	const struct xinetd_service *service = start->service;
	if (!(service->flags & XINETD_LABELED) ||
		(!(service->types & XINETD_INTERNAL) &&
			service->socket_type == XINETD_STREAM && !service->waits &&
			!service->redirects))
		return true;
	if (start->facts->is_debian)
		return stop(start,
			"LABELED needs a stream that is neither internal, redirected nor "
			"waiting");
	doubt(start, "LABELED is refused where xinetd has labeled networking");
	return true;
}

/* check_entry compares the protocol's name, where there is none too. */
static bool
is_tcp(struct start *start, const char *protocol)
{
	struct xinetd_service *service = start->service;
	if (protocol == NULL)
		xinetd_conf_problem(start->conf, VERDICT_INVALID,
			service->entry.file->path, service->entry,
			"xinetd crashes: TCPMUX service %s has no protocol",
			service->name);
	return protocol != NULL && strcasecmp(protocol, "tcp") == 0;
}

/* confparse.c service_fill and check_entry, in their order */
static bool
is_complete(struct start *start)
{
	struct xinetd_service *service = start->service;
	if (service->redirects)
		service->specified |= BIT(XINETD_SERVER);
	if (!(service->types & XINETD_INTERNAL)) {
		if (!has(start, XINETD_SERVER))
			return stop(start, "it has no server");
		if (service->flags & XINETD_NAMEINARGS && !has(start, XINETD_SERVER_ARGS))
			return stop(start, "NAMEINARGS without server_args");
	}
	if (!(service->specified & BIT(XINETD_LOG_ON_SUCCESS)) &&
		start->defaults->entry.specified & BIT(XINETD_LOG_ON_SUCCESS))
		service->logs_traffic = start->defaults->entry.logs_traffic;
	if (!fill_bind(start))
		return false;
	fill_protocol(start);
	if (!find_port(start))
		return false;
	if (service->flags & XINETD_INTERCEPT && service->waits &&
		!(service->types & XINETD_INTERNAL) &&
		service->socket_type > XINETD_DGRAM)
		return stop(start, "INTERCEPT needs a stream or datagrams");
	if (service->flags & XINETD_SENSOR)
		service->types |= XINETD_INTERNAL;
	if (service->types & XINETD_INTERNAL && !is_builtin(service))
		return stop(start, "there is no such internal service");
	if (!has_labeled(start))
		return false;
	if (service->types & XINETD_TCPMUX &&
		(!(service->types & XINETD_UNLISTED) ||
			!is_tcp(start, service->protocol)))
		return stop(start, "a TCPMUX service must be UNLISTED and tcp");
	if (has(start, XINETD_REDIRECT) &&
		(service->socket_type != XINETD_STREAM || service->waits ||
			service->flags & XINETD_NAMEINARGS))
		return stop(start, "a redirected service must be tcp and not wait");
	if (!has(start, XINETD_REDIRECT) && service->logs_traffic)
		return stop(start, "log_on_success has TRAFFIC without redirect");
	if (service->flags & XINETD_NAMEINARGS && service->types & XINETD_INTERNAL)
		return stop(start, "INTERNAL with NAMEINARGS");
	if (service->flags & XINETD_IPV4 && service->flags & XINETD_IPV6) {
		if (start->facts->is_old)
			return stop(start, "both IPv4 and IPv6");
		if (!start->facts->is_dated)
			doubt(start, "both IPv4 and IPv6, which older versions refuse");
	}
	return has_all(start);
}

/* Whether xinetd can open the log that SERVICE has, its own or that of the defaults:
 * logctl.c log_start. Where the folder above the log's is absent the root is not
 * complete, and does not say. */
static bool
can_log(struct start *start)
{
	const struct xinetd_service *service = start->service;
	const char *file = has(start, XINETD_LOG_TYPE) ? service->log_file
						       : start->defaults->entry.log_file;
	if (file == NULL)
		return true;
	autofree char *path = memory_printf("%s%s", file[0] == '/' ? "" : "/", file);
	autofree char *folder = memory_copy(path, (size_t)(strrchr(path, '/') - path));
	autofree char *target = NULL;
	mode_t mode;
	if (host_mode(start->facts->host, path, &mode, &target) == 0 && S_ISDIR(mode))
		return stop(start, "its log is a folder");
	char *slash = strrchr(folder, '/');
	if (slash == NULL || host_exists(start->facts->host, folder) != 0)
		return true;
	slash[slash == folder] = '\0';
	return host_exists(start->facts->host, folder) != 1 ||
		stop(start, "the folder of its log is not there");
}

static void
activate(struct start *start, struct xinetd_ports *ports)
{
	struct xinetd_service *service = start->service;
	bool listens = service->socket_type == XINETD_STREAM && service->port != 0 &&
		!(service->types & (XINETD_TCPMUX | XINETD_RPC));
	if (service->state == XINETD_STOPPED || service->types & XINETD_TCPMUX ||
		!has_socket(start) || !can_log(start))
		return;
	if (service->unsure != NULL)
		xinetd_service_stop(
			service, XINETD_UNSURE, service->decides, "%s", service->unsure);
	if (listens)
		xinetd_ports_listen(ports, service);
}

/* remove_disabled_services compares the ids that the defaults name with that of each
 * service, where there is none too. */
static void
check_ids(struct xinetd_conf *conf, const struct xinetd_defaults *defaults)
{
	bool enables = (defaults->entry.specified & BIT(XINETD_ENABLED)) != 0;
	if ((enables ? &defaults->enabled : &defaults->disabled)->count == 0)
		return;
	for (size_t i = 0; i < conf->count; i++)
		if (conf->services[i].has_no_id && conf->services[i].reason == NULL)
			xinetd_conf_problem(conf, VERDICT_INVALID,
				conf->services[i].entry.file->path,
				conf->services[i].entry,
				"xinetd crashes: the defaults name ids, and internal "
				"service %s has none",
				conf->services[i].name);
}

static void
end_all(struct xinetd_conf *conf, struct place place)
{
	for (size_t i = 0; i < conf->count; i++)
		xinetd_service_stop(
			&conf->services[i], XINETD_STOPPED, place, "xinetd exits");
}

void
xinetd_start(const struct xinetd_facts *facts, const struct xinetd_defaults *defaults,
	struct xinetd_conf *conf)
{
	struct xinetd_ports checked = { 0 }, held = { 0 };
	check_ids(conf, defaults);
	for (size_t i = 0; i < conf->count; i++) {
		struct start start = { facts, defaults, conf, &conf->services[i] };
		if (start.service->reason != NULL || !is_wanted(&start) ||
			!is_complete(&start))
			continue;
		if (start.service->unsure != NULL)
			xinetd_service_stop(start.service, XINETD_UNSURE,
				start.service->decides, "%s", start.service->unsure);
		if (!(start.service->types & XINETD_RPC))
			xinetd_ports_check(&checked, start.service);
	}
	for (size_t i = 0; i < conf->problem_count; i++)
		if (conf->problems[i].verdict == VERDICT_INVALID)
			end_all(conf, conf->problems[i].place);
	for (size_t i = 0; i < conf->count; i++)
		activate(&(struct start){ facts, defaults, conf, &conf->services[i] },
			&held);
	xinetd_ports_free(&checked);
	xinetd_ports_free(&held);
}
