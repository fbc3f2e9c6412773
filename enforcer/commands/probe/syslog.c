/* probe syslog: sends one marked message to syslog(3), looks for it where the syslog
 * daemon's files say that it goes, and says where to look on the log hosts. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "enforcer/commands/probe/active.h"
#include "enforcer/log_file.h"
#include "enforcer/output.h"
#include "enforcer/probe_model.h"
#include "lenses/process.h"

enum {
	STEP = 50, /* milliseconds between two looks */
	SETTLE_TIME = 1000,
};

/* A destination of the message. */
struct target {
	const struct syslog_table_row *row;
	struct log_file file;
	bool arrived;
	/* made by judge_place: "arrived", "missing", "unknown", "look", and why or how */
	const char *answer;
	char *text; /* owned; NULL when there is nothing to say */
};

struct message {
	unsigned facility, level;
	char mark[LOG_MARK_SIZE];
	char *unread; /* owned: why where it goes can't be told; NULL: it can */
	struct target *places; /* owned */
	size_t count;
	char *deaf; /* owned: why nobody takes messages; NULL: somebody does */
};

static int
read_arguments(const struct options *options, struct message *message, struct error *err)
{
	const char *facility = options_text(options, "facility", "user");
	const char *level = options_text(options, "level", "notice");
	while (strcmp(level_name(message->level), level) != 0)
		message->level++; /* the table of options has no other */
	for (unsigned i = 0; i < FACILITY_COUNT; i++)
		if (strcmp(facility_name(i), facility) == 0)
			message->facility = i;
	if (message->facility != FACILITY_KERN)
		return 0;
	return strcmp(facility, "kern") == 0
		? error_set(err, "--facility: only the kernel has messages of kern")
		: error_set(err, "--facility: '%s' is none of syslog(3)", facility);
}

/* Why nobody takes a message for syslog(3), which does not say so. */
static char *
find_deafness(void)
{
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	const struct sockaddr_un address = { AF_UNIX, "/dev/log" };
	int error = 0;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		int result = connect(
			fd, (const struct sockaddr *)&address, sizeof address);
		if (result < 0 && (error == 0 || error == EPROTOTYPE))
			error = errno;
		if (fd >= 0)
			close(fd);
		if (result == 0)
			return NULL;
	}
	return memory_printf("nobody takes messages at /dev/log: %s", strerror(error));
}

static void
find_places(const struct syslog_table *table, struct message *message)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct syslog_table_row *row = &table->rows[i];
		if (!priorities_have(row->may, message->facility, message->level))
			continue;
		message->places = memory_grow(
			message->places, message->count, sizeof *message->places);
		struct target *place = &message->places[message->count++];
		*place = (struct target){ .row = row };
		log_file_look(row, &place->file);
	}
}

/* A message wakes nobody up and starts no program, or is not sent. Where it goes by
 * files that can't be read, that is so of the levels below critical alone. */
static int
check_quiet(const struct message *message, struct error *err)
{
	if (message->unread != NULL && message->level < LOG_ERR)
		return error_set(err,
			"not sent: who would be told of it can't be known (%s); "
			"--level err and below may be asked",
			message->unread);
	for (size_t i = 0; i < message->count; i++) {
		const struct syslog_table_row *row = message->places[i].row;
		if (row->type == DESTINATION_USERS || row->type == DESTINATION_OTHER ||
			row->action->destination->program != NULL)
			return error_set(err,
				"not sent: it would also go to %s; choose another "
				"--facility or --level",
				row->text);
	}
	return 0;
}

static void
announce(const struct message *message, int seconds)
{
	autobuffer struct buffer out = { 0 };
	buffer_printf(&out,
		"Sends one message of %s.%s to syslog(3), marked '%s',\nand looks for it "
		"for up to %d seconds. By the syslog daemon's configuration it goes to\n",
		facility_name(message->facility), level_name(message->level),
		message->mark, seconds);
	if (message->unread != NULL) {
		buffer_text(&out, "  places that can't be told: ");
		output_escaped(&out, message->unread);
		buffer_text(&out, "\n");
	} else if (message->count == 0) {
		buffer_text(&out, "  nothing\n");
	}
	for (size_t i = 0; i < message->count; i++) {
		buffer_text(&out, "  ");
		output_escaped(&out, message->places[i].row->text);
		buffer_text(&out, "\n");
	}
	active_announce(&out);
}

