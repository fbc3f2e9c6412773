#include "policy/models/sshd/sshd_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_check.h"
#include "policy/models/sshd/sshd_options.h"

enum {
	DEPTH_MAX = 16, /* SERVCONF_MAX_DEPTH */
	INCLUDED_MAX = 2000, /* ours: files that include each other again and again */
	PROBLEMS_MAX = 20, /* ours */
	PORTS_MAX = 256, /* MAX_PORTS in servconf.h */
	SUBSYSTEMS_MAX = 256, /* MAX_SUBSYSTEMS in servconf.h */
};

static const char main_file[] = "/etc/ssh/sshd_config";

static void
add_problem(struct sshd_config *config, const char *path, const struct file *file,
	size_t offset, bool unknown, const char *text)
{
	if (config->problem_count == PROBLEMS_MAX)
		return;
	config->problems = memory_grow(
		config->problems, config->problem_count, sizeof *config->problems);
	config->problems[config->problem_count++] = (struct sshd_problem){
		.path = memory_text(path),
		.file = file,
		.offset = offset,
		.text = memory_text(text),
		.unknown = unknown
	};
}

void
sshd_config_reject(struct sshd_config *config, const struct file *file, size_t offset,
	const char *text)
{
	add_problem(config, file->path, file, offset, false, text);
}

void
sshd_config_doubt(struct sshd_config *config, const struct file *file, size_t offset,
	const char *text)
{
	add_problem(
		config, file != NULL ? file->path : main_file, file, offset, true, text);
}

/* Rules that look beyond one line, besides those of sshd_taken.h. */
static int
check_with_others(
	struct sshd_config *config, const struct sshd_line *line, struct error *err)
{
	if (line->keyword->name == SSHD_PORT && config->port_count++ == PORTS_MAX)
		return error_set(err, "too many ports");
	if (line->keyword->name == SSHD_SUBSYSTEM &&
		config->version < SSHD_SUBSYSTEM_AGAIN_SINCE &&
		config->taken.subsystems.count == SUBSYSTEMS_MAX)
		return error_set(err, "too many subsystems defined");
	return 0;
}

static int
read_value(struct sshd_config *config, const struct sshd_words *words, bool always,
	struct sshd_line *line, bool *ret_unsure, struct error *err)
{
	const struct sshd_reading reading = { line->keyword, config->version, words,
		config->host, ret_unsure, &line->mistake };
	size_t used = 0;
	if (!always &&
		(line->written->match_since == 0 ||
			line->written->match_since > config->version))
		return error_set(err, "not allowed within a Match block");
	if (line->keyword->parse(&reading, &line->value, &used, err) < 0)
		return -1;
	line->mistake.unsure = *ret_unsure;
	*ret_unsure = false;
	if (used < words->count)
		return error_set(err, "extra arguments at end of line");
	if (check_with_others(config, line, err) < 0)
		return -1;
	if (!sshd_taken_rejects(&config->taken, line, always))
		return 0;
	*ret_unsure = line->mistake.unsure;
	return error_set(err, "%s", line->mistake.error.text);
}

/* Whether no reading ever takes LINE: a Subsystem before which the name was taken. */
static bool
is_dead(const struct sshd_config *config, const struct sshd_line *line)
{
	return line->keyword->name == SSHD_SUBSYSTEM && line->block == SSHD_GLOBAL &&
		sshd_taken_has(&config->taken, line);
}

/* LINE holds where it stands; KEYWORD is known and no Match or Include. */
static void
add_line(
	struct sshd_config *config, struct sshd_line line, const struct sshd_words *words)
{
	struct error err = ERROR_INIT;
	bool unsure = false, always = sshd_match_always(config->blocks, line.block);
	int status = read_value(config, words, always, &line, &unsure, &err);
	error_prefix(&err, "%s", sshd_keyword_names[line.written->name]);
	error_prefix(&line.mistake.error, "%s", sshd_keyword_names[line.written->name]);
	if (status < 0)
		add_problem(config, line.file->path, line.file, line.offset, unsure,
			err.text);
	if (status < 0 || line.value == NULL || is_dead(config, &line)) {
		free(line.value);
		error_clear(&line.mistake.error);
	} else {
		if (always)
			sshd_taken_add(&config->taken, &line);
		if (line.mistake.error.text != NULL)
			config->mistaken[line.keyword->name] = true;
		config->lines = memory_grow(
			config->lines, config->count, sizeof *config->lines);
		config->lines[config->count++] = line;
	}
	error_clear(&err);
}

