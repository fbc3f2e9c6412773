#include "base/console_conf.h"

#include <string.h>

#include "base/console_sum.h"

enum {
	SUM_DIGITS = 10,
	SUM_HEX = 16,
	SUM_LINE = 4 + SUM_DIGITS + 1 + SUM_HEX + 1,
	NAME_SIZE_MAX = 256, /* LOGIN_NAME_MAX of Linux */
	ID_SIZE_MAX = 64,
	HASH_SIZE = 64,
};

static const struct {
	const char *word;
	size_t size;
} words[] = { { "allow ", 6 }, { "control ", 8 }, { "policy ", 7 } };

static const char no_end[] = "the last line has no end: the file was cut short";
/* what to do about a sum that is not the file's: pam_holdfast(8) */
#define CURE                                                                             \
	": take the sum's line out if that was meant, or let 'holdfast apply' write it " \
	"anew"
static const char users_last[] = "in a file with a sum the users come last";

enum { WORD_ALLOW, WORD_CONTROL, WORD_POLICY, WORD_COUNT };

void
console_conf_begin(struct console_conf *conf, const char *text, size_t size)
{
	*conf = (struct console_conf){
		.text = text, .next = text, .end = text + size, .at = text
	};
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

static int
order(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int difference = memcmp(a, b, a_size < b_size ? a_size : b_size);
	return difference != 0 ? difference : (a_size > b_size) - (a_size < b_size);
}

/* SIZE digits in BASE, lower case; false when there is anything else. */
static bool
take_digits(const char *text, size_t size, unsigned base, uint64_t *ret_number)
{
	static const char hex_digits[] = "0123456789abcdef";
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++) {
		const char *digit = memchr(hex_digits, text[i], base);
		if (digit == NULL)
			return false;
		number = number * base + (uint64_t)(digit - hex_digits);
	}
	*ret_number = number;
	return true;
}

/* The first line, where it is the sum's. */
static int
take_sum(struct console_conf *conf, const char *line, size_t size)
{
	const char *digits = line + 4, *hex = digits + SUM_DIGITS + 1;
	uint64_t covered, sum;
	if (conf->line > 1)
		return fail(conf, 0, "the sum's line must be the first");
	if (size + 1 != SUM_LINE || hex[-1] != ' ' ||
		!take_digits(digits, SUM_DIGITS, 10, &covered) ||
		!take_digits(hex, SUM_HEX, 16, &sum))
		return fail(conf, 0, "not 'sum SIZE HEX' with ten and sixteen digits");
	size_t rest = (size_t)(conf->end - conf->next);
	if (covered != rest)
		return fail(conf, 4,
			covered > rest ? "the file was cut short: fewer bytes follow" CURE
				       : "the file was changed: more bytes follow" CURE);
	if (console_sum(conf->next, rest) != sum)
		return fail(conf, 4 + SUM_DIGITS + 1,
			"the file was changed: it has another sum" CURE);
	conf->has_sum = true;
	return 0;
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
	uint64_t digit;
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
		if (!take_digits(entry->text + i, 1, 16, &digit))
			return fail(conf, offset + i, "this is no SHA-256");
	return entry->size == HASH_SIZE ? 1 : fail(conf, offset, "this is no SHA-256");
}

/* Behind a sum: users last and in order, as console_conf_find needs them. */
static int
check_order(struct console_conf *conf, const struct console_conf_entry *entry)
{
	if (entry->kind != CONSOLE_CONF_USER)
		return conf->last == NULL ? 1 : fail(conf, 0, users_last);
	if (conf->last != NULL &&
		order(conf->last, conf->last_size, entry->text, entry->size) >= 0)
		return fail(conf, words[WORD_ALLOW].size,
			"in a file with a sum the users are sorted");
	conf->last = entry->text;
	conf->last_size = entry->size;
	return 1;
}

static int
finish(struct console_conf *conf)
{
	conf->at = conf->end;
	conf->line++;
	if ((conf->seen & 1u << WORD_CONTROL) == 0)
		return fail(conf, 0, "no line says 'control ID'");
	if ((conf->seen & 1u << WORD_POLICY) == 0)
		return fail(conf, 0, "no line says 'policy SHA256'");
	if ((conf->seen & 1u << WORD_ALLOW) == 0)
		return fail(conf, 0, "no line allows anybody");
	return 0;
}

int
console_conf_next(struct console_conf *conf, struct console_conf_entry *ret_entry)
{
	while (conf->error == NULL && conf->next < conf->end) {
		const char *line = conf->at = conf->next;
		const char *newline = memchr(line, '\n', (size_t)(conf->end - line));
		conf->line++;
		if (newline == NULL)
			return fail(conf, (size_t)(conf->end - line), no_end);
		size_t size = (size_t)(newline - line);
		conf->next = newline + 1;
		if (size >= 4 && memcmp(line, "sum ", 4) == 0) {
			take_sum(conf, line, size);
			continue;
		}
		if (size > 0 && *line != '#') {
			int result = take_line(conf, line, size, ret_entry);
			return result > 0 && conf->has_sum ? check_order(conf, ret_entry)
							   : result;
		}
		if (memchr(line, '\0', size) != NULL)
			return fail(conf, 0, "a NUL byte");
		if (conf->last != NULL)
			return fail(conf, 0, users_last);
	}
	return conf->error != NULL ? -1 : finish(conf);
}

bool
console_conf_skip(struct console_conf *conf)
{
	/* else the text is too large, or its end was looked at */
	bool more = conf->next > conf->at;
	if (more)
		conf->error = NULL;
	return more;
}

/* As fail, in the line AT, of which the number is not known. */
static int
fail_at(struct console_conf *conf, const char *at, const char *error)
{
	if (error != NULL)
		fail(conf, 0, error);
	conf->at = at;
	conf->line = 1;
	for (const char *byte = conf->text; byte < at; byte++)
		conf->line += *byte == '\n';
	return -1;
}

int
console_conf_find(struct console_conf *conf, const char *name, size_t size)
{
	const char *low = conf->at, *high = conf->end;
	if (high[-1] != '\n')
		return fail_at(conf, high, no_end);
	while (low < high) {
		struct console_conf_entry entry;
		const char *middle = low + (high - low) / 2;
		const char *before = memrchr(low, '\n', (size_t)(middle - low));
		const char *line = before != NULL ? before + 1 : low;
		const char *newline = memchr(middle, '\n', (size_t)(high - middle));
		if (take_line(conf, line, (size_t)(newline - line), &entry) < 0)
			return fail_at(conf, line, NULL);
		if (entry.kind != CONSOLE_CONF_USER)
			return fail_at(conf, line, users_last);
		int difference = order(name, size, entry.text, entry.size);
		if (difference == 0)
			return finish(conf) < 0 ? -1 : 1;
		if (difference < 0)
			high = line;
		else
			low = newline + 1;
	}
	return finish(conf);
}
