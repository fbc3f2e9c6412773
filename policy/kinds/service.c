#include "policy/kinds/service.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot.h"
#include "policy/models/command_line.h"
#include "policy/models/processes.h"

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

static void
check_names(const struct control *control, const char *key, struct problems *problems)
{
	size_t count;
	const struct value *items = value_items(value_find(control->keys, key), &count);
	for (size_t i = 0; i < count; i++) {
		const char *text = items[i].text;
		bool is_bad = *text == '\0' || *text == '.';
		for (const char *p = text; *p != '\0'; p++)
			is_bad = is_bad || *p == '/' || !isgraph((unsigned char)*p);
		if (is_bad)
			problems_add(problems, items[i].at,
				"service.%s: '%s' is no name of one, without a path", key,
				text);
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
		problems_add(problems, control->at,
			"service: neither 'boot' nor 'running' asks for anything");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const struct value *list = value_find(control->keys, words[i]);
		if (list != NULL && !service_says(control, "boot", "yes") &&
			!service_says(control, "running", "yes"))
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

/* --- at boot -------------------------------------------------------------------------
 */

/* How near a state is to being started. */
static int
rank(enum boot_state state)
{
	static const int ranks[] = {
		[BOOT_STARTED] = 4,
		[BOOT_BY_SOCKET] = 3,
		[BOOT_LATER] = 2,
		[BOOT_UNSURE] = 1,
		[BOOT_STOPPED] = 0,
	};
	return ranks[state];
}

/* Takes MORE for the answer when it is nearer, or says more. */
static void
take(struct boot_answer *answer, struct boot_answer *more)
{
	bool is_better = rank(more->state) > rank(answer->state) ||
		(more->state == answer->state && answer->by == NULL);
	if (is_better) {
		boot_answer_free(answer);
		*answer = *more;
	} else {
		boot_answer_free(more);
	}
}

/* A unit of another name that starts one of the programs. */
static void
ask_programs(const struct context *context, const struct control *control,
	struct boot_answer *answer)
{
	size_t count;
	const struct value *programs = service_programs(control, &count);
	const struct boot_units *units = boot_units_read(context->host);
	const struct boot_unit *unit;
	for (size_t i = 0; (unit = boot_units_next(units, &i)) != NULL;) {
		struct command_line line;
		bool is_its = false;
		if (unit->script != NULL ||
			strcmp(strrchr(unit->name, '.'), ".service") != 0)
			continue;
		command_line_read(context->host,
			&(struct command_daemon){ .unit = unit->name }, &line);
		for (size_t k = 0; line.program != NULL && k < count; k++)
			is_its = is_its ||
				strcmp(text_base_name(line.program), programs[k].text) ==
					0;
		if (is_its) {
			struct boot_answer more = { .state = unit->state,
				.by = memory_text(unit->name),
				.reason = unit->reason != NULL ? memory_text(unit->reason)
							       : NULL,
				.place = { line.source, line.start } };
			take(answer, &more);
		}
		command_line_free(&line);
	}
}

/* A script that starts what it likes. */
static void
ask_local(const struct context *context, const struct control *control,
	struct boot_answer *answer)
{
	size_t count;
	const struct value *programs = service_programs(control, &count);
	for (size_t i = 0; i < count && answer->state == BOOT_STOPPED; i++) {
		struct place local = boot_find_local(context->host, programs[i].text);
		if (local.file == NULL)
			continue;
		boot_answer_free(answer);
		*answer = (struct boot_answer){ .state = BOOT_UNSURE,
			.by = memory_text(local.file->path),
			.reason = memory_printf("this line names %s, and is not followed",
				programs[i].text),
			.place = local };
	}
}

static void
ask_boot(const struct context *context, const struct control *control,
	struct boot_answer *ret_answer)
{
	size_t count;
	const struct value *names = value_items(
		value_find(control->keys, "name"), &count);
	*ret_answer = (struct boot_answer){ .state = BOOT_STOPPED };
	for (size_t i = 0; i < count; i++) {
		struct boot_answer more;
		boot_ask(context, names[i].text, &more);
		take(ret_answer, &more);
	}
	if (ret_answer->state == BOOT_STOPPED && boot_is_systemd(context->host))
		ask_programs(context, control, ret_answer);
	ask_local(context, control, ret_answer);
}

static void
show_boot(struct finding *finding, const struct boot_answer *answer)
{
	if (answer->place.file != NULL)
		finding_evidence(finding, answer->place.file, answer->place.offset);
	else if (answer->path != NULL)
		finding_evidence_file(finding, answer->path);
}

/* The arguments that the unit or script, which is started, gives it. */
static void
judge_command(const struct context *context, const struct control *control,
	const struct boot_answer *answer, struct findings *findings)
{
	const struct value *arguments = value_find(control->keys, "arguments"),
			   *without = value_find(control->keys, "without");
	const char *dot = strrchr(answer->by, '.');
	struct command_line line = { 0 };
	if (arguments == NULL && without == NULL)
		return;
	bool is_unit = answer->by[0] != '/' && dot != NULL &&
		strcmp(dot, ".service") == 0;
	if (is_unit)
		command_line_read(context->host,
			&(struct command_daemon){ .unit = answer->by }, &line);
	autofree char **words = memory_new(line.count + 1, sizeof *words);
	for (size_t i = 0; i < line.count; i++)
		words[i] = line.words[i].text;
	autofree char *missing = service_find_words(arguments, words, line.count, false),
		      *forbidden = service_find_words(without, words, line.count, true);
	bool is_known = line.program != NULL && line.unknown == NULL;
	bool is_good = *missing == '\0' && *forbidden == '\0';
	struct finding *finding = findings_add(findings,
		!is_known         ? VERDICT_UNKNOWN
			: is_good ? VERDICT_PASS
				  : VERDICT_FAIL,
		"%s at boot: arguments", service_name(control));
	if (!is_known)
		finding_why(finding, "%s",
			line.unknown != NULL ? line.unknown
				: is_unit    ? "its unit starts no program"
					     : "what gives it them is not followed");
	else if (is_good)
		finding_have(finding, "as asked for");
	else
		finding_have(finding, "%s%s%s%s", *missing != '\0' ? "without " : "",
			missing,
			*forbidden == '\0'         ? ""
				: *missing != '\0' ? ", with "
						   : "with ",
			forbidden);
	if (line.source != NULL)
		finding_evidence(finding, line.source, line.start);
	else
		show_boot(finding, answer);
	command_line_free(&line);
}

/* The command that would do what is wanted, for people. */
static char *
advise(const struct context *context, const struct boot_answer *answer, bool wanted)
{
	const char *by = answer->by;
	/* of inittab, rc.local and xinetd the line is shown */
	if (by == NULL || (*by == '/' ? strstr(by, "init.d/") : strchr(by, '.')) == NULL)
		return memory_text("");
	by = text_base_name(by);
	if (boot_is_systemd(context->host))
		return memory_printf("; systemctl %s --now %s changes that",
			wanted ? "enable" : "disable", by);
	if (host_has_name(context->host, "/sbin/chkconfig") == 1)
		return memory_printf(
			"; chkconfig %s %s changes that", by, wanted ? "on" : "off");
	return memory_printf(
		"; update-rc.d %s %s changes that", by, wanted ? "enable" : "disable");
}

static void
judge_boot(const struct context *context, const struct control *control,
	struct findings *findings)
{
	static const char *const states[] = {
		[BOOT_STARTED] = "started by ",
		[BOOT_BY_SOCKET] = "started for the first who connects, by ",
		[BOOT_LATER] = "started later, by ",
		[BOOT_UNSURE] = "not known: ",
		[BOOT_STOPPED] = "not started",
	};
	bool wanted = service_says(control, "boot", "yes");
	struct boot_answer answer;
	ask_boot(context, control, &answer);
	bool is_started = answer.state == BOOT_STARTED || answer.state == BOOT_BY_SOCKET;
	bool is_unknown = answer.state == BOOT_UNSURE ||
		(answer.state == BOOT_LATER && wanted);
	is_started = is_started || answer.state == BOOT_LATER;
	struct finding *finding = findings_add(findings,
		is_unknown                     ? VERDICT_UNKNOWN
			: is_started == wanted ? VERDICT_PASS
					       : VERDICT_FAIL,
		"%s at boot", service_name(control));
	finding_want(finding, "%s", wanted ? "started" : "not started");
	finding_have(finding, "%s%s", states[answer.state],
		answer.state != BOOT_STOPPED && answer.by != NULL ? answer.by : "");
	autofree char *advice = is_started == wanted || is_unknown
		? memory_text("")
		: advise(context, &answer, wanted);
	if (answer.reason != NULL || *advice != '\0')
		finding_why(finding, "%s%s",
			answer.reason != NULL ? answer.reason : "it is started", advice);
	show_boot(finding, &answer);
	if (wanted && is_started && !is_unknown)
		judge_command(context, control, &answer, findings);
	boot_answer_free(&answer);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	if (value_find(control->keys, "boot") != NULL)
		judge_boot(context, control, findings);
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
	.evidence = "ps -ef >FILE, ps aux >FILE, or ps ax >FILE",
	.by_hand = "systemctl is-enabled NAME; ls /etc/rc?.d; ps -ef",
	.lenses = 1u << LENS_XINETD,
	.uses_lenses = uses_lenses,
	.look = processes_look,
	.validate = validate,
	.check = check,
};
