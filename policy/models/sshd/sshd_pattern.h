/* The patterns of Match, AllowUsers and the like. Sources: match.c, addrmatch.c and
 * addr.c of OpenSSH; PATTERNS in ssh_config(5). */
#ifndef POLICY_MODELS_SSHD_PATTERN_H
#define POLICY_MODELS_SSHD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether TEXT matches PATTERN, in which * and ? are wildcards. Linear in space, at worst
 * the product of both lengths in time. */
bool
sshd_pattern_matches(const char *pattern, const char *text);

/* 1: a pattern of the comma-separated LIST matches; -1: a negated one does; 0: none.
 * CASELESS lowers the list, not TEXT. */
int
sshd_pattern_list(const char *list, const char *text, bool caseless);

struct sshd_network {
	int family; /* AF_INET or AF_INET6 */
	unsigned char address[16];
	unsigned bits;
};

/* TEXT as an address or network: 0; -1: it is neither; -2: the mask does not fit the
 * address. */
int
sshd_pattern_network(const char *text, struct sshd_network *ret_network);

/* Like sshd_pattern_list for the address TEXT against addresses, networks and wildcards;
 * -2: sshd rejects the list. With TEXT NULL only that is told, else 0. */
int
sshd_pattern_addresses(const char *list, const char *text);

#endif
