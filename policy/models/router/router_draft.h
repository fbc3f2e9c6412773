/* Private to router_entry.c and router_option.c: a line of an access list that is being
 * read, word by word. */
#ifndef POLICY_MODELS_ROUTER_DRAFT_H
#define POLICY_MODELS_ROUTER_DRAFT_H

#include "policy/models/router/router_entry.h"

enum { DRAFT_PORTS = 10 }; /* after eq and neq, as IOS takes them */

struct draft_range {
	uint16_t low, high;
};

struct draft_bits {
	uint32_t value, care;
};

/* A line that is being read. */
struct draft {
	char *const *words;
	size_t count, at;
	router_group_find *find;
	void *data;
	struct router_entry *entry;

	long protocol;
	struct draft_bits header; /* protocol and type of service */
	struct router_address *ends[2];
	size_t end_counts[2];
	struct draft_range ports[PACKET_PORTS][DRAFT_PORTS + 1];
	size_t port_counts[PACKET_PORTS]; /* 0: every port */
	struct draft_bits flags[6];
	size_t flag_count; /* 0: any */
	bool has_type, only_fragments;
};

/* The word at hand, "" behind the last; draft_take goes on to the next. */
const char *
draft_peek(const struct draft *draft);

const char *
draft_take(struct draft *draft);

/* Goes on if the word at hand is WORD. */
bool
draft_accept(struct draft *draft, const char *word);

/* The line depends on WHAT called NAME, which can't be told. */
void
draft_doubt(struct draft *draft, const char *what, const char *name);

/* Whether WORD begins an option; "" too. */
bool
draft_is_option(const char *word);

/* log or log-input, if it is there. */
bool
draft_log(struct draft *draft);

/* Reads one of the words that may follow both ends. False when it is not understood. */
bool
draft_option(struct draft *draft);

#endif
