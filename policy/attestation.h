/* What a person answered: a file of JSON lines, which grows and can be kept in version
 * control beside the policy. Each line is one answer about one control; the last one
 * counts:
 *
 *	{"id": ..., "answer": "yes" or "no", "by": ..., "date": "YYYY-MM-DD",
 *	 "until": "YYYY-MM-DD", "remark": ..., "evidence": {"file": ..., "sha256": ...}}
 *
 * The last two may be missing. */
#ifndef POLICY_ATTESTATION_H
#define POLICY_ATTESTATION_H

#include "base/host.h"
#include "policy/control.h"

enum attestation_state {
	ATTESTATION_MISSING, /* nobody answered */
	ATTESTATION_YES,
	ATTESTATION_NO,
	ATTESTATION_VOID, /* an answer that counts no longer: reason says why */
	ATTESTATION_UNREADABLE, /* the file tells nothing: reason says why */
};

struct attestation {
	enum attestation_state state;
	struct file file; /* for findings; bytes only when read */
	size_t offset; /* of the answer's line */
	char *by, *date, *until, *remark, *evidence; /* owned; "" when not given */
	long days; /* ATTESTATION_YES: for how many more days the policy believes it; it
		      ends before that with until */
	char *reason; /* owned; NULL */
};

/* The file of answers of CONTROL, whose section may name it; a relative path counts from
 * the folder of the policy. The caller frees. */
char *
attestation_path(const struct control *control);

/* The last answer about CONTROL by the day TODAY (YYYY-MM-DD). Evidence that it names
 * must still be what was recorded. REQUIRE_SAFE as in policy_load: who can write the file
 * answers for everybody. Freed by attestation_free. */
void
attestation_read(const struct control *control, const char *today, bool require_safe,
	struct attestation *ret_attestation);

void
attestation_free(struct attestation *attestation);

#endif
