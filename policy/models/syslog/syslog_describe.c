#include "policy/models/syslog/syslog_describe.h"

#include <string.h>

#include "base/memory.h"
#include "policy/models/syslog/syslog_table.h"

/* SET in words with the verb that fits. */
static void
add_set(struct priorities set, const char *one, const char *several, struct buffer *out)
{
	autobuffer struct buffer words = { 0 };
	priorities_describe(set, &words);
	bool many = strpbrk(words.data, " ,") != NULL;
	buffer_printf(out, "%s %s", words.data, many ? several : one);
}

void
syslog_describe_place(const struct syslog_conf *conf, const struct statement *statement,
	struct buffer *out)
{
	unsigned line, column;
	if (statement->file == NULL) {
		buffer_text(out, conf->path);
		return;
	}
	bytes_position(statement->file->bytes, statement->offset, &line, &column);
	if (statement->file == conf->file)
		buffer_printf(out, "line %u", line);
	else
		buffer_printf(out, "%s:%u", statement->file->path, line);
}

/* The places of those of PARTS that carry something of SET. Returns how many. */
static size_t
add_places(const struct syslog_conf *conf, const struct parts *parts,
	struct priorities set, struct buffer *out)
{
	size_t count = 0;
	for (size_t i = 0; i < parts->count; i++) {
		if (priorities_empty(priorities_and(parts->items[i].set, set)))
			continue;
		if (count < LINES_SHOWN) {
			buffer_text(out, count > 0 ? ", " : "");
			syslog_describe_place(conf, parts->items[i].statement, out);
		} else if (count == LINES_SHOWN) {
			buffer_text(out, ", ...");
		}
		count++;
	}
	return count;
}

void
syslog_describe_have(const struct syslog_conf *conf, const struct reach *reach,
	struct priorities unknown, const char *place, struct buffer *out)
{
	struct priorities none = priorities_without(reach->missed, reach->partly);
	const char *then = "";
	if (!priorities_empty(reach->reached)) {
		add_set(reach->reached, "reaches", "reach", out);
		buffer_printf(out, " %s (", place);
		add_places(conf, &reach->carriers, reach->reached, out);
		buffer_text(out, ")");
		then = "; ";
	}
	if (!priorities_empty(reach->partly)) {
		buffer_printf(out, "%sof ", then);
		priorities_describe(reach->partly, out);
		buffer_printf(out, " only some messages reach %s (", place);
		add_places(conf, &reach->carriers, reach->partly, out);
		buffer_text(out, ")");
		then = "; ";
	}
	if (!priorities_empty(none)) {
		buffer_text(out, then);
		add_set(none, "does not", "do not", out);
		if (priorities_empty(priorities_or(reach->reached, reach->partly)))
			buffer_printf(out, " reach %s", place);
		then = "; ";
	}
	if (!priorities_empty(unknown)) {
		buffer_text(out, then);
		priorities_describe(unknown, out);
		buffer_printf(out, " can't be told");
	}
}

/* Where else the missed messages go: to what places of the same type, and whether to any
 * file or host at all. */
static void
describe_elsewhere(const struct syslog_conf *conf, const struct demand *demand,
	struct priorities missed, struct buffer *out)
{
	__attribute__((cleanup(syslog_table_free))) struct syslog_table table;
	struct priorities stored = { { 0 } };
	size_t shown = 0;
	syslog_table_make(conf, NULL, &table);
	for (size_t i = 0; i < table.count; i++) {
		const struct syslog_table_row *row = &table.rows[i];
		struct priorities here = priorities_and(row->may, missed);
		if (row->type != DESTINATION_FILE && row->type != DESTINATION_HOST)
			continue;
		stored = priorities_or(stored, here);
		if (row->type != demand->place.type || priorities_empty(here) ||
			demand_is_met_by(demand, row->text) || shown++ >= LINES_SHOWN)
			continue;
		buffer_text(out, out->size > 0 ? "; " : "");
		add_set(here, "goes to", "go to", out);
		buffer_printf(out, " %s (", row->text);
		syslog_describe_place(conf, row->action, out);
		buffer_text(out, ")");
	}
	struct priorities lost = priorities_without(missed, stored);
	if (priorities_empty(lost))
		return;
	buffer_text(out, out->size > 0 ? "; " : "");
	add_set(lost, "reaches", "reach", out);
	buffer_text(out, " neither a file nor a log host");
}

