#include "policy/models/network/netdb.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nss.h"
#include "base/text.h"

static const char blanks[] = " \t\r\v\f";

enum { NUMBER_MAX = 0x7fffffff };

struct netdb_entry {
	long number;
	struct netdb_entry *next; /* of all entries */
};

/* The caller frees. */
static char *
make_key(const char *name, const char *protocol)
{
	struct buffer key = { 0 };
	buffer_text(&key, name);
	if (protocol != NULL) {
		buffer_add(&key, "/", 1);
		buffer_text(&key, protocol);
	}
	return buffer_take(&key);
}

static void
add_name(struct netdb *netdb, const char *name, const char *protocol,
	struct netdb_entry *entry)
{
	autofree char *key = make_key(name, protocol);
	if (table_get(&netdb->names, key) == NULL)
		table_set(&netdb->names, key, entry);
}

/* "name number[/protocol] alias ..." */
static void
add_line(struct netdb *netdb, char *line)
{
	char *rest = NULL;
	long number;
	line[strcspn(line, "#")] = '\0';
	char *name = strtok_r(line, blanks, &rest);
	char *value = name ? strtok_r(NULL, blanks, &rest) : NULL;
	if (value == NULL)
		return;
	char *protocol = strchr(value, '/');
	if (protocol != NULL)
		*protocol++ = '\0';
	if (text_number(value, 0, NUMBER_MAX, &number, NULL) < 0)
		return;
	struct netdb_entry *entry = memory_new(1, sizeof *entry);
	*entry = (struct netdb_entry){ .number = number, .next = netdb->entries };
	netdb->entries = entry;
	for (; name != NULL; name = strtok_r(NULL, blanks, &rest))
		add_name(netdb, name, protocol, entry);
}

static void
release(void *memory)
{
	struct netdb *netdb = memory;
	for (struct netdb_entry *entry = netdb->entries, *next; entry != NULL;
		entry = next) {
		next = entry->next;
		free(entry);
	}
	table_free(&netdb->names);
	free(netdb);
}

const struct netdb *
netdb_of(struct host *host, const char *database)
{
	autofree char *path = memory_printf("/etc/%s", database);
	struct netdb *netdb = host_note(host, path);
	if (netdb != NULL)
		return netdb;
	const struct file *file = host_file(host, path);
	netdb = memory_new(1, sizeof *netdb);
	netdb->has_file = file->state == FILE_READ;
	netdb->files_only = nss_files_only(host, database);
	autofree char *text = memory_copy(
		netdb->has_file ? file->bytes.data : "", file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		add_line(netdb, line);
	host_set_note(host, path, netdb, release);
	return netdb;
}

enum netdb_answer
netdb_find(const struct netdb *netdb, const char *name, const char *protocol,
	long *ret_number)
{
	autofree char *key = make_key(name, protocol);
	const struct netdb_entry *entry = table_get(&netdb->names, key);
	if (entry != NULL) {
		*ret_number = entry->number;
		return NETDB_FOUND;
	}
	if (!netdb->has_file)
		return NETDB_NO_FILE;
	return netdb->files_only ? NETDB_MISSING : NETDB_ELSEWHERE;
}
