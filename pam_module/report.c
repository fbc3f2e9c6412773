#include "pam_module/report.h"

#include <errno.h>
#include <libaudit.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

const char *
report_word(const char *text, char buffer[REPORT_WORD])
{
	static const char digits[] = "0123456789abcdef";
	size_t size = 0;
	for (; *text != '\0' && size < REPORT_WORD - 4; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte > ' ' && byte < 0x7f && byte != '"' && byte != '\\') {
			buffer[size++] = *text;
			continue;
		}
		buffer[size++] = '\\';
		buffer[size++] = 'x';
		buffer[size++] = digits[byte >> 4];
		buffer[size++] = digits[byte & 15];
	}
	buffer[size] = '\0';
	return buffer;
}

void
report_refusal(pam_handle_t *handle, const char *user, const char *tty,
	const char *control, const char *policy)
{
	char op[200];
	int fd = audit_open(); /* close-on-exec */
	if (fd < 0) {
		/* a kernel without auditing, and a container, have none to tell */
		if (errno != EINVAL && errno != EPROTONOSUPPORT && errno != EAFNOSUPPORT)
			pam_syslog(handle, LOG_WARNING, "no audit record: %s",
				strerror(errno));
		return;
	}
	snprintf(op, sizeof op, "console-login control=%s policy=%s",
		*control != '\0' ? control : "?", *policy != '\0' ? policy : "?");
	/* no uid: given one, libaudit writes id= instead of acct=
	 * (audit_log_acct_message(3)); no host: it would look a name up in DNS */
	int sent = audit_log_acct_message(fd, AUDIT_ANOM_LOGIN_LOCATION, NULL, op, user,
		(unsigned)-1, NULL, NULL, tty, 0);
	if (sent <= 0)
		pam_syslog(handle, LOG_WARNING, "no audit record: %s",
			strerror(sent < 0 ? -sent : errno));
	close(fd);
}
