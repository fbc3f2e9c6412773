#include "policy/attestation.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/recorded.h"
#include "policy/source.h"

enum { DAYS_DEFAULT = 365, DAYS_MAX = 36500 };

static const char default_name[] = "attestations.jsonl";

char *
attestation_path(const struct control *control)
{
	const struct value *named = value_find(control->keys, "answers");
	return source_path(named != NULL ? named->at.file : control->at.file,
		named != NULL ? named->text : default_name);
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static bool
is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

static bool
is_answer(const json_t *object)
{
	const char *answer = text_of(object, "answer");
	return *text_of(object, "id") != '\0' && *text_of(object, "by") != '\0' &&
		(strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0) &&
		is_date(text_of(object, "date")) && is_date(text_of(object, "until"));
}

static void
spoil(struct attestation *attestation, enum attestation_state state, char *reason)
{
	free(attestation->reason);
	attestation->state = state;
	attestation->reason = reason;
}

static void
set(char **text, const char *value)
{
	free(*text);
	*text = memory_text(value);
}

/* Evidence that is there no more, or is another, makes an answer void. */
static void
check_evidence(struct attestation *attestation, const json_t *evidence)
{
	struct error err = ERROR_INIT;
	struct file file = { .state = FILE_READ };
	autofree char *path = source_path(
		attestation->file.path, text_of(evidence, "file"));
	set(&attestation->evidence, path);
	if (source_read(path, false, &file.bytes, &err) < 0)
		spoil(attestation, ATTESTATION_VOID,
			memory_printf(
				"its evidence %s can't be read: %s", path, err.text));
	else if (strcmp(file_sha256(&file), text_of(evidence, "sha256")) != 0)
		spoil(attestation, ATTESTATION_VOID,
			memory_printf("its evidence %s is not the file that was recorded",
				path));
	free((char *)file.bytes.data);
	free(file.hash);
	error_clear(&err);
}

/* Takes the answer OBJECT, which stands at OFFSET. */
static void
take(struct attestation *attestation, const json_t *object, size_t offset)
{
	bool yes = strcmp(text_of(object, "answer"), "yes") == 0;
	spoil(attestation, yes ? ATTESTATION_YES : ATTESTATION_NO, NULL);
	attestation->offset = offset;
	set(&attestation->by, text_of(object, "by"));
	set(&attestation->date, text_of(object, "date"));
	set(&attestation->until, text_of(object, "until"));
	set(&attestation->remark, text_of(object, "remark"));
	set(&attestation->evidence, "");
	if (json_is_object(json_object_get(object, "evidence")))
		check_evidence(attestation, json_object_get(object, "evidence"));
}

/* Goes through the lines; the last one about ID is taken. */
static void
read_lines(struct attestation *attestation, const char *id)
{
	struct bytes line;
	json_t *last = NULL;
	size_t offset = 0;
	unsigned number = 1;
	for (size_t at = 0, start = 0;
		bytes_next_line(attestation->file.bytes, &at, &line);
		start = at, number++) {
		json_t *object = line.size == 0
			? json_null()
			: json_loadb(line.data, line.size, JSON_REJECT_DUPLICATES, NULL);
		if (line.size > 0 && !is_answer(object)) {
			spoil(attestation, ATTESTATION_UNREADABLE,
				memory_printf("line %u is no answer", number));
			json_decref(object);
			json_decref(last);
			return;
		}
		if (line.size > 0 && strcmp(text_of(object, "id"), id) == 0) {
			json_decref(last);
			last = json_incref(object);
			offset = start;
		}
		json_decref(object);
	}
	if (last != NULL)
		take(attestation, last, offset);
	json_decref(last);
}

static void
judge_age(
	struct attestation *attestation, const struct control *control, const char *today)
{
	long days = DAYS_DEFAULT;
	text_number(
		value_text(control->keys, "max-days", "365"), 1, DAYS_MAX, &days, NULL);
	if (attestation->state != ATTESTATION_YES)
		return; /* and there may be no date */
	long age = recorded_age(attestation->date, today);
	if (age < 0)
		spoil(attestation, ATTESTATION_VOID,
			memory_printf("the answer is dated %s, which is to come",
				attestation->date));
	else if (strcmp(today, attestation->until) > 0)
		spoil(attestation, ATTESTATION_VOID,
			memory_printf("the answer of %s held until %s", attestation->date,
				attestation->until));
	else if (age > days)
		spoil(attestation, ATTESTATION_VOID,
			memory_printf("the answer of %s is %ld day%s old, believed are "
				      "%ld (max-days of the policy)",
				attestation->date, age, age == 1 ? "" : "s", days));
	else
		attestation->days = days - age;
}

void
attestation_read(const struct control *control, const char *today, bool require_safe,
	struct attestation *ret_attestation)
{
	struct error err = ERROR_INIT;
	*ret_attestation = (struct attestation){
		.file = { .path = attestation_path(control), .state = FILE_ABSENT },
		.by = memory_text(""),
		.date = memory_text(""),
		.until = memory_text(""),
		.remark = memory_text(""),
		.evidence = memory_text(""),
	};
	struct file *file = &ret_attestation->file;
	errno = 0;
	if (source_read(file->path, require_safe, &file->bytes, &err) == 0) {
		file->state = FILE_READ;
		read_lines(ret_attestation, control->id);
		judge_age(ret_attestation, control, today);
	} else if (access(file->path, F_OK) == 0 || errno != ENOENT) {
		spoil(ret_attestation, ATTESTATION_UNREADABLE, memory_text(err.text));
	}
	error_clear(&err);
}

void
attestation_free(struct attestation *attestation)
{
	free(attestation->file.path);
	free((char *)attestation->file.bytes.data);
	free(attestation->file.hash);
	free(attestation->by);
	free(attestation->date);
	free(attestation->until);
	free(attestation->remark);
	free(attestation->evidence);
	free(attestation->reason);
	*attestation = (struct attestation){ 0 };
}