static bool
is_sure(const struct message *message, const struct target *place)
{
	return priorities_have(place->row->sure, message->facility, message->level);
}

/* Whether the message is still to come where it must (*ret_sure) or may. */
static bool
look(struct message *message, bool *ret_sure)
{
	bool more = false;
	*ret_sure = false;
	for (size_t i = 0; i < message->count; i++) {
		struct target *place = &message->places[i];
		if (place->arrived || !place->file.is_plain)
			continue;
		autofree char *tail = log_file_tail(place->row, &place->file);
		place->arrived = strstr(tail, message->mark) != NULL;
		more = more || !place->arrived;
		*ret_sure = *ret_sure || (!place->arrived && is_sure(message, place));
	}
	return more;
}

static bool
has_arrived(const struct message *message)
{
	for (size_t i = 0; i < message->count; i++)
		if (message->places[i].arrived)
			return true;
	return false;
}

static void
send_message(struct message *message, int seconds)
{
	long end = process_clock() + seconds * 1000L;
	bool sure;
	syslog((int)(message->facility << 3 | message->level),
		"%s: a test of the log, nothing is wrong", message->mark);
	while (look(message, &sure) && process_clock() < end) {
		/* what the daemon is not sure to write comes at the same time or never */
		if (!sure && has_arrived(message) && end > process_clock() + SETTLE_TIME)
			end = process_clock() + SETTLE_TIME;
		poll(NULL, 0, STEP);
	}
}

static void
judge_place(const struct message *message, struct target *place)
{
	const struct syslog_table_row *row = place->row;
	const struct destination *destination = row->action->destination;
	place->answer = "unknown";
	if (place->arrived) {
		place->answer = "arrived";
	} else if (row->type == DESTINATION_HOST) {
		place->answer = "look";
		place->text = memory_printf("grep -rF '%s' /var/log", message->mark);
	} else if (row->type != DESTINATION_FILE) {
		place->text = memory_text("can't be looked at");
	} else if (!place->file.is_plain) {
		place->text = memory_text(destination->doubt != NULL ? destination->doubt
				: destination->computed != NULL
				? "the name of the file depends on the message"
				: "no regular file");
	} else if (destination->lost != NULL) {
		place->text = memory_text(destination->lost);
	} else if (access(row->text, R_OK) < 0 && errno != ENOENT) {
		place->text = memory_printf("can't be read: %s", strerror(errno));
	} else if (!is_sure(message, place)) {
		place->text = memory_text("only some messages get there");
	} else {
		place->answer = "missing";
	}
}

static int
judge(const struct message *message)
{
	bool any = false, all = message->unread == NULL;
	for (size_t i = 0; i < message->count; i++) {
		struct target *place = &message->places[i];
		judge_place(message, place);
		any = any || place->arrived;
		all = all && (place->arrived || place->row->type != DESTINATION_FILE);
	}
	for (size_t i = 0; i < message->count; i++)
		if (strcmp(message->places[i].answer, "missing") == 0)
			return ACTIVE_NOT_WANTED;
	if (message->deaf != NULL)
		return ACTIVE_NOT_WANTED;
	return any && all ? ACTIVE_WANTED : ACTIVE_UNTOLD;
}

static const char *const ANSWERS[] = { [ACTIVE_WANTED] = "arrived",
	[ACTIVE_NOT_WANTED] = "missing",
	[ACTIVE_UNTOLD] = "unknown" };

static void
print_place(const struct target *place, struct buffer *out)
{
	buffer_text(out, "  ");
	output_escaped(out, place->row->text);
	if (place->row->type == DESTINATION_HOST) {
		buffer_text(out, ": look on ");
		output_escaped(out, place->row->action->destination->name);
		buffer_text(out, " with  ");
	} else {
		buffer_printf(
			out, ": %s%s", place->answer, place->text != NULL ? ", " : "");
	}
	output_escaped(out, place->text);
	buffer_text(out, "\n");
}

