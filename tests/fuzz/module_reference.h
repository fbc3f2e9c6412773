/* pam_holdfast(8) read a second time, naively: what the module may answer in a world. */
#ifndef TESTS_FUZZ_MODULE_REFERENCE_H
#define TESTS_FUZZ_MODULE_REFERENCE_H

#include <regex.h>
#include <strings.h>
#include <sys/utsname.h>

#include <inttypes.h>
#include <strings.h>

#include "base/console_conf.h"
#include "base/console_options.h"
#include "base/console_sum.h"
#include "pam_module/terminal.h"
#include "tests/fuzz/module_world.h"

/* Sets of codes. */
#define CODE(code) (1u << (code))

struct reference {
	bool onerr_allow, dry_run, pts_console, trust_rhost, is_wrong;
	const char *services, *exempt;
};

/* What one account gets by one configuration. */
struct reading {
	bool has_sum, has_users, is_bad,
		is_loose; /* bad where the module need not look */
	bool is_named, is_member, is_member_unknown;
	unsigned controls, policies, allows;
	char last[400];
};

static void
reference_arguments(int argc, const char **argv, struct reference *ret_reference)
{
	struct reference *r = ret_reference;
	*r = (struct reference){ .exempt = "" };
	for (int i = 0; i < argc; i++) {
		const char *a = argv[i];
		if (strncmp(a, "services=", 9) == 0 && a[strspn(a + 9, ",") + 9] != '\0')
			r->services = a + 9;
		else if (strncmp(a, "exempt=", 7) == 0)
			r->exempt = a + 7;
		else if (strcmp(a, "pts=console") == 0 || strcmp(a, "pts=ignore") == 0)
			r->pts_console = a[4] == 'c';
		else if (strcmp(a, "onerr=allow") == 0 || strcmp(a, "onerr=deny") == 0)
			r->onerr_allow = a[6] == 'a';
		else if (strcmp(a, "trust_rhost") == 0)
			r->trust_rhost = true;
		else if (strcmp(a, "dry_run") == 0)
			r->dry_run = true;
		else if (strncmp(a, "conf=/", 6) != 0 && strcmp(a, "audit") != 0 &&
			strcmp(a, "noaudit") != 0 && strcmp(a, "debug") != 0)
			r->is_wrong = true;
	}
}

static bool
reference_lists(const char *list, const char *name)
{
	char copy[512], *rest = copy;
	snprintf(copy, sizeof copy, "%s", list);
	for (char *item; (item = strsep(&rest, ",")) != NULL;) {
		size_t size = strlen(item);
		if (size > 0 && item[size - 1] == '*' &&
			strncasecmp(item, name, size - 1) == 0)
			return true;
		if (size > 0 && strcasecmp(item, name) == 0)
			return true;
	}
	return false;
}

/* Whether services= names SERVICE in full, and it is not login's. */
static bool
reference_names(const struct reference *r, const char *service)
{
	char copy[512], *rest = copy;
	snprintf(copy, sizeof copy, "%s", r->services != NULL ? r->services : "");
	for (char *item; (item = strsep(&rest, ",")) != NULL;)
		if (*item != '\0' && strcasecmp(item, service) == 0)
			return strcasecmp(service, "login") != 0 &&
				strcasecmp(service, "remote") != 0;
	return false;
}

static bool
is_name(const char *text, size_t max)
{
	for (const char *at = text; *at != '\0'; at++)
		if (strchr(":,()\x7f", *at) != NULL || (unsigned char)*at <= ' ')
			return false;
	return *text != '\0' && strlen(text) <= max;
}

static bool
reference_uid(const char *text, uid_t *ret_uid)
{
	text += strspn(text, "0");
	uintmax_t number = strtoumax(text, NULL, 10);
	*ret_uid = (uid_t)number;
	return text[strspn(text, "0123456789")] == '\0' && strlen(text) <= 10 &&
		number < 4294967295;
}

