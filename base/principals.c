#include "base/principals.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/memory.h"

enum { LINE_START = 4096 }; /* bytes; doubled for longer entries */

/* NULL when FILE has no content. */
static FILE *
open_stream(const struct file *file)
{
	if (file->state != FILE_READ || file->bytes.size == 0)
		return NULL;
	return fmemopen((void *)file->bytes.data, file->bytes.size, "r");
}

static int
by_user_name(const void *a, const void *b)
{
	const struct principal *x = *(const struct principal *const *)a,
			       *y = *(const struct principal *const *)b;
	int order = strcmp(x->name, y->name);
	return order != 0 ? order : x < y ? -1 : x > y;
}

static int
by_group_name(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;
	int order = strcmp(x->group, y->group);
	return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

static int
by_gid(const void *a, const void *b)
{
	gid_t x = ((const struct membership *)a)->gid,
	      y = ((const struct membership *)b)->gid;
	return x < y ? -1 : x > y;
}

static int
by_number(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;
	return x < y ? -1 : x > y;
}

static int
by_gid_and_user(const void *a, const void *b)
{
	int order = by_gid(a, b);
	return order != 0 ? order
			  : strcmp(((const struct membership *)a)->user,
				    ((const struct membership *)b)->user);
}

/* Programs that end a login instead of giving a session; the last three are Red Hat's
 * accounts of the same names. */
static bool
is_no_shell(const char *path)
{
	static const char *const names[] = { "nologin", "false", "true", "sync", "halt",
		"shutdown", NULL };
	const char *slash = strrchr(path, '/');
	for (const char *const *name = names; *name != NULL; name++)
		if (strcmp(slash ? slash + 1 : path, *name) == 0)
			return true;
	return false;
}

static void
read_users(struct principals *principals)
{
	FILE *stream = open_stream(principals->passwd);
	size_t size = LINE_START;
	autofree char *line = memory_new(size, 1);
	struct passwd entry, *found;
	int error;
	if (stream == NULL)
		return;
	while ((error = fgetpwent_r(stream, &entry, line, size, &found)) != ENOENT) {
		if (error == ERANGE) {
			line = memory_resize(line, size *= 2, 1);
			continue;
		}
		if (error != 0)
			break;
		if (entry.pw_name[0] == '+' || entry.pw_name[0] == '-') {
			principals->users_complete = false; /* NIS, nsswitch.conf(5) */
			continue;
		}
		principals->users = memory_grow(principals->users, principals->user_count,
			sizeof *principals->users);
		bool shadowed = account_is_shadowed(entry.pw_name, entry.pw_passwd);
		principals->users[principals->user_count++] = (struct principal){
			.name = memory_text(entry.pw_name),
			.uid = entry.pw_uid,
			.gid = entry.pw_gid,
			.home = memory_text(entry.pw_dir),
			.shadowed = shadowed,
			.locked = !shadowed &&
				(entry.pw_passwd[0] == '*' || entry.pw_passwd[0] == '!'),
			.no_shell = is_no_shell(entry.pw_shell),
		};
	}
	fclose(stream);
}

static void
sort_users(struct principals *principals)
{
	principals->by_name = memory_new(
		principals->user_count, sizeof *principals->by_name);
	for (size_t i = 0; i < principals->user_count; i++)
		principals->by_name[i] = &principals->users[i];
	qsort(principals->by_name, principals->user_count, sizeof *principals->by_name,
		by_user_name);
}

static void
add_membership(struct membership **list, size_t *count, const char *group,
	const char *user, gid_t gid)
{
	size_t place = (*count)++;
	*list = memory_grow(*list, place, sizeof **list);
	(*list)[place] = (struct membership){
		.group = memory_text(group),
		.place = place,
		.user = user ? memory_text(user) : NULL,
		.gid = gid,
	};
}

static void
read_groups(struct principals *principals)
{
	FILE *stream = open_stream(principals->group);
	size_t size = LINE_START;
	autofree char *line = memory_new(size, 1);
	struct group entry, *found;
	int error;
	if (stream == NULL)
		return;
	while ((error = fgetgrent_r(stream, &entry, line, size, &found)) != ENOENT) {
		if (error == ERANGE) {
			line = memory_resize(line, size *= 2, 1);
			continue;
		}
		if (error != 0)
			break;
		if (entry.gr_name[0] == '+' || entry.gr_name[0] == '-') {
			principals->groups_complete = false;
			continue;
		}
		add_membership(&principals->groups, &principals->group_count,
			entry.gr_name, NULL, entry.gr_gid);
		for (char **member = entry.gr_mem; *member != NULL; member++)
			add_membership(&principals->members, &principals->member_count,
				entry.gr_name, *member, entry.gr_gid);
	}
	fclose(stream);
}

static void
sort_gids(struct principals *principals)
{
	principals->gids = memory_new(principals->group_count, sizeof *principals->gids);
	for (size_t i = 0; i < principals->group_count; i++)
		principals->gids[i] = principals->groups[i].gid;
	if (principals->group_count > 0)
		qsort(principals->gids, principals->group_count, sizeof *principals->gids,
			by_number);
}

/* Field 2 of a shadow line that starts with '*' or '!' is no hash of any password; a user
 * whose passwd entry sends here and who has no line has none either, unless another
 * source has one for him. */
static void
read_shadow(struct principals *principals)
{
	const struct bytes text = principals->shadow->bytes;
	autofree bool *listed = memory_new(principals->user_count, sizeof *listed);
	if (principals->shadow->state != FILE_READ ||
		principals->shadow_standing == NSS_BESIDE)
		return;
	for (size_t start = 0; start < text.size;) {
		const char *line = text.data + start;
		const char *end = memchr(line, '\n', text.size - start);
		size_t length = end ? (size_t)(end - line) : text.size - start;
		const char *colon = memchr(line, ':', length);
		struct spwd entry;
		start += length + 1;
		if (colon == NULL)
			continue;
		autofree char *name = memory_copy(line, (size_t)(colon - line));
		const struct principal *user = principals_user(principals, name);
		if (user == NULL || !user->shadowed || listed[user - principals->users])
			continue;
		autofree char *copy = memory_copy(line, length), *memory = NULL;
		if (!account_parse_shadow(copy, &entry, &memory))
			continue;
		listed[user - principals->users] = true;
		if (entry.sp_pwdp[0] == '*' || entry.sp_pwdp[0] == '!')
			principals->users[user - principals->users].locked = true;
	}
	if (principals->shadow_standing == NSS_FIRST)
		return;
	for (size_t i = 0; i < principals->user_count; i++)
		if (principals->users[i].shadowed && !listed[i])
			principals->users[i].locked = true;
}

void
principals_read(struct host *host, struct principals *ret_principals)
{
	*ret_principals = (struct principals){
		.passwd = host_file(host, "/etc/passwd"),
		.group = host_file(host, "/etc/group"),
		.shadow = host_file(host, "/etc/shadow"),
		.nsswitch = host_file(host, "/etc/nsswitch.conf"),
		.users_complete = nss_files_only(host, "passwd"),
		/* initgroups replaces group where it stands: getgrouplist(3) */
		.groups_complete = nss_files_only(host, "group") &&
			nss_files_only(host, "initgroups"),
		.shadow_standing = nss_files_only(host, "shadow")
			? NSS_ALONE
			: nss_standing(host, "shadow"),
	};
	read_users(ret_principals);
	sort_users(ret_principals);
	read_groups(ret_principals);
	sort_gids(ret_principals);
	if (ret_principals->group_count > 0)
		qsort(ret_principals->groups, ret_principals->group_count,
			sizeof *ret_principals->groups, by_group_name);
	if (ret_principals->member_count > 0)
		qsort(ret_principals->members, ret_principals->member_count,
			sizeof *ret_principals->members, by_gid_and_user);
	read_shadow(ret_principals);
}

const struct principal *
principals_user(const struct principals *principals, const char *name)
{
	size_t low = 0, high = principals->user_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(principals->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == principals->user_count ||
		strcmp(principals->by_name[low]->name, name) != 0)
		return NULL;
	return principals->by_name[low];
}

bool
principals_is_root(const struct principals *principals, const char *user)
{
	const struct principal *known = principals_user(principals, user);
	return strcmp(user, "root") == 0 || (known != NULL && known->uid == 0) ||
		(*user != '\0' && user[strspn(user, "0")] == '\0');
}

bool
principals_group(const struct principals *principals, const char *group, gid_t *ret_gid)
{
	/* of a name that is there twice getgrnam(3) finds the first */
	size_t low = 0, high = principals->group_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(principals->groups[middle].group, group) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == principals->group_count ||
		strcmp(principals->groups[low].group, group) != 0)
		return false;
	*ret_gid = principals->groups[low].gid;
	return true;
}

