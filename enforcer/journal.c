#include "enforcer/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/host.h"
#include "base/memory.h"
#include "enforcer/storage.h"

#define PRUNED "pruned"
#define TRIAL "trial"
#define LOGINS "logins"

enum { INTENT_MAX = 64 << 20, STATE_MAX = 16, UNTIL_MAX = 100, LOGINS_MAX = 1 << 20 };

static int
failed(const struct journal *journal, struct error *err, const char *what)
{
	return error_set(err, "%s: %s: %s", journal->path, what, strerror(errno));
}

int
journal_open_change(const struct journal *journal, unsigned long id)
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
	const struct trial *trial, struct error *err)
{
	autofree unsigned long *ids = NULL;
	autofree char *text = NULL, *until = trial != NULL ? trial_text(trial) : NULL;
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
	int directory = journal_open_change(journal, record->id);
	bool good = directory >= 0 && write_payload(directory, record) == 0 &&
		(until == NULL ||
			storage_create(directory, TRIAL, BYTES_TEXT(until)) == 0) &&
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
	int directory = journal_open_change(journal, id);
	if (directory < 0)
		return failed(journal, err, "can't open the change");
	autofree char *word = storage_read(directory, "state", STATE_MAX, &size);
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
	int directory = journal_open_change(journal, id);
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

int
journal_trial(const struct journal *journal, unsigned long id, struct trial *ret_trial,
	struct error *err)
{
	size_t size;
	int directory = journal_open_change(journal, id);
	autofree char *text = storage_read(directory, TRIAL, UNTIL_MAX, &size);
	int status = text != NULL ? 1 : errno == ENOENT ? 0 : -1;
	if (status < 0)
		failed(journal, err, "can't read how long a change is on trial");
	if (directory >= 0)
		close(directory);
	if (text == NULL || trial_parse(text, ret_trial) < 0)
		*ret_trial = (struct trial){ 0 };
	return status;
}

int
journal_put_logins(const struct journal *journal, unsigned long id, struct bytes logins,
	struct error *err)
{
	int directory = journal_open_change(journal, id);
	int status = directory < 0 ? -1 : storage_create(directory, LOGINS, logins);
	if (status < 0)
		failed(journal, err, "can't keep who is logged in");
	if (directory >= 0)
		close(directory);
	return status;
}

char *
journal_logins(const struct journal *journal, unsigned long id, struct error *err)
{
	size_t size;
	int directory = journal_open_change(journal, id);
	char *text = storage_read(directory, LOGINS, LOGINS_MAX, &size);
	if (text == NULL)
		failed(journal, err, "can't read who was logged in");
	if (directory >= 0)
		close(directory);
	return text;
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
	*ret_data = storage_read(directory, name, HOST_FILE_MAX, ret_size);
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
	int directory = journal_open_change(journal, id);
	if (directory < 0)
		return errno == ENOENT ? error_set(err, "there is no change %lu", id)
				       : failed(journal, err, "can't open the change");
	autofree char *text = storage_read(directory, "intent", INTENT_MAX, &size);
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
	int fd = journal_open_change(journal, id), count = 0;
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	if (directory == NULL) {
		int saved = errno;
		if (fd >= 0)
			close(fd);
		errno = saved;
		return -1;
	}
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
	int directory = journal_open_change(journal, id);
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
	int directory = journal_open_change(journal, id);
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
		unlinkat(journal->fd, name, AT_REMOVEDIR) < 0 ||
		storage_sync_directory(journal->fd) < 0)
		return failed(journal, err, "can't remove an unfinished change");
	return 0;
}
