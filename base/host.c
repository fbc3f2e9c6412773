#include "base/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lookup.h"
#include "base/memory.h"
#include "base/table.h"

/* What a layer has in a file's place. */
struct planned {
	char *path; /* links resolved */
	char *data; /* owned; NULL: removed */
	size_t size;
	struct table files; /* struct file by the path asked for */
	struct planned *older; /* what it replaced: its files were given out */
};

struct note {
	void *memory;
	void (*release)(void *);
};

struct host {
	struct host *below; /* NULL: a root */
	char *root;
	int fd;
	bool live;
	struct lookups lookups; /* of a root */
	struct table by_path; /* struct file *, or struct planned * of a layer */
	void **items; /* the values of by_path in the order of asking */
	size_t count;
	size_t listed; /* see host_listed */
	struct table lists; /* of a root: struct name_list by path */
	size_t kept; /* names in them */
	struct table notes;
};

struct host *
host_open(const char *root, struct error *err)
{
	struct stat status, slash;
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		error_set(err, "%s: %s", root, strerror(errno));
		return NULL;
	}
	struct host *host = memory_new(1, sizeof *host);
	host->root = memory_text(root);
	host->fd = fd;
	lookups_init(&host->lookups, fd);
	host->live = fstat(fd, &status) == 0 && stat("/", &slash) == 0 &&
		status.st_dev == slash.st_dev && status.st_ino == slash.st_ino;
	return host;
}

struct host *
host_layer(struct host *below)
{
	struct host *host = memory_new(1, sizeof *host);
	host->below = below;
	host->root = memory_text(below->root);
	host->fd = -1;
	lookups_init(&host->lookups, -1);
	host->live = below->live;
	return host;
}

struct host *
host_below(const struct host *layer)
{
	return layer->below;
}

static void
remember(struct host *host, const char *path, void *value)
{
	host->items = memory_grow(host->items, host->count, sizeof *host->items);
	host->items[host->count++] = value;
	table_set(&host->by_path, path, value);
}

static void
file_free(struct file *file)
{
	free(file->path);
	free(file->target);
	free(file->reason);
	free(file->hash);
	free((char *)file->bytes.data);
	free(file);
}

static void
planned_free(struct planned *planned)
{
	while (planned != NULL) {
		struct planned *older = planned->older;
		for (size_t i = 0; i < planned->files.capacity; i++)
			if (planned->files.slots[i].key != NULL)
				file_free(planned->files.slots[i].value);
		table_free(&planned->files);
		free(planned->path);
		free(planned->data);
		free(planned);
		planned = older;
	}
}

static void
release_note(struct note *note)
{
	note->release(note->memory);
	free(note);
}

void
host_free(struct host *host)
{
	if (host == NULL)
		return;
	for (size_t i = 0; i < host->count; i++) {
		if (host->below != NULL)
			planned_free(host->items[i]);
		else
			file_free(host->items[i]);
	}
	for (size_t i = 0; i < host->notes.capacity; i++)
		if (host->notes.slots[i].key != NULL)
			release_note(host->notes.slots[i].value);
	for (size_t i = 0; i < host->lists.capacity; i++)
		if (host->lists.slots[i].key != NULL) {
			name_list_free(host->lists.slots[i].value);
			free(host->lists.slots[i].value);
		}
	table_free(&host->lists);
	lookups_free(&host->lookups);
	table_free(&host->notes);
	table_free(&host->by_path);
	free(host->items);
	free(host->root);
	if (host->fd >= 0)
		close(host->fd);
	free(host);
}

const char *
host_root(const struct host *host)
{
	return host->root;
}

bool
host_is_live(const struct host *host)
{
	return host->live;
}

static void
refuse(struct file *file, int errnum, const char *reason)
{
	file->state = FILE_REFUSED;
	file->errnum = errnum;
	file->reason = memory_text(reason != NULL ? reason : strerror(errnum));
}

enum { POPULATED = 64 << 10 }; /* bytes; less is likely to be there */

/* Reads FD to its end. What the file's size says is asked for at once, never more
 * than HOST_FILE_MAX. */
