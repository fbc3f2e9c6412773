#include "policy/kinds/schedule.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/schedule_match.h"
#include "policy/models/boot/boot_program.h"

const char *const schedule_frequencies[] = { "hourly", "daily", "weekly", "monthly",
	NULL };

/* Minutes between two starts at most, by the same order. */
static const long limits[] = { 60, CALENDAR_DAY, 7L * CALENDAR_DAY, 31L * CALENDAR_DAY };

/* What is found with one cron. */
struct outcome {
	enum verdict verdict;
	struct place place; /* of the job, or of what looks like one */
	char *path; /* of a file without a place; NULL */
	char *have, *why;
};

static void
outcome_free(struct outcome *outcome)
{
	free(outcome->path);
	free(outcome->have);
	free(outcome->why);
}

static char *
describe_gap(long minutes)
{
	const long day = CALENDAR_DAY, hour = 60;
	autobuffer struct buffer text = { 0 };
	if (minutes >= day)
		buffer_printf(
			&text, "%ld day%s", minutes / day, minutes / day > 1 ? "s" : "");
	if (minutes % day >= hour)
		buffer_printf(
			&text, "%s%ld h", text.size > 0 ? " " : "", minutes % day / hour);
	if (minutes % hour > 0)
		buffer_printf(
			&text, "%s%ld min", text.size > 0 ? " " : "", minutes % hour);
	return buffer_take(&text);
}

/* --- the jobs that are meant ---------------------------------------------------------
 */

enum { PERIODS_MAX = 20 };

struct period {
	enum calendar_every every;
	unsigned days;
	long gap;
};

/* The jobs that are meant, put together. */
struct sum {
	struct period periods[PERIODS_MAX];
	size_t period_count;
	struct calendar times[CALENDAR_ITEMS_MAX];
	size_t count;
	long gap; /* the shortest of all ways; CALENDAR_NEVER: none */
	const struct cron_job *shown; /* where it comes from */
	const char *doubt; /* NULL: none may be shorter */
	const char *program; /* the doubt: an argument of it alone matches; NULL */
	const char *hindrance; /* why one does not count; NULL */
};

static void
shorten(struct sum *sum, long gap, const struct cron_job *job)
{
	if (gap == CALENDAR_NEVER || (sum->gap != CALENDAR_NEVER && gap >= sum->gap))
		return;
	sum->gap = gap;
	sum->shown = job;
}

/* The gap of one of anacron's jobs, each kind of which is worked out once. */
static long
anacron_gap(struct sum *sum, const struct cron_table *table, const struct cron_job *job)
{
	unsigned days = job->every == CALENDAR_DAYS ? job->days : 0;
	for (size_t i = 0; i < sum->period_count; i++)
		if (sum->periods[i].every == job->every && sum->periods[i].days == days)
			return sum->periods[i].gap;
	if (sum->period_count == PERIODS_MAX) {
		sum->doubt = "anacron starts it in more periods than are followed";
		return CALENDAR_NEVER;
	}
	long gap = calendar_longest_gap(
		table->anacron, table->anacron_count, job->every, days);
	sum->periods[sum->period_count++] = (struct period){ job->every, days, gap };
	return gap;
}

/* Why JOB of anacron's may be none, or not as often: a line before it that goes on, or
 * one with START_HOURS_RANGE behind all that is followed. NULL: it is. */
static const char *
doubt_anacron(const struct cron_table *table, const struct cron_job *job)
{
	if (!job->by_anacron)
		return NULL;
	for (size_t i = 0; i < table->skipped_count; i++) {
		const struct cron_skipped *skipped = &table->skipped[i];
		const struct place place = skipped->place;
		if (!skipped->is_doubt || place.file == NULL ||
			place.file != job->place.file)
			continue;
		struct bytes line = bytes_line(place.file->bytes, place.offset);
		if (line.size > 0 && line.data[line.size - 1] == '\\')
			return skipped->reason;
	}
	return table->is_full ? "too much is started, and not all of it is followed"
			      : NULL;
}

static void
add_job(struct sum *sum, const struct cron_table *table, const struct cron_job *job,
	const struct schedule_match *match)
{
	const char *doubt = job->doubt != NULL ? job->doubt : doubt_anacron(table, job);
	if (sum->shown == NULL)
		sum->shown = job;
	if (doubt != NULL)
		sum->doubt = doubt;
	else if (match->meant == SCHEDULE_PERHAPS && match->why == NULL)
		sum->program = match->program;
	else if (match->meant == SCHEDULE_PERHAPS)
		sum->doubt = match->why;
	else if (job->hindrance != NULL)
		sum->hindrance = job->hindrance;
	else if (job->interval > 0)
		shorten(sum, job->interval, job);
	else if (job->by_anacron && !job->at_boot)
		shorten(sum, anacron_gap(sum, table, job), job);
	else if (sum->count == CALENDAR_ITEMS_MAX)
		sum->doubt = "more than 100 entries start it, and not all are followed";
	else if (!job->at_boot)
		sum->times[sum->count++] = job->times;
}

