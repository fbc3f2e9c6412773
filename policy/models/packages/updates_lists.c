/* How old apt's lists are. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/packages/updates.h"

enum {
	DAY = 24 * 60 * 60,
	LISTS_MAX = 1000,
};

/* A Release file, with or without a signature in it. */
struct list {
	const struct file *file;
	size_t site; /* bytes of its name that say where it comes from */
	time_t time; /* its own Date, or when the server changed it */
	time_t until; /* 0: valid without end */
	size_t until_at; /* the line that says so */
};

/* "NAME: Sat, 07 Jun 2025 08:10:42 UTC": apt-secure(8), pkgAcqMetaBase::VerifyVendor in
 * acquire-item.cc. 0 when it is not there, -1 when it is no time. */
static time_t
read_field(const struct file *file, const char *name, size_t *ret_at)
{
	size_t size = strlen(name);
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		struct tm parts = { 0 };
		if (line.size <= size || strncasecmp(line.data, name, size) != 0)
			continue;
		autofree char *text = memory_copy(line.data + size, line.size - size);
		const char *end = strptime(text, " %a, %d %b %Y %H:%M:%S", &parts);
		*ret_at = start;
		return end != NULL && timegm(&parts) > 0 ? timegm(&parts) : -1;
	}
	return 0;
}

/* A file that can't be read, or has no time in its Date, is of no time. */
static struct list
read_list(struct host *host, const char *path)
{
	size_t at;
	struct list list = { .file = host_file(host, path) };
	const char *name = text_base_name(list.file->path);
	list.site = strcspn(name, "_");
	if (list.file->state != FILE_READ)
		return list;
	time_t date = read_field(list.file, "Date:", &at);
	list.until = read_field(list.file, "Valid-Until:", &list.until_at);
	list.time = date == -1 ? 0
		: date != 0 && date < list.file->status.st_mtime
		? date
		: list.file->status.st_mtime;
	return list;
}

static bool
is_same_site(const struct list *a, const struct list *b)
{
	return a->site == b->site &&
		strncmp(text_base_name(a->file->path), text_base_name(b->file->path),
			a->site) == 0;
}

/* When LIST was surely what the server had: that of one without an end, which is not made
 * anew each week, is the time of the youngest from the same site. */
static time_t
known_at(const struct list *lists, size_t count, const struct list *list)
{
	time_t known = list->time;
	for (size_t i = 0; list->until == 0 && known != 0 && i < count; i++)
		if (is_same_site(&lists[i], list) && lists[i].time > known)
			known = lists[i].time;
	return known;
}

long
updates_lists_age(struct host *host, time_t now, struct place *ret_over,
	const struct file **ret_oldest)
{
	static const char *const patterns[] = { "/var/lib/apt/lists/*InRelease",
		"/var/lib/apt/lists/*_Release" };
	struct list *lists = NULL;
	size_t count = 0;
	time_t oldest = now;
	*ret_over = (struct place){ 0 };
	*ret_oldest = NULL;
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct name_list paths = { 0 };
		(void)host_glob(host, patterns[i], &paths, NULL);
		for (size_t k = 0; k < paths.count && count < LISTS_MAX; k++) {
			lists = memory_grow(lists, count, sizeof *lists);
			lists[count++] = read_list(host, paths.names[k]);
		}
		name_list_free(&paths);
	}
	for (size_t i = 0; i < count; i++) {
		time_t known = known_at(lists, count, &lists[i]);
		if (lists[i].until != 0 && lists[i].until < now)
			*ret_over = (struct place){ lists[i].file, lists[i].until_at };
		if (*ret_oldest == NULL || known < oldest)
			*ret_oldest = lists[i].file;
		oldest = known < oldest ? known : oldest;
	}
	free(lists);
	return count == 0 ? -1 : (long)((now - oldest) / DAY);
}
