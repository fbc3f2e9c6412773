/* Whom the words of the rules name: pam_access.c user_match. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/pam/access_match.h"

enum {
	PAIRS_MAX = 2000000, /* of a user and a word that names him */
};

struct pair {
	size_t user; /* index in principals->users */
	struct access_mention *mention;
};

/* A group that a mention names. */
struct group_mention {
	gid_t gid;
	struct access_mention *mention;
};

/* A name that a mention names and no entry of the root describes. */
struct stranger {
	char *name; /* owned */
	struct access_mention *mention;
	bool is_written; /* in the rule itself: then anybody of that name is meant */
};

struct finder {
	const struct access_conf *conf;
	const struct principals *principals;
	struct access_people *people;
	struct table by_name; /* lower-cased -> chain of struct access_mention */
	struct table by_uid; /* as decimal text -> struct access_mention */
	struct table extra; /* names that the caller wants */
	struct group_mention *groups;
	size_t group_count;
	struct pair *pairs;
	size_t pair_count;
	struct stranger *strangers;
	size_t stranger_count;
	struct access_origin machine; /* this machine by its own name */
	bool has_machine; /* the name is known */
};

static char *
lower(const char *text)
{
	char *copy = memory_text(text);
	for (char *p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static void
add_pair(struct finder *finder, size_t user, struct access_mention *mention)
{
	if (finder->pair_count == PAIRS_MAX) {
		finder->people->mentions->too_many = true;
		return;
	}
	finder->pairs = memory_grow(
		finder->pairs, finder->pair_count, sizeof *finder->pairs);
	finder->pairs[finder->pair_count++] = (struct pair){ user, mention };
}

/* Notes NAME for the case that another source knows it. */
static void
add_stranger(struct finder *finder, const char *name, struct access_mention *mention,
	bool is_written)
{
	if (finder->principals->users_complete || finder->stranger_count == PAIRS_MAX)
		return;
	finder->strangers = memory_grow(
		finder->strangers, finder->stranger_count, sizeof *finder->strangers);
	finder->strangers[finder->stranger_count++] = (struct stranger){
		memory_text(name), mention, is_written
	};
}

/* A group of the root may have members besides those that its files list: another source
 * of groups has some of any user's (getgrouplist(3) asks all of them), and the primary
 * group of one of another source's users may be this one. NAME is the group's, or NULL.
 */
static void
mention_others(struct finder *finder, struct access_mention *mention, const char *name)
{
	const struct principals *principals = finder->principals;
	autofree char *marked = memory_printf("(%s)", name != NULL ? name : "");
	if (table_get(&finder->extra, marked) != NULL)
		return;
	if (!principals->groups_complete && mention->other_match == ACCESS_MATCH_NO)
		mention->other_match = ACCESS_MATCH_UNSURE;
	mention->may_mean_strangers = mention->may_mean_strangers ||
		!principals->users_complete;
}

static void
mention_gid(struct finder *finder, struct access_mention *mention, gid_t gid)
{
	size_t count;
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
		else
			add_stranger(finder, members[i].user, mention, false);
	}
}

/* False when there is no such group. */
static bool
mention_group(struct finder *finder, struct access_mention *mention, const char *name)
{
	gid_t gid;
	bool is_known = principals_group(finder->principals, name, &gid);
	if (is_known)
		mention_gid(finder, mention, gid);
	if (is_known || !finder->principals->groups_complete)
		mention_others(finder, mention, name);
	return is_known;
}

/* "(name)", from 1.7.0 on also "(gid)". 1.7.0 itself asks whether the user called like
 * the group is in the group called like the user, unless a distribution has put it right.
 */
static void
mention_marked_group(
	struct finder *finder, struct access_mention *mention, const char *name)
{
	const struct access_version *version = &finder->conf->version;
	long gid;
	if (version->loses_groups != ACCESS_DOES_NOT) {
		mention->people_match = ACCESS_MATCH_UNSURE;
		if (principals_user(finder->principals, name) != NULL)
			mention->other_match = ACCESS_MATCH_UNSURE;
	}
	if (mention_group(finder, mention, name) ||
		version->has_numbers == ACCESS_DOES_NOT || !text_is_digits(name))
		return;
	if (version->has_numbers == ACCESS_MAYBE)
		mention->people_match = ACCESS_MATCH_UNSURE;
	if (text_number(name, 0, UINT32_MAX, &gid, NULL) == 0 &&
		principals_gid(finder->principals, (gid_t)gid)) {
		mention_gid(finder, mention, (gid_t)gid);
		mention_others(finder, mention, NULL);
	}
}

/* "@name" any of the netgroup's users, "@@name" those with this machine. */
static void
mention_netgroup(struct finder *finder, struct access_mention *mention, const char *name)
{
	bool with_machine = name[0] == '@';
	const struct netgroup *netgroup = netgroup_find(
		&finder->people->mentions->netgroups, name + with_machine);
	bool is_unsure = netgroup->is_unsure;
	for (size_t i = 0; i < netgroup->count; i++) {
		const struct netgroup_triple *triple = &netgroup->triples[i];
		if (with_machine && triple->machine != NULL && !finder->has_machine) {
			is_unsure = true;
			continue;
		}
		if (with_machine && !netgroup_is_machine(triple, finder->machine.name))
			continue;
		if (triple->user == NULL) {
			mention->other_match = mention->people_match;
			continue;
		}
		const struct principal *user = principals_user(
			finder->principals, triple->user);
		if (user != NULL)
			add_pair(finder, (size_t)(user - finder->principals->users),
				mention);
		else
			add_stranger(finder, triple->user, mention, false);
	}
	if (is_unsure && mention->other_match == ACCESS_MATCH_NO)
		mention->other_match = ACCESS_MATCH_UNSURE;
}

/* user_match, for the part of a word that names users. */
static void
mention_users(struct finder *finder, struct access_mention *mention, const char *name)
{
	size_t length = strlen(name);
	if (name[0] == '(' && name[length - 1] == ')') {
		if (length < 3)
			return;
		autofree char *group = memory_copy(name + 1, length - 2);
		mention_marked_group(finder, mention, group);
	} else if (name[0] == '@') {
		mention_netgroup(finder, mention, name + 1);
	} else if (strcasecmp(name, "ALL") == 0) {
		mention->other_match = mention->people_match;
	} else {
		const struct access_version *version = &finder->conf->version;
		autofree char *key = lower(name);
		mention->same_name = table_get(&finder->by_name, key);
		table_set(&finder->by_name, key, mention);
		if (version->has_numbers != ACCESS_DOES_NOT && text_is_digits(name)) {
			table_set(&finder->by_uid, name, mention);
			mention->may_mean_strangers = !finder->principals->users_complete;
			if (version->has_numbers == ACCESS_MAYBE)
				mention->people_match = ACCESS_MATCH_UNSURE;
		}
		bool is_group = !finder->conf->settings.only_marked_groups &&
			mention_group(finder, mention, name);
		if (!is_group)
			add_stranger(finder, name, mention, true);
	}
}

/* "user@host": whether the host is this machine. */
static enum access_match
match_machine(struct finder *finder, const char *host)
{
	enum access_cache cache = ACCESS_CACHE_NONE;
	if (strcasecmp(host, "ALL") == 0)
		return ACCESS_MATCH_YES;
	if (!finder->has_machine)
		return ACCESS_MATCH_UNSURE;
	return access_origin_match(&finder->machine, host, &cache);
}

static void
add_mention(struct finder *finder, const char *token)
{
	struct access_mentions *mentions = finder->people->mentions;
	if (table_get(&mentions->by_token, token) != NULL)
		return;
	struct access_mention *mention = memory_new(1, sizeof *mention);
	*mention = (struct access_mention){ .token = memory_text(token),
		.people_match = ACCESS_MATCH_YES };
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
	autofree char *name = memory_copy(token, (size_t)(at - token));
	mention->people_match = match_machine(finder, at + 1);
	if (mention->people_match != ACCESS_MATCH_NO)
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

/* Pairs the user at INDEX with the mentions of his name, uid and primary group. */
static void
pair_user(struct finder *finder, size_t index)
{
	const struct principal *user = &finder->principals->users[index];
	autofree char *key = lower(user->name);
	for (struct access_mention *mention = table_get(&finder->by_name, key);
		mention != NULL; mention = mention->same_name)
		add_pair(finder, index, mention);
	if (finder->by_uid.count > 0) {
		autofree char *uid = memory_printf("%u", user->uid);
		struct access_mention *mention = table_get(&finder->by_uid, uid);
		if (mention != NULL)
			add_pair(finder, index, mention);
	}
	size_t low = 0, high = finder->group_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (finder->groups[middle].gid < user->gid)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < finder->group_count && finder->groups[low].gid == user->gid; low++)
		add_pair(finder, index, finder->groups[low].mention);
}

static void
pair_users(struct finder *finder)
{
	const struct principals *principals = finder->principals;
	if (finder->group_count > 0)
		qsort(finder->groups, finder->group_count, sizeof *finder->groups,
			by_gid);
	for (size_t i = 0; i < principals->user_count; i++)
		/* a second entry of a name is never found */
		if (principals_user(principals, principals->users[i].name) ==
			&principals->users[i])
			pair_user(finder, i);
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
add_to_mention(struct access_mention *mention, size_t person)
{
	if (mention->count > 0 && mention->people[mention->count - 1] == person)
		return;
	mention->people = memory_grow(
		mention->people, mention->count, sizeof *mention->people);
	mention->people[mention->count++] = person;
}

static int
by_stranger(const void *a, const void *b)
{
	return strcasecmp(
		((const struct stranger *)a)->name, ((const struct stranger *)b)->name);
}

/* One person a name. Names that differ in case alone are one, as to user_match. */
static void
add_strangers(struct finder *finder)
{
	struct access_mentions *mentions = finder->people->mentions;
	const char *last = NULL;
	if (finder->stranger_count > 0)
		qsort(finder->strangers, finder->stranger_count,
			sizeof *finder->strangers, by_stranger);
	for (size_t i = 0; i < finder->stranger_count; i++) {
		const struct stranger *stranger = &finder->strangers[i];
		if (stranger->is_written && stranger->mention->count > 0)
			continue; /* he is one of this root's */
		if (last == NULL || strcasecmp(last, stranger->name) != 0) {
			mentions->names = memory_grow(mentions->names,
				mentions->name_count, sizeof *mentions->names);
			last = mentions->names[mentions->name_count++] = memory_text(
				stranger->name);
			add_person(finder->people, last, NULL);
		}
		add_to_mention(stranger->mention, finder->people->count - 1);
	}
}

static void
finder_free(struct finder *finder)
{
	for (size_t i = 0; i < finder->stranger_count; i++)
		free(finder->strangers[i].name);
	free(finder->strangers);
	free(finder->pairs);
	free(finder->groups);
	table_free(&finder->by_name);
	table_free(&finder->by_uid);
	table_free(&finder->extra);
	access_origin_close(&finder->machine);
}

void
access_people_find(const struct access_conf *conf, const struct principals *principals,
	char *const *extra, struct access_people *ret_people)
{
	char machine[MACHINE_NAME_MAX + 1] = "";
	struct finder finder = {
		.conf = conf,
		.principals = principals,
		.people = ret_people,
	};
	*ret_people = (struct access_people){
		.mentions = memory_new(1, sizeof *ret_people->mentions),
	};
	if (conf->host != NULL) {
		netgroups_open(conf->host, &ret_people->mentions->netgroups);
		finder.has_machine = machine_name(conf->host, machine);
	}
	access_origin_open(
		conf, &ret_people->mentions->netgroups, machine, true, &finder.machine);
	for (char *const *name = extra; name != NULL && *name != NULL; name++)
		table_set(&finder.extra, *name, *name);
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
		if (!paired && user->uid != 0 &&
			table_get(&finder.extra, user->name) == NULL)
			continue;
		size_t person = add_person(ret_people, user->name, user);
		for (; pair < finder.pair_count && finder.pairs[pair].user == i; pair++)
			add_to_mention(finder.pairs[pair].mention, person);
	}
	add_strangers(&finder);
	finder_free(&finder);
}

bool
access_people_have_group(const struct access_people *people, const char *token)
{
	const struct access_mention *mention = table_get(
		&people->mentions->by_token, token);
	autofree char *name = memory_copy(token, strcspn(token, "@"));
	if (mention == NULL || people->mentions->too_many)
		return true;
	for (size_t i = 0; i < mention->count; i++)
		if (strcasecmp(people->items[mention->people[i]].name, name) != 0)
			return true;
	return mention->other_match != ACCESS_MATCH_NO || mention->may_mean_strangers;
}

void
access_people_free(struct access_people *people)
{
	struct access_mentions *mentions = people->mentions;
	for (size_t i = 0; mentions != NULL && i < mentions->count; i++) {
		free(mentions->items[i]->token);
		free(mentions->items[i]->people);
		free(mentions->items[i]);
	}
	for (size_t i = 0; mentions != NULL && i < mentions->name_count; i++)
		free(mentions->names[i]);
	if (mentions != NULL) {
		free(mentions->items);
		free(mentions->names);
		table_free(&mentions->by_token);
		netgroups_close(&mentions->netgroups);
	}
	free(mentions);
	free(people->items);
	*people = (struct access_people){ 0 };
}
