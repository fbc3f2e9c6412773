/* ntp.conf(5) as ntpd of ntp and of ntpsec reads it. Sources: ntp_parser.y, ntp_scanner.c
 * and ntp_config.c of ntp 4.2.8 and ntpsec 1.2; getconfig and gettokens in ntp_config.c
 * of ntp 4.1. A line that ntpd does not understand it passes over, all of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/time/time_restrict.h"

enum { LEVEL_MAX = 5 }; /* MAXINCLUDELEVEL */

struct reader {
	struct host *host;
	struct time_daemon *daemon;
	size_t bytes, level;
	long least; /* tos minsane */
	struct place least_place;
	struct time_restrictions restrictions;
	bool has_keys; /* keys */
	bool trusts_more; /* trustedkey has more than plain numbers: "(1 ... 9)" */
	struct table trusted; /* those numbers */
	struct table keyed; /* names of sources with a key -> its number and 1 */
};

/* They say nothing of whom the clock follows. */
static const char *const others[] = { "authdelay", "authenticate", "automax", "autokey",
	"broadcast", "broadcastdelay", "calldelay", "clientlimit", "clientperiod",
	"controlkey", "crypto", "discard", "driftfile", "dscp", "filegen", "fudge",
	"keysdir", "leapfile", "leapsmearinterval", "limit", "logconfig", "logfile",
	"manycastserver", "mdnstries", "monitor", "mru", "nonvolatile", "ntpsigndsocket",
	"nts", "phone", "pidfile", "port", "precision", "requestkey", "reset", "revoke",
	"rlimit", "saveconfigdir", "setvar", "statistics", "statsdir", "tick", "tinker",
	"trap", "ttl", "unrestrict", NULL };

/* Sources that are named, and whoever speaks up. */
static const char *const named[] = { "server", "pool", "peer", "manycastclient", NULL };
static const char *const unnamed[] = { "broadcastclient", "multicastclient", NULL };

/* Of a source: what stands alone, and what takes an argument. */
static const char *const flags[] = { "autokey", "burst", "dynamic", "iburst", "noselect",
	"noval", "nts", "preempt", "prefer", "true", "xleave", "xmtnonce", NULL };
static const char *const valued[] = { "aead", "ask", "baud", "bias", "ca", "cert",
	"expire", "flag1", "flag2", "flag3", "flag4", "ident", "key", "maxpoll",
	"minpoll", "mode", "path", "ppspath", "refid", "require", "stratum", "subtype",
	"time1", "time2", "ttl", "version", NULL };

/* Whether VALUE is one that ntpd takes for the option NAME; with another it passes over
 * the line. */
static bool
takes_value(const char *name, const char *value)
{
	static const char *const whole[] = { "key", "maxpoll", "minpoll", "mode", "ttl",
		"version", "stratum", "subtype", "flag1", "flag2", "flag3", "flag4",
		"baud", NULL };
	struct error ignored = ERROR_INIT;
	long number;
	long most = strcmp(name, "version") == 0 ? 4 : 65535;
	bool takes = !text_is_one_of(name, whole) ||
		text_number(value, 0, most, &number, &ignored) == 0;
	error_clear(&ignored);
	return takes;
}

static void
take_options(struct reader *reader, const struct time_line *line, const char *directive,
	size_t first, char *name)
{
	enum time_use use = TIME_FOLLOWED;
	for (size_t i = first; i < line->count; i++) {
		const char *word = line->words[i];
		if (strcmp(word, "noselect") == 0)
			use = TIME_WATCHED;
		if (text_is_one_of(word, flags))
			continue;
		if (text_is_one_of(word, valued) && i + 1 < line->count &&
			takes_value(word, line->words[i + 1])) {
			if (strcmp(word, "key") == 0)
				table_set(&reader->keyed, name,
					(void *)(strtoul(line->words[i + 1], NULL, 10) +
						1));
			i++;
			continue;
		}
		time_doubt(reader->daemon, true, line->place,
			"%s: '%s' is not understood: ntpd may pass over the line",
			directive, word);
		break;
	}
	time_add(reader->daemon, use, directive, name, line->place);
}

