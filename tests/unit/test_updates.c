/* How old apt's lists are, and whether each source has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/models/packages/updates.h"

enum { DAY = 24 * 60 * 60, NOW = 1796000000 }; /* 2026-11-30 00:53 UTC */

static char root[] = "/tmp/holdfast-updates.XXXXXX";
static const char *const folders[] = { "var", "var/lib", "var/lib/apt",
	"var/lib/apt/lists", "var/lib/apt/periodic" };

static void
put(const char *name, const char *text, long days)
{
	char path[200];
	const struct timespec times[2] = { { .tv_sec = NOW - days * DAY },
		{ .tv_sec = NOW - days * DAY } };
	snprintf(path, sizeof path, "%s/var/lib/apt/%s", root, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* *RET_LINE: of what is over; 0 when nothing is. */
static long
age(unsigned *ret_line)
{
	const struct file *oldest;
	struct place place;
	unsigned column;
	struct host *host = host_open(root, NULL);
	assert_non_null(host);
	long days = updates_lists_age(host, NOW, &place, &oldest);
	*ret_line = 0;
	if (place.file != NULL)
		bytes_position(place.file->bytes, place.offset, ret_line, &column);
	host_free(host);
	return days;
}

static void
the_oldest_counts(void **state)
{
	unsigned line;
	(void)state;
	assert_int_equal(age(&line), -1);
	put("periodic/update-stamp", "", 1);
	assert_int_equal(age(&line), -1); /* it tells of no list */
	put("lists/x_a_InRelease", "Origin: x\n", 40);
	assert_int_equal(age(&line), 40);
	/* what else the server has is younger: it had no other */
	put("lists/x_b_InRelease", "Origin: x\n", 3);
	assert_int_equal(age(&line), 3);
	put("lists/xy_b_Release", "Origin: y\n", 30);
	put("lists/xy_b_Release.gpg", "", 0);
	assert_int_equal(age(&line), 30);
	put("lists/xy_c_Release", "Origin: y\nDate: Mon, 16 Nov 2026 00:00:00 UTC\n", 0);
	assert_int_equal(age(&line), 14);
	/* one that is made anew each week is as old as it is */
	put("lists/x_c_InRelease",
		"Date: Sun, 15 Nov 2026 00:00:00 UTC\n"
		"Valid-Until: Tue, 15 Dec 2026 00:00:00 UTC\n",
		0);
	assert_int_equal(age(&line), 15);
	assert_int_equal(line, 0);
	put("lists/xy_c_Release", "Date: today\n", 0);
	assert_true(age(&line) > 10000);
	put("lists/xy_c_Release", "Origin: y\n", -2);
	put("lists/x_c_InRelease", "Origin: x\n", 0);
	assert_int_equal(age(&line), 0);
}

static void
one_that_is_over(void **state)
{
	unsigned line;
	(void)state;
	put("lists/x_d_InRelease",
		"Suite: x\nValid-Until: Mon, 30 Nov 2026 23:00:00 UTC\n", 0);
	age(&line);
	assert_int_equal(line, 0);
	put("lists/x_d_InRelease",
		"Suite: x\nValid-Until: Sun, 29 Nov 2026 23:00:00 UTC\n", 0);
	age(&line);
	assert_int_equal(line, 2);
	put("lists/x_d_InRelease", "Valid-Until: tomorrow\n", 0);
	age(&line);
	assert_int_equal(line, 1);
}

/* Why SOURCES of apt are not known to have been fetched; "" when they were. */
static const char *
problem(const char *name, const char *sources)
{
	static char found[200];
	struct place place;
	char path[200];
	struct host *host = host_open(root, NULL);
	assert_non_null(host);
	snprintf(path, sizeof path, "/etc/apt/%s", name);
	struct host *layer = host_layer(host);
	host_put(layer, path, BYTES_TEXT(sources));
	char *text = updates_sources_problem(layer, &place);
	snprintf(found, sizeof found, "%s", text != NULL ? text : "");
	free(text);
	host_free(layer);
	host_free(host);
	return found;
}

static void
what_was_fetched(void **state)
{
	static const char *const unclear[] = { "deb [target=x] http://a.b/c d main",
		"deb [arch=amd64 http://a.b/c d main", "deb http://a.b/c", "deb",
		"rpm http://a.b/c d main", "deb s3://a.b/c d main",
		"deb http://a.b/c d/ main", "deb http://a.b/c d",
		"deb http://a.b/$(ARCH)/c d main", "deb http://u@v@a.b/c d main",
		"deb http://@a.b/c d main", "deb http://a.b:080/c d main",
		"deb http://a.b:8x/c d main", "deb http://a.b:/c d main" };
	static const struct {
		const char *file, *line;
	} quoted[] = { { "a.b:80_c_dists_s%252bx_", "deb http://u:p@a.b:80/c s+x ma_in" },
		{ "a.b__c%7ed_s%257e1_", "deb http://a.b//c~d/ s~1/" },
		{ "_srv_a+b_._", "deb file:/srv/a+b ./" } };
	static const char stanza[] = "Types: deb\nURIs: http://a.b/c\nSuites: d\n";
	char text[200];
	(void)state;
	put("lists/a.b_c_dists_d_InRelease",
		" 00 0 empty/binary-amd64/Packages\n 00 7 full/binary-amd64/Packages\n",
		0);
	assert_string_equal(problem("sources.list", "deb http://a.b/c d main\n"),
		"http://a.b/c d main was never fetched");
	put("lists/a.b_c_dists_d_main_binary-amd64_Packages.lz4", "", 0);
	put("lists/_srv_x_%5fy_._Release", "", 0);
	put("lists/_srv_x_%5fy_._Packages", "", 0);
	static const char *const fetched[] = { "deb http://a.b/c d main",
		"deb\t[ arch=amd64 arch+=i386 ]  https://u:p@a.b/c/ d main # x",
		"deb http://a.b/c d main empty",
		"deb http://a.b/c d main\ndeb-src http://a.b/z d main\n#deb x\n",
		"deb http://a.b/c d main\ndeb cdrom:[CD 1]/ d main",
		"deb file:/srv/x/_y ./", "deb file:///srv/x/_y/ ./" };
	for (size_t i = 0; i < sizeof fetched / sizeof *fetched; i++)
		assert_string_equal(problem("sources.list", fetched[i]), "");
	for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++)
		assert_non_null(strstr(problem("sources.list.d/x.list", unclear[i]),
			"is not understood"));
	/* as apt-get update --print-uris of apt 2.6 names them */
	put("lists/a.b:80_c_dists_s%252bx_ma%5fin_binary-amd64_Packages", "", 0);
	for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++) {
		snprintf(text, sizeof text, "lists/%sInRelease", quoted[i].file);
		put(text, "", 0);
		snprintf(text, sizeof text, "lists/%sPackages", quoted[i].file);
		put(text, "", 0);
		assert_string_equal(problem("sources.list", quoted[i].line), "");
	}
	put("lists/a.b_c_dists_d_x_y_binary-amd64_Packages", "", 0);
	assert_string_equal(problem("sources.list", "deb http://a.b/c d x/y"), "");
	assert_string_equal(problem("sources.list", "deb http://a.b/c d x_y"),
		"http://a.b/c d x_y was never fetched");
	assert_string_equal(problem("sources.list.d/x:y.list", "deb http://a.b/z d x"),
		"http://a.b/z d was never fetched");
	assert_string_equal(problem("sources.list", "deb http://a.b/c d main full"),
		"http://a.b/c d full was never fetched");
	assert_string_equal(problem("sources.list", "deb http://a.b/c e main"),
		"http://a.b/c e was never fetched");
	assert_string_equal(problem("sources.list", "deb http://a.b/c main/"),
		"http://a.b/c main/ was never fetched");
	assert_non_null(strstr(problem("sources.list", "deb cdrom:[CD 1]/ d main"),
		"no source of packages"));
	assert_non_null(strstr(problem("sources.list.d/x.list.off", fetched[0]),
		"no source of packages"));
	static const struct {
		const char *more, *problem;
	} stanzas[] = { { "Components: main\n", "" },
		{ "Components:\n main\n# x\n empty\n", "" },
		{ "components: main full\n", "full was never fetched" },
		{ "Enabled: no\n", "no source of packages" },
		{ "Components: main\nEnabled: perhaps\n", "is not understood" },
		{ "Components: main\nTargets: Packages\n", "is not understood" },
		{ "Components: main\nTargets-Remove: Packages\n", "is not understood" },
		{ "Components: main\nSnapshot: yes\n", "is not understood" },
		{ "Components: main\nSuites: e\n", "is not understood" },
		{ "Components: main\n\nTypes: deb\nURIs: http://x.y\nSuites: d/\n",
			"http://x.y d/ was never fetched" },
		{ "Components: main\nwhat\n", "is not understood" } };
	for (size_t i = 0; i < sizeof stanzas / sizeof *stanzas; i++) {
		snprintf(text, sizeof text, "%s%s", stanza, stanzas[i].more);
		const char *found = problem("sources.list.d/x.sources", text);
		assert_true(*stanzas[i].problem == '\0'
				? *found == '\0'
				: strstr(found, stanzas[i].problem) != NULL);
	}
}

