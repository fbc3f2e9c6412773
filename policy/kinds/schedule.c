#include "policy/kinds/schedule.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/cron_table.h"
#include "policy/pattern.h"

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

/* --- which jobs are meant ------------------------------------------------------------
 */

/* Whether a line of FILE that is no comment is matched. */
static bool
file_matches(const struct file *file, const regex_t *regex, bool *unsure)
{
	struct bytes line;
	if (file == NULL || file->state != FILE_READ)
		return false;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		if (cron_line_counts(text) && pattern_matches(regex, line, unsure))
			return true;
	}
	return false;
}

static bool
is_meant(const struct cron_job *job, const regex_t *regex, bool *unsure)
{
	return pattern_matches(regex, BYTES_TEXT(job->command), unsure) ||
		file_matches(job->script, regex, unsure);
}

/* The jobs that are meant, put together. */
struct sum {
	struct calendar times[CALENDAR_ITEMS_MAX];
	size_t count;
	long gap; /* the shortest of all ways; CALENDAR_NEVER: none */
	const struct cron_job *shown; /* where it comes from */
	const char *doubt; /* NULL: none may be shorter */
};

static void
shorten(struct sum *sum, long gap, const struct cron_job *job)
{
	if (gap == CALENDAR_NEVER || (sum->gap != CALENDAR_NEVER && gap >= sum->gap))
		return;
	sum->gap = gap;
	sum->shown = job;
}

static void
add_job(struct sum *sum, const struct cron_table *table, const struct cron_job *job)
{
	if (sum->shown == NULL)
		sum->shown = job;
	if (job->doubt != NULL)
		sum->doubt = job->doubt;
	else if (job->interval > 0)
		shorten(sum, job->interval, job);
	else if (job->by_anacron && !job->at_boot)
		shorten(sum,
			calendar_longest_gap(table->anacron, table->anacron_count,
				job->every, job->days),
			job);
	else if (sum->count == CALENDAR_ITEMS_MAX)
		sum->doubt = "more than 100 entries start it, and not all are followed";
	else if (!job->at_boot)
		sum->times[sum->count++] = job->times;
}

static struct sum
add_up(const struct cron_table *table, const regex_t *regex)
{
	struct sum sum = { .gap = CALENDAR_NEVER };
	bool unsure = false;
	const struct cron_job *first = NULL;
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		if (!is_meant(job, regex, &unsure))
			continue;
		add_job(&sum, table, job);
		if (first == NULL && job->doubt == NULL && !job->by_anacron &&
			!job->at_boot && job->interval == 0)
			first = job;
	}
	if (first != NULL)
		shorten(&sum,
			calendar_longest_gap(sum.times, sum.count, CALENDAR_EACH, 0),
			first);
	if (unsure && sum.doubt == NULL)
		sum.doubt = "a line of more than 64 KiB is not looked at";
	return sum;
}

/* --- what is found -------------------------------------------------------------------
 */

/* Whether what was skipped looks like the job that is asked for. */
static bool
looks_meant(struct host *host, const struct cron_skipped *skipped, const regex_t *regex)
{
	bool unsure = false;
	struct place place = skipped->place;
	bool found = skipped->is_line
		? pattern_matches(
			  regex, bytes_line(place.file->bytes, place.offset), &unsure)
		: pattern_matches(regex, BYTES_TEXT(skipped->path), &unsure) ||
			file_matches(host_file(host, skipped->path), regex, &unsure);
	return found || unsure;
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
find_skipped(struct host *host, const struct cron_table *table, const regex_t *regex,
	struct outcome *outcome)
{
	const struct cron_skipped *other = NULL, *refused = NULL;
	for (size_t i = 0; i < table->skipped_count; i++) {
		const struct cron_skipped *skipped = &table->skipped[i];
		if (!skipped->is_doubt && other == NULL &&
			looks_meant(host, skipped, regex))
			other = skipped;
		if (skipped->is_refused && refused == NULL)
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

static struct outcome
find_outcome(struct host *host, const struct cron_installed *installed,
	enum cron_flavour flavour, const regex_t *regex, long limit)
{
	struct outcome outcome = { .verdict = VERDICT_FAIL };
	struct cron_table table;
	cron_table_read(host, installed->problem == NULL, flavour, &table);
	struct sum sum = add_up(&table, regex);
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
				: sum.doubt != NULL ? "started"
						    : "never started");
	} else {
		outcome.have = memory_text("nothing starts it");
	}
	if (outcome.verdict != VERDICT_PASS && sum.doubt != NULL) {
		outcome.verdict = VERDICT_UNKNOWN;
		outcome.why = memory_text(sum.doubt);
	} else if (outcome.verdict != VERDICT_PASS && sum.shown == NULL) {
		find_skipped(host, &table, regex, &outcome);
	}
	if (outcome.verdict == VERDICT_FAIL && installed->problem != NULL) {
		outcome.verdict = installed->is_doubt ? VERDICT_UNKNOWN : VERDICT_FAIL;
		free(outcome.why);
		outcome.why = memory_text(installed->problem);
	}
	cron_table_free(&table);
	return outcome;
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
schedule_judge(const struct context *context, const char *subject, const char *command,
	const char *frequency, struct findings *findings)
{
	const struct cron_installed installed = cron_installed(context->host);
	struct outcome outcomes[2] = { 0 }, *shown = NULL;
	regex_t regex;
	long limit = 0;
	for (size_t i = 0; schedule_frequencies[i] != NULL; i++)
		if (strcmp(frequency, schedule_frequencies[i]) == 0)
			limit = limits[i];
	if (regcomp(&regex, command, REG_EXTENDED) != 0)
		return; /* validate has told */
	bool any = installed.flavours[0] || installed.flavours[1];
	for (enum cron_flavour i = CRON_DEBIAN; i <= CRON_CRONIE; i++)
		if (installed.flavours[i] || (!any && i == CRON_DEBIAN)) {
			outcomes[i] = find_outcome(
				context->host, &installed, i, &regex, limit);
			shown = shown == NULL || outcomes[i].verdict != VERDICT_PASS
				? &outcomes[i]
				: shown;
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
	regfree(&regex);
}

bool
schedule_finds(const struct context *context, const char *command)
{
	const struct cron_installed installed = cron_installed(context->host);
	bool found = false, unsure = false;
	regex_t regex;
	if (regcomp(&regex, command, REG_EXTENDED) != 0)
		return false;
	for (enum cron_flavour flavour = CRON_DEBIAN; flavour <= CRON_CRONIE; flavour++) {
		struct cron_table table;
		cron_table_read(
			context->host, installed.flavours[flavour], flavour, &table);
		for (size_t i = 0; i < table.count; i++)
			found = found || is_meant(&table.jobs[i], &regex, &unsure);
		cron_table_free(&table);
	}
	regfree(&regex);
	return found || unsure;
}