/* "server [-4|-6] NAME OPTIONS", a name in quotes as it may be. */
static void
take_source(struct reader *reader, const struct time_line *line, const char *directive)
{
	size_t at = 1;
	if (at < line->count &&
		(strcmp(line->words[at], "-4") == 0 ||
			strcmp(line->words[at], "-6") == 0))
		at++;
	const char *word = at < line->count ? line->words[at] : "";
	size_t size = strlen(word);
	if (size > 2 && word[0] == '"' && word[size - 1] == '"') {
		word++;
		size -= 2;
	}
	if (size == 0 || memchr(word, '"', size) != NULL || word[0] == '-')
		time_doubt(reader->daemon, true, line->place,
			"%s: its name is not understood", directive);
	else
		take_options(reader, line, directive, at + 1, memory_copy(word, size));
}

/* "refclock DRIVER [unit NUMBER] OPTIONS", of ntpsec. */
static void
take_clock(struct reader *reader, const struct time_line *line)
{
	bool has_unit = line->count > 3 && strcmp(line->words[2], "unit") == 0;
	if (line->count < 2)
		time_doubt(reader->daemon, true, line->place, "refclock names none");
	else
		take_options(reader, line, "refclock", has_unit ? 4 : 2,
			memory_printf("%s %s", line->words[1],
				has_unit ? line->words[3] : "0"));
}

/* "tos minsane 4 floor 2": how many sources there must be, and of which strata. Source:
 * clock_select in ntp_proto.c. */
static void
take_tos(struct reader *reader, const struct time_line *line)
{
	struct error ignored = ERROR_INIT;
	for (size_t i = 1; i < line->count; i += 2) {
		const char *value = i + 1 < line->count ? line->words[i + 1] : "";
		bool is_least = strcmp(line->words[i], "minsane") == 0;
		if (is_least &&
			text_number(value, 0, 1000, &reader->least, &ignored) == 0)
			reader->least_place = line->place;
		else if (strcmp(line->words[i], "maxdist") == 0 && !time_is_tiny(value))
			continue;
		else if (is_least || strcmp(line->words[i], "maxdist") == 0 ||
			strcmp(line->words[i], "floor") == 0 ||
			strcmp(line->words[i], "ceiling") == 0)
			time_doubt(reader->daemon, true, line->place,
				"tos %s: sources may not be followed because of it",
				line->words[i]);
	}
	error_clear(&ignored);
}

/* A pool is of several, up to tos maxclock, 10. */
static void
judge_least(struct reader *reader)
{
	const struct time_daemon *daemon = reader->daemon;
	long most = 0;
	for (size_t i = 0; i < daemon->source_count; i++)
		if (daemon->sources[i].use == TIME_FOLLOWED)
			most += strcmp(daemon->sources[i].directive, "server") == 0 ||
					strcmp(daemon->sources[i].directive, "peer") == 0
				? 1
				: 10;
	if (reader->least > most)
		time_doubt(reader->daemon, true, reader->least_place,
			"tos minsane %ld: there are no more than %ld sources, and none "
			"is followed",
			reader->least, most);
}

static void
take_trusted(struct reader *reader, const struct time_line *line)
{
	long number;
	reader->trusts_more = reader->trusts_more || line->count == TIME_WORDS_MAX;
	for (size_t i = 1; i < line->count; i++) {
		if (text_number(line->words[i], 0, UINT16_MAX, &number, NULL) < 0) {
			reader->trusts_more = true;
			continue;
		}
		autofree char *key = memory_printf("%ld", number);
		table_set(&reader->trusted, key, reader);
	}
}

/* What is signed with a key that is not known or not trusted is not believed: authtrust
 * and authhavekey in authkeys.c. */