/* Cuts the line TEXT of FILE. False when there is nothing more to do with it. */
static bool
read_line(struct sshd_config *config, const struct file *file, struct bytes text,
	long block, struct sshd_line *ret_line, struct sshd_words *ret_words)
{
	struct error err = ERROR_INIT;
	size_t base = (size_t)(text.data - file->bytes.data);
	int status = sshd_lexer_split(text, config->version, ret_words, &err);
	if (ret_words->keyword == NULL)
		return false;
	*ret_line = (struct sshd_line){ .file = file,
		.block = block,
		.offset = base + ret_words->keyword_start,
		.start = base + ret_words->start,
		.end = base + ret_words->end };
	ret_line->keyword = sshd_keyword_find(
		ret_words->keyword, config->version, &ret_line->written);
	if (ret_line->keyword == NULL)
		status = error_set(
			&err, "bad configuration option: %s", ret_words->keyword);
	if (status < 0)
		sshd_config_reject(config, file, ret_line->offset, err.text);
	error_clear(&err);
	return status == 0;
}

void
sshd_config_add_option(struct sshd_config *config, const struct file *file, size_t start,
	size_t end, const char *text, enum sshd_option option)
{
	struct error err = ERROR_INIT;
	struct sshd_words words;
	size_t before = config->count;
	int status = sshd_lexer_split(BYTES_TEXT(text), config->version, &words, &err);
	struct sshd_line line = { .file = file,
		.offset = start,
		.start = start,
		.end = end,
		.block = SSHD_GLOBAL,
		.command_line = true };
	if (status == 0 && words.keyword != NULL)
		line.keyword = sshd_keyword_find(
			words.keyword, config->version, &line.written);
	/* a comment, or nothing, as in a file; behind -p, Port is not even looked at:
	 * process_server_config_line in servconf.c */
	bool is_passed_over = (status == 0 && words.keyword == NULL) ||
		(option == SSHD_OPTION_LINE && line.keyword != NULL &&
			line.keyword->name == SSHD_PORT && config->ports_given);
	if (!is_passed_over && (line.keyword == NULL || line.keyword->parse == NULL))
		sshd_config_reject(config, file, start, "sshd rejects this option");
	else if (!is_passed_over)
		add_line(config, line, &words);
	if (option == SSHD_OPTION_OVERRULES && config->count > before) {
		const struct sshd_line last = config->lines[before];
		memmove(config->lines + 1, config->lines, before * sizeof *config->lines);
		config->lines[0] = last;
	}
	error_clear(&err);
	sshd_words_free(&words);
}

/* A pattern of Include whose files are being read. sshd keeps what it has read for a
 * pattern, a file at a time, and where the pattern comes again it reads what is kept,
 * which may be a part of the files (sInclude in servconf.c). */
struct pattern {
	const struct pattern *outer;
	const char *text;
	size_t done; /* of its files */
};

struct reader {
	const struct context *context;
	struct sshd_config *config;
	const struct pattern *patterns;
	struct table cut; /* those that came again while they were read, -> not NULL */
	struct sshd_line cut_last; /* the line where one did */
	size_t listed; /* host_listed at the start */
};

static void
read_file(struct reader *reader, const char *path, const struct sshd_line *include,
	long block, int depth);

/* Says once that INCLUDE (NULL: the main file) and what comes after it is not followed.
 */
static void
stop_following(struct sshd_config *config, const struct file *file,
	const struct sshd_line *include)
{
	config->bytes_left = 0;
	if (!config->too_large)
		add_problem(config, include != NULL ? include->file->path : file->path,
			include != NULL ? include->file : file,
			include != NULL ? include->offset : 0, true,
			"the configuration is too large to follow with all that it "
			"includes");
	config->too_large = true;
}

