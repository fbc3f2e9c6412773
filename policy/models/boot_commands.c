#include "policy/models/boot_commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/unit_conditions.h"

static const char *const settings[] = { "ExecStart", "ExecStartPre", "ExecStartPost",
	"ExecCondition", NULL };

static void
drop(struct boot_commands *commands, const char *setting)
{
	size_t kept = 0;
	for (size_t i = 0; i < commands->count; i++)
		if (commands->items[i].setting == setting)
			free(commands->items[i].text);
		else
			commands->items[kept++] = commands->items[i];
	commands->count = kept;
}

void
boot_commands_add(
	struct boot_commands *commands, const char *name, const struct traced *value)
{
	const char *const *setting = settings;
	while (*setting != NULL && strcmp(*setting, name) != 0)
		setting++;
	if (*setting == NULL)
		return;
	if (value->text.size == 0) {
		drop(commands, *setting);
		return;
	}
	commands->items = memory_grow(
		commands->items, commands->count, sizeof *commands->items);
	commands->items[commands->count++] = (struct boot_command){
		.setting = *setting,
		.text = memory_copy(value->text.data, value->text.size),
		.place = { value->file, value->places[0] },
	};
}

void
boot_commands_free(struct boot_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++)
		free(commands->items[i].text);
	free(commands->items);
	*commands = (struct boot_commands){ 0 };
}

char *
boot_command_program(const struct boot_command *command, bool *ret_may_fail)
{
	const char *text = command->text;
	size_t prefixes = strspn(text, "@-:+!|");
	*ret_may_fail = memchr(text, '-', prefixes) != NULL;
	text += prefixes;
	char quote = '\0';
	if (*text == '"' || *text == '\'')
		quote = *text;
	const char end[] = { quote, '\0' };
	return quote != '\0' ? memory_copy(text + 1, strcspn(text + 1, end))
			     : memory_copy(text, strcspn(text, " \t"));
}

const struct boot_command *
boot_commands_missing(struct host *host, const struct boot_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++) {
		bool may_fail;
		autofree char *path = boot_command_program(
			&commands->items[i], &may_fail);
		const char *slash = strrchr(path, '/');
		if (*path != '/' || !unit_conditions_is_lasting(path) ||
			(may_fail && commands->items[i].setting != settings[0]))
			continue;
		autofree char *folder = memory_copy(path, (size_t)(slash - path));
		if (host_exists(host, folder) == 1 && host_exists(host, path) == 0)
			return &commands->items[i];
	}
	return NULL;
}

static bool
is_part(char byte)
{
	return isalnum((unsigned char)byte) || strchr("_-.+@", byte) != NULL;
}

bool
boot_text_names(struct host *host, const char *text, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
		const char *start = at;
		char after = at[size];
		/* a full stop may end a sentence, and a file's name not */
		if ((at > text && is_part(at[-1])) || (after != '\0' && is_part(after)))
			continue;
		while (start > text && (is_part(start[-1]) || start[-1] == '/'))
			start--;
		struct stat status;
		autofree char *target = NULL;
		autofree char *path = memory_copy(start, (size_t)(at - start) + size);
		if (*path != '/' || host_status(host, path, &status, &target) < 0 ||
			!S_ISDIR(status.st_mode))
			return true;
	}
	return false;
}

enum boot_naming
boot_command_naming(
	struct host *host, const struct boot_command *command, const char *name)
{
	bool may_fail;
	autofree char *program = boot_command_program(command, &may_fail);
	struct stat status;
	autofree char *target = NULL;
	if (command->setting == settings[0] && strcmp(text_base_name(program), name) == 0)
		return BOOT_RUNS;
	/* by a link of another name */
	if (command->setting == settings[0] && *program == '/' &&
		host_status(host, program, &status, &target) == 0 &&
		S_ISREG(status.st_mode) && strcmp(text_base_name(target), name) == 0)
		return BOOT_RUNS;
	return boot_text_names(host, command->text, name) ? BOOT_NAMES : BOOT_NAMES_NOT;
}
