#include "policy/models/network/hosts.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/nss.h"

static const char blanks[] = " \t\r\v\f";

static void
add_address(struct hosts_list *list, struct hosts_address address)
{
	list->items = memory_grow(list->items, list->count, sizeof *list->items);
	list->items[list->count++] = address;
}

/* fe80::1%eth0: __inet6_scopeid_pton. An interface's name means something to a link-local
 * address alone, and which there are the files do not say. */
static enum hosts_answer
find_scoped(const char *name, const char *percent, int family, struct hosts_list *list)
{
	autofree char *text = memory_copy(name, (size_t)(percent - name));
	const char *scope = percent + 1;
	bool is_number = *scope != '\0' && scope[strspn(scope, "0123456789")] == '\0';
	struct in6_addr v6;
	struct hosts_address address = { .family = AF_INET6 };
	if (inet_pton(AF_INET6, text, &v6) <= 0 || family == AF_INET)
		return HOSTS_MISSING;
	if (!is_number)
		return IN6_IS_ADDR_LINKLOCAL(&v6) || IN6_IS_ADDR_MC_LINKLOCAL(&v6)
			? HOSTS_UNSURE
			: HOSTS_MISSING;
	memcpy(address.bytes, &v6, sizeof v6);
	add_address(list, address);
	return HOSTS_FOUND;
}

/* An address as its own name, gaih_inet: in any form of inet_aton(3) without anything
 * behind it, a mapped one also in the family that it maps. */
static enum hosts_answer
find_numeric(const char *name, int family, struct hosts_list *list)
{
	struct in_addr v4;
	struct in6_addr v6;
	struct hosts_address address = { .family = AF_INET };
	const char *percent = strchr(name, '%');
	if (name[strcspn(name, blanks)] == '\0' && inet_aton(name, &v4) != 0) {
		if (family == AF_INET6)
			return HOSTS_MISSING;
		memcpy(address.bytes, &v4, sizeof v4);
		add_address(list, address);
		return HOSTS_FOUND;
	}
	if (percent != NULL)
		return find_scoped(name, percent, family, list);
	if (inet_pton(AF_INET6, name, &v6) <= 0 ||
		(family == AF_INET && !IN6_IS_ADDR_V4MAPPED(&v6)))
		return HOSTS_MISSING;
	address.family = family == AF_INET ? AF_INET : AF_INET6;
	if (family == AF_INET)
		memcpy(address.bytes, &v6.s6_addr[12], 4);
	else
		memcpy(address.bytes, &v6, sizeof v6);
	add_address(list, address);
	return HOSTS_FOUND;
}

/* The address that begins a line, as it is read in a search for FAMILY: in one for IPv4
 * the loopback of IPv6 is that of IPv4. False: the line is passed over. */
static bool
read_address(const char *text, int family, struct hosts_address *ret_address)
{
	struct in6_addr v6;
	struct hosts_address address = { .family = AF_INET };
	if (family != AF_INET6 && inet_pton(AF_INET, text, address.bytes) > 0) {
		*ret_address = address;
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6) <= 0)
		return false;
	if (family != AF_INET) {
		address.family = AF_INET6;
		memcpy(address.bytes, &v6, sizeof v6);
	} else if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		memcpy(address.bytes, &v6.s6_addr[12], 4);
	} else if (IN6_IS_ADDR_LOOPBACK(&v6)) {
		static const unsigned char loopback[] = { 127, 0, 0, 1 };
		memcpy(address.bytes, loopback, sizeof loopback);
	} else {
		return false;
	}
	*ret_address = address;
	return true;
}

/* host.conf(5): whether all lines of a name count, not the first alone. */
static bool
finds_all(struct host *host)
{
	const struct file *file = host_file(host, "/etc/host.conf");
	bool all = false;
	if (file->state != FILE_READ)
		return false;
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char *words = NULL;
		const char *name = strtok_r(line, blanks, &words),
			   *value = name ? strtok_r(NULL, blanks, &words) : NULL;
		if (value != NULL && strcasecmp(name, "multi") == 0)
			all = strcasecmp(value, "on") == 0;
	}
	return all;
}

/* Whether one of the words of *REST is NAME. */
static bool
names(char *rest, const char *name)
{
	char *words = NULL;
	for (const char *word = strtok_r(rest, blanks, &words); word != NULL;
		word = strtok_r(NULL, blanks, &words))
		if (strcasecmp(word, name) == 0)
			return true;
	return false;
}

static void
find_lines(struct host *host, const char *name, int family, struct hosts_list *list)
{
	const struct file *file = host_file(host, "/etc/hosts");
	if (file->state != FILE_READ)
		return;
	bool all = finds_all(host);
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest);
		line != NULL && (all || list->count == 0);
		line = strtok_r(NULL, "\n", &rest)) {
		char *words = NULL;
		struct hosts_address address;
		line[strcspn(line, "#")] = '\0';
		const char *first = strtok_r(line, blanks, &words);
		if (first != NULL && read_address(first, family, &address) &&
			names(words, name))
			add_address(list, address);
	}
}

enum hosts_answer
hosts_find(struct host *host, const char *name, int family, struct hosts_list *ret_list)
{
	*ret_list = (struct hosts_list){ 0 };
	enum hosts_answer answer = find_numeric(name, family, ret_list);
	/* a colon stands in no name: hosts(5) */
	if (answer != HOSTS_MISSING || strpbrk(name, ":%") != NULL)
		return answer;
	enum nss_standing standing = nss_standing(host, "hosts");
	if (standing == NSS_NONE)
		return HOSTS_MISSING;
	if (standing == NSS_BESIDE ||
		host_file(host, "/etc/hosts")->state == FILE_REFUSED)
		return HOSTS_UNSURE;
	find_lines(host, name, family, ret_list);
	return ret_list->count > 0      ? HOSTS_FOUND
		: standing == NSS_FIRST ? HOSTS_UNSURE
					: HOSTS_MISSING;
}

void
hosts_free(struct hosts_list *list)
{
	free(list->items);
	*list = (struct hosts_list){ 0 };
}
