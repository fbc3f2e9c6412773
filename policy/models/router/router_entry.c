#include "policy/models/router/router_entry.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/router/router_draft.h"
#include "policy/models/router/router_names.h"

enum { CUBES_MAX = 4096 }; /* of one line: object groups can make many */

static void
set_end(struct draft *draft, size_t end, uint32_t value, uint32_t care)
{
	draft->ends[end] = memory_new(1, sizeof **draft->ends);
	draft->ends[end][0] = (struct router_address){ value & care, care };
	draft->end_counts[end] = 1;
}

static bool
take_group(struct draft *draft, size_t end)
{
	const char *name = draft_take(draft);
	struct router_group *group = draft->find(draft->data, name);
	if (*name == '\0' || (group != NULL && group->count > CUBES_MAX))
		return false;
	if (group != NULL)
		group->is_used = true;
	if (group == NULL || group->is_strange || group->count == 0) {
		draft_doubt(draft, "object-group", name);
		set_end(draft, end, 0, 0);
		return true;
	}
	draft->ends[end] = memory_new(group->count, sizeof **draft->ends);
	memcpy(draft->ends[end], group->items, group->count * sizeof *group->items);
	draft->end_counts[end] = group->count;
	return true;
}

/* any, host A, object-group NAME, or A and a wildcard, whose ones are bits of any value;
 * in a standard list A alone too. */
static bool
take_end(struct draft *draft, size_t end, bool is_standard)
{
	uint32_t address, wildcard = 0;
	if (draft_accept(draft, "any")) {
		set_end(draft, end, 0, 0);
		return true;
	}
	if (draft_accept(draft, "object-group"))
		return take_group(draft, end);
	bool is_host = draft_accept(draft, "host");
	if (!router_address_read(draft_take(draft), &address))
		return false;
	if (!is_host && router_address_read(draft_peek(draft), &wildcard))
		draft->at++;
	else if (!is_host && !is_standard)
		return false;
	set_end(draft, end, address, ~wildcard);
	return true;
}

static void
add_range(struct draft *draft, size_t port, long low, long high)
{
	draft->ports[port][draft->port_counts[port]++] = (struct draft_range){
		(uint16_t)low, (uint16_t)high
	};
}

