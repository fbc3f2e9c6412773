#include "policy/models/packages/updates.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"

enum { WORDS_MAX = 8, UPDATES_MAX = 10000, APT_SECONDS = 120, DAY = 24 * 60 * 60 };

/* What tells one program's output from another's. */
struct reader {
	struct updates *updates;
	enum {
		LIST_NONE,
		LIST_KEPT_BACK, /* names in indented lines, of apt-get */
		LIST_TABLE, /* of up2date, below its line of dashes */
		LIST_OBSOLETES, /* of dnf: the new name and what it replaces, no update */
	} list;
	size_t upgrades; /* lines "Inst NAME [VERSION] ..." */
	long announced; /* upgrades by apt-get's last line; -1: not there */
	long kept_back; /* the same of those that are not */
	bool is_whole; /* a line says that this is an answer */
	bool is_apt;
	char *wrapped; /* of yum: the name whose version is in the next line; NULL */
	struct table names; /* of those kept back or newer: their number, from 1 */
	bool is_rpm; /* a line is dnf's or yum's */
	long status; /* "exit status N" in the last line; -1: not there */
	bool has_obsoletes; /* packages that replace others are listed */
	bool is_partial; /* a line says that a list of a repository was not fetched */
};

struct row {
	char *words[WORDS_MAX];
	size_t count;
	bool is_indented;
};

static void
cut(char *text, struct row *ret_row)
{
	char *rest = NULL;
	*ret_row = (struct row){ .is_indented = *text == ' ' || *text == '\t' };
	for (char *word = strtok_r(text, " \t\r", &rest);
		word != NULL && ret_row->count < WORDS_MAX;
		word = strtok_r(NULL, " \t\r", &rest))
		ret_row->words[ret_row->count++] = word;
}

static void
refuse(struct updates *updates, const char *reason)
{
	if (updates->problem == NULL)
		updates->problem = memory_text(reason);
}

/* HAVE and OFFERED may be NULL. */
static void
add(struct reader *reader, const char *name, const char *have, const char *offered,
	struct place place)
{
	struct updates *updates = reader->updates;
	if (updates->count == UPDATES_MAX) {
		refuse(updates, "the list has no end");
		return;
	}
	updates->items = memory_grow(
		updates->items, updates->count, sizeof *updates->items);
	updates->items[updates->count++] = (struct update){
		.name = memory_text(name),
		.have = have != NULL ? memory_text(have) : NULL,
		.offered = offered != NULL ? memory_text(offered) : NULL,
		.place = place,
	};
	table_set(&reader->names, name, (void *)updates->count);
}

/* --- apt -----------------------------------------------------------------------------
 */

/* "Inst NAME [HAVE] (OFFERED ORIGIN ...)": pkgSimulate::Install in algorithms.cc. One
 * without HAVE is new, and comes with another. */
static void
take_install(struct reader *reader, struct row *row, struct place place)
{
	char *have = row->count > 2 && row->words[2][0] == '[' ? row->words[2] : NULL;
	char *offered = row->count > 3 && row->words[3][0] == '(' ? row->words[3] : NULL;
	size_t size = have != NULL ? strlen(have) : 0;
	if (have == NULL)
		return;
	if (size < 3 || have[size - 1] != ']' || offered == NULL || offered[1] == '\0') {
		refuse(reader->updates,
			"a line of apt-get's that begins with Inst is "
			"not understood");
		return;
	}
	have[size - 1] = '\0';
	add(reader, row->words[1], have + 1, offered + 1, place);
	reader->upgrades++;
}

static bool
begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* "N upgraded, N newly installed, N to remove and N not upgraded.": Stats in
 * private-output.cc, in the language C. */
static bool
take_summary(struct reader *reader, const char *text)
{
	struct error ignored = ERROR_INIT;
	const char *last = strstr(text, " to remove and ");
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || !begins(text + digits, " upgraded, ") || last == NULL)
		return false;
	last += strlen(" to remove and ");
	autofree char *upgraded = memory_copy(text, digits),
		      *others = memory_copy(last, strspn(last, "0123456789"));
	if (reader->is_whole || strcmp(last + strlen(others), " not upgraded.") != 0 ||
		text_number(upgraded, 0, 1000000, &reader->announced, &ignored) < 0 ||
		text_number(others, 0, 1000000, &reader->kept_back, &ignored) < 0)
		refuse(reader->updates, "apt-get's last line is not understood");
	error_clear(&ignored);
	reader->is_whole = reader->is_apt = true;
	return true;
}

