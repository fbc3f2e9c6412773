/* What the module tells the system log and the audit log. */
#ifndef PAM_MODULE_REPORT_H
#define PAM_MODULE_REPORT_H

#include <security/pam_modules.h>
#include <sys/types.h>

/* An AUDIT_ANOM_LOGIN_LOCATION record about the refused login of USER: with the control's
 * id and the policy's hash. A failure is logged and changes nothing: with auditing off
 * there is nobody to tell, and without CAP_AUDIT_WRITE it is not allowed. */
void
report_refusal(pam_handle_t *handle, const char *user, const char *tty,
	const char *control, const char *policy);

#endif
