/* What holds for all of a configuration, wherever it is said. Sources: SetMode() and its
 * neighbours in runtime/nsd_ptcp.c, LoadDrvr() of runtime/netstrm.c, qqueueStart() of
 * runtime/queue.c, prepareFile() of tools/omfile.c, scriptExec() of runtime/ruleset.c, of
 * rsyslog 8.2302. */
#include "policy/models/rsyslog/rsyslog_whole.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"

enum { LEVELS_MAX = 100 }; /* of a path */

static void
doubt(struct destination *destination, char *reason)
{
	if (destination->doubt == NULL)
		destination->doubt = reason;
	else
		free(reason);
}

static void
judge_host(struct reader *reader, struct destination *to)
{
	if (to->protocol == PROTOCOL_RELP)
		return;
	if (reader->family != NULL)
		doubt(to,
			memory_printf("net.ipprotocol is %s, and which addresses the "
				      "host has can't be told",
				reader->family));
	if (to->protocol == PROTOCOL_TCP && reader->driver != NULL &&
		accept_driver(reader, reader->driver) == 0)
		doubt(to,
			memory_printf("the network driver %s is not installed",
				reader->driver));
}

static bool
is_plain_file(const struct destination *to)
{
	return to->type == DESTINATION_FILE && to->computed == NULL && to->name != NULL;
}

static void
list_files(struct table *files, const struct block *block)
{
	static char listed[] = "";
	for (size_t i = 0; i < block->count; i++) {
		const struct statement *statement = &block->items[i];
		if (statement->destination != NULL &&
			is_plain_file(statement->destination))
			table_set(files, statement->destination->name, listed);
		for (size_t k = 0; statement->branches != NULL && k < 2; k++)
			list_files(files, &statement->branches[k]);
	}
}

/* Where another rule makes a file of a folder of its path, none can be. */
static void
judge_file(const struct table *files, struct destination *to)
{
	autofree char *path = memory_text(to->name);
	size_t levels = 0;
	for (char *slash; (slash = strrchr(path, '/')) != NULL && slash != path;) {
		*slash = '\0';
		if (++levels > LEVELS_MAX) {
			doubt(to, memory_text("its path has too many levels"));
			return;
		}
		if (table_get(files, path) != NULL)
			doubt(to,
				memory_printf("another rule may make the file %s, where "
					      "its folder belongs",
					path));
	}
}

static void
judge_files(const struct table *files, struct block *block)
{
	for (size_t i = 0; i < block->count; i++) {
		struct statement *statement = &block->items[i];
		if (statement->destination != NULL &&
			is_plain_file(statement->destination))
			judge_file(files, statement->destination);
		for (size_t k = 0; statement->branches != NULL && k < 2; k++)
			judge_files(files, &statement->branches[k]);
	}
}

static void
judge_hosts(struct reader *reader, struct block *block)
{
	for (size_t i = 0; i < block->count; i++) {
		struct statement *statement = &block->items[i];
		struct destination *to = statement->destination;
		if (to != NULL && to->type == DESTINATION_HOST)
			judge_host(reader, to);
		for (size_t k = 0; statement->branches != NULL && k < 2; k++)
			judge_hosts(reader, &statement->branches[k]);
	}
}

void
whole_judge(struct reader *reader)
{
	const struct file *file = reader->conf->file;
	struct table files = { 0 };
	for (size_t i = 0; i < reader->conf->ruleset_count; i++) {
		judge_hosts(reader, &reader->conf->rulesets[i].body);
		list_files(&files, &reader->conf->rulesets[i].body);
	}
	for (size_t i = 0; i < reader->conf->ruleset_count; i++)
		judge_files(&files, &reader->conf->rulesets[i].body);
	table_free(&files);
	if (reader->needs_queues && reader->disk_queue)
		reader_obstruct(reader, false, true, file, 0,
			"it ends where a disk queue can't be opened, and has one");
	if (reader->narrow_modes && reader->user != NULL)
		reader_obstruct(reader, false, true, file, 0,
			"it runs as somebody else than root, and may not write to files "
			"of the modes that it makes");
	if (reader->other_parsers && reader->socket.other_parser)
		reader_obstruct(reader, false, true, file, 0,
			"what its own parsers make of messages can't be told");
}

/* Calls, those of a ruleset together. */
struct calls {
	struct call {
		size_t from, to;
		const struct statement *statement;
	} * items;
	size_t count;
};

static void
collect(struct calls *calls, size_t ruleset, const struct block *block)
{
	for (size_t i = 0; i < block->count; i++) {
		const struct statement *statement = &block->items[i];
		if (statement->type == STATEMENT_CALL) {
			calls->items = memory_grow(
				calls->items, calls->count, sizeof *calls->items);
			calls->items[calls->count++] = (struct call){ ruleset,
				statement->ruleset, statement };
		}
		for (size_t k = 0; statement->branches != NULL && k < 2; k++)
			collect(calls, ruleset, &statement->branches[k]);
	}
}

/* A call on a way back to its own ruleset; NULL when there is none. */
static const struct call *
find_cycle(const struct calls *calls, size_t count)
{
	autofree size_t *next = memory_new(count + 1, sizeof *next); /* call to follow */
	autofree size_t *way = memory_new(count + 1, sizeof *way);
	autofree bool *open = memory_new(count + 1, sizeof *open);
	autofree bool *done = memory_new(count + 1, sizeof *done);
	for (size_t i = calls->count; i-- > 0;)
		next[calls->items[i].from] = i;
	for (size_t start = 0; start < count; start++) {
		size_t depth = 0;
		if (done[start])
			continue;
		way[0] = start;
		open[start] = true;
		for (;;) {
			size_t at = way[depth], i = next[at];
			if (i < calls->count && calls->items[i].from == at) {
				size_t to = calls->items[i].to;
				next[at]++;
				if (open[to])
					return &calls->items[i];
				if (!done[to]) {
					open[to] = true;
					way[++depth] = to;
				}
				continue;
			}
			open[at] = false;
			done[at] = true;
			if (depth-- == 0)
				break;
		}
	}
	return NULL;
}

void
whole_find_recursion(struct reader *reader)
{
	struct calls calls = { 0 };
	for (size_t i = 0; i < reader->conf->ruleset_count; i++)
		collect(&calls, i, &reader->conf->rulesets[i].body);
	const struct call *call = calls.count > 0
		? find_cycle(&calls, reader->conf->ruleset_count)
		: NULL;
	if (call != NULL)
		reader_obstruct(reader, false, true, call->statement->file,
			call->statement->offset,
			"a ruleset is called from itself: rsyslogd dies when a message "
			"comes there");
	free(calls.items);
}
