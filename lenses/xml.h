/* XML to nodes. The only code that calls expat, in the parsing process alone. */
#ifndef LENSES_XML_H
#define LENSES_XML_H

#include "base/bytes.h"

/* Before the process is confined: takes the random number that keeps an enemy from
 * choosing names that collide in expat's tables. */
void
xml_prepare(void);

/* Reads TEXT, in UTF-8, into an answer of document.h: elements, attributes below them, no
 * text between. A document type is accepted when it declares nothing: then nothing is
 * ever loaded or expanded. At most XML_DEPTH_MAX elements deep. Source: XML 1.0, 2.8. */
void
xml_read(struct bytes text, struct buffer *out);

enum { XML_DEPTH_MAX = 100 };

#endif
