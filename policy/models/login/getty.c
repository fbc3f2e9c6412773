#include "policy/models/login/getty.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/login/getty_wrap.h"

enum { WORDS_MAX = 256 };

/* What a getty is told, whichever it is. */
struct orders {
	const char *user, *host, *program, *login_words, *terminal;
	const char *command; /* of rungetty */
	bool remote; /* login is told the host */
	bool chroot;
	bool mistaken; /* it ends at once */
};

static const char *const agettys[] = { "agetty", "getty", NULL };
static const char *const mingettys[] = { "mingetty", "rungetty", NULL };
static const char *const others[] = { "fgetty", "ngetty", "mgetty", "uugetty", "qingy",
	"kmscon", NULL };

bool
getty_is(const char *program)
{
	const char *name = text_base_name(program);
	return text_is_one_of(name, agettys) || text_is_one_of(name, mingettys) ||
		text_is_one_of(name, others) || strcmp(name, "login") == 0;
}

bool
getty_is_shell(const char *program, char *const *words, size_t count)
{
	static const char *const shells[] = { "sh", "ash", "bash", "dash", "ksh", "mksh",
		"zsh", "csh", "tcsh", "fish", "rbash",
		/* Red Hat's, for an emergency */
		"sushell", NULL };
	/* of a login shell the name begins with a dash */
	const char *name = text_base_name(program + (*program == '-'));
	if (!text_is_one_of(name, shells))
		return false;
	/* bash(1), OPTIONS: these take a word, -c a command, -s leaves standard input */
	for (size_t i = 0; i < count; i++) {
		const char *word = words[i];
		bool is_long = strncmp(word, "--", 2) == 0;
		bool takes = is_long ? strcmp(word, "--rcfile") == 0 ||
				strcmp(word, "--init-file") == 0
				     : strpbrk(word, "oO") != NULL;
		if (strcmp(word, "--") == 0 || strcmp(word, "-") == 0)
			return i + 1 >= count; /* a script */
		if ((*word != '-' && *word != '+') ||
			(!is_long && *word == '-' && strchr(word, 'c') != NULL))
			return false; /* a script, or -c */
		if (!is_long && *word == '-' && strchr(word, 's') != NULL)
			return true;
		if (takes)
			i++;
	}
	return true;
}

/* su(1), runuser(1): a shell of somebody's, unless there is a command. As root neither
 * asks for a password. */
static bool
is_su(const char *name, char *const *words, size_t count)
{
	static const char *const names[] = { "su", "runuser", NULL };
	if (!text_is_one_of(name, names))
		return false;
	size_t names_count = 0; /* behind the user's, words for the shell */
	for (size_t i = 0; i < count; i++) {
		const char *word = words[i];
		if (*word != '-')
			names_count++;
		else if (word[1] == '-' ? strstr(word, "c") != NULL
					: strpbrk(word, "cu") != NULL)
			return false;
		else if (strlen(word) == 2 && strchr("sgGw", word[1]) != NULL)
			i++;
	}
	return names_count <= 1;
}

/* getopt_long(3) is what these programs call themselves, abbreviations and all. The dash
 * in front of LETTERS hands out words that are no options, in their order. */
static int
next_option(int count, char **words, const char *letters, const struct option *longs)
{
	opterr = 0;
	return getopt_long(count, words, letters, longs, NULL);
}

