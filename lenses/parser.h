/* Files by our own lenses. libaugeas is called here and in stock.c alone, in a forked
 * process, because hostile bytes can crash it: that process compiles the lenses, then
 * gives up files, network and more than a little memory, and only then sees a file's
 * bytes. (Forking before compiling costs less than copying the compiled lenses page by
 * page.) When it dies the file at hand is an error and the next one gets a new process.
 * The same bytes are parsed once (memo by hash). */
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
	LENS_TCPRULES,
	LENS_PORTSENTRY,
	LENS_CISCO,
	LENS_COUNT,
};

struct parser;
struct documents; /* lenses/documents.h */

/* LENS_DIR holds the *.aug files. Freed by parser_free, which ends the parsing process.
 */
struct parser *
parser_new(const char *lens_dir, struct error *err);

/* Names the set of lenses WANTED (bits 1u << LENS_X), so that the parsing process, which
 * the first parse forks, compiles all of them at once: a lens that is first named later
 * costs a new process. Fails when the file of a lens is not there. */
int
parser_prepare(struct parser *parser, unsigned wanted, struct error *err);

/* Parses TEXT, whose SHA-256 is HASH. *ret_tree belongs to the parser and lives as long.
 * Returns -1 and sets *err when the text can't be parsed: control bytes (the error names
 * the line), larger than 4 MiB, a line too long, the process died. */
int
parser_parse(struct parser *parser, enum lens lens, struct bytes text, const char *hash,
	const struct tree **ret_tree, struct error *err);

struct parser_text {
	struct bytes text;
	const char *hash;
};

/* Parses the TEXTS with one question to the parsing process instead of one each, which
 * costs less, and remembers the trees for parser_parse. A text that can't be parsed this
 * way is left to parser_parse, and its error too. */
void
parser_parse_ahead(struct parser *parser, enum lens lens, const struct parser_text *texts,
	size_t count);

/* Forks the parsing process now, if anything was named to it. The first question does so
 * too; but whatever the caller has in memory by then costs it a fault when it writes to
 * it, and who has read a host has much. */
int
parser_start(struct parser *parser, struct error *err);

/* Reads files that are not for these lenses, in the same process. Belongs to the
 * parser. */
struct documents *
parser_documents(struct parser *parser);

void
parser_free(struct parser *parser);

#endif
