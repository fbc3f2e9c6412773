#include "policy/recorded.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/source.h"
#include "policy/waiver.h"

extern const struct kind kind_attest;

enum { DAYS_MAX = 36500 };

const char recorded_days[] = "30";

const struct key recorded_keys[] = {
	{ "file", KEY_TEXT, .required = true,
		.help = "where it is; a relative path counts from the folder of the file "
			"that names it",
		.example = "evidence/netstat.txt" },
	{ "date", KEY_DATE, .required = true, .help = "the day it was taken",
		.example = "2027-01-15" },
	{ "sha256", KEY_TEXT, .required = true,
		.help = "the file's SHA-256, as sha256sum(1) prints it: another file is "
			"not believed" },
	{ "max-days", KEY_NUMBER, .min = 1, .max = DAYS_MAX,
		.help = "for how many days it is believed", .otherwise = recorded_days },
	{ 0 },
};

static const struct value *
section_of(const struct control *control)
{
	return value_find(control->common, "evidence");
}

void
recorded_validate(const struct control *control, struct problems *problems)
{
	const struct value *section = section_of(control);
	const struct value *hash = value_find(section, "sha256");
	if (section != NULL && control->kind == &kind_attest)
		problems_add(problems, section->at,
			"evidence: that of an answer goes with the answer: holdfast "
			"attest --evidence FILE %s",
			control->id);
	else if (section != NULL && control->kind != NULL &&
		control->kind->evidence == NULL)
		problems_add(problems, section->at,
			"evidence: a control of kind %s takes none, it looks at the host",
			control->kind->name);
	const struct value *date = value_find(section, "date");
	char today[16];
	waiver_today(today);
	/* a day ahead: it was taken in another zone */
	if (date != NULL && recorded_age(date->text, today) < -1)
		problems_add(
			problems, date->at, "evidence.date: %s is to come", date->text);
	if (hash != NULL && hash->type == VALUE_TEXT && hash->text != NULL &&
		(strlen(hash->text) != SHA256_HEX - 1 ||
			strspn(hash->text, "0123456789abcdef") != SHA256_HEX - 1))
		problems_add(problems, hash->at,
			"evidence.sha256: 64 digits of lower-case hexadecimal, as "
			"sha256sum prints them");
}

/* Days since 0000-03-01 of the civil calendar, in which leap days come last. */
static long
day_number(const char *date)
{
	long year = strtol(date, NULL, 10), month = strtol(date + 5, NULL, 10),
	     day = strtol(date + 8, NULL, 10);
	year -= month <= 2;
	month += month <= 2 ? 9 : -3;
	return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
		day;
}

long
recorded_age(const char *date, const char *today)
{
	return day_number(today) - day_number(date);
}

void
recorded_later(const char *date, long days, char ret_date[16])
{
	struct tm day = { .tm_hour = 12 };
	strptime(date, "%Y-%m-%d", &day);
	time_t then = timegm(&day) + days * 24 * 60 * 60;
	gmtime_r(&then, &day);
	strftime(ret_date, 16, "%Y-%m-%d", &day);
}

static void
refuse(struct recorded *recorded, char *reason)
{
	recorded->state = RECORDED_UNUSABLE;
	recorded->reason = reason;
}

/* What would have to be recorded for KIND. */
static char *
needed(const struct kind *kind)
{
	bool on_host = kind->look != NULL || kind->questions != NULL;
	return memory_printf("needs %sevidence, made there with: %s",
		on_host ? "the running host, or " : "", kind->evidence);
}

void
recorded_read(const struct control *control, struct recorded *ret_recorded)
{
	const struct value *section = section_of(control);
	struct recorded *recorded = ret_recorded;
	struct error err = ERROR_INIT;
	char today[16];
	long days = 0;
	*recorded = (struct recorded){ .state = RECORDED_NOT };
	if (section == NULL) {
		recorded->reason = needed(control->kind);
		return;
	}
	const struct value *file = value_find(section, "file");
	recorded->date = value_text(section, "date", "");
	recorded->file = (struct file){
		.path = source_path(file->at.file, file->text),
		.state = FILE_REFUSED,
	};
	text_number(
		value_text(section, "max-days", recorded_days), 1, DAYS_MAX, &days, NULL);
	waiver_today(today);
	long age = recorded_age(recorded->date, today);
	if (age < 0 || age > days) {
		refuse(recorded,
			age < 0 ? memory_printf("the evidence is dated %s, which is to "
						"come",
					  recorded->date)
				: memory_printf("the evidence of %s is %ld day%s old, "
						"believed are %ld",
					  recorded->date, age, age == 1 ? "" : "s",
					  days));
		return;
	}
	if (source_read(recorded->file.path, false, &recorded->file.bytes, &err) < 0) {
		refuse(recorded,
			memory_printf("the evidence %s can't be read: %s",
				recorded->file.path, err.text));
		error_clear(&err);
		return;
	}
	recorded->file.state = FILE_READ;
	if (strcmp(file_sha256(&recorded->file), value_text(section, "sha256", "")) !=
		0) {
		refuse(recorded,
			memory_printf("the evidence %s is not the file that was "
				      "recorded: its SHA-256 is %s",
				recorded->file.path, file_sha256(&recorded->file)));
		return;
	}
	recorded->state = RECORDED_READ;
}

char *
recorded_when(const struct recorded *recorded)
{
	return recorded->state == RECORDED_READ ? memory_printf("on %s", recorded->date)
						: memory_text("now");
}

void
recorded_free(struct recorded *recorded)
{
	free(recorded->file.path);
	free((char *)recorded->file.bytes.data);
	free(recorded->file.hash);
	free(recorded->reason);
	*recorded = (struct recorded){ 0 };
}
