/* The arguments of pam_holdfast.so in a line of pam.d. */
#ifndef BASE_CONSOLE_OPTIONS_H
#define BASE_CONSOLE_OPTIONS_H

#include <stdbool.h>

struct console_options {
	const char *conf; /* an absolute path */
	const char *services; /* with commas; NULL: those of the console */
	const char *exempt; /* with commas; never asked about */
	bool pts_is_console;
	bool allow_on_error;
	bool trust_rhost;
	bool dry_run;
	bool audit;
	bool debug;
	const char *wrong; /* the first argument that is not understood; NULL */
};

/* Borrows from ARGV. An argument that is not understood is no reason to refuse root, but
 * one not to trust the line: see wrong. */
void
console_options_read(int argc, const char **argv, struct console_options *ret_options);

/* Whether SERVICE is a display manager, whose logins are at the console's screen. */
bool
console_options_is_display(const char *service);

/* Whether SERVICE always has a terminal when its login is at the console: login(1). */
bool
console_options_needs_terminal(const char *service);

/* Whether a login of SERVICE that has no terminal, and comes from no host, is one at the
 * console: services= names it in full, and it may be a display manager's that is not
 * known for one. A pattern is not enough: it may mean a greeter's service too. */
bool
console_options_takes_bare(const struct console_options *options, const char *service);

/* Whether the module has to look at SERVICE. */
bool
console_options_cover(const struct console_options *options, const char *service);

#endif
