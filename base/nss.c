#include "base/nss.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"

static const char blanks[] = " \t\r\v\f";

/* A folder that holds anything; one that can't be read may. */
static bool
holds_names(struct host *host, const char *path)
{
	struct name_list list = { 0 };
	struct error error = ERROR_INIT;
	bool holds = host_list(host, path, &list, &error) < 0
		? host_has_name(host, path) != 0
		: list.count > 0;
	name_list_free(&list);
	error_clear(&error);
	return holds;
}

/* nss-systemd(8): besides what it makes up, the records of userdb and of homed. */
static bool
has_systemd_records(struct host *host)
{
	static const char *const folders[] = { "/etc/userdb", "/run/userdb",
		"/run/host/userdb", "/usr/lib/userdb", "/usr/local/lib/userdb",
		"/var/lib/systemd/home", NULL };
	for (const char *const *folder = folders; *folder != NULL; folder++)
		if (holds_names(host, *folder))
			return true;
	return false;
}

/* nss_altfiles, by where distributions have it look. */
static bool
has_alternative(struct host *host, const char *database)
{
	static const char *const folders[] = { "/lib", "/usr/lib", "/usr/etc",
		"/usr/share/defaults/etc", NULL };
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		autofree char *path = memory_printf("%s/%s", *folder, database);
		if (host_has_name(host, path) != 0)
			return true;
	}
	return false;
}

/* Whether sssd may answer its module, which looks into the daemon's cache and then asks
 * at its socket; a container has both from its host. A root without programs does not
 * say. Source: sssd src/sss_client/nss_passwd.c, common.c sss_nss_make_request. */
static bool
has_sssd(struct host *host)
{
	static const char *const paths[] = { "/usr/sbin/sssd", "/usr/bin/sssd",
		"/usr/local/sbin/sssd", "/usr/libexec/sssd/sssd_nss",
		"/usr/lib/sssd/sssd_nss", "/usr/lib64/sssd/sssd_nss",
		"/var/lib/sss/pipes/nss", NULL };
	for (const char *const *path = paths; *path != NULL; path++)
		if (host_has_name(host, *path) != 0)
			return true;
	return holds_names(host, "/var/lib/sss/mc") || !holds_names(host, "/usr/sbin");
}

/* Whether ld.so(8) may find libnss_SOURCE.so.2 under the root, in a folder of its own or
 * in one that its cache names, and it can answer: else glibc goes on as if the source
 * were unavailable (nss/nss_module.c). A root without libc does not say. */
static bool
find_available(struct host *host, const char *source)
{
	static const char *const folders[] = { "/lib/*-linux-gnu*",
		"/usr/lib/*-linux-gnu*", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
		NULL };
	bool has_libc = false, found = false;
	if (strchr(source, '/') != NULL || strpbrk(source, "*?[\\") != NULL)
		return true;
	for (const char *const *folder = folders; *folder != NULL && !found; folder++) {
		autofree char *pattern = memory_printf(
			"%s/libnss_%s.so.2", *folder, source);
		autofree char *libc = memory_printf("%s/libc.so.6", *folder);
		struct name_list list = { 0 };
		found = host_glob(host, pattern, &list, NULL) < 0 || list.count > 0;
		name_list_free(&list);
		has_libc = has_libc ||
			(host_glob(host, libc, &list, NULL) == 0 && list.count > 0);
		name_list_free(&list);
	}
	if (found && strcmp(source, "sss") == 0)
		return has_sssd(host);
	const struct file *cache = host_file(host, "/etc/ld.so.cache");
	autofree char *name = memory_printf("libnss_%s.so", source);
	return found || !has_libc || cache->state == FILE_REFUSED ||
		(cache->state == FILE_READ &&
			memmem(cache->bytes.data, cache->bytes.size, name,
				strlen(name)) != NULL);
}

static void
release(void *memory)
{
	table_free(memory);
	free(memory);
}

/* The same, asked once of each source. */
static bool
is_available(struct host *host, const char *source)
{
	static const char key[] = "nss sources";
	static char yes, no;
	struct table *known = host_note(host, key);
	if (known == NULL) {
		known = memory_new(1, sizeof *known);
		host_set_note(host, key, known, release);
	}
	if (table_get(known, source) == NULL)
		table_set(known, source, find_available(host, source) ? &yes : &no);
	return table_get(known, source) == &yes;
}

