/* acl_ask: answers for the model of access lists, on standard input:
 *   read PATH LIST: reads the router's text; for each line of the list a line
 *     "NUMBER strange|doubtful|certain", then "open PACKET" or "shadowed LINES", "needed
 *     PACKET" or "redundant", or "limit" for either, in the order of the list
 *   packet PACKET: "permitted|denied|unknown NUMBER"
 *   service FROM TO PROTOCOL PORT PORT FROM-PORT FROM-PORT ESTABLISHED: is what it takes
 *     permitted, and what else to TO? "must|others surely|maybe none|limit|NUMBER PACKET"
 * each ended by an empty line. A PACKET is five numbers, see struct router_packet; 0 for
 * a NUMBER is the end of the list. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lenses/parser.h"
#include "policy/models/router/router_judge.h"
#include "policy/models/router/router_service.h"

struct world {
	struct parser *parser;
	struct host *host;
	const struct file *file;
	struct router_config config;
	const struct router_list *list;
};

static unsigned
number_of(const struct world *world, size_t entry)
{
	unsigned line = 0, column;
	if (entry < world->list->count)
		bytes_position(world->file->bytes,
			world->list->entries[entry].place.offset, &line, &column);
	return line;
}

static void
print_packet(const struct router_packet *packet)
{
	printf(" %" PRIu32 " %" PRIu32 " %" PRIu32 " %u %u", packet->words[0],
		packet->words[1], packet->words[2], packet->ports[0], packet->ports[1]);
}

static void
print_line(const struct world *world, size_t entry)
{
	const struct router_entry *line = &world->list->entries[entry];
	struct router_work work;
	struct router_packet packet;
	size_t *cover, count;
	router_work_begin(&work);
	printf("%u %s", number_of(world, entry),
		line->is_strange              ? "strange"
			: line->doubt != NULL ? "doubtful"
					      : "certain");
	enum router_found found = router_judge_line(world->list, entry, &work, &packet);
	if (found == ROUTER_FOUND) {
		printf(" open");
		print_packet(&packet);
	} else if (found == ROUTER_TOO_MUCH) {
		printf(" limit");
	} else {
		router_judge_cover(world->list, entry, &work, &cover, &count);
		printf(count > 0 ? " shadowed " : " shadowed -");
		for (size_t i = 0; i < count; i++)
			printf("%s%u", i > 0 ? "," : "", number_of(world, cover[i]));
		free(cover);
	}
	found = router_judge_need(world->list, entry, &work, &packet);
	printf(found == ROUTER_FOUND           ? " needed"
			: found == ROUTER_NONE ? " redundant"
					       : " limit");
	if (found == ROUTER_FOUND)
		print_packet(&packet);
	printf("\n");
	router_work_free(&work);
}

static int
read_list(struct world *world, const char *path, const char *name, struct error *err)
{
	const struct tree *tree;
	router_config_free(&world->config);
	host_free(world->host);
	world->host = host_open("/", err);
	if (world->host == NULL)
		return -1;
	world->file = host_file(world->host, path);
	if (world->file->state != FILE_READ ||
		parser_parse(world->parser, LENS_CISCO, world->file->bytes,
			file_sha256(world->file), &tree, err) < 0)
		return -1;
	router_config_read(tree, world->file, &world->config);
	world->list = router_config_list(&world->config, name);
	for (size_t i = 0; world->list != NULL && i < world->list->count; i++)
		print_line(world, i);
	return 0;
}

static void
print_fate(const struct world *world, const struct router_packet *packet)
{
	static const char *const names[] = { "denied", "permitted", "unknown" };
	size_t entry;
	enum router_fate fate = router_judge_packet(world->list, packet, &entry);
	printf("%s %u\n", names[fate], number_of(world, entry));
}

static void
ask(const struct world *world, const char *name, struct router_question question)
{
	for (int i = 0; i < 2; i++) {
		struct router_work work;
		struct router_packet packet;
		size_t entry;
		question.surely = i == 0;
		router_work_begin(&work);
		enum router_found found = router_judge(
			&question, 0, &work, &entry, &packet);
		printf("%s %s", name, i == 0 ? "surely" : "maybe");
		if (found == ROUTER_FOUND) {
			printf(" %u", number_of(world, entry));
			print_packet(&packet);
		} else {
			printf(found == ROUTER_NONE ? " none" : " limit");
		}
		printf("\n");
		router_work_free(&work);
	}
}

static void
print_service(const struct world *world, const struct router_service *service)
{
	struct router_cubes must = { 0 }, may = { 0 }, region = { 0 };
	router_service_must(service, &must);
	router_service_may(service, &may);
	router_service_to(service->to, &region);
	ask(world, "must",
		(struct router_question){ .list = world->list, .region = &must });
	ask(world, "others",
		(struct router_question){ .list = world->list,
			.region = &region,
			.besides = &may,
			.permits = true });
	router_cubes_free(&must);
	router_cubes_free(&may);
	router_cubes_free(&region);
}

static int
answer(struct world *world, const char *line, struct error *err)
{
	char path[512], name[64], from[64], to[64];
	struct router_packet packet;
	struct router_service service = { 0 };
	struct router_address network;
	unsigned established;
	if (sscanf(line, "read %511s %63s", path, name) == 2)
		return read_list(world, path, name, err);
	if (sscanf(line,
		    "packet %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu16 " %" SCNu16,
		    &packet.words[0], &packet.words[1], &packet.words[2],
		    &packet.ports[0], &packet.ports[1]) == 5) {
		print_fate(world, &packet);
		return 0;
	}
	if (sscanf(line,
		    "service %63s %63s %ld %" SCNu16 " %" SCNu16 " %" SCNu16 " %" SCNu16
		    " %u",
		    from, to, &service.protocol, &service.low[PACKET_TO],
		    &service.high[PACKET_TO], &service.low[PACKET_FROM],
		    &service.high[PACKET_FROM], &established) != 8 ||
		!router_address_network(from, &network) ||
		!router_address_network(to, &service.to))
		return error_set(err, "not understood: %s", line);
	service.from = &network;
	service.from_count = 1;
	service.established = established;
	service.from_any_port = service.low[PACKET_FROM] == 0 &&
		service.high[PACKET_FROM] == UINT16_MAX;
	print_service(world, &service);
	return 0;
}

int
main(void)
{
	char line[1024];
	struct error err = ERROR_INIT;
	struct world world = { .parser = parser_new(HOLDFAST_LENSES, &err) };
	while (err.text == NULL && fgets(line, sizeof line, stdin) != NULL) {
		if (answer(&world, line, &err) < 0)
			error_set(&err, "can't read %s", line);
		printf("\n");
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "acl_ask: %s\n", err.text);
	router_config_free(&world.config);
	host_free(world.host);
	parser_free(world.parser);
	return err.text != NULL;
}
