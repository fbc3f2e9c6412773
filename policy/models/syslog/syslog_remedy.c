#include "policy/models/syslog/syslog_remedy.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/syslog/syslog_demand.h"
#include "policy/models/syslog/syslog_table.h"

#define autoconf __attribute__((cleanup(syslog_conf_free)))
#define autoreach __attribute__((cleanup(reach_free)))
#define autotable __attribute__((cleanup(syslog_table_free)))
#define autoedits __attribute__((cleanup(edits_free)))
#define autodemands __attribute__((cleanup(demands_free)))

static bool
is_met(const struct reach *reach, const struct demand *demand)
{
	return priorities_empty(priorities_without(demand->wanted, reach->reached));
}

/* The end of the line at OFFSET and of those that continue it, behind the newline. */
static size_t
line_end(struct bytes text, size_t offset)
{
	for (;;) {
		const char *newline = memchr(
			text.data + offset, '\n', text.size - offset);
		if (newline == NULL)
			return text.size;
		size_t last = (size_t)(newline - text.data);
		offset = last + 1;
		while (last > 0 && strchr(" \t\r", text.data[last - 1]) != NULL)
			last--;
		if (last == 0 || text.data[last - 1] != '\\')
			return offset;
	}
}

static size_t
line_start(struct bytes text, size_t offset)
{
	while (offset > 0 && text.data[offset - 1] != '\n')
		offset--;
	return offset;
}

/* The column, from 0, in which the action of the rule at OFFSET stands when tabs lead to
 * it; 0 when there is none. */
static size_t
action_column(struct bytes text, size_t offset)
{
	size_t column = 0;
	bool tabs = false;
	for (size_t i = line_start(text, offset); i < text.size; i++) {
		char c = text.data[i];
		if (c == '\n' || (tabs && c != '\t' && c != ' '))
			return tabs && c != '\n' ? column : 0;
		tabs = tabs || c == '\t';
		column = c == '\t' ? (column / 8 + 1) * 8 : column + 1;
	}
	return 0;
}

/* Where the new rules may go. */
struct spot {
	size_t offset; /* a line begins here, or the file ends */
	size_t column; /* for the actions; 0: one tab */
};

/* Legacy $Action... lines belong to the action behind them: it is their line that the
 * new rule goes before. */
static size_t
before_settings(struct bytes text, size_t offset)
{
	while (offset > 0) {
		size_t start = line_start(text, offset - 1);
		size_t first = start + strspn(text.data + start, " \t");
		if (offset - first < 7 ||
			strncasecmp(text.data + first, "$Action", 7) != 0)
			break;
		offset = start;
	}
	return offset;
}

/* An action as both languages write it. */
static char *
action_text(
	const struct syslog_conf *conf, const struct demand *demand, struct error *err)
{
	const struct place *place = &demand->place;
	bool rsyslog = conf->daemon == SYSLOG_RSYSLOG;
	if (place->type == DESTINATION_FILE)
		return memory_text(place->name);
	if (!place->udp && !rsyslog) {
		error_set(err, "%s can forward over UDP only", conf->daemon_name);
		return NULL;
	}
	bool other_port = strcmp(place->port, "514") != 0;
	if (other_port && !rsyslog &&
		!(conf->daemon == SYSLOG_SYSKLOGD && conf->major >= 2)) {
		error_set(err, "%s can forward to port 514 only", conf->daemon_name);
		return NULL;
	}
	bool colons = strchr(place->name, ':') != NULL;
	return memory_printf("%s%s%s%s%s%s", place->udp ? "@" : "@@", colons ? "[" : "",
		place->name, colons ? "]" : "", other_port ? ":" : "",
		other_port ? place->port : "");
}

static void
add_rule(struct buffer *out, const struct demand *demand, const char *action,
	size_t column, const char *newline)
{
	size_t width = strlen(demand->selector);
	buffer_text(out, demand->selector);
	do {
		buffer_text(out, "\t");
		width = (width / 8 + 1) * 8;
	} while (width < column);
	buffer_printf(out, "%s%s", action, newline);
}

