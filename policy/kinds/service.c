#include "policy/kinds/service.h"

#include <stdlib.h>
#include <string.h>

#include "policy/models/system/processes.h"

static const char *const answers_known[] = { "yes", "no", NULL };

static const struct key keys[] = {
	{ .name = "name",
		.type = KEY_TEXT,
		.many = true,
		.required = true,
		.help = "what the service is called: its unit (.service may be left "
			"out), its init script, its name or id in xinetd; a list where "
			"it has several names",
		.example = "[ssh, sshd]" },
	{ .name = "program",
		.type = KEY_TEXT,
		.many = true,
		.help = "the base name of its executable, or of its script; a list where "
			"it has several",
		.otherwise = "the name",
		.example = "sshd" },
	{ .name = "boot",
		.type = KEY_CHOICE,
		.choices = answers_known,
		.help = "whether it is started at boot, be it for the first who connects",
		.otherwise = "either" },
	{ .name = "running",
		.type = KEY_CHOICE,
		.choices = answers_known,
		.help = "whether it runs now",
		.otherwise = "either" },
	{ .name = "arguments",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "words that are among its arguments, at boot and now; needs a "
			"yes",
		.example = "[-a]" },
	{ .name = "without",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "words that are not; needs a yes",
		.example = "[-r]" },
	{ 0 },
};

/* --- the policy ----------------------------------------------------------------------
 */

bool
service_says(const struct control *control, const char *key, const char *answer)
{
	return strcmp(value_text(control->keys, key, ""), answer) == 0;
}

/* The characters are those of a unit's name, systemd.unit(5), and the plus that is in
 * names of services(5). */
static void
check_names(const struct control *control, const char *key, struct problems *problems)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@+";
	size_t count;
	const struct value *items = value_items(value_find(control->keys, key), &count);
	for (size_t i = 0; i < count; i++) {
		const char *text = items[i].text;
		if (*text == '.' || text[strspn(text, letters)] != '\0')
			problems_add(problems, items[i].at,
				"service.%s: '%s' is no name of one: no path, no pattern",
				key, text);
	}
}

static void
validate(const struct control *control, struct problems *problems)
{
	static const char *const words[] = { "arguments", "without" };
	check_names(control, "name", problems);
	check_names(control, "program", problems);
	if (value_find(control->keys, "boot") == NULL &&
		value_find(control->keys, "running") == NULL)
		problems_add(problems, control->section_at,
			"service: neither 'boot' nor 'running' asks for anything");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const struct value *list = value_find(control->keys, words[i]);
		if (list != NULL && !service_says(control, "boot", "yes") &&
			!service_says(control, "running", "yes") && !control->is_partial)
			problems_add(problems, list->at,
				"service.%s needs boot: yes or running: yes", words[i]);
	}
}

const struct value *
service_programs(const struct control *control, size_t *ret_count)
{
	const struct value *programs = value_find(control->keys, "program");
	return value_items(
		programs != NULL ? programs : value_find(control->keys, "name"),
		ret_count);
}

const char *
service_name(const struct control *control)
{
	size_t count;
	return value_items(value_find(control->keys, "name"), &count)->text;
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	if (value_find(control->keys, "boot") != NULL)
		service_judge_boot(context, control, findings);
	if (value_find(control->keys, "running") != NULL)
		service_judge_now(context, control, findings);
}

static bool
uses_lenses(const struct context *context)
{
	return host_has_name(context->host, "/etc/xinetd.conf") != 0;
}

const struct kind kind_service = {
	.name = "service",
	.summary = "whether a daemon is started at boot, and whether it runs",
	.keys = keys,
	.evidence = "ps -efww >FILE, ps auxww >FILE, or ps axww >FILE",
	.by_hand = "`systemctl is-enabled {name}` under systemd, else `ls "
		   "/etc/rc?.d`, and `chkconfig --list`, where it exists\n"
		   "`ps -ef`",
	.lenses = 1u << LENS_XINETD,
	.uses_lenses = uses_lenses,
	.look = processes_look,
	.validate = validate,
	.check = check,
};
