#include "policy/models/boot/boot_others.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot_naming.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/cron/cron_table.h"

/* The nearest to being started of the units or scripts NAMES (NULL ends). */
static enum boot_state
find_state(struct host *host, const char *const *names, char **ret_reason)
{
	enum boot_state best = BOOT_STOPPED;
	*ret_reason = NULL;
	for (; *names != NULL && best != BOOT_STARTED; names++) {
		struct boot_answer answer;
		boot_ask_init(host, *names, &answer);
		if (answer.state != BOOT_STOPPED) {
			free(*ret_reason);
			best = answer.state == BOOT_STARTED ? BOOT_STARTED : BOOT_UNSURE;
			*ret_reason = answer.reason;
			answer.reason = NULL;
		}
		boot_answer_free(&answer);
	}
	return best;
}

enum { FIELDS_MAX = 7 }; /* service, type, protocol, wait, user, program, its name */

/* Whether LINE has inetd serve NAME: "127.0.0.1:pop3", "rusersd/2-3"; the program or, for
 * a wrapper such as tcpd, what it is called. */
static bool
serves(char *line, const char *name)
{
	char *fields[FIELDS_MAX], *rest = NULL;
	size_t count = 0;
	for (char *word = strtok_r(line, " \t", &rest);
		word != NULL && count < FIELDS_MAX; word = strtok_r(NULL, " \t", &rest))
		fields[count++] = word;
	if (count < FIELDS_MAX - 1 || *fields[0] == '#')
		return false;
	const char *colon = strrchr(fields[0], ':');
	char *service = colon != NULL ? fields[0] + (colon - fields[0]) + 1 : fields[0];
	service[strcspn(service, "/")] = '\0';
	if (strcmp(service, name) == 0)
		return true;
	for (size_t i = FIELDS_MAX - 2; i < count; i++)
		if (strcmp(text_base_name(fields[i]), name) == 0)
			return true;
	return false;
}

static struct place
find_served(const struct file *file, const char *name)
{
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		if (serves(text, name))
			return (struct place){ file, start };
	}
	return (struct place){ 0 };
}

bool
boot_ask_inetd(struct host *host, const char *name, struct boot_answer *ret_answer)
{
	static const char *const units[] = { "openbsd-inetd", "inetutils-inetd", "inetd",
		NULL };
	struct name_list more = { 0 };
	struct place place = find_served(host_file(host, "/etc/inetd.conf"), name);
	if (host_glob(host, "/etc/inetd.d/*", &more, NULL) == 0)
		for (size_t i = 0; i < more.count && place.file == NULL; i++)
			place = find_served(host_file(host, more.names[i]), name);
	name_list_free(&more);
	if (place.file == NULL)
		return false;
	autofree char *reason = NULL;
	enum boot_state state = find_state(host, units, &reason);
	*ret_answer = (struct boot_answer){
		.state = state == BOOT_STARTED ? BOOT_BY_SOCKET : BOOT_UNSURE,
		.by = memory_text("inetd"),
		.place = place,
		.reason = state == BOOT_STARTED
			? memory_text("inetd starts it")
			: memory_printf("whether inetd is started, which would serve "
					"it: %s",
				  reason != NULL ? reason : ""),
	};
	if (state == BOOT_STOPPED)
		boot_answer_free(ret_answer);
	return state != BOOT_STOPPED;
}

/* --- an inetd or xinetd that is started with another configuration ---------------------
 */

/* The configuration that the arguments LINE name, NULL: that of its own. xinetd(8): -f
 * FILE; inetd(8): an operand. What follows another option with a path stands in it. */
static const char *
find_configuration(const struct command_line *line, bool is_xinetd)
{
	static const char *const own[] = { "/etc/inetd.conf", "/etc/xinetd.conf",
		"/etc/inetd.d", NULL };
	for (size_t i = 0; i < line->count; i++) {
		const char *word = line->words[i].text;
		bool is_named = is_xinetd
			? i > 0 && strcmp(line->words[i - 1].text, "-f") == 0
			: *word == '/';
		if (is_named && !text_is_one_of(word, own))
			return word;
	}
	return NULL;
}

/* What UNIT, which is started, or may be, says when it runs an inetd or xinetd in another
 * way than is followed; NULL: it does not. */
