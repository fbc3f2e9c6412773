/* LD_PRELOAD: lets one allocation fail, the STARVE_AT-th, or with STARVE_FROM all from
 * that one on. With STARVE_COUNT the number of allocations goes to standard error at the
 * end. A program that looks them up may call starve_begin and starve_end instead. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *
__libc_malloc(size_t size);

extern void *
__libc_calloc(size_t count, size_t size);

extern void *
__libc_realloc(void *old, size_t size);

static long count, at, from;

/* From here on the FIRST-th allocation fails, and with AND_ON all after it. */
void
starve_begin(long first, bool and_on);

/* None fails any more. Returns whether one did. */
bool
starve_end(void);

static long
number(const char *name)
{
	const char *text = getenv(name);
	return text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void
start(void)
{
	at = number("STARVE_AT");
	from = number("STARVE_FROM");
	count = 0;
}

__attribute__((destructor)) static void
finish(void)
{
	char line[40];
	if (getenv("STARVE_COUNT") == NULL)
		return;
	int size = snprintf(line, sizeof line, "allocations=%ld\n", count);
	if (write(STDERR_FILENO, line, (size_t)size) < 0)
		_exit(64);
}

void
starve_begin(long first, bool and_on)
{
	count = 0;
	at = first;
	from = and_on ? first : 0;
}

bool
starve_end(void)
{
	bool failed = count >= at;
	at = from = 0;
	return failed;
}

static bool
fails(void)
{
	count++;
	if (count != at && (from == 0 || count < from))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t items, size_t size)
{
	return fails() ? NULL : __libc_calloc(items, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
