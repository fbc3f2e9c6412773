/* Files of the formats that Augeas's own lenses read. stock.c calls libaugeas, as
 * parser.c does, in the parsing process alone. */
#ifndef LENSES_STOCK_H
#define LENSES_STOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/host.h"

struct stock;

/* Before the process is confined: compiles the lenses of the COUNT MODULES in FOLDER and
 * its folder dist, such as Ntp (the lens Ntp.lns). One that is not there, or does not
 * compile, is no failure here. NULL when libaugeas can't be had. */
struct stock *
stock_new(const char *folder, const char *const *modules, size_t count);

/* Reads TEXT, which a NUL follows, by the lens of the module at INDEX into an answer of
 * document.h. */
void
stock_read(struct stock *stock, size_t index, struct bytes text, struct buffer *out);

/* Whether NAME can be the name of a module, by its form alone: a capital letter, then
 * letters, digits and underscores (augeas, src/lexer.l, UID). */
bool
stock_is_module(const char *name);

/* Whether FOLDER or its folder dist has the lens MODULE.lns. Reads its file alone,
 * without libaugeas, anywhere. */
bool
stock_has(const char *folder, const char *module);

/* The modules that have such a lens; none where they are not installed. Freed by
 * name_list_free. */
void
stock_list(const char *folder, struct name_list *ret_names);

#endif
