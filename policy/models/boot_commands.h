/* The commands of a unit that run when it is started. Source: systemd.service(5), COMMAND
 * LINES; config_parse_exec in load-fragment.c of systemd. */
#ifndef POLICY_MODELS_BOOT_COMMANDS_H
#define POLICY_MODELS_BOOT_COMMANDS_H

#include "policy/models/unit_files.h"
#include "policy/place.h"

struct boot_command {
	const char *setting; /* "ExecStart", "ExecStartPre", ... */
	char *text; /* owned: the line's value */
	struct place place;
};

struct boot_commands {
	struct boot_command *items;
	size_t count;
};

/* Adds the line NAME=VALUE if it is such a command; an empty one takes back all of its
 * name. */
void
boot_commands_add(
	struct boot_commands *commands, const char *name, const struct traced *value);

void
boot_commands_free(struct boot_commands *commands);

/* The path of the program that COMMAND runs; the caller frees. *ret_may_fail: nobody
 * minds when it can't be run. */
char *
boot_command_program(const struct boot_command *command, bool *ret_may_fail);

/* The first whose program is not there, though its folder is, or NULL. What a folder has
 * that is filled at each boot is not known. */
const struct boot_command *
boot_commands_missing(struct host *host, const struct boot_commands *commands);

enum boot_naming {
	BOOT_NAMES_NOT,
	BOOT_NAMES, /* it has the name as a word, as `sh -c` or `env` may run it */
	BOOT_RUNS, /* its program is called so, and it is the service's own */
};

/* What COMMAND has to do with the program called NAME. */
enum boot_naming
boot_command_naming(
	struct host *host, const struct boot_command *command, const char *name);

/* Whether TEXT has NAME as a word, or as the last part of a path that is no directory. */
bool
boot_text_names(struct host *host, const char *text, const char *name);

#endif
