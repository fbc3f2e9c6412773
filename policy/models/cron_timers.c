/* What systemd's timers start. Source: systemd.timer(5). */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
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
	char *unit; /* Unit= */
	char *doubt;
};

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
}

/* The commands of a service: ExecStart= lines. */
struct commands {
	char **items;
	size_t count;
};

static void
take_command(void *data, const char *name, struct traced *value)
{
	struct commands *commands = data;
	if (strcmp(name, "ExecStart") != 0)
		return;
	if (value->text.size == 0) {
		while (commands->count > 0)
			free(commands->items[--commands->count]);
		return;
	}
	size_t prefix = strspn(value->text.data, "@-:+!");
	commands->items = memory_grow(
		commands->items, commands->count, sizeof *commands->items);
	commands->items[commands->count++] = memory_copy(
		value->text.data + prefix, value->text.size - prefix);
}

/* A job for COMMAND and each way in which TIMER starts it. */
static void
add_jobs(struct host *host, const struct timer *timer, const char *command,
	struct cron_table *table)
{
	size_t count = timer->count + (timer->interval > 0 || timer->doubt != NULL);
	for (size_t i = 0; i < count && !cron_table_is_full(host, table); i++) {
		struct cron_job *job = cron_table_add(table);
		*job = (struct cron_job){
			.command = memory_text(command),
			.place = timer->place,
		};
		if (i < timer->count)
			job->times = timer->items[i];
		else if (timer->interval > 0)
			job->interval = timer->interval;
		else
			job->doubt = memory_text(timer->doubt);
	}
}

static void
read_timer(struct host *host, const char *name, struct cron_table *table)
{
	struct timer timer = { 0 };
	struct commands commands = { 0 };
	const struct file *bad = unit_files_read_part(
		host, name, "[Timer]", take_setting, &timer);
	autofree char *unit = timer.unit != NULL
		? memory_text(timer.unit)
		: memory_printf(
			  "%.*s.service", (int)(strlen(name) - strlen(".timer")), name);
	if (bad == NULL)
		bad = unit_files_read_one(host, unit, take_command, &commands);
	if (bad != NULL)
		cron_table_skip(table, bad->path, (struct place){ 0 }, true,
			memory_text(bad->reason != NULL ? bad->reason : "not there"));
	for (size_t i = 0; i < commands.count; i++) {
		add_jobs(host, &timer, commands.items[i], table);
		free(commands.items[i]);
	}
	free(commands.items);
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

void
cron_timers_add(struct host *host, struct cron_table *table)
{
	const struct name_list *wanted = &unit_names_read(host)->wanted;
	for (size_t i = 0; i < wanted->count; i++)
		if (is_timer(wanted->names[i]))
			read_timer(host, wanted->names[i], table);
}
