/* Reads roots from standard input, one a line, and prints what the model says xinetd does
 * there: a line "STATE PROTOCOL PORT NAME ID reason" a service, "exits" when it would not
 * run, then an empty line. */
#include <stdio.h>
#include <string.h>

#include "policy/models/xinetd_conf.h"

static void
print(const struct xinetd_conf *conf)
{
	static const char *const states[] = { "started", "stopped", "unsure" };
	for (size_t i = 0; i < conf->problem_count; i++)
		printf("%s\n",
			conf->problems[i].verdict == VERDICT_INVALID ? "exits"
								     : "problem");
	for (size_t i = 0; i < conf->count; i++) {
		const struct xinetd_service *service = &conf->services[i];
		printf("%s %s %ld %s %s %s\n", states[service->state],
			service->socket_type > 2    ? "raw" /* no port of its own */
				: service->protocol ? service->protocol
						    : "-",
			service->port, service->name, service->id,
			service->reason ? service->reason : "");
	}
	printf("\n");
}

int
main(void)
{
	char root[4096];
	struct error err = ERROR_INIT;
	struct entry version = {
		.key = (char *)"xinetd",
		.value = { .type = VALUE_TEXT, .text = (char *)"2.3.15.3" },
	};
	struct value assume = { .type = VALUE_MAP, .entries = &version, .count = 1 };
	struct policy policy = { .assume = &assume };
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	while (parser != NULL && fgets(root, sizeof root, stdin) != NULL) {
		root[strcspn(root, "\n")] = '\0';
		struct host *host = host_open(root, &err);
		struct xinetd_conf conf;
		if (host == NULL)
			break;
		xinetd_conf_read(&(struct context){ host, parser, &policy }, &conf);
		print(&conf);
		xinetd_conf_free(&conf);
		host_free(host);
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	parser_free(parser);
	return err.text != NULL;
}
