#include "policy/models/software.h"

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

/* The version of PACKAGE in dpkg's STATUS, NULL when it is not installed; the caller
 * frees. Each stanza is looked through once at most. */
static char *
installed_version(struct bytes status, const char *package)
{
	autofree char *label = memory_printf("\nPackage: %s\n", package);
	const char *end = status.data + status.size, *at = status.data;
	size_t skip = 1; /* the first line has no newline before it */
	if (status.size == 0)
		return NULL;
	if (status.size < strlen(label) ||
		memcmp(at, label + 1, strlen(label) - 1) != 0) {
		at = find_text(at, end, label);
		skip = 0;
	}
	while (at != NULL) {
		at += strlen(label) - skip - 1;
		skip = 0;
		const char *stop = find_text(at, end, "\n\n");
		if (stop == NULL)
			stop = end;
		struct bytes version = field(at, stop, "\nVersion: ");
		if (is_installed(field(at, stop, "\nStatus: ")) && version.size > 0)
			return memory_copy(version.data, version.size);
		at = find_text(stop, end, label);
	}
	return NULL;
}

struct software
software_find(const struct context *context, const char *name)
{
	const struct file *status = host_file(context->host, "/var/lib/dpkg/status");
	const char *assumed = value_text(context->policy->assume, name, NULL);
	if (status->state == FILE_READ)
		for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
			if (strcmp(packages[i].software, name) != 0)
				continue;
			char *version = installed_version(
				status->bytes, packages[i].package);
			if (version == NULL)
				continue;
			if (packages[i].daemon != NULL) {
				free(version);
				version = memory_text(packages[i].daemon);
			}
			return (struct software){ .source = SOFTWARE_DATABASE,
				.package = memory_text(packages[i].package),
				.version = version };
		}
	if (assumed != NULL)
		return (struct software){ .source = SOFTWARE_ASSUMED,
			.version = memory_text(assumed) };
	return (struct software){
		.source = status->state == FILE_READ ? SOFTWARE_ABSENT : SOFTWARE_UNKNOWN
	};
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
