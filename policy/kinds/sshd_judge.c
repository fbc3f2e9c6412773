/* Judges the settings that a control asks for, under each version that sshd may be. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/sshd.h"
#include "policy/models/sshd/sshd_algorithms.h"
#include "policy/models/sshd/sshd_host.h"
#include "policy/models/sshd/sshd_outcome.h"

enum { USE_PAM_SINCE = 307 };

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
add_refused(struct findings *findings, const struct sshd_line *refused, const char *block,
	const char *who, const char *reason)
{
	bool unsure = refused->mistake.unsure;
	struct finding *finding = findings_add(findings,
		unsure ? VERDICT_UNKNOWN : VERDICT_INVALID, "configuration of sshd [%s]",
		block);
	finding_why(finding, "sshd %s end each connection with %s: %s",
		unsure ? "may" : "would", who, reason);
	finding_evidence(finding, refused->file, refused->offset);
}

/* sshd starts, and then ends connections, be it those that are in a block. */
static void
report_refused(const struct sshd_config *config, struct findings *findings)
{
	enum { REFUSED_MAX = 20, LINES_FOR_ONE = 8 /* of the budget */ };
	size_t budget = SSHD_WITNESS_BUDGET, cost = config->count / LINES_FOR_ONE + 1;
	size_t before = findings->count;
	autofree bool *seen = memory_new(config->block_count, sizeof *seen);
	const char *reason;
	const struct sshd_line *all = sshd_answer_refused(config, NULL, &reason);
	if (all != NULL)
		add_refused(
			findings, all, "no Match", "no Match block that holds", reason);
	for (size_t i = 0;
		i < config->count && budget > 0 && findings->count - before < REFUSED_MAX;
		i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->block == SSHD_GLOBAL || seen[line->block] ||
			(!config->mistaken[line->keyword->name] &&
				!sshd_algorithms_are(line->keyword)))
			continue;
		seen[line->block] = true;
		const struct sshd_cell cell = { &line->block, 1, NULL, 0 };
		struct sshd_witness witness = sshd_witness_find(config, &cell, &budget);
		const struct sshd_line *refused = witness.result == SSHD_WITNESS_FOUND
			? sshd_answer_refused(config, &witness.connection, &reason)
			: NULL;
		if (refused != NULL && refused != all) {
			autofree char *who = sshd_witness_describe(&witness);
			add_refused(findings, refused, config->blocks[line->block].text,
				who, reason);
		}
		if (witness.result == SSHD_WITNESS_FOUND)
			budget -= cost < budget ? cost : budget;
		sshd_witness_free(&witness);
	}
	if (budget == 0)
		finding_why(
			findings_add(findings, VERDICT_UNKNOWN, "configuration of sshd"),
			"there are too many Match blocks to look whether sshd would end "
			"the connections in them");
}

void
sshd_check(const struct context *context, const struct control *control,
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
		if (host->version_known)
			report_refused(&host->configs[0], findings);
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
