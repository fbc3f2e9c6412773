#include "policy/models/system/processes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/live.h"
#include "base/memory.h"
#include "base/principals.h"

enum {
	WORDS_MAX = 1000, /* of a line of ps */
	NAME_BYTES = 15, /* TASK_COMM_LEN without the NUL */
	PS_WIDTH = 80, /* of a terminal, unless it says another */
	PS_WIDTH_MIN = 79,
	UID_PEOPLE = 1000, /* the first of those that people get: login.defs(5) */
};

/* A process as it was seen. */
struct seen {
	char *program; /* the base name of its executable */
	char *name; /* the kernel's of it, cut */
	bool is_roots, is_of_roots; /* root runs it; nobody else made its executable */
	char *arguments; /* each ended by a NUL, the name that it was called by first */
	size_t size;
};

/* What was seen before this process gave up the right to look. */
static struct {
	bool looked;
	struct seen *items;
	size_t count;
	struct error wrong;
} seen;

void
processes_look(void)
{
	struct live_list list = { 0 };
	if (seen.looked)
		return;
	seen.looked = true;
	if (live_find(NULL, &list, &seen.wrong) < 0)
		return;
	seen.items = memory_new(list.count + 1, sizeof *seen.items);
	for (size_t i = 0; i < list.count; i++) {
		struct seen *item = &seen.items[seen.count++];
		autofree char *path = live_executable(list.items[i].pid);
		item->program = memory_text(text_base_name(path));
		item->name = live_name(list.items[i].pid);
		item->is_roots = live_owner(list.items[i].pid) == 0;
		item->is_of_roots = live_executable_is_roots(list.items[i].pid);
		item->arguments = live_arguments(list.items[i].pid, &item->size);
	}
	live_list_free(&list);
}

static struct process *
add(struct processes *processes, struct place place)
{
	processes->items = memory_grow(
		processes->items, processes->count, sizeof *processes->items);
	struct process *process = &processes->items[processes->count++];
	*process = (struct process){ .place = place };
	return process;
}

static void
add_word(struct process *process, const char *word)
{
	process->words = memory_grow(process->words, process->count, sizeof(char *));
	process->words[process->count++] = memory_text(word);
}

static void
ask(const char *program, struct processes *processes)
{
	processes_look();
	for (size_t i = 0; i < seen.count; i++) {
		const struct seen *item = &seen.items[i];
		bool is_its = strcmp(item->program, program) == 0;
		if (!is_its && strncmp(item->name, program, NAME_BYTES) != 0)
			continue;
		struct process *process = add(processes, (struct place){ 0 });
		if (!item->is_roots && !(is_its && item->is_of_roots))
			process->doubt = is_its
				? memory_text("its executable is not root's alone")
				: memory_printf("a process of %s calls itself so",
					  item->program);
		for (size_t at = 0; at < item->size;
			at += strlen(item->arguments + at) + 1)
			if (at > 0)
				add_word(process, item->arguments + at);
	}
	if (seen.wrong.text != NULL)
		processes->problem = memory_text(seen.wrong.text);
	else if (geteuid() != 0)
		processes->problem = memory_text(
			"processes of others can be seen by root alone");
}

/* What makes a text the list of all processes. */
struct list_of_ps {
	bool has_heading, has_first,
		has_owner; /* the first word of a line is its owner */
	size_t pid, command; /* which words of a line are the number and the command */
	size_t width; /* at which lines may be cut; 0: at none */
	const struct principals *principals;
};

struct words {
	const char *words[WORDS_MAX];
	size_t count;
};

/* "" behind the last. */
static const char *
word_at(const struct words *words, size_t i)
{
	return i < words->count && words->words[i] != NULL ? words->words[i] : "";
}

/* The heading has the columns of the number and, behind that of the time, the command. */
static void
take_heading(const struct words *words, struct list_of_ps *list)
{
	bool has_pid = false;
	list->has_owner = strcmp(word_at(words, 0), "USER") == 0 ||
		strcmp(word_at(words, 0), "UID") == 0;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = word_at(words, i);
		if (strcmp(word, "PID") == 0) {
			has_pid = true;
			list->pid = i;
		}
		if (strcmp(word, "TIME") == 0 && i + 2 == words->count && has_pid) {
			list->has_heading = true;
			list->command = i + 1;
		}
	}
}

