/* Prints where the model says that each facility and level goes: one line each, a tab
 * between. Usage: syslog_ask ROOT DAEMON */
#include <stdio.h>
#include <stdlib.h>

#include "policy/kinds/kind.h"

extern const struct kind kind_syslog;

int
main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	if (argc != 3) {
		fprintf(stderr, "usage: syslog_ask ROOT DAEMON\n");
		return 2;
	}
	struct host *host = host_open(argv[1], &err);
	struct parser *parser = host != NULL ? parser_new(HOLDFAST_LENSES, &err) : NULL;
	if (parser == NULL) {
		fprintf(stderr, "syslog_ask: %s\n", err.text);
		return 2;
	}
	struct entry daemon = { .key = "syslog",
		.value = { .type = VALUE_TEXT, .text = argv[2] } };
	struct value assume = { .type = VALUE_MAP, .entries = &daemon, .count = 1 };
	struct policy policy = { .assume = &assume };
	struct context context = { .host = host, .parser = parser, .policy = &policy };
	const struct control control = { .kind = &kind_syslog };
	struct answers answers = { 0 };
	kind_syslog.answers(&context, &control, &answers);
	for (size_t i = 0; i < answers.count; i++)
		printf("%s\t%s\n", answers.items[i].subject, answers.items[i].value);
	answers_free(&answers);
	parser_free(parser);
	host_free(host);
	return 0;
}
