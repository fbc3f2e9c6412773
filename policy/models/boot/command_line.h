/* The command line that a daemon is started with: from systemd's unit and drop-ins, and
 * the file of defaults that these or an init script read. Sources: systemd.service(5),
 * COMMAND LINES; systemd.exec(5), ENVIRONMENT; extract-word.c, env-util.c
 * (replace_env_argv) and env-file.c of systemd. Other ways to start it are not seen. */
#ifndef POLICY_MODELS_COMMAND_LINE_H
#define POLICY_MODELS_COMMAND_LINE_H

#include <stdbool.h>

#include "base/host.h"

struct command_daemon {
	const char *program; /* "sshd"; NULL: any */
	const char *const *units; /* NULL ends */
	const char *stock; /* the unit to assume when the root has none */
	bool shell; /* that stands for an init script: a shell reads the defaults */
	const char *unit; /* instead of units and stock: this one, see
			     unit_files_read_one */
};

struct command_word {
	char *text;
	const struct file *file;
	size_t start, end; /* the span in FILE */
};

struct command_line {
	char *program; /* its path; NULL: the unit starts none */
	struct command_word *words; /* without the program */
	size_t count;
	const struct file *source; /* where the command begins */
	size_t start;
	bool is_stock; /* the command of the stock unit; an init script counts as that */
	char *unknown; /* why the words can't be told; NULL: they can */
	const struct file *file; /* with unknown: where */
	size_t offset;
};

/* Freed by command_line_free; the files belong to the host. */
void
command_line_read(struct host *host, const struct command_daemon *daemon,
	struct command_line *ret_line);

void
command_line_free(struct command_line *line);

/* The value of the variable NAME in the file of defaults PATH; NULL when there is none.
 * The caller frees it. */
char *
command_line_default(struct host *host, const char *path, const char *name);

struct command_option {
	char letter; /* '-': a long option, VALUE without the dashes; '\0': no option */
	const char
		*value; /* borrowed; NULL when the option takes none or it is missing */
	const struct file *file;
	size_t start, end;
	size_t index, at; /* private: the next letter; all zero before the first */
	bool ended; /* private: "--" was there */
};

/* The next option as getopt(3) finds it; WITH_ARGUMENT are the letters that take one.
 * "--" is handed out as a long option without a name, the words after it as no options.
 * False at the end. */
bool
command_option_next(const struct command_line *line, const char *with_argument,
	struct command_option *option);

#endif
