/* Private to router_config.c, router_lists.c and router_interfaces.c: a configuration
 * that is being read, line by line. */
#ifndef POLICY_MODELS_ROUTER_READER_H
#define POLICY_MODELS_ROUTER_READER_H

#include "policy/models/router/router_config.h"

enum { ROUTER_WORDS_MAX = 64 }; /* of one line */

/* What the lines belong to that follow. */
enum router_mode { ROUTER_GLOBAL, ROUTER_LIST, ROUTER_INTERFACE, ROUTER_GROUP };

struct router_reader {
	struct router_config *config;
	enum router_mode mode;
	struct router_list *list;
	struct router_interface *interface;
	struct router_group *group;
	size_t cubes, addresses; /* so far, of all lists and groups */
	struct place head; /* of a whole configuration's text; nowhere: it has none */
	bool has_end;

	/* the line at hand */
	struct place place;
	bool is_indented;
	char *words[ROUTER_WORDS_MAX];
	size_t count;
};

/* Whether WORD, in any case, stands AT. */
bool
router_reader_is(const struct router_reader *reader, size_t at, const char *word);

/* The line may filter packets and is not understood. */
void
router_reader_strange(struct router_reader *reader);

/* Reads a line that begins a list, or is one; false when it is none. */
bool
router_list_header(struct router_reader *reader);

/* A line of ip access-list; false when it belongs to something else. */
bool
router_list_line(struct router_reader *reader);

/* After the last line. */
void
router_list_sort(struct router_list *list);

void
router_list_free(struct router_list *list);

void
router_interface_header(struct router_reader *reader);

/* A line of an interface; false when it is not one that counts here. */
bool
router_interface_line(struct router_reader *reader);

void
router_interface_free(struct router_interface *interface);

/* Whose key is NAME: FastEthernet 0/0 and fastethernet0/0 are one. The caller frees. */
char *
router_interface_key(const char *name);

/* router_group_find of the reader at DATA. */
struct router_group *
router_reader_group(void *data, const char *name);

#endif
