#include "base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *
checked(void *memory)
{
	if (memory == NULL) {
		static const char text[] = "holdfast: out of memory\n";
		ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
		(void)ignored;
		_exit(3);
	}
	return memory;
}

void *
memory_new(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *
memory_resize(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

void *
memory_grow(void *items, size_t count, size_t size)
{
	/* full exactly when COUNT is 0 or a power of two from 8 on */
	if (count == 0)
		return memory_resize(items, 8, size);
	if (count >= 8 && (count & (count - 1)) == 0)
		return memory_resize(
			items, count > SIZE_MAX / 2 ? SIZE_MAX : count * 2, size);
	return items;
}

char *
memory_copy(const char *data, size_t size)
{
	char *copy = memory_resize(NULL, size + 1, 1);
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

char *
memory_text(const char *text)
{
	return memory_copy(text, strlen(text));
}

char *
memory_vprintf(const char *format, va_list args)
{
	/* most texts are short; vasprintf(3) takes three calls of the allocator for each
	 */
	char part[256], *text = NULL;
	va_list again;
	va_copy(again, args);
	int size = vsnprintf(part, sizeof part, format, args);
	if (size >= 0 && (size_t)size < sizeof part)
		text = memory_copy(part, (size_t)size);
	else if (size >= 0)
		(void)vsnprintf(text = memory_resize(NULL, (size_t)size + 1, 1),
			(size_t)size + 1, format, again);
	va_end(again);
	return checked(text);
}

char *
memory_printf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = memory_vprintf(format, args);
	va_end(args);
	return text;
}

void
memory_cleanup(void *pointer)
{
	void *memory;
	memcpy(&memory, pointer, sizeof memory);
	free(memory);
}

void
memory_populate(void *data, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t gap = page - (size_t)data % page;
	if (size > gap + page)
		(void)madvise((char *)data + gap, size - gap, MADV_POPULATE_WRITE);
}

void
memory_reserve(size_t size)
{
	/* neither mapped apart nor given back when it is freed */
	(void)mallopt(M_MMAP_THRESHOLD, 2 * (int)size);
	(void)mallopt(M_TRIM_THRESHOLD, 4 * (int)size);
	void *room = memory_resize(NULL, size, 1);
	memory_populate(room, size);
	free(room);
}
