/* /etc/crontab of any bytes, behind a line "#anacrontab" an anacrontab, behind a line
 * "#script" one in a folder that they may run. Reading never crashes, and each job stands
 * somewhere. */
#include "policy/models/cron/cron_table.h"
#include "tests/fuzz/world.h"

static void
judge(struct host *host, enum cron_flavour flavour)
{
	const struct cron_table *table = cron_table_get(host, true, flavour);
	for (size_t i = 0; i < table->count; i++) {
		const struct cron_job *job = &table->jobs[i];
		if (job->command == NULL || job->place.file == NULL ||
			job->place.offset > job->place.file->bytes.size)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n#script\n";
	static struct world world;
	struct host *layer = world_layer(&world);
	const char *text = (const char *)data,
		   *cut = memmem(data, size, mark, sizeof mark - 1);
	world_put(layer,
		(struct bytes){ text, cut != NULL ? (size_t)(cut - text) : size },
		"\n#anacrontab\n", "/etc/crontab", "/etc/anacrontab");
	if (cut != NULL) {
		cut += sizeof mark - 1;
		host_put(layer, "/etc/cron.daily/script",
			(struct bytes){ cut, size - (size_t)(cut - text) });
	}
	host_put(layer, "/etc/passwd", BYTES_TEXT("root:x:0:0::/root:/bin/sh\n"));
	judge(layer, CRON_DEBIAN);
	judge(layer, CRON_CRONIE);
	host_free(layer);
	return 0;
}
