/* pam_holdfast.so: only those whom the policy names log in at the console. See
 * pam_holdfast(8). The account phase decides; what is refused there is refused whatever
 * the authentication said, and after agetty's and login's ways around that.
 *
 * It only ever takes away: who may log in, and who is no concern of it, gets PAM_IGNORE.
 * Root passes before any file of ours is read, so that no mistake in one locks the host's
 * owner out. */
#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/console_options.h"
#include "pam_module/account.h"
#include "pam_module/report.h"
#include "pam_module/rhost.h"
#include "pam_module/rule.h"
#include "pam_module/terminal.h"

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
	char user[REPORT_WORD];
	pam_syslog(login->handle, LOG_ERR, "%s: %s is %s", reason,
		report_word(login->user, user), allow ? "not kept out" : "refused");
	return allow ? PAM_IGNORE : code;
}

/* Fills in uid and gid: PAM_SUCCESS or the code to return. */
static int
find_user(struct login *login)
{
	int error = account_find(login->user, &login->uid, &login->gid);
	if (error == 0)
		return PAM_SUCCESS;
	if (error == ENOENT)
		return PAM_USER_UNKNOWN;
	if (account_is_root(login->user)) {
		login->uid = 0;
		return PAM_SUCCESS;
	}
	return give_up(login, "the account can't be looked up",
		error == ENOMEM ? PAM_BUF_ERR : PAM_PERM_DENIED);
}

/* Whether the login is at the console: 1, 0; -1: it can't be told. */
static int
is_at_console(const struct login *login)
{
	if (console_options_is_display(login->service))
		return rhost_is_local(login->rhost); /* else by XDMCP */
	if (login->options.trust_rhost && !rhost_is_local(login->rhost))
		return 0;
	switch (terminal_here()) {
	case TERMINAL_CONSOLE:
		return 1;
	case TERMINAL_PTS:
		return login->options.pts_is_console;
	case TERMINAL_NONE:
		return console_options_takes_bare(&login->options, login->service) &&
			rhost_is_local(login->rhost);
	case TERMINAL_UNKNOWN:
		break;
	}
	return -1;
}

static int
refuse(const struct login *login, const struct rule *rule)
{
	char user[REPORT_WORD], tty[REPORT_WORD];
	pam_syslog(login->handle, LOG_NOTICE,
		"%s is not allowed to log in at the console%s%s (control %s)%s",
		report_word(login->user, user), *login->tty != '\0' ? " " : "",
		report_word(login->tty, tty), rule->control,
		login->options.dry_run ? "; dry_run lets him in" : "");
	if (login->options.dry_run)
		return PAM_IGNORE;
	if (login->options.audit)
		report_refusal(
			login->handle, login->user, tty, rule->control, rule->policy);
	return PAM_PERM_DENIED;
}

static int
give_up_rule(const struct login *login, const struct rule *rule)
{
	char conf[REPORT_WORD], reason[REPORT_WORD + 192];
	report_word(login->options.conf, conf);
	if (rule->line > 0)
		snprintf(reason, sizeof reason, "%s:%u:%u: %s", conf, rule->line,
			rule->column, rule->error);
	else
		snprintf(reason, sizeof reason, "%s: %s", conf, rule->error);
	return give_up(login, reason, rule->no_memory ? PAM_BUF_ERR : PAM_PERM_DENIED);
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
		char word[REPORT_WORD];
		pam_syslog(login->handle, LOG_ERR, "'%s' is no argument of this module",
			report_word(options->wrong, word));
		return give_up(login, "its line in pam.d is wrong", PAM_PERM_DENIED);
	}
	int console = is_at_console(login);
	if (console == 0)
		return PAM_IGNORE;
	if (console < 0)
		return give_up(login, "the terminal can't be found out", PAM_PERM_DENIED);
	if (rule_ask(options->conf, login->user, login->uid, login->gid, &rule) < 0)
		return give_up_rule(login, &rule);
	if (!rule.allowed)
		return refuse(login, &rule);
	if (options->debug) {
		char user[REPORT_WORD];
		pam_syslog(login->handle, LOG_DEBUG, "%s is allowed (control %s)",
			report_word(login->user, user), rule.control);
	}
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
	/* in a process that never used it, glibc's name service crashes without memory
	 * (2.36, nss_database.c): root's entry, under the name that it has on every host,
	 * is not asked for */
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
