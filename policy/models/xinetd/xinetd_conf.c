#include "policy/models/xinetd/xinetd_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/packages/software.h"
#include "policy/models/xinetd/xinetd_lines.h"
#include "policy/models/xinetd/xinetd_reader.h"

enum {
	FILES_MAX = 5000, /* files read, each time counted */
	BYTES_MAX = 8 << 20, /* and their bytes */
	DEPTH_MAX = 32, /* of includes */
};

struct reader {
	const struct context *context;
	const struct xinetd_facts *facts;
	struct xinetd_conf *conf;
	struct xinetd_defaults *defaults;
	const struct file **visited;
	size_t visited_count;
	unsigned depth;
	bool exited; /* a bad defaults entry: xinetd is gone */
	bool full; /* FILES_MAX, BYTES_MAX or HOST_LISTED_MAX was reached */
	size_t bytes, listed; /* host_listed at the start */
};

/* A file that is being read. */
struct source {
	const struct file *file;
	struct xinetd_lines lines;
	size_t entries;
	bool again, has_defaults;
};

static void
skip_entry(struct source *source)
{
	autoline struct xinetd_line line = { 0 };
	while (xinetd_lines_next(&source->lines, &line))
		if (xinetd_line_is_only(&line, '}'))
			return;
}

/* Notes where the first `disable` line stands, for the remedy and the evidence. */
static void
note_disable(struct xinetd_service *service, const struct source *source,
	const struct xinetd_line *line, const struct xinetd_assignment *parts)
{
	if (service->has_disable || parts->has_run_on ||
		strcasecmp(parts->name, "disable") != 0)
		return;
	service->has_disable = true;
	service->disable_op = parts->op_start;
	service->disable_value = parts->value_start;
	service->disable_end = parts->value_end;
	service->decides = (struct place){ source->file, line->start };
}