static struct sum
add_up(struct host *host, const struct cron_table *table, struct schedule_search *search)
{
	struct sum sum = { .gap = CALENDAR_NEVER };
	const struct cron_job *first = NULL;
	autofree struct schedule_match *matches = schedule_match_table(
		search, host, table);
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		if (matches[i].meant == SCHEDULE_NOT)
			continue;
		add_job(&sum, table, job, &matches[i]);
		if (first == NULL && job->doubt == NULL && !job->by_anacron &&
			matches[i].meant == SCHEDULE_SURELY && !job->at_boot &&
			job->interval == 0 && job->hindrance == NULL)
			first = job;
	}
	if (first != NULL)
		shorten(&sum,
			calendar_longest_gap(sum.times, sum.count, CALENDAR_EACH, 0),
			first);
	if (search->unsure && sum.doubt == NULL)
		sum.doubt = "a line of more than 64 KiB is not looked at";
	return sum;
}

/* --- what is found -------------------------------------------------------------------
 */

/* Whether what was skipped looks like the job that is asked for. */
static bool
looks_meant(struct host *host, const struct cron_skipped *skipped,
	struct schedule_search *search)
{
	struct place place = skipped->place;
	search->unsure = false;
	bool found = skipped->is_line
		? schedule_looks_so(search, bytes_line(place.file->bytes, place.offset))
		: schedule_looks_so(search, BYTES_TEXT(skipped->path)) ||
			schedule_file_looks_so(search, host_file(host, skipped->path));
	return found || search->unsure;
}

/* Whether what was skipped would go through folders of scripts. */
static bool
starts_others(struct host *host, const struct cron_skipped *skipped)
{
	static const char starter[] = "run-parts";
	struct place place = skipped->place;
	struct bytes text = skipped->is_line ? bytes_line(place.file->bytes, place.offset)
					     : host_file(host, skipped->path)->bytes;
	return text.size > 0 &&
		memmem(text.data, text.size, starter, strlen(starter)) != NULL;
}

static void
show_skipped(struct outcome *outcome, const struct cron_skipped *skipped)
{
	outcome->place = skipped->place;
	outcome->path = memory_text(skipped->path);
	outcome->why = memory_text(skipped->reason);
}

/* No job does: why one that looks so does not, or what else may be the reason. */
static void
find_skipped(struct host *host, const struct cron_table *table,
	struct schedule_search *search, struct outcome *outcome)
{
	const struct cron_skipped *other = NULL, *refused = NULL;
	for (size_t i = 0; i < table->skipped_count; i++) {
		const struct cron_skipped *skipped = &table->skipped[i];
		if (!skipped->is_doubt && other == NULL &&
			looks_meant(host, skipped, search))
			other = skipped;
		if (skipped->is_refused && refused == NULL &&
			starts_others(host, skipped))
			refused = skipped;
		if (skipped->is_doubt) {
			outcome->verdict = VERDICT_UNKNOWN;
			show_skipped(outcome, skipped);
			return;
		}
	}
	if (other == NULL && refused != NULL)
		show_skipped(outcome, refused);
	if (other == NULL)
		return;
	outcome->verdict = other->is_refused ? VERDICT_INVALID : VERDICT_FAIL;
	show_skipped(outcome, other);
}

/* Says in OUTCOME that COMMANDS, of what is at PLACE, find no program; false: they do, or
 * look for another. */
static bool
show_missing(struct host *host, const struct shell_commands *commands,
	struct schedule_search *search, struct bytes text, struct place place,
	struct outcome *outcome)
{
	const char *missing = commands->missing;
	if (missing == NULL ||
		(!schedule_looks_so(search, BYTES_TEXT(missing)) &&
			!schedule_looks_so(search, text)))
		return false;
	outcome->place = place;
	outcome->why = host_exists(host, missing) == 0
		? memory_printf("there is no %s", missing)
		: boot_program_flaw(host, missing);
	if (outcome->why == NULL)
		outcome->why = memory_printf("%s can't be executed", missing);
	return true;
}

/* A job that looks so, or a script of one, whose program is not there or can't be
 * executed. */
static void
find_missing(struct host *host, const struct cron_table *table,
	struct schedule_search *search, struct outcome *outcome)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		if (show_missing(host, &job->commands, search, BYTES_TEXT(job->command),
			    job->place, outcome))
			return;
	}
	for (size_t i = 0; i < table->script_count; i++) {
		const struct cron_script *script = &table->scripts[i];
		if (show_missing(host, &script->commands, search, (struct bytes){ 0 },
			    (struct place){ 0 }, outcome)) {
			outcome->path = memory_text(script->file->path);
			return;
		}
	}
}

