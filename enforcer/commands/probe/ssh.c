/* probe ssh: how a server lets one in who offers no key, and that telnet does not. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "base/text.h"
#include "enforcer/commands/probe/active.h"
#include "enforcer/output.h"
#include "enforcer/peer.h"
#include "enforcer/probe.h"
#include "enforcer/ssh_client.h"
#include "lenses/process.h"

enum {
	SSH_PORT = 22,
	TELNET_PORT = 23,
	TELNET_TIME = 5000, /* milliseconds to connect */
	METHODS_MAX = 64,
};

enum answer { KEYS_ONLY, OTHER_METHODS, LET_IN, REFUSED, UNKNOWN };

static const char *const ANSWERS[] = { "keys-only", "other-methods", "let-in", "refused",
	"unknown" };

struct door {
	const char *host; /* NULL: this one */
	const char *user;
	struct peer server, telnet;
	unsigned *others; /* owned: more ports of this host's sshd */
	size_t other_count;
	char *output; /* owned: what ssh(1) wrote */
	int telnet_error; /* of the attempt to connect; 0: it was taken */
	/* what the output says; in it, or NULL */
	char *version; /* the server's software */
	char *methods[METHODS_MAX];
	size_t method_count;
	char *reason; /* why the methods can't be told */
	enum answer answer;
};

/* Whether A is asked rather than B: IPv4 first, then the lower port. */
static bool
is_before(const struct live_listener *a, const struct live_listener *b)
{
	if ((a->family == AF_INET) != (b->family == AF_INET))
		return a->family == AF_INET;
	return a->port < b->port;
}

static void
add_port(struct door *door, unsigned port)
{
	for (size_t i = 0; i < door->other_count; i++)
		if (door->others[i] == port)
			return;
	door->others = memory_grow(door->others, door->other_count, sizeof *door->others);
	door->others[door->other_count++] = port;
}

/* Where sshd of this host listens on loopback; port 22 when that can't be seen, as when
 * another user asks. */
static void
find_server(struct door *door)
{
	static const char *const programs[] = { "sshd", NULL };
	struct live_list list;
	struct live_listener *listeners = NULL;
	size_t count = 0, chosen = 0;
	if (live_find(programs, &list, NULL) == 0) {
		probe_sshd_listeners(&list, &listeners, &count);
		live_list_free(&list);
	}
	for (size_t i = 1; i < count; i++)
		if (is_before(&listeners[i], &listeners[chosen]))
			chosen = i;
	for (size_t i = 0; i < count; i++)
		if (listeners[i].port != listeners[chosen].port)
			add_port(door, listeners[i].port);
	peer_loopback(count > 0 ? listeners[chosen].family : AF_INET,
		count > 0 ? listeners[chosen].port : SSH_PORT, &door->server);
	free(listeners);
}

static int
find_peers(struct door *door, const char *port, struct error *err)
{
	long number = SSH_PORT;
	if (port != NULL && text_number(port, 1, 65535, &number, err) < 0)
		return error_prefix(err, "--port");
	if (door->host == NULL && port == NULL)
		find_server(door);
	else if (peer_find(door->host != NULL ? door->host : "127.0.0.1",
			 (unsigned)number, &door->server, err) < 0)
		return error_prefix(err, "--host");
	return peer_find(door->server.text, TELNET_PORT, &door->telnet, err);
}

static void
announce(const struct door *door)
{
	autobuffer struct buffer out = { 0 };
	buffer_printf(&out, "Asks the ssh server at %s port %u", door->server.text,
		door->server.port);
	if (door->host != NULL && strcmp(door->host, door->server.text) != 0) {
		buffer_text(&out, " (");
		output_escaped(&out, door->host);
		buffer_text(&out, ")");
	}
	buffer_text(&out, " how it lets ");
	output_escaped(&out, door->user);
	buffer_text(&out,
		" in: one\nconnection of ssh(1) with the method 'none', without a key or "
		"a password, which the\nserver logs. Then one TCP connection to port 23, "
		"for telnet: it is closed at once.\n");
	for (size_t i = 0; i < door->other_count; i++)
		buffer_printf(&out,
			"sshd listens at port %u too: --port %u asks there.\n",
			door->others[i], door->others[i]);
	active_announce(&out);
}

static int
ask(struct door *door, int seconds, struct error *err)
{
	const struct ssh_question question = { &door->server, door->user, seconds, true };
	struct program_result result = { 0 };
	if (!ssh_client_exists())
		return error_set(err, "there is no ssh(1) to ask with");
	if (ssh_client_ask(&question, &result, err) < 0)
		return -1;
	door->output = result.output;
	if (result.unprepared)
		return error_set(err, "ssh(1) could not run: %s", result.output);
	int fd = peer_connect(&door->telnet, NULL, process_clock() + TELNET_TIME);
	door->telnet_error = fd >= 0 ? 0 : errno;
	if (fd >= 0)
		close(fd);
	return 0;
}

/* What stands in LINE behind WORDS; NULL when it does not begin so. */
static char *
behind(char *line, const char *words)
{
	size_t length = strlen(words);
	return strncmp(line, words, length) == 0 ? line + length : NULL;
}

/* The methods of "USER@HOST: Permission denied (METHOD,...)."; false when LINE is none.
 */
static bool
take_methods(struct door *door, char *line)
{
	static const char DENIED[] = ": Permission denied (";
	char *list = strstr(line, DENIED);
	char *end = list != NULL ? strrchr(list, ')') : NULL;
	if (end == NULL || strcmp(end, ").") != 0)
		return false;
	*end = '\0';
	list += sizeof DENIED - 1;
	for (char *word;
		(word = strsep(&list, ",")) != NULL && door->method_count < METHODS_MAX;)
		if (*word != '\0')
			door->methods[door->method_count++] = word;
	return door->method_count > 0;
}

