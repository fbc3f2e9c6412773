/* chrony.conf(5) as chronyd reads it. Sources: CNF_ReadFile, CNF_ParseLine, search_dirs
 * and load_source_file in conf.c, CPS_NormalizeLine in cmdparse.c, of chrony 4. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"
#include "policy/models/time/time_reader.h"

enum {
	LINE_MAX_SIZE = 2048, /* MAX_LINE_LENGTH, with the newline */
	LEVEL_MAX = 10, /* MAX_INCLUDE_LEVEL */
	FOLDERS_MAX = 10, /* MAX_CONF_DIRS */
};

struct reader {
	struct host *host;
	struct time_daemon *daemon;
	size_t bytes, level, listed;
	struct time_line *folders; /* of sourcedir, which count after all else */
	size_t folder_count;
	bool has_rtcsync, has_keyfile;
	/* what chooses among the sources, by the last line of each: */
	char *select_mode; /* of authselectmode; NULL: mix */
	struct place select_place, least_place;
	long least; /* minsources */
	size_t authentic, plain; /* sources with a key or NTS, and others */
	size_t most; /* how many there surely can be: a pool is several */
	struct table counted, keyed; /* their names, and of those with a key */
};

/* A word that no version of chronyd has for a directive or an option. */
static bool
is_no_word(const char *word)
{
	return word[strspn(word,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		       "0123456789_")] != '\0';
}

/* The value of the option NAME of a source; "" when it takes none, NULL when it is not
 * there. */
static const char *
source_option(const struct time_line *line, const char *name)
{
	for (size_t i = 2; i < line->count; i++)
		if (strcasecmp(line->words[i], name) == 0)
			return i + 1 < line->count ? line->words[i + 1] : "";
	return NULL;
}

/* Counts the source of LINE, which is followed. Source: SRC_SelectSource in sources.c; a
 * pool is of maxsources, 4 where it does not say. The same again may be no other one:
 * add_source in ntp_sources.c. */
static void
count_source(struct reader *reader, const struct time_line *line, const char *directive)
{
	long most = strcmp(directive, "pool") == 0 ? 4 : 1;
	const char *value = source_option(line, "maxsources");
	struct error ignored = ERROR_INIT;
	if (most > 1 && value != NULL)
		(void)text_number(value, 1, 16, &most, &ignored);
	error_clear(&ignored);
	if (strcmp(directive, "refclock") == 0) {
		reader->most++;
		return;
	}
	if (table_get(&reader->counted, line->words[1]) == NULL)
		reader->most += (size_t)most;
	table_set(&reader->counted, line->words[1], reader);
	if (source_option(line, "key") != NULL)
		table_set(&reader->keyed, line->words[1], reader);
	if (source_option(line, "key") != NULL || source_option(line, "nts") != NULL)
		reader->authentic++;
	else
		reader->plain++;
}

/* A request is not sent without the key that signs it: NAU_GenerateRequestAuth in
 * ntp_auth.c. */
static void
judge_keys(struct reader *reader)
{
	struct time_daemon *daemon = reader->daemon;
	for (size_t i = 0; i < daemon->source_count && !reader->has_keyfile; i++)
		if (table_get(&reader->keyed, daemon->sources[i].name) != NULL)
			daemon->sources[i].doubt = "it has a key, and no line keyfile "
						   "is there";
}

/* What may leave out sources that are there: authselectmode and minsources. */
static void
judge_choice(struct reader *reader)
{
	struct time_daemon *daemon = reader->daemon;
	const char *mode = reader->select_mode != NULL ? reader->select_mode : "mix";
	if (reader->plain > 0 &&
		(strcasecmp(mode, "require") == 0 ||
			(strcasecmp(mode, "prefer") == 0 && reader->authentic > 0)))
		time_doubt(daemon, true, reader->select_place,
			"authselectmode %s: sources without key or nts may not be "
			"followed",
			mode);
	if (reader->least > (long)reader->most)
		time_doubt(daemon, true, reader->least_place,
			"minsources %ld: there may be no more than %zu sources, and none "
			"is followed then",
			reader->least, reader->most);
}

