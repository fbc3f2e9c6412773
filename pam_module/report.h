/* What the module tells the system log and the audit log. */
#ifndef PAM_MODULE_REPORT_H
#define PAM_MODULE_REPORT_H

#include <security/pam_modules.h>
#include <sys/types.h>

enum { REPORT_WORD = 128 }; /* bytes */

/* TEXT for a log, in BUFFER, which is returned: whatever is not visible ASCII as \xNN, so
 * that a name or a terminal adds no line and no field to it; cut where there is no room.
 */
const char *
report_word(const char *text, char buffer[REPORT_WORD]);

/* An AUDIT_ANOM_LOGIN_LOCATION record about the refused login of USER at the terminal
 * TTY, a report_word: with the control's id and the policy's hash. A failure is logged
 * and changes nothing: with auditing off there is nobody to tell, and without
 * CAP_AUDIT_WRITE it is not allowed. */
void
report_refusal(pam_handle_t *handle, const char *user, const char *tty,
	const char *control, const char *policy);

#endif
