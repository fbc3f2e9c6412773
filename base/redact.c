#include "base/redact.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char mask[] = "********";

static bool
is_file(const char *path, const char *wanted)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	size_t length = strlen(wanted);
	return strncmp(name, wanted, length) == 0 &&
		(name[length] == '\0' || strcmp(name + length, "-") == 0);
}

static bool
is_account_file(const char *path)
{
	return is_file(path, "passwd") || is_file(path, "shadow") ||
		is_file(path, "group") || is_file(path, "gshadow");
}

/* Whether a password's field says only that there is none, that it stands elsewhere or
 * that nothing opens it: passwd(5), shadow(5). No hash is so short. */
static bool
is_no_hash(const char *field, size_t size)
{
	static const char *const texts[] = { "", "x", "*", "!", "!!" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strlen(texts[i]) == size && memcmp(field, texts[i], size) == 0)
			return true;
	return false;
}

/* The second field: passwd(5), shadow(5), group(5), gshadow(5). With REST, all that
 * follows the first: pam_unix's opasswd is USER:UID:COUNT:HASH,HASH... (linux-pam,
 * modules/pam_unix/passverify.c, save_old_password). */
static char *
redact_account(struct bytes line, bool rest)
{
	struct buffer out = { 0 };
	const char *end = line.data + line.size;
	const char *first = line.size > 0 ? memchr(line.data, ':', line.size) : NULL;
	if (first == NULL)
		return memory_copy(line.data, line.size);
	const char *field = first + 1;
	const char *second = rest ? NULL : memchr(field, ':', (size_t)(end - field));
	if (second == NULL)
		second = end;
	if (is_no_hash(field, (size_t)(second - field)))
		return memory_copy(line.data, line.size);
	buffer_add(&out, line.data, (size_t)(field - line.data));
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

static bool
holds(const char *name, size_t length, const char *part)
{
	size_t part_length = strlen(part);
	for (size_t i = 0; i + part_length <= length; i++)
		if (strncasecmp(name + i, part, part_length) == 0)
			return true;
	return false;
}

static bool
ends_with(const char *name, size_t length, const char *end)
{
	size_t size = strlen(end);
	return length >= size && strncasecmp(name + length - size, end, size) == 0;
}

/* Where the name that ends before OFFSET begins. Linear as a whole: what may follow a
 * name ends the search for the next one's beginning. */
static size_t
name_start(const char *text, size_t offset)
{
	while (offset > 0 &&
		(is_word(text[offset - 1]) || text[offset - 1] == '-' ||
			text[offset - 1] == '.'))
		offset--;
	return offset;
}

/* Whether the name of LENGTH bytes is one of a secret: "db_password", and
 * "httpheaders", "httpheadervalue" and "community" of rsyslog's omhttp and omsnmp. A
 * "key" and a "pass" at its end are ones only before "=". */
static bool
names_secret(const char *name, size_t length, bool equals)
{
	static const char *const parts[] = { "password", "passwd", "pwd", "passphrase",
		"secret", "token", "community", "httpheaders" };
	static const char key[] = "key", pass[] = "pass", no_secret[] = "httpheaderkey";
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (holds(name, length, parts[i]))
			return true;
	if (holds(name, length, "header") && holds(name, length, "value"))
		return true;
	if (equals && ends_with(name, length, pass))
		return true;
	return equals && ends_with(name, length, key) &&
		(length != strlen(no_secret) ||
			strncasecmp(name, no_secret, length) != 0);
}

/* The end of the quoted string that begins at AT. */
static size_t
string_end(const char *text, size_t at)
{
	char quote = text[at++];
	for (; text[at] != '\0' && text[at] != quote; at++)
		if (text[at] == '\\' && text[at + 1] != '\0')
			at++;
	return text[at] != '\0' ? at + 1 : at;
}

/* The end of the value that begins at START: a quoted string, an array of them, or up to
 * a separator. */
static size_t
value_end(const char *text, size_t start)
{
	size_t at = start;
	if (text[at] == '"' || text[at] == '\'')
		return string_end(text, at);
	if (text[at] != '[')
		return start + strcspn(text + start, " \t,;)\r\n");
	while (text[at] != '\0' && text[at] != ']')
		at = text[at] == '"' || text[at] == '\'' ? string_end(text, at) : at + 1;
	return text[at] != '\0' ? at + 1 : at;
}

/* Whether the value at START says nothing: a switch, or the path of a file for a key. */
static bool
is_plain(const char *text, size_t start, bool key)
{
	static const char *const switches[] = { "yes", "no", "on", "off" };
	size_t end = value_end(text, start);
	if (text[start] == '"' || text[start] == '\'') {
		start++;
		if (end > start && (text[end - 1] == '"' || text[end - 1] == '\''))
			end--;
	}
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		if (strlen(switches[i]) == end - start &&
			strncasecmp(text + start, switches[i], end - start) == 0)
			return true;
	return key && text[start] == '/';
}

/* Where the value of an assignment to a secret begins when its name ends at OFFSET, 0
 * when this is none: NAME=VALUE, NAME: VALUE, --NAME VALUE, and rsyslog's $NAME VALUE. */
static size_t
secret_value(const char *text, size_t offset)
{
	size_t at = offset + strspn(text + offset, " \t");
	bool equals = text[at] == '=', blank = at > offset;
	if (!equals && text[at] != ':' && !blank)
		return 0;
	size_t start = name_start(text, offset), length = offset - start;
	if (!equals && text[at] != ':')
		return (strncmp(text + start, "--", 2) == 0 ||
			       (start > 0 && text[start - 1] == '$')) &&
				names_secret(text + start, length, false)
			? at
			: 0;
	if (!names_secret(text + start, length, equals))
		return 0;
	bool key = !names_secret(text + start, length, false);
	at += 1 + strspn(text + at + 1, " \t");
	return is_plain(text, at, key) ? 0 : at;
}

/* What follows the name of a scheme of HTTP's Authorization (RFC 7617, RFC 6750) at TEXT;
 * *ret_start is its offset. */
static size_t
authorization(const char *text, size_t *ret_start)
{
	static const char *const schemes[] = { "Bearer ", "Basic " };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0) {
			*ret_start = strlen(schemes[i]);
			return strcspn(text + *ret_start, " \t\"',;)]\\");
		}
	return 0;
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
		} else if ((at == 0 || !is_word(text[at - 1])) &&
			(length = authorization(text + at, &start)) > 0) {
			; /* both are set */
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
	bool old = is_file(path, "opasswd");
	if (old || is_account_file(path))
		return redact_account(line, old);
	/* NUL ends what the helpers look at; bytes behind one are copied and scanned on
	 */
	autofree char *text = memory_copy(line.data, line.size);
	for (size_t i = 0; i < line.size; i++)
		if (text[i] == '\0')
			text[i] = '\x01';
	return redact_text(text, line.size);
}
