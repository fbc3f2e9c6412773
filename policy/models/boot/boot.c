#include "policy/models/boot/boot.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/boot/boot_asked.h"
#include "policy/models/boot/boot_program.h"
#include "policy/models/boot/boot_script.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/cron/cron_table.h"
#include "policy/models/xinetd/xinetd_conf.h"

/* The runlevel of inittab's line "id:LEVEL:initdefault:"; '\0' without. */
static char
find_runlevel(struct host *host, struct place *ret_place)
{
	const struct file *file = host_file(host, "/etc/inittab");
	*ret_place = (struct place){ 0 };
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *found = strstr(text, ":initdefault:");
		if (*text != '#' && found != NULL && found > text && isdigit(found[-1])) {
			*ret_place = (struct place){ file, start };
			return found[-1];
		}
	}
	return '\0';
}

bool
boot_is_systemd(struct host *host)
{
	struct stat status;
	struct place place;
	autofree char *init = NULL;
	(void)host_status(host, "/sbin/init", &status, &init);
	if (init != NULL && host_has_name(host, "/sbin/init") == 1)
		return strcmp(text_base_name(init), "systemd") == 0;
	return host_has_name(host, "/lib/systemd/systemd") == 1 ||
		host_has_name(host, "/usr/lib/systemd/systemd") == 1 ||
		find_runlevel(host, &place) == '\0';
}

struct place
boot_find_local(struct host *host, const char *program)
{
	static const char *const paths[] = { "/etc/rc.local", "/etc/rc.d/rc.local" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const struct file *file = host_file(host, paths[i]);
		struct bytes line;
		for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
			start = at) {
			autofree char *text = memory_copy(line.data, line.size);
			if (text[strspn(text, " \t")] != '#' &&
				strstr(text, program) != NULL)
				return (struct place){ file, start };
		}
	}
	return (struct place){ 0 };
}

static void
say(struct boot_answer *answer, enum boot_state state, const char *by, const char *path,
	char *reason)
{
	boot_answer_free(answer);
	answer->state = state;
	answer->by = by != NULL ? memory_text(by) : NULL;
	answer->reason = reason;
	answer->path = path != NULL ? memory_text(path) : NULL;
}

static void
note_line(void *data, const char *name, struct traced *value)
{
	(void)name;
	(void)value;
	*(bool *)data = true;
}

/* Whether the unit of the file at PATH, which nothing wants, may be enabled by the first
 * boot: that of a root without a machine's id, where systemd enables what its presets do
 * not disable and [Install] tells how. Sources: machine-id(5), systemd.preset(5),
 * manager_preset_all in systemd's manager.c. */
static bool
awaits_presets(struct host *host, const char *path)
{
	const struct file *id = host_file(host, "/etc/machine-id");
	bool is_first = id->state == FILE_ABSENT ||
		(id->state == FILE_READ && id->bytes.size >= strlen("uninitialized") &&
			memcmp(id->bytes.data, "uninitialized",
				strlen("uninitialized")) == 0);
	bool installs = false;
	if (is_first && path != NULL &&
		(host_has_name(host, "/lib/systemd/systemd") == 1 ||
			host_has_name(host, "/usr/lib/systemd/systemd") == 1))
		unit_file_read_section(
			host_file(host, path), "[Install]", note_line, &installs);
	return installs;
}

static void
ask_systemd(struct host *host, const char *name, struct boot_answer *answer)
{
	static const char *const types[] = { ".service", ".socket", ".timer", ".path",
		".target" };
	const char *dot = strrchr(name, '.');
	bool has_type = false;
	for (size_t i = 0; dot != NULL && i < sizeof types / sizeof *types; i++)
		has_type = has_type || strcmp(dot, types[i]) == 0;
	struct boot_unit unit;
	autofree char *full = memory_printf("%s%s", name, has_type ? "" : ".service");
	boot_units_find(boot_units_read(host), full, &unit);
	if (unit.state == BOOT_STOPPED && unit.change == BOOT_CHANGE_ENABLE &&
		awaits_presets(host, unit.path)) {
		free(unit.reason);
		unit.state = BOOT_UNSURE;
		unit.reason = memory_text(
			"etc/machine-id has none: the first boot enables what the "
			"presets of systemd say");
	}
	*answer = (struct boot_answer){
		.state = unit.state,
		.by = !unit.is_there          ? NULL
			: unit.script != NULL ? memory_text(unit.script)
					      : memory_text(unit.name),
		.reason = unit.reason,
		.path = unit.path,
		.place = unit.place,
		.change = unit.change,
		.starter = unit.starter,
	};
}

