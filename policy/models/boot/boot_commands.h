/* The commands of a unit that run when it is started, or when it ends. Source:
 * systemd.service(5), COMMAND LINES; config_parse_exec in load-fragment.c of systemd. */
#ifndef POLICY_MODELS_BOOT_COMMANDS_H
#define POLICY_MODELS_BOOT_COMMANDS_H

#include "policy/models/boot/unit_files.h"
#include "policy/place.h"

struct boot_command {
	const char *setting; /* "ExecStart", "ExecStartPre", ... */
	const char *unit; /* its name, borrowed */
	char *text; /* owned: the line's value */
	struct place place;
};

struct boot_commands {
	struct boot_command *items;
	size_t count;
	struct name_list environment; /* what Environment= and EnvironmentFile= say */
};

/* Adds the line NAME=VALUE of UNIT, which lasts as long, if it is such a command or about
 * their environment; an empty one takes back all of its name. */
void
boot_commands_add(struct boot_commands *commands, const char *unit, const char *name,
	const struct traced *value);

void
boot_commands_free(struct boot_commands *commands);

/* The words of COMMAND without prefixes, quotes, escapes, and specifiers that the unit's
 * name tells; the first is the program. At least one; freed by name_list_free. */
void
boot_command_words(const struct boot_command *command, struct name_list *ret_words);

/* The path of the program that COMMAND runs, with a '%' where a specifier is not known;
 * the caller frees. *ret_may_fail: nobody minds when it can't be run. */
char *
boot_command_program(const struct boot_command *command, bool *ret_may_fail);

/* The first whose program nobody can run, or NULL. *ret_flaw says why; the caller frees.
 */
const struct boot_command *
boot_commands_missing(
	struct host *host, const struct boot_commands *commands, char **ret_flaw);

#endif
