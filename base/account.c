#include "base/account.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LINE_ROOM = 128 }; /* that libc may want beside the line */

/* The next line of TEXT from *AT on that begins with NAME and a colon, blanks before it
 * left out; moves *AT behind it. NULL when there is none. The caller frees. */
static char *
next_line(struct bytes text, const char *name, size_t *at)
{
	size_t length = strlen(name);
	while (*at < text.size) {
		const char *line = text.data + *at;
		const char *newline = memchr(line, '\n', text.size - *at);
		size_t size = newline ? (size_t)(newline - line) : text.size - *at;
		*at += size + 1;
		while (size > 0 && isspace((unsigned char)*line)) {
			line++;
			size--;
		}
		if (size > length && line[length] == ':' &&
			memcmp(line, name, length) == 0)
			return memory_copy(line, size);
	}
	return NULL;
}

/* Finds the first line for NAME that libc takes for one. *ret_memory holds the texts of
 * *ret_entry; the caller frees it in any case. */
static bool
find_passwd(const struct file *file, const char *name, struct passwd *ret_entry,
	char **ret_memory)
{
	bool found = false;
	char *line;
	*ret_memory = NULL;
	for (size_t at = 0; !found && file->state == FILE_READ &&
		(line = next_line(file->bytes, name, &at)) != NULL;
		free(line)) {
		size_t size = strlen(line) + LINE_ROOM;
		struct passwd *entry;
		FILE *stream = fmemopen(line, strlen(line), "r");
		free(*ret_memory);
		*ret_memory = memory_new(size, 1);
		found = stream != NULL &&
			fgetpwent_r(stream, ret_entry, *ret_memory, size, &entry) == 0;
		if (stream != NULL)
			fclose(stream);
	}
	return found;
}

bool
account_parse_shadow(const char *line, struct spwd *ret_entry, char **ret_memory)
{
	size_t size = strlen(line) + LINE_ROOM;
	struct spwd *entry;
	*ret_memory = memory_new(size, 1);
	return sgetspent_r(line, ret_entry, *ret_memory, size, &entry) == 0;
}

/* The same of etc/shadow. */
static bool
find_shadow(const struct file *file, const char *name, struct spwd *ret_entry,
	char **ret_memory)
{
	bool found = false;
	char *line;
	*ret_memory = NULL;
	for (size_t at = 0; !found && (line = next_line(file->bytes, name, &at)) != NULL;
		free(line)) {
		free(*ret_memory);
		found = account_parse_shadow(line, ret_entry, ret_memory);
	}
	return found;
}

/* Whether crypt(5) could have made TEXT: else no password gives it. */
static bool
is_hash(const char *text)
{
	static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz";
	if (text[0] == '$' || text[0] == '_')
		return true;
	return strspn(text, digits) >= 13;
}

bool
account_is_shadowed(const char *name, const char *password)
{
	return strcmp(password, "x") == 0 || strcmp(password, "*NP*") == 0 ||
		(strncmp(password, "##", 2) == 0 && strcmp(password + 2, name) == 0);
}

enum account_password
account_judge_password(const char *text)
{
	if (text[0] == '\0')
		return ACCOUNT_PASSWORD_EMPTY;
	return is_hash(text) ? ACCOUNT_PASSWORD_SET : ACCOUNT_PASSWORD_LOCKED;
}

/* check_shadow_expiry() of Linux-PAM 1.5.2; -1 says nothing. A day without number counts
 * as the last of 1969. */
static enum account_age
judge_age(const struct spwd *entry, long long today)
{
	long long changed = entry->sp_lstchg, max = entry->sp_max,
		  inactive = entry->sp_inact, expires = entry->sp_expire;
	if (expires != -1 && today >= expires)
		return ACCOUNT_EXPIRED;
	if (changed == 0)
		return ACCOUNT_NEW_PASSWORD;
	long long age = today - changed;
	if (age < 0 || max == -1 || age <= max)
		return ACCOUNT_VALID;
	return inactive != -1 && age > inactive && age > max + inactive
		? ACCOUNT_PASSWORD_EXPIRED
		: ACCOUNT_NEW_PASSWORD;
}

void
account_read(const struct principals *principals, const struct principal *user,
	long today, struct account *ret_account)
{
	struct passwd entry;
	struct spwd shadow;
	autofree char *memory = NULL, *shadow_memory = NULL;
	*ret_account = (struct account){ .password = ACCOUNT_PASSWORD_UNKNOWN,
		.age = ACCOUNT_AGE_UNKNOWN };
	if (!find_passwd(principals->passwd, user->name, &entry, &memory))
		return;
	ret_account->home = memory_text(entry.pw_dir);
	ret_account->shell = memory_text(entry.pw_shell);
	if (!user->shadowed) {
		ret_account->password = account_judge_password(entry.pw_passwd);
		ret_account->is_marked = entry.pw_passwd[0] == '!';
		ret_account->age = ACCOUNT_VALID;
		return;
	}
	/* etc/shadow is read for "*NP*" with the user's own rights (get_account_info) */
	if (principals->shadow->state != FILE_READ ||
		principals->shadow_standing == NSS_BESIDE ||
		strcmp(entry.pw_passwd, "*NP*") == 0)
		return;
	if (principals->shadow_standing != NSS_NONE &&
		find_shadow(principals->shadow, user->name, &shadow, &shadow_memory)) {
		ret_account->password = account_judge_password(shadow.sp_pwdp);
		ret_account->is_marked = shadow.sp_pwdp[0] == '!';
		ret_account->age = judge_age(&shadow, today);
	} else if (principals->shadow_standing != NSS_FIRST) {
		ret_account->password = ACCOUNT_PASSWORD_LOCKED;
		ret_account->age = ACCOUNT_UNLISTED;
	}
}

void
account_free(struct account *account)
{
	free(account->home);
	free(account->shell);
	*account = (struct account){ 0 };
}
