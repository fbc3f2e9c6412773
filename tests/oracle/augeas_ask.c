/* Reads lines "MODULE<tab>FILE<tab>PATH" from standard input and prints the nodes that
 * the path leads to in that file, a line "LABEL = VALUE" or "LABEL (none)" each, or "!
 * REASON" when the lens does not accept the file, then an empty line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lenses/documents.h"
#include "lenses/parser.h"
#include "policy/models/system/node_path.h"
#include "policy/source.h"

static void
print_nodes(const struct document *document, const struct node_path *path)
{
	size_t *nodes, count;
	node_path_find(path, document, &nodes, &count);
	for (size_t i = 0; i < count; i++) {
		const struct document_node *node = &document->nodes[nodes[i]];
		printf("%s%s%s\n", node->label, node->value != NULL ? " = " : " (none)",
			node->value != NULL ? node->value : "");
	}
	free(nodes);
}

static int
answer(struct documents *documents, const char *module, const char *file,
	const char *text, struct error *err)
{
	struct bytes bytes;
	const struct document *document;
	struct node_path path;
	char hash[SHA256_HEX];
	if (source_read(file, false, &bytes, err) < 0)
		return -1;
	text_sha256(bytes, hash);
	int result = documents_stock(documents, module, bytes, hash, &document, err);
	free((char *)bytes.data);
	if (result < 0)
		return -1;
	struct error wrong = ERROR_INIT;
	if (node_path_read(text, &path, &wrong) < 0)
		printf("? %s\n", wrong.text);
	else if (document->problem != NULL)
		printf("! %s\n", document->problem);
	else
		print_nodes(document, &path);
	error_clear(&wrong);
	node_path_free(&path);
	return 0;
}

int
main(void)
{
	static char line[65536];
	struct error err = ERROR_INIT;
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	if (parser == NULL)
		return 1;
	struct documents *documents = parser_documents(parser);
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *rest = line, *module = strsep(&rest, "\t"),
		     *file = strsep(&rest, "\t");
		if (rest == NULL || answer(documents, module, file, rest, &err) < 0)
			break;
		printf("\n");
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	parser_free(parser);
	return err.text != NULL;
}
