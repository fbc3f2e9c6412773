#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog_reader.h"

enum { STRAYS_MAX = 100 };

void
reader_halt(
	struct reader *reader, const struct file *file, size_t offset, const char *reason)
{
	if (reader->halted)
		return;
	reader->halted = true;
	reader->lexer.ended = true;
	struct ruleset *ruleset = &reader->conf->rulesets[reader->current];
	/* a statement of its own: what follows it is not lost behind an older one */
	ruleset->last = ruleset->body.count;
	block_add(&ruleset->body, STATEMENT_OPAQUE, file, offset)->text = memory_text(
		reason);
}

void
reader_obstruct(struct reader *reader, bool certain, bool always, const struct file *file,
	size_t offset, const char *reason)
{
	syslog_conf_obstruct(reader->conf,
		(struct obstacle){ .file = file,
			.offset = offset,
			.reason = memory_text(reason),
			.certain = certain,
			.always = always });
}

static void
pass_over(void *data, const struct file *file, size_t offset)
{
	struct reader *reader = data;
	if (++reader->strays > STRAYS_MAX)
		reader_halt(reader, file, offset, "too much of it is not understood");
	else
		syslog_conf_reject(
			reader->conf, file, offset, "a character that is no part of it");
}

/* Finds the rulesets that the calls in BLOCK name; they may stand behind them. */
static void
resolve_calls(struct syslog_conf *conf, struct block *block)
{
	for (size_t i = 0; i < block->count; i++) {
		struct statement *statement = &block->items[i];
		if (statement->branches != NULL) {
			resolve_calls(conf, &statement->branches[0]);
			resolve_calls(conf, &statement->branches[1]);
		}
		if (statement->type != STATEMENT_CALL)
			continue;
		statement->ruleset = syslog_conf_find(conf, statement->text);
		if (statement->ruleset < conf->ruleset_count)
			continue;
		syslog_conf_reject(conf, statement->file, statement->offset,
			"there is no ruleset '%s'", statement->text);
		statement->type = STATEMENT_IF;
		statement->condition = memory_new(1, sizeof *statement->condition);
		statement->branches = memory_new(2, sizeof *statement->branches);
	}
}

/* A ruleset that may lose messages before it hands them to the one at INDEX. */
static size_t
behind_main_queue(struct reader *reader, size_t index)
{
	struct syslog_conf *conf = reader->conf;
	autofree char *name = memory_printf(
		"main queue of %s", conf->rulesets[index].name);
	size_t outer = syslog_conf_ruleset(conf, name);
	struct block *body = &conf->rulesets[outer].body;
	if (body->count > 0)
		return outer;
	block_add(body, STATEMENT_OPAQUE, conf->file, 0)->text = memory_text(
		"the main queue discards messages when it fills");
	block_add(body, STATEMENT_CALL, NULL, 0)->ruleset = index;
	return outer;
}

static size_t
entrance_ruleset(struct reader *reader, const struct input *input, size_t default_ruleset)
{
	size_t index = input->ruleset != NULL
		? syslog_conf_find(reader->conf, input->ruleset)
		: reader->conf->ruleset_count;
	/* rsyslogd takes the default where the named one is missing */
	if (index >= reader->conf->ruleset_count)
		index = default_ruleset;
	return reader->main_discards && !reader->conf->rulesets[index].queued
		? behind_main_queue(reader, index)
		: index;
}

/* Where the messages of this host come in: the kernel's through imklog or the journal,
 * those of programs through the log socket or the journal. */
static void
add_entrances(struct reader *reader, size_t default_ruleset)
{
	struct syslog_conf *conf = reader->conf;
	struct priorities kernel = priorities_of_facility(FACILITY_KERN),
			  others = priorities_without(priorities_all(), kernel);
	if (reader->kernel.loaded && !reader->kernel.elsewhere)
		syslog_conf_enter(conf, kernel,
			entrance_ruleset(reader, &reader->kernel, default_ruleset));
	if (reader->journal.loaded)
		syslog_conf_enter(conf, reader->kernel.loaded ? others : priorities_all(),
			entrance_ruleset(reader, &reader->journal, default_ruleset));
	if (reader->socket.loaded &&
		(reader->socket.added ||
			(!reader->socket.closed && !reader->socket.elsewhere)))
		syslog_conf_enter(conf, others,
			entrance_ruleset(reader, &reader->socket, default_ruleset));
}

static void
free_values(struct table *table)
{
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].key != NULL)
			free(table->slots[i].value);
	table_free(table);
}

int
rsyslog_read(const struct context *context, struct syslog_conf *conf, struct error *err)
{
	conf->file = host_file(context->host, conf->path);
	if (conf->file->state == FILE_ABSENT)
		return error_set(err, "%s: no such file", conf->path);
	if (conf->file->state == FILE_REFUSED)
		return error_set(err, "%s: %s", conf->path, conf->file->reason);
	if (memchr(conf->file->bytes.data, '\0', conf->file->bytes.size) != NULL)
		return error_set(err, "%s: it holds a NUL byte", conf->path);
	struct reader reader = { .context = context,
		.conf = conf,
		.lexer = { .directive = setting_directive, .stray = pass_over } };
	reader.lexer.data = &reader;
	conf->first = conf->file->bytes.size;
	reader.current = syslog_conf_ruleset(conf, "RSYSLOG_DefaultRuleset");
	conf->rulesets[reader.current].defined = true;
	lexer_push(&reader.lexer, conf->file);
	script_read(&reader);
	for (size_t i = 0; i < conf->ruleset_count; i++)
		resolve_calls(conf, &conf->rulesets[i].body);
	size_t index = reader.default_ruleset != NULL
		? syslog_conf_find(conf, reader.default_ruleset)
		: 0;
	add_entrances(&reader, index < conf->ruleset_count ? index : 0);
	conf->stops_unclean = reader.abort_if_unclean;
	lexer_free(&reader.lexer);
	free(reader.default_ruleset);
	free(reader.kernel.ruleset);
	free(reader.journal.ruleset);
	free(reader.socket.ruleset);
	free_values(&reader.templates);
	free_values(&reader.channels);
	table_free(&reader.modules);
	table_free(&reader.blank);
	table_free(&reader.installed);
	free(reader.file_template);
	free(reader.forward_template);
	if (reader.has_principals)
		principals_free(&reader.principals);
	return 0;
}
