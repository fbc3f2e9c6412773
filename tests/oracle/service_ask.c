/* Reads roots from standard input, one a line, each followed by a line of units apart by
 * blanks, and prints for each unit "STATE REASON", one a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/models/boot/boot_units.h"

static void
print(struct boot_units *units, const char *name)
{
	static const char *const states[] = {
		[BOOT_STARTED] = "started",
		[BOOT_BY_SOCKET] = "socket",
		[BOOT_LATER] = "later",
		[BOOT_UNSURE] = "unknown",
		[BOOT_STOPPED] = "stopped",
	};
	struct boot_unit unit;
	boot_units_find(units, name, &unit);
	printf("%s %s\n", states[unit.state], unit.reason != NULL ? unit.reason : "");
	free(unit.reason);
	free(unit.path);
}

int
main(void)
{
	char root[4096], names[65536], *rest;
	struct error err = ERROR_INIT;
	while (fgets(root, sizeof root, stdin) != NULL &&
		fgets(names, sizeof names, stdin) != NULL) {
		root[strcspn(root, "\n")] = '\0';
		struct host *host = host_open(root, &err);
		if (host == NULL)
			break;
		for (char *name = strtok_r(names, " \n", &rest); name != NULL;
			name = strtok_r(NULL, " \n", &rest))
			print(boot_units_read(host), name);
		fflush(stdout);
		host_free(host);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	return err.text != NULL;
}
