/* Which of Augeas's own lenses there are, by the files of their modules. */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lenses/stock.h"

/* The name of the module in the file PATH, NULL: there is none, or it has no lens lns.
 * *ret_is_read: the file is there and can be read. The caller frees. */
static char *
read_module(const char *path, bool *ret_is_read)
{
	static const char module[] = "module ", let[] = "let ", lens[] = "lns";
	char *name = NULL, *line = NULL;
	size_t room = 0;
	bool has_lens = false;
	FILE *file = fopen(path, "re");
	*ret_is_read = file != NULL;
	if (file == NULL)
		return NULL;
	while (!has_lens && getline(&line, &room, file) > 0) {
		const char *start = line + strspn(line, " \t");
		if (name == NULL && strncmp(start, module, sizeof module - 1) == 0) {
			start += sizeof module - 1;
			name = memory_copy(start, strcspn(start, " \t=\r\n"));
		}
		if (strncmp(start, let, sizeof let - 1) != 0)
			continue;
		start += sizeof let - 1;
		start += strspn(start, " \t");
		has_lens = strncmp(start, lens, sizeof lens - 1) == 0 &&
			!isalnum((unsigned char)start[3]) && start[3] != '_';
	}
	free(line);
	fclose(file);
	if (!has_lens) {
		free(name);
		name = NULL;
	}
	return name;
}

bool
stock_has(const char *folder, const char *module)
{
	static const char *const below[] = { "/dist", "" };
	autofree char *base = memory_text(module);
	bool is_read = false;
	/* libaugeas looks in the file that has the name in small letters:
	 * module_basename in syntax.c */
	for (char *at = base; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	for (size_t i = 0; i < 2 && !is_read; i++) {
		autofree char *path = memory_printf(
			"%s%s/%s.aug", folder, below[i], base);
		autofree char *found = read_module(path, &is_read);
		if (found != NULL && strcmp(found, module) == 0)
			return true;
	}
	return false;
}

void
stock_list(const char *folder, struct name_list *ret_names)
{
	autofree char *dist = memory_printf("%s/dist/*.aug", folder),
		      *own = memory_printf("%s/*.aug", folder);
	glob_t found = { 0 };
	*ret_names = (struct name_list){ 0 };
	(void)glob(dist, 0, NULL, &found);
	(void)glob(own, GLOB_APPEND, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		bool is_read;
		char *name = read_module(found.gl_pathv[i], &is_read);
		if (name == NULL)
			continue;
		ret_names->names = memory_grow(
			ret_names->names, ret_names->count, sizeof *ret_names->names);
		ret_names->names[ret_names->count++] = name;
	}
	globfree(&found);
}
