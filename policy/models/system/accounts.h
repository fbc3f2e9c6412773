/* All accounts that a root's files know, each with its shell and where its password
 * stands, read by libc's own readers (fgetpwent_r(3), fgetspent_r(3)) and linear in the
 * size of the files. Sources: passwd(5), shadow(5), nsswitch.conf(5), Linux-PAM 1.5.2
 * modules/pam_unix/passverify.c. */
#ifndef POLICY_MODELS_ACCOUNTS_H
#define POLICY_MODELS_ACCOUNTS_H

#include "base/account.h"
#include "policy/place.h"

struct account_line {
	const char *name;
	const char *shell; /* that login runs: /bin/sh for an empty field */
	uid_t uid;
	size_t offset; /* of its line in etc/passwd */
	bool shadowed; /* etc/passwd sends to etc/shadow for the password */
	bool is_bare; /* a hash stands in etc/passwd, of a locked account too */
	enum account_password password; /* wherever it stands */
	size_t shadow_offset; /* of its line in etc/shadow; SIZE_MAX: none */
};

struct accounts {
	const struct file *passwd, *shadow; /* borrowed from the host */
	bool is_complete; /* no other source may know more accounts: nsswitch.conf(5) */
	enum nss_standing standing; /* of etc/shadow among the sources of passwords */
	struct account_line *items; /* in the order of the file */
	size_t count;
	char *texts; /* private: names and shells */
	size_t *nis; /* offsets of lines that begin with + or - */
	size_t nis_count;
	char *problem; /* owned: why the files tell nothing; NULL */
};

/* Never fails: see problem. Freed by accounts_free. */
void
accounts_read(struct host *host, struct accounts *ret_accounts);

void
accounts_free(struct accounts *accounts);

#endif
