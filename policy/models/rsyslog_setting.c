/* What rsyslog.conf says besides statements: $Directives, modules, inputs, templates,
 * includes. Sources: runtime/rsconf.c, runtime/conf.c, cnfDoInclude() of
 * grammar/rainerscript.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog_accept.h"

enum {
	FILES_MAX = 1000,
	BYTES_MAX = 8 << 20, /* included, a file's each time it is */
	OPEN_MAX = 20, /* files that include each other */
	DIRECTORY_DEPTH_MAX = 8,
};

static char present[] = ""; /* stands for "it is there" in a table */

static bool
is_on(const char *value)
{
	/* doGetBinary() of rainerscript.c, doParseOnOffOption() of cfsysline.c */
	return strcmp(value, "on") == 0;
}

/* What a template's file names have in common: all up to the first property. */
static void
add_template(struct reader *reader, const char *name, struct bytes text, bool blank)
{
	size_t length = 0;
	while (length < text.size && text.data[length] != '%' &&
		text.data[length] != '\\')
		length++;
	free(table_get(&reader->templates, name));
	table_set(&reader->templates, name, memory_copy(text.data, length));
	table_set(&reader->blank, name, blank ? present : NULL);
}

/* Properties that hold what the message says (propNameToID() of msg.c); any other, and a
 * variable, may be the same for all messages. */
static bool
holds_message(const char *property)
{
	static const char *const names[] = { "msg", "rawmsg", "rawmsg-after-pri",
		"jsonmesg" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(names[i], property) == 0)
			return true;
	return false;
}

bool
setting_property_says(const struct parameters *parameters)
{
	/* with spifno1stsp it writes one blank or none: MsgGetProp() of msg.c */
	return holds_message(parameter_text(parameters, "name", "")) &&
		!is_on(parameter_text(parameters, "spifno1stsp", "off"));
}

/* Whether a template's string has a %property:from:to:options% that holds what the
 * message says. */
static bool
string_says(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '\\') {
			i++;
			continue;
		}
		if (text.data[i] != '%')
			continue;
		const char *begin = text.data + i + 1;
		const char *end = memchr(begin, '%', text.size - i - 1);
		if (end == NULL)
			return false;
		autofree char *property = memory_copy(begin, (size_t)(end - begin));
		bool blank = strstr(property, "sp-if-no-1st-sp") != NULL;
		property[strcspn(property, ":")] = '\0';
		if (!blank && holds_message(property))
			return true;
		i = (size_t)(end - text.data);
	}
	return false;
}

void
setting_template(struct reader *reader, const struct parameters *parameters, bool says)
{
	const char *name = parameter_text(parameters, "name", NULL);
	const char *type = parameter_text(parameters, "type", "");
	const char *text = parameter_text(parameters, "string", "");
	if (name == NULL || parameters_disable(parameters))
		return;
	/* of a list SAYS tells; what a module's template writes is not known */
	if (strcasecmp(type, "string") == 0)
		says = string_says(BYTES_TEXT(text));
	else
		text = "";
	add_template(reader, name, BYTES_TEXT(text), !says);
}

static void
set_text(char **text, const char *value)
{
	free(*text);
	*text = value != NULL ? memory_text(value) : NULL;
}

/* An input module named NAME is there, with its own ruleset or NULL. */
static void
load_module(struct reader *reader, const char *name, const char *ruleset,
	const struct file *file, size_t offset)
{
	switch (accept_module(reader, name)) {
	case 0:
		syslog_conf_reject(
			reader->conf, file, offset, "module %s is not installed", name);
		return;
	case -1:
		reader_obstruct(reader, false, false, file, offset,
			"whether its module is installed can't be told");
		break;
	default:
		break;
	}
	table_set(&reader->modules, name, present);
	struct input *input = strcmp(name, "imklog") == 0 ? &reader->kernel
		: strcmp(name, "imjournal") == 0          ? &reader->journal
		: strcmp(name, "imuxsock") == 0           ? &reader->socket
							  : NULL;
	if (input == NULL)
		return;
	input->loaded = true;
	set_text(&input->ruleset, ruleset);
	if (input == &reader->kernel)
		reader->facts.kernel_input = "imklog";
	/* with both, a message may come by either way */
	reader->facts.user_input = reader->socket.loaded && !reader->journal.loaded
		? "imuxsock"
		: reader->journal.loaded && !reader->socket.loaded ? "imjournal"
								   : NULL;
}

/* Where programs send their messages, or journald passes them on: imuxsock.c,
 * activateListeners. */
static bool
is_system_socket(const char *path)
{
	return strcmp(path, "/dev/log") == 0 ||
		strcmp(path, "/run/systemd/journal/syslog") == 0;
}

