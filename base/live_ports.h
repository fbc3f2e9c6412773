/* The ports of the running system that answer: listening TCP sockets and UDP sockets that
 * are connected to nobody, of the network namespace of process 1, with the programs that
 * hold them. Source: sock_diag(7), NETLINK_SOCK_DIAG, a fifteenth of the time of
 * /proc/net/tcp; from within another namespace /proc/1/net/tcp and its like. */
#ifndef BASE_LIVE_PORTS_H
#define BASE_LIVE_PORTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct live_port {
	int protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	int family; /* AF_INET; AF_INET6, whose :: takes IPv4 too as a rule */
	unsigned char address[16]; /* network order; all 0: every address */
	unsigned short port;
	unsigned long inode;
	char **programs; /* base names of the executables, each once, sorted; none where
			    the owner can't be seen (another user's) or is the kernel */
	size_t program_count;
};

/* Looks now, for all later calls of live_ports: for a process that will not be allowed to
 * look into others (confine.h). */
void
live_ports_look(void);

/* Sorted by protocol, port, family, address. The caller frees with live_ports_free, also
 * after -1. */
int
live_ports(struct live_port **ret_ports, size_t *ret_count, struct error *err);

/* Reads LINE of proc(5)'s net/tcp, net/udp, net/tcp6 or net/udp6, and changes it. False
 * when it is no open port of FAMILY and PROTOCOL. */
bool
live_ports_line(char *line, int family, int protocol, struct live_port *ret_port);

void
live_ports_free(struct live_port *ports, size_t count);

#endif
