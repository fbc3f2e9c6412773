/* xinetd.conf of any bytes, with a file of xinetd.d behind a line "#drop-in": reading
 * never crashes, what does not start has a reason, and every place is in its file. */
#include "policy/models/xinetd/xinetd_conf.h"
#include "tests/fuzz/world.h"

static void
check(const struct xinetd_service *service)
{
	const struct place *places[] = { &service->entry, &service->decides };
	for (size_t i = 0; i < 2; i++)
		if (places[i]->file == NULL ||
			places[i]->offset > places[i]->file->bytes.size)
			abort();
	if ((service->state == XINETD_STARTED) != (service->reason == NULL))
		abort();
	if (service->has_disable &&
		(service->disable_op > service->disable_value ||
			service->disable_value > service->disable_end ||
			service->disable_end > service->entry.file->bytes.size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct host *layer = world_layer(&world);
	struct value assume = { .type = VALUE_MAP };
	struct policy policy = { .assume = &assume };
	world_put(layer, (struct bytes){ (const char *)data, size }, "\n#drop-in\n",
		"/etc/xinetd.conf", "/etc/xinetd.d/a");
	host_put(layer, "/etc/services",
		BYTES_TEXT("echo 7/tcp\necho 7/udp\npop3 110/tcp pop-3\n"));
	host_put(layer, "/etc/protocols", BYTES_TEXT("tcp 6\nudp 17\n"));
	host_put(layer, "/etc/passwd", BYTES_TEXT("root:x:0:0::/:/bin/sh\n"));
	const struct xinetd_conf *conf = xinetd_conf_of(&(struct context){
		.host = layer, .parser = world.parser, .policy = &policy });
	for (size_t i = 0; i < conf->count; i++)
		check(&conf->services[i]);
	host_free(layer);
	return 0;
}
