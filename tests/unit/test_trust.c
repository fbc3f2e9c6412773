/* Lines of hosts.equiv and .rhosts: whom they let in, and who reads them so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "policy/models/network/trust.h"

/* The entries as "HOST USER READERS", USER "=" where there is none. */
static void
entries_are(const char *text, size_t size, bool ssh_alone, const char *want)
{
	struct file file = { .state = FILE_READ, .bytes = { text, size } };
	struct trust_file found = { .file = &file };
	struct buffer have = { 0 };
	buffer_text(&have, "");
	trust_read_lines(&found, ssh_alone);
	for (size_t i = 0; i < found.count; i++) {
		struct trust_entry *entry = &found.entries[i];
		buffer_printf(&have, "%s%s %s %s%s", i > 0 ? ", " : "", entry->host,
			entry->user != NULL ? entry->user : "=", entry->by_rsh ? "r" : "",
			entry->by_ssh ? "s" : "");
		free(entry->host);
		free(entry->user);
	}
	if (found.problem != NULL)
		buffer_text(&have, " ?");
	assert_string_equal(have.data, want);
	buffer_free(&have);
	free(found.entries);
	free(found.problem);
}

static void
lines_are(const char *text, const char *want)
{
	entries_are(text, strlen(text), false, want);
}

/* glibc's rcmd.c and OpenSSH's auth-rhosts.c agree, or one of them passes a line over. */
static void
test_readers(void **state)
{
	(void)state;
	lines_are("a\nB c\n", "a = rs, b c rs");
	lines_are("+\n+ +\na +\n", "+ = r, + + r, a + r");
	lines_are("+@g\n@g\n+a\na +b\n", "@g = rs, @g = s, a = s, a b s");
	lines_are("a b c\nNO_PLUS\n", "a b r, no_plus = r");
	lines_are("-a\na -b\n-\n@\n+@\na @\n", "");
	lines_are("# a\n\n \t\n #b\n", "");
	entries_are("a\n+ +\n+@g\n", 11, true, "a = s, @g = s");
}

/* rcmd.c ends a file at a line that is indented, and a host at any white space but looks
 * for a user after a blank or tab alone. */
static void
test_blanks(void **state)
{
	(void)state;
	lines_are(" a\nb\n", "a = s, b = s");
	lines_are("a\fb\nc\r\n", "a = r, a b s, c = rs");
	lines_are("a \t b", "a b rs");
	entries_are("a\0b\nc d\0e\n", 10, false, "a = rs, c d rs");
}

/* sshd reads 1023 bytes at a time. */
static void
test_long(void **state)
{
	(void)state;
	char text[1024];
	memset(text, ' ', sizeof text);
	text[0] = 'a';
	text[1022] = '\n';
	entries_are(text, 1023, false, "a = rs ?");
	text[1021] = '\n';
	entries_are(text, 1022, false, "a = rs");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
