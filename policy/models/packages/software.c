#include "policy/models/packages/software.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/packages/packages.h"

/* Which packages are the software: those of Debian and Ubuntu. */
static const struct {
	const char *software, *package;
	const char *daemon; /* what "syslog" answers instead of a version */
} packages[] = {
	{ "openssh", "openssh-server", NULL },
	{ "xinetd", "xinetd", NULL },
	{ "pam", "libpam-modules", NULL },
	{ "syslog", "rsyslog", "rsyslog" },
	{ "syslog", "inetutils-syslogd", "inetutils" },
	{ "syslog", "sysklogd", "sysklogd" },
	{ "syslog", "syslog-ng-core", "syslog-ng" },
	{ "syslog", "syslog-ng", "syslog-ng" },
	{ "syslog", "busybox-syslogd", "busybox" },
};

enum { PACKAGE_COUNT = sizeof packages / sizeof *packages };

/* The versions of the packages that are installed, NULL where one is not. A package that
 * is on hold, or chosen for removal, is there all the same; one whose unpacking or
 * configuration did not end is not (dpkg(1), PACKAGE STATES). */
static const char *const *
installed_versions(struct host *host, const struct packages *installed)
{
	static const char key[] = "software";
	const char **versions = host_note(host, key);
	if (versions != NULL)
		return versions;
	versions = memory_new(PACKAGE_COUNT, sizeof *versions);
	for (size_t i = 0; i < installed->count; i++) {
		const struct package *package = &installed->items[i];
		for (size_t k = 0; k < PACKAGE_COUNT; k++)
			if (package->is_whole && *package->version != '\0' &&
				versions[k] == NULL &&
				strcmp(package->name, packages[k].package) == 0)
				versions[k] = package->version;
	}
	host_set_note(host, key, versions, free);
	return versions;
}

struct software
software_find(const struct context *context, const char *name)
{
	const char *assumed = value_text(context->policy->assume, name, NULL);
	const struct packages *installed = packages_dpkg(context->host);
	const char *const *versions = installed != NULL
		? installed_versions(context->host, installed)
		: NULL;
	for (size_t i = 0; installed != NULL && i < PACKAGE_COUNT; i++) {
		if (strcmp(packages[i].software, name) != 0 || versions[i] == NULL)
			continue;
		return (struct software){ .source = SOFTWARE_DATABASE,
			.package = memory_text(packages[i].package),
			.version = memory_text(packages[i].daemon != NULL
					? packages[i].daemon
					: versions[i]) };
	}
	if (assumed != NULL)
		return (struct software){ .source = SOFTWARE_ASSUMED,
			.version = memory_text(assumed) };
	return (struct software){ .source = installed != NULL ? SOFTWARE_ABSENT
							      : SOFTWARE_UNKNOWN };
}

void
software_free(struct software *software)
{
	free(software->package);
	free(software->version);
	*software = (struct software){ 0 };
}

/* Reads a number of at most nine digits and moves *TEXT behind it. */
static int
take_number(const char **text)
{
	int number = 0;
	for (; **text >= '0' && **text <= '9'; ++*text)
		if (number < 100000000)
			number = number * 10 + (**text - '0');
	return number;
}

int
software_openssh_compare(const char *version, int major, int minor)
{
	const char *colon = strchr(version, ':');
	const char *text = colon != NULL ? colon + 1 : version;
	text += strcspn(text, "0123456789");
	int have_major = take_number(&text);
	int have_minor = *text == '.' ? (text++, take_number(&text)) : 0;
	return have_major != major ? have_major - major : have_minor - minor;
}