/* SOFT: in a file of sources, where a line that is wrong is passed over. */
static void
take_source(struct reader *reader, const struct time_line *line, const char *directive,
	bool soft)
{
	struct time_daemon *daemon = reader->daemon;
	bool is_clock = strcmp(directive, "refclock") == 0;
	size_t first = is_clock ? 3 : 2;
	const char *strange;
	if (line->count < first) {
		if (!soft)
			time_invalid(daemon, line->place,
				"%s names no source: chronyd ends", directive);
		return;
	}
	enum time_option option = time_chrony_options(line, is_clock, first, &strange);
	if (option == TIME_OPTION_STRANGE && is_no_word(strange)) {
		if (!soft)
			time_invalid(daemon, line->place,
				"%s: '%s' is no option: chronyd ends", directive,
				strange);
		return;
	}
	if (option == TIME_OPTION_STRANGE)
		time_doubt(daemon, true, line->place,
			"%s: '%s', or its value, is not understood", directive, strange);
	if (option == TIME_OPTION_OFFLINE)
		time_doubt(daemon, true, line->place,
			"offline: it is not asked before chronyc(1) says so");
	const char *delay = source_option(line, "maxdelay");
	if (delay != NULL && time_is_tiny(delay))
		time_doubt(daemon, true, line->place,
			"maxdelay %s: it may never answer as fast as that", delay);
	if (option != TIME_OPTION_WATCHED)
		count_source(reader, line, directive);
	time_add(daemon, option == TIME_OPTION_WATCHED ? TIME_WATCHED : TIME_FOLLOWED,
		directive,
		is_clock ? memory_printf("%s %s", line->words[1], line->words[2])
			 : memory_text(line->words[1]),
		line->place);
}

static const char *
source_directive(const char *word)
{
	static const char *const names[] = { "server", "pool", "peer" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(word, names[i]) == 0)
			return names[i];
	return NULL;
}

/* --- folders -------------------------------------------------------------------------
 */

static void
take_file(struct reader *reader, const char *path, struct place place);

static bool
ends_in(const char *name, const char *end)
{
	size_t size = strlen(name), length = strlen(end);
	return size >= length && strcmp(name + size - length, end) == 0;
}

static void
add_folder(struct reader *reader, const char *folder, size_t number, const char *suffix,
	struct place place, struct time_files *files)
{
	struct name_list names = { 0 };
	if (host_exists(reader->host, folder) == 0)
		return;
	if (host_list(reader->host, folder, &names, NULL) < 0) {
		time_doubt(reader->daemon, true, place, "%s can't be listed", folder);
		return;
	}
	for (size_t i = 0; i < names.count; i++)
		if (names.names[i][0] != '.' && ends_in(names.names[i], suffix))
			time_files_add(files,
				memory_printf("%s/%s", folder, names.names[i]), number);
	name_list_free(&names);
}

/* Hands each file with that SUFFIX in the folders that LINE names to TAKE, by their base
 * names; of those with one name that in the first folder. */
static void
search(struct reader *reader, const struct time_line *line, const char *suffix,
	void (*take)(struct reader *reader, const char *path, struct place place))
{
	struct time_files files = { 0 };
	if (line->count < 2 || line->count > FOLDERS_MAX + 1) {
		if (take == take_file) /* sourcedir is passed over */
			time_invalid(reader->daemon, line->place,
				"confdir takes 1 to %d folders: chronyd ends",
				FOLDERS_MAX);
		return;
	}
	for (size_t i = 1; i < line->count; i++) {
		const char *folder = line->words[i];
		if (*folder != '/' || strpbrk(folder, "*?[\\") != NULL)
			time_doubt(reader->daemon, true, line->place,
				"%s: '%s' is not followed", line->words[0], folder);
		else if (host_listed(reader->host) - reader->listed > HOST_LISTED_MAX)
			time_doubt(reader->daemon, true, line->place,
				"too many folders are named");
		else
			add_folder(reader, folder, i, suffix, line->place, &files);
	}
	time_files_sort(&files);
	for (size_t i = 0; i < files.count; i++)
		take(reader, files.items[i].path, line->place);
	time_files_free(&files);
}

