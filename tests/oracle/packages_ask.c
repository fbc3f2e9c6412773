/* Reads roots from standard input, one a line, and prints what the model says is
 * installed there, a line "NAME VERSION whole|part" each, then an empty line. A line "A
 * <tab> B" asks for two versions of dpkg's: "<", "=" or ">". */
#include <stdio.h>
#include <string.h>

#include "policy/models/packages/package_version.h"
#include "policy/models/packages/packages.h"

static void
compare(const char *a, const char *b)
{
	int order = package_version_dpkg(a, b);
	printf("%s\n", order < 0 ? "<" : order > 0 ? ">" : "=");
}

static void
print(struct host *host)
{
	const struct context context = { .host = host };
	const struct recorded none = { .state = RECORDED_NOT };
	struct packages packages;
	packages_read(&context, &none, &packages);
	for (size_t i = 0; i < packages.count; i++)
		printf("%s %s %s\n", packages.items[i].name, packages.items[i].version,
			packages.items[i].is_whole ? "whole" : "part");
	printf("\n");
	packages_free(&packages);
}

int
main(void)
{
	char line[4096];
	struct error err = ERROR_INIT;
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *tab = strchr(line, '\t');
		if (tab != NULL) {
			*tab = '\0';
			compare(line, tab + 1);
		} else {
			struct host *host = host_open(line, &err);
			if (host == NULL)
				break;
			print(host);
			host_free(host);
		}
		fflush(stdout);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	return err.text != NULL;
}