static int
compare_ports(const void *a, const void *b)
{
	const long *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* All but the COUNT ports. */
static void
add_others(struct draft *draft, size_t port, long *ports, size_t count)
{
	long next = 0;
	qsort(ports, count, sizeof *ports, compare_ports);
	for (size_t i = 0; i < count; i++) {
		if (ports[i] > next)
			add_range(draft, port, next, ports[i] - 1);
		next = ports[i] + 1;
	}
	if (next <= UINT16_MAX)
		add_range(draft, port, next, UINT16_MAX);
}

/* An operator and its ports, if there is one. Ranges without a port are no IOS. */
static bool
take_ports(struct draft *draft, size_t port)
{
	static const char *const operators[] = { "eq", "neq", "gt", "lt", "range" };
	enum { EQ, NEQ, GT, LT, RANGE, NONE } how = EQ;
	enum router_names names = draft->protocol == IPPROTO_TCP ? ROUTER_TCP_PORTS
								 : ROUTER_UDP_PORTS;
	long ports[DRAFT_PORTS] = { 0 };
	size_t count = 0;
	while (how < NONE && strcasecmp(operators[how], draft_peek(draft)) != 0)
		how++;
	if (how == NONE)
		return true;
	draft->at++;
	size_t most = how == EQ || how == NEQ ? DRAFT_PORTS : how == RANGE ? 2 : 1;
	while (count < most &&
		(ports[count] = router_names_number(names, draft_peek(draft))) >= 0) {
		draft->at++;
		count++;
	}
	if (count == 0 || (how == RANGE && (count < 2 || ports[0] > ports[1])) ||
		(how == GT && ports[0] == UINT16_MAX) || (how == LT && ports[0] == 0))
		return false;
	switch (how) {
	case NEQ:
		add_others(draft, port, ports, count);
		break;
	case GT:
		add_range(draft, port, ports[0] + 1, UINT16_MAX);
		break;
	case LT:
		add_range(draft, port, 0, ports[0] - 1);
		break;
	case RANGE:
		add_range(draft, port, ports[0], ports[1]);
		break;
	default:
		for (size_t i = 0; i < count; i++)
			add_range(draft, port, ports[i], ports[i]);
	}
	return true;
}

/* The message of ICMP, by name or by type and code, if there is one. */
static void
take_message(struct draft *draft)
{
	long type = router_names_plain(draft_peek(draft), 255), code = -1;
	if (type < 0 && !router_names_icmp(draft_peek(draft), &type, &code))
		return;
	bool is_named = router_names_plain(draft_take(draft), 255) < 0;
	if (!is_named && (code = router_names_plain(draft_peek(draft), 255)) >= 0)
		draft->at++;
	add_range(draft, PACKET_TO, type << 8 | (code < 0 ? 0 : code),
		type << 8 | (code < 0 ? 0xff : code));
}

static bool
take_protocol(struct draft *draft)
{
	if (draft_accept(draft, "object-group")) {
		draft_doubt(draft, "object-group", draft_take(draft));
		draft->protocol = ROUTER_ANY_PROTOCOL;
		return true;
	}
	draft->protocol = router_names_number(ROUTER_PROTOCOLS, draft_take(draft));
	if (draft->protocol != ROUTER_ANY_PROTOCOL)
		draft->header = (struct draft_bits){ (uint32_t)draft->protocol,
			PACKET_PROTOCOL };
	return draft->protocol >= 0;
}

/* What follows permit or deny in an extended list. */
static bool
take_extended(struct draft *draft)
{
	if (!take_protocol(draft))
		return false;
	bool has_ports = draft->protocol == IPPROTO_TCP || draft->protocol == IPPROTO_UDP;
	if (!take_end(draft, PACKET_SOURCE, false) ||
		(has_ports && !take_ports(draft, PACKET_FROM)) ||
		!take_end(draft, PACKET_DESTINATION, false) ||
		(has_ports && !take_ports(draft, PACKET_TO)))
		return false;
	if (draft->protocol == IPPROTO_ICMP)
		take_message(draft);
	if (draft->protocol == IPPROTO_IGMP && !draft_is_option(draft_peek(draft))) {
		draft_doubt(draft, "the type", draft_take(draft));
		draft->has_type = true;
	}
	while (draft->at < draft->count)
		if (!draft_option(draft))
			return false;
	return true;
}

static bool
take_standard(struct draft *draft)
{
	if (!take_end(draft, PACKET_SOURCE, true))
		return false;
	set_end(draft, PACKET_DESTINATION, 0, 0);
	draft_log(draft);
	return draft->at == draft->count;
}

/* --- from the draft to cubes ---------------------------------------------------------
 */

static void
add_cube(struct router_cube cube, uint32_t value, uint32_t care,
	struct router_cubes *cubes)
{
	cube.value[PACKET_HEADER] |= value;
	cube.care[PACKET_HEADER] |= care;
	router_cubes_add(cubes, &cube);
}

/* The cubes of whole packets and first fragments for each choice of ports and flags. */
static void
add_choices(const struct draft *draft, const struct router_cube *ends)
{
	static const struct draft_range every_port = { 0, UINT16_MAX };
	static const struct draft_bits any_flags = { 0, 0 };
	const struct draft_range *ranges[PACKET_PORTS] = { NULL };
	size_t counts[PACKET_PORTS] = { 0 };
	for (size_t i = 0; i < PACKET_PORTS; i++) {
		ranges[i] = draft->port_counts[i] > 0 ? draft->ports[i] : &every_port;
		counts[i] = draft->port_counts[i] > 0 ? draft->port_counts[i] : 1;
	}
	const struct draft_bits *flags = draft->flag_count > 0 ? draft->flags
							       : &any_flags;
	size_t flag_count = draft->flag_count > 0 ? draft->flag_count : 1;
	for (size_t i = 0; i < counts[PACKET_FROM]; i++)
		for (size_t j = 0; j < counts[PACKET_TO]; j++)
			for (size_t k = 0; k < flag_count; k++) {
				struct router_cube cube = *ends;
				cube.low[PACKET_FROM] = ranges[PACKET_FROM][i].low;
				cube.high[PACKET_FROM] = ranges[PACKET_FROM][i].high;
				cube.low[PACKET_TO] = ranges[PACKET_TO][j].low;
				cube.high[PACKET_TO] = ranges[PACKET_TO][j].high;
				add_cube(cube, flags[k].value,
					flags[k].care | PACKET_FRAGMENT,
					&draft->entry->cubes);
			}
}

static void
add_pair(const struct draft *draft, const struct router_address *from,
	const struct router_address *to, bool asks_more)
{
	struct router_cubes *cubes = &draft->entry->cubes;
	struct router_cube ends = router_every;
	ends.value[PACKET_SOURCE] = from->value;
	ends.care[PACKET_SOURCE] = from->care;
	ends.value[PACKET_DESTINATION] = to->value;
	ends.care[PACKET_DESTINATION] = to->care;
	ends.value[PACKET_HEADER] = draft->header.value;
	ends.care[PACKET_HEADER] = draft->header.care;
	if (!asks_more) {
		add_cube(ends, draft->only_fragments ? PACKET_FRAGMENT : 0,
			draft->only_fragments ? PACKET_FRAGMENT : 0, cubes);
		return;
	}
	add_choices(draft, &ends);
	if (draft->entry->permits)
		add_cube(ends, PACKET_FRAGMENT, PACKET_FRAGMENT, cubes);
}

static bool
make_cubes(const struct draft *draft)
{
	size_t from = draft->end_counts[PACKET_SOURCE],
	       to = draft->end_counts[PACKET_DESTINATION],
	       choices = draft->port_counts[PACKET_FROM] + draft->port_counts[PACKET_TO] +
		draft->flag_count;
	bool asks_more = choices > 0 || draft->has_type;
	if ((asks_more && draft->only_fragments) || from > CUBES_MAX / to)
		return false;
	for (size_t i = 0; i < from; i++)
		for (size_t j = 0; j < to; j++) {
			if (draft->entry->cubes.count > CUBES_MAX)
				return false;
			add_pair(draft, &draft->ends[PACKET_SOURCE][i],
				&draft->ends[PACKET_DESTINATION][j], asks_more);
		}
	return true;
}

static bool
read_line(struct draft *draft, bool is_standard)
{
	struct router_entry *entry = draft->entry;
	if (!is_standard && draft_accept(draft, "evaluate")) {
		const char *name = draft_take(draft);
		draft_doubt(draft, "evaluate", name);
		entry->permits = true;
		router_cubes_add(&entry->cubes, &router_every);
		return *name != '\0' && draft->at == draft->count;
	}
	if (!is_standard && draft_accept(draft, "dynamic")) {
		draft_doubt(draft, "dynamic", draft_take(draft));
		if (draft_accept(draft, "timeout") &&
			router_names_plain(draft_take(draft), INT32_MAX) < 0)
			return false;
	}
	entry->permits = draft_accept(draft, "permit");
	if (!entry->permits && !draft_accept(draft, "deny"))
		return false;
	return (is_standard ? take_standard(draft) : take_extended(draft)) &&
		make_cubes(draft);
}

void
router_entry_read(char *const *words, size_t count, bool is_standard,
	router_group_find *find, void *data, struct router_entry *entry)
{
	struct draft draft = {
		.words = words,
		.count = count,
		.find = find,
		.data = data,
		.entry = entry,
	};
	entry->is_strange = !read_line(&draft, is_standard);
	if (entry->is_strange)
		router_cubes_free(&entry->cubes);
	free(draft.ends[PACKET_SOURCE]);
	free(draft.ends[PACKET_DESTINATION]);
}

void
router_entry_free(struct router_entry *entry)
{
	router_cubes_free(&entry->cubes);
	free(entry->doubt);
	*entry = (struct router_entry){ 0 };
}
