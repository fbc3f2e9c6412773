/* The attributes of an xinetd entry: which there are, which values each takes, and what a
 * value that it does not take leads to. Sources: xinetd 2.3.15.3 parse.c
 * (service_attributes, default_attributes, identify_attribute), parsers.c, nvlists.c. */
#ifndef POLICY_MODELS_XINETD_ATTRIBUTE_H
#define POLICY_MODELS_XINETD_ATTRIBUTE_H

#include "base/principals.h"
#include "policy/models/network/netdb.h"
#include "policy/models/xinetd/xinetd_conf.h"

/* Bits of struct xinetd_service's specified. */
enum {
	XINETD_SOCKET_TYPE,
	XINETD_PROTOCOL,
	XINETD_WAIT,
	XINETD_USER,
	XINETD_SERVER,
	XINETD_SERVER_ARGS,
	XINETD_ID,
	XINETD_PORT,
	XINETD_RPC_VERSION,
	XINETD_RPC_NUMBER,
	XINETD_REDIRECT,
	XINETD_BIND,
	XINETD_LOG_ON_SUCCESS,
	XINETD_DISABLED,
	XINETD_ENABLED,
	XINETD_LOG_TYPE,
	XINETD_OTHER, /* the first of those whose values only are checked */
};

enum { /* of types */
	XINETD_RPC = 1,
	XINETD_INTERNAL = 2,
	XINETD_UNLISTED = 4,
	XINETD_TCPMUX = 8, /* and TCPMUXPLUS */
};

enum { /* of flags */
	XINETD_INTERCEPT = 1,
	XINETD_NAMEINARGS = 2,
	XINETD_SENSOR = 4,
	XINETD_IPV4 = 8,
	XINETD_IPV6 = 16,
	XINETD_LABELED = 32,
};

enum { /* of socket_type */
	XINETD_STREAM = 1,
	XINETD_DGRAM = 2,
	XINETD_RAW = 3,
	XINETD_SEQPACKET = 4,
};

/* What values are checked against. */
struct xinetd_facts {
	struct host *host;
	const struct principals *principals;
	const struct netdb *services, *protocols, *rpc;
	bool is_old; /* before 2.3.15.1 */
	bool is_dated; /* is_old is known, not guessed */
	bool is_debian; /* as Debian builds it: with labeled networking */
};

struct words {
	char **items; /* borrowed */
	size_t count;
	bool is_open; /* more may follow, and the last one may be longer */
};

enum xinetd_result {
	XINETD_SET,
	XINETD_IGNORED, /* a warning in xinetd's log, no more */
	XINETD_BAD, /* the service is disabled; in defaults, xinetd exits */
	XINETD_OPEN, /* which of these can't be told, as the values are open */
};

/* Does to SERVICE what the line "NAME OP VALUES" does; OP is '=', '+' or '-'.
 * IN_DEFAULTS: SERVICE stands for the defaults entry. *err says why it was ignored or is
 * bad. */
enum xinetd_result
xinetd_attribute_set(const struct xinetd_facts *facts, struct xinetd_service *service,
	bool in_defaults, const char *name, char op, const struct words *values,
	struct error *err);

/* Index of NAME in the socket types, 0 when it is none. */
int
xinetd_socket_type(const char *name);

/* The number is -1 where it is not known. */
enum netdb_answer
xinetd_protocol(const struct xinetd_facts *facts, const char *name, long *ret_number);

/* Whether the user NAME, or the group, exists. */
enum netdb_answer
xinetd_user(const struct xinetd_facts *facts, const char *name);

enum netdb_answer
xinetd_group(const struct xinetd_facts *facts, const char *name);

#endif
