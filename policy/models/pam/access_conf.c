#include "policy/models/pam/access_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/packages/software.h"
#include "policy/models/pam/pam_line.h"

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

static void
name_file(struct access_settings *settings, const char *path)
{
	replace(&settings->file, path);
	settings->is_named = true;
	settings->named = memory_grow(
		settings->named, settings->named_count, sizeof *settings->named);
	settings->named[settings->named_count++] = memory_text(path);
}

void
access_settings_read(const char *arguments, struct access_settings *ret_settings)
{
	autofree char *text = memory_text(arguments);
	char *rest = text;
	*ret_settings = (struct access_settings){
		.file = memory_text(default_file),
		.field_separators = memory_text(":"),
		.list_separators = memory_text(", \t"),
	};
	for (char *word = pam_line_word(&rest); word != NULL;
		word = pam_line_word(&rest)) {
		if (strncmp(word, "accessfile=", 11) == 0)
			name_file(ret_settings, word + 11);
		else if (strncmp(word, "fieldsep=", 9) == 0)
			replace(&ret_settings->field_separators, word + 9);
		else if (strncmp(word, "listsep=", 8) == 0)
			replace(&ret_settings->list_separators, word + 8);
		else if (strcmp(word, "nodefgroup") == 0)
			ret_settings->only_marked_groups = true;
		else if (strcmp(word, "nodns") == 0)
			ret_settings->no_lookups = true;
	}
}

void
access_settings_free(struct access_settings *settings)
{
	for (size_t i = 0; i < settings->named_count; i++)
		free(settings->named[i]);
	free(settings->named);
	free(settings->file);
	free(settings->field_separators);
	free(settings->list_separators);
	*settings = (struct access_settings){ 0 };
}

/* Whether the version HAVE is WANTED or later; both have three parts. */
static bool
is_from(const long have[3], long major, long minor, long patch)
{
	const long wanted[3] = { major, minor, patch };
	for (size_t i = 0; i < 3; i++)
		if (have[i] != wanted[i])
			return have[i] > wanted[i];
	return true;
}

/* From 1.5.3 to 1.7.0 distributions may have taken from later versions what repairs
 * theirs: CVE-2024-10963. */
