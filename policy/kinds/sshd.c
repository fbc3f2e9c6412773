#include "policy/kinds/sshd.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd_algorithms.h"
#include "policy/models/sshd_host.h"
#include "policy/models/sshd_outcome.h"
#include "policy/models/sshd_port.h"
#include "policy/models/sshd_value.h"

enum { BLOCKS_ANSWERED_MAX = 50, USE_PAM_SINCE = 307 };

static const char *const views[] = { "effective", "explicit", NULL };

static const struct key keys[] = {
	{ .name = "settings",
		.type = KEY_SETTINGS,
		.required = true,
		.choices = &sshd_keyword_names[SSHD_NONE + 1],
		.help = "what each keyword must be, for every user and address",
		.example = "{ PermitRootLogin: no, MaxAuthTries: { max: 4 } }" },
	{ .name = "view",
		.type = KEY_CHOICE,
		.choices = views,
		.help = "effective: what sshd does; explicit: a line must also say so",
		.example = "explicit",
		.otherwise = "effective" },
	{ 0 },
};

static bool
same(const char *subject, const char *want, const char *have)
{
	enum sshd_setting setting = sshd_keyword_number(subject);
	int version = sshd_host_newest(setting);
	const struct sshd_keyword *keyword = sshd_keyword_get(setting, version);
	autofree char *normal = keyword != NULL
		? sshd_value_normal(keyword, version, want, NULL)
		: NULL;
	if (setting == SSHD_LISTEN_ADDRESS && normal != NULL)
		return sshd_listen_same(normal, have);
	return strcmp(normal != NULL ? normal : want, have) == 0;
}

static bool
measure(const char *subject, const char *have, long *ret_number)
{
	const struct sshd_keyword *keyword;
	enum sshd_setting setting = sshd_keyword_number(subject);
	keyword = sshd_keyword_get(setting, sshd_host_newest(setting));
	if (keyword == NULL || !sshd_value_is_number(keyword))
		return false;
	*ret_number = sshd_value_seconds(have);
	return *ret_number >= 0;
}

const struct comparison sshd_comparison = { same, measure };

static bool
holds(const struct sshd_wish *wish, const char *value)
{
	return condition_holds(
		wish->want, sshd_keyword_names[wish->setting], value, &sshd_comparison);
}

struct sshd_wish
sshd_wish_make(enum sshd_setting setting, const struct value *want)
{
	return (struct sshd_wish){ holds, setting, want };
}

/* A judgement of one setting under one version. */
struct judgement {
	const struct sshd_host *host;
	const struct sshd_config *config;
	enum sshd_setting setting;
	const struct value *want;
	bool explicit;
	struct findings *findings;
};

static const char *
name_of(const struct judgement *judgement)
{
	return sshd_keyword_names[judgement->setting];
}

static char *
version_name(const struct judgement *judgement)
{
	return memory_printf("OpenSSH %d.%d%s", judgement->config->version / 100,
		judgement->config->version % 100,
		judgement->host->assumed                  ? " (assumed by the policy)"
			: !judgement->host->version_known ? ", and of older versions"
							  : "");
}

static char *
place(const struct sshd_line *line)
{
	unsigned number, column;
	bytes_position(line->file->bytes, line->offset, &number, &column);
	return memory_printf("%s:%u", line->file->path, number);
}

/* Why the answer is what it is. */
static void
explain(const struct judgement *judgement, const struct sshd_outcome *outcome,
	struct buffer *why)
{
	const struct sshd_answer *answer = &outcome->answer;
	autofree char *version = version_name(judgement);
	if (answer->line == NULL)
		buffer_printf(why, "default of %s; no line up to here sets it", version);
	else if (answer->line->command_line)
		buffer_text(
			why, "given on sshd's command line, which overrides the file");
	else if (outcome->block != SSHD_GLOBAL)
		buffer_text(why, "set in a Match block");
	else
		buffer_text(why, "set for all connections");
	if (answer->adding > 1)
		buffer_printf(why, "; %zu lines add up", answer->adding);
	if (outcome->block != SSHD_GLOBAL) {
		autofree char *who = sshd_witness_describe(&outcome->witness);
		buffer_printf(why, ", so it holds for %s", who);
	}
	if (answer->line != NULL && answer->shadowed != NULL) {
		autofree char *other = place(answer->shadowed);
		buffer_printf(why, "; %s says %s, but %s", other, answer->shadowed->value,
			answer->line->keyword->rule == SSHD_LAST ? "a later line wins"
								 : "this line was first");
	}
}

