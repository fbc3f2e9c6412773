/* One line of an authorized_keys file. */
#include <ctype.h>
#include <nettle/base64.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/sshd/authorized_keys.h"
#include "policy/models/sshd/sshd_pattern.h"

enum { DSA_OFF_SINCE = 700, PROTOCOL_1_UNTIL = 706, DAY = 24 * 60 * 60 };

static const struct key_type {
	const char *name;
	int since, until; /* 0: still */
	const char *algorithms[3]; /* those that sign with it, but for its own name */
} types[] = {
	{ .name = "ssh-ed25519", .since = 605 },
	{ .name = "ssh-rsa", .algorithms = { "rsa-sha2-512", "rsa-sha2-256" } },
	{ .name = "ecdsa-sha2-nistp256", .since = 507 },
	{ .name = "ecdsa-sha2-nistp384", .since = 507 },
	{ .name = "ecdsa-sha2-nistp521", .since = 507 },
	{ .name = "ssh-dss", .until = 1000 },
	{ .name = "sk-ssh-ed25519@openssh.com", .since = 802 },
	{ .name = "sk-ecdsa-sha2-nistp256@openssh.com",
		.since = 802,
		.algorithms = { "webauthn-sk-ecdsa-sha2-nistp256@openssh.com" } },
};

static const struct key_type *
find_type(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strlen(types[i].name) == size &&
			memcmp(types[i].name, word, size) == 0)
			return &types[i];
	return NULL;
}

