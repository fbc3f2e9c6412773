/* What an audit says about a control. */
#ifndef POLICY_FINDING_H
#define POLICY_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/host.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INVALID, /* the daemon would reject this configuration */
	VERDICT_UNKNOWN, /* it can't be told; why says the reason */
	VERDICT_MANUAL, /* a person must answer */
	VERDICT_NOT_APPLICABLE,
	VERDICT_WAIVED,
	VERDICT_COUNT,
};

struct evidence {
	char *file; /* path inside the root */
	unsigned line; /* from 1; 0: the file as a whole */
	unsigned column; /* from 1; 0 with line 0 */
	char *text; /* the line, secrets masked, not escaped; NULL with line 0. A line of
		       more than 1000 bytes ends in "..." there */
};

struct finding {
	enum verdict verdict;
	bool is_note; /* for people to see although it passes */
	char *subject; /* what it is about: "PermitRootLogin", "service shell" */
	char *have, *want, *why; /* owned; NULL when unset */
	struct evidence *evidence;
	size_t evidence_count;
};

struct findings {
	struct finding *items;
	size_t count;
};

/* Adds a finding. The pointer is good until the next findings_add. */
struct finding *
findings_add(struct findings *findings, enum verdict verdict, const char *subject, ...)
	__attribute__((format(printf, 3, 4)));

void
finding_have(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void
finding_want(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void
finding_why(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Points at the byte at OFFSET of FILE. */
void
finding_evidence(struct finding *finding, const struct file *file, size_t offset);

/* Points at the last line of FILE with text in it that begins before END, for what no
 * line says: all up to there was read. At the file as a whole when there is none. */
void
finding_evidence_end(struct finding *finding, const struct file *file, size_t end);

/* Points at FILE as a whole: it is absent, or can't be read, or says nothing about the
 * subject. */
void
finding_evidence_file(struct finding *finding, const char *path);

/* The verdict over all: fail, else invalid, else unknown, else manual, else pass;
 * not-applicable when all are. No finding at all is unknown: a check that said nothing
 * has shown nothing. */
enum verdict
findings_verdict(const struct findings *findings);

void
findings_free(struct findings *findings);

/* "pass", "not-applicable", ... */
const char *
verdict_name(enum verdict verdict);

#endif
