/* What else starts programs at boot: an inetd that is started, and cron,
 * at its @reboot lines or later.
 * Sources: inetd(8) of openbsd-inetd and inetutils, crontab(5). */
#ifndef POLICY_MODELS_BOOT_OTHERS_H
#define POLICY_MODELS_BOOT_OTHERS_H

#include "policy/models/boot/boot.h"

/* Whether an inetd that is started, or may be, serves NAME, a service or a program, by
 * its configuration. Then *ret_answer is freed by boot_answer_free. */
bool
boot_ask_inetd(struct host *host, const char *name, struct boot_answer *ret_answer);

/* Whether an inetd or xinetd is started, or may be, with another configuration than its
 * own, or by a unit of another name, so that it may serve anything. */
bool
boot_ask_super(struct host *host, struct boot_answer *ret_answer);

/* The same of a line of a crontab that starts the program NAME, or one for the boot that
 * names it. */
bool
boot_ask_cron(struct host *host, const char *name, struct boot_answer *ret_answer);

#endif