static void
note_ids(struct xinetd_defaults *defaults, const struct source *source,
	const struct xinetd_line *line, const struct xinetd_assignment *parts)
{
	bool enabled = strcasecmp(parts->name, "enabled") == 0;
	if (!enabled && strcasecmp(parts->name, "disabled") != 0)
		return;
	struct table *table = enabled ? &defaults->enabled : &defaults->disabled;
	for (size_t i = 0; i < parts->values.count; i++) {
		autofree char *id = memory_text(parts->values.items[i]);
		struct place *place = memory_new(1, sizeof *place);
		*place = (struct place){ source->file, line->start };
		for (char *p = id; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		defaults->places = memory_grow(defaults->places, defaults->place_count,
			sizeof *defaults->places);
		defaults->places[defaults->place_count++] = place;
		table_set(table, id, place);
	}
}

enum entry_end {
	ENTRY_CLOSED,
	ENTRY_FAILED, /* the caller skips to the brace, or not: parse_conf_file */
};

/* The lines of an entry up to its closing brace: parse.c parse_entry. SERVICE is NULL
 * for the defaults. */
static enum entry_end
read_entry(struct reader *reader, struct source *source, struct xinetd_service *service)
{
	bool in_defaults = service == NULL;
	struct xinetd_service *target = in_defaults ? &reader->defaults->entry : service;
	autoline struct xinetd_line line = { 0 };
	while (xinetd_lines_next(&source->lines, &line)) {
		struct place here = { source->file, line.start };
		struct xinetd_assignment parts;
		const char *why;
		if (xinetd_line_is_only(&line, '}'))
			return ENTRY_CLOSED;
		enum xinetd_line_fault fault = xinetd_lines_assignment(
			&source->lines, &line, &parts, &why);
		struct error error = ERROR_INIT;
		enum xinetd_result result = fault != XINETD_LINE_FINE
			? XINETD_IGNORED
			: xinetd_attribute_set(reader->facts, target, in_defaults,
				  parts.name, parts.op, &parts.values, &error);
		if (fault == XINETD_LINE_LOST || result == XINETD_OPEN ||
			(fault == XINETD_LINE_OPEN && in_defaults))
			xinetd_conf_problem(reader->conf, VERDICT_UNKNOWN,
				source->file->path, here,
				"xinetd reads past the end of a line that is one word, "
				"so what follows it can't be told");
		if (fault != XINETD_LINE_FINE) {
			if (!in_defaults)
				xinetd_service_stop(service,
					fault == XINETD_LINE_WRONG ? XINETD_STOPPED
								   : XINETD_UNSURE,
					here, "%s", why);
			return ENTRY_FAILED;
		}
		bool is_disable = strcasecmp(parts.name, "disable") == 0;
		if (in_defaults) {
			note_ids(reader->defaults, source, &line, &parts);
			if (result == XINETD_BAD) {
				xinetd_conf_problem(reader->conf, VERDICT_INVALID,
					source->file->path, here,
					"xinetd exits: defaults: %s: %s", parts.name,
					error.text);
				reader->exited = true;
			}
		} else {
			note_disable(service, source, &line, &parts);
			if (result == XINETD_BAD && service->bad.file == NULL) {
				service->bad = here;
				service->bad_why = memory_printf(
					"%s: %s", parts.name, error.text);
			}
		}
		free(parts.values.items);
		error_clear(&error);
		if (reader->exited)
			return ENTRY_FAILED;
		if (!in_defaults && is_disable && service->disabled &&
			!reader->facts->is_old) {
			/* from 2.3.15.1 on the rest is not read */
			service->dropped = true;
			return ENTRY_FAILED;
		}
	}
	if (!in_defaults)
		xinetd_service_stop(service, XINETD_STOPPED, service->entry,
			"the entry has no closing brace");
	return ENTRY_FAILED;
}

static void
read_service(struct reader *reader, struct source *source, const struct xinetd_line *line,
	const char *name)
{
	struct xinetd_service *service = xinetd_conf_add(
		reader->conf, source->file, line->start, name);
	service->number = ++source->entries;
	service->again = source->again;
	/* the defaults that are known by now are copied: parse.c get_service_entry */
	if (reader->defaults->entry.specified & ((uint64_t)1 << XINETD_LOG_ON_SUCCESS))
		service->logs_traffic = reader->defaults->entry.logs_traffic;
	autoline struct xinetd_line brace = { 0 };
	if (!xinetd_lines_next(&source->lines, &brace) ||
		!xinetd_line_is_only(&brace, '{')) {
		xinetd_service_stop(service, XINETD_STOPPED, service->entry,
			"'{' must stand alone on the line after the name");
		skip_entry(source);
		return;
	}
	service->body = brace.end < source->file->bytes.size ? brace.end + 1 : brace.end;
	service->has_body = true;
	if (read_entry(reader, source, service) == ENTRY_FAILED)
		skip_entry(source);
}

static void
read_defaults(struct reader *reader, struct source *source, size_t start)
{
	autoline struct xinetd_line brace = { 0 };
	if (!xinetd_lines_next(&source->lines, &brace) ||
		!xinetd_line_is_only(&brace, '{') || source->has_defaults)
		skip_entry(source);
	else if (read_entry(reader, source, NULL) == ENTRY_CLOSED)
		source->has_defaults = true;
	if (reader->defaults->entry.unsure != NULL) {
		xinetd_conf_problem(reader->conf, VERDICT_UNKNOWN, source->file->path,
			(struct place){ source->file, start }, "defaults: %s",
			reader->defaults->entry.unsure);
		free(reader->defaults->entry.unsure);
		reader->defaults->entry.unsure = NULL;
	}
	/* after a line that is no attribute xinetd goes on with the next line, as if it
	 * began an entry: parse.c parse_conf_file */
}

static void
read_file(struct reader *reader, const char *path, struct place from);

static void
stop_reading(struct reader *reader, const char *path, struct place from)
{
	if (!reader->full)
		xinetd_conf_problem(reader->conf, VERDICT_UNKNOWN, path, from,
			"files are included without end, or too many");
	reader->full = true;
}

/* includedir.c: sorted bytewise; no name with a dot or ending in '~'; regular files. */
static void
read_folder(struct reader *reader, const char *folder, struct place from)
{
	struct name_list list = { 0 };
	struct error error = ERROR_INIT;
	if (host_listed(reader->context->host) - reader->listed > HOST_LISTED_MAX) {
		stop_reading(reader, folder, from);
		return;
	}
	if (host_list(reader->context->host, folder, &list, &error) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			xinetd_conf_problem(reader->conf, VERDICT_UNKNOWN, folder, from,
				"the folder can't be read: %s", error.text);
		error_clear(&error);
		return;
	}
	char **paths = memory_new(list.count, sizeof *paths);
	size_t count = 0;
	for (size_t i = 0; i < list.count; i++) {
		const char *name = list.names[i];
		if (strchr(name, '.') == NULL && name[strlen(name) - 1] != '~')
			paths[count++] = memory_printf("%s/%s", folder, name);
	}
	name_list_free(&list);
	context_parse_ahead(reader->context, paths, count < FILES_MAX ? count : FILES_MAX,
		LENS_XINETD);
	for (size_t i = 0; i < count; i++) {
		if (!reader->exited && !reader->full)
			read_file(reader, paths[i], from);
		free(paths[i]);
	}
	free(paths);
}

/* A relative name is taken from "/", where the init scripts and a reload run. */
static char *
absolute(const char *path)
{
	return memory_printf("%s%s", path[0] == '/' ? "" : "/", path);
}

/* One entry or include: parse.c find_next_entry. */
static void
read_next(struct reader *reader, struct source *source, const struct xinetd_line *line)
{
	char *rest = NULL;
	autofree char *text = memory_text(line->text);
	const char *keyword = strtok_r(text, " \t", &rest);
	const char *name = keyword ? strtok_r(NULL, " \t", &rest) : NULL;
	struct place here = { source->file, line->start };
	if (keyword != NULL && strcasecmp(keyword, "defaults") == 0) {
		read_defaults(reader, source, line->start);
	} else if (name != NULL && strcasecmp(keyword, "service") == 0) {
		read_service(reader, source, line, name);
	} else if (name != NULL && strcasecmp(keyword, "include") == 0) {
		autofree char *path = absolute(name);
		read_file(reader, path, here);
	} else if (name != NULL && strcasecmp(keyword, "includedir") == 0) {
		autofree char *path = absolute(name);
		read_folder(reader, path, here);
	} else {
		skip_entry(source);
	}
}

/* Whether FILE may be read once more; keeps count. */
static bool
visit(struct reader *reader, const struct file *file, struct source *source)
{
	reader->bytes += file->bytes.size;
	if (reader->visited_count == FILES_MAX || reader->bytes > BYTES_MAX)
		return false;
	for (size_t i = 0; i < reader->visited_count && !source->again; i++)
		source->again = reader->visited[i] == file;
	reader->visited = memory_grow(
		reader->visited, reader->visited_count, sizeof *reader->visited);
	reader->visited[reader->visited_count++] = file;
	return true;
}

static void
read_file(struct reader *reader, const char *path, struct place from)
{
	struct source source = { 0 };
	const struct tree *tree;
	struct error error = ERROR_INIT;
	int parsed = context_tree(
		reader->context, path, LENS_XINETD, &source.file, &tree, &error);
	if (parsed < 0) {
		/* what is not there, or is no regular file, xinetd passes over where it
		 * is included; the main file it opens whatever it is */
		if (source.file->state == FILE_READ ||
			(source.file->state == FILE_REFUSED &&
				(reader->depth == 0 || source.file->status.st_mode == 0 ||
					S_ISREG(source.file->status.st_mode))))
			xinetd_conf_problem(reader->conf, VERDICT_UNKNOWN, path, from,
				"%s", error.text);
		error_clear(&error);
		return;
	}
	if (reader->depth == DEPTH_MAX || !visit(reader, source.file, &source)) {
		stop_reading(reader, path, from);
		return;
	}
	xinetd_conf_check_lines(reader->conf, source.file);
	reader->depth++;
	xinetd_lines_open(&source.lines, source.file, tree);
	autoline struct xinetd_line line = { 0 };
	while (!reader->exited && !reader->full &&
		xinetd_lines_next(&source.lines, &line))
		read_next(reader, &source, &line);
	xinetd_lines_close(&source.lines);
	reader->depth--;
}

void
xinetd_conf_check_lines(struct xinetd_conf *conf, const struct file *file)
{
	size_t cut = xinetd_lines_cut(file);
	if (cut != SIZE_MAX)
		xinetd_conf_problem(conf, VERDICT_UNKNOWN, file->path,
			(struct place){ file, cut },
			"xinetd cuts a line that is longer than its buffer of 8191 "
			"bytes, "
			"and takes the rest for another");
}

struct xinetd_service *
xinetd_conf_add(struct xinetd_conf *conf, const struct file *file, size_t offset,
	const char *name)
{
	conf->services = memory_grow(conf->services, conf->count, sizeof *conf->services);
	struct xinetd_service *service = &conf->services[conf->count++];
	*service = (struct xinetd_service){
		.name = memory_text(name),
		.id = memory_text(name),
		.protocol_number = -1,
		.entry = { file, offset },
		.decides = { file, offset },
	};
	return service;
}

void
xinetd_service_stop(struct xinetd_service *service, enum xinetd_state state,
	struct place decides, const char *format, ...)
{
	va_list args;
	if (service->reason != NULL)
		return;
	va_start(args, format);
	service->reason = memory_vprintf(format, args);
	va_end(args);
	service->state = state;
	service->decides = decides;
}

void
xinetd_conf_problem(struct xinetd_conf *conf, enum verdict verdict, const char *path,
	struct place place, const char *format, ...)
{
	va_list args;
	conf->problems = memory_grow(
		conf->problems, conf->problem_count, sizeof *conf->problems);
	va_start(args, format);
	conf->problems[conf->problem_count++] = (struct xinetd_problem){
		.verdict = verdict,
		.place = place,
		.path = memory_text(path),
		.text = memory_vprintf(format, args),
	};
	va_end(args);
}

/* 2.3.15.1 and later read an entry no further than its `disable = yes`. */
static void
judge_version(const struct context *context, struct xinetd_facts *facts)
{
	struct software software = software_find(context, "xinetd");
	facts->is_debian = software.source == SOFTWARE_DATABASE;
	if (software.version != NULL) {
		static const long first[] = { 2, 3, 15, 1 };
		const char *p = strchr(software.version, ':');
		p = p ? p + 1 : software.version;
		facts->is_dated = true;
		for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
			char *end = (char *)p;
			long part = isdigit((unsigned char)*p) ? strtol(p, &end, 10) : 0;
			if (part != first[i]) {
				facts->is_old = part < first[i];
				break;
			}
			p = *end == '.' ? end + 1 : end;
		}
	}
	software_free(&software);
}