/* What is special about a keyword. */
static void
explain_keyword(const struct judgement *judgement, const struct sshd_outcome *outcome,
	struct buffer *why)
{
	const struct sshd_answer *answer = &outcome->answer;
	if (judgement->setting != SSHD_KBD_INTERACTIVE_AUTHENTICATION ||
		answer->value == NULL || strcmp(answer->value, "yes") != 0)
		return;
	bool forced = judgement->config->version < 807 &&
		(answer->line == NULL ||
			answer->line->keyword->name ==
				SSHD_CHALLENGE_RESPONSE_AUTHENTICATION);
	if (forced)
		buffer_text(why,
			"; in this version ChallengeResponseAuthentication yes, "
			"its default, turns keyboard-interactive on");
	/* UsePAM came with OpenSSH 3.7; before, PAM was chosen when sshd was built */
	buffer_printf(why,
		"; with PAM%s a password login remains possible through "
		"keyboard-interactive",
		judgement->config->version < USE_PAM_SINCE ? "" : " (UsePAM yes)");
}

/* Where the reader can see it: the deciding line, or the last line of the part of the
 * main file in which a line would count. */
static void
add_evidence(const struct judgement *judgement, const struct sshd_answer *answer,
	struct finding *finding)
{
	const struct sshd_config *config = judgement->config;
	if (answer->line != NULL) {
		finding_evidence(finding, answer->line->file, answer->line->offset);
	} else {
		size_t end = config->main->bytes.size;
		for (size_t i = config->block_count; i-- > 0;)
			if (config->blocks[i].file == config->main)
				end = config->blocks[i].offset;
		finding_evidence_end(finding, config->main, end);
	}
	if (answer->shadowed != NULL)
		finding_evidence(
			finding, answer->shadowed->file, answer->shadowed->offset);
}

static struct finding *
add_finding(const struct judgement *judgement, enum verdict verdict, long block)
{
	autobuffer struct buffer want = { 0 };
	struct finding *finding = block == SSHD_GLOBAL
		? findings_add(judgement->findings, verdict, "%s", name_of(judgement))
		: findings_add(judgement->findings, verdict, "%s [%s]",
			  name_of(judgement), judgement->config->blocks[block].text);
	condition_describe(judgement->want, &want);
	finding_want(finding, "%s", want.data != NULL ? want.data : "");
	return finding;
}

/* For the explicit view: whether a line for all connections says it. */
static bool
is_written(const struct judgement *judgement, const struct sshd_answer *answer)
{
	const struct sshd_config *config = judgement->config;
	if (answer->line != NULL)
		return !answer->line->command_line;
	for (size_t i = 0; i < config->count; i++)
		if (config->lines[i].written->no_effect &&
			config->lines[i].written->name == judgement->setting &&
			condition_holds(judgement->want, name_of(judgement),
				config->lines[i].value, &sshd_comparison))
			return true;
	return false;
}

static void
judge_outcome(const struct judgement *judgement, const struct sshd_outcome *outcome)
{
	const struct sshd_answer *answer = &outcome->answer;
	autobuffer struct buffer why = { 0 };
	enum verdict verdict = VERDICT_PASS;
	const struct sshd_keyword *keyword = sshd_keyword_get(
		judgement->setting, judgement->config->version);
	if (answer->value == NULL) {
		autofree char *version = version_name(judgement);
		verdict = VERDICT_UNKNOWN;
		buffer_printf(&why, "%s (%s)", answer->reason, version);
	} else if (!condition_holds(judgement->want, name_of(judgement), answer->value,
			   &sshd_comparison)) {
		bool sure = outcome->witness.result == SSHD_WITNESS_FOUND;
		verdict = sure ? VERDICT_FAIL : VERDICT_UNKNOWN;
		if (!sure)
			buffer_text(&why,
				"it can't be told whether a connection meets "
				"the Match block; ");
		explain(judgement, outcome, &why);
		explain_keyword(judgement, outcome, &why);
	} else if (keyword->no_effect) {
		autofree char *version = version_name(judgement);
		buffer_printf(
			&why, "%s ignores the keyword and can do nothing else", version);
	} else {
		explain(judgement, outcome, &why);
	}
	if (verdict == VERDICT_PASS && judgement->explicit &&
		outcome->block == SSHD_GLOBAL && !is_written(judgement, answer)) {
		verdict = VERDICT_FAIL;
		buffer_text(&why,
			"; the explicit view asks for a line that says so, the "
			"effective view holds");
	}
	struct finding *finding = add_finding(judgement, verdict, outcome->block);
	if (answer->value != NULL)
		finding_have(finding, "%s", answer->value);
	finding_why(finding, "%s", why.data);
	add_evidence(judgement, answer, finding);
}

