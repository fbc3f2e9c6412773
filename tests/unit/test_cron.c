/* What cron, anacron and systemd's timers make of the times that they are given. */
#include "tests/unit/scratch.h"

#include "policy/models/cron/cron_tab.h"
#include "policy/models/cron/timer_calendar.h"
#include "policy/models/syslog/log_time.h"

/* The longest gap of a time as FLAVOUR reads it, -2 when it refuses it. */
static long
gap_of(const char *text, enum cron_flavour flavour)
{
	struct calendar times;
	bool at_boot;
	const char *reason;
	if (cron_times_read(&text, flavour, &times, &at_boot, &reason) == CRON_BAD)
		return -2;
	return calendar_longest_gap(&times, 1, CALENDAR_EACH, 0);
}

static void
both_are(const char *text, long debian, long cronie)
{
	assert_int_equal(gap_of(text, CRON_DEBIAN), debian);
	assert_int_equal(gap_of(text, CRON_CRONIE), cronie);
}

static void
test_times(void **state)
{
	const long day = CALENDAR_DAY;
	(void)state;
	both_are("* * * * * x", 1, 1);
	both_are("*/7 * * * * x", 7, 7);
	both_are("0 6,18 * * * x", day / 2, day / 2);
	both_are("0 0 29 2 * x", 8 * 365 * day + day, 8 * 365 * day + day);
	both_are("0 0 30 Feb * x", CALENDAR_NEVER, CALENDAR_NEVER);
	both_are("0 0 * * Mon-FRI x", 3 * day, 3 * day);
	/* both given: one is enough, but for a star and be it one with a step */
	both_are("0 0 1 * 1 x", 7 * day, 7 * day);
	both_are("0 0 */2 * 1 x", 21 * day, 21 * day);
	both_are("@weekly x", 7 * day, 7 * day);
	both_are("@fortnightly x", -2, -2);
	/* where the two differ */
	both_are("5;3 0 * * * x", day, -2);
	both_are("*5 0 * * * x", 23 * 60 + 1, -2);
	both_are("0 0 * * fri-sun x", CALENDAR_NEVER, 5 * day);
	both_are("0~5 0 * * * x", day, 23 * 60 + 55);
	both_are("60 0 * * * x", -2, -2);
	both_are("*/0 0 * * * x", -2, -2);
	both_are("1/5 0 * * * x", -2, -2);
	both_are("1,,2 0 * * * x", -2, -2);
	both_are("0 0 * *", -2, -2);
}

/* What becomes of TEXT as /etc/cron.d/it: commands, "!" and why it is ignored, and "-"
 * for each line that is left out. */
static void
tab_is(const char *text, enum cron_flavour flavour, const char *want)
{
	struct error err = ERROR_INIT;
	autobuffer struct buffer have = { 0 };
	scratch_make();
	struct host *below = host_open(scratch, &err), *host = host_layer(below);
	struct principals principals;
	struct cron_tab tab;
	host_put(host, "/etc/passwd", BYTES_TEXT("root:x:0:0::/root:/bin/sh\n"));
	host_put(host, "/etc/nsswitch.conf", BYTES_TEXT("passwd: files\n"));
	host_put(host, "/tab", BYTES_TEXT(text));
	principals_read(host, &principals);
	cron_tab_read(host_file(host, "/tab"), flavour, NULL, &principals, &tab);
	for (size_t i = 0; i < tab.count; i++)
		buffer_printf(&have, "%s|", tab.items[i].command);
	for (size_t i = 0; i < tab.bad_count; i++)
		buffer_printf(&have, "-%s|", tab.bad[i].reason);
	if (tab.ignored != NULL)
		buffer_text(&have, "!");
	if (tab.doubt != NULL)
		buffer_text(&have, "?");
	assert_string_equal(have.data != NULL ? have.data : "", want);
	cron_tab_free(&tab);
	principals_free(&principals);
	host_free(host);
	host_free(below);
	scratch_remove();
}

static void
test_lines(void **state)
{
	(void)state;
	tab_is(" A = b\n\t# c\n\n 1 2 * * * root a b%c\n", CRON_DEBIAN, "a b|");
	tab_is("1 2 * * * root a \\% b \\\\% c\n", CRON_DEBIAN, "a % b \\|");
	tab_is("'A'=\"b c\" \n@daily root a\n", CRON_DEBIAN, "a|");
	tab_is("A=\"b\" c\n@daily root a\n", CRON_DEBIAN, "-bad minute|!");
	tab_is("A=\"b\" c\n@daily root a\n", CRON_CRONIE, "a|-bad minute|");
	tab_is("A=\n@daily root a\n", CRON_DEBIAN, "-bad minute|!");
	tab_is("A=\n@daily root a\n", CRON_CRONIE, "a|");
	tab_is("@daily root a\n@daily root b", CRON_DEBIAN,
		"a|-its last line has no newline|!");
	tab_is("@daily root a\n@daily root b", CRON_CRONIE,
		"a|-its last line has no newline|");
	tab_is("@daily root a\n# b", CRON_DEBIAN, "a|");
	tab_is("@daily nobody a\n", CRON_CRONIE, "-there is no user of that name|");
	tab_is("@daily root\n", CRON_DEBIAN, "-no command|!");
	tab_is("-@daily root -n a\n", CRON_CRONIE, "a|");
	tab_is("-@daily root a\n", CRON_DEBIAN, "-bad minute|!");
	tab_is("@daily root -x a\n", CRON_CRONIE, "-bad option|");
}

