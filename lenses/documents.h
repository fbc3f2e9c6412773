/* Documents (document.h) of hostile bytes, made in the parser's confined process, as its
 * trees are: when that dies the file at hand is an error and the next one gets a new
 * process. The same bytes are read once (memo by hash). */
#ifndef LENSES_DOCUMENTS_H
#define LENSES_DOCUMENTS_H

#include "base/bytes.h"
#include "base/error.h"
#include "lenses/document.h"
#include "lenses/process.h"

struct documents;

/* Of the questions to PROCESS those from FIRST on are about documents. STOCK_DIR has
 * Augeas's own lenses. */
struct documents *
documents_new(struct process *process, uint32_t first, const char *stock_dir);

/* Names a module of those lenses (see stock_is_module) that documents_stock will be asked
 * for: all are compiled by one process. One that is first named when it runs costs a new
 * one. */
void
documents_want(struct documents *documents, const char *module);

/* The same of XML. */
void
documents_want_xml(struct documents *documents);

/* Whether anything was named. */
bool
documents_are_wanted(const struct documents *documents);

/* Reads TEXT, whose SHA-256 is HASH, by the lens of MODULE. *ret_document belongs to
 * DOCUMENTS and lives as long; where it has a problem it has no nodes. Returns -1 and
 * sets *err when nothing can be said: the process died or took too long. */
int
documents_stock(struct documents *documents, const char *module, struct bytes text,
	const char *hash, const struct document **ret_document, struct error *err);

/* The same of XML; see xml_read. */
int
documents_xml(struct documents *documents, struct bytes text, const char *hash,
	const struct document **ret_document, struct error *err);

void
documents_free(struct documents *documents);

/* What the process does about documents: see struct service. */
int
documents_prepare(struct documents *documents);

int32_t
documents_serve(struct documents *documents, uint32_t kind, struct bytes text,
	const void **ret_answer);

#endif
