#include "enforcer/pam_modules.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/program.h"

enum { SECONDS = 10 };

struct names {
	char **items;
	size_t count;
};

/* A module's file, with or without its folder. */
static bool
is_module(const char *word)
{
	size_t size = strlen(word);
	return size > 3 && strcmp(word + size - 3, ".so") == 0;
}

static bool
has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

/* Adds the modules that the lines of TEXT name and OLD does not. */
static void
add_names(struct names *names, const char *data, size_t size, const struct names *old)
{
	autofree char *text = memory_copy(data, data != NULL ? size : 0);
	char *rest = text, *words;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		line[strcspn(line, "#")] = '\0';
		words = line;
		for (char *word; (word = strsep(&words, " \t\r[]")) != NULL;) {
			if (!is_module(word) || has_name(names, word) ||
				(old != NULL && has_name(old, word)))
				continue;
			names->items = memory_grow(
				names->items, names->count, sizeof *names->items);
			names->items[names->count++] = memory_text(word);
		}
	}
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

static int
load(const char *name, struct daemon_check *ret_check, struct error *err)
{
	const char *const argv[] = { HOLDFAST_PAM_PROBE, "--load", name, NULL };
	const struct program program = { .argv = argv, .seconds = SECONDS };
	struct program_result result = { 0 };
	autobuffer struct buffer line = { 0 };
	if (!program_exists(argv[0])) {
		*ret_check = (struct daemon_check){ CHECK_NONE,
			memory_printf("%s is not there", argv[0]) };
		return 0;
	}
	if (program_run(&program, &result, err) < 0)
		return -1;
	bool is_good = !result.unprepared && result.status == 0;
	result.output[strcspn(result.output, "\n")] = '\0';
	buffer_text(&line, name);
	if (!is_good) {
		buffer_text(&line, " can't be loaded: ");
		buffer_escaped(&line, BYTES_TEXT(result.output), false);
	}
	*ret_check = (struct daemon_check){ is_good ? CHECK_GOOD : CHECK_BAD,
		buffer_take(&line) };
	program_result_free(&result);
	return 0;
}

int
pam_modules_check(const struct daemon *daemon, const struct changes *changes,
	struct daemon_check *ret_check, struct error *err)
{
	struct names names = { 0 };
	int result = 0;
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		struct names old = { 0 };
		add_names(&old, change->old_data, change->old_size, NULL);
		add_names(&names, change->new_data, change->new_size, &old);
		free_names(&old);
	}
	*ret_check = (struct daemon_check){ CHECK_NONE, memory_text(daemon->unchecked) };
	for (size_t i = 0; i < names.count && result == 0; i++) {
		autofree char *before = ret_check->line;
		bool is_first = i == 0;
		result = load(names.items[i], ret_check, err);
		if (result < 0 || ret_check->answer != CHECK_GOOD)
			break;
		if (!is_first) {
			autofree char *name = ret_check->line;
			ret_check->line = memory_printf("%s, %s", before, name);
		}
	}
	free_names(&names);
	return result;
}
