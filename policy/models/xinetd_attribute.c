#include "policy/models/xinetd_attribute.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

/* One value list under judgement. */
struct assignment {
	const struct xinetd_facts *facts;
	struct xinetd_service *service;
	char op;
	const struct words *values;
	const char *first; /* the first value, "" when there is none */
	struct error *err;
};

typedef int
check(const struct assignment *assignment);

struct flag_name {
	const char *name;
	unsigned bit;
};

static int
bad_value(const struct assignment *a)
{
	return error_set(a->err, "bad value '%s'", a->first);
}

/* util.c parse_int: strtol, and nothing but blanks behind; kept as an int. */
static bool
reads_number(const char *text, int base, int *ret_number)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, base);
	end += strspn(end, " \t\n\v\f\r");
	*ret_number = (int)number;
	return errno == 0 && *text != '\0' && *end == '\0';
}

static bool
reads_unsigned(const char *text)
{
	char *end;
	errno = 0;
	(void)strtoull(text, &end, 10);
	end += strspn(end, " \t\n\v\f\r");
	return errno == 0 && *text != '\0' && *end == '\0';
}

/* get_limit: a number with k or m behind. */
static bool
reads_limit(const char *text)
{
	autofree char *number = memory_text(text);
	size_t length = strlen(number);
	if (length > 0 && strchr("kKmM", number[length - 1]) != NULL)
		number[length - 1] = '\0';
	return reads_unsigned(number);
}

static bool
all_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

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
set_bits(const struct assignment *a, const struct flag_name *names, bool add,
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
need_values(const struct assignment *a)
{
	return a->values->count > 0 ? 0 : error_set(a->err, "no value");
}

static int
check_any(const struct assignment *a)
{
	(void)a;
	return 0;
}

static int
check_some(const struct assignment *a)
{
	return need_values(a);
}

static int
check_yes_no(const struct assignment *a)
{
	static const char *const names[] = { "yes", "no", NULL };
	return is_in(a->first, names) ? 0 : bad_value(a);
}

static int
check_disable(const struct assignment *a)
{
	if (check_yes_no(a) < 0)
		return -1;
	a->service->disabled = strcasecmp(a->first, "yes") == 0;
	return 0;
}

static int
check_wait(const struct assignment *a)
{
	if (check_yes_no(a) < 0)
		return -1;
	a->service->waits = strcasecmp(a->first, "yes") == 0;
	return 0;
}

static int
check_type(const struct assignment *a)
{
	static const struct flag_name names[] = { { "RPC", XINETD_RPC },
		{ "INTERNAL", XINETD_INTERNAL }, { "UNLISTED", XINETD_UNLISTED },
		{ "SPECIAL", 0 }, { "TCPMUX", XINETD_TCPMUX },
		{ "TCPMUXPLUS", XINETD_TCPMUX }, { NULL, 0 } };
	return need_values(a) < 0 ? -1 : set_bits(a, names, true, &a->service->types);
}

static int
check_flags(const struct assignment *a)
{
	static const struct flag_name names[] = { { "REUSE", 0 },
		{ "INTERCEPT", XINETD_INTERCEPT }, { "NORETRY", 0 }, { "IDONLY", 0 },
		{ "NAMEINARGS", XINETD_NAMEINARGS }, { "NODELAY", 0 }, { "KEEPALIVE", 0 },
		{ "NOLIBWRAP", 0 }, { "SENSOR", XINETD_SENSOR }, { "IPv4", XINETD_IPV4 },
		{ "IPv6", XINETD_IPV6 }, { "LABELED", 0 }, { NULL, 0 } };
	return need_values(a) < 0 ? -1 : set_bits(a, names, true, &a->service->flags);
}

static int
check_log_on_success(const struct assignment *a)
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
check_log_on_failure(const struct assignment *a)
{
	static const struct flag_name names[] = { { "HOST", 0 }, { "ATTEMPT", 0 },
		{ "USERID", 0 }, { NULL, 0 } };
	unsigned bits = 0;
	return set_bits(a, names, true, &bits);
}

static int
check_log_type(const struct assignment *a)
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
		if (values->count < 2 || values->count > 4)
			return error_set(a->err, "wrong number of values");
		for (size_t i = 2; i < values->count; i++)
			if (!reads_limit(values->items[i]))
				return error_set(
					a->err, "bad limit '%s'", values->items[i]);
	} else if (strcasecmp(a->first, "SYSLOG") == 0) {
		if (values->count < 2 || values->count > 3)
			return error_set(a->err, "wrong number of values");
		if (!is_in(values->items[1], facilities) ||
			(values->count == 3 && !is_in(values->items[2], levels)))
			return error_set(a->err, "unknown facility or level");
	} else {
		return bad_value(a);
	}
	a->service->logs = true;
	return 0;
}

