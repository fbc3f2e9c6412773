/* What pam_access says to one person. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/pam/access_conf.h"
#include "policy/models/pam/pam_answer.h"

/* The rules that one line of pam_access asks, and what they said so far. */
struct rules {
	struct access_conf conf;
	struct access_people people;
	struct table decisions; /* "r192.0.2.1", "ltty1" -> array */
};

static void
release_rules(void *memory)
{
	struct rules *rules = memory;
	for (size_t i = 0; i < rules->decisions.capacity; i++)
		if (rules->decisions.slots[i].key != NULL)
			free(rules->decisions.slots[i].value);
	table_free(&rules->decisions);
	access_people_free(&rules->people);
	access_conf_free(&rules->conf);
	free(rules);
}

static struct rules *
find_rules(const struct pam_person *person, const char *arguments)
{
	struct host *host = person->context->host;
	autofree char *key = memory_printf("pam_person access %s", arguments);
	struct rules *rules = host_note(host, key);
	if (rules == NULL) {
		struct access_settings settings;
		rules = memory_new(1, sizeof *rules);
		access_settings_read(arguments, &settings);
		access_conf_read(person->context, &settings, &rules->conf);
		access_people_find(
			&rules->conf, person->principals, person->names, &rules->people);
		host_set_note(host, key, rules, release_rules);
	}
	return rules;
}

uint32_t
pam_answer_access(struct pam_question *question)
{
	const struct pam_person *person = question->person;
	struct rules *rules = find_rules(person, question->step->arguments);
	autofree char *key = memory_printf(
		"%c%s", person->is_remote ? 'r' : 'l', person->origin);
	struct access_decision *decisions = table_get(&rules->decisions, key);
	if (decisions == NULL) {
		decisions = memory_new(rules->people.count, sizeof *decisions);
		access_judge(&rules->conf, &rules->people, person->origin,
			person->is_remote, 0, decisions);
		table_set(&rules->decisions, key, decisions);
	}
	size_t index = 0; /* any other user */
	for (size_t i = 1; i < rules->people.count && person->user != NULL; i++)
		if (rules->people.items[i].name != NULL &&
			strcmp(rules->people.items[i].name, person->user->name) == 0)
			index = i;
	const struct access_decision *decision = &decisions[index];
	if (decision->rule != NULL)
		question->answer->place = decision->rule->place;
	if (decision->answer == ACCESS_ADMITTED)
		return PAM_SET(SUCCESS);
	question->answer->why = "the first rule that matches refuses";
	if (decision->rule != NULL && decision->rule->for_all)
		question->answer->why = decision->rule->reason;
	else if (decision->answer == ACCESS_UNKNOWN)
		question->answer->why = "whether the rule matches can't be told";
	/* of its arguments: pam_sm_authenticate() of pam_access.c */
	uint32_t refused = PAM_SET(REFUSED);
	if (decision->rule != NULL && decision->rule->for_all)
		refused |= PAM_SET(ABORT);
	return decision->answer == ACCESS_REFUSED ? refused : refused | PAM_SET(SUCCESS);
}
