/* Hostile bytes as XML and what nmap's results are read from it, as an answer of the
 * parsing process, and as a path through a document. What is read stays inside the text.
 */
#include "base/memory.h"
#include "lenses/xml.h"
#include "policy/models/network/nmap.h"
#include "policy/models/system/node_path.h"
#include "tests/fuzz/world.h"

static void
check_document(const struct document *document, size_t text_size)
{
	uint32_t deepest = 0;
	for (size_t i = 0; i < document->count; i++) {
		const struct document_node *node = &document->nodes[i];
		bool nowhere = node->value_start == DOCUMENT_NOWHERE;
		if (node->depth > deepest || node->start > text_size ||
			(!nowhere &&
				(node->value_start > node->value_end ||
					node->value_end > text_size)) ||
			document_end(document, i) <= i)
			abort();
		deepest = node->depth + 1;
	}
}

static void
check_scan(const struct document *document)
{
	struct nmap nmap;
	nmap_read(document, "192.0.2.1", &nmap);
	for (size_t i = 0; i < nmap.count; i++)
		if (nmap.ports[i].port >= NMAP_PORTS || nmap.ports[i].count < 0)
			abort();
	nmap_free(&nmap);
}

static void
check_path(const struct document *document, const char *text)
{
	struct node_path path;
	if (node_path_read(text, &path, NULL) == 0) {
		size_t *nodes, count;
		node_path_find(&path, document, &nodes, &count);
		for (size_t i = 0; i < count; i++)
			if (nodes[i] >= document->count ||
				(i > 0 && nodes[i] <= nodes[i - 1]))
				abort();
		free(nodes);
	}
	node_path_free(&path);
}

/* A path stands before the first NUL, what it leads through behind it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobuffer struct buffer answer = { 0 };
	struct document document;
	const char *cut = size > 0 ? memchr(data, '\0', size) : NULL;
	struct bytes text = cut != NULL
		? (struct bytes){ cut + 1, size - (size_t)(cut + 1 - (const char *)data) }
		: (struct bytes){ (const char *)data, size };
	xml_read(text, &answer);
	if (document_read(memory_copy(answer.data, answer.size), answer.size, text.size,
		    &document) < 0)
		abort();
	check_document(&document, text.size);
	check_scan(&document);
	if (cut != NULL)
		check_path(&document, (const char *)data);
	document_clear(&document);
	if (document_read(memory_copy(text.data, text.size), text.size, 100, &document) ==
		0)
		check_document(&document, 100);
	document_clear(&document);
	return 0;
}
