/* The lines of one of xinetd's files as it reads them, and what stands on a line of an
 * entry. Sources: xinetd 2.3.15.3 parsesup.c (next_line, get_attr_op, parse_line),
 * libs/src/sio/sio.c Srdline, libs/src/str/strparse.c str_component. */
#ifndef POLICY_MODELS_XINETD_LINES_H
#define POLICY_MODELS_XINETD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/host.h"
#include "lenses/tree.h"
#include "policy/models/xinetd/xinetd_attribute.h"

/* A file while its lines are taken one by one. */
struct xinetd_lines {
	const struct file *file;
	const struct tree *tree;
	size_t node, at; /* the next line's node and offset */
	bool has_ended; /* the last line read ended at its own newline */
	char *text; /* owned: the bytes in xinetd's buffer, where it ends words with NULs
		     */
};

struct xinetd_line {
	size_t start, end; /* offsets in the file; no newline */
	char *text; /* owned, NUL-terminated */
};

void
xinetd_line_free(struct xinetd_line *line);

#define autoline __attribute__((cleanup(xinetd_line_free)))

/* FILE and TREE must outlive it. Freed by xinetd_lines_close. */
void
xinetd_lines_open(
	struct xinetd_lines *lines, const struct file *file, const struct tree *tree);

void
xinetd_lines_close(struct xinetd_lines *lines);

/* The next line that is neither blank nor a comment; false at the end. */
bool
xinetd_lines_next(struct xinetd_lines *lines, struct xinetd_line *line);

/* Whether LINE has nothing but WANTED and blanks. */
bool
xinetd_line_is_only(const struct xinetd_line *line, char wanted);

/* An attribute's line, taken apart; its texts belong to the line or the lines. */
struct xinetd_assignment {
	const char *name;
	char op; /* '=', '+', '-' */
	size_t op_start, value_start, value_end; /* offsets in the file */
	struct words values; /* the caller frees its items */
	bool has_run_on; /* the operator and the values stand in the lines that follow */
};

enum xinetd_line_fault {
	XINETD_LINE_FINE,
	XINETD_LINE_WRONG, /* xinetd gives the entry up */
	XINETD_LINE_OPEN, /* it does, or takes the line for an attribute, by what the
			     memory behind the file's last byte holds; no entry follows */
	XINETD_LINE_LOST, /* what it makes of this line and all that follow can't be told
			   */
};

/* Takes LINE, the last one read, apart. *ret_why says what is wrong. */
enum xinetd_line_fault
xinetd_lines_assignment(struct xinetd_lines *lines, struct xinetd_line *line,
	struct xinetd_assignment *ret_assignment, const char **ret_why);

/* The first line that is longer than what xinetd's buffer holds for certain, which it
 * cuts; SIZE_MAX when there is none. */
size_t
xinetd_lines_cut(const struct file *file);

#endif