static char *
judge_super(struct host *host, const struct boot_unit *unit)
{
	static const char *const programs[] = { "inetd", "xinetd", NULL };
	static const char *const units[] = { "inetd.service", "xinetd.service",
		"openbsd-inetd.service", "inetutils-inetd.service", NULL };
	bool may_fail, is_super = false;
	char *reason = NULL;
	for (size_t i = 0; i < unit->commands->count && !is_super; i++) {
		autofree char *program = boot_command_program(
			&unit->commands->items[i], &may_fail);
		is_super = text_is_one_of(text_base_name(program), programs);
	}
	if (!is_super)
		return NULL;
	struct command_line line;
	command_line_read(host, &(struct command_daemon){ .unit = unit->name }, &line);
	const char *program = line.program != NULL ? text_base_name(line.program) : "";
	const char *other = find_configuration(&line, strcmp(program, "xinetd") == 0);
	if (other != NULL)
		reason = memory_printf(
			"it is started with %s, which is not followed", other);
	else if (line.unknown != NULL)
		reason = memory_text(line.unknown);
	else if (!text_is_one_of(unit->name, units))
		reason = memory_printf(
			"it starts %s, and what that serves is not followed", program);
	command_line_free(&line);
	return reason;
}

static bool
ask_super_units(struct host *host, struct boot_answer *ret_answer)
{
	const struct boot_units *units = boot_units_read(host);
	const struct boot_unit *unit;
	for (size_t i = 0; (unit = boot_units_next(units, &i)) != NULL;) {
		char *reason = judge_super(host, unit);
		if (reason == NULL)
			continue;
		*ret_answer = (struct boot_answer){ .state = BOOT_UNSURE,
			.by = memory_text(unit->name),
			.reason = reason,
			.place = unit->commands->items[0].place };
		return true;
	}
	return false;
}

/* Whether LINE of a file of defaults, or of the script itself, hands another
 * configuration on. */
static bool
hands_configuration(char *line, bool is_xinetd)
{
	char *rest = NULL;
	bool is_next = !is_xinetd;
	if (!cron_line_counts(line) || (!is_xinetd && strstr(line, "OPT") == NULL))
		return false;
	for (char *word = strtok_r(line, " \t\"'=", &rest); word != NULL;
		word = strtok_r(NULL, " \t\"'=", &rest)) {
		if (is_next && *word == '/' && strcmp(word, "/etc/inetd.conf") != 0 &&
			strcmp(word, "/etc/xinetd.conf") != 0)
			return true;
		is_next = !is_xinetd || strcmp(word, "-f") == 0;
	}
	return false;
}

static bool
ask_super_script(struct host *host, const char *name, struct boot_answer *ret_answer)
{
	static const char *const folders[] = { "/etc/default", "/etc/sysconfig" };
	const char *const units[] = { name, NULL };
	autofree char *reason = NULL;
	struct bytes line;
	if (find_state(host, units, &reason) == BOOT_STOPPED)
		return false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		autofree char *path = memory_printf("%s/%s", folders[i], name);
		const struct file *file = host_file(host, path);
		for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
			start = at) {
			autofree char *text = memory_copy(line.data, line.size);
			if (!hands_configuration(text, strcmp(name, "xinetd") == 0))
				continue;
			*ret_answer = (struct boot_answer){ .state = BOOT_UNSURE,
				.by = memory_text(name),
				.place = { file, start },
				.reason = memory_text("it is started with another "
						      "configuration, which is not "
						      "followed") };
			return true;
		}
	}
	return false;
}

bool
boot_ask_super(struct host *host, struct boot_answer *ret_answer)
{
	static const char *const names[] = { "xinetd", "openbsd-inetd", "inetutils-inetd",
		"inetd" };
	if (boot_is_systemd(host) && ask_super_units(host, ret_answer))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ask_super_script(host, names[i], ret_answer))
			return true;
	return false;
}

/* --- cron ------------------------------------------------------------------------------
 */

/* Whether COMMANDS, of TEXT, run the program NAME, or may where they are not followed to
 * the end. */
static bool
may_run(struct host *host, const struct shell_commands *commands, struct bytes text,
	const char *name)
{
	bool is_open;
	if (boot_naming_commands(host, commands, name, &is_open))
		return true;
	struct bytes line;
	bool names = false;
	for (size_t at = 0;
		commands->doubt != NULL && !names && bytes_next_line(text, &at, &line);) {
		autofree char *copy = memory_copy(line.data, line.size);
		names = cron_line_counts(copy) && boot_text_names(host, copy, name);
	}
	return names;
}

