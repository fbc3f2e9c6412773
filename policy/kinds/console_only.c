/* Whom `only` names. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/console_conf.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/console_scene.h"

enum { SHOWN_MAX = 10 }; /* names of one list */

/* The name in "(name)"; NULL for what is no group. The caller frees. */
static char *
group_name(const char *name)
{
	size_t length = strlen(name);
	return length > 2 && name[0] == '(' && name[length - 1] == ')'
		? memory_copy(name + 1, length - 2)
		: NULL;
}

/* What pam_access takes a name for instead of a user's: user_match() and list_match() of
 * pam_access.c; and how other tools mark a group. NULL: nothing. */
static const char *
other_meaning(const char *name)
{
	if (name[0] == '%' || name[0] == '&')
		return "a group is written (wheel)";
	if (strchr(name, '@') != NULL)
		return "neither a netgroup nor a user of one host can be named";
	if (strcasecmp(name, "ALL") == 0 || strcasecmp(name, "EXCEPT") == 0)
		return "it is a word of access.conf's, no user";
	return NULL;
}

/* The form of an allow line in console.conf is what both ways of refusing understand. */
static const char *
mistake_in(const char *name)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	int result;
	if (other_meaning(name) != NULL)
		return other_meaning(name);
	/* a uid has one spelling, or what is asked for and what is there never agree */
	if (text_is_digits(name) && name[0] == '0' && name[1] != '\0')
		return "a uid is written without zeros before it";
	autofree char *text = memory_printf(
		"control c\npolicy %064d\nallow %s\n", 0, name);
	console_conf_begin(&conf, text, strlen(text));
	while ((result = console_conf_next(&conf, &entry)) > 0)
		continue;
	return result < 0 ? conf.error : NULL;
}

void
console_validate_only(const struct value *only, struct problems *problems)
{
	if (only->count == 0)
		problems_add(problems, only->at,
			"console.only: name at least one user, or nobody can log in");
	for (size_t i = 0; i < only->count; i++) {
		const char *mistake = mistake_in(only->items[i].text);
		if (mistake != NULL)
			problems_add(problems, only->items[i].at,
				"console.only: '%s' is no user, (group) or uid: %s",
				only->items[i].text, mistake);
	}
}

static bool
has_uid(const struct principals *principals, const char *digits)
{
	long uid;
	if (text_number(digits, 0, UINT32_MAX, &uid, NULL) < 0)
		return false;
	for (size_t i = 0; i < principals->user_count; i++)
		if (principals->users[i].uid == (uid_t)uid)
			return true;
	return false;
}

/* Whether no account or group of this host is called NAME, as far as can be told. */
static bool
is_missing(const struct principals *principals, const char *name)
{
	gid_t gid;
	autofree char *group = group_name(name);
	if (strcmp(name, "root") == 0)
		return false; /* the module lets that name in, and a host has it */
	if (group != NULL)
		return principals->groups_complete &&
			principals->group->state == FILE_READ &&
			!principals_group(principals, group, &gid);
	return principals->users_complete && principals->passwd->state == FILE_READ &&
		!(text_is_digits(name) ? has_uid(principals, name)
				       : principals_user(principals, name) != NULL);
}

/* "a, b, 3 more" */
static void
add_name(struct buffer *text, const char *name, size_t count)
{
	if (count <= SHOWN_MAX)
		buffer_printf(text, "%s%s", count > 1 ? ", " : "", name);
}

static void
add_rest(struct buffer *text, size_t count)
{
	if (count > SHOWN_MAX)
		buffer_printf(text, ", %zu more", count - SHOWN_MAX);
}

/* The user or group whose name is like NAME; NULL. */
static const char *
find_nearest(const struct principals *principals, const char *name, bool is_group)
{
	size_t count = is_group ? principals->group_count : principals->user_count;
	autofree const char **names = memory_new(count + 1, sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = is_group ? principals->groups[i].group
				    : principals->users[i].name;
	return text_nearest(name, names);
}

char *
console_only(const struct console_facts *facts)
{
	const struct value *only = value_find(facts->control->keys, "only");
	autobuffer struct buffer text = { 0 };
	for (size_t i = 0; i < only->count; i++)
		add_name(&text, only->items[i].text, i + 1);
	add_rest(&text, only->count);
	return buffer_take(&text);
}

/* "user roto (did you mean root?), group whel", and in *RET_COUNT how many; the caller
 * frees. */
static char *
find_missing(const struct console_facts *facts, size_t *ret_count)
{
	const struct value *only = value_find(facts->control->keys, "only");
	const struct principals *principals = facts->principals;
	autobuffer struct buffer text = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < only->count; i++) {
		const char *name = only->items[i].text;
		if (!is_missing(principals, name) || ++count > SHOWN_MAX)
			continue;
		autofree char *group = group_name(name);
		bool is_uid = group == NULL && text_is_digits(name);
		const char *bare = group != NULL ? group : name;
		const char *near = is_uid ? NULL
					  : find_nearest(principals, bare, group != NULL);
		buffer_printf(&text, "%s%s %s", count > 1 ? ", " : "",
			group != NULL    ? "group"
				: is_uid ? "uid"
					 : "user",
			bare);
		if (near != NULL)
			buffer_printf(&text, " (did you mean %s?)", near);
	}
	add_rest(&text, count);
	*ret_count = count;
	return buffer_take(&text);
}

void
console_judge_only(const struct console_facts *facts, struct findings *findings)
{
	const struct value *only = value_find(facts->control->keys, "only");
	size_t count;
	autofree char *missing = find_missing(facts, &count);
	if (count == 0)
		return;
	struct finding *finding = findings_add(findings,
		count == only->count ? VERDICT_FAIL : VERDICT_PASS, "names in only");
	finding->is_note = true;
	finding_want(finding, "at least one that this host knows");
	finding_have(finding, "this host has no %s", missing);
	if (count == only->count)
		finding_why(finding, "nobody could log in at the console");
	finding_evidence_file(finding, facts->principals->passwd->path);
}

int
console_check_only(const struct console_facts *facts, struct error *err)
{
	const struct value *only = value_find(facts->control->keys, "only");
	size_t count;
	autofree char *missing = find_missing(facts, &count);
	return count < only->count
		? 0
		: error_set(err,
			  "this host has no %s: nobody could log in at the console; "
			  "name somebody in only",
			  missing);
}

bool
console_allows(const struct console_facts *facts, const struct access_person *person)
{
	const struct value *only = value_find(facts->control->keys, "only");
	autofree char *uid = memory_printf("%u", person->user ? person->user->uid : 0);
	for (size_t i = 0; person->name != NULL && i < only->count; i++) {
		const char *wanted = only->items[i].text;
		/* digits are a uid, whatever a user may be called */
		if (!text_is_digits(wanted) && strcmp(wanted, person->name) == 0)
			return true;
		if (person->user == NULL)
			continue;
		autofree char *group = group_name(wanted);
		if (group != NULL ? principals_in_group(
					    facts->principals, person->user, group)
				  : strcmp(uid, wanted) == 0)
			return true;
	}
	return false;
}