static void
find_version(const struct context *context, struct access_version *ret_version)
{
	struct software software = software_find(context, "pam");
	const char *text = software.version;
	long part[3] = { 0 };
	*ret_version = (struct access_version){ ACCESS_MAYBE, ACCESS_MAYBE, ACCESS_MAYBE,
		ACCESS_MAYBE, ACCESS_MAYBE, ACCESS_MAYBE, ACCESS_MAYBE };
	if (text != NULL) {
		const char *colon = strchr(text, ':');
		text = colon != NULL ? colon + 1 : text;
		for (size_t i = 0; i < 3 && isdigit((unsigned char)*text); i++) {
			char *end;
			part[i] = strtol(text, &end, 10);
			text = end + (*end == '.');
		}
		bool is_own = is_from(part, 1, 7, 1), has_names = is_from(part, 1, 5, 3),
		     has_numbers = is_from(part, 1, 7, 0);
		*ret_version = (struct access_version){
			.resolves = is_own  ? ACCESS_DOES
				: has_names ? ACCESS_MAYBE
					    : ACCESS_DOES_NOT,
			.spares_devices = is_own ? ACCESS_DOES : ACCESS_MAYBE,
			.has_numbers = has_numbers ? ACCESS_DOES : ACCESS_DOES_NOT,
			.loses_groups = has_numbers && !is_own ? ACCESS_MAYBE
							       : ACCESS_DOES_NOT,
			.has_vendor = has_names ? ACCESS_MAYBE : ACCESS_DOES_NOT,
			.sorts_bytes = has_names ? ACCESS_DOES : ACCESS_DOES_NOT,
			.has_pieces = is_from(part, 1, 6, 0) ? ACCESS_DOES_NOT
							     : ACCESS_DOES,
		};
	}
	software_free(&software);
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

static void
add_lines(struct access_conf *conf, const struct file *file, const struct tree *tree)
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
		enum access_does pieces = length < PIECE ? ACCESS_DOES_NOT
							 : conf->version.has_pieces;
		if (pieces == ACCESS_MAYBE) {
			add_answer(conf, file, ACCESS_UNKNOWN,
				memory_text("a line is longer than 8191 bytes, which "
					    "versions read differently"));
			return;
		}
		for (; pieces == ACCESS_DOES && length >= PIECE;
			start += PIECE, length -= PIECE) {
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

/* parse_args opens each file that is named, and gives up at the first that it can't. */
static void
check_named(const struct context *context, struct access_conf *conf)
{
	for (size_t i = 0; i < conf->settings.named_count; i++) {
		const char *path = conf->settings.named[i];
		const struct file *file = host_file(
			context->host, path[0] == '/' ? path : default_file);
		if (path[0] != '/')
			add_answer(conf, file, ACCESS_UNKNOWN,
				memory_text("what accessfile= names depends on the "
					    "folder in which the program runs"));
		else if (file->state == FILE_ABSENT || file->errnum == ELOOP)
			add_answer(conf, file, ACCESS_REFUSED,
				memory_text("a file that accessfile= names can't be "
					    "opened, and pam_access refuses everybody"));
	}
}

/* A distribution's own files, where it is built to read them: which folder that is the
 * root does not say. */
static void
check_vendor(const struct context *context, struct access_conf *conf)
{
	static const char *const folders[] = { "/usr/etc/security", "/usr/lib/security",
		"/usr/share/security", "/usr/share/pam/security", NULL };
	if (conf->version.has_vendor == ACCESS_DOES_NOT || conf->settings.is_named)
		return;
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		autofree char *pattern = memory_printf("%s/access.d/*.conf", *folder);
		autofree char *main = memory_printf("%s/access.conf", *folder);
		struct name_list list = { 0 };
		bool has_more = host_glob(context->host, pattern, &list, NULL) < 0 ||
			list.count > 0;
		name_list_free(&list);
		if (has_more ||
			(conf->main->state == FILE_ABSENT &&
				host_has_name(context->host, main) != 0))
			add_answer(conf, conf->main, ACCESS_UNKNOWN,
				memory_printf("pam_access may read %s too", *folder));
	}
}

/* Orders two names as languages do: letters and digits first, without case. 0: what comes
 * first is a matter of the rest. */
static int
compare_words(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a != '\0' && !isalnum((unsigned char)*a))
			a++;
		while (*b != '\0' && !isalnum((unsigned char)*b))
			b++;
		int order = tolower((unsigned char)*a) - tolower((unsigned char)*b);
		if (order != 0 || *a == '\0')
			return order;
	}
}

/* Before 1.5.3 the names are sorted as the program's locale has it: glob(3). */
static void
check_order(struct access_conf *conf, const struct name_list *list)
{
	for (size_t i = 1; i < list->count; i++)
		if (conf->version.sorts_bytes != ACCESS_DOES &&
			compare_words(list->names[i - 1], list->names[i]) >= 0) {
			add_answer(conf, conf->main, ACCESS_UNKNOWN,
				memory_text("in which order the files of access.d count "
					    "depends on the program's locale"));
			return;
		}
}

static void
add_file(const struct context *context, struct access_conf *conf, const char *path)
{
	const struct file *file;
	const struct tree *tree;
	struct error error = ERROR_INIT;
	int parsed = context_tree(context, path, LENS_ACCESS, &file, &tree, &error);
	if (conf->main == NULL)
		conf->main = file;
	if (parsed == 0)
		add_lines(conf, file, tree);
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
		.host = context->host,
	};
	*settings = (struct access_settings){ 0 };
	find_version(context, &ret_conf->version);
	check_named(context, ret_conf);
	add_file(context, ret_conf,
		ret_conf->settings.file[0] == '/' ? ret_conf->settings.file
						  : default_file);
	if (ret_conf->settings.is_named)
		return;
	check_vendor(context, ret_conf);
	/* with GLOB_ERR a folder that can't be read gives no files */
	if (host_glob(context->host, drop_ins, &list, NULL) == 0) {
		check_order(ret_conf, &list);
		for (size_t i = 0; i < list.count; i++)
			add_file(context, ret_conf, list.names[i]);
	}
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
