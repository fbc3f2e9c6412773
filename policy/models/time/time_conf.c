#include "policy/models/time/time_conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/boot/unit_names.h"
#include "policy/models/time/time_reader.h"

enum { NAMES_MAX = 5, OPTIONS_MAX = 32 };

const char *const time_names[] = { "chrony", "ntp", "ntpsec", "openntpd", "timesyncd",
	NULL };

/* Where Debian and Red Hat have them. */
static const struct {
	const char *programs[NAMES_MAX], *paths[NAMES_MAX];
	const char *units[NAMES_MAX]; /* and init scripts, without ".service" */
	const char *stock; /* NULL: it takes no options */
	const char *defaults; /* the file that a wrapper, which is no unit, reads */
	/* main in main.c of chrony; the option table in ntpd-opts.def of ntp, and
	 * parse_cmdline_opts in ntpd.c of ntpsec. STRANGE ones make it run once or for a
	 * time, or move its root. */
	const char *with_argument, *strange;
	char letter; /* the option that names the configuration */
	void (*read)(struct host *host, struct time_daemon *daemon);
} daemons[] = {
	[TIME_CHRONY] = { { "/usr/sbin/chronyd" },
		{ "/etc/chrony/chrony.conf", "/etc/chrony.conf" },
		{ "chrony.service", "chronyd.service" },
		"[Service]\nEnvironmentFile=-/etc/default/chrony\n"
		"EnvironmentFile=-/etc/sysconfig/chronyd\n"
		"ExecStart=/usr/sbin/chronyd $DAEMON_OPTS $OPTIONS\n",
		NULL, "fFhlLpPtu", "hpqQtUvx", 'f', time_chrony_read },
	[TIME_NTP] = { { "/usr/sbin/ntpd" }, { "/etc/ntp.conf" },
		{ "ntp.service", "ntpd.service" },
		"[Service]\nEnvironmentFile=-/etc/default/ntp\n"
		"EnvironmentFile=-/etc/sysconfig/ntpd\n"
		"ExecStart=/usr/sbin/ntpd $NTPD_OPTS $OPTIONS\n",
		"/etc/default/ntp", "cDfiIklpPrstuvVw", "iqvVwW", 'c', time_ntp_read },
	[TIME_NTPSEC] = { { "/usr/sbin/ntpd" }, { "/etc/ntpsec/ntp.conf" },
		{ "ntpsec.service", "ntp.service", "ntpd.service" },
		"[Service]\nEnvironmentFile=-/etc/default/ntpsec\n"
		"ExecStart=/usr/sbin/ntpd $NTPD_OPTS\n",
		"/etc/default/ntpsec", "cDfiIklpPrstuz", "iqvVwW", 'c', time_ntp_read },
	[TIME_OPENNTPD] = { { "/usr/sbin/ntpd" },
		{ "/etc/openntpd/ntpd.conf", "/etc/ntpd.conf" }, { "openntpd.service" },
		NULL, NULL, "", "", '\0', NULL },
	[TIME_TIMESYNCD] = { { "/usr/lib/systemd/systemd-timesyncd",
				     "/lib/systemd/systemd-timesyncd" },
		{ "/etc/systemd/timesyncd.conf", "/run/systemd/timesyncd.conf",
			"/usr/local/lib/systemd/timesyncd.conf",
			"/usr/lib/systemd/timesyncd.conf" },
		{ "systemd-timesyncd.service" }, NULL, NULL, "", "", '\0',
		time_timesyncd_read },
};

static struct place
whole(struct host *host, const char *path)
{
	return (struct place){ host_file(host, path), 0 };
}

/* --- which are there -----------------------------------------------------------------
 */

static const char *
first_there(struct host *host, const char *const *paths)
{
	while (*paths != NULL && host_has_name(host, *paths) == 0)
		paths++;
	return *paths;
}

/* Whether the root has folders of programs at all: what is packed of a host's
 * configuration alone has none. */
static bool
has_programs(struct host *host, enum time_id id)
{
	autofree char *folder = memory_text(daemons[id].programs[0]);
	*strrchr(folder, '/') = '\0';
	return host_exists(host, folder) != 0;
}

