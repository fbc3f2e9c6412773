#include "policy/models/network/tcprules.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/network/cdb.h"

enum {
	RULES_MAX = 200000, /* a range makes 256 of one line */
	BYTES_MAX = 64 << 20, /* of all of them */
	WORK_MAX = 10000000, /* steps of lookups: see cdb_find */
};

static const char too_many[] = "it has more than 200,000 rules, or 64 MiB of them";
static const char too_long[] = "its lookups take too long to be followed";

/* Adds a rule, unless its key is there already: a lookup comes to the first. */
static void
add(struct tcprules *rules, const char *key, struct bytes data, struct place place)
{
	rules->bytes += sizeof(struct tcprule) + strlen(key) + data.size;
	if (rules->problem == NULL &&
		(rules->count == RULES_MAX || rules->bytes > BYTES_MAX))
		rules->problem = memory_text(too_many);
	if (rules->problem != NULL || tcprules_get(rules, key) != NULL)
		return;
	struct tcprule *rule = memory_new(1, sizeof *rule);
	*rule = (struct tcprule){ .key = memory_text(key),
		.data = memory_copy(data.data, data.size),
		.size = data.size,
		.place = place };
	/* tcpserver.c found: a last instruction that no NUL ends is none */
	for (const char *at = rule->data, *end; !rule->denies; at = end + 1) {
		end = memchr(at, '\0', (size_t)(rule->data + rule->size - at));
		if (end == NULL)
			break;
		rule->denies = *at == 'D';
	}
	rules->items = memory_grow(rules->items, rules->count, sizeof *rules->items);
	rules->items[rules->count++] = rule;
	table_set(&rules->by_key, key, rule);
}

static void
refuse(struct tcprules *rules, struct place place, const char *why)
{
	rules->refused = place;
	rules->refused_why = why;
}

/* The variables behind a decision, ",NAME=qVALUEq" each, q being any byte. NULL, or why
 * tcprules refuses it. */
static const char *
take_variables(struct bytes text, struct buffer *data)
{
	const char *at = text.data, *end = text.data + text.size;
	while (at < end) {
		if (*at != ',')
			return "a comma must come next, or the end of the line";
		const char *equals = memchr(at, '=', (size_t)(end - at));
		if (equals == NULL)
			return "a variable has no '='";
		if (equals + 1 == end)
			return "a variable has no quoted value";
		const char *value = equals + 2;
		const char *quote = memchr(value, equals[1], (size_t)(end - value));
		if (quote == NULL)
			return "the quote that begins a value does not end it";
		buffer_text(data, "+");
		buffer_add(data, at + 1, (size_t)(value - 1 - (at + 1)));
		buffer_add(data, value, (size_t)(quote - value));
		buffer_add(data, "", 1);
		at = quote + 1;
	}
	return NULL;
}

/* What stands behind the colon. */
static const char *
take_action(struct bytes text, struct buffer *data)
{
	static const struct {
		const char *word;
		struct bytes data;
	} decisions[] = { { "deny", { "D", 2 } }, { "allow", { "", 0 } } };
	for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
		size_t length = strlen(decisions[i].word);
		if (text.size < length ||
			memcmp(text.data, decisions[i].word, length) != 0)
			continue;
		buffer_add(data, decisions[i].data.data, decisions[i].data.size);
		return take_variables(
			(struct bytes){ text.data + length, text.size - length }, data);
	}
	return "neither 'allow' nor 'deny' follows the colon";
}

/* scan_ulong: no digit at all is 0, and a number too large wraps around. False when
 * something else than digits stands there. */
static bool
take_number(const char *text, size_t length, unsigned long *ret_number)
{
	*ret_number = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*ret_number = *ret_number * 10 + (unsigned long)(text[i] - '0');
	}
	return true;
}

/* tcprules.c doaddressdata: the number before the first dash and the one behind it,
 * wherever they stand; the last is 255. */
static void
add_address(
	struct tcprules *rules, const char *key, struct bytes data, struct place place)
{
	const char *dash = strpbrk(key, "=@") != NULL ? NULL : strchr(key, '-');
	if (dash == NULL) {
		add(rules, key, data, place);
		return;
	}
	const char *dot = memrchr(key, '.', (size_t)(dash - key));
	const char *left = dot != NULL ? dot + 1 : key;
	const char *right = strchrnul(dash, '.');
	unsigned long number, last;
	if (!take_number(left, (size_t)(dash - left), &number) ||
		!take_number(dash + 1, (size_t)(right - dash - 1), &last)) {
		refuse(rules, place, "the ends of a range are no numbers");
		return;
	}
	for (last = last < 255 ? last : 255; number <= last; number++) {
		autofree char *one = memory_printf(
			"%.*s%lu%s", (int)(left - key), key, number, right);
		add(rules, one, data, place);
	}
}