static void
read_input(struct reader *reader, const struct parameters *parameters)
{
	if (strcasecmp(parameter_text(parameters, "type", ""), "imuxsock") != 0 ||
		!is_system_socket(parameter_text(parameters, "socket", "")))
		return;
	reader->socket.added = true;
	set_text(&reader->socket.ruleset, parameter_text(parameters, "ruleset", NULL));
}

/* module(load="builtin:omfile" ...): the defaults of the actions that follow. */
static void
read_omfile_module(struct reader *reader, const struct parameters *parameters)
{
	const char *template = parameter_text(parameters, "template", NULL);
	if (template != NULL)
		set_text(&reader->file_template, template);
}

void
setting_object(struct reader *reader, const char *name,
	const struct parameters *parameters, const struct file *file, size_t offset)
{
	if (parameters_disable(parameters))
		return;
	accept_object(reader, name, parameters, file, offset);
	if (strcasecmp(name, "main_queue") == 0 &&
		strcmp(parameter_text(parameters, "queue.discardseverity", "8"), "8") !=
			0)
		reader->main_discards = true;
	if (strcasecmp(name, "module") == 0) {
		const char *module = parameter_text(parameters, "load", NULL);
		if (module == NULL) {
			syslog_conf_reject(
				reader->conf, file, offset, "parameter load is missing");
			return;
		}
		load_module(reader, module, parameter_text(parameters, "ruleset", NULL),
			file, offset);
		if (strcmp(module, "builtin:omfile") == 0)
			read_omfile_module(reader, parameters);
		if (strcmp(module, "imuxsock") == 0 &&
			!is_on(parameter_text(parameters, "syssock.use", "on")))
			reader->socket.closed = true;
		/* imklog.c, klogWillRun of linux.c there: /proc/kmsg by default */
		if (strcmp(module, "imklog") == 0)
			reader->kernel.elsewhere = strcmp(parameter_text(parameters,
								  "logpath",
								  "/proc/kmsg"),
							   "/proc/kmsg") != 0;
		if (strcmp(module, "imuxsock") == 0)
			reader->socket.elsewhere = !is_system_socket(
				parameter_text(parameters, "syssock.name", "/dev/log"));
	} else if (strcasecmp(name, "input") == 0) {
		const char *type = parameter_text(parameters, "type", "");
		if (table_get(&reader->modules, type) == NULL)
			syslog_conf_reject(reader->conf, file, offset,
				"module %s is not loaded before it", type);
		read_input(reader, parameters);
	} else if (strcasecmp(name, "global") == 0) {
		const char *abort = parameter_text(
			parameters, "abortonuncleanconfig", NULL);
		const char *ids = parameter_text(
			parameters, "security.abortonidresolutionfail", NULL);
		if (abort != NULL)
			reader->abort_if_unclean = is_on(abort);
		if (ids != NULL)
			reader->outlives_ids = !is_on(ids);
	}
}

static bool
has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

static bool
is_directory(const struct reader *reader, const char *path)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	bool yes = host_list(reader->context->host, path, &list, &err) == 0;
	name_list_free(&list);
	error_clear(&err);
	return yes;
}

static int
missing(struct reader *reader, const char *path, bool optional, const struct file *file,
	size_t offset)
{
	if (optional)
		return 0;
	syslog_conf_reject(reader->conf, file, offset, "%s can't be included", path);
	return -1;
}

static int
include(struct reader *reader, const char *pattern, bool optional, unsigned depth,
	const struct file *from, size_t offset);

static int
include_file(struct reader *reader, const char *path, bool optional, unsigned depth,
	const struct file *from, size_t offset)
{
	const struct file *file = host_file(reader->context->host, path);
	if (file->state == FILE_REFUSED && is_directory(reader, path)) {
		autofree char *inside = memory_printf("%s/", path);
		return include(reader, inside, optional, depth + 1, from, offset);
	}
	if (file->state == FILE_ABSENT)
		return missing(reader, path, optional, from, offset);
	reader->bytes += file->bytes.size;
	if (file->state == FILE_REFUSED || reader->files++ >= FILES_MAX ||
		reader->bytes > BYTES_MAX || reader->lexer.open_count >= OPEN_MAX ||
		memchr(file->bytes.data, '\0', file->bytes.size) != NULL) {
		reader_halt(reader, from, offset,
			reader->bytes > BYTES_MAX ? "more than 8 MiB are included"
						  : "what it includes can't be read");
		return -1;
	}
	if (lexer_has_open(&reader->lexer, file))
		syslog_conf_reject(
			reader->conf, from, offset, "%s is being included already", path);
	else
		lexer_push(&reader->lexer, file);
	return 0;
}

