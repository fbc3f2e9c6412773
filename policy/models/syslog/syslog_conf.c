#include "policy/models/syslog/syslog_conf.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/packages/software.h"

static const struct daemon {
	const char *package; /* as software_find names it */
	enum syslog_daemon daemon;
	const char *name;
	const char *path;
} daemons[] = {
	{ "rsyslog", SYSLOG_RSYSLOG, "rsyslogd", "/etc/rsyslog.conf" },
	{ "sysklogd", SYSLOG_SYSKLOGD, "syslogd", "/etc/syslog.conf" },
	{ "inetutils", SYSLOG_INETUTILS, "syslogd", "/etc/syslog.conf" },
};

/* The number that TEXT begins with. */
static int
leading_number(const char *text)
{
	int number = 0;
	for (; *text >= '0' && *text <= '9' && number < 1000; text++)
		number = number * 10 + (*text - '0');
	return number;
}

static int
find_daemon(const struct context *context, struct syslog_conf *conf, struct error *err)
{
	__attribute__((cleanup(software_free))) struct software software = software_find(
		context, "syslog");
	conf->absent = software.source == SOFTWARE_ABSENT;
	if (conf->absent)
		return error_set(err, "no syslog daemon is installed");
	if (software.source == SOFTWARE_UNKNOWN || software.version == NULL)
		return error_set(err,
			"which syslog daemon is installed can't be told; the policy can "
			"say it with assume: syslog: sysklogd (or rsyslog, inetutils)");
	conf->assumed = software.source == SOFTWARE_ASSUMED;
	/* "sysklogd", or "sysklogd 1.4.1" in a policy that knows more */
	size_t length = strcspn(software.version, " ");
	const char *release = software.version + length;
	conf->major = *release != '\0' ? leading_number(release + 1) : 0;
	for (size_t i = 0; i < sizeof daemons / sizeof *daemons; i++)
		if (strncmp(daemons[i].package, software.version, length) == 0 &&
			daemons[i].package[length] == '\0') {
			conf->daemon = daemons[i].daemon;
			conf->daemon_name = daemons[i].name;
			conf->path = daemons[i].path;
			return 0;
		}
	return error_set(
		err, "the configuration of %s is not understood", software.version);
}

int
syslog_conf_read(
	const struct context *context, struct syslog_conf *ret_conf, struct error *err)
{
	*ret_conf = (struct syslog_conf){ 0 };
	if (find_daemon(context, ret_conf, err) < 0 ||
		syslog_options_read(context, ret_conf, err) < 0)
		return -1;
	if (ret_conf->daemon == SYSLOG_RSYSLOG)
		return rsyslog_read(context, ret_conf, err);
	return syslog_classic_read(context, ret_conf, err);
}

void
syslog_conf_free(struct syslog_conf *conf)
{
	for (size_t i = 0; i < conf->ruleset_count; i++) {
		free(conf->rulesets[i].name);
		block_free(&conf->rulesets[i].body);
	}
	for (size_t i = 0; i < conf->rejected_count; i++)
		free(conf->rejected[i].reason);
	for (size_t i = 0; i < conf->obstacle_count; i++)
		free(conf->obstacles[i].reason);
	free(conf->obstacles);
	for (size_t i = 0; i < conf->names.capacity; i++)
		if (conf->names.slots[i].key != NULL)
			free(conf->names.slots[i].value);
	table_free(&conf->names);
	free(conf->rulesets);
	free(conf->entrances);
	free(conf->rejected);
	message_facts_free(&conf->facts);
	examples_free(&conf->examples);
	command_line_free(&conf->command);
	*conf = (struct syslog_conf){ 0 };
}

static char *
lower_case(const char *name)
{
	char *lower = memory_text(name);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

size_t
syslog_conf_find(const struct syslog_conf *conf, const char *name)
{
	autofree char *key = lower_case(name);
	const size_t *index = table_get(&conf->names, key);
	return index != NULL ? *index : conf->ruleset_count;
}

size_t
syslog_conf_ruleset(struct syslog_conf *conf, const char *name)
{
	size_t found = syslog_conf_find(conf, name);
	if (found < conf->ruleset_count)
		return found;
	autofree char *key = lower_case(name);
	size_t *index = memory_new(1, sizeof *index);
	*index = conf->ruleset_count;
	table_set(&conf->names, key, index);
	conf->rulesets = memory_grow(
		conf->rulesets, conf->ruleset_count, sizeof *conf->rulesets);
	conf->rulesets[conf->ruleset_count] = (struct ruleset){ .name = memory_text(
									name) };
	return conf->ruleset_count++;
}

void
syslog_conf_reject(struct syslog_conf *conf, const struct file *file, size_t offset,
	const char *reason, ...)
{
	va_list args;
	conf->rejected = memory_grow(
		conf->rejected, conf->rejected_count, sizeof *conf->rejected);
	va_start(args, reason);
	conf->rejected[conf->rejected_count++] = (struct rejected){
		.file = file, .offset = offset, .reason = memory_vprintf(reason, args)
	};
	va_end(args);
}

void
syslog_conf_obstruct(struct syslog_conf *conf, struct obstacle obstacle)
{
	conf->obstacles = memory_grow(
		conf->obstacles, conf->obstacle_count, sizeof *conf->obstacles);
	conf->obstacles[conf->obstacle_count++] = obstacle;
}

const struct obstacle *
syslog_conf_worst(const struct syslog_conf *conf)
{
	const struct obstacle *worst = NULL;
	for (size_t i = 0; i < conf->obstacle_count; i++) {
		const struct obstacle *obstacle = &conf->obstacles[i];
		if ((obstacle->always || conf->stops_unclean) &&
			(worst == NULL || (obstacle->certain && !worst->certain)))
			worst = obstacle;
	}
	return worst;
}

struct priorities
syslog_conf_unheard(const struct syslog_conf *conf, struct priorities set)
{
	for (size_t i = 0; i < conf->entrance_count; i++)
		set = priorities_without(set, conf->entrances[i].set);
	return set;
}

void
syslog_conf_enter(struct syslog_conf *conf, struct priorities set, size_t ruleset)
{
	conf->entrances = memory_grow(
		conf->entrances, conf->entrance_count, sizeof *conf->entrances);
	conf->entrances[conf->entrance_count++] = (struct entrance){ .set = set,
		.ruleset = ruleset };
}
