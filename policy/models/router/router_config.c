#include "policy/models/router/router_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/router/router_reader.h"

enum { ADDRESSES_MAX = 500000 }; /* of all groups, which can hold each other */

bool
router_reader_is(const struct router_reader *reader, size_t at, const char *word)
{
	return at < reader->count && strcasecmp(reader->words[at], word) == 0;
}

static void
add_strange(struct router_config *config, struct place place, const char *why)
{
	config->strange = memory_grow(
		config->strange, config->strange_count, sizeof *config->strange);
	config->strange[config->strange_count++] = (struct router_strange){ place, why };
}

void
router_reader_strange(struct router_reader *reader)
{
	add_strange(reader->config, reader->place,
		"it may filter packets, and is not understood");
}

/* --- groups --------------------------------------------------------------------------
 */

struct router_group *
router_reader_group(void *data, const char *name)
{
	const struct router_reader *reader = data;
	return table_get(&reader->config->groups_by_name, name);
}

static void
read_group(struct router_reader *reader)
{
	struct router_config *config = reader->config;
	reader->mode = ROUTER_GLOBAL;
	if (!router_reader_is(reader, 1, "network") || reader->count != 3)
		return; /* of services: a line that names it is in doubt */
	struct router_group *group = table_get(&config->groups_by_name, reader->words[2]);
	if (group == NULL) {
		group = memory_new(1, sizeof *group);
		group->name = memory_text(reader->words[2]);
		config->groups = memory_grow(
			config->groups, config->group_count, sizeof *config->groups);
		config->groups[config->group_count++] = group;
		table_set(&config->groups_by_name, group->name, group);
	} else if (group->is_used) {
		router_reader_strange(reader); /* what was read of it has changed since */
	}
	reader->group = group;
	reader->mode = ROUTER_GROUP;
}

static bool
read_member(struct router_reader *reader)
{
	size_t before = reader->group->count;
	bool is_known = reader->addresses <= ADDRESSES_MAX &&
		router_group_take(reader->words, reader->count, router_reader_group,
			reader, reader->group);
	reader->addresses += reader->group->count - before;
	return is_known;
}

/* --- texts ---------------------------------------------------------------------------
 */

/* Lines that IOS keeps and does not carry out. */
struct text {
	char *mark; /* what ends it; NULL: none has begun */
	bool is_alone; /* the mark is a line of its own */
	struct place place; /* where it began */
};

/* banner KIND and a mark, then text until the mark comes again; IOS prints the mark as
 * ^C. False when there is no mark. */
static bool
begin_banner(const char *line, struct text *text)
{
	const char *at = line + strspn(line, " \t");
	for (size_t i = 0; i < 2; i++) {
		at += strcspn(at, " \t\r");
		at += strspn(at, " \t\r");
	}
	size_t length = strncmp(at, "^C", 2) == 0 ? 2 : 1;
	if (*at == '\0')
		return false;
	autofree char *mark = memory_copy(at, length);
	if (strstr(at + length, mark) == NULL)
		text->mark = memory_text(mark);
	return true;
}

/* Sees whether LINE, whose words are the reader's, begins a text: a banner, a macro,
 * which ends with a line of @, or another that stands between marks. */
static void
begin_text(struct router_reader *reader, const char *line, struct text *text)
{
	static const char *const others[] = { "aaa", "busy-message", "menu",
		"refuse-message", "vacant-message", NULL };
	bool is_odd = false;
	text->place = reader->place;
	text->is_alone = router_reader_is(reader, 0, "macro") &&
		router_reader_is(reader, 1, "name");
	if (text->is_alone) {
		text->mark = memory_text("@");
		return;
	}
	if (router_reader_is(reader, 0, "banner")) {
		if (!begin_banner(line, text))
			router_reader_strange(reader);
		return;
	}
	for (const char *at = line; (at = strstr(at, "^C")) != NULL; at += 2)
		is_odd = !is_odd;
	if (is_odd && text_is_one_of(reader->words[0], others))
		text->mark = memory_text("^C");
}

/* LINE of a text that has begun. */
static void
go_on(const struct router_reader *reader, const char *line, struct text *text)
{
	if (text->is_alone
			? reader->count != 1 || !router_reader_is(reader, 0, text->mark)
			: strstr(line, text->mark) == NULL)
		return;
	free(text->mark);
	text->mark = NULL;
}

/* --- lines ---------------------------------------------------------------------------
 */

/* Words of other systems' lists (ASA, IOS XR, NX-OS), or of ours out of place. */
static bool
is_foreign(const struct router_reader *reader)
{
	size_t first = router_reader_is(reader, 0, "ip") ||
		router_reader_is(reader, 0, "ipv4");
	return router_reader_is(reader, first, "access-group") ||
		router_reader_is(reader, first, "access-list");
}