static void
read_agetty(int count, char **words, struct orders *orders)
{
	enum { OTHER = 256, OTHER_WITH };
	static const struct option longs[] = {
		{ "8bits", no_argument, NULL, '8' },
		{ "autologin", required_argument, NULL, 'a' },
		{ "noreset", no_argument, NULL, 'c' },
		{ "chdir", required_argument, NULL, 'C' },
		{ "delay", required_argument, NULL, 'd' },
		{ "remote", no_argument, NULL, 'E' },
		{ "issue-file", required_argument, NULL, 'f' },
		{ "show-issue", no_argument, NULL, OTHER },
		{ "flow-control", no_argument, NULL, 'h' },
		{ "host", required_argument, NULL, 'H' },
		{ "noissue", no_argument, NULL, 'i' },
		{ "init-string", required_argument, NULL, 'I' },
		{ "noclear", no_argument, NULL, 'J' },
		{ "login-program", required_argument, NULL, 'l' },
		{ "local-line", optional_argument, NULL, 'L' },
		{ "extract-baud", no_argument, NULL, 'm' },
		{ "list-speeds", no_argument, NULL, OTHER },
		{ "skip-login", no_argument, NULL, 'n' },
		{ "nonewline", no_argument, NULL, 'N' },
		{ "login-options", required_argument, NULL, 'o' },
		{ "login-pause", no_argument, NULL, 'p' },
		{ "nice", required_argument, NULL, 'P' },
		{ "chroot", required_argument, NULL, 'r' },
		{ "hangup", no_argument, NULL, 'R' },
		{ "keep-baud", no_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{ "detect-case", no_argument, NULL, 'U' },
		{ "wait-cr", no_argument, NULL, 'w' },
		{ "nohints", no_argument, NULL, OTHER },
		{ "nohostname", no_argument, NULL, OTHER },
		{ "long-hostname", no_argument, NULL, OTHER },
		{ "reload", no_argument, NULL, OTHER },
		{ "version", no_argument, NULL, OTHER },
		{ "help", no_argument, NULL, OTHER },
		{ "erase-chars", required_argument, NULL, OTHER_WITH },
		{ "kill-chars", required_argument, NULL, OTHER_WITH },
		{ "nologin-message", required_argument, NULL, OTHER_WITH },
		{ 0 },
	};
	int letter;
	while ((letter = next_option(count, words,
			"-8a:cC:d:Ef:hH:iI:Jl:L::mnNo:pP:r:Rst:Uw", longs)) != -1)
		switch (letter) {
		case 'a':
			orders->user = optarg;
			break;
		case 'E':
			orders->remote = true;
			break;
		case 'H':
			orders->host = optarg;
			break;
		case 'l':
			orders->program = optarg;
			break;
		case 'o':
			orders->login_words = optarg;
			break;
		case 'r':
			orders->chroot = true;
			break;
		case '?':
			orders->mistaken = true;
			break;
		case 1: /* the line may stand before or after the speeds */
			if (orders->terminal == NULL && !isdigit((unsigned char)*optarg))
				orders->terminal = optarg;
			break;
		default:
			break;
		}
}

static void
read_mingetty(int count, char **words, struct orders *orders)
{
	enum { OTHER = 256, OTHER_WITH, PROMPT };
	static const struct option longs[] = {
		{ "autologin", required_argument, NULL, 'a' },
		{ "chdir", required_argument, NULL, OTHER_WITH },
		{ "chroot", required_argument, NULL, 'r' },
		{ "delay", required_argument, NULL, OTHER_WITH },
		{ "noclear", no_argument, NULL, OTHER },
		{ "nonewline", no_argument, NULL, OTHER },
		{ "noissue", no_argument, NULL, OTHER },
		{ "nohangup", no_argument, NULL, OTHER },
		{ "no-hostname", no_argument, NULL, OTHER },
		{ "nohostname", no_argument, NULL, OTHER },
		{ "loginprog", required_argument, NULL, 'l' },
		{ "long-hostname", no_argument, NULL, OTHER },
		{ "nice", required_argument, NULL, OTHER_WITH },
		{ "prompt", optional_argument, NULL, PROMPT },
		{ 0 },
	};
	int letter;
	while ((letter = next_option(count, words, "-a:d:g:l:n:u:w:r:", longs)) != -1)
		if (letter == 'a')
			orders->user = optarg;
		else if (letter == 'l')
			orders->program = optarg;
		else if (letter == 'r')
			orders->chroot = true;
		else if (letter == '?')
			orders->mistaken = true;
		else if (letter == 1 && orders->terminal == NULL)
			orders->terminal = optarg;
		else if (letter == 1 && orders->command == NULL)
			orders->command = optarg;
	if (orders->terminal != NULL && orders->command == NULL && optind < count)
		orders->command = words[optind];
}

static void
cannot_tell(struct getty *getty, const char *what, const char *program)
{
	getty->unknown = memory_printf("%s%s%s", what, program != NULL ? " " : "",
		program != NULL ? program : "");
}

/* The words of a login; \u in them is the name that somebody types. */
static void
judge_login(struct getty *getty, int count, char **words)
{
	bool is_trusted = false;
	const char *host = NULL, *name = NULL;
	int letter;
	optind = 0;
	while ((letter = next_option(count, words, "-d:fh:Hpr:s:V", NULL)) != -1)
		if (letter == 'f')
			is_trusted = true;
		else if (letter == 'h' || letter == 'r')
			host = optarg;
		else if (letter == 1 && name == NULL)
			name = optarg;
	if (name == NULL && optind < count)
		name = words[optind];
	if (is_trusted)
		getty->user = memory_text(
			name == NULL || strcmp(name, "\\u") == 0 ? "any name" : name);
	else if (host != NULL)
		getty->remote = memory_text(host);
}

/* What login is given by -o: instead of the words that agetty would give it, split at
 * blanks (login_options_to_argv). */
static void
judge_login_words(struct getty *getty, const struct orders *orders)
{
	char *words[WORDS_MAX + 1] = { (char *)"login" }, *rest = NULL;
	int count = 1;
	autofree char *text = memory_text(orders->login_words);
	for (char *word = strtok_r(text, " \t\n\v\f\r", &rest); word != NULL;
		word = strtok_r(NULL, " \t\n\v\f\r", &rest)) {
		if (count == WORDS_MAX) {
			cannot_tell(getty, "it gives login too many words", NULL);
			return;
		}
		bool is_name = strcmp(word, "\\u") == 0 && orders->user != NULL;
		words[count++] = is_name ? (char *)orders->user : word;
	}
	judge_login(getty, count, words);
}

static void
judge_orders(struct getty *getty, const struct orders *orders)
{
	const char *program = orders->command != NULL ? orders->command
		: orders->program != NULL             ? orders->program
						      : "/bin/login";
	if (orders->mistaken)
		cannot_tell(getty, "it has an option that is not known", NULL);
	else if (orders->chroot)
		cannot_tell(getty, "its login runs in another root", NULL);
	else if (getty_is_shell(program, NULL, 0))
		getty->starts = memory_text(program);
	else if (strcmp(text_base_name(program), "login") != 0 || orders->command != NULL)
		cannot_tell(
			getty, "it starts, and what that does is not known,", program);
	else if (orders->login_words != NULL)
		judge_login_words(getty, orders);
	else if (orders->user != NULL)
		getty->user = memory_text(orders->user);
	else if (orders->remote && orders->host != NULL)
		getty->remote = memory_text(orders->host);
}

/* The terminal by its name in /dev; a dash is standard input, $NAME a shell's variable.
 */
static void
set_terminal(struct getty *getty, const char *terminal)
{
	if (getty->terminal != NULL || terminal == NULL || *terminal == '-' ||
		strchr(terminal, '$') != NULL)
		return;
	if (strncmp(terminal, "/dev/", 5) == 0)
		terminal += 5;
	getty->terminal = memory_text(terminal);
}

void
getty_judge(struct getty *getty, const char *program, char *const *words, size_t count)
{
	struct getty_command command = getty_unwrap((struct getty_command){
		.program = program, .words = words, .count = count });
	struct orders orders = { 0 };
	program = command.program;
	words = command.words;
	count = command.count;
	const char *name = text_base_name(program);
	if (count + 1 >= WORDS_MAX) {
		cannot_tell(getty, "it has too many arguments", NULL);
		return;
	}
	char *vector[WORDS_MAX + 1] = { (char *)program };
	for (size_t i = 0; i < count; i++)
		vector[i + 1] = words[i];
	optind = 0;
	if (strcmp(name, "login") == 0) {
		judge_login(getty, (int)count + 1, vector);
	} else if (getty_is_shell(program, words, count) || is_su(name, words, count) ||
		strcmp(name, "sulogin") == 0 || strcmp(name, "openvt") == 0) {
		/* openvt(1) without a command runs a shell */
		getty->starts = memory_text(program);
	} else if (text_is_one_of(name, agettys)) {
		read_agetty((int)count + 1, vector, &orders);
		judge_orders(getty, &orders);
	} else if (text_is_one_of(name, mingettys)) {
		read_mingetty((int)count + 1, vector, &orders);
		judge_orders(getty, &orders);
	} else {
		cannot_tell(
			getty, "it starts, and what that does is not known,", program);
	}
	set_terminal(getty, orders.terminal);
	if (command.number != NULL && getty->terminal == NULL)
		getty->terminal = memory_printf("tty%s", command.number);
}
