#include "enforcer/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

static const char *const state_names[STATE_COUNT] = {
	[STATE_NONE] = "",
	[STATE_INTENT] = "intent",
	[STATE_COMMITTED] = "committed",
	[STATE_TRIAL] = "trial",
	[STATE_DONE] = "done",
	[STATE_UNDOING] = "undoing",
	[STATE_UNDONE] = "undone",
};

static const char *const action_names[] = {
	[CHANGE_REPLACE] = "replace",
	[CHANGE_CREATE] = "create",
	[CHANGE_REMOVE] = "remove",
};

enum { ACTION_COUNT = sizeof action_names / sizeof *action_names };

const char *
state_name(enum state state)
{
	return state_names[state];
}

static char *
now(void)
{
	char text[sizeof "2026-01-01T00:00:00Z"];
	time_t seconds = time(NULL);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return memory_text(text);
}

/* The uid that logged in stays the same through su and sudo: proc(5), loginuid. */
char *
record_user(void)
{
	char text[24] = "";
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	long uid;
	if (fd >= 0)
		close(fd);
	text[size > 0 ? size : 0] = '\0';
	if (text_number(text, 0, 4294967294, &uid, NULL) == 0)
		return memory_printf("uid %ld", uid);
	return memory_printf("uid %ju", (uintmax_t)geteuid());
}

void
record_link(struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		struct record_file *file = &record->files[i];
		const struct change *change = &file->change;
		file->swap = (struct swap){ .file = change->file,
			.from = { change->action != CHANGE_CREATE,
				{ change->old_data, change->old_size } },
			.to = { change->action != CHANGE_REMOVE,
				{ change->new_data, change->new_size } },
			.attributes = &file->attributes };
	}
}

int
record_make(int root, const struct changes *changes, const char *policy_sha256,
	struct record *ret_record, struct error *err)
{
	int status = 0;
	*ret_record = (struct record){ .time = now(),
		.user = record_user(),
		.policy_sha256 = memory_text(policy_sha256 ? policy_sha256 : ""),
		.files = memory_new(changes->count, sizeof *ret_record->files),
		.count = changes->count };
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *from = &changes->items[i];
		struct record_file *file = &ret_record->files[i];
		file->change = *from;
		file->change.file = memory_text(from->file);
		file->change.controls = memory_text(from->controls ? from->controls : "");
		file->change.old_data = memory_copy(from->old_data, from->old_size);
		file->change.new_data = memory_copy(from->new_data, from->new_size);
		/* what is kept must match its hash, or the record can't be read back */
		if (from->action != CHANGE_CREATE)
			text_sha256((struct bytes){ from->old_data, from->old_size },
				file->change.old_sha256);
		if (from->action != CHANGE_REMOVE)
			text_sha256((struct bytes){ from->new_data, from->new_size },
				file->new_sha256);
		if (from->action == CHANGE_CREATE)
			file->attributes = (struct attributes){
				.owner = geteuid(), .group = getegid(), .mode = from->mode
			};
		if (status == 0 && from->action == CHANGE_REMOVE)
			status = attributes_read(
				root, from->file, &file->attributes, err);
	}
	record_link(ret_record);
	return status;
}

static char *
to_hex(const char *data, size_t size)
{
	autobuffer struct buffer hex = { 0 };
	for (size_t i = 0; i < size; i++)
		buffer_printf(&hex, "%02x", (unsigned char)data[i]);
	return buffer_take(&hex);
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL when HEX is none. */
static char *
from_hex(const char *hex, size_t *ret_size)
{
	size_t digits = strlen(hex);
	char *data = memory_new(digits / 2 + 1, 1);
	bool good = digits % 2 == 0;
	for (size_t i = 0; good && i < digits; i += 2) {
		int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
		good = high >= 0 && low >= 0;
		data[i / 2] = (char)(good ? high << 4 | low : 0);
	}
	if (!good) {
		free(data);
		return NULL;
	}
	*ret_size = digits / 2;
	return data;
}

/* NULL when memory ran out or a name is not UTF-8. */
static json_t *
attributes_to_json(const struct attributes *attributes)
{
	bool good = true;
	json_t *xattrs = json_object();
	for (size_t i = 0; i < attributes->count; i++) {
		const struct xattr *xattr = &attributes->xattrs[i];
		autofree char *hex = to_hex(xattr->value, xattr->size);
		good = good &&
			json_object_set_new(xattrs, xattr->name, json_string(hex)) == 0;
	}
	if (!good) {
		json_decref(xattrs);
		return NULL;
	}
	return json_pack("{s:I, s:I, s:I, s:o}", "owner", (json_int_t)attributes->owner,
		"group", (json_int_t)attributes->group, "mode",
		(json_int_t)attributes->mode, "xattrs", xattrs);
}

json_t *
record_to_json(const struct record *record, struct error *err)
{
	json_t *files = json_array();
	for (size_t i = 0; i < record->count; i++) {
		const struct record_file *file = &record->files[i];
		const struct change *change = &file->change;
		json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "file",
			change->file, "action", action_names[change->action], "old",
			change->old_sha256, "new", file->new_sha256, "controls",
			change->controls, "attributes",
			attributes_to_json(&file->attributes));
		/* an array takes no NULL */
		if (json_array_append_new(files, json) < 0) {
			json_decref(files);
			error_set(err,
				"%s: can't be kept in the journal: its name or that of "
				"an extended attribute is not UTF-8, or memory ran out",
				change->file);
			return NULL;
		}
	}
	json_t *json = json_pack("{s:i, s:I, s:s, s:s, s:s, s:o}", "holdfast-change", 1,
		"id", (json_int_t)record->id, "time", record->time, "user", record->user,
		"policy", record->policy_sha256, "files", files);
	if (json == NULL)
		error_set(err, "out of memory");
	return json;
}

