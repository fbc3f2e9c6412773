/* Memory for the code that reads and judges: never NULL. When there is none left the
 * process says so and exits with 3 (could not run), which is safe because that code
 * writes nothing. The transaction allocates what it needs before it changes anything. The
 * PAM module never calls these: it returns PAM_BUF_ERR. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* Zeroed memory for COUNT items of SIZE bytes; the caller frees it. */
void *
memory_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* Like reallocarray; the new part is not zeroed. */
void *
memory_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));

/* Makes room for one item more in ITEMS, which holds COUNT: grows by doubling. Returns
 * the array.
 */
void *
memory_grow(void *items, size_t count, size_t size) __attribute__((returns_nonnull));

char *
memory_text(const char *text) __attribute__((malloc, returns_nonnull));

/* A copy of SIZE bytes with a NUL after them. */
char *
memory_copy(const char *data, size_t size) __attribute__((malloc, returns_nonnull));

char *
memory_printf(const char *format, ...)
	__attribute__((format(printf, 1, 2), malloc, returns_nonnull));

char *
memory_vprintf(const char *format, va_list args)
	__attribute__((format(printf, 1, 0), malloc, returns_nonnull));

/* For __attribute__((cleanup)): frees the pointer that POINTER points at. */
void
memory_cleanup(void *pointer);

#define autofree __attribute__((cleanup(memory_cleanup)))

/* Has the pages that DATA has SIZE bytes on made at once: one by one, as they are written
 * to, each costs an exception. Where the kernel can't (before 5.14) nothing is lost. */
void
memory_populate(void *data, size_t size);

/* Has the allocator keep SIZE bytes more at hand, with their pages. */
void
memory_reserve(size_t size);

#endif
