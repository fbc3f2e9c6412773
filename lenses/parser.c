#include "lenses/parser.h"

#include <augeas.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/table.h"
#include "lenses/documents.h"
#include "lenses/process.h"
#include "lenses/source.h"

enum {
	PIECE = 64 << 10, /* bytes that the lens gets at once, but for the rest of a line:
			     its memory is a large multiple of them */
	LINE_MAX_BYTES = 256 << 10,
	TEXT_MAX = 4 << 20, /* an enemy's file of 4 million lines takes 1.5 s */
};

/* One row a lens. */
static const struct {
	const char *file, *name;
	const char *indent; /* see source_is_silent; its test is Every_line.silent */
	enum join join;
} lenses[LENS_COUNT] = {
	[LENS_SSHD] = { "sshd_settings.aug", "Sshd_settings.lns", " \t\r\f", JOIN_NEVER },
	[LENS_SYSLOG] = { "syslog_rules.aug", "Syslog_rules.lns", " \t\r", JOIN_SYSLOG },
	[LENS_XINETD] = { "xinetd_lines.aug", "Xinetd_lines.lns", " \t\r", JOIN_NEVER },
	[LENS_ACCESS] = { "access_rules.aug", "Access_rules.lns", "", JOIN_NEVER },
	[LENS_TCPRULES] = { "tcprules.aug", "Tcprules.lns", "", JOIN_NEVER },
	[LENS_PORTSENTRY] = { "portsentry.aug", "Portsentry.lns", "", JOIN_NEVER },
	[LENS_CISCO] = { "cisco_acl.aug", "Cisco_acl.lns", " \t\r\f", JOIN_NEVER },
};

struct parser {
	char *lens_dir;
	unsigned wanted; /* bits 1u << LENS_X */
	struct process process;
	struct documents *documents;
	struct table memo; /* struct parsed by lens and hash */

	/* in the parsing process alone */
	augeas *augeas;
	struct node *answer;
	size_t answer_room;
};

static const struct service service;

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
	parser->process = (struct process){ .service = &service, .data = parser };
	parser->documents = documents_new(
		&parser->process, LENS_COUNT, HOLDFAST_STOCK_LENSES);
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
	if (documents_prepare(parser->documents) < 0)
		return -1;
	if (parser->wanted == 0)
		return 0;
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
serve(void *data, uint32_t lens, char *text, size_t size, const void **ret_answer)
{
	struct parser *parser = data;
	augeas *augeas = parser->augeas;
	if (lens >= LENS_COUNT)
		return documents_serve(parser->documents, lens,
			(struct bytes){ text, size }, ret_answer);
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
	*ret_answer = parser->answer;
	return count < 0 ? count : (int32_t)((size_t)count * sizeof *parser->answer);
}

static const struct service service = {
	.prepare = compile,
	.serve = serve,
};

/* Lines on their way through the lens. */
struct question {
	struct buffer said; /* those that say something */
	struct node *nodes; /* what the process answered about them */
	size_t count;
	size_t taken, line; /* how many nodes are in a tree by now, and where in the said
			       lines the next one begins */
};

static void
question_free(struct question *question)
{
	buffer_free(&question->said);
	free(question->nodes);
}

static size_t
line_length(const char *text, size_t start, size_t end)
{
	const char *newline = memchr(text + start, '\n', end - start);
	return (size_t)(newline - text) - start;
}

/* Adds to the question whole lines of TEXT from START on, about PIECE bytes of them.
 * *ret_end is where the rest begins. */
static int
add_lines(struct question *question, const char *text, size_t start, size_t size,
	const char *indent, size_t *ret_end, struct error *err)
{
	size_t at = start, comment;
	while (at < size && question->said.size < PIECE) {
		size_t length = line_length(text, at, size);
		if (length > LINE_MAX_BYTES) {
			unsigned line, column;
			bytes_position((struct bytes){ text, size }, at, &line, &column);
			return error_set(err, "line %u is longer than 256 KiB", line);
		}
		if (!source_is_silent(text + at, length, indent, &comment))
			buffer_add(&question->said, text + at, length + 1);
		at += length + 1;
	}
	*ret_end = at;
	return 0;
}

