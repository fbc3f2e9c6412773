#include "policy/models/sshd/sshd_person.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_attempt.h"
#include "policy/models/sshd/sshd_pattern.h"

enum { USE_PAM_SINCE = 307 }; /* before, PAM was built in or not */

/* As AuthenticationMethods and people call them. */
static const struct {
	const char *name, *word;
} methods[SSHD_METHOD_COUNT] = {
	[SSHD_METHOD_KEY] = { "publickey", "key" },
	[SSHD_METHOD_PASSWORD] = { "password", "password" },
	[SSHD_METHOD_KEYBOARD] = { "keyboard-interactive",
		"password (keyboard-interactive)" },
	[SSHD_METHOD_GSSAPI] = { "gssapi-with-mic", "Kerberos" },
	[SSHD_METHOD_HOST] = { "hostbased", "the client's host" },
};

/* Makes the verdict no better than WAY. */
static void
limit(struct sshd_attempt *attempt, enum passage passage, struct place place,
	char *reason)
{
	struct sshd_verdict *verdict = attempt->verdict;
	if (verdict->passage <= passage) {
		free(reason);
		return;
	}
	free(verdict->reason);
	verdict->passage = passage;
	verdict->reason = reason;
	verdict->place = place;
}

/* A word of AllowUsers or DenyUsers: user, or user@host. match_user in match.c. */
static bool
matches_user(const struct sshd_attempt *attempt, const char *word)
{
	const char *at = strrchr(word, '@');
	autofree char *name = memory_copy(word, at ? (size_t)(at - word) : strlen(word));
	if (!sshd_pattern_matches(name, attempt->person->user->name))
		return false;
	const char *address = attempt->person->address;
	return at == NULL || sshd_pattern_addresses(at + 1, address) == 1 ||
		sshd_pattern_list(at + 1, address, true) == 1;
}

static bool
matches_group(const struct sshd_attempt *attempt, const char *word)
{
	for (const char *group = attempt->groups; *group != '\0';) {
		size_t length = strcspn(group, ",");
		autofree char *name = memory_copy(group, length);
		if (sshd_pattern_matches(word, name))
			return true;
		group += length;
		group += *group == ',';
	}
	return false;
}

static bool
lists(const struct sshd_attempt *attempt, const char *list,
	bool (*matches)(const struct sshd_attempt *attempt, const char *word))
{
	autofree char *text = memory_text(list);
	char *rest = text;
	for (char *word; (word = strsep(&rest, " ")) != NULL;)
		if (*word != '\0' && matches(attempt, word))
			return true;
	return false;
}

/* AllowUsers and its like. Returns false when one of them refuses. */
static bool
is_listed(struct sshd_attempt *attempt)
{
	static const struct {
		enum sshd_setting setting;
		bool denies, of_groups;
	} settings[] = {
		{ SSHD_DENY_USERS, true, false },
		{ SSHD_ALLOW_USERS, false, false },
		{ SSHD_DENY_GROUPS, true, true },
		{ SSHD_ALLOW_GROUPS, false, true },
	};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		struct sshd_answer found = sshd_attempt_answer(
			attempt, settings[i].setting);
		bool listed = found.line != NULL &&
			lists(attempt, found.value,
				settings[i].of_groups ? matches_group : matches_user);
		bool refused = found.line != NULL && listed == settings[i].denies;
		if (refused)
			sshd_attempt_close(attempt, &found, settings[i].setting,
				memory_printf(settings[i].denies ? "%s names %s"
								 : "%s does not name %s",
					sshd_keyword_names[settings[i].setting],
					settings[i].of_groups
						? "a group of the user"
						: attempt->person->user->name));
		sshd_answer_free(&found);
		if (refused)
			return false;
	}
	return true;
}

