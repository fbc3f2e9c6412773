#include "policy/models/boot/command_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/boot/environment_file.h"
#include "policy/models/boot/unit_files.h"

enum {
	BYTES_MAX = 128 << 10, /* one word: MAX_ARG_STRLEN of Linux; ours for all */
	FILES_BYTES_MAX = 1 << 20, /* of all EnvironmentFiles, each time one is read */
};

struct reader {
	struct host *host;
	const struct command_daemon *daemon;
	const struct file *stock;
	struct command_line *line;
	struct traced command;
	size_t commands;
	struct table variables; /* name -> struct traced * */
	struct traced **kept;
	size_t kept_count;
	struct traced *files; /* of EnvironmentFile= */
	size_t file_count;
	struct traced unset; /* of UnsetEnvironment= */
	size_t bytes; /* of all words */
	bool shell; /* reads the defaults, not systemd */
};

static void
doubt(struct reader *reader, const struct file *file, size_t offset, const char *reason)
{
	if (reader->line->unknown != NULL)
		return;
	const struct command_daemon *daemon = reader->daemon;
	const char *unit = daemon->unit != NULL ? daemon->unit : daemon->units[0];
	reader->line->unknown = memory_printf("how %s is started can't be told: %s",
		daemon->program != NULL ? daemon->program : unit, reason);
	reader->line->file = file != reader->stock ? file : NULL;
	reader->line->offset = offset;
}

static struct traced
take(struct traced *from)
{
	struct traced taken = *from;
	*from = (struct traced){ .file = from->file };
	return taken;
}

/* Settings of a unit after which the program, or the files it reads, are others. */
static const char *const strange[] = { "RootDirectory", "RootImage", "BindPaths",
	"BindReadOnlyPaths", "TemporaryFileSystem", "MountImages", "ExtensionImages",
	"ExtensionDirectories", "InaccessiblePaths", "InaccessibleDirectories",
	"PassEnvironment" };

static void
set_variable(void *data, const char *name, struct traced *value)
{
	struct reader *reader = data;
	struct traced *kept = memory_new(1, sizeof *kept);
	*kept = take(value);
	reader->kept = memory_grow(
		reader->kept, reader->kept_count, sizeof *reader->kept);
	reader->kept[reader->kept_count++] = kept;
	table_set(&reader->variables, name, kept);
}

/* %% and, in a unit read by its name, %i and %I: systemd.unit(5), SPECIFIERS. In %I a
 * dash is a slash; one with escapes is not understood. */
static bool
add_specifier(const struct reader *reader, struct traced *word, char letter, size_t place)
{
	const char *unit = reader->daemon->unit;
	const char *at = unit != NULL ? strchr(unit, '@') : NULL;
	const char *end = at != NULL ? strrchr(at, '.') : NULL;
	if (letter == '%') {
		traced_add(word, '%', place);
		return true;
	}
	if (end == NULL || (letter != 'i' && letter != 'I') ||
		(letter == 'I' && memchr(at, '\\', (size_t)(end - at)) != NULL))
		return false;
	while (++at < end) {
		char byte = *at;
		if (letter == 'I' && byte == '-')
			byte = '/';
		traced_add(word, byte, place);
	}
	return true;
}

/* One word of TEXT from *AT on, quotes removed; false when there is none left. systemd
 * takes quotes and backslashes off; a shell leaves those in a variable alone. */
static bool
next_word(struct reader *reader, const struct traced *text, size_t *at, bool command,
	struct traced *ret_word)
{
	const char *data = text->text.data;
	size_t size = text->text.size, start;
	bool plain = !command && reader->shell;
	char quote = '\0';
	*ret_word = (struct traced){ .file = text->file };
	while (*at < size && strchr(" \t\r\n", data[*at]) != NULL)
		++*at;
	if (*at == size)
		return false;
	for (start = *at; *at < size; ++*at) {
		char byte = data[*at];
		if (quote == '\0' && strchr(" \t\r\n", byte) != NULL)
			break;
		if (!plain && quote == byte) {
			quote = '\0';
			continue;
		}
		if (!plain && quote == '\0' && (byte == '"' || byte == '\'')) {
			quote = byte;
			continue;
		}
		if (!plain && byte == '\\' && *at + 1 < size) {
			byte = data[++*at];
			if (command && strchr("\\\"'", byte) == NULL)
				doubt(reader, text->file, traced_place(text, *at),
					"a backslash that is not understood");
		} else if (command && byte == '%') {
			size_t place = traced_place(text, *at);
			bool is_last = *at + 1 == size;
			byte = '\0';
			if (!is_last)
				byte = data[++*at];
			if (!add_specifier(reader, ret_word, byte, place))
				doubt(reader, text->file, traced_place(text, start),
					"a specifier that is not understood");
			continue;
		}
		traced_add(ret_word, byte, traced_place(text, *at));
	}
	if (quote != '\0')
		doubt(reader, text->file, traced_place(text, start),
			"a quote without its end");
	return true;
}

