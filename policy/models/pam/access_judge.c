/* Whom the rules admit from where: pam_access.c login_access, list_match. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/pam/access_match.h"

enum {
	WORK_MAX = 100000000, /* words looked at in one judgement */
};

/* One judgement on its way. */
struct judge {
	const struct access_conf *conf;
	const struct access_people *people;
	struct access_origin origin;
	enum access_cache cache; /* of whom the words are matched for */
	size_t person; /* whose tokens are matched; 0 is anybody else */
	bool is_stranger; /* no entry of the root describes that one */
	size_t work;
	struct access_decision *decisions;
	bool *is_decided;
	const struct access_rule **doubts; /* by person: the first rule that may match */
	size_t *stamps; /* 1 + the last rule that mentions the person */
	size_t *undecided; /* may still hold some that are decided */
	size_t undecided_count;
	unsigned char *caches; /* enum access_cache by person */
};

static enum access_match
match_origin(struct judge *judge, const char *token)
{
	return access_origin_match(&judge->origin, token, &judge->cache);
}

static int
by_index(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return x < y ? -1 : x > y;
}

static enum access_match
match_user(struct judge *judge, const char *token)
{
	const struct access_mention *mention = table_get(
		&judge->people->mentions->by_token, token);
	if (mention->count > 0 && judge->person != 0 &&
		bsearch(&judge->person, mention->people, mention->count,
			sizeof *mention->people, by_index) != NULL)
		return mention->people_match;
	if (mention->other_match == ACCESS_MATCH_NO && mention->may_mean_strangers &&
		judge->is_stranger)
		return ACCESS_MATCH_UNSURE;
	return mention->other_match;
}

/* pam_access.c list_match. With EXCEPT the list falls into parts, and it matches when the
 * number of parts from the first on that have a match is odd: each part but the last
 * takes back what the next one matches. An unsure part leaves two results possible. */
static enum access_match
match_list(struct judge *judge, size_t first, size_t count,
	enum access_match (*match_token)(struct judge *judge, const char *token))
{
	bool can_match = false, can_fail = false;
	size_t parts = 0;
	for (size_t i = 0;; i++) {
		enum access_match part = ACCESS_MATCH_NO;
		for (; i < count; i++) {
			const char *token = judge->conf->tokens[first + i];
			judge->work++;
			if (strcasecmp(token, "EXCEPT") == 0)
				break;
			if (part == ACCESS_MATCH_YES)
				continue;
			enum access_match match = match_token(judge, token);
			if (match != ACCESS_MATCH_NO)
				part = match;
		}
		if (part != ACCESS_MATCH_YES) {
			can_match = can_match || parts % 2 == 1;
			can_fail = can_fail || parts % 2 == 0;
		}
		if (part == ACCESS_MATCH_NO)
			break;
		parts++;
		if (i >= count) {
			can_match = can_match || parts % 2 == 1;
			can_fail = can_fail || parts % 2 == 0;
			break;
		}
	}
	return can_match && can_fail ? ACCESS_MATCH_UNSURE
		: can_match          ? ACCESS_MATCH_YES
				     : ACCESS_MATCH_NO;
}

/* A rule that may match leaves two answers possible, unless what comes later is the same.
 */
static void
decide(struct judge *judge, size_t person, const struct access_rule *rule, bool is_sure)
{
	const struct access_rule *doubt = judge->doubts[person];
	enum access_answer answer = rule != NULL ? rule->answer : ACCESS_ADMITTED;
	if (doubt != NULL && doubt->answer != answer) {
		rule = doubt;
		is_sure = false;
	}
	judge->is_decided[person] = true;
	judge->decisions[person] = (struct access_decision){
		is_sure ? answer : ACCESS_UNKNOWN,
		rule,
	};
}

/* RULE may match: what the next ones say decides, or it can't be told. */
static void
doubt(struct judge *judge, size_t person, const struct access_rule *rule)
{
	const struct access_rule **known = &judge->doubts[person];
	if (*known == NULL)
		*known = rule;
	else if ((*known)->answer != rule->answer)
		decide(judge, person, *known, false);
}

static bool
is_stranger(const struct judge *judge, size_t person)
{
	return judge->people->items[person].user == NULL;
}

static enum access_match
match_person(
	struct judge *judge, size_t person, bool stranger, const struct access_rule *rule)
{
	judge->person = person;
	judge->is_stranger = stranger;
	return match_list(judge, rule->users, rule->user_count, match_user);
}

/* What the origins of RULE come to, by what is kept of the origin's addresses before. */
struct outcome {
	enum access_match match[ACCESS_CACHE_COUNT];
	enum access_cache next[ACCESS_CACHE_COUNT];
	bool is_idle; /* it matches nobody and keeps nothing */
};

static void
match_origins(
	struct judge *judge, const struct access_rule *rule, struct outcome *outcome)
{
	/* an address is looked up as itself, whatever was looked up before */
	size_t count = judge->origin.is_remote && !judge->origin.is_address
		? ACCESS_CACHE_COUNT
		: 1;
	outcome->is_idle = true;
	for (size_t i = 0; i < count; i++) {
		judge->cache = (enum access_cache)i;
		outcome->match[i] = match_list(
			judge, rule->origins, rule->origin_count, match_origin);
		outcome->next[i] = count > 1 ? judge->cache : ACCESS_CACHE_NONE;
		outcome->is_idle = outcome->is_idle &&
			outcome->match[i] == ACCESS_MATCH_NO && outcome->next[i] == i;
	}
}

