#include "policy/models/xinetd/xinetd_attribute.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/xinetd/xinetd_lookup.h"

struct flag_name {
	const char *name;
	unsigned bit;
};

static bool
is_in(const char *word, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcasecmp(word, *names) == 0)
			return true;
	return false;
}

/* parse_value_list: bits of the names up to the first that is none. */
static int
set_bits(const struct xinetd_value *a, const struct flag_name *names, bool add,
	unsigned *bits)
{
	for (size_t i = 0; i < a->values->count; i++) {
		const struct flag_name *name = names;
		while (name->name != NULL &&
			strcasecmp(name->name, a->values->items[i]) != 0)
			name++;
		if (name->name == NULL)
			return error_set(a->err, "bad value '%s'", a->values->items[i]);
		*bits = add ? *bits | name->bit : *bits & ~name->bit;
	}
	return 0;
}

static int
need_values(const struct xinetd_value *a)
{
	return a->values->count > 0 ? 0 : error_set(a->err, "no value");
}

static int
check_any(const struct xinetd_value *a)
{
	(void)a;
	return 0;
}

static int
check_some(const struct xinetd_value *a)
{
	return need_values(a);
}

static int
check_yes_no(const struct xinetd_value *a)
{
	static const char *const names[] = { "yes", "no", NULL };
	return is_in(a->first, names) ? 0 : xinetd_lookup_bad(a);
}

static int
check_disable(const struct xinetd_value *a)
{
	if (check_yes_no(a) < 0)
		return -1;
	a->service->disabled = strcasecmp(a->first, "yes") == 0;
	return 0;
}

static int
check_wait(const struct xinetd_value *a)
{
	if (check_yes_no(a) < 0)
		return -1;
	a->service->waits = strcasecmp(a->first, "yes") == 0;
	return 0;
}

static int
check_type(const struct xinetd_value *a)
{
	static const struct flag_name names[] = { { "RPC", XINETD_RPC },
		{ "INTERNAL", XINETD_INTERNAL }, { "UNLISTED", XINETD_UNLISTED },
		{ "SPECIAL", 0 }, { "TCPMUX", XINETD_TCPMUX },
		{ "TCPMUXPLUS", XINETD_TCPMUX }, { NULL, 0 } };
	return need_values(a) < 0 ? -1 : set_bits(a, names, true, &a->service->types);
}

static int
check_flags(const struct xinetd_value *a)
{
	static const struct flag_name names[] = { { "REUSE", 0 },
		{ "INTERCEPT", XINETD_INTERCEPT }, { "NORETRY", 0 }, { "IDONLY", 0 },
		{ "NAMEINARGS", XINETD_NAMEINARGS }, { "NODELAY", 0 }, { "KEEPALIVE", 0 },
		{ "NOLIBWRAP", 0 }, { "SENSOR", XINETD_SENSOR }, { "IPv4", XINETD_IPV4 },
		{ "IPv6", XINETD_IPV6 }, { "LABELED", XINETD_LABELED }, { NULL, 0 } };
	return need_values(a) < 0 ? -1 : set_bits(a, names, true, &a->service->flags);
}

static int
check_log_on_success(const struct xinetd_value *a)
{
	static const struct flag_name names[] = { { "HOST", 0 }, { "DURATION", 0 },
		{ "EXIT", 0 }, { "PID", 0 }, { "USERID", 0 }, { "TRAFFIC", 1 },
		{ NULL, 0 } };
	unsigned bits = a->op != '=' && a->service->logs_traffic;
	int result = set_bits(a, names, a->op != '-', &bits);
	a->service->logs_traffic = bits != 0;
	return result;
}

static int
check_log_on_failure(const struct xinetd_value *a)
{
	static const struct flag_name names[] = { { "HOST", 0 }, { "ATTEMPT", 0 },
		{ "USERID", 0 }, { NULL, 0 } };
	unsigned bits = 0;
	return set_bits(a, names, true, &bits);
}

