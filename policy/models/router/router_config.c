#include "policy/models/router/router_config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/router/router_names.h"

enum {
	WORDS_MAX = 64, /* of one line */
	CUBES_MAX = 500000, /* of all lists: some 20 MB */
	ADDRESSES_MAX = 500000, /* of all groups, which can hold each other */
	SEQUENCE_STEP = 10, /* IOS numbers lines without a number so */
	SEQUENCE_MAX = INT32_MAX,
};

/* What the lines belong to that follow. */
enum mode { MODE_GLOBAL, MODE_LIST, MODE_INTERFACE, MODE_GROUP };

struct reader {
	struct router_config *config;
	enum mode mode;
	struct router_list *list;
	struct router_interface *interface;
	struct router_group *group;
	size_t cubes, addresses; /* so far, of all lists and groups */
	char *banner; /* what ends the banner that the lines are text of; NULL: none */

	/* the line at hand */
	struct place place;
	bool is_indented;
	char *words[WORDS_MAX];
	size_t count;
};

static bool
is(const struct reader *reader, size_t at, const char *word)
{
	return at < reader->count && strcasecmp(reader->words[at], word) == 0;
}

static void
add_strange(struct reader *reader)
{
	struct router_config *config = reader->config;
	config->strange = memory_grow(
		config->strange, config->strange_count, sizeof *config->strange);
	config->strange[config->strange_count++] = reader->place;
}

/* --- lists ---------------------------------------------------------------------------
 */

static struct router_list *
list_named(struct reader *reader, const char *name, bool is_standard)
{
	struct router_config *config = reader->config;
	struct router_list *list = table_get(&config->lists_by_name, name);
	if (list != NULL)
		return list;
	list = memory_new(1, sizeof *list);
	list->name = memory_text(name);
	list->is_standard = is_standard;
	config->lists = memory_grow(
		config->lists, config->list_count, sizeof *config->lists);
	config->lists[config->list_count++] = list;
	table_set(&config->lists_by_name, name, list);
	return list;
}

static void
list_clear(struct router_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		router_entry_free(&list->entries[i]);
	list->count = 0;
	list->highest = 0;
	list->remark = (struct place){ 0 };
}

static struct router_group *
find_group(void *data, const char *name)
{
	const struct reader *reader = data;
	return table_get(&reader->config->groups_by_name, name);
}

/* Adds the words from FIRST on; SEQUENCE is 0 where none is written. */
static void
add_entry(struct reader *reader, struct router_list *list, size_t first, long sequence)
{
	struct router_entry entry = { .place = reader->place, .sequence = sequence };
	if (is(reader, first, "remark")) {
		list->remark = reader->place;
		return;
	}
	entry.is_strange = reader->count == WORDS_MAX || reader->cubes > CUBES_MAX;
	if (!entry.is_strange)
		router_entry_read(reader->words + first, reader->count - first,
			list->is_standard, find_group, reader, &entry);
	reader->cubes += entry.cubes.count;
	if (sequence == 0)
		entry.sequence = list->highest + SEQUENCE_STEP;
	if (entry.sequence > list->highest)
		list->highest = entry.sequence;
	list->entries = memory_grow(list->entries, list->count, sizeof *list->entries);
	list->entries[list->count++] = entry;
}

/* 1 for the number of a standard list, 2 of an extended one, 0 of another protocol's. */
static int
numbered(long number)
{
	if ((number >= 1 && number <= 99) || (number >= 1300 && number <= 1999))
		return 1;
	return (number >= 100 && number <= 199) || (number >= 2000 && number <= 2699) ? 2
										      : 0;
}

/* access-list N permit ..., as it is written outside of any section. */
static void
read_numbered(struct reader *reader)
{
	static const char *const others[] = { "compiled", "dynamic-extended",
		"rate-limit", NULL };
	const char *name = reader->count > 1 ? reader->words[1] : "";
	long number = router_names_plain(name, 2699);
	reader->mode = MODE_GLOBAL;
	if (number >= 1 && numbered(number) != 0)
		add_entry(reader, list_named(reader, name, numbered(number) == 1), 2, 0);
	else if (number < 1 && !text_is_one_of(name, others))
		add_strange(reader);
}

