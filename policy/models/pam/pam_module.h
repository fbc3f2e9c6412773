/* The modules of a root: where its libpam looks for those that a stack names without a
 * path, and whether it could load them. That folder is the one where libpam's own modules
 * lie, of the kind that the root's login is: Debian's /lib/TRIPLET/security, and as
 * Debian's looks there too then, /lib/security; elsewhere /lib64/security or
 * /lib/security. Sources: Debian's patch lib_security_multiarch_compat, Linux-PAM
 * libpam/pam_handlers.c (DEFAULT_MODULE_PATH), configure.ac (libdir/security). */
#ifndef POLICY_MODELS_PAM_MODULE_H
#define POLICY_MODELS_PAM_MODULE_H

#include "base/host.h"

/* Why libpam can't load the module called NAME, a name like "pam_unix.so" or a path, as a
 * stack has it; NULL when it can. The text belongs to the host. */
const char *
pam_module_trouble(struct host *host, const char *name);

/* libpam itself, which lies beside the folder of its modules; NULL when it is not there
 * or can't be read. */
const struct file *
pam_module_library(struct host *host);

enum pam_module_state {
	PAM_MODULE_THERE,
	PAM_MODULE_MISSING, /* libpam can't load it */
	PAM_MODULE_UNSURE, /* its file can't be read */
};

/* Whether the module that a line of a stack calls NAME is there: when it is missing,
 * libpam answers module_unknown in its place. In a root without any of libpam's own all
 * are taken to be there, for they are kept elsewhere. *ret_why is NULL or as above.
 * Source: Linux-PAM libpam/pam_handlers.c _pam_load_module, pam_dispatch.c. */
enum pam_module_state
pam_module_look(struct host *host, const char *name, const char **ret_why);

#endif
