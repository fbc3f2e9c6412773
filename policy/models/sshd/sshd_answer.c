#include "policy/models/sshd/sshd_answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_algorithms.h"
#include "policy/models/sshd/sshd_listening.h"
#include "policy/models/sshd/sshd_value.h"

enum {
	ONE_KEYBOARD_OPTION_SINCE = 807,
	PRINCIPALS_QUIRK_SINCE = 609, /* see counts */
};

/* sshd reads its lines twice (parse_server_config): at the start, when only Match all
 * holds, and for each connection, when only lines in blocks count. What the second
 * reading sets replaces what the first did. */
enum reading { AT_START, FOR_CONNECTION };

/* Whose connection it is. */
struct whose {
	const struct sshd_connection *connection; /* NULL: one in these blocks: */
	const long *inside;
	size_t inside_count;
};

struct search {
	const struct sshd_config *config;
	const struct sshd_keyword *keyword;
	struct whose whose;
	enum reading reading;
	bool commands_seen;
	struct buffer list; /* of a keyword whose lines add up */
};

/* 1: the line is read in this reading; 0: not; -1: it can't be told. */
static int
is_read(const struct search *search, const struct sshd_line *line)
{
	const struct sshd_block *blocks = search->config->blocks;
	const struct whose *whose = &search->whose;
	bool always = sshd_match_always(blocks, line->block);
	if (search->reading == AT_START)
		return always;
	if (line->block == SSHD_GLOBAL)
		return 0;
	if (whose->connection != NULL)
		return sshd_match_block(blocks, line->block, whose->connection);
	for (size_t i = 0; i < whose->inside_count && !always; i++)
		always = whose->inside[i] == line->block;
	return always;
}

/* AuthorizedPrincipalsCommand looks whether AuthorizedKeysCommand is set, not itself: the
 * last line wins unless that one came before (parse_command in servconf.c). */
static bool
is_principals(const struct sshd_config *config, const struct sshd_keyword *keyword)
{
	return keyword->name == SSHD_AUTHORIZED_PRINCIPALS_COMMAND &&
		config->version >= PRINCIPALS_QUIRK_SINCE;
}

bool
sshd_answer_adds(const struct sshd_keyword *keyword)
{
	return keyword->rule == SSHD_ADD || keyword->rule == SSHD_FIRST_OR_NONE ||
		keyword->name == SSHD_REKEY_LIMIT ||
		keyword->name == SSHD_AUTHORIZED_PRINCIPALS_COMMAND;
}

bool
sshd_answer_uses(const struct sshd_config *config, const struct sshd_keyword *keyword,
	const struct sshd_line *line)
{
	return line->keyword == keyword ||
		(is_principals(config, keyword) &&
			line->keyword->name == SSHD_AUTHORIZED_KEYS_COMMAND);
}

static void
take(struct search *search, const struct sshd_line *line, struct sshd_answer *answer)
{
	enum sshd_rule rule = is_principals(search->config, search->keyword)
		? SSHD_LAST
		: search->keyword->rule;
	if (rule == SSHD_ADD) {
		buffer_printf(&search->list, "%s%s", search->list.size > 0 ? " " : "",
			line->value);
		answer->line = answer->line != NULL ? answer->line : line;
		answer->adding++;
		return;
	}
	bool differs = answer->line != NULL &&
		strcmp(answer->line->value, line->value) != 0;
	bool first = rule == SSHD_FIRST ||
		(rule == SSHD_FIRST_OR_NONE && strcmp(line->value, "none") != 0);
	if (answer->line != NULL && first) {
		if (answer->shadowed == NULL && differs)
			answer->shadowed = line;
		return;
	}
	if (differs)
		answer->shadowed = answer->line;
	answer->line = line;
	answer->adding = 1;
}

static void
search_lines(struct search *search, struct sshd_answer *answer)
{
	for (size_t i = 0; i < search->config->count; i++) {
		const struct sshd_line *line = &search->config->lines[i];
		if (!sshd_answer_uses(search->config, search->keyword, line))
			continue;
		int read = is_read(search, line);
		if (read < 0)
			answer->reason = "whether a Match block holds can't be told";
		if (read <= 0)
			continue;
		if (line->keyword != search->keyword)
			search->commands_seen = true;
		else if (!search->commands_seen)
			take(search, line, answer);
	}
	if (search->list.size > 0)
		answer->value = buffer_take(&search->list);
	else if (answer->line != NULL)
		answer->value = memory_text(answer->line->value);
}

