/* The only code that calls libaugeas. parser_new compiles the lenses; the parsing itself
 * happens in a forked process without files, network or much memory, because hostile
 * bytes can crash libaugeas. When it dies the file at hand is an error and the next one
 * gets a new process. The same bytes are parsed once (memo by hash). */
#ifndef LENSES_PARSER_H
#define LENSES_PARSER_H

#include "base/bytes.h"
#include "base/error.h"
#include "lenses/tree.h"

enum lens {
	LENS_SSHD,
	LENS_SYSLOG,
	LENS_XINETD,
	LENS_ACCESS,
	LENS_PAM,
	LENS_COUNT,
};

struct parser;

/* LENS_DIR holds the *.aug files. Lenses are compiled by parser_prepare, and at the
 * latest when one is used. Freed by parser_free, which ends the parsing process. */
struct parser *
parser_new(const char *lens_dir, struct error *err);

/* Compiles the lenses in the set WANTED (bits 1u << LENS_X) that are not yet compiled.
 * Call before the first parse: a parsing process that runs already is ended and forked
 * anew when a lens is added. */
int
parser_prepare(struct parser *parser, unsigned wanted, struct error *err);

/* Parses TEXT, whose SHA-256 is HASH. *ret_tree belongs to the parser and lives as long.
 * Returns -1 and sets *err when the text can't be parsed: control bytes (the error names
 * the line), too long, the process died. */
int
parser_parse(struct parser *parser, enum lens lens, struct bytes text, const char *hash,
	const struct tree **ret_tree, struct error *err);

void
parser_free(struct parser *parser);

#endif
