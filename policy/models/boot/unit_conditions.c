#include "policy/models/boot/unit_conditions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/live.h"
#include "base/memory.h"

enum { LISTED_MAX = 300000 }; /* names that the conditions of all units may cost */

bool
unit_conditions_is_lasting(const char *path)
{
	static const char *const folders[] = { "/etc/", "/usr/", "/bin/", "/sbin/",
		"/lib", "/opt/", "/srv/", "/boot/", "/root/", "/home/", "/var/lib/",
		NULL };
	const char *const *folder = folders;
	while (*folder != NULL && strncmp(path, *folder, strlen(*folder)) != 0)
		folder++;
	return *folder != NULL && strpbrk(path, "%\\") == NULL &&
		strstr(path, "/..") == NULL;
}

/* Whether a folder with that name alone is empty: hidden_or_backup_file in path-util.c,
 * seen with systemd-analyze(1). */
static bool
is_ignored(const char *name)
{
	static const char *const names[] = { "lost+found", "aquota.user", "aquota.group",
		NULL };
	static const char *const ends[] = { "rpmnew", "rpmsave", "rpmorig", "dpkg-old",
		"dpkg-new", "dpkg-tmp", "dpkg-dist", "dpkg-bak", "dpkg-backup",
		"dpkg-remove", "ucf-new", "ucf-old", "ucf-dist", "swp", "bak", "old",
		"new", NULL };
	const char *dot = strrchr(name, '.');
	return *name == '.' || name[strlen(name) - 1] == '~' ||
		text_is_one_of(name, names) ||
		(dot != NULL && text_is_one_of(dot + 1, ends));
}

static int
has_names(struct host *host, const char *path)
{
	struct name_list list = { 0 };
	if (host_list(host, path, &list, NULL) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	int has_any = 0;
	for (size_t i = 0; i < list.count; i++)
		has_any = has_any || !is_ignored(list.names[i]);
	name_list_free(&list);
	return has_any;
}

static int
matches(struct host *host, const char *pattern)
{
	struct name_list list = { 0 };
	if (host_glob(host, pattern, &list, NULL) < 0)
		return -1;
	int has_any = list.count > 0;
	name_list_free(&list);
	return has_any;
}

/* condition_test_path_exists and those beside it; -1 for what can't be told. */
static int
test(struct host *host, const char *sort, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	if (strcmp(sort, "Capability") == 0 && host_is_live(host))
		return live_may(path);
	if (*path != '/' || !unit_conditions_is_lasting(path))
		return -1;
	if (strcmp(sort, "PathExists") == 0)
		return host_exists(host, path);
	if (strcmp(sort, "PathExistsGlob") == 0)
		return matches(host, path);
	if (strcmp(sort, "DirectoryNotEmpty") == 0)
		return has_names(host, path);
	if (strcmp(sort, "PathIsSymbolicLink") == 0) {
		int is_there = host_has_name(host, path);
		return is_there == 1 ? host_file(host, path)->is_link : is_there;
	}
	if (host_status(host, path, &status, &target) < 0)
		return -1;
	if (strcmp(sort, "PathIsDirectory") == 0)
		return S_ISDIR(status.st_mode);
	if (strcmp(sort, "FileNotEmpty") == 0)
		return S_ISREG(status.st_mode) && status.st_size > 0;
	if (strcmp(sort, "FileIsExecutable") == 0)
		return S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
	return -1;
}

/* The same, but each of many may be about the same full folder. */
static int
test_within(struct host *host, const char *sort, const char *path)
{
	static const char key[] = "names that conditions cost";
	size_t *sum = host_note(host, key);
	if (sum == NULL) {
		sum = memory_new(1, sizeof *sum);
		host_set_note(host, key, sum, free);
	}
	if (*sum > LISTED_MAX)
		return -1;
	size_t before = host_listed(host);
	int holds = test(host, sort, path);
	*sum += host_listed(host) - before;
	return holds;
}

/* An empty line of any condition takes back all of them: config_parse_unit_condition_path
 * and _string. */
static void
reset(struct unit_conditions *conditions, bool assertions)
{
	size_t kept = 0;
	for (size_t i = 0; i < conditions->count; i++)
		if (conditions->items[i].is_assertion == assertions)
			free(conditions->items[i].text);
		else
			conditions->items[kept++] = conditions->items[i];
	conditions->count = kept;
}

void
unit_conditions_add(struct unit_conditions *conditions, struct host *host,
	const char *name, const struct traced *value)
{
	static const char condition[] = "Condition", assertion[] = "Assert";
	bool is_assertion = strncmp(name, assertion, sizeof assertion - 1) == 0;
	if (!is_assertion && strncmp(name, condition, sizeof condition - 1) != 0)
		return;
	if (value->text.size == 0) {
		reset(conditions, is_assertion);
		return;
	}
	const char *sort = name + (is_assertion ? sizeof assertion : sizeof condition) -
		1;
	const char *rest = value->text.data;
	bool is_trigger = *rest == '|';
	rest += is_trigger;
	rest += strspn(rest, " \t");
	bool is_negated = *rest == '!';
	rest += is_negated;
	rest += strspn(rest, " \t");
	int holds = test_within(host, sort, rest);
	conditions->items = memory_grow(
		conditions->items, conditions->count, sizeof *conditions->items);
	conditions->items[conditions->count++] = (struct unit_condition){
		.is_assertion = is_assertion,
		.is_trigger = is_trigger,
		.holds = holds < 0 ? -1 : holds != is_negated,
		.text = memory_printf("%s=%s", name, value->text.data),
		.place = { value->file, traced_place(value, 0) },
	};
}

/* All that are no triggers must hold, and one of the triggers where there are some. */
static const struct unit_condition *
judge(const struct unit_conditions *conditions, bool assertions, int *ret_holds)
{
	const struct unit_condition *unsure = NULL, *trigger = NULL;
	bool is_triggered = false, has_doubt = false;
	*ret_holds = 1;
	for (size_t i = 0; i < conditions->count; i++) {
		const struct unit_condition *item = &conditions->items[i];
		if (item->is_assertion != assertions)
			continue;
		if (item->is_trigger) {
			is_triggered = is_triggered || item->holds == 1;
			has_doubt = has_doubt || item->holds < 0;
			if (trigger == NULL || (trigger->holds == 0 && item->holds < 0))
				trigger = item;
		} else if (item->holds == 0) {
			*ret_holds = 0;
			return item;
		} else if (item->holds < 0) {
			unsure = item;
		}
	}
	if (trigger != NULL && !is_triggered && !has_doubt) {
		*ret_holds = 0;
		return trigger;
	}
	if (unsure == NULL && trigger != NULL && !is_triggered)
		unsure = trigger;
	*ret_holds = unsure != NULL ? -1 : 1;
	return unsure;
}

const struct unit_condition *
unit_conditions_judge(const struct unit_conditions *conditions, int *ret_holds)
{
	int asserted;
	const struct unit_condition *condition = judge(conditions, false, ret_holds);
	const struct unit_condition *assertion = judge(conditions, true, &asserted);
	if (*ret_holds == 0 || assertion == NULL || (*ret_holds < 0 && asserted < 0))
		return condition;
	*ret_holds = asserted;
	return assertion;
}

void
unit_conditions_free(struct unit_conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++)
		free(conditions->items[i].text);
	free(conditions->items);
	*conditions = (struct unit_conditions){ 0 };
}
