/* rsyslog.conf of any bytes, with a drop-in behind a line "#drop-in": reading and walking
 * it never crashes, and what reaches a place for certain is not missed for certain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/models/syslog_flow.h"
#include "policy/models/syslog_table.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An empty root; the directory goes at once, its descriptor stays. */
static struct host *
open_root(void)
{
	char root[] = "/tmp/holdfast-fuzz-XXXXXX";
	struct error err = ERROR_INIT;
	struct host *host = mkdtemp(root) != NULL ? host_open(root, &err) : NULL;
	if (host == NULL || rmdir(root) < 0)
		abort();
	return host;
}

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
	static const char mark[] = "\n#drop-in\n";
	static struct host *below;
	static unsigned runs;
	static char daemon_name[] = "rsyslog";
	struct entry daemon = { .key = (char *)"syslog",
		.value = { .type = VALUE_TEXT, .text = daemon_name } };
	struct value assume = { .type = VALUE_MAP, .entries = &daemon, .count = 1 };
	struct policy policy = { .assume = &assume };
	const uint8_t *cut = memmem(data, size, mark, sizeof mark - 1);
	size_t first = cut != NULL ? (size_t)(cut - data) + 1 : size;
	/* a host keeps every path that it was ever asked for */
	if (runs++ % 1000 == 0) {
		host_free(below);
		below = open_root();
	}
	struct host *layer = host_layer(below);
	host_put(layer, "/etc/rsyslog.conf", (struct bytes){ (const char *)data, first });
	if (cut != NULL) {
		const char *rest = (const char *)cut + sizeof mark - 1;
		host_put(layer, "/etc/rsyslog.d/a.conf",
			(struct bytes){
				rest, size - (size_t)(rest - (const char *)data) });
	}
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
