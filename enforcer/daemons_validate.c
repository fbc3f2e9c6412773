#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "enforcer/daemon.h"
#include "enforcer/daemon_check.h"
#include "enforcer/daemons.h"
#include "enforcer/program.h"

struct teller {
	daemons_note note;
	void *data;
};

/* One line for each file. */
static void
tell(const struct teller *teller, const struct changes *changes, const char *text)
{
	for (size_t i = 0; i < changes->count && teller->note != NULL; i++) {
		autobuffer struct buffer line = { 0 };
		buffer_escaped(&line, BYTES_TEXT(changes->items[i].file), false);
		buffer_printf(&line, ": %s", text);
		teller->note(teller->data, line.data);
	}
}

static void
tell_unjudged(
	const struct teller *teller, const struct changes *changes, const char *reason)
{
	autofree char *text = memory_printf("not validated by the daemon (%s)", reason);
	tell(teller, changes, text);
}

/* Whether the new main file is all there is to judge. */
static bool
is_self_contained(const struct daemon *daemon, const struct changes *changes)
{
	const struct change *change = &changes->items[0];
	if (daemon->check_file == NULL || changes->count != 1 ||
		change->action == CHANGE_REMOVE ||
		strcmp(change->file, daemon->files[0]) != 0)
		return false;
	autofree char *text = memory_copy(change->new_data, change->new_size);
	return strlen(text) == change->new_size && strcasestr(text, "include") == NULL;
}

/* The daemon refuses the new files: that is a reason to stop only when it accepts the
 * present ones. rsyslogd -N1 fails for one bad line, while rsyslogd runs the rest. */
static int
refuse(const struct daemon *daemon, const struct changes *changes, const char *reason,
	const struct teller *teller, struct error *err)
{
	struct daemon_check old;
	if (daemon_check(daemon, NULL, &old, err) < 0)
		return -1;
	autofree char *line = old.line;
	if (old.answer != CHECK_BAD)
		return error_set(err, "%s refuses the change: %s", daemon->name, reason);
	autofree char *text = memory_printf(
		"%s refuses the present files too: %s", daemon->name, line);
	tell_unjudged(teller, changes, text);
	return 0;
}

static int
judge(const struct daemon *daemon, const struct changes *changes,
	const struct teller *teller, struct error *err)
{
	struct daemon_check new;
	if (daemon_check(daemon, changes, &new, err) < 0)
		return -1;
	if (new.answer == CHECK_NONE && is_self_contained(daemon, changes)) {
		free(new.line);
		if (daemon_check_file(daemon, &changes->items[0], &new, err) < 0)
			return -1;
	}
	autofree char *line = new.line;
	autofree char *command = daemon_check_command(daemon);
	autofree char *good = memory_printf("validated by %s", command);
	if (new.answer == CHECK_BAD)
		return refuse(daemon, changes, line, teller, err);
	if (new.answer == CHECK_GOOD)
		tell(teller, changes, good);
	else
		tell_unjudged(teller, changes, line);
	return 0;
}

/* File by file: each has modules of its own. */
static int
judge_ourselves(const struct daemon *daemon, const struct changes *changes,
	const struct teller *teller, struct error *err)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct changes one = { .items = &changes->items[i], .count = 1 };
		struct daemon_check check;
		if (daemon->own_check(daemon, &one, &check, err) < 0)
			return -1;
		autofree char *line = check.line;
		autofree char *good = memory_printf("validated by loading %s", line);
		if (check.answer == CHECK_BAD)
			return error_set(
				err, "%s refuses the change: %s", daemon->name, line);
		if (check.answer == CHECK_GOOD)
			tell(teller, &one, good);
		else
			tell_unjudged(teller, &one, line);
	}
	return 0;
}

static int
validate_one(const struct daemon *daemon, const char *root, bool live,
	const struct changes *changes, const struct teller *teller, struct error *err)
{
	autofree char *reason = NULL;
	if (!live)
		reason = memory_printf("%s is not the running system", root);
	else if (daemon->own_check != NULL)
		return judge_ourselves(daemon, changes, teller, err);
	else if (daemon->check == NULL)
		reason = memory_text(daemon->unchecked);
	else if (!program_exists(daemon->check[0]))
		reason = memory_printf("%s is not installed", daemon->check[0]);
	if (reason == NULL)
		return judge(daemon, changes, teller, err);
	tell_unjudged(teller, changes, reason);
	return 0;
}

/* Files that no daemon of the table reads. */
static void
tell_unknown(const char *root, bool live, const struct changes *changes,
	const bool *known, const struct teller *teller)
{
	autofree char *reason = live
		? memory_text("no daemon is known to read it")
		: memory_printf("%s is not the running system", root);
	for (size_t i = 0; i < changes->count; i++) {
		struct changes one = { .items = &changes->items[i], .count = 1 };
		if (!known[i])
			tell_unjudged(teller, &one, reason);
	}
}

int
daemons_validate(const char *root, bool live, const struct changes *changes,
	daemons_note note, void *data, struct error *err)
{
	struct teller teller = { note, data };
	autofree bool *known = memory_new(changes->count + 1, sizeof *known);
	for (size_t i = 0; i < DAEMONS_COUNT; i++) {
		struct changes its = daemon_changes(&DAEMONS[i], changes, live);
		autofree struct change *items = its.items;
		for (size_t k = 0, at = 0; k < its.count; k++, at++) {
			while (changes->items[at].file != its.items[k].file)
				at++;
			known[at] = true;
		}
		if (its.count > 0 &&
			validate_one(&DAEMONS[i], root, live, &its, &teller, err) < 0)
			return -1;
	}
	tell_unknown(root, live, changes, known, &teller);
	return 0;
}
