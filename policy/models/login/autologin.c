#include "policy/models/login/autologin.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/boot/ini_lines.h"
#include "policy/models/login/display_unit.h"
#include "policy/models/sshd/sshd_pattern.h"

enum { PATTERNS_MAX = 6, SECTIONS_MAX = 100 };

/* One way to say it. What a later file says counts more. */
struct setting {
	const char *manager, *section; /* of lightdm the beginning */
	const char *user, *enable; /* the keys; no enable: the user alone does */
	const char *guest; /* this alone lets a guest in */
	const char *patterns[PATTERNS_MAX]; /* NULL ends */
	bool has_seats; /* each section is about the seats that its name matches */
	bool is_trimmed; /* blanks inside the brackets count for nothing */
	bool is_strict; /* glib takes nothing from a file with a line it can't read */
};

static const struct setting settings[] = {
	{ .manager = "gdm",
		.section = "daemon",
		.user = "AutomaticLogin",
		.enable = "AutomaticLoginEnable",
		.patterns = { "/etc/gdm/custom.conf", "/etc/gdm3/custom.conf",
			"/etc/gdm3/daemon.conf" },
		.is_strict = true },
	{ .manager = "gdm",
		.section = "daemon",
		.user = "TimedLogin",
		.enable = "TimedLoginEnable",
		.patterns = { "/etc/gdm/custom.conf", "/etc/gdm3/custom.conf",
			"/etc/gdm3/daemon.conf" },
		.is_strict = true },
	/* the data folders by g_get_system_data_dirs(3) come first, the last of them at
	 * the front (config_load_from_standard_locations) */
	{ .manager = "lightdm",
		.section = "Seat:",
		.user = "autologin-user",
		.guest = "autologin-guest",
		.patterns = { "/usr/share/lightdm/lightdm.conf.d/*.conf",
			"/usr/local/share/lightdm/lightdm.conf.d/*.conf",
			"/etc/xdg/lightdm/lightdm.conf.d/*.conf",
			"/etc/lightdm/lightdm.conf.d/*.conf",
			"/etc/lightdm/lightdm.conf" },
		.has_seats = true,
		.is_strict = true },
	/* every file, whatever its name (ConfigReader.cpp) */
	{ .manager = "sddm",
		.section = "Autologin",
		.user = "User",
		.patterns = { "/usr/lib/sddm/sddm.conf.d/*", "/etc/sddm.conf.d/*",
			"/etc/sddm.conf" } },
	{ .manager = "lxdm",
		.section = "base",
		.user = "autologin",
		.patterns = { "/etc/lxdm/default.conf", "/etc/lxdm/lxdm.conf" },
		.is_strict = true },
	/* which file it reads: read_greetd */
	{ .manager = "greetd",
		.section = "initial_session",
		.user = "user",
		.is_trimmed = true },
};

enum { SETTING_COUNT = sizeof settings / sizeof *settings };

/* The value of a key; no text: it is not set. */
struct said {
	char *text;
	const struct file *file;
	size_t offset;
};

struct section {
	char *name; /* of lightdm the seats' pattern */
	struct said user, enable, guest;
};

struct reading {
	const struct setting *setting;
	struct section sections[SECTIONS_MAX];
	size_t count;
	const struct file *file; /* with unclear: where */
	size_t offset;
	const char *unclear;
};

static void
doubt(struct reading *reading, const struct file *file, size_t offset, const char *why)
{
	reading->file = file;
	reading->offset = offset;
	reading->unclear = why;
}

static void
set(struct said *said, const struct ini_line *line)
{
	free(said->text);
	*said = (struct said){ memory_text(line->value), line->file, line->offset };
}

/* Without the quotes, which are greetd's, and the comment, which is sddm's. */
static void
set_user(struct said *said, const struct ini_line *line)
{
	const char *text = line->value + strspn(line->value, "\"'=");
	free(said->text);
	*said = (struct said){ memory_copy(text, strcspn(text, "\"'# \t")), line->file,
		line->offset };
}

/* The section of that name, a new one if need be; NULL when it is none of the setting's,
 * or there are too many. */
