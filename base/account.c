#include "base/account.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	PASSWD_FIELDS = 7,
	SHADOW_FIELDS = 9,
	FIELDS_MAX = SHADOW_FIELDS,
};

/* The first line of FILE for NAME, cut into fields at its colons; the missing ones are
 * empty. NULL when there is none. The caller frees. */
static char *
find_line(const struct file *file, const char *name, char *ret_fields[FIELDS_MAX])
{
	const struct bytes text = file->bytes;
	size_t length = strlen(name);
	for (size_t at = 0; file->state == FILE_READ && at < text.size;) {
		const char *line = text.data + at;
		const char *newline = memchr(line, '\n', text.size - at);
		size_t size = newline ? (size_t)(newline - line) : text.size - at;
		at += size + 1;
		while (size > 0 && (*line == ' ' || *line == '\t')) {
			line++;
			size--;
		}
		if (size <= length || line[length] != ':' ||
			memcmp(line, name, length) != 0)
			continue;
		char *copy = memory_copy(line, size), *rest = copy;
		for (size_t i = 0; i < FIELDS_MAX; i++)
			ret_fields[i] = rest != NULL ? strsep(&rest, ":") : copy + size;
		return copy;
	}
	return NULL;
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

/* A field in days; -1 when it says nothing. */
static long
days(const char *text)
{
	long number;
	return text_number(text, 0, LONG_MAX / 4, &number, NULL) == 0 ? number : -1;
}

/* check_shadow_expiry() of Linux-PAM 1.5.2, asked of pam_unix on each of these days. */
static enum account_age
judge_age(char *const fields[SHADOW_FIELDS], long today)
{
	long changed = days(fields[2]), max = days(fields[4]), inactive = days(fields[6]),
	     expires = days(fields[7]);
	if (expires >= 0 && today >= expires)
		return ACCOUNT_EXPIRED;
	if (changed == 0)
		return ACCOUNT_NEW_PASSWORD;
	if (changed < 0 || max < 0 || today <= changed + max)
		return ACCOUNT_VALID;
	return inactive >= 0 && today > changed + max + inactive ? ACCOUNT_EXPIRED
								 : ACCOUNT_NEW_PASSWORD;
}

void
account_read(const struct principals *principals, const struct principal *user,
	long today, struct account *ret_account)
{
	char *fields[FIELDS_MAX];
	*ret_account = (struct account){ .password = ACCOUNT_PASSWORD_UNKNOWN,
		.age = ACCOUNT_AGE_UNKNOWN };
	autofree char *line = find_line(principals->passwd, user->name, fields);
	if (line == NULL)
		return;
	ret_account->home = memory_text(fields[PASSWD_FIELDS - 2]);
	ret_account->shell = memory_text(fields[PASSWD_FIELDS - 1]);
	if (!user->shadowed) {
		ret_account->password = account_judge_password(fields[1]);
		ret_account->is_marked = fields[1][0] == '!';
		ret_account->age = ACCOUNT_VALID;
		return;
	}
	if (principals->shadow->state != FILE_READ ||
		principals->shadow_standing == NSS_BESIDE)
		return;
	autofree char *shadow = find_line(principals->shadow, user->name, fields);
	if (shadow == NULL && principals->shadow_standing == NSS_FIRST)
		return;
	if (shadow == NULL) {
		/* pam_unix finds no entry and refuses: get_account_info */
		ret_account->password = ACCOUNT_PASSWORD_LOCKED;
		ret_account->age = ACCOUNT_EXPIRED;
		return;
	}
	ret_account->password = account_judge_password(fields[1]);
	ret_account->is_marked = fields[1][0] == '!';
	ret_account->age = judge_age(fields, today);
}

void
account_free(struct account *account)
{
	free(account->home);
	free(account->shell);
	*account = (struct account){ 0 };
}