/* What keeps the account out however he identifies himself. */
static bool
is_allowed(struct sshd_attempt *attempt)
{
	const struct sshd_person *person = attempt->person;
	const struct account *account = person->account;
	if (person->user->no_shell) {
		sshd_attempt_close(attempt, NULL, SSHD_NONE,
			memory_printf("the shell of the account gives no session"));
		return false;
	}
	if (account->shell != NULL && account->shell[0] == '/' &&
		host_is_live(person->context->host) &&
		host_exists(person->context->host, account->shell) == 0) {
		sshd_attempt_close(attempt, NULL, SSHD_NONE,
			memory_printf("its shell %s is not there", account->shell));
		return false;
	}
	if (!attempt->use_pam &&
		(account->is_marked || account->age == ACCOUNT_EXPIRED)) {
		sshd_attempt_close(attempt, NULL, SSHD_NONE,
			memory_printf(
				"the account %s, and without UsePAM sshd refuses it",
				account->is_marked ? "is locked" : "has expired"));
		return false;
	}
	return is_listed(attempt);
}

static enum sshd_method
find_method(const char *name, size_t size)
{
	enum sshd_method i = SSHD_METHOD_KEY;
	while (i < SSHD_METHOD_COUNT &&
		(strlen(methods[i].name) != size ||
			memcmp(methods[i].name, name, size) != 0))
		i++;
	return i;
}

static const char several_keys[] = "whether the user has several keys can't be told";

/* The least of the methods of LIST, "publickey,password:pam", which are all wanted; -1
 * with an unknown one. */
static enum passage
ask_all_of(
	const struct sshd_attempt *attempt, const char *list, enum sshd_method *ret_least)
{
	enum passage least = PASSAGE_OPEN;
	size_t keys = 0;
	for (const char *at = list; *at != '\0' && *at != ' ';) {
		size_t length = strcspn(at, ",: "), whole = strcspn(at, ", ");
		enum sshd_method method = find_method(at, length);
		enum passage passage = method < SSHD_METHOD_COUNT
			? attempt->methods[method].passage
			: PASSAGE_UNKNOWN;
		/* a key is taken once: auth2_key_already_used() of auth2.c */
		if (method == SSHD_METHOD_KEY && ++keys > 1 && passage == PASSAGE_OPEN)
			passage = PASSAGE_UNKNOWN;
		if (passage < least) {
			least = passage;
			*ret_least = method;
		}
		at += whole;
		at += *at == ',';
	}
	return least;
}

static void
say_methods(struct sshd_attempt *attempt)
{
	struct sshd_verdict *verdict = attempt->verdict;
	autobuffer struct buffer open = { 0 }, shut = { 0 };
	for (enum sshd_method i = SSHD_METHOD_KEY; i < SSHD_METHOD_COUNT; i++) {
		const struct sshd_method_state *state = &attempt->methods[i];
		bool same = i == SSHD_METHOD_KEYBOARD &&
			attempt->methods[SSHD_METHOD_PASSWORD].passage >= state->passage;
		if (state->passage == PASSAGE_OPEN && !same)
			buffer_printf(&open, "%s%s", open.size > 0 ? ", " : "",
				methods[i].word);
		/* Kerberos and trusted hosts are off nearly everywhere */
		if (state->passage == PASSAGE_OPEN || state->reason == NULL ||
			(i >= SSHD_METHOD_GSSAPI && state->passage <= PASSAGE_LACKING) ||
			(i == SSHD_METHOD_KEYBOARD && shut.data != NULL &&
				strstr(shut.data, state->reason) != NULL))
			continue;
		buffer_printf(&shut, "%s%s", shut.size > 0 ? "; " : "", state->reason);
		if (verdict->place.file == NULL || state->passage > PASSAGE_LACKING)
			verdict->place = state->place;
	}
	if (verdict->passage == PASSAGE_OPEN)
		verdict->methods = buffer_take(&open);
	else
		verdict->reason = buffer_take(&shut);
}