static struct section *
find_section(struct reading *reading, const struct ini_line *line)
{
	const struct setting *setting = reading->setting;
	const char *name = line->section;
	size_t length = strlen(setting->section);
	if (setting->has_seats && strcmp(name, "SeatDefaults") == 0)
		name = "Seat:*"; /* its old name (config_load_from_file) */
	else if (setting->is_trimmed)
		name += strspn(name, " \t");
	if (strncmp(name, setting->section, length) != 0)
		return NULL;
	if (setting->has_seats)
		name += length;
	else if (name[length +
			 (setting->is_trimmed ? strspn(name + length, " \t") : 0)] !=
		'\0')
		return NULL;
	size_t size = setting->has_seats ? strlen(name) : length;
	for (size_t i = 0; i < reading->count; i++)
		if (strncmp(reading->sections[i].name, name, size) == 0 &&
			reading->sections[i].name[size] == '\0')
			return &reading->sections[i];
	if (reading->count == SECTIONS_MAX) {
		doubt(reading, line->file, line->offset, "it has too many sections");
		return NULL;
	}
	reading->sections[reading->count].name = memory_copy(name, size);
	return &reading->sections[reading->count++];
}

static void
drop_values(struct section *section)
{
	free(section->user.text);
	free(section->enable.text);
	free(section->guest.text);
	section->user = section->enable = section->guest = (struct said){ 0 };
}

static void
read_line(void *data, const struct ini_line *line)
{
	struct reading *reading = data;
	const struct setting *setting = reading->setting;
	if (line->is_bad && setting->is_strict)
		doubt(reading, line->file, line->offset, "a line that is not understood");
	struct section *section = find_section(reading, line);
	if (section == NULL)
		return;
	if (line->name == NULL) {
		/* a second section of that name stands for the first (inish) */
		if (setting->is_trimmed)
			drop_values(section);
	} else if (strcmp(line->name, setting->user) == 0) {
		set_user(&section->user, line);
	} else if (setting->enable != NULL && strcmp(line->name, setting->enable) == 0) {
		set(&section->enable, line);
	} else if (setting->guest != NULL && strcmp(line->name, setting->guest) == 0) {
		set(&section->guest, line);
	}
}

static void
read_file(struct reading *reading, const struct file *file)
{
	if (file->state == FILE_REFUSED)
		doubt(reading, file, 0, file->reason);
	else
		ini_lines_read(file, read_line, reading);
}

static void
read_files(struct host *host, struct reading *reading)
{
	const char *const *pattern = reading->setting->patterns;
	for (; *pattern != NULL; pattern++) {
		struct name_list names = { 0 };
		if (host_glob(host, *pattern, &names, NULL) < 0)
			doubt(reading, host_file(host, *pattern), 0,
				"its folder can't be read");
		for (size_t i = 0; i < names.count; i++) {
			const struct file *file = host_file(host, names.names[i]);
			if (file->state == FILE_ABSENT || !S_ISDIR(file->status.st_mode))
				read_file(reading, file);
		}
		name_list_free(&names);
	}
}

/* What SEAT's values are: those of [Seat:*], wherever it stands, and then of the sections
 * that match, in their order (get_config_sections in lightdm.c). Other managers have one
 * section. */
static struct section
settle(const struct reading *reading, const char *seat)
{
	struct section result = { 0 };
	for (int others = 0; others < 2; others++)
		for (size_t i = 0; i < reading->count; i++) {
			const struct section *section = &reading->sections[i];
			bool is_any = strcmp(section->name, "*") == 0;
			if (is_any == (others != 0) ||
				!sshd_pattern_matches(section->name, seat))
				continue;
			if (section->user.text != NULL)
				result.user = section->user;
			if (section->enable.text != NULL)
				result.enable = section->enable;
			if (section->guest.text != NULL)
				result.guest = section->guest;
		}
	return result;
}

static bool
is_true(const struct said *said)
{
	return said->text != NULL &&
		(strcasecmp(said->text, "true") == 0 || strcmp(said->text, "1") == 0);
}

static struct autologin *
add(struct autologins *list, const char *manager, const struct file *file, size_t offset)
{
	list->items = memory_grow(list->items, list->count, sizeof *list->items);
	list->items[list->count] = (struct autologin){
		.manager = manager, .file = file, .offset = offset
	};
	return &list->items[list->count++];
}

