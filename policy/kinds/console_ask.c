/* How a module comes into an account stack: a line in the service's own file or, when the
 * policy says so, in the one that it shares with others. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/pam/pam_stack.h"

bool
console_shares(const struct control *control)
{
	return strcmp(value_text(control->keys, "remedy", "own"), "shared") == 0;
}

static size_t
line_start(const struct file *file, size_t offset)
{
	while (offset > 0 && file->bytes.data[offset - 1] != '\n')
		offset--;
	return offset;
}

/* What pam-auth-update writes below this line is its own, and what stands there by hand
 * keeps it from ever writing the file again: pam-auth-update(8). */
static size_t
skip_mark(const struct file *file, size_t start)
{
	static const char mark[] = "# here are the per-package modules (the \"Primary\"";
	size_t before = start > 0 ? line_start(file, start - 1) : 0;
	bool marked = start - before >= sizeof mark - 1 &&
		memcmp(file->bytes.data + before, mark, sizeof mark - 1) == 0;
	return marked ? before : start;
}

static bool
is_word(struct bytes line, const char *word)
{
	size_t length = strlen(word);
	return line.size > length && strncasecmp(line.data, word, length) == 0 &&
		(line.data[length] == ' ' || line.data[length] == '\t');
}

/* Whether LINE is the include of the file at PATH. */
static bool
includes(struct bytes line, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	return is_word(line, "@include") &&
		memmem(line.data, line.size, name, strlen(name)) != NULL;
}

/* Where FILE, a service's own, begins with its account phase: its first account line, or
 * the @include that brings the first STEP. False when it has none of its own. */
static bool
find_own_start(const struct file *file, const struct pam_step *step, size_t *ret_start)
{
	const char *data = file->bytes.data;
	for (size_t at = 0, next; at < file->bytes.size; at = next) {
		const char *newline = memchr(data + at, '\n', file->bytes.size - at);
		next = newline != NULL ? (size_t)(newline - data) + 1 : file->bytes.size;
		struct bytes line = { data + at, next - at };
		while (line.size > 0 && (*line.data == ' ' || *line.data == '\t')) {
			line.data++;
			line.size--;
		}
		if (is_word(line, "account") || is_word(line, "-account") ||
			includes(line, step->place.file->path)) {
			*ret_start = at;
			return true;
		}
	}
	return false;
}

/* The first STEP of another file than OWN; NULL. */
static const struct pam_step *
find_shared(const struct pam_phase *phase, const char *own)
{
	for (size_t i = 0; i < phase->count; i++)
		if (phase->steps[i].place.file != NULL &&
			strcmp(phase->steps[i].place.file->path, own) != 0)
			return &phase->steps[i];
	return NULL;
}

static int
check_file(const struct file *file, struct error *err)
{
	static const char authselect[] = "/etc/authselect/";
	if (file->state != FILE_READ)
		return error_set(err, "%s: %s", file->path,
			file->state == FILE_ABSENT
				? "it is not there: copy the distribution's file of that "
				  "name to it first"
				: file->reason);
	if (strncmp(file->target, authselect, sizeof authselect - 1) == 0)
		return error_set(err,
			"%s: authselect writes it: make a profile of your own that asks "
			"the module (authselect create-profile)",
			file->path);
	return 0;
}

static bool
is_there(const struct edits *edits, const struct file *file, const char *text)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->items[i].action == EDIT_SPLICE &&
			strcmp(edits->items[i].file, file->target) == 0 &&
			strcmp(edits->items[i].text, text) == 0)
			return true;
	return false;
}

/* The file and the place in it. */
static int
find_place(const struct console_scene *scene, const struct pam_stack *stack,
	const struct file **ret_file, size_t *ret_start, struct error *err)
{
	const struct pam_phase *phase = &stack->phases[PAM_TYPE_ACCOUNT];
	autofree char *own = memory_printf("/etc/pam.d/%s", scene->service);
	*ret_file = host_file(scene->facts->context->host, own);
	autofree char *missing = console_missing(scene);
	if (missing != NULL)
		return error_set(err, "%s", missing);
	if (check_file(*ret_file, err) < 0)
		return -1;
	bool has_own = phase->count > 0 && !phase->is_other &&
		phase->steps[0].place.file != NULL;
	if (!console_shares(scene->facts->control)) {
		if (has_own && find_own_start(*ret_file, phase->steps, ret_start))
			return 0;
		return error_set(err,
			"%s: it has no account lines of its own: write those that it is "
			"to have first",
			own);
	}
	const struct pam_step *step = has_own ? find_shared(phase, own) : NULL;
	if (step == NULL)
		return error_set(err,
			"%s: it includes no file for the account phase that the line "
			"could go into: leave out 'remedy: shared'",
			own);
	*ret_file = step->place.file;
	if (check_file(*ret_file, err) < 0)
		return -1;
	*ret_start = skip_mark(*ret_file, line_start(*ret_file, step->place.offset));
	return 0;
}

int
console_ask(const struct console_scene *scene, const char *line, const char *why,
	struct edits *edits, struct error *err)
{
	struct pam_stack stack;
	const struct file *file;
	size_t start = 0;
	pam_stack_read(scene->facts->context, scene->service, &stack);
	int result = find_place(scene, &stack, &file, &start, err);
	pam_stack_free(&stack);
	if (result < 0)
		return -1;
	/* never "\r\n", whatever the lines before: to libpam a \r is part of a module's
	 * name (_pam_tokenize, pam_misc.c) */
	autofree char *text = memory_printf("%s\n", line);
	if (!is_there(edits, file, text))
		edits_splice(edits, file, start, 0, text, "%s", why);
	return 0;
}

int
console_add_argument(const struct console_scene *scene,
	const struct pam_consults *consults, const char *module, const char *argument,
	struct edits *edits, struct error *err)
{
	const struct file *file = consults->place.file;
	autofree char *own = memory_printf("/etc/pam.d/%s", scene->service);
	if (strcmp(file->path, own) != 0 && !console_shares(scene->facts->control))
		return error_set(err,
			"%s: the line of %s that other services share needs %s: 'remedy: "
			"shared' in the policy lets apply write it",
			file->path, module, argument);
	if (check_file(file, err) < 0)
		return -1;
	struct bytes line = bytes_line(file->bytes, consults->place.offset);
	size_t skipped = consults->place.offset -
		line_start(file, consults->place.offset);
	const char *at = memmem(
		line.data + skipped, line.size - skipped, module, strlen(module));
	if (at == NULL)
		return error_set(err, "%s: the line of %s goes on in another: add %s",
			file->path, module, argument);
	size_t end = (size_t)(at - file->bytes.data) + strlen(module);
	autofree char *text = memory_printf(" %s", argument);
	if (!is_there(edits, file, text))
		edits_splice(edits, file, end, 0, text, "PAM: %s %s", module, argument);
	return 0;
}
