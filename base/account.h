/* What the lines of one account in a root's etc/passwd and etc/shadow say beyond its
 * struct principal; read for one at a time, because few are asked about. Sources:
 * passwd(5), shadow(5), Linux-PAM 1.5.2 modules/pam_unix/passverify.c. */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include "base/principals.h"

enum account_password {
	ACCOUNT_PASSWORD_SET,
	ACCOUNT_PASSWORD_EMPTY, /* none is asked for, where that is allowed */
	ACCOUNT_PASSWORD_LOCKED, /* none opens it */
	ACCOUNT_PASSWORD_UNKNOWN, /* etc/shadow can't be read, or is not there */
};

/* What pam_unix and sshd say to the age of the account (check_shadow_expiry). */
enum account_age {
	ACCOUNT_VALID,
	ACCOUNT_NEW_PASSWORD, /* the password must be changed at the next login */
	ACCOUNT_EXPIRED, /* it, or its password for too long */
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

/* USER is one of PRINCIPALS. TODAY: days since 1970. Freed by account_free. */
void
account_read(const struct principals *principals, const struct principal *user,
	long today, struct account *ret_account);

void
account_free(struct account *account);

#endif
