#include "enforcer/changelog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/storage.h"

enum { LOG_MAX = 256 << 20 };

#define LOG "log"
#define HASH_START ",\"hash\":\""

static int
failed(const struct journal *journal, struct error *err, const char *what)
{
	return error_set(err, "%s/" LOG ": %s: %s", journal->path, what, strerror(errno));
}

/* The whole log; an empty text when there is none. NULL with *err. */
static char *
read_log(const struct journal *journal, size_t *ret_size, struct error *err)
{
	*ret_size = 0;
	char *text = storage_read(journal->fd, LOG, LOG_MAX, ret_size);
	if (text == NULL && errno == ENOENT)
		return memory_text("");
	if (text == NULL)
		failed(journal, err, "can't be read");
	return text;
}

/* Checks one line against the hash of the one before; sets HEAD to its own. */
static const char *
check_line(struct bytes line, json_t *json, char head[SHA256_HEX])
{
	char have[SHA256_HEX];
	const char *previous = json_string_value(json_object_get(json, "previous"));
	const char *hash = json_string_value(json_object_get(json, "hash"));
	size_t tail = strlen(HASH_START) + SHA256_HEX - 1 + strlen("\"}");
	if (previous == NULL || hash == NULL || line.size < tail)
		return "is no line of a log";
	if (strcmp(previous, head) != 0)
		return "does not follow the line before it";
	struct bytes body = { line.data, line.size - tail };
	text_sha256(body, have);
	if (strcmp(hash, have) != 0)
		return "was changed after it was written";
	memcpy(head, have, SHA256_HEX);
	return NULL;
}

int
changelog_read(
	const struct journal *journal, struct changelog *ret_log, struct error *err)
{
	size_t size;
	*ret_log = (struct changelog){ 0 };
	autofree char *text = read_log(journal, &size, err);
	if (text == NULL)
		return -1;
	for (size_t start = 0; start < size;) {
		const char *end = memchr(text + start, '\n', size - start);
		if (end == NULL) {
			ret_log->torn = true;
			break;
		}
		struct bytes line = { text + start, (size_t)(end - text) - start };
		json_t *json = json_loadb(
			line.data, line.size, JSON_REJECT_DUPLICATES, NULL);
		const char *wrong = json != NULL ? check_line(line, json, ret_log->head)
						 : "is no JSON";
		if (wrong != NULL) {
			json_decref(json);
			return error_set(err,
				"%s/" LOG ":%zu: %s (A DAMAGED JOURNAL in holdfast(8) "
				"says what to do)",
				journal->path, ret_log->count + 1, wrong);
		}
		ret_log->lines = memory_grow(
			ret_log->lines, ret_log->count, sizeof(json_t *));
		ret_log->lines[ret_log->count++] = json;
		start += line.size + 1;
	}
	return 0;
}

void
changelog_free(struct changelog *log)
{
	for (size_t i = 0; i < log->count; i++)
		json_decref(log->lines[i]);
	free(log->lines);
	*log = (struct changelog){ 0 };
}

static unsigned long
id_of(const json_t *line)
{
	return (unsigned long)json_integer_value(json_object_get(line, "id"));
}

static bool
says(const json_t *line, const char *key, const char *text)
{
	const char *have = json_string_value(json_object_get(line, key));
	return have != NULL && strcmp(have, text) == 0;
}

const char *
changelog_text(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));
	return text != NULL ? text : "";
}

bool
changelog_has(const struct changelog *log, unsigned long id, const char *action)
{
	for (size_t i = 0; i < log->count; i++)
		if (id_of(log->lines[i]) == id &&
			(action == NULL || says(log->lines[i], "action", action)))
			return true;
	return false;
}

bool
changelog_ties(const struct changelog *log, unsigned long id, const char *hash)
{
	for (size_t i = 0; i < log->count; i++)
		if (id_of(log->lines[i]) == id && !says(log->lines[i], "intent", hash))
			return false;
	return true;
}

unsigned long
changelog_newest(const struct changelog *log)
{
	unsigned long newest = 0;
	for (size_t i = 0; i < log->count; i++)
		if (id_of(log->lines[i]) > newest)
			newest = id_of(log->lines[i]);
	return newest;
}

/* The line without its own hash and the closing brace; NULL when memory ran out. */
static char *
make_body(const struct record *record, const char *intent_hash, const char *action,
	const char *result, const char *previous)
{
	char now[sizeof "2026-01-01T00:00:00Z"];
	time_t seconds = time(NULL);
	struct tm tm;
	/* who applied is the record's; who undoes or confirms may be somebody else */
	bool first = strcmp(action, "apply") == 0;
	autofree char *user = first ? memory_text(record->user) : record_user();
	gmtime_r(&seconds, &tm);
	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &tm);
	bool good = true;
	json_t *files = json_array();
	for (size_t i = 0; i < record->count; i++) {
		const struct record_file *file = &record->files[i];
		good = good &&
			json_array_append_new(files,
				json_pack("{s:s, s:s, s:s, s:s}", "file",
					file->change.file, "controls",
					file->change.controls, "old",
					file->change.old_sha256, "new",
					file->new_sha256)) == 0;
	}
	if (!good) {
		json_decref(files);
		return NULL;
	}
	json_t *line = json_pack("{s:i, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:s}",
		"holdfast-log", 1, "time", now, "id", (json_int_t)record->id, "action",
		action, "result", result, "user", user, "policy", record->policy_sha256,
		"intent", intent_hash, "files", files, "previous", previous);
	char *text = line != NULL ? record_text(line) : NULL;
	json_decref(line);
	if (text != NULL)
		text[strlen(text) - 1] = '\0'; /* the brace */
	return text;
}

/* Cuts a torn last line off and adds TEXT, durably. */
static int
add(const struct journal *journal, const char *text, struct error *err)
{
	size_t size;
	autofree char *old = read_log(journal, &size, err);
	if (old == NULL)
		return -1;
	const char *end = size > 0 ? memrchr(old, '\n', size) : NULL;
	off_t whole = end != NULL ? end - old + 1 : 0;
	int fd = openat(journal->fd, LOG,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && (whole == (off_t)size || ftruncate(fd, whole) == 0) &&
		storage_write(fd, BYTES_TEXT(text)) == 0 && storage_sync(fd) == 0 &&
		storage_sync_directory(journal->fd) == 0;
	if (!good)
		failed(journal, err, "can't be written");
	if (fd >= 0)
		close(fd);
	return good ? 0 : -1;
}

int
changelog_append(const struct journal *journal, const struct record *record,
	const char *intent_hash, const char *action, const char *result,
	char ret_head[SHA256_HEX], struct error *err)
{
	struct changelog log;
	int status = changelog_read(journal, &log, err);
	memcpy(ret_head, log.head, SHA256_HEX);
	bool there = changelog_has(&log, record->id, action);
	changelog_free(&log);
	if (status < 0 || there)
		return status;
	autofree char *body = make_body(record, intent_hash, action, result, ret_head);
	if (body == NULL)
		return error_set(err, "out of memory");
	text_sha256(BYTES_TEXT(body), ret_head);
	autofree char *line = memory_printf("%s" HASH_START "%s\"}\n", body, ret_head);
	return add(journal, line, err);
}
