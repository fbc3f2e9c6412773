/* What systemd's timers start. Sources: systemd.timer(5); timer_enter_waiting and
 * timer_trigger_notify in timer.c of systemd. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/principals.h"
#include "base/table.h"
#include "base/text.h"
#include "policy/models/boot/boot.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/boot/unit_names.h"
#include "policy/models/cron/cron_table.h"
#include "policy/models/cron/timer_calendar.h"
#include "policy/models/shell/shell_words.h"

/* One timer at work. */
struct timer {
	struct calendar *items;
	size_t count;
	struct place place; /* of the last line that says when */
	long interval; /* see cron_job */
	bool has_start; /* a line that starts it once, after which an interval counts */
	char *unit; /* Unit= */
	char *doubt;
};

enum { TIMERS_MAX = 500 }; /* that are read, of a hostile root */

static void
doubt(struct timer *timer, const char *reason)
{
	if (timer->doubt == NULL)
		timer->doubt = memory_text(reason);
}

static void
reset(struct timer *timer)
{
	timer->count = 0;
	timer->interval = 0;
	timer->has_start = false;
	free(timer->doubt);
	timer->doubt = NULL;
}

static void
take_calendar(struct timer *timer, const char *text)
{
	const char *reason;
	struct calendar calendar;
	if (timer_calendar_read(text, &calendar, &reason) < 0) {
		doubt(timer, reason);
		return;
	}
	timer->items = memory_grow(timer->items, timer->count, sizeof *timer->items);
	timer->items[timer->count++] = calendar;
}

static void
take_span(struct timer *timer, const char *text)
{
	long span = timer_span_read(text);
	if (span < 1)
		doubt(timer, "a time span of the timer is not understood");
	else if (timer->interval == 0 || span < timer->interval)
		timer->interval = span;
}

static void
take_setting(void *data, const char *name, struct traced *value)
{
	static const char *const once[] = { "OnActiveSec", "OnBootSec", "OnStartupSec",
		NULL };
	struct timer *timer = data;
	autofree char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	bool is_calendar = strcmp(name, "OnCalendar") == 0,
	     is_span = strcmp(name, "OnUnitActiveSec") == 0 ||
		strcmp(name, "OnUnitInactiveSec") == 0;
	if (strcmp(name, "Unit") == 0 && *text != '\0') {
		free(timer->unit);
		timer->unit = memory_text(text);
	}
	if (!is_calendar && !is_span && !text_is_one_of(name, once))
		return;
	if (*text == '\0') {
		reset(timer);
		return;
	}
	timer->place = (struct place){ value->file, traced_place(value, 0) };
	if (is_calendar)
		take_calendar(timer, text);
	else if (is_span)
		take_span(timer, text);
	else
		timer->has_start = true;
}

/* --- the service ---------------------------------------------------------------------
 */

/* What keeps a service from starting that the boot does not look at. */
struct service {
	struct boot_units *units;
	struct host *host;
	char *user, *group, *missing; /* MISSING: what it requires and is not there */
	char *untold; /* a mount that it requires, and nothing tells of */
	bool is_dynamic;
};

static void
take_service(void *data, const char *name, struct traced *value)
{
	struct service *service = data;
	autofree char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	if (strcmp(name, "Group") == 0) {
		free(service->group);
		service->group = memory_text(text);
	} else if (strcmp(name, "User") == 0) {
		free(service->user);
		service->user = memory_text(text);
	} else if (strcmp(name, "DynamicUser") == 0) {
		/* it makes a user; what is no yes or no is ignored */
		service->is_dynamic = *text != '\0' && strchr("yYtT1", *text) != NULL;
	}
}

/* Whether a line of fstab(5) makes NAME, "mnt-backup.mount", whose path is written as
 * systemd.unit(5) says of string escaping. */
