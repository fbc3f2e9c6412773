/* Simple commands of a shell: what they start in turn, and what they ask of files.
 * Sources: as of shell_text.h; test(1). */
#ifndef POLICY_MODELS_SHELL_SIMPLE_H
#define POLICY_MODELS_SHELL_SIMPLE_H

#include "policy/models/shell/shell_text.h"

/* Whether something is so, or comes to pass. */
enum shell_chance {
	SHELL_NO,
	SHELL_PERHAPS,
	SHELL_YES,
};

enum shell_chance
shell_opposite(enum shell_chance chance);

/* That of both. */
enum shell_chance
shell_both(enum shell_chance a, enum shell_chance b);

/* The words of one, each on its own, as their list. */
struct shell_simple {
	char **words;
	size_t count;
	bool is_expanded;
	enum shell_user user; /* at first that of the shell that it stands in */
};

bool
shell_is_assignment(const char *word);

/* Takes the first COUNT words away. */
void
shell_drop(struct shell_simple *simple, size_t count);

/* Takes away programs such as nice, which start what is behind them, and notes the user
 * that sudo makes of it. Why they may not, by their options or as they are not there;
 * NULL: they do. */
const char *
shell_drop_starters(struct host *host, struct shell_simple *simple);

/* test EXPRESSION, or [ EXPRESSION ]; one that is not "[!] -LETTER PATH" is not followed,
 * nor what is asked of a file that comes and goes. */
enum shell_chance
shell_ask_test(struct host *host, const struct shell_simple *simple);

/* Whether cd can go to PATH. */
enum shell_chance
shell_ask_folder(struct host *host, const char *path);

/* The text that `sh -c TEXT` and `su USER -c TEXT` hand to a shell; NULL: none.
 * *ret_is_sure: the options of such a shell are known to have it run what it is given. */
const char *
shell_nested_text(const struct shell_simple *simple, bool *ret_is_sure);

/* Notes the user of `su USER -c TEXT`; nothing where SIMPLE is no su. Why it may not be
 * started as that: it is not in etc/passwd, or has no shell where -s names none, or who
 * starts it is not root: su(1), runuser(1); NULL. */
const char *
shell_change_user(struct host *host, struct shell_simple *simple);

/* What a builtin does to the shell. */
struct shell_builtin {
	enum shell_chance result; /* how it ends */
	enum shell_chance ends; /* whether the shell ends, or what is behind it means
				   something else */
	bool has_errexit, has_nounset; /* from there on: set -e, set -u */
};

/* False: SIMPLE is no builtin. */
bool
shell_builtin_judge(struct host *host, const struct shell_simple *simple,
	struct shell_builtin *ret_builtin);

/* Whether REDIRECTION, as shell_words has it, surely succeeds; what may be written to
 * where a folder is there does. */
bool
shell_redirection_holds(struct host *host, const char *redirection);

#endif
