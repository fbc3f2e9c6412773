/* Actions of rsyslog.conf. Sources: parseSelectorAct and newActInst of omfile, omfwd,
 * omusrmsg, ompipe and omdiscard, cflineParseTemplateName() and cflineDoAction() of
 * runtime/conf.c, actionNewInst() of action.c. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"
#include "policy/models/rsyslog/rsyslog_action.h"

enum { PARAMETERS_MAX = 200 }; /* more than there are */

void
action_doubt(struct destination *destination, const char *reason)
{
	if (destination->doubt == NULL)
		destination->doubt = memory_text(reason);
}

bool
action_is_loaded(const struct reader *reader, const char *module)
{
	return table_get(&reader->modules, module) != NULL;
}

int
action_use_template(const struct reader *reader, const char *name,
	struct destination *destination, struct error *err)
{
	const struct template *template = template_find(reader, name);
	if (template == NULL)
		return error_set(err, "there is no template '%s' before it", name);
	if (template->says == SAYS_PERHAPS)
		action_doubt(destination,
			"its template may write nothing of what the message says");
	if (template->says == SAYS_NOTHING && destination->lost == NULL)
		destination->lost = memory_text(
			"its template writes nothing of what the message says");
	return 0;
}

int
action_use_default_template(
	const struct reader *reader, struct destination *destination, struct error *err)
{
	const char *name = destination->type == DESTINATION_FILE ? reader->file_template
		: destination->type == DESTINATION_HOST &&
			destination->protocol != PROTOCOL_RELP
		? reader->forward_template
		: NULL;
	return name != NULL ? action_use_template(reader, name, destination, err) : 0;
}

int
action_set_computed(const struct reader *reader, const char *name,
	struct destination *destination, struct error *err)
{
	const struct template *template = template_find(reader, name);
	if (template == NULL)
		return error_set(err, "there is no template '%s' before it", name);
	const struct expression *parts = template->parts;
	bool begins = parts != NULL && parts->count > 0 &&
		parts->parts[0]->type == TOKEN_STRING;
	destination->type = DESTINATION_FILE;
	destination->name = memory_text(begins ? parts->parts[0]->text : "");
	destination->computed = parts != NULL ? expression_copy(parts)
					      : expression_new(TOKEN_END);
	return 0;
}

/* A block for an action that is not run each time: inside a test that nothing meets while
 * all goes well, or that some messages meet. */
static struct block *
sometimes(struct block *block, bool never, const struct file *file, size_t offset)
{
	struct condition condition = { 0 };
	if (never)
		condition.no = priorities_all();
	return &block_add_if(block, &condition, file, offset)->branches[0];
}

/* How a file is made that is not there. */
static void
set_files(struct destination *destination, const struct file_settings *settings)
{
	if (destination->type != DESTINATION_FILE)
		return;
	destination->in_place = settings->in_place;
	if (settings->keeps_refused)
		return;
	setting_text(&destination->owner, settings->owner);
	setting_text(&destination->group, settings->group);
}

static void
set_files_of_action(const struct reader *reader, const struct parameters *parameters,
	struct destination *destination)
{
	struct file_settings settings = { 0 };
	setting_text(&settings.owner, reader->files_of_actions.owner);
	setting_text(&settings.group, reader->files_of_actions.group);
	setting_files(&settings, parameters);
	set_files(destination, &settings);
	file_settings_free(&settings);
}

static void
free_destination(struct destination *destination)
{
	free(destination->name);
	free(destination->port);
	free(destination->doubt);
	free(destination->lost);
	free(destination->program);
	free(destination->block);
	free(destination->owner);
	free(destination->group);
	expression_free(destination->computed);
}

/* Takes "//" and "/." out of PATH, which lead nowhere. Returns whether the rest is the
 * file's name: one that goes up depends on links, and one that is relative on the folder
 * that rsyslogd is in (open(2) in doPhysOpen() of runtime/stream.c). */
