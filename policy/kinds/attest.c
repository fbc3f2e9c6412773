#include <unistd.h>

#include "base/memory.h"
#include "policy/attestation.h"
#include "policy/kinds/kind.h"
#include "policy/recorded.h"
#include "policy/waiver.h"

static const struct key keys[] = {
	{ .name = "answers",
		.type = KEY_TEXT,
		.help = "the file of answers that holdfast attest writes; a relative "
			"path "
			"counts from the folder of the policy",
		.otherwise = "attestations.jsonl",
		.example = "answers/physical.jsonl" },
	{ .name = "max-days",
		.type = KEY_NUMBER,
		.min = 1,
		.max = 36500,
		.help = "for how many days an answer counts at most",
		.otherwise = "365" },
	{ 0 },
};

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct attestation attestation;
	char today[16];
	waiver_today(today);
	attestation_read(control, today, geteuid() == 0 && host_is_live(context->host),
		&attestation);
	static const enum verdict verdicts[] = {
		[ATTESTATION_MISSING] = VERDICT_MANUAL,
		[ATTESTATION_YES] = VERDICT_PASS,
		[ATTESTATION_NO] = VERDICT_FAIL,
		[ATTESTATION_VOID] = VERDICT_MANUAL,
		[ATTESTATION_UNREADABLE] = VERDICT_UNKNOWN,
	};
	bool is_there = *attestation.by != '\0';
	bool is_sooner = attestation.state == ATTESTATION_YES &&
		attestation.days < recorded_age(today, attestation.until);
	char last[16];
	recorded_later(today, attestation.days, last);
	struct finding *finding = findings_add(
		findings, verdicts[attestation.state], "a person's answer");
	finding_want(finding, "yes");
	if (attestation.state == ATTESTATION_YES || attestation.state == ATTESTATION_NO)
		finding_have(finding, "%s, by %s on %s, until %s%s%s",
			attestation.state == ATTESTATION_YES ? "yes" : "no",
			attestation.by, attestation.date,
			is_sooner ? last : attestation.until,
			*attestation.remark != '\0' ? ": " : "", attestation.remark);
	if (is_sooner)
		finding_why(finding,
			"it counts for %ld more day%s, by max-days of the policy, not "
			"until %s",
			attestation.days, attestation.days == 1 ? "" : "s",
			attestation.until);
	else if (attestation.reason != NULL)
		finding_why(finding, "%s", attestation.reason);
	else if (attestation.state == ATTESTATION_MISSING)
		finding_why(finding, "nobody has answered");
	if (is_there && attestation.file.state == FILE_READ)
		finding_evidence(finding, &attestation.file, attestation.offset);
	else if (attestation.state != ATTESTATION_MISSING ||
		attestation.file.state == FILE_READ)
		finding_evidence_file(finding, attestation.file.path);
	if (*attestation.evidence != '\0')
		finding_evidence_file(finding, attestation.evidence);
	attestation_free(&attestation);
}

const struct kind kind_attest = {
	.name = "attest",
	.summary = "what only a person can tell",
	.keys = keys,
	.check = check,
};
