/* Whom hosts.equiv, shosts.equiv and each account's .rhosts and .shosts let in without a
 * password, by host and user name. Sources: hosts.equiv(5); glibc 2.36 inet/rcmd.c
 * (__validuser2_sa, __checkhost_sa, __icheckuser, iruserfopen), which rshd, rlogind and
 * pam_rhosts ask; OpenSSH auth-rhosts.c (check_rhosts_file, auth_rhosts2). */
#ifndef POLICY_MODELS_TRUST_H
#define POLICY_MODELS_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/place.h"

/* A line that lets somebody in. */
struct trust_entry {
	char *host; /* a name or address in lower case, "+": any, "@GROUP": those of a
		       netgroup */
	char *user; /* the same of users, but for the case; NULL: whoever has the
		       account's own name */
	bool by_rsh, by_ssh; /* who takes the line for that: one of them at least */
	struct place place;
	size_t end; /* of the line in its file, its newline included */
};

/* A file that is there, or that can't be told. */
struct trust_file {
	const struct file *file; /* borrowed from the host */
	char *accounts; /* whose home it is in, with commas between; NULL: it is about
			   every account but root's */
	char *problem; /* why its entries can't be told, or not all of them; NULL */
	struct trust_entry *entries;
	size_t count;
};

struct trust {
	struct trust_file *files;
	size_t count;
	size_t homes; /* folders that were looked in */
	const char *unsure_file; /* why there may be other homes: this file; NULL */
	char *unsure;
};

/* Never fails. A home that is not there has no files. Freed by trust_free. */
void
trust_read(struct host *host, struct trust *ret_trust);

void
trust_free(struct trust *trust);

/* What the lines of FILE say, appended to its entries; SSH_ALONE: rshd does not read it.
 */
void
trust_read_lines(struct trust_file *file, bool ssh_alone);

#endif
