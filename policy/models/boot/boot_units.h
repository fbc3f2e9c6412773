/* Which units systemd starts at boot: those that default.target wants or requires, and
 * those that these do. Presets and [Install] count for nothing: systemctl(1) makes links
 * of them, which do. Sources: systemd.unit(5), systemd.special(7), bootup(7),
 * systemd-sysv-generator(8); unit-file.c, dropin.c, load-dropin.c, transaction.c,
 * job.c, sysv-generator.c of systemd 252. What udev's rules and D-Bus name is not sure
 * to be. Not followed: what is named on the kernel's command line, other programs, and
 * mounts that have no unit file. */
#ifndef POLICY_MODELS_BOOT_UNITS_H
#define POLICY_MODELS_BOOT_UNITS_H

#include "policy/models/boot/boot_commands.h"
#include "policy/place.h"

enum boot_state {
	BOOT_STARTED,
	BOOT_BY_SOCKET, /* for the first who connects */
	BOOT_LATER, /* when a timer or a path says so */
	BOOT_UNSURE, /* REASON says why */
	BOOT_STOPPED, /* the same */
};

/* What would have it started. */
enum boot_change {
	BOOT_CHANGE_NONE, /* no command of systemctl(1), update-rc.d(8) and the like */
	BOOT_CHANGE_ENABLE,
	BOOT_CHANGE_UNMASK,
};

struct boot_unit {
	const char *name; /* its own, no alias: "ssh.service" */
	enum boot_state state;
	char *reason; /* NULL when it is started */
	const char *script; /* the init script that stands for it; NULL */
	char *path; /* what has it started, or the reason: a link, a file; NULL */
	struct place place; /* the same, where it is a line */
	bool is_there; /* it has a file or a script, or may have */
	enum boot_change change; /* where it is not started */
	const char *starter; /* the socket, timer and so on that starts it; NULL */
	const struct boot_commands *commands; /* what it runs */
	const struct boot_commands *ends; /* what a oneshot runs when its programs have
					     ended; NULL: nothing at boot */
	bool remains; /* it counts as started when its program has ended */
};

struct boot_units;

/* Worked out once for HOST, to which it belongs. */
struct boot_units *
boot_units_read(struct host *host);

/* All that are started, be it later, and those of which that can't be told, NULL after
 * the last. */
const struct boot_unit *
boot_units_next(const struct boot_units *units, size_t *index);

/* The unit that NAME ("ssh.service") stands for, be it started or not; ret_unit->reason
 * and path are the caller's to free, script and name his for as long as the host lives.
 */
void
boot_units_find(struct boot_units *units, const char *name, struct boot_unit *ret_unit);

#endif
