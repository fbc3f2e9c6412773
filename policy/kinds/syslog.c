/* Messages reach a log host and files: what the syslog daemon does with each facility and
 * level. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/models/packages/software.h"
#include "policy/models/syslog/syslog_describe.h"
#include "policy/models/syslog/syslog_flow.h"
#include "policy/models/syslog/syslog_remedy.h"
#include "policy/models/syslog/syslog_table.h"

static const char *const protocols[] = { "udp", "tcp", "any", NULL };

static const struct key forward_keys[] = {
	{ .name = "selector",
		.type = KEY_TEXT,
		.required = true,
		.help = "which messages, as in syslog.conf(5)",
		.example = "kern.*" },
	{ .name = "to",
		.type = KEY_TEXT,
		.required = true,
		.help = "the log host, by the name that the configuration uses",
		.example = "syslog.example.net" },
	{ .name = "protocol",
		.type = KEY_CHOICE,
		.help = "how they must travel; RELP counts as tcp",
		.otherwise = "any",
		.choices = protocols },
	{ .name = "port",
		.type = KEY_NUMBER,
		.help = "the port there",
		.otherwise = "514",
		.min = 1,
		.max = 65535 },
	{ .name = NULL },
};

static const struct key store_keys[] = {
	{ .name = "selector",
		.type = KEY_TEXT,
		.required = true,
		.help = "which messages, as in syslog.conf(5)",
		.example = "kern.*" },
	{ .name = "file",
		.type = KEY_TEXT,
		.required = true,
		.help = "the local file",
		.example = "/var/log/kernel" },
	{ .name = NULL },
};

static const struct key keys[] = {
	{ .name = "forward",
		.type = KEY_SECTION,
		.many = true,
		.help = "messages that must reach another host",
		.keys = forward_keys },
	{ .name = "store",
		.type = KEY_SECTION,
		.many = true,
		.help = "messages that must reach a local file",
		.keys = store_keys },
	{ .name = NULL },
};

static void
validate(const struct control *control, struct problems *problems)
{
	__attribute__((cleanup(demands_free))) struct demands demands;
	demands_read(control, &demands, problems);
	if (demands.count == 0)
		problems_add(problems, control->keys->at,
			"syslog: it needs forward or store, else it asks for nothing");
}

enum { EVIDENCE_MAX = 12 };

/* The lines of those PARTS that take wanted messages; where none does, of all. */
static void
add_evidence(struct finding *finding, const struct parts *parts)
{
	bool carries = parts_carry(parts);
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->items[i];
		if (finding->evidence_count < EVIDENCE_MAX &&
			part->statement->file != NULL &&
			priorities_empty(part->set) != carries)
			finding_evidence(
				finding, part->statement->file, part->statement->offset);
	}
}

/* An action over TCP waits for its log host; without a queue of its own the daemon waits
 * with it (rsyslog's documentation, "reliable forwarding"). */
static void
warn_of_blocking(const struct syslog_conf *conf, const struct reach *reach,
	struct finding *finding)
{
	for (size_t i = 0; i < reach->carriers.count; i++) {
		const struct part *part = &reach->carriers.items[i];
		const struct destination *to = part->statement->destination;
		if (to->type != DESTINATION_HOST || to->protocol == PROTOCOL_UDP ||
			to->queued || priorities_empty(part->set))
			continue;
		autobuffer struct buffer place = { 0 };
		syslog_describe_place(conf, part->statement, &place);
		finding_why(finding,
			"%s forwards over TCP without a queue: a dead log host can block "
			"%s",
			place.data, conf->daemon_name);
		return;
	}
}

/* Whether what is at FILE keeps what is written to it: a link to /dev/null is an old way
 * to get rid of a log. The reason when not. */
static enum verdict
judge_target(struct host *host, const char *file, char **ret_reason)
{
	struct stat status;
	autofree char *target = NULL;
	*ret_reason = NULL;
	if (host_status(host, file, &status, &target) < 0) {
		*ret_reason = memory_printf("what %s is can't be told", file);
		return VERDICT_UNKNOWN;
	}
	if (strcmp(target, "/dev/null") == 0) {
		*ret_reason = memory_printf("%s leads to /dev/null", file);
		return VERDICT_FAIL;
	}
	mode_t mode = status.st_mode;
	if (mode == 0 || S_ISREG(mode))
		return VERDICT_PASS;
	*ret_reason = S_ISDIR(mode)
		? memory_printf("%s is a directory, which can't be written to", file)
		: memory_printf("%s is no regular file: what becomes of it can't be told",
			  file);
	return S_ISDIR(mode) ? VERDICT_FAIL : VERDICT_UNKNOWN;
}

