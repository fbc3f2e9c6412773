#include "base/nss.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const local_sources[] = { "files", "db", "compat", "systemd",
	"mymachines", "myhostname", "altfiles", NULL };

static bool
is_local(const char *source)
{
	for (const char *const *name = local_sources; *name != NULL; name++)
		if (strcmp(source, *name) == 0)
			return true;
	return false;
}

/* LINE is what follows "database:"; [STATUS=action] parts name no source. */
static bool
all_local(char *line)
{
	char *rest = NULL;
	bool in_action = false;
	for (char *word = strtok_r(line, " \t\r", &rest); word != NULL;
		word = strtok_r(NULL, " \t\r", &rest)) {
		bool starts = word[0] == '[';
		if (!starts && !in_action && !is_local(word))
			return false;
		if (starts || in_action)
			in_action = strchr(word, ']') == NULL;
	}
	return true;
}

bool
nss_files_only(struct host *host, const char *database)
{
	const struct file *file = host_file(host, "/etc/nsswitch.conf");
	if (file->state != FILE_READ)
		return file->state == FILE_ABSENT;
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t");
		size_t length = strlen(database);
		if (strncmp(line, database, length) != 0)
			continue;
		line += length;
		line += strspn(line, " \t");
		if (*line == ':')
			return all_local(line + 1);
	}
	return true;
}
