#include "pam_module/rule.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "base/console_conf.h"
#include "base/console_file.h"

enum {
	GROUPS_START = 64,
	GROUPS_MAX = 65536, /* NGROUPS_MAX of Linux */
	ENTRY_START = 1024, /* bytes of a group's entry, its members too */
	ENTRY_MAX = 16 << 20,
};

/* One account and, once they are asked for, its groups. */
struct account {
	const char *user;
	size_t user_size;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int group_count;
	bool some_missing; /* of the groups, for want of memory */
};

static int
fail(struct rule *rule, const char *what)
{
	rule->no_memory = errno == ENOMEM;
	rule->error = what;
	return -1;
}

/* All groups of the account in one call, where the name service needs one for each.
 * Without memory glibc leaves groups out and says nothing but errno (grp/initgroups.c).
 */
static int
load_groups(struct account *account)
{
	for (int room = GROUPS_START; account->groups == NULL; room *= 2) {
		int count = room;
		if (room > GROUPS_MAX)
			return -1;
		gid_t *groups = malloc((size_t)room * sizeof *groups);
		if (groups == NULL)
			return -1;
		errno = 0;
		if (getgrouplist(account->user, account->gid, groups, &count) < 0) {
			free(groups);
			continue;
		}
		account->some_missing = errno == ENOMEM;
		account->groups = groups;
		account->group_count = count;
	}
	return 0;
}

/* Whether there is a group NAME, and its gid: 1, 0, or -1 with errno. */
static int
find_group(const char *name, gid_t *ret_gid)
{
	char start[ENTRY_START], *memory = NULL, *buffer = start;
	size_t room = sizeof start;
	struct group entry, *found = NULL;
	int error;
	while ((error = getgrnam_r(name, &entry, buffer, room, &found)) == ERANGE &&
		room < ENTRY_MAX) {
		char *larger = realloc(memory, room *= 2);
		if (larger == NULL) {
			error = ENOMEM;
			break;
		}
		buffer = memory = larger;
	}
	if (found != NULL)
		*ret_gid = entry.gr_gid;
	free(memory);
	errno = error;
	/* getgrnam_r(3): these mean that there is none */
	bool none = error == 0 || error == ENOENT || error == ESRCH || error == EBADF ||
		error == EPERM;
	return found != NULL ? 1 : none ? 0 : -1;
}

/* Whether the account is in the group NAME: 1, 0, or -1 with errno. */
static int
is_member(struct account *account, const char *name)
{
	gid_t gid = 0;
	int found = find_group(name, &gid);
	if (found <= 0)
		return found;
	if (load_groups(account) < 0) {
		errno = ENOMEM;
		return -1;
	}
	for (int i = 0; i < account->group_count; i++)
		if (account->groups[i] == gid)
			return 1;
	errno = ENOMEM;
	return account->some_missing ? -1 : 0;
}

static void
keep(char to[65], const struct console_conf_entry *entry)
{
	memcpy(to, entry->text, entry->size);
	to[entry->size] = '\0';
}

static bool
is_named(const struct console_conf_entry *entry, const struct account *account)
{
	return entry->size == account->user_size &&
		memcmp(entry->text, account->user, entry->size) == 0;
}

/* Whether a name or a number lets the account in: 1, 0, or -1. *ret_groups: the reader at
 * the first group, for judge_groups; its text is NULL when there is none. */
static int
judge_names(struct console_conf *reader, const struct account *account, struct rule *rule,
	struct console_conf *ret_groups)
{
	struct console_conf_entry entry;
	int result, allowed = 0;
	*ret_groups = (struct console_conf){ 0 };
	while ((result = console_conf_next(reader, &entry)) > 0) {
		switch (entry.kind) {
		case CONSOLE_CONF_CONTROL:
			keep(rule->control, &entry);
			break;
		case CONSOLE_CONF_POLICY:
			keep(rule->policy, &entry);
			break;
		case CONSOLE_CONF_GROUP:
			if (ret_groups->text == NULL) {
				*ret_groups = *reader;
				ret_groups->next = ret_groups->at;
			}
			break;
		case CONSOLE_CONF_UID:
			allowed |= entry.uid == account->uid;
			break;
		case CONSOLE_CONF_USER:
			if (reader->has_sum) {
				result = console_conf_find(
					reader, account->user, account->user_size);
				return result < 0 ? -1 : allowed | result;
			}
			allowed |= is_named(&entry, account);
			break;
		}
	}
	return result < 0 ? -1 : allowed;
}

/* Whether a group does: 1, 0, or -1 with errno when none does and one can't be looked up.
 * They come last, because a directory service that is down is no reason to refuse those
 * who are named. */
static int
judge_groups(struct console_conf *reader, struct account *account)
{
	struct console_conf_entry entry;
	char name[257];
	int result = 0, error = 0;
	while (console_conf_next(reader, &entry) > 0 &&
		(entry.kind != CONSOLE_CONF_USER || !reader->has_sum)) {
		if (entry.kind != CONSOLE_CONF_GROUP)
			continue;
		memcpy(name, entry.text, entry.size);
		name[entry.size] = '\0';
		int member = is_member(account, name);
		if (member > 0)
			return 1;
		if (member < 0) {
			result = -1;
			error = errno;
		}
	}
	errno = error;
	return result;
}

static int
judge(const char *text, size_t size, struct account *account, struct rule *rule)
{
	struct console_conf reader, groups;
	console_conf_begin(&reader, text, size);
	int allowed = judge_names(&reader, account, rule, &groups);
	if (allowed < 0) {
		rule->error = reader.error;
		rule->line = reader.line;
		rule->column = reader.column;
		return -1;
	}
	if (allowed == 0 && groups.text != NULL)
		allowed = judge_groups(&groups, account);
	if (allowed < 0)
		return fail(rule, "a group can't be looked up");
	rule->allowed = allowed > 0;
	return 0;
}

int
rule_ask(const char *conf, const char *user, uid_t uid, gid_t gid, struct rule *ret_rule)
{
	struct account account = {
		.user = user, .user_size = strlen(user), .uid = uid, .gid = gid
	};
	size_t size;
	const char *wrong;
	*ret_rule = (struct rule){ 0 };
	char *text = console_file_read(conf, true, &size, &wrong);
	if (text == NULL)
		return fail(ret_rule, wrong);
	int result = judge(text, size, &account, ret_rule);
	free(account.groups);
	free(text);
	return result;
}