bool
principals_gid(const struct principals *principals, gid_t gid)
{
	return principals->group_count > 0 &&
		bsearch(&gid, principals->gids, principals->group_count,
			sizeof *principals->gids, by_number) != NULL;
}

bool
principals_in_group(const struct principals *principals, const struct principal *user,
	const char *group)
{
	struct membership wanted = { .user = user->name };
	if (!principals_group(principals, group, &wanted.gid))
		return false;
	if (user->gid == wanted.gid)
		return true;
	return principals->member_count > 0 &&
		bsearch(&wanted, principals->members, principals->member_count,
			sizeof wanted, by_gid_and_user) != NULL;
}

static int
by_gid_and_place(const void *a, const void *b)
{
	const struct membership *x = *(const struct membership *const *)a,
				*y = *(const struct membership *const *)b;
	int order = by_gid(x, y);
	return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

/* The first of the COUNT groups SORTED (by gid and place) that has GID, NULL when none
 * has. */
static const char *
name_of_gid(const struct membership *const *sorted, size_t count, gid_t gid)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sorted[middle]->gid < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && sorted[low]->gid == gid ? sorted[low]->group : NULL;
}

static void
add_group(struct buffer *groups, const char *group)
{
	if (group != NULL)
		buffer_printf(groups, "%s%s", groups->size > 0 ? "," : "", group);
}