/* ip access-list standard|extended NAME at WORDS[FIRST]; NULL when it is none. */
static struct router_list *
section_list(struct reader *reader, size_t first)
{
	bool is_standard = is(reader, first, "standard");
	if (reader->count != first + 2 ||
		(!is_standard && !is(reader, first, "extended")))
		return NULL;
	const char *name = reader->words[first + 1];
	long number = router_names_plain(name, INT32_MAX);
	if (number >= 0 && numbered(number) != (is_standard ? 1 : 2))
		return NULL;
	struct router_list *list = list_named(reader, name, is_standard);
	return list->is_standard == is_standard ? list : NULL;
}

static void
read_section(struct reader *reader)
{
	static const char *const others[] = { "helper", "log-update", "logging",
		"match-local-traffic", "persistent", "role-based", NULL };
	reader->mode = MODE_GLOBAL;
	if (reader->count > 2 && text_is_one_of(reader->words[2], others))
		return;
	reader->list = section_list(reader, 2);
	if (reader->list != NULL)
		reader->mode = MODE_LIST;
	else
		add_strange(reader);
}

/* no access-list N, no ip access-list standard|extended NAME: all of it goes. */
static void
read_no_list(struct reader *reader)
{
	struct router_list *list = is(reader, 1, "ip") ? section_list(reader, 3)
		: reader->count == 3
		? table_get(&reader->config->lists_by_name, reader->words[2])
		: NULL;
	reader->mode = MODE_GLOBAL;
	if (list != NULL)
		list_clear(list);
	else if (!is(reader, 1, "access-list") || reader->count != 3)
		add_strange(reader);
}

