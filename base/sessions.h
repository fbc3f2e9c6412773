/* Who is logged in to the running system: the records of login and sshd in utmp(5), and
 * those of systemd-logind in /run/systemd/sessions, which it calls private and has not
 * changed since 2011. Either may be missing: Debian 13 has no utmp. */
#ifndef BASE_SESSIONS_H
#define BASE_SESSIONS_H

#include <stddef.h>
#include <sys/types.h>

struct session {
	char *user;
	char *terminal; /* without /dev/: "tty1", "pts/0"; "" when there is none */
	char *host; /* where it comes from, as PAM was told: a name or an address; "" is
		       here */
	char *service; /* the PAM service; "" when that is not recorded */
	pid_t leader;
};

struct sessions {
	struct session *items;
	size_t count;
};

#define SESSIONS_UTMP "/run/utmp"
#define SESSIONS_LOGIND "/run/systemd/sessions"

/* Reads the file UTMP and the directory LOGIND: SESSIONS_UTMP and SESSIONS_LOGIND but in
 * tests. A session that both know is one; those whose leader is gone are left out, and
 * so are pseudo terminals that somebody opened who is logged in already. Freed by
 * sessions_free. */
void
sessions_read(const char *utmp, const char *logind, struct sessions *ret_sessions);

void
sessions_free(struct sessions *sessions);

#endif
