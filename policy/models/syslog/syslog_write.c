/* Sources: doDropPrivUid() of runtime/rsconf.c, prepareFile() of tools/omfile.c and
 * makeFileParentDirs() of runtime/srutils.c, of rsyslog 8.2302; path_resolution(7),
 * acl(5). */
#include "policy/models/syslog/syslog_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* What is at a path, or at the nearest folder above it that is there. */
struct near {
	struct stat status;
	unsigned above; /* how many levels */
	bool known; /* else it can't be told */
};

/* Who the daemon is when it writes. */
struct writer {
	const struct syslog_conf *conf;
	struct host *host;
	struct table seen; /* struct near by path, owned */
	bool other; /* it is not root */
	const char *name; /* as the configuration says it */
	uid_t uid;
	gid_t gid;
	const struct principals *principals;
	const struct principal *user; /* NULL: not in passwd */
};

enum { MAY_SEARCH = 1, MAY_WRITE = 2 };

enum permission {
	PERMISSION_NO,
	PERMISSION_YES,
	PERMISSION_UNKNOWN,
};

static bool
in_group(const struct writer *writer, gid_t gid)
{
	size_t count = 0;
	if (gid == writer->gid)
		return true;
	if (writer->user == NULL)
		return false;
	const struct membership *members = principals_members(
		writer->principals, gid, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(members[i].user, writer->user->name) == 0)
			return true;
	return false;
}

static enum permission
may(const struct writer *writer, const struct stat *status, unsigned want)
{
	bool owner = status->st_uid == writer->uid,
	     member = in_group(writer, status->st_gid);
	unsigned bits = status->st_mode >> (owner ? 6 : member ? 3 : 0);
	if ((bits & want) == want)
		return PERMISSION_YES;
	/* an access control list can give others as much as the bits of the group say */
	return !owner && !member && (status->st_mode >> 3 & want) == want
		? PERMISSION_UNKNOWN
		: PERMISSION_NO;
}

static const struct near *
look(struct writer *writer, const char *path)
{
	struct near *near = table_get(&writer->seen, path);
	if (near != NULL)
		return near;
	near = memory_new(1, sizeof *near);
	table_set(&writer->seen, path, near);
	autofree char *at = memory_text(path);
	for (;; near->above++) {
		autofree char *target = NULL;
		char *slash = strrchr(at, '/');
		near->known = host_status(writer->host, at, &near->status, &target) == 0;
		if (!near->known || near->status.st_mode != 0)
			return near;
		/* what has not even a top folder in a root that holds some of a host's
		 * files tells nothing */
		if (slash == at) {
			near->known = near->above == 0 || host_is_live(writer->host);
			near->above++;
			near->status.st_mode = S_IFDIR | 0755;
			return near;
		}
		*slash = '\0';
	}
}

static bool
read_id(const char *text, unsigned *ret_id)
{
	long number;
	struct error err = ERROR_INIT;
	if (text_number(text, 0, UINT32_MAX, &number, &err) < 0) {
		error_clear(&err);
		return false;
	}
	*ret_id = (unsigned)number;
	return true;
}

/* The number that a user or group is known by. */
static bool
find_uid(const struct writer *writer, const char *name, uid_t *ret_uid)
{
	const struct principal *user = principals_user(writer->principals, name);
	if (user == NULL && strcmp(name, "root") != 0)
		return read_id(name, ret_uid);
	*ret_uid = user != NULL ? user->uid : 0;
	return true;
}

static bool
find_gid(const struct writer *writer, const char *name, gid_t *ret_gid)
{
	if (principals_group(writer->principals, name, ret_gid))
		return true;
	if (strcmp(name, "root") != 0)
		return read_id(name, ret_gid);
	*ret_gid = 0;
	return true;
}

/* Only root may give a file away: chown(2). */
static enum permission
may_give(const struct writer *writer, const struct destination *to)
{
	uid_t uid;
	gid_t gid;
	if (to->owner != NULL) {
		if (!find_uid(writer, to->owner, &uid))
			return PERMISSION_UNKNOWN;
		if (uid != writer->uid)
			return PERMISSION_NO;
	}
	if (to->group == NULL)
		return PERMISSION_YES;
	if (!find_gid(writer, to->group, &gid))
		return PERMISSION_UNKNOWN;
	return in_group(writer, gid) ? PERMISSION_YES : PERMISSION_NO;
}