static void
judge(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->config->problem_count; i++) {
		const struct sshd_problem *problem = &judgement->config->problems[i];
		struct finding *finding = add_finding(
			judgement, VERDICT_UNKNOWN, SSHD_GLOBAL);
		finding_why(finding, "%s", problem->text);
		if (problem->file != NULL)
			finding_evidence(finding, problem->file, problem->offset);
		else
			finding_evidence_file(finding, problem->path);
		return;
	}
	struct sshd_wish wish = sshd_wish_make(judgement->setting, judgement->want);
	struct sshd_outcomes outcomes = sshd_outcomes_find(judgement->config, &wish);
	for (size_t i = 0; i < outcomes.count; i++)
		judge_outcome(judgement, &outcomes.items[i]);
	if (outcomes.more)
		finding_why(add_finding(judgement, VERDICT_UNKNOWN, SSHD_GLOBAL),
			"more Match blocks set it than are looked at");
	sshd_outcomes_free(&outcomes);
}

/* The daemon would not start: that is all there is to say. */
static void
report_rejection(const struct sshd_config *config, struct findings *findings)
{
	for (size_t i = 0; i < config->problem_count; i++) {
		const struct sshd_problem *problem = &config->problems[i];
		if (problem->unknown)
			continue;
		struct finding *finding = findings_add(
			findings, VERDICT_INVALID, "configuration of sshd");
		finding_why(finding, "sshd would not start: %s", problem->text);
		if (problem->file != NULL)
			finding_evidence(finding, problem->file, problem->offset);
		else
			finding_evidence_file(finding, problem->path);
	}
}

static void
move_findings(struct findings *from, struct findings *to)
{
	for (size_t i = 0; i < from->count; i++) {
		to->items = memory_grow(to->items, to->count, sizeof *to->items);
		to->items[to->count++] = from->items[i];
	}
	free(from->items);
	*from = (struct findings){ 0 };
}

/* Judges under each version that it may be; where they disagree it can't be told. */
static void
judge_versions(const struct sshd_host *host, struct judgement judgement)
{
	struct findings *all = judgement.findings, first = { 0 };
	const struct sshd_config *differs = NULL;
	for (size_t i = 0; i < host->count && differs == NULL; i++) {
		struct findings one = { 0 };
		judgement.config = &host->configs[i];
		judgement.findings = i == 0 ? &first : &one;
		judge(&judgement);
		if (i > 0 && findings_verdict(&one) != findings_verdict(&first))
			differs = &host->configs[i];
		findings_free(&one);
	}
	if (differs == NULL) {
		move_findings(&first, all);
		return;
	}
	judgement.findings = all;
	struct finding *finding = add_finding(&judgement, VERDICT_UNKNOWN, SSHD_GLOBAL);
	finding_why(finding,
		"the version of OpenSSH is not known, and it matters: %s with %d.%d, "
		"otherwise with %d.%d; state it in the policy (assume: openssh: VERSION)",
		verdict_name(findings_verdict(&first)), host->configs[0].version / 100,
		host->configs[0].version % 100, differs->version / 100,
		differs->version % 100);
	finding_evidence_file(finding, host->configs[0].main->path);
	findings_free(&first);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const struct value *settings = value_find(control->keys, "settings");
	bool explicit = strcmp(value_text(control->keys, "view", "effective"),
				"explicit") == 0;
	const struct sshd_host *host = sshd_host_load(context);
	if (!host->installed) {
		finding_why(findings_add(findings, VERDICT_NOT_APPLICABLE, "sshd"),
			"no sshd is installed");
	} else if (sshd_host_rejects(&host->configs[0])) {
		report_rejection(&host->configs[0], findings);
	} else {
		for (size_t i = 0; i < settings->count; i++)
			judge_versions(host,
				(struct judgement){ .host = host,
					.setting = sshd_keyword_number(
						settings->entries[i].key),
					.want = &settings->entries[i].value,
					.explicit = explicit,
					.findings = findings });
	}
}

static void
validate_value(
	enum sshd_setting setting, const struct value *value, struct problems *problems)
{
	int version = sshd_host_newest(setting);
	struct error err = ERROR_INIT;
	if (value->type == VALUE_LIST) {
		for (size_t i = 0; i < value->count; i++)
			validate_value(setting, &value->items[i], problems);
		return;
	}
	const struct sshd_keyword *keyword = sshd_keyword_get(setting, version);
	if (value->type == VALUE_TEXT && keyword != NULL &&
		sshd_algorithms_are(keyword) && value->text[0] != '\0' &&
		strchr("+-^", value->text[0]) != NULL) {
		problems_add(problems, value->at,
			"%s: '%c' adds to, takes from or sorts the default list, which "
			"each "
			"version has its own of: write the list that is wanted",
			sshd_keyword_names[setting], value->text[0]);
		return;
	}
	autofree char *normal = value->type == VALUE_TEXT
		? sshd_value_normal(keyword, version, value->text, &err)
		: NULL;
	if (normal == NULL && err.text != NULL)
		problems_add(problems, value->at, "%s: sshd takes no such value: %s",
			sshd_keyword_names[setting], err.text);
	error_clear(&err);
}

