/* Which services xinetd starts under a root, and which line decides. Sources: xinetd
 * 2.3.15.3 (parse.c, parsesup.c, parsers.c, confparse.c, conf.c, includedir.c, inet.c),
 * xinetd.conf(5). */
#ifndef POLICY_MODELS_XINETD_CONF_H
#define POLICY_MODELS_XINETD_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/kinds/kind.h"
#include "policy/models/network/hosts.h"
#include "policy/place.h"

enum xinetd_state {
	XINETD_STARTED,
	XINETD_STOPPED, /* xinetd does not start it; REASON says why */
	XINETD_UNSURE, /* it can't be told; REASON says why */
};

struct xinetd_service {
	char *name, *id;
	char *protocol; /* "tcp", "udp", ...; NULL when none is known */
	long protocol_number; /* -1: not known */
	long port; /* 0: none, or not known */
	enum xinetd_state state;
	char *reason; /* NULL while started */
	struct place entry; /* its `service` line, or its line in inetd.conf */
	struct place decides; /* the line that makes it start or not; the entry when no
				 other does */
	size_t number; /* of this entry in its file, from 1 */
	bool from_inetd; /* a line of inetd.conf */
	bool has_no_id; /* ID stands for none */
	bool again; /* its file was read before: the same bytes serve twice */
	bool port_taken; /* stopped only because another one has the port */

	/* for an edit */
	bool has_body;
	size_t body; /* offset of the line after the brace */
	bool has_disable; /* the first `disable` line of the entry: */
	size_t disable_op, disable_value, disable_end; /* "=", the value, its end */

	/* what the entry says so far */
	uint64_t specified; /* bits by attribute */
	unsigned types, flags;
	int socket_type; /* index in the table of names; 0: none */
	long wanted_port;
	bool disabled; /* by `disable`, or by a bad value */
	bool waits, logs_traffic, redirects, logs, is_v6only;
	struct hosts_address bind; /* family 0: none */
	char *bind_name; /* of a host with several addresses, or none that is known */
	char *log_file; /* of log_type FILE */
	bool dropped; /* at a `disable = yes`, where reading it ends */
	struct place bad; /* the first line with a bad value */
	char *bad_why;
	char *unsure; /* why a value of it can't be judged; NULL */
};

/* Something about a whole file. */
struct xinetd_problem {
	enum verdict verdict; /* invalid: xinetd exits; unknown: not read */
	struct place place;
	char *path, *text;
};

struct xinetd_conf {
	bool has_main; /* there is an /etc/xinetd.conf, or what -f names */
	char *main_path;
	bool serves_inetd; /* started with -inetd_compat */
	struct xinetd_service *services; /* in the order of reading */
	size_t count;
	struct xinetd_problem *problems;
	size_t problem_count;
};

/* Never fails: what can't be read is a problem in the result. Read once for the context's
 * host, to which it belongs. */
const struct xinetd_conf *
xinetd_conf_of(const struct context *context);

#endif