static int
check_socket_type(const struct assignment *a)
{
	int type = xinetd_socket_type(a->first);
	if (type == 0)
		return bad_value(a);
	a->service->socket_type = type;
	return 0;
}

static void
doubt(const struct assignment *a, const char *because, const char *what)
{
	if (a->service->unsure == NULL)
		a->service->unsure = memory_printf("%s %s '%s'", because, what, a->first);
}

/* The answer to a look-up of the first value. */
static int
judge(const struct assignment *a, enum netdb_answer answer, const char *what,
	const char *where)
{
	if (answer == NETDB_MISSING)
		return error_set(a->err, "%s '%s' is not in %s", what, a->first, where);
	if (answer == NETDB_ELSEWHERE)
		doubt(a, "nsswitch.conf names other sources, which may know", what);
	return 0;
}

static int
check_protocol(const struct assignment *a)
{
	long number;
	enum netdb_answer answer = netdb_find(
		&a->facts->protocols, a->first, NULL, &number);
	if (judge(a, answer, "protocol", "/etc/protocols") < 0)
		return -1;
	free(a->service->protocol);
	a->service->protocol = memory_text(a->first);
	return 0;
}

static int
check_user(const struct assignment *a)
{
	return judge(a, xinetd_user(a->facts, a->first), "user", "/etc/passwd");
}

static int
check_group(const struct assignment *a)
{
	return judge(a, xinetd_group(a->facts, a->first), "group", "/etc/group");
}

/* access(2) with X_OK as root: a directory, or any execute bit. Where the directory is
 * absent the root is not complete, and says nothing about the program. */
static int
check_server(const struct assignment *a)
{
	/* a relative name is taken from "/", where xinetd runs */
	autofree char *path = memory_printf(
		"%s%s", a->first[0] == '/' ? "" : "/", a->first);
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash > path ? memory_copy(path, (size_t)(slash - path))
					     : memory_text("/");
	if (host_exists(a->facts->host, folder) != 1)
		return 0;
	if (host_exists(a->facts->host, path) == 0)
		return error_set(a->err, "there is no %s", a->first);
	return 0;
}

static int
check_id(const struct assignment *a)
{
	free(a->service->id);
	a->service->id = memory_text(a->first);
	return 0;
}

static int
check_number(const struct assignment *a)
{
	int number;
	return reads_number(a->first, 10, &number) ? 0 : bad_value(a);
}

static int
check_count(const struct assignment *a)
{
	int number;
	if (strcasecmp(a->first, "UNLIMITED") == 0)
		return 0;
	return reads_number(a->first, 10, &number) && number >= 0 ? 0 : bad_value(a);
}

static int
check_port(const struct assignment *a)
{
	int port;
	if (!reads_number(a->first, 10, &port) || port < 0 || port > 65535)
		return bad_value(a);
	a->service->wanted_port = port;
	return 0;
}

static int
check_rpc_version(const struct assignment *a)
{
	autofree char *low_text = memory_text(a->first);
	char *dash = strchr(low_text, '-');
	int low, high;
	if (dash != NULL)
		*dash++ = '\0';
	if (!reads_number(low_text, 10, &low) ||
		!reads_number(dash ? dash : low_text, 10, &high) || low > high)
		return bad_value(a);
	return 0;
}