static void
judge(struct host *host, const struct syslog_conf *conf, const struct demand *demand,
	struct findings *findings)
{
	struct reach reach;
	autofree char *lost = NULL;
	autobuffer struct buffer place = { 0 }, have = { 0 }, why = { 0 };
	syslog_reach(conf, &demand->place, demand->wanted, &reach);
	struct priorities unknown = priorities_without(
		demand->wanted, priorities_or(reach.reached, reach.missed));
	enum verdict verdict = !priorities_empty(reach.missed) ? VERDICT_FAIL
		: !priorities_empty(unknown)                   ? VERDICT_UNKNOWN
							       : VERDICT_PASS;
	if (verdict == VERDICT_PASS && demand->place.type == DESTINATION_FILE)
		verdict = judge_target(host, demand->place.name, &lost);
	demand_describe(demand, &place);
	syslog_describe_have(conf, &reach, unknown, place.data, &have);
	struct finding *finding = findings_add(
		findings, verdict, "%s to %s", demand->selector, place.data);
	finding_have(finding, "%s", have.data);
	finding_want(finding, "%s reaches %s", demand->selector, place.data);
	add_evidence(finding, &reach.carriers);
	if (verdict == VERDICT_PASS) {
		warn_of_blocking(conf, &reach, finding);
	} else if (lost != NULL) {
		finding_why(finding, "%s", lost);
	} else {
		syslog_describe_why(conf, demand, &reach, unknown, &why);
		finding_why(finding, "%s", why.data != NULL ? why.data : "");
		add_evidence(finding, &reach.stops);
		add_evidence(finding, &reach.doubts);
		for (size_t i = 0; i < conf->rejected_count && i < LINES_SHOWN; i++)
			finding_evidence(finding, conf->rejected[i].file,
				conf->rejected[i].offset);
	}
	if (finding->evidence_count == 0)
		finding_evidence_end(finding, conf->file, conf->file->bytes.size);
	reach_free(&reach);
}

static void
add_start(const struct syslog_conf *conf, bool certain, bool always, const char *reason,
	const struct file *file, size_t offset, struct findings *findings)
{
	struct finding *finding = findings_add(
		findings, certain ? VERDICT_INVALID : VERDICT_UNKNOWN, "%s", conf->path);
	finding_have(finding, certain ? "%s does not start" : "%s may not start",
		conf->daemon_name);
	finding_want(finding, "a configuration without mistakes");
	finding_why(
		finding, always ? "%s" : "%s, and abortOnUncleanConfig is on", reason);
	finding_evidence(finding, file, offset);
}

/* A mistake keeps rsyslogd from starting: some always do, any one where the file says so.
 */
static void
judge_start(const struct syslog_conf *conf, struct findings *findings)
{
	const struct obstacle *worst = syslog_conf_worst(conf);
	if (conf->stops_unclean && conf->rejected_count > 0 &&
		(worst == NULL || !worst->certain))
		add_start(conf, true, false, conf->rejected[0].reason,
			conf->rejected[0].file, conf->rejected[0].offset, findings);
	else if (worst != NULL)
		add_start(conf, worst->certain, worst->always, worst->reason, worst->file,
			worst->offset, findings);
}

/* A syslog.conf beside a daemon that reads another file says nothing: whoever edits it
 * is misled. It is a gap of its own only while the daemon's own file does not do what is
 * wanted. */
static void
judge_unread(const struct context *context, const struct syslog_conf *conf,
	struct findings *findings)
{
	static const char path[] = "/etc/syslog.conf";
	if (conf->path != NULL && strcmp(conf->path, path) == 0)
		return;
	if (host_exists(context->host, path) != 1)
		return;
	enum verdict so_far = findings_verdict(findings);
	struct finding *finding = findings_add(findings, so_far, "%s", path);
	finding_have(finding, "nothing reads it");
	finding_want(finding, "a file that the syslog daemon reads");
	if (conf->path != NULL)
		finding_why(finding, "%s reads %s", conf->daemon_name, conf->path);
	else
		finding_why(finding, "no syslog daemon is known to read it");
	finding_evidence_file(finding, path);
}

