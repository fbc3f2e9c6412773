/* Reads "ROOT MODE" from standard input, a line each (MODE is tcp, stcp, ...), and prints
 * what the model makes of ROOT's /conf: "refused NAME", "ends", "unknown WHY", or "ports"
 * and all that are watched in that mode; then BLOCKED_FILE, and an empty line. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/network/portsentry.h"

static void
print(const struct portsentry *conf, enum portsentry_mode mode)
{
	static bool watched[PORTSENTRY_PORTS];
	enum portsentry_name name;
	if (conf->problem != NULL)
		printf("unknown %s\n", conf->problem);
	else if (conf->refused != NULL)
		printf("refused %s\n", conf->refused);
	else if (!portsentry_watched(conf, mode, watched, &name))
		printf("ends\n");
	else {
		printf("ports");
		for (unsigned port = 0; port < PORTSENTRY_PORTS; port++)
			if (watched[port])
				printf(" %u", port);
		printf("\n");
	}
	const char *blocked = conf->options[PORTSENTRY_BLOCKED_FILE].value;
	printf("blocked %s\n\n", blocked != NULL ? blocked : "");
}

int
main(void)
{
	char line[4096];
	struct error err = ERROR_INIT;
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	while (err.text == NULL && fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *mode = strchr(line, ' ');
		if (mode == NULL)
			break;
		*mode = '\0';
		struct host *host = host_open(line, &err);
		if (host == NULL)
			break;
		struct portsentry conf;
		portsentry_read(&(struct context){ .host = host, .parser = parser },
			"/conf", &conf);
		print(&conf, portsentry_mode_find(mode + 1));
		portsentry_free(&conf);
		host_free(host);
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	parser_free(parser);
	return err.text != NULL;
}
