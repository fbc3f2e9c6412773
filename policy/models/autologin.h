/* Whom a display manager logs in without being asked. Sources: gdm's daemon/gdm-settings-
 * keys.h and custom.conf, lightdm's data/lightdm.conf, sddm.conf(5), lxdm's src/lxdm.c,
 * greetd(5). */
#ifndef POLICY_MODELS_AUTOLOGIN_H
#define POLICY_MODELS_AUTOLOGIN_H

#include "base/host.h"

enum { AUTOLOGIN_MAX = 8 };

struct autologin {
	const char *manager; /* "gdm": what its PAM services begin with */
	char *user; /* NULL: it can't be told, see FILE */
	const struct file *file;
	size_t offset;
};

struct autologins {
	struct autologin items[AUTOLOGIN_MAX];
	size_t count;
};

/* Whether the manager is installed or started is not looked at. Freed by autologins_free;
 * the files belong to the host. */
void
autologins_read(struct host *host, struct autologins *ret_autologins);

void
autologins_free(struct autologins *autologins);

/* The name of the display manager that starts with the host ("gdm", "lightdm"), NULL when
 * there is none. The caller frees. */
char *
autologin_manager(struct host *host);

#endif
