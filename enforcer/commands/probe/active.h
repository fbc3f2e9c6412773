/* A test that `holdfast probe` makes of the running system: one file in this folder that
 * ends in its struct active_test, and one row in ../probe.c. */
#ifndef ENFORCER_COMMANDS_PROBE_ACTIVE_H
#define ENFORCER_COMMANDS_PROBE_ACTIVE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "enforcer/options.h"

/* Exit status. */
enum {
	ACTIVE_WANTED = 0, /* it is as one would have it */
	ACTIVE_NOT_WANTED = 1, /* it was refused, or is not so */
	ACTIVE_UNTOLD = 2,
};

struct active_call {
	const struct options *options;
	bool json; /* print one JSON object; else text */
	int seconds; /* how long it may take */
};

struct active_test {
	const char *name;
	const char *const *options; /* those of the command that it takes besides --format
				       and --timeout; NULL ends the list */
	int seconds; /* how long it takes at most when --timeout does not say */
	/* Says what it will do (not in JSON), does it and prints the answer. Returns the
	 * exit status, or -1 with *err when it could not run. */
	int (*run)(const struct active_call *call, struct error *err);
};

/* Prints TEXT, which is escaped where it must be, before anything is done. */
void
active_announce(const struct buffer *text);

/* Adds the line "  LEFT  RIGHT" to a text; both come out escaped. */
void
active_add_line(struct buffer *out, const char *left, const char *right);

/* The object that the test NAME answers with. */
json_t *
active_json(const char *name);

/* TEXT as a JSON string, escaped as in the text; NULL is null. */
json_t *
active_json_text(const char *text);

/* Prints OBJECT on a line and gives it back. */
void
active_print_json(json_t *object);

#endif
