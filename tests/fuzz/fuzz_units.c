/* What starts a getty, in any bytes: the unit of a terminal, behind a line "#drop-in" a
 * drop-in, behind a line "#inittab" an inittab. Reading never crashes, and a getty that
 * is found has a place. */
#include "policy/models/login/getty.h"
#include "tests/fuzz/world.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n#inittab\n";
	static struct world world;
	struct host *layer = world_layer(&world);
	const char *text = (const char *)data,
		   *cut = memmem(data, size, mark, sizeof mark - 1);
	struct gettys gettys;
	world_put(layer,
		(struct bytes){ text, cut != NULL ? (size_t)(cut - text) : size },
		"\n#drop-in\n", "/etc/systemd/system/getty@tty1.service",
		"/etc/systemd/system/getty@tty1.service.d/a.conf");
	if (cut != NULL) {
		cut += sizeof mark - 1;
		host_put(layer, "/etc/inittab",
			(struct bytes){ cut, size - (size_t)(cut - text) });
	}
	gettys_read(layer, &gettys);
	for (size_t i = 0; i < gettys.count; i++) {
		const struct getty *getty = &gettys.items[i];
		if (getty->source == NULL ||
			(getty->file != NULL && getty->offset > getty->file->bytes.size))
			abort();
	}
	gettys_free(&gettys);
	host_free(layer);
	return 0;
}
