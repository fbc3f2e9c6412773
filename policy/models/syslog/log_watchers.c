#include "policy/models/syslog/log_watchers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"
#include "policy/models/boot/boot_units.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/boot/environment_file.h"
#include "policy/models/shell/shell_text.h"

void
log_words_add(struct log_words *words, const char *text, size_t size, struct place place)
{
	words->items = memory_grow(words->items, words->count, sizeof *words->items);
	words->items[words->count++] = (struct log_word){ memory_copy(text, size),
		place };
}

static void
clear(struct log_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i].text);
	free(words->items);
	free(words->doubt);
	*words = (struct log_words){ 0 };
}

void
log_words_doubt(
	struct log_words *words, const char *file, const char *reason, bool may_drop)
{
	words->may_drop = words->may_drop || may_drop;
	if (words->doubt != NULL)
		return;
	words->doubt = memory_text(reason);
	words->doubt_file = file;
}

void
log_watcher_free(struct log_watcher *watcher)
{
	clear(&watcher->to);
	clear(&watcher->files);
	free(watcher->boot_doubt);
	*watcher = (struct log_watcher){ 0 };
}

/* --- logcheck ------------------------------------------------------------------------
 */

/* A setting of logcheck.conf; MAILOUT has it print its report, and others may have it
 * read other lists or leave out other lines. */
static void
take_setting(void *data, const char *name, struct traced *value)
{
	static const char *const harmless[] = { "DATE", "INTRO", "REPORTLEVEL",
		"MAILASATTACH", "FQDN", "TMP", "ADDTAG", "SORTUNIQ", "SYSLOGSUMMARY",
		"SUPPORT_CRACKING_IGNORE", "CRACKINGSUBJECT", "SECURITYSUBJECT",
		"EVENTSSUBJECT", "ATTACKSUBJECT", "HOSTNAME", "LOCKDIR", "PATH", NULL };
	struct log_watcher *watcher = data;
	struct bytes text = { value->text.size > 0 ? value->text.data : "",
		value->text.size };
	struct place place = { value->file, traced_place(value, 0) };
	if (strcmp(name, "SENDMAILTO") == 0) {
		clear(&watcher->to);
		log_words_add(&watcher->to, text.data, text.size, place);
	} else if (!text_is_one_of(name, harmless) &&
		(strcmp(name, "MAILOUT") != 0 || !bytes_equal(text, BYTES_TEXT("0")))) {
		watcher->has_other = true;
		if (strcmp(name, "MAILOUT") == 0)
			watcher->prints = true;
	}
}

static const char returns[] = "a carriage return at the end of a line is a part of it";

static bool
has_return(const struct file *file)
{
	return file->bytes.size > 0 &&
		memchr(file->bytes.data, '\r', file->bytes.size) != NULL;
}

/* Adds the lines of a list of logs, as grep -v leaves them. */
static void
read_list(struct host *host, const char *path, struct log_words *files)
{
	const struct file *file = host_file(host, path);
	struct bytes line;
	if (file->state == FILE_REFUSED)
		log_words_doubt(files, path, file->reason, false);
	if (has_return(file))
		log_words_doubt(files, path, returns, true);
	for (size_t at = 0, next = 0; bytes_next_line(file->bytes, &next, &line);
		at = next) {
		size_t blanks = 0;
		while (blanks < line.size && isspace((unsigned char)line.data[blanks]))
			blanks++;
		if (line.size > 0 && line.data[0] != '#' && blanks < line.size)
			log_words_add(
				files, line.data, line.size, (struct place){ file, at });
	}
}

void
log_watcher_read_logcheck(struct host *host, struct log_watcher *ret_watcher)
{
	static const char conf[] = "/etc/logcheck/logcheck.conf";
	const struct file *file = host_file(host, conf);
	struct name_list lists = { 0 };
	size_t bad = 0;
	*ret_watcher = (struct log_watcher){ 0 };
	ret_watcher->is_there = (host_exists(host, "/usr/sbin/logcheck") == 1 ||
					file->state != FILE_ABSENT) &&
		!shell_is_missing(host, "/usr/sbin/logcheck");
	log_words_add(
		&ret_watcher->to, "root", 4, (struct place){ 0 }); /* the script's own */
	bool understood = environment_file_read(
				  file, true, take_setting, ret_watcher, &bad) == 0;
	if (file->state == FILE_REFUSED || !understood) {
		clear(&ret_watcher->to);
		log_words_doubt(&ret_watcher->to, conf,
			understood ? file->reason
				   : "a shell reads it, and one of its lines is no plain "
				     "assignment",
			false);
	}
	if (has_return(file))
		log_words_doubt(&ret_watcher->to, conf, returns, true);
	if (ret_watcher->prints)
		log_words_doubt(&ret_watcher->to, conf,
			"MAILOUT has it print what it finds", true);
	if (ret_watcher->has_other)
		log_words_doubt(&ret_watcher->files, conf,
			"a setting that may change what is read or told is not followed",
			true);
	read_list(host, "/etc/logcheck/logcheck.logfiles", &ret_watcher->files);
	if (host_glob(host, "/etc/logcheck/logcheck.logfiles.d/*.logfiles", &lists,
		    NULL) < 0)
		log_words_doubt(&ret_watcher->files, conf,
			"its folder of lists can't be read", false);
	for (size_t i = 0; i < lists.count; i++)
		read_list(
			host, host_file(host, lists.names[i])->path, &ret_watcher->files);
	name_list_free(&lists);
}

