/* logcheck.sh of Psionic's logcheck 1.1.1 and before: a script that has its settings in
 * itself, reads each log by logtail, and mails what its patterns leave. What it does is
 * told by its own text. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell/shell_text.h"
#include "policy/models/syslog/log_watchers.h"

static const char admin[] = "SYSADMIN=";

/* The value of the last line of TEXT that sets NAME, "SYSADMIN=", without its quotes;
 * NULL: none does. *ret_offset: of the line. The caller frees. */
static char *
find_setting(struct bytes text, const char *name, size_t *ret_offset)
{
	char *value = NULL;
	struct bytes line;
	for (size_t at = 0, next = 0; bytes_next_line(text, &next, &line); at = next) {
		autofree char *copy = memory_copy(line.data, line.size);
		const char *start = copy + strspn(copy, " \t");
		if (strncmp(start, name, strlen(name)) != 0)
			continue;
		start += strlen(name);
		size_t size = strcspn(start, " \t#");
		bool is_quoted = size > 1 && strchr("\"'", *start) != NULL &&
			start[size - 1] == *start;
		free(value);
		value = memory_copy(start + is_quoted, is_quoted ? size - 2 : size);
		*ret_offset = at;
	}
	return value;
}

bool
log_script_is(struct host *host, const char *path)
{
	static const char reader[] = "logtail";
	const struct file *file = host_file(host, path);
	size_t offset;
	if (file->state != FILE_READ || file->bytes.size == 0)
		return false;
	autofree char *value = find_setting(file->bytes, admin, &offset);
	return value != NULL &&
		memmem(file->bytes.data, file->bytes.size, reader, strlen(reader)) !=
		NULL;
}

/* --- its commands --------------------------------------------------------------------
 */

/* Whether LINE, "if [ -f A -o -f B ]; then", asks for nothing but what REMOVAL, "rm -f A
 * B", has taken away. */
static bool
asks_for_removed(const char *line, const char *removal)
{
	static const char start[] = "if [ ", end[] = " ]; then", rm[] = "rm -f ";
	size_t size = strlen(line);
	if (strncmp(line, start, sizeof start - 1) != 0 ||
		strncmp(removal, rm, sizeof rm - 1) != 0 ||
		size < sizeof start + sizeof end ||
		strcmp(line + size - (sizeof end - 1), end) != 0)
		return false;
	autofree char *asked = memory_copy(
		line + sizeof start - 1, size - (sizeof start + sizeof end - 2));
	autofree char *words = memory_printf(" %s ", removal + sizeof rm - 1);
	char *rest = NULL;
	size_t count = 0;
	for (char *word = strtok_r(asked, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest), count++) {
		autofree char *whole = memory_printf(" %s ", word);
		static const char *const between[] = { "-f", NULL, "-o" };
		if (count % 3 == 1 ? strstr(words, whole) == NULL
				   : strcmp(word, between[count % 3]) != 0)
			return false;
	}
	return count % 3 == 2;
}

/* Blanks in TEXT what is done where a file that rm -f was given is there all the same. */
static void
blank_alarms(char *text, size_t size)
{
	static const char *const others[] = { "if", "else", "elif", "case", NULL };
	const struct bytes whole = { text, size };
	autofree char *before = memory_text("");
	bool is_inside = false;
	size_t start = 0;
	struct bytes line;
	for (size_t at = 0, next = 0; bytes_next_line(whole, &next, &line); at = next) {
		char *copy = memory_copy(line.data, line.size);
		const char *first = copy + strspn(copy, " \t");
		autofree char *word = memory_copy(first, strcspn(first, " \t;"));
		if (!is_inside && asks_for_removed(copy, before)) {
			is_inside = true;
			start = at;
		} else if (is_inside && strcmp(copy, "fi") == 0) {
			memset(text + start, ' ', at + line.size - start);
			is_inside = false;
		} else if (text_is_one_of(word, others)) {
			is_inside = false;
		}
		free(before);
		before = copy;
	}
}

static bool
is_called(const struct shell_command *command, const char *const *names)
{
	return text_is_one_of(text_base_name(command->words[0]), names);
}

/* Takes the logs that surely are read. Why one may not be; NULL: each is. */
static const char *
take_logs(struct host *host, const struct file *file,
	const struct shell_commands *commands, struct log_words *ret_logs)
{
	static const char *const readers[] = { "logtail", "logtail2", "$LOGTAIL", NULL };
	const char *idle = NULL;
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = &commands->items[i];
		const char *log = command->count > 1 ? command->words[1] : "";
		if (!is_called(command, readers))
			continue;
		if (command->is_perhaps || *command->words[0] == '$' || *log != '/' ||
			strpbrk(log, "$`*?[") != NULL ||
			shell_lacks(host, command->words[0]))
			idle = "a line of its script that reads a log is not reached, "
			       "not followed, or finds no logtail";
		else
			log_words_add(ret_logs, log, strlen(log),
				(struct place){ file, command->start });
	}
	if (idle == NULL && ret_logs->count == 0)
		idle = commands->missing != NULL &&
				text_is_one_of(text_base_name(commands->missing), readers)
			? "its script finds no logtail"
			: "its script has no line that reads a log";
	return idle;
}