/* Takes the nodes of one line, which begins at LINE in the said lines and is LENGTH long,
 * from the answer, adds them to TREE, and moves them to TARGET, the line's place in the
 * file. The process is not believed: it must be one top node and its parts, in order,
 * every value inside the line. Returns how many nodes there were, 0 when it is not so. */
static size_t
take_line(struct tree *tree, const struct node *nodes, size_t left, size_t line,
	size_t length, size_t target)
{
	size_t at = line, end = line + length, count = 0;
	while (count < left && (count > 0) == (nodes[count].depth != 0)) {
		struct node node = nodes[count++];
		if (node.label >= LABEL_COUNT || node.depth > 1 || node.start < at ||
			node.start > end || node.length > end - node.start)
			return 0;
		at = node.start + node.length;
		node.start = (uint32_t)(node.start - line + target);
		tree->nodes[tree->count++] = node;
	}
	return count;
}

/* Adds the lines of TEXT from START to END to TREE, in the order of the file. */
static int
add_nodes(struct tree *tree, const char *text, size_t start, size_t end,
	const char *indent, struct question *question)
{
	size_t lines = 0, said = 0, comment;
	for (size_t at = start; at < end; lines++)
		at += line_length(text, at, end) + 1;
	/* a silent line is one node, and there may be as many lines as bytes */
	tree->nodes = memory_resize(tree->nodes,
		tree->count + question->count - question->taken + lines,
		sizeof *tree->nodes);
	for (size_t at = start; at < end;) {
		size_t length = line_length(text, at, end);
		if (source_is_silent(text + at, length, indent, &comment)) {
			bool blank = comment == length;
			tree->nodes[tree->count++] = (struct node){
				.start = (uint32_t)(blank ? at : at + comment),
				.length = (uint32_t)(length - comment),
				.label = blank ? LABEL_BLANK : LABEL_COMMENT
			};
		} else {
			said = take_line(tree, question->nodes + question->taken,
				question->count - question->taken, question->line, length,
				at);
			if (said == 0)
				return -1;
			question->taken += said;
			question->line += length + 1;
		}
		at += length + 1;
	}
	return 0;
}

static int
ask(struct parser *parser, enum lens lens, struct question *question, long deadline,
	struct error *err)
{
	bool negative;
	char *answer;
	size_t size, nodes = 2 * question->said.size + 16;
	if (question->said.size == 0)
		return 0;
	if (process_ask(&parser->process, lens,
		    (struct bytes){ question->said.data, question->said.size },
		    nodes * sizeof *question->nodes, deadline, &answer, &size, &negative,
		    err) < 0)
		return -1;
	question->nodes = (void *)answer;
	question->count = size / sizeof *question->nodes;
	return negative ? error_set(err, "the lens does not accept it") : 0;
}

/* What the process answered does not fit what it was asked. */
static int
answer_is_wrong(struct parser *parser, struct error *err)
{
	process_end(&parser->process);
	return error_set(err, "the parsing process answered nonsense");
}

static int
parse_pieces(struct parser *parser, enum lens lens, const char *text, size_t size,
	struct tree *tree, struct error *err)
{
	const char *indent = lenses[lens].indent;
	long deadline = process_clock() + FILE_TIME;
	int result = 0;
	for (size_t start = 0, end = 0; start < size && result == 0; start = end) {
		struct question question = { 0 };
		if (add_lines(&question, text, start, size, indent, &end, err) < 0 ||
			ask(parser, lens, &question, deadline, err) < 0)
			result = -1;
		else if (add_nodes(tree, text, start, end, indent, &question) < 0 ||
			question.taken != question.count)
			result = answer_is_wrong(parser, err);
		question_free(&question);
	}
	return result;
}

static void
parsed_free(struct parsed *parsed)
{
	free(parsed->tree.text);
	free(parsed->tree.nodes);
	free(parsed->error);
	free(parsed);
}

static char *
memo_key(enum lens lens, const char *hash)
{
	return memory_printf("%d %s", lens, hash);
}