static void
judge_keys(struct reader *reader)
{
	struct time_daemon *daemon = reader->daemon;
	for (size_t i = 0; i < daemon->source_count; i++) {
		uintptr_t key = (uintptr_t)table_get(
			&reader->keyed, daemon->sources[i].name);
		autofree char *number = memory_printf("%lu", (unsigned long)key - 1);
		if (key != 0 &&
			(!reader->has_keys ||
				(!reader->trusts_more &&
					table_get(&reader->trusted, number) == NULL)))
			daemon->sources[i].doubt = "it has a key, and not both keys and "
						   "its trustedkey are there";
	}
	table_free(&reader->trusted);
	table_free(&reader->keyed);
}

/* "interface listen|ignore|drop NAME": a source is asked by an interface that is
 * listened on. The wildcard's is not needed for that. */
static void
take_interface(struct reader *reader, const struct time_line *line)
{
	const char *action = line->count > 1 ? line->words[1] : "";
	const char *name = line->count > 2 ? line->words[2] : "";
	if (strcmp(action, "listen") != 0 && strcmp(name, "wildcard") != 0)
		time_doubt(reader->daemon, true, line->place,
			"%s %s %s: sources may not be reached because of it",
			line->words[0], action, name);
}

/* What is switched on and off. */
static void
take_switch(struct reader *reader, const struct time_line *line, bool is_on)
{
	static const char *const known[] = { "auth", "calibrate", "mode7", "monitor",
		"pps", "stats", "unpeer_crypto_early", "unpeer_crypto_nak_early",
		"unpeer_digest_early", "peer_clear_digest_early", NULL };
	for (size_t i = 1; i < line->count; i++) {
		const char *word = line->words[i];
		if (text_is_one_of(word, known))
			continue;
		if (strcmp(word, "kernel") == 0)
			reader->daemon->is_silent = reader->daemon->is_silent || !is_on;
		else if (strcmp(word, "bclient") == 0 && is_on)
			time_add(reader->daemon, TIME_FOLLOWED, "enable bclient",
				memory_text("whoever broadcasts"), line->place);
		else if (strcmp(word, "ntp") == 0 && !is_on)
			time_doubt(reader->daemon, true, line->place,
				"disable ntp: the clock is not set");
		else if (strcmp(word, "ntp") != 0 && strcmp(word, "bclient") != 0)
			time_doubt(reader->daemon, true, line->place,
				"'%s' is not understood", word);
	}
}

/* --- files ---------------------------------------------------------------------------
 */

static void
take_file(struct reader *reader, const char *path);

/* ntpsec goes by the folder of the file that names it, and through all *.conf files and
 * folders of a folder. */
static void
take_folder(struct reader *reader, const char *folder)
{
	struct name_list names = { 0 };
	if (host_list(reader->host, folder, &names, NULL) < 0) {
		time_doubt(reader->daemon, true,
			(struct place){ host_file(reader->host, folder), 0 },
			"it can't be listed");
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		size_t size = strlen(names.names[i]);
		autofree char *path = memory_printf("%s/%s", folder, names.names[i]);
		if (size >= 5 && strcmp(names.names[i] + size - 5, ".conf") == 0)
			take_file(reader, path);
	}
	name_list_free(&names);
}

static void
take_include(struct reader *reader, const struct time_line *line)
{
	const char *name = line->count == 2 ? line->words[1] : "";
	if (*name == '\0' || strchr(name, '"') != NULL ||
		(*name != '/' && reader->daemon->id != TIME_NTPSEC)) {
		time_doubt(reader->daemon, true, line->place,
			"includefile: '%s' is not followed", name);
		return;
	}
	autofree char *folder = memory_text(line->place.file->path);
	*strrchr(folder, '/') = '\0';
	autofree char *path = *name == '/' ? memory_text(name)
					   : memory_printf("%s/%s", folder, name);
	take_file(reader, path);
}

