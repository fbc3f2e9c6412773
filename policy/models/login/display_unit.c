#include "policy/models/login/display_unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/boot/unit_files.h"

/* display-manager.service is a link to the unit of the one that was chosen. */
char *
display_unit_chosen(struct host *host)
{
	static const char unit[] = "display-manager.service";
	const struct file *file = unit_files_find(host, unit);
	if (file == NULL || file->state != FILE_READ || file->bytes.size == 0)
		return NULL;
	const char *slash = strrchr(file->target, '/');
	char *name = memory_text(slash != NULL ? slash + 1 : file->target);
	char *dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	/* Debian's gdm3 has gdm's services */
	if (strcmp(name, "gdm3") == 0)
		name[3] = '\0';
	return name;
}

static void
read_words(const struct command_line *line, struct display_config *config)
{
	const char *path = NULL;
	for (size_t i = 0; i < line->count; i++) {
		const char *word = line->words[i].text;
		if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0)
			path = i + 1 < line->count ? line->words[++i].text : "";
		else if (strncmp(word, "--config=", 9) == 0)
			path = word + 9;
		else if (strncmp(word, "-c", 2) == 0)
			path = word + 2;
	}
	config->path = path != NULL ? memory_text(path) : NULL;
	if (path != NULL && *path != '/')
		config->unclear = "its configuration can't be found";
}

bool
display_unit_config(struct host *host, const char *unit, const char *program,
	struct display_config *ret_config)
{
	const struct command_daemon daemon = { .unit = unit };
	struct command_line line = { 0 };
	*ret_config = (struct display_config){ 0 };
	if (unit_files_find(host, unit) == NULL)
		return false;
	command_line_read(host, &daemon, &line);
	const char *slash = line.program != NULL ? strrchr(line.program, '/') : NULL,
		   *name = slash != NULL ? slash + 1 : line.program;
	bool is_found = name != NULL && strcmp(name, program) == 0;
	ret_config->file = line.source;
	ret_config->offset = line.start;
	if (is_found)
		read_words(&line, ret_config);
	if (is_found && line.unknown != NULL)
		ret_config->unclear = "how it is started can't be told";
	command_line_free(&line);
	return is_found;
}