struct work {
	const struct context *context;
	const struct syslog_conf *conf;
	const struct control *control;
	const struct demands *demands;
	struct reach *reaches; /* one a demand */
	char **actions; /* one a demand; NULL when it is met */
	const char *input; /* a line that loads the kernel's messages, NULL */
};

/* How the line before OFFSET ends; at the beginning, the first line. */
static const char *
newline_at(struct bytes text, size_t offset)
{
	const char *newline = offset > 0 ? memrchr(text.data, '\n', offset) : NULL;
	if (newline == NULL && text.size > 0)
		newline = memchr(text.data, '\n', text.size);
	return newline != NULL && newline > text.data && newline[-1] == '\r' ? "\r\n"
									     : "\n";
}

/* Adds the missing rules at SPOT to EDITS. */
static void
add_edits(const struct work *work, struct spot spot, struct edits *edits)
{
	const struct file *file = work->conf->file;
	struct bytes text = file->bytes;
	const char *newline = newline_at(text, spot.offset);
	bool open = spot.offset > 0 && text.data[spot.offset - 1] != '\n';
	if (work->input != NULL) {
		size_t at = before_settings(text, line_start(text, work->conf->first));
		autofree char *line = memory_printf("%s%s", work->input, newline);
		edits_splice(edits, file, at, 0, line, "read the kernel's messages");
	}
	for (size_t i = 0; i < work->demands->count; i++) {
		const struct demand *demand = &work->demands->items[i];
		autobuffer struct buffer line = { 0 };
		if (work->actions[i] == NULL)
			continue;
		if (open)
			buffer_text(&line, newline);
		open = false;
		add_rule(&line, demand, work->actions[i], spot.column, newline);
		edits_splice(edits, file, spot.offset, 0, line.data, "%s to %s%s",
			demand->selector, work->actions[i],
			work->actions[i][0] == '@' && work->actions[i][1] == '@'
				? "; without a queue a dead log host can block rsyslogd"
				: "");
	}
}

/* Whether all demands are met and no other message goes elsewhere under AFTER. */
static bool
is_effective(const struct work *work, const struct syslog_conf *after)
{
	autotable struct syslog_table old = { 0 }, new = { 0 };
	for (size_t i = 0; i < work->demands->count; i++) {
		autoreach struct reach reach;
		const struct demand *demand = &work->demands->items[i];
		syslog_reach(after, &demand->place, demand->wanted, &reach);
		if (!is_met(&reach, demand))
			return false;
	}
	syslog_table_make(work->conf, work->demands, &old);
	syslog_table_make(after, work->demands, &new);
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		for (unsigned l = 0; l < LEVEL_COUNT; l++) {
			autobuffer struct buffer was = { 0 }, is = { 0 };
			autofree char *subject = memory_printf(
				"%s.%s", facility_name(f), level_name(l));
			syslog_table_describe(&old, f, l, &was);
			syslog_table_describe(&new, f, l, &is);
			if (strcmp(was.data, is.data) != 0 &&
				!syslog_remedy_wants(
					work->control, subject, was.data, is.data))
				return false;
		}
	return true;
}

static bool
try_spot(const struct work *work, struct spot spot, struct edits *edits)
{
	autoedits struct edits candidate = { 0 };
	autoconf struct syslog_conf after = { 0 };
	struct error err = ERROR_INIT;
	struct host *layer = host_layer(work->context->host);
	struct context context = *work->context;
	context.host = layer;
	add_edits(work, spot, &candidate);
	bool good = edits_apply(&candidate, work->context->host, layer, &err) == 0 &&
		syslog_conf_read(&context, &after, &err) == 0 &&
		after.rejected_count <= work->conf->rejected_count &&
		is_effective(work, &after);
	syslog_conf_free(&after);
	host_free(layer);
	error_clear(&err);
	if (good)
		add_edits(work, spot, edits);
	return good;
}