/* The best of what AuthenticationMethods allows. */
static void
ask_methods(struct sshd_attempt *attempt)
{
	struct sshd_verdict *verdict = attempt->verdict;
	autofree char *lists_text = sshd_attempt_value(
		attempt, SSHD_AUTHENTICATION_METHODS, "any");
	const char *at = lists_text != NULL ? lists_text : "any";
	verdict->passage = PASSAGE_CLOSED;
	if (strcmp(at, "any") == 0) {
		for (enum sshd_method i = SSHD_METHOD_KEY; i < SSHD_METHOD_COUNT; i++)
			if (attempt->methods[i].passage > verdict->passage)
				verdict->passage = attempt->methods[i].passage;
		say_methods(attempt);
		return;
	}
	enum sshd_method missing = SSHD_METHOD_COUNT;
	const char *best = at;
	for (; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
		enum sshd_method least = SSHD_METHOD_COUNT;
		enum passage passage = ask_all_of(attempt, at, &least);
		if (passage > verdict->passage || best == at) {
			best = at;
			missing = least;
		}
		if (passage > verdict->passage)
			verdict->passage = passage;
	}
	autofree char *list = memory_copy(best, strcspn(best, " "));
	const char *reason = "what it says can't be told";
	if (missing < SSHD_METHOD_COUNT && attempt->methods[missing].reason != NULL)
		reason = attempt->methods[missing].reason;
	else if (missing == SSHD_METHOD_KEY)
		reason = several_keys;
	if (missing != SSHD_METHOD_KEY) {
		free(verdict->keys); /* no further key would help */
		verdict->keys = NULL;
	}
	if (verdict->passage == PASSAGE_OPEN)
		verdict->methods = memory_text(list);
	else
		verdict->reason = memory_printf(
			"AuthenticationMethods wants %s: %s", list, reason);
	if (missing < SSHD_METHOD_COUNT)
		verdict->place = attempt->methods[missing].place;
}

/* The account phase comes after each method; then what runs instead of the shell. */
static void
limit_session(struct sshd_attempt *attempt)
{
	autofree char *service = sshd_attempt_value(
		attempt, SSHD_PAM_SERVICE_NAME, "sshd");
	autofree char *root = sshd_attempt_value(attempt, SSHD_CHROOT_DIRECTORY, "none");
	struct sshd_answer command = sshd_attempt_answer(attempt, SSHD_FORCE_COMMAND);
	if (attempt->use_pam && service != NULL) {
		struct pam_person pam;
		struct pam_verdict verdict;
		sshd_attempt_pam(attempt, service, &pam);
		pam_person_ask(&pam, PAM_TYPE_ACCOUNT, &verdict);
		if (verdict.passage < PASSAGE_OPEN) {
			limit(attempt, verdict.passage, verdict.place, verdict.reason);
			verdict.reason = NULL;
		}
		pam_verdict_free(&verdict);
	}
	if (command.value != NULL && strcmp(command.value, "none") != 0)
		limit(attempt,
			strncmp(command.value, "internal-sftp", 13) == 0
				? PASSAGE_LACKING
				: PASSAGE_UNKNOWN,
			sshd_attempt_place(&command),
			memory_printf("ForceCommand runs %s", command.value));
	if (root != NULL && strcmp(root, "none") != 0)
		limit(attempt, PASSAGE_UNKNOWN, (struct place){ 0 },
			memory_printf("ChrootDirectory is %s", root));
	sshd_answer_free(&command);
}

/* Whether the block at INDEX holds but for what is not known of a connection: the address
 * that it comes to, the name of the client's host, a criterion of later versions. */
static bool
is_doubtful(const struct sshd_attempt *attempt, long index)
{
	autofree char *use_dns = sshd_attempt_value(attempt, SSHD_USE_DNS, "yes");
	bool names = use_dns == NULL || strcmp(use_dns, "yes") == 0;
	bool doubtful = false;
	for (; index != SSHD_GLOBAL; index = attempt->config->blocks[index].parent) {
		const struct sshd_block *block = &attempt->config->blocks[index];
		for (size_t i = 0; i < block->count; i++) {
			enum sshd_criterion kind = block->criteria[i].kind;
			bool unknown = kind == SSHD_BY_LOCAL_ADDRESS ||
				kind == SSHD_BY_RDOMAIN || kind == SSHD_BY_OTHER ||
				(kind == SSHD_BY_HOST && names);
			if (!unknown &&
				sshd_match_criterion(
					&block->criteria[i], &attempt->connection) == 0)
				return false;
			doubtful = doubtful || unknown;
		}
	}
	return doubtful;
}

