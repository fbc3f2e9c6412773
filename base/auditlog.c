#include "base/auditlog.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

/* Bytes of a value. Twice that for each value, and what libaudit adds, stay below the
 * kernel's AUDIT_MESSAGE_TEXT_MAX (8560): a longer record would lose its end, res. */
enum { VALUE_MAX = 900 };

static void
add_value(struct buffer *text, struct buffer *cut, const char *name, const char *value)
{
	size_t size = strnlen(value, VALUE_MAX + 1);
	if (size > VALUE_MAX) {
		size = VALUE_MAX;
		buffer_printf(cut, "%s%s", cut->size > 0 ? "," : "", name);
	}
	autofree char *copy = memory_copy(value, size);
	autofree char *pair = audit_encode_nv_string(name, copy, (unsigned)size);
	if (pair != NULL)
		buffer_printf(text, " %s", pair);
}

char *
auditlog_text(const struct auditlog_record *record)
{
	autobuffer struct buffer text = { 0 }, cut = { 0 };
	buffer_printf(&text, "op=holdfast-%s", record->action);
	add_value(&text, &cut, "file", record->file);
	add_value(&text, &cut, "root", record->root);
	add_value(&text, &cut, "controls", record->controls);
	if (record->head != NULL)
		add_value(&text, &cut, "head", record->head);
	else
		buffer_text(&text, " head=?");
	if (cut.size > 0)
		buffer_printf(&text, " cut=%s", cut.data);
	return buffer_take(&text);
}

static int
send_text(int type, const char *text, bool success)
{
	int fd = audit_open(); /* close-on-exec */
	if (fd < 0)
		return -1;
	errno = 0;
	/* no host name: libaudit would look its address up */
	int sent = audit_log_user_message(fd, type, text, NULL, NULL, NULL, success);
	int saved = sent < 0 ? -sent : errno;
	audit_close(fd);
	if (sent > 0)
		return 0;
	errno = saved != 0 ? saved : ECONNREFUSED;
	return -1;
}

int
auditlog_send(const char *action, const char *root, const char *file,
	const char *controls, const char *head, bool success)
{
	struct auditlog_record record = { action, root, file, controls, head, success };
	autofree char *text = auditlog_text(&record);
	return send_text(AUDIT_USYS_CONFIG, text, success);
}

char *
auditlog_verdict_text(const struct auditlog_verdict *verdict)
{
	autobuffer struct buffer text = { 0 }, cut = { 0 };
	buffer_text(&text, "op=holdfast-audit");
	add_value(&text, &cut, "root", verdict->root);
	if (verdict->policy != NULL)
		add_value(&text, &cut, "policy", verdict->policy);
	else
		buffer_text(&text, " policy=?");
	add_value(&text, &cut, "gaps", verdict->gaps);
	if (verdict->partial)
		buffer_text(&text, " partial=yes");
	if (cut.size > 0)
		buffer_printf(&text, " cut=%s", cut.data);
	return buffer_take(&text);
}

int
auditlog_send_verdict(const struct auditlog_verdict *verdict)
{
	autofree char *text = auditlog_verdict_text(verdict);
	return send_text(AUDIT_TRUSTED_APP, text, verdict->success);
}
