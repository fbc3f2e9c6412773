#include "policy/models/syslog/log_time.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { STAMP_MAX = 64 /* bytes of a line that are looked at */, DAY = 24 * 60 * 60 };

/* DIGITS digits at *AT; -1 when they are not there. */
static int
take_number(const char **at, size_t digits, int *ret_number)
{
	long number;
	if (strspn(*at, "0123456789") < digits)
		return -1;
	autofree char *text = memory_copy(*at, digits);
	if (text_number(text, 0, 9999, &number, NULL) < 0)
		return -1;
	*ret_number = (int)number;
	*at += digits;
	return 0;
}

/* "10:03:13" or "10:03" */
static int
take_clock(const char **at, struct tm *when)
{
	if (take_number(at, 2, &when->tm_hour) < 0 || *(*at)++ != ':' ||
		take_number(at, 2, &when->tm_min) < 0)
		return -1;
	if (**at == ':') {
		++*at;
		if (take_number(at, 2, &when->tm_sec) < 0)
			return -1;
	}
	return when->tm_hour < 24 && when->tm_min < 60 && when->tm_sec <= 60 ? 0 : -1;
}

/* The time of WHEN, which must be a day of the calendar; SHIFT: seconds east of UTC,
 * where the line says them. */
static enum log_time
finish(struct tm when, const long *shift, time_t *ret_time)
{
	struct tm same = when;
	same.tm_isdst = -1;
	time_t time = shift != NULL ? timegm(&same) : mktime(&same);
	if (time == -1 || same.tm_mday != when.tm_mday || same.tm_mon != when.tm_mon)
		return LOG_TIME_BAD;
	*ret_time = time - (shift != NULL ? *shift : 0);
	return LOG_TIME_READ;
}

/* "Z", "+01:00", "+0100" behind a time. */
static const long *
take_zone(const char *at, long *ret_shift)
{
	int hours, minutes;
	if (*at == '.' || *at == ',')
		at += 1 + strspn(at + 1, "0123456789");
	at += *at == ' ' && (at[1] == '+' || at[1] == '-');
	*ret_shift = 0;
	if (*at == 'Z')
		return ret_shift;
	bool west = *at == '-';
	if (*at != '+' && *at != '-')
		return NULL;
	at++;
	if (take_number(&at, 2, &hours) < 0)
		return NULL;
	at += *at == ':';
	if (take_number(&at, 2, &minutes) < 0)
		return NULL;
	*ret_shift = (hours * 60L + minutes) * 60 * (west ? -1 : 1);
	return ret_shift;
}

static enum log_time
read_iso(const char *at, time_t *ret_time)
{
	struct tm when = { 0 };
	long shift;
	char mark;
	if (take_number(&at, 4, &when.tm_year) < 0 ||
		((mark = *at) != '-' && mark != '/') ||
		(at++, take_number(&at, 2, &when.tm_mon)) < 0 || *at != mark ||
		(at++, take_number(&at, 2, &when.tm_mday)) < 0)
		return LOG_TIME_NONE;
	when.tm_year -= 1900;
	when.tm_mon--;
	bool has_clock = (*at == 'T' || *at == ' ') && isdigit((unsigned char)at[1]) &&
		isdigit((unsigned char)at[2]) && at[3] == ':';
	if (!has_clock)
		return finish(when, NULL, ret_time) == LOG_TIME_READ ? LOG_TIME_DAY
								     : LOG_TIME_BAD;
	at++;
	if (take_clock(&at, &when) < 0)
		return LOG_TIME_BAD;
	return finish(when, take_zone(at, &shift), ret_time);
}

/* A number of something else. */
static bool
has_unit(const char *text)
{
	static const char *const units[] = { "b", "byte", "bytes", "kb", "kib", "k", "mb",
		"mib", "m", "gb", "gib", "g", "block", "blocks", "file", "files", "inode",
		"inodes", "line", "lines", "record", "records", "sector", "sectors",
		"object", "objects", "total", "of", NULL };
	char word[16] = "";
	text += strspn(text, " \t");
	for (size_t i = 0; i + 1 < sizeof word && isalpha((unsigned char)text[i]); i++)
		word[i] = (char)tolower((unsigned char)text[i]);
	return text_is_one_of(word, units);
}

static enum log_time
read_epoch(const char *at, time_t *ret_time)
{
	size_t digits = strspn(at, "0123456789");
	long number;
	if (digits < 9 || digits > 11 || isalpha((unsigned char)at[digits]) ||
		has_unit(at + digits))
		return LOG_TIME_NONE;
	autofree char *text = memory_copy(at, digits);
	if (text_number(text, 0, 99999999999, &number, NULL) < 0)
		return LOG_TIME_BAD;
	*ret_time = (time_t)number;
	return LOG_TIME_READ;
}

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* Where the month that AT begins with stands in MONTHS; NULL: none. */
static const char *
find_month(const char *at)
{
	for (size_t i = 0; i + 3 < sizeof months; i += 3)
		if (strncmp(at, months + i, 3) == 0)
			return months + i;
	return NULL;
}

/* "2026", as a word. */
static bool
take_year(const char *at, struct tm *when)
{
	if (strspn(at, "0123456789") != 4 ||
		(strncmp(at, "19", 2) != 0 && strncmp(at, "20", 2) != 0) ||
		isalpha((unsigned char)at[4]) || take_number(&at, 4, &when->tm_year) < 0)
		return false;
	when->tm_year -= 1900;
	return true;
}

