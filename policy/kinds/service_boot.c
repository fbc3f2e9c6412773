#include "policy/kinds/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot/boot.h"
#include "policy/models/boot/boot_naming.h"
#include "policy/models/boot/boot_others.h"
#include "policy/models/boot/command_line.h"

enum { OTHERS_MAX = 5 }; /* of which more is said than that they are there */

/* What is known of each of its names, and of what else starts its programs. */
struct answers_at_boot {
	struct boot_answer *items;
	const char **names; /* the one asked for */
	size_t count;
};

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

/* Takes MORE unless it is about what is there already. */
static void
add(struct answers_at_boot *answers, const char *name, struct boot_answer *more)
{
	for (size_t i = 0; i < answers->count; i++) {
		const char *by = answers->items[i].by;
		if (by != NULL && more->by != NULL && strcmp(by, more->by) == 0 &&
			rank(more->state) <= rank(answers->items[i].state)) {
			boot_answer_free(more);
			return;
		}
	}
	answers->items = memory_grow(
		answers->items, answers->count, sizeof *answers->items);
	answers->names = memory_grow(
		answers->names, answers->count, sizeof *answers->names);
	answers->names[answers->count] = name;
	answers->items[answers->count++] = *more;
}

/* The nearest to being started, and the first that is there. */
static size_t
find_best(const struct answers_at_boot *answers)
{
	size_t best = 0;
	for (size_t i = 1; i < answers->count; i++) {
		const struct boot_answer *more = &answers->items[i];
		const struct boot_answer *answer = &answers->items[best];
		if (rank(more->state) > rank(answer->state) ||
			(more->state == answer->state && answer->by == NULL &&
				more->by != NULL))
			best = i;
	}
	return best;
}

static bool
all_are_stopped(const struct answers_at_boot *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		if (answers->items[i].state != BOOT_STOPPED)
			return false;
	return true;
}

/* A unit that runs PROGRAM, or has a line that names it. */
static void
ask_unit(const struct context *context, const struct control *control,
	const struct boot_unit *unit, const char *program,
	struct answers_at_boot *answers)
{
	struct boot_named named;
	boot_naming_unit(context->host, unit, program, &named);
	if (named.naming == BOOT_NAMES_NOT)
		return;
	struct boot_answer more = {
		.state = named.naming == BOOT_RUNS ? unit->state : BOOT_UNSURE,
		.by = memory_text(unit->name),
		.reason = named.reason,
		.place = named.place,
	};
	if (named.naming == BOOT_RUNS && unit->reason != NULL)
		more.reason = memory_text(unit->reason);
	if (named.naming == BOOT_RUNS && unit->path != NULL)
		more.path = memory_text(unit->path);
	add(answers, service_name(control), &more);
}

static void
ask_programs(const struct context *context, const struct control *control,
	struct answers_at_boot *answers)
{
	size_t count, name_count;
	const struct value *programs = service_programs(control, &count),
			   *names = value_items(
				   value_find(control->keys, "name"), &name_count);
	const struct boot_units *units = boot_units_read(context->host);
	const struct boot_unit *unit;
	for (size_t i = 0; (unit = boot_units_next(units, &i)) != NULL;) {
		for (size_t k = 0; k < count; k++)
			ask_unit(context, control, unit, programs[k].text, answers);
		for (size_t k = 0; k < name_count; k++) {
			autofree char *full = memory_printf("%s.service", names[k].text);
			ask_unit(context, control, unit,
				strchr(names[k].text, '.') != NULL ? names[k].text : full,
				answers);
		}
	}
}

/* A script that starts what it likes. */
static void
ask_local(const struct context *context, const struct control *control,
	const char *program, struct answers_at_boot *answers)
{
	struct place local = boot_find_local(context->host, program);
	if (local.file == NULL)
		return;
	struct boot_answer more = { .state = BOOT_UNSURE,
		.by = memory_text(local.file->path),
		.reason = memory_printf(
			"this line names %s, and is not followed", program),
		.place = local };
	add(answers, service_name(control), &more);
}

static void
ask_others(const struct context *context, const struct control *control, const char *name,
	struct answers_at_boot *answers)
{
	struct boot_answer more;
	if (boot_ask_inetd(context->host, name, &more))
		add(answers, service_name(control), &more);
	if (boot_ask_cron(context->host, name, &more))
		add(answers, service_name(control), &more);
}

/* What is no unit, and names PROGRAM. */
static void
ask_naming(const struct context *context, const struct control *control,
	const char *program, struct answers_at_boot *answers)
{
	struct boot_answer more;
	if (all_are_stopped(answers) && boot_ask_naming(context->host, program, &more))
		add(answers, service_name(control), &more);
}

/* The same of the ways in which an init script is called NAME. */
static void
ask_script_naming(const struct context *context, const struct control *control,
	const char *name, struct answers_at_boot *answers)
{
	autofree char *path = memory_printf("init.d/%s", name),
		      *words = memory_printf("service %s", name);
	ask_naming(context, control, path, answers);
	ask_naming(context, control, words, answers);
}