static void
reference_group(struct reading *r, const char *name, const struct world_account *account)
{
	if (strcmp(name, "broken") == 0 && world.group_error != 0)
		r->is_member_unknown |= world.group_error != ENOENT;
	for (size_t i = 0; i < sizeof world_groups / sizeof *world_groups; i++) {
		gid_t gid = world_groups[i].gid;
		if (strcmp(world_groups[i].name, name) != 0)
			continue;
		if (world.list_fails)
			r->is_member_unknown = true;
		else
			r->is_member |= gid == account->gid || gid == account->more ||
				(strcmp(account->name, "many") == 0 && gid > 5000 &&
					gid <= 5000 + WORLD_GROUPS);
	}
}

/* An allow line's rest; false when it is a mistake. */
static bool
reference_allow(struct reading *r, char *who, const struct world_account *account)
{
	size_t size = strlen(who);
	uid_t uid;
	bool is_user = false, is_good = true;
	r->allows++;
	if (*who == '(') {
		is_good = size > 2 && who[size - 1] == ')';
		who[size - 1] = '\0';
		is_good = is_good && is_name(who + 1, 256);
		if (is_good)
			reference_group(r, who + 1, account);
	} else if (*who >= '0' && *who <= '9') {
		is_good = is_name(who, 256) && reference_uid(who, &uid);
		r->is_named |= is_good && uid == account->uid;
	} else {
		is_user = true;
		is_good = is_name(who, 256) &&
			!(r->has_sum && r->has_users && strcmp(r->last, who) >= 0);
		r->is_named |= strcmp(who, account->name) == 0;
		r->has_users = true;
		snprintf(r->last, sizeof r->last, "%s", who);
	}
	return is_good && (is_user || !r->has_sum || !r->has_users);
}

static bool
reference_line(struct reading *r, char *line, const struct world_account *account)
{
	if (strncmp(line, "allow ", 6) == 0)
		return reference_allow(r, line + 6, account);
	if (r->has_sum && r->has_users)
		return false;
	if (*line == '\0' || *line == '#')
		return true;
	if (strncmp(line, "control ", 8) == 0)
		return r->controls++ == 0 && is_name(line + 8, 64);
	return strncmp(line, "policy ", 7) == 0 && r->policies++ == 0 &&
		strlen(line + 7) == 64 &&
		line[7 + strspn(line + 7, "0123456789abcdef")] == '\0';
}

static bool
reference_sum(const char *line, const char *rest, size_t size)
{
	char want[40];
	snprintf(want, sizeof want, "sum %010zu %016" PRIx64, size,
		console_sum(rest, size));
	return strcmp(line, want) == 0;
}

/* Reads all of the SIZE bytes of TEXT for ACCOUNT. */
static void
reference_read(const char *text, size_t size, const struct world_account *account,
	struct reading *ret_reading)
{
	struct reading *r = ret_reading;
	*r = (struct reading){ 0 };
	for (size_t at = 0; at < size;) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline != NULL ? (size_t)(newline - text) - at
						: size - at;
		char *line = calloc(length + 1, 1);
		memcpy(line, text + at, length);
		size_t next = at + length + 1;
		bool is_good = newline != NULL && strlen(line) == length;
		if (is_good && at == 0 && strncmp(line, "sum ", 4) == 0)
			is_good = r->has_sum = reference_sum(
				line, text + next, size - next);
		else if (is_good)
			is_good = reference_line(r, line, account);
		free(line);
		if (!is_good && r->has_sum && r->has_users)
			r->is_loose = true;
		else if (!is_good)
			r->is_bad = true;
		at = next;
	}
	if (!r->is_loose && (r->controls == 0 || r->policies == 0 || r->allows == 0))
		r->is_bad = true;
}

