/* Reads from standard input, a line each, whose words tabs divide: "table FLAVOUR ROOT",
 * what the model makes of ROOT's crontabs (FLAVOUR: debian or cronie); "calendar TEXT",
 * of OnCalendar=TEXT. Prints "job", the times (see print_times), whether it is at the
 * boot alone, the longest gap and the command, for each that has times; "doubt WHY" for
 * what can't be told; "all GAP" of all together; and an empty line. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/cron/cron_table.h"
#include "policy/models/cron/timer_calendar.h"

/* Minutes in hexadecimal words, the first first; days, days from the end, months,
 * weekdays as bits; 1 when a day of the month or the week is enough. */
static void
print_times(const struct calendar *times)
{
	for (size_t i = 0; i < CALENDAR_WORDS; i++)
		printf("%s%" PRIx64, i > 0 ? "," : "", times->minutes[i]);
	printf("\t%u\t%u\t%u\t%u\t%d", times->days, times->last_days, times->months,
		times->weekdays, times->either);
}

static void
print_job(const struct calendar *times, bool at_boot, const char *command)
{
	printf("job\t");
	print_times(times);
	printf("\t%d\t%ld\t%s\n", at_boot,
		calendar_longest_gap(times, 1, CALENDAR_EACH, 0), command);
}

static void
ask_table(const char *flavour, const char *root)
{
	static struct calendar all[CALENDAR_ITEMS_MAX];
	struct error err = ERROR_INIT;
	size_t count = 0;
	struct host *host = host_open(root, &err);
	if (host == NULL) {
		printf("doubt\t%s\n", err.text);
		error_clear(&err);
		return;
	}
	const struct cron_table *table = cron_table_get(
		host, true, strcmp(flavour, "debian") == 0 ? CRON_DEBIAN : CRON_CRONIE);
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		if (job->doubt != NULL)
			printf("doubt\t%s\n", job->doubt);
		else
			print_job(&job->times, job->at_boot, job->command);
		if (job->doubt == NULL && !job->at_boot && count < CALENDAR_ITEMS_MAX)
			all[count++] = job->times;
	}
	for (size_t i = 0; i < table->skipped_count; i++)
		if (table->skipped[i].is_doubt)
			printf("doubt\t%s\n", table->skipped[i].reason);
	printf("all\t%ld\n", calendar_longest_gap(all, count, CALENDAR_EACH, 0));
	host_free(host);
}

static void
ask_calendar(const char *text)
{
	struct calendar calendar;
	const char *reason;
	if (timer_calendar_read(text, &calendar, &reason) < 0)
		printf("doubt\t%s\n", reason);
	else
		print_job(&calendar, false, "");
}

int
main(void)
{
	char line[4096];
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *rest = NULL, *what = strtok_r(line, "\t", &rest);
		if (what != NULL && strcmp(what, "table") == 0) {
			char *flavour = strtok_r(NULL, "\t", &rest),
			     *root = strtok_r(NULL, "\t", &rest);
			if (root != NULL)
				ask_table(flavour, root);
		} else {
			ask_calendar(rest != NULL ? rest : "");
		}
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