/* Environment=: words that are NAME=value. */
static void
read_environment(struct reader *reader, const struct traced *text)
{
	struct traced word;
	size_t at = 0;
	if (text->text.size == 0)
		table_free(&reader->variables);
	while (next_word(reader, text, &at, true, &word)) {
		const char *equals = word.text.size == 0
			? NULL
			: memchr(word.text.data, '=', word.text.size);
		if (equals != NULL) {
			size_t length = (size_t)(equals - word.text.data);
			autofree char *name = memory_copy(word.text.data, length);
			struct traced value = { .file = word.file };
			for (size_t i = length + 1; i < word.text.size; i++)
				traced_add(&value, word.text.data[i],
					traced_place(&word, i));
			set_variable(reader, name, &value);
			traced_free(&value);
		}
		traced_free(&word);
	}
}

/* UnsetEnvironment= takes out what all other settings have set: names, or NAME=value for
 * a variable with that value alone. */
static void
unset_variables(struct reader *reader)
{
	const struct traced *text = &reader->unset;
	struct traced word;
	size_t at = 0;
	for (; next_word(reader, text, &at, true, &word); traced_free(&word)) {
		const char *name = word.text.size > 0 ? word.text.data : "";
		const char *equals = strchr(name, '=');
		autofree char *left = memory_copy(
			name, equals != NULL ? (size_t)(equals - name) : strlen(name));
		const struct traced *value = table_get(&reader->variables, left);
		const char *set = value != NULL && value->text.size > 0 ? value->text.data
									: "";
		if (value != NULL && (equals == NULL || strcmp(equals + 1, set) == 0))
			table_set(&reader->variables, left, NULL);
	}
}

static void
drop_files(struct reader *reader)
{
	for (size_t i = 0; i < reader->file_count; i++)
		traced_free(&reader->files[i]);
	reader->file_count = 0;
}

static void
read_setting(void *data, const char *name, struct traced *value)
{
	struct reader *reader = data;
	if (strcmp(name, "ExecStart") == 0) {
		reader->commands = value->text.size > 0 ? reader->commands + 1 : 0;
		traced_free(&reader->command);
		reader->command = take(value);
	} else if (strcmp(name, "Environment") == 0) {
		read_environment(reader, value);
	} else if (strcmp(name, "UnsetEnvironment") == 0) {
		/* one setting adds to another; an empty one takes them all back */
		if (value->text.size == 0)
			traced_free(&reader->unset);
		else if (reader->unset.text.size > 0)
			traced_add(&reader->unset, ' ', traced_place(value, 0));
		reader->unset.file = value->file;
		for (size_t i = 0; i < value->text.size; i++)
			traced_add(&reader->unset, value->text.data[i],
				traced_place(value, i));
	} else if (strcmp(name, "EnvironmentFile") == 0) {
		if (value->text.size == 0) {
			drop_files(reader);
			return;
		}
		reader->files = memory_grow(
			reader->files, reader->file_count, sizeof *reader->files);
		reader->files[reader->file_count++] = take(value);
	}
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		if (value->text.size > 0 && strcmp(name, strange[i]) == 0)
			doubt(reader, value->file, traced_place(value, 0),
				"a setting of the unit that is not followed");
}

/* Whether FILE is too much, with all that was read for HOST before: many units may name a
 * large file, or one unit many times. */
static bool
is_too_much(struct host *host, const struct file *file)
{
	static const char key[] = "environment files";
	size_t *sum = host_note(host, key);
	if (sum == NULL) {
		sum = memory_new(1, sizeof *sum);
		host_set_note(host, key, sum, free);
	}
	*sum += file->bytes.size;
	return *sum > FILES_BYTES_MAX;
}

/* Files override Environment=, a later file an earlier one: systemd.exec(5). */
static void
read_environment_files(struct reader *reader)
{
	for (size_t i = 0; i < reader->file_count; i++) {
		const struct traced *setting = &reader->files[i];
		const char *path = setting->text.data;
		size_t place = traced_place(setting, 0), bad;
		bool optional = *path == '-';
		path += optional;
		if (*path != '/' || strpbrk(path, "*?[%\"'\\") != NULL) {
			doubt(reader, setting->file, place,
				"an EnvironmentFile that is not understood");
			continue;
		}
		const struct file *file = host_file(reader->host, path);
		if (file->state == FILE_ABSENT && !optional)
			doubt(reader, setting->file, place,
				"its EnvironmentFile is missing");
		else if (file->state == FILE_REFUSED)
			doubt(reader, file, 0, "its EnvironmentFile can't be read");
		else if (file->state == FILE_READ && is_too_much(reader->host, file))
			doubt(reader, file, 0,
				"the EnvironmentFiles are too much to be followed");
		else if (file->state == FILE_READ &&
			environment_file_read(
				file, reader->shell, set_variable, reader, &bad) < 0)
			doubt(reader, file, bad, "a line that is not understood");
	}
}