static inline bool
reference_is_here(const char *rhost)
{
	static const char names[] = "^(|::1|(::ffff:)?127\\.[0-9.]*|localhost|"
				    "localhost\\.localdomain|"
				    "localhost4(\\.localdomain4)?|"
				    "localhost6(\\.localdomain6)?|"
				    "ip6-localhost|ip6-loopback)$";
	struct utsname host;
	regex_t wanted;
	if (regcomp(&wanted, names, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0 ||
		uname(&host) < 0)
		abort();
	bool is_here = regexec(&wanted, rhost, 0, NULL, 0) == 0;
	regfree(&wanted);
	size_t length = strlen(rhost), own = strlen(host.nodename);
	size_t shorter = length < own ? length : own;
	const char *rest = length < own ? host.nodename : rhost;
	return is_here ||
		(shorter > 0 && strncasecmp(rhost, host.nodename, shorter) == 0 &&
			(rest[shorter] == '\0' || rest[shorter] == '.'));
}

/* The codes that the module may return. */
static unsigned
reference_ask(int argc, const char **argv)
{
	struct reference r;
	struct reading reading;
	const char *service = world.items[PAM_SERVICE] ? world.items[PAM_SERVICE] : "";
	const char *user = world.items[PAM_USER] ? world.items[PAM_USER] : "";
	const char *rhost = world.items[PAM_RHOST] ? world.items[PAM_RHOST] : "";
	bool is_remote = !reference_is_here(rhost);
	reference_arguments(argc, argv, &r);
	bool is_display = console_options_is_display(service);
	if (reference_lists(r.exempt, service) ||
		!(r.services != NULL ? reference_lists(r.services, service)
				     : is_display || strcmp(service, "login") == 0 ||
					strcmp(service, "remote") == 0))
		return CODE(PAM_IGNORE);
	if (*user == '\0')
		return CODE(PAM_USER_UNKNOWN);
	if (strcmp(user, "root") == 0)
		return CODE(PAM_IGNORE);
	unsigned trouble = r.onerr_allow || r.dry_run
		? CODE(PAM_IGNORE)
		: CODE(PAM_PERM_DENIED) | CODE(PAM_BUF_ERR);
	if (world.account_error == ENOENT)
		return CODE(PAM_USER_UNKNOWN);
	if (world.account_error != 0 && world.account_error != ERANGE)
		return strcmp(user, "toor") == 0 || strcmp(user, "to") == 0
			? CODE(PAM_IGNORE)
			: trouble;
	const struct world_account *account = world_account(user);
	if (account == NULL)
		return CODE(PAM_USER_UNKNOWN);
	if (account->uid == 0)
		return CODE(PAM_IGNORE);
	if (r.is_wrong)
		return trouble;
	if (is_display ? is_remote : r.trust_rhost && is_remote)
		return CODE(PAM_IGNORE);
	enum terminal terminal = is_display ? TERMINAL_CONSOLE : world_terminal();
	if (terminal == TERMINAL_UNKNOWN)
		return trouble;
	if (terminal == TERMINAL_NONE && reference_names(&r, service) && !is_remote)
		terminal = TERMINAL_CONSOLE;
	if (terminal == TERMINAL_NONE || (terminal == TERMINAL_PTS && !r.pts_console))
		return CODE(PAM_IGNORE);
	if (world.files[WORLD_CONF].error != 0 || !S_ISREG(world.mode) ||
		world.owner != 0 || (world.mode & 022) != 0 || world.read_fails ||
		(world.grows && world.files[WORLD_CONF].size > 0))
		return trouble;
	reference_read(world.files[WORLD_CONF].text, world.files[WORLD_CONF].size,
		account, &reading);
	if (reading.is_bad)
		return trouble;
	unsigned refused = r.dry_run ? CODE(PAM_IGNORE) : CODE(PAM_PERM_DENIED);
	unsigned verdict = reading.is_named || reading.is_member ? CODE(PAM_IGNORE)
		: reading.is_member_unknown                      ? trouble
								 : refused;
	return reading.is_loose ? verdict | trouble | refused : verdict;
}

#endif
