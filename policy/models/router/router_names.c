#include "policy/models/router/router_names.h"

#include <string.h>

#include "base/text.h"
#include "policy/models/router/router_cube.h"

struct name {
	const char *word;
	long number;
};

static const struct name protocols[] = { { "ahp", 51 }, { "eigrp", 88 }, { "esp", 50 },
	{ "gre", 47 }, { "icmp", 1 }, { "igmp", 2 }, { "ip", ROUTER_ANY_PROTOCOL },
	{ "ipinip", 4 }, { "nos", 94 }, { "ospf", 89 }, { "pcp", 108 }, { "pim", 103 },
	{ "sctp", 132 }, { "tcp", 6 }, { "udp", 17 }, { 0 } };

static const struct name tcp_ports[] = { { "bgp", 179 }, { "chargen", 19 },
	{ "cmd", 514 }, { "daytime", 13 }, { "discard", 9 }, { "domain", 53 },
	{ "echo", 7 }, { "exec", 512 }, { "finger", 79 }, { "ftp", 21 },
	{ "ftp-data", 20 }, { "gopher", 70 }, { "hostname", 101 }, { "ident", 113 },
	{ "irc", 194 }, { "klogin", 543 }, { "kshell", 544 }, { "login", 513 },
	{ "lpd", 515 }, { "msrpc", 135 }, { "nntp", 119 }, { "onep-plain", 15001 },
	{ "onep-tls", 15002 }, { "pim-auto-rp", 496 }, { "pop2", 109 }, { "pop3", 110 },
	{ "smtp", 25 }, { "sunrpc", 111 }, { "syslog", 514 }, { "tacacs", 49 },
	{ "talk", 517 }, { "telnet", 23 }, { "time", 37 }, { "uucp", 540 },
	{ "whois", 43 }, { "www", 80 }, { 0 } };

static const struct name udp_ports[] = { { "biff", 512 }, { "bootpc", 68 },
	{ "bootps", 67 }, { "discard", 9 }, { "dnsix", 195 }, { "domain", 53 },
	{ "echo", 7 }, { "isakmp", 500 }, { "mobile-ip", 434 }, { "nameserver", 42 },
	{ "netbios-dgm", 138 }, { "netbios-ns", 137 }, { "netbios-ss", 139 },
	{ "non500-isakmp", 4500 }, { "ntp", 123 }, { "pim-auto-rp", 496 }, { "rip", 520 },
	{ "ripv6", 521 }, { "snmp", 161 }, { "snmptrap", 162 }, { "sunrpc", 111 },
	{ "syslog", 514 }, { "tacacs", 49 }, { "talk", 517 }, { "tftp", 69 },
	{ "time", 37 }, { "who", 513 }, { "xdmcp", 177 }, { 0 } };

static const struct name dscp[] = { { "default", 0 }, { "af11", 10 }, { "af12", 12 },
	{ "af13", 14 }, { "af21", 18 }, { "af22", 20 }, { "af23", 22 }, { "af31", 26 },
	{ "af32", 28 }, { "af33", 30 }, { "af41", 34 }, { "af42", 36 }, { "af43", 38 },
	{ "cs1", 8 }, { "cs2", 16 }, { "cs3", 24 }, { "cs4", 32 }, { "cs5", 40 },
	{ "cs6", 48 }, { "cs7", 56 }, { "ef", 46 }, { 0 } };

static const struct name precedences[] = { { "routine", 0 }, { "priority", 1 },
	{ "immediate", 2 }, { "flash", 3 }, { "flash-override", 4 }, { "critical", 5 },
	{ "internet", 6 }, { "network", 7 }, { 0 } };

static const struct name services[] = { { "normal", 0 }, { "min-monetary-cost", 1 },
	{ "max-reliability", 2 }, { "max-throughput", 4 }, { "min-delay", 8 }, { 0 } };