static bool
has_bounds(const struct value *value)
{
	return value_find(value, "min") != NULL || value_find(value, "max") != NULL;
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *settings = value_find(control->keys, "settings");
	for (size_t i = 0; settings != NULL && i < settings->count; i++) {
		const struct entry *entry = &settings->entries[i];
		enum sshd_setting setting = sshd_keyword_number(entry->key);
		if (setting == SSHD_NONE)
			continue; /* the key table says so */
		if (sshd_host_newest(setting) == 0) {
			problems_add(problems, entry->at, "%s has no value to ask for",
				entry->key);
			continue;
		}
		if (entry->value.type == VALUE_MAP && has_bounds(&entry->value) &&
			!sshd_value_is_number(
				sshd_keyword_get(setting, sshd_host_newest(setting)))) {
			problems_add(problems, entry->at,
				"%s is no number: min and max mean nothing", entry->key);
			continue;
		}
		validate_value(setting, &entry->value, problems);
		for (size_t k = 0;
			entry->value.type == VALUE_MAP && k < entry->value.count; k++)
			validate_value(setting, &entry->value.entries[k].value, problems);
	}
}

static void
answer_all(const struct sshd_config *config, const struct sshd_witness *witness,
	const char *block, struct answers *answers)
{
	for (enum sshd_setting i = SSHD_NONE + 1; i < SSHD_SETTING_COUNT; i++) {
		const struct sshd_keyword *keyword = sshd_keyword_get(i, config->version);
		if (keyword == NULL || keyword->name != i || keyword->no_effect ||
			keyword->parse == NULL)
			continue;
		struct sshd_answer answer = sshd_answer_find(
			config, i, witness != NULL ? &witness->connection : NULL);
		autofree char *subject = block == NULL
			? memory_text(sshd_keyword_names[i])
			: memory_printf("%s [%s]", sshd_keyword_names[i], block);
		answers_add(answers, subject,
			answer.value != NULL ? answer.value : answer.reason);
		sshd_answer_free(&answer);
	}
}

static void
answers(const struct context *context, const struct control *control,
	struct answers *ret_answers)
{
	(void)control;
	const struct sshd_host *host = sshd_host_load(context);
	size_t budget = SSHD_WITNESS_BUDGET;
	for (size_t i = 0; i < host->count && i < 1; i++) {
		const struct sshd_config *config = &host->configs[0];
		for (size_t k = 0; k < config->problem_count; k++)
			answers_add(ret_answers, "configuration of sshd",
				config->problems[k].text);
		answer_all(config, NULL, NULL, ret_answers);
		for (size_t k = 0; k < config->block_count && k < BLOCKS_ANSWERED_MAX;
			k++) {
			struct sshd_witness witness = sshd_witness_find(
				config, (long)k, NULL, 0, &budget);
			if (witness.result == SSHD_WITNESS_FOUND)
				answer_all(config, &witness, config->blocks[k].text,
					ret_answers);
			sshd_witness_free(&witness);
		}
	}
}

/* Whether two names mean one setting in some version. */
static bool
related(enum sshd_setting a, enum sshd_setting b)
{
	static const int ages[] = { 1003, 902, 704, 306 };
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
		const struct sshd_keyword *x = sshd_keyword_get(a, ages[i]),
					  *y = sshd_keyword_get(b, ages[i]);
		if (x != NULL && x == y)
			return true;
	}
	return a == b;
}

static bool
wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	const struct value *settings = value_find(control->keys, "settings");
	autofree char *name = memory_copy(subject, strcspn(subject, " "));
	enum sshd_setting setting = sshd_keyword_number(name);
	(void)before;
	for (size_t i = 0; i < settings->count && after != NULL && setting != SSHD_NONE;
		i++) {
		const struct entry *entry = &settings->entries[i];
		if (related(setting, sshd_keyword_number(entry->key)) &&
			condition_holds(
				&entry->value, entry->key, after, &sshd_comparison))
			return true;
	}
	return false;
}

const struct kind kind_sshd = {
	.name = "sshd",
	.summary = "effective settings of the OpenSSH server, for every connection",
	.keys = keys,
	.lenses = 1u << LENS_SSHD,
	.validate = validate,
	.check = check,
	.remedy = sshd_remedy,
	.answers = answers,
	.wants = wants,
};