/* Whether SOURCE can know no name that the file has not. */
static bool
adds_nothing(struct host *host, const char *database, const char *source)
{
	static const char *const made_up[] = { "compat", "mymachines", "myhostname",
		NULL };
	autofree char *db = memory_printf("/var/db/%s.db", database);
	if (strcmp(source, "files") == 0 || text_is_one_of(source, made_up))
		return true;
	if (strcmp(source, "systemd") == 0)
		return !has_systemd_records(host);
	if (strcmp(source, "db") == 0)
		return host_has_name(host, db) == 0;
	if (strcmp(source, "altfiles") == 0)
		return !has_alternative(host, database);
	return !is_available(host, source);
}

/* What follows a source: [STATUS=action ...], "" when nothing does. */
struct source {
	char *name, *action;
};

/* Takes the next source of *REST, which it changes: names end at a blank or a bracket. */
static bool
next_source(char **rest, struct source *ret_source)
{
	char *p = *rest + strspn(*rest, blanks);
	if (*p == '\0')
		return false;
	ret_source->name = p;
	p += strcspn(p, " \t\r\v\f[");
	char *bracket = p + strspn(p, blanks);
	ret_source->action = (char *)"";
	if (*bracket == '[') {
		char *end = bracket + strcspn(bracket, "]");
		*rest = end + (*end != '\0');
		*bracket = *p = *end = '\0';
		ret_source->action = bracket + 1;
		for (char *c = bracket + 1; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		return true;
	}
	*rest = p + (*p != '\0');
	*p = '\0';
	return true;
}

static bool
line_adds_nothing(struct host *host, const char *database, char *line)
{
	struct source source;
	while (next_source(&line, &source))
		if (!adds_nothing(host, database, source.name))
			return false;
	return true;
}

static enum nss_standing
line_standing(struct host *host, char *line)
{
	static const char *const built_in[] = { "dns", "db", "compat", NULL };
	struct source source;
	enum nss_standing standing = NSS_NONE;
	while (next_source(&line, &source)) {
		bool is_file = strcmp(source.name, "files") == 0;
		if (!is_file && !text_is_one_of(source.name, built_in) &&
			!is_available(host, source.name) && source.action[0] == '\0')
			continue; /* UNAVAIL: the next one is asked */
		if (standing == NSS_ALONE)
			return NSS_FIRST;
		if (!is_file || strchr(source.action, '!') != NULL ||
			strstr(source.action, "SUCCESS") != NULL)
			return NSS_BESIDE;
		standing = NSS_ALONE;
		if (strstr(source.action, "NOTFOUND=RETURN") != NULL)
			break;
	}
	return standing;
}

/* What follows the name of DATABASE in LINE, NULL when it is no line of it: a colon or a
 * blank ends the name. */
static char *
line_of(char *line, const char *database)
{
	size_t length = strlen(database);
	line[strcspn(line, "#")] = '\0';
	line += strspn(line, blanks);
	if (strncmp(line, database, length) != 0 || line[length] == '\0' ||
		strchr(" \t\r\v\f:", line[length]) == NULL)
		return NULL;
	line += length;
	return line + strspn(line, " \t\r\v\f:");
}

bool
nss_files_only(struct host *host, const char *database)
{
	const struct file *file = host_file(host, "/etc/nsswitch.conf");
	if (file->state != FILE_READ)
		return file->state == FILE_ABSENT;
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char *sources = line_of(line, database);
		if (sources != NULL && !line_adds_nothing(host, database, sources))
			return false;
	}
	return true;
}

enum nss_standing
nss_standing(struct host *host, const char *database)
{
	const struct file *file = host_file(host, "/etc/nsswitch.conf");
	/* without a line: files, but for hosts, where dns comes first or second */
	bool is_hosts = strcmp(database, "hosts") == 0, has_line = false;
	enum nss_standing worst = NSS_NONE;
	if (file->state == FILE_REFUSED)
		return NSS_BESIDE;
	autofree char *text = memory_copy(
		file->state == FILE_READ ? file->bytes.data : "", file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char *sources = line_of(line, database);
		if (sources == NULL)
			continue;
		enum nss_standing standing = line_standing(host, sources);
		if (has_line && standing != worst)
			worst = NSS_BESIDE;
		else
			worst = standing;
		has_line = true;
	}
	return has_line ? worst : is_hosts ? NSS_BESIDE : NSS_ALONE;
}
