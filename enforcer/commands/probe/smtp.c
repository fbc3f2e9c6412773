/* probe smtp: who answers at a host's mail port. Reads the greeting and says QUIT: RFC
 * 5321, 3.1 and 4.1.1.10. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "base/text.h"
#include "enforcer/commands/probe/active.h"
#include "enforcer/output.h"
#include "enforcer/peer.h"
#include "lenses/process.h"

enum {
	GREETING_MAX = 4096, /* RFC 5321, 4.5.3.1.5, has 512 for a line; there may be
				several */
	GOODBYE_TIME = 5000, /* milliseconds for the answer to QUIT */
};

enum answer { ANSWERED, REFUSED, UNKNOWN };

/* What became of the connection. */
struct outcome {
	const char *name;
	enum answer answer;
	const char *text;
};

static const struct outcome
	GREETED = { "greeting", ANSWERED, "it greets as for mail" },
	DECLINED = { "declined", REFUSED, "it answers that it takes no mail" },
	TURNED_AWAY = { "refused", REFUSED, "the connection is refused" },
	RESET = { "reset", REFUSED, "the connection is reset" },
	CLOSED = { "closed", REFUSED, "the connection is closed without a greeting" },
	DROPPED = { "dropped", UNKNOWN,
		"no answer to the attempt to connect in time: a "
		"filter drops it, or nobody is there" },
	SILENT = { "silent", UNKNOWN, "no greeting in time" },
	UNREACHABLE = { "unreachable", UNKNOWN, "the host can't be reached" },
	STRANGE = { "no-smtp", UNKNOWN, "what it says is no greeting of SMTP" };

struct mail_port {
	const char *host, *expected; /* EXPECTED: NULL when nothing is */
	struct peer peer, from;
	bool is_from; /* FROM was asked for */
	const struct outcome *outcome;
	char greeting[GREETING_MAX + 1]; /* what it said, NUL as a blank */
	size_t size;
};

static void
announce(const struct mail_port *port)
{
	autobuffer struct buffer out = { 0 };
	buffer_printf(
		&out, "Asks who answers at %s port %u", port->peer.text, port->peer.port);
	if (strcmp(port->host, port->peer.text) != 0) {
		buffer_text(&out, " (");
		output_escaped(&out, port->host);
		buffer_text(&out, ")");
	}
	if (port->is_from)
		buffer_printf(&out, ", from %s", port->from.text);
	buffer_text(&out,
		": one TCP connection, which\nreads the greeting and says QUIT. No mail "
		"is sent; the server may log it.\n");
	active_announce(&out);
}

/* The code of the greeting that TEXT is (RFC 5321, 4.2.1), once its last line is there; 0
 * while there is more to come; -1 when it is none. */
static int
read_code(const char *text)
{
	for (;;) {
		size_t digits = strspn(text, "0123456789");
		const char *end = strchr(text, '\n');
		if (digits < 3 && text[digits] == '\0')
			return 0;
		if (digits < 3 || strchr(" -\r\n", text[3]) == NULL)
			return -1;
		if (end == NULL)
			return 0;
		if (text[3] != '-')
			return (text[0] - '0') * 100 + (text[1] - '0') * 10 + text[2] -
				'0';
		text = end + 1;
	}
}

static const struct outcome *
judge_code(int code)
{
	return code == 220 ? &GREETED : code >= 400 && code < 600 ? &DECLINED : &STRANGE;
}

static const struct outcome *
judge_error(int error)
{
	return error == ECONNREFUSED    ? &TURNED_AWAY
		: error == ECONNRESET   ? &RESET
		: error == ETIMEDOUT    ? &DROPPED
		: error == EHOSTUNREACH ? &UNREACHABLE
		: error == ENETUNREACH  ? &UNREACHABLE
					: NULL;
}

static const struct outcome *
read_greeting(struct mail_port *port, int fd, long deadline)
{
	int code = 0;
	while (code == 0 && port->size < GREETING_MAX) {
		char *to = port->greeting + port->size;
		ssize_t got = peer_read(fd, to, GREETING_MAX - port->size, deadline);
		if (got < 0)
			return errno == ETIMEDOUT ? &SILENT : &RESET;
		if (got == 0)
			return port->size == 0 ? &CLOSED : &STRANGE;
		for (ssize_t i = 0; i < got; i++)
			if (to[i] == '\0')
				to[i] = ' ';
		port->size += (size_t)got;
		code = read_code(port->greeting);
	}
	return judge_code(code);
}

