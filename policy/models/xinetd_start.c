#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/xinetd_reader.h"

#define BIT(attribute) ((uint64_t)1 << (attribute))

/* One service on its way; each step returns false when it ends there. */
struct start {
	const struct xinetd_facts *facts;
	const struct xinetd_defaults *defaults;
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
			netdb_find(&start->facts->protocols, implied, NULL, &number) !=
				NETDB_MISSING) {
			service->protocol = memory_text(implied);
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
			netdb_find(&start->facts->rpc, service->name, NULL, &number),
			"its name is not in /etc/rpc");
	}
	if (unlisted)
		return true;
	if (!has(start, XINETD_PROTOCOL))
		return stop(start, "it has neither a protocol nor a socket_type");
	long port = 0;
	if (!found(start,
		    netdb_find(&start->facts->services, service->name, service->protocol,
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

/* The socket that service.c svc_activate asks for. */
static bool
has_socket(struct start *start)
{
	const struct xinetd_service *service = start->service;
	if (service->types & XINETD_TCPMUX || service->protocol == NULL)
		return true;
	bool tcp = strcasecmp(service->protocol, "tcp") == 0,
	     udp = strcasecmp(service->protocol, "udp") == 0;
	if ((service->socket_type == XINETD_STREAM && udp) ||
		(service->socket_type == XINETD_DGRAM && tcp))
		return stop(start, "there is no such socket: socket_type and protocol");
	if ((service->socket_type == XINETD_STREAM && !tcp) ||
		(service->socket_type == XINETD_DGRAM && !udp))
		doubt(start, "the kernel decides whether there is such a socket");
	return true;
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
	fill_protocol(start);
	if (!find_port(start))
		return false;
	if (service->flags & XINETD_SENSOR)
		service->types |= XINETD_INTERNAL;
	if (service->types & XINETD_INTERNAL && !is_builtin(service))
		return stop(start, "there is no such internal service");
	if (service->types & XINETD_TCPMUX &&
		(!(service->types & XINETD_UNLISTED) || service->protocol == NULL ||
			strcasecmp(service->protocol, "tcp") != 0))
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
	return has_all(start) && has_socket(start);
}

static int
by_port(const void *a, const void *b)
{
	const struct xinetd_service *x = *(const struct xinetd_service *const *)a,
				    *y = *(const struct xinetd_service *const *)b;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Of several that listen at one TCP port only the first can bind: bind(2). */
static void
give_ports(struct xinetd_conf *conf)
{
	autofree struct xinetd_service **sorted = memory_new(conf->count, sizeof *sorted);
	size_t count = 0;
	for (size_t i = 0; i < conf->count; i++) {
		struct xinetd_service *service = &conf->services[i];
		if (service->state == XINETD_STARTED && service->port != 0 &&
			service->socket_type == XINETD_STREAM && !service->binds &&
			!(service->types & (XINETD_TCPMUX | XINETD_RPC)) &&
			!(service->flags & (XINETD_IPV4 | XINETD_IPV6)))
			sorted[count++] = service;
	}
	qsort(sorted, count, sizeof *sorted, by_port);
	for (size_t i = 1, first = 0; i < count; i++) {
		if (sorted[i]->port != sorted[first]->port) {
			first = i;
			continue;
		}
		xinetd_service_stop(sorted[i], XINETD_STOPPED, sorted[first]->entry,
			"service %s has its port already", sorted[first]->name);
		sorted[i]->port_taken = true;
	}
}

void
xinetd_start(const struct xinetd_facts *facts, const struct xinetd_defaults *defaults,
	struct xinetd_conf *conf)
{
	for (size_t i = 0; i < conf->count; i++) {
		struct start start = { facts, defaults, &conf->services[i] };
		if (start.service->reason != NULL || !is_wanted(&start) ||
			!is_complete(&start))
			continue;
		if (start.service->unsure != NULL)
			xinetd_service_stop(start.service, XINETD_UNSURE,
				start.service->decides, "%s", start.service->unsure);
	}
	give_ports(conf);
}
