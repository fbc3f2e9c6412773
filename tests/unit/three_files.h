/* The change that several tests make: it replaces a, creates b and removes c. What is
 * said of it is told, also by a process of its own in which calls fail. */
#ifndef TESTS_UNIT_THREE_FILES_H
#define TESTS_UNIT_THREE_FILES_H

#include "tests/unit/scratch.h"

#include <sys/mman.h>

#include "enforcer/transaction.h"
#include "tests/unit/calls_apart.h"

/* Shared with that process. */
static struct {
	char text[2000];
	int status;
	bool met; /* the call that was to fail */
} * told;

static inline bool
told_make(void)
{
	told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return told != MAP_FAILED;
}

static void
tell(void *data, const char *line)
{
	(void)data;
	strncat(told->text, line, 900);
	strcat(told->text, "\n");
}

static inline int
setup(void **state)
{
	(void)state;
	scratch_make();
	scratch_text("/etc/a", "one\n");
	scratch_text("/etc/c", "gone\n");
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	scratch_remove();
	return 0;
}

/* JOURNAL NULL: the root's own. */
static inline struct transaction
here(const char *journal)
{
	return (struct transaction){
		.root = scratch, .journal = journal, .in_place = true, .note = tell
	};
}

static inline struct change
planned(enum change_action action, char *file, char *old, char *new)
{
	return (struct change){ .action = action,
		.file = file,
		.old_data = old,
		.new_data = new,
		.old_size = old != NULL ? strlen(old) : 0,
		.new_size = new != NULL ? strlen(new) : 0,
		.mode = 0640 };
}

static inline enum outcome
apply_three(const struct transaction *transaction, struct error *err)
{
	char *id = NULL;
	struct change items[] = { planned(CHANGE_REPLACE, "/etc/a", "one\n", "two\n"),
		planned(CHANGE_CREATE, "/etc/b", NULL, "new\n"),
		planned(CHANGE_REMOVE, "/etc/c", "gone\n", NULL) };
	struct changes changes = { items, 3 };
	enum outcome outcome = transaction_apply(transaction, &changes, &id, err);
	free(id);
	return outcome;
}

/* Whether NAME has TEXT; NULL: there is none, "FIFO": it is one. */
static inline bool
stands(const char *name, const char *text)
{
	char have[20] = "";
	struct stat status;
	autofree char *path = scratch_path(name);
	if (lstat(path, &status) < 0)
		return text == NULL;
	if (S_ISFIFO(status.st_mode))
		return text != NULL && strcmp(text, "FIFO") == 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && read(fd, have, sizeof have - 1) >= 0);
	close(fd);
	return text != NULL && strcmp(have, text) == 0;
}

#endif
