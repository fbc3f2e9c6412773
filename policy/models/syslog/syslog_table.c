#include "policy/models/syslog/syslog_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/syslog/syslog_flow.h"

enum { SHOWN_MAX = 40 }; /* places of one pair; the rest comes as a hash */

static void
add_row(void *data, const struct statement *action, struct priorities may,
	struct priorities sure)
{
	struct syslog_table *table = data;
	autobuffer struct buffer text = { 0 };
	if (priorities_empty(may))
		return;
	destination_describe(action->destination, &text);
	table->rows = memory_grow(table->rows, table->count, sizeof *table->rows);
	table->rows[table->count++] = (struct syslog_table_row){ .text = buffer_take(
									 &text),
		.type = action->destination->type,
		.may = may,
		.sure = sure,
		.action = action };
}

static int
by_text(const void *a, const void *b)
{
	const struct syslog_table_row *x = a, *y = b;
	int order = strcmp(x->text, y->text);
	if (order != 0)
		return order;
	return (x->action->offset > y->action->offset) -
		(x->action->offset < y->action->offset);
}

static bool
is_demanded(const struct demands *demands, const char *text)
{
	for (size_t i = 0; demands != NULL && i < demands->count; i++)
		if (demand_is_met_by(&demands->items[i], text))
			return true;
	return false;
}

void
syslog_table_make(const struct syslog_conf *conf, const struct demands *demands,
	struct syslog_table *ret_table)
{
	struct syslog_table table = { 0 };
	size_t kept = 0;
	syslog_destinations(conf, add_row, &table);
	if (table.count > 0)
		qsort(table.rows, table.count, sizeof *table.rows, by_text);
	for (size_t i = 0; i < table.count; i++) {
		struct syslog_table_row *row = &table.rows[i];
		if (kept > 0 && strcmp(table.rows[kept - 1].text, row->text) == 0) {
			struct syslog_table_row *same = &table.rows[kept - 1];
			same->may = priorities_or(same->may, row->may);
			same->sure = priorities_or(same->sure, row->sure);
			free(row->text);
		} else {
			table.rows[kept++] = *row;
		}
	}
	table.count = kept;
	for (size_t i = 0; i < kept; i++)
		table.rows[i].demanded = is_demanded(demands, table.rows[i].text);
	*ret_table = table;
}

static void
add_place(const struct syslog_table_row *row, unsigned facility, unsigned level,
	struct buffer *out)
{
	buffer_printf(out, "%s%s%s", out->size > 0 ? ", " : "", row->text,
		priorities_have(row->sure, facility, level) ? "" : " (some)");
}

void
syslog_table_describe(const struct syslog_table *table, unsigned facility, unsigned level,
	struct buffer *out)
{
	autobuffer struct buffer rest = { 0 };
	size_t shown = 0, hidden = 0;
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].demanded &&
			priorities_have(table->rows[i].may, facility, level))
			add_place(&table->rows[i], facility, level, out);
	for (size_t i = 0; i < table->count; i++) {
		const struct syslog_table_row *row = &table->rows[i];
		if (row->demanded || !priorities_have(row->may, facility, level))
			continue;
		bool more = shown++ >= SHOWN_MAX;
		hidden += more;
		add_place(row, facility, level, more ? &rest : out);
	}
	if (hidden > 0) {
		char hash[SHA256_HEX];
		text_sha256((struct bytes){ rest.data, rest.size }, hash);
		buffer_printf(out, ", and %zu more (%.16s)", hidden, hash);
	} else if (out->size == 0) {
		buffer_text(out, "nothing");
	}
}

void
syslog_table_free(struct syslog_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i].text);
	free(table->rows);
	*table = (struct syslog_table){ 0 };
}