static void
entry_free(struct xinetd_service *service)
{
	free(service->name);
	free(service->id);
	free(service->protocol);
	free(service->reason);
	free(service->bad_why);
	free(service->unsure);
	free(service->bind_name);
	free(service->log_file);
}

static void
read_conf(const struct context *context, struct xinetd_conf *ret_conf)
{
	struct xinetd_facts facts = { .host = context->host };
	struct xinetd_defaults defaults = { 0 };
	struct xinetd_options options;
	struct reader reader = {
		.context = context,
		.facts = &facts,
		.conf = ret_conf,
		.defaults = &defaults,
		.listed = host_listed(context->host),
	};
	*ret_conf = (struct xinetd_conf){ 0 };
	xinetd_options_read(context->host, ret_conf, &options);
	ret_conf->main_path = absolute(options.config);
	ret_conf->serves_inetd = options.inetd_compat;
	ret_conf->has_main = host_file(context->host, ret_conf->main_path)->state !=
		FILE_ABSENT;
	facts.principals = principals_of(context->host);
	facts.services = netdb_of(context->host, "services");
	facts.protocols = netdb_of(context->host, "protocols");
	facts.rpc = netdb_of(context->host, "rpc");
	judge_version(context, &facts);
	if (ret_conf->has_main) {
		read_file(&reader, ret_conf->main_path, (struct place){ 0 });
		if (options.inetd_compat && !reader.exited)
			xinetd_inetd_read(&facts, ret_conf);
		xinetd_start(&facts, &defaults, ret_conf);
	}
	for (size_t i = 0; i < defaults.place_count; i++)
		free(defaults.places[i]);
	free(defaults.places);
	entry_free(&defaults.entry);
	table_free(&defaults.enabled);
	table_free(&defaults.disabled);
	free(reader.visited);
	xinetd_options_free(&options);
}

static void
release(void *memory)
{
	struct xinetd_conf *conf = memory;
	for (size_t i = 0; i < conf->count; i++) {
		entry_free(&conf->services[i]);
	}
	for (size_t i = 0; i < conf->problem_count; i++) {
		free(conf->problems[i].path);
		free(conf->problems[i].text);
	}
	free(conf->services);
	free(conf->problems);
	free(conf->main_path);
	free(conf);
}

const struct xinetd_conf *
xinetd_conf_of(const struct context *context)
{
	static const char key[] = "xinetd";
	struct xinetd_conf *conf = host_note(context->host, key);
	if (conf == NULL) {
		conf = memory_new(1, sizeof *conf);
		read_conf(context, conf);
		host_set_note(context->host, key, conf, release);
	}
	return conf;
}
