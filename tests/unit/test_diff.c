/* The line diff against a plain longest common subsequence, and its text against
 * patch(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "enforcer/diff.h"

enum { LINES_MAX = 40 };

static unsigned seed = 1;

static unsigned
draw(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

/* A text of few different lines, so that many are equal; with or without a last newline.
 */
static void
draw_text(struct buffer *out)
{
	unsigned count = draw(LINES_MAX);
	buffer_text(out, "");
	for (unsigned i = 0; i < count; i++)
		buffer_printf(out, "%c%s", 'a' + draw(4),
			i + 1 < count || draw(3) > 0 ? "\n" : "");
}

/* TEXT with a few lines dropped, doubled or added. */
static void
draw_change(struct bytes text, struct buffer *out)
{
	buffer_text(out, "");
	for (size_t start = 0; start < text.size;) {
		const char *end = memchr(text.data + start, '\n', text.size - start);
		size_t size = end ? (size_t)(end + 1 - text.data) - start
				  : text.size - start;
		unsigned what = draw(12);
		if (what == 0)
			buffer_text(out, "new\n");
		if (what != 1)
			buffer_add(out, text.data + start, size);
		start += size;
	}
}

static size_t
split(struct bytes text, struct bytes *lines)
{
	size_t count = 0;
	for (size_t start = 0; start < text.size; count++) {
		const char *end = memchr(text.data + start, '\n', text.size - start);
		size_t size = end ? (size_t)(end + 1 - text.data) - start
				  : text.size - start;
		lines[count] = (struct bytes){ text.data + start, size };
		start += size;
	}
	return count;
}

/* Fewest lines to remove and add. */
static size_t
fewest(const struct bytes *a, size_t n, const struct bytes *b, size_t m)
{
	size_t table[3 * LINES_MAX][3 * LINES_MAX];
	for (size_t i = 0; i <= n; i++)
		for (size_t k = 0; k <= m; k++) {
			if (i == 0 || k == 0)
				table[i][k] = i + k;
			else if (bytes_equal(a[i - 1], b[k - 1]))
				table[i][k] = table[i - 1][k - 1];
			else
				table[i][k] = 1 +
					(table[i - 1][k] < table[i][k - 1]
							? table[i - 1][k]
							: table[i][k - 1]);
		}
	return table[n][m];
}

static void
check_runs(struct bytes a, struct bytes b)
{
	struct bytes old_lines[3 * LINES_MAX], new_lines[3 * LINES_MAX];
	size_t n = split(a, old_lines), m = split(b, new_lines), at = 0, edits = 0;
	autobuffer struct buffer rebuilt = { 0 };
	struct diff diff;
	diff_make(a, b, &diff);
	for (size_t i = 0; i < diff.count; i++) {
		const struct diff_run *run = &diff.runs[i];
		assert_true(run->old_line >= at && run->old_count + run->new_count > 0);
		assert_true(i == 0 || run->old_line > at);
		for (; at < run->old_line; at++)
			buffer_add(&rebuilt, old_lines[at].data, old_lines[at].size);
		for (size_t k = 0; k < run->new_count; k++)
			buffer_add(&rebuilt, new_lines[run->new_line + k].data,
				new_lines[run->new_line + k].size);
		at += run->old_count;
		edits += run->old_count + run->new_count;
	}
	for (; at < n; at++)
		buffer_add(&rebuilt, old_lines[at].data, old_lines[at].size);
	assert_int_equal(rebuilt.size, b.size);
	assert_memory_equal(b.size ? b.data : "", b.size ? rebuilt.data : "", b.size);
	assert_int_equal(edits, fewest(old_lines, n, new_lines, m));
	diff_free(&diff);
}

static void
shortest_and_right(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		autobuffer struct buffer a = { 0 }, b = { 0 };
		draw_text(&a);
		if (i % 2)
			draw_text(&b);
		else
			draw_change((struct bytes){ a.data, a.size }, &b);
		check_runs((struct bytes){ a.data, a.size },
			(struct bytes){ b.data, b.size });
	}
}

