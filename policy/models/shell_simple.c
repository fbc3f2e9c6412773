#include "policy/models/shell_simple.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot.h"
#include "policy/models/shell_text.h"

enum shell_chance
shell_opposite(enum shell_chance chance)
{
	return chance == SHELL_PERHAPS ? SHELL_PERHAPS
		: chance == SHELL_YES  ? SHELL_NO
				       : SHELL_YES;
}

enum shell_chance
shell_both(enum shell_chance a, enum shell_chance b)
{
	return a < b ? a : b;
}

/* Programs that start what is behind them: options that take a word, and how many words
 * come before the program. */
static const struct starter {
	const char *name, *with_argument;
	size_t operands;
} starters[] = {
	{ "chronic", "", 0 },
	{ "command", "", 0 },
	{ "env", "uCS", 0 },
	{ "exec", "a", 0 },
	{ "flock", "wE", 1 },
	{ "ionice", "cnpPu", 0 },
	{ "nice", "n", 0 },
	{ "nohup", "", 0 },
	{ "setsid", "", 0 },
	{ "sudo", "ugpCDhrRTU", 0 },
	{ "systemd-cat", "tp", 0 },
	{ "time", "fo", 0 },
	{ "timeout", "ks", 1 },
};

bool
shell_is_assignment(const char *word)
{
	size_t size = 0;
	while (isalnum((unsigned char)word[size]) || word[size] == '_')
		size++;
	return size > 0 && !isdigit((unsigned char)*word) && word[size] == '=';
}

void
shell_drop(struct shell_simple *simple, size_t count)
{
	if (count == 0)
		return; /* there may be no words at all */
	for (size_t i = 0; i < count; i++)
		free(simple->words[i]);
	simple->count -= count;
	memmove(simple->words, simple->words + count,
		simple->count * sizeof *simple->words);
}

/* How many words of SIMPLE are STARTER's own. */
static size_t
own_words(const struct shell_simple *simple, const struct starter *starter)
{
	size_t at = 1;
	while (at < simple->count && simple->words[at][0] == '-') {
		const char *word = simple->words[at++];
		size_t size = strlen(word);
		if (strcmp(word, "--") == 0)
			break;
		/* "-n 10"; "-n10" and "--option=10" have it with them */
		if (word[1] != '-' && size == 2 &&
			strchr(starter->with_argument, word[1]) != NULL)
			at++;
	}
	at += starter->operands;
	while (strcmp(starter->name, "env") == 0 && at < simple->count &&
		shell_is_assignment(simple->words[at]))
		at++;
	return at < simple->count ? at : simple->count;
}

void
shell_drop_starters(struct shell_simple *simple)
{
	for (size_t i = 0; i < sizeof starters / sizeof *starters && simple->count > 0;)
		if (strcmp(text_base_name(simple->words[0]), starters[i].name) == 0) {
			shell_drop(simple, own_words(simple, &starters[i]));
			i = 0;
		} else {
			i++;
		}
}

static bool
can_be_executed(struct host *host, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	return host_status(host, path, &status, &target) == 0 &&
		S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

bool
shell_is_missing(struct host *host, const char *path)
{
	autofree char *folder = memory_text(path);
	if (*path != '/' || host_exists(host, path) != 0)
		return false;
	*strrchr(folder, '/') = '\0';
	return host_exists(host, *folder != '\0' ? folder : "/") == 1;
}

/* Whether what is asked of the file PATH by -x, -d and so on is so. */
static enum shell_chance
ask_file(struct host *host, char letter, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	if (strcmp(path, "/run/systemd/system") == 0 && !host_is_live(host))
		return boot_is_systemd(host) ? SHELL_YES : SHELL_NO;
	/* what is there depends on the moment */
	if (*path != '/' || strpbrk(path, "$`*?[") != NULL ||
		strncmp(path, "/run/", 5) == 0 || strncmp(path, "/var/", 5) == 0 ||
		strncmp(path, "/tmp/", 5) == 0 || strncmp(path, "/proc/", 6) == 0 ||
		strncmp(path, "/sys/", 5) == 0 || strncmp(path, "/dev/", 5) == 0 ||
		host_status(host, path, &status, &target) < 0)
		return SHELL_PERHAPS;
	switch (letter) {
	case 'x':
		return S_ISDIR(status.st_mode) || can_be_executed(host, path) ? SHELL_YES
									      : SHELL_NO;
	case 'd':
		return S_ISDIR(status.st_mode) ? SHELL_YES : SHELL_NO;
	case 'f':
		return S_ISREG(status.st_mode) ? SHELL_YES : SHELL_NO;
	case 'e':
		return status.st_mode != 0 ? SHELL_YES : SHELL_NO;
	default:
		return SHELL_PERHAPS;
	}
}

enum shell_chance
shell_ask_test(struct host *host, const struct shell_simple *simple)
{
	char **words = simple->words + 1;
	size_t count = simple->count - 1;
	bool is_not = false;
	if (strcmp(simple->words[0], "[") == 0) {
		if (count == 0 || strcmp(words[count - 1], "]") != 0)
			return SHELL_PERHAPS;
		count--;
	}
	if (count > 0 && strcmp(words[0], "!") == 0) {
		is_not = true;
		words++;
		count--;
	}
	if (count != 2 || words[0][0] != '-' || strlen(words[0]) != 2)
		return SHELL_PERHAPS;
	enum shell_chance chance = ask_file(host, words[0][1], words[1]);
	return is_not ? shell_opposite(chance) : chance;
}

const char *
shell_nested_text(const struct shell_simple *simple)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", "su",
		"runuser", NULL };
	if (!text_is_one_of(text_base_name(simple->words[0]), shells))
		return NULL;
	for (size_t i = 1; i + 1 < simple->count; i++)
		if (simple->words[i][0] == '-' && simple->words[i][1] != '-' &&
			strchr(simple->words[i], 'c') != NULL)
			return simple->words[i + 1];
	return NULL;
}
