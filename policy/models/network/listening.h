/* What listens on a host: asked of the running system, or read from what a person
 * recorded there with netstat(8) or ss(8). */
#ifndef POLICY_MODELS_LISTENING_H
#define POLICY_MODELS_LISTENING_H

#include "policy/kinds/kind.h"
#include "policy/place.h"
#include "policy/recorded.h"

struct listener {
	bool is_udp;
	long port; /* -1: a name that the root's services(5) does not know */
	char *address; /* as inet_ntop(3) writes it, or a name as recorded; "*": every
			  address */
	bool on_loopback; /* that no other host reaches */
	char *programs; /* base names with commas; "" when not known */
	struct place place; /* in the recorded file; nowhere when asked */
	char *name; /* the port as recorded, when it is a name; NULL */
};

struct listening {
	struct listener *items;
	size_t count;
	bool has_open[2]; /* there is a port of TCP, of UDP: else they may not have been
			     asked for */
	struct place *strange; /* lines that are none of netstat's or ss's */
	size_t strange_count;
	char *problem; /* why nothing is known; NULL */
};

/* Asks the running system when the context's host is it, else reads RECORDED. */
void
listening_read(const struct context *context, const struct recorded *recorded,
	struct listening *ret_listening);

void
listening_free(struct listening *listening);

#endif