static void
add_word(struct reader *reader, struct traced *word)
{
	struct command_line *line = reader->line;
	size_t size = word->text.size;
	reader->bytes += size + 1;
	if (reader->bytes > BYTES_MAX) {
		doubt(reader, word->file, traced_place(word, 0),
			"its command line is too long");
		return;
	}
	if (size == 0) {
		doubt(reader, reader->command.file, traced_place(&reader->command, 0),
			"an empty argument");
		return;
	}
	line->words = memory_grow(line->words, line->count, sizeof *line->words);
	line->words[line->count++] = (struct command_word){ memory_copy(word->text.data,
								    size),
		word->file, traced_place(word, 0), traced_place(word, size - 1) + 1 };
}

static const struct traced *
variable(const struct reader *reader, const char *name, size_t length)
{
	autofree char *copy = memory_copy(name, length);
	return table_get(&reader->variables, copy);
}

/* ${NAME} inside a word becomes the value as it is; $$ is a dollar. */
static void
replace_variables(struct reader *reader, struct traced *word)
{
	struct traced result = { .file = word->file };
	const char *text = word->text.data;
	if (text == NULL)
		return;
	const char *last = strrchr(text, '}');
	for (size_t i = 0; i < word->text.size && reader->bytes <= BYTES_MAX; i++) {
		const char *end = text[i] == '$' && text[i + 1] == '{' && last != NULL &&
				last > text + i
			? strchr(text + i, '}')
			: NULL;
		if (end == NULL) {
			i += text[i] == '$' && text[i + 1] == '$';
			traced_add(&result, text[i], traced_place(word, i));
			continue;
		}
		const char *name = text + i + 2;
		const struct traced *value = variable(reader, name, (size_t)(end - name));
		if (memchr(name, ':', (size_t)(end - name)) != NULL)
			doubt(reader, word->file, traced_place(word, i),
				"a variable that is not understood");
		/* a place for each byte: that of the file the variable stands in, when
		 * it is all of the word */
		bool whole = value != NULL && i == 0 && end[1] == '\0';
		if (whole)
			result.file = value->file;
		for (size_t k = 0; value != NULL && k < value->text.size; k++)
			traced_add(&result, value->text.data[k],
				whole ? traced_place(value, k) : traced_place(word, i));
		reader->bytes += value != NULL ? value->text.size : 0;
		i += (size_t)(end - text) - i;
	}
	traced_free(word);
	*word = result;
}

static void
add_argument(struct reader *reader, struct traced *word, bool replace)
{
	const char *text = word->text.size > 0 ? word->text.data : "";
	if (replace && *text == '$' && text[1] != '{' && text[1] != '$') {
		const struct traced *value = variable(reader, text + 1, strlen(text + 1));
		struct traced part;
		size_t at = 0;
		while (value != NULL && reader->bytes <= BYTES_MAX &&
			next_word(reader, value, &at, false, &part)) {
			add_word(reader, &part);
			traced_free(&part);
		}
		return;
	}
	if (replace && strchr(text, '$') != NULL)
		replace_variables(reader, word);
	add_word(reader, word);
}

/* What is before the path of the program: systemd.service(5), "special executable
 * prefixes". */
static const char *
skip_prefixes(const char *text, bool *ret_name_given, bool *ret_replace)
{
	*ret_name_given = false;
	*ret_replace = true;
	for (; *text != '\0' && strchr("@-:+!|", *text) != NULL; text++) {
		*ret_name_given = *ret_name_given || *text == '@';
		*ret_replace = *ret_replace && *text != ':';
	}
	return text;
}

static void
read_command(struct reader *reader)
{
	const struct traced *command = &reader->command;
	struct traced word;
	size_t at = 0, number = 0;
	bool name_given = false, replace = true;
	if (reader->commands == 0 || command->text.size == 0)
		return;
	if (reader->commands > 1)
		doubt(reader, command->file, traced_place(command, 0),
			"its unit has more than one ExecStart, and systemd refuses it");
	for (; next_word(reader, command, &at, true, &word); traced_free(&word)) {
		const char *text = word.text.size > 0 ? word.text.data : "";
		if (number++ == 0) {
			text = skip_prefixes(text, &name_given, &replace);
			const char *slash = strrchr(text, '/');
			reader->line->program = memory_text(text);
			reader->line->source = command->file;
			reader->line->start = traced_place(command, 0);
			if (reader->daemon->program != NULL &&
				strcmp(slash != NULL ? slash + 1 : text,
					reader->daemon->program) != 0)
				doubt(reader, command->file, traced_place(command, 0),
					"the unit starts another program");
		} else if (number == 2 && name_given) {
			continue;
		} else if (strcmp(text, ";") == 0) {
			doubt(reader, command->file, traced_place(&word, 0),
				"the unit starts more than one program");
		} else {
			add_argument(reader, &word, replace);
		}
	}
}

