/* pam_holdfast.so: only those whom the policy names log in at the console. See
 * pam_holdfast(8). The account phase decides; what is refused there is refused whatever
 * the authentication said, and after agetty's and login's ways around that.
 *
 * It only ever takes away: who may log in, and who is no concern of it, gets PAM_IGNORE.
 * Root passes before any file of ours is read, so that no mistake in one locks the host's
 * owner out. */
#include <errno.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/console_options.h"
#include "pam_module/report.h"
#include "pam_module/rule.h"
#include "pam_module/terminal.h"

enum { ENTRY_START = 1024, ENTRY_MAX = 1 << 20 }; /* bytes of a user's entry */

/* One login on its way. */
struct login {
	pam_handle_t *handle;
	struct console_options options;
	const char *service, *user, *rhost, *tty;
	uid_t uid;
	gid_t gid;
};

static const char *
item(pam_handle_t *handle, int type)
{
	const void *value = NULL;
	return pam_get_item(handle, type, &value) == PAM_SUCCESS && value != NULL ? value
										  : "";
}

/* What cannot be known is decided as the line in pam.d says. */
static int
give_up(const struct login *login, const char *reason, int code)
{
	bool allow = login->options.allow_on_error || login->options.dry_run;
	pam_syslog(login->handle, LOG_ERR, "%s: %s is %s", reason, login->user,
		allow ? "not kept out" : "refused");
	return allow ? PAM_IGNORE : code;
}

/* Fills in uid and gid: PAM_SUCCESS or the code to return. */
static int
find_user(struct login *login)
{
	char start[ENTRY_START], *memory = NULL, *buffer = start;
	size_t room = sizeof start;
	struct passwd entry, *found = NULL;
	int error;
	while ((error = getpwnam_r(login->user, &entry, buffer, room, &found)) ==
			ERANGE &&
		room < ENTRY_MAX) {
		char *larger = realloc(memory, room *= 2);
		if (larger == NULL) {
			error = ENOMEM;
			break;
		}
		buffer = memory = larger;
	}
	if (found != NULL) {
		login->uid = entry.pw_uid;
		login->gid = entry.pw_gid;
	}
	free(memory);
	if (found != NULL)
		return PAM_SUCCESS;
	/* getpwnam_r(3): these mean that there is none */
	if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF ||
		error == EPERM)
		return PAM_USER_UNKNOWN;
	return give_up(login, "the account can't be looked up",
		error == ENOMEM ? PAM_BUF_ERR : PAM_PERM_DENIED);
}

/* Whether the login is at the console: 1, 0; -1: it can't be told. */
static int
is_at_console(const struct login *login)
{
	if (console_options_is_display(login->service))
		return *login->rhost == '\0'; /* else by XDMCP */
	if (login->options.trust_rhost && *login->rhost != '\0')
		return 0;
	switch (terminal_here()) {
	case TERMINAL_CONSOLE:
		return 1;
	case TERMINAL_PTS:
		return login->options.pts_is_console;
	case TERMINAL_NONE:
		return 0;
	case TERMINAL_UNKNOWN:
		break;
	}
	return -1;
}

static int
refuse(const struct login *login, const struct rule *rule)
{
	pam_syslog(login->handle, LOG_NOTICE,
		"%s is not allowed to log in at the console%s%s (control %s)%s",
		login->user, *login->tty != '\0' ? " " : "", login->tty, rule->control,
		login->options.dry_run ? "; dry_run lets him in" : "");
	if (login->options.dry_run)
		return PAM_IGNORE;
	if (login->options.audit)
		report_refusal(login->handle, login->user, login->tty, rule->control,
			rule->policy);
	return PAM_PERM_DENIED;
}

static int
decide(struct login *login)
{
	const struct console_options *options = &login->options;
	struct rule rule;
	int code = find_user(login);
	if (code != PAM_SUCCESS)
		return code;
	if (login->uid == 0)
		return PAM_IGNORE;
	if (options->wrong != NULL) {
		pam_syslog(login->handle, LOG_ERR, "'%s' is no argument of this module",
			options->wrong);
		return give_up(login, "its line in pam.d is wrong", PAM_PERM_DENIED);
	}
	int console = is_at_console(login);
	if (console == 0)
		return PAM_IGNORE;
	if (console < 0)
		return give_up(login, "the terminal can't be found out", PAM_PERM_DENIED);
	if (rule_ask(options->conf, login->user, login->uid, login->gid, &rule) < 0)
		return give_up(login, rule.error,
			rule.no_memory ? PAM_BUF_ERR : PAM_PERM_DENIED);
	if (!rule.allowed)
		return refuse(login, &rule);
	if (options->debug)
		pam_syslog(login->handle, LOG_DEBUG, "%s is allowed (control %s)",
			login->user, rule.control);
	return PAM_IGNORE;
}

/* pam(3), pam_sm_acct_mgmt(3) */
PAM_EXTERN int
pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	struct login login = { .handle = handle };
	(void)flags; /* PAM_SILENT: nothing is ever said to the user */
	console_options_read(argc, argv, &login.options);
	login.service = item(handle, PAM_SERVICE);
	if (!console_options_cover(&login.options, login.service))
		return PAM_IGNORE;
	login.user = item(handle, PAM_USER);
	if (*login.user == '\0')
		return PAM_USER_UNKNOWN;
	/* without memory glibc's name service crashes (2.36, nss_database.c): root's
	 * entry, under the name that it has on every host, is not asked for */
	if (strcmp(login.user, "root") == 0)
		return PAM_IGNORE;
	login.rhost = item(handle, PAM_RHOST);
	login.tty = item(handle, PAM_TTY);
	return decide(&login);
}

PAM_EXTERN int
pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	(void)handle, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

PAM_EXTERN int
pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	(void)handle, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}
