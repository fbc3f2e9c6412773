/* Who may become root through sudo. Sources: sudoers(5) and, where it is silent, sudo
 * 1.9's plugins/sudoers/toke.l, gram.y, match.c, parse.c. Only what bears on that is
 * understood: users, hosts, runas, aliases, tags, includes and a few Defaults. Not what
 * LDAP or SSSD may add. */
#ifndef POLICY_MODELS_SUDOERS_H
#define POLICY_MODELS_SUDOERS_H

#include "base/principals.h"
#include "base/table.h"
#include "policy/place.h"

enum sudoers_answer {
	SUDOERS_NOTHING,
	SUDOERS_SOME, /* some commands, or as somebody else */
	SUDOERS_ROOT, /* any command as root, or a shell of root's */
};

enum sudoers_password {
	SUDOERS_OWN,
	SUDOERS_OF_ROOT, /* rootpw, targetpw, runaspw */
	SUDOERS_NONE,
};

struct sudoers_right {
	enum sudoers_answer answer;
	enum sudoers_password password;
	struct place place; /* what decides */
};

struct sudoers {
	bool installed; /* there is a sudoers file */
	char *hostname; /* of the root; NULL when it can't be told */
	struct table aliases; /* "U:ADMINS" -> list; U, R, H or C */
	struct sudoers_rule *rules; /* private */
	size_t rule_count;
	struct sudoers_default *defaults; /* private */
	size_t default_count;
	size_t bytes, steps; /* private: read and compared so far */
	size_t files, listed; /* private: read, and host_listed at the start */
	/* why sudo may do otherwise than is said here: NULL when nothing was met that is
	 * not understood */
	char *doubt;
	struct place doubt_place;
};

/* Never fails: what is not understood is a doubt. Freed by sudoers_free. */
void
sudoers_read(struct host *host, struct sudoers *ret_sudoers);

/* What USER of PRINCIPALS may do on this host. */
struct sudoers_right
sudoers_ask(struct sudoers *sudoers, const struct principals *principals,
	const struct principal *user);

void
sudoers_free(struct sudoers *sudoers);

#endif