static int
check_log_type(const struct xinetd_value *a)
{
	static const char *const facilities[] = { "daemon", "auth", "authpriv", "user",
		"mail", "lpr", "news", "uucp", "ftp", "local0", "local1", "local2",
		"local3", "local4", "local5", "local6", "local7", NULL };
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "warning",
		"notice", "info", "debug", NULL };
	const struct words *values = a->values;
	if (need_values(a) < 0)
		return -1;
	if (a->service->logs && !a->facts->is_old)
		return error_set(a->err, "set a second time");
	if (strcasecmp(a->first, "FILE") == 0) {
		unsigned long long limits[2] = { 0 };
		if (values->count < 2 || values->count > 4)
			return error_set(a->err, "wrong number of values");
		for (size_t i = 2; i < values->count; i++)
			if (!xinetd_value_limit(values->items[i], &limits[i - 2]))
				return error_set(
					a->err, "bad limit '%s'", values->items[i]);
		if (values->count == 4 && limits[1] < limits[0])
			return error_set(a->err, "the hard limit is the lower one");
		free(a->service->log_file);
		a->service->log_file = memory_text(values->items[1]);
	} else if (strcasecmp(a->first, "SYSLOG") == 0) {
		if (values->count < 2 || values->count > 3)
			return error_set(a->err, "wrong number of values");
		if (!is_in(values->items[1], facilities) ||
			(values->count == 3 && !is_in(values->items[2], levels)))
			return error_set(a->err, "unknown facility or level");
	} else {
		return xinetd_lookup_bad(a);
	}
	a->service->logs = true;
	return 0;
}

static int
check_socket_type(const struct xinetd_value *a)
{
	int type = xinetd_socket_type(a->first);
	if (type == 0)
		return xinetd_lookup_bad(a);
	a->service->socket_type = type;
	return 0;
}

static int
check_id(const struct xinetd_value *a)
{
	free(a->service->id);
	a->service->id = memory_text(a->first);
	return 0;
}

static int
check_number(const struct xinetd_value *a)
{
	int number;
	return xinetd_value_int(a->first, 10, &number) ? 0 : xinetd_lookup_bad(a);
}

static int
check_count(const struct xinetd_value *a)
{
	int number;
	if (strcasecmp(a->first, "UNLIMITED") == 0)
		return 0;
	return xinetd_value_int(a->first, 10, &number) && number >= 0
		? 0
		: xinetd_lookup_bad(a);
}

static int
check_port(const struct xinetd_value *a)
{
	int port;
	if (!xinetd_value_int(a->first, 10, &port) || port < 0 || port > 65535)
		return xinetd_lookup_bad(a);
	a->service->wanted_port = port;
	return 0;
}

static int
check_rpc_version(const struct xinetd_value *a)
{
	autofree char *low_text = memory_text(a->first);
	char *dash = strchr(low_text, '-');
	int low, high;
	if (dash != NULL)
		*dash++ = '\0';
	if (!xinetd_value_int(low_text, 10, &low) ||
		!xinetd_value_int(dash ? dash : low_text, 10, &high) || low > high)
		return xinetd_lookup_bad(a);
	return 0;
}

static int
check_cps(const struct xinetd_value *a)
{
	unsigned long long number;
	return xinetd_value_unsigned(a->first, &number) &&
			xinetd_value_unsigned(a->values->items[1], &number)
		? 0
		: xinetd_lookup_bad(a);
}

static int
check_load(const struct xinetd_value *a)
{
	char *end;
	double load = strtod(a->first, &end);
	return end != a->first && load != 0 ? 0 : xinetd_lookup_bad(a);
}

static int
check_limit(const struct xinetd_value *a)
{
	unsigned long long limit;
	return strcasecmp(a->first, "UNLIMITED") == 0 ||
			xinetd_value_limit(a->first, &limit)
		? 0
		: xinetd_lookup_bad(a);
}

static int
check_time_limit(const struct xinetd_value *a)
{
	unsigned long long limit;
	return strcasecmp(a->first, "UNLIMITED") == 0 ||
			xinetd_value_unsigned(a->first, &limit)
		? 0
		: xinetd_lookup_bad(a);
}

static int
check_deny_time(const struct xinetd_value *a)
{
	static const char *const names[] = { "FOREVER", "NEVER", NULL };
	return is_in(a->first, names) ? 0 : check_number(a);
}

