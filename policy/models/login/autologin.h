/* Whom a display manager logs in without being asked. Sources: gdm's daemon/gdm-settings-
 * keys.h and custom.conf; src/configuration.c and get_config_sections in src/lightdm.c of
 * lightdm; sddm.conf(5) and src/common/ConfigReader.cpp of sddm; lxdm's src/lxdm.c;
 * greetd/src/config/mod.rs of greetd. */
#ifndef POLICY_MODELS_AUTOLOGIN_H
#define POLICY_MODELS_AUTOLOGIN_H

#include "base/host.h"

struct autologin {
	const char *manager; /* "gdm": what its PAM services begin with */
	char *user; /* NULL: it can't be told */
	char *unknown; /* why it can't */
	const struct file *file;
	size_t offset;
};

struct autologins {
	struct autologin *items;
	size_t count;
};

/* Whether the manager is installed or started is not looked at. Freed by autologins_free;
 * the files belong to the host. */
void
autologins_read(struct host *host, struct autologins *ret_autologins);

void
autologins_free(struct autologins *autologins);

/* Whether SERVICE is one of MANAGER's: "gdm" has gdm, gdm3 and gdm-password, and greetd
 * is what cosmic-greeter is started by. */
bool
autologin_is_service(const char *manager, const char *service);

/* Whether the settings of the manager that has SERVICE are read here. */
bool
autologin_knows(const char *service);

#endif