/* Adds whom SEAT logs in. */
static bool
judge_seat(const struct reading *reading, const char *seat, struct autologins *list)
{
	const struct setting *setting = reading->setting;
	const struct section section = settle(reading, seat);
	bool is_user = section.user.text != NULL && *section.user.text != '\0' &&
		(setting->enable == NULL || is_true(&section.enable));
	/* goes before the user (seat.c); config_get_boolean */
	bool is_guest = section.guest.text != NULL &&
		strcmp(section.guest.text, "true") == 0;
	const struct said *said = is_guest ? &section.guest : &section.user;
	if (!is_user && !is_guest)
		return false;
	add(list, setting->manager, said->file, said->offset)->user = memory_text(
		is_guest ? "a guest" : section.user.text);
	return true;
}

/* Adds what was read, and ends the reading. */
static void
judge(struct reading *reading, struct autologins *list)
{
	/* the seat of every machine, any other that may be plugged in, and what the
	 * sections are called */
	bool is_found = false, has_seats = reading->setting->has_seats;
	if (reading->unclear != NULL) {
		add(list, reading->setting->manager, reading->file, reading->offset)
			->unknown = memory_text(reading->unclear);
	} else {
		if (has_seats)
			is_found = judge_seat(reading, "seat0", list) ||
				judge_seat(reading, "seat-other", list);
		for (size_t i = 0; i < reading->count && !is_found; i++)
			if (!has_seats || strcmp(reading->sections[i].name, "*") != 0)
				is_found = judge_seat(
					reading, reading->sections[i].name, list);
	}
	for (size_t i = 0; i < reading->count; i++) {
		drop_values(&reading->sections[i]);
		free(reading->sections[i].name);
	}
	*reading = (struct reading){ .setting = reading->setting };
}

/* The file that is named, or /etc/greetd/greetd.conf, or when that can't be read
 * /etc/greetd/config.toml (read_config in mod.rs). Each is a configuration of its own. */
static void
read_greetd(struct host *host, struct reading *reading, struct autologins *list)
{
	autofree char *manager = display_unit_chosen(host);
	autofree char *chosen = memory_printf("%s.service", manager ? manager : "greetd");
	const char *const units[] = { "greetd.service", "cosmic-greeter.service",
		chosen };
	bool is_named = false, is_plain = false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		struct display_config config;
		bool is_told = i == 2 &&
			(strcmp(chosen, units[0]) == 0 || strcmp(chosen, units[1]) == 0);
		if (is_told || !display_unit_config(host, units[i], "greetd", &config))
			continue;
		if (config.unclear != NULL)
			doubt(reading, config.file, config.offset, config.unclear);
		else if (config.path != NULL)
			read_file(reading, host_file(host, config.path));
		is_named = is_named || config.path != NULL;
		is_plain = is_plain || config.path == NULL;
		judge(reading, list);
		free(config.path);
	}
	if (is_named && !is_plain)
		return;
	const struct file *file = host_file(host, "/etc/greetd/greetd.conf");
	read_file(reading,
		file->state == FILE_ABSENT ? host_file(host, "/etc/greetd/config.toml")
					   : file);
	judge(reading, list);
}

void
autologins_read(struct host *host, struct autologins *ret_autologins)
{
	*ret_autologins = (struct autologins){ 0 };
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct reading reading = { .setting = &settings[i] };
		struct display_config config = { 0 };
		if (strcmp(settings[i].manager, "greetd") == 0) {
			read_greetd(host, &reading, ret_autologins);
			continue;
		}
		read_files(host, &reading);
		/* lightdm takes a file instead of /etc/lightdm, see lightdm(1) */
		if (settings[i].has_seats &&
			display_unit_config(
				host, "lightdm.service", "lightdm", &config) &&
			(config.path != NULL || config.unclear != NULL))
			doubt(&reading, config.file, config.offset,
				"its unit names another configuration");
		free(config.path);
		judge(&reading, ret_autologins);
	}
}

void
autologins_free(struct autologins *autologins)
{
	for (size_t i = 0; i < autologins->count; i++) {
		free(autologins->items[i].user);
		free(autologins->items[i].unknown);
	}
	free(autologins->items);
	*autologins = (struct autologins){ 0 };
}

bool
autologin_is_service(const char *manager, const char *service)
{
	size_t length = strlen(manager);
	return (strncmp(service, manager, length) == 0 &&
		       strchr("-3", service[length]) != NULL) ||
		(strcmp(manager, "greetd") == 0 &&
			strcmp(service, "cosmic-greeter") == 0);
}

bool
autologin_knows(const char *service)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (autologin_is_service(settings[i].manager, service))
			return true;
	return false;
}
