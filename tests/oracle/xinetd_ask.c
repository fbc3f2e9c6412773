/* Reads roots from standard input, one a line, and prints what the model says xinetd does
 * there: a line "STATE TYPE PROTOCOL PORT NAME ID BAD reason" a service, its fields apart
 * by tabs and BAD the place of a bad value, "invalid PLACE reason" when it would not run,
 * "unknown PLACE reason", then an empty line. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/xinetd/xinetd_attribute.h"
#include "policy/models/xinetd/xinetd_conf.h"

/* "PATH:LINE", "-" where there is none. */
static char *
place_text(struct place place)
{
	size_t line = 1;
	if (place.file == NULL)
		return memory_text("-");
	for (size_t i = 0; i < place.offset; i++)
		line += place.file->bytes.data[i] == '\n';
	return memory_printf("%s:%zu", place.file->path, line);
}

/* TEXT as one field of a line. */
static char *
field(const char *text)
{
	char *copy = memory_text(text != NULL ? text : "");
	for (char *p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = '?';
	return copy;
}

static void
print_service(const struct xinetd_service *service)
{
	static const char *const states[] = { "started", "stopped", "unsure" },
				 *const types[] = { "-", "stream", "dgram", "raw",
					 "seqpacket" };
	autofree char *name = field(service->name), *id = field(service->id),
		      *protocol = field(service->protocol ? service->protocol : "-"),
		      *reason = field(service->reason), *bad = place_text(service->bad);
	/* the service tcpmux hands a service its connections, whatever port it has:
	 * SVC_IS_MUXCLIENT in svc_activate */
	printf("%s\t%s\t%s\t%ld\t%s\t%s\t%s\t%s\t%s\n", states[service->state],
		types[service->socket_type], protocol, service->port,
		service->types & XINETD_TCPMUX ? "client" : "own", name, id, bad, reason);
}

static void
print(const struct xinetd_conf *conf)
{
	for (size_t i = 0; i < conf->problem_count; i++) {
		const struct xinetd_problem *problem = &conf->problems[i];
		autofree char *place = place_text(problem->place),
			      *text = field(problem->text);
		printf("%s\t%s\t%s\n",
			problem->verdict == VERDICT_INVALID ? "invalid" : "unknown",
			place, text);
	}
	for (size_t i = 0; i < conf->count; i++)
		print_service(&conf->services[i]);
	printf("\n");
}

int
main(void)
{
	char root[4096];
	struct error err = ERROR_INIT;
	struct value assume = { .type = VALUE_MAP };
	struct policy policy = { .assume = &assume };
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	while (parser != NULL && fgets(root, sizeof root, stdin) != NULL) {
		root[strcspn(root, "\n")] = '\0';
		struct host *host = host_open(root, &err);
		if (host == NULL)
			break;
		const struct xinetd_conf *conf = xinetd_conf_of(&(struct context){
			.host = host, .parser = parser, .policy = &policy });
		print(conf);
		host_free(host);
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	parser_free(parser);
	return err.text != NULL;
}