static bool
is_in_fstab(struct host *host, const char *name)
{
	const struct file *file = host_file(host, "/etc/fstab");
	autobuffer struct buffer path = { 0 };
	unsigned byte;
	struct bytes line;
	buffer_text(&path, "/");
	for (const char *at = name; strcmp(at, ".mount") != 0 && *at != '\0'; at++) {
		char next = *at;
		if (next == '-')
			next = '/';
		if (sscanf(at, "\\x%2x", &byte) == 1) {
			next = (char)byte;
			at += strlen("\\x2d") - 1;
		}
		if (strcmp(name, "-.mount") != 0)
			buffer_add(&path, &next, 1);
	}
	for (size_t next = 0; bytes_next_line(file->bytes, &next, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		char *rest = NULL, *what = strtok_r(text, " \t", &rest),
		     *where = strtok_r(NULL, " \t", &rest);
		if (where != NULL && *what != '#' && strlen(where) == path.size &&
			memcmp(where, path.data, path.size) == 0)
			return true;
	}
	return false;
}

/* Devices and slices need no file. */
static void
take_requirement(void *data, const char *name, struct traced *value)
{
	static const char *const hard[] = { "Requires", "BindsTo", "Requisite", NULL };
	static const char *const types[] = { ".service", ".socket", ".target", ".timer",
		".path", NULL };
	static const char *const mounts[] = { ".mount", ".automount", ".swap", NULL };
	struct service *service = data;
	char *rest = NULL;
	if (!text_is_one_of(name, hard))
		return;
	autofree char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	for (char *word = strtok_r(text, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		struct boot_unit unit;
		const char *dot = strrchr(word, '.');
		bool is_mount = dot != NULL && text_is_one_of(dot, mounts);
		if (dot == NULL || (!is_mount && !text_is_one_of(dot, types)) ||
			strchr(word, '%') != NULL)
			continue;
		boot_units_find(service->units, word, &unit);
		bool is_missing = unit.change == BOOT_CHANGE_UNMASK ||
			(!is_mount && !unit.is_there);
		if (service->missing == NULL && is_missing)
			service->missing = memory_text(word);
		else if (service->untold == NULL && is_mount && !unit.is_there &&
			!is_in_fstab(service->host, word))
			service->untold = memory_text(word);
		free(unit.reason);
		free(unit.path);
	}
}

static bool
is_known(const struct principals *principals, const char *group)
{
	gid_t gid;
	return group == NULL || *group == '\0' || text_is_digits(group) ||
		principals_group(principals, group, &gid);
}

/* Why UNIT, a service, can't start, and the caller frees it; NULL when nothing is seen
 * that hinders it. *ret_is_others: another user than root's. */
static char *
find_obstacle(struct host *host, const struct boot_unit *unit,
	const struct principals *principals, bool *ret_is_others, bool *ret_is_doubt)
{
	struct service service = { .units = boot_units_read(host), .host = host };
	char *found = NULL;
	/* what can't be read is told by the boot */
	(void)unit_files_read_part(host, unit->name, "[Service]", take_service, &service);
	(void)unit_files_read_part(
		host, unit->name, "[Unit]", take_requirement, &service);
	*ret_is_doubt = false;
	if (service.missing != NULL) {
		found = memory_printf("%s requires %s, which is not there, or masked",
			unit->name, service.missing);
	} else if (!service.is_dynamic && !is_known(principals, service.group)) {
		*ret_is_doubt = strchr(service.group, '%') != NULL ||
			!principals->groups_complete;
		found = memory_printf("%s runs in the group %s, which is not in "
				      "/etc/group",
			unit->name, service.group);
	} else if (service.untold != NULL) {
		*ret_is_doubt = true;
		found = memory_printf("%s requires %s, of which no unit and no line of "
				      "/etc/fstab tells",
			unit->name, service.untold);
	}
	*ret_is_others = service.is_dynamic ||
		(service.user != NULL && *service.user != '\0' &&
			strchr(service.user, '%') == NULL &&
			!principals_is_root(principals, service.user));
	free(service.user);
	free(service.group);
	free(service.missing);
	free(service.untold);
	return found;
}

/* Whether COMMAND has what a shell takes for an operator, or a quote without an end: to
 * systemd, which starts it without a shell, it is an argument, or no command. */
static bool
has_operator(const char *command)
{
	struct shell_words words = { .input = BYTES_TEXT(command) };
	bool found = false;
	do {
		shell_words_next(&words);
		found = found || words.token == SHELL_OPERATOR || words.is_cut;
	} while (words.token != SHELL_END && !found);
	shell_words_free(&words);
	return found;
}

/* Why TIMER does not start what it is for again and again, *ret_is_doubt: why that can't
 * be told; NULL when it does. */
static char *
find_hindrance(const struct timer *timer, const struct boot_unit *its,
	const struct boot_unit *service, bool *ret_is_doubt)
{
	bool is_spanned = timer->interval > 0 && timer->count == 0;
	bool is_other = service->starter == NULL ||
		strcmp(service->starter, its->name) != 0;
	*ret_is_doubt = its->state == BOOT_UNSURE || service->state == BOOT_UNSURE;
	if (its->state == BOOT_STOPPED || its->state == BOOT_UNSURE)
		return memory_printf("%s: %s", its->name, its->reason);
	if (service->state == BOOT_STOPPED || service->state == BOOT_UNSURE)
		return memory_printf("%s: %s", service->name, service->reason);
	if (service->remains)
		return memory_printf("%s counts as started when it has ended, for its "
				     "RemainAfterExit, and then the timer starts it once",
			service->name);
	if (!is_spanned || timer->has_start || service->state == BOOT_STARTED)
		return NULL;
	*ret_is_doubt = is_other;
	return memory_printf("%s has no line for the first start, from which its spans "
			     "are counted%s",
		its->name, is_other ? ", and another unit may start it first" : "");
}

/* A job for COMMAND and each way in which TIMER starts it. */
static void
add_jobs(struct host *host, const struct timer *timer, const char *command,
	const char *hindrance, bool is_doubt, bool is_others, struct cron_table *table)
{
	size_t count = timer->count + (timer->interval > 0 || timer->doubt != NULL);
	for (size_t i = 0; i < count && !cron_table_is_full(host, table); i++) {
		struct cron_job *job = cron_table_add(table);
		*job = (struct cron_job){
			.command = memory_text(command),
			.place = timer->place,
			.is_others = is_others,
		};
		if (hindrance != NULL)
			*(is_doubt ? &job->doubt : &job->hindrance) = memory_text(
				hindrance);
		else if (i < timer->count)
			job->times = timer->items[i];
		else if (timer->interval > 0)
			job->interval = timer->interval;
		else
			job->doubt = memory_text(timer->doubt);
	}
}

/* The commands of SERVICE, which TIMER starts; ITS is what the boot makes of that. */
static void
add_service(struct host *host, const struct timer *timer, const struct boot_unit *its,
	const struct boot_unit *service, const struct principals *principals,
	struct cron_table *table)
{
	bool is_doubt, is_other_doubt, is_others;
	char *reason = find_hindrance(timer, its, service, &is_doubt);
	char *obstacle = find_obstacle(
		host, service, principals, &is_others, &is_other_doubt);
	if (reason == NULL) {
		reason = obstacle;
		is_doubt = is_other_doubt;
	} else {
		free(obstacle);
	}
	autofree char *hindrance = reason;
	bool may_fail = false; /* one before it, and then this one is not run */
	for (size_t i = 0; service->commands != NULL && i < service->commands->count;
		i++) {
		const struct boot_command *command = &service->commands->items[i];
		size_t prefix = strspn(command->text, "@-:+!");
		const char *text = command->text + prefix;
		/* with + or ! it is root's all the same: systemd.service(5) */
		bool is_roots = strcspn(command->text, "+!") < prefix;
		if (strcmp(command->setting, "ExecStart") != 0)
			continue;
		const char *odd = hindrance != NULL ? NULL
			: has_operator(text)
			? "an operator of a shell in ExecStart= is not followed"
			: may_fail ? "a line of ExecStart= before it may fail"
				   : NULL;
		add_jobs(host, timer, text, odd != NULL ? odd : hindrance,
			odd != NULL || is_doubt, is_others && !is_roots, table);
		may_fail = may_fail || memchr(command->text, '-', prefix) == NULL;
	}
}

static void
skip_unsure(struct cron_table *table, const char *name, const struct boot_unit *unit)
{
	if (unit->state == BOOT_UNSURE)
		cron_table_skip(table, unit->path != NULL ? unit->path : name,
			(struct place){ 0 }, true, memory_text(unit->reason));
}

static void
read_timer(struct host *host, const char *name, const struct principals *principals,
	struct cron_table *table)
{
	struct boot_units *units = boot_units_read(host);
	struct timer timer = { 0 };
	struct boot_unit its, service;
	boot_units_find(units, name, &its);
	const struct file *bad = unit_files_read_part(
		host, its.name, "[Timer]", take_setting, &timer);
	autofree char *unit = timer.unit != NULL
		? memory_text(timer.unit)
		: memory_printf("%.*s.service",
			  (int)(strlen(its.name) - strlen(".timer")), its.name);
	boot_units_find(units, unit, &service);
	if (bad != NULL)
		cron_table_skip(table, bad->path, (struct place){ 0 }, true,
			memory_text(bad->reason != NULL ? bad->reason : "not there"));
	if (bad == NULL && (service.commands == NULL || service.commands->count == 0)) {
		skip_unsure(table, name, &its);
		skip_unsure(table, unit, &service);
	}
	add_service(host, &timer, &its, &service, principals, table);
	free(its.reason);
	free(its.path);
	free(service.reason);
	free(service.path);
	free(timer.items);
	free(timer.unit);
	free(timer.doubt);
}

static bool
is_timer(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot != NULL && strcmp(dot, ".timer") == 0;
}

/* Those that the boot reaches, and those that another unit wants, be it in vain. */
void
cron_timers_add(struct host *host, struct cron_table *table)
{
	if (!boot_is_systemd(host))
		return;
	const struct boot_units *units = boot_units_read(host);
	const struct name_list *wanted = &unit_names_read(host)->wanted;
	const struct boot_unit *unit;
	struct table seen = { 0 };
	const struct principals *principals = principals_of(host);
	size_t count = 0;
	for (size_t i = 0; (unit = boot_units_next(units, &i)) != NULL;)
		if (is_timer(unit->name) && count++ < TIMERS_MAX) {
			table_set(&seen, unit->name, table);
			read_timer(host, unit->name, principals, table);
		}
	for (size_t i = 0; i < wanted->count; i++)
		if (is_timer(wanted->names[i]) &&
			table_get(&seen, wanted->names[i]) == NULL &&
			count++ < TIMERS_MAX)
			read_timer(host, wanted->names[i], principals, table);
	if (count > TIMERS_MAX)
		cron_table_skip(table, "/etc/systemd/system", (struct place){ 0 }, true,
			memory_text("there are more timers than are followed"));
	table_free(&seen);
}
