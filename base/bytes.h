/* Bytes that somebody else owns, and a buffer that grows. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const char *data; /* borrowed; not terminated; may hold NUL */
	size_t size;
};

#define BYTES_TEXT(text) ((struct bytes){ (text), strlen(text) })

bool
bytes_equal(struct bytes a, struct bytes b);

/* Line and column (in bytes), both from 1, of the byte at OFFSET; OFFSET may be the end.
 */
void
bytes_position(
	struct bytes text, size_t offset, unsigned *ret_line, unsigned *ret_column);

/* The line that OFFSET stands in, without its newline and without a CR before it. */
struct bytes
bytes_line(struct bytes text, size_t offset);

/* The line that begins at *AT, without its newline and without a CR before it, and puts
 * *AT behind its newline. False at the end. */
bool
bytes_next_line(struct bytes text, size_t *at, struct bytes *ret_line);

struct buffer {
	char *data; /* owned; always terminated once something was added */
	size_t size;
	size_t capacity;
};

void
buffer_add(struct buffer *buffer, const char *data, size_t size);

void
buffer_text(struct buffer *buffer, const char *text);

void
buffer_printf(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds DATA for a reader's eyes: control bytes, DEL, C1 controls, bidirectional overrides
 * and bytes that are not UTF-8 come out as \xNN (each byte), a backslash as it is; a tab
 * stays when KEEP_TAB. Never emits an escape sequence, whatever DATA holds. */
void
buffer_escaped(struct buffer *buffer, struct bytes data, bool keep_tab);

/* Gives the content away (never NULL; caller frees) and empties the buffer. */
char *
buffer_take(struct buffer *buffer);

/* Frees; the struct can be used again. Fits __attribute__((cleanup)). */
void
buffer_free(struct buffer *buffer);

#define autobuffer __attribute__((cleanup(buffer_free)))

#endif
