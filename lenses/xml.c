#include "lenses/xml.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/memory.h"
#include "lenses/document.h"

struct reader {
	XML_Parser parser;
	struct buffer *out;
	uint32_t depth;
	const char *problem; /* NULL: none */
};

static unsigned long salt;

void
xml_prepare(void)
{
	if (getrandom(&salt, sizeof salt, GRND_NONBLOCK) != sizeof salt || salt == 0)
		salt = (unsigned long)&salt;
}

static void
stop(struct reader *reader, const char *problem)
{
	if (reader->problem == NULL)
		reader->problem = problem;
	XML_StopParser(reader->parser, XML_FALSE);
}

static uint32_t
position(const struct reader *reader)
{
	return (uint32_t)XML_GetCurrentByteIndex(reader->parser);
}

static void
add(struct reader *reader, const char *label, const char *value, uint32_t depth)
{
	const struct document_node node = { label, value, depth, position(reader),
		DOCUMENT_NOWHERE, DOCUMENT_NOWHERE };
	if (document_add(reader->out, &node) < 0)
		stop(reader, "it is too large");
}

static void XMLCALL
begin_element(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = data;
	if (reader->depth >= XML_DEPTH_MAX) {
		stop(reader, "it is too deep");
		return;
	}
	add(reader, name, NULL, reader->depth++);
	for (; *attributes != NULL; attributes += 2) {
		autofree char *label = memory_printf("@%s", attributes[0]);
		add(reader, label, attributes[1], reader->depth);
	}
}

static void XMLCALL
end_element(void *data, const XML_Char *name)
{
	struct reader *reader = data;
	(void)name;
	reader->depth--;
}

/* What a document type declares (entities, defaults of attributes) could make its text
 * mean something else. */
static void XMLCALL
begin_document_type(void *data, const XML_Char *name, const XML_Char *system_id,
	const XML_Char *public_id, int has_internal_subset)
{
	(void)name, (void)system_id, (void)public_id;
	if (has_internal_subset)
		stop(data, "its document type declares something");
}

void
xml_read(struct bytes text, struct buffer *out)
{
	struct reader reader = { XML_ParserCreate("UTF-8"), .out = out };
	if (reader.parser == NULL)
		abort();
	document_begin(out);
	XML_SetHashSalt(reader.parser, salt);
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, begin_element, end_element);
	XML_SetStartDoctypeDeclHandler(reader.parser, begin_document_type);
	if (XML_Parse(reader.parser, text.data, (int)text.size, XML_TRUE) !=
		XML_STATUS_OK) {
		if (reader.problem == NULL)
			reader.problem = XML_ErrorString(XML_GetErrorCode(reader.parser));
		/* in a text without any byte there is no place, whatever expat says */
		document_fail(out, text.size > 0 ? position(&reader) : DOCUMENT_NOWHERE,
			reader.problem);
	}
	XML_ParserFree(reader.parser);
}
