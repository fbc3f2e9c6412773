#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/access_conf.h"

enum {
	PAIRS_MAX = 2000000, /* of a user and a token that names him */
	WORK_MAX = 100000000, /* tokens looked at in one judgement */
};

enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_UNSURE,
};

/* What one token of users means. */
struct mention {
	char *token; /* owned */
	enum match people_match; /* for those of its list */
	enum match other_match; /* for everybody else */
	size_t *people; /* indices, ascending */
	size_t count;
	struct mention *same_name; /* the next whose name is equal but for case */
};

struct access_mentions {
	struct table by_token; /* exact text -> struct mention */
	struct mention **items;
	size_t count;
	bool too_many; /* no judgement is made */
};

static char *
lower(const char *text)
{
	char *copy = memory_text(text);
	for (char *p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

struct pair {
	size_t user; /* index in principals->users */
	struct mention *mention;
};

/* A group that a mention names. */
struct group_mention {
	gid_t gid;
	struct mention *mention;
};

struct finder {
	const struct access_conf *conf;
	const struct principals *principals;
	struct access_people *people;
	struct table by_name; /* lower-cased -> struct mention chain */
	struct group_mention *groups;
	size_t group_count;
	struct pair *pairs;
	size_t pair_count;
};

static void
add_pair(struct finder *finder, size_t user, struct mention *mention)
{
	if (finder->pair_count == PAIRS_MAX) {
		finder->people->mentions->too_many = true;
		return;
	}
	finder->pairs = memory_grow(
		finder->pairs, finder->pair_count, sizeof *finder->pairs);
	finder->pairs[finder->pair_count++] = (struct pair){ user, mention };
}

static void
mention_group(struct finder *finder, struct mention *mention, const char *name)
{
	gid_t gid;
	size_t count;
	if (!principals_group(finder->principals, name, &gid)) {
		if (!finder->principals->groups_complete &&
			mention->other_match == MATCH_NO)
			mention->other_match = MATCH_UNSURE;
		return;
	}
	finder->groups = memory_grow(
		finder->groups, finder->group_count, sizeof *finder->groups);
	finder->groups[finder->group_count++] = (struct group_mention){ gid, mention };
	const struct membership *members = principals_members(
		finder->principals, gid, &count);
	for (size_t i = 0; i < count; i++) {
		const struct principal *user = principals_user(
			finder->principals, members[i].user);
		if (user != NULL)
			add_pair(finder, (size_t)(user - finder->principals->users),
				mention);
	}
}

/* pam_access.c user_match, for the part of a token that names users. */
static void
mention_users(struct finder *finder, struct mention *mention, const char *name)
{
	size_t length = strlen(name);
	if (name[0] == '(' && name[length - 1] == ')') {
		if (length < 3)
			return;
		autofree char *group = memory_copy(name + 1, length - 2);
		mention_group(finder, mention, group);
	} else if (name[0] == '@') {
		mention->other_match = MATCH_UNSURE; /* a netgroup: netgroup(5) */
	} else if (strcasecmp(name, "ALL") == 0) {
		mention->other_match = mention->people_match;
	} else {
		autofree char *key = lower(name);
		mention->same_name = table_get(&finder->by_name, key);
		table_set(&finder->by_name, key, mention);
		if (!finder->conf->settings.only_marked_groups)
			mention_group(finder, mention, name);
	}
}

static void
add_mention(struct finder *finder, const char *token)
{
	struct access_mentions *mentions = finder->people->mentions;
	if (table_get(&mentions->by_token, token) != NULL)
		return;
	struct mention *mention = memory_new(1, sizeof *mention);
	*mention = (struct mention){ .token = memory_text(token),
		.people_match = MATCH_YES };
	mentions->items = memory_grow(
		mentions->items, mentions->count, sizeof *mentions->items);
	mentions->items[mentions->count++] = mention;
	table_set(&mentions->by_token, token, mention);
	const char *at = strchr(token + strspn(token, "@"), '@');
	bool marked = token[0] == '(' && token[strlen(token) - 1] == ')';
	if (at == NULL || marked) {
		mention_users(finder, mention, token);
		return;
	}
	/* user@host: the host is this machine's own name, which a root does not tell */
	autofree char *name = memory_copy(token, (size_t)(at - token));
	if (strcasecmp(at + 1, "ALL") != 0)
		mention->people_match = MATCH_UNSURE;
	mention_users(finder, mention, name);
}

static int
by_gid(const void *a, const void *b)
{
	gid_t x = ((const struct group_mention *)a)->gid,
	      y = ((const struct group_mention *)b)->gid;
	return x < y ? -1 : x > y;
}

static int
by_user(const void *a, const void *b)
{
	size_t x = ((const struct pair *)a)->user, y = ((const struct pair *)b)->user;
	return x < y ? -1 : x > y;
}

/* Pairs each user with the mentions of his name and of his primary group. */
static void
pair_users(struct finder *finder)
{
	const struct principals *principals = finder->principals;
	if (finder->group_count > 0)
		qsort(finder->groups, finder->group_count, sizeof *finder->groups,
			by_gid);
	for (size_t i = 0; i < principals->user_count; i++) {
		const struct principal *user = &principals->users[i];
		autofree char *key = lower(user->name);
		if (principals_user(principals, user->name) != user)
			continue; /* a second entry of a name is never found */
		for (struct mention *mention = table_get(&finder->by_name, key);
			mention != NULL; mention = mention->same_name)
			add_pair(finder, i, mention);
		size_t low = 0, high = finder->group_count;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (finder->groups[middle].gid < user->gid)
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < finder->group_count && finder->groups[low].gid == user->gid;
			low++)
			add_pair(finder, i, finder->groups[low].mention);
	}
	if (finder->pair_count > 0)
		qsort(finder->pairs, finder->pair_count, sizeof *finder->pairs, by_user);
}

static size_t
add_person(struct access_people *people, const char *name, const struct principal *user)
{
	people->items = memory_grow(people->items, people->count, sizeof *people->items);
	people->items[people->count] = (struct access_person){ name, user };
	return people->count++;
}

static void
add_to_mention(struct mention *mention, size_t person)
{
	if (mention->count > 0 && mention->people[mention->count - 1] == person)
		return;
	mention->people = memory_grow(
		mention->people, mention->count, sizeof *mention->people);
	mention->people[mention->count++] = person;
}

/* Users whom no entry of this root describes, but another source may. */
static void
add_strangers(struct finder *finder)
{
	struct access_mentions *mentions = finder->people->mentions;
	gid_t gid;
	if (finder->principals->users_complete)
		return;
	for (size_t i = 0; i < mentions->count; i++) {
		struct mention *mention = mentions->items[i];
		const char *name = mention->token;
		if (mention->count == 0 && name[0] != '(' && strchr(name, '@') == NULL &&
			strcasecmp(name, "ALL") != 0 &&
			!principals_group(finder->principals, name, &gid))
			add_to_mention(mention, add_person(finder->people, name, NULL));
	}
}

void
access_people_find(const struct access_conf *conf, const struct principals *principals,
	char *const *extra, struct access_people *ret_people)
{
	struct finder finder = {
		.conf = conf,
		.principals = principals,
		.people = ret_people,
	};
	*ret_people = (struct access_people){
		.mentions = memory_new(1, sizeof *ret_people->mentions),
	};
	struct table wanted = { 0 };
	for (char *const *name = extra; name != NULL && *name != NULL; name++)
		table_set(&wanted, *name, *name);
	add_person(ret_people, NULL, NULL);
	for (size_t i = 0; i < conf->count; i++)
		for (size_t k = 0; k < conf->rules[i].user_count; k++) {
			const char *token = conf->tokens[conf->rules[i].users + k];
			if (strcasecmp(token, "EXCEPT") != 0)
				add_mention(&finder, token);
		}
	pair_users(&finder);
	for (size_t i = 0, pair = 0; i < principals->user_count; i++) {
		const struct principal *user = &principals->users[i];
		bool paired = pair < finder.pair_count && finder.pairs[pair].user == i;
		if (!paired && user->uid != 0 && table_get(&wanted, user->name) == NULL)
			continue;
		size_t person = add_person(ret_people, user->name, user);
		for (; pair < finder.pair_count && finder.pairs[pair].user == i; pair++)
			add_to_mention(finder.pairs[pair].mention, person);
	}
	add_strangers(&finder);
	table_free(&wanted);
	free(finder.pairs);
	free(finder.groups);
	table_free(&finder.by_name);
}

void
access_people_free(struct access_people *people)
{
	for (size_t i = 0; people->mentions != NULL && i < people->mentions->count; i++) {
		free(people->mentions->items[i]->token);
		free(people->mentions->items[i]->people);
		free(people->mentions->items[i]);
	}
	if (people->mentions != NULL) {
		free(people->mentions->items);
		table_free(&people->mentions->by_token);
	}
	free(people->mentions);
	free(people->items);
	*people = (struct access_people){ 0 };
}

/* One judgement on its way. */
struct judge {
	const struct access_conf *conf;
	const struct access_people *people;
	const char *origin;
	bool is_remote;
	size_t person; /* whose tokens are matched; 0 is anybody else */
	size_t work;
	struct access_decision *decisions;
	bool *is_decided;
	size_t *stamps; /* 1 + the last rule that mentions the person */
	size_t *undecided; /* may still hold some that are decided */
	size_t undecided_count;
};

/* A token against the numeric address ORIGIN: pam_access.c network_netmask_match and
 * are_addresses_equal. Mask 0 compares all bits there, as no mask does. */
static enum match
match_network(const char *token, const char *origin)
{
	unsigned char address[16], have[16];
	const char *slash = strchr(token, '/');
	autofree char *network = memory_copy(
		token, slash ? (size_t)(slash - token) : strlen(token));
	int family = inet_pton(AF_INET, network, address) > 0 ? AF_INET
		: inet_pton(AF_INET6, network, address) > 0   ? AF_INET6
							      : 0;
	if (family == 0)
		return MATCH_NO;
	unsigned char other[16], mask[16];
	if (inet_pton(AF_INET, origin, other) <= 0 &&
		inet_pton(AF_INET6, origin, other) <= 0)
		return MATCH_UNSURE; /* a name, to be looked up */
	if (inet_pton(family, origin, have) <= 0)
		return MATCH_NO;
	size_t bytes = family == AF_INET ? 4 : 16;
	memset(mask, 0xff, sizeof mask);
	if (slash != NULL && inet_pton(family, slash + 1, mask) <= 0) {
		char *end;
		errno = 0;
		long bits = strtol(slash + 1, &end, 0);
		if (end == slash + 1 || *end != '\0' || bits < 0 ||
			bits > (long)bytes * 8)
			return MATCH_NO;
		for (size_t i = 0; bits > 0 && i < bytes; i++) {
			long left = bits - (long)i * 8;
			mask[i] = left >= 8 ? 0xff
				: left > 0  ? (unsigned char)(0xff << (8 - left))
					    : 0;
		}
	}
	for (size_t i = 0; i < bytes; i++)
		if ((address[i] & mask[i]) != (have[i] & mask[i]))
			return MATCH_NO;
	return MATCH_YES;
}

/* pam_access.c remote_match */
static enum match
match_remote(const char *token, const char *origin)
{
	size_t length = strlen(token), have = strlen(origin);
	struct in_addr v4;
	if (token[0] == '.')
		return have > length && strcasecmp(token, origin + have - length) == 0
			? MATCH_YES
			: MATCH_NO;
	if (token[length - 1] == '.') {
		if (inet_pton(AF_INET, origin, &v4) <= 0)
			return strchr(origin, ':') ? MATCH_NO : MATCH_UNSURE;
		/* the address with a dot behind */
		return strncmp(token, origin, length < have ? length : have) == 0 &&
				length <= have + 1
			? MATCH_YES
			: MATCH_NO;
	}
	return match_network(token, origin);
}

/* pam_access.c from_match */
static enum match
match_origin(struct judge *judge, const char *token)
{
	if (token[0] == '@')
		return MATCH_UNSURE;
	if (strcasecmp(token, "ALL") == 0 || strcasecmp(token, judge->origin) == 0)
		return MATCH_YES;
	if (strcasecmp(token, "LOCAL") == 0)
		return judge->is_remote ? MATCH_NO : MATCH_YES;
	return judge->is_remote ? match_remote(token, judge->origin) : MATCH_NO;
}

static int
by_index(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return x < y ? -1 : x > y;
}

static enum match
match_user(struct judge *judge, const char *token)
{
	const struct mention *mention = table_get(
		&judge->people->mentions->by_token, token);
	if (mention->count > 0 && judge->person != 0 &&
		bsearch(&judge->person, mention->people, mention->count,
			sizeof *mention->people, by_index) != NULL)
		return mention->people_match;
	return mention->other_match;
}

/* pam_access.c list_match. With EXCEPT the list falls into parts, and it matches when the
 * number of parts from the first on that have a match is odd: each part but the last
 * takes back what the next one matches. An unsure part leaves two results possible. */
static enum match
match_list(struct judge *judge, size_t first, size_t count,
	enum match (*match_token)(struct judge *judge, const char *token))
{
	bool can_match = false, can_fail = false;
	size_t parts = 0;
	for (size_t i = 0;; i++) {
		enum match part = MATCH_NO;
		for (; i < count; i++) {
			const char *token = judge->conf->tokens[first + i];
			judge->work++;
			if (strcasecmp(token, "EXCEPT") == 0)
				break;
			if (part == MATCH_YES)
				continue;
			enum match match = match_token(judge, token);
			if (match != MATCH_NO)
				part = match;
		}
		if (part != MATCH_YES) {
			can_match = can_match || parts % 2 == 1;
			can_fail = can_fail || parts % 2 == 0;
		}
		if (part == MATCH_NO)
			break;
		parts++;
		if (i >= count) {
			can_match = can_match || parts % 2 == 1;
			can_fail = can_fail || parts % 2 == 0;
			break;
		}
	}
	return can_match && can_fail ? MATCH_UNSURE : can_match ? MATCH_YES : MATCH_NO;
}

static void
decide(struct judge *judge, size_t person, const struct access_rule *rule, bool is_sure)
{
	judge->is_decided[person] = true;
	judge->decisions[person] = (struct access_decision){
		is_sure ? rule->answer : ACCESS_UNKNOWN,
		rule,
	};
}

static enum match
match_person(struct judge *judge, size_t person, const struct access_rule *rule)
{
	judge->person = person;
	return match_list(judge, rule->users, rule->user_count, match_user);
}

/* Those that RULE mentions, each by himself. */
static void
judge_mentioned(struct judge *judge, const struct access_rule *rule, bool is_sure)
{
	size_t stamp = (size_t)(rule - judge->conf->rules) + 1;
	for (size_t i = 0; i < rule->user_count; i++) {
		const struct mention *mention = table_get(
			&judge->people->mentions->by_token,
			judge->conf->tokens[rule->users + i]);
		for (size_t k = 0; mention != NULL && k < mention->count; k++) {
			size_t person = mention->people[k];
			judge->work++;
			if (judge->is_decided[person] || judge->stamps[person] == stamp)
				continue;
			judge->stamps[person] = stamp;
			enum match match = match_person(judge, person, rule);
			if (match != MATCH_NO)
				decide(judge, person, rule,
					is_sure && match == MATCH_YES);
		}
	}
}

/* All that RULE does not mention. */
static void
judge_others(struct judge *judge, const struct access_rule *rule, bool is_sure)
{
	size_t stamp = (size_t)(rule - judge->conf->rules) + 1, left = 0;
	enum match match = match_person(judge, 0, rule);
	if (match == MATCH_NO)
		return;
	for (size_t i = 0; i < judge->undecided_count; i++) {
		size_t person = judge->undecided[i];
		if (!judge->is_decided[person] && judge->stamps[person] != stamp)
			decide(judge, person, rule, is_sure && match == MATCH_YES);
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

void
access_judge(const struct access_conf *conf, const struct access_people *people,
	const char *origin, bool is_remote, size_t first,
	struct access_decision *ret_decisions)
{
	autofree bool *is_decided = memory_new(people->count, sizeof *is_decided);
	autofree size_t *stamps = memory_new(people->count, sizeof *stamps);
	autofree size_t *undecided = memory_new(people->count, sizeof *undecided);
	struct judge judge = {
		.conf = conf,
		.people = people,
		.origin = origin,
		.is_remote = is_remote,
		.decisions = ret_decisions,
		.is_decided = is_decided,
		.stamps = stamps,
		.undecided = undecided,
		.undecided_count = people->count,
	};
	for (size_t i = 0; i < people->count; i++) {
		undecided[i] = i;
		ret_decisions[i] = (struct access_decision){ ACCESS_ADMITTED, NULL };
	}
	for (size_t i = first; i < conf->count && judge.undecided_count > 0; i++) {
		const struct access_rule *rule = &conf->rules[i];
		if (rule->for_all) {
			decide_rest(&judge, rule, true);
			break;
		}
		if (people->mentions->too_many || judge.work > WORK_MAX) {
			decide_rest(&judge, rule, false);
			break;
		}
		enum match match = match_list(
			&judge, rule->origins, rule->origin_count, match_origin);
		if (match == MATCH_NO)
			continue;
		judge_mentioned(&judge, rule, match == MATCH_YES);
		judge_others(&judge, rule, match == MATCH_YES);
	}
}