static bool
tidy_path(char *path)
{
	char *to = path;
	if (path[0] != '/')
		return false;
	for (const char *from = path; *from != '\0';) {
		size_t length = 1 + strcspn(from + 1, "/");
		if (length == 3 && from[1] == '.' && from[2] == '.')
			return false;
		if (length > 2 || (length == 2 && from[1] != '.')) {
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	*to = '\0';
	return true;
}

/* Modules that ask another machine and wait: with nobody there, what stands behind an
 * action without a queue of its own gets nothing (seen with ommail). */
static bool
waits_for_others(const char *module)
{
	static const char *const modules[] = { "ommail", "ommysql", "ompgsql", "omlibdbi",
		"omelasticsearch", "omhttp", "omkafka", "omamqp1", "omrabbitmq",
		"omhiredis", "ommongodb", "omclickhouse", "omgssapi", "omhdfs",
		"omhttpfs" };
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
		if (strcasecmp(modules[i], module) == 0)
			return true;
	return false;
}

/* The plain driver refuses what only others can do: SetMode(), SetAuthMode() and
 * SetPermPeers() of nsd_ptcp.c. */
static void
check_driver(struct destination *to, const char *driver, bool plain)
{
	bool is_plain = driver == NULL || strcasecmp(driver, "ptcp") == 0;
	if (to->type == DESTINATION_HOST && to->protocol == PROTOCOL_TCP && is_plain &&
		!plain)
		action_doubt(to,
			"the network driver ptcp refuses the modes that are asked of "
			"it");
}

static void
finish(struct reader *reader, struct block *block, struct destination *made,
	struct error *err, const struct file *file, size_t offset)
{
	if (err->text != NULL) {
		reader->half_actions = true;
		syslog_conf_reject(reader->conf, file, offset, "%s", err->text);
		error_clear(err);
		free_destination(made);
		block_add_nothing(block, file, offset);
		return;
	}
	if (made->type == DESTINATION_FILE && made->name != NULL &&
		made->computed == NULL && !tidy_path(made->name))
		block_add(block, STATEMENT_OPAQUE, file, offset)->text = memory_printf(
			"which file %s is can't be told", made->name);
	if (made->type == DESTINATION_OTHER && !made->queued && made->block == NULL &&
		waits_for_others(made->name))
		made->block = memory_printf(
			"%s may wait for another machine, and what follows with it "
			"(queue.type=\"LinkedList\" gives it a queue of its own)",
			made->name);
	*block_add(block, STATEMENT_ACTION, file, offset)->destination = *made;
	reader->actions++;
}

/* One of the network drivers that rsyslogd comes with, and of the modes that omfwd takes.
 */
static enum acceptance
check_choice(
	struct reader *reader, const char *name, const char *value, struct error *err)
{
	static const char *const modes[] = { "none", "single", "stream:always" };
	if (strcasecmp(name, "tcp_framing") == 0)
		return strcasecmp(value, "traditional") == 0 ||
				strcasecmp(value, "octet-counted") == 0
			? ACCEPTANCE_YES
			: (error_set(err, "there is no tcp_framing '%s'", value),
				  ACCEPTANCE_NO);
	if (strcasecmp(name, "streamdriver") == 0) {
		if (accept_driver(reader, value) != 0)
			return ACCEPTANCE_YES;
		error_set(err, "the network driver %s is not installed", value);
		return ACCEPTANCE_UNKNOWN;
	}
	if (strcasecmp(name, "compression.mode") != 0)
		return ACCEPTANCE_YES;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strcasecmp(modes[i], value) == 0)
			return ACCEPTANCE_YES;
	error_set(err, "there is no compression.mode '%s'", value);
	return ACCEPTANCE_NO;
}

/* What rsyslogd takes for names of users that begin so. */
static bool
is_letter_or_star(char c)
{
	return isalpha((unsigned char)c) || c == '*' || c == '_';
}

void
action_add_legacy(struct reader *reader, struct block *block, struct bytes text,
	const struct file *file, size_t offset)
{
	autofree char *words = memory_copy(text.data, text.size);
	struct destination made = { .queued = reader->queued };
	struct error err = ERROR_INIT, why = ERROR_INIT;
	if (words[0] == '~') {
		block_add(block, STATEMENT_STOP, file, offset);
		reader->actions++; /* unlike stop (seen) */
		return;
	}
	if (reader->when_suspended)
		block = sometimes(block, true, file, offset);
	else if (reader->not_always || reader->nth_only)
		block = sometimes(block, false, file, offset);
	action_read_legacy(reader, words, &made, &err);
	set_files(&made, &reader->legacy_files);
	if (reader->queue_doubt != NULL && reader->queued)
		action_doubt(&made, reader->queue_doubt);
	if (reader->file_doubt != NULL && made.type == DESTINATION_FILE)
		action_doubt(&made, reader->file_doubt);
	if (reader->forward_doubt != NULL && made.type == DESTINATION_HOST)
		action_doubt(&made, reader->forward_doubt);
	check_driver(&made,
		reader->legacy_driver != NULL ? reader->legacy_driver : reader->driver,
		reader->legacy_plain);
	if (made.type == DESTINATION_HOST && made.protocol == PROTOCOL_TCP &&
		reader->legacy_driver != NULL &&
		check_choice(reader, "streamdriver", reader->legacy_driver, &why) !=
			ACCEPTANCE_YES)
		action_doubt(&made, why.text);
	error_clear(&why);
	if (is_letter_or_star(words[0]))
		reader_obstruct(reader, true, false, file, offset,
			"a user's name without :omusrmsg: before it draws a warning");
	if (made.type == DESTINATION_OTHER && !made.queued &&
		strcmp(made.name, "omprog") == 0)
		setting_text(
			&made.program, reader->program != NULL ? reader->program : "");
	finish(reader, block, &made, &err, file, offset);
	reader->nth_only = false; /* these two hold for one action */
	reader->queued = false;
	setting_text(&reader->queue_doubt, NULL);
}

static int
need(const char *value, const char *name, struct error *err)
{
	return value != NULL && *value != '\0'
		? 0
		: error_set(err, "parameter %s is missing", name);
}

static int
read_omfile(const struct reader *reader, const struct parameters *parameters,
	struct destination *destination, struct error *err)
{
	const char *computed = parameter_text(parameters, "dynafile", NULL);
	const char *file = parameter_text(parameters, "file", NULL);
	if (computed != NULL && file == NULL)
		return action_set_computed(reader, computed, destination, err);
	if (need(file, "file", err) < 0)
		return -1;
	destination->type = DESTINATION_FILE;
	destination->name = memory_text(file);
	return 0;
}

static int
read_omfwd(const struct parameters *parameters, bool relp,
	struct destination *destination, struct error *err)
{
	const char *target = parameter_text(parameters, "target", NULL);
	const char *protocol = parameter_text(parameters, "protocol", "udp");
	if (need(target, "target", err) < 0)
		return -1;
	destination->type = DESTINATION_HOST;
	destination->name = memory_text(target);
	destination->port = memory_text(parameter_text(parameters, "port", "514"));
	if (relp)
		destination->protocol = PROTOCOL_RELP;
	else if (strcasecmp(protocol, "tcp") == 0)
		destination->protocol = PROTOCOL_TCP;
	else if (strcasecmp(protocol, "udp") != 0)
		return error_set(err, "there is no protocol '%s'", protocol);
	return 0;
}

static int
read_action(const struct reader *reader, const struct parameters *parameters,
	struct destination *destination, struct error *err)
{
	const char *type = parameter_text(parameters, "type", NULL);
	const char *template = parameter_text(parameters, "template", NULL);
	if (need(type, "type", err) < 0)
		return -1;
	if (template != NULL &&
		action_use_template(reader, template, destination, err) < 0)
		return -1;
	if (strcasecmp(type, "omfile") == 0)
		return read_omfile(reader, parameters, destination, err);
	if (strcasecmp(type, "omfwd") == 0)
		return read_omfwd(parameters, false, destination, err);
	if (strcasecmp(type, "omdiscard") == 0)
		return error_set(err, "omdiscard can't be used like this; stop can");
	if (strcasecmp(type, "omusrmsg") == 0) {
		destination->type = DESTINATION_USERS;
		destination->name = memory_text(parameter_text(parameters, "users", ""));
		return need(destination->name, "users", err);
	}
	if (strcasecmp(type, "ompipe") == 0) {
		destination->type = DESTINATION_PIPE;
		destination->name = memory_text(parameter_text(parameters, "pipe", ""));
		return need(destination->name, "pipe", err);
	}
	if (strcasecmp(type, "omshell") != 0 && !action_is_loaded(reader, type))
		return error_set(err, "module %s is not loaded before it", type);
	if (strcasecmp(type, "omrelp") == 0)
		return read_omfwd(parameters, true, destination, err);
	destination->type = DESTINATION_OTHER;
	destination->name = memory_text(type);
	return 0;
}

static enum acceptance
check_parameter(struct reader *reader, const struct accepted *known, const char *name,
	const char *value, struct error *err)
{
	enum acceptance result = accept_value(reader, known->takes, name, value, err);
	if (result == ACCEPTANCE_YES)
		result = check_choice(reader, name, value, err);
	/* a bad value for the queue leaves the action its default one */
	if (result == ACCEPTANCE_NO && strncasecmp(name, "queue.", 6) == 0)
		result = ACCEPTANCE_UNKNOWN;
	/* a missing group ends the action only, a missing user the daemon: doGetUID() and
	 * doGetGID() of rainerscript.c */
	if (result == ACCEPTANCE_FATAL &&
		(reader->outlives_ids || known->takes == TAKES_GROUP))
		result = ACCEPTANCE_NO;
	return result;
}

/* Looks at each name and value. Returns -1 when rsyslogd refuses the action. */
static int
check_parameters(struct reader *reader, const struct parameters *parameters,
	struct destination *destination, struct error *err, const struct file *file,
	size_t offset)
{
	const char *type = parameter_text(parameters, "type", "");
	if (strncasecmp(type, "builtin:", 8) == 0)
		type += 8;
	if (!accept_knows(type)) {
		reader_obstruct(reader, false, false, file, offset,
			"what parameters its module takes is not known");
		return 0;
	}
	if (parameters->count > PARAMETERS_MAX) {
		action_doubt(destination, "it has too many parameters");
		return 0;
	}
	for (size_t i = 0; i < parameters->count; i++) {
		const char *name = parameters->items[i].name,
			   *value = parameters->items[i].value;
		struct error why = ERROR_INIT;
		if (value != parameter_text(parameters, name, NULL)) {
			reader_obstruct(reader, true, false, file, offset,
				"a parameter is given twice");
			continue;
		}
		const struct accepted *known = accept_parameter(type, name);
		enum acceptance result = ACCEPTANCE_UNKNOWN;
		if (known != NULL)
			result = check_parameter(reader, known, name, value, &why);
		else
			error_set(&why, "there is no parameter %s", name);
		/* rsyslogd passes over one that it does not know */
		if (result == ACCEPTANCE_UNKNOWN) {
			if (known != NULL)
				action_doubt(destination, why.text);
			reader_obstruct(reader, known == NULL,
				known != NULL &&
					(known->takes == TAKES_USER ||
						known->takes == TAKES_WORKERS),
				file, offset, why.text);
		}
		if (result == ACCEPTANCE_FATAL)
			reader_obstruct(reader, true, true, file, offset, why.text);
		if (result == ACCEPTANCE_NO) {
			error_set(err, "%s", why.text);
			error_clear(&why);
			return -1;
		}
		error_clear(&why);
	}
	return 0;
}

static bool
is_more_than(const char *text, long limit)
{
	return strtol(text, NULL, 10) > limit;
}

void
action_add(struct reader *reader, struct block *block,
	const struct parameters *parameters, const struct file *file, size_t offset)
{
	struct destination made = { 0 };
	struct error err = ERROR_INIT;
	const char *queue = parameter_text(parameters, "queue.type", "direct");
	if (parameters_disable(parameters)) {
		block_add_nothing(block, file, offset);
		return;
	}
	if (strcasecmp(parameter_text(parameters,
			       "action.execonlywhenpreviousissuspended", "off"),
		    "on") == 0)
		block = sometimes(block, true, file, offset);
	else if (is_more_than(parameter_text(parameters,
				      "action.execonlyonceeveryinterval", "0"),
			 0) ||
		is_more_than(
			parameter_text(parameters, "action.execonlyeverynthtime", "0"),
			1))
		block = sometimes(block, false, file, offset);
	/* newActInst of omfile.c asks for two names and takes the second for a template
	 */
	if (parameter_text(parameters, "file", NULL) != NULL &&
		parameter_text(parameters, "dynafile", NULL) != NULL) {
		static const char both[] = "file and dynafile are given";
		reader_obstruct(reader, false, true, file, offset, both);
		action_doubt(&made, both);
	}
	made.queued = strcasecmp(queue, "direct") != 0;
	if (check_parameters(reader, parameters, &made, &err, file, offset) == 0)
		read_action(reader, parameters, &made, &err);
	if (made.type == DESTINATION_OTHER && !made.queued &&
		strcasecmp(made.name, "omprog") == 0)
		setting_text(&made.program, parameter_text(parameters, "binary", ""));
	/* the program says when the next message may come */
	if (made.program != NULL &&
		strcmp(parameter_text(parameters, "confirmmessages", "off"), "off") != 0)
		made.block = memory_text(
			"its program must confirm each message, and what follows waits "
			"for that (queue.type=\"LinkedList\" gives it a queue of its "
			"own)");
	check_driver(&made, parameter_text(parameters, "streamdriver", reader->driver),
		strcmp(parameter_text(parameters, "streamdrivermode", "0"), "0") == 0 &&
			strcmp(parameter_text(parameters, "streamdriverauthmode", "anon"),
				"anon") == 0 &&
			parameter_text(parameters, "streamdriverpermittedpeers", NULL) ==
				NULL);
	if (err.text == NULL && parameter_text(parameters, "template", NULL) == NULL)
		action_use_default_template(reader, &made, &err);
	set_files_of_action(reader, parameters, &made);
	finish(reader, block, &made, &err, file, offset);
}
