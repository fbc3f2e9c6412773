#include "policy/models/system/accounts.h"

#include <errno.h>
#include <pwd.h>
#include <shadow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LINE_START = 4096 }; /* bytes; doubled for longer entries */

/* A line of etc/shadow. */
struct shadow_line {
	const char *name;
	enum account_password password;
	size_t offset;
	const struct shadow_line *first; /* of its name */
};

struct shadow {
	char *texts; /* all names */
	struct shadow_line *lines; /* in the order of the file */
	size_t count;
	size_t next; /* the line after the last one found: files often have one order */
	struct shadow_line **sorted; /* by name */
};

/* Copies TEXT to *AT, which moves behind it. */
static char *
keep(char **at, const char *text)
{
	char *copy = *at;
	*at = stpcpy(copy, text) + 1;
	return copy;
}

/* An entry ends where STREAM stands now: the offset of its line. */
static size_t
line_before(FILE *stream, struct bytes text)
{
	size_t end = (size_t)ftello(stream);
	if (end > 0 && text.data[end - 1] == '\n')
		end--;
	const char *newline = memrchr(text.data, '\n', end);
	return newline != NULL ? (size_t)(newline + 1 - text.data) : 0;
}

/* The names and shells of a file need no more room than its lines. */
static FILE *
open_lines(const struct file *file, char **ret_texts)
{
	*ret_texts = memory_new(file->bytes.size + 2, 1);
	if (file->state != FILE_READ || file->bytes.size == 0)
		return NULL;
	return fmemopen((void *)file->bytes.data, file->bytes.size, "r");
}

static int
by_name(const void *a, const void *b)
{
	const struct shadow_line *x = *(const struct shadow_line *const *)a,
				 *y = *(const struct shadow_line *const *)b;
	int order = strcmp(x->name, y->name);
	return order != 0 ? order : x < y ? -1 : x > y;
}

static void
sort(struct shadow *shadow)
{
	shadow->sorted = memory_new(shadow->count + 1, sizeof(struct shadow_line *));
	for (size_t i = 0; i < shadow->count; i++)
		shadow->sorted[i] = &shadow->lines[i];
	qsort(shadow->sorted, shadow->count, sizeof(struct shadow_line *), by_name);
	for (size_t i = 0; i < shadow->count; i++) {
		const struct shadow_line *before = i > 0 ? shadow->sorted[i - 1] : NULL;
		shadow->sorted[i]->first = before != NULL &&
				strcmp(before->name, shadow->sorted[i]->name) == 0
			? before->first
			: shadow->sorted[i];
	}
}

static void
read_shadow(const struct file *file, struct shadow *ret_shadow)
{
	size_t size = LINE_START;
	autofree char *line = memory_new(size, 1);
	struct spwd entry, *found;
	FILE *stream = open_lines(file, &ret_shadow->texts);
	char *texts = ret_shadow->texts;
	int error;
	while (stream != NULL &&
		(error = fgetspent_r(stream, &entry, line, size, &found)) != ENOENT) {
		if (error == ERANGE) {
			line = memory_resize(line, size *= 2, 1);
			continue;
		}
		if (error != 0)
			break;
		ret_shadow->lines = memory_grow(
			ret_shadow->lines, ret_shadow->count, sizeof *ret_shadow->lines);
		ret_shadow->lines[ret_shadow->count++] = (struct shadow_line){
			.name = keep(&texts, entry.sp_namp),
			.password = account_judge_password(entry.sp_pwdp),
			.offset = line_before(stream, file->bytes),
		};
	}
	if (stream != NULL)
		fclose(stream);
	sort(ret_shadow);
}

