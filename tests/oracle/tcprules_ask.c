/* Reads questions from standard input, a line each, its fields divided by tabs:
 *   read ROOT: what /rules and /cdb of that root hold, a line "text KEY DATA" or "cdb KEY
 *     DATA" each (DATA in hexadecimal), or "text refused LINE", "cdb damaged", or "text
 *     unknown WHY"; then an empty line. A file that is not there is passed over.
 *   text IP HOST INFO, or cdb IP HOST INFO: the key of the rule for that client, after a
 *     '='; or "default". HOST and INFO have a '=' before them, or are empty: unknown.
 *   region IP: what the cdb's region of that address has: its rule and the other one, in
 *     the same way, divided by a tab */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/network/cdb.h"
#include "policy/models/network/tcprules_regions.h"

static struct tcprules text, cdb;
static struct tcprules_region best;

static void
list(const char *name, const struct tcprules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct tcprule *rule = rules->items[i];
		printf("%s %s ", name, rule->key);
		for (size_t k = 0; k < rule->size; k++)
			printf("%02x", (unsigned char)rule->data[k]);
		printf("\n");
	}
}

static void
read_root(struct parser *parser, const char *root, struct error *err)
{
	struct host *host = host_open(root, err);
	const struct context context = { .host = host, .parser = parser };
	unsigned line, column;
	tcprules_free(&text);
	tcprules_free(&cdb);
	if (host == NULL)
		return;
	const struct file *file = host_file(host, "/cdb");
	if (host_file(host, "/rules")->state != FILE_ABSENT) {
		tcprules_read_text(&context, "/rules", &text);
		if (text.problem != NULL)
			printf("text unknown %s\n", text.problem);
		else if (text.refused.file == NULL)
			list("text", &text);
		else {
			bytes_position(text.refused.file->bytes, text.refused.offset,
				&line, &column);
			printf("text refused %u\n", line);
		}
	}
	if (file->state == FILE_READ && !cdb_is_whole(file->bytes))
		printf("cdb damaged\n");
	else if (file->state == FILE_READ) {
		tcprules_read_cdb(file->bytes, &cdb);
		if (cdb.problem != NULL)
			printf("cdb unknown %s\n", cdb.problem);
		else
			list("cdb", &cdb);
	}
	printf("\n");
	host_free(host);
}

static void
see(void *data, const struct tcprules_region *region)
{
	const char *ip = data;
	size_t length = strlen(region->prefix);
	bool is_address = length > 0 && region->prefix[length - 1] != '.';
	if (is_address ? strcmp(ip, region->prefix) == 0
		       : strncmp(ip, region->prefix, length) == 0)
		best = *region; /* an inner one comes later */
}

static void
show(const struct tcprule *rule, const char *end)
{
	printf("%s%s%s", rule != NULL ? "=" : "default", rule != NULL ? rule->key : "",
		end);
}

static void
answer(struct parser *parser, char *line, struct error *err)
{
	char *field[4] = { "", "", "", "" };
	for (size_t i = 0; i < 4 && line != NULL; i++)
		field[i] = strsep(&line, "\t");
	const char *host = field[2][0] == '=' ? field[2] + 1 : NULL,
		   *info = field[3][0] == '=' ? field[3] + 1 : NULL;
	if (strcmp(field[0], "read") == 0)
		read_root(parser, field[1], err);
	else if (strcmp(field[0], "region") == 0) {
		tcprules_walk(&cdb, NULL, 0, see, field[1]);
		show(best.rule, "\t");
		show(best.other, "\n");
	} else {
		show(tcprules_find(strcmp(field[0], "text") == 0 ? &text : &cdb, field[1],
			     host, info),
			"\n");
	}
}

int
main(void)
{
	struct error err = ERROR_INIT;
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	autofree char *line = NULL;
	size_t room = 0;
	while (err.text == NULL && getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		answer(parser, line, &err);
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	tcprules_free(&text);
	tcprules_free(&cdb);
	parser_free(parser);
	return err.text != NULL;
}
