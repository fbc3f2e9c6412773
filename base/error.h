/* What went wrong, in words. Functions that can fail return 0 or -1 and take a struct
 * error * last. It is untouched on success; the first error wins; callers add context
 * outward with error_prefix. A gap in a host is not an error: it is a finding. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

struct error {
	char *text; /* owned; NULL while nothing went wrong */
};

#define ERROR_INIT ((struct error){ NULL })

/* Sets the text unless one is set already. ERR may be NULL. Returns -1, so that one can
 * return it.
 */
int
error_set(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " before the text that is there. ERR may be NULL. Returns -1. */
int
error_prefix(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Frees the text; the struct can be used again. */
void
error_clear(struct error *err);

#endif
