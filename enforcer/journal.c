#include "enforcer/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/host.h"
#include "base/memory.h"
#include "base/resolve.h"
#include "enforcer/storage.h"

#define PRUNED "pruned"
#define ROOT "root"

enum { INTENT_MAX = 64 << 20, STATE_MAX = 16 };

static int
failed(const struct journal *journal, struct error *err, const char *what)
{
	return error_set(err, "%s: %s: %s", journal->path, what, strerror(errno));
}

/* Makes var, var/lib and var/lib/holdfast where they are missing. */
static int
make_default(int root)
{
	static const struct {
		const char *path;
		mode_t mode;
	} steps[] = { { "/var", 0755 }, { "/var/lib", 0755 }, { JOURNAL_DEFAULT, 0700 } };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		autofree char *parent = memory_text(steps[i].path);
		char *slash = strrchr(parent, '/');
		const char *name = steps[i].path + (slash - parent) + 1;
		slash[slash == parent] = '\0';
		int above = resolve_open(root, parent, O_RDONLY | O_DIRECTORY, 0);
		int made = above < 0 ? -1 : mkdirat(above, name, steps[i].mode);
		/* one that is there may be of a run that died before it synced */
		bool good = above >= 0 && (made == 0 || errno == EEXIST) &&
			storage_sync_directory(above) == 0;
		int saved = errno;
		if (above >= 0)
			close(above);
		errno = saved;
		if (!good)
			return -1;
	}
	return 0;
}

static int
sync_parent(int directory)
{
	int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return -1;
	int status = storage_sync_directory(parent), saved = errno;
	close(parent);
	errno = saved;
	return status;
}

/* Where the caller's system has ROOT; "" for "/". */
static char *
root_path(int root)
{
	char link[40], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", root);
	ssize_t size = readlink(link, path, sizeof path - 1);
	return memory_copy(path, size > 1 ? (size_t)size : 0);
}

/* The journal's place, for messages. */
static char *
place(int root, const char *directory)
{
	if (directory != NULL)
		return memory_text(directory);
	autofree char *path = root_path(root);
	return memory_printf("%s" JOURNAL_DEFAULT, path);
}

static char *
read_file(int directory, const char *name, size_t max, size_t *ret_size);

/* A journal that lies elsewhere than in its root names it, in one line, so that no other
 * root's files are changed by it. Names ROOT when CREATE and none is named yet. */
static int
check_root(int root, const struct journal *journal, bool create, struct error *err)
{
	size_t size = 0;
	autofree char *path = root_path(root);
	autofree char *wanted = memory_printf("%s\n", *path != '\0' ? path : "/");
	autofree char *named = read_file(journal->fd, ROOT, PATH_MAX, &size);
	if (named == NULL && errno != ENOENT)
		return failed(journal, err, "can't read whose it is");
	if (named == NULL && !create)
		return 0;
	if (named == NULL &&
		((unlinkat(journal->fd, ROOT ".new", 0) < 0 && errno != ENOENT) ||
			storage_create(journal->fd, ROOT ".new", BYTES_TEXT(wanted)) <
				0 ||
			renameat(journal->fd, ROOT ".new", journal->fd, ROOT) < 0 ||
			storage_sync_directory(journal->fd) < 0))
		return failed(journal, err, "can't keep whose it is");
	if (named != NULL && strcmp(named, wanted) != 0) {
		named[size > 0 && named[size - 1] == '\n' ? size - 1 : size] = '\0';
		return error_set(err,
			"%s: is the journal of the root %s: give each root its own (if "
			"that root has moved, write its new path into %s/" ROOT ")",
			journal->path, named, journal->path);
	}
	return 0;
}

