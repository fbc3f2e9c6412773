#include "policy/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "policy/yaml_words.h"

/* A list or map that is being read. */
struct frame {
	struct value value;
	bool flow; /* written with brackets or braces, where ',' ends a text */
	bool has_key; /* of a map: the key was read, its value comes next */
	char *key; /* NULL when the key was a problem: its value is dropped */
	struct position key_at;
};

struct reader {
	yaml_parser_t parser;
	struct document *document;
	struct problems *problems;
	struct frame frames[YAML_DEPTH_MAX];
	size_t depth, values;
	/* How far the marks, which count characters, were followed in bytes. They come in
	 * ascending order, so this stays linear. */
	size_t index, offset, line_start;
	unsigned line;
	size_t mark_size; /* bytes of a byte order mark, which the parser is not given */
};

static struct position
position_of(struct reader *reader, yaml_mark_t mark)
{
	struct bytes bytes = reader->document->bytes;
	if (mark.index < reader->index) {
		reader->index = reader->line_start = 0;
		reader->offset = reader->mark_size;
		reader->line = 1;
	}
	for (; reader->index < mark.index && reader->offset < bytes.size;
		reader->index++) {
		if (bytes.data[reader->offset++] == '\n') {
			reader->line++;
			reader->line_start = reader->offset;
		}
		while (reader->offset < bytes.size &&
			(bytes.data[reader->offset] & 0xc0) == 0x80)
			reader->offset++;
	}
	return (struct position){ reader->document->name, reader->line,
		(unsigned)(reader->offset - reader->line_start) + 1 };
}

/* "; as text, quote it: '*.info'" for the plain text that begins where position_of last
 * was. */
static char *
quote_hint(const struct reader *reader, bool flow)
{
	const char *start = reader->document->bytes.data + reader->offset;
	const char *end = reader->document->bytes.data + reader->document->bytes.size;
	const char *stops = flow ? "\r\n,]}" : "\r\n";
	autobuffer struct buffer hint = { 0 };
	size_t length = 0;
	while (start + length < end && strchr(stops, start[length]) == NULL &&
		!(start[length] == '#' && length > 0 && start[length - 1] == ' '))
		length++;
	while (length > 0 && start[length - 1] == ' ')
		length--;
	buffer_text(&hint, "quote it: '");
	for (size_t i = 0; i < length; i++)
		buffer_add(&hint, start[i] == '\'' ? "''" : start + i,
			start[i] == '\'' ? 2 : 1);
	buffer_text(&hint, "'");
	return buffer_take(&hint);
}

/* The parser knows too, but it has read ahead of the events. */
static bool
in_flow(const struct reader *reader)
{
	return reader->depth > 0 && reader->frames[reader->depth - 1].flow;
}

