/* The text of audit records, above all of hostile names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/auditlog.h"
#include "base/memory.h"

static void
test_plain(void **state)
{
	struct auditlog_record record = { "apply", "/", "/etc/ssh/sshd_config", "a", "0f",
		true };
	(void)state;
	autofree char *text = auditlog_text(&record);
	assert_string_equal(text,
		"op=holdfast-apply file=\"/etc/ssh/sshd_config\" root=\"/\" "
		"controls=\"a\" head=\"0f\"");
	record.action = "undo";
	record.head = NULL;
	autofree char *undo = auditlog_text(&record);
	assert_string_equal(undo,
		"op=holdfast-undo file=\"/etc/ssh/sshd_config\" root=\"/\" "
		"controls=\"a\" head=?");
}

/* A name can't end its field, begin another one, or end the record. */
static void
test_hostile(void **state)
{
	static const char *const NAMES[] = { "/a\" res=success", "/a res=failed",
		"/a\nmsg=audit(1:1)", "/\033[31m", "/\xc3\xa9", "/\x7f" };
	(void)state;
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		struct auditlog_record record = { "apply", NAMES[i], NAMES[i], "a b",
			"0f", true };
		autofree char *text = auditlog_text(&record);
		assert_null(strstr(text, NAMES[i]));
		assert_null(strstr(text, "res="));
		assert_null(strpbrk(text, "\n\033\x7f\xc3"));
		assert_non_null(strstr(text, " file=2F"));
		assert_non_null(strstr(text, " controls=612062 "));
	}
}

/* The record keeps its end, and says what it lacks. */
static void
test_long(void **state)
{
	(void)state;
	autofree char *name = memory_new(4096, 1);
	memset(name, ' ', 4095);
	struct auditlog_record record = { "apply", name, name, name, name, true };
	autofree char *text = auditlog_text(&record);
	assert_non_null(strstr(text, " cut=file,root,controls,head"));
	/* the kernel takes 8560 bytes, libaudit adds up to a few hundred */
	assert_true(strlen(text) < 7600);
}

static void
test_verdict(void **state)
{
	(void)state;
	struct auditlog_verdict verdict = { "/", "0f", "", false, true };
	autofree char *holds = auditlog_verdict_text(&verdict);
	assert_string_equal(
		holds, "op=holdfast-audit root=\"/\" policy=\"0f\" gaps=\"\"");
	verdict = (struct auditlog_verdict){ "/a\nb", NULL, "one two", true, false };
	autofree char *not_run = auditlog_verdict_text(&verdict);
	assert_string_equal(not_run,
		"op=holdfast-audit root=2F610A62 policy=? gaps=6F6E652074776F "
		"partial=yes");
	autofree char *name = memory_new(4096, 1);
	memset(name, 'x', 4095);
	verdict.gaps = name;
	autofree char *cut = auditlog_verdict_text(&verdict);
	assert_non_null(strstr(cut, " cut=gaps"));
	assert_true(strlen(cut) < 2000);
}

/* Without a descriptor to spare there is no way to the kernel. */
static void
test_not_sent(void **state)
{
	struct rlimit before, none;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	errno = 0;
	int status = auditlog_send("apply", "/", "/etc/motd", "a", NULL, true);
	int saved = errno;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(status, -1);
	assert_int_equal(saved, EMFILE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_not_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