/* By its path, or by the title that it gives itself: "sshd: /usr/sbin/sshd -D". */
static bool
is_called(const char *word, const char *program)
{
	size_t size = strlen(program);
	return strcmp(text_base_name(word), program) == 0 ||
		(strncmp(word, program, size) == 0 && strcmp(word + size, ":") == 0);
}

static bool
is_interpreter(const char *name)
{
	static const char *const names[] = { "sh", "bash", "dash", "perl", "python",
		"ruby" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t size = strlen(names[i]);
		/* python3.11 */
		if (strncmp(name, names[i], size) == 0 &&
			name[size + strspn(name + size, "0123456789.")] == '\0')
			return true;
	}
	return false;
}

/* Whether OWNER, as ps writes it, is root or the system's: whom no person logs in as.
 * Source: ps(1) writes a long name's number, or its beginning and a plus. */
static bool
is_systems(const struct principals *principals, const char *owner)
{
	size_t size = strlen(owner);
	bool is_cut = size > 1 && owner[size - 1] == '+', found = false;
	if (strcmp(owner, "root") == 0 || strcmp(owner, "0") == 0)
		return true;
	for (size_t i = 0; i < principals->user_count; i++) {
		const struct principal *user = &principals->users[i];
		char number[16];
		snprintf(number, sizeof number, "%u", (unsigned)user->uid);
		if (strcmp(number, owner) != 0 &&
			(is_cut ? strncmp(user->name, owner, size - 1)
				: strcmp(user->name, owner)) != 0)
			continue;
		if (user->uid >= UID_PEOPLE)
			return false;
		found = true;
	}
	return found;
}

/* Whether the line names PROGRAM, so that it may run by another name: with an interpreter
 * and options, with the dynamic linker, in brackets without its arguments. What shows or
 * searches a text with such a word in it does not run it. */
static bool
may_run(const struct words *words, size_t command, const char *program)
{
	static const char *const readers[] = { "apropos", "cat", "egrep", "emacs",
		"fgrep", "grep", "head", "journalctl", "less", "man", "more", "nano",
		"pgrep", "sleep", "tail", "vi", "view", "vim", "whatis", NULL };
	const char *first = text_base_name(word_at(words, command));
	if (text_is_one_of(first, readers))
		return false;
	for (size_t i = command; i < words->count; i++) {
		autofree char *base = memory_text(text_base_name(word_at(words, i)));
		size_t size = strlen(base);
		bool is_bare = size > 2 && base[0] == '[' && base[size - 1] == ']';
		if (is_bare)
			base[size - 1] = '\0';
		if (strcmp(base + is_bare, program) == 0)
			return true;
	}
	return false;
}

static const char cut[] = "its line may be cut: record `ps -efww`, which cuts nothing";

/* Of a line in UTF-8. */
static size_t
columns_of(struct bytes line)
{
	size_t columns = 0;
	for (size_t i = 0; i < line.size; i++)
		columns += (line.data[i] & 0xC0) != 0x80;
	return columns;
}

/* The width that the longest lines share, for which ps may have cut them: ps(1), where
 * its output is no terminal "the output width is undefined (it may be 80, ...)". 0: the
 * longest is alone, and has another. */
static size_t
find_width(struct bytes text)
{
	size_t width = 0, count = 0;
	struct bytes line;
	for (size_t at = 0; bytes_next_line(text, &at, &line);) {
		size_t columns = columns_of(line);
		if (columns > width)
			count = 0;
		width = columns > width ? columns : width;
		count += columns == width;
	}
	return width == PS_WIDTH || (count > 1 && width >= PS_WIDTH_MIN) ? width : 0;
}

/* Whether the command at COMMAND of a line that names another may be PROGRAM: IS_CUT, the
 * line may end before its name; "ps -e" has no more of a name than the kernel. */
