/* Reads lines "FILE ADDRESS" from standard input and prints what the model finds in that
 * result of nmap's: lines "open PROTOCOL PORT", "doubt PROTOCOL PORT", "doubt - COUNT",
 * "asked PROTOCOL FIRST-LAST" and "problem TEXT", then an empty line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lenses/documents.h"
#include "lenses/parser.h"
#include "policy/models/network/nmap.h"
#include "policy/source.h"

static void
print_port(const struct nmap_port *port)
{
	const char *answer = port->answer == NMAP_OPEN ? "open" : "doubt";
	if (port->answer == NMAP_SILENT || port->count == 0)
		return;
	if (port->port < 0)
		printf("%s - %ld\n", answer, port->count);
	else
		printf("%s %s %ld\n", answer, port->protocol, port->port);
}

static void
print_asked(const struct nmap *nmap, const char *protocol)
{
	long missing, first = -1;
	for (long port = 0; port <= NMAP_PORTS; port++) {
		bool asked = port < NMAP_PORTS &&
			nmap_scanned(nmap, protocol, port, port, &missing);
		if (asked && first < 0)
			first = port;
		if (!asked && first >= 0) {
			printf("asked %s %ld-%ld\n", protocol, first, port - 1);
			first = -1;
		}
	}
}

static int
answer(struct documents *documents, const char *path, const char *address,
	struct error *err)
{
	struct bytes text;
	const struct document *document;
	struct nmap nmap;
	char hash[SHA256_HEX];
	if (source_read(path, false, &text, err) < 0)
		return -1;
	text_sha256(text, hash);
	int result = documents_xml(documents, text, hash, &document, err);
	if (result == 0) {
		nmap_read(document, address, &nmap);
		if (nmap.problem != NULL)
			printf("problem %s\n", nmap.problem);
		for (size_t i = 0; i < nmap.count; i++)
			print_port(&nmap.ports[i]);
		for (size_t i = 0; nmap_protocols[i] != NULL; i++)
			print_asked(&nmap, nmap_protocols[i]);
		nmap_free(&nmap);
	}
	free((char *)text.data);
	return result;
}

int
main(void)
{
	char line[4096];
	struct error err = ERROR_INIT;
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	if (parser == NULL)
		return 1;
	struct documents *documents = parser_documents(parser);
	while (fgets(line, sizeof line, stdin) != NULL && err.text == NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *space = strrchr(line, ' ');
		if (space == NULL)
			break;
		*space = '\0';
		if (answer(documents, line, space + 1, &err) < 0)
			break;
		printf("\n");
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	parser_free(parser);
	return err.text != NULL;
}
