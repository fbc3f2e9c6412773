#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/pam/access_match.h"

static bool
read_address(const char *text, struct hosts_address *ret_address)
{
	*ret_address = (struct hosts_address){ 0 };
	ret_address->family = inet_pton(AF_INET, text, ret_address->bytes) > 0 ? AF_INET
		: inet_pton(AF_INET6, text, ret_address->bytes) > 0            ? AF_INET6
									       : 0;
	return ret_address->family != 0;
}

void
access_origin_open(const struct access_conf *conf, struct netgroups *netgroups,
	const char *name, bool is_remote, struct access_origin *ret_origin)
{
	*ret_origin = (struct access_origin){
		.conf = conf,
		.netgroups = netgroups,
		.name = name,
		.is_remote = is_remote,
	};
	ret_origin->is_address = read_address(name, &ret_origin->address);
}

void
access_origin_close(struct access_origin *origin)
{
	for (size_t i = 0; i < ACCESS_CACHE_COUNT; i++)
		hosts_free(&origin->lists[i]);
}

/* The addresses that are kept, after looking them up in FAMILY where none are. */
static enum hosts_answer
keep_addresses(struct access_origin *origin, int family, enum access_cache *cache,
	const struct hosts_list **ret_list)
{
	if (*cache == ACCESS_CACHE_NONE)
		*cache = family == AF_INET ? ACCESS_CACHE_V4 : ACCESS_CACHE_ANY;
	if (!origin->is_looked_up[*cache]) {
		origin->is_looked_up[*cache] = true;
		origin->answers[*cache] = hosts_find(origin->conf->host, origin->name,
			*cache == ACCESS_CACHE_V4 ? AF_INET : AF_UNSPEC,
			&origin->lists[*cache]);
	}
	*ret_list = &origin->lists[*cache];
	return origin->answers[*cache];
}

/* A mask as bytes: of NUMBER bits, or as an address of the family; one of the other
 * family, and 0 bits, mask nothing: number_to_netmask, are_addresses_equal. False for
 * what is no mask. */
static bool
read_mask(const char *text, int family, unsigned char ret_mask[16])
{
	struct hosts_address address;
	size_t bytes = family == AF_INET ? 4 : 16;
	memset(ret_mask, 0xff, 16);
	if (read_address(text, &address)) {
		if (address.family == family)
			memcpy(ret_mask, address.bytes, 16);
		return true;
	}
	char *end;
	long bits = strtol(text, &end, 0);
	if (end == text || *end != '\0' || bits < 0 || bits > (long)bytes * 8)
		return false;
	for (size_t i = 0; bits > 0 && i < bytes; i++) {
		long left = bits - (long)i * 8;
		ret_mask[i] = left >= 8 ? 0xff
			: left > 0      ? (unsigned char)(0xff << (8 - left))
					: 0;
	}
	return true;
}

static bool
is_equal(const struct hosts_address *a, const struct hosts_address *b,
	const unsigned char mask[16])
{
	if (a->family != b->family)
		return false;
	for (size_t i = 0; i < (a->family == AF_INET ? 4u : 16u); i++)
		if ((a->bytes[i] & mask[i]) != (b->bytes[i] & mask[i]))
			return false;
	return true;
}

/* is_local_addr */
static bool
is_loopback(const struct hosts_address *address)
{
	static const unsigned char v4[16] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };
	return memcmp(address->bytes, address->family == AF_INET ? v4 : v6, 16) == 0;
}

/* Whether one of TARGETS under MASK is the origin's address: network_netmask_match. */
static enum access_match
match_addresses(struct access_origin *origin, const struct hosts_list *targets,
	const unsigned char mask[16], enum access_cache *cache)
{
	const struct hosts_list own = { &origin->address, 1 }, *have = &own;
	bool maybe = false;
	if (!origin->is_address) {
		enum hosts_answer answer = keep_addresses(
			origin, AF_UNSPEC, cache, &have);
		if (answer != HOSTS_FOUND)
			return answer == HOSTS_UNSURE ? ACCESS_MATCH_UNSURE
						      : ACCESS_MATCH_NO;
	}
	for (size_t i = 0; i < have->count; i++)
		for (size_t k = 0; k < targets->count; k++) {
			if (is_equal(&have->items[i], &targets->items[k], mask))
				return ACCESS_MATCH_YES;
			maybe = maybe ||
				(have->items[i].family != targets->items[k].family &&
					is_loopback(&have->items[i]) &&
					is_loopback(&targets->items[k]));
		}
	/* from 1.7.0 on the two loopback addresses are one, if they are written so */
	return maybe && origin->conf->version.has_numbers != ACCESS_DOES_NOT
		? ACCESS_MATCH_UNSURE
		: ACCESS_MATCH_NO;
}

