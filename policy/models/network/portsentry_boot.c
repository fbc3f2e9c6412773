/* How portsentry is started at boot. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/boot/environment_file.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/network/portsentry_start.h"

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

/* Those that are started at boot. Of one of which that can't be told it is said where it
 * is portsentry's, by its name or by what it starts. */
static void
read_units(struct host *host, struct portsentry_modes *modes)
{
	const struct boot_units *units = boot_units_read(host);
	const struct boot_unit *unit;
	for (size_t i = 0; (unit = boot_units_next(units, &i)) != NULL;) {
		const char *dot = strrchr(unit->name, '.');
		struct portsentry_modes its = { .none = memory_text("") };
		if (unit->script == NULL && strcmp(dot, ".service") == 0)
			read_unit(host, unit->name, &its);
		for (size_t mode = 0; mode < PORTSENTRY_MODES; mode++) {
			if (!its.has[mode])
				continue;
			if (unit->state == BOOT_STARTED)
				add_mode(modes, mode, its.places[mode]);
			else
				end(modes, true, its.places[mode].file->path,
					memory_printf(
						"%s: %s", unit->name, unit->reason));
		}
		if (its.is_unknown)
			end(modes, true, its.none_file, memory_text(its.none));
		portsentry_modes_free(&its);
	}
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
				traced_place(value, 0) };
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

/* The init script, which ANSWER is about. */
static void
read_script(struct host *host, const struct boot_answer *answer,
	struct portsentry_modes *modes)
{
	const struct file *script = find_script(host),
			  *defaults = host_file(host, defaults_file);
	bool is_executable = (script->status.st_mode & 0111) != 0;
	if (script->state == FILE_ABSENT) {
		end(modes, false, NULL,
			memory_text("no unit of systemd starts it, and there is no init "
				    "script"));
		return;
	}
	if (is_executable && answer->state == BOOT_STOPPED) {
		end(modes, false, NULL,
			memory_text("no unit of systemd starts it, and no link of the "
				    "runlevels its init script"));
		return;
	}
	if (is_executable && answer->state != BOOT_STARTED) {
		end(modes, true, script->path, memory_text(answer->reason));
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

/* A unit, be it a link to /dev/null, stands for the init script; on a host that runs one
 * is there that was made of the script: systemd-sysv-generator(8). */
static bool
counts_script(struct host *host)
{
	static const char generated[] = "/run/systemd/generator.late/";
	const struct file *unit = unit_files_find(host, "portsentry.service");
	return unit == NULL || strncmp(unit->path, generated, sizeof generated - 1) == 0;
}

void
portsentry_boot_read(const struct context *context, struct portsentry_modes *ret_modes)
{
	struct host *host = context->host;
	*ret_modes = (struct portsentry_modes){
		.none = memory_text("no unit of systemd that is started at boot starts "
				    "it so"),
	};
	bool is_systemd = boot_is_systemd(host);
	if (is_systemd)
		read_units(host, ret_modes);
	if (!ret_modes->is_unknown && (!is_systemd || counts_script(host))) {
		struct boot_answer answer;
		boot_ask_init(host, "portsentry", &answer);
		read_script(host, &answer, ret_modes);
		boot_answer_free(&answer);
	}
	/* a shell script that names it may start it */
	struct place local = boot_find_local(host, "portsentry");
	if (!ret_modes->is_unknown && local.file != NULL)
		end(ret_modes, true, local.file->path,
			memory_text("it names portsentry, and is not followed"));
}

void
portsentry_modes_free(struct portsentry_modes *modes)
{
	free(modes->none);
	*modes = (struct portsentry_modes){ 0 };
}
