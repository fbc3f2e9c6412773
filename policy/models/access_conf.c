#include "policy/models/access_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/software.h"

enum {
	VOIDS_MAX = 100,
	PIECE = 8191, /* bytes that fgets(3) takes with BUFSIZ, before 1.6.0 */
};

static const char default_file[] = "/etc/security/access.conf";
static const char drop_ins[] = "/etc/security/access.d/*.conf";

static void
replace(char **text, const char *with)
{
	free(*text);
	*text = memory_text(with);
}

void
access_settings_read(const char *arguments, struct access_settings *ret_settings)
{
	autofree char *text = memory_text(arguments);
	*ret_settings = (struct access_settings){
		.file = memory_text(default_file),
		.field_separators = memory_text(":"),
		.list_separators = memory_text(", \t"),
	};
	for (char *p = text; *p != '\0';) {
		p += strspn(p, " \t\r");
		/* [an argument with blanks]: pam.conf(5) */
		bool in_brackets = *p == '[';
		char *word = in_brackets ? p + 1 : p;
		size_t length = strcspn(word, in_brackets ? "]" : " \t\r");
		p = word + length + (word[length] != '\0');
		word[length] = '\0';
		if (strncmp(word, "accessfile=", 11) == 0) {
			replace(&ret_settings->file, word + 11);
			ret_settings->is_named = true;
		} else if (strncmp(word, "fieldsep=", 9) == 0) {
			replace(&ret_settings->field_separators, word + 9);
		} else if (strncmp(word, "listsep=", 8) == 0) {
			replace(&ret_settings->list_separators, word + 8);
		} else if (strcmp(word, "nodefgroup") == 0) {
			ret_settings->only_marked_groups = true;
		}
	}
}

void
access_settings_free(struct access_settings *settings)
{
	free(settings->file);
	free(settings->field_separators);
	free(settings->list_separators);
	*settings = (struct access_settings){ 0 };
}

static struct access_rule *
add_rule(struct access_conf *conf, struct place place, enum access_answer answer)
{
	conf->rules = memory_grow(conf->rules, conf->count, sizeof *conf->rules);
	conf->rules[conf->count] = (struct access_rule){ .place = place,
		.answer = answer };
	return &conf->rules[conf->count++];
}

/* A rule for everybody, whatever the lines say. REASON is kept. */
static void
add_answer(struct access_conf *conf, const struct file *file, enum access_answer answer,
	char *reason)
{
	struct access_rule *rule = add_rule(conf, (struct place){ file, 0 }, answer);
	conf->texts = memory_grow(conf->texts, conf->text_count, sizeof *conf->texts);
	conf->texts[conf->text_count++] = reason;
	rule->for_all = true;
	rule->reason = reason;
}

static void
add_void(struct access_conf *conf, struct place place, const char *reason)
{
	if (conf->void_count == VOIDS_MAX)
		return;
	conf->voids = memory_grow(conf->voids, conf->void_count, sizeof *conf->voids);
	conf->void_reasons = memory_grow(
		conf->void_reasons, conf->void_count, sizeof *conf->void_reasons);
	conf->voids[conf->void_count] = place;
	conf->void_reasons[conf->void_count++] = reason;
}

static size_t
add_tokens(struct access_conf *conf, char *list, size_t *ret_count)
{
	char *rest = NULL;
	size_t first = conf->token_count;
	for (char *token = strtok_r(list, conf->settings.list_separators, &rest);
		token != NULL;
		token = strtok_r(NULL, conf->settings.list_separators, &rest)) {
		conf->tokens = memory_grow(
			conf->tokens, conf->token_count, sizeof *conf->tokens);
		conf->tokens[conf->token_count++] = token;
	}
	*ret_count = conf->token_count - first;
	return first;
}

/* One line, or piece of a line, as login_access reads it. LINE is NUL-terminated, without
 * its newline, and stays. */
static void
add_line(struct access_conf *conf, struct place place, char *line, bool has_newline)
{
	char first = line[0], *rest = NULL;
	size_t end = strlen(line);
	if (first == '#' || first == '\0')
		return;
	if (!has_newline) {
		add_void(conf, place, "it does not end in a newline, or is too long");
		return;
	}
	while (end > 0 && isspace((unsigned char)line[end - 1]))
		end--;
	line[end] = '\0';
	if (end == 0)
		return;
	char *permission = strtok_r(line, conf->settings.field_separators, &rest);
	char *users = permission ? strtok_r(NULL, conf->settings.field_separators, &rest)
				 : NULL;
	char *origins = users ? strtok_r(NULL, "\n", &rest) : NULL;
	if (origins == NULL) {
		add_void(conf, place, "it has fewer than three fields");
		return;
	}
	if (permission[0] != '+' && permission[0] != '-') {
		add_void(conf, place, "it does not begin with + or -");
		return;
	}
	/* what counts in the end is the line's first byte, be it a separator */
	struct access_rule *rule = add_rule(
		conf, place, first == '+' ? ACCESS_ADMITTED : ACCESS_REFUSED);
	rule->users = add_tokens(conf, users, &rule->user_count);
	rule->origins = add_tokens(conf, origins, &rule->origin_count);
}

