/* The $Directives of old. Sources: runtime/rsconf.c, runtime/conf.c, doNameLine() there,
 * and runtime/cfsysline.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"

static bool
is_on(const char *value)
{
	/* doParseOnOffOption() of cfsysline.c */
	return strcmp(value, "on") == 0;
}

/* The module in a path such as /usr/lib/rsyslog/imklog.so. */
static void
load_legacy(
	struct reader *reader, const char *path, const struct file *file, size_t offset)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	size_t length = strlen(name);
	if (length > 3 && strcmp(name + length - 3, ".so") == 0)
		length -= 3;
	autofree char *module = memory_copy(name, length);
	setting_load(reader, module, NULL, file, offset);
}

/* name,"text",options; "=name" is one that a module makes. */
static void
read_template(
	struct reader *reader, const char *value, const struct file *file, size_t offset)
{
	size_t length = strcspn(value, ",");
	autofree char *name = memory_copy(value, length);
	const char *text = value + length + (value[length] == ',');
	text += strspn(text, " \t");
	struct template *template = template_new();
	if (*text == '=') {
		template->says = SAYS_PERHAPS;
		expression_add(template->parts, expression_new(TOKEN_END));
	} else if (*text != '"') {
		name[0] = '\0'; /* nobody finds it */
	} else if (!template_parse(template, text + 1, true)) {
		syslog_conf_reject(reader->conf, file, offset,
			"the template names a property that is none");
	}
	template_keep(reader, name, template);
}

/* name,file,size,command: ochAddLine() of outchannel.c. Of two with one name the first is
 * found: ochFind() there. A file that has reached its size is closed unless the command
 * helps: resolveFileSizeLimit() of stream.c. */
static void
read_channel(struct reader *reader, const char *value)
{
	static char limited[] = "";
	size_t length = strcspn(value, ",");
	autofree char *name = memory_copy(value, length);
	if (table_get(&reader->channels, name) != NULL)
		return;
	const char *file = value + length;
	file += strspn(file, ", \t");
	length = strcspn(file, ", \t");
	table_set(&reader->channels, name, memory_copy(file, length));
	const char *size = file + length;
	size += strspn(size, ", \t");
	size += strspn(size, "0");
	if (*size >= '1' && *size <= '9')
		table_set(&reader->limited, name, limited);
}

/* setWorkDir() of glbl.c refuses a directory that is not there. */
static void
check_work_directory(
	struct reader *reader, const char *path, const struct file *file, size_t offset)
{
	if (host_exists(reader->context->host, path) != 1)
		reader_obstruct(reader, false, false, file, offset,
			"its working directory may not be there");
}

