/* The root's services(5), protocols(5) and rpc(5), as getservbyname(3) and its like see
 * them. */
#ifndef POLICY_MODELS_NETDB_H
#define POLICY_MODELS_NETDB_H

#include <stdbool.h>

#include "base/host.h"
#include "base/table.h"

enum netdb_answer {
	NETDB_FOUND,
	NETDB_MISSING, /* the daemon does not find it either */
	NETDB_NO_FILE, /* the file is absent or can't be read: this root does not say */
	NETDB_ELSEWHERE, /* not in the file; nsswitch.conf(5) names other sources */
};

struct netdb {
	struct table names; /* "name" or "name/protocol" -> struct netdb_entry */
	struct netdb_entry *entries;
	bool has_file, files_only;
};

/* What etc/DATABASE ("services", "protocols", "rpc") of HOST has, to which it belongs. */
const struct netdb *
netdb_of(struct host *host, const char *database);

/* Looks NAME or an alias up, exactly; PROTOCOL is NULL but for services. *ret_number is
 * the port or number, set only when found. */
enum netdb_answer
netdb_find(const struct netdb *netdb, const char *name, const char *protocol,
	long *ret_number);

#endif