static void
take_words(struct reader *reader, const struct time_line *line)
{
	const char *word = line->words[0];
	if (line->count == TIME_WORDS_MAX)
		time_doubt(reader->daemon, true, line->place, "the line is too long");
	if (text_is_one_of(word, others))
		return;
	for (size_t i = 0; named[i] != NULL; i++)
		if (strcmp(word, named[i]) == 0) {
			take_source(reader, line, named[i]);
			return;
		}
	for (size_t i = 0; unnamed[i] != NULL; i++)
		if (strcmp(word, unnamed[i]) == 0) {
			time_add(reader->daemon, TIME_FOLLOWED, unnamed[i],
				memory_text("whoever broadcasts"), line->place);
			return;
		}
	if (strcmp(word, "interface") == 0 || strcmp(word, "nic") == 0)
		take_interface(reader, line);
	else if (strcmp(word, "tos") == 0)
		take_tos(reader, line);
	else if (strcmp(word, "restrict") == 0)
		time_restrict(&reader->restrictions, reader->daemon, line);
	else if (strcmp(word, "keys") == 0)
		reader->has_keys = true;
	else if (strcmp(word, "trustedkey") == 0)
		take_trusted(reader, line);
	else if (strcmp(word, "refclock") == 0)
		take_clock(reader, line);
	else if (strcmp(word, "includefile") == 0)
		take_include(reader, line);
	else if (strcmp(word, "enable") == 0 || strcmp(word, "disable") == 0)
		take_switch(reader, line, *word == 'e');
	else
		time_doubt(reader->daemon, true, line->place, "'%s' is not understood",
			word);
}

static void
take_lines(struct reader *reader, const struct file *file)
{
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		struct place place = { file, start };
		struct time_line words;
		if (memchr(line.data, '\0', line.size) != NULL)
			time_doubt(reader->daemon, true, place, "a NUL byte");
		const char *comment = memchr(line.data, '#', line.size);
		if (comment != NULL)
			line.size = (size_t)(comment - line.data);
		time_line_cut(line, place, &words);
		if (words.count > 0)
			take_words(reader, &words);
		free(words.text);
	}
}

/* A missing file is passed over, with a message. */
static void
take_file(struct reader *reader, const char *path)
{
	struct stat status;
	char *target = NULL;
	bool is_folder = host_status(reader->host, path, &status, &target) == 0 &&
		S_ISDIR(status.st_mode);
	free(target);
	if (reader->level == LEVEL_MAX) {
		time_doubt(reader->daemon, true,
			(struct place){ host_file(reader->host, path), 0 },
			"files are included too deep");
		return;
	}
	reader->level++;
	if (is_folder && reader->daemon->id == TIME_NTPSEC) {
		take_folder(reader, path);
	} else {
		const struct file *file = host_file(reader->host, path);
		if (time_readable(reader->daemon, file, &reader->bytes))
			take_lines(reader, file);
	}
	reader->level--;
}

void
time_ntp_read(struct host *host, struct time_daemon *daemon)
{
	struct reader reader = { .host = host, .daemon = daemon };
	take_file(&reader, daemon->path);
	/* readconfig of ntpsec walks the folder that lies beside the file */
	autofree char *beside = memory_printf("%.*s/ntp.d",
		(int)(strrchr(daemon->path, '/') - daemon->path), daemon->path);
	bool is_beside = host_exists(host, beside) != 0;
	if (is_beside && daemon->id == TIME_NTPSEC)
		take_file(&reader, beside);
	else if (is_beside)
		time_doubt(daemon, true,
			(struct place){ host_file(host, daemon->path), 0 },
			"%s is there, which ntpsec reads and ntp does not", beside);
	judge_least(&reader);
	judge_keys(&reader);
	time_restrict_judge(&reader.restrictions, daemon);
	time_restrict_free(&reader.restrictions);
}