static int
check_umask(const struct xinetd_value *a)
{
	int mask;
	return xinetd_value_int(a->first, 8, &mask) && mask >= 0 && mask <= 0777
		? 0
		: xinetd_lookup_bad(a);
}

static int
check_each(
	const struct xinetd_value *a, bool (*reads)(const char *text), const char *what)
{
	for (size_t i = 0; i < a->values->count; i++)
		if (!reads(a->values->items[i]))
			return error_set(
				a->err, "bad %s '%s'", what, a->values->items[i]);
	return 0;
}

static int
check_addresses(const struct xinetd_value *a)
{
	return check_each(a, xinetd_value_address, "address");
}

static int
check_times(const struct xinetd_value *a)
{
	return need_values(a) < 0 ? -1 : check_each(a, xinetd_value_interval, "interval");
}

static int
check_env(const struct xinetd_value *a)
{
	if (a->op == '-')
		return error_set(a->err, "'-=' is not supported");
	for (size_t i = 0; i < a->values->count; i++)
		if (strchr(a->values->items[i], '=') == NULL)
			return error_set(a->err, "'%s' has no '='", a->values->items[i]);
	return 0;
}

static int
check_v6only(const struct xinetd_value *a)
{
	if (check_yes_no(a) < 0)
		return -1;
	/* activate_normal asks whether it stands there, not what it says */
	a->service->is_v6only = true;
	return 0;
}

typedef int
check(const struct xinetd_value *assignment);

enum { ANY = -1, MODIFIABLE = -2, NOT = 0 };

/* How many values: exactly that many, ANY, or any with += and -= allowed too
 * (MODIFIABLE); NOT: no such attribute there. */
static const struct attribute {
	const char *name;
	int bit, in_service, in_defaults;
	check *check;
} attributes[] = {
	{ "socket_type", XINETD_SOCKET_TYPE, 1, NOT, check_socket_type },
	{ "protocol", XINETD_PROTOCOL, 1, NOT, xinetd_lookup_protocol },
	{ "wait", XINETD_WAIT, 1, NOT, check_wait },
	{ "user", XINETD_USER, 1, NOT, xinetd_lookup_user },
	{ "server", XINETD_SERVER, 1, NOT, xinetd_lookup_server },
	{ "server_args", XINETD_SERVER_ARGS, ANY, NOT, check_some },
	{ "id", XINETD_ID, 1, NOT, check_id },
	{ "port", XINETD_PORT, 1, NOT, check_port },
	{ "rpc_version", XINETD_RPC_VERSION, 1, NOT, check_rpc_version },
	{ "rpc_number", XINETD_RPC_NUMBER, 1, NOT, check_number },
	{ "redirect", XINETD_REDIRECT, 2, NOT, xinetd_lookup_redirect },
	{ "bind", XINETD_BIND, 1, 1, xinetd_lookup_bind },
	{ "interface", XINETD_BIND, 1, 1, xinetd_lookup_bind },
	{ "log_on_success", XINETD_LOG_ON_SUCCESS, MODIFIABLE, MODIFIABLE,
		check_log_on_success },
	{ "disabled", XINETD_DISABLED, NOT, MODIFIABLE, check_any },
	{ "enabled", XINETD_ENABLED, NOT, MODIFIABLE, check_any },
	{ "group", XINETD_OTHER, 1, NOT, xinetd_lookup_group },
	{ "instances", XINETD_OTHER + 1, 1, 1, check_count },
	{ "log_on_failure", XINETD_OTHER + 2, MODIFIABLE, MODIFIABLE,
		check_log_on_failure },
	{ "log_type", XINETD_LOG_TYPE, ANY, MODIFIABLE, check_log_type },
	{ "only_from", XINETD_OTHER + 4, MODIFIABLE, MODIFIABLE, check_addresses },
	{ "no_access", XINETD_OTHER + 5, MODIFIABLE, MODIFIABLE, check_addresses },
	{ "access_times", XINETD_OTHER + 6, ANY, NOT, check_times },
	{ "type", XINETD_OTHER + 7, ANY, NOT, check_type },
	{ "env", XINETD_OTHER + 8, MODIFIABLE, NOT, check_env },
	{ "passenv", XINETD_OTHER + 9, MODIFIABLE, MODIFIABLE, check_any },
	{ "flags", XINETD_OTHER + 10, ANY, NOT, check_flags },
	{ "nice", XINETD_OTHER + 11, 1, NOT, check_number },
	{ "banner", XINETD_OTHER + 12, 1, 1, check_any },
	{ "per_source", XINETD_OTHER + 13, 1, 1, check_count },
	{ "groups", XINETD_OTHER + 14, 1, 1, check_yes_no },
	{ "banner_success", XINETD_OTHER + 15, 1, 1, check_any },
	{ "banner_fail", XINETD_OTHER + 16, 1, 1, check_any },
	{ "cps", XINETD_OTHER + 17, 2, 2, check_cps },
	{ "disable", XINETD_OTHER + 18, 1, NOT, check_disable },
	{ "max_load", XINETD_OTHER + 19, 1, 1, check_load },
	{ "rlimit_as", XINETD_OTHER + 20, 1, NOT, check_limit },
	{ "rlimit_cpu", XINETD_OTHER + 21, 1, NOT, check_time_limit },
	{ "rlimit_data", XINETD_OTHER + 22, 1, NOT, check_limit },
	{ "rlimit_rss", XINETD_OTHER + 23, 1, NOT, check_limit },
	{ "rlimit_stack", XINETD_OTHER + 24, 1, NOT, check_limit },
	{ "rlimit_files", XINETD_OTHER + 25, 1, NOT, check_limit },
	{ "v6only", XINETD_OTHER + 26, 1, 1, check_v6only },
	{ "deny_time", XINETD_OTHER + 27, 1, NOT, check_deny_time },
	{ "umask", XINETD_OTHER + 28, 1, 1, check_umask },
	{ "libwrap", XINETD_OTHER + 29, 1, NOT, check_any },
};