/* Whether the word behind WORD is the value of an option, such as -s, and no address:
 * mailx(1), sendmail(8). With -b and -c it is one. */
static bool
takes_next(const char *word)
{
	static const char valued[] = "ABCDFLMNOQRSTVXYafhmopqrsu";
	size_t size = strlen(word);
	return size > 1 && word[0] == '-' && strchr(valued, word[size - 1]) != NULL &&
		(size == 2 || strchr(valued, word[1]) == NULL);
}

/* Whether one of COMMANDS mails ADDRESS; that something was found comes before it. */
static bool
mails_to(struct host *host, const struct shell_commands *commands, const char *address)
{
	static const char *const mailers[] = { "mail", "mailx", "Mail", "sendmail",
		NULL };
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = &commands->items[i];
		if (!is_called(command, mailers) || shell_lacks(host, command->words[0]))
			continue;
		for (size_t k = 1; k < command->count; k++)
			if (!takes_next(command->words[k - 1]) &&
				strcmp(command->words[k], address) == 0)
				return true;
	}
	return false;
}

/* Whether grep -v -f takes LINE for a pattern of each line: grep(1). */
static bool
is_of_all(struct bytes line)
{
	static const char any[] = ".*^$";
	size_t size = 0;
	while (size < line.size && memchr(any, line.data[size], sizeof any - 1) != NULL)
		size++;
	return size == line.size && !bytes_equal(line, BYTES_TEXT("^$"));
}

/* Why what is read may never be told; NULL: nothing says so. */
static const char *
find_silence(
	struct host *host, const struct file *file, const struct shell_commands *commands)
{
	static const char *const tools[] = { "grep", "egrep", "fgrep", "cat", NULL };
	static const char *const lists[] = {
		"HACKING_FILE=", "VIOLATIONS_FILE=", "IGNORE_FILE="
	};
	static const char sink[] = "/dev/null";
	size_t named = 0, there = 0, offset;
	for (size_t i = 0; i < commands->count; i++)
		if (is_called(&commands->items[i], tools) &&
			shell_lacks(host, commands->items[i].words[0]))
			return "its script finds no grep or cat";
	/* redirections are not followed */
	if (memmem(file->bytes.data, file->bytes.size, sink, strlen(sink)) != NULL)
		return "its script sends something to /dev/null";
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		autofree char *path = find_setting(file->bytes, lists[i], &offset);
		if (path == NULL)
			continue;
		named++;
		if (*path != '/' || host_exists(host, path) != 1)
			continue;
		there++;
		struct bytes line;
		const struct file *list = host_file(host, path);
		for (size_t next = 0;
			i == 2 && bytes_next_line(list->bytes, &next, &line);)
			if (is_of_all(line))
				return line.size == 0
					? "an empty line in its IGNORE_FILE leaves out "
					  "all lines"
					: "a line in its IGNORE_FILE leaves out all "
					  "lines";
	}
	return named > 0 && there == 0 ? "none of its files of patterns is there" : NULL;
}

void
log_script_read(struct host *host, const char *path, struct log_watcher *ret_watcher)
{
	const struct file *file = host_file(host, path);
	struct shell_commands commands;
	size_t offset = 0;
	*ret_watcher = (struct log_watcher){ .is_there = true };
	autofree char *found = find_setting(file->bytes, admin, &offset);
	const char *to = found != NULL ? found : ""; /* log_script_is saw one */
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	blank_alarms(text, file->bytes.size);
	shell_text_read(host, (struct bytes){ text, file->bytes.size }, NULL, &commands);
	ret_watcher->idle = take_logs(host, file, &commands, &ret_watcher->files);
	if (ret_watcher->idle != NULL)
		log_words_doubt(
			&ret_watcher->files, file->path, ret_watcher->idle, false);
	const char *why = find_silence(host, file, &commands);
	if (why == NULL && !mails_to(host, &commands, to))
		why = "no line of its script that is followed mails SYSADMIN";
	log_words_add(&ret_watcher->to, to, strlen(to), (struct place){ file, offset });
	if (why != NULL) {
		ret_watcher->idle = why;
		log_words_doubt(&ret_watcher->to, file->path, why, true);
	}
	shell_commands_free(&commands);
}