/* A block of which that is so may change everything. */
static void
doubt_blocks(struct sshd_attempt *attempt)
{
	struct sshd_verdict *verdict = attempt->verdict;
	size_t i = 0, count = attempt->config->block_count;
	while (i < count && !is_doubtful(attempt, (long)i))
		i++;
	if (i == count || verdict->passage == PASSAGE_UNKNOWN)
		return;
	const struct sshd_block *block = &attempt->config->blocks[i];
	sshd_verdict_free(verdict);
	*verdict = (struct sshd_verdict){ .passage = PASSAGE_UNKNOWN,
		.reason = memory_printf("whether '%s' holds can't be told", block->text),
		.place = { block->file, block->offset } };
}

static void
ask_config(struct sshd_attempt *attempt)
{
	const struct sshd_config *config = attempt->config;
	for (size_t i = 0; i < config->problem_count; i++) {
		const struct sshd_problem *problem = &config->problems[i];
		*attempt->verdict = (struct sshd_verdict){
			.passage = problem->unknown ? PASSAGE_UNKNOWN : PASSAGE_CLOSED,
			.reason = problem->unknown
				? memory_text(problem->text)
				: memory_printf(
					  "sshd would not start: %s", problem->text),
			.place = { problem->file, problem->offset },
		};
		return;
	}
	autofree char *use_pam = sshd_attempt_value(attempt, SSHD_USE_PAM, "no");
	attempt->use_pam = config->version < USE_PAM_SINCE ||
		(use_pam != NULL && strcmp(use_pam, "yes") == 0);
	if (is_allowed(attempt) && sshd_attempt_methods(attempt)) {
		ask_methods(attempt);
		limit_session(attempt);
		struct sshd_barrier barrier = sshd_attempt_barrier(attempt);
		limit(attempt, barrier.passage, barrier.place, barrier.reason);
	}
	doubt_blocks(attempt);
	if (attempt->verdict->passage == PASSAGE_OPEN)
		attempt->verdict->setting = SSHD_NONE;
}

void
sshd_person_ask(const struct sshd_person *person, const struct sshd_config *config,
	struct sshd_verdict *ret_verdict)
{
	struct sshd_attempt attempt = { .person = person,
		.config = config,
		.groups = sshd_people_groups(config, person->user->name),
		.verdict = ret_verdict };
	struct sshd_answer port = sshd_answer_at_start(config, SSHD_PORT);
	attempt.connection = (struct sshd_connection){
		.values = { [SSHD_BY_USER] = person->user->name,
			[SSHD_BY_GROUP] = attempt.groups,
			[SSHD_BY_HOST] = person->address,
			[SSHD_BY_ADDRESS] = person->address,
			[SSHD_BY_LOCAL_ADDRESS] = "",
			[SSHD_BY_LOCAL_PORT] = port.value != NULL ? port.value : "22",
			[SSHD_BY_RDOMAIN] = "" }
	};
	*ret_verdict = (struct sshd_verdict){ .passage = PASSAGE_CLOSED };
	ask_config(&attempt);
	for (enum sshd_method i = SSHD_METHOD_KEY; i < SSHD_METHOD_COUNT; i++)
		free(attempt.methods[i].reason);
	free(attempt.groups);
	sshd_answer_free(&port);
}

void
sshd_verdict_free(struct sshd_verdict *verdict)
{
	free(verdict->methods);
	free(verdict->reason);
	free(verdict->keys);
	*verdict = (struct sshd_verdict){ 0 };
}
