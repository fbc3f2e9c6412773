/* What a shell is given, in any bytes behind one that chooses its option. Reading it
 * never crashes, and what it starts stands in the text, in its order. */
#include "policy/models/shell/shell_text.h"
#include "tests/fuzz/world.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const options[] = { NULL, "-e", "-ex", "-c" };
	static struct world world;
	struct host *layer = world_layer(&world);
	struct shell_commands commands;
	size_t before = 0;
	const char *option = size > 0 ? options[data[0] % 4] : NULL;
	const struct bytes text = { (const char *)data + (size > 0), size - (size > 0) };
	host_put(layer, "/usr/bin/there", BYTES_TEXT("#!/bin/sh\n"));
	(void)shell_text_takes(option != NULL ? option : "-");
	shell_text_read(layer, text, option, &commands);
	for (size_t i = 0; i < commands.count; i++) {
		const struct shell_command *command = &commands.items[i];
		if (command->count == 0 || command->start < before ||
			command->start > text.size ||
			command->size > text.size - command->start)
			abort();
		for (size_t k = 0; k < command->count; k++)
			if (strlen(command->words[k]) > 1 << 20)
				abort();
		before = command->start;
	}
	shell_commands_free(&commands);
	host_free(layer);
	return 0;
}
