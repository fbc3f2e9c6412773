/* How portsentry is started at boot. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/command_line.h"
#include "policy/models/environment_file.h"
#include "policy/models/portsentry_start.h"

static const char defaults_file[] = "/etc/default/portsentry";

static void
end(struct portsentry_modes *modes, bool is_unknown, const char *file, char *reason)
{
	free(modes->none);
	modes->none = reason;
	modes->none_file = file;
	modes->is_unknown = is_unknown;
}

static void
add_mode(struct portsentry_modes *modes, enum portsentry_mode mode, struct place place)
{
	modes->has[mode] = true;
	modes->places[mode] = place;
}

/* What the unit NAME starts. */
static void
read_unit(struct host *host, const char *name, struct portsentry_modes *modes)
{
	struct command_line line;
	command_line_read(host, &(struct command_daemon){ .unit = name }, &line);
	bool is_it = line.program != NULL &&
		strcmp(text_base_name(line.program), "portsentry") == 0;
	enum portsentry_mode mode = PORTSENTRY_MODES;
	if (is_it && line.count == 1 && line.words[0].text[0] == '-')
		mode = portsentry_mode_find(line.words[0].text + 1);
	if (line.unknown != NULL && (is_it || strstr(name, "portsentry") != NULL))
		end(modes, true, line.source != NULL ? line.source->path : NULL,
			memory_printf("%s: %s", name, line.unknown));
	else if (mode != PORTSENTRY_MODES)
		add_mode(modes, mode, (struct place){ line.source, line.start });
	command_line_free(&line);
}

static void
read_units(struct host *host, struct portsentry_modes *modes)
{
	struct name_list names, wanted;
	unit_files_list(host, &names, &wanted);
	for (size_t i = 0; i < wanted.count; i++) {
		const char *dot = strrchr(wanted.names[i], '.');
		if (dot != NULL && strcmp(dot, ".service") == 0)
			read_unit(host, wanted.names[i], modes);
	}
	name_list_free(&names);
	name_list_free(&wanted);
}

/* Whether a unit of systemd, be it a link to /dev/null, stands for the init script. */
static bool
has_unit(struct host *host)
{
	static const char *const paths[] = { "/etc/systemd/system/portsentry.service",
		"/run/systemd/system/portsentry.service",
		"/usr/local/lib/systemd/system/portsentry.service",
		"/usr/lib/systemd/system/portsentry.service",
		"/lib/systemd/system/portsentry.service" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (host_has_name(host, paths[i]) == 1)
			return true;
	return false;
}

/* The runlevel of /etc/inittab's line "id:LEVEL:initdefault:"; any of 2 to 5 without. */
static char
find_runlevel(struct host *host)
{
	const struct file *file = host_file(host, "/etc/inittab");
	struct bytes line;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *found = strstr(text, ":initdefault:");
		if (*text != '#' && found != NULL && found > text && isdigit(found[-1]))
			return found[-1];
	}
	return '\0';
}

/* Whether a link S??portsentry starts the script at boot. */
static bool
has_link(struct host *host)
{
	static const char *const folders[] = { "/etc", "/etc/rc.d" };
	char level = find_runlevel(host);
	bool found = false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders && !found; i++) {
		struct name_list list = { 0 };
		autofree char *pattern = level != '\0'
			? memory_printf(
				  "%s/rc%c.d/S[0-9][0-9]portsentry", folders[i], level)
			: memory_printf("%s/rc[2-5].d/S[0-9][0-9]portsentry", folders[i]);
		found = host_glob(host, pattern, &list, NULL) == 0 && list.count > 0;
		name_list_free(&list);
	}
	return found;
}

static const struct file *
find_script(struct host *host)
{
	const struct file *script = host_file(host, "/etc/init.d/portsentry");
	return script->state != FILE_ABSENT
		? script
		: host_file(host, "/etc/rc.d/init.d/portsentry");
}

/* TCP_MODE and UDP_MODE of the file of defaults. */
struct defaults {
	char *values[2];
	struct place places[2];
};

static void
take_default(void *data, const char *name, struct traced *value)
{
	static const char *const names[] = { "TCP_MODE", "UDP_MODE" };
	struct defaults *defaults = data;
	for (size_t i = 0; i < 2; i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		free(defaults->values[i]);
		defaults->values[i] = memory_copy(
			value->text.size > 0 ? value->text.data : "", value->text.size);
		if (value->text.size > 0)
			defaults->places[i] = (struct place){ value->file,
				value->places[0] };
	}
}

