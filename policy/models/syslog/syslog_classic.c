/* syslog.conf as sysklogd and inetutils' syslogd read it. Sources: cfline() and init() of
 * sysklogd 1.4.1, cfparse() and cfline() of sysklogd 2.7, load_conffile() and cfline() of
 * inetutils 2.4. What sysklogd 1 and 2 read differently is told apart only where the
 * version is known; else it is opaque. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/syslog/syslog_write.h"

enum {
	INCLUDE_DEPTH_MAX = 8,
	FILES_MAX = 1000,
	/* sysklogd 2 reads into LINE_MAX bytes, sysklogd 1 into BUFSIZ; inetutils drops a
	 * line of 4 KB and takes one of 2 KB (seen) */
	LONGEST_LINE = 2000,
};

struct reader {
	const struct context *context;
	struct syslog_conf *conf;
	struct block *body;
	uint32_t seen; /* facilities named so far, for inetutils' "**" */
	unsigned depth;
	size_t files;
	size_t listed; /* host_listed at the start */
};

/* The !program and +host lines in force. */
struct section {
	char *program; /* owned; NULL: any */
	bool by_host, by_filter;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static const char *
skip_blanks(const char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* A test for the program's NAME; of several, or of all others, is not followed. */
static struct expression *
program_test(const char *name)
{
	if (*name == '-' || strchr(name, ',') != NULL)
		return expression_new(TOKEN_END);
	struct expression *test = expression_new(TOKEN_EQUAL),
			  *program = expression_new(TOKEN_VARIABLE),
			  *text = expression_new(TOKEN_STRING);
	program->text = memory_text("programname");
	text->text = memory_text(name);
	expression_add(test, program);
	expression_add(test, text);
	return test;
}

/* Adds what asks whether a message is of SECTION; what a rule does then goes into the
 * block that it returns. */
static struct block *
add_section(const struct reader *reader, const struct section *section,
	struct block *block, const struct file *file, size_t offset)
{
	struct condition condition = { 0 };
	bool other = section->by_filter || section->by_host;
	if (section->program == NULL && !other)
		return block;
	/* sysklogd 1 refuses the section's line and applies the rule to all; which host a
	 * message is from is not known here */
	if (other ||
		(reader->conf->daemon == SYSLOG_SYSKLOGD && reader->conf->major == 0))
		condition.opaque = priorities_all();
	else
		condition.test = program_test(section->program);
	return &block_add_if(block, &condition, file, offset)->branches[0];
}

/* @host, @host:port, @[address]:port, with ;options behind in sysklogd 2. */
static void
add_host(const struct reader *reader, struct destination *destination, const char *name)
{
	size_t length = strlen(name);
	destination->type = DESTINATION_HOST;
	if (reader->conf->daemon == SYSLOG_SYSKLOGD && reader->conf->major >= 2) {
		length = strcspn(name, "\t ;");
		size_t colon = strcspn(name, ":");
		const char *bracket = name[0] == '[' ? memchr(name, ']', length) : NULL;
		if (bracket != NULL) {
			destination->name = memory_copy(
				name + 1, (size_t)(bracket - name) - 1);
			if (bracket[1] == ':')
				destination->port = memory_copy(bracket + 2,
					length - (size_t)(bracket + 2 - name));
			return;
		}
		if (colon < length) {
			destination->port = memory_copy(
				name + colon + 1, length - colon - 1);
			length = colon;
		}
	}
	destination->name = memory_copy(name, length);
	/* none arrives at @::1 (seen) */
	const char *colon = strchr(name, ':');
	if (reader->conf->daemon == SYSLOG_INETUTILS && name[0] != '[' && colon != NULL &&
		strchr(colon + 1, ':') != NULL)
		destination->doubt = memory_text(
			"whether it takes this for an address can't be told: one of IPv6 "
			"stands in brackets");
}

/* Whether sysklogd 1 and 2 understand ACTION, of a host or file, in different ways. */
static bool
depends_on_version(const char *action)
{
	return strpbrk(action, action[0] == '@' ? "\t ;:[" : "\t ;") != NULL;
}

static void
add_action(struct reader *reader, struct block *block, const struct file *file,
	size_t offset, const char *action)
{
	if (*action == '-')
		action++;
	bool sysklogd = reader->conf->daemon == SYSLOG_SYSKLOGD;
	if (sysklogd && reader->conf->major == 0 && strchr("@/|", *action) != NULL &&
		depends_on_version(action)) {
		block_add(block, STATEMENT_OPAQUE, file, offset)->text = memory_text(
			"what stands behind the name means one thing to sysklogd 1 and "
			"another to sysklogd 2");
		return;
	}
	struct destination *destination =
		block_add(block, STATEMENT_ACTION, file, offset)->destination;
	size_t length = sysklogd && reader->conf->major >= 2 ? strcspn(action, "\t ;")
							     : strlen(action);
	switch (*action) {
	case '@':
		add_host(reader, destination, action + 1);
		break;
	case '/':
		destination->type = DESTINATION_FILE;
		destination->in_place = true;
		destination->name = memory_copy(action, length);
		break;
	case '|':
		destination->type = DESTINATION_PIPE;
		destination->name = memory_copy(action + 1, length - 1);
		break;
	default:
		destination->type = DESTINATION_USERS;
		destination->name = memory_text(action);
		break;
	}
}

static void
read_rule(struct reader *reader, const struct file *file, size_t offset,
	const struct section *section, const char *line)
{
	bool inetutils = reader->conf->daemon == SYSLOG_INETUTILS;
	struct bytes text = BYTES_TEXT(line);
	struct priorities set;
	size_t used;
	struct error err = ERROR_INIT;
	if (selector_decode(text, inetutils ? SELECTOR_INETUTILS : SELECTOR_SYSKLOGD,
		    inetutils ? &reader->seen : NULL, &set, &used, &err) < 0) {
		syslog_conf_reject(reader->conf, file, offset, "%s", err.text);
		error_clear(&err);
		return;
	}
	const char *action = skip_blanks(line + used);
	if (*action == '\0' || strcmp(action, "-") == 0) {
		syslog_conf_reject(reader->conf, file, offset, "it has no action");
		return;
	}
	struct condition selected = condition_of_priorities(set);
	struct statement *rule = block_add_if(reader->body, &selected, file, offset);
	add_action(reader, add_section(reader, section, &rule->branches[0], file, offset),
		file, offset, action);
}

/* !program, +host, -host, :filter; with * or nothing behind it, all messages again.
 * Returns whether LINE is such a line. */
static bool
read_section(struct reader *reader, const struct file *file, size_t offset,
	const char *line, struct section *section)
{
	bool inetutils = reader->conf->daemon == SYSLOG_INETUTILS;
	if (line[0] == '#')
		line++;
	if (line[0] == '\0' || strchr(inetutils ? "!" : "!+-:", line[0]) == NULL)
		return false;
	if (!inetutils && reader->conf->major == 1) {
		syslog_conf_reject(
			reader->conf, file, offset, "sysklogd 1 knows no such section");
		return true;
	}
	const char *name = skip_blanks(line + 1 + (inetutils && line[1] == '!'));
	bool on = *name != '\0' && *name != '*';
	/* inetutils keeps the section for an empty name */
	if (inetutils && *name == '\0')
		return true;
	if (line[0] == '!') {
		/* of several names inetutils takes the first */
		free(section->program);
		section->program = on
			? memory_copy(name, strcspn(name, inetutils ? ", \t" : " \t"))
			: NULL;
	} else if (line[0] == ':')
		section->by_filter = on;
	else
		section->by_host = on;
	return true;
}

static void
take_part(struct syslog_conf *conf, const struct file *file, size_t offset)
{
	if (file == conf->file && offset < conf->first)
		conf->first = offset;
}

static void
read_file(struct reader *reader, const char *path);

/* sysklogd 2: include PATTERN. */
static void
read_include(struct reader *reader, const struct file *file, size_t offset,
	const char *pattern)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	struct block *outer = reader->body;
	if (reader->conf->major == 1) {
		syslog_conf_reject(
			reader->conf, file, offset, "sysklogd 1 knows no include");
		return;
	}
	if (pattern[0] != '/' || reader->depth >= INCLUDE_DEPTH_MAX ||
		host_listed(reader->context->host) - reader->listed > HOST_LISTED_MAX ||
		host_glob(reader->context->host, pattern, &list, &err) < 0) {
		block_add(reader->body, STATEMENT_OPAQUE, file, offset)->text =
			memory_printf("%s can't be followed%s%s", pattern,
				err.text != NULL ? ": " : "",
				err.text != NULL ? err.text : "");
		error_clear(&err);
		return;
	}
	if (reader->conf->major == 0) {
		struct condition perhaps = { .opaque = priorities_all() };
		struct statement *rule = block_add_if(
			reader->body, &perhaps, file, offset);
		reader->body = &rule->branches[0];
	}
	reader->depth++;
	for (size_t i = 0; i < list.count; i++)
		read_file(reader, list.names[i]);
	reader->depth--;
	reader->body = outer;
	name_list_free(&list);
}

static const char *
keyword(const char *line, const char *word)
{
	size_t length = strlen(word);
	return strncmp(line, word, length) == 0 &&
			(is_blank(line[length]) || line[length] == '=')
		? skip_blanks(line + length)
		: NULL;
}

static void
read_line(struct reader *reader, const struct file *file, size_t offset,
	struct section *section, const char *line)
{
	static const char *const settings[] = { "secure_mode", "rotate_size",
		"rotate_count", "udp_size", "listen", "notify" };
	take_part(reader->conf, file, offset);
	if (read_section(reader, file, offset, line, section))
		return;
	if (reader->conf->daemon == SYSLOG_SYSKLOGD) {
		const char *pattern = keyword(line, "include");
		if (pattern != NULL) {
			read_include(reader, file, offset, pattern);
			return;
		}
		for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
			if (keyword(line, settings[i]) != NULL)
				return;
	}
	if (strlen(line) > LONGEST_LINE) {
		block_add(reader->body, STATEMENT_OPAQUE, file, offset)->text =
			memory_text("the line is longer than syslogd's buffer");
		return;
	}
	read_rule(reader, file, offset, section, line);
}

/* Adds TEXT without the bytes that stand for a continuation and without the white space
 * at its ends. Returns whether it ends in a backslash, which is then left out. */
static bool
add_piece(struct buffer *line, struct bytes text)
{
	while (text.size > 0 && is_space(text.data[0]))
		text.data++, text.size--;
	while (text.size > 0 && is_space(text.data[text.size - 1]))
		text.size--;
	bool goes_on = text.size > 0 && text.data[text.size - 1] == '\\';
	if (goes_on)
		text.size--;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != '\v')
			buffer_add(line, text.data + i, 1);
	return goes_on;
}

