#include "policy/module_conf.h"

#include <string.h>

#include "base/console_conf.h"
#include "base/console_file.h"
#include "base/memory.h"
#include "policy/store.h"

bool
module_conf_is(const char *file)
{
	static const char end[] = ".conf";
	size_t length = strlen(file);
	return length >= sizeof end - 1 &&
		strcmp(file + length - (sizeof end - 1), end) == 0;
}

int
module_conf_check(
	const char *file, bool require_safe, size_t *ret_count, struct problems *problems)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	const char *wrong;
	size_t size = 0;
	int result;
	problems->store = store_new(1); /* for showing the lines */
	struct document *document = problems->store->documents;
	document->name = memory_text(file);
	struct position at = { .file = document->name };
	char *text = console_file_read(file, require_safe, &size, &wrong);
	*ret_count = 0;
	if (text == NULL) {
		problems_add(problems, at, "%s", wrong);
		return -1;
	}
	document->bytes = (struct bytes){ text, size };
	console_conf_begin(&conf, text, size);
	do {
		while ((result = console_conf_next(&conf, &entry)) > 0)
			*ret_count += entry.kind != CONSOLE_CONF_CONTROL &&
				entry.kind != CONSOLE_CONF_POLICY;
		if (result < 0) {
			at.line = conf.line;
			at.column = conf.column;
			problems_add(problems, at, "%s", conf.error);
		}
	} while (result < 0 && console_conf_skip(&conf));
	return problems->count > 0 ? -1 : 0;
}