static void
read_all(struct file *file, int fd)
{
	size_t size = 0, room = (size_t)file->status.st_size + 1;
	char *data = memory_resize(NULL, room, 1);
	if (room > POPULATED)
		memory_populate(data, room);
	for (;;) {
		ssize_t n = read(fd, data + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || size + (size_t)n > HOST_FILE_MAX) {
			refuse(file, n < 0 ? errno : 0,
				n < 0 ? NULL : "larger than 8 MiB");
			free(data);
			return;
		}
		size += (size_t)n;
		/* a short read of a regular file is its end */
		if (n == 0 || size == (size_t)file->status.st_size)
			break;
		if (size == room)
			data = memory_resize(data, room += room < 4096 ? 4096 : room, 1);
	}
	file->bytes = (struct bytes){ data, size };
}

/* Opens in earnest FD, opened with O_PATH and known to be a regular file or a directory.
 */
static int
open_known(int fd)
{
	char self[64];
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	return open(self, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* FD was opened with O_PATH, and its status taken: nothing is opened in earnest before it
 * is known to be a regular file. */
static void
read_file(struct file *file, int fd)
{
	if (!S_ISREG(file->status.st_mode)) {
		refuse(file, S_ISDIR(file->status.st_mode) ? EISDIR : 0,
			S_ISDIR(file->status.st_mode) ? "is a directory"
						      : "not a regular file");
		return;
	}
	if (file->status.st_size > HOST_FILE_MAX) {
		refuse(file, 0, "larger than 8 MiB");
		return;
	}
	int own = open_known(fd);
	if (own < 0) {
		refuse(file, errno,
			errno == ENOENT ? "needs /proc, which is not mounted" : NULL);
		return;
	}
	read_all(file, own);
	close(own);
}

static const struct file *
read_path(struct host *host, const char *path)
{
	struct file *file = memory_new(1, sizeof *file);
	file->path = memory_text(path);
	const struct lookup *lookup;
	int fd = lookup_open(&host->lookups, path, &file->status, &lookup),
	    errnum = errno;
	file->target = memory_text(lookup->target);
	file->is_link = lookup->is_link;
	if (fd >= 0) {
		read_file(file, fd);
		close(fd);
	} else if (errnum == ENOENT || errnum == ENOTDIR) {
		file->state = FILE_ABSENT;
		file->errnum = errnum;
	} else {
		refuse(file, errnum,
			errnum == ELOOP
				? "its symbolic links go round in a loop or through /proc"
				: NULL);
	}
	remember(host, path, file);
	return file;
}

/* The plan that LAYER has for FILE, which is of the host below; NULL when none. */
static const struct file *
planned_file(struct host *layer, const struct file *file)
{
	struct planned *planned = table_get(&layer->by_path, file->target);
	if (planned == NULL)
		return file;
	struct file *view = table_get(&planned->files, file->path);
	if (view != NULL)
		return view;
	view = memory_new(1, sizeof *view);
	view->path = memory_text(file->path);
	view->target = memory_text(file->target);
	view->is_link = file->is_link;
	view->status = file->status;
	view->state = planned->data != NULL ? FILE_READ : FILE_ABSENT;
	view->errnum = planned->data != NULL ? 0 : ENOENT;
	if (planned->data != NULL)
		view->bytes = (struct bytes){ memory_copy(planned->data, planned->size),
			planned->size };
	table_set(&planned->files, file->path, view);
	return view;
}

const struct file *
host_file(struct host *host, const char *path)
{
	if (host->below != NULL)
		return planned_file(host, host_file(host->below, path));
	const struct file *file = table_get(&host->by_path, path);
	return file != NULL ? file : read_path(host, path);
}

static void
plan(struct host *layer, const char *path, char *data, size_t size)
{
	const char *target = host_file(layer->below, path)->target;
	struct planned *planned = table_get(&layer->by_path, target), *older;
	if (planned == NULL) {
		planned = memory_new(1, sizeof *planned);
		remember(layer, target, planned);
	} else {
		older = memory_new(1, sizeof *older);
		*older = *planned;
		*planned = (struct planned){ .older = older };
	}
	planned->path = memory_text(target);
	planned->data = data;
	planned->size = size;
}

void
host_put(struct host *layer, const char *path, struct bytes content)
{
	plan(layer, path, memory_copy(content.data, content.size), content.size);
}

void
host_remove(struct host *layer, const char *path)
{
	plan(layer, path, NULL, 0);
}

const char *
file_sha256(const struct file *file)
{
	if (file->hash == NULL) {
		/* no struct file is const by birth */
		struct file *own = (struct file *)file;
		own->hash = memory_new(1, SHA256_HEX);
		text_sha256(file->bytes, own->hash);
	}
	return file->hash;
}

void *
host_note(const struct host *host, const char *key)
{
	const struct note *note = table_get(&host->notes, key);
	return note != NULL ? note->memory : NULL;
}

void
host_set_note(struct host *host, const char *key, void *memory, void (*release)(void *))
{
	struct note *note = memory_new(1, sizeof *note);
	struct note *old = table_get(&host->notes, key);
	*note = (struct note){ memory, release };
	table_set(&host->notes, key, note);
	if (old != NULL)
		release_note(old);
}

static struct host *
bottom(struct host *host)
{
	while (host->below != NULL)
		host = host->below;
	return host;
}

/* What the root itself has at PATH; belongs to it, and is good until the next call. */
static const struct lookup *
look_up(struct host *host, const char *path)
{
	return lookup_get(&bottom(host)->lookups, path);
}

/* What the layers say about PATH, whose links are resolved: 1 it is there, 0 it is
 * removed, -1 they say nothing. */
static int
planned_exists(const struct host *host, const char *path)
{
	size_t length = strlen(path);
	for (; host->below != NULL; host = host->below) {
		const struct planned *planned = table_get(&host->by_path, path);
		if (planned != NULL)
			return planned->data != NULL;
		for (size_t i = 0; i < host->count; i++) {
			planned = host->items[i];
			if (planned->data != NULL &&
				strncmp(planned->path, path, length) == 0 &&
				planned->path[length] == '/')
				return 1;
		}
	}
	return -1;
}

/* Whether there is anything at PATH; with FOLLOW at what it leads to. */
static int
exists(struct host *host, const char *path, bool follow)
{
	if (host->below != NULL) {
		const char *target = look_up(host, path)->target;
		int planned = planned_exists(host, target);
		if (planned > 0 ||
			(planned == 0 && (follow || strcmp(target, path) == 0)))
			return planned;
	}
	const struct lookup *lookup = look_up(host, path);
	errno = lookup->errnum;
	return errno == 0 || (lookup->is_link && !follow) ? 1
		: errno == ENOENT || errno == ENOTDIR     ? 0
							  : -1;
}

int
host_exists(struct host *host, const char *path)
{
	return exists(host, path, true);
}

int
host_has_name(struct host *host, const char *path)
{
	return exists(host, path, false);
}

int
host_status(
	struct host *host, const char *path, struct stat *ret_status, char **ret_target)
{
	const struct lookup *lookup = look_up(host, path);
	*ret_status = lookup->status;
	*ret_target = memory_text(lookup->target);
	errno = lookup->errnum;
	return errno == 0 || errno == ENOENT || errno == ENOTDIR ? 0 : -1;
}

int
host_mode(struct host *host, const char *path, mode_t *ret_mode, char **ret_target)
{
	struct stat status;
	int result = host_status(host, path, &status, ret_target);
	*ret_mode = status.st_mode;
	return result;
}

bool
host_is_executable(struct host *host, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	return host_status(host, path, &status, &target) == 0 &&
		S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

int
host_open_content(
	struct host *host, const char *path, struct stat *ret_status, struct error *err)
{
	const struct lookup *lookup;
	int fd = lookup_open(&bottom(host)->lookups, path, ret_status, &lookup);
	if (fd < 0)
		return error_set(err, "%s", strerror(errno));
	bool regular = S_ISREG(ret_status->st_mode);
	int content = regular ? open_known(fd) : -1;
	if (content < 0)
		error_set(err, "%s", regular ? strerror(errno) : "not a regular file");
	close(fd);
	return content;
}

uid_t
host_owner(const struct host *host, const struct stat *status)
{
	return !host->live && status->st_uid == geteuid() ? 0 : status->st_uid;
}

gid_t
host_group(const struct host *host, const struct stat *status)
{
	return !host->live && status->st_gid == getegid() ? 0 : status->st_gid;
}

enum {
	NAMES_MAX = 200000,
	KEPT_MAX = 20000, /* names of lists that are kept */
	LIST_COST = 10, /* of a folder without names */
};

static void
add_name(struct name_list *list, const char *name)
{
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_text(name);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Reads the directory FD of the root itself. */
static int
list_names(int fd, struct name_list *list)
{
	/* getdents64(2): readdir(3) would take four calls more for each directory */
	char entries[32 << 10] __attribute__((aligned(8)));
	ssize_t size;
	while ((size = getdents64(fd, entries, sizeof entries)) > 0) {
		for (ssize_t at = 0; at < size;) {
			const struct dirent64 *entry = (void *)(entries + at);
			at += entry->d_reclen;
			if (strcmp(entry->d_name, ".") == 0 ||
				strcmp(entry->d_name, "..") == 0)
				continue;
			if (list->count >= NAMES_MAX) {
				errno = EOVERFLOW;
				return -1;
			}
			add_name(list, entry->d_name);
		}
	}
	return size < 0 ? -1 : 0;
}

/* Opens the directory at PATH of the root itself, to be read. */
static int
open_directory(struct host *host, const char *path)
{
	struct stat status;
	const struct lookup *lookup;
	int fd = lookup_open(&host->lookups, path, &status, &lookup);
	if (fd < 0)
		return -1;
	bool is_one = S_ISDIR(status.st_mode);
	/* to list it takes the right to read it; by "." it would take more */
	int directory = is_one ? open_known(fd) : -1, saved = is_one ? errno : ENOTDIR;
	close(fd);
	errno = saved;
	return directory;
}

/* Changes LIST, the names of DIRECTORY below, as the plans of LAYER say. */
static void
list_planned(const struct host *layer, const char *directory, struct name_list *list)
{
	size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
	for (size_t i = 0; i < layer->count; i++) {
		const struct planned *planned = layer->items[i];
		if (strncmp(planned->path, directory, length) != 0 ||
			planned->path[length] != '/')
			continue;
		const char *rest = planned->path + length + 1;
		autofree char *name = memory_copy(rest, strcspn(rest, "/"));
		bool direct = rest[strlen(name)] == '\0';
		char **found = list->count == 0
			? NULL
			: bsearch(&(char *){ name }, list->names, list->count,
				  sizeof *list->names, by_bytes);
		if (planned->data != NULL && found == NULL) {
			add_name(list, name);
			qsort(list->names, list->count, sizeof *list->names, by_bytes);
		} else if (planned->data == NULL && found != NULL && direct) {
			free(*found);
			list->count--;
			memmove(found, found + 1,
				(size_t)(list->names + list->count - found) *
					sizeof *found);
		}
	}
}

/* Adds the names of FROM to LIST. */
static void
copy_names(const struct name_list *from, struct name_list *list)
{
	for (size_t i = 0; i < from->count; i++)
		add_name(list, from->names[i]);
}

/* Of the root itself. What was listed is kept, since the models ask for the same folders
 * again and again. */
static int
list_root(struct host *host, const char *path, struct name_list *list)
{
	struct name_list *known = table_get(&host->lists, path);
	if (known != NULL) {
		copy_names(known, list);
		host->listed += list->count + LIST_COST;
		return 0;
	}
	int fd = open_directory(host, path);
	int result = fd < 0 ? -1 : list_names(fd, list), saved = errno;
	if (fd >= 0)
		close(fd);
	host->listed += list->count + LIST_COST;
	if (list->count > 0)
		qsort(list->names, list->count, sizeof *list->names, by_bytes);
	if (result == 0 && host->kept + list->count <= KEPT_MAX) {
		known = memory_new(1, sizeof *known);
		copy_names(list, known);
		table_set(&host->lists, path, known);
		host->kept += list->count + LIST_COST;
	}
	errno = saved;
	return result;
}

static int
list_layer(struct host *host, const char *path, struct name_list *list)
{
	if (host->below == NULL)
		return list_root(host, path, list);
	int result = list_layer(host->below, path, list), saved = errno;
	if (result < 0 && saved != ENOENT)
		return -1;
	list_planned(host, look_up(host, path)->target, list);
	errno = saved;
	return list->count > 0 ? 0 : result;
}

int
host_list(struct host *host, const char *path, struct name_list *ret_list,
	struct error *err)
{
	struct name_list list = { 0 };
	if (list_layer(host, path, &list) < 0) {
		int saved = errno;
		name_list_free(&list);
		error_set(err, "%s: %s", path,
			saved == EOVERFLOW ? "holds more than 200,000 names"
					   : strerror(saved));
		errno = saved;
		return -1;
	}
	*ret_list = list;
	return 0;
}

void
name_list_free(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct name_list){ 0 };
}

size_t
host_listed(const struct host *host)
{
	return host->below != NULL ? host_listed(host->below) : host->listed;
}

size_t
host_file_count(const struct host *host)
{
	return host->below != NULL ? host_file_count(host->below) : host->count;
}

const struct file *
host_file_at(const struct host *host, size_t index)
{
	return host->below != NULL ? host_file_at(host->below, index)
				   : host->items[index];
}