static bool
read_header(struct router_reader *reader)
{
	if (router_list_header(reader))
		return true;
	if (router_reader_is(reader, 0, "interface"))
		router_interface_header(reader);
	else if (router_reader_is(reader, 0, "object-group"))
		read_group(reader);
	else
		return false;
	return true;
}

static void
read_line(struct router_reader *reader)
{
	/* IOS takes the head of a section anywhere */
	if (read_header(reader))
		return;
	if (reader->mode == ROUTER_LIST && router_list_line(reader))
		return;
	if (reader->mode == ROUTER_INTERFACE && router_interface_line(reader))
		return;
	if (reader->mode == ROUTER_GROUP && reader->is_indented) {
		if (!router_reader_is(reader, 0, "exit") && !read_member(reader))
			reader->group->is_strange = true;
		return;
	}
	if (is_foreign(reader))
		router_reader_strange(reader);
	if (!reader->is_indented)
		reader->mode = ROUTER_GLOBAL;
}

/* What a router prints before a whole configuration, and where that ends. */
static void
see_frame(struct router_reader *reader)
{
	bool is_head = (router_reader_is(reader, 0, "Building") ||
			       router_reader_is(reader, 0, "Current")) &&
		reader->count > 1 &&
		strncasecmp(reader->words[1], "configuration", 13) == 0;
	if (is_head)
		reader->head = reader->place;
	reader->has_end = reader->has_end ||
		(!reader->is_indented && reader->count == 1 &&
			router_reader_is(reader, 0, "end"));
}

/* Cuts TEXT into the reader's words. */
static void
cut(struct router_reader *reader, char *text)
{
	char *left = NULL;
	reader->count = 0;
	for (char *word = strtok_r(text, " \t\r\f", &left);
		word != NULL && reader->count < ROUTER_WORDS_MAX;
		word = strtok_r(NULL, " \t\r\f", &left))
		reader->words[reader->count++] = word;
}

static void
take_line(struct router_reader *reader, struct bytes line, struct text *text)
{
	autofree char *copy = memory_copy(line.data, line.size),
		      *words = memory_copy(line.data, line.size);
	cut(reader, words);
	if (text->mark != NULL) {
		go_on(reader, copy, text);
		return;
	}
	if (strstr(copy, "--More--") != NULL) {
		add_strange(reader->config, reader->place,
			"a pager stopped here, and may have swallowed a line: 'terminal "
			"length 0' turns it off");
		return;
	}
	if (reader->count == 0)
		return;
	see_frame(reader);
	begin_text(reader, copy, text);
	if (text->mark == NULL || !text->is_alone)
		read_line(reader);
}

void
router_config_read(const struct tree *tree, const struct file *file,
	struct router_config *ret_config)
{
	struct router_reader reader = { .config = ret_config };
	struct text text = { 0 };
	*ret_config = (struct router_config){ 0 };
	for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i)) {
		const struct node *node = &tree->nodes[i];
		const struct node *value = tree_part(tree, i, LABEL_VALUE);
		size_t start = node->start,
		       end = value != NULL ? value->start + (size_t)value->length
					   : start + node->length;
		if (node->label != LABEL_SETTING && text.mark == NULL)
			continue;
		reader.place = (struct place){ file, start };
		reader.is_indented = start > 0 && tree->text[start - 1] != '\n';
		take_line(&reader, (struct bytes){ tree->text + start, end - start },
			&text);
	}
	if (text.mark != NULL)
		add_strange(ret_config, text.place,
			"a text begins here that has no end, and may hide lines");
	if (reader.head.file != NULL && !reader.has_end)
		add_strange(ret_config, reader.head,
			"a configuration begins here, and has no line 'end': it was cut");
	free(text.mark);
	for (size_t i = 0; i < ret_config->list_count; i++)
		router_list_sort(ret_config->lists[i]);
}

const struct router_interface *
router_config_interface(const struct router_config *config, const char *name)
{
	autofree char *key = router_interface_key(name);
	return table_get(&config->interfaces_by_name, key);
}

const struct router_list *
router_config_list(const struct router_config *config, const char *name)
{
	return table_get(&config->lists_by_name, name);
}

void
router_config_free(struct router_config *config)
{
	for (size_t i = 0; i < config->list_count; i++)
		router_list_free(config->lists[i]);
	for (size_t i = 0; i < config->interface_count; i++)
		router_interface_free(config->interfaces[i]);
	for (size_t i = 0; i < config->group_count; i++) {
		router_group_free(config->groups[i]);
		free(config->groups[i]);
	}
	free(config->lists);
	free(config->interfaces);
	free(config->groups);
	free(config->strange);
	table_free(&config->lists_by_name);
	table_free(&config->interfaces_by_name);
	table_free(&config->groups_by_name);
	*config = (struct router_config){ 0 };
}
