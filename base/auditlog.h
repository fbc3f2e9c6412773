#ifndef BASE_AUDITLOG_H
#define BASE_AUDITLOG_H
#include <stdbool.h>
int
auditlog_send(bool undo, const char *root, const char *file, const char *controls,
	const char *head, bool success);
#endif
