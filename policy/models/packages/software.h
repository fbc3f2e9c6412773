/* Facts about installed software, from the root's package database read as hostile bytes
 * (never by running a program of the root), else from the policy's assume:, else unknown.
 * Source: dpkg's status file, deb822(5). */
#ifndef POLICY_MODELS_SOFTWARE_H
#define POLICY_MODELS_SOFTWARE_H

#include <stdbool.h>

#include "policy/kinds/kind.h"

enum software_source {
	SOFTWARE_UNKNOWN, /* neither the database nor the policy says */
	SOFTWARE_DATABASE, /* the root's package database */
	SOFTWARE_ASSUMED, /* the policy's assume: */
	SOFTWARE_ABSENT, /* the database is there and has no such package installed */
};

struct software {
	enum software_source source;
	char *package; /* the package's name, e.g. "openssh-server"; NULL when assumed */
	char *version; /* the upstream version as packaged, epoch and Debian revision
			  kept; NULL when none */
};

/* What is installed as NAME: "openssh", "xinetd", "pam", "syslog" (then version is the
 * daemon: "rsyslog", "inetutils", "sysklogd", "syslog-ng", "busybox"; package says which
 * package). Caller frees with software_free. */
struct software
software_find(const struct context *context, const char *name);

void
software_free(struct software *software);

/* Compares an OpenSSH version text such as "1:9.2p1-2+deb12u3" or "3.6.1p2" with
 * MAJOR.MINOR: <0, 0, >0. */
int
software_openssh_compare(const char *version, int major, int minor);

#endif