/* The last one first: each file is read before those that were pushed before it. */
static int
include(struct reader *reader, const char *pattern, bool optional, unsigned depth,
	const struct file *from, size_t offset)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	int result = 0;
	if (depth > DIRECTORY_DEPTH_MAX || pattern[0] != '/') {
		reader_halt(reader, from, offset, "what it includes can't be told");
		return -1;
	}
	bool directory = !has_wildcard(pattern) && is_directory(reader, pattern);
	autofree char *whole = memory_printf("%s%s", pattern, directory ? "*" : "");
	if (!has_wildcard(whole))
		return include_file(reader, whole, optional, depth, from, offset);
	if (host_glob(reader->context->host, whole, &list, &err) < 0) {
		reader_halt(reader, from, offset, err.text);
		error_clear(&err);
		return -1;
	}
	for (size_t i = list.count; i-- > 0 && result == 0;)
		result = include_file(
			reader, list.names[i], optional, depth, from, offset);
	name_list_free(&list);
	return result;
}

int
setting_include(struct reader *reader, const char *pattern, bool optional,
	const struct file *file, size_t offset)
{
	return include(reader, pattern, optional, 0, file, offset);
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
	load_module(reader, module, NULL, file, offset);
}

/* name,"text",options */
static void
read_template(struct reader *reader, const char *value)
{
	size_t length = strcspn(value, ",");
	autofree char *name = memory_copy(value, length);
	name[strcspn(name, " \t")] = '\0';
	const char *text = value + length;
	text += strspn(text, ", \t");
	if (*text != '"') {
		/* "=name": a module's own; anything else rsyslogd refuses */
		add_template(reader, name, BYTES_TEXT(""), *text != '=');
		return;
	}
	text++;
	length = strcspn(text, "\"");
	struct bytes string = { text, length };
	add_template(reader, name, string, !string_says(string));
}

/* name,file,size,command */
static void
read_channel(struct reader *reader, const char *value)
{
	size_t length = strcspn(value, ",");
	autofree char *name = memory_copy(value, length);
	const char *file = value + length;
	file += strspn(file, ", \t");
	free(table_get(&reader->channels, name));
	table_set(&reader->channels, name, memory_copy(file, strcspn(file, ", \t")));
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
		set_text(&reader->default_ruleset, name);
	else
		syslog_conf_reject(reader->conf, file, offset,
			"there is no ruleset '%s' before it", name);
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
	else if (strcasecmp(name, "moddir") == 0)
		reader->module_directory = true;
	else if (strcasecmp(name, "actionfiledefaulttemplate") == 0)
		set_text(&reader->file_template, word);
	else if (strcasecmp(name, "actionforwarddefaulttemplate") == 0)
		set_text(&reader->forward_template, word);
	else if (strcasecmp(name, "mainmsgqueuediscardseverity") == 0)
		reader->main_discards = strcmp(word, "8") != 0;
	else if (strcasecmp(name, "actionqueuediscardseverity") == 0)
		reader->discards = strcmp(word, "8") != 0;
	else if (strcasecmp(name, "template") == 0)
		read_template(reader, value);
	else if (strcasecmp(name, "outchannel") == 0)
		read_channel(reader, value);
	else if (strcasecmp(name, "defaultruleset") == 0)
		set_default_ruleset(reader, word, file, offset);
	else if (strcasecmp(name, "rulesetcreatemainqueue") == 0)
		reader->conf->rulesets[reader->current].queued = is_on(word);
	else if (strcasecmp(name, "abortonuncleanconfig") == 0)
		reader->abort_if_unclean = is_on(word);
	else if (strcasecmp(name, "omitlocallogging") == 0)
		reader->socket.closed = is_on(word);
	else if (strcasecmp(name, "systemlogsocketname") == 0)
		reader->socket.elsewhere = !is_system_socket(word);
	else if (strcasecmp(name, "klogpath") == 0)
		reader->kernel.elsewhere = strcmp(word, "/proc/kmsg") != 0;
	else if (strcasecmp(name, "addunixlistensocket") == 0)
		reader->socket.added = reader->socket.added || is_system_socket(word);
	else if (strcasecmp(name, "actionexeconlywhenpreviousissuspended") == 0)
		reader->when_suspended = is_on(word);
	else if (strcasecmp(name, "actionexeconlyonceeveryinterval") == 0)
		reader->not_always = strtol(word, NULL, 10) > 0;
	else if (strcasecmp(name, "actionexeconlyeverynthtime") == 0)
		reader->nth_only = strtol(word, NULL, 10) > 1;
	else if (strcasecmp(name, "actionqueuetype") == 0)
		reader->queued = strcasecmp(word, "direct") != 0;
	else if (strcasecmp(name, "resetconfigvariables") == 0) {
		set_text(&reader->file_template, NULL);
		set_text(&reader->forward_template, NULL);
		reader->discards = false;
		reader->when_suspended = reader->not_always = reader->nth_only =
			reader->queued = false;
	}
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
