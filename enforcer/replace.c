#include "enforcer/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/host.h"
#include "base/resolve.h"
#include "enforcer/storage.h"

#define SUFFIX ".holdfast"

static int
conflict(struct replacement *replacement, struct error *err, const char *what)
{
	replacement->conflict = true;
	return error_set(err, "%s: %s", replacement->swap->file, what);
}

/* Says what failed and, where it is known, what would help. */
static int
failed(const struct replacement *replacement, struct error *err, const char *doing)
{
	const char *file = replacement->swap->file;
	int why = errno, flags;
	if (why == EROFS)
		return error_set(err,
			"%s: can't %s: the file system is read-only; remount it "
			"read-write",
			file, doing);
	if ((why == EPERM || why == EACCES) && replacement->file >= 0 &&
		ioctl(replacement->file, FS_IOC_GETFLAGS, &flags) == 0 &&
		(flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) != 0)
		return error_set(err,
			"%s: can't %s: it is marked %s; 'chattr -%c' on it allows the "
			"change",
			file, doing,
			flags & FS_IMMUTABLE_FL ? "immutable" : "append-only",
			flags & FS_IMMUTABLE_FL ? 'i' : 'a');
	if (why == EPERM && ioctl(replacement->directory, FS_IOC_GETFLAGS, &flags) == 0 &&
		(flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) != 0)
		return error_set(err,
			"%s: can't %s: its directory is marked immutable or append-only "
			"(chattr)",
			file, doing);
	if (why == EXDEV || why == EBUSY)
		return error_set(err,
			"%s: can't %s: something is mounted over it (%s); change it "
			"where it "
			"comes from",
			file, doing, strerror(why));
	return error_set(err, "%s: can't %s: %s", file, doing, strerror(why));
}

int
replace_open(struct replacement *replacement, int root, const struct swap *swap,
	struct error *err)
{
	char directory[PATH_MAX];
	*replacement = (struct replacement){
		.swap = swap, .directory = -1, .file = -1, .made = -1
	};
	const char *slash = strrchr(swap->file, '/');
	if (swap->file[0] != '/' || slash[1] == '\0' || strcmp(slash, "/.") == 0 ||
		strcmp(slash, "/..") == 0)
		return error_set(err, "%s: not the absolute path of a file", swap->file);
	if ((size_t)(slash - swap->file) >= sizeof directory ||
		strlen(slash + 1) + strlen("." SUFFIX) > NAME_MAX)
		return error_set(err, "%s: the name is too long", swap->file);
	snprintf(directory, sizeof directory, "%.*s/", (int)(slash - swap->file),
		swap->file);
	snprintf(replacement->name, sizeof replacement->name, "%s", slash + 1);
	snprintf(replacement->temporary, sizeof replacement->temporary, ".%.*s" SUFFIX,
		(int)(NAME_MAX - strlen("." SUFFIX)), slash + 1);
	replacement->directory = resolve_open(root, directory, O_RDONLY | O_DIRECTORY, 0);
	if (replacement->directory < 0)
		return error_set(err, "%s: can't open its directory: %s", swap->file,
			strerror(errno));
	return 0;
}

/* Opens the regular file NAME without ever opening anything else: a FIFO would hang, a
 * device act. -1 with errno, EINVAL for what is not a regular file. */
static int
open_regular(int directory, const char *name, struct stat *ret_status)
{
	char path[40];
	int handle = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (handle < 0)
		return -1;
	int fd = -1;
	if (fstat(handle, ret_status) == 0) {
		if (S_ISREG(ret_status->st_mode)) {
			snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
			fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		} else {
			errno = EINVAL;
		}
	}
	int saved = errno;
	close(handle);
	errno = saved;
	return fd;
}

/* Whether FD holds BYTES, or at least a beginning of them when BEGINNING. -1 with errno
 * when it can't be read. */
