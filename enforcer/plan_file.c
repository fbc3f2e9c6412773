/* Saved plans: JSON that holds the files' bytes, so that what was reviewed is what is
 * applied. A text that is not UTF-8 or holds a NUL is {"hex": "..."}. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/plan.h"

enum { PLAN_FORMAT = 2, PLAN_FILE_MAX = 256 << 20 };

static const char *const action_names[] = {
	[CHANGE_REPLACE] = "replace",
	[CHANGE_CREATE] = "create",
	[CHANGE_REMOVE] = "remove",
};

static json_t *
bytes_to_json(const char *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	if (data == NULL)
		return json_null();
	json_t *text = memchr(data, '\0', size) == NULL ? json_stringn(data, size) : NULL;
	if (text != NULL)
		return text;
	autofree char *hex = memory_new(2 * size + 1, 1);
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = digits[(unsigned char)data[i] >> 4];
		hex[2 * i + 1] = digits[(unsigned char)data[i] & 15];
	}
	return json_pack("{s:s}", "hex", hex);
}

static json_t *
text_to_json(const char *text)
{
	return bytes_to_json(text, text != NULL ? strlen(text) : 0);
}

static json_t *
notes_to_json(const struct plan_note *notes, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array,
			json_pack("{s:o, s:o}", "name", text_to_json(notes[i].name),
				"text", text_to_json(notes[i].text)));
	return array;
}

static json_t *
plan_to_json(const struct plan *plan)
{
	json_t *changes = json_array(), *effects = json_array(), *refusals = json_array();
	for (size_t i = 0; i < plan->changes.count; i++) {
		const struct change *change = &plan->changes.items[i];
		json_array_append_new(changes,
			json_pack("{s:s, s:o, s:o, s:i, s:s, s:o, s:o}", "action",
				action_names[change->action], "file",
				text_to_json(change->file), "controls",
				text_to_json(change->controls), "mode", (int)change->mode,
				"old_sha256", change->old_sha256, "old",
				bytes_to_json(change->old_data, change->old_size), "new",
				bytes_to_json(change->new_data, change->new_size)));
	}
	for (size_t i = 0; i < plan->effect_count; i++) {
		const struct effect *effect = &plan->effects[i];
		json_array_append_new(effects,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "control",
				text_to_json(effect->control), "kind",
				text_to_json(effect->kind), "subject",
				text_to_json(effect->subject), "before",
				text_to_json(effect->before), "after",
				text_to_json(effect->after), "unwanted",
				effect->unwanted));
	}
	for (size_t i = 0; i < plan->refusal_count; i++) {
		const struct refusal *refusal = &plan->refusals[i];
		json_array_append_new(refusals,
			json_pack("{s:o, s:o}", "control", text_to_json(refusal->control),
				"reason", text_to_json(refusal->reason)));
	}
	return json_pack("{s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}",
		"holdfast-plan", PLAN_FORMAT, "root", text_to_json(plan->root), "policy",
		text_to_json(plan->policy_file), "policy_sha256", plan->policy_sha256,
		"changes", changes, "effects", effects, "refusals", refusals, "assumed",
		notes_to_json(plan->assumed, plan->assumed_count), "asked",
		notes_to_json(plan->asked, plan->asked_count), "accepted",
		notes_to_json(plan->accepted, plan->accepted_count));
}

static int
write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= (size_t)n;
	}
	return fsync(fd);
}

static void *
allocate(size_t size)
{
	return memory_resize(NULL, size, 1);
}

/* Whether FILE may be written: 1 it is a saved plan, 0 there is none, -1 with *err. */
static int
may_replace(const char *file, struct error *err)
{
	struct plan old = { 0 };
	struct error not_a_plan = ERROR_INIT;
	struct stat status;
	if (lstat(file, &status) < 0)
		return errno == ENOENT ? 0
				       : error_set(err, "%s: %s", file, strerror(errno));
	int loaded = plan_load(file, &old, &not_a_plan);
	plan_free(&old);
	error_clear(&not_a_plan);
	if (loaded < 0)
		return error_set(
			err, "%s: is there already and is no saved plan of yours", file);
	return 1;
}