static int
check_cps(const struct assignment *a)
{
	return reads_unsigned(a->first) && reads_unsigned(a->values->items[1])
		? 0
		: bad_value(a);
}

static int
check_load(const struct assignment *a)
{
	char *end;
	double load = strtod(a->first, &end);
	return end != a->first && load != 0 ? 0 : bad_value(a);
}

static int
check_limit(const struct assignment *a)
{
	return strcasecmp(a->first, "UNLIMITED") == 0 || reads_limit(a->first)
		? 0
		: bad_value(a);
}

static int
check_deny_time(const struct assignment *a)
{
	static const char *const names[] = { "FOREVER", "NEVER", NULL };
	return is_in(a->first, names) ? 0 : check_number(a);
}

static int
check_umask(const struct assignment *a)
{
	int mask;
	return reads_number(a->first, 8, &mask) && mask >= 0 && mask <= 0777
		? 0
		: bad_value(a);
}

/* addr.c: all that looks like an address or a name passes, but for a comma outside of
 * braces and a malformed 1.2.3.{4,5}. */
static int
check_addresses(const struct assignment *a)
{
	for (size_t i = 0; i < a->values->count; i++) {
		const char *address = a->values->items[i];
		const char *brace = strchr(address, '{');
		if (brace == NULL) {
			if (strchr(address, ',') != NULL)
				return error_set(a->err, "a comma in '%s'", address);
			continue;
		}
		size_t before = strspn(address, "0123456789.");
		if (address + before != brace)
			continue; /* no address at all: logged and passed over */
		const char *close = brace + 1 + strspn(brace + 1, "0123456789,");
		if (strstr(address, "..") != NULL || address[0] == '.' || *close != '}' ||
			close[1] != '\0' || brace[1] == ',' || close[-1] == ',' ||
			close == brace + 1 || strstr(brace, ",,") != NULL)
			return error_set(a->err, "bad address '%s'", address);
	}
	return 0;
}

/* time.c ti_add: h:m-h:m, each time up to 23:59, the first before the second. */
static int
check_times(const struct assignment *a)
{
	if (need_values(a) < 0)
		return -1;
	for (size_t i = 0; i < a->values->count; i++) {
		static const char stops[] = { ':', '-', ':', '\0' };
		const char *p = a->values->items[i];
		int part[4] = { 0 };
		for (size_t k = 0; k < 4; k++) {
			for (; isdigit((unsigned char)*p) && part[k] < 1000; p++)
				part[k] = part[k] * 10 + (*p - '0');
			if (*p != stops[k] || part[k] > (k % 2 ? 59 : 23))
				return error_set(
					a->err, "bad interval '%s'", a->values->items[i]);
			p++;
		}
		if (part[0] * 60 + part[1] >= part[2] * 60 + part[3])
			return error_set(
				a->err, "bad interval '%s'", a->values->items[i]);
	}
	return 0;
}

static int
check_env(const struct assignment *a)
{
	if (a->op == '-')
		return error_set(a->err, "'-=' is not supported");
	for (size_t i = 0; i < a->values->count; i++)
		if (strchr(a->values->items[i], '=') == NULL)
			return error_set(a->err, "'%s' has no '='", a->values->items[i]);
	return 0;
}

static int
check_redirect(const struct assignment *a)
{
	struct in_addr v4;
	struct in6_addr v6;
	int port;
	long listed;
	if (!reads_number(a->values->items[1], 10, &port) || port <= 0) {
		if (netdb_find(&a->facts->services, a->values->items[1], "tcp",
			    &listed) == NETDB_MISSING)
			return error_set(a->err, "no port '%s'", a->values->items[1]);
	} else if (port > 65535) {
		return error_set(a->err, "port too large");
	}
	if (inet_aton(a->first, &v4) == 0 && inet_pton(AF_INET6, a->first, &v6) <= 0)
		doubt(a, "it depends on the address of", "host");
	a->service->redirects = true;
	return 0;
}

