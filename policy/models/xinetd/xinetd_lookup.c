#include "policy/models/xinetd/xinetd_lookup.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

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
	const struct principals *p = facts->principals;
	return answer(principals_user(p, name) != NULL, p->passwd, p->users_complete);
}

enum netdb_answer
xinetd_group(const struct xinetd_facts *facts, const char *name)
{
	gid_t gid;
	const struct principals *p = facts->principals;
	return answer(principals_group(p, name, &gid), p->group, p->groups_complete);
}

enum netdb_answer
xinetd_protocol(const struct xinetd_facts *facts, const char *name, long *ret_number)
{
	enum netdb_answer found = netdb_find(facts->protocols, name, NULL, ret_number);
	if (found != NETDB_FOUND)
		*ret_number = found != NETDB_NO_FILE   ? -1
			: strcasecmp(name, "tcp") == 0 ? IPPROTO_TCP
			: strcasecmp(name, "udp") == 0 ? IPPROTO_UDP
						       : -1;
	return found;
}

int
xinetd_lookup_bad(const struct xinetd_value *a)
{
	return error_set(a->err, "bad value '%s'", a->first);
}

static void
doubt(const struct xinetd_value *a, const char *because, const char *what)
{
	if (a->service->unsure == NULL)
		a->service->unsure = memory_printf("%s %s '%s'", because, what, a->first);
}

/* The answer to a look-up of the first value. */
static int
judge(const struct xinetd_value *a, enum netdb_answer answer, const char *what,
	const char *where)
{
	if (answer == NETDB_MISSING)
		return error_set(a->err, "%s '%s' is not in %s", what, a->first, where);
	if (answer == NETDB_ELSEWHERE)
		doubt(a, "nsswitch.conf names other sources, which may know", what);
	return 0;
}

int
xinetd_lookup_protocol(const struct xinetd_value *a)
{
	long number;
	if (judge(a, xinetd_protocol(a->facts, a->first, &number), "protocol",
		    "/etc/protocols") < 0)
		return -1;
	free(a->service->protocol);
	a->service->protocol = memory_text(a->first);
	a->service->protocol_number = number;
	return 0;
}

/* parse_ubase10 of what is all digits; any other name is looked up. */
static int
check_account(const struct xinetd_value *a,
	enum netdb_answer (*find)(const struct xinetd_facts *facts, const char *name),
	const char *what, const char *where)
{
	unsigned long long number;
	if (xinetd_value_digits(a->first))
		return xinetd_value_unsigned(a->first, &number) ? 0
								: xinetd_lookup_bad(a);
	return judge(a, find(a->facts, a->first), what, where);
}

int
xinetd_lookup_user(const struct xinetd_value *a)
{
	return check_account(a, xinetd_user, "user", "/etc/passwd");
}

int
xinetd_lookup_group(const struct xinetd_value *a)
{
	return check_account(a, xinetd_group, "group", "/etc/group");
}

/* access(2) with X_OK as root: a directory, or any execute bit. Where the directory is
 * absent the root is not complete, and says nothing about the program. */
int
xinetd_lookup_server(const struct xinetd_value *a)
{
	/* a relative name is taken from "/", where xinetd runs */
	autofree char *path = memory_printf(
		"%s%s", a->first[0] == '/' ? "" : "/", a->first);
	autofree char *target = NULL;
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash > path ? memory_copy(path, (size_t)(slash - path))
					     : memory_text("/");
	mode_t mode;
	if (host_exists(a->facts->host, folder) != 1 ||
		host_mode(a->facts->host, path, &mode, &target) < 0)
		return 0;
	if (mode == 0)
		return error_set(a->err, "there is no %s", a->first);
	if (!S_ISDIR(mode) && (mode & 0111) == 0)
		return error_set(a->err, "%s is not executable", a->first);
	return 0;
}

/* Looks the first value up as a host; false with the error when it has no address. */
static bool
find_host(const struct xinetd_value *a, int family, struct hosts_list *ret_list)
{
	enum hosts_answer found = hosts_find(a->facts->host, a->first, family, ret_list);
	if (found == HOSTS_UNSURE)
		doubt(a, "it depends on the address of", "host");
	return found != HOSTS_MISSING || (xinetd_lookup_bad(a), false);
}

int
xinetd_lookup_redirect(const struct xinetd_value *a)
{
	struct hosts_list list;
	int port;
	long listed;
	if (!xinetd_value_int(a->values->items[1], 10, &port) || port <= 0) {
		if (netdb_find(a->facts->services, a->values->items[1], "tcp", &listed) ==
			NETDB_MISSING)
			return error_set(a->err, "no port '%s'", a->values->items[1]);
	} else if (port > 65535) {
		return error_set(a->err, "port too large");
	}
	if (!find_host(a, strchr(a->first, ':') != NULL ? AF_INET6 : AF_INET, &list))
		return -1;
	hosts_free(&list);
	a->service->redirects = true;
	return 0;
}

/* A name with several addresses waits for the flags that say which one: bind_parser. */
int
xinetd_lookup_bind(const struct xinetd_value *a)
{
	struct hosts_list list = { 0 };
	bool is_v4 = a->first[strspn(a->first, "0123456789.")] == '\0',
	     is_v6 = !is_v4 && strchr(a->first, ':') != NULL;
	if (!find_host(a, is_v4 ? AF_INET : is_v6 ? AF_INET6 : AF_UNSPEC, &list))
		return -1;
	if (list.count == 1)
		a->service->bind = list.items[0];
	else if (a->service->bind_name == NULL)
		a->service->bind_name = memory_text(a->first);
	hosts_free(&list);
	return 0;
}