static struct sshd_answer
find_at_start(const struct sshd_config *config, const struct sshd_keyword *keyword)
{
	struct sshd_answer answer = { .at_start = true };
	struct search search = {
		.config = config, .keyword = keyword, .reading = AT_START
	};
	search_lines(&search, &answer);
	if (answer.value == NULL) {
		const char *text = sshd_keyword_default(
			keyword, config->version, config->debian);
		answer.value = text != NULL ? memory_text(text) : NULL;
		answer.reason = "the default depends on how sshd was built";
	}
	return answer;
}

static struct sshd_answer
find(const struct sshd_config *config, const struct sshd_keyword *keyword,
	const struct whose *whose)
{
	struct sshd_answer answer = { 0 };
	struct search search = { .config = config,
		.keyword = keyword,
		.whose = *whose,
		.reading = FOR_CONNECTION };
	if (keyword->match_since != 0 && keyword->match_since <= config->version)
		search_lines(&search, &answer);
	return answer.value != NULL ? answer : find_at_start(config, keyword);
}

struct sshd_answer
sshd_answer_at_start(const struct sshd_config *config, enum sshd_setting setting)
{
	const struct sshd_keyword *keyword = sshd_keyword_get(setting, config->version);
	return keyword != NULL ? find_at_start(config, keyword)
			       : (struct sshd_answer){ 0 };
}

/* Before 8.7: challenge_response_authentication turns kbd_interactive_authentication on
 * when sshd starts; a Match block can still turn it off. */
static struct sshd_answer
find_keyboard(const struct sshd_config *config, const struct whose *whose)
{
	const struct sshd_keyword *keyword = sshd_keyword_get(
		SSHD_KBD_INTERACTIVE_AUTHENTICATION, config->version);
	struct sshd_answer own = find(config, keyword, whose);
	if (own.line != NULL && own.line->block != SSHD_GLOBAL &&
		keyword->match_since <= config->version)
		return own;
	struct sshd_answer other = find(config,
		sshd_keyword_get(SSHD_CHALLENGE_RESPONSE_AUTHENTICATION, config->version),
		&(struct whose){ 0 });
	bool forced = other.value != NULL && strcmp(other.value, "yes") == 0;
	sshd_answer_free(forced ? &own : &other);
	return forced ? other : own;
}

/* RekeyLimit without an interval takes that of the next line that has one. */
static void
complete_rekey(struct search search, struct sshd_answer *answer)
{
	static const enum reading order[] = { FOR_CONNECTION, AT_START };
	const char *interval = "0";
	char *dash = answer->value != NULL ? strchr(answer->value, '-') : NULL;
	if (dash == NULL)
		return;
	for (size_t k = 0; k < 2 && *interval == '0'; k++) {
		search.reading = order[k];
		for (size_t i = 0; i < search.config->count && *interval == '0'; i++) {
			const struct sshd_line *line = &search.config->lines[i];
			if (line->keyword == search.keyword &&
				is_read(&search, line) == 1 &&
				strchr(line->value, '-') == NULL)
				interval = strchr(line->value, ' ') + 1;
		}
	}
	*dash = '\0';
	char *whole = memory_printf("%s%s", answer->value, interval);
	free(answer->value);
	answer->value = whole;
}

/* Of PermitUserEnvironment the second reading copies the list of names alone
 * (COPY_MATCH_STRING_OPTS in servconf.h), which counts when the first one allows any. */
static struct sshd_answer
find_environment(const struct sshd_config *config, const struct sshd_keyword *keyword,
	const struct whose *whose)
{
	struct sshd_answer answer = find_at_start(config, keyword), list = { 0 };
	struct search search = { .config = config,
		.keyword = keyword,
		.whose = *whose,
		.reading = FOR_CONNECTION };
	if (answer.value == NULL || strcmp(answer.value, "no") == 0)
		return answer;
	search_lines(&search, &list);
	bool counts = list.value != NULL && strcmp(list.value, "yes") != 0 &&
		strcmp(list.value, "no") != 0;
	sshd_answer_free(counts ? &answer : &list);
	return counts ? list : answer;
}