static void
describe_stops(const struct syslog_conf *conf, const struct reach *reach,
	struct priorities missed, struct buffer *out)
{
	autobuffer struct buffer places = { 0 };
	struct priorities stopped = { { 0 } };
	if (add_places(conf, &reach->stops, missed, &places) == 0)
		return;
	for (size_t i = 0; i < reach->stops.count; i++)
		stopped = priorities_or(stopped, reach->stops.items[i].set);
	buffer_text(out, out->size > 0 ? "; " : "");
	add_set(priorities_and(stopped, missed), "is", "are", out);
	buffer_printf(out, " discarded before (%s)", places.data);
}

bool
parts_carry(const struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		if (!priorities_empty(parts->items[i].set))
			return true;
	return false;
}

/* Rules that lead to the place and leave the missed messages out: those that take others
 * of the wanted messages; where there are none, all of them. */
static void
describe_leaving_out(const struct syslog_conf *conf, const struct reach *reach,
	struct priorities missed, struct buffer *out)
{
	autobuffer struct buffer places = { 0 };
	bool carries = parts_carry(&reach->carriers);
	size_t count = 0;
	for (size_t i = 0; i < reach->carriers.count; i++) {
		const struct part *part = &reach->carriers.items[i];
		if (priorities_empty(part->set) == carries ||
			!priorities_empty(priorities_and(part->set, missed)) ||
			count++ >= LINES_SHOWN)
			continue;
		buffer_text(&places, places.size > 0 ? ", " : "");
		syslog_describe_place(conf, part->statement, &places);
	}
	if (count == 0)
		return;
	buffer_text(out, out->size > 0 ? "; " : "");
	buffer_printf(out, "%s %s ", places.data, count > 1 ? "leave" : "leaves");
	priorities_describe(missed, out);
	buffer_text(out, " out");
}

static void
describe_doubts(const struct syslog_conf *conf, const struct reach *reach,
	struct priorities unknown, struct buffer *out)
{
	for (size_t i = 0; i < reach->doubts.count; i++) {
		const struct part *part = &reach->doubts.items[i];
		if (priorities_empty(priorities_and(part->set, unknown)))
			continue;
		buffer_text(out, out->size > 0 ? "; " : "");
		syslog_describe_place(conf, part->statement, out);
		buffer_printf(out, ": %s",
			part->statement->text != NULL ? part->statement->text
				: part->statement->type == STATEMENT_IF
				? "whether messages meet its test can't be told"
				: part->statement->destination != NULL &&
					part->statement->destination->doubt != NULL
				? part->statement->destination->doubt
				: part->statement->destination != NULL &&
					part->statement->destination->block != NULL
				? part->statement->destination->block
				: "the name of the file depends on the message");
		return;
	}
	buffer_text(out, out->size > 0 ? "; " : "");
	buffer_text(out, "no message was found that shows whether some do not");
}

void
syslog_describe_why(const struct syslog_conf *conf, const struct demand *demand,
	const struct reach *reach, struct priorities unknown, struct buffer *out)
{
	struct priorities silent = syslog_conf_unheard(conf, demand->wanted);
	struct priorities missed = priorities_without(reach->missed, silent);
	if (!priorities_empty(silent)) {
		add_set(silent, "never gets", "never get", out);
		buffer_printf(out, " to %s: it loads no input for it", conf->daemon_name);
	}
	if (!priorities_empty(missed)) {
		describe_stops(conf, reach, missed, out);
		describe_leaving_out(conf, reach, missed, out);
		describe_elsewhere(conf, demand, missed, out);
	}
	if (!priorities_empty(unknown))
		describe_doubts(conf, reach, unknown, out);
	if (out->size == 0)
		buffer_text(out, "no rule leads there");
	for (size_t i = 0; i < conf->rejected_count && i < LINES_SHOWN; i++) {
		const struct rejected *rejected = &conf->rejected[i];
		struct statement at = { .file = rejected->file,
			.offset = rejected->offset };
		buffer_text(out, out->size > 0 ? "; " : "");
		syslog_describe_place(conf, &at, out);
		buffer_printf(out, " has no effect: %s", rejected->reason);
	}
}
