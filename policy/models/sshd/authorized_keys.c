#include "policy/models/sshd/authorized_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LINES_MAX = 10000 }; /* looked at in one file */

/* %h, %u, %U, %% and a path from the home: expand_authorized_keys in auth.c. NULL when
 * there is no home to begin at. */
static char *
expand(const struct authorized_keys_question *question, const char *word, size_t size)
{
	const char *home = question->account->home;
	autobuffer struct buffer text = { 0 };
	for (size_t i = 0; i < size; i++) {
		static const char letters[] = "hUu%";
		const char *next = NULL;
		if (word[i] == '%' && i + 1 < size)
			next = memchr(letters, word[i + 1], sizeof letters - 1);
		if (next == NULL) {
			buffer_add(&text, word + i, 1);
			continue;
		}
		i++;
		if (*next == 'h' && home == NULL)
			return NULL;
		if (*next == 'h')
			buffer_text(&text, home);
		else if (*next == 'u')
			buffer_text(&text, question->user->name);
		else if (*next == 'U')
			buffer_printf(&text, "%u", question->user->uid);
		else
			buffer_text(&text, "%");
	}
	if (text.size > 0 && text.data[0] == '/')
		return buffer_take(&text);
	if (home == NULL || home[0] != '/')
		return NULL;
	return memory_printf("%s%s%s", home, home[strlen(home) - 1] == '/' ? "" : "/",
		text.size > 0 ? text.data : "");
}

/* On another root our own files stand for the user's as well as for root's. */
static bool
is_users(const struct authorized_keys_question *question, const struct stat *status)
{
	return status->st_uid == question->user->uid ||
		(status->st_uid != 0 && host_owner(question->host, status) == 0);
}

/* Why StrictModes does not trust what STATUS is of: 1, with *ret_what; -1: Debian's sshd
 * would if nobody else is in the group (user-group-modes.patch); 0: it does. */
static int
is_unsafe(const struct authorized_keys_question *question, const struct stat *status,
	const char **ret_what)
{
	if (!is_users(question, status) && status->st_uid != 0) {
		*ret_what = "belongs to somebody else";
		return 1;
	}
	*ret_what = "can be written by others";
	if ((status->st_mode & 002) != 0)
		return 1;
	if ((status->st_mode & 020) == 0)
		return 0;
	return status->st_gid == question->user->gid ? -1 : 1;
}

/* safe_path: the file, and what is above it up to the home, or to the top when it lies
 * elsewhere. */
static int
check_path(const struct authorized_keys_question *question, const struct file *file,
	struct buffer *why)
{
	const char *what;
	struct stat status;
	autofree char *home = NULL;
	autofree char *path = memory_text(file->target);
	int result = is_unsafe(question, &file->status, &what);
	if (result != 0)
		buffer_printf(why, "%s %s, which StrictModes forbids", path, what);
	if (question->account->home != NULL)
		(void)host_status(
			question->host, question->account->home, &status, &home);
	for (char *slash; result == 0 && (slash = strrchr(path, '/')) != NULL;) {
		autofree char *target = NULL;
		slash[slash == path] = '\0';
		if (host_status(question->host, path, &status, &target) < 0) {
			buffer_printf(why, "%s: %s", path, strerror(errno));
			return -1;
		}
		result = is_unsafe(question, &status, &what);
		if (result != 0)
			buffer_printf(
				why, "%s %s, which StrictModes forbids", path, what);
		if ((home != NULL && strcmp(home, path) == 0) || slash == path)
			break;
	}
	return result;
}

static bool
in_group(const struct authorized_keys_question *question, gid_t gid)
{
	size_t count;
	const struct membership *members = principals_members(
		question->principals, gid, &count);
	bool found = question->user->gid == gid;
	for (size_t i = 0; i < count && !found; i++)
		found = strcmp(members[i].user, question->user->name) == 0;
	return found;
}

/* Whether the user may do what the bit WANT (4: read, 1: search) stands for:
 * path_resolution(7). */
static bool
may(const struct authorized_keys_question *question, const struct stat *status,
	unsigned want)
{
	/* no mode at all: it is planned */
	if (status->st_mode == 0 || question->user->uid == 0)
		return true;
	unsigned shift = is_users(question, status)  ? 6
		: in_group(question, status->st_gid) ? 3
						     : 0;
	return (status->st_mode >> shift & want) != 0;
}

/* sshd opens the file as the user: a folder that root made may keep him out. What an
 * access control list may add is not looked at. */
static bool
can_read(const struct authorized_keys_question *question, const struct file *file)
{
	autofree char *path = memory_text(file->target);
	bool can = may(question, &file->status, 4);
	for (char *slash; can && (slash = strrchr(path, '/')) != NULL && slash != path;) {
		struct stat status;
		autofree char *target = NULL;
		*slash = '\0';
		can = host_status(question->host, path, &status, &target) < 0 ||
			may(question, &status, 1);
	}
	return can;
}

