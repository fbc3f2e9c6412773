#include "lenses/parser.h"

#include <augeas.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/table.h"
#include "lenses/process.h"
#include "lenses/source.h"

enum {
	PIECE = 64 << 10, /* bytes that the lens gets at once: its memory is a large
			     multiple of them */
	LINE_MAX_BYTES = 256 << 10,
	FILE_TIME = 10000, /* milliseconds for one file */
};

/* One row a lens. */
static const struct {
	const char *file, *name;
	enum join join;
} lenses[LENS_COUNT] = {
	[LENS_SSHD] = { "sshd_settings.aug", "Sshd_settings.lns", JOIN_NEVER },
	[LENS_SYSLOG] = { "syslog_rules.aug", "Syslog_rules.lns", JOIN_SYSLOG },
	[LENS_XINETD] = { "xinetd_lines.aug", "Xinetd_lines.lns", JOIN_NEVER },
	[LENS_ACCESS] = { "access_rules.aug", "Access_rules.lns", JOIN_NEVER },
	[LENS_PAM] = { "pam_stack.aug", "Pam_stack.lns", JOIN_PAM },
};

struct parser {
	char *lens_dir;
	unsigned wanted; /* bits 1u << LENS_X */
	struct process process;
	struct table memo; /* struct parsed by lens and hash */

	/* in the parsing process alone */
	augeas *augeas;
	struct node *answer;
	size_t answer_room;
};

struct parsed {
	struct tree tree;
	char *error; /* NULL: the tree is good */
};

struct parser *
parser_new(const char *lens_dir, struct error *err)
{
	if (access(lens_dir, X_OK) < 0) {
		error_set(err, "%s: %s", lens_dir, strerror(errno));
		return NULL;
	}
	struct parser *parser = memory_new(1, sizeof *parser);
	parser->lens_dir = memory_text(lens_dir);
	return parser;
}

int
parser_prepare(struct parser *parser, unsigned wanted, struct error *err)
{
	if ((wanted & ~parser->wanted) == 0)
		return 0;
	for (enum lens lens = 0; lens < LENS_COUNT; lens++) {
		autofree char *path = memory_printf(
			"%s/%s", parser->lens_dir, lenses[lens].file);
		if ((wanted & 1u << lens) != 0 && access(path, R_OK) < 0)
			return error_set(err, "%s: %s", path, strerror(errno));
	}
	parser->wanted |= wanted;
	process_end(&parser->process);
	return 0;
}

/* Runs in the parsing process, before it is confined. */
static int
compile(void *data)
{
	struct parser *parser = data;
	augeas *augeas = parser->augeas = aug_init("/", parser->lens_dir,
		AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_MODL_AUTOLOAD);
	if (augeas == NULL)
		return -1;
	/* the smallest parse there is makes libaugeas load the module */
	aug_set(augeas, "/text", "");
	for (enum lens lens = 0; lens < LENS_COUNT; lens++)
		if ((parser->wanted & 1u << lens) != 0 &&
			aug_text_store(augeas, lenses[lens].name, "/text", "/tree") < 0)
			return -1;
	return 0;
}

/* Reads the tree out of libaugeas in linear time: nodes come in document order, each line
 * is one top node, and a value stands in its line behind the value before it, so that it
 * is found again by looking for it. Returns the number of nodes in parser->answer, or -1.
 */
static int32_t
read_out(struct parser *parser, const char *text)
{
	augeas *augeas = parser->augeas;
	const char *next_top = NULL, *cursor = text, *end = text;
	int count = aug_ns_count(augeas, "all"), tops = aug_ns_count(augeas, "lines"),
	    top = 0;
	if (count < 0 || tops < 0)
		return -1;
	if ((size_t)count > parser->answer_room) {
		parser->answer_room = (size_t)count;
		parser->answer = memory_resize(
			parser->answer, parser->answer_room, sizeof *parser->answer);
	}
	aug_ns_attr(augeas, "lines", 0, NULL, &next_top, NULL);
	for (int i = 0; i < count; i++) {
		const char *value = NULL, *label = NULL;
		aug_ns_attr(augeas, "all", i, &value, &label, NULL);
		int number = label != NULL ? tree_label_number(label) : -1;
		/* labels are compared as pointers: each node has its own */
		uint8_t depth = label != next_top;
		if (depth == 0) {
			cursor = top > 0 ? end + 1 : end;
			end = strchrnul(cursor, '\n');
			if (++top < tops)
				aug_ns_attr(augeas, "lines", top, NULL, &next_top, NULL);
		}
		size_t length = value != NULL ? strlen(value) : 0;
		if (length > 0)
			cursor = memmem(cursor, (size_t)(end - cursor), value, length);
		if (number < 0 || cursor == NULL)
			return -1;
		parser->answer[i] = (struct node){ .start = (uint32_t)(cursor - text),
			.length = (uint32_t)length,
			.label = (uint8_t)number,
			.depth = depth };
		cursor += length;
	}
	return top == tops ? count : -1;
}

