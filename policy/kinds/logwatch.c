#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/kind.h"
#include "policy/kinds/schedule_match.h"
#include "policy/models/cron/cron_table.h"
#include "policy/models/syslog/log_watchers.h"

static const char *const names[] = { "logcheck", "swatch", "logwatch", NULL };

static const struct key keys[] = {
	{ .name = "by",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = names,
		.help = "which programs may do it; one of them does all that is asked",
		.otherwise = "each of the three" },
	{ .name = "to",
		.type = KEY_TEXT,
		.help = "the address that is told, as the program's configuration has it",
		.example = "security@example.net" },
	{ .name = "files",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "which logs are read, by their paths; journal is systemd's",
		.example = "[/var/log/auth.log]" },
	{ .name = "at-least",
		.type = KEY_CHOICE,
		.choices = schedule_frequencies,
		.help = "how often logcheck or logwatch is started; swatch runs all the "
			"time",
		.otherwise = "daily" },
	{ 0 },
};

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *files = value_find(control->keys, "files");
	for (size_t i = 0; files != NULL && i < files->count; i++)
		if (files->items[i].text[0] != '/' &&
			strcmp(files->items[i].text, "journal") != 0)
			problems_add(problems, files->items[i].at,
				"logwatch.files: '%s' is no absolute path",
				files->items[i].text);
}

/* What the options of the commands that start a program say. */
struct options {
	bool changed; /* whom it tells, or what it reads, may be others */
	bool mails; /* of logwatch: it is told to */
	struct host *host;
	const char *script; /* of logcheck: a script of old that is started; NULL */
	const char *odd; /* of logcheck: why it may be another thing; NULL */
	bool is_own; /* of logcheck: it is started, and no script of old */
};

static void
take_logcheck(void *data, const struct shell_command *command)
{
	static const char harmless[] = "Rpswud";
	struct options *options = data;
	const char *program = command->words[0];
	if (*program == '/' && log_script_is(options->host, program)) {
		if (options->script != NULL && strcmp(options->script, program) != 0)
			options->odd = "several scripts of logcheck's are started";
		options->script = program;
		return; /* which has no options */
	}
	if (strcmp(text_base_name(program), "logcheck.sh") == 0)
		options->odd = "what is started as logcheck.sh has no line SYSADMIN=, or "
			       "can't be read, or is named by no path";
	options->is_own = true;
	for (size_t i = 1; i < command->count; i++) {
		const char *word = command->words[i];
		if (word[0] != '-' || word[1] == '\0' ||
			word[1 + strspn(word + 1, harmless)] != '\0')
			options->changed = true;
	}
}

static void
take_logwatch(void *data, const struct shell_command *command)
{
	static const char *const harmless[] = { "--format", "--detail", "--range",
		"--hostname", "--hostlimit", "--encode", "--debug", "--subject", NULL };
	struct options *options = data;
	for (size_t i = 1; i < command->count; i++) {
		const char *word = command->words[i];
		size_t size = strcspn(word, "=");
		autofree char *name = memory_copy(word, size);
		const char *value = word[size] == '=' ? word + size + 1
			: i + 1 < command->count      ? command->words[++i]
						      : "";
		bool is_output = strcmp(name, "--output") == 0;
		if (is_output && strcmp(value, "mail") == 0)
			options->mails = true;
		else if (!text_is_one_of(name, harmless) || strchr(value, '$') != NULL)
			options->changed = true;
	}
}

/* Whether logcheck ends before it looks at anything: after its help or its version, or at
 * an option that it does not have. Source: the loop of getopts in the script of 1.4.2;
 * logcheck.sh of 1.1.1 has no options. */
static bool
is_idle_logcheck(const struct shell_command *command)
{
	static const char valued[] = "cDHLlmrS", flags[] = "dopRstTuw";
	if (strcmp(text_base_name(command->words[0]), "logcheck") != 0)
		return false;
	for (size_t i = 1; i < command->count; i++) {
		const char *word = command->words[i];
		if (word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0)
			return false;
		word += 1 + strspn(word + 1, flags);
		if (*word != '\0' && strchr(valued, *word) == NULL)
			return true;
		i += *word != '\0' && word[1] == '\0'; /* the next is its value */
	}
	return false;
}

