/* ssh(1) of this host, which asks a server for its methods of authentication. */
#ifndef ENFORCER_SSH_CLIENT_H
#define ENFORCER_SSH_CLIENT_H

#include <stdbool.h>

#include "enforcer/peer.h"
#include "enforcer/program.h"

struct ssh_question {
	const struct peer *server;
	const char *user;
	int seconds; /* after which it is given up */
	bool tells; /* it writes what it sees meanwhile (ssh -v) */
};

/* Whether there is an ssh(1) to ask with. */
bool
ssh_client_exists(void);

/* One connection, with the method "none" of RFC 4252, 5.2, and no other: no key, no
 * agent, no password; no file of configuration is read, no host key checked or kept. An
 * account that is let in all the same has true(1) run, and the status is 0; else the last
 * line is the reason, "...: Permission denied (METHOD,...)." when the server told its
 * methods. Freed by program_result_free; -1 when it could not be started. */
int
ssh_client_ask(const struct ssh_question *question, struct program_result *ret_result,
	struct error *err);

#endif