/* The unit that systemd makes of an init script starts the script. */
static bool
starts_script(const struct reader *reader)
{
	static const char script[] = "/etc/init.d/";
	return reader->command.text.size > 0 &&
		strncmp(reader->command.text.data, script, sizeof script - 1) == 0;
}

void
command_line_read(struct host *host, const struct command_daemon *daemon,
	struct command_line *ret_line)
{
	struct file stock = { .path = (char *)"",
		.target = (char *)"",
		.state = FILE_READ,
		.bytes = BYTES_TEXT(daemon->stock != NULL ? daemon->stock : "") };
	struct reader reader = {
		.host = host, .daemon = daemon, .stock = &stock, .line = ret_line
	};
	*ret_line = (struct command_line){ 0 };
	const struct file *unreadable = daemon->unit != NULL
		? unit_files_read_one(host, daemon->unit, read_setting, &reader)
		: unit_files_read(host, daemon->units, &stock, read_setting, &reader);
	if (unreadable != NULL)
		doubt(&reader, unreadable, 0, "a file of its unit can't be read");
	if (starts_script(&reader)) {
		traced_free(&reader.command);
		drop_files(&reader);
		reader.commands = 0;
		unit_file_read(&stock, read_setting, &reader);
	}
	ret_line->is_stock = reader.command.file == &stock;
	reader.shell = daemon->shell && ret_line->is_stock;
	read_environment_files(&reader);
	unset_variables(&reader);
	read_command(&reader);
	/* the words of the stock unit stand in no file, and are no options that count */
	size_t kept = 0;
	for (size_t i = 0; i < ret_line->count; i++)
		if (ret_line->words[i].file != &stock)
			ret_line->words[kept++] = ret_line->words[i];
		else
			free(ret_line->words[i].text);
	ret_line->count = kept;
	traced_free(&reader.command);
	traced_free(&reader.unset);
	drop_files(&reader);
	free(reader.files);
	for (size_t i = 0; i < reader.kept_count; i++) {
		traced_free(reader.kept[i]);
		free(reader.kept[i]);
	}
	free(reader.kept);
	table_free(&reader.variables);
}

void
command_line_free(struct command_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		free(line->words[i].text);
	free(line->words);
	free(line->program);
	free(line->unknown);
	*line = (struct command_line){ 0 };
}

struct wanted {
	const char *name;
	char *value;
};

static void
take_wanted(void *data, const char *name, struct traced *value)
{
	struct wanted *wanted = data;
	if (strcmp(name, wanted->name) != 0)
		return;
	free(wanted->value);
	wanted->value = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
}

char *
command_line_default(struct host *host, const char *path, const char *name)
{
	struct wanted wanted = { .name = name };
	const struct file *file = host_file(host, path);
	size_t bad;
	/* a line that is not understood is a doubt about the command line already */
	if (file->state == FILE_READ)
		environment_file_read(file, true, take_wanted, &wanted, &bad);
	return wanted.value;
}

bool
command_option_next(const struct command_line *line, const char *with_argument,
	struct command_option *option)
{
	if (option->index >= line->count)
		return false;
	const struct command_word *word = &line->words[option->index];
	option->value = NULL;
	option->file = word->file;
	option->start = word->start;
	option->end = word->end;
	if (option->at == 0) {
		bool is_option = !option->ended && word->text[0] == '-' &&
			word->text[1] != '\0';
		option->ended = option->ended || strcmp(word->text, "--") == 0;
		if (!is_option || word->text[1] == '-') {
			option->letter = is_option ? '-' : '\0';
			option->value = word->text + (is_option ? 2 : 0);
			option->index++;
			return true;
		}
		option->at = 1;
	}
	option->letter = word->text[option->at++];
	const char *rest = word->text + option->at;
	if (strchr(with_argument, option->letter) == NULL) {
		if (*rest != '\0')
			return true;
	} else if (*rest != '\0') {
		option->value = rest;
	} else if (option->index + 1 < line->count) {
		const struct command_word *next = &line->words[++option->index];
		option->value = next->text;
		if (next->file == word->file && next->end > word->end)
			option->end = next->end;
	}
	option->index++;
	option->at = 0;
	return true;
}