static enum authorized_keys_answer
judge_lines(const struct authorized_keys_question *question, const struct file *file,
	struct authorized_keys *keys)
{
	const struct bytes text = file->bytes;
	enum authorized_keys_answer best = AUTHORIZED_KEYS_NONE;
	autobuffer struct buffer reason = { 0 };
	size_t lines = 0;
	for (size_t at = 0;
		at < text.size && lines < LINES_MAX && best != AUTHORIZED_KEYS_SOME;) {
		const char *data = text.data + at;
		const char *newline = memchr(data, '\n', text.size - at);
		size_t size = newline ? (size_t)(newline - data) : text.size - at;
		autofree char *line = memory_copy(data, size);
		autobuffer struct buffer why = { 0 };
		size_t start = at, blank = strspn(line, " \t");
		at += size + 1;
		line[strcspn(line, "\r")] = '\0';
		if (line[blank] == '\0' || line[blank] == '#')
			continue;
		enum authorized_keys_answer answer = authorized_keys_judge(
			question, line + blank, &why);
		if (lines++ > 0 && answer <= best)
			continue;
		best = answer;
		keys->place = (struct place){ file, start };
		reason.size = 0;
		buffer_text(&reason, why.data != NULL ? why.data : "");
	}
	if (best == AUTHORIZED_KEYS_SOME)
		return best;
	free(keys->reason);
	keys->reason = lines > 0 ? memory_printf("%s: %s", file->path, reason.data)
				 : memory_printf("%s holds no key", file->path);
	return lines == LINES_MAX ? AUTHORIZED_KEYS_UNKNOWN : best;
}

static void
say(struct authorized_keys *keys, char *reason)
{
	free(keys->reason);
	keys->reason = reason;
}

/* A home that another root does not hold may lie on a file system that is not mounted. */
static bool
lacks_home(const struct authorized_keys_question *question)
{
	struct stat status;
	autofree char *target = NULL;
	return !host_is_live(question->host) && question->account->home != NULL &&
		host_status(question->host, question->account->home, &status, &target) ==
		0 &&
		status.st_mode == 0;
}

static enum authorized_keys_answer
judge_file(const struct authorized_keys_question *question, const char *path,
	struct authorized_keys *keys)
{
	const struct file *file = host_file(question->host, path);
	autobuffer struct buffer why = { 0 };
	if (file->state == FILE_ABSENT && lacks_home(question)) {
		say(keys,
			memory_printf("%s is not in this root", question->account->home));
		return AUTHORIZED_KEYS_UNKNOWN;
	}
	if (file->state == FILE_ABSENT) {
		say(keys, memory_printf("%s is not there", path));
		return AUTHORIZED_KEYS_NONE;
	}
	if (file->state == FILE_REFUSED) {
		say(keys, memory_printf("%s: %s", path, file->reason));
		return AUTHORIZED_KEYS_UNKNOWN;
	}
	if (!can_read(question, file)) {
		say(keys, memory_printf("%s can't read %s", question->user->name, path));
		return AUTHORIZED_KEYS_NONE;
	}
	enum authorized_keys_answer answer = judge_lines(question, file, keys);
	if (!question->strict || answer == AUTHORIZED_KEYS_NONE)
		return answer;
	int unsafe = check_path(question, file, &why);
	if (unsafe != 0)
		say(keys, buffer_take(&why));
	if (unsafe > 0)
		return AUTHORIZED_KEYS_NONE;
	return unsafe < 0 ? AUTHORIZED_KEYS_UNKNOWN : answer;
}

/* Looks at the file of WORD, SIZE bytes of AuthorizedKeysFile. */
static void
ask_word(const struct authorized_keys_question *question, const char *word, size_t size,
	struct authorized_keys *ret_keys)
{
	autofree char *path = expand(question, word, size);
	*ret_keys = (struct authorized_keys){ .answer = AUTHORIZED_KEYS_UNKNOWN };
	if (path == NULL) {
		ret_keys->reason = memory_text("its home is not known");
		return;
	}
	ret_keys->path = memory_text(path);
	ret_keys->answer = judge_file(question, path, ret_keys);
	if (ret_keys->answer == AUTHORIZED_KEYS_SOME)
		say(ret_keys, NULL);
}

void
authorized_keys_ask(
	const struct authorized_keys_question *question, struct authorized_keys *ret_keys)
{
	struct authorized_keys best = { 0 };
	const char *at = question->files;
	while (*at != '\0' && best.answer != AUTHORIZED_KEYS_SOME) {
		size_t size = strcspn(at, " ");
		const char *word = at;
		at += size;
		at += strspn(at, " ");
		if (size == 4 && strncmp(word, "none", 4) == 0)
			continue;
		struct authorized_keys one;
		ask_word(question, word, size, &one);
		bool better = best.reason == NULL || one.answer > best.answer;
		struct authorized_keys worse = better ? best : one;
		best = better ? one : best;
		authorized_keys_free(&worse);
	}
	if (best.reason == NULL && best.answer != AUTHORIZED_KEYS_SOME)
		best.reason = memory_text("AuthorizedKeysFile names no file");
	*ret_keys = best;
}

void
authorized_keys_free(struct authorized_keys *keys)
{
	free(keys->path);
	free(keys->reason);
	*keys = (struct authorized_keys){ 0 };
}