/* Runs in the parsing process. */
static int32_t
serve(void *data, uint32_t lens, char *text, size_t size, const void **ret_items)
{
	struct parser *parser = data;
	augeas *augeas = parser->augeas;
	(void)size;
	if (aug_set(augeas, "/text", text) < 0 ||
		aug_text_store(augeas, lenses[lens].name, "/text", "/tree") < 0)
		return -1;
	aug_defvar(augeas, "lines", "/tree/*");
	aug_defvar(augeas, "all", "/tree/descendant::*");
	int32_t count = read_out(parser, text);
	/* a variable that still held the nodes would make the next parse remove them from
	 * it one by one: quadratic */
	aug_defvar(augeas, "all", NULL);
	aug_defvar(augeas, "lines", NULL);
	*ret_items = parser->answer;
	return count;
}

static const struct service service = {
	.prepare = compile,
	.serve = serve,
	.item_size = sizeof(struct node),
};

/* The process is not believed: COUNT nodes must describe the lines of the piece of TEXT
 * from START to END, one top node each and in order, every value inside its line. Moves
 * them to their place in the file. */
static int
check_answer(const char *text, size_t start, size_t end, struct node *nodes, size_t count)
{
	size_t line_start = start, line_end = start, at = start;
	bool first = true;
	for (size_t i = 0; i < count; i++) {
		struct node *node = &nodes[i];
		if (node->label >= LABEL_COUNT || node->depth > 1 ||
			node->start > end - start ||
			node->length > end - start - node->start ||
			(first && node->depth))
			return -1;
		if (node->depth == 0) {
			line_start = first ? start : line_end + 1;
			if (line_start >= end)
				return -1;
			line_end = (size_t)((const char *)memchr(text + line_start, '\n',
						    end - line_start) -
				text);
			at = line_start;
			first = false;
		}
		node->start += (uint32_t)start;
		if (node->start < at || node->start + node->length > line_end)
			return -1;
		at = node->start + node->length;
	}
	return line_end + 1 == end ? 0 : -1;
}

static int
parse_pieces(struct parser *parser, enum lens lens, const char *text, size_t size,
	struct tree *tree, struct error *err)
{
	long deadline = process_clock() + FILE_TIME;
	for (size_t start = 0, end; start < size; start = end) {
		size_t before = tree->count;
		bool negative;
		end = source_cut(text, size, start, PIECE);
		if (end - start > LINE_MAX_BYTES) {
			unsigned line, column;
			bytes_position(
				(struct bytes){ text, size }, start, &line, &column);
			return error_set(err, "line %u is longer than 256 KiB", line);
		}
		if (process_start(&parser->process, &service, parser, err) < 0 ||
			process_ask(&parser->process, &service, lens, text + start,
				end - start, 2 * (end - start) + 16, deadline,
				(void **)&tree->nodes, &tree->count, &negative, err) < 0)
			return -1;
		if (negative)
			return error_set(err, "the lens does not accept it");
		if (check_answer(text, start, end, tree->nodes + before,
			    tree->count - before) < 0) {
			process_end(&parser->process);
			return error_set(err, "the parsing process answered nonsense");
		}
	}
	return 0;
}

static void
parsed_free(struct parsed *parsed)
{
	free(parsed->tree.text);
	free(parsed->tree.nodes);
	free(parsed->error);
	free(parsed);
}

static struct parsed *
parse(struct parser *parser, enum lens lens, struct bytes text)
{
	struct parsed *parsed = memory_new(1, sizeof *parsed);
	struct tree *tree = &parsed->tree;
	struct error failed = ERROR_INIT;
	size_t size;
	if (source_prepare(text, lenses[lens].join, &tree->text, &size, &failed) < 0 ||
		parse_pieces(parser, lens, tree->text, size, tree, &failed) < 0)
		parsed->error = failed.text;
	tree->size = text.size;
	return parsed;
}

int
parser_parse(struct parser *parser, enum lens lens, struct bytes text, const char *hash,
	const struct tree **ret_tree, struct error *err)
{
	autofree char *key = memory_printf("%d %s", lens, hash);
	struct parsed *parsed = table_get(&parser->memo, key);
	if (parsed == NULL) {
		if (parser_prepare(parser, 1u << lens, err) < 0)
			return -1;
		parsed = parse(parser, lens, text);
		table_set(&parser->memo, key, parsed);
	}
	if (parsed->error != NULL)
		return error_set(err, "%s", parsed->error);
	*ret_tree = &parsed->tree;
	return 0;
}

void
parser_free(struct parser *parser)
{
	if (parser == NULL)
		return;
	process_end(&parser->process);
	for (size_t i = 0; i < parser->memo.capacity; i++)
		if (parser->memo.slots[i].key != NULL)
			parsed_free(parser->memo.slots[i].value);
	table_free(&parser->memo);
	free(parser->lens_dir);
	free(parser);
}
