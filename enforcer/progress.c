#include "enforcer/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static bool shown;

static double
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void
progress_show(size_t done, size_t total, const char *what)
{
	static double next;
	if (!isatty(STDERR_FILENO))
		return;
	if (next == 0)
		next = now() + 0.5;
	if (now() < next)
		return;
	next = now() + 0.1;
	fprintf(stderr, "\r%zu of %zu %s", done, total, what);
	fflush(stderr);
	shown = true;
}

void
progress_clear(void)
{
	if (!shown)
		return;
	fputs("\r\033[K", stderr);
	shown = false;
}