static struct sshd_answer
find_for(const struct sshd_config *config, enum sshd_setting setting,
	const struct whose *whose)
{
	const struct sshd_keyword *keyword = sshd_keyword_get(setting, config->version);
	if (keyword == NULL)
		return (struct sshd_answer){ .reason = "this version of OpenSSH has no "
						       "such keyword" };
	if (keyword->no_effect)
		return (struct sshd_answer){
			.value = keyword->acts_as != NULL ? memory_text(keyword->acts_as)
							  : NULL,
			.reason = "this version of OpenSSH ignores the keyword",
		};
	if (setting == SSHD_KBD_INTERACTIVE_AUTHENTICATION &&
		config->version < ONE_KEYBOARD_OPTION_SINCE)
		return find_keyboard(config, whose);
	if (setting == SSHD_PERMIT_USER_ENVIRONMENT)
		return find_environment(config, keyword, whose);
	struct sshd_answer answer = find(config, keyword, whose);
	if (setting == SSHD_LISTEN_ADDRESS) {
		free(answer.value);
		answer.value = sshd_listening_find(config, &answer.reason);
	}
	answer.value = sshd_value_shown(keyword, answer.value);
	if (setting == SSHD_REKEY_LIMIT)
		complete_rekey(
			(struct search){
				.config = config, .keyword = keyword, .whose = *whose },
			&answer);
	if (sshd_algorithms_are(keyword)) {
		char *whole = sshd_algorithms_assemble(
			keyword, config->version, answer.value);
		/* sshd puts what it starts with together again for each connection, and
		 * takes an empty list for one that is not set (kex_assemble_names) */
		if (whole != NULL && *whole == '\0' && answer.at_start) {
			free(whole);
			whole = sshd_algorithms_assemble(keyword, config->version, NULL);
		}
		free(answer.value);
		answer.value = whole;
		answer.reason =
			"the default list of this version of OpenSSH is not known";
	}
	return answer;
}

struct sshd_answer
sshd_answer_find(const struct sshd_config *config, enum sshd_setting setting,
	const struct sshd_connection *connection)
{
	return find_for(config, setting, &(struct whose){ .connection = connection });
}

struct sshd_answer
sshd_answer_within(const struct sshd_config *config, enum sshd_setting setting,
	const long *inside, size_t count)
{
	return find_for(config, setting, &(struct whose){ NULL, inside, count });
}

/* The first line whose mistake counts when SEARCH reads all lines. */
static const struct sshd_line *
find_mistake(const struct search *search)
{
	const struct sshd_line *found = NULL;
	struct sshd_taken taken = { 0 };
	for (size_t i = 0; i < search->config->count && found == NULL; i++) {
		const struct sshd_line *line = &search->config->lines[i];
		if (!search->config->mistaken[line->keyword->name])
			continue;
		bool held = is_read(search, line) == 1;
		if (sshd_taken_rejects(&taken, line, held))
			found = line;
		if (held)
			sshd_taken_add(&taken, line);
	}
	sshd_taken_free(&taken);
	return found;
}

const struct sshd_line *
sshd_answer_refused(const struct sshd_config *config,
	const struct sshd_connection *connection, const char **ret_reason)
{
	struct search search = { .config = config,
		.whose = { .connection = connection },
		.reading = FOR_CONNECTION };
	const struct sshd_line *refused = find_mistake(&search);
	if (refused != NULL)
		*ret_reason = refused->mistake.error.text;
	for (size_t i = 0; i < SSHD_SETTING_COUNT && refused == NULL; i++) {
		search.keyword = sshd_keyword_get((enum sshd_setting)i, config->version);
		if (search.keyword == NULL || search.keyword->name != i ||
			!sshd_algorithms_are(search.keyword))
			continue;
		struct sshd_answer answer = { 0 };
		if (search.keyword->match_since != 0)
			search_lines(&search, &answer);
		if (answer.line != NULL &&
			sshd_algorithms_fail(
				search.keyword, config->version, answer.line->value)) {
			refused = answer.line;
			*ret_reason = "no algorithm is left of the list";
		}
		sshd_answer_free(&answer);
	}
	return refused;
}

void
sshd_answer_free(struct sshd_answer *answer)
{
	free(answer->value);
	*answer = (struct sshd_answer){ 0 };
}