/* " UTC 2026" or " 2026" at AT, behind the time WHEN. */
static enum log_time
read_year(const char *at, struct tm when, time_t *ret_time)
{
	static const long utc = 0;
	at += *at == '.' ? 1 + strspn(at + 1, "0123456789") : 0;
	if (*at++ != ' ')
		return LOG_TIME_YEARLESS;
	if (take_year(at, &when))
		return finish(when, NULL, ret_time);
	size_t size = strcspn(at, " ");
	autofree char *zone = memory_copy(at, size);
	if (strcmp(zone, "AM") == 0 || strcmp(zone, "PM") == 0)
		return LOG_TIME_UNCLEAR;
	if (at[size] != ' ' || !take_year(at + size + 1, &when))
		return LOG_TIME_YEARLESS;
	if (strcmp(zone, "UTC") == 0 || strcmp(zone, "GMT") == 0)
		return finish(when, &utc, ret_time);
	return strcmp(zone, tzname[0]) == 0 || strcmp(zone, tzname[1]) == 0
		? finish(when, NULL, ret_time)
		: LOG_TIME_UNCLEAR;
}

static enum log_time
read_syslog(const char *at, time_t *ret_time, struct tm *ret_parts)
{
	static const char weekdays[] = "SunMonTueWedThuFriSat";
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct tm when = { 0 };
	const char *month = NULL;
	for (size_t i = 0; i + 3 < sizeof weekdays; i += 3)
		if (strncmp(at, weekdays + i, 3) == 0 && at[3] == ' ') {
			at += 4;
			break;
		}
	month = find_month(at);
	if (month == NULL || at[3] != ' ')
		return LOG_TIME_NONE;
	when.tm_mon = (int)(month - months) / 3;
	at += 4;
	at += *at == ' ';
	if (take_number(&at,
		    isdigit((unsigned char)at[0]) && isdigit((unsigned char)at[1]) ? 2
										   : 1,
		    &when.tm_mday) < 0 ||
		*at++ != ' ' || take_clock(&at, &when) < 0)
		return LOG_TIME_BAD;
	*ret_parts = when;
	return when.tm_mday > 0 && when.tm_mday <= days[when.tm_mon]
		? read_year(at, when, ret_time)
		: LOG_TIME_BAD;
}

bool
log_time_in_year(struct tm parts, int year, time_t *ret_time)
{
	parts.tm_year = year;
	return finish(parts, NULL, ret_time) == LOG_TIME_READ;
}

time_t
log_time_before(struct tm parts, time_t written)
{
	struct tm last;
	time_t time;
	if (localtime_r(&written, &last) == NULL)
		return -1;
	/* 29 February is one in five years at the latest, or in nine about 2100 */
	for (int year = last.tm_year + 1; year >= last.tm_year - 8; year--)
		if (log_time_in_year(parts, year, &time) && time <= written + DAY)
			return time;
	return -1;
}

/* The size of the digits at AT, which may be those of a date by themselves: a year, with
 * month, day and more, or seconds or parts of them since 1970. */
static bool
is_date(const char *at, size_t digits)
{
	bool has_year = strncmp(at, "19", 2) == 0 || strncmp(at, "20", 2) == 0;
	return (has_year && (digits == 4 || digits == 8 || digits >= 12)) || digits >= 10;
}

/* Whether TEXT may hold a date: such digits, or two numbers with /, . or - between and
 * behind ("30/11/20"), or a number before or behind the name of a month ("30/Nov"). */
static bool
may_hold_date(const char *text)
{
	static const char marks[] = "/.- ", digit[] = "0123456789";
	for (const char *at = text; *at != '\0'; at++) {
		size_t digits = strspn(at, digit);
		if (digits == 0) {
			bool is_month = isalpha((unsigned char)*at) &&
				find_month(at) != NULL;
			if (is_month && at[3] != '\0' && strchr(marks, at[3]) != NULL &&
				isdigit((unsigned char)at[4]))
				return true;
			continue;
		}
		const char *mark = at + digits;
		size_t other = *mark != '\0' ? strspn(mark + 1, digit) : 0;
		if (is_date(at, digits) ||
			(*mark != '\0' && strchr(marks, *mark) != NULL &&
				((other > 0 && *mark != ' ' && mark[1 + other] == *mark &&
					 isdigit((unsigned char)mark[2 + other])) ||
					find_month(mark + 1) != NULL)))
			return true;
		at = mark - 1;
	}
	return false;
}

enum log_time
log_time_read(struct bytes line, time_t *ret_time, struct tm *ret_parts)
{
	autofree char *text = memory_copy(
		line.data, line.size < STAMP_MAX ? line.size : STAMP_MAX);
	const char *at = text + (*text == '[');
	enum log_time answer = read_iso(at, ret_time);
	if (answer == LOG_TIME_NONE)
		answer = read_epoch(at, ret_time);
	if (answer == LOG_TIME_NONE)
		answer = read_syslog(at, ret_time, ret_parts);
	if (answer != LOG_TIME_NONE)
		return answer;
	autofree char *whole = memory_copy(line.data, line.size);
	return may_hold_date(whole) ? LOG_TIME_UNCLEAR : LOG_TIME_NONE;
}
