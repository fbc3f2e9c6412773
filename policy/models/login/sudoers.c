#include "policy/models/login/sudoers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/login/sudoers_rule.h"
#include "policy/models/system/machine.h"

enum {
	FILES_MAX = 128, /* MAX_SUDOERS_DEPTH, here of all together */
	BYTES_MAX = 16 << 20, /* of all of them */
};

void
sudoers_doubt(struct sudoers *sudoers, struct place place, const char *text)
{
	if (sudoers->doubt != NULL)
		return;
	sudoers->doubt = memory_text(text);
	sudoers->doubt_place = place;
}

static void
read_file(struct sudoers *sudoers, struct host *host, const char *path,
	struct place place, unsigned depth);

/* The path after an include directive: relative to the file's directory, %h is the host's
 * short name. The caller frees. NULL when it can't be told. */
static char *
include_path(const struct sudoers_reader *reader, const char *text)
{
	autobuffer struct buffer path = { 0 };
	const char *own = reader->place.file->path;
	if (*text != '/')
		buffer_printf(&path, "%.*s", (int)(strrchr(own, '/') + 1 - own), own);
	for (; *text != '\0'; text++) {
		if (text[0] == '%' && text[1] == 'h') {
			const char *name = reader->sudoers->hostname;
			if (name == NULL)
				return NULL;
			buffer_add(&path, name, strcspn(name, "."));
			text++;
		} else {
			buffer_add(&path, text, 1);
		}
	}
	return buffer_take(&path);
}

static bool
include(struct sudoers_reader *reader, struct host *host, const char *rest, bool folder,
	unsigned depth)
{
	reader->words.rest = rest;
	sudoers_words_next(&reader->words);
	autofree char *path = reader->words.token == SUDOERS_WORD
		? include_path(reader, reader->words.word.data)
		: NULL;
	struct name_list names = { 0 };
	if (path == NULL)
		return false;
	if (!folder) {
		if (host_file(host, path)->state == FILE_ABSENT)
			return false;
		read_file(reader->sudoers, host, path, reader->place, depth + 1);
		return true;
	}
	if (host_listed(host) - reader->sudoers->listed > HOST_LISTED_MAX)
		return false;
	if (host_list(host, path, &names, NULL) < 0)
		return host_exists(host, path) == 0;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.names[i];
		if (strchr(name, '.') != NULL || name[strlen(name) - 1] == '~')
			continue;
		autofree char *file = memory_printf("%s/%s", path, name);
		if (host_file(host, file)->errnum != EISDIR)
			read_file(reader->sudoers, host, file, reader->place, depth + 1);
	}
	name_list_free(&names);
	return true;
}

static bool
read_line(struct sudoers_reader *reader, struct host *host, const char *line,
	unsigned depth)
{
	size_t length = strcspn(line, " \t");
	reader->words.rest = line;
	if (*line == '\0')
		return true;
	if ((*line == '#' || *line == '@') && strncmp(line + 1, "include", 7) == 0) {
		bool folder = length == strlen("#includedir") &&
			strncmp(line + 8, "dir", 3) == 0;
		return (folder || length == strlen("#include")) &&
			include(reader, host, line + length, folder, depth);
	}
	return sudoers_rule_read(reader, line);
}

/* sudo does not believe a file that others could have written: sudo_secure_file. */
static const char *
distrust(struct host *host, const struct file *file)
{
	if (file->state == FILE_REFUSED)
		return file->reason;
	if (file->status.st_mode == 0)
		return NULL; /* planned */
	if (host_owner(host, &file->status) != 0)
		return "it does not belong to root: sudo does not believe it";
	if ((file->status.st_mode & 022) != 0 &&
		((file->status.st_mode & 002) != 0 || file->status.st_gid != 0))
		return "others than root can write it: sudo does not believe it";
	return NULL;
}

static void
read_file(struct sudoers *sudoers, struct host *host, const char *path,
	struct place place, unsigned depth)
{
	const struct file *file = host_file(host, path);
	const char *wrong = distrust(host, file);
	struct bytes text = file->bytes;
	char *line;
	if (file->state == FILE_ABSENT)
		return;
	if (wrong == NULL &&
		(sudoers->files == FILES_MAX || depth > FILES_MAX ||
			text.size > BYTES_MAX - sudoers->bytes))
		wrong = "there is more of it than is read";
	if (wrong != NULL) {
		autofree char *reason = memory_printf("%s: %s", path, wrong);
		sudoers_doubt(
			sudoers, depth > 0 ? place : (struct place){ file, 0 }, reason);
		return;
	}
	sudoers->files++;
	sudoers->bytes += text.size;
	for (size_t offset = 0, start = 0;
		(line = sudoers_line_next(text, &offset, &start)) != NULL;) {
		struct sudoers_reader reader = { .sudoers = sudoers,
			.place = { file, start } };
		if (!read_line(&reader, host, line, depth))
			sudoers_doubt(
				sudoers, reader.place, "this line is not understood");
		sudoers_words_free(&reader.words);
		free(line);
	}
}

void
sudoers_read(struct host *host, struct sudoers *ret_sudoers)
{
	static const char path[] = "/etc/sudoers";
	char name[MACHINE_NAME_MAX + 1];
	*ret_sudoers = (struct sudoers){
		.hostname = machine_name(host, name) ? memory_text(name) : NULL,
		.installed = host_file(host, path)->state != FILE_ABSENT,
		.listed = host_listed(host)
	};
	read_file(ret_sudoers, host, path, (struct place){ 0 }, 0);
}

void
sudoers_free(struct sudoers *sudoers)
{
	sudoers_rules_free(sudoers);
	free(sudoers->hostname);
	free(sudoers->doubt);
	*sudoers = (struct sudoers){ 0 };
}