/* The start link of NAME in the folders of LEVELS, a pattern; NULL when there is none.
 * The caller frees. */
static char *
find_link(struct host *host, const char *levels, const char *name)
{
	static const char *const folders[] = { "/etc", "/etc/rc.d" };
	char *found = NULL;
	for (size_t i = 0; i < sizeof folders / sizeof *folders && found == NULL; i++) {
		struct name_list list = { 0 };
		autofree char *pattern = memory_printf(
			"%s/rc%s.d/S[0-9][0-9]*", folders[i], levels);
		(void)host_glob(host, pattern, &list, NULL);
		for (size_t k = 0; k < list.count && found == NULL; k++) {
			const char *link = list.names[k];
			if (strcmp(text_base_name(link) + 3, name) == 0 &&
				host_is_executable(host, link))
				found = memory_text(link);
		}
		name_list_free(&list);
	}
	return found;
}

/* All start links in the folders of LEVELS, whatever their form: Debian's /etc/init.d/rc
 * and Red Hat's /etc/rc.d/rc take "S*". Freed by name_list_free. */
static void
list_links(struct host *host, const char *levels, struct name_list *ret_links)
{
	autofree char *pattern = memory_printf("/etc/rc%s.d/S*", levels),
		      *red_hat = memory_printf("/etc/rc.d/rc%s.d/S*", levels);
	if (host_glob(host, pattern, ret_links, NULL) < 0)
		*ret_links = (struct name_list){ 0 };
	if (ret_links->count == 0) {
		name_list_free(ret_links);
		if (host_glob(host, red_hat, ret_links, NULL) < 0)
			*ret_links = (struct name_list){ 0 };
	}
}

/* The start link in another form than find_link's, "S9cat" or of another name, that leads
 * to the script NAME or is called so; NULL when there is none. The caller frees. */
static char *
find_odd_link(struct host *host, const char *levels, const char *name)
{
	struct name_list list;
	char *found = NULL;
	list_links(host, levels, &list);
	for (size_t i = 0; i < list.count && found == NULL; i++) {
		const char *its = text_base_name(list.names[i]) + 1;
		struct stat status;
		autofree char *target = NULL;
		if (host_is_executable(host, list.names[i]) &&
			host_status(host, list.names[i], &status, &target) == 0 &&
			(strcmp(its + strspn(its, "0123456789"), name) == 0 ||
				strcmp(text_base_name(target), name) == 0))
			found = memory_text(list.names[i]);
	}
	name_list_free(&list);
	return found;
}

/* What the next line of inittab from *AT on starts in LEVEL, and where that begins; NULL
 * after the last. The caller frees. With some actions init(8) does not look at the
 * levels. */
static char *
next_process(const struct file *file, char level, size_t *at, size_t *ret_start)
{
	static const char *const early[] = { "boot", "bootwait", "sysinit", NULL },
				 *const actions[] = { "respawn", "wait", "once", NULL };
	struct bytes line;
	while (*ret_start = *at, bytes_next_line(file->bytes, at, &line)) {
		autofree char *text = memory_copy(line.data, line.size);
		char *rest = text;
		const char *id = strsep(&rest, ":"), *levels = strsep(&rest, ":"),
			   *action = strsep(&rest, ":");
		if (*id != '#' && action != NULL && rest != NULL &&
			(text_is_one_of(action, early) ||
				(text_is_one_of(action, actions) &&
					(*levels == '\0' ||
						strchr(levels, level) != NULL))))
			return memory_text(rest + strspn(rest, "+ \t"));
	}
	return NULL;
}

/* The line of inittab that starts a program called NAME in LEVEL. */
static struct place
find_respawned(struct host *host, char level, const char *name)
{
	const struct file *file = host_file(host, "/etc/inittab");
	char *process;
	struct place place = { 0 };
	size_t start;
	for (size_t at = 0; place.file == NULL &&
		(process = next_process(file, level, &at, &start)) != NULL;
		free(process)) {
		process[strcspn(process, " \t")] = '\0';
		if (strcmp(text_base_name(process), name) == 0)
			place = (struct place){ file, start };
	}
	return place;
}

