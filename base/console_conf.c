#include "base/console_conf.h"

#include <string.h>

enum {
	NAME_SIZE_MAX = 256, /* LOGIN_NAME_MAX of Linux */
	ID_SIZE_MAX = 64,
	HASH_SIZE = 64,
};

static const struct {
	const char *word;
	size_t size;
} words[] = { { "allow ", 6 }, { "control ", 8 }, { "policy ", 7 } };

enum { WORD_ALLOW, WORD_CONTROL, WORD_POLICY, WORD_COUNT };

void
console_conf_begin(struct console_conf *conf, const char *text, size_t size)
{
	*conf = (struct console_conf){ .next = text, .end = text + size };
	if (size > CONSOLE_CONF_MAX)
		conf->error = "the file is larger than 1 MiB";
}

static int
fail(struct console_conf *conf, size_t offset, const char *error)
{
	conf->error = error;
	conf->column = (unsigned)offset + 1;
	return -1;
}

/* How many bytes from the start of TEXT may stand in a name: no blank, no control byte,
 * and none of the separators that passwd(5), group(5) and this file use. */
static size_t
name_size(const char *text, size_t size)
{
	static const bool ends[256] = { [0 ... ' '] = true,
		[0x7f] = true,
		[':'] = true,
		[','] = true,
		['('] = true,
		[')'] = true };
	size_t i = 0;
	while (i < size && !ends[(unsigned char)text[i]])
		i++;
	return i;
}

static bool
is_number(const char *text, size_t size, uid_t *ret_number)
{
	unsigned long long number = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9' || number > 429496729)
			return false;
		number = number * 10 + (unsigned)(text[i] - '0');
	}
	*ret_number = (uid_t)number;
	return number < 4294967295; /* (uid_t)-1 is nobody's */
}

/* The rest of an allow line. */
static int
take_principal(struct console_conf *conf, const char *line, const char *text, size_t size,
	struct console_conf_entry *entry)
{
	size_t offset = (size_t)(text - line);
	bool group = size > 0 && *text == '(';
	if (group && text[size - 1] != ')')
		return fail(conf, offset, "the group's name has no closing parenthesis");
	entry->text = text + group;
	entry->size = size - (group ? 2 : 0);
	entry->kind = group ? CONSOLE_CONF_GROUP : CONSOLE_CONF_USER;
	size_t good = name_size(entry->text, entry->size);
	if (entry->size == 0)
		return fail(conf, offset, "a user, a (group) or a uid is missing");
	if (good < entry->size)
		return fail(conf, offset + group + good,
			"this can't stand in the name of a user or group");
	if (entry->size > NAME_SIZE_MAX)
		return fail(conf, offset, "the name is too long");
	if (group || *text < '0' || *text > '9')
		return 1;
	entry->kind = CONSOLE_CONF_UID;
	return is_number(text, size, &entry->uid)
		? 1
		: fail(conf, offset, "what begins with a digit must be a uid");
}

static int
take_line(struct console_conf *conf, const char *line, size_t size,
	struct console_conf_entry *entry)
{
	int word = WORD_ALLOW;
	while (word < WORD_COUNT &&
		(size < words[word].size || *line != *words[word].word ||
			memcmp(line, words[word].word, words[word].size) != 0))
		word++;
	if (word == WORD_COUNT)
		return fail(conf, 0, "not 'control ID', 'policy SHA256' or 'allow WHO'");
	size_t offset = words[word].size;
	bool again = word != WORD_ALLOW && (conf->seen & 1u << word) != 0;
	conf->seen |= 1u << word;
	if (again)
		return fail(conf, 0, "a second line of this sort");
	entry->text = line + offset;
	entry->size = size - offset;
	if (word == WORD_ALLOW)
		return take_principal(conf, line, entry->text, entry->size, entry);
	if (word == WORD_CONTROL) {
		entry->kind = CONSOLE_CONF_CONTROL;
		size_t good = name_size(entry->text, entry->size);
		return entry->size > 0 && entry->size <= ID_SIZE_MAX &&
				good == entry->size
			? 1
			: fail(conf, offset, "this is no id of a control");
	}
	entry->kind = CONSOLE_CONF_POLICY;
	for (size_t i = 0; i < entry->size; i++)
		if (strchr("0123456789abcdef", entry->text[i]) == NULL ||
			entry->text[i] == '\0')
			return fail(conf, offset + i, "this is no SHA-256");
	return entry->size == HASH_SIZE ? 1 : fail(conf, offset, "this is no SHA-256");
}

int
console_conf_next(struct console_conf *conf, struct console_conf_entry *ret_entry)
{
	while (conf->error == NULL && conf->next < conf->end) {
		const char *line = conf->next;
		const char *newline = memchr(line, '\n', (size_t)(conf->end - line));
		conf->line++;
		if (newline == NULL)
			return fail(conf, (size_t)(conf->end - line),
				"the last line has no end: the file was cut short");
		conf->next = newline + 1;
		if (newline > line && *line != '#')
			return take_line(conf, line, (size_t)(newline - line), ret_entry);
		if (memchr(line, '\0', (size_t)(newline - line)) != NULL)
			return fail(conf, 0, "a NUL byte");
	}
	if (conf->error != NULL)
		return -1;
	conf->line++;
	if ((conf->seen & 1u << WORD_CONTROL) == 0)
		return fail(conf, 0, "no line says 'control ID'");
	if ((conf->seen & 1u << WORD_POLICY) == 0)
		return fail(conf, 0, "no line says 'policy SHA256'");
	if ((conf->seen & 1u << WORD_ALLOW) == 0)
		return fail(conf, 0, "no line allows anybody");
	return 0;
}