/* The same of logwatch, whose options may be cut short. Source: GetOptions in logwatch.pl
 * of 7.7, Getopt::Long(3perl). */
static bool
is_idle_logwatch(const struct shell_command *command)
{
	static const char *const valued[] = { "detail", "logfile", "logdir", "service",
		"mailto", "filename", "debug", "range", "hostname", "output", "format",
		"encode", "hostformat", "hostlimit", "html_wrap", "subject" };
	static const char *const flags[] = { "archives", "numeric" };
	for (size_t i = 1; i < command->count; i++) {
		const char *word = command->words[i], *name = word + strspn(word, "-");
		size_t size = strcspn(name, "=");
		bool takes = false, is_known = false;
		if (name == word || size == 0)
			continue;
		for (size_t k = 0; k < sizeof valued / sizeof *valued; k++)
			takes = takes || strncasecmp(name, valued[k], size) == 0;
		for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
			is_known = is_known || strncasecmp(name, flags[k], size) == 0;
		/* -h is --help */
		if ((!takes && !is_known) || (size == 1 && (*name | 0x20) == 'h'))
			return true;
		const char *value = name[size] == '='     ? name + size + 1
			: takes && i + 1 < command->count ? command->words[++i]
							  : "";
		if (strncasecmp(name, "range", size) == 0 &&
			strcasecmp(value, "help") == 0)
			return true;
	}
	return false;
}

/* A program that watches. */
static const struct program {
	const char *name;
	void (*read)(struct host *host, struct log_watcher *ret_watcher);
	const char *const *programs; /* that are started again and again; NULL: it runs
					on */
	void (*take)(void *options, const struct shell_command *command);
	bool (*is_idle)(const struct shell_command *command);
} programs[] = {
	{ "logcheck", log_watcher_read_logcheck,
		(const char *const[]){ "logcheck", "logcheck.sh", NULL }, take_logcheck,
		is_idle_logcheck },
	{ "swatch", log_watcher_read_swatch, NULL, NULL, NULL },
	{ "logwatch", log_watcher_read_logwatch,
		(const char *const[]){ "logwatch", "logwatch.pl", NULL }, take_logwatch,
		is_idle_logwatch },
};

static void
judge_boot(const struct log_watcher *watcher, struct findings *findings)
{
	bool found = watcher->boot.file != NULL;
	struct finding *finding = findings_add(findings,
		found                                 ? VERDICT_PASS
			: watcher->boot_doubt != NULL ? VERDICT_UNKNOWN
						      : VERDICT_FAIL,
		"swatch at boot");
	finding_want(finding, "started at boot");
	if (found)
		finding_evidence(finding, watcher->boot.file, watcher->boot.offset);
	else if (watcher->boot_doubt != NULL)
		finding_why(finding, "%s", watcher->boot_doubt);
	if (found || watcher->boot_doubt == NULL)
		finding_have(finding, "%s",
			found                         ? "started at boot"
				: watcher->is_missing ? "its program is not there"
						      : "no unit of systemd starts it");
}

/* Whether WANTED is among WORDS. CHANGED: options may say otherwise. */
static void
judge_word(const struct log_words *words, const char *wanted, bool changed,
	const char *subject, const char *what, struct findings *findings)
{
	const struct log_word *found = NULL;
	autobuffer struct buffer all = { 0 };
	for (size_t i = 0; i < words->count; i++) {
		if (strcmp(words->items[i].text, wanted) == 0)
			found = &words->items[i];
		if (all.size < 200)
			buffer_printf(&all, "%s%s", all.size > 0 ? ", " : "",
				words->items[i].text);
	}
	bool is_doubt = changed ||
		(words->doubt != NULL && (found == NULL || words->may_drop));
	struct finding *finding = findings_add(findings,
		is_doubt                ? VERDICT_UNKNOWN
			: found != NULL ? VERDICT_PASS
					: VERDICT_FAIL,
		"%s", subject);
	finding_want(finding, "%s", wanted);
	if (!is_doubt)
		finding_have(finding, "%s",
			found != NULL          ? wanted
				: all.size > 0 ? all.data
					       : what);
	else
		finding_why(finding, "%s",
			changed ? "options on the command line are not followed"
				: words->doubt);
	if (found == NULL && words->count > 0)
		found = &words->items[words->count - 1];
	if (found != NULL && found->place.file != NULL)
		finding_evidence(finding, found->place.file, found->place.offset);
	else if (words->doubt_file != NULL)
		finding_evidence_file(finding, words->doubt_file);
}

