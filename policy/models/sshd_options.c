#include "policy/models/sshd_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const struct {
	const char *path, *name;
} sources[] = {
	{ "/etc/default/ssh", "SSHD_OPTS" },
	{ "/etc/sysconfig/sshd", "OPTIONS" },
};

enum { SOURCE_COUNT = sizeof sources / sizeof *sources };

/* Where an administrator changes how systemd starts sshd, the last one counting:
 * systemd.unit(5). The units that packages bring are as in sources. */
static const char *const units[] = {
	"/etc/systemd/system/ssh.service",
	"/etc/systemd/system/sshd.service",
	"/etc/systemd/system/ssh.service.d/*.conf",
	"/etc/systemd/system/sshd.service.d/*.conf",
};

/* The options of sshd that take an argument: getopt string in sshd.c. */
static const char with_argument[] = "CEbcfghkoPpuV";

/* One argument of the command line, with its place. */
struct argument {
	char *text;
	const struct file *file;
	size_t start, end;
};

struct arguments {
	struct argument *items;
	size_t count;
};

static void
arguments_free(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->items[i].text);
	free(arguments->items);
	*arguments = (struct arguments){ 0 };
}

static void
add_argument(struct arguments *arguments, const struct file *file, size_t start,
	size_t end, char *text)
{
	arguments->items = memory_grow(
		arguments->items, arguments->count, sizeof *arguments->items);
	arguments->items[arguments->count++] = (struct argument){ text, file, start,
		end };
}

/* The last line `NAME=...` of a file: the offset after the `=`; the size of the file when
 * there is none. */
static size_t
find_assignment(struct bytes text, const char *name)
{
	size_t found = text.size, length = strlen(name);
	for (size_t at = 0; at < text.size;) {
		struct bytes line = bytes_line(text, at);
		size_t skip = 0;
		while (skip < line.size && strchr(" \t", line.data[skip]) != NULL)
			skip++;
		if (line.size - skip > length && line.data[skip + length] == '=' &&
			memcmp(line.data + skip, name, length) == 0)
			found = at + skip + length + 1;
		const char *end = memchr(text.data + at, '\n', text.size - at);
		at = end == NULL ? text.size : (size_t)(end - text.data) + 1;
	}
	return found;
}

/* The value of a variable, quotes around all of it taken off, split at blanks alone: so
 * do the shell and systemd with a bare $NAME. */
static void
split_variable(const struct file *file, size_t at, struct arguments *ret_arguments)
{
	const char *data = file->bytes.data;
	size_t end = at;
	while (end < file->bytes.size && data[end] != '\n' && data[end] != '\r')
		end++;
	if (at < end && (data[at] == '"' || data[at] == '\'')) {
		const char *close = memchr(data + at + 1, data[at], end - at - 1);
		at++;
		if (close != NULL)
			end = (size_t)(close - data);
	}
	while (at < end) {
		size_t stop = at;
		while (stop < end && data[stop] != ' ' && data[stop] != '\t')
			stop++;
		if (stop > at)
			add_argument(ret_arguments, file, at, stop,
				memory_copy(data + at, stop - at));
		at = stop + 1;
	}
}

static void
read_variable(
	const struct context *context, const char *name, struct arguments *ret_arguments)
{
	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		const struct file *file = host_file(context->host, sources[i].path);
		if (file->state == FILE_READ &&
			(name == NULL || strcmp(name, sources[i].name) == 0))
			split_variable(file,
				find_assignment(file->bytes, sources[i].name),
				ret_arguments);
	}
}

/* The words of ExecStart= without the program: quotes, lines continued with a backslash,
 * and the variables of sources. systemd.service(5), COMMAND LINES. */
static void
split_command(const struct context *context, const struct file *file, size_t at,
	struct arguments *ret_arguments)
{
	const char *data = file->bytes.data;
	size_t size = file->bytes.size, words = 0;
	while (at < size && data[at] != '\n') {
		struct buffer word = { 0 };
		size_t start = at;
		char quote = '\0';
		for (; at < size && data[at] != '\n'; at++) {
			if (data[at] == '\\' && at + 1 < size && data[at + 1] == '\n') {
				at += 2;
				break;
			}
			bool mark = data[at] == '"' || data[at] == '\'';
			if (quote != '\0' && data[at] == quote)
				quote = '\0';
			else if (quote == '\0' && mark)
				quote = data[at];
			else if (quote == '\0' && strchr(" \t\r", data[at]) != NULL)
				break;
			else
				buffer_add(&word, data + at, 1);
		}
		autofree char *text = buffer_take(&word);
		if (*text != '\0' && words++ > 0) {
			if (*text == '$') {
				char *name = text + 1 + (text[1] == '{');
				name[strcspn(name, "}")] = '\0';
				read_variable(context, name, ret_arguments);
			} else {
				add_argument(ret_arguments, file, start, at,
					memory_text(text));
			}
		}
		while (at < size && strchr(" \t\r", data[at]) != NULL)
			at++;
	}
}

/* False when no unit of the administrator's says how sshd is started. */
static bool
read_units(const struct context *context, struct arguments *ret_arguments)
{
	bool found = false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		struct name_list names = { 0 };
		if (host_glob(context->host, units[i], &names, NULL) < 0)
			continue;
		for (size_t k = 0; k < names.count; k++) {
			const struct file *file = host_file(
				context->host, names.names[k]);
			size_t at = file->state == FILE_READ
				? find_assignment(file->bytes, "ExecStart")
				: 0;
			if (at >= file->bytes.size)
				continue;
			arguments_free(ret_arguments);
			split_command(context, file, at, ret_arguments);
			found = true;
		}
		name_list_free(&names);
	}
	return found;
}

static void
take_option(struct sshd_config *config, struct sshd_options *options,
	const struct file *file, char letter, const char *value, size_t start, size_t end)
{
	if (letter == 'o') {
		sshd_config_add_option(config, file, start, end, value);
	} else if (letter == 'p') {
		autofree char *line = memory_printf("Port %s", value);
		sshd_config_add_option(config, file, start, end, line);
		options->ports = true;
	} else if (letter == 'f') {
		free(options->config_file);
		options->config_file = memory_printf(
			"%s%s", *value == '/' ? "" : "/", value);
	}
}

static void
read_arguments(const struct arguments *arguments, struct sshd_config *config,
	struct sshd_options *options)
{
	for (size_t i = 0; i < arguments->count; i++) {
		const struct argument *argument = &arguments->items[i];
		const char *letter = argument->text;
		if (*letter++ != '-')
			break;
		while (*letter != '\0' && strchr(with_argument, *letter) == NULL)
			letter++;
		if (*letter == '\0')
			continue;
		const char *value = letter + 1;
		size_t end = argument->end;
		if (*value == '\0') {
			if (++i == arguments->count)
				break;
			value = arguments->items[i].text;
			if (arguments->items[i].file == argument->file)
				end = arguments->items[i].end;
		}
		take_option(config, options, argument->file, *letter, value,
			argument->start, end);
	}
}

void
sshd_options_read(const struct context *context, struct sshd_config *config,
	struct sshd_options *ret_options)
{
	struct arguments arguments = { 0 };
	*ret_options = (struct sshd_options){ 0 };
	if (!read_units(context, &arguments))
		read_variable(context, NULL, &arguments);
	read_arguments(&arguments, config, ret_options);
	arguments_free(&arguments);
}

void
sshd_options_free(struct sshd_options *options)
{
	free(options->config_file);
	*options = (struct sshd_options){ 0 };
}
