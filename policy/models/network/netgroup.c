#include "policy/models/network/netgroup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/memory.h"

enum {
	TRIPLE_MAX = 1024, /* bytes of innetgr's buffer for one */
	WORK_MAX = 500000, /* words looked at for all groups */
};

/* Takes the next line of *TEXT with those that a backslash continues, and ends it with a
 * NUL. Two blanks come in the place of a backslash and its newline; one that ends the
 * group's name belongs to the name. */
static char *
take_line(char **text)
{
	char *line = *text, *to = line, *from = line;
	if (*from == '\0')
		return NULL;
	for (;;) {
		size_t length = strcspn(from, "\n");
		bool goes_on = length > 0 && from[length - 1] == '\\' &&
			from[length] != '\0' && from[length + 1] != '\0';
		memmove(to, from, length);
		to += length;
		from += length + (from[length] != '\0');
		if (!goes_on)
			break;
		if (strcspn(line, " \t\v\f\r") < (size_t)(to - line))
			to[-1] = ' ';
		*to++ = ' ';
	}
	*text = from;
	*to = '\0';
	return line;
}

void
netgroups_open(struct host *host, struct netgroups *ret_netgroups)
{
	const struct file *file = host_file(host, "/etc/netgroup");
	*ret_netgroups = (struct netgroups){
		.standing = nss_standing(host, "netgroup"),
		.is_unread = file->state == FILE_REFUSED,
	};
	if (!machine_domain(host, ret_netgroups->domain_text))
		ret_netgroups->is_domain_unsure = true;
	else if (ret_netgroups->domain_text[0] != '\0')
		ret_netgroups->domain = ret_netgroups->domain_text;
	if (file->state != FILE_READ)
		return;
	ret_netgroups->text = memory_copy(file->bytes.data, file->bytes.size);
	char *rest = ret_netgroups->text;
	for (char *line = take_line(&rest); line != NULL; line = take_line(&rest)) {
		size_t length = strcspn(line, " \t\v\f\r");
		/* the first line of a name counts, and has something behind it, be it
		 * its newline */
		bool has_more = line[length] != '\0';
		line[length] = '\0';
		if (table_get(&ret_netgroups->lines, line) == NULL)
			table_set(&ret_netgroups->lines, line, line + length + has_more);
	}
}

static void
free_triple(struct netgroup_triple *triple)
{
	free(triple->machine);
	free(triple->user);
	free(triple->domain);
}

void
netgroups_close(struct netgroups *netgroups)
{
	for (size_t i = 0; i < netgroups->count; i++) {
		struct netgroup *netgroup = netgroups->items[i];
		for (size_t k = 0; k < netgroup->count; k++)
			free_triple(&netgroup->triples[k]);
		free(netgroup->triples);
		free(netgroup);
	}
	free(netgroups->items);
	table_free(&netgroups->known);
	table_free(&netgroups->lines);
	free(netgroups->text);
	*netgroups = (struct netgroups){ 0 };
}

/* The field up to STOP in *TEXT, its first word; NULL when empty. False at the end. */
static bool
take_field(const char **text, char stop, char **ret_field)
{
	const char *end = strchr(*text, stop), *start = *text;
	if (end == NULL)
		return false;
	while (start < end && isspace((unsigned char)*start))
		start++;
	const char *stops = start;
	while (stops < end && !isspace((unsigned char)*stops))
		stops++;
	*ret_field = stops > start ? memory_copy(start, (size_t)(stops - start)) : NULL;
	*text = end + 1;
	return true;
}

/* _nss_netgroup_parseline: "(machine,user,domain)"; false where it gives up. */
static bool
take_triple(const char **text, struct netgroup_triple *ret_triple)
{
	const char *start = ++*text;
	*ret_triple = (struct netgroup_triple){ 0 };
	if (take_field(text, ',', &ret_triple->machine) &&
		take_field(text, ',', &ret_triple->user) &&
		take_field(text, ')', &ret_triple->domain) && *text - start <= TRIPLE_MAX)
		return true;
	free_triple(ret_triple);
	return false;
}

/* Keeps TRIPLE, or frees it when it is for another domain. */
static void
add_triple(const struct netgroups *netgroups, struct netgroup *netgroup,
	struct netgroup_triple triple)
{
	if (triple.domain != NULL && netgroups->is_domain_unsure)
		netgroup->is_unsure = true;
	if (triple.domain != NULL &&
		(netgroups->is_domain_unsure ||
			(netgroups->domain != NULL &&
				strcasecmp(triple.domain, netgroups->domain) != 0))) {
		free_triple(&triple);
		return;
	}
	netgroup->triples = memory_grow(
		netgroup->triples, netgroup->count, sizeof *netgroup->triples);
	netgroup->triples[netgroup->count++] = triple;
}

/* Names that are still to be looked up. */
struct names {
	char **items;
	size_t count;
	struct table known;
};

static void
add_name(struct names *names, const char *name, size_t length)
{
	char *copy = memory_copy(name, length);
	if (table_get(&names->known, copy) != NULL) {
		free(copy);
		return;
	}
	table_set(&names->known, copy, names);
	names->items = memory_grow(names->items, names->count, sizeof *names->items);
	names->items[names->count++] = copy;
}

static void
read_members(struct netgroups *netgroups, const char *text, struct names *names,
	struct netgroup *netgroup)
{
	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		if (*text == '\0')
			return;
		if (++netgroups->work > WORK_MAX) {
			netgroup->is_unsure = true;
			return;
		}
		struct netgroup_triple triple;
		if (*text != '(') {
			const char *start = text;
			while (*text != '\0' && !isspace((unsigned char)*text))
				text++;
			add_name(names, start, (size_t)(text - start));
		} else if (take_triple(&text, &triple)) {
			add_triple(netgroups, netgroup, triple);
		} else {
			return;
		}
	}
}

static void
read_group(struct netgroups *netgroups, const char *name, struct netgroup *netgroup)
{
	struct names names = { 0 };
	netgroup->is_unsure = netgroups->standing == NSS_BESIDE || netgroups->is_unread;
	if (netgroups->standing == NSS_NONE || netgroup->is_unsure || *name == '\0')
		return;
	add_name(&names, name, strlen(name));
	for (size_t i = 0; i < names.count; i++) {
		const char *members = table_get(&netgroups->lines, names.items[i]);
		if (members != NULL)
			read_members(netgroups, members, &names, netgroup);
		else if (netgroups->standing == NSS_FIRST)
			netgroup->is_unsure = true;
	}
	for (size_t i = 0; i < names.count; i++)
		free(names.items[i]);
	free(names.items);
	table_free(&names.known);
}

const struct netgroup *
netgroup_find(struct netgroups *netgroups, const char *name)
{
	struct netgroup *netgroup = table_get(&netgroups->known, name);
	if (netgroup != NULL)
		return netgroup;
	netgroup = memory_new(1, sizeof *netgroup);
	read_group(netgroups, name, netgroup);
	netgroups->items = memory_grow(
		netgroups->items, netgroups->count, sizeof *netgroups->items);
	netgroups->items[netgroups->count++] = netgroup;
	table_set(&netgroups->known, name, netgroup);
	return netgroup;
}

bool
netgroup_is_machine(const struct netgroup_triple *triple, const char *name)
{
	return triple->machine == NULL || strcasecmp(triple->machine, name) == 0;
}
