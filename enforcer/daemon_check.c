#include "enforcer/daemon_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "enforcer/candidates.h"
#include "enforcer/program.h"

struct view {
	const struct changes *changes;
	const char *directory;
};

static int
enter(void *data, struct error *err)
{
	const struct view *view = data;
	return candidates_enter(view->changes, view->directory, err);
}

static bool
is_chatter(const struct daemon *daemon, const char *line)
{
	if (line[strspn(line, " \t\r")] == '\0')
		return true;
	for (const char *const *part = daemon->chatter; part != NULL && *part; part++)
		if (strstr(line, *part) != NULL)
			return true;
	return false;
}

/* The first line that says what is wrong. Cuts the output up. */
static char *
first_line(const struct daemon *daemon, char *output)
{
	autobuffer struct buffer text = { 0 };
	for (char *line; (line = strsep(&output, "\n")) != NULL;) {
		line[strcspn(line, "\r")] = '\0';
		if (is_chatter(daemon, line))
			continue;
		buffer_escaped(&text, BYTES_TEXT(line), false);
		return buffer_take(&text);
	}
	return memory_text("it does not say why");
}

static void
conclude(const struct daemon *daemon, struct program_result *result,
	struct daemon_check *ret_check)
{
	enum check_answer answer = result->status == 0 ? CHECK_GOOD : CHECK_BAD;
	if (result->unprepared)
		answer = CHECK_NONE;
	ret_check->answer = answer;
	ret_check->line = first_line(daemon, result->output);
	program_result_free(result);
}

int
daemon_check(const struct daemon *daemon, const struct changes *changes,
	struct daemon_check *ret_check, struct error *err)
{
	struct view view = { changes, daemon->run_directory };
	struct program_result result;
	struct program program = {
		.argv = daemon->check,
		.seconds = PROGRAM_SECONDS,
		.prepare = enter,
		.data = &view,
	};
	if (program_run(&program, &result, err) < 0)
		return -1;
	if (result.unprepared && changes == NULL) {
		/* the files as they are need no view of their own */
		program_result_free(&result);
		program.prepare = NULL;
		if (program_run(&program, &result, err) < 0)
			return -1;
	}
	conclude(daemon, &result, ret_check);
	return 0;
}

static int
make_memory_file(const struct change *change, struct error *err)
{
	int fd = memfd_create("candidate", MFD_CLOEXEC);
	size_t done = 0;
	while (fd >= 0 && done < change->new_size) {
		ssize_t n = write(fd, change->new_data + done, change->new_size - done);
		if (n <= 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0 && done == change->new_size)
		return fd;
	error_set(err, "a file in memory: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
daemon_check_file(const struct daemon *daemon, const struct change *change,
	struct daemon_check *ret_check, struct error *err)
{
	const char *argv[8] = { NULL };
	size_t count = 0;
	struct program_result result;
	int fd = make_memory_file(change, err);
	if (fd < 0)
		return -1;
	/* through our descriptor: a daemon closes all of its own when it starts */
	autofree char *path = memory_printf("/proc/%d/fd/%d", (int)getpid(), fd);
	for (const char *const *word = daemon->check_file; *word != NULL; word++)
		argv[count++] = *word;
	argv[count] = path;
	struct program program = { .argv = argv, .seconds = PROGRAM_SECONDS };
	int status = program_run(&program, &result, err);
	close(fd);
	if (status == 0)
		conclude(daemon, &result, ret_check);
	return status;
}

char *
daemon_check_command(const struct daemon *daemon)
{
	autobuffer struct buffer text = { 0 };
	const char *base = strrchr(daemon->check[0], '/');
	buffer_text(&text, base + 1);
	for (const char *const *word = daemon->check + 1; *word != NULL; word++)
		buffer_printf(&text, " %s", *word);
	return buffer_take(&text);
}
