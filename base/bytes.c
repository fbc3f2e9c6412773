#include "base/bytes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

void
bytes_position(struct bytes text, size_t offset, unsigned *ret_line, unsigned *ret_column)
{
	unsigned line = 1;
	size_t start = 0;
	if (offset > text.size)
		offset = text.size;
	for (const char *p = text.data, *end = text.data + offset; p < end; line++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			break;
		p++;
		start = (size_t)(p - text.data);
	}
	*ret_line = line;
	*ret_column = (unsigned)(offset - start) + 1;
}

struct bytes
bytes_line(struct bytes text, size_t offset)
{
	if (offset > text.size)
		offset = text.size;
	size_t start = offset, end = offset;
	while (start > 0 && text.data[start - 1] != '\n')
		start--;
	while (end < text.size && text.data[end] != '\n')
		end++;
	if (end > start && text.data[end - 1] == '\r')
		end--;
	return (struct bytes){ text.data + start, end - start };
}

bool
bytes_next_line(struct bytes text, size_t *at, struct bytes *ret_line)
{
	if (*at >= text.size)
		return false;
	const char *start = text.data + *at,
		   *newline = memchr(start, '\n', text.size - *at);
	size_t size = newline != NULL ? (size_t)(newline - start) : text.size - *at;
	*at += size + (newline != NULL);
	if (size > 0 && start[size - 1] == '\r')
		size--;
	*ret_line = (struct bytes){ start, size };
	return true;
}

static void
reserve(struct buffer *buffer, size_t more)
{
	size_t need = buffer->size + more + 1;
	if (need <= buffer->capacity)
		return;
	size_t capacity = buffer->capacity ? buffer->capacity : 64;
	while (capacity < need)
		capacity *= 2;
	buffer->data = memory_resize(buffer->data, capacity, 1);
	buffer->capacity = capacity;
}

void
buffer_add(struct buffer *buffer, const char *data, size_t size)
{
	reserve(buffer, size);
	if (size > 0)
		memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void
buffer_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *text = memory_vprintf(format, args);
	va_end(args);
	buffer_text(buffer, text);
}

/* Length of the well-formed UTF-8 character at P (Unicode 15, table 3-7), 0 when there is
 * none. */
static size_t
utf8_length(const unsigned char *p, size_t left)
{
	size_t length;
	unsigned char low = 0x80, high = 0xbf;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		length = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		length = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (length > left || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return length;
}

/* Characters that are valid and yet would mislead a reader: C1 controls, line and
 * paragraph separators, bidirectional marks, embeddings, overrides and isolates
 * (CVE-2021-42574), zero-width ones, the BOM. */
static bool
misleads(const unsigned char *p, size_t length)
{
	if (length == 2)
		return (p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xd8 && p[1] == 0x9c);
	if (length != 3)
		return false;
	uint32_t c = ((p[0] & 0x0fu) << 12) | ((p[1] & 0x3fu) << 6) | (p[2] & 0x3fu);
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
		(c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

void
buffer_escaped(struct buffer *buffer, struct bytes data, bool keep_tab)
{
	const unsigned char *p = (const unsigned char *)data.data;
	size_t left = data.size;
	while (left > 0) {
		size_t length = utf8_length(p, left);
		bool plain = length > 1 ? !misleads(p, length)
					: length == 1 &&
				((p[0] >= 0x20 && p[0] != 0x7f) ||
					(p[0] == '\t' && keep_tab));
		if (plain) {
			buffer_add(buffer, (const char *)p, length);
		} else {
			if (length == 0)
				length = 1;
			for (size_t i = 0; i < length; i++)
				buffer_printf(buffer, "\\x%02x", p[i]);
		}
		p += length;
		left -= length;
	}
}

char *
buffer_take(struct buffer *buffer)
{
	char *data = buffer->data != NULL ? buffer->data : memory_text("");
	*buffer = (struct buffer){ 0 };
	return data;
}

void
buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
