#include "policy/models/cron/cron_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

struct cron_job *
cron_table_add(struct cron_table *table)
{
	table->jobs = memory_grow(table->jobs, table->count, sizeof *table->jobs);
	table->jobs[table->count] = (struct cron_job){ 0 };
	return &table->jobs[table->count++];
}

void
cron_table_fill(struct cron_table *table)
{
	if (!table->is_full)
		cron_table_skip(table, "/etc/crontab", (struct place){ 0 }, true,
			memory_text("too much is started, and not all of it is "
				    "followed"));
	table->is_full = true;
}

bool
cron_table_is_full(struct host *host, struct cron_table *table)
{
	if (table->count >= CRON_JOBS_MAX || table->skipped_count >= CRON_JOBS_MAX ||
		host_listed(host) - table->listed > HOST_LISTED_MAX)
		cron_table_fill(table);
	return table->is_full;
}

void
cron_table_skip(struct cron_table *table, const char *path, struct place place,
	bool is_doubt, char *reason)
{
	table->skipped = memory_grow(
		table->skipped, table->skipped_count, sizeof *table->skipped);
	table->skipped[table->skipped_count++] = (struct cron_skipped){
		.path = memory_text(path),
		.place = place,
		.reason = reason,
		.is_doubt = is_doubt,
	};
}

static void
cron_table_free(struct cron_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->jobs[i].command);
		free(table->jobs[i].doubt);
		free(table->jobs[i].hindrance);
		shell_commands_free(&table->jobs[i].commands);
	}
	for (size_t i = 0; i < table->script_count; i++)
		shell_commands_free(&table->scripts[i].commands);
	for (size_t i = 0; i < table->skipped_count; i++) {
		free(table->skipped[i].path);
		free(table->skipped[i].reason);
	}
	free(table->jobs);
	free(table->scripts);
	free(table->skipped);
	free(table->anacron_doubt);
	*table = (struct cron_table){ 0 };
}

struct cron_installed
cron_installed(struct host *host)
{
	static const char generator[] = "systemd/system-generators/"
					"systemd-crontab-generator";
	struct cron_installed installed = { 0 };
	const struct file *crond = host_file(host, "/usr/sbin/crond");
	autofree char *old = memory_printf("/lib/%s", generator),
		      *new = memory_printf("/usr/lib/%s", generator);
	installed.flavours[CRON_DEBIAN] = host_exists(host, "/usr/sbin/cron") == 1;
	installed.flavours[CRON_CRONIE] = crond->state != FILE_ABSENT;
	if (strcmp(text_base_name(crond->target), "busybox") == 0) {
		installed.problem = "busybox's crond is not followed";
		installed.is_doubt = true;
	} else if (installed.flavours[CRON_DEBIAN] || installed.flavours[CRON_CRONIE]) {
		return installed;
	} else if (host_exists(host, old) == 1 || host_exists(host, new) == 1) {
		installed.problem = "systemd-cron is not followed";
		installed.is_doubt = true;
	} else if (host_exists(host, "/usr/sbin") != 0) {
		installed.problem = "there is no /usr/sbin/cron and no /usr/sbin/crond";
	} else {
		installed.flavours[CRON_DEBIAN] = host_exists(host,
							  "/etc/redhat-release") != 1;
		installed.flavours[CRON_CRONIE] = host_exists(host,
							  "/etc/debian_version") != 1;
	}
	return installed;
}

/* --- which files count ---------------------------------------------------------------
 */

/* Why cron takes no notice of a file called NAME; NULL when it does. */
static const char *
refuse_name(enum cron_flavour flavour, const char *name, bool is_own)
{
	static const char *const ends[] = { "~", ".rpmsave", ".rpmorig", ".rpmnew" };
	size_t size = strlen(name);
	if (name[0] == '.')
		return "cron passes over names with a dot in front";
	if (flavour == CRON_DEBIAN) {
		for (const char *byte = name; !is_own && *byte != '\0'; byte++)
			if (!isalnum((unsigned char)*byte) && *byte != '_' &&
				*byte != '-')
				return "cron passes over names with other bytes than "
				       "letters, digits, _ and -";
		return NULL;
	}
	if (name[0] == '#')
		return "cron passes over names with # in front";
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (size >= strlen(ends[i]) &&
			strcmp(name + size - strlen(ends[i]), ends[i]) == 0)
			return "cron passes over names that end so";
	return NULL;
}

