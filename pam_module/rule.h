/* Whether console.conf lets an account in. */
#ifndef PAM_MODULE_RULE_H
#define PAM_MODULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct rule {
	char control[65], policy[65]; /* of the file, "" while not known */
	bool allowed;
	bool no_memory; /* why it failed */
	const char *error; /* and in words, a constant */
	unsigned line, column; /* of the error in the file; 0: of the file */
};

/* Asks the file CONF: a mistake in any line, or in what its sum covers, counts. It must
 * be a regular file of root's that nobody else can write, and no link. Returns 0, or -1
 * with rule->error. */
int
rule_ask(const char *conf, const char *user, uid_t uid, gid_t gid, struct rule *ret_rule);

#endif