/* A line of inittab names PROGRAM, or has a script named that does. */
static void
search_inittab(
	struct host *host, char level, const char *program, struct boot_named *ret_named)
{
	const struct file *file = host_file(host, "/etc/inittab");
	char *process;
	size_t start;
	for (size_t at = 0; ret_named->naming == BOOT_NAMES_NOT &&
		(process = next_process(file, level, &at, &start)) != NULL;
		free(process))
		boot_naming_text(
			host, process, (struct place){ file, start }, program, ret_named);
}

/* Under SysV: what the runlevel starts and names PROGRAM. */
static void
search_runlevel(struct host *host, const char *program, struct boot_named *ret_named)
{
	static const char *const others[] = { "/etc/rc.d/rc.sysinit", "/etc/init.d/rcS",
		"/etc/rc.local", "/etc/rc.d/rc.local" };
	struct place place;
	char level = find_runlevel(host, &place);
	const char levels[] = { '[', level, 'S', ']', '\0' };
	struct name_list list;
	if (level == '\0')
		return;
	list_links(host, levels, &list);
	for (size_t i = 0; i < list.count; i++)
		if (host_is_executable(host, list.names[i]))
			boot_naming_file(host, list.names[i], program, ret_named);
	name_list_free(&list);
	search_inittab(host, level, program, ret_named);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		boot_naming_file(host, others[i], program, ret_named);
}

bool
boot_ask_naming(struct host *host, const char *program, struct boot_answer *ret_answer)
{
	struct boot_named named = { 0 };
	bool is_systemd = boot_is_systemd(host);
	if (!is_systemd)
		search_runlevel(host, program, &named);
	boot_asked_naming(host, program, is_systemd, &named);
	*ret_answer = (struct boot_answer){ .state = BOOT_UNSURE,
		.by = named.place.file != NULL ? memory_text(named.place.file->path)
					       : memory_text("init"),
		.reason = named.reason,
		.place = named.place };
	if (named.naming == BOOT_NAMES_NOT)
		boot_answer_free(ret_answer);
	return named.naming != BOOT_NAMES_NOT;
}

/* Whether a line of inittab runs the rc of the runlevel, which goes through its links. */
static bool
runs_rc(struct host *host, char level)
{
	const struct file *file = host_file(host, "/etc/inittab");
	const char word[] = { ' ', level, '\0' };
	bool runs = false;
	char *process;
	size_t start;
	for (size_t at = 0;
		!runs && (process = next_process(file, level, &at, &start)) != NULL;
		free(process)) {
		const char *rc = strstr(process, "/rc ");
		runs = rc != NULL && strstr(rc, word) != NULL;
	}
	return runs;
}

/* Why the script PATH, which the link of the runlevel LEVEL starts, does not start
 * anything, or may not; NULL. The caller frees. */
static char *
find_script_flaw(struct host *host, const char *path, const char *link, char level)
{
	char *flaw = boot_program_flaw(host, path);
	if (flaw != NULL)
		return flaw;
	const struct file *file = host_file(host, path);
	bool has_command = file->state != FILE_READ;
	struct bytes line;
	for (size_t at = 0; !has_command && bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *word = text + strspn(text, " \t");
		if (strncmp(word, "exit", 4) == 0 && strchr(" \t;", word[4]) != NULL)
			return memory_text("its script ends at once");
		has_command = cron_line_counts(text);
	}
	if (!has_command)
		return memory_text("its script has no command");
	if (strstr(link, "/rcS.d/") == NULL && !runs_rc(host, level))
		return memory_printf("no line of inittab that is understood runs rc for "
				     "runlevel %c",
			level);
	return NULL;
}

