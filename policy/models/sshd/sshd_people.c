#include "policy/models/sshd/sshd_people.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/principals.h"
#include "base/table.h"
#include "policy/models/sshd/sshd_config.h"
#include "policy/models/sshd/sshd_names.h"

enum {
	COST_MAX = 64 << 20, /* users times bytes of patterns and of groups */
	PEOPLE_MAX = 1000,
};

static bool
is_asked(const struct sshd_block_criterion *criterion)
{
	return criterion->kind == SSHD_BY_USER || criterion->kind == SSHD_BY_GROUP;
}

/* The bytes of all patterns for users and groups; 0 when none is for groups. */
static size_t
measure(const struct sshd_config *config)
{
	size_t bytes = 0;
	bool groups = false;
	for (size_t i = 0; i < config->block_count; i++)
		for (size_t k = 0; k < config->blocks[i].count; k++) {
			const struct sshd_block_criterion *criterion =
				&config->blocks[i].criteria[k];
			if (is_asked(criterion))
				bytes += strlen(criterion->pattern) + 1;
			groups = groups || criterion->kind == SSHD_BY_GROUP;
		}
	return groups ? bytes : 0;
}

/* Which criteria PERSON meets: a letter for each. */
static char *
criteria_met(const struct sshd_config *config, const struct sshd_account *person)
{
	struct buffer met = { 0 };
	struct sshd_connection connection = { { "", "", "", "", "", "", "" } };
	connection.values[SSHD_BY_USER] = person->user;
	connection.values[SSHD_BY_GROUP] = person->groups;
	for (size_t i = 0; i < config->block_count; i++)
		for (size_t k = 0; k < config->blocks[i].count; k++) {
			const struct sshd_block_criterion *criterion =
				&config->blocks[i].criteria[k];
			if (is_asked(criterion))
				buffer_text(&met,
					sshd_match_criterion(criterion, &connection) == 1
						? "1"
						: "0");
		}
	return buffer_take(&met);
}

static void
add_person(struct sshd_people *people, const char *user, const char *groups)
{
	people->items = memory_grow(people->items, people->count, sizeof *people->items);
	people->items[people->count++] = (struct sshd_account){ memory_text(user),
		memory_text(groups) };
}

void
sshd_people_read(struct sshd_config *config)
{
	struct sshd_people *people = &config->people;
	size_t bytes = config->host != NULL ? measure(config) : 0, cost = 0;
	if (bytes == 0)
		return;
	const struct principals *accounts = principals_with_groups(config->host);
	if (accounts->passwd->state != FILE_READ || accounts->group->state != FILE_READ ||
		!accounts->users_complete || !accounts->groups_complete)
		return;
	struct table seen = { 0 };
	people->known = people->complete = true;
	for (size_t i = 0; i < accounts->user_count; i++) {
		const struct principal *user = &accounts->users[i];
		if (principals_user(accounts, user->name) != user)
			continue; /* getpwnam(3) finds the first of a name */
		const char *groups = accounts->users[i].groups;
		cost += bytes + strlen(groups);
		if (cost > COST_MAX || people->count == PEOPLE_MAX) {
			people->complete = false;
			break;
		}
		struct sshd_account person = { user->name, (char *)groups };
		autofree char *met = criteria_met(config, &person);
		if (table_get(&seen, met) == NULL) {
			table_set(&seen, met, config);
			add_person(people, user->name, groups);
		}
	}
	table_free(&seen);
}

char *
sshd_people_groups(const struct sshd_config *config, const char *user)
{
	const struct principal *found = principals_user(
		principals_with_groups(config->host), user);
	return memory_text(found != NULL ? found->groups : "");
}

void
sshd_people_free(struct sshd_people *people)
{
	for (size_t i = 0; i < people->count; i++) {
		free(people->items[i].user);
		free(people->items[i].groups);
	}
	free(people->items);
	*people = (struct sshd_people){ 0 };
}
