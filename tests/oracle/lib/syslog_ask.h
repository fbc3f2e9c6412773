/* Prints what the model says of a root's syslog daemon. Arguments: ROOT [PLACE]..., a
 *PLACE being /file or udp|tcp NAME PORT with blanks between. Lines, with tabs between
 *their parts: failure REASON			nothing can be said start invalid|unknown
 *REASON	the daemon does not start, or may not
 *	rejected WHERE REASON		a line that the daemon refuses
 *	obstacle WHERE REASON		one that it warns of
 *	place PLACE REACHED PARTLY NONE REASON
 * The last for each PLACE, and for each file and host that the configuration names: two
 * hexadecimal digits a facility, one bit a level; what is in none of the three is not
 * known, for that REASON. */
#ifndef TESTS_ORACLE_LIB_SYSLOG_ASK_H
#define TESTS_ORACLE_LIB_SYSLOG_ASK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/kinds/kind.h"
#include "policy/models/syslog/syslog_describe.h"
#include "policy/models/syslog/syslog_table.h"

static void
print_set(struct priorities set)
{
	putchar('\t');
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		printf("%02x", set.levels[f]);
}

static void
print_where(const struct file *file, size_t offset)
{
	unsigned line = 0, column;
	if (file != NULL)
		bytes_position(file->bytes, offset, &line, &column);
	printf("%s:%u\t", file != NULL ? file->path : "", line);
}

static void
print_place(const struct syslog_conf *conf, const struct place *place)
{
	struct reach reach;
	struct demand demand = { .place = *place, .wanted = priorities_all() };
	syslog_reach(conf, place, priorities_all(), &reach);
	struct priorities unknown = priorities_without(
		priorities_all(), priorities_or(reach.reached, reach.missed));
	if (place->type == DESTINATION_FILE)
		printf("place\t%s", place->name);
	else
		printf("place\t%s %s %s", place->udp ? "udp" : "tcp", place->name,
			place->port);
	print_set(reach.reached);
	print_set(reach.partly);
	print_set(priorities_without(reach.missed, reach.partly));
	autobuffer struct buffer why = { 0 };
	if (!priorities_empty(unknown)) {
		reach.missed = (struct priorities){ { 0 } };
		syslog_describe_why(conf, &demand, &reach, unknown, &why);
	}
	printf("\t%s\n", why.size > 0 ? why.data : "");
	reach_free(&reach);
}

static void
print_asked(const struct syslog_conf *conf, char *words)
{
	char *name = strchr(words, ' '),
	     *port = name != NULL ? strrchr(words, ' ') : NULL;
	struct place place = { .type = DESTINATION_FILE, .name = words };
	if (name != NULL && words[0] != '/') {
		*name++ = '\0';
		*port++ = '\0';
		place = (struct place){ .type = DESTINATION_HOST,
			.name = name,
			.port = port,
			.udp = words[0] == 'u',
			.tcp = words[0] == 't' };
	}
	print_place(conf, &place);
}

static void
print_rows(const struct syslog_conf *conf)
{
	struct syslog_table table;
	syslog_table_make(conf, NULL, &table);
	for (size_t i = 0; i < table.count; i++) {
		const struct destination *to = table.rows[i].action->destination;
		bool udp = to->protocol == PROTOCOL_UDP;
		if ((to->type != DESTINATION_FILE && to->type != DESTINATION_HOST) ||
			to->computed)
			continue;
		print_place(conf,
			&(struct place){ .type = to->type,
				.name = to->name,
				.port = to->port != NULL ? to->port : "514",
				.udp = udp,
				.tcp = !udp });
	}
	syslog_table_free(&table);
}

static void
print_mistakes(const struct syslog_conf *conf)
{
	const struct obstacle *worst = syslog_conf_worst(conf);
	if (conf->stops_unclean && conf->rejected_count > 0 &&
		(worst == NULL || !worst->certain))
		printf("start\tinvalid\t%s\n", conf->rejected[0].reason);
	else if (worst != NULL)
		printf("start\t%s\t%s\n", worst->certain ? "invalid" : "unknown",
			worst->reason);
	for (size_t i = 0; i < conf->rejected_count; i++) {
		printf("rejected\t");
		print_where(conf->rejected[i].file, conf->rejected[i].offset);
		printf("%s\n", conf->rejected[i].reason);
	}
	for (size_t i = 0; i < conf->obstacle_count; i++) {
		printf("obstacle\t");
		print_where(conf->obstacles[i].file, conf->obstacles[i].offset);
		printf("%s\n", conf->obstacles[i].reason);
	}
}

/* DAEMON is its name in a policy. */
static int
syslog_ask(int argc, char **argv, const char *daemon)
{
	struct error err = ERROR_INIT;
	if (argc < 2) {
		fprintf(stderr, "usage: %s ROOT [PLACE]...\n", argv[0]);
		return 2;
	}
	struct host *host = host_open(argv[1], &err);
	struct parser *parser = host != NULL ? parser_new(HOLDFAST_LENSES, &err) : NULL;
	if (parser == NULL) {
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return 2;
	}
	struct entry entry = { .key = "syslog",
		.value = { .type = VALUE_TEXT, .text = (char *)daemon } };
	struct value assume = { .type = VALUE_MAP, .entries = &entry, .count = 1 };
	struct policy policy = { .assume = &assume };
	struct context context = { .host = host, .parser = parser, .policy = &policy };
	struct syslog_conf conf;
	if (syslog_conf_read(&context, &conf, &err) < 0) {
		printf("failure\t%s\n", err.text);
	} else {
		print_mistakes(&conf);
		print_rows(&conf);
		for (int i = 2; i < argc; i++)
			print_asked(&conf, argv[i]);
	}
	syslog_conf_free(&conf);
	error_clear(&err);
	parser_free(parser);
	host_free(host);
	return 0;
}

#endif
