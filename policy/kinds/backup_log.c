/* The records that backups leave. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/backup.h"
#include "policy/models/syslog/log_time.h"
#include "policy/pattern.h"

enum {
	DAY = 24 * 60 * 60,
	BYTES_MAX =
		16 << 20, /* of all files, each of which counts no more than is read */
};

/* The newest record so far. */
struct newest {
	bool is_there;
	time_t time;
	const struct file *file; /* NULL: too large to be kept */
	char *path; /* of that */
	size_t offset;
	bool is_day; /* the record has a date and no time of day */
	bool by_mtime; /* the record has no time, and is the last line */
	bool may_be_older; /* by years: it says none */
};

struct work {
	const struct context *context;
	regex_t record;
	struct newest newest;
	char *doubt; /* why there may be a newer one; NULL */
	char *doubt_path;
	size_t files, bytes;
};

static void
doubt(struct work *work, const char *path, const char *reason)
{
	if (work->doubt != NULL)
		return;
	work->doubt = memory_text(reason);
	work->doubt_path = memory_text(path);
}

/* The last line that is matched; *RET_LAST: no other line with text follows. */
static bool
find_record(struct work *work, const char *path, struct bytes text,
	struct bytes *ret_record, bool *ret_last)
{
	struct bytes line;
	bool found = false, unsure = false;
	*ret_last = false;
	for (size_t at = 0; bytes_next_line(text, &at, &line);) {
		if (line.size == 0)
			continue;
		if (pattern_matches(&work->record, line, &unsure)) {
			*ret_record = line;
			*ret_last = found = true;
		} else {
			*ret_last = false;
		}
	}
	if (unsure)
		doubt(work, path, "it has a line of more than 64 KiB");
	if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL)
		doubt(work, path, "it holds a NUL byte");
	return found;
}

/* Seconds since the year began, of which each month has 31 days. */
static long
of_year(const struct tm *parts)
{
	return (parts->tm_mon * 31L + parts->tm_mday) * DAY + parts->tm_hour * 3600L +
		parts->tm_min * 60L + parts->tm_sec;
}

/* The time of a record that says no year, PARTS, behind which is REST of its file. The
 * last line is of the day on which the file was WRITTEN, else *ret_may_be_older; and from
 * the record on a line whose date is before that of the line above is of a year later. A
 * silence of a year or more is not seen. -1: there is no such time. */
static time_t
find_year(struct tm parts, struct bytes rest, time_t written, bool *ret_may_be_older)
{
	struct bytes line;
	struct tm last = parts, next, year;
	time_t time;
	int years = 0;
	for (size_t at = 0; bytes_next_line(rest, &at, &line);) {
		if (log_time_read(line, &time, &next) != LOG_TIME_YEARLESS)
			continue;
		/* clocks may be put back a little */
		years += of_year(&next) + DAY < of_year(&last);
		last = next;
	}
	time = log_time_before(last, written);
	*ret_may_be_older = time + DAY < written;
	if (time == -1 || localtime_r(&time, &year) == NULL ||
		!log_time_in_year(parts, year.tm_year - years, &time))
		return -1;
	return time;
}

/* What TEXT, written last at WRITTEN, says. FILE: NULL when it was not kept. */
static void
take_text(struct work *work, const char *path, const struct file *file, struct bytes text,
	time_t written)
{
	struct bytes record;
	bool is_last, by_mtime = false, may_be_older = false;
	struct tm parts;
	time_t time = 0;
	if (!find_record(work, path, text, &record, &is_last))
		return;
	enum log_time answer = log_time_read(record, &time, &parts);
	if (answer == LOG_TIME_YEARLESS) {
		size_t end = (size_t)(record.data - text.data) + record.size;
		time = find_year(parts,
			(struct bytes){ text.data + end, text.size - end }, written,
			&may_be_older);
		answer = time == -1 ? LOG_TIME_BAD : LOG_TIME_READ;
	}
	if (answer == LOG_TIME_BAD) {
		doubt(work, path, "its newest record begins with no time that there is");
		return;
	}
	if (answer == LOG_TIME_UNCLEAR) {
		doubt(work, path,
			"its newest record holds a date that is not understood");
		return;
	}
	if (answer == LOG_TIME_NONE && !is_last) {
		doubt(work, path,
			"its records begin with no time that is understood, and "
			"other lines follow the newest");
		return;
	}
	if (answer == LOG_TIME_NONE) {
		time = written;
		by_mtime = true;
	}
	if (work->newest.is_there && work->newest.time >= time)
		return;
	free(work->newest.path);
	work->newest = (struct newest){ true, time, file, memory_text(path),
		(size_t)(record.data - text.data), answer == LOG_TIME_DAY, by_mtime,
		may_be_older };
}