static bool
begins(const char *text, const char *start)
{
	return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

/* Whether the parser stumbled over a text that begins with an indicator of YAML; then
 * *ret_mark is where. The wordings are those of libyaml's scanner.c and parser.c. */
static bool
is_unquoted(const yaml_parser_t *parser, yaml_mark_t *ret_mark)
{
	if (begins(parser->context, "while scanning for the next token")) {
		*ret_mark = parser->problem_mark;
		return true;
	}
	*ret_mark = parser->context_mark;
	return begins(parser->context, "while scanning an a") ||
		begins(parser->context, "while scanning a tag") ||
		begins(parser->context, "while parsing a tag") ||
		begins(parser->problem, "found undefined tag handle");
}

/* Says how a line that begins at AT lies askew to the list or map that began at START;
 * false when it does not begin there. */
static bool
askew_problem(struct reader *reader, struct position at, struct position start, bool list)
{
	struct bytes bytes = reader->document->bytes;
	const char *what = list ? "list" : "map";
	for (size_t i = reader->line_start; i < reader->offset; i++)
		if (bytes.data[i] != ' ')
			return false;
	if (at.column != start.column)
		problems_add(reader->problems, at,
			"indented by %u, where the %s of line %u is indented by %u",
			at.column - 1, what, start.line, start.column - 1);
	else if (list)
		problems_add(reader->problems, at,
			"each item of the list of line %u begins with '- '", start.line);
	else
		problems_add(reader->problems, at,
			"this is no key, as the map of line %u has: write KEY: VALUE",
			start.line);
	return true;
}

/* What is wrong in a list or map without brackets. */
static void
block_problem(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	bool list = begins(parser->context, "while parsing a block collection");
	struct position start = position_of(reader, parser->context_mark);
	struct position at = position_of(reader, parser->problem_mark);
	if (!askew_problem(reader, at, start, list))
		problems_add(reader->problems, at,
			"nothing can follow here: if it is one text, quote all of it (a "
			"' within single quotes is written twice)");
}

static void
syntax_problem(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const struct yaml_words *words = yaml_words_find(
		parser->problem, parser->context);
	struct bytes bytes = reader->document->bytes;
	struct position at = { .file = reader->document->name };
	if (parser->error == YAML_READER_ERROR) {
		bytes_position(bytes, reader->mark_size + parser->problem_offset,
			&at.line, &at.column);
		problems_add(reader->problems, at, "%s",
			words != NULL ? words->text : parser->problem);
		return;
	}
	yaml_mark_t mark;
	if (is_unquoted(parser, &mark)) {
		at = position_of(reader, mark);
		char c = ' ';
		if (reader->offset < bytes.size)
			c = bytes.data[reader->offset];
		if (c == '\t') {
			problems_add(reader->problems, at,
				"a tab can't stand here: indent with blanks");
			return;
		}
		if (strchr("*@&!`%", c) != NULL) {
			autofree char *hint = quote_hint(reader, parser->flow_level > 0);
			problems_add(reader->problems, at,
				"a text can't begin with %c; %s", c, hint);
			return;
		}
	}
	if (begins(parser->context, "while parsing a block ") && words == NULL) {
		block_problem(reader);
		return;
	}
	at = position_of(reader,
		words != NULL && words->at_start ? parser->context_mark
						 : parser->problem_mark);
	if (words != NULL)
		problems_add(reader->problems, at, "%s", words->text);
	else
		problems_add(reader->problems, at, "no YAML: %s %s", parser->problem,
			parser->context != NULL ? parser->context : "");
}

/* Puts a finished value in its place; takes it. */
static void
attach(struct reader *reader, struct value value)
{
	if (reader->depth == 0) {
		value_free(&reader->document->root);
		reader->document->root = value;
		return;
	}
	struct frame *frame = &reader->frames[reader->depth - 1];
	if (frame->value.type == VALUE_LIST) {
		struct value *list = &frame->value;
		list->items = memory_grow(list->items, list->count, sizeof *list->items);
		list->items[list->count++] = value;
	} else if (!frame->has_key) {
		frame->has_key = true;
		frame->key_at = value.at;
		if (value.type == VALUE_TEXT) {
			frame->key = value.text;
		} else {
			problems_add(reader->problems, value.at, "a key must be text");
			value_free(&value);
		}
	} else {
		frame->has_key = false;
		if (frame->key == NULL) {
			value_free(&value);
			return;
		}
		struct value *map = &frame->value;
		map->entries = memory_grow(
			map->entries, map->count, sizeof *map->entries);
		map->entries[map->count++] = (struct entry){ frame->key, frame->key_at,
			value };
		frame->key = NULL;
	}
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;
	int order = strcmp(x->key, y->key);
	return order != 0 ? order : (x > y) - (x < y);
}

/* Reports keys that come twice and keeps the first of each. */
static void
drop_duplicates(struct reader *reader, struct value *map)
{
	autofree const struct entry **sorted = memory_new(map->count, sizeof *sorted);
	for (size_t i = 0; i < map->count; i++)
		sorted[i] = &map->entries[i];
	qsort(sorted, map->count, sizeof *sorted, compare_entries);
	const struct entry *first = map->count > 0 ? sorted[0] : NULL;
	for (size_t i = 1; i < map->count; i++) {
		if (strcmp(first->key, sorted[i]->key) != 0) {
			first = sorted[i];
			continue;
		}
		problems_add(reader->problems, sorted[i]->at,
			"key '%s' is there twice (first in line %u)", first->key,
			first->at.line);
		struct entry *twin = &map->entries[sorted[i] - map->entries];
		value_free(&twin->value);
		free(twin->key);
		twin->key = NULL;
	}
	size_t kept = 0;
	for (size_t i = 0; i < map->count; i++)
		if (map->entries[i].key != NULL)
			map->entries[kept++] = map->entries[i];
	map->count = kept;
}

static void
reject_decoration(
	struct reader *reader, struct position at, const yaml_char_t *anchor, bool tag)
{
	if (anchor == NULL && !tag)
		return;
	autofree char *hint = quote_hint(reader, in_flow(reader));
	problems_add(reader->problems, at, "%s are not taken; if text is meant, %s",
		anchor != NULL ? "anchors" : "tags", hint);
}

/* Begins the list or map of EVENT; -1 when it lies too deep. */
static int
push(struct reader *reader, const yaml_event_t *event, struct position at)
{
	struct frame frame = { .value = { .type = VALUE_MAP, .at = at } };
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		frame.value.type = VALUE_LIST;
		frame.flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
		reject_decoration(reader, at, event->data.sequence_start.anchor,
			event->data.sequence_start.tag != NULL);
	} else {
		frame.flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
		reject_decoration(reader, at, event->data.mapping_start.anchor,
			event->data.mapping_start.tag != NULL);
	}
	if (reader->depth == YAML_DEPTH_MAX) {
		problems_add(reader->problems, at, "nested deeper than %d levels",
			YAML_DEPTH_MAX);
		return -1;
	}
	reader->frames[reader->depth++] = frame;
	return 0;
}

