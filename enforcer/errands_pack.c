#include <limits.h>
#include <string.h>

#include "base/host.h"
#include "base/memory.h"
#include "enforcer/errands_parts.h"

enum { CHANGES_MAX = 10000 };

static const uint64_t NO_BYTES = UINT64_MAX; /* the length of what is NULL */

struct head {
	uint64_t file, old, new; /* lengths of what follows, in this order */
	uint32_t action, mode;
};

static uint64_t
length_of(const char *data, size_t size)
{
	return data != NULL ? size : NO_BYTES;
}

void
errands_pack(const struct changes *changes, struct buffer *out)
{
	buffer_text(out, "");
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		const struct head head = { strlen(change->file),
			length_of(change->old_data, change->old_size),
			length_of(change->new_data, change->new_size), change->action,
			change->mode };
		buffer_add(out, (const char *)&head, sizeof head);
		buffer_add(out, change->file, head.file);
		if (change->old_data != NULL)
			buffer_add(out, change->old_data, change->old_size);
		if (change->new_data != NULL)
			buffer_add(out, change->new_data, change->new_size);
	}
}

/* A name that resolves to itself, but for links. */
static bool
is_plain(const char *file, size_t size)
{
	if (strlen(file) != size || size >= PATH_MAX || file[0] != '/')
		return false;
	for (const char *part = file; part != NULL; part = strchr(part, '/')) {
		size_t length = strcspn(++part, "/");
		if (length == 0 || (length == 1 && part[0] == '.') ||
			(length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
	}
	return true;
}

/* Cuts SIZE bytes off REST and copies them: NULL when there are less, or are said to be
 * none. */
static char *
cut(struct bytes *rest, uint64_t size)
{
	if (size > rest->size)
		return NULL;
	char *data = memory_copy(rest->data, (size_t)size);
	rest->data += size;
	rest->size -= (size_t)size;
	return data;
}

static bool
cut_bytes(struct bytes *rest, uint64_t size, char **ret_data, size_t *ret_size)
{
	if (size == NO_BYTES)
		return true;
	*ret_data = size <= HOST_FILE_MAX ? cut(rest, size) : NULL;
	*ret_size = (size_t)size;
	return *ret_data != NULL;
}

static bool
cut_change(struct bytes *rest, struct change *change)
{
	struct head head;
	if (rest->size < sizeof head)
		return false;
	memcpy(&head, rest->data, sizeof head);
	rest->data += sizeof head;
	rest->size -= sizeof head;
	change->file = head.file < PATH_MAX ? cut(rest, head.file) : NULL;
	if (change->file == NULL || !is_plain(change->file, (size_t)head.file) ||
		head.action > CHANGE_REMOVE || (head.mode & ~07777u) != 0 ||
		!cut_bytes(rest, head.old, &change->old_data, &change->old_size) ||
		!cut_bytes(rest, head.new, &change->new_data, &change->new_size))
		return false;
	change->action = (enum change_action)head.action;
	change->mode = head.mode;
	/* what is written down has its bytes, and only that */
	return (change->new_data != NULL) == (change->action != CHANGE_REMOVE) &&
		(change->old_data != NULL || change->action == CHANGE_CREATE);
}

int
errands_unpack(struct bytes bytes, struct changes *ret_changes)
{
	*ret_changes = (struct changes){ 0 };
	while (bytes.size > 0) {
		if (ret_changes->count == CHANGES_MAX)
			return -1;
		ret_changes->items = memory_grow(ret_changes->items, ret_changes->count,
			sizeof *ret_changes->items);
		struct change *change = &ret_changes->items[ret_changes->count++];
		*change = (struct change){ 0 };
		if (!cut_change(&bytes, change))
			return -1;
	}
	return ret_changes->count > 0 ? 0 : -1;
}