int
journal_open(int root, const char *directory, bool create, struct journal *ret_journal,
	struct error *err)
{
	struct journal *journal = ret_journal;
	struct stat status;
	*journal = (struct journal){ .fd = -1, .path = place(root, directory) };
	if (create && directory == NULL && make_default(root) < 0)
		return failed(journal, err, "can't be made");
	int made = create && directory != NULL ? mkdir(directory, 0700) : -1;
	if (create && directory != NULL && made < 0 && errno != EEXIST)
		return failed(journal, err, "can't be made");
	journal->fd = directory != NULL
		? open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		: resolve_open(root, JOURNAL_DEFAULT, O_RDONLY | O_DIRECTORY, 0);
	if (journal->fd < 0 && !create && errno == ENOENT)
		return 1;
	if (journal->fd < 0 || fstat(journal->fd, &status) < 0)
		return failed(journal, err, "can't be opened");
	if (made == 0 && sync_parent(journal->fd) < 0)
		return failed(journal, err, "can't be made");
	if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
		return error_set(err,
			"%s: must belong to uid %ju and be closed to all others: chmod "
			"700",
			journal->path, (uintmax_t)geteuid());
	return directory != NULL ? check_root(root, journal, create, err) : 0;
}

int
journal_lock(const struct journal *journal, bool *ret_waited, struct error *err)
{
	*ret_waited = false;
	while (flock(journal->fd, *ret_waited ? LOCK_EX : LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			*ret_waited = true;
		else if (errno != EINTR)
			return failed(journal, err, "can't be locked");
	}
	return 0;
}

void
journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->path);
	*journal = (struct journal){ .fd = -1 };
}

