#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/syslog/syslog_conf.h"

static const char *const rsyslog_units[] = { "rsyslog.service", NULL };
static const char *const sysklogd_units[] = { "sysklogd.service", "syslogd.service",
	NULL };
static const char *const inetutils_units[] = { "inetutils-syslogd.service", NULL };

/* The names of the variables are those of Debian and Red Hat. The letters that take an
 * argument: main in rsyslogd.c; main in syslogd.c of sysklogd 1.5 and 2; argp_options in
 * syslogd.c of inetutils. STRANGE ones end the daemon or move its root. */
static const struct {
	struct command_daemon daemon;
	const char *with_argument, *strange;
} daemons[] = {
	[SYSLOG_RSYSLOG] = { { .program = "rsyslogd",
				     .units = rsyslog_units,
				     .stock = "[Service]\n"
					      "EnvironmentFile=-/etc/default/rsyslog\n"
					      "EnvironmentFile=-/etc/sysconfig/rsyslog\n"
					      "ExecStart=/usr/sbin/rsyslogd "
					      "$RSYSLOGD_OPTIONS $SYSLOGD_OPTIONS\n" },
		"afgiIlmMNopStTu", "MNTv" },
	[SYSLOG_SYSKLOGD] = { { .program = "syslogd",
				      .shell = true,
				      .units = sysklogd_units,
				      .stock = "[Service]\n"
					       "EnvironmentFile=-/etc/default/syslogd\n"
					       "EnvironmentFile=-/etc/sysconfig/syslog\n"
					       "ExecStart=/sbin/syslogd $SYSLOGD "
					       "$SYSLOGD_OPTS $SYSLOGD_OPTIONS\n" },
		"abCfklmPpSsu", "v" },
	[SYSLOG_INETUTILS] = { { .program = "syslogd",
				       .shell = true,
				       .units = inetutils_units,
				       .stock = "[Service]\n"
						"EnvironmentFile=-/etc/default/"
						"inetutils-syslogd\n"
						"ExecStart=/usr/sbin/syslogd "
						"$SYSLOGD_OPTS\n" },
		"aDflmPpSs", "DV" },
};

int
syslog_options_read(
	const struct context *context, struct syslog_conf *conf, struct error *err)
{
	struct command_line *line = &conf->command;
	struct command_option option = { 0 };
	command_line_read(context->host, &daemons[conf->daemon].daemon, line);
	if (line->unknown != NULL)
		return error_set(err, "%s%s%s",
			line->file != NULL ? line->file->path : "",
			line->file != NULL ? ": " : "", line->unknown);
	while (command_option_next(line, daemons[conf->daemon].with_argument, &option)) {
		if (option.letter == '-' || option.letter == '\0' ||
			strchr(daemons[conf->daemon].strange, option.letter) != NULL)
			return error_set(err,
				"%s: an option on the command line of %s that is not "
				"followed",
				option.file->path, conf->daemon_name);
		if (option.letter != 'f' || option.value == NULL)
			continue;
		if (*option.value != '/')
			return error_set(err,
				"%s: the configuration file of %s is named without its "
				"folder",
				option.file->path, conf->daemon_name);
		conf->path = option.value;
	}
	return 0;
}