/* Behind the last rule of the main file that leads to a place that is asked for; best,
 * one that takes wanted messages there already. */
static bool
find_related(const struct work *work, struct spot *ret_spot)
{
	struct bytes text = work->conf->file->bytes;
	bool found = false, found_carries = false;
	size_t last = 0;
	for (size_t i = 0; i < work->demands->count; i++) {
		const struct parts *parts = &work->reaches[i].carriers;
		for (size_t k = 0; k < parts->count; k++) {
			const struct statement *statement = parts->items[k].statement;
			bool carries = !priorities_empty(parts->items[k].set);
			if (work->actions[i] == NULL ||
				statement->file != work->conf->file ||
				carries < found_carries)
				continue;
			if (!found || carries > found_carries || statement->offset > last)
				last = statement->offset;
			found_carries = carries;
			found = true;
		}
	}
	*ret_spot = (struct spot){ .offset = found ? line_end(text, last) : 0,
		.column = found ? action_column(text, last) : 0 };
	return found;
}

/* The wanted messages that no input takes in. */
static struct priorities
unheard(const struct work *work)
{
	struct priorities wanted = { { 0 } };
	for (size_t i = 0; i < work->demands->count; i++)
		wanted = priorities_or(wanted, work->demands->items[i].wanted);
	return syslog_conf_unheard(work->conf, wanted);
}

/* A line that loads the kernel's messages, in the style of the file. */
static const char *
kernel_input(const struct work *work)
{
	struct bytes text = work->conf->file->bytes;
	return memmem(text.data, text.size, "$ModLoad", 8) != NULL
		? "$ModLoad imklog"
		: "module(load=\"imklog\")";
}

/* With the kernel's messages coming in, the rules that are there may do. */
static bool
try_input_alone(const struct work *work, struct edits *edits)
{
	struct work alone = *work;
	autofree char **none = memory_new(work->demands->count, sizeof *none);
	alone.actions = none;
	return work->input != NULL &&
		try_spot(&alone, (struct spot){ .offset = 0 }, edits);
}

static int
place_rules(const struct work *work, struct edits *edits, struct error *err)
{
	struct bytes text = work->conf->file->bytes;
	struct spot related, end = { .offset = text.size }, start;
	bool found = find_related(work, &related);
	end.column = related.column;
	start = (struct spot){ .column = related.column,
		.offset = before_settings(text, line_start(text, work->conf->first)) };
	if (try_input_alone(work, edits) || (found && try_spot(work, related, edits)) ||
		try_spot(work, end, edits) || try_spot(work, start, edits))
		return 0;
	return error_set(err,
		"%s: no place was found where a new rule takes these messages and "
		"changes "
		"nothing else",
		work->conf->path);
}

static int
remedy(struct work *work, struct edits *edits, struct error *err)
{
	const struct demands *demands = work->demands;
	for (size_t i = 0; i < demands->count; i++) {
		syslog_reach(work->conf, &demands->items[i].place,
			demands->items[i].wanted, &work->reaches[i]);
		if (is_met(&work->reaches[i], &demands->items[i]))
			continue;
		work->actions[i] = action_text(work->conf, &demands->items[i], err);
		if (work->actions[i] == NULL)
			return -1;
	}
	struct priorities silent = unheard(work),
			  kernel = priorities_of_facility(FACILITY_KERN);
	if (!priorities_empty(priorities_without(silent, kernel)))
		return error_set(err,
			"%s: no input takes in what programs log, so no rule would have "
			"an "
			"effect",
			work->conf->path);
	if (!priorities_empty(silent))
		work->input = kernel_input(work);
	return place_rules(work, edits, err);
}

