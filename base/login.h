/* Which login a process belongs to, and which there are. One is called "audit N", by the
 * audit session id that the kernel gives to each login that PAM tells it of
 * (pam_loginuid(8)) and never gives again, or "logind ID", by the session of
 * systemd-logind. su and sudo stay in the login that they are called from. */
#ifndef BASE_LOGIN_H
#define BASE_LOGIN_H

#include <stdbool.h>

#include "base/bytes.h"

/* The caller's, by the kernel where it knows it; NULL when it belongs to none. The caller
 * frees. */
char *
login_own(void);

/* All that there are now, by the kernel and by logind, one a line. */
void
login_list(struct buffer *out);

/* Whether LOGIN is one of LIST. */
bool
login_is_listed(const char *list, const char *login);

#endif
