#include "policy/models/shell/shell_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell/shell_reader.h"

enum { TEXT_MAX = 64 * 1024 }; /* bytes */

bool
shell_text_takes(const char *option)
{
	return option[0] == '-' && option[1] != '\0' &&
		option[1 + strspn(option + 1, "eux")] == '\0';
}

void
shell_text_read(struct host *host, struct bytes text, const char *option,
	struct shell_commands *ret_commands)
{
	struct shell_reader reader = {
		.host = host,
		.words = { .input = text },
		.commands = ret_commands,
		.has_errexit = option != NULL && strchr(option, 'e') != NULL,
		.has_nounset = option != NULL && strchr(option, 'u') != NULL,
	};
	*ret_commands = (struct shell_commands){ 0 };
	if (text.size > TEXT_MAX) {
		ret_commands->doubt = "of more than 64 KiB it is not followed";
		return;
	}
	if (text.size > 0 && memchr(text.data, '\r', text.size) != NULL)
		shell_reader_doubt(
			&reader, "a carriage return in it is a part of a word");
	shell_take_text(&reader, SHELL_YES);
	shell_words_free(&reader.words);
}

void
shell_command_read(struct host *host, const struct name_list *words,
	struct shell_commands *ret_commands)
{
	struct shell_reader reader = { .host = host, .commands = ret_commands };
	struct shell_simple simple = { .words = memory_new(
					       words->count + 1, sizeof(char *)) };
	const char *why = NULL;
	size_t size = 0;
	*ret_commands = (struct shell_commands){ 0 };
	for (size_t i = 0; i < words->count; i++) {
		simple.words[simple.count++] = memory_text(words->names[i]);
		simple.is_expanded = simple.is_expanded ||
			strchr(words->names[i], '$') != NULL;
		size += strlen(words->names[i]);
	}
	if (size > TEXT_MAX)
		ret_commands->doubt = "of more than 64 KiB it is not followed";
	else if ((why = shell_drop_starters(host, &simple)) != NULL)
		shell_reader_doubt(&reader, why);
	if (simple.count > 0 && size <= TEXT_MAX)
		(void)shell_take_program(&reader, &simple, SHELL_YES, 0);
	shell_drop(&simple, simple.count);
	free(simple.words);
	shell_words_free(&reader.words);
}

const char *
shell_command_script(const struct shell_command *command)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };
	if (text_is_one_of(text_base_name(command->words[0]), shells))
		for (size_t i = 1; i < command->count; i++)
			if (command->words[i][0] != '-')
				return command->words[i][0] == '/' ? command->words[i]
								   : NULL;
	return command->words[0][0] == '/' ? command->words[0] : NULL;
}

void
shell_commands_free(struct shell_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++) {
		for (size_t k = 0; k < commands->items[i].count; k++)
			free(commands->items[i].words[k]);
		free(commands->items[i].words);
	}
	free(commands->items);
	free(commands->missing);
	*commands = (struct shell_commands){ 0 };
}
