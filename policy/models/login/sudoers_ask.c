/* What sudo answers to a user who wants to be root. Sources: sudoers_lookup_check in
 * parse.c and userlist_matches, hostlist_matches, runaslist_matches, cmnd_matches in
 * match.c of sudo 1.9: what stands last decides, in lists and over all rules. */
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/login/sudoers_rule.h"

enum {
	ALIAS_DEPTH_MAX = 20,
	/* members compared for one user, and for all: aliases of aliases multiply */
	STEPS_FOR_USER_MAX = 200000,
	STEPS_MAX = 20000000,
};

enum match {
	DENIED = 0,
	ALLOWED = 1,
	UNSAID = -1,
};

struct question {
	struct sudoers *sudoers;
	const struct principals *principals;
	const struct principal *user;
	struct place place; /* of the rule */
	size_t steps;
};

typedef enum match
matcher(struct question *question, const struct sudoers_item *item, unsigned depth);

static enum match
match_list(struct question *question, const struct sudoers_list *list, matcher *match,
	unsigned depth)
{
	for (size_t i = list->count; i-- > 0;) {
		const struct sudoers_item *item = &list->items[i];
		if (++question->steps > STEPS_FOR_USER_MAX ||
			++question->sudoers->steps > STEPS_MAX) {
			sudoers_doubt(question->sudoers, question->place,
				"its aliases are too many to follow");
			return UNSAID;
		}
		enum match answer = match(question, item, depth);
		if (answer != UNSAID)
			return item->negated ? !answer : answer;
	}
	return UNSAID;
}

/* The members of an alias; UNSAID when TEXT is none. */
static enum match
match_alias(struct question *question, char type, const char *text, matcher *match,
	unsigned depth)
{
	autofree char *key = memory_printf("%c:%s", type, text);
	const struct sudoers_list *list = table_get(&question->sudoers->aliases, key);
	if (list == NULL || depth == ALIAS_DEPTH_MAX)
		return UNSAID;
	return match_list(question, list, match, depth + 1);
}

static bool
is_number(const char *text, unsigned long wanted)
{
	long number;
	return text_number(text, 0, UINT32_MAX, &number, NULL) == 0 &&
		(unsigned long)number == wanted;
}

/* Whether USER is whom TEXT names: a name, %group, %#gid, #uid. */
static enum match
match_name(struct question *question, const char *text, const struct principal *user)
{
	if (strcmp(text, "ALL") == 0)
		return ALLOWED;
	if (text[0] == '+' || strncmp(text, "%:", 2) == 0) {
		sudoers_doubt(question->sudoers, question->place,
			"a netgroup, or a group that is none of the system's");
		return UNSAID;
	}
	if (strncmp(text, "%#", 2) == 0) {
		/* no group of the name: principals.h knows no gids but through names */
		for (size_t i = 0; i < question->principals->group_count; i++) {
			const struct membership *group = &question->principals->groups[i];
			if (is_number(text + 2, group->gid) &&
				principals_in_group(
					question->principals, user, group->group))
				return ALLOWED;
		}
		return is_number(text + 2, user->gid) ? ALLOWED : UNSAID;
	}
	if (text[0] == '%')
		return principals_in_group(question->principals, user, text + 1) ? ALLOWED
										 : UNSAID;
	if (text[0] == '#')
		return is_number(text + 1, user->uid) ? ALLOWED : UNSAID;
	/* case_insensitive_user is on by default */
	return strcasecmp(text, user->name) == 0 ? ALLOWED : UNSAID;
}

static enum match
match_user(struct question *question, const struct sudoers_item *item, unsigned depth)
{
	enum match answer = match_alias(question, 'U', item->text, match_user, depth);
	return answer != UNSAID ? answer
				: match_name(question, item->text, question->user);
}

static enum match
match_root(struct question *question, const struct sudoers_item *item, unsigned depth)
{
	const struct principal root = { .name = "root", .uid = 0, .gid = 0 };
	enum match answer = match_alias(question, 'R', item->text, match_root, depth);
	return answer != UNSAID ? answer : match_name(question, item->text, &root);
}

static enum match
match_host(struct question *question, const struct sudoers_item *item, unsigned depth)
{
	const char *name = question->sudoers->hostname;
	enum match answer = match_alias(question, 'H', item->text, match_host, depth);
	if (answer != UNSAID)
		return answer;
	if (strcmp(item->text, "ALL") == 0)
		return ALLOWED;
	if (item->text[0] == '+' || name == NULL ||
		item->text[strspn(item->text, "0123456789./")] == '\0') {
		sudoers_doubt(question->sudoers, question->place,
			"whether it means this host can't be told");
		return UNSAID;
	}
	autofree char *short_name = memory_copy(name, strcspn(name, "."));
	return fnmatch(item->text, name, FNM_CASEFOLD) == 0 ||
			fnmatch(item->text, short_name, FNM_CASEFOLD) == 0
		? ALLOWED
		: UNSAID;
}