/* --- swatch --------------------------------------------------------------------------
 */

/* "mail", "mail=a@b:c@d", "mail addresses=a\@b,subject=x" of swatch's configuration. */
static void
take_mail(struct log_words *to, const char *text, struct place place)
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
		log_words_add(to, "root", 4, place);
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
read_actions(struct host *host, const char *path, struct log_words *to)
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
			take_mail(to, start, (struct place){ file, at });
		/* of perl, or another file */
		if (strncmp(start, "include", 7) == 0 ||
			strncmp(start, "perlcode", 8) == 0)
			log_words_doubt(
				to, file->path, "a line of it is not followed", false);
	}
}

/* The value of an option such as --tail-file=X, --tail-file X and -t X at word *INDEX. */
static const char *
option_value(const struct command_line *line, size_t *index, const char *name,
	const char *letter)
{
	const char *word = line->words[*index].text;
	size_t size = strlen(name);
	if (word == NULL)
		return NULL;
	if (strncmp(word, name, size) == 0 && word[size] == '=')
		return word + size + 1;
	if ((strcmp(word, name) == 0 || strcmp(word, letter) == 0) &&
		*index + 1 < line->count)
		return line->words[++*index].text;
	return NULL;
}

static bool
is_swatch(const char *path)
{
	const char *name = text_base_name(path);
	return strcmp(name, "swatch") == 0 || strcmp(name, "swatchdog") == 0;
}

/* Whether WORD is an option by which it ends at once or reads another thing than a log's
 * end. Getopt::Long(3perl) takes the start of a name for it, after one dash too. Source:
 * swatchdog(1). */
static bool
is_other_use(const char *word)
{
	static const char *const names[] = { "version", "help", "dump-script", "examine",
		"read-pipe", NULL };
	const char *name = word != NULL ? word + strspn(word, "-") : "";
	size_t size = strcspn(name, "=");
	if (name == word || size == 0)
		return false;
	if (size == 1)
		return strchr("VvHhFfPp", *name) != NULL;
	for (size_t i = 0; names[i] != NULL; i++)
		if (strncasecmp(name, names[i], size) == 0)
			return true;
	return false;
}

/* ACTIONS: the configurations that were read. */
static void
take_command(struct host *host, const struct command_line *line, struct table *actions,
	struct log_watcher *watcher)
{
	static const char other[] =
		"by an option of swatch's it may end at once, or read "
		"another thing";
	const char *conf = "/root/.swatchdogrc", *tail = NULL;
	const struct place place = { line->source, line->start };
	watcher->is_there = true;
	for (size_t i = 0; i < line->count; i++) {
		const char *value = option_value(line, &i, "--tail-file", "-t");
		if (value != NULL) {
			tail = value; /* the last one counts */
			continue;
		}
		value = option_value(line, &i, "--config-file", "-c");
		if (value != NULL) {
			conf = value;
		} else if (is_other_use(line->words[i].text)) {
			log_words_doubt(&watcher->to, line->source->path, other, false);
			log_words_doubt(
				&watcher->files, line->source->path, other, false);
			if (watcher->boot_doubt == NULL)
				watcher->boot_doubt = memory_text(other);
			return;
		}
	}
	watcher->boot = place;
	autofree char *files = memory_text(tail != NULL ? tail : "");
	char *rest = NULL;
	for (char *file = strtok_r(files, " \t", &rest); file != NULL;
		file = strtok_r(NULL, " \t", &rest))
		log_words_add(&watcher->files, file, strlen(file), place);
	if (watcher->files.count == 0)
		log_words_doubt(&watcher->files, line->source->path,
			"without --tail-file swatch chooses a log itself", false);
	if (table_get(actions, conf) == NULL)
		read_actions(host, conf, &watcher->to);
	table_set(actions, conf, watcher);
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
			take_command(host, &line, &actions, ret_watcher);
		else if (doubt != NULL &&
			(is_it || strstr(unit->name, "swatch") != NULL) &&
			ret_watcher->boot_doubt == NULL)
			ret_watcher->boot_doubt = memory_printf(
				"%s: %s", unit->name, doubt);
		command_line_free(&line);
	}
	table_free(&actions);
}

