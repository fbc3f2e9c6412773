#include "policy/models/sshd/sshd_host.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/packages/software.h"

/* One for each way in which versions differ; newest first. */
static const int versions[] = { 1003, 909, 908, 902, 807, 800, 704, 606, 503, 404, 309,
	306 };

enum { VERSION_COUNT = sizeof versions / sizeof *versions };

/* "1:9.2p1-2+deb12u3" is 902; 0 when TEXT is no such version. */
static int
read_version(const char *text)
{
	const char *colon = strchr(text, ':');
	char *end;
	if (colon != NULL)
		text = colon + 1;
	long major = strtol(text, &end, 10);
	if (end == text || *end != '.' || major < 3 || major > 99)
		return 0;
	text = end + 1;
	long minor = strtol(text, &end, 10);
	if (end == text || minor < 0 || minor > 99)
		return 0;
	return (int)(major * 100 + minor);
}

/* Whether Debian or one that takes its packages built it. */
static bool
is_debian(const struct software *software)
{
	return software->source == SOFTWARE_DATABASE ||
		strstr(software->version, "deb") != NULL ||
		strstr(software->version, "ubuntu") != NULL;
}

bool
sshd_host_rejects(const struct sshd_config *config)
{
	for (size_t i = 0; i < config->problem_count; i++)
		if (!config->problems[i].unknown)
			return true;
	return false;
}

/* sshd runs, presumably: versions that reject the file are not the one, unless all are.
 */
static void
drop_rejecting(struct sshd_host *host)
{
	size_t kept = 0;
	for (size_t i = 0; i < host->count; i++)
		if (!sshd_host_rejects(&host->configs[i]))
			kept++;
	if (kept == 0)
		kept = host->count;
	for (size_t i = 0, to = 0; i < host->count; i++)
		if (kept == host->count || !sshd_host_rejects(&host->configs[i]))
			host->configs[to++] = host->configs[i];
		else
			sshd_config_free(&host->configs[i]);
	host->count = kept;
}

static struct sshd_host
load(const struct context *context)
{
	struct software software = software_find(context, "openssh");
	struct sshd_host host = { .installed = true,
		.assumed = software.source == SOFTWARE_ASSUMED,
		.configs = memory_new(VERSION_COUNT, sizeof *host.configs) };
	int version = software.version != NULL ? read_version(software.version) : 0;
	host.version_known = version != 0;
	if (version != 0) {
		host.count = 1;
		sshd_config_load(context, version, is_debian(&software),
			SSHD_CONFIG_BYTES_MAX, &host.configs[0]);
	} else if (software.source == SOFTWARE_ABSENT &&
		host_file(context->host, "/etc/ssh/sshd_config")->state == FILE_ABSENT) {
		host.installed = false;
	} else {
		host.count = VERSION_COUNT;
		for (size_t i = 0; i < VERSION_COUNT; i++)
			sshd_config_load(context, versions[i], false,
				SSHD_CONFIG_BYTES_MAX / VERSION_COUNT, &host.configs[i]);
		drop_rejecting(&host);
	}
	software_free(&software);
	return host;
}

static void
release(void *memory)
{
	struct sshd_host *host = memory;
	for (size_t i = 0; i < host->count; i++)
		sshd_config_free(&host->configs[i]);
	free(host->configs);
	free(host);
}

const struct sshd_host *
sshd_host_load(const struct context *context)
{
	struct sshd_host *host = host_note(context->host, "sshd");
	if (host == NULL) {
		host = memory_new(1, sizeof *host);
		*host = load(context);
		host_set_note(context->host, "sshd", host, release);
	}
	return host;
}

int
sshd_host_newest(enum sshd_setting setting)
{
	for (size_t i = 0; i < VERSION_COUNT; i++) {
		const struct sshd_keyword *keyword = sshd_keyword_get(
			setting, versions[i]);
		if (keyword != NULL && !keyword->no_effect && keyword->parse != NULL)
			return versions[i];
	}
	return 0;
}
