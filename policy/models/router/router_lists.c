/* Access lists, numbered and named. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/router/router_names.h"
#include "policy/models/router/router_reader.h"

enum {
	CUBES_MAX = 500000, /* of all lists: some 20 MB */
	SEQUENCE_STEP = 10, /* IOS numbers lines without a number so */
	SEQUENCE_MAX = INT32_MAX,
};

static struct router_list *
list_named(struct router_reader *reader, const char *name, bool is_standard)
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

/* Adds the words from FIRST on; SEQUENCE is 0 where none is written. */
static void
add_entry(struct router_reader *reader, struct router_list *list, size_t first,
	long sequence)
{
	struct router_entry entry = { .place = reader->place, .sequence = sequence };
	if (router_reader_is(reader, first, "remark")) {
		list->remark = reader->place;
		return;
	}
	entry.is_strange = reader->count == ROUTER_WORDS_MAX || reader->cubes > CUBES_MAX;
	if (!entry.is_strange)
		router_entry_read(reader->words + first, reader->count - first,
			list->is_standard, router_reader_group, reader, &entry);
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
read_numbered(struct router_reader *reader)
{
	static const char *const others[] = { "compiled", "dynamic-extended",
		"rate-limit", NULL };
	const char *name = reader->count > 1 ? reader->words[1] : "";
	long number = router_names_plain(name, 2699);
	reader->mode = ROUTER_GLOBAL;
	if (number >= 1 && numbered(number) != 0)
		add_entry(reader, list_named(reader, name, numbered(number) == 1), 2, 0);
	else if (number < 1 && !text_is_one_of(name, others))
		router_reader_strange(reader);
}

/* ip access-list standard|extended NAME at WORDS[FIRST]; NULL when it is none. */
static struct router_list *
section_list(struct router_reader *reader, size_t first)
{
	bool is_standard = router_reader_is(reader, first, "standard");
	if (reader->count != first + 2 ||
		(!is_standard && !router_reader_is(reader, first, "extended")))
		return NULL;
	const char *name = reader->words[first + 1];
	long number = router_names_plain(name, INT32_MAX);
	if (number >= 0 && numbered(number) != (is_standard ? 1 : 2))
		return NULL;
	struct router_list *list = list_named(reader, name, is_standard);
	return list->is_standard == is_standard ? list : NULL;
}

static void
read_section(struct router_reader *reader)
{
	static const char *const others[] = { "helper", "log-update", "logging",
		"match-local-traffic", "persistent", "role-based", NULL };
	reader->mode = ROUTER_GLOBAL;
	if (reader->count > 2 && text_is_one_of(reader->words[2], others))
		return;
	reader->list = section_list(reader, 2);
	if (reader->list != NULL)
		reader->mode = ROUTER_LIST;
	else
		router_reader_strange(reader);
}

/* no access-list N, no ip access-list standard|extended NAME: all of it goes. */
static void
read_no_list(struct router_reader *reader)
{
	struct router_list *list = router_reader_is(reader, 1, "ip")
		? section_list(reader, 3)
		: reader->count == 3
		? table_get(&reader->config->lists_by_name, reader->words[2])
		: NULL;
	reader->mode = ROUTER_GLOBAL;
	if (list != NULL)
		list_clear(list);
	else if (!router_reader_is(reader, 1, "access-list") || reader->count != 3)
		router_reader_strange(reader);
}

bool
router_list_line(struct router_reader *reader)
{
	static const char *const words[] = { "permit", "deny", "remark", "dynamic",
		"evaluate", NULL };
	long sequence = router_names_plain(reader->words[0], SEQUENCE_MAX);
	size_t first = sequence > 0;
	bool is_known = first < reader->count &&
		text_is_one_of(reader->words[first], words);
	if (router_reader_is(reader, 0, "exit")) {
		reader->mode = ROUTER_GLOBAL;
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
void
router_list_sort(struct router_list *list)
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

bool
router_list_header(struct router_reader *reader)
{
	bool is_no = router_reader_is(reader, 0, "no"),
	     is_ip = router_reader_is(reader, is_no, "ip");
	if (!router_reader_is(reader, (size_t)is_no + is_ip, "access-list"))
		return false;
	is_no           ? read_no_list(reader)
		: is_ip ? read_section(reader)
			: read_numbered(reader);
	return true;
}

void
router_list_free(struct router_list *list)
{
	list_clear(list);
	free(list->entries);
	free(list->name);
	free(list);
}
