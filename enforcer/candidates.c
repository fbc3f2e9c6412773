#include "enforcer/candidates.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/memory.h"

/* The tmpfs is mounted over one of these for as long as the view is built. */
static const char *const STAGES[] = { "/tmp", "/mnt", "/run", "/media" };
enum { STAGES_COUNT = sizeof STAGES / sizeof *STAGES };

static int
fail(struct error *err, const char *what)
{
	return error_set(err, "%s: %s", what, strerror(errno));
}

static bool
is_below(const char *file, const char *directory)
{
	size_t size = strlen(directory);
	return strncmp(file, directory, size) == 0 && file[size] == '/';
}

/* A directory that hides none of the changed files; NULL when there is none. */
static const char *
choose_stage(const struct changes *changes)
{
	for (size_t i = 0; i < STAGES_COUNT; i++) {
		struct stat status;
		bool fits = stat(STAGES[i], &status) == 0 && S_ISDIR(status.st_mode);
		for (size_t k = 0; k < changes->count && fits; k++)
			fits = !is_below(changes->items[k].file, STAGES[i]);
		if (fits)
			return STAGES[i];
	}
	return NULL;
}

/* Writes the new bytes as the file NAME in the directory DIR. */
static int
write_candidate(int dir, const char *name, const struct change *change, struct error *err)
{
	struct stat status = { .st_mode = change->mode };
	if (change->action == CHANGE_REPLACE && stat(change->file, &status) < 0)
		return fail(err, change->file);
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(err, change->file);
	size_t done = 0;
	while (done < change->new_size) {
		ssize_t n = write(fd, change->new_data + done, change->new_size - done);
		if (n <= 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	bool good = done == change->new_size &&
		fchown(fd, status.st_uid, status.st_gid) == 0 &&
		fchmod(fd, status.st_mode & 07777) == 0;
	if (close(fd) < 0 || !good)
		return fail(err, change->file);
	return 0;
}

/* The directory of the change's file, as text; the caller frees. */
static char *
parent_of(const struct change *change)
{
	const char *slash = strrchr(change->file, '/');
	return slash == change->file
		? memory_text("/")
		: memory_copy(change->file, (size_t)(slash - change->file));
}

/* Fills the upper directory with what is created and removed in DIRECTORY. A removal is a
 * whiteout: a character device 0:0. */
static int
fill_upper(int upper, const char *directory, const struct changes *changes,
	struct error *err)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		autofree char *parent = parent_of(change);
		const char *name = strrchr(change->file, '/') + 1;
		if (strcmp(parent, directory) != 0 || change->action == CHANGE_REPLACE)
			continue;
		if (change->action == CHANGE_REMOVE
				? mknodat(upper, name, S_IFCHR, makedev(0, 0)) < 0 &&
					fail(err, change->file) < 0
				: write_candidate(upper, name, change, err) < 0)
			return -1;
	}
	return 0;
}

/* Makes the directory NAME in the stage with LIKE's mode and owner. Returns it open. */
static int
make_directory(int stage, const char *name, const struct stat *like, struct error *err)
{
	int fd = -1;
	if (mkdirat(stage, name, 0700) < 0 ||
		(fd = openat(stage, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
		fchown(fd, like->st_uid, like->st_gid) < 0 ||
		fchmod(fd, like->st_mode & 07777) < 0) {
		if (fd >= 0)
			close(fd);
		return fail(err, name);
	}
	return fd;
}

/* Lays what is created and removed in DIRECTORY over it. All descriptors are closed by
 * the exec. */
static int
overlay(int stage, size_t number, const char *directory, const struct changes *changes,
	struct error *err)
{
	char upper_name[32], work_name[32];
	struct stat status;
	snprintf(upper_name, sizeof upper_name, "upper%zu", number);
	snprintf(work_name, sizeof work_name, "work%zu", number);
	int lower = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lower < 0 || fstat(lower, &status) < 0)
		return fail(err, directory);
	int upper = make_directory(stage, upper_name, &status, err);
	int work = make_directory(stage, work_name, &status, err);
	if (upper < 0 || work < 0 || fill_upper(upper, directory, changes, err) < 0)
		return -1;
	/* by descriptor: a name may hold what the options give a meaning */
	autofree char *options = memory_printf("lowerdir=/proc/self/fd/%d,"
					       "upperdir=/proc/self/fd/%d,"
					       "workdir=/proc/self/fd/%d",
		lower, upper, work);
	if (mount("overlay", directory, "overlay", 0, options) < 0)
		return fail(err, "no overlay of directories");
	return 0;
}

/* One overlay for each directory in which something is created or removed. They go
 * before all binds and outer ones before inner ones, since each hides what is mounted
 * below it. */
static int
overlay_all(int stage, const struct changes *changes, struct error *err)
{
	autofree char *last = memory_text("");
	for (size_t number = 0;; number++) {
		char *next = NULL;
		for (size_t i = 0; i < changes->count; i++) {
			char *parent = changes->items[i].action != CHANGE_REPLACE
				? parent_of(&changes->items[i])
				: NULL;
			/* in the order of bytes, an outer directory is before its inner
			 * ones */
			if (parent != NULL && strcmp(parent, last) > 0 &&
				(next == NULL || strcmp(parent, next) < 0)) {
				char *before = next;
				next = parent;
				parent = before;
			}
			memory_cleanup(&parent);
		}
		if (next == NULL)
			return 0;
		memory_cleanup(&last);
		last = next;
		if (overlay(stage, number, last, changes, err) < 0)
			return -1;
	}
}

static int
bind_all(
	const char *stage, int stage_fd, const struct changes *changes, struct error *err)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		if (change->action != CHANGE_REPLACE)
			continue;
		char name[32];
		snprintf(name, sizeof name, "file%zu", i);
		if (write_candidate(stage_fd, name, change, err) < 0)
			return -1;
		autofree char *path = memory_printf("%s/%s", stage, name);
		if (mount(path, change->file, NULL, MS_BIND, NULL) < 0)
			return fail(err, change->file);
	}
	return 0;
}

static int
make_changes(const struct changes *changes, struct error *err)
{
	const char *stage = choose_stage(changes);
	if (stage == NULL)
		return error_set(err, "no directory to mount at");
	if (mount("holdfast", stage, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "mode=0700") < 0)
		return fail(err, "no tmpfs");
	int fd = open(stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, stage);
	int status = overlay_all(fd, changes, err);
	if (status == 0)
		status = bind_all(stage, fd, changes, err);
	close(fd);
	/* what was bound and laid over stays */
	if (status == 0 && umount2(stage, MNT_DETACH) < 0)
		return fail(err, stage);
	return status;
}

/* A directory in /run, where services make theirs when they start. */
static int
make_run_directory(const char *directory, struct error *err)
{
	struct stat status;
	if (stat(directory, &status) == 0)
		return 0;
	if (mount("holdfast", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "mode=0755") < 0 ||
		mkdir(directory, 0755) < 0)
		return fail(err, directory);
	return 0;
}

int
candidates_enter(const struct changes *changes, const char *directory, struct error *err)
{
	if (unshare(CLONE_NEWNS) < 0)
		return fail(err, "no private mount namespace");
	/* or else what is mounted here would be mounted for everybody */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(err, "no private mounts");
	if (changes != NULL && make_changes(changes, err) < 0)
		return -1;
	return directory != NULL ? make_run_directory(directory, err) : 0;
}