static void
find_outcome(struct host *host, const struct cron_installed *installed,
	enum cron_flavour flavour, struct schedule_search *search, long limit,
	struct outcome *ret_outcome)
{
	struct outcome outcome = { .verdict = VERDICT_FAIL };
	const struct cron_table *table = cron_table_get(
		host, installed->problem == NULL, flavour);
	search->unsure = false;
	struct sum sum = add_up(host, table, search);
	bool is_doubt = sum.doubt != NULL || sum.program != NULL;
	if (sum.shown != NULL)
		outcome.place = sum.shown->place;
	if (sum.gap != CALENDAR_NEVER) {
		autofree char *gap = describe_gap(sum.gap);
		outcome.have = memory_printf("started with gaps of at most %s", gap);
		if (sum.gap <= limit)
			outcome.verdict = VERDICT_PASS;
	} else if (sum.shown != NULL) {
		outcome.have = memory_text(sum.shown->at_boot
				? "started at the boot alone"
				: is_doubt              ? "started"
				: sum.hindrance != NULL ? "not started again and again"
							: "never started");
		if (sum.hindrance != NULL && !is_doubt)
			outcome.why = memory_text(sum.hindrance);
	} else {
		outcome.have = memory_text("nothing starts it");
	}
	if (outcome.verdict != VERDICT_PASS && is_doubt) {
		outcome.verdict = VERDICT_UNKNOWN;
		outcome.why = sum.doubt != NULL
			? memory_text(sum.doubt)
			: memory_printf("only an argument of %s matches", sum.program);
	} else if (outcome.verdict != VERDICT_PASS && sum.shown == NULL) {
		find_missing(host, table, search, &outcome);
		if (outcome.why == NULL)
			find_skipped(host, table, search, &outcome);
	}
	if (outcome.verdict == VERDICT_FAIL && installed->problem != NULL) {
		outcome.verdict = installed->is_doubt ? VERDICT_UNKNOWN : VERDICT_FAIL;
		free(outcome.why);
		outcome.why = memory_text(installed->problem);
	}
	*ret_outcome = outcome;
}

static void
report(const struct outcome *outcome, const char *subject, const char *frequency,
	const char *limit, struct findings *findings)
{
	struct finding *finding = findings_add(findings, outcome->verdict, "%s", subject);
	finding_want(finding, "%s: gaps of at most %s", frequency, limit);
	if (outcome->have != NULL && outcome->verdict != VERDICT_UNKNOWN)
		finding_have(finding, "%s", outcome->have);
	if (outcome->why != NULL)
		finding_why(finding, "%s", outcome->why);
	if (outcome->place.file != NULL)
		finding_evidence(finding, outcome->place.file, outcome->place.offset);
	else if (outcome->path != NULL)
		finding_evidence_file(finding, outcome->path);
}

void
schedule_judge(const struct context *context, const char *subject,
	const struct schedule_wanted *wanted, const char *frequency,
	struct findings *findings)
{
	const struct cron_installed installed = cron_installed(context->host);
	struct outcome outcomes[2] = { 0 }, *shown = &outcomes[0];
	struct schedule_search search;
	long limit = 0;
	for (size_t i = 0; schedule_frequencies[i] != NULL; i++)
		if (strcmp(frequency, schedule_frequencies[i]) == 0)
			limit = limits[i];
	if (!schedule_search_begin(wanted, &search))
		return;
	bool any = installed.flavours[0] || installed.flavours[1];
	for (enum cron_flavour i = CRON_DEBIAN; i <= CRON_CRONIE; i++)
		if (installed.flavours[i] || (!any && i == CRON_DEBIAN)) {
			find_outcome(context->host, &installed, i, &search, limit,
				&outcomes[i]);
			if (i == CRON_DEBIAN || !installed.flavours[CRON_DEBIAN] ||
				outcomes[i].verdict != VERDICT_PASS)
				shown = &outcomes[i];
		}
	if (installed.flavours[0] && installed.flavours[1] &&
		outcomes[0].verdict != outcomes[1].verdict) {
		shown->verdict = VERDICT_UNKNOWN;
		free(shown->why);
		shown->why = memory_text("Debian's cron and cronie differ about it, and "
					 "which one it is can't be told");
	}
	autofree char *text = describe_gap(limit);
	report(shown, subject, frequency, text, findings);
	outcome_free(&outcomes[0]);
	outcome_free(&outcomes[1]);
	schedule_search_end(&search);
}

static void
visit(const struct shell_commands *commands, const char *const *programs,
	void (*take)(void *data, const struct shell_command *command), void *data)
{
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command own = schedule_command_own(
			&commands->items[i]);
		if (text_is_one_of(text_base_name(own.words[0]), programs))
			take(data, &own);
	}
}

void
schedule_visit(const struct context *context, const char *const *programs,
	void (*take)(void *data, const struct shell_command *command), void *data)
{
	const struct cron_installed installed = cron_installed(context->host);
	for (enum cron_flavour i = CRON_DEBIAN; i <= CRON_CRONIE; i++) {
		const struct cron_table *table = cron_table_get(context->host,
			installed.flavours[i] && installed.problem == NULL, i);
		for (size_t k = 0; k < table->count; k++)
			visit(&table->jobs[k].commands, programs, take, data);
		for (size_t k = 0; k < table->script_count; k++)
			visit(&table->scripts[k].commands, programs, take, data);
	}
}
