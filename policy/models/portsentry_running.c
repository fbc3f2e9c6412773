/* In which modes portsentry runs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/live.h"
#include "base/memory.h"
#include "policy/models/portsentry_start.h"

enum { WORDS_MAX = 16 };

/* What was seen before this process gave up the right to look. */
static struct {
	bool looked, has[PORTSENTRY_MODES];
	struct error wrong;
} seen;

static void
look(bool ret_has[PORTSENTRY_MODES], struct error *err)
{
	static const char *const programs[] = { "portsentry", NULL };
	struct live_list list = { 0 };
	memset(ret_has, 0, PORTSENTRY_MODES * sizeof *ret_has);
	if (live_find(programs, &list, err) < 0)
		return;
	for (size_t i = 0; i < list.count; i++) {
		size_t size;
		autofree char *words = live_arguments(list.items[i].pid, &size);
		size_t first = strlen(words) + 1;
		/* main takes one argument and no other number of them */
		if (first + 1 >= size || first + strlen(words + first) + 1 != size ||
			words[first] != '-')
			continue;
		enum portsentry_mode mode = portsentry_mode_find(words + first + 1);
		if (mode != PORTSENTRY_MODES)
			ret_has[mode] = true;
	}
	live_list_free(&list);
}

void
portsentry_running_look(void)
{
	error_clear(&seen.wrong);
	look(seen.has, &seen.wrong);
	seen.looked = true;
}

static void
ask(struct portsentry_modes *modes)
{
	struct error err = ERROR_INIT;
	if (seen.looked)
		memcpy(modes->has, seen.has, sizeof seen.has);
	else
		look(modes->has, &err);
	const char *wrong = seen.looked ? seen.wrong.text : err.text;
	modes->is_unknown = wrong != NULL;
	modes->none = memory_text(wrong != NULL ? wrong : "no process runs so");
	error_clear(&err);
}

/* "0:00", "00:12:01", "2-03:00:00": the column before the command in ps's own forms. */
static bool
is_time(const char *word)
{
	const char *colon = strchr(word, ':');
	return colon != NULL && isdigit(*word) && isdigit(colon[1]) &&
		word[strspn(word, "0123456789:-.")] == '\0';
}

/* One line that ps printed. *HAS_HEADING: it is that of a list of processes. */
static void
take_line(struct portsentry_modes *modes, struct bytes line, struct place place,
	bool *has_heading)
{
	autofree char *text = memory_copy(line.data, line.size);
	char *words[WORDS_MAX], *rest = NULL;
	size_t count = 0, command = 0;
	for (char *word = strtok_r(text, " \t\r", &rest);
		word != NULL && count < WORDS_MAX; word = strtok_r(NULL, " \t\r", &rest))
		words[count++] = word;
	for (size_t i = 0; i < count; i++)
		*has_heading = *has_heading || strcmp(words[i], "PID") == 0;
	/* the last: a start of today is such a word too */
	for (size_t i = 0;
		i < count && strcmp(text_base_name(words[i]), "portsentry") != 0; i++)
		if (is_time(words[i]))
			command = i + 1;
	if (command + 2 != count || words[command + 1][0] != '-' ||
		strcmp(text_base_name(words[command]), "portsentry") != 0)
		return;
	enum portsentry_mode mode = portsentry_mode_find(words[command + 1] + 1);
	if (mode == PORTSENTRY_MODES)
		return;
	modes->has[mode] = true;
	modes->places[mode] = place;
}

static void
read_recorded(const struct file *file, struct portsentry_modes *modes)
{
	bool has_heading = false;
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at)
		take_line(modes, line, (struct place){ file, start }, &has_heading);
	modes->is_unknown = !has_heading;
	modes->none = memory_text(has_heading
			? "no process ran so"
			: "the evidence is no whole list of ps(1), with its heading");
	modes->none_file = file->path;
}

void
portsentry_running_read(const struct context *context, const struct recorded *recorded,
	struct portsentry_modes *ret_modes)
{
	*ret_modes = (struct portsentry_modes){ 0 };
	if (recorded->state == RECORDED_READ) {
		read_recorded(&recorded->file, ret_modes);
	} else if (recorded->state == RECORDED_UNUSABLE) {
		ret_modes->is_unknown = true;
		ret_modes->none = memory_text(recorded->reason);
		ret_modes->none_file = recorded->file.path;
	} else if (host_is_live(context->host)) {
		ask(ret_modes);
	} else {
		ret_modes->is_unknown = true;
		ret_modes->none = memory_text("needs the running host, or evidence");
	}
}
