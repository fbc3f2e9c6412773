/* probe console: whether the live PAM stack admits a user. enforcer/probe/pam_probe.c
 * asks it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "enforcer/commands/probe/active.h"
#include "enforcer/output.h"
#include "enforcer/program.h"

enum {
	NEW_PASSWORD = 12, /* PAM_NEW_AUTHTOK_REQD of Linux-PAM: admitted once the user
			      has chosen a new password */
};

struct answer {
	bool given;
	int code; /* 0: PAM_SUCCESS */
	char *text; /* what pam_strerror calls it */
};

/* A call of a module. */
struct call {
	char *module; /* the file */
	char **arguments;
	size_t argument_count;
	struct answer answer; /* none: the module did not come back */
};

struct probe {
	const char *user, *tty, *service;
	struct call *calls; /* in order */
	size_t call_count;
	char **messages; /* for the user */
	size_t message_count;
	char *no_terminal; /* why the terminal could not be opened; NULL: it could */
	struct answer answer; /* the stack's; none: a module took the process down */
};

/* The next word of LINE, decoded: %XX stands for a byte. NULL at the end of the line. */
static char *
take_word(char **line)
{
	char *word = strsep(line, " "), *to = word;
	for (const char *from = word; from != NULL && *from != '\0'; from++) {
		if (from[0] == '%' && from[1] != '\0' && from[2] != '\0') {
			const char digits[] = { from[1], from[2], '\0' };
			*to++ = (char)strtoul(digits, NULL, 16);
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	if (to != NULL)
		*to = '\0';
	return word;
}

static struct answer
take_answer(char **line)
{
	struct answer answer = { 0 };
	struct error err = ERROR_INIT;
	long code;
	const char *word = take_word(line), *text = take_word(line);
	if (word != NULL && text != NULL && text_number(word, 0, 255, &code, &err) == 0)
		answer = (struct answer){ true, (int)code, memory_text(text) };
	error_clear(&err);
	return answer;
}

static void
add_text(char ***texts, size_t *count, const char *text)
{
	*texts = memory_grow(*texts, *count, sizeof **texts);
	(*texts)[(*count)++] = memory_text(text != NULL ? text : "");
}

static void
take_call(struct probe *probe, char *line)
{
	struct call call = { 0 };
	take_word(&line); /* which line of the stack */
	const char *word = take_word(&line);
	call.module = memory_text(word != NULL ? word : "");
	while ((word = take_word(&line)) != NULL)
		add_text(&call.arguments, &call.argument_count, word);
	probe->calls = memory_grow(probe->calls, probe->call_count, sizeof *probe->calls);
	probe->calls[probe->call_count++] = call;
}

/* Reads one record of pam_probe, which pam_probe.c describes. */
static void
take_record(struct probe *probe, char *line)
{
	const char *name = take_word(&line);
	if (strcmp(name, "run") == 0) {
		take_call(probe, line);
	} else if (strcmp(name, "back") == 0 && probe->call_count > 0) {
		take_word(&line);
		probe->calls[probe->call_count - 1].answer = take_answer(&line);
	} else if (strcmp(name, "says") == 0) {
		add_text(&probe->messages, &probe->message_count, take_word(&line));
	} else if (strcmp(name, "terminal") == 0) {
		const char *reason = take_word(&line);
		probe->no_terminal = memory_text(reason != NULL ? reason : "");
	} else if (strcmp(name, "answer") == 0 || strcmp(name, "start") == 0) {
		probe->answer = take_answer(&line);
	}
}

static int
ask(struct probe *probe, int seconds, struct error *err)
{
	const char *const argv[] = { HOLDFAST_PAM_PROBE, probe->service, probe->user,
		probe->tty, NULL };
	const struct program program = { .argv = argv, .seconds = seconds };
	struct program_result result = { 0 };
	if (!program_exists(argv[0]))
		return error_set(err, "%s is not there", argv[0]);
	if (program_run(&program, &result, err) < 0)
		return -1;
	if (result.unprepared || result.status == STATUS_NOT_RUN) {
		error_set(err, "%s could not run: %s", argv[0], result.output);
		program_result_free(&result);
		return -1;
	}
	char *rest = result.output;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		if (rest != NULL) /* the last piece has no newline: it was cut short */
			take_record(probe, line);
	program_result_free(&result);
	return 0;
}

/* The first module that gave the answer of the stack; NULL when none did, so that it is
 * libpam's own. A stack's answer is what the first module said whose word counted, and
 * only a module that the stack tells libpam to ignore could say the same before
 * (_pam_dispatch_aux in Linux-PAM's pam_dispatch.c). */
static const struct call *
first_to_say(const struct probe *probe)
{
	for (size_t i = 0; i < probe->call_count; i++)
		if (probe->calls[i].answer.given && probe->answer.given &&
			probe->calls[i].answer.code == probe->answer.code)
			return &probe->calls[i];
	return NULL;
}

static const char *
verdict_of(const struct probe *probe)
{
	if (!probe->answer.given)
		return "unknown";
	if (probe->answer.code == NEW_PASSWORD)
		return "new-password";
	return probe->answer.code == 0 ? "admitted" : "refused";
}

/* Whether libpam has no stack of that name, in lower case, and takes the one of `other`:
 * it prefers pam.d over pam.conf and knows these folders (pam_handlers.c,
 * _pam_open_config_file). */
static bool
is_other(const char *service)
{
	static const char *const folders[] = { "/etc/pam.d", "/usr/lib/pam.d",
		"/usr/etc/pam.d" };
	bool any = false;
	autofree char *name = memory_text(service);
	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct stat status;
		autofree char *path = memory_printf("%s/%s", folders[i], name);
		if (stat(folders[i], &status) == 0)
			any = true;
		if (stat(path, &status) == 0)
			return false;
	}
	return any;
}

static void
announce(const struct probe *probe)
{
	autobuffer struct buffer out = { 0 };
	buffer_text(&out, "Asks what service ");
	output_escaped(&out, probe->service);
	buffer_text(&out, " answers ");
	output_escaped(&out, probe->user);
	buffer_text(&out, " at ");
	output_escaped(&out, probe->tty);
	buffer_text(&out,
		": the account phase of the live PAM stack.\nNo password, no "
		"session; a module may log the question.\n");
	if (is_other(probe->service)) {
		buffer_text(&out, "No stack has the name ");
		output_escaped(&out, probe->service);
		buffer_text(&out, ": libpam takes the stack of 'other'.\n");
	}
	active_announce(&out);
}

static void
print_call(const struct call *call, struct buffer *out)
{
	autobuffer struct buffer left = { 0 };
	output_escaped(&left, text_base_name(call->module));
	for (size_t i = 0; i < call->argument_count; i++) {
		buffer_text(&left, " ");
		output_escaped(&left, call->arguments[i]);
	}
	buffer_printf(out, "  %-36s ", left.data);
	output_escaped(out, call->answer.given ? call->answer.text : "did not come back");
	buffer_text(out, "\n");
}

static void
print_text(const struct probe *probe)
{
	autobuffer struct buffer out = { 0 };
	const struct call *first = first_to_say(probe);
	for (size_t i = 0; i < probe->call_count; i++)
		print_call(&probe->calls[i], &out);
	for (size_t i = 0; i < probe->message_count; i++) {
		buffer_text(&out, "  tells the user: ");
		output_escaped(&out, probe->messages[i]);
		buffer_text(&out, "\n");
	}
	if (probe->no_terminal != NULL)
		buffer_printf(&out,
			"The terminal itself can't be opened (%s): a module that looks "
			"at it,\nas pam_holdfast does, sees none.\n",
			probe->no_terminal);
	buffer_printf(&out, "%s: ", verdict_of(probe));
	if (!probe->answer.given)
		buffer_text(
			&out, "a module ended the process that asked, or took too long");
	else
		output_escaped(&out, probe->answer.text);
	if (first != NULL) {
		buffer_text(&out, "; ");
		output_escaped(&out, text_base_name(first->module));
		buffer_text(&out, " was the first to say so");
	} else if (probe->answer.given) {
		buffer_text(&out, "; no module said so, it is libpam's own answer");
	}
	buffer_text(&out, "\n");
	output_print((struct bytes){ out.data, out.size });
}

static json_t *
json_texts(char *const *texts, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, active_json_text(texts[i]));
	return array;
}