static const char too_deep[] = "too many recursive configuration includes";

/* Reads the files that PATTERN of LINE names. A file that includes itself in a part of
 * them that had been read is no loop at the start. It is one from then on: each
 * connection has the lines read again, from what is kept. */
static void
include_pattern(struct reader *reader, const struct sshd_line *line, const char *pattern,
	int depth)
{
	struct sshd_config *config = reader->config;
	struct error err = ERROR_INIT;
	struct name_list names = { 0 };
	const struct pattern *same = reader->patterns;
	struct pattern own = { reader->patterns, pattern, 0 };
	while (same != NULL && (same->done == 0 || strcmp(same->text, pattern) != 0))
		same = same->outer;
	if (table_get(&reader->cut, pattern) != NULL && same == NULL)
		sshd_config_reject(config, line->file, line->offset, too_deep);
	else if (host_listed(reader->context->host) - reader->listed > HOST_LISTED_MAX)
		stop_following(config, line->file, line);
	else if (host_glob(reader->context->host, pattern, &names, &err) < 0)
		add_problem(config, line->file->path, line->file, line->offset, true,
			err.text);
	if (same == NULL) {
		reader->patterns = &own;
	} else {
		table_set(&reader->cut, pattern, reader);
		reader->cut_last = *line;
	}
	size_t count = same != NULL && same->done < names.count ? same->done
								: names.count;
	for (size_t i = 0; i < count; i++, own.done++)
		read_file(reader, names.names[i], line, line->block, depth + 1);
	reader->patterns = own.outer;
	name_list_free(&names);
	error_clear(&err);
}

static void
include(struct reader *reader, const struct sshd_line *line,
	const struct sshd_words *words, int depth)
{
	struct sshd_config *config = reader->config;
	if (words->count == 0)
		sshd_config_reject(config, line->file, line->offset,
			"Include: missing filename argument");
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		if (*word == '\0') {
			sshd_config_reject(config, line->file, line->offset,
				"Include: empty argument");
			continue;
		}
		/* glob(3) has no home directories without GLOB_TILDE, and the daemon's
		 * working directory is / */
		autofree char *pattern = memory_printf("%s%s",
			*word == '/'           ? ""
				: *word == '~' ? "/"
					       : "/etc/ssh/",
			word);
		include_pattern(reader, line, pattern, depth);
	}
}

static long
begin_block(struct sshd_config *config, const struct sshd_line *line, const char *rest,
	long outer)
{
	struct error err = ERROR_INIT;
	struct sshd_block block = {
		.parent = outer, .file = line->file, .offset = line->offset
	};
	bool unsure = false;
	const struct sshd_reading reading = { line->keyword, config->version, NULL,
		config->host, &unsure, NULL };
	if (sshd_match_parse(&reading, rest, &block, &err) < 0)
		add_problem(config, line->file->path, line->file, line->offset, unsure,
			err.text);
	struct buffer text = { 0 };
	buffer_text(&text, "Match");
	for (size_t i = 0; i < block.count; i++) {
		buffer_printf(&text, " %s", sshd_match_name(block.criteria[i].kind));
		if (block.criteria[i].pattern != NULL)
			buffer_printf(&text, " %s", block.criteria[i].pattern);
	}
	block.text = buffer_take(&text);
	config->blocks = memory_grow(
		config->blocks, config->block_count, sizeof *config->blocks);
	config->blocks[config->block_count] = block;
	error_clear(&err);
	return (long)config->block_count++;
}

static void
read_tree(struct reader *reader, const struct file *file, const struct tree *tree,
	long outer, int depth)
{
	struct sshd_config *config = reader->config;
	long block = outer;
	for (size_t i = 0; i < tree->count && config->problem_count < PROBLEMS_MAX;
		i = tree_next_line(tree, i)) {
		const struct node *node = &tree->nodes[i];
		struct sshd_words words;
		struct sshd_line line;
		/* not all that the lens calls blank or a comment is that to sshd */
		if (!read_line(config, file, bytes_line(file->bytes, node->start), block,
			    &line, &words))
			; /* blank to sshd, or a problem by now */
		else if (line.keyword->name == SSHD_MATCH)
			block = begin_block(config, &line, words.rest, outer);
		else if (line.keyword->name == SSHD_INCLUDE)
			include(reader, &line, &words, depth);
		else if (line.keyword->name != SSHD_PORT || !config->ports_given)
			add_line(config, line, &words);
		sshd_words_free(&words);
	}
}