/* The script looks at TCP_MODE first, and a value that it does not know ends it. */
static void
read_defaults(const struct file *file, struct portsentry_modes *modes)
{
	struct defaults defaults = { 0 };
	size_t bad = 0;
	end(modes, false, file->path, memory_text("it sets no such mode"));
	if (environment_file_read(file, true, take_default, &defaults, &bad) < 0)
		end(modes, true, file->path,
			memory_text("a shell reads it, and one of its lines is no plain "
				    "assignment"));
	for (size_t i = 0; i < 2 && !modes->is_unknown; i++) {
		const char *value = defaults.values[i];
		enum portsentry_mode mode = PORTSENTRY_MODES;
		if (value == NULL || *value == '\0')
			continue;
		mode = portsentry_mode_find(value);
		if (mode == PORTSENTRY_MODES || (mode >= PORTSENTRY_UDP) != (i == 1)) {
			end(modes, false, file->path,
				memory_printf("the init script ends at %s '%s', which it "
					      "does not know",
					i == 0 ? "TCP_MODE" : "UDP_MODE", value));
			break;
		}
		add_mode(modes, mode, defaults.places[i]);
	}
	free(defaults.values[0]);
	free(defaults.values[1]);
}

static bool
is_missing(struct host *host, const char *folder, const char *path)
{
	return host_exists(host, folder) == 1 && host_exists(host, path) == 0;
}

static void
read_script(struct host *host, struct portsentry_modes *modes)
{
	const struct file *script = find_script(host),
			  *defaults = host_file(host, defaults_file);
	if (script->state == FILE_ABSENT || !has_link(host)) {
		end(modes, false, NULL,
			memory_text(script->state == FILE_ABSENT
					? "no unit of systemd starts it, and there is no "
					  "init script"
					: "no unit of systemd starts it, and no link of "
					  "the runlevels its init script"));
		return;
	}
	if (script->state == FILE_REFUSED || defaults->state == FILE_REFUSED) {
		const struct file *file = script->state == FILE_REFUSED ? script
									: defaults;
		end(modes, true, file->path, memory_text(file->reason));
	} else if ((script->status.st_mode & 0111) == 0) {
		end(modes, false, script->path,
			memory_text("the init script can't be executed"));
	} else if (memmem(script->bytes.data, script->bytes.size, defaults_file,
			   sizeof defaults_file - 1) == NULL) {
		end(modes, true, script->path,
			memory_text("the init script is not Debian's, and is not "
				    "followed"));
	} else if (is_missing(host, "/usr/sbin", "/usr/sbin/portsentry") ||
		is_missing(host, "/usr/lib/portsentry",
			"/usr/lib/portsentry/portsentry-build-ignore-file")) {
		end(modes, false, script->path,
			memory_text("the program that it starts is not there"));
	} else if (defaults->state == FILE_ABSENT) {
		end(modes, false, defaults->path,
			memory_text("there is no such file, and then the init script "
				    "starts nothing"));
	} else {
		read_defaults(defaults, modes);
	}
}

/* A shell script that names portsentry may start it. */
static void
doubt_local(struct host *host, struct portsentry_modes *modes)
{
	static const char *const paths[] = { "/etc/rc.local", "/etc/rc.d/rc.local" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const struct file *file = host_file(host, paths[i]);
		struct bytes line;
		for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
			autofree char *text = memory_copy(line.data, line.size);
			if (text[strspn(text, " \t")] != '#' &&
				strstr(text, "portsentry") != NULL)
				end(modes, true, file->path,
					memory_text("it names portsentry, and is not "
						    "followed"));
		}
	}
}

void
portsentry_boot_read(const struct context *context, struct portsentry_modes *ret_modes)
{
	struct host *host = context->host;
	*ret_modes = (struct portsentry_modes){
		.none = memory_text("no unit of systemd that is started at boot starts "
				    "it so"),
	};
	read_units(host, ret_modes);
	if (!has_unit(host) && !ret_modes->is_unknown)
		read_script(host, ret_modes);
	if (!ret_modes->is_unknown)
		doubt_local(host, ret_modes);
}

void
portsentry_modes_free(struct portsentry_modes *modes)
{
	free(modes->none);
	*modes = (struct portsentry_modes){ 0 };
}
