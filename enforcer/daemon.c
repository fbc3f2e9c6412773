#include "enforcer/daemon.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "enforcer/daemon_probe.h"
#include "enforcer/pam_modules.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

enum {
	PATTERNS_MAX = 256, /* an include can't include for ever */
	INCLUDE_SIZE_MAX = 8 << 20,
};

/* Sources: sshd(8), sshd_config(5); xinetd(8); rsyslogd(8) and the upstream change that
 * took reloading by SIGHUP away (5.x); sysklogd's and inetutils' syslogd(8). */
const struct daemon DAEMONS[] = {
	{
		.name = "sshd",
		.files = LIST("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*"),
		.programs = LIST("sshd"),
		.check = LIST("/usr/sbin/sshd", "-t"),
		.check_file = LIST("/usr/sbin/sshd", "-t", "-f"),
		.run_directory = "/run/sshd",
		.chatter = LIST(": Deprecated option ", ": Unsupported option "),
		.activation = ACTIVATION_HANGUP,
		.checks_first = true,
		.socket_units = LIST("ssh.socket", "sshd.socket"),
		.listens = true,
		.probe = probe_sshd,
	},
	{
		.name = "xinetd",
		.files = LIST("/etc/xinetd.conf", "/etc/xinetd.d/*"),
		.programs = LIST("xinetd"),
		.unchecked = "xinetd has no check mode",
		.activation = ACTIVATION_HANGUP,
		.probe = probe_xinetd,
	},
	{
		.name = "rsyslogd",
		.files = LIST("/etc/rsyslog.conf", "/etc/rsyslog.d/*"),
		.programs = LIST("rsyslogd"),
		.check = LIST("/usr/sbin/rsyslogd", "-N1"),
		.chatter = LIST(": version ", ": End of config validation run"),
		.activation = ACTIVATION_RESTART,
		.probe = probe_syslog,
	},
	{
		.name = "syslogd",
		.files = LIST("/etc/syslog.conf", "/etc/syslog.d/*"),
		.programs = LIST("syslogd", "inetutils-syslogd"),
		.unchecked = "syslogd has no check mode",
		.activation = ACTIVATION_HANGUP,
		.probe = probe_syslog,
	},
	{
		.name = "PAM",
		.files = LIST("/etc/pam.conf", "/etc/pam.d/*", "/etc/security/*"),
		.unchecked = "PAM has no check mode; each login reads the file afresh",
		.own_check = pam_modules_check,
		.activation = ACTIVATION_NONE,
	},
};

const size_t DAEMONS_COUNT = sizeof DAEMONS / sizeof *DAEMONS;

int
daemon_find(const struct daemon *daemon, struct live_list *ret_list, struct error *err)
{
	if (live_find(daemon->programs, ret_list, err) < 0)
		return -1;
	live_keep_parents(ret_list);
	/* what serves a connection and outlived the daemon listens at nothing */
	if (daemon->listens)
		daemon_probe_keep_listeners(ret_list);
	return 0;
}

struct patterns {
	char **items; /* owned */
	size_t count;
};

/* Takes PATTERN. */
static void
add_pattern(struct patterns *patterns, char *pattern)
{
	bool known = patterns->count >= PATTERNS_MAX;
	for (size_t i = 0; i < patterns->count && !known; i++)
		known = strcmp(patterns->items[i], pattern) == 0;
	if (known) {
		free(pattern);
		return;
	}
	patterns->items = memory_grow(
		patterns->items, patterns->count, sizeof *patterns->items);
	patterns->items[patterns->count++] = pattern;
}

/* Adds what a line includes, in any daemon's form: Include NAME, includedir DIR,
 * $IncludeConfig NAME, include(file="NAME"). A word too many does no harm: at worst a
 * daemon reads its files again in vain. A name without a slash in front stands in the
 * directory of the main file (sshd_config(5), Include). */
static void
add_included(struct patterns *patterns, const char *main_file, char *line)
{
	char *words = line + strspn(line, " \t");
	if (*words == '#' || strcasestr(words, "include") == NULL)
		return;
	for (char *word; (word = strsep(&words, " \t\r\"'=(),")) != NULL;) {
		size_t size = strlen(word);
		if (size == 0 || strncasecmp(word, "#", 1) == 0)
			continue;
		int folder = (int)(strrchr(main_file, '/') + 1 - main_file);
		const char *slash = word[size - 1] == '/' ? "" : "/";
		const char *before = word[0] == '/' ? "" : main_file;
		if (word[0] == '/')
			folder = 0;
		add_pattern(patterns, memory_printf("%.*s%s", folder, before, word));
		add_pattern(patterns,
			memory_printf("%.*s%s%s*", folder, before, word, slash));
	}
}

static void
scan_file(struct patterns *patterns, const char *main_file, const char *path)
{
	struct stat status;
	autofree char *line = NULL;
	size_t room = 0;
	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) ||
		status.st_size > INCLUDE_SIZE_MAX)
		return;
	FILE *file = fopen(path, "re");
	while (file != NULL && getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		add_included(patterns, main_file, line);
	}
	if (file != NULL)
		fclose(file);
}

static bool
matches(const char *pattern, const char *file)
{
	return fnmatch(pattern, file, FNM_PATHNAME | FNM_PERIOD) == 0;
}

/* Marks the changes that the pattern names, follows links, and looks for includes. */
static void
follow_pattern(struct patterns *patterns, size_t index, const char *main_file,
	const struct changes *changes, bool *marks)
{
	glob_t found = { 0 };
	if (glob(patterns->items[index], GLOB_NOSORT, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			autofree char *target = realpath(found.gl_pathv[i], NULL);
			for (size_t k = 0; target != NULL && k < changes->count; k++)
				marks[k] |= strcmp(changes->items[k].file, target) == 0;
			scan_file(patterns, main_file, found.gl_pathv[i]);
		}
	}
	globfree(&found);
}

static void
mark(const struct daemon *daemon, const struct changes *changes, bool live, bool *marks)
{
	struct patterns patterns = { 0 };
	for (const char *const *file = daemon->files; *file != NULL; file++)
		add_pattern(&patterns, memory_text(*file));
	for (size_t i = 0; i < patterns.count; i++) {
		for (size_t k = 0; k < changes->count; k++)
			marks[k] |= matches(patterns.items[i], changes->items[k].file);
		if (live)
			follow_pattern(&patterns, i, daemon->files[0], changes, marks);
	}
	for (size_t i = 0; i < patterns.count; i++)
		free(patterns.items[i]);
	free(patterns.items);
}

struct changes
daemon_changes(const struct daemon *daemon, const struct changes *changes, bool live)
{
	struct changes found = { 0 };
	autofree bool *marks = memory_new(changes->count + 1, sizeof *marks);
	mark(daemon, changes, live, marks);
	for (size_t i = 0; i < changes->count; i++) {
		if (!marks[i])
			continue;
		found.items = memory_grow(found.items, found.count, sizeof *found.items);
		found.items[found.count++] = changes->items[i];
	}
	return found;
}
