#include "policy/models/syslog/log_watchers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
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
		"MAILASATTACH", "MIMEENCODING", "FQDN", "TMP", "ADDTAG", "SORTUNIQ",
		"SYSLOGSUMMARY", "SUPPORT_CRACKING_IGNORE", "CRACKINGSUBJECT",
		"SECURITYSUBJECT", "EVENTSSUBJECT", "ATTACKSUBJECT", "HOSTNAME",
		"LOCKDIR", "PATH", NULL };
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

/* Whether the script names a program that is not there, without which it ends or mails
 * nothing: the script of 1.4.2, its first lines and sendreport. */
static bool
lacks_program(struct host *host)
{
	static const char *const programs[] = { "/usr/bin/lockfile-create",
		"/usr/bin/lockfile-remove", "/usr/bin/lockfile-touch",
		"/usr/sbin/logtail2", "mime-construct", NULL };
	const struct bytes text = host_file(host, "/usr/sbin/logcheck")->bytes;
	for (size_t i = 0; programs[i] != NULL; i++)
		if (text.size > 0 &&
			memmem(text.data, text.size, programs[i], strlen(programs[i])) !=
				NULL &&
			shell_lacks(host, programs[i]))
			return true;
	return false;
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
	if (lacks_program(host))
		ret_watcher->idle = "a program that its script needs is not there";
	for (size_t i = 0; i < ret_watcher->to.count; i++)
		if (*ret_watcher->to.items[i].text == '\0')
			ret_watcher->idle = "its SENDMAILTO is empty";
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

/* --- logwatch ------------------------------------------------------------------------
 */

/* What one of its files may have logwatch do otherwise; NULL: nothing. */
static const char *
find_odd(struct host *host, const char *name, const char *value)
{
	static const char *const mailers[] = { "sendmail", "mail", "mailx", NULL };
	autofree char *word = memory_copy(value, strcspn(value, " \t\r"));
	size_t size = strlen(word);
	while (size > 1 && word[size - 1] == '/')
		word[--size] = '\0';
	/* whom it tells stands in the header: initprint */
	if (strcasecmp(name, "mailer") == 0 &&
		(!text_is_one_of(text_base_name(word), mailers) ||
			strstr(value, " -t") == NULL))
		return "its mailer is not known, or has no option -t";
	if (strcasecmp(name, "mailer") == 0 && shell_lacks(host, word))
		return "its mailer is not there";
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
		size_t end = strlen(text);
		while (end > 0 && isspace((unsigned char)text[end - 1]))
			end--;
		if (end > 0 && text[end - 1] == '\\')
			watcher->idle = "a continued line is not followed";
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
			watcher->idle = find_odd(host, name, equals);
		if (strcasecmp(name, "MailTo") != 0)
			continue;
		watcher->is_set = true;
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
	read_logwatch_conf(host, "/usr/share/logwatch/default.conf/logwatch.conf",
		ret_watcher, &mails);
	read_logwatch_conf(
		host, "/usr/share/logwatch/dist.conf/logwatch.conf", ret_watcher, &mails);
	read_logwatch_conf(host, own, ret_watcher, &mails);
	ret_watcher->mails = mails;
	if (ret_watcher->to.count == 0 && !ret_watcher->is_set)
		log_words_doubt(&ret_watcher->to, own,
			"without MailTo it is MAILTO of what starts it, or root", false);
	read_override(host, ret_watcher);
	if (ret_watcher->idle != NULL)
		log_words_doubt(&ret_watcher->to, own, ret_watcher->idle, true);
	log_words_doubt(&ret_watcher->files, own,
		"which logs logwatch reads is not followed", false);
}