/* What updates_places_problem says to apt-config's answer OUTPUT, without its usual
 * beginning. */
static const char *
places(const char *output)
{
	static char found[300];
	struct live_answer *answer = updates_questions[1].answer;
	answer->output = strdup(output);
	char *text = updates_places_problem();
	snprintf(found, sizeof found, "%s", text != NULL ? text : "");
	free(text);
	free(answer->output);
	answer->output = NULL;
	return found;
}

static void
where_apt_reads(void **state)
{
	static char wrong[] = "it fails";
	struct live_answer *answer = updates_questions[1].answer;
	(void)state;
	assert_string_equal(places("lists='/var/lib/apt/lists/'\n"
				   "list='/etc/apt/sources.list'\n"
				   "parts='/etc/apt/sources.list.d/'\n"),
		"");
	assert_non_null(strstr(places("lists='/srv/lists/'\n"
				      "list='/etc/apt/sources.list'\n"
				      "parts='/etc/apt/sources.list.d/'\n"),
		"elsewhere, which is not followed: lists='/srv/lists/'"));
	assert_non_null(strstr(places("lists='/var/lib/apt/lists/'\n"
				      "list='/etc/apt/sources.list'\n"
				      "parts='/etc/apt/sources.list.d/'\n"
				      "snapshot='20260101T000000Z'\n"),
		"elsewhere, which is not followed: snapshot="));
	assert_non_null(strstr(places("lists='/var/lib/apt/lists/'\n"), "can't be told"));
	char *text = updates_places_problem();
	assert_non_null(strstr(text, "apt-config is not here"));
	free(text);
	answer->wrong = wrong;
	assert_non_null(strstr(places("lists='/var/lib/apt/lists/'\n"), "it fails"));
	answer->wrong = NULL;
}

static int
set_up(void **state)
{
	char path[200];
	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, sizeof path, "%s/%s", root, folders[i]);
		if (mkdir(path, 0700) < 0)
			return -1;
	}
	return 0;
}

static int
tear_down(void **state)
{
	char command[300];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_counts),
		cmocka_unit_test(one_that_is_over),
		cmocka_unit_test(what_was_fetched),
		cmocka_unit_test(where_apt_reads),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