/* False when FILE, which INCLUDE names (NULL: the main file), is one too many to read. */
static bool
afford(struct sshd_config *config, const struct file *file,
	const struct sshd_line *include)
{
	if (file->bytes.size <= config->bytes_left) {
		config->bytes_left -= file->bytes.size;
		return true;
	}
	stop_following(config, file, include);
	return false;
}

/* INCLUDE is the line that names it, NULL for the main file. */
static void
read_file(struct reader *reader, const char *path, const struct sshd_line *include,
	long block, int depth)
{
	struct sshd_config *config = reader->config;
	struct error err = ERROR_INIT;
	const struct file *file;
	const struct tree *tree;
	if (depth > DEPTH_MAX) {
		add_problem(config, path, NULL, 0, false, too_deep);
		return;
	}
	if (config->problem_count == PROBLEMS_MAX)
		return;
	if (config->included++ == INCLUDED_MAX) {
		add_problem(config, path, NULL, 0, true,
			"more than 2000 included files are not followed");
		return;
	}
	file = host_file(reader->context->host, path);
	if (depth == 0)
		config->main = file;
	/* fopen opens a directory, and reading it fails: an empty file to sshd */
	if (file->state == FILE_REFUSED && S_ISDIR(file->status.st_mode))
		return;
	if (!afford(config, file, include))
		return;
	if (context_tree(reader->context, path, LENS_SSHD, &file, &tree, &err) == 0)
		read_tree(reader, file, tree, block, depth);
	else
		add_problem(config, path, NULL, 0, file->state != FILE_ABSENT,
			file->state == FILE_ABSENT
				? "sshd can't open it (no such file), and would not start"
				: err.text);
	error_clear(&err);
}

static bool
asks_for_port(const struct sshd_config *config)
{
	for (size_t i = 0; i < config->block_count; i++)
		for (size_t k = 0; k < config->blocks[i].count; k++)
			if (config->blocks[i].criteria[k].kind == SSHD_BY_LOCAL_PORT)
				return true;
	return false;
}

void
sshd_config_load(const struct context *context, int version, bool debian,
	size_t bytes_max, struct sshd_config *ret_config)
{
	struct sshd_options options;
	*ret_config = (struct sshd_config){ .version = version,
		.debian = debian,
		.host = context->host,
		.bytes_left = bytes_max };
	sshd_options_read(context, ret_config, &options);
	struct reader reader = { .context = context,
		.config = ret_config,
		.listed = host_listed(context->host) };
	if (options.none != NULL) {
		ret_config->main = options.none;
		ret_config->no_file = true;
	} else {
		read_file(&reader,
			options.config_file != NULL ? options.config_file : main_file,
			NULL, SSHD_GLOBAL, 0);
	}
	if (reader.cut.count > 0)
		sshd_config_reject(ret_config, reader.cut_last.file,
			reader.cut_last.offset,
			"sshd would end each connection: too many recursive "
			"configuration includes");
	table_free(&reader.cut);
	sshd_options_free(&options);
	sshd_people_read(ret_config);
	ret_config->other_ports = asks_for_port(ret_config) &&
		sshd_options_other_ports(context->host);
	sshd_check_whole(ret_config);
}

void
sshd_config_free(struct sshd_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		free(config->lines[i].value);
		error_clear(&config->lines[i].mistake.error);
	}
	for (size_t i = 0; i < config->block_count; i++)
		sshd_block_free(&config->blocks[i]);
	for (size_t i = 0; i < config->problem_count; i++) {
		free(config->problems[i].path);
		free(config->problems[i].text);
	}
	sshd_people_free(&config->people);
	sshd_taken_free(&config->taken);
	free(config->lines);
	free(config->blocks);
	free(config->problems);
	*config = (struct sshd_config){ 0 };
}
