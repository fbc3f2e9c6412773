#include <netinet/in.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/router/router_draft.h"
#include "policy/models/router/router_names.h"

const char *
draft_peek(const struct draft *draft)
{
	return draft->at < draft->count ? draft->words[draft->at] : "";
}

const char *
draft_take(struct draft *draft)
{
	return draft->at < draft->count ? draft->words[draft->at++] : "";
}

bool
draft_accept(struct draft *draft, const char *word)
{
	if (strcasecmp(draft_peek(draft), word) != 0)
		return false;
	draft->at++;
	return true;
}

void
draft_doubt(struct draft *draft, const char *what, const char *name)
{
	if (draft->entry->doubt == NULL)
		draft->entry->doubt = memory_printf("%s %s", what, name);
}

static bool
add_flag(struct draft *draft, const char *name, bool is_set)
{
	long flag = router_names_number(ROUTER_FLAGS, name);
	if (draft->protocol != IPPROTO_TCP || flag < 0 || draft->flag_count == 6)
		return false;
	draft->flags[draft->flag_count++] = (struct draft_bits){
		is_set ? (uint32_t)flag : 0, (uint32_t)flag
	};
	return true;
}

/* match-any and match-all: +FLAG and -FLAG. */
static bool
take_flags(struct draft *draft, bool is_all)
{
	struct draft_bits all = { 0 };
	if (draft->flag_count > 0)
		return false;
	while (strchr("+-", *draft_peek(draft)) != NULL && *draft_peek(draft) != '\0') {
		const char *word = draft_take(draft);
		if (!add_flag(draft, word + 1, *word == '+'))
			return false;
		const struct draft_bits *last = &draft->flags[draft->flag_count - 1];
		if (is_all && (all.care & last->care) != 0)
			return false;
		all.value |= last->value;
		all.care |= last->care;
	}
	if (draft->flag_count == 0)
		return false;
	if (is_all) {
		draft->flags[0] = all;
		draft->flag_count = 1;
	}
	return true;
}

/* NAMES' number of the next word as bits of the type of service, at SHIFT. */
static bool
take_service(struct draft *draft, enum router_names names, uint32_t mask, unsigned shift)
{
	long number = router_names_number(names, draft_take(draft));
	mask <<= shift + PACKET_TOS_SHIFT;
	if (number < 0 || (draft->header.care & mask) != 0)
		return false;
	draft->header.care |= mask;
	draft->header.value |= (uint32_t)number << (shift + PACKET_TOS_SHIFT);
	return true;
}

bool
draft_is_option(const char *word)
{
	static const char *const options[] = { "", "established", "match-any",
		"match-all", "fragments", "log", "log-input", "time-range", "dscp",
		"precedence", "tos", "ttl", "option", "reflect" };
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (strcasecmp(options[i], word) == 0)
			return true;
	return false;
}

bool
draft_log(struct draft *draft)
{
	if (!draft_accept(draft, "log") && !draft_accept(draft, "log-input"))
		return false;
	draft->entry->logs = true;
	if (!draft_is_option(draft_peek(draft)))
		draft->at++;
	return true;
}

/* reflect opens another list for the answers: it changes nothing here. */
static bool
take_reflect(struct draft *draft)
{
	if (*draft_take(draft) == '\0')
		return false;
	return !draft_accept(draft, "timeout") ||
		router_names_plain(draft_take(draft), INT32_MAX) >= 0;
}

static bool
take_ttl(struct draft *draft)
{
	size_t numbers = 0;
	draft_take(draft);
	for (; router_names_plain(draft_peek(draft), 255) >= 0; numbers++)
		draft->at++;
	draft_doubt(draft, "the", "ttl");
	return numbers > 0;
}

bool
draft_option(struct draft *draft)
{
	if (draft_log(draft))
		return true;
	if (draft_accept(draft, "established"))
		return draft->flag_count == 0 && add_flag(draft, "ack", true) &&
			add_flag(draft, "rst", true);
	if (draft_accept(draft, "match-any"))
		return take_flags(draft, false);
	if (draft_accept(draft, "match-all"))
		return take_flags(draft, true);
	if (draft_accept(draft, "fragments"))
		return draft->only_fragments = true;
	if (draft_accept(draft, "reflect"))
		return take_reflect(draft);
	if (draft_accept(draft, "dscp"))
		return take_service(draft, ROUTER_DSCP, 0x3f, 2);
	if (draft_accept(draft, "precedence"))
		return take_service(draft, ROUTER_PRECEDENCE, 7, 5);
	if (draft_accept(draft, "tos"))
		return take_service(draft, ROUTER_TOS, 0xf, 1);
	if (draft_accept(draft, "ttl"))
		return take_ttl(draft);
	if (strcasecmp(draft_peek(draft), "time-range") == 0 ||
		strcasecmp(draft_peek(draft), "option") == 0) {
		const char *what = draft_take(draft), *name = draft_take(draft);
		draft_doubt(draft, what, name);
		return *name != '\0';
	}
	/* the older way to ask for a flag; what several mean no source says */
	return draft->flag_count == 0 && add_flag(draft, draft_take(draft), true);
}