/* The same for the FILE itself. The owner of a link to it is not looked at. */
static const char *
refuse_file(struct host *host, enum cron_flavour flavour, const struct file *file,
	const struct principal *owner)
{
	const struct stat *status = &file->status;
	uid_t uid = host_owner(host, status);
	bool is_debian = flavour == CRON_DEBIAN;
	if (file->is_link && is_debian && owner != NULL)
		return "cron follows no link to a user's crontab";
	if (uid != 0 && (owner == NULL || uid != owner->uid))
		return owner == NULL ? "cron ignores it, as it is not root's"
				     : "cron ignores it, as it is another user's";
	if (is_debian ? (owner == NULL ? (status->st_mode & 022) != 0
				       : (status->st_mode & 07777) != 0600)
		      : (status->st_mode & 07533) != 0400)
		return is_debian && owner != NULL
			? "cron ignores it, as its mode is not 0600"
			: "cron ignores it for its mode, by which others may write";
	if (status->st_nlink > 1 && (is_debian || owner != NULL))
		return "cron ignores it, as it has more than one link";
	return NULL;
}

/* --- crontabs ------------------------------------------------------------------------
 */

struct reading {
	struct host *host;
	enum cron_flavour flavour;
	const struct principals *principals;
	bool has_lsb_names; /* Debian's cron may be started with -l */
	struct cron_table *table;
};

bool
cron_line_counts(const char *line)
{
	line += strspn(line, " \t");
	return *line != '#' && *line != '\0';
}

/* Why what ENTRY starts can't be told; NULL. */
static char *
doubt_command(struct host *host, const struct cron_entry *entry)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };
	if (entry->shell != NULL &&
		(!text_is_one_of(text_base_name(entry->shell), shells) ||
			shell_is_missing(host, entry->shell)))
		return memory_printf(
			"SHELL=%s is not there, or not followed", entry->shell);
	if (strchr(entry->command, '\r') != NULL)
		return memory_text("a carriage return at the end of its line is a part "
				   "of the command");
	return NULL;
}

static void
add_entry(struct reading *reading, const struct file *file, const struct principal *owner,
	struct cron_entry *entry)
{
	const struct principal *user = entry->user != NULL
		? principals_user(reading->principals, entry->user)
		: owner;
	size_t first = reading->table->count;
	char *doubt = entry->doubt != NULL ? entry->doubt
					   : doubt_command(reading->host, entry);
	struct cron_job *job = cron_table_add(reading->table);
	*job = (struct cron_job){
		.times = entry->times,
		.at_boot = entry->at_boot,
		.command = entry->command,
		.is_others = user != NULL && user->uid != 0,
		.place = { file, entry->offset },
		.doubt = doubt,
	};
	entry->command = NULL;
	entry->doubt = NULL;
	cron_commands_add(reading->host, reading->table, first);
	struct cron_job copy = reading->table->jobs[first];
	cron_parts_add(reading->host, reading->flavour, &copy, reading->table);
}

static void
read_tab(struct reading *reading, const char *path, const struct principal *owner)
{
	const struct file *file = host_file(reading->host, path);
	struct cron_table *table = reading->table;
	struct cron_tab tab;
	if (file->state == FILE_ABSENT && !file->is_link)
		return;
	if (file->state != FILE_READ) {
		cron_table_skip(table, path, (struct place){ 0 },
			file->state == FILE_REFUSED,
			memory_text(file->state == FILE_REFUSED
					? file->reason
					: "a link that leads nowhere"));
		return;
	}
	const char *refused = refuse_file(reading->host, reading->flavour, file, owner);
	if (refused != NULL) {
		cron_table_skip(
			table, path, (struct place){ 0 }, false, memory_text(refused));
		return;
	}
	cron_tab_read(file, reading->flavour, owner, reading->principals, &tab);
	if (tab.doubt != NULL) {
		cron_table_skip(
			table, path, (struct place){ 0 }, true, memory_text(tab.doubt));
	} else if (tab.ignored != NULL) {
		cron_table_skip(table, path,
			(struct place){ file, tab.bad[tab.bad_count - 1].offset }, false,
			memory_text(tab.ignored));
		table->skipped[table->skipped_count - 1].is_refused = true;
	} else {
		for (size_t i = 0;
			i < tab.bad_count && table->skipped_count < CRON_JOBS_MAX; i++) {
			cron_table_skip(table, path,
				(struct place){ file, tab.bad[i].offset }, false,
				memory_printf("cron leaves out this line: %s",
					tab.bad[i].reason));
			table->skipped[table->skipped_count - 1].is_refused = true;
			table->skipped[table->skipped_count - 1].is_line = true;
		}
		for (size_t i = 0;
			i < tab.count && !cron_table_is_full(reading->host, table); i++)
			add_entry(reading, file, owner, &tab.items[i]);
	}
	cron_tab_free(&tab);
}

