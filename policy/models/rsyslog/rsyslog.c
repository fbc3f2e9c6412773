#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"
#include "policy/models/rsyslog/rsyslog_whole.h"
#include "policy/models/syslog/syslog_write.h"

enum {
	STRAYS_MAX = 100,
	TEXT_MAX = 1 << 20, /* bytes; half a million words are a second's work */
	BURST_MIN = 50, /* messages of a burst that an input must take */
};

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

void
reader_halt(
	struct reader *reader, const struct file *file, size_t offset, const char *reason)
{
	if (reader->halted != NULL)
		return;
	reader->halted = memory_text(reason);
	reader->halted_in = file;
	reader->halted_at = offset;
	reader->lexer.ended = true;
	/* a mistake in what is not read may keep rsyslogd from starting */
	reader_obstruct(reader, false, true, file, offset, reason);
	struct ruleset *ruleset = &reader->conf->rulesets[reader->current];
	/* a statement of its own: what follows it is not lost behind an older one */
	ruleset->last = ruleset->body.count;
	block_add(&ruleset->body, STATEMENT_OPAQUE, file, offset)->text = memory_text(
		reason);
}

void
reader_doubt_main(
	struct reader *reader, const char *reason, const struct file *file, size_t offset)
{
	if (reader->main_doubt != NULL)
		return;
	reader->main_doubt = memory_printf("the main queue: %s", reason);
	reader->main_file = file;
	reader->main_offset = offset;
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
	reader->half_actions = true;
}

static void
interrupt(void *data, const struct file *file, size_t offset)
{
	reader_halt(data, file, offset,
		"what rsyslogd reads behind the lines that a backslash joins, within a "
		"statement, can't be told");
}

/* What the inputs make certain. */
static void
find_facts(struct reader *reader)
{
	struct message_facts *facts = &reader->conf->facts;
	bool journal = reader->journal.loaded, socket = reader->socket.loaded;
	facts->kernel_tag = "kernel:";
	facts->kernel_input = reader->kernel.loaded ? "imklog"
		: journal                           ? "imjournal"
						    : NULL;
	/* with both, a message may come by either way */
	facts->user_input = socket && !journal ? "imuxsock"
		: journal && !socket           ? "imjournal"
					       : NULL;
	/* SubmitMsg() of imuxsock.c takes all up to the first blank for the tag */
	facts->blank_first = socket && !journal && !reader->socket.other_parser &&
		!facts->rewritten;
	if (!reader->other_name)
		facts->host = reader->local_name != NULL
			? memory_text(reader->local_name)
			: rsyslog_host_name(reader->context->host);
	if (!reader->other_address)
		facts->address = memory_text("127.0.0.1");
}

/* A ruleset that may lose messages, for the REASON at OFFSET of FILE, before it hands
 * them to the one at INDEX. */
static size_t
behind(struct reader *reader, const char *reason, const struct file *file, size_t offset,
	size_t index)
{
	struct syslog_conf *conf = reader->conf;
	autofree char *name = memory_printf("%s: %s", reason, conf->rulesets[index].name);
	size_t outer = syslog_conf_ruleset(conf, name);
	struct block *body = &conf->rulesets[outer].body;
	if (body->count > 0)
		return outer;
	block_add(body, STATEMENT_OPAQUE, file, offset)->text = memory_text(reason);
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
	if (reader->main_doubt != NULL && !reader->conf->rulesets[index].queued)
		index = behind(reader, reader->main_doubt, reader->main_file,
			reader->main_offset, index);
	/* a limit that ordinary messages meet: withinRatelimit() of ratelimit.c */
	if (input->interval > 0 && input->burst < BURST_MIN)
		index = behind(reader, "its input takes few messages at a time",
			reader->conf->file, 0, index);
	return index;
}

/* Where the messages of this host come in: the kernel's through imklog or the journal,
 * those of programs through the log socket or the journal. */
static void
add_entrances(struct reader *reader, size_t default_ruleset)
{
	struct syslog_conf *conf = reader->conf;
	struct priorities kernel = priorities_of_facility(FACILITY_KERN),
			  others = priorities_without(priorities_all(), kernel);
	if (reader->halted != NULL) {
		/* what is not read may load an input, change the default ruleset, or take
		 * rsyslogd the right to write: nothing holds for certain */
		syslog_conf_enter(conf, priorities_all(),
			behind(reader, reader->halted, reader->halted_in,
				reader->halted_at, default_ruleset));
		return;
	}
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

static void
free_templates(struct table *table)
{
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].key != NULL)
			template_free(table->slots[i].value);
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
	if (conf->file->bytes.size > TEXT_MAX)
		return error_set(err, "%s: larger than 1 MiB", conf->path);
	struct reader reader = { .context = context,
		.listed = host_listed(context->host),
		.legacy_plain = true,
		.conf = conf,
		.lexer = { .directive = setting_directive,
			.stray = pass_over,
			.interrupted = interrupt } };
	reader.lexer.data = &reader;
	/* the defaults of imuxsock.c, imklog.c and imjournal.c */
	reader.socket.burst = 200;
	reader.kernel.burst = 10000;
	reader.journal.burst = 20000;
	conf->first = conf->file->bytes.size;
	reader.current = syslog_conf_ruleset(conf, "RSYSLOG_DefaultRuleset");
	conf->rulesets[reader.current].defined = true;
	lexer_push(&reader.lexer, conf->file);
	/* load() of rsconf.c: not asked behind a syntax error */
	if (script_read(&reader) == 0 && reader.actions == 0 && reader.halted == NULL)
		reader_obstruct(&reader, !reader.half_actions, true, conf->file,
			conf->file->bytes.size, "it has no action");
	find_facts(&reader);
	whole_judge(&reader);
	syslog_write_judge(conf, context->host,
		reader.user != NULL ? principals_of(reader.context->host) : NULL,
		reader.user, reader.group);
	syslog_conf_resolve(conf);
	whole_find_recursion(&reader);
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
	free_templates(&reader.templates);
	free_values(&reader.channels);
	table_free(&reader.modules);
	table_free(&reader.installed);
	free(reader.local_name);
	free(reader.user);
	free(reader.group);
	file_settings_free(&reader.legacy_files);
	file_settings_free(&reader.files_of_actions);
	free(reader.file_template);
	free(reader.forward_template);
	free(reader.program);
	free(reader.halted);
	free(reader.queue_doubt);
	free(reader.file_doubt);
	free(reader.forward_doubt);
	free(reader.main_doubt);
	free(reader.driver);
	free(reader.legacy_driver);
	free(reader.family);
	table_free(&reader.limited);
	return 0;
}
