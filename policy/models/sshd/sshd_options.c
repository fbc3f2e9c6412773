#include "policy/models/sshd/sshd_options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/sshd/sshd_value.h"

static const char *const units[] = { "ssh.service", "sshd.service", NULL };

/* SSHD_OPTS is Debian's, OPTIONS Red Hat's. */
static const struct command_daemon daemon = { .program = "sshd",
	.units = units,
	.stock = "[Service]\n"
		 "EnvironmentFile=-/etc/default/ssh\n"
		 "EnvironmentFile=-/etc/sysconfig/sshd\n"
		 "ExecStart=/usr/sbin/sshd -D $SSHD_OPTS $OPTIONS\n" };

/* The options by version: the text for getopt(3) in main of sshd.c, 3.0 to 10.3. */
static const struct known {
	char letter;
	bool argument;
	bool ends; /* sshd prints or tests something, or fails, and serves nobody */
	short since, until; /* until: from there on it is no such option; 0: never */
} options_known[] = {
	{ '4', .since = 300 },
	{ '6', .since = 300 },
	{ 'C', .argument = true, .ends = true, .since = 501 },
	{ 'D', .since = 300 },
	{ 'E', .argument = true, .since = 603 },
	{ 'G', .ends = true, .since = 903 },
	{ 'Q', .since = 300 },
	{ 'R', .ends = true, .since = 309 },
	{ 'T', .ends = true, .since = 501 },
	{ 'V', .argument = true, .since = 300, .until = 307 },
	{ 'V', .ends = true, .since = 902 },
	{ 'b', .argument = true, .since = 300 },
	{ 'c', .argument = true, .since = 609 },
	{ 'd', .since = 300 },
	{ 'e', .since = 300 },
	{ 'f', .argument = true, .since = 300 },
	{ 'g', .argument = true, .since = 300 },
	{ 'h', .argument = true, .since = 300 },
	{ 'i', .since = 300 },
	{ 'k', .argument = true, .since = 300 },
	{ 'o', .argument = true, .since = 301 },
	{ 'p', .argument = true, .since = 300 },
	{ 'q', .since = 300 },
	{ 'r', .since = 309 },
	{ 't', .ends = true, .since = 300 },
	{ 'u', .argument = true, .since = 300 },
};

enum { OPTIONS_KNOWN = sizeof options_known / sizeof *options_known };

static bool
is_of(const struct known *known, int version)
{
	return version >= known->since && (known->until == 0 || version < known->until);
}

static const struct known *
find_known(char letter, int version)
{
	for (size_t i = 0; i < OPTIONS_KNOWN; i++)
		if (options_known[i].letter == letter &&
			is_of(&options_known[i], version))
			return &options_known[i];
	return NULL;
}

/* The letters of those that take an argument in VERSION. */
static void
letters_with_argument(int version, char ret_letters[OPTIONS_KNOWN + 1])
{
	size_t count = 0;
	for (size_t i = 0; i < OPTIONS_KNOWN; i++)
		if (options_known[i].argument && is_of(&options_known[i], version))
			ret_letters[count++] = options_known[i].letter;
	ret_letters[count] = '\0';
}

/* main in sshd.c: "none" in any case is no file, not a name. */
static void
take_file(struct sshd_options *options, const struct command_option *option)
{
	const char *value = option->value;
	free(options->config_file);
	options->config_file = NULL;
	options->none = strcasecmp(value, "none") == 0 ? option->file : NULL;
	if (options->none == NULL)
		options->config_file = memory_printf(
			"%s%s", *value == '/' ? "" : "/", value);
}

/* Options that say what a line of the file could (main in sshd.c). Those that overrule
 * what was given before them are put in front. */
static const struct {
	char letter;
	enum sshd_option how;
	enum sshd_setting setting;
	const char *value; /* NULL: its argument */
} settings[] = {
	{ '4', SSHD_OPTION_OVERRULES, SSHD_ADDRESS_FAMILY, "inet" },
	{ '6', SSHD_OPTION_OVERRULES, SSHD_ADDRESS_FAMILY, "inet6" },
	{ 'b', SSHD_OPTION_OVERRULES, SSHD_SERVER_KEY_BITS, NULL },
	{ 'c', SSHD_OPTION_MORE, SSHD_HOST_CERTIFICATE, NULL },
	{ 'd', SSHD_OPTION_OVERRULES, SSHD_LOG_LEVEL, "DEBUG1" }, /* and more with each */
	{ 'g', SSHD_OPTION_OVERRULES, SSHD_LOGIN_GRACE_TIME, NULL },
	{ 'h', SSHD_OPTION_MORE, SSHD_HOST_KEY, NULL },
	{ 'k', SSHD_OPTION_OVERRULES, SSHD_KEY_REGENERATION_INTERVAL, NULL },
	{ 'p', SSHD_OPTION_MORE, SSHD_PORT, NULL },
	{ 'q', SSHD_OPTION_OVERRULES, SSHD_LOG_LEVEL, "QUIET" },
};

