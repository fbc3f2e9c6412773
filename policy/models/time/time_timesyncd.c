/* timesyncd.conf(5) and its drop-ins. Sources: manager_parse_config_file and
 * config_parse_servers in timesyncd-conf.c, manager_connect in timesyncd-manager.c and
 * config_parse_many in conf-parser.c of systemd. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/boot/unit_names.h"
#include "policy/models/time/time_reader.h"

/* The first hides what has the same name in a later one. */
static const char *const folders[] = { "/etc/systemd/timesyncd.conf.d",
	"/run/systemd/timesyncd.conf.d", "/usr/local/lib/systemd/timesyncd.conf.d",
	"/usr/lib/systemd/timesyncd.conf.d", "/lib/systemd/timesyncd.conf.d" };

/* Here networkd keeps what DHCP servers say, a file a link. Source: link_save in
 * networkd-state-file.c. */
static const char links_folder[] = "/run/systemd/netif/links";

struct list {
	struct time_source *items;
	size_t count;
};

struct reader {
	struct time_daemon *daemon;
	struct list servers, fallbacks;
	bool has_fallbacks; /* a line says, so that those built in do not count */
	struct place limit; /* of RootDistanceMaxSec=; nowhere: far enough */
	size_t bytes;
};

static void
empty(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	list->count = 0;
}

static void
add_words(struct reader *reader, struct list *list, const char *directive,
	const char *words, struct place place)
{
	autofree char *text = memory_text(words);
	char *rest = NULL;
	if (strpbrk(text, "\\\"'") != NULL)
		time_doubt(reader->daemon, true, place,
			"a quote or a backslash is not followed");
	for (char *word = strtok_r(text, " \t\n\r", &rest); word != NULL;
		word = strtok_r(NULL, " \t\n\r", &rest)) {
		list->items = memory_grow(list->items, list->count, sizeof *list->items);
		list->items[list->count++] = (struct time_source){ memory_text(word),
			directive, TIME_FOLLOWED, place, NULL };
	}
}

/* What a time span of systemd.time(7) is, as config_parse_sec takes it. */
enum span {
	SPAN_NONE, /* it is passed over */
	SPAN_SHORT, /* no server may come up to it */
	SPAN_LONG,
};

static enum span
span_of(const char *text)
{
	static const char *const small[] = { "ms", "msec", "us", "usec", NULL };
	static const char digits[] = "0123456789.";
	enum span span = SPAN_NONE;
	if (strcmp(text, "infinity") == 0)
		return SPAN_LONG;
	while (*text != '\0') {
		size_t size = strspn(text, digits);
		autofree char *number = memory_copy(text, size);
		text += size + strspn(text + size, " \t");
		size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzM");
		autofree char *unit = memory_copy(text, length);
		text += length + strspn(text + length, " \t");
		const char *dot = strchr(number, '.');
		if (size == 0 || (dot != NULL && strchr(dot + 1, '.') != NULL))
			return SPAN_NONE;
		if (!text_is_one_of(unit, small) && !time_is_tiny(number))
			span = SPAN_LONG;
		else if (span == SPAN_NONE)
			span = SPAN_SHORT;
	}
	return span;
}

/* An empty value takes back what was there. */
static void
take_setting(void *data, const char *name, struct traced *value)
{
	struct reader *reader = data;
	bool is_fallback = strcmp(name, "FallbackNTP") == 0;
	struct list *list = is_fallback ? &reader->fallbacks : &reader->servers;
	bool is_limit = strcmp(name, "RootDistanceMaxSec") == 0;
	if (!is_fallback && !is_limit && strcmp(name, "NTP") != 0)
		return;
	struct place place = { value->file, traced_place(value, 0) };
	autofree char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	if (strlen(text) != value->text.size)
		time_doubt(reader->daemon, true, place, "a NUL byte");
	if (is_limit) {
		enum span span = span_of(text);
		if (span != SPAN_NONE)
			reader->limit = span == SPAN_SHORT ? place : (struct place){ 0 };
		return;
	}
	reader->has_fallbacks = reader->has_fallbacks || is_fallback;
	if (*text == '\0')
		empty(list);
	else
		add_words(
			reader, list, is_fallback ? "FallbackNTP=" : "NTP=", text, place);
}

