#include "policy/models/sshd/sshd_match.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_lexer.h"
#include "policy/models/sshd/sshd_names.h"
#include "policy/models/sshd/sshd_pattern.h"

static const struct {
	const char *name;
	int since;
} criteria[] = {
	[SSHD_BY_USER] = { "User", 404 },
	[SSHD_BY_GROUP] = { "Group", 404 },
	[SSHD_BY_HOST] = { "Host", 404 },
	[SSHD_BY_ADDRESS] = { "Address", 404 },
	[SSHD_BY_LOCAL_ADDRESS] = { "LocalAddress", 601 },
	[SSHD_BY_LOCAL_PORT] = { "LocalPort", 601 },
	[SSHD_BY_RDOMAIN] = { "RDomain", 707 },
	[SSHD_BY_ALL] = { "all", 605 },
	[SSHD_BY_INVALID_USER] = { "invalid-user", 909 },
	[SSHD_BY_OTHER] = { "", 1000 },
};

const char *
sshd_match_name(enum sshd_criterion criterion)
{
	return criteria[criterion].name;
}

static int
find_criterion(const char *name, int version)
{
	for (int i = 0; i < SSHD_BY_OTHER; i++)
		if (strcasecmp(criteria[i].name, name) == 0 &&
			criteria[i].since <= version)
			return i;
	return version >= criteria[SSHD_BY_OTHER].since ? SSHD_BY_OTHER : -1;
}

static void
add_criterion(struct sshd_block *block, enum sshd_criterion kind, const char *pattern)
{
	block->criteria = memory_grow(
		block->criteria, block->count, sizeof *block->criteria);
	block->criteria[block->count++] = (struct sshd_block_criterion){ kind,
		pattern != NULL ? memory_text(pattern) : NULL };
}

/* Checks PATTERN, which follows criterion KIND. */
static int
check_pattern(const struct sshd_reading *reading, int kind, const char *pattern,
	struct error *err)
{
	if ((kind == SSHD_BY_ADDRESS || kind == SSHD_BY_LOCAL_ADDRESS) &&
		sshd_pattern_addresses(pattern, NULL) != 0)
		return error_set(err, "invalid Match address argument '%s'", pattern);
	if (kind == SSHD_BY_LOCAL_PORT && sshd_names_port(reading, pattern) < 0)
		return error_set(err, "invalid LocalPort '%s' on Match line", pattern);
	return 0;
}

int
sshd_match_parse(const struct sshd_reading *reading, const char *text,
	struct sshd_block *ret_block, struct error *err)
{
	enum { COMMENT_SINCE = 807 };
	bool comments = reading->version >= COMMENT_SINCE;
	autofree char *copy = memory_text(text);
	char *left = copy;
	for (char *name; (name = sshd_lexer_next(&left)) != NULL && *name != '\0';) {
		if (*name == '#' && comments) {
			left = NULL;
			break;
		}
		int kind = find_criterion(name, reading->version);
		if (kind < 0)
			return error_set(err, "unsupported Match attribute %s", name);
		if (kind == SSHD_BY_INVALID_USER) {
			add_criterion(ret_block, SSHD_BY_INVALID_USER, NULL);
			continue;
		}
		char *pattern = sshd_lexer_next(&left);
		bool comment = pattern != NULL && *pattern == '#' && comments;
		bool given = pattern != NULL && *pattern != '\0' && !comment;
		if (kind == SSHD_BY_ALL) {
			if (given || ret_block->count > 0)
				return error_set(err,
					"'all' cannot be combined with "
					"other Match attributes");
			add_criterion(ret_block, SSHD_BY_ALL, NULL);
			if (comment)
				left = NULL;
			break;
		}
		if (!given)
			return error_set(err, "missing Match criteria for %s", name);
		if (check_pattern(reading, kind, pattern, err) < 0)
			return -1;
		autofree char *port = kind == SSHD_BY_LOCAL_PORT
			? memory_printf("%ld", sshd_names_port(reading, pattern))
			: NULL;
		add_criterion(ret_block, (enum sshd_criterion)kind,
			port != NULL ? port : pattern);
	}
	if (ret_block->count == 0)
		return error_set(err, "one or more attributes required for Match");
	if (left != NULL && *left != '\0')
		return error_set(err, "extra arguments at end of line");
	return 0;
}

/* One group that a negated pattern matches decides, whatever the others are. */
static int
match_groups(const char *pattern, const char *groups)
{
	int found = 0;
	while (*groups != '\0') {
		size_t length = strcspn(groups, ",");
		autofree char *group = memory_copy(groups, length);
		int match = sshd_pattern_list(pattern, group, false);
		if (match < 0)
			return 0;
		found |= match;
		groups += length;
		groups += *groups == ',';
	}
	return found;
}

int
sshd_match_criterion(const struct sshd_block_criterion *criterion,
	const struct sshd_connection *connection)
{
	const char *pattern = criterion->pattern;
	const char *value = criterion->kind < SSHD_BY_KNOWN_COUNT
		? connection->values[criterion->kind]
		: "";
	switch (criterion->kind) {
	case SSHD_BY_USER:
	case SSHD_BY_RDOMAIN:
		return sshd_pattern_list(pattern, value, false) == 1;
	case SSHD_BY_GROUP:
		return match_groups(pattern, value);
	case SSHD_BY_HOST: {
		autofree char *lower = memory_text(value);
		for (char *p = lower; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		return sshd_pattern_list(pattern, lower, true) == 1;
	}
	case SSHD_BY_ADDRESS:
	case SSHD_BY_LOCAL_ADDRESS:
		return sshd_pattern_addresses(pattern, value) == 1;
	case SSHD_BY_LOCAL_PORT:
		return strtol(pattern, NULL, 10) == strtol(value, NULL, 10);
	case SSHD_BY_ALL:
		return 1;
	case SSHD_BY_INVALID_USER:
	case SSHD_BY_OTHER:
		break;
	}
	return -1;
}

int
sshd_match_block(const struct sshd_block *blocks, long index,
	const struct sshd_connection *connection)
{
	int result = 1;
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++) {
			int match = sshd_match_criterion(
				&blocks[index].criteria[i], connection);
			if (match == 0)
				return 0;
			if (match < 0)
				result = -1;
		}
	return result;
}

bool
sshd_match_always(const struct sshd_block *blocks, long index)
{
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		if (blocks[index].count == 0 ||
			blocks[index].criteria[0].kind != SSHD_BY_ALL)
			return false;
	return true;
}

void
sshd_block_free(struct sshd_block *block)
{
	for (size_t i = 0; i < block->count; i++)
		free(block->criteria[i].pattern);
	free(block->criteria);
	free(block->text);
	*block = (struct sshd_block){ 0 };
}