static bool
is_there(struct host *host, enum time_id id)
{
	const char *path = first_there(host, daemons[id].paths);
	if (!has_programs(host, id))
		return path != NULL;
	/* three share the name of their program */
	return first_there(host, daemons[id].programs) != NULL &&
		(path != NULL || id == TIME_CHRONY || id == TIME_TIMESYNCD);
}

/* Whether a link S??NAME starts the script of one of the UNITS at boot. */
static bool
has_link(struct host *host, const char *unit)
{
	struct name_list list = { 0 };
	int length = (int)strcspn(unit, ".");
	autofree char *plain = memory_printf(
		"/etc/rc[2-5].d/S[0-9][0-9]%.*s", length, unit);
	autofree char *nested = memory_printf(
		"/etc/rc.d/rc[2-5].d/S[0-9][0-9]%.*s", length, unit);
	bool found = host_glob(host, plain, &list, NULL) == 0 && list.count > 0;
	name_list_free(&list);
	found = found || (host_glob(host, nested, &list, NULL) == 0 && list.count > 0);
	name_list_free(&list);
	return found;
}

static bool
is_started(struct host *host, enum time_id id, const struct name_list *wanted)
{
	bool found = false;
	for (size_t k = 0; k < NAMES_MAX && daemons[id].units[k] != NULL; k++) {
		for (size_t i = 0; i < wanted->count; i++)
			found = found ||
				strcmp(wanted->names[i], daemons[id].units[k]) == 0;
		found = found || has_link(host, daemons[id].units[k]);
	}
	return found;
}

/* Where several are there, those that are started at boot count; all where none is. */
static void
keep_started(struct host *host, struct time_conf *conf)
{
	const struct unit_names *names = unit_names_read(host);
	bool started[TIME_DAEMONS];
	size_t count = 0, kept = 0;
	for (size_t i = 0; i < conf->count; i++) {
		started[i] = is_started(host, conf->daemons[i].id, &names->wanted);
		count += started[i];
	}
	for (size_t i = 0; i < conf->count && count > 0; i++)
		if (started[i])
			conf->daemons[kept++] = conf->daemons[i];
	if (count > 0)
		conf->count = kept;
	conf->are_several = conf->count > 1;
}

/* --- how they are started ------------------------------------------------------------
 */

/* Takes what the command line says. LINE's words may be options of any daemon. */
static void
take_options(
	struct host *host, const struct command_line *line, struct time_daemon *daemon)
{
	struct command_option option = { 0 };
	while (command_option_next(line, daemons[daemon->id].with_argument, &option)) {
		struct place place = { option.file, option.start };
		if (option.letter == '-' || option.letter == '\0' ||
			strchr(daemons[daemon->id].strange, option.letter) != NULL) {
			time_doubt(daemon, true, place,
				"an option on its command line is not followed");
		} else if (option.letter == daemons[daemon->id].letter) {
			if (option.value != NULL && *option.value == '/')
				daemon->path = host_file(host, option.value)->path;
			else
				time_doubt(daemon, true, place,
					"its configuration is named without a folder");
		}
	}
}

/* Debian's wrapper of ntpd, which is no unit: its options, and the file that is made of
 * what a DHCP server says, which takes the configuration's place. Source:
 * ntp-systemd-wrapper of the packages ntp and ntpsec. */