int
plan_save(const struct plan *plan, const char *file, struct error *err)
{
	int replace = may_replace(file, err);
	if (replace < 0)
		return -1;
	/* jansson leaves out what it has no memory for; this ends the process instead */
	json_set_alloc_funcs(allocate, free);
	json_t *object = plan_to_json(plan);
	autofree char *text = json_dumps(object, JSON_INDENT(1));
	json_decref(object);
	if (text == NULL)
		abort(); /* memory never runs out and each text was made valid */
	autofree char *temporary = memory_printf("%s.XXXXXX", file);
	int fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return error_set(err, "%s: %s", file, strerror(errno));
	int result = write_all(fd, text, strlen(text));
	if (result == 0 && !replace)
		/* fails when there is one by now */
		result = linkat(AT_FDCWD, temporary, AT_FDCWD, file, 0);
	if (result == 0 && replace)
		result = renameat(AT_FDCWD, temporary, AT_FDCWD, file);
	if (result < 0)
		error_set(err, "%s: %s", file, strerror(errno));
	if (result < 0 || !replace)
		unlinkat(AT_FDCWD, temporary, 0);
	close(fd);
	return result;
}

/* A text or {"hex": ...} that the caller frees; NULL for null. */
static int
bytes_from_json(const json_t *json, char **ret_data, size_t *ret_size, struct error *err)
{
	*ret_data = NULL;
	*ret_size = 0;
	if (json_is_null(json))
		return 0;
	if (json_is_string(json)) {
		*ret_size = json_string_length(json);
		*ret_data = memory_copy(json_string_value(json), *ret_size);
		return 0;
	}
	const char *hex = json_string_value(json_object_get(json, "hex"));
	if (hex == NULL || json_object_size(json) != 1 || strlen(hex) % 2 != 0 ||
		strspn(hex, "0123456789abcdef") != strlen(hex))
		return error_set(err, "a text is neither a string nor hexadecimal");
	*ret_size = strlen(hex) / 2;
	*ret_data = memory_new(*ret_size + 1, 1);
	for (size_t i = 0; i < *ret_size; i++) {
		const char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };
		(*ret_data)[i] = (char)strtoul(digits, NULL, 16);
	}
	return 0;
}

/* As bytes_from_json, without NUL in it; NULL only when MAY_BE_NULL. */
static int
text_from_json(const json_t *json, bool may_be_null, char **ret_text, struct error *err)
{
	size_t size;
	if (bytes_from_json(json, ret_text, &size, err) < 0)
		return -1;
	if (*ret_text == NULL)
		return may_be_null ? 0 : error_set(err, "a text is missing");
	return strlen(*ret_text) == size ? 0 : error_set(err, "a text holds a NUL");
}

/* Whether PATH is absolute and stays where it says. */
static bool
is_plain_path(const char *path)
{
	if (*path != '/' || path[1] == '\0')
		return false;
	while (*path == '/') {
		size_t length = strcspn(++path, "/");
		if (length == 0 || strncmp(path, ".", length) == 0 ||
			(length == 2 && strncmp(path, "..", 2) == 0))
			return false;
		path += length;
	}
	return true;
}

static int
check_change(const struct change *change, struct error *err)
{
	char sha256[SHA256_HEX] = "";
	bool wants_old = change->action != CHANGE_CREATE;
	bool wants_new = change->action != CHANGE_REMOVE;
	if (!is_plain_path(change->file))
		return error_set(err, "'%s' is no path of a file", change->file);
	if (wants_old != (change->old_data != NULL) ||
		wants_new != (change->new_data != NULL))
		return error_set(
			err, "%s: its content does not go with its action", change->file);
	if ((change->mode & ~(mode_t)07777) != 0)
		return error_set(err, "%s: its mode is none", change->file);
	if (wants_old)
		text_sha256((struct bytes){ change->old_data, change->old_size }, sha256);
	if (strcmp(sha256, change->old_sha256) != 0)
		return error_set(
			err, "%s: its old content is not what was hashed", change->file);
	return 0;
}

