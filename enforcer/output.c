#include "enforcer/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/command.h"

void
output_error(const char *format, ...)
{
	autobuffer struct buffer line = { 0 };
	va_list args;
	va_start(args, format);
	autofree char *text = memory_vprintf(format, args);
	va_end(args);
	buffer_text(&line, "holdfast: ");
	output_escaped(&line, text);
	buffer_text(&line, "\n");
	fflush(stdout);
	fwrite(line.data, 1, line.size, stderr);
}

bool
output_colours(const char *when)
{
	if (when != NULL && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	if (when == NULL && no_color != NULL && *no_color != '\0')
		return false;
	return isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

const char *
output_begin(bool coloured, enum colour colour)
{
	static const char *const sequences[] = {
		[COLOUR_NONE] = "",
		[COLOUR_RED] = "\033[1;31m",
		[COLOUR_GREEN] = "\033[32m",
		[COLOUR_YELLOW] = "\033[33m",
		[COLOUR_BLUE] = "\033[36m",
		[COLOUR_BOLD] = "\033[1m",
		[COLOUR_DIM] = "\033[2m",
	};
	return coloured ? sequences[colour] : "";
}

const char *
output_end(bool coloured)
{
	return coloured ? "\033[0m" : "";
}

void
output_escaped(struct buffer *out, const char *text)
{
	if (text != NULL)
		buffer_escaped(out, BYTES_TEXT(text), false);
}

void
output_shell_word(struct buffer *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:=@%+-,";
	bool printable = true;
	if (*text != '\0' && strspn(text, plain) == strlen(text)) {
		buffer_text(out, text);
		return;
	}
	for (const char *p = text; *p != '\0'; p++)
		printable = printable && *p >= ' ' && *p <= '~';
	buffer_text(out, printable ? "'" : "$'");
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'')
			buffer_text(out, printable ? "'\\''" : "\\'");
		else if (!printable && *p == '\\')
			buffer_text(out, "\\\\");
		else if (*p < ' ' || *p > '~')
			buffer_printf(out, "\\x%02x", (unsigned char)*p);
		else
			buffer_add(out, p, 1);
	}
	buffer_text(out, "'");
}

void
output_print(struct bytes text)
{
	if (text.size > 0)
		fwrite(text.data, 1, text.size, stdout);
}

void
output_note(void *data, const char *line)
{
	autobuffer struct buffer out = { 0 };
	(void)data;
	output_escaped(&out, line);
	buffer_text(&out, "\n");
	output_print((struct bytes){ out.data, out.size });
}

void
output_open_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* the lowest free descriptor is FD; read-only makes each write fail */
		int mode = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;
		if (open("/dev/null", mode) != fd)
			_exit(STATUS_NOT_RUN);
	}
}

/* Whether standard output is a pipe or socket whose other end is closed: poll(2). */
static bool
reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int
output_finish(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (reader_is_gone()) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	output_error("can't write the output: %s", errno ? strerror(errno) : "cut short");
	return STATUS_NOT_RUN;
}