/* A device's name under /dev, of those that the kernel always makes. */
static bool
is_terminal(const char *token)
{
	long number;
	return strcmp(token, "console") == 0 ||
		(strncmp(token, "tty", 3) == 0 &&
			text_number(token + 3, 0, 63, &number, NULL) == 0);
}

/* A word that is no address: from 1.5.3 on it is taken for a host's name. */
static enum access_match
match_name(struct access_origin *origin, const char *token, enum access_cache *cache)
{
	static const unsigned char all[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct access_version *version = &origin->conf->version;
	struct hosts_list targets;
	if (version->resolves == ACCESS_DOES_NOT ||
		(version->spares_devices == ACCESS_DOES &&
			(origin->conf->settings.no_lookups || token[0] == ':' ||
				is_terminal(token))))
		return ACCESS_MATCH_NO;
	enum hosts_answer answer = hosts_find(
		origin->conf->host, token, AF_UNSPEC, &targets);
	if (answer != HOSTS_FOUND)
		return answer == HOSTS_UNSURE ? ACCESS_MATCH_UNSURE : ACCESS_MATCH_NO;
	enum access_match match = match_addresses(origin, &targets, all, cache);
	hosts_free(&targets);
	/* where it is one of a device too, that decides */
	bool is_certain = version->resolves == ACCESS_DOES && strchr(token, '.') != NULL;
	return match != ACCESS_MATCH_NO && !is_certain ? ACCESS_MATCH_UNSURE : match;
}

static enum access_match
match_network(struct access_origin *origin, const char *token, enum access_cache *cache)
{
	struct hosts_address address;
	struct hosts_list targets = { &address, 1 };
	unsigned char mask[16];
	const char *slash = strchr(token, '/');
	autofree char *network = memory_copy(
		token, slash ? (size_t)(slash - token) : strlen(token));
	if (!read_address(network, &address))
		return slash != NULL ? ACCESS_MATCH_NO : match_name(origin, token, cache);
	memset(mask, 0xff, sizeof mask);
	if (slash != NULL && !read_mask(slash + 1, address.family, mask))
		return ACCESS_MATCH_NO;
	return match_addresses(origin, &targets, mask, cache);
}

/* "10.1." against the origin's IPv4 addresses, each with a dot behind. */
static enum access_match
match_beginning(struct access_origin *origin, const char *token, enum access_cache *cache)
{
	const struct hosts_list *have;
	enum hosts_answer answer = keep_addresses(origin, AF_INET, cache, &have);
	if (answer != HOSTS_FOUND)
		return answer == HOSTS_UNSURE ? ACCESS_MATCH_UNSURE : ACCESS_MATCH_NO;
	for (size_t i = 0; i < have->count; i++) {
		char text[INET_ADDRSTRLEN + 1];
		if (have->items[i].family != AF_INET)
			continue;
		inet_ntop(AF_INET, have->items[i].bytes, text, sizeof text);
		size_t end = strlen(text);
		text[end] = '.';
		text[end + 1] = '\0';
		if (strncmp(token, text, strlen(token)) == 0)
			return ACCESS_MATCH_YES;
	}
	return ACCESS_MATCH_NO;
}

static enum access_match
match_netgroup(struct access_origin *origin, const char *name)
{
	const struct netgroup *netgroup = netgroup_find(origin->netgroups, name);
	for (size_t i = 0; i < netgroup->count; i++)
		if (netgroup_is_machine(&netgroup->triples[i], origin->name))
			return ACCESS_MATCH_YES;
	return netgroup->is_unsure ? ACCESS_MATCH_UNSURE : ACCESS_MATCH_NO;
}

enum access_match
access_origin_match(
	struct access_origin *origin, const char *token, enum access_cache *cache)
{
	size_t length = strlen(token), have = strlen(origin->name);
	if (token[0] == '@')
		return match_netgroup(origin, token + 1);
	if (strcasecmp(token, "ALL") == 0 || strcasecmp(token, origin->name) == 0)
		return ACCESS_MATCH_YES;
	if (strcasecmp(token, "LOCAL") == 0)
		return origin->is_remote ? ACCESS_MATCH_NO : ACCESS_MATCH_YES;
	if (!origin->is_remote || length == 0)
		return ACCESS_MATCH_NO;
	if (token[0] == '.')
		return have > length &&
				strcasecmp(token, origin->name + have - length) == 0
			? ACCESS_MATCH_YES
			: ACCESS_MATCH_NO;
	if (token[length - 1] == '.')
		return match_beginning(origin, token, cache);
	return match_network(origin, token, cache);
}
