/* What a control field makes of what a module returns. Source: pam.conf(5), Linux-PAM
 * 1.5.2 libpam/pam_misc.c _pam_parse_control, libpam/pam_handlers.c
 * _pam_parse_conf_file, libpam/include/security/_pam_types.h. */
#ifndef POLICY_MODELS_PAM_CONTROL_H
#define POLICY_MODELS_PAM_CONTROL_H

#include <stdbool.h>

/* What a module can return: 0 to PAM_VALUE_COUNT - 1, with these among them. */
enum pam_value {
	PAM_VALUE_SUCCESS = 0,
	PAM_VALUE_SERVICE_ERR = 3,
	PAM_VALUE_SYSTEM_ERR = 4,
	PAM_VALUE_REFUSED = 6, /* PAM_PERM_DENIED */
	PAM_VALUE_AUTH_ERR = 7,
	PAM_VALUE_NO_AUTHINFO = 9, /* PAM_AUTHINFO_UNAVAIL */
	PAM_VALUE_USER_UNKNOWN = 10,
	PAM_VALUE_MAXTRIES = 11,
	PAM_VALUE_NEW_PASSWORD = 12, /* PAM_NEW_AUTHTOK_REQD */
	PAM_VALUE_EXPIRED = 13, /* PAM_ACCT_EXPIRED */
	PAM_VALUE_IGNORE = 25,
	PAM_VALUE_ABORT = 26,
	PAM_VALUE_PASSWORD_EXPIRED = 27, /* PAM_AUTHTOK_EXPIRED */
	PAM_VALUE_NO_MODULE = 28, /* PAM_MODULE_UNKNOWN */
	PAM_VALUE_INCOMPLETE = 31,
	PAM_VALUE_COUNT = 32,
};

/* A positive action is a jump over as many lines. */
enum pam_action {
	PAM_ACTION_IGNORE = 0,
	PAM_ACTION_OK = -1,
	PAM_ACTION_DONE = -2,
	PAM_ACTION_BAD = -3,
	PAM_ACTION_DIE = -4,
	PAM_ACTION_RESET = -5,
};

/* Reads CONTROL, without the brackets that pam_line_word took off. It always means
 * something: what libpam can't read is bad for every value. Returns false then. */
bool
pam_control_read(const char *control, int ret_actions[PAM_VALUE_COUNT]);

/* "success", "perm_denied"; VALUE from 0 to PAM_VALUE_COUNT - 1. */
const char *
pam_value_name(int value);

#endif
