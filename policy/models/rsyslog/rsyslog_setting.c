/* What rsyslog.conf says besides statements: modules, inputs, templates, global settings.
 * Sources: runtime/rsconf.c, Load() and readyModForCnf() of runtime/modules.c,
 * setModCnf and activateListeners() of plugins/imuxsock/imuxsock.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"

static bool
is_on(const char *value)
{
	/* doGetBinary() of rainerscript.c, doParseOnOffOption() of cfsysline.c */
	return strcmp(value, "on") == 0;
}

void
setting_text(char **text, const char *value)
{
	free(*text);
	*text = value != NULL ? memory_text(value) : NULL;
}

void
setting_template(struct reader *reader, const struct parameters *parameters,
	struct template *list, const struct file *file, size_t offset)
{
	const char *name = parameter_text(parameters, "name", NULL);
	const char *type = parameter_text(parameters, "type", "");
	const char *text = parameter_text(parameters, "string", NULL);
	struct template *template = NULL;
	if (parameters_disable(parameters) || name == NULL) {
		template_free(list);
		return;
	}
	if (strcasecmp(type, "string") == 0 && text != NULL) {
		template = template_new();
		if (!template_parse(template, text, false)) {
			syslog_conf_reject(reader->conf, file, offset,
				"the template names a property that is none");
			template_free(template);
			template = NULL;
		}
	} else if (strcasecmp(type, "list") == 0) {
		/* tplProcessCnf() of template.c: one without parts is none */
		bool empty = list == NULL || list->parts->count == 0;
		template = empty ? NULL : list;
		list = empty ? list : NULL;
	} else if (strcasecmp(type, "subtree") == 0 || strcasecmp(type, "plugin") == 0) {
		/* what a module's template writes is not known */
		template = template_new();
		template->says = SAYS_PERHAPS;
		expression_add(template->parts, expression_new(TOKEN_END));
	}
	if (template != NULL)
		template_keep(reader, name, template);
	else
		syslog_conf_reject(reader->conf, file, offset, "it makes no template");
	template_free(list);
}

void
file_settings_free(struct file_settings *settings)
{
	free(settings->owner);
	free(settings->group);
	*settings = (struct file_settings){ 0 };
}

void
setting_files(struct file_settings *settings, const struct parameters *parameters)
{
	const char *owner = parameter_text(parameters, "fileowner",
			   parameter_text(parameters, "fileownernum", NULL)),
		   *group = parameter_text(parameters, "filegroup",
			   parameter_text(parameters, "filegroupnum", NULL));
	if (owner != NULL)
		setting_text(&settings->owner, owner);
	if (group != NULL)
		setting_text(&settings->group, group);
	settings->keeps_refused = !is_on(
		parameter_text(parameters, "failonchownfailure", "on"));
	settings->in_place = !is_on(parameter_text(parameters, "createdirs", "on"));
}

static struct input *
find_input(struct reader *reader, const char *module)
{
	return strcmp(module, "imklog") == 0 || strcmp(module, "imkmsg") == 0
		? &reader->kernel
		: strcmp(module, "imjournal") == 0 ? &reader->journal
		: strcmp(module, "imuxsock") == 0  ? &reader->socket
						   : NULL;
}

/* What a module may do to a message, once an action calls it. */
static void
note_changes(struct message_facts *facts, const char *module)
{
	/* they leave texts such as those of examples alone */
	static const char *const harmless[] = { "mmutf8fix" };
	static const char *const variables[] = { "mmnormalize", "mmfields",
		"mmpstrucdata", "mmcount", "mmsequence", "mmgrok", "mmkubernetes",
		"mmdblookup", "imjournal" };
	if (strcmp(module, "mmjsonparse") == 0) {
		if (facts->changed == CHANGED_BY_NOBODY)
			facts->changed = CHANGED_BY_JSON;
		return;
	}
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (strcmp(harmless[i], module) == 0)
			return;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (strcmp(variables[i], module) == 0) {
			facts->changed = CHANGED_BY_ANY;
			return;
		}
	if (strncmp(module, "mm", 2) == 0) {
		facts->changed = CHANGED_BY_ANY;
		facts->rewritten = true;
	}
}

