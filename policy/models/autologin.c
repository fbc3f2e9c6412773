#include "policy/models/autologin.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/unit_files.h"

enum { PATTERNS_MAX = 5 };

/* One way to say it. What a later file says counts more. */
struct setting {
	const char *manager, *section; /* the section's beginning */
	const char *user, *enable; /* the keys; no enable: the user alone does */
	const char *patterns[PATTERNS_MAX]; /* NULL ends */
};

#define GDM_FILES                                                                        \
	{                                                                                \
		"/etc/gdm/custom.conf", "/etc/gdm3/custom.conf",                         \
			"/etc/gdm3/daemon.conf", NULL                                    \
	}

static const struct setting settings[] = {
	{ "gdm", "[daemon]", "AutomaticLogin", "AutomaticLoginEnable", GDM_FILES },
	{ "gdm", "[daemon]", "TimedLogin", "TimedLoginEnable", GDM_FILES },
	{ "lightdm", "[Seat", "autologin-user", NULL,
		{ "/usr/share/lightdm/lightdm.conf.d/*.conf",
			"/etc/xdg/lightdm/lightdm.conf.d/*.conf",
			"/etc/lightdm/lightdm.conf.d/*.conf", "/etc/lightdm/lightdm.conf",
			NULL } },
	{ "sddm", "[Autologin]", "User", NULL,
		{ "/usr/lib/sddm/sddm.conf.d/*.conf", "/etc/sddm.conf.d/*.conf",
			"/etc/sddm.conf", NULL } },
	{ "lxdm", "[base]", "autologin", NULL,
		{ "/etc/lxdm/default.conf", "/etc/lxdm/lxdm.conf", NULL } },
	{ "greetd", "[initial_session]", "user", NULL,
		{ "/etc/greetd/config.toml", NULL } },
};

struct reading {
	const struct setting *setting;
	struct autologin found;
	bool is_enabled;
};

static void
read_key(void *data, const char *name, struct traced *value)
{
	struct reading *reading = data;
	const char *enable = reading->setting->enable;
	autofree char *text = memory_copy(value->text.data, value->text.size);
	if (enable != NULL && strcmp(name, enable) == 0)
		reading->is_enabled = strcasecmp(text, "true") == 0 ||
			strcmp(text, "1") == 0;
	if (strcmp(name, reading->setting->user) != 0)
		return;
	char *user = text + strspn(text, "\"'");
	user[strcspn(user, "\"'")] = '\0';
	free(reading->found.user);
	reading->found.user = *user != '\0' ? memory_text(user) : NULL;
	reading->found.file = value->file;
	reading->found.offset = value->text.size > 0 ? value->places[0] : 0;
}

static void
read_setting(struct host *host, const struct setting *setting, struct autologins *list)
{
	struct reading reading = { .setting = setting,
		.found = { .manager = setting->manager },
		.is_enabled = setting->enable == NULL };
	const struct file *unreadable = NULL;
	for (const char *const *pattern = setting->patterns; *pattern != NULL;
		pattern++) {
		struct name_list names = { 0 };
		(void)host_glob(host, *pattern, &names, NULL);
		for (size_t i = 0; i < names.count; i++) {
			const struct file *file = host_file(host, names.names[i]);
			if (file->state == FILE_REFUSED)
				unreadable = file;
			unit_file_read_section(
				file, setting->section, read_key, &reading);
		}
		name_list_free(&names);
	}
	bool is_found = reading.found.user != NULL && reading.is_enabled;
	if (is_found && unreadable == NULL) {
		list->items[list->count++] = reading.found;
		return;
	}
	free(reading.found.user);
	if (unreadable != NULL)
		list->items[list->count++] = (struct autologin){
			.manager = setting->manager, .file = unreadable
		};
}

void
autologins_read(struct host *host, struct autologins *ret_autologins)
{
	static_assert(sizeof settings / sizeof *settings <= AUTOLOGIN_MAX, "room");
	*ret_autologins = (struct autologins){ 0 };
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		read_setting(host, &settings[i], ret_autologins);
}

void
autologins_free(struct autologins *autologins)
{
	for (size_t i = 0; i < autologins->count; i++)
		free(autologins->items[i].user);
	*autologins = (struct autologins){ 0 };
}

/* display-manager.service is a link to the unit of the one that was chosen. */
char *
autologin_manager(struct host *host)
{
	static const char unit[] = "display-manager.service";
	const struct file *file = unit_files_find(host, unit);
	if (file == NULL || file->state != FILE_READ || file->bytes.size == 0)
		return NULL;
	const char *slash = strrchr(file->target, '/');
	char *name = memory_text(slash != NULL ? slash + 1 : file->target);
	char *dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	/* Debian's gdm3 has gdm's services */
	if (strcmp(name, "gdm3") == 0)
		name[3] = '\0';
	return name;
}
