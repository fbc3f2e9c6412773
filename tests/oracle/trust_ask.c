/* Reads roots from standard input, one a line, and prints for each line of alice's
 * .rhosts that rshd takes "LINE HOST USER", apart by tabs, USER "" when the line has
 * none; then an empty line, or one that begins with "unknown". */
#include <stdio.h>
#include <string.h>

#include "policy/models/network/trust.h"

static void
print(const struct trust_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct trust_entry *entry = &file->entries[i];
		unsigned line, column;
		bytes_position(file->file->bytes, entry->place.offset, &line, &column);
		if (entry->by_rsh)
			printf("%u\t%s\t%s\n", line, entry->host,
				entry->user != NULL ? entry->user : "");
	}
	printf("%s\n", file->problem != NULL ? "unknown" : "");
}

int
main(void)
{
	char root[4096];
	struct error err = ERROR_INIT;
	while (fgets(root, sizeof root, stdin) != NULL) {
		struct trust_file none = { 0 };
		struct trust trust;
		root[strcspn(root, "\n")] = '\0';
		struct host *host = host_open(root, &err);
		if (host == NULL)
			break;
		trust_read(host, &trust);
		print(trust.count > 0 ? &trust.files[0] : &none);
		fflush(stdout);
		trust_free(&trust);
		host_free(host);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	return err.text != NULL;
}