bool
setting_load(struct reader *reader, const char *name, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	static char legacy[] = SETTING_LEGACY, modern[] = "modern";
	if (table_get(&reader->modules, name) != NULL) {
		/* what the first one said holds */
		syslog_conf_reject(
			reader->conf, file, offset, "module %s is loaded already", name);
		return false;
	}
	switch (accept_module(reader, name)) {
	case 0:
		syslog_conf_reject(
			reader->conf, file, offset, "module %s is not installed", name);
		return false;
	case -1:
		reader_obstruct(reader, false, reader->module_directory, file, offset,
			"whether its module is installed can't be told");
		break;
	default:
		break;
	}
	table_set(&reader->modules, name, parameters != NULL ? modern : legacy);
	struct input *input = find_input(reader, name);
	note_changes(&reader->conf->facts, name);
	if (input == NULL)
		return true;
	input->loaded = true;
	setting_text(&input->ruleset,
		parameters != NULL ? parameter_text(parameters, "ruleset", NULL) : NULL);
	return true;
}

bool
setting_is_system_socket(const char *path)
{
	return strcmp(path, "/dev/log") == 0 ||
		strcmp(path, "/run/systemd/journal/syslog") == 0;
}

/* How many messages an input takes in. */
static void
read_limit(struct input *input, const struct parameters *parameters, const char *interval,
	const char *burst)
{
	const char *seconds = parameter_text(parameters, interval, NULL),
		   *count = parameter_text(parameters, burst, NULL);
	if (seconds != NULL)
		input->interval = strtol(seconds, NULL, 10);
	if (count != NULL)
		input->burst = strtol(count, NULL, 10);
}

static void
read_input(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	const char *type = parameter_text(parameters, "type", "");
	if (table_get(&reader->modules, type) == NULL) {
		syslog_conf_reject(reader->conf, file, offset,
			"module %s is not loaded before it", type);
		return;
	}
	if (strcasecmp(type, "imuxsock") != 0 ||
		!setting_is_system_socket(parameter_text(parameters, "socket", "")))
		return;
	reader->socket.added = true;
	read_limit(&reader->socket, parameters, "ratelimit.interval", "ratelimit.burst");
	setting_text(
		&reader->socket.ruleset, parameter_text(parameters, "ruleset", NULL));
	if (!is_on(parameter_text(parameters, "usespecialparser", "on")))
		reader->socket.other_parser = true;
	if (parameter_text(parameters, "hostname", NULL) != NULL ||
		is_on(parameter_text(parameters, "parsehostname", "off")))
		reader->other_name = true;
	if (is_on(parameter_text(parameters, "annotate", "off")))
		reader->conf->facts.rewritten = true;
}

static void
read_imuxsock(struct reader *reader, const struct parameters *parameters)
{
	struct input *input = &reader->socket;
	read_limit(input, parameters, "syssock.ratelimit.interval",
		"syssock.ratelimit.burst");
	input->closed = !is_on(parameter_text(parameters, "syssock.use", "on"));
	input->elsewhere = !setting_is_system_socket(
		parameter_text(parameters, "syssock.name", "/dev/log"));
	input->other_parser = !is_on(
		parameter_text(parameters, "syssock.usespecialparser", "on"));
	if (is_on(parameter_text(parameters, "syssock.parsehostname", "off")))
		reader->other_name = true;
	if (!is_on(parameter_text(parameters, "syssock.annotate", "off")))
		return;
	reader->conf->facts.rewritten = true;
	if (is_on(parameter_text(parameters, "syssock.parsetrusted", "off")))
		reader->conf->facts.changed = CHANGED_BY_ANY;
}

/* Modules that are there without being loaded; the first module() sets the defaults of
 * the actions that follow. */
static void
read_built_in(struct reader *reader, const char *module,
	const struct parameters *parameters, const struct file *file, size_t offset)
{
	static char set[] = "";
	const char *template = parameter_text(parameters, "template", NULL);
	if (table_get(&reader->modules, module) != NULL) {
		syslog_conf_reject(
			reader->conf, file, offset, "%s is set already", module);
		return;
	}
	table_set(&reader->modules, module, set);
	if (strcmp(module, "builtin:omfile") == 0)
		setting_files(&reader->files_of_actions, parameters);
	if (template == NULL)
		return;
	if (strcmp(module, "builtin:omfile") == 0)
		setting_text(&reader->file_template, template);
	else if (strcmp(module, "builtin:omfwd") == 0)
		setting_text(&reader->forward_template, template);
}

