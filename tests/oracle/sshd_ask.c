/* Asks the model of sshd: sshd_ask ROOT VERSION. A question is a line of words with tabs
 * between; an answer is lines and an empty one.
 *   load: reads the root anew: OK; INVALID place: text, when sshd would reject its
 *     configuration; UNKNOWN place: text
 *   connection USER GROUPS HOST ADDRESS LOCAL-ADDRESS LOCAL-PORT RDOMAIN (groups with
 *     commas): "Keyword value" for each keyword
 *   none: the same for a connection that is in no Match block
 *   value KEYWORD USER GROUPS ...: the value of one keyword alone
 *   always KEYWORD VALUE: whether it is that for every connection there can be: ALWAYS,
 *     UNSURE, or NOT and the connection */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_outcome.h"

enum { WORDS_MAX = 16 };

struct asked {
	struct context context;
	struct policy policy;
	const char *root;
	int version;
	struct sshd_config config;
};

static void
load(struct asked *asked)
{
	struct error err = ERROR_INIT;
	sshd_config_free(&asked->config);
	host_free(asked->context.host);
	asked->context.host = host_open(asked->root, &err);
	if (asked->context.host == NULL) {
		fprintf(stderr, "sshd_ask: %s\n", err.text);
		exit(3);
	}
	struct sshd_config *config = &asked->config;
	sshd_config_load(
		&asked->context, asked->version, true, SSHD_CONFIG_BYTES_MAX, config);
	if (config->problem_count == 0) {
		printf("OK\n");
		return;
	}
	const struct sshd_problem *worst = &config->problems[0];
	for (size_t i = config->problem_count; i-- > 0;)
		if (!config->problems[i].unknown)
			worst = &config->problems[i];
	unsigned line = 0, column;
	if (worst->file != NULL)
		bytes_position(worst->file->bytes, worst->offset, &line, &column);
	printf("%s %s:%u: %s\n", worst->unknown ? "UNKNOWN" : "INVALID", worst->path,
		line, worst->text);
}

static void
answer(const struct sshd_config *config, char *const *words, size_t count)
{
	struct sshd_connection connection;
	for (size_t i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		connection.values[i] = i + 1 < count ? words[i + 1] : "";
	const struct sshd_connection *one = strcmp(words[0], "none") == 0 ? NULL
									  : &connection;
	const char *reason;
	const struct sshd_line *refused = sshd_answer_refused(config, one, &reason);
	if (refused != NULL) {
		printf("REFUSED %s: %s\n", refused->file->path, reason);
		return;
	}
	for (enum sshd_setting i = SSHD_NONE + 1; i < SSHD_SETTING_COUNT; i++) {
		const struct sshd_keyword *keyword = sshd_keyword_get(i, config->version);
		if (keyword == NULL || keyword->name != i || keyword->no_effect ||
			keyword->parse == NULL)
			continue;
		struct sshd_answer found = sshd_answer_find(config, i, one);
		printf("%s %s\n", sshd_keyword_names[i],
			found.value != NULL ? found.value : "?");
		sshd_answer_free(&found);
	}
}

static void
answer_one(const struct sshd_config *config, char *const *words)
{
	struct sshd_connection connection;
	for (size_t i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		connection.values[i] = words[i + 2];
	struct sshd_answer found = sshd_answer_find(
		config, sshd_keyword_number(words[1]), &connection);
	printf("%s\n", found.value != NULL ? found.value : "?");
	sshd_answer_free(&found);
}

static bool
holds(const struct sshd_wish *wish, const char *value)
{
	return strcmp(wish->want, value) == 0;
}

static void
judge(const struct sshd_config *config, const char *keyword, const char *value)
{
	struct sshd_wish wish = { holds, sshd_keyword_number(keyword), value };
	struct sshd_outcomes outcomes = sshd_outcomes_find(config, &wish);
	const struct sshd_outcome *against = NULL;
	bool sure = true;
	for (size_t i = 0; i < outcomes.count; i++) {
		const struct sshd_outcome *outcome = &outcomes.items[i];
		if (outcome->answer.value != NULL && holds(&wish, outcome->answer.value))
			continue;
		if (outcome->witness.result == SSHD_WITNESS_FOUND)
			against = outcome;
		else
			sure = false;
	}
	printf("%s", against != NULL ? "NOT" : sure ? "ALWAYS" : "UNSURE");
	for (int i = 0; against != NULL && i < SSHD_BY_KNOWN_COUNT; i++)
		printf("\t%s", against->witness.connection.values[i]);
	printf("\n");
	sshd_outcomes_free(&outcomes);
}

int
main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	if (argc != 3) {
		fprintf(stderr, "usage: sshd_ask ROOT VERSION\n");
		return 3;
	}
	struct asked asked = { .root = argv[1], .version = atoi(argv[2]) };
	asked.context.policy = &asked.policy;
	asked.context.parser = parser_new(HOLDFAST_LENSES, &err);
	if (asked.context.parser == NULL) {
		fprintf(stderr, "sshd_ask: %s\n", err.text);
		return 3;
	}
	char *line = NULL, *words[WORDS_MAX];
	for (size_t size = 0; getline(&line, &size, stdin) > 0;) {
		size_t count = 0;
		line[strcspn(line, "\n")] = '\0';
		for (char *rest = line; rest != NULL && count < WORDS_MAX;)
			words[count++] = strsep(&rest, "\t");
		if (strcmp(words[0], "load") == 0)
			load(&asked);
		else if (strcmp(words[0], "always") == 0 && count == 3)
			judge(&asked.config, words[1], words[2]);
		else if (strcmp(words[0], "value") == 0 &&
			count == SSHD_BY_KNOWN_COUNT + 2)
			answer_one(&asked.config, words);
		else
			answer(&asked.config, words, count);
		printf("\n");
		fflush(stdout);
	}
	free(line);
	sshd_config_free(&asked.config);
	host_free(asked.context.host);
	parser_free(asked.context.parser);
	return 0;
}
