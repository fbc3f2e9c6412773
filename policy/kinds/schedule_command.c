/* What of a command a pattern is about. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/schedule_match.h"

/* Programs that do nothing to a file but read, name, make or take it away, whatever they
 * are given. */
static const char *const harmless[] = { "[", "cat", "chgrp", "chmod", "chown", "cmp",
	"df", "diff", "du", "echo", "egrep", "false", "fgrep", "file", "find", "grep",
	"head", "kill", "killall", "logger", "ls", "mail", "mailx", "md5sum", "mkdir",
	"mv", "pgrep", "pidof", "pkill", "printf", "ps", "rm", "rmdir", "sha256sum",
	"stat", "tail", "test", "touch", "true", "unlink", "wc", "which", NULL };

bool
schedule_command_is_harmless(const struct shell_command *command)
{
	const char *name = text_base_name(command->words[0]);
	if (strcmp(name, "find") == 0)
		for (size_t i = 1; i < command->count; i++)
			if (strncmp(command->words[i], "-exec", 5) == 0 ||
				strncmp(command->words[i], "-ok", 3) == 0)
				return false;
	return text_is_one_of(name, harmless);
}

/* Which of COMMAND's words is the program that runs: behind a shell or another
 * interpreter it is the script. */
static size_t
program_word(const struct shell_command *command)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };
	static const char *const others[] = { "perl", "php", "python", "python2",
		"python3", "ruby", NULL };
	const char *name = text_base_name(command->words[0]);
	size_t at = 1;
	if (!text_is_one_of(name, shells) && !text_is_one_of(name, others))
		return 0;
	while (text_is_one_of(name, shells) && at < command->count &&
		shell_text_takes(command->words[at]))
		at++;
	return at < command->count && command->words[at][0] != '-' ? at : 0;
}

struct shell_command
schedule_command_own(const struct shell_command *command)
{
	struct shell_command own = *command;
	size_t first = program_word(command);
	own.words += first;
	own.count -= first;
	return own;
}

/* The words of COMMAND from FIRST on, with a blank between; the caller frees. */
static char *
join(const struct shell_command *command, size_t first)
{
	autobuffer struct buffer text = { 0 };
	for (size_t i = first; i < command->count; i++)
		buffer_printf(&text, "%s%s", i > first ? " " : "", command->words[i]);
	return buffer_take(&text);
}

static bool
finds(struct schedule_search *search, const char *text, int flags, regmatch_t *ret_match)
{
	if (text == NULL || strlen(text) > SCHEDULE_LINE_MAX) {
		search->unsure = search->unsure || text != NULL;
		return false;
	}
	return regexec(&search->regex, text, 1, ret_match, flags) == 0;
}

enum schedule_part
schedule_command_part(struct schedule_search *search, const struct shell_command *command)
{
	size_t program = program_word(command);
	autofree char *rest = join(command, program + 1);
	regmatch_t match;
	bool is_argument = finds(search, rest, 0, &match);
	for (size_t i = program + 1; i-- > 0;) {
		autofree char *text = join(command, i);
		const char *word = command->words[i];
		if (finds(search, word, i + 1 < command->count ? REG_NOTEOL : 0, &match))
			return SCHEDULE_PROGRAM;
		if (!finds(search, text, 0, &match))
			continue;
		/* `.*backup` covers `rm backup` from its first letter on, too */
		if ((size_t)match.rm_so < strlen(word) && !is_argument)
			return SCHEDULE_PROGRAM;
		is_argument = true;
	}
	return is_argument ? SCHEDULE_ARGUMENT : SCHEDULE_NOWHERE;
}

enum schedule_part
schedule_raw_part(struct schedule_search *search, struct bytes text, size_t start,
	size_t end, const struct shell_command *command)
{
	size_t from = command->start, to = command->start + command->size;
	while (from < to && text.data[from] != ' ' && text.data[from] != '\t')
		from++;
	/* what it is redirected to may stand behind it */
	to = to > end ? to : end;
	autofree char *rest = memory_copy(text.data + from, to - from);
	regmatch_t match;
	const char *program = command->words[0];
	if (start > command->start || schedule_command_is_harmless(command) ||
		memmem(text.data + start, end - start, program, strlen(program)) ==
			NULL ||
		finds(search, rest, REG_NOTBOL, &match))
		return SCHEDULE_ARGUMENT;
	return SCHEDULE_PROGRAM;
}
