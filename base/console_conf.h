/* /etc/holdfast/console.conf, which apply writes and the PAM module reads: one line each,
 *
 *	control ID		the control it was written for
 *	policy SHA256		the policy that the control is of
 *	allow NAME		a user; (NAME) is a group, digits are a uid
 *
 * Blank lines and those that begin with # say nothing. Anything else is an error, for a
 * line that is passed over could be the one that matters. The format is strict so that
 * its reader is small: it runs as root in every login, allocates nothing and stops at
 * nothing. */
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
	const char *next, *end;
	unsigned line; /* of the entry or error, from 1 */
	unsigned column; /* of the error, from 1, in bytes */
	const char *error; /* what is wrong; NULL while nothing is */
	unsigned seen; /* private */
};

/* Begins to read the SIZE bytes of TEXT, which must outlive it. */
void
console_conf_begin(struct console_conf *conf, const char *text, size_t size);

/* The next entry: 1; 0 at the end of a text that is whole, with one control, one policy
 * and somebody allowed; -1 with conf->error, line and column, and again each time. */
int
console_conf_next(struct console_conf *conf, struct console_conf_entry *ret_entry);

#endif
