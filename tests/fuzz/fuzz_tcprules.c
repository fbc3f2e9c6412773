/* A cdb and the text of its rules, in any bytes, behind it after a line "#rules". Reading
 * never crashes; of a whole cdb no lookup leaves the file, and what a lookup finds is
 * what the regions say. */
#include "policy/models/network/cdb.h"
#include "policy/models/network/tcprules_regions.h"
#include "tests/fuzz/world.h"

static void
see(void *data, const struct tcprules_region *region)
{
	struct tcprules_region *all = data;
	if (*region->prefix == '\0')
		*all = *region;
	else if (!tcprules_is_prefix(region->prefix))
		abort();
}

static void
check_rules(const struct tcprules *rules)
{
	struct tcprules_region all = { .prefix = "none" };
	for (size_t i = 0; i < rules->count; i++)
		free(tcprule_describe(rules->items[i]));
	tcprules_walk(rules, NULL, 0, see, &all);
	if (*all.prefix == '\0' && all.rule != tcprules_get(rules, ""))
		abort();
	tcprules_find(rules, "10.1.2.3", "a.b", "c");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct host *layer = world_layer(&world);
	struct context context = { .host = layer, .parser = world.parser };
	struct tcprules rules;
	world_put(layer, (struct bytes){ (const char *)data, size }, "\n#rules\n", "/cdb",
		"/rules");
	struct bytes cdb = host_file(layer, "/cdb")->bytes, found;
	size_t work = 1 << 20;
	enum cdb_answer answer = cdb_find(cdb, BYTES_TEXT("10."), &found, &work);
	if (cdb_is_whole(cdb)) {
		if (answer == CDB_DAMAGED)
			abort();
		tcprules_read_cdb(cdb, &rules);
		check_rules(&rules);
		tcprules_free(&rules);
	}
	tcprules_read_text(&context, "/rules", &rules);
	check_rules(&rules);
	tcprules_free(&rules);
	host_free(layer);
	return 0;
}
