/* Where a root looks names up: nsswitch.conf(5). Sources: glibc 2.36 nss/nss_database.c
 * (the last line of a database counts; before 2.33 the first), nss/nss_action_parse.c. */
#ifndef BASE_NSS_H
#define BASE_NSS_H

#include <stdbool.h>

#include "base/host.h"

/* Whether DATABASE ("passwd", "services", ...) is answered by the root's own files alone,
 * so that a name that is not in them does not exist. Other sources count for nothing
 * where they have nothing: systemd without records of its own, db without a database, one
 * whose module is not installed, sss without its daemon; compat's + lines are for the
 * reader of the file. An absent nsswitch.conf means files; one that can't be read does
 * not. */
bool
nss_files_only(struct host *host, const char *database);

/* How much the file of a database decides, worst last. */
enum nss_standing {
	NSS_NONE, /* nothing is asked, the file neither: no name exists */
	NSS_ALONE, /* the file alone */
	NSS_FIRST, /* what the file has counts; what it has not, another source may know
		    */
	NSS_BESIDE, /* another source may answer in its stead, or add to it */
};

/* Like nss_files_only, but for databases where sources such as dns, myhostname and nis
 * know names of their own: "hosts", "netgroup". */
enum nss_standing
nss_standing(struct host *host, const char *database);

#endif