static void
add_line(
	struct tcprules *rules, const struct tree *tree, size_t index, struct place place)
{
	const struct node *node = tree_part(tree, index, LABEL_ACTION);
	struct bytes text = node != NULL ? tree_value(tree, node)
					 : (struct bytes){ "", 0 };
	struct bytes name = tree_value(tree, &tree->nodes[index]);
	autofree char *key = memory_copy(name.data, name.size);
	autobuffer struct buffer data = { 0 };
	while (text.size > 0 && strchr(" \t", text.data[text.size - 1]) != NULL)
		text.size--;
	const char *why = take_action(text, &data);
	if (why != NULL)
		refuse(rules, place, why);
	else
		add_address(rules, key,
			(struct bytes){ data.data != NULL ? data.data : "", data.size },
			place);
}

void
tcprules_read_text(
	const struct context *context, const char *path, struct tcprules *ret_rules)
{
	struct error err = ERROR_INIT;
	const struct file *file;
	const struct tree *tree;
	*ret_rules = (struct tcprules){ 0 };
	if (context_tree(context, path, LENS_TCPRULES, &file, &tree, &err) < 0) {
		ret_rules->problem = memory_text(err.text);
		error_clear(&err);
		return;
	}
	for (size_t i = 0; i < tree->count && ret_rules->refused.file == NULL &&
		ret_rules->problem == NULL;
		i = tree_next_line(tree, i))
		if (tree->nodes[i].label == LABEL_RULE)
			add_line(ret_rules, tree, i,
				(struct place){ file, tree->nodes[i].start });
}

void
tcprules_read_cdb(struct bytes cdb, struct tcprules *ret_rules)
{
	struct cdb_cursor cursor = { 0 };
	struct cdb_record record;
	size_t work = WORK_MAX;
	*ret_rules = (struct tcprules){ 0 };
	while (ret_rules->problem == NULL && cdb_next(cdb, &cursor, &record)) {
		/* records may overlap, so that a small file has many long keys */
		size_t cost = record.key.size / 8 + 1;
		if (cost > work) {
			ret_rules->problem = memory_text(too_long);
			break;
		}
		work -= cost;
		/* no client's address, name or ident holds a NUL */
		if (memchr(record.key.data, '\0', record.key.size) != NULL)
			continue;
		autofree char *key = memory_copy(record.key.data, record.key.size);
		if (tcprules_get(ret_rules, key) != NULL)
			continue;
		enum cdb_answer answer = cdb_find(cdb, record.key, &record.data, &work);
		if (answer == CDB_FOUND)
			add(ret_rules, key, record.data, (struct place){ 0 });
		else if (answer == CDB_TOO_LONG)
			ret_rules->problem = memory_text(too_long);
	}
}

void
tcprules_free(struct tcprules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		free(rules->items[i]->key);
		free(rules->items[i]->data);
		free(rules->items[i]);
	}
	free(rules->items);
	table_free(&rules->by_key);
	free(rules->problem);
	*rules = (struct tcprules){ 0 };
}

const struct tcprule *
tcprules_get(const struct tcprules *rules, const char *key)
{
	return table_get(&rules->by_key, key);
}

/* The rule of the key that the three parts make. */
static const struct tcprule *
get_joined(const struct tcprules *rules, const char *info, const char *sign,
	const char *rest)
{
	autofree char *key = memory_printf("%s%s%s", info, sign, rest);
	return tcprules_get(rules, key);
}

/* rules.c doit: of all that fit the first in this order. */
const struct tcprule *
tcprules_find(
	const struct tcprules *rules, const char *ip, const char *host, const char *info)
{
	const struct tcprule *rule = NULL;
	if (info != NULL)
		rule = get_joined(rules, info, "@", ip);
	if (rule == NULL && info != NULL && host != NULL)
		rule = get_joined(rules, info, "@=", host);
	if (rule == NULL)
		rule = tcprules_get(rules, ip);
	if (rule == NULL && host != NULL)
		rule = get_joined(rules, "", "=", host);
	autofree char *prefix = memory_text(ip);
	for (size_t length = strlen(ip); rule == NULL && length > 0; length--) {
		prefix[length] = '\0';
		if (prefix[length - 1] == '.')
			rule = tcprules_get(rules, prefix);
	}
	for (const char *dot = host; rule == NULL && dot != NULL;
		dot = strchr(dot + 1, '.'))
		if (*dot == '.')
			rule = get_joined(rules, "", "=", dot);
	if (rule == NULL && host != NULL)
		rule = tcprules_get(rules, "=");
	return rule != NULL ? rule : tcprules_get(rules, "");
}

bool
tcprule_equals(const struct tcprule *a, const struct tcprule *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

char *
tcprule_describe(const struct tcprule *rule)
{
	autobuffer struct buffer text = { 0 };
	buffer_text(&text, rule != NULL && rule->denies ? "denied" : "admitted");
	if (rule == NULL || rule->denies)
		return buffer_take(&text);
	const char *word = " with";
	for (const char *at = rule->data, *end = at + rule->size; at < end;) {
		const char *stop = memchr(at, '\0', (size_t)(end - at));
		if (stop == NULL)
			break;
		const char *equals = *at == '+' ? strchr(at, '=') : NULL;
		if (equals != NULL) {
			buffer_printf(&text, "%s %.*s'%s'", word, (int)(equals - at),
				at + 1, equals + 1);
			word = " and";
		}
		at = stop + 1;
	}
	return buffer_take(&text);
}