/* apt-get breaks its lines where the next name does not fit. */
static void
take_kept_back(struct reader *reader, char *text, struct place place)
{
	char *rest = NULL;
	struct updates *updates = reader->updates;
	for (char *name = strtok_r(text, " \t\r", &rest); name != NULL;
		name = strtok_r(NULL, " \t\r", &rest)) {
		if (table_get(&reader->names, name) == NULL)
			add(reader, name, NULL, NULL, place);
		size_t number = (size_t)table_get(&reader->names, name);
		if (number > 0)
			updates->items[number - 1].is_kept_back = true;
	}
}

/* What apt-get says was upgraded and kept back must be what it listed. */
static void
end_apt(struct reader *reader)
{
	long kept_back = 0;
	for (size_t i = 0; i < reader->updates->count; i++)
		kept_back += reader->updates->items[i].is_kept_back;
	if (reader->is_apt &&
		((long)reader->upgrades != reader->announced ||
			kept_back != reader->kept_back))
		refuse(reader->updates,
			"apt-get lists another number of packages than it counts: record "
			"`apt-get -s dist-upgrade` whole, in the language C");
}

/* --- rpm -----------------------------------------------------------------------------
 */

static const char *const architectures[] = { "noarch", "i386", "i486", "i586", "i686",
	"athlon", "geode", "x86_64", "x86_64_v2", "x86_64_v3", "amd64", "alpha", "sparc",
	"sparc64", "loongarch64", "mips64el", "armv5tel", "armv6hl", "ia64", "ppc",
	"ppc64", "ppc64le", "s390", "s390x", "aarch64", "armv7hl", "riscv64", NULL };

/* Cuts the architecture off "NAME.ARCHITECTURE". */
static bool
cut_architecture(char *word)
{
	char *dot = strrchr(word, '.');
	if (dot == NULL || dot == word || !text_is_one_of(dot + 1, architectures))
		return false;
	*dot = '\0';
	return true;
}

/* "NAME.ARCHITECTURE VERSION REPOSITORY" of dnf and yum check-update; yum puts what
 * follows a long name into the next line. */
static bool
take_check_update(struct reader *reader, struct row *row, struct place place)
{
	if (reader->wrapped != NULL && row->is_indented && row->count == 2) {
		add(reader, reader->wrapped, NULL, row->words[0], place);
		free(reader->wrapped);
		reader->wrapped = NULL;
		return true;
	}
	if (row->is_indented || (row->count != 3 && row->count != 1))
		return false;
	if (!cut_architecture(row->words[0])) {
		/* a row all the same: of an architecture that is not known */
		if (row->count == 3 && strchr(row->words[0], '.') != NULL &&
			isdigit((unsigned char)row->words[1][0]))
			refuse(reader->updates,
				"a line that seems to list a package has an architecture "
				"that is not known");
		return false;
	}
	reader->is_whole = reader->is_rpm = true;
	if (row->count == 3)
		add(reader, row->words[0], NULL, row->words[1], place);
	else if (reader->wrapped == NULL)
		reader->wrapped = memory_text(row->words[0]);
	else
		return false;
	return true;
}

/* A line that dnf (5: setup of repositories, on the standard error) and yum begin with,
 * be there anything newer or not. */
static bool
is_heading(const char *text)
{
	return begins(text, "Last metadata expiration check") ||
		begins(text, "Updating and loading repositories:") ||
		begins(text, "Loaded plugins:");
}

/* "Last metadata expiration check: 200 days, 3:00:00 ago on ...", as Python writes a
 * timedelta; of old "check performed 3:00:00 ago". It is the age of the youngest list, so
 * that others may be older. Source: fill_sack in base.py of dnf 4.
 */
static void
take_age(struct updates *updates, const char *text)
{
	static const char start[] = "Last metadata expiration check";
	struct error ignored = ERROR_INIT;
	long days = 0;
	if (!begins(text, start))
		return;
	text += sizeof start - 1;
	text += begins(text, ": ") ? 2 : begins(text, " performed ") ? 11 : 0;
	size_t digits = strspn(text, "0123456789");
	autofree char *number = memory_copy(text, digits);
	bool is_days = begins(text + digits, " day, ") ||
		begins(text + digits, " days, ");
	if (digits == 0 || (!is_days && text[digits] != ':') ||
		(is_days && text_number(number, 0, 1000000, &days, &ignored) < 0))
		refuse(updates,
			"how old dnf's lists are can't be told: record it in the "
			"language C");
	error_clear(&ignored);
	if (days > updates->lists_age)
		updates->lists_age = days;
}