static void
take_setting(struct sshd_config *config, struct sshd_options *options,
	const struct command_option *option)
{
	static const char *const debug[] = { "DEBUG1", "DEBUG2", "DEBUG3" };
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (settings[i].letter != option->letter)
			continue;
		autobuffer struct buffer line = { 0 };
		buffer_printf(&line, "%s ", sshd_keyword_names[settings[i].setting]);
		autobuffer struct buffer value = { 0 };
		const char *text = settings[i].value != NULL ? settings[i].value
							     : option->value;
		if (option->letter == 'd') {
			text = debug[options->debug];
			options->debug += options->debug < 2;
		}
		sshd_value_add(&value, text);
		buffer_text(&line, value.data);
		sshd_config_add_option(config, option->file, option->start, option->end,
			line.data, settings[i].how);
		if (settings[i].setting == SSHD_PORT)
			config->ports_given = true;
	}
}

static void
take_option(struct sshd_config *config, struct sshd_options *options,
	const struct command_option *option)
{
	const char *value = option->value;
	const struct known *known = find_known(option->letter, config->version);
	if (option->letter == '-') {
		/* getopt(3) knows no long options here; after "--" alone nothing is one
		 */
		if (*value != '\0')
			sshd_config_reject(config, option->file, option->start,
				"an unknown option on its command line");
	} else if (option->letter == '\0') {
		/* main in sshd.c ends over a word that is no option */
		sshd_config_reject(config, option->file, option->start,
			"an extra argument on its command line");
	} else if (known == NULL || (known->argument && value == NULL) || known->ends) {
		autofree char *text = memory_printf("%s -%c on its command line%s",
			known == NULL ? "an unknown option" : "the option",
			option->letter,
			known == NULL         ? ""
				: known->ends ? ", with which it serves nobody"
					      : ", without its argument");
		sshd_config_reject(config, option->file, option->start, text);
	} else if (option->letter == 'o') {
		sshd_config_add_option(config, option->file, option->start, option->end,
			value, SSHD_OPTION_LINE);
	} else if (option->letter == 'f') {
		take_file(options, option);
	} else {
		take_setting(config, options, option);
	}
}

/* Accept= is no when nothing says so: systemd.socket(5). */
static bool
may_accept(struct host *host, const char *name)
{
	static const char word[] = "Accept", no[] = "Accept=no\n";
	autofree char *link = memory_printf(
		"/etc/systemd/system/sockets.target.wants/%s.socket", name);
	autofree char *more = memory_printf("/etc/systemd/system/%s.socket.d", name);
	if (host_has_name(host, link) == 0)
		return false;
	const struct file *file = host_file(host, link);
	if (file->state != FILE_READ || host_exists(host, more) != 0)
		return true;
	if (file->bytes.size == 0) /* masked */
		return false;
	const char *at = memmem(
		file->bytes.data, file->bytes.size, word, sizeof word - 1);
	return at != NULL &&
		(memmem(file->bytes.data, file->bytes.size, no, sizeof no - 1) != at ||
			memmem(at + 1,
				file->bytes.size - (size_t)(at + 1 - file->bytes.data),
				word, sizeof word - 1) != NULL);
}

bool
sshd_options_other_ports(struct host *host)
{
	static const char *const links[] = { "sockets.target.wants/ssh.socket",
		"sockets.target.wants/sshd.socket", "ssh.service.requires/ssh.socket",
		"sshd.service.requires/sshd.socket" };
	static const char *const files[] = { "/etc/inetd.conf", "/etc/xinetd.conf",
		"/etc/xinetd.d/*" };
	bool other = false;
	for (size_t i = 0; i < sizeof links / sizeof *links && !other; i++) {
		autofree char *path = memory_printf("/etc/systemd/system/%s", links[i]);
		other = host_has_name(host, path) != 0;
	}
	for (size_t i = 0; i < sizeof files / sizeof *files && !other; i++) {
		struct name_list names = { 0 };
		other = host_glob(host, files[i], &names, NULL) < 0;
		for (size_t k = 0; k < names.count && !other; k++) {
			const struct file *file = host_file(host, names.names[k]);
			other = file->state == FILE_REFUSED ||
				(file->state == FILE_READ &&
					memmem(file->bytes.data, file->bytes.size, "sshd",
						4) != NULL);
		}
		name_list_free(&names);
	}
	return other;
}

/* A socket unit with Accept=yes that is enabled starts sshd with ssh@.service, which is
 * not read. */
static bool
is_started_otherwise(struct host *host)
{
	static const char *const names[] = { "ssh", "sshd" };
	static const char *const folders[] = { "/etc/systemd/system",
		"/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!may_accept(host, names[i]))
			continue;
		for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
			autofree char *unit = memory_printf(
				"%s/%s@.service", folders[k], names[i]);
			if (host_has_name(host, unit) != 0)
				return true;
		}
	}
	return false;
}

void
sshd_options_read(const struct context *context, struct sshd_config *config,
	struct sshd_options *ret_options)
{
	struct command_line line;
	struct command_option option = { 0 };
	char with_argument[OPTIONS_KNOWN + 1];
	letters_with_argument(config->version, with_argument);
	*ret_options = (struct sshd_options){ 0 };
	command_line_read(context->host, &daemon, &line);
	if (is_started_otherwise(context->host))
		sshd_config_doubt(config, NULL, 0,
			"an enabled socket unit with Accept=yes may start sshd with "
			"another command line; that is not followed");
	else if (line.unknown != NULL)
		sshd_config_doubt(config, line.file, line.offset, line.unknown);
	else
		while (command_option_next(&line, with_argument, &option))
			take_option(config, ret_options, &option);
	command_line_free(&line);
}

void
sshd_options_free(struct sshd_options *options)
{
	free(options->config_file);
	*options = (struct sshd_options){ 0 };
}
