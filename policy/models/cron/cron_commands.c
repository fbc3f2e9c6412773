/* What the commands of cron's jobs start, and the scripts among it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot/boot_program.h"
#include "policy/models/cron/cron_table.h"

enum {
	COMMAND_BYTES_MAX = 64 * 1024, /* of all jobs' commands */
	PROGRAM_BYTES_MAX = 64 << 20, /* of the scripts that are read */
	SCRIPT_BYTES_MAX = 192 * 1024, /* of those that are followed */
	SCRIPTS_MAX = 1000,
};

static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };

static const struct cron_script *
find_script(const struct cron_table *table, const struct file *file)
{
	for (size_t i = 0; i < table->script_count; i++)
		if (table->scripts[i].file == file)
			return &table->scripts[i];
	return NULL;
}

const struct cron_script *
cron_commands_script(struct host *host, const struct cron_table *table,
	const struct shell_command *command)
{
	const char *path = shell_command_script(command);
	return path != NULL && boot_program_is_script(host, path)
		? find_script(table, host_file(host, path))
		: NULL;
}

/* Whether the first line of FILE, "#! PROGRAM", has a shell read it; *ret_option: with
 * what follows, or NULL, which the caller frees. */
static bool
is_shells(const struct file *file, char **ret_option)
{
	struct bytes line;
	size_t at = 0;
	char *rest = NULL;
	(void)bytes_next_line(file->bytes, &at, &line);
	/* a carriage return is a part of the name */
	size_t size = at > 1 && file->bytes.data[at - 2] == '\r' ? line.size + 1
								 : line.size;
	autofree char *text = memory_copy(line.data, size);
	const char *program = strtok_r(text + 2, " \t", &rest);
	if (program != NULL && strcmp(text_base_name(program), "env") == 0)
		program = strtok_r(NULL, " \t", &rest);
	const char *option = program != NULL ? strtok_r(NULL, " \t", &rest) : NULL;
	*ret_option = option != NULL ? memory_text(option) : NULL;
	return program != NULL && text_is_one_of(text_base_name(program), shells);
}

/* Reads the script that COMMAND starts, if it is one. */
static void
add_script(
	struct host *host, const struct shell_command *command, struct cron_table *table)
{
	const char *path = shell_command_script(command);
	struct stat status;
	autofree char *target = NULL;
	if (path == NULL || host_status(host, path, &status, &target) < 0 ||
		!S_ISREG(status.st_mode) || status.st_size > HOST_FILE_MAX ||
		!boot_program_is_script(host, path))
		return;
	bool is_room = table->program_bytes + (size_t)status.st_size <= PROGRAM_BYTES_MAX;
	const struct file *file = is_room ? host_file(host, path) : NULL;
	if (file != NULL && find_script(table, file) != NULL)
		return;
	table->program_bytes += file != NULL ? file->bytes.size : 0;
	if (file != NULL && (file->state != FILE_READ || file->bytes.size < 3))
		return;
	if (file == NULL || table->script_count == SCRIPTS_MAX ||
		table->script_bytes + file->bytes.size > SCRIPT_BYTES_MAX) {
		cron_table_fill(table);
		return;
	}
	table->script_bytes += file->bytes.size;
	table->scripts = memory_grow(
		table->scripts, table->script_count, sizeof *table->scripts);
	struct cron_script *script = &table->scripts[table->script_count++];
	script->file = file;
	autofree char *option = NULL;
	if (!is_shells(file, &option))
		script->commands = (struct shell_commands){
			.doubt = "a script in another language is not followed"
		};
	else if (option != NULL && !shell_text_takes(option))
		script->commands = (struct shell_commands){
			.doubt = "an option in its first line is not followed"
		};
	else
		shell_text_read(host, file->bytes, option, &script->commands);
}

/* PATH by itself, or what it leads to. */
static void
read_path(struct host *host, const char *path, struct shell_commands *commands)
{
	struct stat status;
	autofree char *target = NULL;
	bool is_link = host_status(host, path, &status, &target) == 0 && target != NULL &&
		*target == '/';
	if (shell_is_missing(host, path)) {
		*commands = (struct shell_commands){ .missing = memory_text(path) };
		return;
	}
	struct shell_command command = {
		.words = memory_new(1, sizeof(char *)), .count = 1, .size = strlen(path)
	};
	command.words[0] = memory_text(is_link ? target : path);
	*commands = (struct shell_commands){
		.items = memory_grow(NULL, 0, sizeof command), .count = 1
	};
	commands->items[0] = command;
}

void
cron_commands_add(struct host *host, struct cron_table *table, size_t first)
{
	size_t script = table->script_count;
	for (size_t i = first; i < table->count; i++) {
		struct cron_job *job = &table->jobs[i];
		table->command_bytes += strlen(job->command);
		if (table->command_bytes > COMMAND_BYTES_MAX)
			cron_table_fill(table);
		if (table->is_full)
			job->commands.doubt = "too much is started to be followed";
		else if (job->is_path)
			read_path(host, job->command, &job->commands);
		else
			shell_text_read(
				host, BYTES_TEXT(job->command), NULL, &job->commands);
		for (size_t k = 0; k < job->commands.count && !table->is_full; k++)
			add_script(host, &job->commands.items[k], table);
	}
	/* what they start has scripts among it too */
	for (; script < table->script_count && !table->is_full; script++) {
		const struct shell_commands commands = table->scripts[script].commands;
		for (size_t k = 0; k < commands.count && !table->is_full; k++)
			add_script(host, &commands.items[k], table);
	}
}
