/* Gettys, and what else sits at a terminal, that units of systemd start. */
#include "policy/models/login/getty_units.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/boot/unit_names.h"
#include "policy/models/login/getty_extras.h"
#include "policy/models/login/getty_wrap.h"

/* Units whose work it is; each is started by some generator or logind, so that it counts
 * whether anything wants it or not. */
static const char *const families[] = { "getty@", "autovt@", "serial-getty@",
	"container-getty@", "console-getty.", NULL };

/* "tty1" of "getty@tty1.service"; NULL when it is a template or no instance. */
static char *
instance_of(const char *unit)
{
	const char *at = strchr(unit, '@'), *end = strrchr(unit, '.');
	if (at == NULL || end == NULL || end == at + 1)
		return NULL;
	char *instance = memory_copy(at + 1, (size_t)(end - at - 1));
	for (char *p = instance; (p = strchr(p, '-')) != NULL;)
		*p = '/';
	return instance;
}

/* Programs of systemd that sit at the console while it boots, and ask for root's password
 * or for settings. Others, as systemd-run, start whatever they are told. */
static bool
is_systemds(const char *program)
{
	static const char *const names[] = { "systemd-firstboot", "systemd-sulogin-shell",
		"systemd-ask-password", "systemd-tty-ask-password-agent",
		"systemd-vconsole-setup", "systemd-cryptsetup", "systemd-storagetm",
		"homectl", NULL };
	const char *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program;
	const char *const *known = names;
	while (*known != NULL && strcmp(*known, name) != 0)
		known++;
	return *known != NULL;
}

/* Units for a host that does not start; every one has them, with a sulogin of some form,
 * which they are for. */
static bool
is_emergency(const char *unit)
{
	return strcmp(unit, "emergency.service") == 0 ||
		strcmp(unit, "rescue.service") == 0;
}

/* What the command LINE of a unit and its EXTRAS come to. */
static void
describe(struct getty *getty, const struct command_line *line, char *const *words,
	struct getty_extras *extras)
{
	if (line->unknown != NULL) {
		bool is_placed = line->file != NULL;
		getty->unknown = memory_text(line->unknown);
		getty->file = is_placed ? line->file : line->source;
		getty->offset = is_placed ? line->offset : line->start;
		return;
	}
	if (extras->is_forced && strstr(line->program, "sulogin") != NULL)
		getty->starts = memory_text("sulogin --force");
	else
		getty_judge(getty, line->program, words, line->count);
	if (extras->user != NULL && getty->user == NULL && getty->unknown == NULL) {
		getty->user = memory_text(extras->user);
		getty->file = extras->file;
		getty->offset = extras->offset;
	}
}

static void
read_default(void *data, const char *name, struct traced *value)
{
	bool *has_any = data;
	if (strcmp(name, "DefaultEnvironment") == 0)
		*has_any = value->text.size > 0;
}

/* Whether systemd gives each unit variables of its own: systemd-system.conf(5). */
static bool
has_default_environment(struct host *host)
{
	static const char *const patterns[] = { "/etc/systemd/system.conf",
		"/usr/lib/systemd/system.conf", "/usr/lib/systemd/system.conf.d/*.conf",
		"/run/systemd/system.conf.d/*.conf", "/etc/systemd/system.conf.d/*.conf",
		NULL };
	bool has_any = false;
	for (const char *const *pattern = patterns; *pattern != NULL && !has_any;
		pattern++) {
		struct name_list list = { 0 };
		(void)host_glob(host, *pattern, &list, NULL);
		for (size_t i = 0; i < list.count; i++)
			unit_file_read_section(host_file(host, list.names[i]),
				"[Manager]", read_default, &has_any);
		name_list_free(&list);
	}
	return has_any;
}

/* Whether a unit that is no getty's by its name has to do with somebody at a terminal. */
static bool
is_at_terminal(const struct getty_extras *extras, const char *unit,
	const struct command_line *line, char *const *words)
{
	if (line->program == NULL)
		return false;
	if (is_emergency(unit))
		return extras->is_forced ||
			getty_is_shell(line->program, words, line->count);
	if (getty_wrap_takes_terminal((struct getty_command){
		    .program = line->program, .words = words, .count = line->count }))
		return true;
	bool is_somebodys = extras->terminal != NULL && extras->is_users;
	return (extras->at_terminal || is_somebodys) && !extras->asks_stack &&
		!is_systemds(line->program);
}

static void
set_terminal(struct getty *getty, const char *unit, const struct getty_extras *extras)
{
	if (strchr(unit, '@') == NULL && extras->terminal == NULL)
		return;
	free(getty->terminal);
	getty->terminal = strchr(unit, '@') != NULL ? instance_of(unit)
						    : memory_text(extras->terminal);
}

/* Adds what the other commands of the unit NAME are. Those that systemd
 * hands the terminal to are called with EXEC_APPLY_TTY_STDIN in service.c. */
