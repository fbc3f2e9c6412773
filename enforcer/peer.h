/* The other end of a TCP connection, which is not trusted: what it says is capped and
 * waited for until a deadline. Deadlines are of process_clock (lenses/process.h). */
#ifndef ENFORCER_PEER_H
#define ENFORCER_PEER_H

#include <netdb.h>
#include <sys/socket.h>

#include "base/error.h"

struct peer {
	struct sockaddr_storage address;
	socklen_t size;
	char text[NI_MAXHOST]; /* the address in digits */
	unsigned port;
};

/* This host itself by the loopback address of FAMILY, AF_INET or AF_INET6. */
void
peer_loopback(int family, unsigned port, struct peer *ret_peer);

/* The first address of HOST, a name or an address: getaddrinfo(3). */
int
peer_find(const char *host, unsigned port, struct peer *ret_peer, struct error *err);

/* A socket that is connected, from the address FROM (NULL: any); or -1 with errno:
 * ETIMEDOUT when DEADLINE passed, EADDRNOTAVAIL when FROM is none of ours. */
int
peer_connect(const struct peer *peer, const struct peer *from, long deadline);

/* What it says next, up to SIZE bytes: their count, 0 when it has closed, -1 with errno,
 * ETIMEDOUT when DEADLINE passed. */
ssize_t
peer_read(int fd, char *data, size_t size, long deadline);

#endif