static void
set_answer(json_t *object, const struct answer *answer)
{
	json_object_set_new(
		object, "code", answer->given ? json_integer(answer->code) : json_null());
	json_object_set_new(object, "text", active_json_text(answer->text));
}

static void
print_json(const struct probe *probe)
{
	json_t *object = active_json("console"), *calls = json_array();
	const struct call *first = first_to_say(probe);
	for (size_t i = 0; i < probe->call_count; i++) {
		const struct call *call = &probe->calls[i];
		json_t *item = json_object();
		json_object_set_new(item, "module", active_json_text(call->module));
		json_object_set_new(item, "arguments",
			json_texts(call->arguments, call->argument_count));
		set_answer(item, &call->answer);
		json_array_append_new(calls, item);
	}
	json_object_set_new(object, "user", active_json_text(probe->user));
	json_object_set_new(object, "tty", active_json_text(probe->tty));
	json_object_set_new(object, "service", active_json_text(probe->service));
	json_object_set_new(object, "other", json_boolean(is_other(probe->service)));
	json_object_set_new(object, "answer", active_json_text(verdict_of(probe)));
	set_answer(object, &probe->answer);
	json_object_set_new(object, "first",
		first != NULL ? json_integer(first - probe->calls) : json_null());
	json_object_set_new(object, "modules", calls);
	json_object_set_new(
		object, "messages", json_texts(probe->messages, probe->message_count));
	json_object_set_new(object, "no-terminal", active_json_text(probe->no_terminal));
	active_print_json(object);
}

static void
free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

static void
probe_free(struct probe *probe)
{
	for (size_t i = 0; i < probe->call_count; i++) {
		struct call *call = &probe->calls[i];
		free(call->module);
		free(call->answer.text);
		free_texts(call->arguments, call->argument_count);
	}
	free(probe->calls);
	free_texts(probe->messages, probe->message_count);
	free(probe->no_terminal);
	free(probe->answer.text);
}

static int
run(const struct active_call *call, struct error *err)
{
	struct probe probe = {
		.user = options_text(call->options, "user", NULL),
		.tty = options_text(call->options, "tty", "/dev/tty1"),
		.service = options_text(call->options, "service", "login"),
	};
	int status = -1;
	if (probe.user == NULL)
		return error_set(err, "--user says whose login to ask about");
	if (geteuid() != 0)
		return error_set(err, "needs root: modules read what only root can read");
	if (!call->json)
		announce(&probe);
	if (ask(&probe, call->seconds, err) == 0) {
		(call->json ? print_json : print_text)(&probe);
		status = !probe.answer.given ? ACTIVE_UNTOLD
			: probe.answer.code == 0 || probe.answer.code == NEW_PASSWORD
			? ACTIVE_WANTED
			: ACTIVE_NOT_WANTED;
	}
	probe_free(&probe);
	return status;
}

static const char *const options[] = { "user", "tty", "service", NULL };

const struct active_test active_console = {
	.name = "console",
	.options = options,
	.seconds = 60, /* a module may wait for a directory server */
	.run = run,
};