static void
ask_sysv(struct host *host, const char *name, struct boot_answer *answer)
{
	struct place place;
	char level = find_runlevel(host, &place);
	const char levels[] = { '[', level, 'S', ']', '\0' };
	autofree char *link = level != '\0' ? find_link(host, levels, name) : NULL,
		      *odd = level != '\0' && link == NULL
		? find_odd_link(host, levels, name)
		: NULL;
	autofree char *debian = memory_printf("/etc/init.d/%s", name),
		      *red_hat = memory_printf("/etc/rc.d/init.d/%s", name);
	const char *path = host_has_name(host, debian) == 1 ? debian : red_hat;
	bool has_script = host_has_name(host, path) == 1;
	struct place respawned = find_respawned(host, level, name), tested;
	autofree char *missing = link != NULL ? boot_script_missing(host, path, &tested)
					      : NULL;
	if (level == '\0') {
		say(answer, BOOT_UNSURE, has_script ? path : NULL, "/etc/inittab",
			memory_text("init asks for the runlevel: no line of inittab "
				    "names it"));
	} else if (missing != NULL) {
		say(answer, BOOT_UNSURE, path, NULL,
			memory_printf(
				"its script tests for %s, which is not there", missing));
		answer->place = tested;
	} else if (link != NULL) {
		char *flaw = find_script_flaw(host, link, link, level);
		say(answer, flaw != NULL ? BOOT_UNSURE : BOOT_STARTED, path, link, flaw);
	} else if (respawned.file != NULL) {
		say(answer, BOOT_STARTED, "init", NULL, NULL);
		answer->place = respawned;
	} else if (odd != NULL) {
		say(answer, BOOT_UNSURE, has_script ? path : odd, odd,
			memory_text("a link of another form leads to it, which not "
				    "each rc starts"));
	} else if (has_script) {
		say(answer, BOOT_STOPPED, path, NULL,
			memory_printf("runlevel %c has no link that starts it", level));
		answer->change = BOOT_CHANGE_ENABLE;
		answer->place = place;
	} else {
		say(answer, BOOT_STOPPED, NULL, NULL,
			memory_text("there is no such init script"));
	}
}

void
boot_ask_init(struct host *host, const char *name, struct boot_answer *ret_answer)
{
	*ret_answer = (struct boot_answer){ 0 };
	if (boot_is_systemd(host))
		ask_systemd(host, name, ret_answer);
	else
		ask_sysv(host, name, ret_answer);
}

/* xinetd serves it, if it is started itself. */
static void
judge_xinetd(const struct context *context, const struct xinetd_service *service,
	struct boot_answer *answer)
{
	struct boot_answer its;
	if (service->state == XINETD_STOPPED && answer->state == BOOT_UNSURE)
		return;
	boot_ask_init(context->host, "xinetd", &its);
	if (service->state == XINETD_STOPPED)
		say(answer, BOOT_STOPPED, "xinetd", NULL, memory_text(service->reason));
	else if (its.state == BOOT_STOPPED)
		say(answer, BOOT_STOPPED, "xinetd", NULL,
			memory_printf("xinetd, which would serve it, is not started: %s",
				its.reason));
	else if (its.state != BOOT_STARTED)
		say(answer, BOOT_UNSURE, "xinetd", NULL,
			memory_printf("whether xinetd is started, which would serve it: "
				      "%s",
				its.reason));
	else
		say(answer,
			service->state == XINETD_STARTED ? BOOT_BY_SOCKET : BOOT_UNSURE,
			"xinetd", NULL,
			memory_text(service->state == XINETD_STARTED ? "xinetd starts it"
								     : service->reason));
	answer->place = service->decides;
	boot_answer_free(&its);
}

/* The entry of that name or id that xinetd is likeliest to start. */
static void
ask_xinetd(const struct context *context, const char *name, struct boot_answer *answer)
{
	const struct xinetd_service *best = NULL;
	struct boot_answer its;
	/* without its configuration and its unit nothing is to be read */
	boot_ask_init(context->host, "xinetd", &its);
	bool is_there = its.state != BOOT_STOPPED || its.by != NULL;
	boot_answer_free(&its);
	if (!is_there && host_has_name(context->host, "/etc/xinetd.conf") == 0)
		return;
	static const int order[] = {
		[XINETD_STARTED] = 2, [XINETD_UNSURE] = 1, [XINETD_STOPPED] = 0
	};
	const struct xinetd_conf *conf = xinetd_conf_of(context);
	for (size_t i = 0; i < conf->count; i++) {
		const struct xinetd_service *service = &conf->services[i];
		if ((strcasecmp(service->name, name) == 0 ||
			    strcasecmp(service->id, name) == 0) &&
			(best == NULL || order[service->state] > order[best->state]))
			best = service;
	}
	if (best != NULL)
		judge_xinetd(context, best, answer);
}

void
boot_ask(const struct context *context, const char *name, struct boot_answer *ret_answer)
{
	boot_ask_init(context->host, name, ret_answer);
	if ((ret_answer->state == BOOT_STOPPED || ret_answer->state == BOOT_UNSURE) &&
		strcmp(name, "xinetd") != 0)
		ask_xinetd(context, name, ret_answer);
}

void
boot_answer_free(struct boot_answer *answer)
{
	free(answer->by);
	free(answer->reason);
	free(answer->path);
	*answer = (struct boot_answer){ 0 };
}