static int
change_from_json(json_t *json, struct change *ret_change, struct error *err)
{
	const char *action, *sha256;
	json_t *file, *controls, *old_text, *new_text;
	json_error_t wrong;
	int mode, number = 0;
	if (json_unpack_ex(json, &wrong, JSON_STRICT,
		    "{s:s, s:o, s:o, s:i, s:s, s:o, s:o}", "action", &action, "file",
		    &file, "controls", &controls, "mode", &mode, "old_sha256", &sha256,
		    "old", &old_text, "new", &new_text) < 0)
		return error_set(err, "%s", wrong.text);
	while (number <= CHANGE_REMOVE && strcmp(action_names[number], action) != 0)
		number++;
	if (number > CHANGE_REMOVE)
		return error_set(err, "unknown action '%s'", action);
	if (strlen(sha256) >= SHA256_HEX)
		return error_set(err, "old_sha256 is too long");
	ret_change->action = (enum change_action)number;
	ret_change->mode = (mode_t)mode;
	memcpy(ret_change->old_sha256, sha256, strlen(sha256) + 1);
	if (text_from_json(file, false, &ret_change->file, err) < 0 ||
		text_from_json(controls, false, &ret_change->controls, err) < 0 ||
		bytes_from_json(old_text, &ret_change->old_data, &ret_change->old_size,
			err) < 0 ||
		bytes_from_json(
			new_text, &ret_change->new_data, &ret_change->new_size, err) < 0)
		return -1;
	return check_change(ret_change, err);
}

static int
changes_from_json(const json_t *array, struct changes *changes, struct error *err)
{
	changes->items = memory_new(json_array_size(array), sizeof *changes->items);
	while (changes->count < json_array_size(array)) {
		/* counted first, so that what is there is freed after an error */
		size_t i = changes->count++;
		if (change_from_json(json_array_get(array, i), &changes->items[i], err) <
			0)
			return error_prefix(err, "changes[%zu]", i);
		for (size_t k = 0; k < i; k++)
			if (strcmp(changes->items[k].file, changes->items[i].file) == 0)
				return error_set(err, "%s: two changes of one file",
					changes->items[i].file);
	}
	return 0;
}

static int
effects_from_json(const json_t *array, struct plan *plan, struct error *err)
{
	plan->effects = memory_new(json_array_size(array), sizeof *plan->effects);
	while (plan->effect_count < json_array_size(array)) {
		size_t i = plan->effect_count++;
		struct effect *effect = &plan->effects[i];
		json_t *control, *kind, *subject, *before, *after;
		json_error_t wrong;
		int unwanted = 0;
		if (json_unpack_ex(json_array_get(array, i), &wrong, JSON_STRICT,
			    "{s:o, s:o, s:o, s:o, s:o, s:b}", "control", &control, "kind",
			    &kind, "subject", &subject, "before", &before, "after",
			    &after, "unwanted", &unwanted) < 0)
			return error_set(err, "effects[%zu]: %s", i, wrong.text);
		effect->unwanted = unwanted != 0;
		if (text_from_json(control, false, &effect->control, err) < 0 ||
			text_from_json(kind, false, &effect->kind, err) < 0 ||
			text_from_json(subject, false, &effect->subject, err) < 0 ||
			text_from_json(before, true, &effect->before, err) < 0 ||
			text_from_json(after, true, &effect->after, err) < 0)
			return error_prefix(err, "effects[%zu]", i);
	}
	return 0;
}

static int
refusals_from_json(const json_t *array, struct plan *plan, struct error *err)
{
	plan->refusals = memory_new(json_array_size(array), sizeof *plan->refusals);
	while (plan->refusal_count < json_array_size(array)) {
		size_t i = plan->refusal_count++;
		struct refusal *refusal = &plan->refusals[i];
		json_t *control, *reason;
		json_error_t wrong;
		if (json_unpack_ex(json_array_get(array, i), &wrong, JSON_STRICT,
			    "{s:o, s:o}", "control", &control, "reason", &reason) < 0)
			return error_set(err, "refusals[%zu]: %s", i, wrong.text);
		if (text_from_json(control, false, &refusal->control, err) < 0 ||
			text_from_json(reason, false, &refusal->reason, err) < 0)
			return error_prefix(err, "refusals[%zu]", i);
	}
	return 0;
}

