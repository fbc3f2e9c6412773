/* portsentry.conf, and behind a line "#ps" what ps printed, in any bytes. Reading never
 * crashes, what an option's value is stands in the file, and what runs has a place. */
#include "policy/models/network/portsentry_start.h"
#include "tests/fuzz/world.h"

static void
check_options(const struct portsentry *conf)
{
	static bool watched[PORTSENTRY_PORTS];
	enum portsentry_name name;
	for (size_t i = 0; i < PORTSENTRY_NAMES; i++) {
		const struct portsentry_option *option = &conf->options[i];
		if (option->place.file == NULL || option->value == NULL ||
			option->lacks_quote)
			continue;
		if (memmem(conf->file->bytes.data, conf->file->bytes.size, option->value,
			    strlen(option->value)) == NULL)
			abort();
	}
	for (enum portsentry_mode mode = 0; mode < PORTSENTRY_MODES; mode++)
		if (conf->problem == NULL)
			portsentry_watched(conf, mode, watched, &name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct host *layer = world_layer(&world);
	struct context context = { .host = layer, .parser = world.parser };
	struct portsentry conf;
	struct portsentry_modes modes;
	world_put(layer, (struct bytes){ (const char *)data, size }, "\n#ps\n", "/conf",
		"/ps");
	portsentry_read(&context, "/conf", &conf);
	check_options(&conf);
	portsentry_free(&conf);
	const struct file *file = host_file(layer, "/ps");
	if (file->state == FILE_READ) {
		struct recorded recorded = { .state = RECORDED_READ, .file = *file };
		portsentry_running_read(&context, &recorded, &modes);
		for (size_t i = 0; i < PORTSENTRY_MODES; i++)
			if (modes.has[i] &&
				(modes.places[i].file == NULL ||
					modes.places[i].offset >= file->bytes.size))
				abort();
		portsentry_modes_free(&modes);
	}
	host_free(layer);
	return 0;
}