/* The end of a file that is too large to be kept. */
static void
read_end(struct work *work, const char *path)
{
	struct stat status;
	struct error err = ERROR_INIT;
	size_t size = 0;
	int fd = host_open_content(work->context->host, path, &status, &err);
	if (fd < 0) {
		doubt(work, path, err.text);
		error_clear(&err);
		return;
	}
	autofree char *data = memory_new(HOST_FILE_MAX, 1);
	off_t start = status.st_size - HOST_FILE_MAX;
	while (size < HOST_FILE_MAX) {
		ssize_t n = pread(
			fd, data + size, HOST_FILE_MAX - size, start + (off_t)size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			doubt(work, path, strerror(errno));
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	close(fd);
	/* the first line may be half of one */
	const char *newline = memchr(data, '\n', size);
	size_t skipped = newline != NULL ? (size_t)(newline - data) + 1 : size;
	bool was_there = work->newest.is_there;
	take_text(work, path, NULL, (struct bytes){ data + skipped, size - skipped },
		status.st_mtime);
	if (!was_there && !work->newest.is_there)
		doubt(work, path, "of more than 8 MiB only the end was looked at");
}

static bool
is_packed(const char *path)
{
	static const char *const ends[] = { ".gz", ".bz2", ".xz", ".zst", NULL };
	const char *dot = strrchr(path, '.');
	return dot != NULL && text_is_one_of(dot, ends);
}

static void
read_log(struct work *work, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	if (host_status(work->context->host, path, &status, &target) == 0 &&
		S_ISREG(status.st_mode))
		work->bytes += status.st_size < HOST_FILE_MAX ? (size_t)status.st_size
							      : HOST_FILE_MAX;
	if (work->bytes > BYTES_MAX) {
		work->files++;
		doubt(work, path, "of more than 16 MiB of records the rest is not read");
		return;
	}
	const struct file *file = host_file(work->context->host, path);
	if (file->state == FILE_ABSENT)
		return;
	work->files++;
	if (is_packed(path))
		doubt(work, path, "what is packed is not read");
	else if (file->state == FILE_READ)
		take_text(work, path, file, file->bytes, file->status.st_mtime);
	else if (S_ISREG(file->status.st_mode) && file->status.st_size > HOST_FILE_MAX)
		read_end(work, path);
	else
		doubt(work, path, file->reason);
}

static void
read_logs(struct work *work, const struct value *paths)
{
	size_t count;
	const struct value *items = value_items(paths, &count);
	for (size_t i = 0; i < count; i++) {
		struct name_list list = { 0 };
		struct error err = ERROR_INIT;
		if (!backup_is_pattern(items[i].text))
			read_log(work, items[i].text);
		else if (host_glob(work->context->host, items[i].text, &list, &err) < 0)
			doubt(work, items[i].text, err.text);
		for (size_t k = 0; k < list.count; k++)
			read_log(work, list.names[k]);
		name_list_free(&list);
		error_clear(&err);
	}
}

/* The day of TIME. */
static const char *
day_of(time_t time, char ret_day[16])
{
	struct tm parts;
	if (localtime_r(&time, &parts) == NULL ||
		strftime(ret_day, 16, "%Y-%m-%d", &parts) == 0)
		ret_day[0] = '\0';
	return ret_day;
}

static void
report(const struct work *work, long most, const char *shown, struct findings *findings)
{
	const struct newest *newest = &work->newest;
	time_t now = time(NULL);
	/* a day alone counts from its end */
	long age = (long)(now - newest->time) - (newest->is_day ? DAY : 0);
	/* clocks and time zones differ */
	bool is_future = newest->is_there && newest->time > now + DAY;
	enum verdict verdict = !newest->is_there || age > most * DAY ? VERDICT_FAIL
								     : VERDICT_PASS;
	char day[16];
	bool is_old = verdict == VERDICT_PASS && newest->may_be_older;
	if (is_future || is_old || (verdict == VERDICT_FAIL && work->doubt != NULL))
		verdict = VERDICT_UNKNOWN;
	struct finding *finding = findings_add(findings, verdict, "log");
	finding_want(
		finding, "a record of the last %ld day%s", most, most > 1 ? "s" : "");
	if (newest->is_there)
		finding_have(finding, "the newest is of %s", day_of(newest->time, day));
	else if (work->files == 0)
		finding_have(finding, "there is no such file");
	else
		finding_have(finding, "no line is a record");
	if (is_future)
		finding_why(finding, "its newest record is of a time to come");
	else if (is_old)
		finding_why(finding,
			"it says no year, and the file was changed at another time than "
			"its last line says");
	else if (verdict == VERDICT_UNKNOWN)
		finding_why(finding, "%s: %s", work->doubt_path, work->doubt);
	else if (newest->by_mtime)
		finding_why(finding,
			"the record, the last line, has no time of its own: when the "
			"file was last changed counts");
	if (newest->file != NULL)
		finding_evidence(finding, newest->file, newest->offset);
	else
		finding_evidence_file(finding, newest->is_there ? newest->path : shown);
}

void
backup_judge_log(const struct context *context, const struct value *section,
	struct findings *findings)
{
	struct work work = { .context = context };
	const struct value *paths = value_find(section, "file");
	size_t count;
	long most = 1;
	if (regcomp(&work.record, value_text(section, "record", ""), REG_EXTENDED) != 0 ||
		text_number(value_text(section, "max-days", ""), 1, 36500, &most, NULL) <
			0)
		return; /* validate has told */
	read_logs(&work, paths);
	report(&work, most, value_items(paths, &count)->text, findings);
	regfree(&work.record);
	free(work.newest.path);
	free(work.doubt);
	free(work.doubt_path);
}
