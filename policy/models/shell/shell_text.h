/* What a shell starts by a text, be it a command of cron's or a script: its simple
 * commands, with what stands in their way as far as it is followed. Source: POSIX, Shell
 * Command Language, 2.2, 2.6, 2.9 and 2.10; dash(1). What a command does, and so how it
 * ends, is not followed, but for few builtins and for tests of files. What is not
 * understood makes a doubt of its line as a whole, and of all behind it. */
#ifndef POLICY_MODELS_SHELL_TEXT_H
#define POLICY_MODELS_SHELL_TEXT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/host.h"

/* As whom something is started, by sudo or su. */
enum shell_user {
	SHELL_SAME,
	SHELL_ROOT,
	SHELL_OTHER,
};

struct shell_command {
	char **words; /* without quotes, assignments, redirections, and programs such as
			 nice that start the rest; one at least */
	size_t count;
	bool is_perhaps; /* a condition before it, or something in its line or in one
			    before, is not followed */
	bool is_expanded; /* a word holds an expansion that is not followed, as it stands
			   */
	size_t start, size; /* in the text */
	enum shell_user user;
};

struct shell_commands {
	struct shell_command *items;
	size_t count;
	char *missing; /* the first program that would be started and is not there; NULL
			*/
	const char *doubt; /* why there may be others; NULL */
};

/* Whether a shell with OPTION ("-e") runs its text, and how is followed. */
bool
shell_text_takes(const char *option);

/* Reads TEXT, for a shell with OPTION (NULL: none); an absolute program that is not
 * there, where its folder is, starts nothing, nor what is a question or does nothing by
 * itself (test, echo, cd, exit ...). Freed by shell_commands_free. */
void
shell_text_read(struct host *host, struct bytes text, const char *option,
	struct shell_commands *ret_commands);

/* The same of one simple command, whose WORDS no shell reads. */
void
shell_command_read(struct host *host, const struct name_list *words,
	struct shell_commands *ret_commands);

/* The path of the program or script that COMMAND starts; NULL when that is no absolute
 * one. */
const char *
shell_command_script(const struct shell_command *command);

/* Whether the program PATH is missing where its folder is there, or can't be executed, by
 * itself or for lack of its interpreter; false for a name alone. */
bool
shell_is_missing(struct host *host, const char *path);

/* Whether PROGRAM, a path or a name, is not there in a root that has programs: the path
 * or its interpreter is not, also where its folder isn't, or no folder of programs has
 * the name. PATH and what is mounted later may know others. */
bool
shell_lacks(struct host *host, const char *program);

/* What env is to find where it is the interpreter of the script PATH, which is absolute:
 * "bash", or "bash -e" of a line that does not begin with -S; NULL: it is another, or not
 * followed. The caller frees. */
char *
shell_env_program(struct host *host, const char *path);

void
shell_commands_free(struct shell_commands *commands);

#endif