/* Whether the directive sets what module() sets too: the calls of regCfSysLineHdlr2(). */
static bool
is_module_wide(const char *name)
{
	static const char *const beginnings[] = { "systemlog", "omitlocallogging",
		"klogpath", "klogpermit", "klogconsole", "kloginternal", "klogparse",
		"klogkeep", "markmessageperiod", "pstat", "imudpscheduling",
		"udpservertimerequery", "inputfilepollinterval" };
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static void
keep_first(char **doubt, const char *reason)
{
	if (*doubt == NULL)
		*doubt = memory_text(reason);
}

/* Notes what the value WORD of NAME may do to messages. */
static void
check_limits(struct reader *reader, const struct accepted *known, const char *word,
	const struct file *file, size_t offset)
{
	struct error why = ERROR_INIT;
	if (known->takes != TAKES_LIMITED && known->takes != TAKES_LIMITED_SIZE &&
		known->takes != TAKES_WORKERS && known->takes != TAKES_ON &&
		known->takes != TAKES_DEFAULT && known->takes != TAKES_QUEUE)
		return;
	if (accept_value(reader, known->takes, known->name, word, &why) == ACCEPTANCE_YES)
		return;
	if (strncmp(known->name, "mainmsgqueue", 12) == 0)
		reader_doubt_main(reader, why.text, file, offset);
	else if (strncmp(known->name, "actionqueue", 11) == 0)
		keep_first(&reader->queue_doubt, why.text);
	else if (strncmp(known->name, "omfile", 6) == 0)
		keep_first(&reader->file_doubt, why.text);
	else
		keep_first(&reader->forward_doubt, why.text);
	if (known->takes == TAKES_WORKERS)
		reader_obstruct(reader, false, true, file, offset, why.text);
	error_clear(&why);
}

/* Whether rsyslogd takes the $directive NAME with its value WORD. A user or a group that
 * is not there ends it (doGetUID() and doGetGID() of cfsysline.c). */
static bool
check_setting(struct reader *reader, const char *name, const char *word,
	const struct file *file, size_t offset)
{
	const struct accepted *known = accept_directive(name);
	struct error why = ERROR_INIT;
	if (known == NULL ||
		(known->module != NULL &&
			table_get(&reader->modules, known->module) == NULL)) {
		syslog_conf_reject(reader->conf, file, offset,
			"there is no directive $%s%s", name,
			known != NULL ? ": its module is not loaded before it" : "");
		return false;
	}
	/* bLegacyCnfModGlobalsPermitted of the module */
	if (known->module != NULL && is_module_wide(name) &&
		strcmp(table_get(&reader->modules, known->module), SETTING_LEGACY) != 0) {
		syslog_conf_reject(reader->conf, file, offset,
			"$%s is not permitted behind module(load=\"%s\")", name,
			known->module);
		return false;
	}
	check_limits(reader, known, word, file, offset);
	bool is_id = known->takes == TAKES_USER || known->takes == TAKES_GROUP;
	/* what a word or a number of old may look like is wide */
	if (!is_id && known->takes != TAKES_BINARY && known->takes != TAKES_MODE)
		return true;
	enum acceptance result = accept_value(reader, known->takes, name, word, &why);
	if (result == ACCEPTANCE_YES)
		return true;
	if (is_id)
		reader_obstruct(reader, result == ACCEPTANCE_FATAL, !reader->outlives_ids,
			file, offset, why.text);
	else
		syslog_conf_reject(reader->conf, file, offset, "%s", why.text);
	error_clear(&why);
	return is_id;
}

/* SetDefaultRuleset() of ruleset.c looks it up at once. */
static void
set_default_ruleset(
	struct reader *reader, const char *name, const struct file *file, size_t offset)
{
	const struct syslog_conf *conf = reader->conf;
	size_t index = syslog_conf_find(conf, name);
	if (index < conf->ruleset_count && conf->rulesets[index].defined)
		setting_text(&reader->default_ruleset, name);
	else
		syslog_conf_reject(reader->conf, file, offset,
			"there is no ruleset '%s' before it", name);
}

/* A queue that is smaller than its mark to discard messages at, which is MARK unless a
 * directive says so, is a mistake: qqueueCorrectParams() of queue.c, the defaults of
 * rsconf.c and action.c (seen). */
static void
check_mark(struct reader *reader, const char *name, const char *word, long mark,
	const struct file *file, size_t offset)
{
	if (strtol(word, NULL, 10) >= mark)
		return;
	autofree char *reason = memory_printf(
		"%s %s is less than the default mark to discard messages at, %ld", name,
		word, mark);
	reader_obstruct(reader, false, false, file, offset, reason);
}

/* rsyslogd needs files of its own: 1 is too few and 20 are not (seen). */
static void
check_open_files(
	struct reader *reader, const char *word, const struct file *file, size_t offset)
{
	if (strtol(word, NULL, 10) < 100)
		reader_obstruct(reader, false, true, file, offset,
			"so few open files may not do for rsyslogd");
}

static void
read_setting(struct reader *reader, const char *name, const char *value,
	const struct file *file, size_t offset)
{
	autofree char *word = memory_copy(value, strcspn(value, " \t#"));
	if (!check_setting(reader, name, word, file, offset))
		return;
	if (strcasecmp(name, "modload") == 0)
		load_legacy(reader, word, file, offset);
	else if (strcasecmp(name, "workdirectory") == 0)
		check_work_directory(reader, word, file, offset);
	else if (strcasecmp(name, "privdroptouser") == 0 ||
		strcasecmp(name, "privdroptouserid") == 0)
		setting_text(&reader->user, word);
	else if (strcasecmp(name, "privdroptogroup") == 0 ||
		strcasecmp(name, "privdroptogroupid") == 0)
		setting_text(&reader->group, word);
	else if (strcasecmp(name, "fileowner") == 0 ||
		strcasecmp(name, "fileownernum") == 0)
		setting_text(&reader->legacy_files.owner, word);
	else if (strcasecmp(name, "filegroup") == 0 ||
		strcasecmp(name, "filegroupnum") == 0)
		setting_text(&reader->legacy_files.group, word);
	else if (strcasecmp(name, "failonchownfailure") == 0)
		reader->legacy_files.keeps_refused = !is_on(word);
	else if (strcasecmp(name, "createdirs") == 0)
		reader->legacy_files.in_place = !is_on(word);
	else if (strcasecmp(name, "localhostname") == 0)
		setting_text(&reader->local_name, word);
	else if (strcasecmp(name, "preservefqdn") == 0)
		reader->other_name = reader->other_name || is_on(word);
	else if (strcasecmp(name, "localhostipif") == 0)
		reader->other_address = true;
	else if (strcasecmp(name, "moddir") == 0)
		reader->module_directory = true;
	else if (strcasecmp(name, "actionfiledefaulttemplate") == 0)
		setting_text(&reader->file_template, word);
	else if (strcasecmp(name, "actionforwarddefaulttemplate") == 0)
		setting_text(&reader->forward_template, word);
	else if (strcasecmp(name, "template") == 0)
		read_template(reader, value, file, offset);
	else if (strcasecmp(name, "outchannel") == 0)
		read_channel(reader, value);
	else if (strcasecmp(name, "defaultruleset") == 0)
		set_default_ruleset(reader, word, file, offset);
	else if (strcasecmp(name, "rulesetcreatemainqueue") == 0)
		reader->conf->rulesets[reader->current].queued = is_on(word);
	else if (strcasecmp(name, "abortonuncleanconfig") == 0)
		reader->abort_if_unclean = is_on(word);
	else if (strcasecmp(name, "actionmailfrom") == 0)
		reader->mail_from = true;
	else if (strcasecmp(name, "actionmailto") == 0)
		reader->mail_to = true;
	else if (strcasecmp(name, "omitlocallogging") == 0)
		reader->socket.closed = is_on(word);
	else if (strcasecmp(name, "systemlogratelimitinterval") == 0)
		reader->socket.interval = strtol(word, NULL, 10);
	else if (strcasecmp(name, "systemlogratelimitburst") == 0)
		reader->socket.burst = strtol(word, NULL, 10);
	else if (strcasecmp(name, "imjournalratelimitinterval") == 0)
		reader->journal.interval = strtol(word, NULL, 10);
	else if (strcasecmp(name, "imjournalratelimitburst") == 0)
		reader->journal.burst = strtol(word, NULL, 10);
	else if (strcasecmp(name, "systemlogsocketname") == 0)
		reader->socket.elsewhere = !setting_is_system_socket(word);
	else if (strcasecmp(name, "klogpath") == 0)
		reader->kernel.elsewhere = strcmp(word, "/proc/kmsg") != 0;
	else if (strcasecmp(name, "addunixlistensocket") == 0)
		reader->socket.added = reader->socket.added ||
			setting_is_system_socket(word);
	else if (strcasecmp(name, "actionexeconlywhenpreviousissuspended") == 0)
		reader->when_suspended = is_on(word);
	else if (strcasecmp(name, "actionexeconlyonceeveryinterval") == 0)
		reader->not_always = strtol(word, NULL, 10) > 0;
	else if (strcasecmp(name, "actionexeconlyeverynthtime") == 0)
		reader->nth_only = strtol(word, NULL, 10) > 1;
	else if (strcasecmp(name, "actionqueuetype") == 0)
		reader->queued = strcasecmp(word, "direct") != 0;
	else if (strcasecmp(name, "mainmsgqueuesize") == 0)
		check_mark(reader, name, word, 98000, file, offset);
	else if (strcasecmp(name, "actionqueuesize") == 0)
		check_mark(reader, name, word, 980, file, offset);
	else if (strcasecmp(name, "actionomprogbinary") == 0)
		setting_text(&reader->program, word);
	else if (strcasecmp(name, "ruleset") == 0)
		/* lexer.l knows it with one blank behind alone; cfsysline.c takes it
		 * then, and what of the rules around it is lost (seen) */
		reader_halt(reader, file, offset,
			"which rules belong to a ruleset that no blank stands before "
			"can't be told");
	else if (strcasecmp(name, "defaultnetstreamdriver") == 0)
		setting_text(&reader->driver, word);
	else if (strcasecmp(name, "actionsendstreamdriver") == 0)
		setting_text(&reader->legacy_driver, word);
	else if (strcasecmp(name, "actionsendstreamdrivermode") == 0)
		reader->legacy_plain = reader->legacy_plain && strcmp(word, "0") == 0;
	else if (strcasecmp(name, "actionsendstreamdriverauthmode") == 0)
		reader->legacy_plain = reader->legacy_plain && strcmp(word, "anon") == 0;
	else if (strcasecmp(name, "actionsendstreamdriverpermittedpeer") == 0)
		reader->legacy_plain = false;
	else if (strcasecmp(name, "rulesetparser") == 0)
		reader->other_parsers = true;
	else if (strcasecmp(name, "maxopenfiles") == 0)
		check_open_files(reader, word, file, offset);
	else if (strcasecmp(name, "resetconfigvariables") == 0)
		reader_halt(reader, file, offset,
			"$ResetConfigVariables takes all templates away, those of "
			"rsyslogd itself too: what becomes of actions can't be told");
}

bool
setting_directive(void *data, struct bytes line, const struct file *file, size_t offset)
{
	static const char include_word[] = "$includeconfig";
	struct reader *reader = data;
	autofree char *text = memory_copy(line.data, line.size);
	if (strncasecmp(text, include_word, strlen(include_word)) == 0) {
		const char *name = text + strlen(include_word);
		name += strspn(name, " \t");
		autofree char *pattern = memory_copy(name, strcspn(name, " \t"));
		if (file == reader->conf->file && offset < reader->conf->first)
			reader->conf->first = offset;
		return setting_include(reader, pattern, false, file, offset) == 0;
	}
	size_t length = strcspn(text, " \t");
	autofree char *name = memory_copy(text + 1, length - 1);
	read_setting(
		reader, name, text + length + strspn(text + length, " \t"), file, offset);
	return true;
}