/* Whether a line says that a repository's list was not fetched, and what is newer there
 * is not known. Sources: apt-pkg/acquire*.cc and apt-private/acqprogress.cc of apt;
 * yumRepo.py of yum; base.py of dnf 4; messages of curl. */
static bool
is_failed_fetch(const char *text)
{
	static const char *const starts[] = { "W: Failed to fetch", "W: Some index files",
		"Err:", "Err ", "Ignoring repositories:", NULL },
				 *const parts[] = { "[Errno ", "Could not resolve host",
					 "Failed to download metadata", NULL };
	for (size_t i = 0; starts[i] != NULL; i++)
		if (begins(text, starts[i]))
			return true;
	for (size_t i = 0; parts[i] != NULL; i++)
		if (strstr(text, parts[i]) != NULL)
			return true;
	return false;
}

/* "exit status N", which a person adds: dnf(8) and yum(8) end with 100 where something is
 * newer, with 0 where nothing is, and a list of theirs has no other end. */
static bool
take_status(struct reader *reader, const char *text)
{
	static const char start[] = "exit status ";
	struct error ignored = ERROR_INIT;
	if (!begins(text, start) || reader->status != -1)
		return false;
	bool is_one = text_number(text + sizeof start - 1, 0, 255, &reader->status,
			      &ignored) == 0;
	error_clear(&ignored);
	return is_one;
}

static void
end_rpm(struct reader *reader)
{
	struct updates *updates = reader->updates;
	long wanted = updates->count > 0 ? 100 : 0;
	if (!reader->is_rpm)
		return;
	if (reader->status == -1)
		updates->doubt = "whether the list is whole can't be told: record "
				 "`dnf check-update; echo exit status $?`";
	else if (reader->status == 100 && reader->has_obsoletes && wanted == 0)
		updates->doubt = "packages that replace installed ones are outstanding";
	else if (reader->status != wanted)
		refuse(updates,
			"the exit status is not that of such a list: 100 where something "
			"is newer, 0 where nothing is");
}

/* --- lines ---------------------------------------------------------------------------
 */

/* What is in a line that is none of the tables'. */
static void
take_plain(struct reader *reader, const char *text, struct row *row, struct place place)
{
	if (strcmp(row->words[0], "Inst") == 0 && row->count > 1)
		take_install(reader, row, place);
	else if (begins(text, "The following packages have been kept back") ||
		begins(text, "The following upgrades have been deferred"))
		reader->list = LIST_KEPT_BACK;
	else if (begins(text, "E: ") || begins(text, "Error: ") ||
		strcmp(text, "Error:") == 0 || begins(text, "Errors during ") ||
		begins(text, "Failed to ") || begins(text, "Cannot "))
		refuse(reader->updates, text);
	else if (begins(text, "Obsoleting Packages") ||
		begins(text, "Obsoleting packages")) {
		reader->list = LIST_OBSOLETES;
		reader->has_obsoletes = true;
	} else if (begins(text, "-----"))
		reader->list = LIST_TABLE;
	else
		(void)take_check_update(reader, row, place);
}

static void
take_line(struct reader *reader, struct bytes line, struct place place)
{
	autofree char *text = memory_copy(line.data, line.size);
	autofree char *copy = memory_text(text);
	struct row row;
	cut(copy, &row);
	if (is_heading(text))
		reader->is_whole = reader->is_rpm = true;
	take_age(reader->updates, text);
	reader->is_partial = reader->is_partial || is_failed_fetch(text);
	if (strcmp(text, "All packages are currently up to date") == 0)
		reader->is_whole = true; /* of up2date */
	if (row.count == 0) {
		reader->list = reader->list == LIST_TABLE ? LIST_NONE : reader->list;
	} else if (take_status(reader, text) || take_summary(reader, text)) {
		reader->list = LIST_NONE;
	} else if (reader->list == LIST_KEPT_BACK && row.is_indented) {
		take_kept_back(reader, text, place);
	} else if (reader->list == LIST_TABLE) {
		reader->is_whole = true;
		if (row.count >= 3)
			add(reader, row.words[0], NULL, row.words[1], place);
	} else if (reader->list != LIST_OBSOLETES) {
		reader->list = LIST_NONE;
		take_plain(reader, text, &row, place);
	}
}

