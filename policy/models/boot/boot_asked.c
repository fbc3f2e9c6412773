#include "policy/models/boot/boot_asked.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/cron/cron_table.h"

/* A value in one of their files. */
struct line {
	const struct file *file;
	size_t offset;
	const char *key; /* what stands before it */
	char *value;
	bool has_unit; /* of D-Bus: the file names one */
};

typedef void
line_reader(void *data, const struct line *line);

/* Hands on the files that PATTERNS (NULL ends) match, of those with one name the first.
 * False: there is more than is read. */
static bool
read_files(struct host *host, const char *const *patterns,
	void (*read)(const struct file *file, line_reader *reader, void *data),
	line_reader *reader, void *data)
{
	struct table seen = { 0 };
	bool is_whole = true;
	for (; *patterns != NULL; patterns++) {
		struct name_list list = { 0 };
		if (host_glob(host, *patterns, &list, NULL) < 0)
			continue;
		for (size_t i = 0; i < list.count && is_whole; i++) {
			const char *base = text_base_name(list.names[i]);
			bool is_first = table_get(&seen, base) == NULL;
			const struct file *file = is_first
				? boot_naming_take(host, list.names[i])
				: NULL;
			table_set(&seen, base, &seen);
			is_whole = !is_first || file != NULL;
			if (file != NULL && file->bytes.size > 0)
				read(file, reader, data);
		}
		name_list_free(&list);
	}
	table_free(&seen);
	return is_whole;
}

/* KEY=="VALUE", KEY+="VALUE", ... */
static void
read_rules(const struct file *file, line_reader *reader, void *data)
{
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		char *rest = text, *quote;
		while (cron_line_counts(text) && (quote = strchr(rest, '"')) != NULL) {
			char *value = quote + 1, *end = value;
			while (*end != '\0' && *end != '"')
				end += 1 + (*end == '\\' && end[1] != '\0');
			const char *key = rest;
			*quote = '\0';
			rest = end + (*end != '\0');
			*end = '\0';
			reader(data, &(struct line){ file, start, key, value, false });
		}
	}
}

/* Exec=, SystemdService= */
static void
read_service(const struct file *file, line_reader *reader, void *data)
{
	static const char unit[] = "SystemdService";
	bool has_unit = memmem(file->bytes.data, file->bytes.size, unit,
				sizeof unit - 1) != NULL;
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		char *equals = strchr(text, '=');
		if (!cron_line_counts(text) || equals == NULL)
			continue;
		*equals = '\0';
		text[strcspn(text, " \t")] = '\0';
		char *value = equals + 1 + strspn(equals + 1, " \t");
		value[strcspn(value, "\r")] = '\0';
		reader(data, &(struct line){ file, start, text, value, has_unit });
	}
}

static bool
read_all_rules(struct host *host, line_reader *reader, void *data)
{
	static const char *const patterns[] = { "/etc/udev/rules.d/*.rules",
		"/run/udev/rules.d/*.rules", "/usr/local/lib/udev/rules.d/*.rules",
		"/usr/lib/udev/rules.d/*.rules", "/lib/udev/rules.d/*.rules", NULL };
	return read_files(host, patterns, read_rules, reader, data);
}

static bool
read_all_services(struct host *host, line_reader *reader, void *data)
{
	static const char *const patterns[] = { "/etc/dbus-1/system-services/*.service",
		"/run/dbus-1/system-services/*.service",
		"/usr/local/share/dbus-1/system-services/*.service",
		"/usr/share/dbus-1/system-services/*.service",
		"/lib/dbus-1/system-services/*.service", NULL };
	return read_files(host, patterns, read_service, reader, data);
}

/* --- units ---------------------------------------------------------------------------
 */

enum { UNITS_MAX = 1000 }; /* of each; a host has some tens */

static void
add(struct name_list *list, const char *name)
{
	if (list->count == UNITS_MAX)
		return;
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_text(name);
}

/* ENV{SYSTEMD_WANTS}+="a.service b@$name.service"; of an instance that the device names
 * the template stands for all. */
static void
take_wants(void *data, const struct line *line)
{
	char *rest = NULL;
	if (strstr(line->key, "SYSTEMD_WANTS}") == NULL ||
		strstr(line->key, "==") != NULL || strstr(line->key, "!=") != NULL)
		return;
	for (char *word = strtok_r(line->value, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		char *at = strchr(word, '@');
		const char *dot = strrchr(word, '.');
		if (at != NULL && dot != NULL && dot > at &&
			strpbrk(word, "$%") != NULL) {
			at[1] = '\0';
			autofree char *template = memory_printf("%s%s", word, dot);
			add(data, template);
		} else {
			add(data, word);
		}
	}
}

static void
take_unit(void *data, const struct line *line)
{
	if (strcmp(line->key, "SystemdService") == 0)
		add(data, line->value);
}

bool
boot_asked_units(struct host *host, struct name_list *ret_udev, struct name_list *ret_bus)
{
	*ret_udev = *ret_bus = (struct name_list){ 0 };
	bool is_whole = read_all_rules(host, take_wants, ret_udev);
	return read_all_services(host, take_unit, ret_bus) && is_whole &&
		ret_udev->count < UNITS_MAX && ret_bus->count < UNITS_MAX;
}

/* --- programs ------------------------------------------------------------------------
 */

struct search {
	struct host *host;
	const char *name;
	bool is_systemd;
	struct boot_named *named;
};

static void
judge_rule(void *data, const struct line *line)
{
	const struct search *search = data;
	if (strstr(line->key, "RUN") != NULL || strstr(line->key, "PROGRAM") != NULL ||
		strstr(line->key, "{program}") != NULL)
		boot_naming_text(search->host, line->value,
			(struct place){ line->file, line->offset }, search->name,
			search->named);
}

static void
judge_service(void *data, const struct line *line)
{
	const struct search *search = data;
	if (strcmp(line->key, "Exec") == 0 && !(line->has_unit && search->is_systemd))
		boot_naming_text(search->host, line->value,
			(struct place){ line->file, line->offset }, search->name,
			search->named);
}

void
boot_asked_naming(
	struct host *host, const char *name, bool is_systemd, struct boot_named *named)
{
	struct search search = { host, name, is_systemd, named };
	if (!read_all_rules(host, judge_rule, &search) ||
		!read_all_services(host, judge_service, &search))
		boot_naming_doubt(named,
			memory_printf("there is more that udev and D-Bus start than is "
				      "searched for %s",
				name));
}