/* A line of it that does not end is not read, nor what comes after a NUL. */
static void
take_source_file(struct reader *reader, const char *path, struct place place)
{
	const struct file *file = host_file(reader->host, path);
	(void)place;
	if (!time_readable(reader->daemon, file, &reader->bytes))
		return;
	const char *data = file->bytes.data;
	for (size_t at = 0; at < file->bytes.size;) {
		const char *end = memchr(data + at, '\n', file->bytes.size - at);
		struct time_line line;
		if (end == NULL || (size_t)(end - data) - at + 1 > LINE_MAX_SIZE)
			break;
		size_t size = (size_t)(end - data) - at;
		if (memchr(data + at, '\0', size) != NULL) {
			time_doubt(reader->daemon, true, (struct place){ file, at },
				"a NUL byte");
			break;
		}
		time_line_cut((struct bytes){ data + at, size },
			(struct place){ file, at }, &line);
		const char *directive = line.count > 0 ? source_directive(line.words[0])
						       : NULL;
		if (directive != NULL)
			take_source(reader, &line, directive, true);
		free(line.text);
		at += size + 1;
	}
}

/* --- files ---------------------------------------------------------------------------
 */

static void
take_include(struct reader *reader, const struct time_line *line)
{
	struct name_list paths = { 0 };
	const char *pattern = line->count == 2 ? line->words[1] : "";
	if (line->count != 2) {
		time_invalid(reader->daemon, line->place,
			"include takes one pattern: chronyd ends");
	} else if (*pattern != '/' || strchr(pattern, '\\') != NULL) {
		time_doubt(reader->daemon, true, line->place,
			"include: '%s' is not followed", pattern);
	} else if (strpbrk(pattern, "*?[") == NULL) {
		take_file(reader, pattern, line->place);
	} else if (host_listed(reader->host) - reader->listed > HOST_LISTED_MAX ||
		host_glob(reader->host, pattern, &paths, NULL) < 0) {
		time_doubt(
			reader->daemon, true, line->place, "%s can't be listed", pattern);
	}
	for (size_t i = 0; i < paths.count; i++)
		take_file(reader, paths.names[i], line->place);
	name_list_free(&paths);
}

/* The hosts are asked once, at the start. */
static void
take_initstepslew(struct reader *reader, const struct time_line *line)
{
	for (size_t i = 2; i < line->count; i++)
		time_add(reader->daemon, TIME_ASKED, "initstepslew",
			memory_text(line->words[i]), line->place);
	if (line->count < 2)
		time_invalid(reader->daemon, line->place,
			"initstepslew has no threshold: chronyd ends");
}

/* What says how far a source may be trusted, or from where it is asked: the words of
 * LINE, which time_chrony_knows. */
static void
take_limit(struct reader *reader, const struct time_line *line)
{
	static const char *const limits[] = { "maxdistance", "maxjitter" };
	const char *word = line->words[0];
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (strcasecmp(word, limits[i]) == 0 && time_is_tiny(line->words[1]))
			time_doubt(reader->daemon, true, line->place,
				"%s %s: there may be no source as good as that",
				limits[i], line->words[1]);
	if (strcasecmp(word, "bindacqaddress") == 0 &&
		(strncmp(line->words[1], "127.", 4) == 0 ||
			strcmp(line->words[1], "::1") == 0))
		time_doubt(reader->daemon, true, line->place,
			"bindacqaddress %s: no other host can be asked from there",
			line->words[1]);
}

/* A source that is there already is not added again: add_source in ntp_sources.c, and
 * change_source_address for the address of a name. Those of a sourcedir are added by
 * their names and options, not as they stand: reload_source_dirs in conf.c. */
static void
judge_twice(struct time_daemon *daemon)
{
	struct table watched = { 0 };
	for (size_t i = daemon->source_count; i-- > 0;) /* the first is kept */
		if (daemon->sources[i].use == TIME_WATCHED)
			table_set(&watched, daemon->sources[i].name, &daemon->sources[i]);
	for (size_t i = 0; i < daemon->source_count; i++) {
		const struct time_source *source = &daemon->sources[i],
					 *other = table_get(&watched, source->name);
		if (source->use == TIME_FOLLOWED && other != NULL &&
			(other < source || ends_in(source->place.file->path, ".sources")))
			time_doubt(daemon, true, source->place,
				"%s has noselect too, and may not be added again",
				source->name);
	}
	table_free(&watched);
}