static bool
lists(const char *list, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, length) == 0 &&
			(at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

static bool
is_accepted(const struct authorized_keys_question *question, const struct key_type *type)
{
	if (question->algorithms == NULL)
		return strcmp(type->name, "ssh-dss") != 0 ||
			question->version < DSA_OFF_SINCE;
	bool accepted = lists(question->algorithms, type->name);
	for (size_t i = 0; type->algorithms[i] != NULL && !accepted; i++)
		accepted = lists(question->algorithms, type->algorithms[i]);
	return accepted;
}

/* A string of the SSH protocol (RFC 4251) at *AT of BLOB; false when it is cut off. */
static bool
next_string(struct bytes blob, size_t *at, struct bytes *ret_string)
{
	if (blob.size - *at < 4)
		return false;
	const unsigned char *p = (const unsigned char *)blob.data + *at;
	uint32_t size = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
	*at += 4;
	if (size > blob.size - *at)
		return false;
	*ret_string = (struct bytes){ blob.data + *at, size };
	*at += size;
	return true;
}

/* Bits of a positive number with a leading zero byte or none. */
static long
bit_length(struct bytes number)
{
	while (number.size > 0 && number.data[0] == '\0') {
		number.data++;
		number.size--;
	}
	long bits = (long)number.size * 8;
	for (unsigned top = 0x80;
		number.size > 0 && ((unsigned char)number.data[0] & top) == 0; top >>= 1)
		bits--;
	return bits;
}

/* Whether the word at TEXT is a key of TYPE. */
static enum authorized_keys_answer
judge_key(const struct authorized_keys_question *question, const struct key_type *type,
	const char *text, struct buffer *why)
{
	size_t length = strcspn(text, " \t"), size = BASE64_DECODE_LENGTH(length), at = 0;
	autofree char *data = memory_new(size + 1, 1);
	struct base64_decode_ctx decoder;
	struct bytes name, exponent, modulus;
	base64_decode_init(&decoder);
	bool good = base64_decode_update(
			    &decoder, &size, (uint8_t *)data, length, text) == 1 &&
		base64_decode_final(&decoder) == 1;
	struct bytes blob = { data, good ? size : 0 };
	if (!next_string(blob, &at, &name) || name.size != strlen(type->name) ||
		memcmp(name.data, type->name, name.size) != 0 ||
		!next_string(blob, &at, &exponent)) {
		buffer_text(why, "the key is damaged");
		return AUTHORIZED_KEYS_NONE;
	}
	if (question->version < type->since ||
		(type->until != 0 && question->version >= type->until) ||
		!is_accepted(question, type)) {
		buffer_printf(why, "sshd takes no key of the type %s", type->name);
		return AUTHORIZED_KEYS_NONE;
	}
	if (strcmp(type->name, "ssh-rsa") == 0 &&
		(!next_string(blob, &at, &modulus) ||
			bit_length(modulus) < question->rsa_bits)) {
		buffer_printf(why, "RSA keys must have %ld bits", question->rsa_bits);
		return AUTHORIZED_KEYS_NONE;
	}
	return AUTHORIZED_KEYS_SOME;
}

/* Where the options end that TEXT begins with: at the first blank outside quotes. NULL:
 * never. */
static const char *
options_end(const char *text)
{
	bool quoted = false;
	for (; *text != '\0' && (quoted || (*text != ' ' && *text != '\t')); text++) {
		if (text[0] == '\\' && text[1] == '"')
			text++;
		else if (*text == '"')
			quoted = !quoted;
	}
	return *text != '\0' ? text : NULL;
}

/* YYYYMMDD, with a time or not: by the day, which counts as past when it is over. */
static bool
is_past(const char *text, long today)
{
	time_t seconds = (time_t)today * DAY;
	struct tm now;
	char date[9];
	gmtime_r(&seconds, &now);
	return strlen(text) < 8 || strftime(date, sizeof date, "%Y%m%d", &now) != 8 ||
		strncmp(text, date, 8) < 0;
}

static enum authorized_keys_answer
judge_from(const struct authorized_keys_question *question, const char *list,
	struct buffer *why)
{
	int match = question->address != NULL
		? sshd_pattern_addresses(list, question->address)
		: 0;
	if (match == 1)
		return AUTHORIZED_KEYS_SOME;
	buffer_printf(why, "the key is good from %s alone", list);
	/* names are looked up, where UseDNS is on */
	bool has_names = list[strspn(list, "0123456789abcdefABCDEF.:/,!*?")] != '\0';
	return question->address == NULL || (match == 0 && has_names)
		? AUTHORIZED_KEYS_UNKNOWN
		: AUTHORIZED_KEYS_NONE;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcasecmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

static enum authorized_keys_answer
judge_option(const struct authorized_keys_question *question, const char *name,
	const char *value, struct buffer *why)
{
	static const char *const flags[] = { "restrict", "port-forwarding",
		"no-port-forwarding", "agent-forwarding", "no-agent-forwarding",
		"x11-forwarding", "no-x11-forwarding", "pty", "no-pty", "user-rc",
		"no-user-rc", "touch-required", "no-touch-required", "verify-required",
		"no-verify-required", NULL };
	static const char *const settings[] = { "environment", "permitopen",
		"permitlisten", "tunnel", NULL };
	if (value == NULL && is_one_of(name, flags))
		return AUTHORIZED_KEYS_SOME;
	if (value != NULL && is_one_of(name, settings))
		return AUTHORIZED_KEYS_SOME;
	if (value == NULL && strcasecmp(name, "cert-authority") == 0) {
		buffer_text(why, "who has a certificate of that authority is not known");
		return AUTHORIZED_KEYS_UNKNOWN;
	}
	if (value != NULL && strcasecmp(name, "command") == 0) {
		buffer_printf(why, "the key runs a command of its own: %s", value);
		return AUTHORIZED_KEYS_UNKNOWN;
	}
	if (value != NULL && strcasecmp(name, "principals") == 0)
		return AUTHORIZED_KEYS_SOME; /* with cert-authority, which decides */
	if (value != NULL && strcasecmp(name, "from") == 0)
		return judge_from(question, value, why);
	if (value != NULL && strcasecmp(name, "expiry-time") == 0) {
		if (!is_past(value, question->today))
			return AUTHORIZED_KEYS_SOME;
		buffer_text(why, "the key's time is over");
		return AUTHORIZED_KEYS_NONE;
	}
	buffer_printf(why, "sshd takes no option '%s'", name);
	return AUTHORIZED_KEYS_NONE;
}

/* All options between START and END; the worst answer counts. */
static enum authorized_keys_answer
judge_options(const struct authorized_keys_question *question, const char *start,
	const char *end, struct buffer *why)
{
	enum authorized_keys_answer worst = AUTHORIZED_KEYS_SOME;
	for (const char *at = start; at < end;) {
		autobuffer struct buffer value = { 0 }, reason = { 0 };
		size_t length = strcspn(at, "=,\"");
		if (length > (size_t)(end - at))
			length = (size_t)(end - at);
		autofree char *name = memory_copy(at, length);
		at += length;
		bool has_value = at < end && *at == '=';
		if (has_value && at[1] == '"') {
			buffer_text(&value, "");
			for (at += 2; at < end && *at != '"'; at++) {
				at += at[0] == '\\' && at[1] == '"';
				buffer_add(&value, at, 1);
			}
			at++;
		}
		if (at < end && *at != ',') {
			buffer_text(why, "its options are not understood");
			return AUTHORIZED_KEYS_NONE;
		}
		at++;
		enum authorized_keys_answer answer = judge_option(
			question, name, has_value ? value.data : NULL, &reason);
		if (answer < worst) {
			worst = answer;
			why->size = 0;
			buffer_text(why, reason.data != NULL ? reason.data : "");
		}
	}
	return worst;
}

enum authorized_keys_answer
authorized_keys_judge(const struct authorized_keys_question *question, const char *line,
	struct buffer *why)
{
	const char *at = line + strspn(line, " \t");
	size_t length = strcspn(at, " \t");
	const struct key_type *type = find_type(at, length);
	enum authorized_keys_answer by_options = AUTHORIZED_KEYS_SOME;
	if (at[strspn(at, "0123456789")] == ' ' && question->version < PROTOCOL_1_UNTIL) {
		buffer_text(why, "it is a key for protocol 1");
		return AUTHORIZED_KEYS_UNKNOWN;
	}
	if (type == NULL) {
		const char *end = options_end(at);
		if (end == NULL) {
			buffer_text(why, "it holds no key");
			return AUTHORIZED_KEYS_NONE;
		}
		by_options = judge_options(question, at, end, why);
		at = end + strspn(end, " \t");
		length = strcspn(at, " \t");
		type = find_type(at, length);
	}
	if (type == NULL) {
		why->size = 0;
		buffer_text(why, "it holds no key of a type that is known here");
		return AUTHORIZED_KEYS_NONE;
	}
	if (by_options == AUTHORIZED_KEYS_NONE)
		return by_options;
	at += length;
	enum authorized_keys_answer key = judge_key(
		question, type, at + strspn(at, " \t"), why);
	return key < by_options ? key : by_options;
}
