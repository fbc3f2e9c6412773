/* The wrappers' options: env(1), nice(1), nohup(1), stdbuf(1) and timeout(1) of
 * coreutils, setsid(1), ionice(1), chrt(1) and taskset(1) of util-linux, openvt(1) of
 * kbd, and the applets of busybox. */
#include "policy/models/login/getty_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { WORDS_MAX = 200 }; /* of a line */

static const struct wrapper {
	const char *name, *letters; /* of the options that take a word */
	size_t operands; /* before the command */
} wrappers[] = { { "env", "uC", 0 }, { "setsid", "", 0 }, { "nohup", "", 0 },
	{ "nice", "n", 0 }, { "ionice", "cnpPu", 0 }, { "stdbuf", "ioe", 0 },
	{ "timeout", "ks", 1 }, { "chrt", "TPD", 1 }, { "taskset", "", 1 },
	{ "openvt", "c", 0 }, { "cttyhack", "", 0 }, { "busybox", "", 0 },
	{ "toybox", "", 0 } };

/* The index of the command behind the options; the count when there is none. */
static size_t
skip_options(const struct getty_command *command, const struct wrapper *wrapper,
	const char **ret_number)
{
	bool is_env = strcmp(wrapper->name, "env") == 0;
	size_t i = 0;
	for (; i < command->count; i++) {
		const char *word = command->words[i];
		if (strcmp(word, "--") == 0) {
			i++;
			break;
		}
		bool is_long = strncmp(word, "--", 2) == 0;
		if (is_env && *word == '-' &&
			(is_long ? word[2] == 's' : strchr(word, 'S') != NULL))
			return command->count; /* may be a line to split */
		if (is_env && *word != '-' && strchr(word, '=') != NULL)
			continue;
		if (*word != '-')
			break;
		size_t plain = is_long ? strlen(word) : strcspn(word, wrapper->letters);
		if (word[plain] == '\0')
			continue;
		bool is_apart = word[plain + 1] == '\0';
		*ret_number = !is_apart          ? word + plain + 1
			: i + 1 < command->count ? command->words[i + 1]
						 : NULL;
		i += is_apart;
	}
	return i + wrapper->operands;
}

struct getty_command
getty_unwrap(struct getty_command command)
{
	for (size_t k = 0; k < sizeof wrappers / sizeof *wrappers;) {
		const char *number = NULL;
		if (strcmp(text_base_name(command.program), wrappers[k].name) != 0) {
			k++;
			continue;
		}
		bool opens = strcmp(wrappers[k].name, "openvt") == 0;
		size_t at = skip_options(&command, &wrappers[k], &number);
		command.opens = command.opens || opens;
		if (opens)
			command.number = number;
		if (at >= command.count)
			return command;
		command.program = command.words[at];
		command.words += at + 1;
		command.count -= at + 1;
		k = 0;
	}
	return command;
}

/* Whether the script TEXT runs a getty or openvt, or reads from a terminal. The unit
 * getty@tty1 is no command, and what is written to a terminal opens nothing. */
static bool
is_script_at_terminal(const char *text)
{
	static const char *const programs[] = { "getty", "openvt", NULL };
	for (const char *const *name = programs; *name != NULL; name++)
		for (const char *at = text; (at = strstr(at, *name)) != NULL;) {
			at += strlen(*name);
			if (strchr("@.-_", *at) == NULL || *at == '\0')
				return true;
		}
	return strchr(text, '<') != NULL &&
		(strstr(text, "/dev/tty") != NULL ||
			strstr(text, "/dev/console") != NULL);
}

bool
getty_wrap_takes_terminal(struct getty_command command)
{
	struct getty_command inner = getty_unwrap(command);
	if (inner.opens || getty_is(inner.program))
		return true;
	if (!getty_is_shell(inner.program, NULL, 0))
		return false;
	for (size_t i = 0; i < inner.count; i++)
		if (is_script_at_terminal(inner.words[i]))
			return true;
	return false;
}

/* What sets up a terminal, waits, or says something; it asks for nothing. A program of
 * that name in another folder may be anything. */