/* PERSON, whom the users of RULE name as USERS says. Whether he is named decides whether
 * the origins are looked at. */
static void
judge_person(struct judge *judge, const struct access_rule *rule,
	const struct outcome *outcome, size_t person, enum access_match users)
{
	unsigned char *cache = &judge->caches[person];
	enum access_match origins = outcome->match[*cache];
	bool keeps = outcome->next[*cache] != *cache;
	if (origins == ACCESS_MATCH_YES && users == ACCESS_MATCH_YES)
		decide(judge, person, rule, true);
	else if (keeps && users == ACCESS_MATCH_UNSURE)
		decide(judge, person, rule, false);
	else if (origins != ACCESS_MATCH_NO)
		doubt(judge, person, rule);
	*cache = (unsigned char)outcome->next[*cache];
}

/* Those that RULE mentions, each by himself. */
static void
judge_mentioned(struct judge *judge, const struct access_rule *rule,
	const struct outcome *outcome)
{
	size_t stamp = (size_t)(rule - judge->conf->rules) + 1;
	for (size_t i = 0; i < rule->user_count; i++) {
		const struct access_mention *mention = table_get(
			&judge->people->mentions->by_token,
			judge->conf->tokens[rule->users + i]);
		for (size_t k = 0; mention != NULL && k < mention->count; k++) {
			size_t person = mention->people[k];
			judge->work++;
			if (judge->is_decided[person] || judge->stamps[person] == stamp)
				continue;
			judge->stamps[person] = stamp;
			enum access_match match = match_person(
				judge, person, is_stranger(judge, person), rule);
			if (match != ACCESS_MATCH_NO)
				judge_person(judge, rule, outcome, person, match);
		}
	}
}

/* All that RULE does not mention. */
static void
judge_others(struct judge *judge, const struct access_rule *rule,
	const struct outcome *outcome)
{
	size_t stamp = (size_t)(rule - judge->conf->rules) + 1, left = 0;
	enum access_match strangers = match_person(judge, 0, true, rule);
	enum access_match known = match_person(judge, 0, false, rule);
	if (strangers == ACCESS_MATCH_NO && known == ACCESS_MATCH_NO)
		return;
	for (size_t i = 0; i < judge->undecided_count; i++) {
		size_t person = judge->undecided[i];
		enum access_match match = is_stranger(judge, person) ? strangers : known;
		if (!judge->is_decided[person] && judge->stamps[person] != stamp &&
			match != ACCESS_MATCH_NO)
			judge_person(judge, rule, outcome, person, match);
		if (!judge->is_decided[person])
			judge->undecided[left++] = person;
	}
	judge->undecided_count = left;
}

static void
decide_rest(struct judge *judge, const struct access_rule *rule, bool is_sure)
{
	for (size_t i = 0; i < judge->undecided_count; i++)
		if (!judge->is_decided[judge->undecided[i]])
			decide(judge, judge->undecided[i], rule, is_sure);
	judge->undecided_count = 0;
}

static void
judge_rules(struct judge *judge, size_t first)
{
	const struct access_conf *conf = judge->conf;
	for (size_t i = first; i < conf->count && judge->undecided_count > 0; i++) {
		const struct access_rule *rule = &conf->rules[i];
		struct outcome outcome;
		if (rule->for_all) {
			decide_rest(judge, rule, true);
			break;
		}
		if (judge->people->mentions->too_many || judge->work > WORK_MAX) {
			decide_rest(judge, rule, false);
			break;
		}
		match_origins(judge, rule, &outcome);
		if (outcome.is_idle)
			continue;
		judge_mentioned(judge, rule, &outcome);
		judge_others(judge, rule, &outcome);
	}
}

void
access_judge(const struct access_conf *conf, const struct access_people *people,
	const char *origin, bool is_remote, size_t first,
	struct access_decision *ret_decisions)
{
	autofree bool *is_decided = memory_new(people->count, sizeof *is_decided);
	autofree size_t *stamps = memory_new(people->count, sizeof *stamps);
	autofree size_t *undecided = memory_new(people->count, sizeof *undecided);
	autofree unsigned char *caches = memory_new(people->count, sizeof *caches);
	autofree const struct access_rule **doubts = memory_new(
		people->count, sizeof *doubts);
	struct judge judge = {
		.conf = conf,
		.people = people,
		.decisions = ret_decisions,
		.is_decided = is_decided,
		.doubts = doubts,
		.stamps = stamps,
		.undecided = undecided,
		.undecided_count = people->count,
		.caches = caches,
	};
	for (size_t i = 0; i < people->count; i++) {
		undecided[i] = i;
		ret_decisions[i] = (struct access_decision){ ACCESS_ADMITTED, NULL };
	}
	access_origin_open(
		conf, &people->mentions->netgroups, origin, is_remote, &judge.origin);
	judge_rules(&judge, first);
	for (size_t i = 0; i < people->count; i++)
		if (!is_decided[i] && doubts[i] != NULL)
			decide(&judge, i, NULL, true);
	access_origin_close(&judge.origin);
}
