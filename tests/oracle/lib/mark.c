/* A PAM module that notes its first argument in pam_marks and returns its second. */
#include <stdlib.h>
#include <string.h>

char pam_marks[1 << 16];

static int
mark(int count, const char **arguments)
{
	size_t used = strlen(pam_marks);
	const char *name = count > 0 ? arguments[0] : "-";
	if (used + strlen(name) + 2 < sizeof pam_marks)
		strcat(strcat(pam_marks, name), " ");
	return count > 1 ? atoi(arguments[1]) : 0;
}

#define ENTRY(name)                                                                      \
	int name(void *handle, int flags, int count, const char **arguments)             \
	{                                                                                \
		(void)handle, (void)flags;                                               \
		return mark(count, arguments);                                           \
	}

ENTRY(pam_sm_authenticate)
ENTRY(pam_sm_setcred)
ENTRY(pam_sm_acct_mgmt)
ENTRY(pam_sm_open_session)
ENTRY(pam_sm_close_session)
ENTRY(pam_sm_chauthtok)