static void
pop(struct reader *reader)
{
	struct value value = reader->frames[--reader->depth].value;
	if (value.type == VALUE_MAP)
		drop_duplicates(reader, &value);
	attach(reader, value);
}

/* The first byte that a text must not hold; newlines and tabs are fine in block texts. */
static const unsigned char *
control_byte(const unsigned char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') ||
			text[i] == 0x7f)
			return &text[i];
	return NULL;
}

static void
read_scalar(struct reader *reader, const yaml_event_t *event, struct position at)
{
	const yaml_char_t *text = event->data.scalar.value;
	size_t length = event->data.scalar.length;
	bool decorated = event->data.scalar.anchor != NULL ||
		event->data.scalar.tag != NULL;
	const unsigned char *control = control_byte(text, length);
	const struct frame *frame = reader->depth > 0 ? &reader->frames[reader->depth - 1]
						      : NULL;
	bool is_key = frame != NULL && frame->value.type == VALUE_MAP && !frame->has_key;
	struct value value = { .type = VALUE_TEXT, .at = at };

	reject_decoration(
		reader, at, event->data.scalar.anchor, event->data.scalar.tag != NULL);
	if (control != NULL)
		problems_add(reader->problems, at,
			"the text holds the control byte \\x%02x", *control);
	else if (length > 0 || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		value.text = memory_copy((const char *)text, length);
	else if (!decorated && is_key)
		problems_add(reader->problems, at, "a key is missing before ':'");
	else if (!decorated && frame != NULL && frame->value.type == VALUE_MAP &&
		frame->key != NULL)
		problems_add(reader->problems, frame->key_at,
			"'%s' has no value (write '' for an empty text, {} for no keys)",
			frame->key);
	else if (!decorated)
		problems_add(reader->problems, at,
			"there is no value (write '' for an empty text)");
	attach(reader, value);
}

/* Takes a value's event; -1 when nothing more may be read. */
static int
read_value(struct reader *reader, const yaml_event_t *event, struct position at)
{
	if (++reader->values > YAML_VALUE_MAX) {
		problems_add(reader->problems, at, "more than %d values", YAML_VALUE_MAX);
		return -1;
	}
	if (event->type == YAML_SCALAR_EVENT) {
		read_scalar(reader, event, at);
		return 0;
	}
	if (event->type != YAML_ALIAS_EVENT)
		return push(reader, event, at);
	autofree char *hint = quote_hint(reader, in_flow(reader));
	problems_add(reader->problems, at, "aliases are not taken; if text is meant, %s",
		hint);
	attach(reader, (struct value){ .type = VALUE_TEXT, .at = at });
	return 0;
}

/* Returns 1 to go on, 0 at the end of the file, -1 when nothing more may be read. */
static int
read_event(struct reader *reader, const yaml_event_t *event)
{
	struct position at = position_of(reader, event->start_mark);
	switch (event->type) {
	case YAML_ALIAS_EVENT:
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return read_value(reader, event, at) < 0 ? -1 : 1;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		pop(reader);
		return 1;
	case YAML_DOCUMENT_START_EVENT:
		if (reader->values == 0)
			return 1;
		problems_add(reader->problems, at, "a second document: a file holds one");
		return -1;
	case YAML_STREAM_END_EVENT:
		return 0;
	default:
		return 1;
	}
}

int
yaml_read(struct document *document, struct problems *problems)
{
	autofree struct reader *reader = memory_new(1, sizeof *reader);
	reader->document = document;
	reader->problems = problems;
	reader->line = 1;
	struct bytes bytes = document->bytes;
	if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
		reader->offset = reader->mark_size = 3;
	if (!yaml_parser_initialize(&reader->parser)) {
		problems_add(problems, (struct position){ .file = document->name },
			"out of memory");
		return -1;
	}
	const char *text = bytes.size > 0 ? bytes.data + reader->mark_size : "";
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text,
		bytes.size - reader->mark_size);
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	int more = 1;
	while (more > 0) {
		yaml_event_t event;
		if (!yaml_parser_parse(&reader->parser, &event)) {
			syntax_problem(reader);
			more = -1;
			break;
		}
		more = read_event(reader, &event);
		yaml_event_delete(&event);
	}
	while (reader->depth > 0) {
		struct frame *frame = &reader->frames[--reader->depth];
		free(frame->key);
		value_free(&frame->value);
	}
	yaml_parser_delete(&reader->parser);
	return more;
}
