/* Where gettys are started from: /etc/inittab (inittab(5), sysvinit and busybox), jobs of
 * Upstart (init(5)), and units of systemd, which are in getty_units.c. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/login/getty_units.h"
#include "policy/models/login/getty_wrap.h"

enum { WORDS_MAX = 200 }; /* of a line */

struct getty *
gettys_add(
	struct gettys *gettys, const char *source, const struct file *file, size_t offset)
{
	gettys->items = memory_grow(gettys->items, gettys->count, sizeof *gettys->items);
	gettys->items[gettys->count] = (struct getty){
		.source = memory_text(source), .file = file, .offset = offset
	};
	return &gettys->items[gettys->count++];
}

/* Whether a shell would make something of WORD that is not followed. The variables are
 * those of the jobs that distributions bring, for the terminal and its speed. */
static bool
is_followed(const char *word)
{
	static const char *const known[] = { "$TTY", "$DEV", "/dev/$DEV", "$SPEED",
		NULL };
	const char *const *name = known;
	while (*name != NULL && strcmp(*name, word) != 0)
		name++;
	return *name != NULL || strpbrk(word, ";&|`$(){}*?[\"'\\") == NULL;
}

/* A command line of an init that a shell may run. Redirections say nothing. */
static void
read_command(struct gettys *gettys, const struct file *file, size_t offset,
	const char *terminal, const char *command)
{
	char *words[WORDS_MAX], *rest = NULL;
	size_t count = 0;
	bool followed = true;
	autofree char *text = memory_text(command);
	for (char *word = strtok_r(text, " \t\r", &rest); word != NULL;
		word = strtok_r(NULL, " \t\r", &rest)) {
		if (strpbrk(word, "<>") != NULL ||
			(count == 0 && strcmp(word, "exec") == 0))
			continue;
		followed = followed && count < WORDS_MAX && is_followed(word);
		if (count < WORDS_MAX)
			words[count++] = word;
	}
	if (count == 0)
		return;
	struct getty_command run = getty_unwrap((struct getty_command){
		.program = words[0], .words = words + 1, .count = count - 1 });
	if (!run.opens && !getty_is(run.program) &&
		!getty_is_shell(run.program, run.words, run.count))
		return;
	struct getty *getty = gettys_add(gettys, file->path, file, offset);
	if (!followed)
		getty->unknown = memory_text("a shell runs it, in a way not followed");
	else
		getty_judge(getty, words[0], words + 1, count - 1);
	if (getty->terminal == NULL && *terminal != '\0')
		getty->terminal = memory_text(terminal);
}

/* id:runlevels:action:process. The id of busybox is the terminal; sysvinit's is any
 * text. A plus in front of the process is for utmp alone. */
static void
read_inittab_line(
	struct gettys *gettys, const struct file *file, size_t offset, char *line)
{
	char *rest = line + strspn(line, " \t");
	const char *id = strsep(&rest, ":"), *levels = strsep(&rest, ":"),
		   *action = strsep(&rest, ":");
	if (*id == '#' || levels == NULL || action == NULL || rest == NULL ||
		strcmp(action, "off") == 0)
		return;
	bool is_terminal = strncmp(id, "tty", 3) == 0 || strncmp(id, "console", 7) == 0;
	read_command(gettys, file, offset, is_terminal ? id : "", rest + (*rest == '+'));
}

static void
read_job_line(struct gettys *gettys, const struct file *file, size_t offset, char *line)
{
	char *text = line + strspn(line, " \t");
	if (strncmp(text, "exec ", 5) == 0)
		read_command(gettys, file, offset, "", text + 5);
}

static void
read_lines(struct host *host, const char *path, struct gettys *gettys,
	void (*read)(struct gettys *gettys, const struct file *file, size_t offset,
		char *line))
{
	const struct file *file = host_file(host, path);
	if (file->state == FILE_REFUSED)
		gettys_add(gettys, path, file, 0)->unknown = memory_text(file->reason);
	for (size_t at = 0, end; at < file->bytes.size && gettys->count < GETTYS_MAX;
		at = end + 1) {
		const char *data = file->bytes.data,
			   *newline = memchr(data + at, '\n', file->bytes.size - at);
		end = newline != NULL ? (size_t)(newline - data) : file->bytes.size;
		autofree char *line = memory_copy(data + at, end - at);
		read(gettys, file, at, line);
	}
}

static void
read_all(struct host *host, const char *pattern, struct gettys *gettys,
	void (*read)(struct gettys *gettys, const struct file *file, size_t offset,
		char *line))
{
	struct name_list list = { 0 };
	if (host_glob(host, pattern, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++)
		read_lines(host, list.names[i], gettys, read);
	name_list_free(&list);
}

void
gettys_read(struct host *host, struct gettys *ret_gettys)
{
	mode_t mode = 0;
	autofree char *init = NULL;
	*ret_gettys = (struct gettys){ 0 };
	/* one leaves the files of the other in peace; without a program of that name,
	 * as in an image, either may come */
	bool is_known = host_mode(host, "/sbin/init", &mode, &init) == 0 && mode != 0;
	bool is_systemd = is_known && strstr(init, "systemd") != NULL;
	if (!is_known || is_systemd)
		getty_units_read(host, ret_gettys);
	if (!is_systemd) {
		read_lines(host, "/etc/inittab", ret_gettys, read_inittab_line);
		read_all(host, "/etc/inittab.d/*.tab", ret_gettys, read_inittab_line);
		read_all(host, "/etc/init/*.conf", ret_gettys, read_job_line);
	}
	autofree char *login = NULL;
	if (host_mode(host, "/bin/login", &mode, &login) == 0 && mode != 0 &&
		strstr(login, "busybox") != NULL)
		gettys_add(ret_gettys, "/bin/login", host_file(host, "/bin/login"), 0)
			->unknown = memory_text(
			"it is busybox, whose login may have been built without PAM");
	if (is_known && !is_systemd && strstr(init, "busybox") != NULL &&
		host_file(host, "/etc/inittab")->state == FILE_ABSENT)
		gettys_add(ret_gettys, "/sbin/init", host_file(host, "/etc/inittab"), 0)
			->unknown = memory_text(
			"without etc/inittab busybox starts shells at the terminals");
	if (ret_gettys->count < GETTYS_MAX)
		return;
	struct getty *last = &ret_gettys->items[ret_gettys->count - 1];
	free(last->unknown);
	last->unknown = memory_text("there are too many of its kind to look at all");
}

void
gettys_free(struct gettys *gettys)
{
	for (size_t i = 0; i < gettys->count; i++) {
		struct getty *getty = &gettys->items[i];
		free(getty->source);
		free(getty->terminal);
		free(getty->user);
		free(getty->remote);
		free(getty->starts);
		free(getty->unknown);
	}
	free(gettys->items);
	*gettys = (struct gettys){ 0 };
}
