/* Whom a console.conf lets in, as pam_holdfast.so reads it: pam_module/rule.c. */
#include <stdlib.h>
#include <string.h>

#include "base/console_conf.h"
#include "base/memory.h"
#include "policy/kinds/console_scene.h"

enum { GROUPS_MAX = 1000 };

void
console_names_read(const struct file *file, struct console_names *names)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	int result;
	console_conf_begin(
		&conf, file->bytes.size > 0 ? file->bytes.data : "", file->bytes.size);
	while ((result = console_conf_next(&conf, &entry)) > 0) {
		autofree char *text = memory_copy(entry.text, entry.size);
		if (entry.kind == CONSOLE_CONF_USER) {
			table_set(&names->users, text, names);
		} else if (entry.kind == CONSOLE_CONF_UID) {
			autofree char *uid = memory_printf("%u", entry.uid);
			table_set(&names->uids, uid, names);
		} else if (entry.kind == CONSOLE_CONF_GROUP) {
			names->groups = memory_grow(
				names->groups, names->group_count, sizeof *names->groups);
			names->groups[names->group_count++] = text;
			text = NULL;
		}
	}
	names->is_wrong = names->is_wrong || result < 0;
}

enum access_answer
console_names_have(const struct console_names *names, const struct principals *principals,
	const struct principal *user)
{
	gid_t gid;
	enum access_answer answer = ACCESS_REFUSED;
	autofree char *uid = memory_printf("%u", user->uid);
	if (table_get(&names->users, user->name) != NULL ||
		table_get(&names->uids, uid) != NULL)
		return ACCESS_ADMITTED;
	for (size_t i = 0; i < names->group_count; i++) {
		if (i == GROUPS_MAX)
			return ACCESS_UNKNOWN;
		if (principals_in_group(principals, user, names->groups[i]))
			return ACCESS_ADMITTED;
		if (!principals->groups_complete &&
			!principals_group(principals, names->groups[i], &gid))
			answer = ACCESS_UNKNOWN;
	}
	return answer;
}

enum access_answer
console_names_person(const struct console_names *names,
	const struct principals *principals, const struct access_person *person)
{
	if (person->user != NULL)
		return console_names_have(names, principals, person->user);
	if (person->name == NULL)
		return ACCESS_REFUSED;
	if (table_get(&names->users, person->name) != NULL)
		return ACCESS_ADMITTED;
	/* another source knows the account, its number and groups */
	return names->group_count > 0 || names->uids.count > 0 ? ACCESS_UNKNOWN
							       : ACCESS_REFUSED;
}

void
console_names_free(struct console_names *names)
{
	for (size_t i = 0; i < names->group_count; i++)
		free(names->groups[i]);
	free(names->groups);
	table_free(&names->users);
	table_free(&names->uids);
	*names = (struct console_names){ 0 };
}