static bool
may_be_cut(const struct words *words, size_t command, const char *program, bool is_cut)
{
	const char *name = text_base_name(word_at(words, command));
	if (command + 1 < words->count)
		return is_cut && is_interpreter(name);
	return is_cut ||
		(strlen(name) == NAME_BYTES && strncmp(name, program, NAME_BYTES) == 0);
}

/* One line that ps printed; the heading has the column before the command. */
static void
take_line(struct processes *processes, const char *program, struct bytes line,
	struct place place, struct list_of_ps *list)
{
	autofree char *text = memory_copy(line.data, line.size);
	char *rest = NULL;
	struct words words = { .count = 0 };
	for (char *word = strtok_r(text, " \t\r", &rest);
		word != NULL && words.count < WORDS_MAX;
		word = strtok_r(NULL, " \t\r", &rest))
		words.words[words.count++] = word;
	if (!list->has_heading) {
		take_heading(&words, list);
		return;
	}
	if (strcmp(word_at(&words, list->pid), "1") == 0)
		list->has_first = true;
	bool is_cut = list->width > 0 && columns_of(line) == list->width;
	size_t command = list->command;
	if (*word_at(&words, command + 1) == '/' &&
		is_interpreter(text_base_name(word_at(&words, command))))
		command++; /* a script */
	if (!is_called(word_at(&words, command), program)) {
		if (processes->problem == NULL &&
			may_be_cut(&words, command, program, is_cut))
			processes->problem = memory_printf(
				"%s may be cut: record `ps -efww`, which cuts nothing",
				word_at(&words, command));
		if (processes->problem == NULL && may_run(&words, command, program))
			processes->problem = memory_printf(
				"whether %s runs %s can't be told: see the line that "
				"names both",
				word_at(&words, command), program);
		return;
	}
	struct process *process = add(processes, place);
	const char *owner = word_at(&words, 0);
	if (list->has_owner && !is_systems(list->principals, owner))
		process->doubt = memory_printf(
			"a process of %s, who can give it any name, is called so", owner);
	else if (is_cut)
		process->doubt = memory_text(cut);
	if (is_cut && processes->problem == NULL)
		processes->problem = memory_text(cut);
	for (size_t i = command + 1; i < words.count; i++)
		add_word(process, words.words[i]);
}

static void
read_recorded(const struct context *context, const struct file *file, const char *program,
	struct processes *processes)
{
	struct list_of_ps list = { .principals = principals_of(context->host),
		.width = find_width(file->bytes) };
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at)
		take_line(processes, program, line, (struct place){ file, start }, &list);
	processes->problem_file = file->path;
	if (!list.has_heading || !list.has_first) {
		free(processes->problem);
		processes->problem = NULL;
	}
	if (!list.has_heading)
		processes->problem = memory_text(
			"the evidence is no whole list of ps(1), with its heading");
	else if (!list.has_first)
		processes->problem = memory_text(
			"the evidence is no list of all processes, for process 1 is not "
			"in it");
}

void
processes_read(const struct context *context, const struct recorded *recorded,
	const char *program, struct processes *ret_processes)
{
	*ret_processes = (struct processes){ 0 };
	if (recorded->state == RECORDED_READ) {
		read_recorded(context, &recorded->file, program, ret_processes);
	} else if (recorded->state == RECORDED_UNUSABLE) {
		ret_processes->problem = memory_text(recorded->reason);
		ret_processes->problem_file = recorded->file.path;
	} else if (host_is_live(context->host)) {
		ask(program, ret_processes);
	} else {
		ret_processes->problem = memory_text(recorded->reason);
	}
}

void
processes_free(struct processes *processes)
{
	for (size_t i = 0; i < processes->count; i++) {
		for (size_t k = 0; k < processes->items[i].count; k++)
			free(processes->items[i].words[k]);
		free(processes->items[i].words);
		free(processes->items[i].doubt);
	}
	free(processes->items);
	free(processes->problem);
	*processes = (struct processes){ 0 };
}
