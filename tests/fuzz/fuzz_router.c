/* A router's text of any bytes: reading it never crashes, every place is in the file, and
 * a packet that is found for a line which depends on nothing is one that it decides. */
#include <stdio.h>

#include "policy/models/router/router_judge.h"
#include "tests/fuzz/world.h"

enum { LINES_MAX = 40, WORK = 20000 };

static void
check_line(const struct router_list *list, size_t line, struct router_work *work)
{
	struct router_packet packet;
	size_t *cover, count, decides;
	work->left = WORK;
	enum router_found found = router_judge_line(list, line, work, &packet);
	if (found == ROUTER_FOUND) {
		enum router_fate fate = router_judge_packet(list, &packet, &decides);
		const struct router_entry *entry = &list->entries[line];
		bool is_certain = !entry->is_strange && entry->doubt == NULL;
		enum router_fate own = entry->permits ? ROUTER_PERMITTED : ROUTER_DENIED;
		if (is_certain &&
			(fate == ROUTER_UNKNOWN ? decides >= line
						: decides != line || fate != own))
			abort();
	}
	if (found == ROUTER_NONE) {
		router_judge_cover(list, line, work, &cover, &count);
		for (size_t i = 0; i < count; i++)
			if (cover[i] >= line)
				abort();
		free(cover);
	}
	router_judge_need(list, line, work, &packet);
}

static void
check_list(const struct router_list *list, const struct file *file)
{
	struct router_work work;
	router_work_begin(&work);
	for (size_t i = 0; i < list->count; i++) {
		const struct router_entry *entry = &list->entries[i];
		if (entry->place.file != file || entry->place.offset > file->bytes.size ||
			(!entry->is_strange && entry->cubes.count == 0) ||
			(i > 0 && entry->sequence < list->entries[i - 1].sequence))
			abort();
		if (i < LINES_MAX)
			check_line(list, i, &work);
	}
	router_work_free(&work);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	const struct tree *tree;
	struct router_config config;
	char hash[16];
	struct file file = { .path = "router",
		.state = FILE_READ,
		.bytes = { (const char *)data, size } };
	host_free(world_layer(&world));
	snprintf(hash, sizeof hash, "%u", world.runs);
	if (parser_parse(world.parser, LENS_CISCO, file.bytes, hash, &tree, NULL) < 0)
		return 0;
	router_config_read(tree, &file, &config);
	for (size_t i = 0; i < config.list_count; i++)
		check_list(config.lists[i], &file);
	router_config_free(&config);
	return 0;
}
