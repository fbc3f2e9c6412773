/* access_ask ORIGIN...: reads roots from standard input, one a line, and prints what the
 * model says about each user of the root and each ORIGIN (with "@" before it: a remote
 * host), a line "USER ORIGIN ANSWER" each, then an empty line. The module's arguments are
 * those of etc/pam.d/login. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/access_conf.h"
#include "policy/models/pam/pam_consults.h"

static enum access_answer
answer_for(const struct access_people *people, const struct access_decision *decisions,
	const struct principal *user)
{
	for (size_t i = 1; i < people->count; i++)
		if (people->items[i].user == user)
			return decisions[i].answer;
	return decisions[0].answer;
}

static void
print(const struct context *context, char *const *origins)
{
	static const char *const texts[] = { "admitted", "refused", "unknown" };
	struct pam_consults consults;
	struct access_settings settings;
	struct access_conf conf;
	struct principals principals;
	struct access_people people;
	pam_stack_consults(context, "login", "account", "pam_access.so", &consults);
	access_settings_read(consults.arguments, &settings);
	access_conf_read(context, &settings, &conf);
	principals_read(context->host, &principals);
	access_people_find(&conf, &principals, NULL, &people);
	autofree struct access_decision *decisions = memory_new(
		people.count, sizeof *decisions);
	for (; *origins != NULL; origins++) {
		bool is_remote = **origins == '@';
		access_judge(
			&conf, &people, *origins + is_remote, is_remote, 0, decisions);
		for (size_t i = 0; i < principals.user_count; i++)
			printf("%s %s %s\n", principals.users[i].name, *origins,
				texts[answer_for(
					&people, decisions, &principals.users[i])]);
	}
	printf("\n");
	access_people_free(&people);
	principals_free(&principals);
	access_conf_free(&conf);
	pam_consults_free(&consults);
}

int
main(int argc, char **argv)
{
	char root[4096];
	struct error err = ERROR_INIT;
	struct value assume = { .type = VALUE_MAP };
	struct policy policy = { .assume = &assume };
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	(void)argc;
	while (parser != NULL && fgets(root, sizeof root, stdin) != NULL) {
		root[strcspn(root, "\n")] = '\0';
		struct host *host = host_open(root, &err);
		if (host == NULL)
			break;
		print(
			&(struct context){
				.host = host, .parser = parser, .policy = &policy },
			argv + 1);
		host_free(host);
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	parser_free(parser);
	return err.text != NULL;
}
