/* What getaddrinfo(3) makes of a name under a root whose nsswitch.conf(5) has hosts
 * looked up in /etc/hosts. Sources: glibc 2.36 nss/nss_files/files-hosts.c,
 * nss/getaddrinfo.c; hosts(5), host.conf(5). */
#ifndef POLICY_MODELS_HOSTS_H
#define POLICY_MODELS_HOSTS_H

#include <netinet/in.h>
#include <stddef.h>

#include "base/host.h"

struct hosts_address {
	int family; /* AF_INET, AF_INET6 */
	unsigned char bytes[16];
};

enum hosts_answer {
	HOSTS_FOUND,
	HOSTS_MISSING, /* the name has no address */
	HOSTS_UNSURE, /* another source than the file may answer, or the address names an
			 interface */
};

struct hosts_list {
	struct hosts_address *items; /* at least one when found */
	size_t count;
};

/* The addresses of NAME, a name or an address in any form, in FAMILY (AF_UNSPEC: both).
 * The caller frees with hosts_free. */
enum hosts_answer
hosts_find(struct host *host, const char *name, int family, struct hosts_list *ret_list);

void
hosts_free(struct hosts_list *list);

#endif