/* logwatch prints its report, unless it is told to mail it. */
static void
judge_mail(const struct options *options, const struct log_watcher *watcher,
	struct findings *findings)
{
	if (watcher->mails || options->mails)
		return;
	struct finding *finding = findings_add(
		findings, VERDICT_UNKNOWN, "logwatch Output");
	finding_why(finding,
		"it prints its report, and whom cron sends that to is not followed");
}

/* Whether COMMANDS, which another user than root starts if IS_OTHERS, have root start
 * logcheck, or a script does that they start. SEEN: of each script of the table, whether
 * it was looked at as root's and as another's. */
static bool
has_root_start(struct host *host, const struct cron_table *table, bool (*seen)[2],
	const struct shell_commands *commands, bool is_others)
{
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = &commands->items[i];
		const struct shell_command own = schedule_command_own(command);
		const struct cron_script *script = cron_commands_script(
			host, table, command);
		bool is_its = command->user == SHELL_SAME ? is_others
							  : command->user == SHELL_OTHER;
		if (!is_its && strcmp(text_base_name(own.words[0]), "logcheck") == 0)
			return true;
		if (script == NULL || seen[script - table->scripts][is_its])
			continue;
		seen[script - table->scripts][is_its] = true;
		if (has_root_start(host, table, seen, &script->commands, is_its))
			return true;
	}
	return false;
}

/* logcheck ends at once when `id -u` says 0: the script of 1.4.2, before its getopts. One
 * whose script does not ask, or asks no more, may be root's. */
static void
judge_root(struct host *host, struct findings *findings)
{
	static const char path[] = "/usr/sbin/logcheck";
	const struct cron_installed installed = cron_installed(host);
	const struct file *script = host_file(host, path);
	autofree char *text = memory_copy(
		script->bytes.size > 0 ? script->bytes.data : "", script->bytes.size);
	if (script->state == FILE_READ && strstr(text, "id -u") == NULL)
		return;
	for (enum cron_flavour i = CRON_DEBIAN; i <= CRON_CRONIE; i++) {
		const struct cron_table *table = cron_table_get(
			host, installed.flavours[i] && installed.problem == NULL, i);
		autofree bool(*seen)[2] = memory_new(
			table->script_count + 1, sizeof *seen);
		for (size_t k = 0; k < table->count; k++) {
			const struct cron_job *job = &table->jobs[k];
			if (job->hindrance != NULL ||
				!has_root_start(host, table, seen, &job->commands,
					job->is_others))
				continue;
			struct finding *finding = findings_add(
				findings, VERDICT_UNKNOWN, "logcheck's user");
			finding_why(finding, "started by root it ends at once");
			if (job->place.file != NULL)
				finding_evidence(
					finding, job->place.file, job->place.offset);
			return;
		}
	}
}

static void
judge_program(const struct context *context, const struct control *control,
	const struct program *program, const struct options *options,
	const struct log_watcher *watcher, struct findings *findings)
{
	const char *to = value_text(control->keys, "to", NULL);
	const struct value *files = value_find(control->keys, "files");
	const struct schedule_wanted wanted = { .programs = program->programs,
		.is_idle = program->is_idle };
	autofree char *subject = memory_printf("%s to", program->name);
	if (program->programs == NULL) {
		judge_boot(watcher, findings);
	} else {
		schedule_judge(context, program->name, &wanted,
			value_text(control->keys, "at-least", "daily"), findings);
		if (options->is_own && program->take == take_logcheck)
			judge_root(context->host, findings);
	}
	/* what it would do says nothing where it is not */
	if (!watcher->is_there) {
		struct finding *finding = findings_add(
			findings, VERDICT_FAIL, "%s", program->name);
		finding_have(finding, "not installed, or not started");
		finding_want(finding, "a program that is there");
		return;
	}
	const char *idle = options->odd != NULL ? options->odd : watcher->idle;
	if (idle != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "%s", program->name);
		finding_why(finding, "%s", idle);
	}
	if (to != NULL) {
		judge_word(
			&watcher->to, to, options->changed, subject, "nobody", findings);
		if (program->read == log_watcher_read_logwatch)
			judge_mail(options, watcher, findings);
	}
	for (size_t i = 0; files != NULL && i < files->count; i++) {
		autofree char *name = memory_printf(
			"%s %s", program->name, files->items[i].text);
		judge_word(&watcher->files, files->items[i].text, options->changed, name,
			"no log is read", findings);
	}
}

