/* swatch, which a service of systemd starts. Sources: swatchdog(1) and the scripts of
 * swatch 3.2.4. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"
#include "policy/models/boot/boot_units.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/shell/shell_text.h"
#include "policy/models/syslog/log_watchers.h"

/* --- the actions ----------------------------------------------------------------------
 */

/* "mail", "mail=a@b:c@d", "mail addresses=a\@b,subject=x" of swatch's configuration;
 * without an address to USER, who runs it: send_email in Actions.pm. */
static void
take_mail(struct log_words *to, const char *text, const char *user, struct place place)
{
	const char *rest = text + strlen("mail");
	const char *list = strstr(text, "addresses=");
	if (*rest != '\0' && *rest != '=' && *rest != ',' &&
		!isspace((unsigned char)*rest))
		return;
	if (list != NULL)
		list += strlen("addresses=");
	else if (*rest == '=')
		list = rest + 1;
	if (list == NULL) {
		log_words_add(to, user, strlen(user), place);
		return;
	}
	autobuffer struct buffer address = { 0 };
	for (;; list++) {
		bool ends = *list == '\0' || *list == ',' || *list == ':' ||
			isspace((unsigned char)*list);
		if (!ends && *list != '\\' && *list != '"')
			buffer_add(&address, list, 1);
		if (ends && address.size > 0) {
			log_words_add(to, address.data, address.size, place);
			address.size = 0;
		}
		if (ends && *list != ':')
			break;
	}
}

static void
read_actions(struct host *host, const char *path, const char *user, struct log_words *to)
{
	const struct file *file = host_file(host, path);
	struct bytes line;
	if (file->state != FILE_READ)
		log_words_doubt(to, file->path,
			file->state == FILE_REFUSED ? file->reason
						    : "there is no such configuration",
			false);
	for (size_t at = 0, next = 0; bytes_next_line(file->bytes, &next, &line);
		at = next) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *start = text + strspn(text, " \t");
		if (strncmp(start, "mail", 4) == 0)
			take_mail(to, start, user, (struct place){ file, at });
		/* of perl, another file, or the next line: read_config of swatchdog */
		if (strncasecmp(start, "include", 7) == 0 ||
			strncasecmp(start, "perlcode", 8) == 0 ||
			(line.size > 0 && line.data[line.size - 1] == '\\'))
			log_words_doubt(
				to, file->path, "a line of it is not followed", false);
	}
}

/* --- the options ---------------------------------------------------------------------
 */

/* The options of swatchdog 3.2.4: GetOptions in parse_command_line, with "bundling" of
 * Getopt::Long(3perl); OTHER: it ends at once, or reads another thing than a log's end,
 * or its configuration in another way. */
static const struct option {
	const char *name;
	enum { FLAG, VALUE, PERHAPS } takes;
	char letter;
	bool is_other;
} options[] = {
	{ "awk-field-syntax", FLAG, '\0', false },
	{ "config-file", VALUE, 'c', false },
	{ "daemon", FLAG, '\0', false },
	{ "debug", PERHAPS, '\0', false },
	{ "dump-script", PERHAPS, '\0', true },
	{ "examine", VALUE, 'f', true },
	{ "extra-include-dir", VALUE, 'I', false },
	{ "extra-module", VALUE, 'M', false },
	{ "help", FLAG, 'h', true },
	{ "input-record-separator", PERHAPS, '\0', false },
	{ "old-style-config", FLAG, 'O', true },
	{ "pid-file", VALUE, '\0', false },
	{ "read-pipe", VALUE, 'p', true },
	{ "restart-time", VALUE, 'r', false },
	{ "script-dir", VALUE, '\0', false },
	{ "tail-args", VALUE, '\0', false },
	{ "tail-file", VALUE, 't', false },
	{ "tail-program-name", VALUE, '\0', false },
	{ "use-cpan-file-tail", FLAG, '\0', false },
	{ "version", FLAG, 'V', true },
};