static int
notes_from_json(const json_t *array, const char *key, struct plan_note **ret_notes,
	size_t *ret_count, struct error *err)
{
	if (!json_is_array(array))
		return error_set(err, "%s must be a list", key);
	*ret_notes = memory_new(json_array_size(array), sizeof **ret_notes);
	while (*ret_count < json_array_size(array)) {
		size_t i = (*ret_count)++;
		struct plan_note *note = &(*ret_notes)[i];
		json_t *name, *text;
		json_error_t wrong;
		if (json_unpack_ex(json_array_get(array, i), &wrong, JSON_STRICT,
			    "{s:o, s:o}", "name", &name, "text", &text) < 0)
			return error_set(err, "%s[%zu]: %s", key, i, wrong.text);
		if (text_from_json(name, false, &note->name, err) < 0 ||
			text_from_json(text, true, &note->text, err) < 0)
			return error_prefix(err, "%s[%zu]", key, i);
	}
	return 0;
}

static int
plan_from_json(json_t *object, struct plan *plan, struct error *err)
{
	json_t *root, *policy, *changes, *effects, *refusals, *assumed, *asked, *accepted;
	const char *sha256;
	json_error_t wrong;
	int format;
	if (json_integer_value(json_object_get(object, "holdfast-plan")) != PLAN_FORMAT)
		return error_set(err, "is no saved plan of this version: plan anew");
	if (json_unpack_ex(object, &wrong, JSON_STRICT,
		    "{s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "holdfast-plan",
		    &format, "root", &root, "policy", &policy, "policy_sha256", &sha256,
		    "changes", &changes, "effects", &effects, "refusals", &refusals,
		    "assumed", &assumed, "asked", &asked, "accepted", &accepted) < 0)
		return error_set(err, "%s", wrong.text);
	if (!json_is_array(changes) || !json_is_array(effects) ||
		!json_is_array(refusals))
		return error_set(err, "changes, effects and refusals must be lists");
	if (strlen(sha256) != SHA256_HEX - 1)
		return error_set(err, "policy_sha256 is no SHA-256");
	memcpy(plan->policy_sha256, sha256, SHA256_HEX);
	if (text_from_json(root, false, &plan->root, err) < 0 ||
		text_from_json(policy, false, &plan->policy_file, err) < 0 ||
		changes_from_json(changes, &plan->changes, err) < 0 ||
		effects_from_json(effects, plan, err) < 0 ||
		notes_from_json(assumed, "assumed", &plan->assumed, &plan->assumed_count,
			err) < 0 ||
		notes_from_json(asked, "asked", &plan->asked, &plan->asked_count, err) <
			0 ||
		notes_from_json(accepted, "accepted", &plan->accepted,
			&plan->accepted_count, err) < 0)
		return -1;
	return refusals_from_json(refusals, plan, err);
}

/* Opens FILE when nobody but we and root could have written it. */
static int
open_own(const char *file, struct error *err)
{
	struct stat status;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return error_set(err, "%s%s", strerror(errno),
			errno == ENOENT ? ": 'holdfast plan --output FILE' saves a plan"
					: "");
	if (fstat(fd, &status) < 0)
		error_set(err, "%s", strerror(errno));
	else if (!S_ISREG(status.st_mode))
		error_set(err, "is no saved plan: not a regular file");
	else if (status.st_size > PLAN_FILE_MAX)
		error_set(err, "too large");
	else if ((status.st_uid != geteuid() && status.st_uid != 0) ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		error_set(err,
			"others could have written it, so it may not be what was looked "
			"at: plan anew");
	else
		return fd;
	close(fd);
	return -1;
}

int
plan_load(const char *file, struct plan *ret_plan, struct error *err)
{
	json_error_t wrong;
	*ret_plan = (struct plan){ 0 };
	int fd = open_own(file, err);
	if (fd < 0)
		return error_prefix(err, "%s", file);
	json_t *object = json_loadfd(fd, JSON_REJECT_DUPLICATES, &wrong);
	close(fd);
	if (object == NULL)
		return error_set(err,
			"%s:%d:%d: is no saved plan, as 'holdfast plan --output FILE' "
			"makes it (a policy goes with --policy): %s",
			file, wrong.line, wrong.column, wrong.text);
	int result = plan_from_json(object, ret_plan, err);
	json_decref(object);
	return result < 0 ? error_prefix(err, "%s", file) : 0;
}