static struct parsed *
parse(struct parser *parser, enum lens lens, struct bytes text)
{
	struct parsed *parsed = memory_new(1, sizeof *parsed);
	struct tree *tree = &parsed->tree;
	struct error failed = ERROR_INIT;
	size_t size;
	if (text.size > TEXT_MAX)
		error_set(&failed, "larger than 4 MiB");
	if (failed.text != NULL ||
		source_prepare(text, lenses[lens].join, &tree->text, &size, &failed) <
			0 ||
		parse_pieces(parser, lens, tree->text, size, tree, &failed) < 0)
		parsed->error = failed.text;
	tree->size = text.size;
	return parsed;
}

int
parser_parse(struct parser *parser, enum lens lens, struct bytes text, const char *hash,
	const struct tree **ret_tree, struct error *err)
{
	autofree char *key = memo_key(lens, hash);
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

/* A text that is asked about together with others. */
struct part {
	struct parsed *parsed;
	char *key;
	size_t size; /* of parsed->tree.text */
};

/* Adds TEXT to the question. Returns false for one that is to be parsed alone. */
static bool
add_part(struct question *question, enum lens lens, struct bytes text, struct part *part)
{
	struct error ignored = ERROR_INIT;
	struct parsed *parsed = part->parsed = memory_new(1, sizeof *parsed);
	size_t before = question->said.size, end = 0;
	bool good = text.size < PIECE &&
		source_prepare(text, lenses[lens].join, &parsed->tree.text, &part->size,
			&ignored) == 0 &&
		add_lines(question, parsed->tree.text, 0, part->size, lenses[lens].indent,
			&end, &ignored) == 0 &&
		end == part->size;
	parsed->tree.size = text.size;
	if (!good)
		question->said.size = before;
	error_clear(&ignored);
	return good;
}

static void
end_parts(struct parser *parser, bool good, struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* of equal texts the first is in the memo by now */
		if (good && table_get(&parser->memo, parts[i].key) == NULL)
			table_set(&parser->memo, parts[i].key, parts[i].parsed);
		else
			parsed_free(parts[i].parsed);
		free(parts[i].key);
	}
	free(parts);
}

void
parser_parse_ahead(struct parser *parser, enum lens lens, const struct parser_text *texts,
	size_t count)
{
	struct question question = { 0 };
	struct error ignored = ERROR_INIT;
	struct part *parts = memory_new(count, sizeof *parts);
	size_t part_count = 0;
	for (size_t i = 0; i < count && question.said.size < PIECE; i++) {
		struct part *part = &parts[part_count++];
		*part = (struct part){ .key = memo_key(lens, texts[i].hash) };
		if (table_get(&parser->memo, part->key) == NULL &&
			add_part(&question, lens, texts[i].text, part))
			continue;
		if (part->parsed != NULL)
			parsed_free(part->parsed);
		free(part->key);
		part_count--;
	}
	bool good = part_count > 0 && parser_prepare(parser, 1u << lens, &ignored) == 0 &&
		ask(parser, lens, &question, process_clock() + FILE_TIME, &ignored) == 0;
	for (size_t i = 0; i < part_count && good; i++) {
		struct tree *tree = &parts[i].parsed->tree;
		good = add_nodes(tree, tree->text, 0, parts[i].size, lenses[lens].indent,
			       &question) == 0;
	}
	/* nonsense will show again when one of them is parsed alone */
	end_parts(parser, good && question.taken == question.count, parts, part_count);
	question_free(&question);
	error_clear(&ignored);
}

int
parser_start(struct parser *parser, struct error *err)
{
	return parser->wanted == 0 && !documents_are_wanted(parser->documents)
		? 0
		: process_start(&parser->process, err);
}

struct documents *
parser_documents(struct parser *parser)
{
	return parser->documents;
}

void
parser_free(struct parser *parser)
{
	if (parser == NULL)
		return;
	process_end(&parser->process);
	documents_free(parser->documents);
	for (size_t i = 0; i < parser->memo.capacity; i++)
		if (parser->memo.slots[i].key != NULL)
			parsed_free(parser->memo.slots[i].value);
	table_free(&parser->memo);
	free(parser->lens_dir);
	free(parser);
}
