/* What is started at boot and names a program in another way than by running it: by a
 * shell, a script, a variable. Texts are searched for the name, not followed. */
#ifndef POLICY_MODELS_BOOT_NAMING_H
#define POLICY_MODELS_BOOT_NAMING_H

#include "policy/models/boot/boot_units.h"
#include "policy/models/shell/shell_text.h"

enum boot_naming {
	BOOT_NAMES_NOT,
	BOOT_NAMES, /* it has the name as a word, or may have: see the reason */
	BOOT_RUNS, /* its program is called so, and it is the service's own */
};

struct boot_named {
	enum boot_naming naming;
	struct place place;
	char *reason; /* owned; NULL when it runs it */
};

/* What UNIT has to do with the program called NAME, or the unit ("ssh.service"). */
void
boot_naming_unit(struct host *host, const struct boot_unit *unit, const char *name,
	struct boot_named *ret_named);

/* Whether TEXT has NAME as a word, or as the last part of a path that is no directory. */
bool
boot_text_names(struct host *host, const char *text, const char *name);

/* The file PATH, to be searched; NULL when that is more than is searched. */
const struct file *
boot_naming_take(struct host *host, const char *path);

/* Has *NAMED, where it names nothing yet, say REASON, which is taken. */
void
boot_naming_doubt(struct boot_named *named, char *reason);

/* Has *NAMED, where it names nothing yet, say which line of the file PATH, no comment,
 * names NAME; or that it can't be read, or is too much to be searched. */
void
boot_naming_file(
	struct host *host, const char *path, const char *name, struct boot_named *named);

/* The same of the command TEXT, for a shell, which stands at PLACE, and of the scripts in
 * it. */
void
boot_naming_text(struct host *host, const char *text, struct place place,
	const char *name, struct boot_named *named);

/* The same of the scripts that COMMANDS start or are handed; returns whether there are
 * any. */
bool
boot_naming_scripts(struct host *host, const struct shell_commands *commands,
	const char *name, struct boot_named *named);

/* Whether one of COMMANDS runs the program called NAME, as it is written, or has it
 * started by systemctl(1) and the like; *ret_is_open: one runs what an expansion says. */
bool
boot_naming_commands(struct host *host, const struct shell_commands *commands,
	const char *name, bool *ret_is_open);

#endif
