/* person_ask: reads lines "ROOT SERVICE USER CALLER" from standard input, CALLER "-" for
 * none, and prints for each what the model says to USER at tty1: two lines "PASSAGE
 * REASON", of the auth and of the account phase. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "policy/models/pam/pam_line.h"
#include "policy/models/pam/pam_person.h"

enum { DAY = 24 * 60 * 60 };

static void
print(const struct pam_person *person, enum pam_type type)
{
	static const char *const passages[] = { "closed", "lacking", "unknown", "open" };
	struct pam_verdict verdict;
	pam_person_ask(person, type, &verdict);
	printf("%s %s\n", passages[verdict.passage],
		verdict.reason != NULL ? verdict.reason : "");
	pam_verdict_free(&verdict);
}

static void
answer(const struct context *context, const char *service, char *name, const char *caller)
{
	struct principals principals;
	struct account account = { 0 };
	char *names[] = { name, NULL };
	principals_read(context->host, &principals);
	const struct principal *user = principals_user(&principals, name);
	if (user != NULL)
		account_read(&principals, user, (long)(time(NULL) / DAY), &account);
	const struct pam_person person = { .context = context,
		.principals = &principals,
		.user = user,
		.account = user != NULL ? &account : NULL,
		.caller = principals_user(&principals, caller),
		.service = service,
		.origin = "tty1",
		.is_console = true,
		.names = names };
	print(&person, PAM_TYPE_AUTH);
	print(&person, PAM_TYPE_ACCOUNT);
	account_free(&account);
	principals_free(&principals);
}

int
main(void)
{
	char line[4096];
	struct error err = ERROR_INIT;
	struct value assume = { .type = VALUE_MAP };
	struct policy policy = { .assume = &assume };
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	while (parser != NULL && fgets(line, sizeof line, stdin) != NULL) {
		char *rest = line;
		const char *root = pam_line_word(&rest), *service = pam_line_word(&rest);
		char *name = pam_line_word(&rest), *caller = pam_line_word(&rest);
		struct host *host = caller != NULL ? host_open(root, &err) : NULL;
		if (host == NULL)
			break;
		answer(
			&(struct context){
				.host = host, .parser = parser, .policy = &policy },
			service, name, caller);
		fflush(stdout);
		host_free(host);
	}
	parser_free(parser);
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	return err.text != NULL;
}
