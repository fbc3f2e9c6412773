#include "base/console_options.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The value of ARGUMENT when it is NAME=VALUE; NULL. */
static const char *
value_of(const char *argument, const char *name)
{
	size_t length = strlen(name);
	return strncmp(argument, name, length) == 0 && argument[length] == '='
		? argument + length + 1
		: NULL;
}

/* One of two words; false when VALUE is neither. */
static bool
choose(const char *value, const char *no, const char *yes, bool *ret_choice)
{
	bool chosen = strcmp(value, yes) == 0;
	if (!chosen && strcmp(value, no) != 0)
		return false;
	*ret_choice = chosen;
	return true;
}

static bool
read_one(const char *argument, struct console_options *options)
{
	const char *value;
	if ((value = value_of(argument, "conf")) != NULL) {
		options->conf = value;
		return *value == '/';
	}
	if ((value = value_of(argument, "services")) != NULL) {
		bool names_one = value[strspn(value, ",")] != '\0';
		if (names_one)
			options->services = value;
		return names_one;
	}
	if ((value = value_of(argument, "exempt")) != NULL) {
		options->exempt = value;
		return true;
	}
	if ((value = value_of(argument, "pts")) != NULL)
		return choose(value, "ignore", "console", &options->pts_is_console);
	if ((value = value_of(argument, "onerr")) != NULL)
		return choose(value, "deny", "allow", &options->allow_on_error);
	bool *flag = strcmp(argument, "trust_rhost") == 0 ? &options->trust_rhost
		: strcmp(argument, "dry_run") == 0        ? &options->dry_run
		: strcmp(argument, "audit") == 0          ? &options->audit
		: strcmp(argument, "debug") == 0          ? &options->debug
							  : NULL;
	if (flag != NULL)
		*flag = true;
	else if (strcmp(argument, "noaudit") == 0)
		options->audit = false;
	else
		return false;
	return true;
}

void
console_options_read(int argc, const char **argv, struct console_options *ret_options)
{
	*ret_options = (struct console_options){
		.conf = "/etc/holdfast/console.conf",
		.exempt = "",
		.audit = true,
	};
	for (int i = 0; i < argc; i++)
		if (!read_one(argv[i], ret_options) && ret_options->wrong == NULL)
			ret_options->wrong = argv[i];
}

/* Whether one of LIST's items, commas between them, is NAME; an item's last "*" stands
 * for any end. Case is none: libpam folds a service's name (pam_start.c). */
static bool
lists(const char *list, const char *name, bool by_pattern)
{
	for (const char *item = list; *item != '\0';) {
		size_t size = strcspn(item, ",");
		bool open = by_pattern && size > 0 && item[size - 1] == '*';
		size_t fixed = size - open;
		if (size > 0 && strncasecmp(item, name, fixed) == 0 &&
			(open || name[fixed] == '\0'))
			return true;
		item += size + (item[size] == ',');
	}
	return false;
}

/* Display managers by the services that their packages install. gdm-launch-environment
 * and the greeters are no user's login. */
bool
console_options_is_display(const char *service)
{
	return lists("gdm,gdm3,gdm-password,gdm-autologin,gdm-fingerprint,gdm-smartcard*,"
		     "gdm-switchable-auth,gdm-authd,lightdm,lightdm-autologin,sddm,"
		     "sddm-autologin,plasmalogin,plasmalogin-autologin,cosmic-greeter,"
		     "xdm,xdm-np,kdm,kdm-np,kde,kde-np,tdm,tdm-np,tdm-trinity,"
		     "tdm-trinity-np,mdm,mdm-autologin,wdm,slim,lxdm,greetd,ly,"
		     "ly-autologin,lemurs,nodm",
		service, true);
}

bool
console_options_needs_terminal(const char *service)
{
	/* util-linux's login(1) is "remote" when it is given a host, as by agetty -H */
	return lists("login,remote", service, false);
}

bool
console_options_takes_bare(const struct console_options *options, const char *service)
{
	return options->services != NULL && lists(options->services, service, false) &&
		!lists(options->exempt, service, true) &&
		!console_options_needs_terminal(service) &&
		!console_options_is_display(service);
}

bool
console_options_cover(const struct console_options *options, const char *service)
{
	if (lists(options->exempt, service, true))
		return false;
	if (options->services != NULL)
		return lists(options->services, service, true);
	return console_options_needs_terminal(service) ||
		console_options_is_display(service);
}
