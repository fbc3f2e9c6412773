#include "policy/models/pam/pam_control.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { UNSET = -6 };

static const char *const values[PAM_VALUE_COUNT] = { "success", "open_err", "symbol_err",
	"service_err", "system_err", "buf_err", "perm_denied", "auth_err",
	"cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
	"new_authtok_reqd", "acct_expired", "session_err", "cred_unavail", "cred_expired",
	"cred_err", "no_module_data", "conv_err", "authtok_err", "authtok_recover_err",
	"authtok_lock_busy", "authtok_disable_aging", "try_again", "ignore", "abort",
	"authtok_expired", "module_unknown", "bad_item", "conv_again", "incomplete" };

static const char *const actions[] = { "ignore", "ok", "done", "bad", "die", "reset" };

static const struct {
	const char *name;
	int success, ignore, others;
} short_controls[] = {
	{ "required", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_BAD },
	{ "requisite", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_DIE },
	{ "optional", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
	{ "sufficient", PAM_ACTION_DONE, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
};

static void
set_all(int *target, int action)
{
	for (size_t i = 0; i < PAM_VALUE_COUNT; i++)
		target[i] = action;
}

static void
set_rest(int *target, int action)
{
	for (size_t i = 0; i < PAM_VALUE_COUNT; i++)
		if (target[i] == UNSET)
			target[i] = action;
}

static const char *
skip_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* The index of the first of COUNT names that TEXT begins with, and moves *TEXT behind it;
 * COUNT when it begins with none. What follows need not be another word: "okay" is "ok"
 * and "ay". */
static size_t
take_name(const char **text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);
		if (strncmp(names[i], *text, length) == 0) {
			*text += length;
			return i;
		}
	}
	return count;
}

/* Reads "VALUE = ACTION" from *TEXT. */
static bool
take_pair(const char **text, int *target)
{
	size_t count = sizeof actions / sizeof *actions;
	size_t value = take_name(text, values, PAM_VALUE_COUNT);
	if (value == PAM_VALUE_COUNT) {
		if (strncmp(*text, "default", 7) != 0)
			return false;
		*text += 7;
	}
	*text = skip_space(*text);
	if (**text != '=')
		return false;
	*text = skip_space(*text + 1);
	size_t name = take_name(text, actions, count);
	int action = -(int)name;
	if (name == count) {
		/* an int that overflows, before 1.6.0: it wraps */
		unsigned number = 0;
		if (!isdigit((unsigned char)**text))
			return false;
		for (; isdigit((unsigned char)**text); ++*text)
			number = number * 10 + (unsigned)(**text - '0');
		action = (int)number;
		if (action == 0)
			return false;
	}
	if (value == PAM_VALUE_COUNT)
		set_rest(target, action);
	else
		target[value] = action;
	return true;
}

bool
pam_control_read(const char *control, int ret_actions[PAM_VALUE_COUNT])
{
	set_all(ret_actions, UNSET);
	for (size_t i = 0; i < sizeof short_controls / sizeof *short_controls; i++)
		if (strcasecmp(control, short_controls[i].name) == 0) {
			set_all(ret_actions, short_controls[i].others);
			ret_actions[PAM_VALUE_SUCCESS] = short_controls[i].success;
			ret_actions[PAM_VALUE_NEW_PASSWORD] = short_controls[i].success;
			ret_actions[PAM_VALUE_IGNORE] = short_controls[i].ignore;
			return true;
		}
	for (const char *text = skip_space(control); *text != '\0';
		text = skip_space(text))
		if (!take_pair(&text, ret_actions)) {
			set_all(ret_actions, PAM_ACTION_BAD);
			return false;
		}
	set_rest(ret_actions, PAM_ACTION_BAD);
	return true;
}

const char *
pam_value_name(int value)
{
	return values[value];
}