static const struct name flags[] = { { "fin", PACKET_FIN }, { "syn", PACKET_SYN },
	{ "rst", PACKET_RST }, { "psh", PACKET_PSH }, { "ack", PACKET_ACK },
	{ "urg", PACKET_URG }, { 0 } };

static const struct {
	const struct name *names;
	long min, max; /* of numbers; max -1: none */
} tables[ROUTER_NAMES_COUNT] = {
	/* what protocol 0 is, all of them or IPv6's hop-by-hop options, no source says */
	[ROUTER_PROTOCOLS] = { protocols, 1, 255 },
	[ROUTER_TCP_PORTS] = { tcp_ports, 0, 65535 },
	[ROUTER_UDP_PORTS] = { udp_ports, 0, 65535 },
	[ROUTER_DSCP] = { dscp, 0, 63 },
	[ROUTER_PRECEDENCE] = { precedences, 0, 7 },
	[ROUTER_TOS] = { services, 0, 15 },
	[ROUTER_FLAGS] = { flags, 0, -1 },
};

/* precedence-unreachable is not here: code 14 or 15, by the release. */
static const struct {
	const char *word;
	int type, code;
} messages[] = {
	{ "administratively-prohibited", 3, 13 },
	{ "alternate-address", 6, -1 },
	{ "conversion-error", 31, -1 },
	{ "dod-host-prohibited", 3, 10 },
	{ "dod-net-prohibited", 3, 9 },
	{ "echo", 8, -1 },
	{ "echo-reply", 0, -1 },
	{ "general-parameter-problem", 12, 0 },
	{ "host-isolated", 3, 8 },
	{ "host-precedence-unreachable", 3, 14 },
	{ "host-redirect", 5, 1 },
	{ "host-tos-redirect", 5, 3 },
	{ "host-tos-unreachable", 3, 12 },
	{ "host-unknown", 3, 7 },
	{ "host-unreachable", 3, 1 },
	{ "information-reply", 16, -1 },
	{ "information-request", 15, -1 },
	{ "mask-reply", 18, -1 },
	{ "mask-request", 17, -1 },
	{ "mobile-redirect", 32, -1 },
	{ "net-redirect", 5, 0 },
	{ "net-tos-redirect", 5, 2 },
	{ "net-tos-unreachable", 3, 11 },
	{ "net-unreachable", 3, 0 },
	{ "network-unknown", 3, 6 },
	{ "no-room-for-option", 12, 2 },
	{ "option-missing", 12, 1 },
	{ "packet-too-big", 3, 4 },
	{ "parameter-problem", 12, -1 },
	{ "port-unreachable", 3, 3 },
	{ "protocol-unreachable", 3, 2 },
	{ "reassembly-timeout", 11, 1 },
	{ "redirect", 5, -1 },
	{ "router-advertisement", 9, -1 },
	{ "router-solicitation", 10, -1 },
	{ "source-quench", 4, -1 },
	{ "source-route-failed", 3, 5 },
	{ "time-exceeded", 11, -1 },
	{ "timestamp-reply", 14, -1 },
	{ "timestamp-request", 13, -1 },
	{ "traceroute", 30, -1 },
	{ "ttl-exceeded", 11, 0 },
	{ "unreachable", 3, -1 },
};

long
router_names_plain(const char *word, long max)
{
	long number = -1;
	return text_number(word, 0, max, &number, NULL) == 0 ? number : -1;
}

long
router_names_number(enum router_names names, const char *word)
{
	for (const struct name *name = tables[names].names; name->word != NULL; name++)
		if (strcasecmp(name->word, word) == 0)
			return name->number;
	if (tables[names].max < 0)
		return -1;
	long number = router_names_plain(word, tables[names].max);
	return number >= tables[names].min ? number : -1;
}

bool
router_names_icmp(const char *word, long *ret_type, long *ret_code)
{
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
		if (strcasecmp(messages[i].word, word) == 0) {
			*ret_type = messages[i].type;
			*ret_code = messages[i].code;
			return true;
		}
	return false;
}