/* A line of ip access-list; false when it belongs to something else. */
static bool
read_list_line(struct reader *reader)
{
	static const char *const words[] = { "permit", "deny", "remark", "dynamic",
		"evaluate", NULL };
	long sequence = router_names_plain(reader->words[0], SEQUENCE_MAX);
	size_t first = sequence > 0;
	bool is_known = first < reader->count &&
		text_is_one_of(reader->words[first], words);
	if (is(reader, 0, "exit")) {
		reader->mode = MODE_GLOBAL;
		return true;
	}
	if (!is_known && !reader->is_indented && sequence <= 0)
		return false;
	add_entry(reader, reader->list, first, sequence > 0 ? sequence : 0);
	return true;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct router_entry *x = a, *y = b;
	if (x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	return (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

/* IOS asks by number. It takes no second line of a number that is there already, so that
 * which of them holds can't be told. */
static void
sort_entries(struct router_list *list)
{
	if (list->count == 0)
		return;
	qsort(list->entries, list->count, sizeof *list->entries, compare_entries);
	for (size_t i = 1; i < list->count; i++)
		if (list->entries[i].sequence == list->entries[i - 1].sequence) {
			struct router_entry strange = {
				.place = list->entries[i].place,
				.sequence = list->entries[i].sequence,
				.is_strange = true,
			};
			router_entry_free(&list->entries[i]);
			list->entries[i] = strange;
		}
}

/* --- interfaces ----------------------------------------------------------------------
 */

/* FastEthernet 0/0 and fastethernet0/0 are one. */
static char *
interface_key(const char *name)
{
	char *key = memory_text(name), *end = key;
	for (; *name != '\0'; name++)
		if (*name != ' ' && *name != '\t')
			*end++ = (char)tolower((unsigned char)*name);
	*end = '\0';
	return key;
}

static void
read_interface(struct reader *reader)
{
	static const char *const types[] = { "point-to-point", "multipoint",
		"l2transport", NULL };
	struct router_config *config = reader->config;
	autobuffer struct buffer name = { 0 };
	buffer_text(&name, "");
	/* the type of a subinterface follows its name */
	bool has_type = reader->count > 2 &&
		text_is_one_of(reader->words[reader->count - 1], types);
	for (size_t i = 1; i < reader->count - has_type; i++)
		buffer_printf(&name, "%s%s", i > 1 ? " " : "", reader->words[i]);
	autofree char *key = interface_key(name.data);
	struct router_interface *interface = table_get(&config->interfaces_by_name, key);
	if (interface == NULL) {
		interface = memory_new(1, sizeof *interface);
		interface->name = buffer_take(&name);
		interface->place = reader->place;
		config->interfaces = memory_grow(config->interfaces,
			config->interface_count, sizeof *config->interfaces);
		config->interfaces[config->interface_count++] = interface;
		table_set(&config->interfaces_by_name, key, interface);
	}
	reader->interface = interface;
	reader->mode = MODE_INTERFACE;
}

/* [no] ip access-group LIST in|out */
static void
read_use(struct reader *reader, size_t first, bool is_on)
{
	bool is_in = is(reader, first + 3, "in");
	if (reader->count != first + 4 || (!is_in && !is(reader, first + 3, "out"))) {
		add_strange(reader);
		return;
	}
	struct router_use *use = &reader->interface->uses[is_in ? ROUTER_IN : ROUTER_OUT];
	free(use->list);
	*use = (struct router_use){ .place = reader->place };
	if (is_on)
		use->list = memory_text(reader->words[first + 2]);
}

/* A line of an interface; false when it is not one that counts here. */
static bool
read_interface_line(struct reader *reader)
{
	struct router_interface *interface = reader->interface;
	bool is_on = !is(reader, 0, "no");
	size_t first = is_on ? 0 : 1;
	if (is(reader, 0, "exit"))
		reader->mode = MODE_GLOBAL;
	else if (is(reader, first, "shutdown"))
		interface->is_down = is_on;
	else if (!is(reader, first, "ip"))
		return false;
	else if (is(reader, first + 1, "access-group"))
		read_use(reader, first, is_on);
	else if (is(reader, first + 1, "inspect") && reader->count == first + 4)
		interface->inspects = is_on ? reader->place : (struct place){ 0 };
	else if (is(reader, first + 1, "address") && is_on && reader->count > 2 &&
		interface->address == NULL)
		interface->address = memory_text(reader->words[2]);
	else
		return reader->is_indented;
	return true;
}

/* --- groups --------------------------------------------------------------------------
 */

static void
read_group(struct reader *reader)
{
	struct router_config *config = reader->config;
	reader->mode = MODE_GLOBAL;
	if (!is(reader, 1, "network") || reader->count != 3)
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
		add_strange(reader); /* what was read of it has changed since */
	}
	reader->group = group;
	reader->mode = MODE_GROUP;
}

static bool
read_member(struct reader *reader)
{
	size_t before = reader->group->count;
	bool is_known = reader->addresses <= ADDRESSES_MAX &&
		router_group_take(
			reader->words, reader->count, find_group, reader, reader->group);
	reader->addresses += reader->group->count - before;
	return is_known;
}

/* --- lines ---------------------------------------------------------------------------
 */

/* banner KIND and a mark, then text until the mark comes again; IOS prints the mark as
 * ^C. */
static void
read_banner(struct reader *reader, struct bytes line)
{
	autofree char *text = memory_copy(line.data, line.size);
	size_t at = strspn(text, " \t");
	for (size_t i = 0; i < 2; i++) {
		at += strcspn(text + at, " \t\r");
		at += strspn(text + at, " \t\r");
	}
	reader->mode = MODE_GLOBAL;
	if (text[at] == '\0') {
		add_strange(reader);
		return;
	}
	size_t length = strncmp(text + at, "^C", 2) == 0 ? 2 : 1;
	autofree char *mark = memory_copy(text + at, length);
	if (strstr(text + at + length, mark) == NULL)
		reader->banner = memory_text(mark);
}

/* Words of other systems' lists (ASA, IOS XR, NX-OS), or of ours out of place. */
static bool
is_foreign(const struct reader *reader)
{
	size_t first = is(reader, 0, "ip") || is(reader, 0, "ipv4");
	return is(reader, first, "access-group") || is(reader, first, "access-list");
}

static bool
read_header(struct reader *reader)
{
	bool is_no = is(reader, 0, "no");
	size_t first = is_no ? 1 : 0;
	if (is(reader, first, "access-list") ||
		(is(reader, first, "ip") && is(reader, first + 1, "access-list")))
		is_no                         ? read_no_list(reader)
			: is(reader, 0, "ip") ? read_section(reader)
					      : read_numbered(reader);
	else if (is(reader, 0, "interface"))
		read_interface(reader);
	else if (is(reader, 0, "object-group"))
		read_group(reader);
	else
		return false;
	return true;
}

static void
read_line(struct reader *reader)
{
	/* IOS takes the head of a section anywhere */
	if (read_header(reader))
		return;
	if (reader->mode == MODE_LIST && read_list_line(reader))
		return;
	if (reader->mode == MODE_INTERFACE && read_interface_line(reader))
		return;
	if (reader->mode == MODE_GROUP && reader->is_indented) {
		if (!is(reader, 0, "exit") && !read_member(reader))
			reader->group->is_strange = true;
		return;
	}
	if (is_foreign(reader))
		add_strange(reader);
	if (!reader->is_indented)
		reader->mode = MODE_GLOBAL;
}

/* Cuts LINE into words, of which TEXT is the copy that holds them. */
static void
cut(struct reader *reader, char *text)
{
	char *left = NULL;
	reader->count = 0;
	for (char *word = strtok_r(text, " \t\r\f", &left);
		word != NULL && reader->count < WORDS_MAX;
		word = strtok_r(NULL, " \t\r\f", &left))
		reader->words[reader->count++] = word;
}

void
router_config_read(const struct tree *tree, const struct file *file,
	struct router_config *ret_config)
{
	struct reader reader = { .config = ret_config };
	*ret_config = (struct router_config){ 0 };
	for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i)) {
		const struct node *node = &tree->nodes[i];
		const struct node *value = tree_part(tree, i, LABEL_VALUE);
		size_t start = node->start,
		       end = value != NULL ? value->start + (size_t)value->length
					   : start + node->length;
		struct bytes line = { tree->text + start, end - start };
		autofree char *text = memory_copy(line.data, line.size);
		reader.place = (struct place){ file, start };
		reader.is_indented = start > 0 && tree->text[start - 1] != '\n';
		if (reader.banner != NULL) {
			if (strstr(text, reader.banner) != NULL) {
				free(reader.banner);
				reader.banner = NULL;
			}
			continue;
		}
		if (node->label != LABEL_SETTING)
			continue;
		cut(&reader, text);
		if (is(&reader, 0, "banner"))
			read_banner(&reader, line);
		else
			read_line(&reader);
	}
	if (reader.banner != NULL)
		add_strange(&reader);
	free(reader.banner);
	for (size_t i = 0; i < ret_config->list_count; i++)
		sort_entries(ret_config->lists[i]);
}

const struct router_interface *
router_config_interface(const struct router_config *config, const char *name)
{
	autofree char *key = interface_key(name);
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
	for (size_t i = 0; i < config->list_count; i++) {
		list_clear(config->lists[i]);
		free(config->lists[i]->entries);
		free(config->lists[i]->name);
		free(config->lists[i]);
	}
	for (size_t i = 0; i < config->interface_count; i++) {
		for (size_t j = 0; j < ROUTER_DIRECTIONS; j++)
			free(config->interfaces[i]->uses[j].list);
		free(config->interfaces[i]->address);
		free(config->interfaces[i]->name);
		free(config->interfaces[i]);
	}
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