int
syslog_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err)
{
	autoconf struct syslog_conf conf;
	autodemands struct demands demands;
	demands_read(control, &demands, NULL);
	if (syslog_conf_read(context, &conf, err) < 0)
		return -1;
	struct work work = { .context = context,
		.conf = &conf,
		.control = control,
		.demands = &demands,
		.reaches = memory_new(demands.count, sizeof *work.reaches),
		.actions = memory_new(demands.count, sizeof *work.actions) };
	int result = remedy(&work, edits, err);
	for (size_t i = 0; i < demands.count; i++) {
		reach_free(&work.reaches[i]);
		free(work.actions[i]);
	}
	free(work.reaches);
	free(work.actions);
	return result;
}

/* The next item of a list with ", " between; NULL at its end. */
static char *
next_place(const char **list)
{
	if (**list == '\0')
		return NULL;
	const char *comma = strstr(*list, ", ");
	size_t length = comma != NULL ? (size_t)(comma - *list) : strlen(*list);
	char *item = memory_copy(*list, length);
	*list += length + (comma != NULL ? 2 : 0);
	return item;
}

static bool
has_place(const char *list, const char *place)
{
	autofree char *item = NULL;
	while ((item = next_place(&list)) != NULL) {
		bool same = strcmp(item, place) == 0;
		free(item);
		item = NULL;
		if (same)
			return true;
	}
	return false;
}

/* The pair that SUBJECT ("kern.debug") names; empty when it is none. */
static struct priorities
subject_pair(const char *subject)
{
	struct priorities set = { { 0 } };
	const char *dot = strchr(subject, '.');
	for (unsigned f = 0; dot != NULL && f < FACILITY_COUNT; f++) {
		const char *name = facility_name(f);
		if (strlen(name) != (size_t)(dot - subject) ||
			strncmp(name, subject, strlen(name)) != 0)
			continue;
		for (unsigned l = 0; l < LEVEL_COUNT; l++)
			if (strcmp(level_name(l), dot + 1) == 0)
				set.levels[f] = (uint8_t)(1u << l);
	}
	return set;
}

/* Whether one of the demands asks for PLACE for the messages of PAIR. */
static bool
is_wanted(const struct demands *demands, struct priorities pair, const char *place)
{
	for (size_t i = 0; i < demands->count; i++)
		if (priorities_empty(
			    priorities_without(pair, demands->items[i].wanted)) &&
			demand_is_met_by(&demands->items[i], place))
			return true;
	return false;
}

/* Whether every place of LIST is in OTHER or wanted. */
static bool
all_in(const struct demands *demands, struct priorities pair, const char *list,
	const char *other)
{
	for (;;) {
		autofree char *place = next_place(&list);
		if (place == NULL)
			return true;
		size_t length = strlen(place), some = strlen(" (some)");
		if (strcmp(place, "nothing") == 0 || has_place(other, place))
			continue;
		if (length > some && strcmp(place + length - some, " (some)") == 0)
			place[length - some] = '\0';
		if (!is_wanted(demands, pair, place))
			return false;
	}
}

/* Where no kernel message came in, loading the input sends them all where the rules that
 * are there say; a control that asks for some of them asks for that. */
static bool
wants_kernel(const struct demands *demands)
{
	for (size_t i = 0; i < demands->count; i++)
		if (demands->items[i].wanted.levels[FACILITY_KERN] != 0)
			return true;
	return false;
}

bool
syslog_remedy_wants(const struct control *control, const char *subject,
	const char *before, const char *after)
{
	autodemands struct demands demands;
	demands_read(control, &demands, NULL);
	struct priorities pair = subject_pair(subject);
	if (before != NULL && after != NULL && strcmp(before, "nothing") == 0 &&
		pair.levels[FACILITY_KERN] != 0 && wants_kernel(&demands))
		return true;
	return !priorities_empty(pair) && before != NULL && after != NULL &&
		all_in(&demands, pair, after, before) &&
		all_in(&demands, pair, before, after);
}
