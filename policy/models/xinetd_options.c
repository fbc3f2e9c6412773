#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/xinetd_reader.h"

/* The value of the last NAME=value line of a shell file of assignments, quotes removed;
 * NULL when there is none. */
static char *
shell_value(struct host *host, const char *path, const char *name)
{
	const struct file *file = host_file(host, path);
	size_t length = strlen(name);
	char *value = NULL, *rest = NULL;
	if (file->state != FILE_READ)
		return NULL;
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		if (strncmp(line, name, length) != 0 || line[length] != '=')
			continue;
		char *start = line + length + 1;
		size_t end;
		if (*start == '"' || *start == '\'') {
			char quote[2] = { *start++, '\0' };
			end = strcspn(start, quote);
		} else {
			end = strcspn(start, " \t\r;#");
		}
		free(value);
		value = memory_copy(start, end);
	}
	return value;
}

/* Takes the options that matter out of a command line: options.c opt_recognize. */
static void
read_options(char *line, struct xinetd_options *options)
{
	char *rest = NULL;
	for (char *word = strtok_r(line, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		if (strcmp(word, "-inetd_compat") == 0)
			options->inetd_compat = true;
		else if (strcmp(word, "-f") == 0 &&
			(word = strtok_r(NULL, " \t", &rest)) != NULL) {
			free(options->config);
			options->config = memory_text(word);
		}
		if (word == NULL)
			return;
	}
}

void
xinetd_options_read(struct host *host, struct xinetd_options *ret_options)
{
	static const char *const places[][2] = {
		{ "/etc/default/xinetd", "XINETD_OPTS" },
		{ "/etc/sysconfig/xinetd", "EXTRAOPTIONS" },
	};
	*ret_options = (struct xinetd_options){ .config = memory_text(
							"/etc/xinetd.conf") };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		autofree char *line = shell_value(host, places[i][0], places[i][1]);
		if (line != NULL)
			read_options(line, ret_options);
	}
	/* Debian's init script adds -inetd_compat for a value that begins so. */
	autofree char *compat = shell_value(host, "/etc/default/xinetd", "INETD_COMPAT");
	if (compat != NULL && (compat[0] == 'y' || compat[0] == 'Y'))
		ret_options->inetd_compat = true;
}

void
xinetd_options_free(struct xinetd_options *options)
{
	free(options->config);
	*options = (struct xinetd_options){ 0 };
}
