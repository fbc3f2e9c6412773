#include "base/auditlog.h"
int
auditlog_send(bool undo, const char *root, const char *file, const char *controls,
	const char *head, bool success)
{
	(void)undo;
	(void)root;
	(void)file;
	(void)controls;
	(void)head;
	(void)success;
	return 0;
}
