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

/* The options of sshd that take an argument: getopt string in sshd.c. */
static const char with_argument[] = "CEbcfghkoPpuV";

/* One argument of the command line, with its place in the file. */
struct argument {
	char *text;
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

/* The last line `NAME=...` of a file of shell assignments: offset after the `=`; the size
 * of the file when there is none. */
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

/* Splits the value as shell and systemd do alike: outer quotes, then blanks. */
static void
split(struct bytes text, size_t at, struct arguments *ret_arguments)
{
	size_t end = at;
	while (end < text.size && text.data[end] != '\n' && text.data[end] != '\r')
		end++;
	if (at < end && (text.data[at] == '"' || text.data[at] == '\'')) {
		const char *close = memchr(
			text.data + at + 1, text.data[at], end - at - 1);
		at++;
		if (close != NULL)
			end = (size_t)(close - text.data);
	}
	while (at < end) {
		size_t stop = at;
		while (stop < end && text.data[stop] != ' ' && text.data[stop] != '\t')
			stop++;
		if (stop > at) {
			ret_arguments->items = memory_grow(ret_arguments->items,
				ret_arguments->count, sizeof *ret_arguments->items);
			ret_arguments->items[ret_arguments->count++] = (struct argument){
				memory_copy(text.data + at, stop - at), at, stop
			};
		}
		at = stop + 1;
	}
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
		options->config_file = memory_text(value);
	}
}

static void
read_arguments(const struct arguments *arguments, const struct file *file,
	struct sshd_config *config, struct sshd_options *options)
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
			end = arguments->items[i].end;
		}
		take_option(config, options, file, *letter, value, argument->start, end);
	}
}

void
sshd_options_read(const struct context *context, struct sshd_config *config,
	struct sshd_options *ret_options)
{
	*ret_options = (struct sshd_options){ 0 };
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		const struct file *file = host_file(context->host, sources[i].path);
		struct arguments arguments = { 0 };
		if (file->state != FILE_READ)
			continue;
		split(file->bytes, find_assignment(file->bytes, sources[i].name),
			&arguments);
		read_arguments(&arguments, file, config, ret_options);
		arguments_free(&arguments);
	}
}

void
sshd_options_free(struct sshd_options *options)
{
	free(options->config_file);
	*options = (struct sshd_options){ 0 };
}
