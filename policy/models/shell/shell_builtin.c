/* What builtins and redirections do to a shell. Sources: as of shell_text.h; POSIX, 2.7
 * and 2.14. */
#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/shell/shell_simple.h"

static bool
is_name(const char *word)
{
	size_t size = 0;
	while (isalnum((unsigned char)word[size]) || word[size] == '_')
		size++;
	return size > 0 && !isdigit((unsigned char)*word) &&
		(word[size] == '\0' || word[size] == '=');
}

/* set: options that change nothing, and -e and -u; others are not followed. */
static void
judge_set(const struct shell_simple *simple, struct shell_builtin *builtin)
{
	builtin->result = SHELL_YES;
	for (size_t i = 1; i < simple->count; i++) {
		const char *word = simple->words[i];
		if ((*word != '-' && *word != '+') || strcmp(word, "--") == 0)
			return;
		if (word[1 + strspn(word + 1, "abefhmuvx")] != '\0')
			builtin->ends = builtin->result = SHELL_PERHAPS;
		if (*word == '-' && strchr(word, 'e') != NULL)
			builtin->has_errexit = true;
		if (*word == '-' && strchr(word, 'u') != NULL)
			builtin->has_nounset = true;
	}
}

/* Whether the words of SIMPLE, a builtin that takes names or signals, are such. */
static bool
has_plain_words(const struct shell_simple *simple)
{
	static const char *const signals[] = { "EXIT", "HUP", "INT", "QUIT", "TERM", "0",
		"1", "2", "3", "15", NULL };
	const char *name = simple->words[0];
	if (strcmp(name, "trap") == 0) {
		for (size_t i = 2; i < simple->count; i++)
			if (!text_is_one_of(simple->words[i], signals))
				return false;
		return simple->count > 2;
	}
	for (size_t i = 1; i < simple->count; i++)
		if (!is_name(simple->words[i]))
			return false;
	return true;
}

bool
shell_builtin_judge(struct host *host, const struct shell_simple *simple,
	struct shell_builtin *ret_builtin)
{
	static const char *const good[] = { ":", "true", "echo", NULL };
	static const char *const plain[] = { "export", "unset", "trap", NULL };
	static const char *const numbers[] = { "sleep", "umask", NULL };
	static const char *const questions[] = { "[[", "read", "let", "getopts", "wait",
		"type", "hash", "logger", "printf", NULL };
	/* what they do is not followed, and may be anything */
	static const char *const others[] = { ".", "source", "eval", "shift", "kill",
		"alias", "unalias", "break", "continue", "return", "readonly", "local",
		"declare", "typeset", "enable", "builtin", "shopt", "ulimit", NULL };
	const char *name = simple->words[0];
	struct shell_builtin builtin = { .result = SHELL_PERHAPS, .ends = SHELL_NO };
	bool is_plain = text_is_one_of(name, plain);
	if (strcmp(name, "exit") == 0)
		builtin = (struct shell_builtin){ .result = SHELL_NO, .ends = SHELL_YES };
	else if (text_is_one_of(name, others) || (is_plain && !has_plain_words(simple)))
		builtin.ends = SHELL_PERHAPS;
	else if (is_plain || text_is_one_of(name, good))
		builtin.result = SHELL_YES;
	else if (strcmp(name, "false") == 0)
		builtin.result = SHELL_NO;
	else if (strcmp(name, "set") == 0)
		judge_set(simple, &builtin);
	else if (strcmp(name, "cd") == 0 && simple->count == 2)
		builtin.result = shell_ask_folder(host, simple->words[1]);
	else if (text_is_one_of(name, numbers))
		builtin.result = simple->count == 2 && text_is_digits(simple->words[1])
			? SHELL_YES
			: SHELL_PERHAPS;
	else if (strcmp(name, "test") == 0 || strcmp(name, "[") == 0)
		builtin.result = shell_ask_test(host, simple);
	else if (strcmp(name, "cd") != 0 && !text_is_one_of(name, questions))
		return false;
	*ret_builtin = builtin;
	return true;
}

bool
shell_redirection_holds(struct host *host, const char *redirection)
{
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/stdin",
		"/dev/stdout", "/dev/stderr", NULL };
	static const char *const streams[] = { "0", "1", "2", "-", NULL };
	static const char *const filled[] = { "/tmp", "/var/tmp", "/run", "/dev/shm",
		NULL }; /* at the boot, or by a package that each host has */
	const char *path = redirection + 1, *slash = strrchr(path, '/');
	struct stat status;
	autofree char *target = NULL, *folder_target = NULL;
	if (*redirection == '&')
		return text_is_one_of(path, streams);
	if (text_is_one_of(path, devices))
		return true;
	bool is_known = *path == '/' && host_status(host, path, &status, &target) == 0 &&
		status.st_mode != 0;
	if (*redirection == '<' || is_known)
		return is_known && !S_ISDIR(status.st_mode);
	if (*path != '/')
		return *path != '\0' && strpbrk(path, "/$`") == NULL;
	autofree char *folder = memory_copy(path, (size_t)(slash - path));
	if (strpbrk(folder, "$`") != NULL || slash[1] == '\0')
		return false;
	return *folder == '\0' || text_is_one_of(folder, filled) ||
		(host_status(host, folder, &status, &folder_target) == 0 &&
			S_ISDIR(status.st_mode));
}