/* What the daemon reads, read once for a host, to which it belongs. */
struct reading {
	struct syslog_conf conf;
	char *failure; /* why nothing can be said; NULL: it can */
};

static void
release(void *memory)
{
	struct reading *reading = memory;
	syslog_conf_free(&reading->conf);
	free(reading->failure);
	free(reading);
}

static const struct reading *
read_once(const struct context *context)
{
	struct reading *reading = host_note(context->host, "syslog");
	struct error err = ERROR_INIT;
	if (reading == NULL) {
		reading = memory_new(1, sizeof *reading);
		if (syslog_conf_read(context, &reading->conf, &err) < 0)
			reading->failure = err.text;
		host_set_note(context->host, "syslog", reading, release);
	}
	return reading;
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const struct reading *reading = read_once(context);
	const struct syslog_conf *conf = &reading->conf;
	__attribute__((cleanup(demands_free))) struct demands demands;
	demands_read(control, &demands, NULL);
	for (size_t i = 0; i < demands.count; i++) {
		const struct demand *demand = &demands.items[i];
		if (reading->failure == NULL) {
			judge(context->host, conf, demand, findings);
			continue;
		}
		autobuffer struct buffer place = { 0 };
		demand_describe(demand, &place);
		bool certain = conf->absent ||
			(conf->file != NULL && conf->file->state == FILE_ABSENT);
		struct finding *finding = findings_add(findings,
			certain ? VERDICT_FAIL : VERDICT_UNKNOWN, "%s to %s",
			demand->selector, place.data);
		finding_want(finding, "%s reaches %s", demand->selector, place.data);
		finding_why(finding, "%s", reading->failure);
		if (certain)
			finding_have(finding, "no %s",
				conf->absent ? "syslog daemon" : "configuration");
		if (conf->path != NULL)
			finding_evidence_file(finding, conf->path);
	}
	judge_start(conf, findings);
	judge_unread(context, conf, findings);
}

static void
add_answers(const struct context *context, const struct control *control,
	struct answers *answers)
{
	const struct reading *reading = read_once(context);
	const struct syslog_conf *conf = &reading->conf;
	__attribute__((cleanup(syslog_table_free))) struct syslog_table table = { 0 };
	__attribute__((cleanup(demands_free))) struct demands demands;
	demands_read(control, &demands, NULL);
	if (reading->failure != NULL) {
		answers_add(answers, "syslog", reading->failure);
		return;
	}
	syslog_table_make(conf, &demands, &table);
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		for (unsigned l = 0; l < LEVEL_COUNT; l++) {
			autobuffer struct buffer places = { 0 };
			autofree char *subject = memory_printf(
				"%s.%s", facility_name(f), level_name(l));
			syslog_table_describe(&table, f, l, &places);
			answers_add(answers, subject, places.data);
		}
}

/* rsyslog.conf is no list of lines: it is read without a lens. */
static bool
uses_lenses(const struct context *context)
{
	struct software software = software_find(context, "syslog");
	bool classic = software.version == NULL ||
		strcmp(software.version, "rsyslog") != 0;
	software_free(&software);
	return classic;
}

const struct kind kind_syslog = {
	.name = "syslog",
	.summary = "messages reach the log host and the files they should",
	.keys = keys,
	/* what a program writes to /dev/kmsg is of user, not kern, since Linux 3.5; the
	 * help is of kern.info (Linux, kernel/printk/printk.c, devkmsg_write;
	 * drivers/tty/sysrq.c, __handle_sysrq) */
	.by_hand = "`logger -p FACILITY.LEVEL holdfast-test` tests the one level of the "
		   "one facility: once for each that is asked for, but for those of "
		   "kern\n"
		   "what kern sends the kernel alone can: `echo h "
		   ">/proc/sysrq-trigger`, where that exists, has it send kern.info; "
		   "no command tests its other levels\n"
		   "then `grep -E 'holdfast-test|HELP : loglevel' {store.file}`\n"
		   "then, on `{forward.to}`, `grep -rE 'holdfast-test|HELP : "
		   "loglevel' /var/log`, or wherever it keeps what it receives",
	.lenses = 1u << LENS_SYSLOG,
	.uses_lenses = uses_lenses,
	.validate = validate,
	.check = check,
	.remedy = syslog_remedy,
	.answers = add_answers,
	.wants = syslog_remedy_wants,
};