static void
read_besides(struct getty_extras *extras, const char *name, struct gettys *gettys)
{
	for (size_t i = 0; i < extras->beside_count; i++) {
		struct getty_beside *beside = &extras->besides[i];
		struct getty found = { 0 };
		bool has_input = extras->at_terminal &&
			(strcmp(beside->name, "ExecStartPre") == 0 ||
				strcmp(beside->name, "ExecCondition") == 0 ||
				strcmp(beside->name, "ExecStopPost") == 0);
		if (gettys->count < GETTYS_MAX &&
			getty_wrap_judge(beside->text, has_input, &found) &&
			(found.unknown == NULL || !is_emergency(name))) {
			struct getty *getty = gettys_add(
				gettys, name, beside->file, beside->offset);
			getty->user = found.user;
			getty->remote = found.remote;
			getty->starts = found.starts;
			getty->unknown = found.unknown;
			getty->terminal = found.terminal;
			if (found.terminal == NULL)
				set_terminal(getty, name, extras);
		} else {
			free(found.unknown);
			free(found.terminal);
		}
	}
}

/* The unit called NAME; with ANY only when it has to do with a terminal. A template
 * stands for the instances that nothing is said about. */
static void
read_unit(struct host *host, const char *name, bool any, struct gettys *gettys)
{
	struct getty_extras extras = { .host = host };
	struct command_line line = { 0 };
	const char *at = strchr(name, '@');
	bool is_template = at != NULL && at[1] == '.';
	autofree char *unit = is_template
		? memory_printf("%.*s@ttyX%s", (int)(at - name), name, at + 1)
		: memory_text(name);
	const struct command_daemon daemon = { .unit = unit };
	unit_files_read_one(host, unit, getty_extras_read, &extras);
	if (!any || extras.has_command || extras.at_terminal || extras.terminal != NULL)
		command_line_read(host, &daemon, &line);
	autofree char **words = memory_new(line.count + 1, sizeof *words);
	for (size_t i = 0; i < line.count; i++)
		words[i] = line.words[i].text;
	if ((!any || is_at_terminal(&extras, name, &line, words)) &&
		(line.program != NULL || line.unknown != NULL)) {
		struct getty *getty = gettys_add(gettys, name, line.source, line.start);
		describe(getty, &line, words, &extras);
		set_terminal(getty, name, &extras);
		if (extras.has_variable && getty->unknown == NULL &&
			has_default_environment(host))
			getty->unknown = memory_text("DefaultEnvironment= of systemd may "
						     "say what its command is told");
	}
	read_besides(&extras, name, gettys);
	command_line_free(&line);
	getty_extras_free(&extras);
}

static bool
is_family(const char *name)
{
	const char *const *family = families;
	while (*family != NULL && strncmp(name, *family, strlen(*family)) != 0)
		family++;
	return *family != NULL;
}

static bool
is_service(const char *name)
{
	size_t size = strlen(name);
	return size > 8 && strcmp(name + size - 8, ".service") == 0;
}

static void
read_activation(void *data, const char *name, struct traced *value)
{
	char **service = data;
	if (strcmp(name, "Service") != 0 && strcmp(name, "Unit") != 0)
		return;
	free(*service);
	*service = memory_copy(value->text.data, value->text.size);
}

/* What the wanted unit NAME starts when something comes: the service of its name, or of
 * each connection, or the one that it names. */
static void
read_activated(struct host *host, const char *name, struct gettys *gettys)
{
	static const char *const kinds[][2] = { { ".socket", "[Socket]" },
		{ ".path", "[Path]" }, { ".timer", "[Timer]" }, { NULL, NULL } };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot != NULL && kinds[i][0] != NULL; i++) {
		if (strcmp(dot, kinds[i][0]) != 0)
			continue;
		int size = (int)(dot - name);
		autofree char *other = NULL;
		autofree char *service = memory_printf("%.*s.service", size, name);
		autofree char *each = memory_printf("%.*s@.service", size, name);
		const struct file *file = unit_files_find(host, name);
		if (file != NULL)
			unit_file_read_section(
				file, kinds[i][1], read_activation, &other);
		read_unit(host, service, true, gettys);
		read_unit(host, each, true, gettys);
		if (other != NULL && is_service(other))
			read_unit(host, other, true, gettys);
	}
}

void
getty_units_read(struct host *host, struct gettys *gettys)
{
	const struct unit_names *known = unit_names_read(host);
	const struct name_list *names = &known->all, *wanted = &known->wanted;
	autofree char *before = memory_text("");
	for (size_t i = 0, k = 0;
		(i < names->count || k < wanted->count) && gettys->count < GETTYS_MAX;) {
		int order = i == names->count ? 1
			: k == wanted->count  ? -1
					      : strcmp(names->names[i], wanted->names[k]);
		char *name = memory_text(order <= 0 ? names->names[i] : wanted->names[k]);
		bool is_wanted = order >= 0;
		i += order <= 0;
		k += order >= 0;
		/* a folder of drop-ins stands for the unit; its file comes before it */
		size_t size = strlen(name);
		if (size > 2 && strcmp(name + size - 2, ".d") == 0)
			name[size - 2] = '\0';
		if (!is_service(name) || strcmp(name, before) == 0) {
			free(name);
			continue;
		}
		free(before);
		before = name;
		if (is_family(name) || is_wanted)
			read_unit(host, name, !is_family(name), gettys);
	}
	for (size_t i = 0; i < wanted->count && gettys->count < GETTYS_MAX; i++)
		read_activated(host, wanted->names[i], gettys);
}
