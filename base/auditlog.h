/* Records for the kernel's audit log: one a file that was changed, one a host that was
 * judged. The only caller of libaudit. */
#ifndef BASE_AUDITLOG_H
#define BASE_AUDITLOG_H

#include <stdbool.h>

struct auditlog_record {
	const char *action; /* "apply", "confirm" or "undo" */
	const char *root, *file;
	const char *controls; /* ids with a blank between */
	const char *head; /* the log's last hash; NULL: not known */
	bool success;
};

/* The fields of the record, without those that libaudit adds (exe, hostname, addr,
 * terminal, res); the caller frees.
 *	op	holdfast-apply, holdfast-confirm or holdfast-undo
 *	file	the changed file, inside the root
 *	root	the root
 *	controls the ids of the controls
 *	head	the hash of the last line of holdfast's own log; "?" when not known
 *	cut	the names of those fields whose value is only a beginning, when any is
 * Values that hold a blank, a quote, a control byte or a byte above 126 come in
 * hexadecimal without quotes, the others in quotes (audit_encode_nv_string(3)). */
char *
auditlog_text(const struct auditlog_record *record);

/* Sends it as AUDIT_USYS_CONFIG. Returns -1 with errno when it can't be sent (EPERM: no
 * CAP_AUDIT_WRITE; EAFNOSUPPORT, EPROTONOSUPPORT, ECONNREFUSED: no audit here). With
 * auditing switched off the kernel takes records and drops them: that is 0. */
int
auditlog_send(const char *action, const char *root, const char *file,
	const char *controls, const char *head, bool success);

/* The result of an audit. */
struct auditlog_verdict {
	const char *root;
	const char *policy; /* the policy's hash; NULL: the audit could not run */
	const char *gaps; /* ids of the controls that do not hold, with a blank between */
	bool partial; /* controls of the policy were left out */
	bool success; /* all that were judged hold */
};

/* Its fields, as those of auditlog_text.
 *	op	holdfast-audit
 *	root	the root
 *	policy	the hash of the policy; "?" when the audit could not run
 *	gaps	the ids of the controls that do not hold or can't be told
 *	partial	yes when controls of the policy were not asked for
 *	cut	as above */
char *
auditlog_verdict_text(const struct auditlog_verdict *verdict);

/* Sends it, as auditlog_send does, as AUDIT_TRUSTED_APP, the type for what a trusted
 * program has to say (libaudit.h). Nothing was changed, so it is not AUDIT_USYS_CONFIG:
 * aureport --config would list each audit among the changes. */
int
auditlog_send_verdict(const struct auditlog_verdict *verdict);

#endif
