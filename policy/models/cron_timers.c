/* What systemd's timers start. Sources: systemd.timer(5); timer_enter_waiting and
 * timer_trigger_notify in timer.c of systemd. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"
#include "policy/models/boot.h"
#include "policy/models/cron_table.h"
#include "policy/models/timer_calendar.h"
#include "policy/models/unit_files.h"
#include "policy/models/unit_names.h"

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
	timer->place = (struct place){ value->file, value->places[0] };
	if (is_calendar)
		take_calendar(timer, text);
	else if (is_span)
		take_span(timer, text);
	else
		timer->has_start = true;
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
	const char *hindrance, bool is_doubt, struct cron_table *table)
{
	size_t count = timer->count + (timer->interval > 0 || timer->doubt != NULL);
	for (size_t i = 0; i < count && !cron_table_is_full(host, table); i++) {
		struct cron_job *job = cron_table_add(table);
		*job = (struct cron_job){
			.command = memory_text(command),
			.place = timer->place,
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
	const struct boot_unit *service, struct cron_table *table)
{
	bool is_doubt;
	autofree char *hindrance = find_hindrance(timer, its, service, &is_doubt);
	for (size_t i = 0; service->commands != NULL && i < service->commands->count;
		i++) {
		const struct boot_command *command = &service->commands->items[i];
		if (strcmp(command->setting, "ExecStart") == 0)
			add_jobs(host, timer,
				command->text + strspn(command->text, "@-:+!"), hindrance,
				is_doubt, table);
	}
}

static void
read_timer(struct host *host, const char *name, struct cron_table *table)
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
	else if (its.state == BOOT_UNSURE && service.commands == NULL)
		cron_table_skip(table, its.path != NULL ? its.path : name,
			(struct place){ 0 }, true, memory_text(its.reason));
	add_service(host, &timer, &its, &service, table);
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
	size_t count = 0;
	for (size_t i = 0; (unit = boot_units_next(units, &i)) != NULL;)
		if (is_timer(unit->name) && count++ < TIMERS_MAX) {
			table_set(&seen, unit->name, table);
			read_timer(host, unit->name, table);
		}
	for (size_t i = 0; i < wanted->count; i++)
		if (is_timer(wanted->names[i]) &&
			table_get(&seen, wanted->names[i]) == NULL &&
			count++ < TIMERS_MAX)
			read_timer(host, wanted->names[i], table);
	if (count > TIMERS_MAX)
		cron_table_skip(table, "/etc/systemd/system", (struct place){ 0 }, true,
			memory_text("there are more timers than are followed"));
	table_free(&seen);
}
