/* /etc/holdfast/console.conf, which apply writes and the PAM module reads: one line each,
 *
 *	sum SIZE HEX		first, or not at all: of the bytes that follow
 *	control ID		the control it was written for
 *	policy SHA256		the policy that the control is of
 *	allow NAME		a user; (NAME) is a group, digits are a uid
 *
 * Blank lines and those that begin with # say nothing. Anything else is an error, for a
 * line that is passed over could be the one that matters. Behind a sum the lines that
 * allow users come last, sorted bytewise, and nothing stands among them: the module finds
 * one of 10,000 by looking at a few, and the sum says that the others are as they were
 * written. SIZE has ten digits and HEX sixteen, which makes the line 32 bytes long and
 * keeps what follows aligned.
 *
 * The format is strict so that its reader is small: it runs as root in every login,
 * allocates nothing and stops at nothing. */
#ifndef BASE_CONSOLE_CONF_H
#define BASE_CONSOLE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CONSOLE_CONF_MAX = 1 << 20 }; /* bytes */

enum console_conf_kind {
	CONSOLE_CONF_CONTROL,
	CONSOLE_CONF_POLICY,
	CONSOLE_CONF_USER,
	CONSOLE_CONF_GROUP,
	CONSOLE_CONF_UID,
};

struct console_conf_entry {
	enum console_conf_kind kind;
	const char *text; /* in the text that is read, without the parentheses */
	size_t size;
	uid_t uid; /* of CONSOLE_CONF_UID */
};

struct console_conf {
	const char *text, *next, *end;
	const char *at; /* the line of the entry or error; end where a line is missing */
	unsigned line; /* its number, from 1; 0 before the first */
	unsigned column; /* of the error, from 1, in bytes */
	const char *error; /* what is wrong; NULL while nothing is */
	bool has_sum; /* a good one: see console_conf_find */
	unsigned seen; /* private */
	const char *last; /* private: the last user's name; NULL before the first */
	size_t last_size;
};

/* Begins to read the SIZE bytes of TEXT, which must outlive it. */
void
console_conf_begin(struct console_conf *conf, const char *text, size_t size);

/* The next entry: 1; 0 at the end of a text that is whole, with one control, one policy
 * and somebody allowed; -1 with conf->error, line and column, and again each time. */
int
console_conf_next(struct console_conf *conf, struct console_conf_entry *ret_entry);

/* After an error, for a reader that tells them all: the next one is behind its line.
 * False when nothing is. */
bool
console_conf_skip(struct console_conf *conf);

/* Ends the reading of a text that has_sum when console_conf_next has come to the first
 * user: whether the NAME of SIZE bytes is that one or a later one. Looks at few of the
 * lines, and trusts the sum for the others. Returns 1, 0, or -1 as console_conf_next
 * does. */
int
console_conf_find(struct console_conf *conf, const char *name, size_t size);

/* The text of a file with a sum that lets WHO in: COUNT users, groups in parentheses and
 * uids, in any order, all such as the format can hold. Not in the module. */
char *
console_conf_write(const char *control, const char *policy, const char *const *who,
	size_t count) __attribute__((malloc, returns_nonnull));

#endif
