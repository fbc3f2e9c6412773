/* Which units systemd starts at boot: those that default.target wants or requires, and
 * those that these do. Presets and [Install] count for nothing: systemctl(1) makes links
 * of them, which do. Sources: systemd.unit(5), systemd.special(7), bootup(7),
 * systemd-sysv-generator(8); unit-file.c, dropin.c, load-dropin.c, transaction.c,
 * sysv-generator.c of systemd 252. Not followed: what is named on the kernel's command
 * line, D-Bus, udev and other programs, and dependencies on mounts and devices. */
#ifndef POLICY_MODELS_BOOT_UNITS_H
#define POLICY_MODELS_BOOT_UNITS_H

#include "policy/place.h"

enum boot_state {
	BOOT_STARTED,
	BOOT_BY_SOCKET, /* for the first who connects */
	BOOT_LATER, /* when a timer or a path says so */
	BOOT_UNSURE, /* REASON says why */
	BOOT_STOPPED, /* the same */
};

struct boot_unit {
	const char *name; /* its own, no alias: "ssh.service" */
	enum boot_state state;
	char *reason; /* NULL when it is started */
	const char *script; /* the init script that stands for it; NULL */
	char *path; /* what has it started, or the reason: a link, a file; NULL */
	struct place place; /* the same, where it is a line */
};

struct boot_units;

/* Worked out once for HOST, to which it belongs. */
struct boot_units *
boot_units_read(struct host *host);

/* All that are started, and those of which that can't be told, NULL after the last. */
const struct boot_unit *
boot_units_next(const struct boot_units *units, size_t *index);

/* The unit that NAME ("ssh.service") stands for, be it started or not; ret_unit->reason
 * and path are the caller's to free, script and name his for as long as the host lives.
 */
void
boot_units_find(struct boot_units *units, const char *name, struct boot_unit *ret_unit);

#endif