/* Before 1.6.0 a long line is read in pieces, each a line of its own. PIECES: 1 yes, 0
 * no, -1 not known. */
static int
reads_pieces(const struct context *context)
{
	struct software software = software_find(context, "pam");
	int result = -1;
	if (software.version != NULL) {
		const char *version = strchr(software.version, ':');
		char *end;
		version = version ? version + 1 : software.version;
		long major = strtol(version, &end, 10);
		long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
		result = major < 1 || (major == 1 && minor < 6);
	}
	software_free(&software);
	return result;
}

static void
add_lines(const struct context *context, struct access_conf *conf,
	const struct file *file, const struct tree *tree)
{
	char *text = memory_copy(file->bytes.data, file->bytes.size);
	size_t size = file->bytes.size;
	conf->texts = memory_grow(conf->texts, conf->text_count, sizeof *conf->texts);
	conf->texts[conf->text_count++] = text;
	for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i)) {
		size_t start = tree->nodes[i].start;
		if (tree->nodes[i].label == LABEL_BLANK || start >= size)
			continue;
		char *end = memchr(text + start, '\n', size - start);
		size_t length = end ? (size_t)(end - text) - start : size - start;
		struct place place = { file, start };
		int pieces = length < PIECE ? 0 : reads_pieces(context);
		if (pieces < 0) {
			add_answer(conf, file, ACCESS_UNKNOWN,
				memory_text("a line is longer than 8191 bytes, which "
					    "versions read differently"));
			return;
		}
		for (; pieces && length >= PIECE; start += PIECE, length -= PIECE) {
			/* a piece without newline is void; only the last one counts */
			if (text[start] != '#')
				add_void(conf, place, "it is longer than 8191 bytes");
		}
		text[start + length] = '\0';
		add_line(conf, place, text + start, end != NULL);
		if (end == NULL && file == conf->main)
			conf->last_unended = start;
	}
}

static void
add_file(const struct context *context, struct access_conf *conf, const char *path,
	bool is_named)
{
	const struct file *file;
	const struct tree *tree;
	struct error error = ERROR_INIT;
	int parsed = context_tree(context, path, LENS_ACCESS, &file, &tree, &error);
	if (conf->main == NULL)
		conf->main = file;
	if (parsed == 0)
		add_lines(context, conf, file, tree);
	else if (file->state == FILE_ABSENT && is_named)
		add_answer(conf, file, ACCESS_REFUSED,
			memory_text("the file that accessfile= names is not there, and "
				    "pam_access refuses everybody"));
	else if (file->state == FILE_REFUSED && file->errnum == ELOOP)
		add_answer(conf, file, ACCESS_REFUSED,
			memory_text("the file can't be opened (too many links), and "
				    "pam_access refuses everybody"));
	else if (file->state != FILE_ABSENT &&
		!(file->state == FILE_REFUSED && S_ISDIR(file->status.st_mode)))
		add_answer(conf, file, ACCESS_UNKNOWN, memory_text(error.text));
	error_clear(&error);
}

void
access_conf_read(const struct context *context, struct access_settings *settings,
	struct access_conf *ret_conf)
{
	struct name_list list = { 0 };
	*ret_conf = (struct access_conf){
		.settings = *settings,
		.last_unended = SIZE_MAX,
	};
	*settings = (struct access_settings){ 0 };
	add_file(context, ret_conf, ret_conf->settings.file, ret_conf->settings.is_named);
	/* with GLOB_ERR a folder that can't be read gives no files */
	if (ret_conf->settings.is_named ||
		host_glob(context->host, drop_ins, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++)
		add_file(context, ret_conf, list.names[i], false);
	name_list_free(&list);
}

void
access_conf_free(struct access_conf *conf)
{
	for (size_t i = 0; i < conf->text_count; i++)
		free(conf->texts[i]);
	free(conf->texts);
	free(conf->tokens);
	free(conf->rules);
	free(conf->voids);
	free(conf->void_reasons);
	access_settings_free(&conf->settings);
	*conf = (struct access_conf){ 0 };
}