static void
name_groups(struct principals *principals)
{
	size_t count = principals->group_count;
	autofree const struct membership **sorted = memory_new(count, sizeof *sorted);
	autofree struct buffer *groups = memory_new(
		principals->user_count, sizeof *groups);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &principals->groups[i];
	if (count > 0)
		qsort(sorted, count, sizeof *sorted, by_gid_and_place);
	for (size_t i = 0; i < principals->user_count; i++)
		add_group(
			&groups[i], name_of_gid(sorted, count, principals->users[i].gid));
	for (size_t i = 0; i < principals->member_count; i++) {
		const struct membership *member = &principals->members[i];
		const struct principal *user = principals_user(principals, member->user);
		if (user != NULL && user->gid != member->gid)
			add_group(&groups[user - principals->users],
				name_of_gid(sorted, count, member->gid));
	}
	for (size_t i = 0; i < principals->user_count; i++) {
		free(principals->users[i].groups);
		principals->users[i].groups = buffer_take(&groups[i]);
	}
}

const struct membership *
principals_members(const struct principals *principals, gid_t gid, size_t *ret_count)
{
	size_t low = 0, high = principals->member_count, end;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (principals->members[middle].gid < gid)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low;
		end < principals->member_count && principals->members[end].gid == gid;)
		end++;
	*ret_count = end - low;
	return principals->members + low;
}

void
principals_free(struct principals *principals)
{
	for (size_t i = 0; i < principals->user_count; i++) {
		free(principals->users[i].name);
		free(principals->users[i].home);
		free(principals->users[i].groups);
	}
	for (size_t i = 0; i < principals->group_count; i++)
		free(principals->groups[i].group);
	for (size_t i = 0; i < principals->member_count; i++) {
		free(principals->members[i].group);
		free(principals->members[i].user);
	}
	free(principals->users);
	free(principals->groups);
	free(principals->gids);
	free(principals->members);
	free(principals->by_name);
	*principals = (struct principals){ 0 };
}

static void
release(void *memory)
{
	struct principals **last = memory;
	for (struct principals *kept = *last, *older; kept != NULL; kept = older) {
		older = kept->older;
		principals_free(kept);
		free(kept);
	}
	free(last);
}

static struct principals *
keep(struct host *host)
{
	static const char key[] = "principals";
	struct principals **kept = host_note(host, key), *last;
	if (kept == NULL) {
		kept = memory_new(1, sizeof *kept);
		host_set_note(host, key, kept, release);
	}
	last = *kept;
	if (last == NULL || last->passwd != host_file(host, "/etc/passwd") ||
		last->group != host_file(host, "/etc/group") ||
		last->shadow != host_file(host, "/etc/shadow") ||
		last->nsswitch != host_file(host, "/etc/nsswitch.conf")) {
		*kept = memory_new(1, sizeof **kept);
		principals_read(host, *kept);
		(*kept)->older = last;
	}
	return *kept;
}

const struct principals *
principals_of(struct host *host)
{
	return keep(host);
}

const struct principals *
principals_with_groups(struct host *host)
{
	struct principals *kept = keep(host);
	if (!kept->has_names)
		name_groups(kept);
	kept->has_names = true;
	return kept;
}