/* All bytes from START up to the newline. */
static struct bytes
line_text(const struct tree *tree, size_t start)
{
	const char *newline = memchr(tree->text + start, '\n', tree->size - start);
	return (struct bytes){ tree->text + start,
		newline != NULL ? (size_t)(newline - tree->text) - start
				: tree->size - start };
}

static size_t
line_start(const struct tree *tree, size_t index)
{
	const struct node *selector = tree_part(tree, index, LABEL_SELECTOR);
	return selector != NULL ? selector->start : tree->nodes[index].start;
}

static void
read_tree(struct reader *reader, const struct file *file, const struct tree *tree)
{
	bool inetutils = reader->conf->daemon == SYSLOG_INETUTILS;
	struct section section = { 0 };
	autobuffer struct buffer line = { 0 };
	size_t offset = 0;
	bool goes_on = false;
	for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i)) {
		if (tree->nodes[i].label == LABEL_BLANK)
			continue;
		size_t start = line_start(tree, i);
		struct bytes text = line_text(tree, start);
		/* inetutils joins first and looks for "#" then */
		if (tree->nodes[i].label == LABEL_COMMENT && !(goes_on && inetutils)) {
			autobuffer struct buffer comment = { 0 };
			add_piece(&comment, text);
			if (comment.size > 0 &&
				read_section(reader, file, start, comment.data, &section))
				take_part(reader->conf, file, start);
			continue;
		}
		if (inetutils && file->bytes.size > 0 &&
			file->bytes.data[file->bytes.size - 1] != '\n' &&
			text.data + text.size + 1 >= tree->text + tree->size) {
			syslog_conf_reject(reader->conf, file, start,
				"inetutils' syslogd drops a last line without newline");
			break;
		}
		if (!goes_on) {
			line.size = 0;
			offset = start;
		}
		goes_on = add_piece(&line, text);
		if (!goes_on && line.size > 0)
			read_line(reader, file, offset, &section, line.data);
	}
	free(section.program);
}