/* Opens the directory of change ID; -1 with errno. */
static int
open_change(const struct journal *journal, unsigned long id)
{
	char name[24];
	snprintf(name, sizeof name, "%lu", id);
	return openat(journal->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
by_number(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
	return x < y ? -1 : x > y;
}

int
journal_list(const struct journal *journal, unsigned long **ret_ids, size_t *ret_count,
	struct error *err)
{
	unsigned long *ids = NULL;
	size_t count = 0;
	int fd = openat(journal->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	if (directory == NULL) {
		failed(journal, err, "can't be read");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (errno = 0, (entry = readdir(directory)) != NULL) {
		long id;
		if (text_number(entry->d_name, 1, 999999999, &id, NULL) < 0)
			continue;
		ids = memory_grow(ids, count, sizeof *ids);
		ids[count++] = (unsigned long)id;
	}
	int status = errno == 0 ? 0 : failed(journal, err, "can't be read");
	closedir(directory);
	if (status < 0) {
		free(ids);
		return -1;
	}
	if (count > 0)
		qsort(ids, count, sizeof *ids, by_number);
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

/* Reads the file NAME of at most MAX bytes; NULL with errno. */
static char *
read_file(int directory, const char *name, size_t max, size_t *ret_size)
{
	struct stat status;
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	char *data = NULL;
	size_t size = 0;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		(size_t)status.st_size <= max) {
		data = memory_new((size_t)status.st_size + 1, 1);
		while (size < (size_t)status.st_size) {
			ssize_t got = read(
				fd, data + size, (size_t)status.st_size - size);
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				break;
			size += (size_t)got;
		}
		if (size < (size_t)status.st_size) {
			free(data);
			data = NULL;
			errno = EIO;
		}
	} else {
		errno = EFBIG;
	}
	int saved = errno;
	close(fd);
	errno = saved;
	*ret_size = size;
	return data;
}

static int
write_payload(int directory, const struct record *record)
{
	char name[32];
	for (size_t i = 0; i < record->count; i++) {
		const struct swap *swap = &record->files[i].swap;
		snprintf(name, sizeof name, "old.%zu", i);
		if (swap->from.exists &&
			storage_create(directory, name, swap->from.bytes) < 0)
			return -1;
		snprintf(name, sizeof name, "new.%zu", i);
		if (swap->to.exists &&
			storage_create(directory, name, swap->to.bytes) < 0)
			return -1;
	}
	return 0;
}

int
journal_begin(const struct journal *journal, unsigned long logged, struct record *record,
	struct error *err)
{
	autofree unsigned long *ids = NULL;
	autofree char *text = NULL;
	size_t count;
	char name[24];
	if (journal_list(journal, &ids, &count, err) < 0)
		return -1;
	record->id = 1 + (count > 0 && ids[count - 1] > logged ? ids[count - 1] : logged);
	json_t *json = record_to_json(record, err);
	if (json == NULL)
		return -1;
	text = record_text(json);
	json_decref(json);
	if (text == NULL)
		return error_set(err, "out of memory");
	snprintf(name, sizeof name, "%lu", record->id);
	if (mkdirat(journal->fd, name, 0700) < 0)
		return failed(journal, err, "can't keep the change");
	int directory = open_change(journal, record->id);
	bool good = directory >= 0 && write_payload(directory, record) == 0 &&
		storage_create(directory, "intent", BYTES_TEXT(text)) == 0 &&
		storage_sync_directory(directory) == 0 &&
		storage_sync_directory(journal->fd) == 0;
	if (!good)
		failed(journal, err, "can't keep the change");
	if (directory >= 0)
		close(directory);
	if (good)
		good = journal_set_state(journal, record->id, STATE_INTENT, err) == 0;
	if (!good)
		journal_forget(journal, record->id, NULL);
	return good ? 0 : -1;
}

int
journal_state(const struct journal *journal, unsigned long id, enum state *ret_state,
	struct error *err)
{
	size_t size = 0;
	int directory = open_change(journal, id);
	if (directory < 0)
		return failed(journal, err, "can't open the change");
	autofree char *word = read_file(directory, "state", STATE_MAX, &size);
	int saved = errno;
	close(directory);
	*ret_state = STATE_NONE;
	if (word == NULL && saved == ENOENT)
		return 0;
	if (word == NULL) {
		errno = saved;
		return failed(journal, err, "can't read a change's state");
	}
	for (enum state state = STATE_INTENT; state < STATE_COUNT; state++) {
		size_t length = strlen(state_name(state));
		if (size == length + 1 && word[length] == '\n' &&
			memcmp(word, state_name(state), length) == 0) {
			*ret_state = state;
			return 0;
		}
	}
	return error_set(err, "%s/%lu/state: damaged", journal->path, id);
}

int
journal_set_state(const struct journal *journal, unsigned long id, enum state state,
	struct error *err)
{
	char word[STATE_MAX];
	int directory = open_change(journal, id);
	snprintf(word, sizeof word, "%s\n", state_name(state));
	bool good = directory >= 0 &&
		(unlinkat(directory, "state.new", 0) == 0 || errno == ENOENT) &&
		storage_create(directory, "state.new", BYTES_TEXT(word)) == 0 &&
		renameat(directory, "state.new", directory, "state") == 0 &&
		storage_sync_directory(directory) == 0;
	if (!good)
		failed(journal, err, "can't keep the state of the change");
	if (directory >= 0)
		close(directory);
	return good ? 0 : -1;
}

/* Loads old.N or new.N into *RET_DATA when there should be one, and checks its hash. */
static int
load_bytes(const struct journal *journal, unsigned long id, int directory,
	const char *name, const char *hash, char **ret_data, size_t *ret_size,
	struct error *err)
{
	char have[SHA256_HEX];
	if (hash[0] == '\0') {
		*ret_data = memory_text("");
		return 0;
	}
	*ret_data = read_file(directory, name, HOST_FILE_MAX, ret_size);
	if (*ret_data == NULL && errno == ENOENT)
		return error_set(err, "%s/%lu/%s: is not there any more (pruned?)",
			journal->path, id, name);
	if (*ret_data == NULL)
		return error_set(
			err, "%s/%lu/%s: %s", journal->path, id, name, strerror(errno));
	text_sha256((struct bytes){ *ret_data, *ret_size }, have);
	if (strcmp(have, hash) != 0)
		return error_set(err, "%s/%lu/%s: is not what was written (damaged?)",
			journal->path, id, name);
	return 0;
}

int
journal_load(const struct journal *journal, unsigned long id, bool with_bytes,
	struct record *ret_record, char ret_hash[SHA256_HEX], struct error *err)
{
	size_t size = 0;
	int status = -1;
	*ret_record = (struct record){ 0 };
	int directory = open_change(journal, id);
	if (directory < 0)
		return errno == ENOENT ? error_set(err, "there is no change %lu", id)
				       : failed(journal, err, "can't open the change");
	autofree char *text = read_file(directory, "intent", INTENT_MAX, &size);
	json_t *json = text != NULL ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL)
				    : NULL;
	if (text == NULL)
		error_set(err, "%s", strerror(errno));
	else if (json == NULL)
		error_set(err, "is no JSON");
	else
		status = record_from_json(json, ret_record, err);
	if (status == 0 && ret_record->id != id)
		status = error_set(err, "belongs to another change");
	if (status < 0)
		error_prefix(err, "%s/%lu/intent", journal->path, id);
	json_decref(json);
	if (text != NULL && ret_hash != NULL)
		text_sha256((struct bytes){ text, size }, ret_hash);
	for (size_t i = 0; with_bytes && status == 0 && i < ret_record->count; i++) {
		char name[32];
		struct record_file *file = &ret_record->files[i];
		struct change *change = &file->change;
		snprintf(name, sizeof name, "old.%zu", i);
		status = load_bytes(journal, id, directory, name, change->old_sha256,
			&change->old_data, &change->old_size, err);
		snprintf(name, sizeof name, "new.%zu", i);
		if (status == 0)
			status = load_bytes(journal, id, directory, name,
				file->new_sha256, &change->new_data, &change->new_size,
				err);
	}
	close(directory);
	record_link(ret_record);
	return status;
}

/* Removes the files of a change whose names begin with PREFIX (all when ""). Returns how
 * many, or -1 with errno. */
static int
remove_files(const struct journal *journal, unsigned long id, const char *const *prefixes)
{
	int fd = open_change(journal, id), count = 0;
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	if (directory == NULL)
		return -1;
	while (errno = 0, (entry = readdir(directory)) != NULL) {
		bool chosen = false;
		for (const char *const *p = prefixes; *p != NULL; p++)
			chosen = chosen || strncmp(entry->d_name, *p, strlen(*p)) == 0;
		if (!chosen || strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) < 0)
			break;
		count++;
	}
	int saved = errno;
	if (saved == 0 && count > 0 && storage_sync_directory(fd) < 0)
		saved = errno;
	closedir(directory);
	errno = saved;
	return saved == 0 ? count : -1;
}

int
journal_prune(const struct journal *journal, unsigned long id, struct error *err)
{
	static const char *const bytes[] = { "old.", "new.", NULL };
	/* first the word about it: cut short here, the missing bytes are no damage */
	int directory = open_change(journal, id);
	bool good = directory >= 0 &&
		(storage_create(directory, PRUNED, BYTES_TEXT("")) == 0 ||
			errno == EEXIST) &&
		storage_sync_directory(directory) == 0;
	int saved = errno;
	if (directory >= 0)
		close(directory);
	errno = saved;
	int count = good ? remove_files(journal, id, bytes) : -1;
	return count < 0 ? failed(journal, err, "can't prune") : count > 0;
}

bool
journal_is_pruned(const struct journal *journal, unsigned long id)
{
	struct stat status;
	int directory = open_change(journal, id);
	bool pruned = directory >= 0 &&
		fstatat(directory, PRUNED, &status, AT_SYMLINK_NOFOLLOW) == 0;
	if (directory >= 0)
		close(directory);
	return pruned;
}

int
journal_forget(const struct journal *journal, unsigned long id, struct error *err)
{
	/* the state goes first: without it nothing is ever done by the rest */
	static const char *const state[] = { "state", NULL }, *const all[] = { "", NULL };
	char name[24];
	snprintf(name, sizeof name, "%lu", id);
	if (remove_files(journal, id, state) < 0 || remove_files(journal, id, all) < 0 ||
		unlinkat(journal->fd, name, AT_REMOVEDIR) < 0)
		return failed(journal, err, "can't remove an unfinished change");
	return 0;
}
