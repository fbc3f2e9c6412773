/* CommonMark, with tables, that shows what it is given and nothing else. */
#ifndef ENFORCER_MARKDOWN_H
#define ENFORCER_MARKDOWN_H

#include "base/bytes.h"

/* TEXT (NULL: nothing) where it stands for itself: what means something to Markdown, to
 * HTML or in a table is escaped, and so are control bytes. */
void
markdown_text(struct buffer *out, const char *text);

/* TEXT in one line of code, escaped as buffer_escaped does, between so many backticks
 * that none of it ends the code. */
void
markdown_code(struct buffer *out, const char *text);

/* Lines as they are, escaped before where they must be, in a fence that none of them
 * ends. */
void
markdown_block(struct buffer *out, struct bytes lines);

/* A line "- LABEL: TEXT" of a list; nothing when TEXT is NULL. */
void
markdown_field(struct buffer *out, const char *label, const char *text);

/* The same, but what stands between backticks is code: for texts of the policy that tell
 * of commands. */
void
markdown_field_code(struct buffer *out, const char *label, const char *text);

#endif
