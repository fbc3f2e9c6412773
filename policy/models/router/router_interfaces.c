/* Interfaces, and the lists that are applied there. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/router/router_reader.h"

char *
router_interface_key(const char *name)
{
	char *key = memory_text(name), *end = key;
	for (; *name != '\0'; name++)
		if (*name != ' ' && *name != '\t')
			*end++ = (char)tolower((unsigned char)*name);
	*end = '\0';
	return key;
}

void
router_interface_header(struct router_reader *reader)
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
	autofree char *key = router_interface_key(name.data);
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
	reader->mode = ROUTER_INTERFACE;
}

/* [no] ip access-group LIST in|out */
static void
read_use(struct router_reader *reader, size_t first, bool is_on)
{
	bool is_in = router_reader_is(reader, first + 3, "in");
	if (reader->count != first + 4 ||
		(!is_in && !router_reader_is(reader, first + 3, "out"))) {
		router_reader_strange(reader);
		return;
	}
	struct router_use *use = &reader->interface->uses[is_in ? ROUTER_IN : ROUTER_OUT];
	free(use->list);
	*use = (struct router_use){ .place = reader->place };
	if (is_on)
		use->list = memory_text(reader->words[first + 2]);
}

bool
router_interface_line(struct router_reader *reader)
{
	struct router_interface *interface = reader->interface;
	bool is_on = !router_reader_is(reader, 0, "no");
	size_t first = is_on ? 0 : 1;
	if (router_reader_is(reader, 0, "exit"))
		reader->mode = ROUTER_GLOBAL;
	else if (router_reader_is(reader, first, "shutdown"))
		interface->is_down = is_on;
	else if (!router_reader_is(reader, first, "ip"))
		return false;
	else if (router_reader_is(reader, first + 1, "access-group"))
		read_use(reader, first, is_on);
	else if (router_reader_is(reader, first + 1, "inspect") &&
		reader->count == first + 4)
		interface->inspects = is_on ? reader->place : (struct place){ 0 };
	else
		return reader->is_indented;
	return true;
}

void
router_interface_free(struct router_interface *interface)
{
	for (size_t i = 0; i < ROUTER_DIRECTIONS; i++)
		free(interface->uses[i].list);
	free(interface->name);
	free(interface);
}
