/* rsyslog.conf of any bytes, with a drop-in behind a line "#drop-in": reading and walking
 * it never crashes, and what reaches a place for certain is not missed for certain. */
#include "policy/models/syslog/syslog_flow.h"
#include "policy/models/syslog/syslog_table.h"
#include "tests/fuzz/world.h"

static void
follow(const struct syslog_conf *conf)
{
	const struct place file = { .type = DESTINATION_FILE, .name = "/a" },
			   remote = { .type = DESTINATION_HOST,
				   .name = "h",
				   .port = "514",
				   .udp = true,
				   .tcp = true };
	const struct place *const places[] = { &file, &remote };
	for (size_t i = 0; i < 2; i++) {
		struct reach reach;
		syslog_reach(conf, places[i], priorities_all(), &reach);
		if (!priorities_empty(priorities_and(reach.reached, reach.missed)))
			abort();
		reach_free(&reach);
	}
	struct syslog_table table;
	syslog_table_make(conf, NULL, &table);
	syslog_table_free(&table);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char daemon_name[] = "rsyslog";
	static struct world world;
	struct entry daemon = { .key = (char *)"syslog",
		.value = { .type = VALUE_TEXT, .text = daemon_name } };
	struct value assume = { .type = VALUE_MAP, .entries = &daemon, .count = 1 };
	struct policy policy = { .assume = &assume };
	struct host *layer = world_layer(&world);
	world_put(layer, (struct bytes){ (const char *)data, size }, "\n#drop-in\n",
		"/etc/rsyslog.conf", "/etc/rsyslog.d/a.conf");
	struct context context = { .host = layer, .policy = &policy };
	struct syslog_conf conf;
	struct error err = ERROR_INIT;
	if (syslog_conf_read(&context, &conf, &err) == 0)
		follow(&conf);
	syslog_conf_free(&conf);
	error_clear(&err);
	host_free(layer);
	return 0;
}
