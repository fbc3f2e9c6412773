/* The smallest edits after which sshd's settings are as wanted for every connection: the
 * value of each line that decides is replaced; where no line does, one is added to the
 * main file, before any Match. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/sshd.h"
#include "policy/models/sshd/sshd_host.h"
#include "policy/models/sshd/sshd_outcome.h"
#include "policy/models/sshd/sshd_value.h"

enum { ONE_KEYBOARD_OPTION_SINCE = 807 };

struct repair {
	const struct context *context;
	const struct sshd_config *config;
	bool version_known;
	const struct value *want;
	const char *name; /* the keyword as the policy spells it */
	enum sshd_setting setting;
	const char *value;
	struct edits *edits;
};

static bool
is_wanted(const struct repair *repair, const char *value)
{
	return condition_holds(repair->want, repair->name, value, &sshd_comparison);
}

static bool
has_edit(const struct edits *edits, const struct file *file, size_t start, size_t length)
{
	for (size_t i = 0; i < edits->count; i++)
		if (strcmp(edits->items[i].file, file->target) == 0 &&
			edits->items[i].start == start &&
			(length == 0 || edits->items[i].length == length))
			return true;
	return false;
}

static int
replace(const struct repair *repair, const struct sshd_line *line, struct error *err)
{
	if (line->command_line)
		return error_set(err,
			"%s: %s is given on sshd's command line, which overrides any "
			"file; "
			"change it there",
			line->file->path, repair->name);
	if (!has_edit(repair->edits, line->file, line->start, line->end - line->start))
		edits_splice(repair->edits, line->file, line->start,
			line->end - line->start, repair->value, "%s becomes %s",
			sshd_keyword_names[line->written->name], repair->value);
	return 0;
}

/* Whether the comment TEXT is a setting of KEYWORD that was commented out. */
static bool
is_example(struct bytes text, const struct sshd_keyword *keyword, int version)
{
	while (text.size > 0 && *text.data == '#') {
		text.data++;
		text.size--;
	}
	if (text.size > 0 && *text.data == ' ') {
		text.data++;
		text.size--;
	}
	struct sshd_words words;
	bool example = false;
	if (sshd_lexer_split(text, version, &words, NULL) == 0 && words.keyword != NULL &&
		words.keyword_start == 0 && words.count > 0 &&
		sshd_keyword_find(words.keyword, version, NULL) == keyword) {
		autofree char *normal = sshd_value_normal(
			keyword, version, words.rest, NULL);
		example = normal != NULL;
	}
	sshd_words_free(&words);
	return example;
}

static bool
is_match(struct bytes line, int version)
{
	struct sshd_words words;
	const struct sshd_keyword *keyword = NULL;
	if (sshd_lexer_split(line, version, &words, NULL) == 0 && words.keyword != NULL)
		keyword = sshd_keyword_find(words.keyword, version, NULL);
	sshd_words_free(&words);
	return keyword != NULL && keyword->name == SSHD_MATCH;
}

/* The offset of the line after the one at OFFSET. */
static size_t
line_end(const struct file *file, size_t offset)
{
	const char *end = memchr(
		file->bytes.data + offset, '\n', file->bytes.size - offset);
	return end == NULL ? file->bytes.size : (size_t)(end - file->bytes.data) + 1;
}

/* Where a new line counts for all connections: after a commented-out example of it, else
 * before the first Match and the comment over it, else at the end. */
static int
find_place(const struct repair *repair, const struct sshd_keyword *keyword,
	size_t *ret_offset, struct error *err)
{
	const struct file *file;
	const struct tree *tree;
	size_t comment = 0;
	bool in_comment = false;
	if (context_tree(repair->context, repair->config->main->path, LENS_SSHD, &file,
		    &tree, err) < 0)
		return -1;
	for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i)) {
		const struct node *node = &tree->nodes[i];
		struct bytes line = bytes_line(file->bytes, node->start);
		size_t start = (size_t)(line.data - file->bytes.data);
		if (node->label == LABEL_COMMENT) {
			struct bytes text = tree_value(tree, node);
			if (is_example(text, keyword, repair->config->version)) {
				*ret_offset = line_end(file, start);
				return 0;
			}
			comment = in_comment ? comment : start;
			in_comment = true;
			continue;
		}
		if (node->label != LABEL_BLANK &&
			is_match(line, repair->config->version)) {
			*ret_offset = in_comment ? comment : start;
			return 0;
		}
		in_comment = false;
	}
	*ret_offset = file->bytes.size;
	return 0;
}

/* Whether a line for NAME was added already, for another version. */
static bool
is_added(const struct edits *edits, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->items[i];
		if (edit->action != EDIT_SPLICE || edit->length != 0)
			continue;
		const char *text = edit->text + strspn(edit->text, "\r\n");
		if (strncmp(text, name, length) == 0 && text[length] == ' ')
			return true;
	}
	return false;
}

static int
insert(const struct repair *repair, enum sshd_setting write, struct error *err)
{
	const struct file *file = repair->config->main;
	const struct sshd_keyword *keyword = sshd_keyword_get(
		write, repair->config->version);
	const char *end = memchr(file->bytes.data, '\n', file->bytes.size);
	bool crlf = end != NULL && end > file->bytes.data && end[-1] == '\r';
	const char *newline = crlf ? "\r\n" : "\n";
	size_t offset;
	if (repair->config->no_file)
		return error_set(err,
			"%s: sshd is started with -f none, and reads no file that could "
			"say %s; change its command line by hand",
			file->path, repair->name);
	if (keyword == NULL || keyword->no_effect)
		return error_set(err, "this version of OpenSSH has no %s", repair->name);
	if (find_place(repair, keyword, &offset, err) < 0)
		return -1;
	if (is_added(repair->edits, sshd_keyword_names[write]))
		return 0;
	bool open = offset == file->bytes.size && offset > 0 &&
		file->bytes.data[offset - 1] != '\n' &&
		!has_edit(repair->edits, file, offset, 0);
	autofree char *line = memory_printf("%s%s %s%s", open ? newline : "",
		sshd_keyword_names[write], repair->value, newline);
	edits_splice(repair->edits, file, offset, 0, line, "%s is set to %s",
		sshd_keyword_names[write], repair->value);
	return 0;
}