static void
read_file(struct reader *reader, const char *path)
{
	const struct file *file;
	const struct tree *tree;
	struct error err = ERROR_INIT;
	if (reader->files++ >= FILES_MAX) {
		block_add(reader->body, STATEMENT_OPAQUE, NULL, 0)->text = memory_text(
			"too many files are included");
		return;
	}
	if (context_tree(reader->context, path, LENS_SYSLOG, &file, &tree, &err) < 0) {
		/* the daemon passes over what it can't open */
		if (file->state != FILE_ABSENT)
			block_add(reader->body, STATEMENT_OPAQUE, file, 0)->text =
				memory_text(err.text);
		error_clear(&err);
		return;
	}
	read_tree(reader, file, tree);
}

/* inetutils reads every regular file of /etc/syslog.d, in no order. */
static void
read_directory(struct reader *reader, const char *directory)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	if (host_list(reader->context->host, directory, &list, &err) < 0) {
		error_clear(&err);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		autofree char *path = memory_printf("%s/%s", directory, list.names[i]);
		read_file(reader, path);
	}
	name_list_free(&list);
}

int
syslog_classic_read(
	const struct context *context, struct syslog_conf *conf, struct error *err)
{
	const struct tree *tree;
	if (context_tree(context, conf->path, LENS_SYSLOG, &conf->file, &tree, err) < 0)
		return -1;
	struct reader reader = { .context = context,
		.conf = conf,
		.files = 1,
		.listed = host_listed(context->host) };
	conf->first = conf->file->bytes.size;
	size_t index = syslog_conf_ruleset(conf, "");
	reader.body = &conf->rulesets[index].body;
	syslog_conf_enter(conf, priorities_all(), index);
	read_tree(&reader, conf->file, tree);
	if (conf->daemon == SYSLOG_INETUTILS)
		read_directory(&reader, "/etc/syslog.d");
	/* printsys() of inetutils' syslogd.c */
	conf->facts.kernel_tag = conf->daemon == SYSLOG_INETUTILS ? "vmunix:" : NULL;
	syslog_conf_resolve(conf);
	syslog_write_judge(conf, context->host, NULL, NULL, NULL);
	return 0;
}