static bool
is_harmless(const struct getty_command *command)
{
	static const char *const names[] = { "clear", "clear_console", "reset", "tput",
		"stty", "setterm", "setfont", "setupcon", "loadkeys", "kbd_mode",
		"kbdrate", "setleds", "setvtrgb", "unicode_start", "unicode_stop", "chvt",
		"deallocvt", "true", "false", "sleep", "echo", "printf", "kill", "rm",
		"touch", "logger", "systemd-vconsole-setup", NULL };
	static const char *const folders[] = { "/bin/", "/sbin/", "/usr/bin/",
		"/usr/sbin/", "/lib/systemd/", "/usr/lib/systemd/", "", NULL };
	const char *name = text_base_name(command->program);
	autofree char *folder = memory_copy(
		command->program, (size_t)(name - command->program));
	if (!text_is_one_of(folder, folders))
		return false;
	if (strcmp(name, "plymouth") == 0) /* ask-for-password --command runs one */
		for (size_t i = 0; i < command->count; i++)
			if (strncmp(command->words[i], "ask", 3) == 0)
				return false;
	if (strcmp(name, "systemctl") == 0)
		return command->count > 0 && strcmp(command->words[0], "stop") == 0;
	return strcmp(name, "plymouth") == 0 || text_is_one_of(name, names);
}

/* The words of TEXT without their quotes, up to a lone semicolon, behind which the next
 * command stands (systemd.service(5), COMMAND LINES). Returns where that is. */
static char *
split(char *text, char *words[WORDS_MAX], size_t *ret_count)
{
	*ret_count = 0;
	while (*ret_count < WORDS_MAX) {
		text += strspn(text, " \t");
		if (*text == '\0')
			return text;
		char quote = '\0', *from = text, *to = text;
		for (; *from != '\0' && (quote != '\0' || strchr(" \t", *from) == NULL);
			from++)
			if (*from == quote)
				quote = '\0';
			else if (quote == '\0' && strchr("\"'", *from) != NULL)
				quote = *from;
			else
				*to++ = *from;
		bool is_end = from - text == 1 && *text == ';', is_last = *from == '\0';
		*to = '\0';
		if (!is_end)
			words[(*ret_count)++] = text;
		text = is_last ? from : from + 1;
		if (is_end)
			return text;
	}
	return text + strlen(text);
}

/* The command that WORDS are, behind systemd's marks. With @ the second word is what the
 * program calls itself, and for busybox what it is. */
static struct getty_command
read_command(char *const *words, size_t count)
{
	size_t marks = strspn(words[0], "@-:+!|");
	bool is_named = memchr(words[0], '@', marks) != NULL && count > 1;
	const char *program = words[0] + marks, *name = text_base_name(program);
	if (is_named && strcmp(name, "busybox") != 0 && strcmp(name, "toybox") != 0)
		words++, count--;
	return (struct getty_command){
		.program = program, .words = words + 1, .count = count - 1
	};
}

bool
getty_wrap_concerns(const char *text)
{
	autofree char *copy = memory_text(text);
	bool concerns = false;
	for (char *rest = copy; *rest != '\0' && !concerns;) {
		char *words[WORDS_MAX] = { rest };
		size_t count;
		rest = split(rest, words, &count);
		if (count == 0)
			continue;
		struct getty_command command = read_command(words, count);
		concerns = getty_wrap_takes_terminal(command) ||
			getty_is_shell(getty_unwrap(command).program, NULL, 0);
	}
	return concerns;
}

bool
getty_wrap_judge(const char *text, bool at_terminal, struct getty *getty)
{
	autofree char *copy = memory_text(text);
	for (char *rest = copy; *rest != '\0';) {
		char *words[WORDS_MAX] = { rest };
		size_t count;
		rest = split(rest, words, &count);
		if (count == 0)
			continue;
		struct getty_command command = read_command(words, count),
				     inner = getty_unwrap(command);
		if ((!at_terminal && !getty_wrap_takes_terminal(command)) ||
			is_harmless(&inner))
			continue;
		getty_judge(getty, command.program, command.words, command.count);
		bool asks = getty->user == NULL && getty->remote == NULL &&
			getty->starts == NULL && getty->unknown == NULL;
		if (asks && strpbrk(text, "\\$") != NULL)
			getty->unknown = memory_printf(
				"it is told more than can be followed, %s", text);
		else if (asks) {
			free(getty->terminal);
			getty->terminal = NULL;
			continue;
		}
		return true;
	}
	return false;
}
