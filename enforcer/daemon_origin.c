#include "enforcer/daemon_origin.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/program.h"
#include "enforcer/systemctl.h"

enum {
	ARGUMENTS_MAX = 64 << 10,
};

/* sshd shows its arguments in its title, which stands where they stood: "sshd: ARGUMENTS
 * [listener] 0 of 10-100 startups" (OpenSSH, sshd.c, server_accept_loop). Makes arguments
 * of it again, each with a NUL after it; returns their size. */
static size_t
undo_title(char *text, size_t size)
{
	static const char NAME[] = "sshd: ";
	char *end = strstr(text, " [listener]");
	if (strncmp(text, NAME, sizeof NAME - 1) != 0 || end == NULL)
		return size;
	*end = '\0';
	size = (size_t)(end - text) - (sizeof NAME - 1);
	memmove(text, text + sizeof NAME - 1, size + 1);
	for (char *at = text; (at = strchr(at, ' ')) != NULL;)
		*at++ = '\0';
	return size;
}

static void
read_arguments(const struct live_process *process, struct daemon_origin *origin)
{
	autofree char *path = memory_printf("/proc/%d/cmdline", (int)process->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, origin->text, ARGUMENTS_MAX) : 0;
	if (fd >= 0)
		close(fd);
	/* half a command line is none */
	size_t size = got > 0 && got < ARGUMENTS_MAX ? (size_t)got : 0, count = 0;
	origin->text[size] = '\0';
	size = undo_title(origin->text, size);
	for (size_t at = 0; at < size; at += strlen(origin->text + at) + 1) {
		origin->argv = memory_grow(origin->argv, count, sizeof *origin->argv);
		origin->argv[count++] = origin->text + at;
	}
	origin->argv = memory_grow(origin->argv, count, sizeof *origin->argv);
	origin->argv[count] = NULL;
}

void
daemon_origin_read(const struct live_process *process, struct daemon_origin *ret_origin)
{
	*ret_origin = (struct daemon_origin){
		.unit = live_has_systemd() ? live_unit(process) : NULL,
		.path = live_executable(process->pid),
		.text = memory_new(ARGUMENTS_MAX + 1, 1),
	};
	read_arguments(process, ret_origin);
}

bool
daemon_origin_reads_other(const struct daemon_origin *origin, const char *file)
{
	for (char **word = origin->argv; *word != NULL; word++) {
		if (strncmp(*word, "-f", 2) != 0)
			continue;
		const char *other = (*word)[2] != '\0' ? *word + 2 : word[1];
		return other != NULL && strcmp(other, file) != 0;
	}
	return false;
}

int
daemon_origin_start(const struct daemon_origin *origin, struct error *err)
{
	if (origin->unit != NULL)
		return systemctl_run("restart", origin->unit, NULL, err) == 0 ? 0 : -1;
	if (origin->path[0] == '\0' || origin->argv[0] == NULL)
		return error_set(err, "how it was started can't be read");
	return program_start(origin->path, origin->argv, err);
}

void
daemon_origin_free(struct daemon_origin *origin)
{
	free(origin->unit);
	free(origin->path);
	free(origin->argv);
	free(origin->text);
	*origin = (struct daemon_origin){ 0 };
}
