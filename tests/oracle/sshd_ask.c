/* Asks the model of sshd: sshd_ask ROOT VERSION < connections. A connection is one line
 * of seven fields with tabs between: user, groups with commas, host, address, local
 * address, local port, rdomain. Each is answered by lines "keyword value" and an empty
 * line. A configuration that sshd would reject is answered by one line that begins with
 * INVALID, one that can't be told by UNKNOWN.
 *
 * sshd_ask ROOT VERSION KEYWORD VALUE: whether KEYWORD is VALUE for every connection
 * there can be: ALWAYS, UNSURE, or NOT and the connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd_outcome.h"

static void
show_problems(const struct sshd_config *config)
{
	const struct sshd_problem *worst = &config->problems[0];
	unsigned line = 0, column;
	for (size_t i = 0; i < config->problem_count; i++)
		if (!config->problems[i].unknown) {
			worst = &config->problems[i];
			break;
		}
	if (worst->file != NULL)
		bytes_position(worst->file->bytes, worst->offset, &line, &column);
	printf("%s %s:%u: %s\n", worst->unknown ? "UNKNOWN" : "INVALID", worst->path,
		line, worst->text);
}

static void
answer(const struct sshd_config *config, char *fields)
{
	struct sshd_connection connection;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		connection.values[i] = fields;
		fields += strcspn(fields, "\t\n");
		if (*fields != '\0')
			*fields++ = '\0';
	}
	for (enum sshd_setting i = SSHD_NONE + 1; i < SSHD_SETTING_COUNT; i++) {
		const struct sshd_keyword *keyword = sshd_keyword_get(i, config->version);
		if (keyword == NULL || keyword->name != i || keyword->no_effect ||
			keyword->parse == NULL)
			continue;
		struct sshd_answer found = sshd_answer_find(config, i, &connection);
		printf("%s %s\n", sshd_keyword_names[i],
			found.value != NULL ? found.value : "?");
		sshd_answer_free(&found);
	}
	printf("\n");
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
	struct sshd_config config;
	struct policy policy = { 0 };
	if (argc != 3 && argc != 5) {
		fprintf(stderr, "usage: sshd_ask ROOT VERSION [KEYWORD VALUE]\n");
		return 3;
	}
	struct context context = { .host = host_open(argv[1], &err), .policy = &policy };
	if (context.host != NULL)
		context.parser = parser_new(HOLDFAST_LENSES, &err);
	if (context.parser == NULL) {
		fprintf(stderr, "sshd_ask: %s\n", err.text);
		return 3;
	}
	sshd_config_load(&context, atoi(argv[2]), SSHD_CONFIG_BYTES_MAX, &config);
	if (config.problem_count > 0) {
		show_problems(&config);
	} else if (argc == 5) {
		judge(&config, argv[3], argv[4]);
	} else {
		char *line = NULL;
		size_t size = 0;
		while (getline(&line, &size, stdin) > 0)
			answer(&config, line);
		free(line);
	}
	sshd_config_free(&config);
	parser_free(context.parser);
	host_free(context.host);
	return 0;
}