/* Has ANSWER, that the unit of the control's NAME is started, be a doubt where that unit
 * does not run, nor name, one of the programs that the policy asks for. */
static void
doubt_program(const struct context *context, const struct control *control,
	struct boot_answer *answer)
{
	size_t count;
	struct boot_unit unit;
	bool may_fail, names = value_find(control->keys, "program") == NULL;
	const struct value *programs = service_programs(control, &count);
	if (names || rank(answer->state) <= rank(BOOT_UNSURE) || *answer->by == '/' ||
		!boot_is_systemd(context->host))
		return;
	boot_units_find(boot_units_read(context->host), answer->by, &unit);
	free(unit.reason);
	free(unit.path);
	if (unit.commands == NULL || unit.commands->count == 0)
		return;
	for (size_t k = 0; k < count && !names; k++) {
		struct boot_named named;
		boot_naming_unit(context->host, &unit, programs[k].text, &named);
		names = named.naming != BOOT_NAMES_NOT;
		free(named.reason);
	}
	if (names)
		return;
	const struct boot_command *command = &unit.commands->items[0];
	for (size_t i = 0; i < unit.commands->count; i++)
		if (strcmp(unit.commands->items[i].setting, "ExecStart") == 0)
			command = &unit.commands->items[i];
	autofree char *program = boot_command_program(command, &may_fail);
	free(answer->reason);
	answer->reason = memory_printf("it runs %s, not %s", program, programs[0].text);
	answer->state = BOOT_UNSURE;
	answer->place = command->place;
}

static void
ask_boot(const struct context *context, const struct control *control,
	struct answers_at_boot *answers)
{
	size_t name_count, program_count;
	const struct value *names = value_items(
				   value_find(control->keys, "name"), &name_count),
			   *programs = service_programs(control, &program_count);
	for (size_t i = 0; i < name_count; i++) {
		struct boot_answer more;
		boot_ask(context, names[i].text, &more);
		if (service_says(control, "boot", "yes"))
			doubt_program(context, control, &more);
		add(answers, names[i].text, &more);
	}
	if (all_are_stopped(answers) && boot_is_systemd(context->host))
		ask_programs(context, control, answers);
	for (size_t i = 0; i < name_count && all_are_stopped(answers); i++)
		ask_others(context, control, names[i].text, answers);
	for (size_t i = 0; i < program_count && all_are_stopped(answers); i++) {
		ask_others(context, control, programs[i].text, answers);
		if (all_are_stopped(answers))
			ask_local(context, control, programs[i].text, answers);
		ask_naming(context, control, programs[i].text, answers);
	}
	struct boot_answer more;
	if (all_are_stopped(answers) && boot_ask_super(context->host, &more))
		add(answers, service_name(control), &more);
	for (size_t i = 0; i < name_count; i++)
		ask_script_naming(context, control, names[i].text, answers);
}

static void
show_boot(struct finding *finding, const struct boot_answer *answer)
{
	if (answer->place.file != NULL)
		finding_evidence(finding, answer->place.file, answer->place.offset);
	else if (answer->path != NULL)
		finding_evidence_file(finding, answer->path);
}

/* Why the words of LINE are not those of the control's program; NULL when they are. Where
 * the policy names no program it is what the unit starts, but no shell. */