/* What starts PROGRAM, by its options, and what it would do. */
static void
read_program(const struct context *context, const struct program *program,
	struct options *options, struct log_watcher *ret_watcher)
{
	if (program->programs != NULL)
		schedule_visit(context, program->programs, program->take, options);
	if (options->script != NULL && options->is_own)
		options->odd = "a logcheck and a script of old are started";
	if (options->script != NULL)
		log_script_read(context->host, options->script, ret_watcher);
	else
		program->read(context->host, ret_watcher);
}

/* The smaller, the better. */
static int
rank(const struct findings *findings)
{
	switch (findings_verdict(findings)) {
	case VERDICT_PASS:
		return 0;
	case VERDICT_UNKNOWN:
		return 1;
	case VERDICT_INVALID:
		return 2;
	default:
		return 3;
	}
}

/* One of the programs must do all: what is said is about the one that comes nearest. */
static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const struct value *by = value_find(control->keys, "by");
	struct findings best = { 0 };
	bool best_is_there = false;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct findings found = { 0 };
		struct log_watcher watcher;
		struct options options = { .host = context->host };
		if (by != NULL && !value_lists(by, programs[i].name))
			continue;
		read_program(context, &programs[i], &options, &watcher);
		judge_program(context, control, &programs[i], &options, &watcher, &found);
		int order = best.count == 0 ? -1 : rank(&found) - rank(&best);
		if (order < 0 || (order == 0 && watcher.is_there && !best_is_there)) {
			findings_free(&best);
			best = found;
			best_is_there = watcher.is_there;
		} else {
			findings_free(&found);
		}
		log_watcher_free(&watcher);
	}
	for (size_t i = 0; i < best.count; i++) {
		findings->items = memory_grow(
			findings->items, findings->count, sizeof *findings->items);
		findings->items[findings->count++] = best.items[i];
	}
	free(best.items);
}

const struct kind kind_logwatch = {
	.name = "logwatch",
	.summary = "whether somebody is told what the logs hold",
	.keys = keys,
	.by_hand = "what starts logcheck or logwatch, where these exist: `grep -rE "
		   "'logcheck|logwatch' /etc/crontab /etc/anacrontab /etc/cron.*`, "
		   "`crontab -l -u root` and so of other users, `systemctl "
		   "list-timers --all`\n"
		   "what starts swatch: `grep -rl swatch /etc/systemd/system "
		   "/run/systemd/system /usr/local/lib/systemd/system "
		   "/usr/lib/systemd/system /lib/systemd/system`; of each such UNIT "
		   "`systemctl is-enabled UNIT` and `systemctl cat UNIT`: another "
		   "start, and one without `--config-file`, does not pass\n"
		   "whom logcheck tells: `grep SENDMAILTO "
		   "/etc/logcheck/logcheck.conf`, or, of a script of old, `grep "
		   "SYSADMIN /usr/local/etc/logcheck.sh`\n"
		   "whom logwatch tells: `grep -iE '^[[:space:]]*MailTo"
		   "[[:space:]]*=' /usr/share/logwatch/default.conf/logwatch.conf "
		   "/usr/share/logwatch/dist.conf/logwatch.conf "
		   "/etc/logwatch/conf/logwatch.conf`, of which the last counts\n"
		   "whom swatch tells: `grep -E '^[[:space:]]*mail' FILE`, FILE "
		   "being what `--config-file` names\n"
		   "which logs: `cat /etc/logcheck/logcheck.logfiles "
		   "/etc/logcheck/logcheck.logfiles.d/*`, what swatch's "
		   "`--tail-file` names, or `grep LOGTAIL "
		   "/usr/local/etc/logcheck.sh`",
	.validate = validate,
	.check = check,
};
