/* The names that IOS has for numbers, and writes instead of them. Sources: Cisco IOS
 * Security Command Reference, access-list (IP extended), permit (IP); RFC 2474, 2597,
 * 2598 for dscp. */
#ifndef POLICY_MODELS_ROUTER_NAMES_H
#define POLICY_MODELS_ROUTER_NAMES_H

#include <stdbool.h>

enum router_names {
	ROUTER_PROTOCOLS, /* 256: every protocol */
	ROUTER_TCP_PORTS,
	ROUTER_UDP_PORTS,
	ROUTER_DSCP,
	ROUTER_PRECEDENCE,
	ROUTER_TOS,
	ROUTER_FLAGS, /* PACKET_FIN and so on */
	ROUTER_NAMES_COUNT,
};

enum { ROUTER_ANY_PROTOCOL = 256 };

/* The number that WORD stands for or is; -1 when there is none. Flags have no numbers. */
long
router_names_number(enum router_names names, const char *word);

/* The message of ICMP that WORD names; *ret_code is -1 when it means each code of the
 * type. */
bool
router_names_icmp(const char *word, long *ret_type, long *ret_code);

/* WORD as a number from 0 to MAX; -1 when it is none. */
long
router_names_plain(const char *word, long max);

#endif