static void
read_output(struct updates *updates, struct bytes output, const struct file *file)
{
	struct reader reader = { .updates = updates, .announced = -1, .status = -1 };
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(output, &at, &line); start = at)
		take_line(&reader, line, (struct place){ file, start });
	end_apt(&reader);
	end_rpm(&reader);
	if (reader.is_partial)
		updates->doubt = "a line says that a list was not fetched: what is newer "
				 "there is not known";
	if (!reader.is_whole)
		refuse(updates,
			"it is no whole output of `apt-get -s dist-upgrade`, "
			"`dnf check-update`, `yum check-update` or `up2date -l`");
	if (reader.wrapped != NULL)
		refuse(updates, "its last line is not whole");
	free(reader.wrapped);
	table_free(&reader.names);
}

/* --- asked ---------------------------------------------------------------------------
 */

/* It writes no cache and no log of its planner, and changes no user for the programs that
 * fetch, which have nothing to do: apt.conf(5). */
static const char *const apt_get[] = { "/usr/bin/apt-get", "-s", "-q", "-o",
	"Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "-o",
	"Dir::Log::Planner=", "-o", "Dir::Log::Solver=", "-o", "APT::Sandbox::User=root",
	"dist-upgrade", NULL };

/* apt.conf(5) can move what is read, and have snapshots read in its place. */
static const char *const apt_config[] = { "/usr/bin/apt-config", "shell", "lists",
	"Dir::State::lists/d", "list", "Dir::Etc::sourcelist/f", "parts",
	"Dir::Etc::sourceparts/d", "snapshot", "APT::Snapshot", NULL };
static const char *const usual[] = { "lists='/var/lib/apt/lists/'",
	"list='/etc/apt/sources.list'", "parts='/etc/apt/sources.list.d/'", NULL };

static struct live_answer apt_answer, places_answer;

const struct live_question updates_questions[] = {
	{ .argv = apt_get, .seconds = APT_SECONDS, .answer = &apt_answer },
	{ .argv = apt_config, .seconds = APT_SECONDS, .answer = &places_answer },
	{ 0 },
};

char *
updates_places_problem(void)
{
	char *rest = NULL;
	size_t count = 0;
	if (places_answer.output == NULL || places_answer.wrong != NULL)
		return memory_printf("where apt keeps its lists can't be told: %s",
			places_answer.wrong != NULL ? places_answer.wrong
						    : "apt-config is not here");
	autofree char *text = memory_text(places_answer.output);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest), count++)
		if (!text_is_one_of(line, usual))
			return memory_printf(
				"apt.conf(5) has apt read elsewhere, which is "
				"not followed: %s",
				line);
	return count == sizeof usual / sizeof *usual - 1
		? NULL
		: memory_text("where apt keeps its lists can't be told");
}

static void
ask(struct updates *updates)
{
	if (apt_answer.output == NULL)
		updates->problem = memory_text(
			"apt-get is not here, or was not asked, which an audit alone "
			"does: needs evidence");
	else if (apt_answer.wrong != NULL)
		updates->problem = memory_printf("apt-get: %s", apt_answer.wrong);
	else {
		updates->asked.path = "apt-get -s dist-upgrade";
		updates->asked.state = FILE_READ;
		updates->asked.bytes = BYTES_TEXT(apt_answer.output);
		read_output(updates, updates->asked.bytes, &updates->asked);
	}
}

void
updates_read(const struct context *context, const struct recorded *recorded,
	struct updates *ret_updates)
{
	*ret_updates = (struct updates){ 0 };
	if (recorded->state == RECORDED_READ)
		read_output(ret_updates, recorded->file.bytes, &recorded->file);
	else if (recorded->state == RECORDED_NOT && host_is_live(context->host))
		ask(ret_updates);
	else
		ret_updates->problem = memory_text(recorded->reason);
}

void
updates_free(struct updates *updates)
{
	for (size_t i = 0; i < updates->count; i++) {
		free(updates->items[i].name);
		free(updates->items[i].have);
		free(updates->items[i].offered);
	}
	free(updates->items);
	free(updates->problem);
	*updates = (struct updates){ 0 };
}
