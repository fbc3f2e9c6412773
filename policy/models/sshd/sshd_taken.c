#include "policy/models/sshd/sshd_taken.h"

#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_config.h"

/* The name that the value of a Subsystem line begins with, as sshd_value_add wrote it. */
static char *
subsystem_name(const char *value)
{
	size_t length = strcspn(value, " ");
	if (*value == '"') {
		for (length = 1; value[length] != '"'; length++)
			length += value[length] == '\\';
		length++;
	}
	return memory_copy(value, length);
}

bool
sshd_taken_has(const struct sshd_taken *taken, const struct sshd_line *line)
{
	if (line->keyword->name != SSHD_SUBSYSTEM)
		return taken->settings[line->keyword->name];
	autofree char *name = subsystem_name(line->value);
	return table_get(&taken->subsystems, name) != NULL;
}

void
sshd_taken_add(struct sshd_taken *taken, const struct sshd_line *line)
{
	taken->settings[line->keyword->name] = true;
	if (line->keyword->name != SSHD_SUBSYSTEM)
		return;
	autofree char *name = subsystem_name(line->value);
	table_set(&taken->subsystems, name, taken);
}

bool
sshd_taken_rejects(
	const struct sshd_taken *taken, const struct sshd_line *line, bool held)
{
	if (line->mistake.error.text == NULL)
		return false;
	bool again = sshd_taken_has(taken, line);
	unsigned met = held ? (again ? SSHD_HELD_AGAIN : SSHD_HELD_FIRST)
			    : (again ? SSHD_IDLE_AGAIN : SSHD_IDLE_FIRST);
	return (line->mistake.when & met) != 0;
}

void
sshd_taken_free(struct sshd_taken *taken)
{
	table_free(&taken->subsystems);
}
