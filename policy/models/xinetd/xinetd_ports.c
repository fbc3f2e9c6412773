#include "policy/models/xinetd/xinetd_ports.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char taken[] = "service %s has its port already";

/* Notes that SERVICE holds what KEY names. */
static void
hold(struct xinetd_ports *ports, const char *key, const struct xinetd_service *service)
{
	struct xinetd_holder *holder = table_get(&ports->holders, key);
	if (holder == NULL) {
		holder = memory_new(1, sizeof *holder);
		ports->items = memory_grow(
			ports->items, ports->count, sizeof *ports->items);
		ports->items[ports->count++] = holder;
		table_set(&ports->holders, key, holder);
	}
	const struct xinetd_service **first = service->state == XINETD_STARTED
		? &holder->certain
		: &holder->unsure;
	if (*first == NULL)
		*first = service;
}

/* Ends SERVICE when another holds KEY. A certain one decides. */
static void
give_way(struct xinetd_ports *ports, const char *key, struct xinetd_service *service)
{
	const struct xinetd_holder *holder = table_get(&ports->holders, key);
	if (holder == NULL || service->state == XINETD_STOPPED)
		return;
	if (holder->certain != NULL) {
		if (service->state == XINETD_UNSURE) {
			free(service->reason);
			service->reason = NULL;
		}
		xinetd_service_stop(service, XINETD_STOPPED, holder->certain->entry,
			taken, holder->certain->name);
		service->port_taken = true;
	} else {
		xinetd_service_stop(service, XINETD_UNSURE, holder->unsure->entry, taken,
			holder->unsure->name);
	}
}

static char *
address_text(const struct xinetd_service *service)
{
	char text[INET6_ADDRSTRLEN];
	if (service->bind.family == 0)
		return memory_text("");
	inet_ntop(service->bind.family, service->bind.bytes, text, sizeof text);
	return memory_text(text);
}

void
xinetd_ports_check(struct xinetd_ports *ports, struct xinetd_service *service)
{
	autofree char *any = memory_printf(
		"%ld/%ld", service->port, service->protocol_number);
	autofree char *address = address_text(service);
	autofree char *one = memory_printf("%s/%s", any, address);
	/* one without an address is compared with all that have one, by the port alone */
	give_way(ports, service->bind.family == 0 ? any : one, service);
	if (service->state == XINETD_STOPPED || service->bind.family == 0)
		return;
	hold(ports, any, service);
	hold(ports, one, service);
}

/* What a listening socket holds, and what it needs to be free: V4 and V6 are the wildcard
 * addresses, DUAL that of IPv6 which takes IPv4 too. */
struct claim {
	const char *held, *needed[6]; /* ends with NULL */
};

static const struct claim *
claim_of(const struct xinetd_service *service, bool is_v4, bool is_any)
{
	static const struct claim v4_any = { "v4", { "v4", "v4 one", "dual" } },
				  v4_one = { "v4 one", { "v4", "dual" } },
				  v6_any = { "v6", { "v6", "v6 one", "dual" } },
				  v6_one = { "v6 one", { "v6", "dual" } },
				  dual = { "dual",
					  { "v4", "v4 one", "v6", "v6 one", "dual" } };
	if (is_v4)
		return is_any ? &v4_any : &v4_one;
	return !is_any ? &v6_one : service->is_v6only ? &v6_any : &dual;
}

void
xinetd_ports_listen(struct xinetd_ports *ports, struct xinetd_service *service)
{
	static const unsigned char nothing[16] = { 0 };
	/* the flags decide, whatever the family of the address: an address of IPv6 leaves
	 * nothing where one of IPv4 is looked for */
	bool is_v4 = (service->flags & (XINETD_IPV4 | XINETD_IPV6)) == XINETD_IPV4;
	bool is_any = service->bind.family == 0 ||
		(is_v4 && service->bind.family == AF_INET6) ||
		memcmp(service->bind.bytes, nothing, sizeof nothing) == 0;
	const struct claim *claim = claim_of(service, is_v4, is_any);
	for (size_t i = 0; claim->needed[i] != NULL; i++) {
		autofree char *key = memory_printf(
			"%ld %s", service->port, claim->needed[i]);
		give_way(ports, key, service);
	}
	autofree char *held = memory_printf("%ld %s", service->port, claim->held);
	autofree char *address = address_text(service);
	autofree char *exact = memory_printf("%s %s", held, address);
	give_way(ports, exact, service);
	if (service->state == XINETD_STOPPED)
		return;
	hold(ports, held, service);
	hold(ports, exact, service);
}

void
xinetd_ports_free(struct xinetd_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++)
		free(ports->items[i]);
	free(ports->items);
	table_free(&ports->holders);
	*ports = (struct xinetd_ports){ 0 };
}