static void
read_module(struct reader *reader, const struct parameters *parameters, bool good,
	const struct file *file, size_t offset)
{
	const char *module = parameter_text(parameters, "load", NULL);
	if (module == NULL) {
		syslog_conf_reject(
			reader->conf, file, offset, "parameter load is missing");
	} else if (strncmp(module, "builtin:", 8) == 0) {
		read_built_in(reader, module, parameters, file, offset);
	} else if (setting_load(reader, module, parameters, file, offset)) {
		struct input *input = find_input(reader, module);
		/* it is there, but not as part of the configuration */
		if (!good && input != NULL)
			input->loaded = false;
		if (input == &reader->socket)
			read_imuxsock(reader, parameters);
		if (input == &reader->journal)
			read_limit(input, parameters, "ratelimit.interval",
				"ratelimit.burst");
		if (input == &reader->kernel)
			read_limit(
				input, parameters, "ratelimitinterval", "ratelimitburst");
		if (input == &reader->kernel)
			input->elsewhere = strcmp(parameter_text(parameters, "logpath",
							  "/proc/kmsg"),
						   "/proc/kmsg") != 0;
	}
}

/* NAME is for all queues, whose messages all come by the main one. */
static void
doubt_default(struct reader *reader, const struct parameters *parameters,
	const char *name, const struct file *file, size_t offset)
{
	const char *value = parameter_text(parameters, name, NULL);
	struct error why = ERROR_INIT;
	if (value != NULL &&
		accept_value(reader, TAKES_LIMITED, name, value, &why) != ACCEPTANCE_YES)
		reader_doubt_main(reader, why.text, file, offset);
	error_clear(&why);
}

static void
read_global(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	const char *abort = parameter_text(parameters, "abortonuncleanconfig", NULL);
	const char *ids = parameter_text(
		parameters, "security.abortonidresolutionfail", NULL);
	const char *name = parameter_text(parameters, "localhostname", NULL);
	if (name != NULL)
		setting_text(&reader->local_name, name);
	if (is_on(parameter_text(parameters, "preservefqdn", "off")))
		reader->other_name = true;
	if (abort != NULL)
		reader->abort_if_unclean = is_on(abort);
	const char *user = parameter_text(parameters, "privdrop.user.name",
			   parameter_text(parameters, "privdrop.user.id", NULL)),
		   *group = parameter_text(parameters, "privdrop.group.name",
			   parameter_text(parameters, "privdrop.group.id", NULL));
	if (user != NULL)
		setting_text(&reader->user, user);
	if (group != NULL)
		setting_text(&reader->group, group);
	if (ids != NULL)
		reader->outlives_ids = !is_on(ids);
	if (is_on(parameter_text(parameters, "abortonfailedqueuestartup", "off")))
		reader->needs_queues = true;
	const char *driver = parameter_text(parameters, "defaultnetstreamdriver", NULL),
		   *family = parameter_text(parameters, "net.ipprotocol", "unspecified");
	if (driver != NULL)
		setting_text(&reader->driver, driver);
	if (strcasecmp(family, "unspecified") != 0)
		setting_text(&reader->family, family);
	doubt_default(
		reader, parameters, "default.ruleset.queue.timeoutenqueue", file, offset);
	doubt_default(
		reader, parameters, "default.action.queue.timeoutenqueue", file, offset);
}

/* "imuxsock.so", or a path that is there, is the module imuxsock: Load() of modules.c. */
static void
name_module(struct reader *reader, const struct parameters *parameters)
{
	for (size_t i = 0; i < parameters->count; i++) {
		char **value = &parameters->items[i].value;
		if (strcasecmp(parameters->items[i].name, "load") != 0 || *value == NULL)
			continue;
		size_t length = strlen(*value);
		if (length > 3 && strcmp(*value + length - 3, ".so") == 0)
			(*value)[length - 3] = '\0';
		const char *slash = strrchr(*value, '/');
		autofree char *path = memory_printf("%s.so", *value);
		if (slash != NULL && **value == '/' &&
			host_exists(reader->context->host, path) == 1)
			memmove(*value, slash + 1, strlen(slash + 1) + 1);
	}
}

void
setting_object(struct reader *reader, const char *name,
	const struct parameters *parameters, const struct file *file, size_t offset)
{
	if (parameters_disable(parameters))
		return;
	if (strcasecmp(name, "main_queue") == 0) {
		autofree char *doubt = accept_queue(reader, parameters, file, offset);
		if (doubt != NULL)
			reader_doubt_main(reader, doubt, file, offset);
		return;
	}
	if (strcasecmp(name, "module") == 0)
		name_module(reader, parameters);
	bool good = accept_object(reader, name, parameters, file, offset);
	if (strcasecmp(name, "module") == 0)
		read_module(reader, parameters, good, file, offset);
	else if (strcasecmp(name, "input") == 0)
		read_input(reader, parameters, file, offset);
	else if (strcasecmp(name, "global") == 0)
		read_global(reader, parameters, file, offset);
}