/* Whether FILE is one of those whose name cron takes; tells the table when not. */
static bool
takes_name(struct reading *reading, const char *folder, const char *name, bool is_own)
{
	const char *refused = refuse_name(reading->flavour, name, is_own);
	autofree char *path = memory_printf("%s/%s", folder, name);
	bool is_doubt = reading->has_lsb_names && !is_own && name[0] != '.';
	if (is_doubt)
		refused = "cron may be started with -l, by which names count otherwise";
	if (refused == NULL)
		return true;
	cron_table_skip(reading->table, path, (struct place){ 0 }, is_doubt,
		memory_text(refused));
	return false;
}

static void
read_folder(struct reading *reading, const char *folder, bool is_own)
{
	struct name_list names = { 0 };
	struct error err = ERROR_INIT;
	if (host_list(reading->host, folder, &names, &err) < 0) {
		if (host_exists(reading->host, folder) != 0)
			cron_table_skip(reading->table, folder, (struct place){ 0 }, true,
				memory_text(err.text));
		error_clear(&err);
		return;
	}
	for (size_t i = 0;
		i < names.count && !cron_table_is_full(reading->host, reading->table);
		i++) {
		autofree char *path = memory_printf("%s/%s", folder, names.names[i]);
		const struct principal *owner = is_own
			? principals_user(reading->principals, names.names[i])
			: NULL;
		struct stat status;
		autofree char *target = NULL;
		if (host_status(reading->host, path, &status, &target) == 0 &&
			S_ISDIR(status.st_mode))
			continue;
		if (!takes_name(reading, folder, names.names[i], is_own))
			continue;
		if (is_own && owner == NULL)
			cron_table_skip(reading->table, path, (struct place){ 0 },
				!reading->principals->users_complete,
				memory_text("there is no user of that name"));
		else
			read_tab(reading, path, owner);
	}
	name_list_free(&names);
}

/* Whether EXTRA_OPTS of Debian's defaults has -l, or something that is not understood. */
static bool
may_have_lsb_names(struct host *host)
{
	const struct file *file = host_file(host, "/etc/default/cron");
	struct bytes line;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *options = cron_line_counts(text) ? strstr(text, "OPTS")
							     : NULL;
		if (options != NULL && strchr(options, 'l') != NULL)
			return true;
	}
	return false;
}

/* Adds the jobs of all crontabs. */
static void
add_tabs(struct host *host, enum cron_flavour flavour, struct cron_table *table)
{
	struct reading reading = { .host = host, .flavour = flavour, .table = table };
	reading.has_lsb_names = flavour == CRON_DEBIAN && may_have_lsb_names(host);
	reading.principals = principals_of(host);
	read_tab(&reading, "/etc/crontab", NULL);
	read_folder(&reading, "/etc/cron.d", false);
	read_folder(&reading,
		flavour == CRON_DEBIAN ? "/var/spool/cron/crontabs" : "/var/spool/cron",
		true);
}

static void
release(void *memory)
{
	cron_table_free(memory);
	free(memory);
}

const struct cron_table *
cron_table_get(struct host *host, bool crontabs, enum cron_flavour flavour)
{
	autofree char *key = memory_printf("cron %d %d", crontabs, flavour);
	struct cron_table *table = host_note(host, key);
	if (table != NULL)
		return table;
	table = memory_new(1, sizeof *table);
	table->listed = host_listed(host);
	if (crontabs)
		add_tabs(host, flavour, table);
	size_t first = table->count;
	cron_timers_add(host, table);
	cron_commands_add(host, table, first);
	cron_anacron_add(host, flavour, table);
	host_set_note(host, key, table, release);
	return table;
}

const struct cron_table *
cron_table_tabs(struct host *host, enum cron_flavour flavour)
{
	autofree char *key = memory_printf("crontabs %d", flavour);
	struct cron_table *table = host_note(host, key);
	if (table != NULL)
		return table;
	table = memory_new(1, sizeof *table);
	table->listed = host_listed(host);
	add_tabs(host, flavour, table);
	host_set_note(host, key, table, release);
	return table;
}
