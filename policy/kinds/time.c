#include <fnmatch.h>
#include <string.h>

#include "base/live_clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/kind.h"
#include "policy/models/time/time_conf.h"
#include "policy/models/time/time_state.h"

enum { DOUBTS_SHOWN = 5 };

static const char *const answers[] = { "yes", "no", NULL };

static const struct key keys[] = {
	{ .name = "daemons",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = time_names,
		.help = "which daemons may keep the clock",
		.otherwise = "any" },
	{ .name = "servers",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "sources that must be followed: names, addresses or patterns of "
			"glob(7), without case, as the configuration has them",
		.example = "[ntp1.isp.net, ntp2.isp.net]" },
	{ .name = "only",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "the only sources that may be followed, in the same way",
		.otherwise = "any",
		.example = "['*.isp.net']" },
	{ .name = "synchronised",
		.type = KEY_CHOICE,
		.choices = answers,
		.help = "whether the clock must be synchronised now",
		.otherwise = "no" },
	{ .name = "max-error",
		.type = KEY_NUMBER,
		.min = 1,
		.max = 16000,
		.help = "by how many milliseconds it may be off at most, so far as the "
			"host can tell; a clock that is not synchronised fails",
		.otherwise = "any number",
		.example = "100" },
	{ 0 },
};

static void
validate(const struct control *control, struct problems *problems)
{
	if (control->keys->count == 0)
		problems_add(problems, control->section_at,
			"time: none of 'daemons', 'servers', 'only', 'synchronised' and "
			"'max-error' is there");
}

static void
show(struct finding *finding, struct place place)
{
	if (place.file == NULL)
		return;
	if (place.file->state == FILE_READ && place.file->bytes.size > 0)
		finding_evidence(finding, place.file, place.offset);
	else
		finding_evidence_file(finding, place.file->path);
}

/* --- sources -------------------------------------------------------------------------
 */

