/* Documents (document.h) of hostile bytes, made in a confined process, as the trees of
 * parser.h are: when it dies the file at hand is an error and the next one gets a new
 * process. The same bytes are read once (memo by hash). */
#ifndef LENSES_DOCUMENTS_H
#define LENSES_DOCUMENTS_H

#include "base/bytes.h"
#include "base/error.h"
#include "lenses/document.h"

struct documents;

/* STOCK_DIR has Augeas's own lenses. Freed by documents_free, which ends the process. */
struct documents *
documents_new(const char *stock_dir);

/* Names a module of those lenses (see stock_is_module) that documents_stock will be asked
 * for: all are compiled by one process. One that is first named later costs a new one. */
void
documents_want(struct documents *documents, const char *module);

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

#endif
