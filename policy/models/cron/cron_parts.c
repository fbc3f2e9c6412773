/* What run-parts starts. Sources: run-parts(8) of debianutils; run-parts(4) and the shell
 * script of Red Hat's crontabs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/cron/cron_table.h"

/* The folder that COMMAND, of run-parts, goes through; NULL with the reason. */
static const char *
read_arguments(const struct shell_command *command, const char **ret_doubt)
{
	static const char *const harmless[] = { "--report", "-v", "--verbose", "--", "-d",
		"--debug", "--exit-on-error", "--reverse", NULL };
	for (size_t i = 1; i < command->count; i++) {
		const char *word = command->words[i];
		if (text_is_one_of(word, harmless) || strncmp(word, "--arg=", 6) == 0 ||
			strncmp(word, "--umask=", 8) == 0)
			continue;
		if (*word == '/' && strpbrk(word, "$`*?[") == NULL)
			return word;
		break;
	}
	*ret_doubt = "the arguments of run-parts are not understood";
	return NULL;
}

static bool
mentions(const struct shell_command *command)
{
	for (size_t i = 0; i < command->count; i++)
		if (strstr(command->words[i], "run-parts") != NULL)
			return true;
	return false;
}

/* Whether the run-parts of the host is debianutils', a program, and not a script. */
static bool
is_debians(struct host *host, enum cron_flavour flavour)
{
	static const char *const paths[] = { "/usr/bin/run-parts", "/bin/run-parts" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const struct file *file = host_file(host, paths[i]);
		if (file->state == FILE_READ && file->bytes.size > 4)
			return memcmp(file->bytes.data, "\177ELF", 4) == 0;
	}
	return flavour == CRON_DEBIAN;
}

/* Why run-parts passes over NAME; NULL when it does not. */
static const char *
refuse_name(bool debians, const char *name)
{
	static const char *const ends[] = { "~", ",", ".rpmsave", ".rpmorig", ".rpmnew",
		".swp", ".cfsaved", ",v" };
	size_t size = strlen(name);
	if (debians) {
		for (const char *byte = name; *byte != '\0'; byte++)
			if (!isalnum((unsigned char)*byte) && *byte != '_' &&
				*byte != '-')
				return "run-parts passes over names with other bytes "
				       "than letters, digits, _ and -";
		return NULL;
	}
	if (name[0] == '.')
		return "run-parts passes over names with a dot in front";
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (size >= strlen(ends[i]) &&
			strcmp(name + size - strlen(ends[i]), ends[i]) == 0)
			return "run-parts passes over names that end so";
	return NULL;
}

static void
add_script(struct host *host, bool debians, const struct cron_job *job, const char *doubt,
	const char *folder, const char *name, struct cron_table *table)
{
	autofree char *path = memory_printf("%s/%s", folder, name), *target = NULL;
	const char *refused = refuse_name(debians, name);
	struct stat status;
	if (host_status(host, path, &status, &target) < 0 || S_ISDIR(status.st_mode))
		return;
	if (refused == NULL && !host_is_executable(host, path))
		refused = "run-parts passes over what can't be executed";
	if (refused != NULL) {
		cron_table_skip(
			table, path, (struct place){ 0 }, false, memory_text(refused));
		return;
	}
	struct cron_job *script = cron_table_add(table);
	*script = *job;
	script->command = memory_text(path);
	script->is_path = true;
	script->commands = (struct shell_commands){ 0 };
	script->doubt = job->doubt != NULL ? memory_text(job->doubt)
		: doubt != NULL            ? memory_text(doubt)
					   : NULL;
	/* the crontab's line is what says when */
}

/* Adds what run-parts starts in FOLDER. DOUBT: why it may not; NULL. */
static void
add_folder(struct host *host, enum cron_flavour flavour, const struct cron_job *job,
	const char *folder, const char *doubt, struct cron_table *table)
{
	struct name_list names = { 0 };
	bool debians = is_debians(host, flavour);
	size_t first = table->count;
	if (cron_table_is_full(host, table) || host_list(host, folder, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count && !debians; i++)
		if (strcmp(names.names[i], "jobs.allow") == 0 ||
			strcmp(names.names[i], "jobs.deny") == 0)
			doubt = "jobs.allow and jobs.deny are not followed";
	for (size_t i = 0; i < names.count && !cron_table_is_full(host, table); i++)
		add_script(host, debians, job, doubt, folder, names.names[i], table);
	name_list_free(&names);
	cron_commands_add(host, table, first);
}

void
cron_parts_add(struct host *host, enum cron_flavour flavour, const struct cron_job *job,
	struct cron_table *table)
{
	if (strstr(job->command, "run-parts") == NULL)
		return;
	const char *unclear = job->commands.doubt;
	for (size_t i = 0; i < job->commands.count; i++) {
		const struct shell_command *command = &job->commands.items[i];
		const char *doubt = NULL, *folder = NULL;
		if (strcmp(text_base_name(command->words[0]), "run-parts") == 0)
			folder = read_arguments(command, &unclear);
		else if (mentions(command))
			unclear = "what is done with run-parts is not followed";
		if (command->is_perhaps)
			doubt = "the condition before run-parts is not followed";
		if (job->is_others && command->user != SHELL_SAME)
			doubt = "whether a user other than root may start run-parts by "
				"sudo, su or runuser is not followed";
		if (folder != NULL)
			add_folder(host, flavour, job, folder, doubt, table);
	}
	if (unclear != NULL)
		cron_table_skip(table, job->place.file->path, job->place, true,
			memory_text(unclear));
}
