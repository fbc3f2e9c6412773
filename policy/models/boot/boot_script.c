/* What init scripts test before they start anything. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/boot/boot_script.h"
#include "policy/models/boot/unit_conditions.h"

struct script {
	struct host *host;
	struct table variables; /* name -> its text */
	char *missing; /* tested for by the line before, which goes on; NULL */
	struct place place; /* of that line */
};

static bool
is_name(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_';
}

/* NAME=/a/path, in quotes or not. */
static void
take_variable(struct script *script, const char *line)
{
	size_t size = 0;
	while (is_name(line[size]))
		size++;
	if (size == 0 || line[size] != '=')
		return;
	autofree char *name = memory_copy(line, size);
	const char *value = line + size + 1;
	value += *value == '"' || *value == '\'';
	free(table_get(&script->variables, name));
	table_set(
		&script->variables, name, memory_copy(value, strcspn(value, "\"' \t;#")));
}

/* The path that `-x WORD` in LINE is about, NULL when it can't be told. */
static char *
find_tested(const struct script *script, const char *line)
{
	const char *word = strstr(line, "-x ");
	if (word == NULL)
		return NULL;
	word += strspn(word + 2, " \t") + 2;
	word += *word == '"' || *word == '\'';
	if (*word == '/')
		return memory_copy(word, strcspn(word, "\"' \t;]&|"));
	if (*word != '$')
		return NULL;
	word += word[1] == '{' ? 2 : 1;
	size_t size = 0;
	while (is_name(word[size]))
		size++;
	autofree char *name = memory_copy(word, size);
	const char *value = table_get(&script->variables, name);
	return value != NULL && *value == '/' ? memory_text(value) : NULL;
}

static bool
is_missing(struct host *host, const char *path)
{
	autofree char *folder = memory_copy(path, (size_t)(strrchr(path, '/') - path));
	return unit_conditions_is_lasting(path) && strchr(path, '$') == NULL &&
		host_exists(host, folder) == 1 && host_exists(host, path) == 0;
}

/* Whether the LINE, or that after a test, ends a script without the program. */
static char *
judge_line(struct script *script, const char *line, struct place place)
{
	char *found = NULL;
	bool ends = strstr(line, "exit") != NULL;
	char *tested = find_tested(script, line);
	if (script->missing != NULL && ends && tested == NULL) {
		found = memory_text(script->missing);
	} else if (tested != NULL && is_missing(script->host, tested) &&
		(ends || strstr(line, "! -x") != NULL)) {
		script->place = place;
		if (ends)
			found = memory_text(tested);
	} else {
		free(tested);
		tested = NULL;
	}
	free(script->missing);
	script->missing = tested;
	return found;
}

char *
boot_script_missing(struct host *host, const char *path, struct place *ret_place)
{
	const struct file *file = host_file(host, path);
	struct script script = { .host = host };
	struct bytes line;
	char *found = NULL;
	for (size_t at = 0, start = 0;
		found == NULL && bytes_next_line(file->bytes, &at, &line); start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *words = text + strspn(text, " \t");
		if (*words == '#')
			continue;
		take_variable(&script, words);
		found = judge_line(&script, words, (struct place){ file, start });
	}
	*ret_place = script.place;
	for (size_t i = 0; i < script.variables.capacity; i++)
		if (script.variables.slots[i].key != NULL)
			free(script.variables.slots[i].value);
	table_free(&script.variables);
	free(script.missing);
	return found;
}