static void
calendar_is(const char *text, long want)
{
	struct calendar calendar;
	const char *reason;
	if (timer_calendar_read(text, &calendar, &reason) < 0)
		assert_int_equal(want, -2);
	else
		assert_int_equal(
			calendar_longest_gap(&calendar, 1, CALENDAR_EACH, 0), want);
}

static void
test_timers(void **state)
{
	const long day = CALENDAR_DAY;
	(void)state;
	calendar_is("daily", day);
	calendar_is("Mon,Thu..Sat *-*-* 02:30", 3 * day);
	calendar_is("*-*~1 00:00", 31 * day);
	calendar_is("*-02~1", 366 * day);
	calendar_is("07..23:30", 8 * 60);
	calendar_is("*:0/15:30 UTC", 15);
	calendar_is("quarterly", 92 * day);
	calendar_is("2027-1-1", -2);
	calendar_is("Sat..Mon", -2);
	/* refused: no second start, too far from the end, a blank too many */
	calendar_is("17/7:00", -2);
	calendar_is("16/7:00", 17 * 60);
	calendar_is("1..3/3:00", -2);
	calendar_is("*-*~29", -2);
	calendar_is("1:00  UTC", -2);
	calendar_is("25:00", -2);
	calendar_is("", -2);
	assert_int_equal(timer_span_read("1d 12h"), 36 * 60);
	assert_int_equal(timer_span_read("90"), 2);
	assert_int_equal(timer_span_read("2 weeks"), 14 * day);
	assert_int_equal(timer_span_read("1 fortnight"), -1);
	assert_int_equal(timer_span_read(""), -1);
}

static void
time_is(const char *line, const char *want)
{
	const time_t written = 1798761600; /* 2027-01-01 */
	time_t time;
	char text[32] = "none";
	struct tm parts;
	enum log_time answer = log_time_read(BYTES_TEXT(line), &time, &parts);
	if (answer == LOG_TIME_YEARLESS && (time = log_time_before(parts, written)) != -1)
		answer = LOG_TIME_READ;
	if (answer == LOG_TIME_UNCLEAR)
		strcpy(text, "unclear");
	if (answer == LOG_TIME_BAD)
		strcpy(text, "bad");
	if (answer == LOG_TIME_READ && gmtime_r(&time, &parts) != NULL)
		strftime(text, sizeof text, "%F %T", &parts);
	if (answer == LOG_TIME_DAY && gmtime_r(&time, &parts) != NULL)
		strftime(text, sizeof text, "%F", &parts);
	assert_string_equal(text, want);
}

static void
test_log_times(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	time_is("Jan  1 10:00:00 giant x", "2027-01-01 10:00:00");
	time_is("Jan  3 10:00:00 giant x", "2026-01-03 10:00:00");
	time_is("Feb 29 10:00:00 giant x", "2024-02-29 10:00:00");
	time_is("Feb 30 10:00:00 giant x", "bad");
	time_is("2026-12-31T10:00:00.25+02:00 x", "2026-12-31 08:00:00");
	time_is("[2026/12/31 10:00:00] x", "2026-12-31 10:00:00");
	time_is("2026-12-31 x", "2026-12-31");
	time_is("2026-13-31 x", "bad");
	time_is("1798761600 x", "2027-01-01 00:00:00");
	time_is("1798761600 bytes x", "unclear");
	time_is("179876160 bytes x", "none");
	time_is("Mon Nov 30 10:00:00 UTC 2020 x", "2020-11-30 10:00:00");
	time_is("Nov  3 10:00:00.5 2020: x", "2020-11-03 10:00:00");
	time_is("Feb 29 10:00:00 2021 x", "bad");
	time_is("Nov 30 10:00:00 XYZT 2020 x", "unclear");
	time_is("Nov 30 10:00:00 giant[2020]: 2020 x", "unclear");
	time_is("Nov 30 10:00:00 giant backup[2020]: x", "2026-11-30 10:00:00");
	time_is("x 2020", "unclear");
	time_is("x 30/11/20", "unclear");
	time_is("x Nov-30", "unclear");
	time_is("x 1/2 3.4.", "none");
	time_is("179876160KB x", "none");
	time_is("backup x", "none");
	time_is("", "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_log_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