enum { OPTIONS = sizeof options / sizeof *options };

/* The one whose name is, or alone begins with, SIZE bytes of NAME; NULL: none. */
static const struct option *
find_long(const char *name, size_t size)
{
	const struct option *found = NULL;
	for (size_t i = 0; i < OPTIONS; i++) {
		if (strncasecmp(name, options[i].name, size) != 0)
			continue;
		if (options[i].name[size] == '\0')
			return &options[i];
		if (found != NULL)
			return NULL;
		found = &options[i];
	}
	return found;
}

/* What the options of a command say. */
struct choice {
	const char *conf, *tail; /* the last ones count; NULL: none */
	bool is_daemon;
	bool is_other; /* also for what it does not have, after which it ends */
};

static void
choose(struct choice *choice, const struct option *option, const char *value)
{
	bool is_wrong = option == NULL || (option->takes == VALUE && value == NULL);
	if (is_wrong || option->is_other)
		choice->is_other = true;
	else if (option->letter == 'c')
		choice->conf = value;
	else if (option->letter == 't')
		choice->tail = value;
	else if (strcmp(option->name, "daemon") == 0)
		choice->is_daemon = true;
}

/* The word at *INDEX, "--tail-file=X", and the next one where it is its value. */
static void
take_long(struct choice *choice, const struct command_line *line, size_t *index)
{
	const char *name = line->words[*index].text + 2;
	size_t size = strcspn(name, "=");
	const struct option *option = find_long(name, size);
	const char *value = name[size] == '=' ? name + size + 1 : NULL;
	if (option != NULL && option->takes == FLAG && value != NULL)
		option = NULL;
	if (option != NULL && option->takes == VALUE && value == NULL &&
		*index + 1 < line->count)
		value = line->words[++*index].text;
	choose(choice, option, value);
}

/* The same of "-tX", "-t X". */
static void
take_letters(struct choice *choice, const struct command_line *line, size_t *index)
{
	for (const char *letter = line->words[*index].text + 1; *letter != '\0';
		letter++) {
		const struct option *option = NULL;
		const char *value = NULL;
		for (size_t i = 0; i < OPTIONS; i++)
			if (options[i].letter == *letter)
				option = &options[i];
		bool takes = option != NULL && option->takes == VALUE;
		if (takes && letter[1] != '\0')
			value = letter + 1;
		else if (takes && *index + 1 < line->count)
			value = line->words[++*index].text;
		choose(choice, option, value);
		if (takes)
			return;
	}
}

static struct choice
read_options(const struct command_line *line)
{
	struct choice choice = { 0 };
	for (size_t i = 0; i < line->count; i++) {
		const char *word = line->words[i].text;
		if (word == NULL)
			choice.is_other = true;
		else if (strcmp(word, "--") == 0)
			break;
		else if (strncmp(word, "--", 2) == 0)
			take_long(&choice, line, &i);
		else if (*word == '-' && word[1] != '\0')
			take_letters(&choice, line, &i);
	}
	return choice;
}

/* --- the unit -------------------------------------------------------------------------
 */

/* What a unit says of how its command runs. */
struct service {
	char *user;
	bool is_forking;
};

static void
take_service(void *data, const char *name, struct traced *value)
{
	struct service *service = data;
	char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	if (strcmp(name, "Type") == 0)
		service->is_forking = strcmp(text, "forking") == 0;
	if (strcmp(name, "User") == 0) {
		free(service->user);
		service->user = text;
		return;
	}
	free(text);
}

static bool
is_swatch(const char *path)
{
	const char *name = text_base_name(path);
	return strcmp(name, "swatch") == 0 || strcmp(name, "swatchdog") == 0;
}

/* Why what is started by LINE of UNIT may not run on as it is asked for; NULL: nothing
 * says so. */
