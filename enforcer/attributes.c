#include "enforcer/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/resolve.h"

#define ACL "system.posix_acl_access"

static char names[XATTR_LIST_MAX], value[XATTR_SIZE_MAX], other[XATTR_SIZE_MAX];

/* IMA and EVM sign the old bytes: the kernel keeps those itself. */
static bool
is_handed_on(const char *name)
{
	return strcmp(name, "security.ima") != 0 && strcmp(name, "security.evm") != 0;
}

/* Owner and mode, in this order, for a change of owner clears set-id bits. The ACL that
 * the directory's default gave the file goes first: else the mode would become its mask.
 */
static int
set_owner_and_mode(int to, uid_t owner, gid_t group, mode_t mode)
{
	if (fchown(to, owner, group) < 0)
		return -1;
	if (fremovexattr(to, ACL) < 0 && errno != ENODATA && errno != ENOTSUP)
		return -1;
	return fchmod(to, mode);
}

int
attributes_copy(int from, int to)
{
	struct stat status;
	if (fstat(from, &status) < 0 ||
		set_owner_and_mode(
			to, status.st_uid, status.st_gid, status.st_mode & 07777) < 0)
		return -1;
	ssize_t size = flistxattr(from, names, sizeof names);
	if (size < 0)
		return errno == ENOTSUP ? 0 : -1;
	for (const char *name = names; name < names + size; name += strlen(name) + 1) {
		if (!is_handed_on(name))
			continue;
		ssize_t got = fgetxattr(from, name, value, sizeof value);
		if (got < 0 || fsetxattr(to, name, value, (size_t)got, 0) < 0)
			return -1;
	}
	return 0;
}

/* Whether B has each attribute of A, with the same value: 1, 0, or -1 with errno. */
static int
has_all(int a, int b)
{
	ssize_t size = flistxattr(a, names, sizeof names);
	if (size < 0)
		return errno == ENOTSUP ? 1 : -1;
	for (const char *name = names; name < names + size; name += strlen(name) + 1) {
		if (!is_handed_on(name))
			continue;
		ssize_t one = fgetxattr(a, name, value, sizeof value);
		ssize_t two = one < 0 ? -1 : fgetxattr(b, name, other, sizeof other);
		if (two < 0 && errno != ENODATA && errno != ENOTSUP)
			return -1;
		if (one != two || one < 0 || memcmp(value, other, (size_t)one) != 0)
			return 0;
	}
	return 1;
}

int
attributes_same(int a, int b)
{
	struct stat x, y;
	if (fstat(a, &x) < 0 || fstat(b, &y) < 0)
		return -1;
	if (x.st_uid != y.st_uid || x.st_gid != y.st_gid || x.st_mode != y.st_mode)
		return 0;
	int same = has_all(a, b);
	return same == 1 ? has_all(b, a) : same;
}

int
attributes_set(int to, const struct attributes *attributes)
{
	if (set_owner_and_mode(
		    to, attributes->owner, attributes->group, attributes->mode) < 0)
		return -1;
	for (size_t i = 0; i < attributes->count; i++) {
		const struct xattr *xattr = &attributes->xattrs[i];
		if (fsetxattr(to, xattr->name, xattr->value, xattr->size, 0) < 0)
			return -1;
	}
	return 0;
}

/* Through /proc, because an O_PATH descriptor has no xattrs of its own. */
static int
read_xattrs(int handle, struct attributes *attributes)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
	ssize_t size = listxattr(path, names, sizeof names);
	if (size < 0)
		return errno == ENOTSUP ? 0 : -1;
	for (const char *name = names; name < names + size; name += strlen(name) + 1) {
		if (!is_handed_on(name))
			continue;
		ssize_t got = getxattr(path, name, value, sizeof value);
		if (got < 0)
			return -1;
		attributes->xattrs = memory_grow(attributes->xattrs, attributes->count,
			sizeof *attributes->xattrs);
		attributes->xattrs[attributes->count++] = (struct xattr){
			.name = memory_text(name),
			.value = memory_copy(value, (size_t)got),
			.size = (size_t)got
		};
	}
	return 0;
}

int
attributes_read(
	int root, const char *file, struct attributes *ret_attributes, struct error *err)
{
	struct stat status;
	struct attributes attributes = { 0 };
	int handle = resolve_open(root, file, O_PATH | O_NOFOLLOW, 0);
	bool good = handle >= 0 && fstat(handle, &status) == 0 &&
		(!S_ISREG(status.st_mode) || read_xattrs(handle, &attributes) == 0);
	if (!good)
		error_set(
			err, "%s: can't read its attributes: %s", file, strerror(errno));
	if (handle >= 0)
		close(handle);
	if (!good) {
		attributes_free(&attributes);
		return -1;
	}
	attributes.owner = status.st_uid;
	attributes.group = status.st_gid;
	attributes.mode = status.st_mode & 07777;
	*ret_attributes = attributes;
	return 0;
}

void
attributes_free(struct attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++) {
		free(attributes->xattrs[i].name);
		free(attributes->xattrs[i].value);
	}
	free(attributes->xattrs);
	*attributes = (struct attributes){ 0 };
}
