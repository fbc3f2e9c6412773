/* Whether a service is started at boot: by systemd, by the links of SysV's runlevels, or
 * by an xinetd that is. Sources: boot_units.h; inittab(5), init(8), update-rc.d(8) and
 * Red Hat's and Debian's /etc/rc.d/rc and /etc/init.d/rc; xinetd_conf.h. */
#ifndef POLICY_MODELS_BOOT_H
#define POLICY_MODELS_BOOT_H

#include "policy/kinds/kind.h"
#include "policy/models/boot/boot_units.h"

/* How the service is called: a unit without ".service" or with its suffix, an init
 * script, a service of xinetd by name or id. */
struct boot_answer {
	enum boot_state state;
	char *by; /* owned: "ssh.service", "/etc/init.d/ssh", "xinetd"; NULL: nothing of
		     that name is there */
	char *reason; /* owned; never NULL unless it is started */
	char *path; /* owned: what says so; NULL */
	struct place place; /* the same, where it is a line */
	enum boot_change change;
	const char *starter; /* see boot_units.h; the host's */
};

/* Freed by boot_answer_free. */
void
boot_ask(const struct context *context, const char *name, struct boot_answer *ret_answer);

/* The same without xinetd. */
void
boot_ask_init(struct host *host, const char *name, struct boot_answer *ret_answer);

void
boot_answer_free(struct boot_answer *answer);

/* Whether the init is systemd: what /sbin/init is, else which of them the root has; one
 * with neither is taken for a part of one with systemd unless its inittab names a
 * runlevel. */
bool
boot_is_systemd(struct host *host);

/* Whether something else that is started at boot names PROGRAM: under SysV an init script
 * of another name, inittab, rc.sysinit; under any init a rule of udev's or a service of
 * D-Bus. Then *ret_answer is freed by boot_answer_free. */
bool
boot_ask_naming(struct host *host, const char *program, struct boot_answer *ret_answer);

/* The line of a script that starts what it likes (rc.local) which names PROGRAM, no
 * comment. */
struct place
boot_find_local(struct host *host, const char *program);

#endif
