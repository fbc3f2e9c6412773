/* Reads roots from standard input, one a line, and prints what the model says of the time
 * daemons there: a line "source USE DIRECTIVE<tab>NAME" each, "doubt WHY", "invalid WHY",
 * then an empty line. */
#include <stdio.h>
#include <string.h>

#include "policy/models/time/time_conf.h"

static void
print(struct host *host)
{
	static const char *const uses[] = { "followed", "asked", "watched" };
	const struct context context = { .host = host };
	struct time_conf conf;
	time_conf_read(&context, &conf);
	for (size_t i = 0; i < conf.count; i++) {
		const struct time_daemon *daemon = &conf.daemons[i];
		for (size_t k = 0; k < daemon->source_count; k++)
			printf("source %s %s\t%s\n", uses[daemon->sources[k].use],
				daemon->sources[k].directive, daemon->sources[k].name);
		for (size_t k = 0; k < daemon->doubt_count; k++)
			printf("doubt %s\n", daemon->doubts[k].reason);
		if (daemon->invalid != NULL)
			printf("invalid %s\n", daemon->invalid);
	}
	printf("\n");
	time_conf_free(&conf);
}

int
main(void)
{
	char line[4096];
	struct error err = ERROR_INIT;
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		struct host *host = host_open(line, &err);
		if (host == NULL) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		print(host);
		host_free(host);
		fflush(stdout);
	}
	return 0;
}