static void
print_text(const struct message *message, int status)
{
	static const char *const ends[] = {
		[ACTIVE_WANTED] = "in every file of this host where it goes",
		[ACTIVE_NOT_WANTED] = "not in every file where it goes",
		[ACTIVE_UNTOLD] = "whether it arrived everywhere can't be told",
	};
	autobuffer struct buffer out = { 0 };
	for (size_t i = 0; i < message->count; i++)
		print_place(&message->places[i], &out);
	buffer_printf(&out, "%s: ", ANSWERS[status]);
	output_escaped(&out, message->deaf != NULL ? message->deaf : ends[status]);
	buffer_text(&out, "\n");
	output_print((struct bytes){ out.data, out.size });
}

static void
print_json(const struct message *message, int status)
{
	json_t *object = active_json("syslog"), *places = json_array();
	static const char *const types[] = { [DESTINATION_FILE] = "file",
		[DESTINATION_HOST] = "host",
		[DESTINATION_PIPE] = "pipe" };
	for (size_t i = 0; i < message->count; i++) {
		const struct target *place = &message->places[i];
		json_t *item = json_object();
		bool host = place->row->type == DESTINATION_HOST;
		json_object_set_new(item, "place", active_json_text(place->row->text));
		json_object_set_new(
			item, "type", active_json_text(types[place->row->type]));
		json_object_set_new(item, "answer", active_json_text(place->answer));
		json_object_set_new(
			item, host ? "command" : "why", active_json_text(place->text));
		json_array_append_new(places, item);
	}
	json_object_set_new(
		object, "facility", json_string(facility_name(message->facility)));
	json_object_set_new(object, "level", json_string(level_name(message->level)));
	json_object_set_new(object, "mark", json_string(message->mark));
	json_object_set_new(object, "answer", active_json_text(ANSWERS[status]));
	json_object_set_new(object, "reason",
		active_json_text(
			message->deaf != NULL ? message->deaf : message->unread));
	json_object_set_new(object, "places", places);
	active_print_json(object);
}

/* With the places of TABLE found. */
static int
send_and_tell(struct message *message, const struct active_call *call, struct error *err)
{
	if (check_quiet(message, err) < 0)
		return -1;
	if (!call->json)
		announce(message, call->seconds);
	if (message->deaf == NULL)
		send_message(message, call->seconds);
	int status = judge(message);
	(call->json ? print_json : print_text)(message, status);
	return status;
}

static int
run_confined(struct message *message, const struct active_call *call, struct error *err)
{
	struct probe_model model;
	struct syslog_conf conf;
	struct syslog_table table = { 0 };
	struct error unread = ERROR_INIT;
	if (confine_to_reading(err) < 0)
		return -1;
	if (probe_model_open(1u << LENS_SYSLOG, &model) < 0)
		return error_set(err, "the host's files can't be read");
	if (syslog_conf_read(&model.context, &conf, &unread) == 0)
		syslog_table_make(&conf, NULL, &table);
	message->unread = unread.text;
	find_places(&table, message);
	int status = send_and_tell(message, call, err);
	for (size_t i = 0; i < message->count; i++)
		free(message->places[i].text);
	free(message->places);
	syslog_table_free(&table);
	syslog_conf_free(&conf);
	probe_model_close(&model);
	error_clear(&unread);
	return status;
}

static int
run(const struct active_call *call, struct error *err)
{
	struct message message = { 0 };
	if (read_arguments(call->options, &message, err) < 0)
		return -1;
	if (log_mark(message.mark) < 0)
		return error_set(err, "the kernel has no random number");
	message.deaf = find_deafness();
	/* who can only read can send by what is connected already */
	openlog("holdfast", LOG_PID | LOG_NDELAY, LOG_USER);
	int status = run_confined(&message, call, err);
	closelog();
	free(message.deaf);
	return status;
}

static const char *const options[] = { "facility", "level", NULL };

const struct active_test active_syslog = {
	.name = "syslog",
	.options = options,
	.seconds = 10, /* a busy daemon takes seconds */
	.run = run,
};