static const char *
find_trouble(const struct choice *choice, const struct service *service)
{
	if (choice->is_other)
		return "by an option of swatch's it may end at once, or read another "
		       "thing";
	/* systemd takes the end of the first process for that of the service, and ends
	 * the rest: systemd.service(5), systemd.kill(5) */
	if (choice->is_daemon && !service->is_forking)
		return "with --daemon it ends for systemd, unless Type= is forking";
	return NULL;
}

/* ACTIONS: the configurations that were read. */
static void
take_command(struct host *host, const struct command_line *line, const char *unit,
	struct table *actions, struct log_watcher *watcher)
{
	struct service service = { 0 };
	const struct choice choice = read_options(line);
	const struct place place = { line->source, line->start };
	const char *path = line->source->path;
	(void)unit_files_read_part(host, unit, "[Service]", take_service, &service);
	autofree char *user = service.user;
	const char *trouble = find_trouble(&choice, &service);
	watcher->is_there = true;
	if (trouble != NULL) {
		log_words_doubt(&watcher->to, path, trouble, false);
		log_words_doubt(&watcher->files, path, trouble, false);
		if (watcher->boot_doubt == NULL)
			watcher->boot_doubt = memory_text(trouble);
		return;
	}
	watcher->boot = place;
	autofree char *files = memory_text(choice.tail != NULL ? choice.tail : "");
	char *rest = NULL;
	for (char *file = strtok_r(files, " \t", &rest); file != NULL;
		file = strtok_r(NULL, " \t", &rest))
		log_words_add(&watcher->files, file, strlen(file), place);
	if (watcher->files.count == 0)
		log_words_doubt(&watcher->files, path,
			"without --tail-file swatch chooses a log itself", false);
	/* in $HOME, which a service of root's has not: systemd.exec(5) */
	if (choice.conf == NULL) {
		log_words_doubt(&watcher->to, path,
			"without --config-file it depends on HOME what it reads", false);
		return;
	}
	if (table_get(actions, choice.conf) == NULL)
		read_actions(host, choice.conf,
			user != NULL && *user != '\0' ? user : "root", &watcher->to);
	table_set(actions, choice.conf, watcher);
	bool is_mute = shell_lacks(host, "/usr/lib/sendmail") &&
		shell_lacks(host, "/usr/sbin/sendmail");
	if (is_mute)
		watcher->idle = "there is no sendmail, by which swatch mails";
	else if (watcher->to.count == 0 && watcher->to.doubt == NULL)
		watcher->idle = "no action of its configuration mails";
	if (is_mute)
		log_words_doubt(&watcher->to, path, watcher->idle, true);
}

void
log_watcher_read_swatch(struct host *host, struct log_watcher *ret_watcher)
{
	const struct boot_units *units = boot_units_read(host);
	const struct boot_unit *unit;
	struct table actions = { 0 };
	*ret_watcher = (struct log_watcher){ 0 };
	for (size_t at = 0; (unit = boot_units_next(units, &at)) != NULL;) {
		struct command_line line;
		const char *dot = strrchr(unit->name, '.');
		if (dot == NULL || strcmp(dot, ".service") != 0 ||
			(unit->state != BOOT_STARTED && unit->state != BOOT_UNSURE))
			continue;
		command_line_read(
			host, &(struct command_daemon){ .unit = unit->name }, &line);
		bool is_it = line.program != NULL && is_swatch(line.program);
		const char *doubt = line.unknown;
		if (doubt == NULL && is_it && unit->state == BOOT_UNSURE)
			doubt = unit->reason;
		if (is_it && doubt == NULL && shell_is_missing(host, line.program))
			ret_watcher->is_missing = true;
		else if (is_it && doubt == NULL)
			take_command(host, &line, unit->name, &actions, ret_watcher);
		else if (doubt != NULL &&
			(is_it || strstr(unit->name, "swatch") != NULL) &&
			ret_watcher->boot_doubt == NULL)
			ret_watcher->boot_doubt = memory_printf(
				"%s: %s", unit->name, doubt);
		command_line_free(&line);
	}
	table_free(&actions);
}