static const struct attribute *
find_attribute(const char *name, bool in_defaults)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (strcasecmp(attributes[i].name, name) == 0)
			return (in_defaults ? attributes[i].in_defaults
					    : attributes[i].in_service) == NOT
				? NULL
				: &attributes[i];
	return NULL;
}

static enum xinetd_result
ignored(struct error *err, const char *why)
{
	error_set(err, "%s", why);
	return XINETD_IGNORED;
}

enum xinetd_result
xinetd_attribute_set(const struct xinetd_facts *facts, struct xinetd_service *service,
	bool in_defaults, const char *name, char op, const struct words *values,
	struct error *err)
{
	const struct attribute *attribute = find_attribute(name, in_defaults);
	if (attribute == NULL)
		return ignored(err, "no such attribute here");
	int wanted = in_defaults ? attribute->in_defaults : attribute->in_service;
	uint64_t bit = (uint64_t)1 << attribute->bit;
	if (wanted != MODIFIABLE) {
		if (service->specified & bit)
			return ignored(err, "already set");
		if (op != '=')
			return ignored(err, "only '=' is possible here");
	} else if (in_defaults && op == '=') {
		op = '+';
	}
	if (values->is_open && (wanted <= 0 || values->count <= (size_t)wanted))
		return XINETD_OPEN;
	if (wanted > 0 && values->count != (size_t)wanted)
		return ignored(err, "wrong number of values");
	struct xinetd_value assignment = {
		.facts = facts,
		.service = service,
		.op = op,
		.values = values,
		.first = values->count > 0 ? values->items[0] : "",
		.err = err,
	};
	if (attribute->check(&assignment) < 0) {
		if (!in_defaults)
			service->disabled = true;
		return XINETD_BAD;
	}
	service->specified |= bit;
	return XINETD_SET;
}

int
xinetd_socket_type(const char *name)
{
	static const char *const names[] = { "stream", "dgram", "raw", "seqpacket",
		NULL };
	for (int i = 0; names[i] != NULL; i++)
		if (strcasecmp(names[i], name) == 0)
			return i + 1;
	return 0;
}