static int
holds(int fd, struct bytes bytes, bool beginning)
{
	char chunk[16384];
	size_t at = 0;
	for (;;) {
		ssize_t got = pread(fd, chunk, sizeof chunk, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return beginning || at == bytes.size;
		if ((size_t)got > bytes.size - at ||
			memcmp(chunk, bytes.data + at, (size_t)got) != 0)
			return 0;
		at += (size_t)got;
	}
}

static bool
same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Opens the file and checks that it is the version FROM. */
static int
check_old(struct replacement *replacement, struct error *err)
{
	const struct swap *swap = replacement->swap;
	struct stat *old = &replacement->old;
	if (!swap->from.exists) {
		if (fstatat(replacement->directory, replacement->name, old,
			    AT_SYMLINK_NOFOLLOW) == 0)
			return conflict(replacement, err,
				"it exists by now; look at it and run again");
		return errno == ENOENT ? 0 : failed(replacement, err, "look at it");
	}
	replacement->file = open_regular(replacement->directory, replacement->name, old);
	if (replacement->file < 0 && errno == ENOENT)
		return conflict(replacement, err, "it is gone; somebody removed it");
	if (replacement->file < 0 && errno == EINVAL)
		return conflict(replacement, err, "it is not a regular file");
	if (replacement->file < 0)
		return failed(replacement, err, "open it");
	replacement->conflict = old->st_nlink != 1 || old->st_size > HOST_FILE_MAX;
	if (old->st_nlink != 1)
		return error_set(err,
			"%s: it has %ju hard links; replacing one would part it from the "
			"others",
			swap->file, (uintmax_t)old->st_nlink);
	if (old->st_size > HOST_FILE_MAX)
		return error_set(err, "%s: larger than 8 MiB", swap->file);
	int same = holds(replacement->file, swap->from.bytes, false);
	if (same < 0)
		return failed(replacement, err, "read it");
	return same ? 0
		    : conflict(replacement, err,
			      "somebody changed it meanwhile: take that change back, or "
			      "make this one by hand");
}

/* Gives the new inode what the old one carried. */
static int
dress(const struct replacement *replacement)
{
	const struct swap *swap = replacement->swap;
	return swap->from.exists ? attributes_copy(replacement->file, replacement->made)
				 : attributes_set(replacement->made, swap->attributes);
}

static int
occupied(struct replacement *replacement, struct error *err)
{
	replacement->conflict = true;
	return error_set(err,
		"%s: %s stands beside it, left by another run or somebody's: look at it "
		"and remove it",
		replacement->swap->file, replacement->temporary);
}

/* Makes the new inode under the temporary name. It gets the name last; where the file
 * system has no unnamed files it has it from the start. */
static int
make_new(struct replacement *replacement, struct error *err)
{
	char path[40];
	int directory = replacement->directory;
	int fd = openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	bool named = fd < 0 && errno == EOPNOTSUPP;
	if (named)
		fd = openat(directory, replacement->temporary,
			O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
	replacement->made = fd;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd >= 0 && fstat(fd, &replacement->new) == 0 &&
		storage_write(fd, replacement->swap->to.bytes) == 0 &&
		dress(replacement) == 0 && storage_sync(fd) == 0 &&
		(named ||
			linkat(AT_FDCWD, path, directory, replacement->temporary,
				AT_SYMLINK_FOLLOW) == 0))
		return 0;
	if (errno == EEXIST)
		return occupied(replacement, err);
	failed(replacement, err, "make the new file beside it");
	if (fd >= 0 && named)
		unlinkat(directory, replacement->temporary, 0);
	return -1;
}

int
replace_prepare(struct replacement *replacement, struct error *err)
{
	if (check_old(replacement, err) < 0)
		return -1;
	return replacement->swap->to.exists ? make_new(replacement, err) : 0;
}

static int
rename_in(const struct replacement *replacement, const char *from, const char *to,
	unsigned flags)
{
	return renameat2(replacement->directory, from, replacement->directory, to, flags);
}

/* Without RENAME_NOREPLACE (not every file system has it). */
static int
rename_to_free(const struct replacement *replacement, const char *from, const char *to)
{
	int directory = replacement->directory;
	if (rename_in(replacement, from, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	if (linkat(directory, from, directory, to, 0) < 0)
		return -1;
	if (unlinkat(directory, from, 0) == 0)
		return 0;
	int saved = errno;
	unlinkat(directory, to, 0);
	errno = saved;
	return -1;
}

/* Whether NAME is the inode WANTED and FD, open on it, still holds BYTES: 1 or 0; -1 with
 * errno when it can't be told, which is no conflict. */
static int
is_still(const struct replacement *replacement, const char *name,
	const struct stat *wanted, int fd, struct bytes bytes)
{
	struct stat now;
	if (fstatat(replacement->directory, name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	return same_inode(&now, wanted) ? holds(fd, bytes, false) : 0;
}

/* The same of the old inode under NAME, which must also still carry what the new one was
 * given. */
static int
is_still_old(const struct replacement *replacement, const char *name)
{
	int same = is_still(replacement, name, &replacement->old, replacement->file,
		replacement->swap->from.bytes);
	return same == 1 && replacement->made >= 0
		? attributes_same(replacement->file, replacement->made)
		: same;
}

/* After is_still_old said SAME, which is not 1. */
static int
not_old(struct replacement *replacement, int same, struct error *err)
{
	return same < 0 ? failed(replacement, err, "look at it again")
			: conflict(replacement, err, "somebody changed it meanwhile");
}

/* Puts back what the exchange displaced; what stands under the name must be ours, else it
 * is somebody's newer work and goes where it was. */
static int
exchange_back(struct replacement *replacement)
{
	const char *name = replacement->name, *temporary = replacement->temporary;
	if (rename_in(replacement, temporary, name, RENAME_EXCHANGE) < 0)
		return -1;
	int ours = is_still(replacement, temporary, &replacement->new, replacement->made,
		replacement->swap->to.bytes);
	if (ours == 0) {
		replacement->conflict = true;
		if (rename_in(replacement, temporary, name, RENAME_EXCHANGE) < 0)
			return -1;
	}
	if (ours < 0)
		return -1;
	replacement->exchanged = replacement->displaced = false;
	return 0;
}

/* Where names can't be exchanged: one more look, then rename over it. */
static int
rename_over(struct replacement *replacement, struct error *err)
{
	int same = is_still_old(replacement, replacement->name);
	if (same != 1)
		return not_old(replacement, same, err);
	if (rename_in(replacement, replacement->temporary, replacement->name, 0) < 0)
		return failed(replacement, err, "rename the new file over it");
	replacement->exchanged = true;
	return 0;
}

static int
exchange(struct replacement *replacement, struct error *err)
{
	const char *name = replacement->name, *temporary = replacement->temporary;
	if (rename_in(replacement, temporary, name, RENAME_EXCHANGE) < 0)
		return errno == EINVAL ? rename_over(replacement, err)
			: errno == ENOENT
			? conflict(replacement, err, "somebody removed it meanwhile")
			: failed(replacement, err, "exchange it with the new file");
	replacement->exchanged = replacement->displaced = true;
	int same = is_still_old(replacement, temporary), saved = errno;
	if (same == 1)
		return 0;
	if (exchange_back(replacement) < 0)
		return failed(replacement, err, "put back what somebody wrote meanwhile");
	errno = saved;
	return not_old(replacement, same, err);
}

static int
create(struct replacement *replacement, struct error *err)
{
	if (rename_to_free(replacement, replacement->temporary, replacement->name) < 0)
		return errno == EEXIST
			? conflict(replacement, err, "somebody created it meanwhile")
			: failed(replacement, err, "create it");
	replacement->exchanged = true;
	return 0;
}

static int
take_away(struct replacement *replacement, struct error *err)
{
	const char *name = replacement->name, *temporary = replacement->temporary;
	if (rename_to_free(replacement, name, temporary) < 0)
		return errno == EEXIST ? occupied(replacement, err)
			: errno == ENOENT
			? conflict(replacement, err, "somebody removed it meanwhile")
			: failed(replacement, err, "take it away");
	replacement->exchanged = replacement->displaced = true;
	int same = is_still_old(replacement, temporary), saved = errno;
	if (same == 1)
		return 0;
	if (rename_to_free(replacement, temporary, name) < 0)
		return failed(replacement, err, "put back what somebody wrote meanwhile");
	replacement->exchanged = replacement->displaced = false;
	errno = saved;
	return not_old(replacement, same, err);
}

int
replace_exchange(struct replacement *replacement, struct error *err)
{
	const struct swap *swap = replacement->swap;
	return !swap->from.exists ? create(replacement, err)
		: swap->to.exists ? exchange(replacement, err)
				  : take_away(replacement, err);
}

int
replace_sync(const struct replacement *replacement, struct error *err)
{
	return storage_sync_directory(replacement->directory) < 0
		? failed(replacement, err, "write its directory to the disk")
		: 0;
}

int
replace_settle(struct replacement *replacement, struct error *err)
{
	/* else what has that name is not ours */
	bool ours = replacement->made >= 0 || replacement->displaced;
	if (ours && unlinkat(replacement->directory, replacement->temporary, 0) < 0 &&
		errno != ENOENT)
		return failed(replacement, err, "remove the file beside it");
	return replace_sync(replacement, err);
}

static struct swap
inverse(const struct swap *swap)
{
	return (struct swap){ .file = swap->file,
		.from = swap->to,
		.to = swap->from,
		.attributes = swap->attributes };
}

/* A whole swap at once, in the directory that WHERE has open. */
static int
run(struct replacement *where, const struct swap *swap, struct error *err)
{
	struct replacement once = *where;
	once.swap = swap;
	once.file = once.made = -1;
	once.exchanged = once.displaced = once.conflict = false;
	once.directory = fcntl(where->directory, F_DUPFD_CLOEXEC, 0);
	int status = once.directory < 0 ? failed(where, err, "open its directory") : 0;
	if (status == 0)
		status = replace_prepare(&once, err);
	if (status == 0) {
		status = replace_exchange(&once, err);
		if (status == 0)
			status = replace_sync(&once, err);
		if (status == 0 || !once.displaced)
			status = replace_settle(&once, err) < 0 ? -1 : status;
	}
	replace_close(&once);
	/* what could not be put back is a failure */
	where->conflict = once.conflict && !once.displaced;
	return status;
}

int
replace_back(struct replacement *replacement, struct error *err)
{
	const struct swap *swap = replacement->swap;
	int status = 0;
	if (replacement->exchanged && !replacement->displaced) {
		struct swap back = inverse(swap);
		status = run(replacement, &back, err);
	} else if (replacement->exchanged && swap->to.exists) {
		status = exchange_back(replacement);
	} else if (replacement->exchanged) {
		status = rename_to_free(
			replacement, replacement->temporary, replacement->name);
		replacement->displaced = status < 0;
	}
	if (status < 0)
		return failed(replacement, err, "put it back");
	replacement->exchanged = false;
	if (replacement->conflict)
		conflict(replacement, err,
			"somebody changed it meanwhile and it stays so");
	if (replace_settle(replacement, err) < 0)
		return -1;
	return replacement->conflict ? -1 : 0;
}

void
replace_close(struct replacement *replacement)
{
	if (replacement->directory >= 0)
		close(replacement->directory);
	if (replacement->file >= 0)
		close(replacement->file);
	if (replacement->made >= 0)
		close(replacement->made);
	replacement->directory = replacement->file = replacement->made = -1;
}

/* After a run that was cut short. */
enum standing { STANDS_ABSENT, STANDS_FROM, STANDS_TO, STANDS_PART, STANDS_OTHER };

/* What is under NAME; PART is a beginning of TO. -1 with errno. */
static int
look(const struct replacement *replacement, const char *name)
{
	const struct swap *swap = replacement->swap;
	struct stat status;
	int fd = open_regular(replacement->directory, name, &status);
	if (fd < 0)
		return errno == ENOENT    ? STANDS_ABSENT
			: errno == EINVAL ? STANDS_OTHER
					  : -1;
	int found = swap->to.exists ? holds(fd, swap->to.bytes, false) : 0;
	int standing = found == 1 ? STANDS_TO : STANDS_OTHER;
	if (found == 0 && swap->from.exists &&
		(found = holds(fd, swap->from.bytes, false)))
		standing = STANDS_FROM;
	if (found == 0 && swap->to.exists && (found = holds(fd, swap->to.bytes, true)))
		standing = STANDS_PART;
	int saved = errno;
	close(fd);
	errno = saved;
	return found < 0 ? -1 : standing;
}

static int
not_left(struct replacement *replacement, struct error *err)
{
	return conflict(replacement, err,
		"the file beside it whose name ends in " SUFFIX
		" is not what was left there: look at both");
}

/* Where names can't be exchanged rename_over displaced nothing: what stands beside the
 * file is what an earlier recovery was making of FROM, or somebody's. */
static int
clear_begun(struct replacement *replacement, struct error *err)
{
	struct stat status;
	int fd = open_regular(replacement->directory, replacement->temporary, &status);
	int begun = fd < 0 ? -1 : holds(fd, replacement->swap->from.bytes, true);
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	if (begun == 0)
		return not_left(replacement, err);
	if (begun < 0 || unlinkat(replacement->directory, replacement->temporary, 0) < 0)
		return failed(replacement, err, "remove the file beside it");
	return 0;
}

/* Deals with what stands under the temporary name. */
static int
clear_temporary(struct replacement *replacement, bool forward, struct error *err)
{
	const struct swap *swap = replacement->swap;
	const char *name = replacement->name, *temporary = replacement->temporary;
	int beside = look(replacement, temporary), here = look(replacement, name);
	if (beside < 0 || here < 0)
		return failed(replacement, err, "read it");
	if (beside == STANDS_ABSENT)
		return 0;
	/* an exchange came through: beside it is what it displaced, which need not be
	 * FROM, for the run may have died before it looked */
	bool came_through = swap->from.exists &&
		here == (swap->to.exists ? STANDS_TO : STANDS_ABSENT);
	if (came_through && (!forward || beside != STANDS_FROM)) {
		if (swap->to.exists
				? rename_in(replacement, temporary, name, RENAME_EXCHANGE)
				: rename_to_free(replacement, temporary, name))
			return errno == EINVAL ? clear_begun(replacement, err)
					       : failed(replacement, err, "put it back");
		if ((beside = look(replacement, temporary)) < 0)
			return failed(replacement, err, "read the file beside it");
	}
	if (beside == STANDS_OTHER)
		return not_left(replacement, err);
	if (beside != STANDS_ABSENT && unlinkat(replacement->directory, temporary, 0) < 0)
		return failed(replacement, err, "remove the file beside it");
	return 0;
}

int
replace_resume(struct replacement *replacement, bool forward, struct error *err)
{
	const struct swap *swap = replacement->swap;
	if (clear_temporary(replacement, forward, err) < 0)
		return -1;
	int here = look(replacement, replacement->name);
	if (here < 0)
		return failed(replacement, err, "read it");
	int from = swap->from.exists ? STANDS_FROM : STANDS_ABSENT;
	int to = swap->to.exists ? STANDS_TO : STANDS_ABSENT;
	if (here != from && here != to)
		return conflict(replacement, err,
			"somebody changed it meanwhile and it stays so");
	struct swap back = inverse(swap);
	if (forward && here == from)
		return run(replacement, swap, err);
	if (!forward && here == to)
		return run(replacement, &back, err);
	return replace_sync(replacement, err);
}
