/* The lines of an ini file as display managers read them. Sources: g_key_file_parse_line
 * in gkeyfile.c of glib; ConfigBase::load in sddm's ConfigReader.cpp; inish/src/lib.rs of
 * greetd. Unlike units they continue no line. */
#ifndef POLICY_MODELS_INI_LINES_H
#define POLICY_MODELS_INI_LINES_H

#include "base/host.h"

struct ini_line {
	const struct file *file;
	size_t offset; /* of the line's text */
	const char *section; /* what is between the brackets; "" before the first */
	const char *name, *value; /* NULL: the section begins here */
	bool is_bad; /* neither of both */
};

typedef void
ini_reader(void *data, const struct ini_line *line);

/* Hands what is in FILE to READER; blanks around a line, a name and a value are taken
 * away, and lines that begin with # are left out. */
void
ini_lines_read(const struct file *file, ini_reader *reader, void *data);

#endif