static void
take_wrapper(struct host *host, struct time_daemon *daemon)
{
	const char *defaults = daemons[daemon->id].defaults;
	const struct file *file = host_file(host, defaults);
	const char *made = daemon->id == TIME_NTPSEC ? "/run/ntpsec/ntp.conf.dhcp"
						     : "/run/ntp.conf.dhcp";
	autofree char *text = command_line_default(host, defaults, "NTPD_OPTS");
	autofree char *ignore = command_line_default(host, defaults, "IGNORE_DHCP");
	struct command_word words[OPTIONS_MAX];
	struct command_line line = { .words = words };
	char *rest = NULL;
	if (file->state == FILE_REFUSED)
		time_doubt(daemon, true, whole(host, defaults), "%s", file->reason);
	if (ignore == NULL || strcmp(ignore, "yes") != 0) {
		if (host_has_name(host, made) != 0)
			daemon->path = host_file(host, made)->path;
		else if (!host_is_live(host))
			time_doubt(daemon, true, whole(host, defaults),
				"without IGNORE_DHCP=yes what a DHCP server says "
				"counts, which only the running host knows");
	}
	for (char *word = text != NULL ? strtok_r(text, " \t\n", &rest) : NULL;
		word != NULL && line.count < OPTIONS_MAX;
		word = strtok_r(NULL, " \t\n", &rest))
		words[line.count++] = (struct command_word){ .text = word, .file = file };
	take_options(host, &line, daemon);
}

static void
read_command(struct host *host, struct time_daemon *daemon)
{
	const struct command_daemon command = { .units = daemons[daemon->id].units,
		.stock = daemons[daemon->id].stock,
		.shell = true };
	struct command_line line;
	if (command.stock == NULL)
		return;
	command_line_read(host, &command, &line);
	const char *program = line.program != NULL ? text_base_name(line.program) : "";
	if (line.unknown != NULL)
		time_doubt(daemon, true, (struct place){ line.file, line.offset },
			"its command line: %s", line.unknown);
	else if (strcmp(program, "ntp-systemd-wrapper") == 0 && line.count == 0)
		take_wrapper(host, daemon);
	else if (strcmp(program, text_base_name(daemons[daemon->id].programs[0])) != 0)
		time_doubt(daemon, true, (struct place){ line.source, line.start },
			"its unit starts another program");
	else
		take_options(host, &line, daemon);
	command_line_free(&line);
}

/* --- all -----------------------------------------------------------------------------
 */

static void
read_daemon(struct host *host, struct time_daemon *daemon)
{
	const char *found = first_there(host, daemons[daemon->id].paths);
	const char *path = found != NULL ? found : daemons[daemon->id].paths[0];
	daemon->path = host_file(host, path)->path;
	if (daemons[daemon->id].read == NULL) {
		daemon->is_silent = true;
		time_doubt(daemon, true, whole(host, path),
			"the configuration of %s is not read", time_names[daemon->id]);
		return;
	}
	const char *const *paths = daemons[daemon->id].paths;
	if (daemon->id == TIME_CHRONY && path == paths[0] &&
		first_there(host, paths + 1) != NULL)
		time_doubt(daemon, true, whole(host, path),
			"%s is there too, and which of them chronyd reads was decided "
			"when it was built",
			paths[1]);
	read_command(host, daemon);
	daemons[daemon->id].read(host, daemon);
}

void
time_conf_read(const struct context *context, struct time_conf *ret_conf)
{
	struct host *host = context->host;
	*ret_conf = (struct time_conf){ 0 };
	for (enum time_id id = 0; id < TIME_DAEMONS; id++)
		if (is_there(host, id) &&
			/* the old file stays when ntpsec takes ntp's place */
			(id != TIME_NTP || !is_there(host, TIME_NTPSEC)))
			ret_conf->daemons[ret_conf->count++].id = id;
	if (ret_conf->count > 1)
		keep_started(host, ret_conf);
	for (size_t i = 0; i < ret_conf->count; i++)
		read_daemon(host, &ret_conf->daemons[i]);
	if (ret_conf->count == 0 && !has_programs(host, TIME_CHRONY))
		ret_conf->problem = memory_text(
			"the root has neither a time daemon's configuration nor a folder "
			"of programs");
}

void
time_conf_free(struct time_conf *conf)
{
	for (size_t i = 0; i < conf->count; i++) {
		struct time_daemon *daemon = &conf->daemons[i];
		for (size_t k = 0; k < daemon->source_count; k++)
			free(daemon->sources[k].name);
		for (size_t k = 0; k < daemon->doubt_count; k++)
			free(daemon->doubts[k].reason);
		free(daemon->sources);
		free(daemon->doubts);
		free(daemon->invalid);
	}
	free(conf->problem);
	*conf = (struct time_conf){ 0 };
}
