#include "policy/models/router/router_service.h"

#include <netinet/in.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "policy/models/router/router_names.h"

enum { CLIENT_PORTS = 1024 };

static struct router_cube
cube_of(const struct router_service *service, const struct router_address *from)
{
	struct router_cube cube = {
		.value = { from->value, service->to.value },
		.care = { from->care, service->to.care, PACKET_FRAGMENT },
	};
	if (service->protocol != ROUTER_ANY_PROTOCOL) {
		cube.value[PACKET_HEADER] = (uint32_t)service->protocol;
		cube.care[PACKET_HEADER] |= PACKET_PROTOCOL;
	}
	for (size_t i = 0; i < PACKET_PORTS; i++) {
		cube.low[i] = service->low[i];
		cube.high[i] = service->high[i];
	}
	return cube;
}

static void
add(struct router_cube cube, uint32_t set, uint32_t clear, struct router_cubes *cubes)
{
	cube.value[PACKET_HEADER] |= set;
	cube.care[PACKET_HEADER] |= set | clear;
	router_cubes_add(cubes, &cube);
}

void
router_service_may(const struct router_service *service, struct router_cubes *cubes)
{
	for (size_t i = 0; i < service->from_count; i++) {
		struct router_cube cube = cube_of(service, &service->from[i]);
		if (!service->established) {
			router_cubes_add(cubes, &cube);
		} else {
			add(cube, PACKET_ACK, 0, cubes);
			add(cube, PACKET_RST, 0, cubes);
		}
	}
}

void
router_service_must(const struct router_service *service, struct router_cubes *cubes)
{
	bool is_tcp = service->protocol == IPPROTO_TCP,
	     has_client = is_tcp || service->protocol == IPPROTO_UDP;
	for (size_t i = 0; i < service->from_count; i++) {
		struct router_cube cube = cube_of(service, &service->from[i]);
		if (has_client && service->from_any_port && !service->established)
			cube.low[PACKET_FROM] = CLIENT_PORTS;
		if (!is_tcp) {
			router_cubes_add(cubes, &cube);
			continue;
		}
		if (!service->established)
			add(cube, PACKET_SYN, PACKET_ACK | PACKET_RST | PACKET_FIN,
				cubes);
		add(cube, PACKET_ACK, PACKET_SYN | PACKET_RST, cubes);
	}
}

void
router_service_from(struct router_address network, struct router_cubes *cubes)
{
	struct router_cube cube = router_every;
	cube.value[PACKET_SOURCE] = network.value;
	cube.care[PACKET_SOURCE] = network.care;
	router_cubes_add(cubes, &cube);
}

void
router_service_to(struct router_address network, struct router_cubes *cubes)
{
	struct router_cube cube = router_every;
	cube.value[PACKET_DESTINATION] = network.value;
	cube.care[PACKET_DESTINATION] = network.care;
	cube.care[PACKET_HEADER] = PACKET_FRAGMENT;
	router_cubes_add(cubes, &cube);
}

void
router_service_fragments(struct router_address network, struct router_cubes *cubes)
{
	router_service_to(network, cubes);
	cubes->items[cubes->count - 1].value[PACKET_HEADER] = PACKET_FRAGMENT;
}

void
router_service_special(struct router_cubes *cubes)
{
	static const char *const networks[] = { "0.0.0.0/8", "10.0.0.0/8",
		"100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4" };
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
		struct router_address network;
		if (router_address_network(networks[i], &network))
			router_service_from(network, cubes);
	}
}

static void
add_address(struct buffer *text, uint32_t address)
{
	buffer_printf(text, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff,
		address >> 8 & 0xff, address & 0xff);
}

char *
router_service_packet(const struct router_packet *packet)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = { { PACKET_SYN, "syn" }, { PACKET_ACK, "ack" }, { PACKET_RST, "rst" },
		{ PACKET_FIN, "fin" }, { PACKET_PSH, "psh" }, { PACKET_URG, "urg" } };
	autobuffer struct buffer text = { 0 };
	uint32_t header = packet->words[PACKET_HEADER];
	uint32_t protocol = header & PACKET_PROTOCOL,
		 service = (header & PACKET_TOS) >> PACKET_TOS_SHIFT;
	bool is_whole = (header & PACKET_FRAGMENT) == 0,
	     has_ports = is_whole && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP);
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
		protocol == IPPROTO_ICMP)
		buffer_text(&text,
			protocol == IPPROTO_TCP           ? "tcp "
				: protocol == IPPROTO_UDP ? "udp "
							  : "icmp ");
	else
		buffer_printf(&text, "protocol %u ", protocol);
	add_address(&text, packet->words[PACKET_SOURCE]);
	if (has_ports)
		buffer_printf(&text, ":%u", packet->ports[PACKET_FROM]);
	buffer_text(&text, " -> ");
	add_address(&text, packet->words[PACKET_DESTINATION]);
	if (has_ports)
		buffer_printf(&text, ":%u", packet->ports[PACKET_TO]);
	if (is_whole && protocol == IPPROTO_ICMP)
		buffer_printf(&text, " type %u code %u", packet->ports[PACKET_TO] >> 8,
			packet->ports[PACKET_TO] & 0xffu);
	for (size_t i = 0;
		is_whole && protocol == IPPROTO_TCP && i < sizeof flags / sizeof *flags;
		i++)
		if ((header & flags[i].flag) != 0)
			buffer_printf(&text, " %s", flags[i].name);
	if (!is_whole)
		buffer_text(&text, ", a later fragment");
	if (service != 0)
		buffer_printf(&text, ", type of service 0x%02x", service);
	return buffer_take(&text);
}
