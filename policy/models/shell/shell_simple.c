#include "policy/models/shell/shell_simple.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/principals.h"
#include "base/text.h"
#include "policy/models/boot/boot.h"
#include "policy/models/shell/shell_text.h"

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

/* Programs that start what is behind them: options that take a word, those that take
 * none, long ones (with = those that have a value), and how many words come before the
 * program. Another option may have it ask or tell something, and start nothing. */
static const struct starter {
	const char *name, *with_argument, *flags;
	const char *const *longs; /* NULL: none */
	size_t operands;
} starters[] = {
	{ "chronic", "", "ev", NULL, 0 },
	{ "command", "", "p", NULL, 0 },
	{ "env", "uC", "i",
		(const char *const[]){ "ignore-environment", "unset=", "chdir=", NULL },
		0 },
	{ "exec", "", "", NULL, 0 },
	{ "flock", "wE", "esxnoF",
		(const char *const[]){ "shared", "exclusive", "nonblock", "nb", "close",
			"wait=", "timeout=", "conflict-exit-code=", "no-fork", NULL },
		1 },
	{ "ionice", "cn", "t",
		(const char *const[]){ "class=", "classdata=", "ignore", NULL }, 0 },
	{ "nice", "n", "0123456789", (const char *const[]){ "adjustment=", NULL }, 0 },
	{ "nohup", "", "", NULL, 0 },
	{ "run-one", "", "", NULL, 0 },
	{ "runuser", "ugG", "",
		(const char *const[]){ "user=", "group=", "supp-group=", NULL }, 0 },
	{ "setsid", "", "cfw", (const char *const[]){ "ctty", "fork", "wait", NULL }, 0 },
	{ "sudo", "ugpCDrT", "nEHSbiP",
		(const char *const[]){ "non-interactive", "user=", "group=", "set-home",
			"preserve-env", "preserve-env=", "login", NULL },
		0 },
	{ "systemd-cat", "tp", "",
		(const char *const[]){ "identifier=", "priority=", NULL }, 0 },
	{ "time", "fo", "pva",
		(const char *const[]){
			"format=", "output=", "portability", "verbose", "append", NULL },
		0 },
	{ "timeout", "ks", "fv",
		(const char *const[]){ "foreground", "preserve-status", "verbose",
			"signal=", "kill-after=", NULL },
		1 },
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

static bool
knows_long(const struct starter *starter, const char *option)
{
	size_t size = strcspn(option, "=");
	autofree char *name = memory_copy(option, size + (option[size] == '='));
	return starter->longs != NULL && text_is_one_of(name, starter->longs);
}

/* Whether STARTER has all letters of WORD, "-n", "-n10", "-en"; *ret_more: the last one
 * takes the next word. */
static bool
knows_letters(const struct starter *starter, const char *word, bool *ret_more)
{
	size_t flags = strspn(word + 1, starter->flags);
	char letter = word[1 + flags];
	*ret_more = letter != '\0' && word[2 + flags] == '\0';
	return letter == '\0' || strchr(starter->with_argument, letter) != NULL;
}

/* runuser is like su where it does not begin with its user. */
static bool
is_starter(const struct starter *starter, const struct shell_simple *simple)
{
	return strcmp(text_base_name(simple->words[0]), starter->name) == 0 &&
		(strcmp(starter->name, "runuser") != 0 ||
			(simple->count > 1 &&
				(strncmp(simple->words[1], "-u", 2) == 0 ||
					strncmp(simple->words[1], "--user",
						strlen("--user")) == 0)));
}

/* How many words of SIMPLE are STARTER's own; *ret_is_sure: it starts the rest. */
static size_t
own_words(const struct shell_simple *simple, const struct starter *starter,
	bool *ret_is_sure)
{
	size_t at = 1;
	while (at < simple->count && simple->words[at][0] == '-') {
		const char *word = simple->words[at++];
		bool has_more = false;
		if (strcmp(word, "--") == 0)
			break;
		if (word[1] == '-' ? !knows_long(starter, word + 2)
				   : !knows_letters(starter, word, &has_more))
			*ret_is_sure = false;
		at += has_more;
	}
	at += starter->operands;
	while (strcmp(starter->name, "env") == 0 && at < simple->count &&
		shell_is_assignment(simple->words[at]))
		at++;
	/* `flock FILE -c TEXT` */
	if (at < simple->count && simple->words[at][0] == '-')
		*ret_is_sure = false;
	return at < simple->count ? at : simple->count;
}

/* Whether STARTER, started as PROGRAM, may not be there; some a shell has itself. */
static bool
is_lacking(struct host *host, const struct starter *starter, const char *program)
{
	static const char *const own[] = { "command", "exec", "time", NULL };
	return shell_lacks(host, program) &&
		(strchr(program, '/') != NULL || !text_is_one_of(starter->name, own));
}

/* The user of `sudo -u USER` and `runuser -u USER` in the first COUNT words; NULL: none.
 */
static const char *
named_user(const struct shell_simple *simple, size_t count)
{
	static const char start[] = "--user=";
	for (size_t i = 1; i < count; i++) {
		const char *word = simple->words[i];
		if (strncmp(word, start, sizeof start - 1) == 0)
			return word + sizeof start - 1;
		const char *letter = word[0] == '-' && word[1] != '-' ? strchr(word, 'u')
								      : NULL;
		if (letter != NULL && letter[1] != '\0')
			return letter + 1;
		if (letter != NULL && i + 1 < count)
			return simple->words[i + 1];
	}
	return NULL;
}

/* sudo may have no rule for it, su asks for a password, and runuser is for root alone:
 * sudoers(5), su(1), runuser(1). */
static const char no_root[] = "whether a user other than root may start it by sudo, su "
			      "or runuser is not followed";

/* Notes the user as whom a program of SIMPLE that has OWN words starts the rest. Why it
 * may not; NULL. */
static const char *
take_user(struct host *host, struct shell_simple *simple, size_t own)
{
	const char *program = text_base_name(simple->words[0]);
	if (strcmp(program, "sudo") != 0 && strcmp(program, "runuser") != 0)
		return NULL;
	const char *name = named_user(simple, own);
	const struct principals *users = principals_of(host);
	bool is_root = name == NULL ||
		principals_is_root(users, *name == '#' ? name + 1 : name),
	     is_others = simple->user == SHELL_OTHER;
	simple->user = is_root ? SHELL_ROOT : SHELL_OTHER;
	if (is_others)
		return no_root;
	return is_root || *name == '#' || strpbrk(name, "$`") != NULL ||
			principals_user(users, name) != NULL
		? NULL
		: "its sudo or runuser has no user that etc/passwd knows";
}

const char *
shell_drop_starters(struct host *host, struct shell_simple *simple)
{
	bool is_sure = true, is_there = true;
	const char *user_flaw = NULL;
	for (size_t i = 0; i < sizeof starters / sizeof *starters && simple->count > 0;)
		if (is_starter(&starters[i], simple)) {
			is_there = is_there &&
				!is_lacking(host, &starters[i], simple->words[0]);
			size_t own = own_words(simple, &starters[i], &is_sure);
			const char *flaw = take_user(host, simple, own);
			user_flaw = user_flaw != NULL ? user_flaw : flaw;
			shell_drop(simple, own);
			i = 0;
		} else {
			i++;
		}
	return !is_sure ? "the options of what starts a program in it are not followed"
		: !is_there
		? "what starts a program in it, as nice does, is in no folder of programs"
		: user_flaw;
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
		return S_ISDIR(status.st_mode) || host_is_executable(host, path)
			? SHELL_YES
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
shell_ask_folder(struct host *host, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	if (*path == '/' && strpbrk(path, "$`*?[") == NULL &&
		host_status(host, path, &status, &target) == 0 && S_ISDIR(status.st_mode))
		return SHELL_YES;
	return ask_file(host, 'd', path);
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

static const char *const changers[] = { "su", "runuser", NULL };

const char *
shell_change_user(struct host *host, struct shell_simple *simple)
{
	const char *name = NULL;
	bool has_shell = false, is_others = simple->user == SHELL_OTHER;
	if (!text_is_one_of(text_base_name(simple->words[0]), changers))
		return NULL;
	for (size_t i = 1; i < simple->count; i++) {
		const char *word = simple->words[i];
		bool is_option = word[0] == '-' && word[1] != '\0';
		if (is_option && strpbrk(word, "cs") != NULL)
			i++;
		else if (!is_option && strcmp(word, "-") != 0 && name == NULL)
			name = word;
		has_shell = has_shell || (is_option && strchr(word, 's') != NULL);
	}
	name = name != NULL ? name : "root";
	const struct principal *user = principals_user(principals_of(host), name);
	simple->user = user != NULL && user->uid != 0 ? SHELL_OTHER : SHELL_ROOT;
	if (is_others)
		return no_root;
	return strcmp(name, "root") == 0 ||
			(user != NULL && (has_shell || !user->no_shell))
		? NULL
		: "its su has no user that etc/passwd knows, or not one with a shell";
}

const char *
shell_nested_text(const struct shell_simple *simple, bool *ret_is_sure)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };
	const char *name = text_base_name(simple->words[0]), *text = NULL;
	bool is_changer = text_is_one_of(name, changers);
	*ret_is_sure = true;
	if (!is_changer && !text_is_one_of(name, shells))
		return NULL;
	for (size_t i = 1; i < simple->count; i++) {
		const char *word = simple->words[i];
		if (word[0] != '-' || word[1] == '\0') {
			if (is_changer)
				continue;
			break; /* a script, and what it gets */
		}
		/* `sh -n` runs nothing */
		if (word[1 + strspn(word + 1, is_changer ? "clmps" : "ceuxl")] != '\0')
			*ret_is_sure = false;
		bool has_text = strchr(word, 'c') != NULL,
		     takes = has_text || (is_changer && strchr(word, 's') != NULL);
		if (takes && i + 1 < simple->count)
			i++;
		if (has_text && text == NULL)
			text = simple->words[i];
		if (has_text && !is_changer)
			break;
	}
	return text;
}
