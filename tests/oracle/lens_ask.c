/* lens_ask: reads questions from standard input, "LENS ROOT PATH" a line (LENS is sshd,
 * syslog, xinetd, access, tcprules, portsentry or cisco), and answers with lines and an
 * empty one:
 *   unparsed REASON: the lens gives no tree
 *   other NUMBER: a line that the lens does not understand
 *   edit REASON: an edit that puts each value in its own place changes the file
 *   print REASON: the lens writes another text than the one that it read
 *   parsed LINES: it has so many lines */
#include <augeas.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lenses/parser.h"
#include "policy/edit.h"

static const struct {
	const char *name, *lens;
} formats[LENS_COUNT] = {
	[LENS_SSHD] = { "sshd", "Sshd_settings.lns" },
	[LENS_SYSLOG] = { "syslog", "Syslog_rules.lns" },
	[LENS_XINETD] = { "xinetd", "Xinetd_lines.lns" },
	[LENS_ACCESS] = { "access", "Access_rules.lns" },
	[LENS_TCPRULES] = { "tcprules", "Tcprules.lns" },
	[LENS_PORTSENTRY] = { "portsentry", "Portsentry.lns" },
	[LENS_CISCO] = { "cisco", "Cisco_acl.lns" },
};

/* Each part of each line is replaced by the bytes that the tree has for it. */
static int
edit_nothing(struct host *host, const struct file *file, const struct tree *tree,
	struct error *err)
{
	struct edits edits = { 0 };
	struct host *layer = host_layer(host);
	for (size_t i = 0; i < tree->count; i++) {
		const struct node *node = &tree->nodes[i];
		struct bytes value = tree_value(tree, node);
		/* what a backslash joins is one value in two places */
		if (node->depth == 0 || node->length == 0 ||
			memchr(file->bytes.data + node->start, '\n', node->length) !=
				NULL)
			continue;
		autofree char *text = memory_copy(value.data, value.size);
		edits_splice(&edits, file, node->start, node->length, text, "nothing");
	}
	int result = edits_apply(&edits, host, layer, err);
	const struct file *after = host_file(layer, file->path);
	if (result == 0 &&
		(after->bytes.size != file->bytes.size ||
			memcmp(after->bytes.data, file->bytes.data, after->bytes.size) !=
				0))
		result = error_set(err, "it has other bytes then");
	host_free(layer);
	edits_free(&edits);
	return result;
}

/* What libaugeas puts together from the tree of the whole text. */
static int
print(augeas *augeas, const char *lens, const char *text, struct error *err)
{
	const char *printed = NULL;
	autobuffer struct buffer whole = { 0 };
	buffer_text(&whole, text);
	if (whole.size > 0 && whole.data[whole.size - 1] != '\n')
		buffer_text(&whole, "\n");
	aug_rm(augeas, "/tree");
	if (aug_set(augeas, "/text", whole.size > 0 ? whole.data : "") < 0 ||
		aug_text_store(augeas, lens, "/text", "/tree") < 0)
		return error_set(err, "it does not take the text as a whole");
	if (aug_text_retrieve(augeas, lens, "/text", "/tree", "/out") < 0 ||
		aug_get(augeas, "/out", &printed) != 1)
		return error_set(err, "it can't write what it has read");
	if (strcmp(printed, whole.size > 0 ? whole.data : "") != 0)
		return error_set(err, "the text is another one");
	return 0;
}

static void
answer(struct parser *parser, augeas *augeas, enum lens lens, const char *root,
	const char *path)
{
	struct error err = ERROR_INIT;
	const struct tree *tree;
	struct host *host = host_open(root, &err);
	const struct file *file = host != NULL ? host_file(host, path) : NULL;
	if (file == NULL || file->state != FILE_READ) {
		printf("unparsed it can't be read\n");
	} else if (parser_parse(parser, lens, file->bytes, file_sha256(file), &tree,
			   &err) < 0) {
		printf("unparsed %s\n", err.text);
	} else {
		size_t lines = 0;
		for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i), lines++)
			if (tree->nodes[i].label == LABEL_OTHER) {
				unsigned line, column;
				bytes_position(file->bytes, tree->nodes[i].start, &line,
					&column);
				printf("other %u\n", line);
			}
		if (edit_nothing(host, file, tree, &err) < 0)
			printf("edit %s\n", err.text);
		if (print(augeas, formats[lens].lens, tree->text, &err) < 0)
			printf("print %s\n", err.text);
		printf("parsed %zu\n", lines);
	}
	printf("\n");
	error_clear(&err);
	host_free(host);
}

int
main(void)
{
	char line[8192], name[16], root[4096], path[4096];
	struct error err = ERROR_INIT;
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	augeas *augeas = aug_init(
		"/", HOLDFAST_LENSES, AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_MODL_AUTOLOAD);
	if (parser == NULL || augeas == NULL) {
		fprintf(stderr, "lens_ask: %s\n",
			parser == NULL ? err.text : "libaugeas");
		return 3;
	}
	while (fgets(line, sizeof line, stdin) != NULL) {
		enum lens lens = LENS_COUNT;
		if (sscanf(line, "%15s %4095s %4095s", name, root, path) == 3)
			for (lens = 0; lens < LENS_COUNT &&
				strcmp(formats[lens].name, name) != 0;)
				lens++;
		if (lens == LENS_COUNT) {
			fprintf(stderr, "lens_ask: LENS ROOT PATH, not: %s", line);
			return 3;
		}
		answer(parser, augeas, lens, root, path);
		fflush(stdout);
	}
	aug_close(augeas);
	parser_free(parser);
	return 0;
}