/* --- logwatch ------------------------------------------------------------------------
 */

/* What one of its files may have logwatch do otherwise; NULL: nothing. */
static const char *
find_odd(const char *name, const char *value)
{
	static const char *const mailers[] = { "sendmail", "mail", "mailx", NULL };
	autofree char *word = memory_copy(value, strcspn(value, " \t\r"));
	size_t size = strlen(word);
	while (size > 1 && word[size - 1] == '/')
		word[--size] = '\0';
	if (strcasecmp(name, "mailer") == 0 &&
		!text_is_one_of(text_base_name(word), mailers))
		return "its mailer is not known";
	if (strcasecmp(name, "Service") == 0 && strcasecmp(word, "none") == 0)
		return "its Service leaves out all";
	if (strcasecmp(name, "LogDir") == 0 && strcmp(word, "/var/log") != 0)
		return "its LogDir is not /var/log";
	return NULL;
}

/* override.conf counts more than all of them: ReadConfigFile in logwatch.pl. */
static void
read_override(struct host *host, struct log_watcher *watcher)
{
	const struct file *file = host_file(host, "/etc/logwatch/conf/override.conf");
	struct bytes line;
	if (file->state == FILE_REFUSED)
		watcher->idle = file->reason;
	for (size_t next = 0; bytes_next_line(file->bytes, &next, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		const char *start = text + strspn(text, " \t");
		if (strncasecmp(start, "logwatch", strlen("logwatch")) == 0)
			watcher->idle = "a line of override.conf that overrides "
					"logwatch.conf is not followed";
	}
}

/* "MailTo = a b" in one of its files; a later one counts more. */
static void
read_logwatch_conf(
	struct host *host, const char *path, struct log_watcher *watcher, bool *ret_mails)
{
	const struct file *file = host_file(host, path);
	struct bytes line;
	if (file->state == FILE_REFUSED)
		log_words_doubt(&watcher->to, file->path, file->reason, false);
	for (size_t at = 0, next = 0; bytes_next_line(file->bytes, &next, &line);
		at = next) {
		autofree char *text = memory_copy(line.data, line.size);
		text[strcspn(text, "#")] = '\0';
		char *equals = strchr(text, '='), *rest = NULL;
		if (equals == NULL)
			continue;
		*equals++ = '\0';
		char *name = strtok_r(text, " \t", &rest);
		if (name == NULL)
			continue;
		equals += strspn(equals, " \t\"");
		equals[strcspn(equals, "\"")] = '\0';
		if (strcasecmp(name, "Output") == 0)
			*ret_mails = strncasecmp(equals, "mail", 4) == 0;
		if (watcher->idle == NULL)
			watcher->idle = find_odd(name, equals);
		if (strcasecmp(name, "MailTo") != 0)
			continue;
		clear(&watcher->to);
		for (char *word = strtok_r(equals, " \t,", &rest); word != NULL;
			word = strtok_r(NULL, " \t,", &rest))
			log_words_add(&watcher->to, word, strlen(word),
				(struct place){ file, at });
	}
}

void
log_watcher_read_logwatch(struct host *host, struct log_watcher *ret_watcher)
{
	static const char own[] = "/etc/logwatch/conf/logwatch.conf",
			  script[] = "/usr/share/logwatch/scripts/logwatch.pl";
	bool mails = false;
	*ret_watcher = (struct log_watcher){ 0 };
	ret_watcher->is_there = host_exists(host, script) == 1 ||
		((host_exists(host, "/usr/sbin/logwatch") == 1 ||
			 host_exists(host, own) == 1) &&
			!shell_is_missing(host, "/usr/sbin/logwatch"));
	log_words_add(&ret_watcher->to, "root", 4, (struct place){ 0 });
	read_logwatch_conf(host, "/usr/share/logwatch/default.conf/logwatch.conf",
		ret_watcher, &mails);
	read_logwatch_conf(
		host, "/usr/share/logwatch/dist.conf/logwatch.conf", ret_watcher, &mails);
	read_logwatch_conf(host, own, ret_watcher, &mails);
	ret_watcher->mails = mails;
	read_override(host, ret_watcher);
	if (ret_watcher->idle != NULL)
		log_words_doubt(&ret_watcher->to, own, ret_watcher->idle, true);
	log_words_doubt(&ret_watcher->files, own,
		"which logs logwatch reads is not followed", false);
}
