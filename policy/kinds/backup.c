#include "policy/kinds/backup.h"

#include <string.h>

#include "policy/kinds/schedule.h"
#include "policy/pattern.h"

static const struct key log_keys[] = {
	{ .name = "file",
		.type = KEY_TEXT,
		.many = true,
		.required = true,
		.help = "where the records are: absolute paths or patterns of glob(7)",
		.example = "'/var/log/backup.log*'" },
	{ .name = "record",
		.type = KEY_TEXT,
		.required = true,
		.help = "an extended regular expression (regex(7)) that the line of a "
			"backup that went well matches, and no other",
		.example = "'backup finished: ok'" },
	{ .name = "max-days",
		.type = KEY_NUMBER,
		.min = 1,
		.max = 36500,
		.required = true,
		.help = "how many days old the newest record may be",
		.example = "2" },
	{ 0 },
};

static const struct key schedule_keys[] = {
	{ .name = "command",
		.type = KEY_TEXT,
		.required = true,
		.help = "an extended regular expression that the program that is "
			"started matches, or it and what is behind it",
		.example = "'/usr/local/sbin/backup'" },
	{ .name = "at-least",
		.type = KEY_CHOICE,
		.choices = schedule_frequencies,
		.help = "how often it is started",
		.otherwise = "daily" },
	{ 0 },
};

static const struct key restored_keys[] = {
	{ .name = "directory",
		.type = KEY_TEXT,
		.required = true,
		.help = "where a backup was restored to: below it each file has the "
			"path that it has on the host",
		.example = "/srv/restored" },
	{ .name = "files",
		.type = KEY_TEXTS,
		.filled = true,
		.required = true,
		.help = "which files of the host are compared: absolute paths or "
			"patterns of glob(7); each must match some",
		.example = "[/etc/passwd, '/home/*/Maildir/cur/*']" },
	{ .name = "sample",
		.type = KEY_NUMBER,
		.min = 1,
		.max = 100000,
		.help = "how many of them are compared; where there are more, at equal "
			"steps through their names",
		.otherwise = "20" },
	{ .name = "seed",
		.type = KEY_TEXT,
		.help = "a text that chooses others: the same for the same text",
		.example = "2027-01" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "log",
		.type = KEY_SECTION,
		.keys = log_keys,
		.help = "the records that backups leave, by age" },
	{ .name = "schedule",
		.type = KEY_SECTION,
		.keys = schedule_keys,
		.help = "what starts them: cron or a timer of systemd" },
	{ .name = "restored",
		.type = KEY_SECTION,
		.keys = restored_keys,
		.help = "files of the host compared with a restored tree, by SHA-256" },
	{ 0 },
};

bool
backup_is_pattern(const char *path)
{
	return strpbrk(path, "*?[\\") != NULL;
}

static void
check_absolute(const struct value *value, const char *key, struct problems *problems)
{
	size_t count;
	const struct value *items = value_items(value, &count);
	if (value != NULL && value->type == VALUE_LIST) {
		items = value->items;
		count = value->count;
	}
	for (size_t i = 0; i < count; i++)
		if (items[i].text[0] != '/')
			problems_add(problems, items[i].at,
				"backup.%s: '%s' is no absolute path", key,
				items[i].text);
}

/* One that matches an empty line matches each. */
static void
check_pattern(const struct value *value, const char *key, struct problems *problems)
{
	regex_t regex;
	pattern_check(value, key, problems);
	if (regcomp(&regex, value->text, REG_EXTENDED | REG_NOSUB) != 0)
		return;
	if (regexec(&regex, "", 0, NULL, 0) == 0)
		problems_add(problems, value->at, "%s: '%s' matches each line", key,
			value->text);
	regfree(&regex);
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *log = value_find(control->keys, "log"),
			   *schedule = value_find(control->keys, "schedule"),
			   *restored = value_find(control->keys, "restored");
	if (log == NULL && schedule == NULL && restored == NULL)
		problems_add(problems, control->section_at,
			"backup: none of 'log', 'schedule' and 'restored' is there");
	check_absolute(value_find(log, "file"), "log.file", problems);
	check_absolute(value_find(restored, "directory"), "restored.directory", problems);
	check_absolute(value_find(restored, "files"), "restored.files", problems);
	if (log != NULL)
		check_pattern(value_find(log, "record"), "backup.log.record", problems);
	if (schedule != NULL)
		check_pattern(value_find(schedule, "command"), "backup.schedule.command",
			problems);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const struct value *log = value_find(control->keys, "log"),
			   *schedule = value_find(control->keys, "schedule"),
			   *restored = value_find(control->keys, "restored");
	if (log != NULL)
		backup_judge_log(context, log, findings);
	if (schedule != NULL) {
		const struct schedule_wanted wanted = { .command = value_text(schedule,
								"command", "") };
		schedule_judge(context, "schedule", &wanted,
			value_text(schedule, "at-least", "daily"), findings);
	}
	if (restored != NULL)
		backup_judge_restored(context, restored, findings);
}

const struct kind kind_backup = {
	.name = "backup",
	.summary = "whether backups are made, and what was restored is what is there",
	.keys = keys,
	.by_hand = "the newest record: `ls -tr {log.file} | tr '\\n' '\\0' | xargs -0 "
		   "grep -hE {-e log.record} /dev/null | tail -n 1`\n"
		   "what starts `{schedule.command}`, where these exist: `cat "
		   "/etc/crontab /etc/anacrontab /etc/cron.d/*`, `ls /etc/cron.hourly "
		   "/etc/cron.daily /etc/cron.weekly /etc/cron.monthly`\n"
		   "what else starts `{schedule.command}`: `crontab -l -u root` and "
		   "so of other users, `systemctl list-timers --all`\n"
		   "`sha256sum {restored.files}`, and the same of the copies below "
		   "`{restored.directory}`",
	.validate = validate,
	.check = check,
};
