/* What the lines of one account in a root's etc/passwd and etc/shadow say beyond its
 * struct principal; read for one at a time, because few are asked about, and by libc's
 * own readers (fgetpwent_r(3), sgetspent_r(3)): a line that they refuse, such as one with
 * too few fields, is none. Sources: passwd(5), shadow(5), Linux-PAM 1.5.2
 * modules/pam_unix/passverify.c. */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include <shadow.h>

#include "base/principals.h"

enum account_password {
	ACCOUNT_PASSWORD_SET,
	ACCOUNT_PASSWORD_EMPTY, /* none is asked for, where that is allowed */
	ACCOUNT_PASSWORD_LOCKED, /* none opens it */
	ACCOUNT_PASSWORD_UNKNOWN, /* etc/shadow can't be read, or is not there */
};

/* What pam_unix says to the age of the account (check_shadow_expiry). */
enum account_age {
	ACCOUNT_VALID,
	ACCOUNT_NEW_PASSWORD, /* the password must be changed at the next login */
	ACCOUNT_PASSWORD_EXPIRED, /* for too long to be changed */
	ACCOUNT_EXPIRED, /* the account itself */
	ACCOUNT_UNLISTED, /* its password should stand in etc/shadow, and does not */
	ACCOUNT_AGE_UNKNOWN,
};

struct account {
	char *home, *shell; /* owned; NULL: no line in etc/passwd */
	enum account_password password;
	bool is_marked; /* what stands for the password begins with '!' */
	enum account_age age;
};

/* Whether PASSWORD, NAME's field of etc/passwd, sends to etc/shadow: is_pwd_shadowed and,
 * for "*NP*", get_account_info of passverify.c. */
bool
account_is_shadowed(const char *name, const char *password);

/* What TEXT, a password field of etc/passwd or etc/shadow, lets in. */
enum account_password
account_judge_password(const char *text);

/* Whether libc takes LINE for one of etc/shadow: sgetspent_r(3). *ret_memory holds the
 * texts of *ret_entry; the caller frees it in any case. */
bool
account_parse_shadow(const char *line, struct spwd *ret_entry, char **ret_memory);

/* USER is one of PRINCIPALS. TODAY: days since 1970. Freed by account_free. */
void
account_read(const struct principals *principals, const struct principal *user,
	long today, struct account *ret_account);

void
account_free(struct account *account);

#endif
