/* What run-parts starts. Sources: run-parts(8) of debianutils; run-parts(4) and the shell
 * script of Red Hat's crontabs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/cron_table.h"

enum { WORDS_MAX = 32 };

/* A part of a command, up to the operator behind it. */
struct part {
	char *words[WORDS_MAX];
	size_t count;
	char operator[3]; /* "&&", "||", ";", ...; "" at the end */
};

/* Takes the next part of *TEXT, whose bytes it changes. */
static void
next_part(char **text, struct part *part)
{
	char *at = *text;
	*part = (struct part){ 0 };
	for (;;) {
		while (*at == ' ' || *at == '\t')
			*at++ = '\0';
		size_t size = strcspn(at, " \t;&|(){}");
		if (size > 0 && part->count < WORDS_MAX)
			part->words[part->count++] = at;
		at += size;
		if (*at == ' ' || *at == '\t')
			continue;
		if (*at != '\0') {
			part->operator[0] = * at;
			if (at[1] == *at)
				part->operator[1] = * at;
			for (size_t i = strlen(part->operator); i > 0; i--)
				*at++ = '\0';
		}
		*text = at;
		return;
	}
}

static bool
is_executable(struct host *host, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	return host_status(host, path, &status, &target) == 0 &&
		S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

/* The path of which `test -x PATH` or `[ -x PATH ]` asks; NULL when PART is neither. */
static const char *
tested_path(const struct part *part)
{
	bool is_test = part->count == 3 && strcmp(part->words[0], "test") == 0,
	     is_bracket = part->count == 4 && strcmp(part->words[0], "[") == 0 &&
		strcmp(part->words[3], "]") == 0;
	return (is_test || is_bracket) && strcmp(part->words[1], "-x") == 0
		? part->words[2]
		: NULL;
}

/* The folder that PART, with run-parts as its word AT, goes through; NULL with the
 * reason. */
static const char *
read_arguments(const struct part *part, size_t at, const char **ret_doubt)
{
	static const char *const harmless[] = { "--report", "-v", "--verbose", "--", "-d",
		"--debug", "--exit-on-error", "--reverse", NULL };
	for (size_t i = at + 1; i < part->count; i++) {
		const char *word = part->words[i];
		if (text_is_one_of(word, harmless) || strncmp(word, "--arg=", 6) == 0 ||
			strncmp(word, "--umask=", 8) == 0)
			continue;
		if (*word == '/' && strpbrk(word, "$`'\"*?[\\") == NULL)
			return word;
		break;
	}
	*ret_doubt = "the arguments of run-parts are not understood";
	return NULL;
}

/* What a command makes of run-parts. */
struct use {
	char *folder; /* NULL: it does not use it, or not on this host */
	const char *doubt; /* why it can't be told whether it does; NULL */
};

/* `test -x /usr/sbin/anacron || { cd / && run-parts --report FOLDER; }` and the like. */
static struct use
find_use(struct host *host, const char *command)
{
	struct use use = { 0 };
	if (strstr(command, "run-parts") == NULL)
		return use;
	autofree char *text = memory_text(command);
	struct part part;
	for (char *rest = text; *rest != '\0';) {
		next_part(&rest, &part);
		const char *path = tested_path(&part);
		bool is_and = strcmp(part.operator, "&&") == 0,
		     is_or = strcmp(part.operator, "||") == 0,
		     is_if = part.count > 0 && strcmp(part.words[0], "if") == 0;
		for (size_t i = 0; i < part.count; i++) {
			if (strcmp(text_base_name(part.words[i]), "run-parts") != 0)
				continue;
			const char *folder = read_arguments(&part, i, &use.doubt);
			/* a doubt from before stays */
			if (folder != NULL)
				use.folder = memory_text(folder);
			return use;
		}
		if (path != NULL && (is_and || is_or)) {
			if (is_executable(host, path) == is_or)
				return (struct use){ 0 };
		} else if (part.count > 0 && (is_and || is_or || is_if) &&
			strcmp(part.words[0], "cd") != 0) {
			use.doubt = "the condition before run-parts is not followed";
		}
	}
	return use;
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
	if (refused == NULL && !is_executable(host, path))
		refused = "run-parts passes over what can't be executed";
	if (refused != NULL) {
		cron_table_skip(
			table, path, (struct place){ 0 }, false, memory_text(refused));
		return;
	}
	const struct file *file = host_file(host, path);
	struct cron_job *script = cron_table_add(table);
	*script = *job;
	script->command = memory_text(path);
	script->script = file->state == FILE_READ && file->bytes.size > 2 &&
			memcmp(file->bytes.data, "#!", 2) == 0
		? file
		: NULL;
	script->doubt = job->doubt != NULL ? memory_text(job->doubt)
		: doubt != NULL            ? memory_text(doubt)
					   : NULL;
	/* the crontab's line is what says when */
}

void
cron_parts_add(struct host *host, enum cron_flavour flavour, const struct cron_job *job,
	struct cron_table *table)
{
	struct name_list names = { 0 };
	struct use use = find_use(host, job->command);
	bool debians = is_debians(host, flavour);
	if (use.folder == NULL || host_list(host, use.folder, &names, NULL) < 0) {
		free(use.folder);
		return;
	}
	for (size_t i = 0; i < names.count && !debians; i++)
		if (strcmp(names.names[i], "jobs.allow") == 0 ||
			strcmp(names.names[i], "jobs.deny") == 0)
			use.doubt = "jobs.allow and jobs.deny are not followed";
	for (size_t i = 0; i < names.count; i++)
		add_script(
			host, debians, job, use.doubt, use.folder, names.names[i], table);
	name_list_free(&names);
	free(use.folder);
}