static void
put(const char *path, struct bytes text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
	assert_int_equal(fclose(file), 0);
}

/* What patch makes of the old text and our diff is the new text. */
static void
patch_takes_it(void **state)
{
	char directory[] = "/tmp/test_diff.XXXXXX";
	(void)state;
	if (system("command -v patch >/dev/null 2>&1") != 0)
		skip();
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	for (int i = 0; i < 40; i++) {
		autobuffer struct buffer a = { 0 }, b = { 0 }, out = { 0 };
		draw_text(&a);
		draw_change((struct bytes){ a.data, a.size }, &b);
		diff_write("/file", (struct bytes){ a.data, a.size },
			(struct bytes){ b.data, b.size }, false, &out);
		put("file", (struct bytes){ a.data, a.size });
		put("want", (struct bytes){ b.data, b.size });
		put("patch", (struct bytes){ out.data, out.size });
		if (a.size == b.size && memcmp(a.data, b.data, a.size) == 0)
			continue;
		assert_int_equal(
			system("patch -s -p1 -E <patch && touch file && cmp file want"),
			0);
	}
	assert_int_equal(chdir("/"), 0);
	autofree char *clean = memory_printf("rm -r %s", directory);
	assert_int_equal(system(clean), 0);
}

static void
shown(const char *path, const char *a, const char *b, const char *want)
{
	autobuffer struct buffer out = { 0 };
	diff_write(path, (struct bytes){ a, a ? strlen(a) : 0 },
		(struct bytes){ b, b ? strlen(b) : 0 }, false, &out);
	assert_string_equal(out.data, want);
}

static void
texts(void **state)
{
	(void)state;
	shown("/etc/f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
		"--- a/etc/f\n+++ b/etc/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n "
		"7\n 8\n");
	shown("/etc/f", "a", "a\nb\n",
		"--- a/etc/f\n+++ b/etc/f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of "
		"file\n+a\n+b\n");
	shown("/etc/f", NULL, "a\n", "--- /dev/null\n+++ b/etc/f\n@@ -0,0 +1 @@\n+a\n");
	shown("/etc/f", "a\n", NULL, "--- a/etc/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
	/* nothing of a hostile file reaches the terminal as it is */
	shown("/etc/\033[2J", "a\r\n", "\033]0;x\007\r\n",
		"--- a/etc/\\x1b[2J\n+++ b/etc/\\x1b[2J\n@@ -1 +1 @@\n-a\\x0d\n"
		"+\\x1b]0;x\\x07\\x0d\n");
	/* nor does a password */
	shown("/etc/shadow", "root:$6$abc:1\n", "root:$6$def:2\n",
		"--- a/etc/shadow\n+++ b/etc/shadow\n@@ -1 +1 @@\n-root:********:1\n"
		"+root:********:2\n");
}

/* Two texts without a common line, and one change in a long one: both end soon. */
static void
long_texts(void **state)
{
	autobuffer struct buffer a = { 0 }, b = { 0 }, c = { 0 };
	struct diff diff;
	(void)state;
	for (int i = 0; i < 100000; i++) {
		buffer_printf(&a, "line %d\n", i);
		buffer_printf(&b, "other %d\n", i);
		buffer_printf(&c, "line %d\n", i == 10 || i == 99990 ? -i : i);
	}
	diff_make((struct bytes){ a.data, a.size }, (struct bytes){ b.data, b.size },
		&diff);
	assert_int_equal(diff.count, 1);
	assert_int_equal(diff.runs[0].old_count, 100000);
	diff_free(&diff);
	diff_make((struct bytes){ a.data, a.size }, (struct bytes){ c.data, c.size },
		&diff);
	assert_int_equal(diff.count, 2);
	assert_int_equal(diff.runs[1].old_line, 99990);
	diff_free(&diff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shortest_and_right),
		cmocka_unit_test(patch_takes_it),
		cmocka_unit_test(texts),
		cmocka_unit_test(long_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