static void
take_choice(struct reader *reader, const struct time_line *line)
{
	struct error ignored = ERROR_INIT;
	take_limit(reader, line);
	if (strcasecmp(line->words[0], "authselectmode") == 0) {
		free(reader->select_mode);
		reader->select_mode = memory_text(line->words[1]);
		reader->select_place = line->place;
	} else if (strcasecmp(line->words[0], "minsources") == 0) {
		(void)text_number(line->words[1], 0, 1000000, &reader->least, &ignored);
		reader->least_place = line->place;
	}
	error_clear(&ignored);
}

/* Takes LINE, but for its text. */
static void
take_words(struct reader *reader, struct time_line *line)
{
	const char *word = line->words[0], *directive = source_directive(word);
	if (directive != NULL)
		take_source(reader, line, directive, false);
	else if (strcasecmp(word, "refclock") == 0)
		take_source(reader, line, "refclock", false);
	else if (strcasecmp(word, "include") == 0)
		take_include(reader, line);
	else if (strcasecmp(word, "confdir") == 0)
		search(reader, line, ".conf", take_file);
	else if (strcasecmp(word, "initstepslew") == 0)
		take_initstepslew(reader, line);
	else if (strcasecmp(word, "sourcedir") == 0) {
		reader->folders = memory_grow(
			reader->folders, reader->folder_count, sizeof *reader->folders);
		reader->folders[reader->folder_count++] = *line;
		line->text = NULL; /* it is the folder's now */
	} else if (is_no_word(word))
		time_invalid(reader->daemon, line->place,
			"'%s' is no directive: chronyd ends", word);
	else if (!time_chrony_knows(line))
		time_doubt(reader->daemon, true, line->place,
			"'%s', or what is behind it, is not understood", word);
	else if (strcasecmp(word, "rtcsync") == 0)
		reader->has_rtcsync = true;
	else if (strcasecmp(word, "keyfile") == 0)
		reader->has_keyfile = true;
	else
		take_choice(reader, line);
}

static void
take_file(struct reader *reader, const char *path, struct place place)
{
	const struct file *file = host_file(reader->host, path);
	if (reader->level == LEVEL_MAX) {
		time_invalid(reader->daemon, place,
			"files are included more than %d deep: chronyd ends", LEVEL_MAX);
		return;
	}
	if (file->state == FILE_ABSENT)
		time_invalid(reader->daemon,
			place.file != NULL ? place : (struct place){ file, 0 },
			"%s is not there: chronyd ends", path);
	if (!time_readable(reader->daemon, file, &reader->bytes))
		return;
	reader->level++;
	for (size_t at = 0; at < file->bytes.size && reader->daemon->invalid == NULL;) {
		struct bytes line = { file->bytes.data + at, 0 };
		const char *end = memchr(line.data, '\n', file->bytes.size - at);
		struct place here = { file, at };
		struct time_line words;
		line.size = end != NULL ? (size_t)(end - line.data) + 1
					: file->bytes.size - at;
		at += line.size;
		if (line.size >= LINE_MAX_SIZE) {
			time_invalid(reader->daemon, here,
				"the line is too long: chronyd ends");
			break;
		}
		if (memchr(line.data, '\0', line.size) != NULL)
			time_doubt(reader->daemon, true, here, "a NUL byte");
		time_line_cut(line, here, &words);
		if (words.count > 0 && strchr("!;#%", *words.words[0]) == NULL)
			take_words(reader, &words);
		free(words.text);
	}
	reader->level--;
}

void
time_chrony_read(struct host *host, struct time_daemon *daemon)
{
	struct reader reader = {
		.host = host, .daemon = daemon, .listed = host_listed(host)
	};
	take_file(&reader, daemon->path, (struct place){ 0 });
	for (size_t i = 0; i < reader.folder_count; i++) {
		struct time_line *line = &reader.folders[i];
		search(&reader, line, ".sources", take_source_file);
		for (size_t k = 1; k < line->count && !host_is_live(host); k++)
			if (strncmp(line->words[k], "/run/", 5) == 0 ||
				strncmp(line->words[k], "/var/run/", 9) == 0)
				time_doubt(daemon, false, line->place,
					"what is put into %s, only the running host "
					"knows",
					line->words[k]);
		free(line->text);
	}
	free(reader.folders);
	judge_choice(&reader);
	judge_keys(&reader);
	judge_twice(daemon);
	free(reader.select_mode);
	table_free(&reader.counted);
	table_free(&reader.keyed);
	daemon->is_silent = !reader.has_rtcsync;
}
