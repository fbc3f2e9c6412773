#include "base/redact.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char mask[] = "********";

static bool
is_account_file(const char *path)
{
	static const char *const names[] = { "passwd", "shadow", "group", "gshadow",
		"opasswd" };
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (strncmp(name, names[i], length) == 0 &&
			(name[length] == '\0' || strcmp(name + length, "-") == 0))
			return true;
	}
	return false;
}

/* passwd(5), shadow(5), group(5), gshadow(5): the second field; in PAM's opasswd the
 * rest. */
static char *
redact_account(struct bytes line)
{
	struct buffer out = { 0 };
	const char *end = line.data + line.size;
	const char *first = line.size > 0 ? memchr(line.data, ':', line.size) : NULL;
	if (first == NULL)
		return memory_copy(line.data, line.size);
	const char *second = memchr(first + 1, ':', (size_t)(end - first - 1));
	if (second == NULL)
		second = end;
	buffer_add(&out, line.data, (size_t)(first + 1 - line.data));
	buffer_text(&out, mask);
	buffer_add(&out, second, (size_t)(end - second));
	return buffer_take(&out);
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_';
}

/* Whether the word that ends before OFFSET names a secret; "db_password" does too. */
static bool
names_secret(const char *text, size_t offset, bool equals)
{
	static const char *const names[] = { "password", "passwd", "pwd", "passphrase",
		"secret", "token", "key" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (length <= offset &&
			strncasecmp(text + offset - length, names[i], length) == 0 &&
			(equals || strcmp(names[i], "key") != 0))
			return true;
	}
	return false;
}

/* The end of the value that begins at START: a quoted string, or up to a separator. */
static size_t
value_end(const char *text, size_t start)
{
	size_t at = start;
	if (text[at] == '"' || text[at] == '\'') {
		for (at++; text[at] != '\0' && text[at] != text[start]; at++)
			if (text[at] == '\\' && text[at + 1] != '\0')
				at++;
		return text[at] != '\0' ? at + 1 : at;
	}
	return start + strcspn(text + start, " \t,;)\r\n");
}

/* Where the value of an assignment to a secret begins when its name ends at OFFSET, 0
 * when this is none: NAME=VALUE, NAME: VALUE, --NAME VALUE. */
static size_t
secret_value(const char *text, size_t offset)
{
	size_t at = offset + strspn(text + offset, " \t");
	bool equals = text[at] == '=';
	if (!equals && text[at] != ':') {
		size_t start = offset;
		if (at == offset)
			return 0;
		while (start > 0 && (is_word(text[start - 1]) || text[start - 1] == '-'))
			start--;
		return strncmp(text + start, "--", 2) == 0 &&
				names_secret(text, offset, false)
			? at
			: 0;
	}
	if (!names_secret(text, offset, equals))
		return 0;
	return at + 1 + strspn(text + at + 1, " \t");
}

/* A crypt(5) hash at TEXT: $id$salt$hash. Its length, 0 when there is none. */
static size_t
crypt_length(const char *text)
{
	size_t id = text[0] == '$' ? strcspn(text + 1, "$ \t:") : 0;
	if (id < 1 || id > 4 || text[1 + id] != '$')
		return 0;
	size_t length = strspn(text,
		"$./=,-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
		"vwxyz0123456789");
	return length >= 16 ? length : 0;
}

/* The password in a URL whose "://" is at TEXT; *ret_start is its offset. */
static size_t
url_password(const char *text, size_t *ret_start)
{
	size_t host = 3 + strcspn(text + 3, "/ \t\"'");
	const char *at = memrchr(text + 3, '@', host - 3);
	const char *colon = at != NULL ? memchr(text + 3, ':', (size_t)(at - text - 3))
				       : NULL;
	if (colon == NULL)
		return 0;
	*ret_start = (size_t)(colon + 1 - text);
	return (size_t)(at - colon - 1);
}

/* rsyslog's legacy database actions: ">host,db,user,password" and
 * ":ommysql:host,db,user,password" (rsyslog, plugins/ommysql, parseSelectorAct). */
static size_t
database_password(const char *text, size_t *ret_start)
{
	size_t at;
	if (strncmp(text, ":ommysql:", 9) != 0 && strncmp(text, ":ompgsql:", 9) != 0 &&
		strncmp(text, ":omoracle:", 10) != 0 && text[0] != '>')
		return 0;
	at = text[0] == '>' ? 1 : 9;
	for (int i = 0; i < 3; i++) {
		at += strcspn(text + at, ", \t");
		if (text[at] != ',')
			return 0;
		at++;
	}
	*ret_start = at;
	return strcspn(text + at, ";");
}

static char *
redact_text(const char *text, size_t size)
{
	struct buffer out = { 0 };
	size_t at = 0;
	buffer_text(&out, "");
	while (at < size) {
		size_t start = 0, length = 0;
		if (at > 0 && is_word(text[at - 1]) && !is_word(text[at]) &&
			(start = secret_value(text, at)) > 0) {
			length = value_end(text, start) - start;
			start -= at;
		} else if (text[at] == '$' && (length = crypt_length(text + at)) > 0) {
			start = 0;
		} else if (strncmp(text + at, "://", 3) == 0) {
			length = url_password(text + at, &start);
		} else if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t') {
			length = database_password(text + at, &start);
		}
		if (length == 0) {
			buffer_add(&out, text + at++, 1);
			continue;
		}
		buffer_add(&out, text + at, start);
		buffer_text(&out, mask);
		at += start + length;
	}
	return buffer_take(&out);
}

char *
redact_line(const char *path, struct bytes line)
{
	if (is_account_file(path))
		return redact_account(line);
	/* NUL ends what the helpers look at; bytes behind one are copied and scanned on
	 */
	autofree char *text = memory_copy(line.data, line.size);
	for (size_t i = 0; i < line.size; i++)
		if (text[i] == '\0')
			text[i] = '\x01';
	return redact_text(text, line.size);
}