/* A command that is as good as any. */
static bool
is_shell(const char *text)
{
	static const char *const names[] = { "sh", "bash", "dash", "zsh", "ksh", "csh",
		"tcsh", "fish", "su", NULL };
	size_t length = strcspn(text, " ");
	const char *arguments = text + length;
	autofree char *path = memory_copy(text, length);
	const char *slash = strrchr(path, '/');
	/* with arguments it is that one command; a lone - and root are su's own */
	if (slash == NULL ||
		(*arguments != '\0' && strcmp(arguments, " -") != 0 &&
			strcmp(arguments, " root") != 0 &&
			strcmp(arguments, " - root") != 0))
		return false;
	for (const char *const *name = names; *name != NULL; name++)
		if (strcmp(slash + 1, *name) == 0)
			return true;
	return false;
}

/* Whether any command at all may be run: what denies single commands leaves others. */
static enum match
match_any_command(
	struct question *question, const struct sudoers_item *item, unsigned depth)
{
	enum match answer = match_alias(
		question, 'C', item->text, match_any_command, depth);
	if (answer != UNSAID)
		return answer;
	if (strcmp(item->text, "ALL") == 0)
		return ALLOWED;
	return !item->negated && is_shell(item->text) ? ALLOWED : UNSAID;
}

static bool
applies(struct question *question, const struct sudoers_default *entry)
{
	switch (entry->kind) {
	case '\0':
		return true;
	case '@':
		return match_list(question, &entry->scope, match_host, 0) == ALLOWED;
	case ':':
		return match_list(question, &entry->scope, match_user, 0) == ALLOWED;
	case '>':
		return match_list(question, &entry->scope, match_root, 0) == ALLOWED;
	default:
		return false;
	}
}

static bool
is_on(struct question *question, enum sudoers_setting setting, bool otherwise)
{
	bool on = otherwise;
	for (size_t i = 0; i < question->sudoers->default_count; i++) {
		const struct sudoers_default *entry = &question->sudoers->defaults[i];
		if (entry->settings[setting] != SUDOERS_UNSAID &&
			applies(question, entry))
			on = entry->settings[setting] == SUDOERS_ON;
	}
	return on;
}

static bool
is_root_by_default(struct question *question)
{
	const char *name = "root";
	for (size_t i = 0; i < question->sudoers->default_count; i++) {
		const struct sudoers_default *entry = &question->sudoers->defaults[i];
		if (entry->runas != NULL && applies(question, entry))
			name = entry->runas;
	}
	return strcmp(name, "root") == 0 || strcmp(name, "#0") == 0;
}

static enum sudoers_password
password_for(struct question *question, const struct sudoers_spec *spec)
{
	if (spec->password == SUDOERS_TAG_NOPASSWD ||
		(spec->password == SUDOERS_TAG_UNSET &&
			!is_on(question, SUDOERS_AUTHENTICATE, true)))
		return SUDOERS_NONE;
	return is_on(question, SUDOERS_ROOTPW, false) ||
			is_on(question, SUDOERS_TARGETPW, false) ||
			is_on(question, SUDOERS_RUNASPW, false)
		? SUDOERS_OF_ROOT
		: SUDOERS_OWN;
}

/* What one of a rule's grants says, last command first. UNSAID: another may decide. */
static enum match
ask_grant(struct question *question, const struct sudoers_grant *grant,
	struct sudoers_right *right)
{
	for (size_t i = grant->spec_count; i-- > 0;) {
		const struct sudoers_spec *spec = &grant->specs[i];
		const struct sudoers_list command = {
			(struct sudoers_item *)&spec->command, 1
		};
		bool as_root = spec->runas != NULL
			? match_list(question, spec->runas, match_root, 0) == ALLOWED
			: is_root_by_default(question);
		enum match answer = as_root
			? match_list(question, &command, match_any_command, 0)
			: UNSAID;
		if (!spec->command.negated && right->answer == SUDOERS_NOTHING)
			*right = (struct sudoers_right){ SUDOERS_SOME, SUDOERS_OWN,
				question->place };
		if (answer == UNSAID || (answer == ALLOWED && spec->is_limited))
			continue;
		*right = (struct sudoers_right){ answer == ALLOWED ? SUDOERS_ROOT
								   : SUDOERS_SOME,
			password_for(question, spec), question->place };
		return answer;
	}
	return UNSAID;
}

struct sudoers_right
sudoers_ask(struct sudoers *sudoers, const struct principals *principals,
	const struct principal *user)
{
	struct sudoers_right right = { 0 };
	struct question question = { sudoers, principals, user, { 0 }, 0 };
	for (size_t i = sudoers->rule_count; i-- > 0;) {
		const struct sudoers_rule *rule = &sudoers->rules[i];
		question.place = rule->place;
		if (match_list(&question, &rule->users, match_user, 0) != ALLOWED)
			continue;
		for (size_t k = rule->grant_count; k-- > 0;) {
			const struct sudoers_grant *grant = &rule->grants[k];
			if (match_list(&question, &grant->hosts, match_host, 0) ==
					ALLOWED &&
				ask_grant(&question, grant, &right) != UNSAID)
				return right;
		}
	}
	return right;
}
