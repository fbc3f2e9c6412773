/* logwatch.conf of any bytes, and behind a line "#logcheck" logcheck.conf, which is a
 * list of logs and the script of old too. Reading never crashes, and each word has a
 * place. */
#include "policy/models/syslog/log_watchers.h"
#include "tests/fuzz/world.h"

static void
judge(const struct log_words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct log_word *word = &words->items[i];
		if (word->text == NULL ||
			(word->place.file != NULL &&
				word->place.offset > word->place.file->bytes.size))
			abort();
	}
	if (words->may_drop && words->doubt == NULL)
		abort();
}

static void
try_reader(struct host *host, void (*reader)(struct host *, struct log_watcher *))
{
	struct log_watcher watcher;
	reader(host, &watcher);
	judge(&watcher.to);
	judge(&watcher.files);
	log_watcher_free(&watcher);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char script[] = "/usr/local/etc/logcheck.sh";
	static struct world world;
	struct host *layer = world_layer(&world);
	world_put(layer, (struct bytes){ (const char *)data, size }, "\n#logcheck\n",
		"/etc/logwatch/conf/logwatch.conf", "/etc/logcheck/logcheck.conf");
	const struct bytes other = host_file(layer, "/etc/logcheck/logcheck.conf")->bytes;
	host_put(layer, "/etc/logcheck/logcheck.logfiles", other);
	try_reader(layer, log_watcher_read_logwatch);
	try_reader(layer, log_watcher_read_logcheck);
	host_free(layer);
	layer = world_layer(&world);
	host_put(layer, script, (struct bytes){ (const char *)data, size });
	if (log_script_is(layer, script)) {
		struct log_watcher watcher;
		log_script_read(layer, script, &watcher);
		judge(&watcher.to);
		judge(&watcher.files);
		log_watcher_free(&watcher);
	}
	host_free(layer);
	return 0;
}