/* What JOB, which is sure to run the program NAME when it is called so itself, has to do
 * with it. What is not for the boot alone may speak of it, but must not run it. */
static void
find_naming(struct host *host, const struct cron_table *table, const struct cron_job *job,
	const char *name, struct boot_named *ret_named)
{
	const char *start = job->command + strspn(job->command, " \t");
	autofree char *program = memory_copy(start, strcspn(start, " \t;&|<>()"));
	const struct shell_commands *commands = &job->commands;
	bool is_open, runs;
	*ret_named = (struct boot_named){ .place = job->place };
	if (job->by_anacron)
		return;
	bool is_called = strcmp(text_base_name(program), name) == 0;
	/* a shell that is not followed may be the program, or run it */
	if (job->doubt != NULL &&
		(strncmp(job->doubt, "SHELL=", strlen("SHELL=")) == 0 ||
			(is_called && job->at_boot))) {
		ret_named->naming = BOOT_NAMES;
		ret_named->reason = memory_text(job->doubt);
		return;
	}
	if (is_called) {
		ret_named->naming = BOOT_RUNS;
		return;
	}
	runs = boot_naming_commands(host, commands, name, &is_open) ||
		may_run(host, commands, BYTES_TEXT(job->command), name) ||
		(job->at_boot && boot_text_names(host, job->command, name));
	for (size_t k = 0; k < commands->count && !runs && !job->at_boot; k++) {
		const struct cron_script *script = cron_commands_script(
			host, table, &commands->items[k]);
		runs = script != NULL &&
			may_run(host, &script->commands, script->file->bytes, name);
	}
	if (runs || is_open) {
		ret_named->naming = BOOT_NAMES;
		ret_named->reason = runs
			? memory_printf("this line names %s, and is not followed", name)
			: memory_text("what this line runs, a variable says, which is "
				      "not followed");
	} else if (job->at_boot) {
		(void)boot_naming_scripts(host, commands, name, ret_named);
	}
}

/* Adds to *ANSWER what a crontab of that sort of cron says; NULL to *REASON where cron is
 * sure to be started. */
static void
ask_tabs(struct host *host, enum cron_flavour flavour, const char *name,
	const char *reason, struct boot_answer *answer)
{
	const struct cron_table *table = cron_table_tabs(host, flavour);
	for (size_t i = 0; i < table->count && answer->state != BOOT_STARTED; i++) {
		const struct cron_job *job = &table->jobs[i];
		struct boot_named named;
		find_naming(host, table, job, name, &named);
		bool is_sure = named.naming == BOOT_RUNS && reason == NULL;
		if (named.naming == BOOT_NAMES_NOT ||
			(answer->state != BOOT_STOPPED && !(is_sure && job->at_boot))) {
			free(named.reason);
			continue;
		}
		boot_answer_free(answer);
		*answer = (struct boot_answer){
			.state = !is_sure      ? BOOT_UNSURE
				: job->at_boot ? BOOT_STARTED
					       : BOOT_LATER,
			.by = memory_text("cron"),
			.place = named.place,
			.reason = named.naming != BOOT_RUNS ? named.reason
				: !is_sure
				? memory_printf("whether cron is started, which would "
						"start it: %s",
					  reason)
				: job->at_boot ? NULL
					       : memory_text("cron starts it"),
		};
	}
	if (table->is_full && answer->state == BOOT_STOPPED)
		*answer = (struct boot_answer){
			.state = BOOT_UNSURE,
			.by = memory_text("cron"),
			.reason = memory_text("cron starts more than is followed"),
		};
}

bool
boot_ask_cron(struct host *host, const char *name, struct boot_answer *ret_answer)
{
	static const char *const units[2][2] = {
		[CRON_DEBIAN] = { "cron", NULL }, [CRON_CRONIE] = { "crond", NULL }
	};
	const struct cron_installed installed = cron_installed(host);
	*ret_answer = (struct boot_answer){ .state = BOOT_STOPPED };
	for (size_t i = 0; i < 2; i++) {
		char *reason = NULL;
		enum boot_state state = installed.problem == NULL && installed.flavours[i]
			? find_state(host, units[i], &reason)
			: BOOT_STOPPED;
		if (state != BOOT_STOPPED)
			ask_tabs(host, i, name, state == BOOT_STARTED ? NULL : reason,
				ret_answer);
		free(reason);
	}
	return ret_answer->state != BOOT_STOPPED;
}