static int
check_bind(const struct assignment *a)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (a->first[strspn(a->first, "0123456789.")] == '\0') {
		if (inet_aton(a->first, &v4) == 0)
			return bad_value(a);
	} else if (strchr(a->first, ':') != NULL) {
		autofree char *address = memory_copy(a->first, strcspn(a->first, "%"));
		if (inet_pton(AF_INET6, address, &v6) <= 0)
			return bad_value(a);
	} else {
		doubt(a, "it depends on the address of", "host");
	}
	a->service->binds = true;
	return 0;
}

enum { ANY = -1, MODIFIABLE = -2, NOT = 0 };

/* How many values: exactly that many, ANY, or any with += and -= allowed too
 * (MODIFIABLE); NOT: no such attribute there. */
static const struct attribute {
	const char *name;
	int bit, in_service, in_defaults;
	check *check;
} attributes[] = {
	{ "socket_type", XINETD_SOCKET_TYPE, 1, NOT, check_socket_type },
	{ "protocol", XINETD_PROTOCOL, 1, NOT, check_protocol },
	{ "wait", XINETD_WAIT, 1, NOT, check_wait },
	{ "user", XINETD_USER, 1, NOT, check_user },
	{ "server", XINETD_SERVER, 1, NOT, check_server },
	{ "server_args", XINETD_SERVER_ARGS, ANY, NOT, check_some },
	{ "id", XINETD_ID, 1, NOT, check_id },
	{ "port", XINETD_PORT, 1, NOT, check_port },
	{ "rpc_version", XINETD_RPC_VERSION, 1, NOT, check_rpc_version },
	{ "rpc_number", XINETD_RPC_NUMBER, 1, NOT, check_number },
	{ "redirect", XINETD_REDIRECT, 2, NOT, check_redirect },
	{ "bind", XINETD_BIND, 1, 1, check_bind },
	{ "interface", XINETD_BIND, 1, 1, check_bind },
	{ "log_on_success", XINETD_LOG_ON_SUCCESS, MODIFIABLE, MODIFIABLE,
		check_log_on_success },
	{ "disabled", XINETD_DISABLED, NOT, MODIFIABLE, check_any },
	{ "enabled", XINETD_ENABLED, NOT, MODIFIABLE, check_any },
	{ "group", XINETD_OTHER, 1, NOT, check_group },
	{ "instances", XINETD_OTHER + 1, 1, 1, check_count },
	{ "log_on_failure", XINETD_OTHER + 2, MODIFIABLE, MODIFIABLE,
		check_log_on_failure },
	{ "log_type", XINETD_OTHER + 3, ANY, MODIFIABLE, check_log_type },
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
	{ "rlimit_cpu", XINETD_OTHER + 21, 1, NOT, check_limit },
	{ "rlimit_data", XINETD_OTHER + 22, 1, NOT, check_limit },
	{ "rlimit_rss", XINETD_OTHER + 23, 1, NOT, check_limit },
	{ "rlimit_stack", XINETD_OTHER + 24, 1, NOT, check_limit },
	{ "rlimit_files", XINETD_OTHER + 25, 1, NOT, check_limit },
	{ "v6only", XINETD_OTHER + 26, 1, 1, check_yes_no },
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
	if (wanted > 0 && values->count != (size_t)wanted)
		return ignored(err, "wrong number of values");
	struct assignment assignment = {
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

static enum netdb_answer
answer(bool found, const struct file *file, bool complete)
{
	return found                       ? NETDB_FOUND
		: file->state != FILE_READ ? NETDB_NO_FILE
		: complete                 ? NETDB_MISSING
					   : NETDB_ELSEWHERE;
}

enum netdb_answer
xinetd_user(const struct xinetd_facts *facts, const char *name)
{
	const struct principals *p = &facts->principals;
	return answer(all_digits(name) || principals_user(p, name) != NULL, p->passwd,
		p->users_complete);
}

enum netdb_answer
xinetd_group(const struct xinetd_facts *facts, const char *name)
{
	gid_t gid;
	const struct principals *p = &facts->principals;
	return answer(all_digits(name) || principals_group(p, name, &gid), p->group,
		p->groups_complete);
}