static void
take_file(struct reader *reader, const struct file *file)
{
	/* hidden by a link to /dev/null */
	if (strcmp(file->target, "/dev/null") != 0 &&
		time_readable(reader->daemon, file, &reader->bytes))
		unit_file_read_section(file, "[Time]", take_setting, reader);
}

static void
take_drop_ins(struct reader *reader, struct host *host)
{
	struct time_files files = { 0 };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct name_list names = { 0 };
		autofree char *pattern = memory_printf("%s/*.conf", folders[i]);
		if (host_glob(host, pattern, &names, NULL) < 0)
			time_doubt(reader->daemon, true,
				(struct place){ host_file(host, folders[i]), 0 },
				"it can't be listed");
		for (size_t k = 0; k < names.count; k++)
			time_files_add(&files, memory_text(names.names[k]), i);
		name_list_free(&names);
	}
	time_files_sort(&files);
	for (size_t i = 0; i < files.count; i++)
		take_file(reader, host_file(host, files.items[i].path));
	time_files_free(&files);
}

/* --- what DHCP adds ------------------------------------------------------------------
 */

/* Debian's hook of dhclient(8), and networkd. */
static bool
has_dhcp(struct host *host)
{
	const struct name_list *wanted = &unit_names_read(host)->wanted;
	bool found = host_exists(host, "/etc/dhcp/dhclient-exit-hooks.d/timesyncd") !=
			0 &&
		host_exists(host, "/sbin/dhclient") != 0;
	for (size_t i = 0; i < wanted->count; i++)
		found = found ||
			strcmp(wanted->names[i], "systemd-networkd.service") == 0;
	return found;
}

static void
take_links(struct reader *reader, struct host *host, struct list *links)
{
	struct name_list names = { 0 };
	if (host_exists(host, links_folder) == 0)
		return;
	if (host_list(host, links_folder, &names, NULL) < 0)
		time_doubt(reader->daemon, false,
			(struct place){ host_file(host, links_folder), 0 },
			"it can't be listed, and what DHCP servers say stands there");
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_printf(
			"%s/%s", links_folder, names.names[i]);
		const struct file *file = host_file(host, path);
		if (!time_readable(reader->daemon, file, &reader->bytes))
			continue;
		struct bytes line;
		for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
			start = at) {
			autofree char *text = memory_copy(line.data, line.size);
			if (strncmp(text, "NTP=", 4) == 0)
				add_words(reader, links, "a link's NTP=", text + 4,
					(struct place){ file, start });
		}
	}
	name_list_free(&names);
}

/* Gives the sources to the daemon. */
static void
hand_over(struct time_daemon *daemon, struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		time_add(daemon, TIME_FOLLOWED, list->items[i].directive,
			list->items[i].name, list->items[i].place);
	list->count = 0;
}

void
time_timesyncd_read(struct host *host, struct time_daemon *daemon)
{
	struct reader reader = { .daemon = daemon };
	struct list links = { 0 };
	struct place place = { host_file(host, daemon->path), 0 };
	take_file(&reader, place.file);
	take_drop_ins(&reader, host);
	take_links(&reader, host, &links);
	/* manager_receive_response leaves a server that is farther off */
	if (reader.limit.file != NULL)
		time_doubt(daemon, true, reader.limit,
			"RootDistanceMaxSec=: there may be no server as near as that");
	bool is_empty = reader.servers.count == 0 && links.count == 0;
	hand_over(daemon, &reader.servers);
	hand_over(daemon, &links);
	/* they count where there is no other */
	if (is_empty)
		hand_over(daemon, &reader.fallbacks);
	if (is_empty && !reader.has_fallbacks)
		time_doubt(daemon, false, place,
			"no line has NTP= or FallbackNTP=, so that it falls back on "
			"servers that are built into it");
	if (!host_is_live(host) && has_dhcp(host))
		time_doubt(daemon, is_empty, place,
			"what a DHCP server says counts too, which only the running host "
			"knows");
	empty(&reader.fallbacks);
	free(reader.servers.items);
	free(reader.fallbacks.items);
	free(links.items);
}
