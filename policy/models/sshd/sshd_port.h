/* Ports and addresses to listen on. Sources: a2port, hpdelim and cleanhostname in misc.c,
 * add_listen_addr in servconf.c. */
#ifndef POLICY_MODELS_SSHD_PORT_H
#define POLICY_MODELS_SSHD_PORT_H

#include <stdbool.h>

/* One item of ListenAddress in compared form, "10.0.0.1", "[::1]:22", "name:22". */
struct sshd_listen {
	char *host; /* owned; an address as inet_ntop(3) writes it, or a name */
	int family; /* AF_INET, AF_INET6; AF_UNSPEC for a name */
	long port; /* 0: none, that of Port counts */
};

/* Reads TEXT, an item in compared form. Freed by sshd_listen_free. */
struct sshd_listen
sshd_listen_read(const char *text);

void
sshd_listen_free(struct sshd_listen *listen);

/* Whether WANT, in compared form and perhaps without a port, is what ITEM, with its port,
 * says. */
bool
sshd_listen_same(const char *want, const char *item);

#endif
