#include "policy/models/xinetd/xinetd_lines.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Bytes that xinetd reads at a time: siosup.c, two pages. Where pages are larger it is
 * more. */
enum { BUFFER = 8192 };

void
xinetd_line_free(struct xinetd_line *line)
{
	free(line->text);
	line->text = NULL;
}

void
xinetd_lines_open(
	struct xinetd_lines *lines, const struct file *file, const struct tree *tree)
{
	*lines = (struct xinetd_lines){
		.file = file,
		.tree = tree,
		.text = memory_copy(file->bytes.data, file->bytes.size),
	};
}

void
xinetd_lines_close(struct xinetd_lines *lines)
{
	free(lines->text);
	*lines = (struct xinetd_lines){ 0 };
}

bool
xinetd_lines_next(struct xinetd_lines *lines, struct xinetd_line *line)
{
	const struct tree *tree = lines->tree;
	const struct bytes bytes = lines->file->bytes;
	xinetd_line_free(line);
	while (lines->node < tree->count && lines->at < bytes.size) {
		unsigned label = tree->nodes[lines->node].label;
		size_t start = lines->at;
		const char *newline = memchr(
			bytes.data + start, '\n', bytes.size - start);
		size_t end = newline ? (size_t)(newline - bytes.data) : bytes.size;
		lines->node = tree_next_line(tree, lines->node);
		lines->at = end + 1;
		/* a newline that a line of one word made a NUL hides what follows it */
		bool is_hidden = start > 0 && lines->text[start - 1] == '\0' &&
			!lines->has_ended;
		lines->has_ended = lines->text[end] == '\n';
		lines->text[end] = '\0';
		const char *text = lines->text + start;
		if (is_hidden || label == LABEL_BLANK || label == LABEL_COMMENT ||
			text[strspn(text, " \t\v\f\r")] == '\0')
			continue;
		*line = (struct xinetd_line){ start, end, memory_text(text) };
		return true;
	}
	return false;
}

bool
xinetd_line_is_only(const struct xinetd_line *line, char wanted)
{
	static const char blanks[] = " \t\n\v\f\r";
	const char *text = line->text + strspn(line->text, blanks);
	return *text == wanted && text[1 + strspn(text + 1, blanks)] == '\0';
}

static const char no_attribute[] = "it is no attribute";
static const char no_blank[] = "the attribute needs a blank before the operator";
static const char no_operator[] = "there is no operator after the attribute";

/* The values in TEXT, which stands at OFFSET of the file; the bytes that part them become
 * NULs. */
static void
take_values(char *text, size_t offset, struct xinetd_assignment *assignment)
{
	char *rest = NULL;
	assignment->value_start = assignment->value_end = offset;
	for (char *word = strtok_r(text, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		size_t at = offset + (size_t)(word - text);
		if (assignment->values.count == 0)
			assignment->value_start = at;
		assignment->value_end = at + strlen(word);
		assignment->values.items = memory_grow(assignment->values.items,
			assignment->values.count, sizeof *assignment->values.items);
		assignment->values.items[assignment->values.count++] = word;
	}
}

/* A line of one word: get_attr_op looks for a blank and an operator behind the NUL that
 * ends it, in the lines that follow, and leaves its own NULs there. What comes after the
 * operator, all that is left in the buffer, are the values. */
static enum xinetd_line_fault
run_on(struct xinetd_lines *lines, const struct xinetd_line *line,
	struct xinetd_assignment *assignment, const char **ret_why)
{
	char *text = lines->text;
	size_t size = lines->file->bytes.size, at = line->start + strlen(line->text) + 1,
	       end = (line->end / BUFFER + 1) * BUFFER;
	bool is_last = end >= size;
	if (is_last)
		end = size;
	while (at < end && text[at] != '=' && !isspace((unsigned char)text[at]))
		at++;
	*ret_why = no_attribute;
	if (at >= end)
		return is_last ? XINETD_LINE_OPEN : XINETD_LINE_LOST;
	bool is_blank = text[at] != '=';
	text[at++] = '\0';
	*ret_why = is_blank ? no_operator : no_blank;
	if (!is_blank)
		return XINETD_LINE_WRONG;
	while (at < end && isspace((unsigned char)text[at]))
		at++;
	if (at < end)
		assignment->op = text[at];
	if (assignment->op == '+' || assignment->op == '-')
		at++;
	if (at >= end)
		return is_last ? XINETD_LINE_OPEN : XINETD_LINE_LOST;
	if (text[at++] != '=')
		return XINETD_LINE_WRONG;
	if (!is_last)
		return XINETD_LINE_LOST;
	assignment->values.is_open = strlen(text + at) == end - at;
	assignment->has_run_on = true;
	take_values(text + at, at, assignment);
	return XINETD_LINE_FINE;
}

enum xinetd_line_fault
xinetd_lines_assignment(struct xinetd_lines *lines, struct xinetd_line *line,
	struct xinetd_assignment *ret_assignment, const char **ret_why)
{
	char *text = line->text, *p = text;
	*ret_assignment = (struct xinetd_assignment){ 0 };
	while (isspace((unsigned char)*p))
		p++;
	ret_assignment->name = p;
	while (*p != '\0' && *p != '=' && !isspace((unsigned char)*p))
		p++;
	if (*p == '\0')
		return run_on(lines, line, ret_assignment, ret_why);
	*ret_why = no_blank;
	if (*p == '=')
		return XINETD_LINE_WRONG;
	*p++ = '\0';
	while (isspace((unsigned char)*p))
		p++;
	ret_assignment->op = *p;
	ret_assignment->op_start = line->start + (size_t)(p - text);
	*ret_why = no_operator;
	if (*p == '+' || *p == '-')
		p++;
	if (*p != '=')
		return XINETD_LINE_WRONG;
	p++;
	take_values(p, line->start + (size_t)(p - text), ret_assignment);
	while (ret_assignment->value_end > ret_assignment->value_start &&
		isspace((unsigned char)text[ret_assignment->value_end - 1 - line->start]))
		ret_assignment->value_end--;
	return XINETD_LINE_FINE;
}

size_t
xinetd_lines_cut(const struct file *file)
{
	const struct bytes text = file->bytes;
	for (size_t start = 0; start < text.size;) {
		const char *end = memchr(text.data + start, '\n', text.size - start);
		size_t length = (end ? (size_t)(end - text.data) : text.size) - start;
		if (length >= BUFFER)
			return start;
		start += length + 1;
	}
	return SIZE_MAX;
}
