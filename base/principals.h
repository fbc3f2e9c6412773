/* The users and groups of a root, from its etc/passwd and etc/group by libc's own reader
 * (fgetpwent_r(3), fgetgrent_r(3)), and from etc/shadow whether a password can be used.
 * Linear in the size of the files. */
#ifndef BASE_PRINCIPALS_H
#define BASE_PRINCIPALS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/host.h"
#include "base/nss.h"

struct principal {
	char *name;
	uid_t uid;
	gid_t gid; /* the primary group */
	char *home;
	char *groups; /* NULL unless principals_with_groups was asked */
	bool shadowed; /* its password stands in etc/shadow */
	bool locked; /* no password opens this account: shadow(5), field 2 */
	bool no_shell; /* its shell gives no session: nologin(8), false(1), sync(1), ...
			*/
};

struct membership {
	char *group; /* the group's name */
	size_t place; /* private: in the file */
	char *user; /* a user listed in it; NULL for the group itself */
	gid_t gid;
};

struct principals {
	const struct file *passwd, *group, *shadow; /* borrowed from the host */
	const struct file *nsswitch; /* private, the same */
	bool users_complete; /* no other source may know more users: nsswitch.conf(5) */
	bool groups_complete;
	enum nss_standing shadow_standing; /* of etc/shadow among the sources of passwords
					    */
	struct principal *users; /* in the order of the file */
	size_t user_count;
	struct membership *groups; /* each group, sorted by name */
	size_t group_count;
	gid_t *gids; /* private: of the groups, sorted */
	struct membership *members; /* private: each listed member, sorted by gid and user
				     */
	size_t member_count;
	const struct principal **by_name; /* private */
	bool has_names; /* private: the users' groups are set */
	struct principals *older; /* private: what was given out before */
};

/* Those of HOST, read once and kept with it; read anew when a layer's plan changed the
 * files they are of. Never fails: a file that is absent or can't be read gives no
 * entries, see its state. */
const struct principals *
principals_of(struct host *host);

/* The same, with each user's groups set: the names with commas between, as initgroups(3)
 * finds their numbers and getgrgid(3) the name of each. Of groups with one number the
 * first names all, and a number that no group has is left out. */
const struct principals *
principals_with_groups(struct host *host);

/* The same into memory of the caller's, who frees it with principals_free. */
void
principals_read(struct host *host, struct principals *ret_principals);

/* The first user of that NAME (compared exactly), NULL when there is none. */
const struct principal *
principals_user(const struct principals *principals, const char *name);

/* Whether USER, a name or a number, has uid 0: root, and who else etc/passwd gives it. */
bool
principals_is_root(const struct principals *principals, const char *user);

/* The gid of the group called GROUP. Returns false when there is none. */
bool
principals_group(const struct principals *principals, const char *group, gid_t *ret_gid);

/* Whether there is a group of that GID. */
bool
principals_gid(const struct principals *principals, gid_t gid);

/* Whether USER is in the group GROUP, as its primary group or by being listed; groups
 * with the same gid are one (pam_modutil_user_in_group_nam_nam(3)). */
bool
principals_in_group(const struct principals *principals, const struct principal *user,
	const char *group);

/* The names listed as members in groups of that GID, primary members not among them. The
 * array of COUNT memberships belongs to PRINCIPALS. */
const struct membership *
principals_members(const struct principals *principals, gid_t gid, size_t *ret_count);

void
principals_free(struct principals *principals);

#endif