/* Notes what becomes of messages that are sent to the file TO. */
static void
judge(struct writer *writer, struct destination *to)
{
	const char *daemon = writer->conf->daemon_name;
	if (to->doubt != NULL || to->lost != NULL ||
		(to->computed != NULL && !writer->other))
		return;
	/* of a name that depends on the message, the folder is looked at */
	const char *slash = strrchr(to->name, '/');
	autofree char *path = to->computed != NULL
		? memory_printf("%.*s/.", (int)(slash - to->name), to->name)
		: memory_text(to->name);
	const struct near *near = look(writer, path);
	unsigned above = near->above + (to->computed != NULL);
	if (!near->known) {
		if (to->in_place)
			to->doubt = memory_text("whether its folder is there can't be "
						"told from this root");
		return;
	}
	if (above > 0 && !S_ISDIR(near->status.st_mode)) {
		to->lost = memory_text("a part of its path is no folder");
		return;
	}
	if (above > 1 && to->in_place) {
		to->lost = memory_printf(
			"its folder is not there, and %s makes none", daemon);
		return;
	}
	if (!writer->other || (above == 0 && !S_ISREG(near->status.st_mode)))
		return;
	switch (may(
		writer, &near->status, above == 0 ? MAY_WRITE : MAY_WRITE | MAY_SEARCH)) {
	case PERMISSION_NO:
		to->lost = memory_printf(
			"%s runs as %s and may not write there", daemon, writer->name);
		return;
	case PERMISSION_UNKNOWN:
		to->doubt = memory_printf(
			"whether %s, which runs as %s, may write there can't be told",
			daemon, writer->name);
		return;
	case PERMISSION_YES:
		break;
	}
	/* the message for which it makes the file is lost then */
	if (above > 0 && may_give(writer, to) != PERMISSION_YES)
		to->doubt = memory_printf("%s runs as %s and can't give a new file to "
					  "another owner or group",
			daemon, writer->name);
}

/* omprog writes to its program through a pipe, and starts it anew whenever it has ended:
 * one that can't be run keeps it at that, and the daemon with it (writePipe() of
 * plugins/omprog/omprog.c). */
static void
judge_program(struct writer *writer, struct destination *to)
{
	autofree char *path = memory_copy(to->program, strcspn(to->program, " \t"));
	if (path[0] == '/') {
		const struct near *near = look(writer, path);
		if (near->known && near->above == 0 && S_ISREG(near->status.st_mode) &&
			(near->status.st_mode & 0111) != 0)
			return;
	}
	free(to->block);
	to->block = memory_printf(
		"%s can't be seen to be a program: without one %s starts it over and "
		"over, and what follows waits (queue.type=\"LinkedList\" gives it a "
		"queue of its own)",
		path, writer->conf->daemon_name);
}

static void
judge_block(struct writer *writer, struct block *block)
{
	for (size_t i = 0; i < block->count; i++) {
		struct statement *statement = &block->items[i];
		struct destination *to = statement->destination;
		if (to != NULL && to->type == DESTINATION_FILE && to->name[0] == '/')
			judge(writer, to);
		if (to != NULL && to->program != NULL)
			judge_program(writer, to);
		if (statement->branches != NULL) {
			judge_block(writer, &statement->branches[0]);
			judge_block(writer, &statement->branches[1]);
		}
	}
}

void
syslog_write_judge(struct syslog_conf *conf, struct host *host,
	const struct principals *principals, const char *user, const char *group)
{
	struct writer writer = { .conf = conf,
		.host = host,
		.other = user != NULL,
		.name = user,
		.principals = principals };
	if (user != NULL) {
		writer.user = principals_user(principals, user);
		writer.other = find_uid(&writer, user, &writer.uid) && writer.uid != 0;
		if (group != NULL)
			find_gid(&writer, group, &writer.gid);
	}
	for (size_t i = 0; i < conf->ruleset_count; i++)
		judge_block(&writer, &conf->rulesets[i].body);
	for (size_t i = 0; i < writer.seen.capacity; i++)
		if (writer.seen.slots[i].key != NULL)
			free(writer.seen.slots[i].value);
	table_free(&writer.seen);
}
