/* Reads roots from standard input, one a line, and prints what the model says about each
 * account: "LINE NAME UID SHELL WHERE PASSWORD LINE", its fields apart by tabs, WHERE
 * "shadow" or "passwd", the last line that of etc/shadow or 0; then an empty line. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "policy/models/system/accounts.h"

static size_t
line_number(const struct file *file, size_t offset)
{
	size_t line = 1;
	if (offset == SIZE_MAX)
		return 0;
	for (size_t i = 0; i < offset; i++)
		line += file->bytes.data[i] == '\n';
	return line;
}

static void
print(struct host *host)
{
	static const char *const passwords[] = { "set", "empty", "locked", "unknown" };
	struct accounts accounts;
	accounts_read(host, &accounts);
	for (size_t i = 0; i < accounts.count; i++) {
		const struct account_line *item = &accounts.items[i];
		printf("%zu\t%s\t%lu\t%s\t%s\t%s\t%zu\n",
			line_number(accounts.passwd, item->offset), item->name,
			(unsigned long)item->uid, item->shell,
			item->shadowed ? "shadow" : "passwd", passwords[item->password],
			line_number(accounts.shadow, item->shadow_offset));
	}
	printf("\n");
	accounts_free(&accounts);
}

int
main(void)
{
	char root[4096];
	struct error err = ERROR_INIT;
	while (fgets(root, sizeof root, stdin) != NULL) {
		root[strcspn(root, "\n")] = '\0';
		struct host *host = host_open(root, &err);
		if (host == NULL)
			break;
		print(host);
		fflush(stdout);
		host_free(host);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	return err.text != NULL;
}