/* Reads what ssh(1) wrote, with lines of the server's among it: its last line is its own,
 * and what a server says of itself before that is shown and decides nothing. */
static void
read_output(struct door *door)
{
	char *rest = door->output, *last = NULL;
	bool let_in = false;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *version = strstr(line, ", remote software version ");
		line[strcspn(line, "\r")] = '\0';
		if (*line != '\0')
			last = line;
		if (door->version == NULL && version != NULL &&
			behind(line, "debug1: Remote protocol version ") != NULL)
			door->version = behind(version, ", remote software version ");
		/* its last words then are about the program that was run */
		let_in = let_in || behind(line, "Authenticated to ") != NULL;
	}
	door->answer = UNKNOWN;
	if (let_in) {
		door->answer = LET_IN;
	} else if (last != NULL && take_methods(door, last)) {
		door->answer = KEYS_ONLY;
		for (size_t i = 0; i < door->method_count; i++)
			if (strcmp(door->methods[i], "publickey") != 0)
				door->answer = OTHER_METHODS;
	} else {
		door->reason = last;
		if (last != NULL && strstr(last, ": Connection refused") != NULL)
			door->answer = REFUSED;
	}
}

/* A filter that drops what comes for port 23 keeps telnet out too. */
static const char *
telnet_of(const struct door *door)
{
	switch (door->telnet_error) {
	case 0:
		return "answered";
	case ECONNREFUSED:
		return "refused";
	case ECONNRESET:
		return "reset";
	case ETIMEDOUT:
		return "dropped";
	case EHOSTUNREACH:
		return "unreachable";
	default:
		return "unknown";
	}
}

static int
status_of(const struct door *door)
{
	if (door->telnet_error == 0 ||
		(door->answer != KEYS_ONLY && door->answer != UNKNOWN))
		return ACTIVE_NOT_WANTED;
	return door->answer == UNKNOWN || strcmp(telnet_of(door), "unknown") == 0
		? ACTIVE_UNTOLD
		: ACTIVE_WANTED;
}

static char *
join_methods(const struct door *door)
{
	struct buffer out = { 0 };
	buffer_text(&out, "");
	for (size_t i = 0; i < door->method_count; i++)
		buffer_printf(&out, "%s%s", i > 0 ? ", " : "", door->methods[i]);
	return buffer_take(&out);
}

static const char *
explain(const struct door *door)
{
	switch (door->answer) {
	case KEYS_ONLY:
		return "without a key nobody is asked for more";
	case OTHER_METHODS:
		for (size_t i = 0; i < door->method_count; i++)
			if (strcmp(door->methods[i], "password") == 0 ||
				strcmp(door->methods[i], "keyboard-interactive") == 0)
				return "without a key it goes on to ask for a password";
		return "it offers a method that is no key of the user's";
	case LET_IN:
		return "it lets this user in without a key or a password";
	default:
		return door->reason != NULL ? door->reason : "ssh(1) says nothing";
	}
}

static void
print_text(const struct door *door)
{
	autobuffer struct buffer out = { 0 };
	autofree char *methods = join_methods(door);
	if (door->version != NULL)
		active_add_line(&out, "server", door->version);
	if (door->method_count > 0)
		active_add_line(&out, "methods", methods);
	active_add_line(&out, "telnet",
		strcmp(telnet_of(door), "unknown") == 0 ? strerror(door->telnet_error)
							: telnet_of(door));
	buffer_printf(&out, "%s: ", ANSWERS[door->answer]);
	output_escaped(&out, explain(door));
	if (door->telnet_error == 0)
		buffer_text(&out, "; port 23, for telnet, answers");
	buffer_text(&out, "\n");
	output_print((struct bytes){ out.data, out.size });
}

static void
print_json(const struct door *door)
{
	json_t *object = active_json("ssh"), *methods = json_array();
	for (size_t i = 0; i < door->method_count; i++)
		json_array_append_new(methods, active_json_text(door->methods[i]));
	json_object_set_new(object, "host", active_json_text(door->host));
	json_object_set_new(object, "address", active_json_text(door->server.text));
	json_object_set_new(object, "port", json_integer(door->server.port));
	json_object_set_new(object, "user", active_json_text(door->user));
	json_object_set_new(object, "answer", active_json_text(ANSWERS[door->answer]));
	json_object_set_new(object, "server", active_json_text(door->version));
	json_object_set_new(object, "methods", methods);
	json_object_set_new(object, "reason", active_json_text(door->reason));
	json_object_set_new(object, "telnet", active_json_text(telnet_of(door)));
	active_print_json(object);
}

static int
ask_and_tell(struct door *door, const struct active_call *call, struct error *err)
{
	if (find_peers(door, options_text(call->options, "port", NULL), err) < 0)
		return -1;
	if (!call->json)
		announce(door);
	/* what the server had said is read without rights */
	if (ask(door, call->seconds, err) < 0 || confine_to_reading(err) < 0)
		return -1;
	read_output(door);
	(call->json ? print_json : print_text)(door);
	return status_of(door);
}

static int
run(const struct active_call *call, struct error *err)
{
	struct door door = {
		.host = options_text(call->options, "host", NULL),
		.user = options_text(call->options, "user", "root"),
	};
	int status = ask_and_tell(&door, call, err);
	free(door.others);
	free(door.output);
	return status;
}

static const char *const options[] = { "host", "port", "user", NULL };

const struct active_test active_ssh = {
	.name = "ssh",
	.options = options,
	.seconds = 20, /* half of it may go for connecting: ssh_client.c */
	.run = run,
};