static char *
refuse_line(const struct control *control, const struct command_line *line, bool is_unit)
{
	static const char *const others[] = { "sh", "bash", "dash", "env", "nice",
		"ionice", "chroot", "setpriv", "runuser", "su", "sudo",
		"start-stop-daemon", NULL };
	const struct value *program = value_find(control->keys, "program");
	if (line->unknown != NULL)
		return memory_text(line->unknown);
	if (line->program == NULL)
		return memory_text(is_unit ? "its unit starts no program"
					   : "what gives it them is not followed");
	const char *base = text_base_name(line->program);
	if (program != NULL ? value_lists(program, base) : !text_is_one_of(base, others))
		return NULL;
	return memory_printf("its unit starts %s, and what this starts is not followed",
		line->program);
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
		      *forbidden = service_find_words(without, words, line.count, true),
		      *refused = refuse_line(control, &line, is_unit);
	bool is_good = *missing == '\0' && *forbidden == '\0';
	struct finding *finding = findings_add(findings,
		refused != NULL   ? VERDICT_UNKNOWN
			: is_good ? VERDICT_PASS
				  : VERDICT_FAIL,
		"%s at boot: arguments", service_name(control));
	if (refused != NULL)
		finding_why(finding, "%s", refused);
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

/* Which systemctl(1) command keeps it from being started: a link of the administrator's
 * is taken away; what a unit's file or the vendor's link wants is masked. */
static char *
advise_against(const struct boot_answer *answer)
{
	static const char etc[] = "/etc/systemd/system/";
	const char *path = answer->path != NULL ? answer->path : "";
	bool is_linked = strncmp(path, etc, sizeof etc - 1) == 0 &&
		(strstr(path, ".wants/") != NULL || strstr(path, ".requires/") != NULL);
	bool is_script = *answer->by == '/';
	return memory_printf("; systemctl %s --now %s changes that",
		is_linked || is_script ? "disable" : "mask",
		is_linked                         ? text_base_name(path)
			: answer->starter != NULL ? answer->starter
						  : text_base_name(answer->by));
}

/* The command that would do what is wanted, for people. */
static char *
advise(const struct context *context, const struct boot_answer *answer, bool wanted)
{
	const char *by = answer->by;
	if (by == NULL)
		return memory_text(wanted ? "; look at the name" : "");
	/* of inittab, rc.local, cron and the super-servers the line is shown */
	if ((*by == '/' ? strstr(by, "init.d/") : strchr(by, '.')) == NULL ||
		(wanted && answer->change == BOOT_CHANGE_NONE))
		return memory_text("");
	if (!wanted && boot_is_systemd(context->host))
		return advise_against(answer);
	by = text_base_name(by);
	if (answer->change == BOOT_CHANGE_UNMASK)
		return memory_printf(
			"; systemctl unmask %s and enable --now %s change that", by, by);
	if (boot_is_systemd(context->host))
		return memory_printf("; systemctl enable --now %s changes that", by);
	if (host_has_name(context->host, "/sbin/chkconfig") == 1)
		return memory_printf(
			"; chkconfig %s %s changes that", by, wanted ? "on" : "off");
	return memory_printf(
		"; update-rc.d %s %s changes that", by, wanted ? "enable" : "disable");
}

/* SUBJECT is which of its names it is about. OTHERS is what is said of the others. */
static void
report(const struct context *context, const char *subject, bool wanted,
	const struct boot_answer *answer, const char *others, struct findings *findings)
{
	static const char *const states[] = {
		[BOOT_STARTED] = "started by ",
		[BOOT_BY_SOCKET] = "started for the first who connects, by ",
		[BOOT_LATER] = "started later, by ",
		[BOOT_UNSURE] = "not known: ",
		[BOOT_STOPPED] = "not started",
	};
	bool is_started = rank(answer->state) > rank(BOOT_UNSURE);
	bool is_unknown = answer->state == BOOT_UNSURE ||
		(answer->state == BOOT_LATER && wanted);
	struct finding *finding = findings_add(findings,
		is_unknown                     ? VERDICT_UNKNOWN
			: is_started == wanted ? VERDICT_PASS
					       : VERDICT_FAIL,
		"%s at boot", subject);
	finding_want(finding, "%s", wanted ? "started" : "not started");
	finding_have(finding, "%s%s", states[answer->state],
		answer->state != BOOT_STOPPED && answer->by != NULL ? answer->by : "");
	autofree char *advice = is_started == wanted || is_unknown
		? memory_text("")
		: advise(context, answer, wanted);
	if (answer->reason != NULL || *advice != '\0')
		finding_why(finding, "%s%s%s",
			answer->reason != NULL ? answer->reason : "it is started", advice,
			others);
	show_boot(finding, answer);
}

/* What is known of those of its names that are there, but for the one at SHOWN. */
static char *
describe_others(const struct answers_at_boot *answers, size_t shown)
{
	autobuffer struct buffer text = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < answers->count; i++)
		if (i != shown && answers->items[i].by != NULL &&
			answers->items[i].reason != NULL && count++ < OTHERS_MAX)
			buffer_printf(&text, "; %s: %s",
				text_base_name(answers->items[i].by),
				answers->items[i].reason);
	if (count > OTHERS_MAX)
		buffer_printf(&text, "; and %zu more", count - OTHERS_MAX);
	return buffer_take(&text);
}

void
service_judge_boot(const struct context *context, const struct control *control,
	struct findings *findings)
{
	bool wanted = service_says(control, "boot", "yes");
	struct answers_at_boot answers = { 0 };
	ask_boot(context, control, &answers);
	if (answers.items == NULL)
		return;
	size_t best = find_best(&answers);
	const struct boot_answer *answer = &answers.items[best];
	bool is_stopped = answer->state == BOOT_STOPPED;
	autofree char *others = wanted && rank(answer->state) <= rank(BOOT_UNSURE)
		? describe_others(&answers, best)
		: memory_text("");
	if (wanted || is_stopped)
		report(context, service_name(control), wanted, answer, others, findings);
	/* one of its names is enough to be started, and each of them is one too many */
	for (size_t i = 0; i < answers.count && !wanted; i++)
		if (answers.items[i].state != BOOT_STOPPED)
			report(context, answers.names[i], wanted, &answers.items[i], "",
				findings);
	if (wanted && rank(answer->state) > rank(BOOT_LATER))
		judge_command(context, control, answer, findings);
	for (size_t i = 0; i < answers.count; i++)
		boot_answer_free(&answers.items[i]);
	free(answers.items);
	free(answers.names);
}