/* Before 8.7 two options turn keyboard-interactive on, and each must be right; the one
 * that a new line must name is understood by every version. */
static int
repair_keyboard(const struct repair *repair, struct error *err)
{
	const struct sshd_config *config = repair->config;
	struct sshd_answer other = sshd_answer_find(
		config, SSHD_CHALLENGE_RESPONSE_AUTHENTICATION, NULL);
	int status = 0;
	if (!is_wanted(repair, other.value))
		status = other.line != NULL
			? replace(repair, other.line, err)
			: insert(repair, SSHD_CHALLENGE_RESPONSE_AUTHENTICATION, err);
	sshd_answer_free(&other);
	for (size_t i = 0; i < config->count && status == 0; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name != SSHD_KBD_INTERACTIVE_AUTHENTICATION ||
			line->block != SSHD_GLOBAL)
			continue;
		if (!is_wanted(repair, line->value))
			status = replace(repair, line, err);
		break;
	}
	return status;
}

static int
repair_outcome(const struct repair *repair, const struct sshd_outcome *outcome,
	struct error *err)
{
	const struct sshd_answer *answer = &outcome->answer;
	if (answer->value == NULL)
		return error_set(err, "%s: %s", repair->name, answer->reason);
	if (is_wanted(repair, answer->value))
		return 0;
	if (repair->value == NULL)
		return error_set(err,
			"%s is %s, and the policy names no value to write instead",
			repair->name, answer->value);
	if (repair->setting == SSHD_KBD_INTERACTIVE_AUTHENTICATION &&
		repair->config->version < ONE_KEYBOARD_OPTION_SINCE &&
		(answer->line == NULL || answer->line->block == SSHD_GLOBAL))
		return repair_keyboard(repair, err);
	if (answer->adding > 1)
		return error_set(err,
			"%s: %zu lines add up to its value; edit them by hand",
			repair->name, answer->adding);
	if (answer->line != NULL)
		return replace(repair, answer->line, err);
	bool old_name = repair->setting == SSHD_KBD_INTERACTIVE_AUTHENTICATION &&
		!repair->version_known;
	return insert(repair,
		old_name ? SSHD_CHALLENGE_RESPONSE_AUTHENTICATION : repair->setting, err);
}

/* For the explicit view: a line for a default that is right already. */
static int
write_default(const struct repair *repair, const struct sshd_outcomes *outcomes,
	struct error *err)
{
	const struct sshd_outcome *first = &outcomes->items[0];
	if (outcomes->count == 0 || first->block != SSHD_GLOBAL ||
		first->answer.line != NULL || first->answer.value == NULL ||
		!is_wanted(repair, first->answer.value))
		return 0;
	if (repair->value == NULL)
		return error_set(err,
			"%s needs a line, and the policy names no value to write",
			repair->name);
	return insert(repair, repair->setting, err);
}

static int
repair_setting(const struct repair *repair, bool explicit, struct error *err)
{
	struct sshd_wish wish = sshd_wish_make(repair->setting, repair->want);
	struct sshd_outcomes outcomes = sshd_outcomes_find(repair->config, &wish);
	int status = 0;
	for (size_t i = 0; i < outcomes.count && status == 0; i++)
		status = repair_outcome(repair, &outcomes.items[i], err);
	if (explicit && status == 0)
		status = write_default(repair, &outcomes, err);
	sshd_outcomes_free(&outcomes);
	return status;
}

/* Repairs all settings, or names all that stand in the way. */
static int
repair_config(const struct context *context, const struct control *control,
	const struct sshd_config *config, struct edits *edits, struct error *err)
{
	const struct value *settings = value_find(control->keys, "settings");
	bool explicit = strcmp(value_text(control->keys, "view", "effective"),
				"explicit") == 0;
	autobuffer struct buffer blockers = { 0 };
	for (size_t i = 0; i < settings->count; i++) {
		const struct entry *entry = &settings->entries[i];
		struct error blocker = ERROR_INIT;
		struct repair repair = { .context = context,
			.config = config,
			.version_known = sshd_host_load(context)->version_known,
			.want = &entry->value,
			.name = entry->key,
			.setting = sshd_keyword_number(entry->key),
			.value = condition_example(&entry->value),
			.edits = edits };
		if (repair_setting(&repair, explicit, &blocker) < 0)
			buffer_printf(&blockers, "%s%s", blockers.size > 0 ? "; " : "",
				blocker.text);
		error_clear(&blocker);
	}
	return blockers.size > 0 ? error_set(err, "%s", blockers.data) : 0;
}

int
sshd_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err)
{
	const struct sshd_host *host = sshd_host_load(context);
	int status = 0;
	if (!host->installed)
		status = error_set(err, "no sshd is installed");
	else if (host->configs[0].problem_count > 0)
		status = error_set(err, "%s: %s; repair that first",
			host->configs[0].problems[0].path,
			host->configs[0].problems[0].text);
	/* from the oldest version on: what is written for it serves the later ones */
	for (size_t i = host->count; i-- > 0 && status == 0;)
		status = repair_config(context, control, &host->configs[i], edits, err);
	return status;
}
