#include "policy/models/sshd/sshd_listening.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_port.h"

/* Visits ENDPOINT with each of PORTS, or with its own when that is not 0. */
static bool
visit_ports(struct sshd_endpoint endpoint, const char *ports,
	bool (*visit)(void *data, const struct sshd_endpoint *endpoint), void *data)
{
	if (endpoint.port != 0)
		return visit(data, &endpoint);
	for (const char *at = ports; *at != '\0';) {
		char *end;
		endpoint.port = strtol(at, &end, 10);
		if (!visit(data, &endpoint))
			return false;
		at = *end == ' ' ? end + 1 : end;
	}
	return true;
}

void
sshd_listening_each(const struct sshd_config *config,
	bool (*visit)(void *data, const struct sshd_endpoint *endpoint), void *data)
{
	static const char rdomain[] = " rdomain ";
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	struct sshd_answer family = sshd_answer_at_start(config, SSHD_ADDRESS_FAMILY);
	/* OpenSSH before 3.9 has no AddressFamily and takes both */
	const char *only = family.value != NULL ? family.value : "any";
	const char *all = ports.value != NULL ? ports.value : "";
	bool given = false, more = true;
	for (size_t i = 0; i < config->count && more; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name != SSHD_LISTEN_ADDRESS)
			continue;
		struct sshd_listen listen = sshd_listen_read(line->value);
		const char *rest = strchr(line->value, ' ');
		struct sshd_endpoint endpoint = { listen.host, listen.family, listen.port,
			rest != NULL ? rest + sizeof rdomain - 1 : "" };
		given = true;
		more = visit_ports(endpoint, all, visit, data);
		sshd_listen_free(&listen);
	}
	if (!given && strcmp(only, "inet") != 0)
		more = visit_ports((struct sshd_endpoint){ "::", AF_INET6, 0, "" }, all,
			visit, data);
	if (!given && more && strcmp(only, "inet6") != 0)
		visit_ports((struct sshd_endpoint){ "0.0.0.0", AF_INET, 0, "" }, all,
			visit, data);
	sshd_answer_free(&ports);
	sshd_answer_free(&family);
}

struct listing {
	struct buffer list;
	bool named; /* an address is a name */
};

static bool
add_item(void *data, const struct sshd_endpoint *endpoint)
{
	struct listing *listing = data;
	listing->named = listing->named || endpoint->family == AF_UNSPEC;
	buffer_printf(&listing->list,
		endpoint->family == AF_INET6 ? "%s[%s]:%ld" : "%s%s:%ld",
		listing->list.size > 0 ? " " : "", endpoint->host, endpoint->port);
	if (*endpoint->rdomain != '\0')
		buffer_printf(&listing->list, " rdomain %s", endpoint->rdomain);
	return !listing->named;
}

char *
sshd_listening_find(const struct sshd_config *config, const char **ret_reason)
{
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	struct sshd_answer family = sshd_answer_at_start(config, SSHD_ADDRESS_FAMILY);
	struct listing listing = { 0 };
	bool told = family.value != NULL || family.reason == NULL;
	bool known = ports.value != NULL && told;
	*ret_reason = ports.value == NULL ? ports.reason : family.reason;
	if (known)
		sshd_listening_each(config, add_item, &listing);
	if (listing.named)
		*ret_reason = "which address a name in ListenAddress has is not looked "
			      "up";
	sshd_answer_free(&ports);
	sshd_answer_free(&family);
	if (known && !listing.named)
		return buffer_take(&listing.list);
	buffer_free(&listing.list);
	return NULL;
}
