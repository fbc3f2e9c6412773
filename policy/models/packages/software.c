#include "policy/models/packages/software.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

static const char *
find_text(const char *start, const char *end, const char *text)
{
	return memmem(start, (size_t)(end - start), text, strlen(text));
}

/* The value of the field that LABEL ("\nField: ") begins, in the stanza from START to
 * END. */
static struct bytes
field(const char *start, const char *end, const char *label)
{
	const char *value = find_text(start, end, label);
	if (value == NULL)
		return (struct bytes){ 0 };
	value += strlen(label);
	const char *newline = memchr(value, '\n', (size_t)(end - value));
	return (struct bytes){ value,
		(size_t)((newline != NULL ? newline : end) - value) };
}

/* Status is "WANTED FLAG STATE": a package on hold, or chosen for removal, is there all
 * the same; one whose unpacking or configuration did not end is not (dpkg(1), PACKAGE
 * STATES). */
static bool
is_installed(struct bytes status)
{
	static const char state[] = " ok installed";
	size_t length = sizeof state - 1;
	return status.size > length &&
		memcmp(status.data + status.size - length, state, length) == 0;
}

enum { PACKAGE_COUNT = sizeof packages / sizeof *packages };

/* Sets the version of the package that the stanza from START (its name) to END is about,
 * if it is one of ours and installed. Returns the end of the stanza, NULL when it is not
 * one of ours. */
static const char *
read_stanza(const char *start, const char *end, struct bytes versions[PACKAGE_COUNT])
{
	for (size_t i = 0; i < PACKAGE_COUNT; i++) {
		size_t length = strlen(packages[i].package);
		if ((size_t)(end - start) <= length || start[length] != '\n' ||
			memcmp(start, packages[i].package, length) != 0)
			continue;
		const char *fields = start + length;
		const char *stop = find_text(fields, end, "\n\n");
		if (stop == NULL)
			stop = end;
		struct bytes version = field(fields, stop, "\nVersion: ");
		if (version.size > 0 && versions[i].size == 0 &&
			is_installed(field(fields, stop, "\nStatus: ")))
			versions[i] = version;
		return stop;
	}
	return NULL;
}

/* The versions of the packages that are installed, in one pass over dpkg's STATUS: a part
 * of it each, empty where a package is not installed. */
static void
read_versions(struct bytes status, struct bytes versions[PACKAGE_COUNT])
{
	static const char label[] = "\nPackage: ";
	const char *end = status.data + status.size, *at = status.data;
	size_t length = strlen(label);
	/* the first line has no newline before it */
	if (status.size >= length && memcmp(at, label + 1, length - 1) == 0)
		at += length - 1;
	else if ((at = find_text(at, end, label)) != NULL)
		at += length;
	while (at != NULL) {
		const char *stop = read_stanza(at, end, versions);
		at = find_text(stop != NULL ? stop : at, end, label);
		if (at != NULL)
			at += length;
	}
}

static const struct bytes *
installed_versions(struct host *host, struct bytes status)
{
	struct bytes *versions = host_note(host, "software");
	if (versions == NULL) {
		versions = memory_new(PACKAGE_COUNT, sizeof *versions);
		if (status.size > 0)
			read_versions(status, versions);
		host_set_note(host, "software", versions, free);
	}
	return versions;
}

struct software
software_find(const struct context *context, const char *name)
{
	const struct file *status = host_file(context->host, "/var/lib/dpkg/status");
	const char *assumed = value_text(context->policy->assume, name, NULL);
	bool known = status->state == FILE_READ;
	const struct bytes *versions = known
		? installed_versions(context->host, status->bytes)
		: NULL;
	for (size_t i = 0; known && i < PACKAGE_COUNT; i++) {
		if (strcmp(packages[i].software, name) != 0 || versions[i].size == 0)
			continue;
		return (struct software){ .source = SOFTWARE_DATABASE,
			.package = memory_text(packages[i].package),
			.version = packages[i].daemon != NULL
				? memory_text(packages[i].daemon)
				: memory_copy(versions[i].data, versions[i].size) };
	}
	if (assumed != NULL)
		return (struct software){ .source = SOFTWARE_ASSUMED,
			.version = memory_text(assumed) };
	return (struct software){ .source = known ? SOFTWARE_ABSENT : SOFTWARE_UNKNOWN };
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
