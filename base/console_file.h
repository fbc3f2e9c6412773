/* console.conf as a file: opened as the PAM module opens it, by it and by who checks it.
 */
#ifndef BASE_CONSOLE_FILE_H
#define BASE_CONSOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the regular file PATH; the caller frees them. SAFE: it must be root's,
 * nobody else may be able to write it, and PATH may be no link. Opening never waits, not
 * for a FIFO either. NULL with *ret_wrong, a constant text, and errno, ENOMEM when there
 * was no memory. */
char *
console_file_read(const char *path, bool safe, size_t *ret_size, const char **ret_wrong);

#endif
