/* The account that logs in, as far as its number goes. */
#ifndef PAM_MODULE_ACCOUNT_H
#define PAM_MODULE_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

/* Looks USER up: 0, ENOENT when there is no such account, or the errno that kept the name
 * service from telling. */
int
account_find(const char *user, uid_t *ret_uid, gid_t *ret_gid);

/* Whether /etc/passwd gives USER the uid 0: for when the name service can't tell, such as
 * without memory, of which this needs none. */
bool
account_is_root(const char *user);

#endif