/* The first line of NAME counts, as getspnam(3) has it; NULL when there is none. */
static const struct shadow_line *
find_shadow(struct shadow *shadow, const char *name)
{
	size_t low = 0, high = shadow->count;
	if (shadow->next < shadow->count &&
		strcmp(shadow->lines[shadow->next].name, name) == 0)
		return shadow->lines[shadow->next++].first;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(shadow->sorted[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == shadow->count || strcmp(shadow->sorted[low]->name, name) != 0)
		return NULL;
	shadow->next = (size_t)(shadow->sorted[low] - shadow->lines) + 1;
	return shadow->sorted[low];
}

static enum account_password
shadow_password(const struct accounts *accounts, const struct shadow_line *line)
{
	if (accounts->shadow->state != FILE_READ || accounts->standing == NSS_BESIDE ||
		(line == NULL && accounts->standing == NSS_FIRST))
		return ACCOUNT_PASSWORD_UNKNOWN;
	/* pam_unix finds no entry and refuses: get_account_info */
	return line != NULL && accounts->standing != NSS_NONE ? line->password
							      : ACCOUNT_PASSWORD_LOCKED;
}

static void
add(struct accounts *accounts, const struct passwd *entry, size_t offset,
	struct shadow *shadow, char **texts)
{
	accounts->items = memory_grow(
		accounts->items, accounts->count, sizeof *accounts->items);
	struct account_line *item = &accounts->items[accounts->count++];
	*item = (struct account_line){ .name = keep(texts, entry->pw_name),
		/* login(1): an empty field is /bin/sh */
		.shell = *entry->pw_shell != '\0' ? keep(texts, entry->pw_shell)
						  : "/bin/sh",
		.uid = entry->pw_uid,
		.offset = offset,
		.shadowed = account_is_shadowed(entry->pw_name, entry->pw_passwd),
		.shadow_offset = SIZE_MAX };
	if (!item->shadowed) {
		/* usermod -L puts a mark before the hash and leaves that as it was */
		const char *hash = entry->pw_passwd + strspn(entry->pw_passwd, "!*");
		item->is_bare = account_judge_password(hash) == ACCOUNT_PASSWORD_SET;
		item->password = account_judge_password(entry->pw_passwd);
		return;
	}
	const struct shadow_line *line = find_shadow(shadow, item->name);
	item->password = shadow_password(accounts, line);
	if (line != NULL)
		item->shadow_offset = line->offset;
}

static void
read_passwd(struct accounts *accounts, struct shadow *shadow)
{
	size_t size = LINE_START;
	autofree char *line = memory_new(size, 1);
	struct passwd entry, *found;
	FILE *stream = open_lines(accounts->passwd, &accounts->texts);
	char *texts = accounts->texts;
	int error;
	while (stream != NULL &&
		(error = fgetpwent_r(stream, &entry, line, size, &found)) != ENOENT) {
		if (error == ERANGE) {
			line = memory_resize(line, size *= 2, 1);
			continue;
		}
		if (error != 0)
			break;
		size_t offset = line_before(stream, accounts->passwd->bytes);
		if (entry.pw_name[0] != '+' && entry.pw_name[0] != '-') {
			add(accounts, &entry, offset, shadow, &texts);
			continue;
		}
		accounts->nis = memory_grow(
			accounts->nis, accounts->nis_count, sizeof *accounts->nis);
		accounts->nis[accounts->nis_count++] = offset;
	}
	if (stream != NULL)
		fclose(stream);
}

void
accounts_read(struct host *host, struct accounts *ret_accounts)
{
	struct shadow shadow = { 0 };
	*ret_accounts = (struct accounts){
		.passwd = host_file(host, "/etc/passwd"),
		.shadow = host_file(host, "/etc/shadow"),
		.is_complete = nss_files_only(host, "passwd"),
		.standing = nss_files_only(host, "shadow") ? NSS_ALONE
							   : nss_standing(host, "shadow"),
	};
	const struct file *file = ret_accounts->passwd;
	if (file->state == FILE_ABSENT)
		ret_accounts->problem = memory_text("there is no such file");
	else if (file->state == FILE_REFUSED)
		ret_accounts->problem = memory_text(file->reason);
	else if (memchr(file->bytes.data, '\0', file->bytes.size) != NULL)
		ret_accounts->problem = memory_text("it holds a NUL byte");
	if (ret_accounts->problem != NULL)
		return;
	read_shadow(ret_accounts->shadow, &shadow);
	read_passwd(ret_accounts, &shadow);
	if (ret_accounts->count == 0 && ret_accounts->nis_count == 0)
		ret_accounts->problem = memory_text("it names no account");
	free(shadow.sorted);
	free(shadow.lines);
	free(shadow.texts);
}

void
accounts_free(struct accounts *accounts)
{
	free(accounts->items);
	free(accounts->texts);
	free(accounts->nis);
	free(accounts->problem);
	*accounts = (struct accounts){ 0 };
}