static bool
matches(const struct value *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (fnmatch(patterns->items[i].text, name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

/* The better of both: followed rather than not, and without doubt. */
static const struct time_source *
better(const struct time_source *a, const struct time_source *b)
{
	if (a == NULL || b->use < a->use)
		return b;
	return b->use == a->use && a->doubt != NULL && b->doubt == NULL ? b : a;
}

/* The one that PATTERN is about; the best of several. */
static const struct time_source *
find_source(const struct time_daemon *daemon, const char *pattern)
{
	const struct time_source *found = NULL;
	for (size_t i = 0; i < daemon->source_count; i++) {
		const struct time_source *source = &daemon->sources[i];
		if (fnmatch(pattern, source->name, FNM_CASEFOLD) == 0)
			found = better(found, source);
	}
	return found;
}

static bool
may_drop(const struct time_daemon *daemon)
{
	for (size_t i = 0; i < daemon->doubt_count; i++)
		if (daemon->doubts[i].may_drop)
			return true;
	return false;
}

static void
judge_servers(const struct time_daemon *daemon, const struct value *servers,
	struct findings *findings)
{
	static const char *const uses[] = { [TIME_FOLLOWED] = "followed",
		[TIME_ASKED] = "asked at the start alone",
		[TIME_WATCHED] = "noselect: asked, but never followed" };
	for (size_t i = 0; i < servers->count; i++) {
		const char *wanted = servers->items[i].text;
		const struct time_source *source = find_source(daemon, wanted);
		bool is_good = source != NULL && source->use == TIME_FOLLOWED;
		bool is_doubted = is_good ? may_drop(daemon) || source->doubt != NULL
					  : daemon->doubt_count > 0;
		struct finding *finding = findings_add(findings,
			is_doubted        ? VERDICT_UNKNOWN
				: is_good ? VERDICT_PASS
					  : VERDICT_FAIL,
			"source %s", wanted);
		finding_want(finding, "followed");
		finding_have(finding, "%s",
			source != NULL ? uses[source->use] : "not configured");
		if (is_good && source->doubt != NULL)
			finding_why(finding, "%s", source->doubt);
		else if (is_doubted)
			finding_why(finding,
				"what %s does with its configuration can't be told",
				time_names[daemon->id]);
		if (source != NULL)
			show(finding, source->place);
		else
			finding_evidence_file(finding, daemon->path);
	}
}

static void
judge_only(const struct time_daemon *daemon, const struct value *only,
	struct findings *findings)
{
	size_t followed = 0, doubted = 0, others = 0;
	autofree char *want = value_join(only);
	for (size_t i = 0; i < daemon->source_count; i++) {
		const struct time_source *source = &daemon->sources[i];
		followed += source->use == TIME_FOLLOWED;
		doubted += source->use == TIME_FOLLOWED && source->doubt != NULL;
		if (source->use == TIME_WATCHED || matches(only, source->name))
			continue;
		struct finding *finding = findings_add(
			findings, VERDICT_FAIL, "source %s", source->name);
		finding_have(finding, "followed (%s)", source->directive);
		finding_want(finding, "none but %s", want);
		show(finding, source->place);
		others++;
	}
	if (others > 0)
		return;
	/* each may be followed, but perhaps none is */
	bool is_doubted = daemon->doubt_count > 0 ||
		(followed > 0 && doubted == followed);
	struct finding *finding = findings_add(findings,
		is_doubted             ? VERDICT_UNKNOWN
			: followed > 0 ? VERDICT_PASS
				       : VERDICT_FAIL,
		"sources of %s", time_names[daemon->id]);
	finding_want(finding, "none but %s", want);
	if (followed > 0)
		finding_have(finding, "no other is followed%s",
			is_doubted ? ", so far as is understood" : "");
	else
		finding_have(finding, "none is followed");
	if (is_doubted)
		finding_why(finding, "what %s does with its configuration can't be told",
			time_names[daemon->id]);
	finding_evidence_file(finding, daemon->path);
}

/* Whether one of SERVERS is not among those that are followed. */
static bool
misses_one(const struct time_daemon *daemon, const struct value *servers)
{
	for (size_t i = 0; servers != NULL && i < servers->count; i++) {
		const struct time_source *source = find_source(
			daemon, servers->items[i].text);
		if (source == NULL || source->use != TIME_FOLLOWED)
			return true;
	}
	return false;
}

static void
judge_sources(const struct time_daemon *daemon, const struct control *control,
	struct findings *findings)
{
	const struct value *servers = value_find(control->keys, "servers"),
			   *only = value_find(control->keys, "only");
	if (daemon->invalid != NULL) {
		struct finding *finding = findings_add(findings, VERDICT_INVALID,
			"configuration of %s", time_names[daemon->id]);
		finding_why(finding, "%s", daemon->invalid);
		show(finding, daemon->invalid_place);
		return;
	}
	if (servers == NULL && only == NULL)
		return;
	bool is_missed = misses_one(daemon, servers);
	for (size_t i = 0; i < daemon->doubt_count && i < DOUBTS_SHOWN; i++) {
		const struct time_doubt *doubt = &daemon->doubts[i];
		if (!doubt->may_drop && only == NULL && !is_missed)
			continue;
		struct finding *finding = findings_add(findings, VERDICT_UNKNOWN,
			"configuration of %s", time_names[daemon->id]);
		finding_why(finding, "%s", doubt->reason);
		show(finding, doubt->place);
	}
	if (servers != NULL)
		judge_servers(daemon, servers, findings);
	if (only != NULL)
		judge_only(daemon, only, findings);
}

/* --- daemons -------------------------------------------------------------------------
 */

static void
judge_daemon(const struct time_daemon *daemon, const struct control *control,
	struct findings *findings)
{
	const struct value *wanted = value_find(control->keys, "daemons");
	if (wanted == NULL)
		return;
	autofree char *want = value_join(wanted);
	struct finding *finding = findings_add(findings,
		value_lists(wanted, time_names[daemon->id]) ? VERDICT_PASS : VERDICT_FAIL,
		"time daemon");
	finding_have(finding, "%s", time_names[daemon->id]);
	finding_want(finding, "%s%s", wanted->count > 1 ? "one of " : "", want);
	finding_evidence_file(finding, daemon->path);
}

static bool
asks_for_daemons(const struct control *control)
{
	return value_find(control->keys, "daemons") != NULL ||
		value_find(control->keys, "servers") != NULL ||
		value_find(control->keys, "only") != NULL;
}

static void
judge_conf(const struct time_conf *conf, const struct control *control,
	struct findings *findings)
{
	if (conf->count == 0) {
		struct finding *finding = findings_add(findings,
			conf->problem != NULL ? VERDICT_UNKNOWN : VERDICT_FAIL,
			"time daemon");
		finding_have(finding, "none");
		finding_want(finding, "one that is there and configured");
		if (conf->problem != NULL)
			finding_why(finding, "%s", conf->problem);
	}
	if (conf->are_several) {
		autobuffer struct buffer names = { 0 };
		for (size_t i = 0; i < conf->count; i++)
			buffer_printf(&names, "%s%s", i > 0 ? ", " : "",
				time_names[conf->daemons[i].id]);
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "time daemon");
		finding_have(finding, "%s", names.data);
		finding_want(finding, "one");
		finding_why(finding,
			"several are there and none or more than one is started at "
			"boot: which of them keeps the clock can't be told");
		for (size_t i = 0; i < conf->count; i++)
			finding_evidence_file(finding, conf->daemons[i].path);
	}
	for (size_t i = 0; i < conf->count; i++) {
		judge_daemon(&conf->daemons[i], control, findings);
		judge_sources(&conf->daemons[i], control, findings);
	}
}

/* --- the clock -----------------------------------------------------------------------
 */

/* The one that keeps the kernel in the dark; NULL. */
static const struct time_daemon *
find_silent(const struct time_conf *conf)
{
	for (size_t i = 0; i < conf->count; i++)
		if (conf->daemons[i].is_silent)
			return &conf->daemons[i];
	return NULL;
}

static void
judge_error(const struct time_state *state, long milliseconds, struct findings *findings)
{
	struct finding *finding = findings_add(findings,
		state->max_error < 0                             ? VERDICT_UNKNOWN
			: state->max_error > milliseconds * 1000 ? VERDICT_FAIL
								 : VERDICT_PASS,
		"error of the clock");
	finding_want(finding, "at most %ld ms", milliseconds);
	if (state->max_error >= 0)
		finding_have(finding, "up to %ld.%03ld ms", state->max_error / 1000,
			state->max_error % 1000);
	else
		finding_why(finding, "the evidence does not tell it");
	show(finding, state->max_error >= 0 ? state->error_place : state->place);
}

static void
judge_clock(const struct time_conf *conf, const struct time_state *state,
	const struct control *control, struct findings *findings)
{
	struct error ignored = ERROR_INIT;
	const char *max_error = value_text(control->keys, "max-error", NULL);
	const struct time_daemon *silent = find_silent(conf);
	long milliseconds = 0;
	if (state->problem != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "clock");
		finding_why(finding, "%s", state->problem);
		return;
	}
	bool is_untold = !state->is_synchronised && state->is_kernels && silent != NULL;
	struct finding *finding = findings_add(findings,
		is_untold                        ? VERDICT_UNKNOWN
			: state->is_synchronised ? VERDICT_PASS
						 : VERDICT_FAIL,
		"clock");
	finding_want(finding, "synchronised");
	if (!is_untold)
		finding_have(finding,
			state->is_synchronised ? "synchronised" : "not synchronised");
	else
		finding_why(finding,
			"%s does not tell the kernel: %s the evidence is wanted",
			time_names[silent->id],
			silent->id == TIME_CHRONY ? "it lacks rtcsync, so that" : "");
	show(finding, state->place);
	if (max_error != NULL && state->is_synchronised &&
		text_number(max_error, 1, 16000, &milliseconds, &ignored) == 0)
		judge_error(state, milliseconds, findings);
	error_clear(&ignored);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct time_conf conf;
	time_conf_read(context, &conf);
	if (asks_for_daemons(control))
		judge_conf(&conf, control, findings);
	if (strcmp(value_text(control->keys, "synchronised", "no"), "yes") == 0 ||
		value_find(control->keys, "max-error") != NULL) {
		struct recorded recorded;
		struct time_state state;
		recorded_read(control, &recorded);
		time_state_read(context, &recorded, &state);
		judge_clock(&conf, &state, control, findings);
		time_state_free(&state);
		recorded_free(&recorded);
	}
	time_conf_free(&conf);
}

const struct kind kind_time = {
	.name = "time",
	.summary = "which sources the clock follows, and whether it is synchronised",
	.keys = keys,
	.evidence = "ntpstat >FILE, chronyc tracking >FILE, or timedatectl show >FILE",
	.by_hand = "whom chrony or ntp follows, where these exist: `grep -iE "
		   "'^[[:space:]]*(server|pool|peer|refclock|initstepslew|"
		   "(many|multi|broad)castclient|include|confdir|sourcedir)' "
		   "/etc/chrony/chrony.conf /etc/chrony.conf /etc/ntp.conf "
		   "/etc/ntp.d/* /etc/ntpsec/ntp.conf /etc/ntpsec/ntp.d/*`, and the "
		   "same of what lines with include, confdir and sourcedir name\n"
		   "whom timesyncd follows, where there is one: `timedatectl "
		   "show-timesync`\n"
		   "where that is too old, and these exist: `grep -rE "
		   "'^[[:space:]]*(Fallback)?NTP[[:space:]]*=' "
		   "/etc/systemd/timesyncd.conf* /run/systemd/timesyncd.conf* "
		   "/usr/local/lib/systemd/timesyncd.conf* "
		   "/usr/lib/systemd/timesyncd.conf* /run/systemd/netif/links`\n"
		   "whether it does: `chronyc -n sources` and `chronyc tracking`, "
		   "`ntpq -p`, or `timedatectl`",
	.look = live_clock_look,
	.validate = validate,
	.check = check,
};
