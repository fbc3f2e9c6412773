/* A host is a root directory; live is "/". Files are opened under it and never leave it,
 * whatever links say (openat2 with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS); each is
 * read once and kept, so that all controls judge the same bytes. A layer is a host seen
 * through planned changes. */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"

enum {
	HOST_FILE_MAX = 8 << 20, /* bytes; a larger configuration file is refused */
	HOST_LISTED_MAX = 1000000, /* see host_listed */
};

enum file_state {
	FILE_READ, /* bytes hold the content */
	FILE_ABSENT, /* there is no such file (ENOENT, ENOTDIR), or a dangling link;
			IS_LINK tells which */
	FILE_REFUSED, /* it is there and could not or must not be read; REASON says why */
};

struct file {
	char *path; /* as it was asked for: absolute, inside the root */
	char *target; /* the path that it leads to inside the root; equal to path when no
			 link is on the way */
	enum file_state state;
	bool is_link; /* the last component of path is a symbolic link */
	int errnum; /* errno of the failed open, 0 when refused for another reason or read
		     */
	char *reason; /* for FILE_REFUSED: "not a regular file", "larger than 8 MiB",
			 "Permission denied" */
	struct bytes bytes; /* owned by the host */
	char *hash; /* private: see file_sha256 */
	struct stat status; /* of the file itself; for FILE_READ and, where it could be
			       had, FILE_REFUSED */
};

struct host;

/* Opens ROOT (a directory). Returns NULL with *err set when it can't be. Freed by
 * host_free. */
struct host *
host_open(const char *root, struct error *err);

/* A host whose files are those of BELOW, which must outlive it, but for what host_put and
 * host_remove change in it. Nothing is written. Freed by host_free. */
struct host *
host_layer(struct host *below);

/* The host that LAYER lies on; NULL when it is a root. */
struct host *
host_below(const struct host *layer);

void
host_put(struct host *layer, const char *path, struct bytes content);

void
host_remove(struct host *layer, const char *path);

void
host_free(struct host *host);

const char *
host_root(const struct host *host);

/* Whether the root is the running system's "/". */
bool
host_is_live(const struct host *host);

/* The file at PATH, which is absolute inside the root. Never NULL; belongs to the host;
 * the same pointer each time. A link is followed inside the root. Opens regular files
 * only, and never a FIFO or a device. */
const struct file *
host_file(struct host *host, const char *path);

/* The SHA-256 of a file that was read, worked out when it is first asked for; belongs to
 * the file. */
const char *
file_sha256(const struct file *file);

/* What was noted under KEY, NULL when nothing was: for what is worked out from the host's
 * files once and lives as long as the host. */
void *
host_note(const struct host *host, const char *key);

/* Notes MEMORY, which RELEASE frees with the host (free for one allocation). */
void
host_set_note(struct host *host, const char *key, void *memory, void (*release)(void *));

/* Whether anything is at PATH after following links; runs stat, opens nothing. -1 when it
 * can't be told. */
int
host_exists(struct host *host, const char *path);

/* The same without following a link at the end of PATH: a dangling one is there. */
int
host_has_name(struct host *host, const char *path);

/* The status (stat(2)) of what PATH leads to, nothing of it read; its mode is 0 where
 * nothing is. Returns -1 with errno when it can't be told. *ret_target (caller frees) is
 * the path that it leads to, or would. What is planned is not looked at. */
int
host_status(
	struct host *host, const char *path, struct stat *ret_status, char **ret_target);

/* Its mode alone. */
int
host_mode(struct host *host, const char *path, mode_t *ret_mode, char **ret_target);

/* Whether PATH leads to a regular file that somebody may execute. */
bool
host_is_executable(struct host *host, const char *path);

/* Opens the regular file at PATH, never a FIFO or a device, for content that may be too
 * large to be kept. Returns a descriptor to read from, which the caller closes, or -1
 * with *err. What is planned is not looked at. */
int
host_open_content(
	struct host *host, const char *path, struct stat *ret_status, struct error *err);

/* The owner of STATUS as the host would have it: on a root that somebody who is not root
 * unpacked, what is his stands for root's. */
uid_t
host_owner(const struct host *host, const struct stat *status);

/* The same of its group. */
gid_t
host_group(const struct host *host, const struct stat *status);

struct name_list {
	char **names; /* sorted bytewise, as in LC_ALL=C */
	size_t count;
};

/* The names in the directory PATH, without "." and "..", those of planned files included.
 * Returns 0, or -1 with *err and errno set (ENOENT: no such directory). The caller frees
 * with name_list_free. At most 200,000 names. */
int
host_list(struct host *host, const char *path, struct name_list *ret_list,
	struct error *err);

/* The absolute paths that PATTERN (glob(7), absolute) matches, sorted bytewise; links
 * that dangle count as matches, as glob(3) has it without GLOB_MARK. No match is an empty
 * list. -1 when a directory can't be read. */
int
host_glob(struct host *host, const char *pattern, struct name_list *ret_list,
	struct error *err);

void
name_list_free(struct name_list *list);

/* What the lists and patterns asked for so far cost: a name each, and ten for a folder.
 * A hostile file may name the same full folder on each of its lines, so who follows such
 * names stops when this grew by HOST_LISTED_MAX since he began. */
size_t
host_listed(const struct host *host);

/* All files that were asked for so far, in the order of asking: the evidence an audit
 * rests on. Of a layer: those of the host it lies on. */
size_t
host_file_count(const struct host *host);

const struct file *
host_file_at(const struct host *host, size_t index);

#endif