/* Read back before it is believed: jansson does not look whether an object's key could be
 * added (dump.c, do_dump), and returns JSON without it when memory ran out. */
char *
record_text(const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	json_t *again = text != NULL ? json_loads(text, 0, NULL) : NULL;
	if (!json_equal((json_t *)json, again)) {
		free(text);
		text = NULL;
	}
	json_decref(again);
	return text;
}

static int
attributes_from_json(json_t *json, struct attributes *attributes)
{
	json_int_t owner, group, mode;
	json_t *xattrs, *value;
	const char *name;
	if (json_unpack(json, "{s:I, s:I, s:I, s:o !}", "owner", &owner, "group", &group,
		    "mode", &mode, "xattrs", &xattrs) < 0 ||
		!json_is_object(xattrs) || owner < 0 || group < 0 || mode < 0 ||
		owner > UINT32_MAX || group > UINT32_MAX || mode > 07777)
		return -1;
	attributes->owner = (uid_t)owner;
	attributes->group = (gid_t)group;
	attributes->mode = (mode_t)mode;
	json_object_foreach(xattrs, name, value)
	{
		size_t size;
		const char *hex = json_string_value(value);
		char *data = hex != NULL ? from_hex(hex, &size) : NULL;
		if (data == NULL)
			return -1;
		attributes->xattrs = memory_grow(attributes->xattrs, attributes->count,
			sizeof *attributes->xattrs);
		attributes->xattrs[attributes->count++] = (struct xattr){
			memory_text(name), data, size
		};
	}
	return 0;
}

/* Whether TEXT is a hash where there must be one and nothing where there must be none. */
static bool
is_hash(const char *text, bool wanted)
{
	return wanted ? strlen(text) == SHA256_HEX - 1 &&
			strspn(text, "0123456789abcdef") == SHA256_HEX - 1
		      : *text == '\0';
}

static int
file_from_json(json_t *json, struct record_file *file)
{
	const char *name, *action, *old, *new, *controls;
	json_t *attributes;
	int found = ACTION_COUNT;
	if (json_unpack(json, "{s:s, s:s, s:s, s:s, s:s, s:o !}", "file", &name, "action",
		    &action, "old", &old, "new", &new, "controls", &controls,
		    "attributes", &attributes) < 0)
		return -1;
	while (--found >= 0 && strcmp(action_names[found], action) != 0)
		continue;
	if (found < 0 || name[0] != '/' || !is_hash(old, found != CHANGE_CREATE) ||
		!is_hash(new, found != CHANGE_REMOVE))
		return -1;
	file->change.action = (enum change_action)found;
	file->change.file = memory_text(name);
	file->change.controls = memory_text(controls);
	snprintf(file->change.old_sha256, SHA256_HEX, "%s", old);
	snprintf(file->new_sha256, SHA256_HEX, "%s", new);
	if (attributes_from_json(attributes, &file->attributes) < 0)
		return -1;
	file->change.mode = file->attributes.mode;
	return 0;
}

int
record_from_json(const json_t *json, struct record *ret_record, struct error *err)
{
	json_int_t id;
	int version;
	const char *time, *user, *policy;
	json_t *files;
	*ret_record = (struct record){ 0 };
	if (json_unpack((json_t *)json, "{s:i, s:I, s:s, s:s, s:s, s:o !}",
		    "holdfast-change", &version, "id", &id, "time", &time, "user", &user,
		    "policy", &policy, "files", &files) < 0 ||
		version != 1 || id < 1 || !json_is_array(files))
		return error_set(err, "this is no record of a change");
	ret_record->id = (unsigned long)id;
	ret_record->time = memory_text(time);
	ret_record->user = memory_text(user);
	ret_record->policy_sha256 = memory_text(policy);
	ret_record->files = memory_new(json_array_size(files), sizeof *ret_record->files);
	for (size_t i = 0; i < json_array_size(files); i++) {
		ret_record->count = i + 1;
		if (file_from_json(json_array_get(files, i), &ret_record->files[i]) < 0)
			return error_set(err, "file %zu of the record is malformed", i);
	}
	return 0;
}

void
record_free(struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		struct record_file *file = &record->files[i];
		free(file->change.file);
		free(file->change.controls);
		free(file->change.old_data);
		free(file->change.new_data);
		attributes_free(&file->attributes);
	}
	free(record->files);
	free(record->time);
	free(record->user);
	free(record->policy_sha256);
	*record = (struct record){ 0 };
}