/* Until it has closed too, so that its log tells of a client that behaved. */
static void
say_goodbye(int fd, long deadline)
{
	static const char QUIT[] = "QUIT\r\n";
	char data[512];
	size_t size = 0;
	ssize_t got = 1;
	long end = process_clock() + GOODBYE_TIME;
	if (send(fd, QUIT, sizeof QUIT - 1, MSG_NOSIGNAL) < 0)
		return;
	for (; got > 0 && size<GREETING_MAX; size += got> 0 ? (size_t)got : 0)
		got = peer_read(fd, data, sizeof data, end < deadline ? end : deadline);
}

static int
ask(struct mail_port *port, int seconds, struct error *err)
{
	long deadline = process_clock() + seconds * 1000L;
	int fd = peer_connect(&port->peer, port->is_from ? &port->from : NULL, deadline);
	if (fd < 0) {
		port->outcome = judge_error(errno);
		return port->outcome != NULL
			? 0
			: error_set(err, "can't connect: %s", strerror(errno));
	}
	/* from here on it only listens to what may be an enemy */
	if (confine_to_reading(err) < 0) {
		close(fd);
		return -1;
	}
	port->outcome = read_greeting(port, fd, deadline);
	if (port->outcome == &GREETED || port->outcome == &DECLINED)
		say_goodbye(fd, deadline);
	close(fd);
	return 0;
}

static const char *
answer_of(const struct mail_port *port)
{
	static const char *const names[] = { "answered", "refused", "unknown" };
	return names[port->outcome->answer];
}

static int
status_of(const struct mail_port *port)
{
	const char *wanted = port->expected != NULL ? port->expected : "answered";
	if (port->outcome->answer == UNKNOWN)
		return ACTIVE_UNTOLD;
	return strcmp(answer_of(port), wanted) == 0 ? ACTIVE_WANTED : ACTIVE_NOT_WANTED;
}

static void
print_text(const struct mail_port *port)
{
	autobuffer struct buffer out = { 0 };
	autofree char *lines = memory_text(port->greeting);
	char *rest = lines;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		line[strcspn(line, "\r")] = '\0';
		if (*line != '\0')
			active_add_line(&out, "greeting", line);
	}
	buffer_printf(&out, "%s: %s", answer_of(port), port->outcome->text);
	if (port->expected != NULL && status_of(port) == ACTIVE_NOT_WANTED)
		buffer_printf(&out, "; expected: %s", port->expected);
	buffer_text(&out, "\n");
	output_print((struct bytes){ out.data, out.size });
}

static void
print_json(const struct mail_port *port)
{
	json_t *object = active_json("smtp");
	json_object_set_new(object, "host", active_json_text(port->host));
	json_object_set_new(object, "address", active_json_text(port->peer.text));
	json_object_set_new(object, "port", json_integer(port->peer.port));
	json_object_set_new(
		object, "from", active_json_text(port->is_from ? port->from.text : NULL));
	json_object_set_new(object, "expect", active_json_text(port->expected));
	json_object_set_new(object, "answer", active_json_text(answer_of(port)));
	json_object_set_new(object, "how", active_json_text(port->outcome->name));
	json_object_set_new(object, "greeting",
		active_json_text(port->size > 0 ? port->greeting : NULL));
	active_print_json(object);
}

static int
run(const struct active_call *call, struct error *err)
{
	autofree struct mail_port *port = memory_new(1, sizeof *port);
	const char *from = options_text(call->options, "from", NULL);
	long number;
	port->host = options_text(call->options, "host", "127.0.0.1");
	port->expected = options_text(call->options, "expect", NULL);
	port->is_from = from != NULL;
	if (text_number(options_text(call->options, "port", "25"), 1, 65535, &number,
		    err) < 0)
		return error_prefix(err, "--port");
	if (from != NULL && peer_find(from, 0, &port->from, err) < 0)
		return error_prefix(err, "--from");
	if (peer_find(port->host, (unsigned)number, &port->peer, err) < 0)
		return error_prefix(err, "--host");
	if (from != NULL && port->from.address.ss_family != port->peer.address.ss_family)
		return error_set(err, "--from %s is no address to reach %s from",
			port->from.text, port->peer.text);
	if (!call->json)
		announce(port);
	if (ask(port, call->seconds, err) < 0)
		return -1;
	int status = status_of(port);
	(call->json ? print_json : print_text)(port);
	return status;
}

static const char *const options[] = { "host", "port", "from", "expect", NULL };

const struct active_test active_smtp = {
	.name = "smtp",
	.options = options,
	.seconds = 30, /* tcpserver(1) may look 26 seconds for who asks before it answers
			*/
	.run = run,
};
