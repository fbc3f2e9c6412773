/* What an access list lets through, and which of its lines have a say: exact questions
 * over all packets, answered with a packet. The first line that is about a packet decides
 * it; what no line is about is denied. A line that depends on what can't be told may pass
 * a packet on to the next; one that is not understood may do anything. */
#ifndef POLICY_MODELS_ROUTER_JUDGE_H
#define POLICY_MODELS_ROUTER_JUDGE_H

#include "policy/models/router/router_config.h"

struct router_question {
	const struct router_list *list;
	const struct router_cubes *region; /* which packets it is about; NULL: all */
	const struct router_cubes *besides; /* but these; NULL: none */
	bool permits; /* whether one is looked for that is permitted, or denied */
	bool surely; /* it is so whatever can't be told; else it may be so */
};

/* Looks for such a packet, which the line *ret_entry decides, from the line FIRST on;
 * list->count stands for the end of the list, which denies. */
enum router_found
router_judge(const struct router_question *question, size_t first,
	struct router_work *work, size_t *ret_entry, struct router_packet *ret_packet);

/* Looks for a packet that the line ENTRY may decide. ROUTER_NONE: it never matches,
 * whatever can't be told. */
enum router_found
router_judge_line(const struct router_list *list, size_t entry, struct router_work *work,
	struct router_packet *ret_packet);

/* The lines before ENTRY, which never matches, that are enough to cover it; none when it
 * is about no packet at all. The caller frees *ret_lines. They may be more than needed
 * where finding that out took too much. */
void
router_judge_cover(const struct router_list *list, size_t entry, struct router_work *work,
	size_t **ret_lines, size_t *ret_count);

/* Looks for a packet that may be decided otherwise without the line ENTRY. ROUTER_NONE:
 * the line is redundant. */
enum router_found
router_judge_need(const struct router_list *list, size_t entry, struct router_work *work,
	struct router_packet *ret_packet);

enum router_fate { ROUTER_DENIED, ROUTER_PERMITTED, ROUTER_UNKNOWN };

/* What becomes of PACKET, and by which line (list->count: the end); of an unknown fate
 * the line is the first that makes it so. */
enum router_fate
router_judge_packet(const struct router_list *list, const struct router_packet *packet,
	size_t *ret_entry);

#endif
