#include "policy/models/cron/cron_tab.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	LINE_BYTES = 998, /* MAX_ENVSTR and MAX_COMMAND cut a longer one, each its own way
			   */
	LINES_MAX = 10000, /* Debian: MAX_TAB_LINES */
	OWN_MAX = 1000, /* cronie: MAX_USER_ENTRIES and MAX_USER_ENVS */
	GARBAGE_MAX = 32768, /* bytes; cronie: MAX_GARBAGE, of comments in a row */
};

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Whether cron takes LINE for a setting of its environment (load_env): a name and a
 * value, each in quotes or not. */
static bool
is_setting(const char *line, enum cron_flavour flavour, struct bytes *ret_name,
	struct bytes *ret_value)
{
	const char *at = line;
	if (*at == '"' || *at == '\'') {
		for (at++; *at != '\0' && *at != *line && *at != '=';)
			at++;
		*ret_name = (struct bytes){ line + 1, (size_t)(at - line) - 1 };
		if (*at++ != *line)
			return false;
	} else {
		while (*at != '\0' && *at != '=' && !isspace((unsigned char)*at))
			at++;
		*ret_name = (struct bytes){ line, (size_t)(at - line) };
	}
	while (isspace((unsigned char)*at))
		at++;
	if (*at++ != '=')
		return false;
	while (isspace((unsigned char)*at))
		at++;
	*ret_value = BYTES_TEXT(at);
	if (*at == '\0') /* MAILTO= is none to Debian's */
		return flavour == CRON_CRONIE;
	if (*at != '"' && *at != '\'')
		return true;
	const char *end = strchr(at + 1, *at);
	if (end == NULL)
		return false;
	*ret_value = (struct bytes){ at + 1, (size_t)(end - at) - 1 };
	for (end++; isspace((unsigned char)*end);)
		end++;
	return *end == '\0';
}

/* What the shell gets: all before the first % without a backslash; \% is a %, and to
 * Debian's cron \\ is one backslash. */
static char *
copy_command(const char *text, enum cron_flavour flavour)
{
	autobuffer struct buffer command = { 0 };
	for (; *text != '\0' && *text != '%'; text++) {
		bool is_pair = *text == '\\' && text[1] == '\\';
		if (is_pair && flavour == CRON_CRONIE)
			buffer_add(&command, text, 1);
		if (is_pair || (*text == '\\' && text[1] == '%'))
			text++;
		buffer_add(&command, text, 1);
	}
	return buffer_take(&command);
}

/* One crontab at work. */
struct reading {
	enum cron_flavour flavour;
	const struct principal *owner;
	const struct principals *principals;
	struct cron_tab *tab;
};

/* A user at *TEXT, whom cron must know. NULL with the reason when it is none. */
static char *
read_user(const struct reading *reading, const char **text, const char **ret_reason,
	char **ret_doubt)
{
	size_t size = strcspn(*text, " \t");
	autofree char *name = memory_copy(*text, size);
	*text += size;
	if (size == 0 || **text == '\0') {
		*ret_reason = "no command";
		return NULL;
	}
	/* Debian hands all blanks but one on to the shell */
	*text += reading->flavour == CRON_DEBIAN ? 1 : strspn(*text, " \t");
	if (**text == '\0' && reading->flavour == CRON_CRONIE) {
		*ret_reason = "no command";
		return NULL;
	}
	if (principals_user(reading->principals, name) == NULL) {
		*ret_reason = "there is no user of that name";
		if (reading->principals->users_complete)
			return NULL;
		*ret_doubt = memory_printf(
			"whether there is a user %s is not in /etc/passwd", name);
	}
	char *user = name;
	name = NULL;
	return user;
}

/* cronie's own: "-" before a line of root's, "-n" before a command. */
static bool
skip_option(const char **text)
{
	if (strncmp(*text, "-n", 2) == 0 && is_blank((*text)[2]))
		*text += 2 + strspn(*text + 2, " \t");
	return **text != '-' && **text != '\0';
}

/* Returns why the line is none, NULL when it was taken. */
static const char *
read_entry(const struct reading *reading, const char *line, size_t offset)
{
	struct cron_entry entry = { .offset = offset };
	const char *at = line, *reason = NULL;
	bool is_cronie = reading->flavour == CRON_CRONIE,
	     is_system = reading->owner == NULL;
	if (*at == '-' && is_cronie && (is_system || reading->owner->uid == 0))
		at++;
	enum cron_answer answer = cron_times_read(
		&at, reading->flavour, &entry.times, &entry.at_boot, &reason);
	if (answer == CRON_BAD)
		return reason;
	/* Debian takes an empty command in a user's own crontab */
	if (*at == '*' || (*at == '\0' && (is_cronie || is_system)))
		return "no command";
	if (is_system &&
		(entry.user = read_user(reading, &at, &reason, &entry.doubt)) == NULL)
		return reason;
	if (is_cronie && !skip_option(&at)) {
		free(entry.user);
		free(entry.doubt);
		return "bad option";
	}
	if (answer == CRON_CHANCE && entry.doubt == NULL)
		entry.doubt = memory_text("cronie chooses a time by chance (~)");
	struct cron_tab *tab = reading->tab;
	entry.command = copy_command(at, reading->flavour);
	entry.shell = tab->shell != NULL ? memory_text(tab->shell) : NULL;
	tab->items = memory_grow(tab->items, tab->count, sizeof *tab->items);
	tab->items[tab->count++] = entry;
	return NULL;
}

static void
refuse(const struct reading *reading, size_t offset, const char *reason)
{
	struct cron_tab *tab = reading->tab;
	tab->bad = memory_grow(tab->bad, tab->bad_count, sizeof *tab->bad);
	tab->bad[tab->bad_count++] = (struct cron_bad){ offset, reason };
	if (reading->flavour == CRON_DEBIAN)
		tab->ignored = memory_printf("cron ignores all of it: %s", reason);
}

/* What cron makes of the line TEXT, which has a newline behind it unless IS_LAST. */
static void
take_line(const struct reading *reading, struct bytes text, size_t offset, bool is_last,
	size_t *settings)
{
	size_t skipped = 0;
	const char *reason = "its last line has no newline";
	while (skipped < text.size && is_blank(text.data[skipped]))
		skipped++;
	if (skipped == text.size || text.data[skipped] == '#')
		return;
	if (text.size - skipped > LINE_BYTES) {
		reading->tab->doubt = memory_text("it has a line of more than 998 bytes");
		return;
	}
	autofree char *line = memory_copy(text.data + skipped, text.size - skipped);
	struct bytes name, value;
	bool is_set = is_setting(line, reading->flavour, &name, &value);
	*settings += is_set;
	if (is_set && bytes_equal(name, BYTES_TEXT("SHELL"))) {
		/* blanks at the end that no quote holds are none of it */
		while (value.size > 0 &&
			isspace((unsigned char)value.data[value.size - 1]) &&
			value.data[value.size - 1] != '\r')
			value.size--;
		free(reading->tab->shell);
		reading->tab->shell = memory_copy(value.data, value.size);
	}
	if (!is_last)
		reason = is_set ? NULL : read_entry(reading, line, offset + skipped);
	if (reason != NULL)
		refuse(reading, offset + skipped, reason);
}

void
cron_tab_read(const struct file *file, enum cron_flavour flavour,
	const struct principal *owner, const struct principals *principals,
	struct cron_tab *ret_tab)
{
	const struct reading reading = { flavour, owner, principals, ret_tab };
	const struct bytes text = file->bytes;
	size_t lines = 0, settings = 0;
	bool is_own = flavour == CRON_CRONIE && owner != NULL;
	*ret_tab = (struct cron_tab){ 0 };
	if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL)
		ret_tab->doubt = memory_text("it holds a NUL byte");
	for (size_t at = 0;
		at < text.size && ret_tab->doubt == NULL && ret_tab->ignored == NULL;) {
		/* Debian's cron has this limit, and cronie none */
		if (++lines > LINES_MAX) {
			ret_tab->doubt = memory_text("it has more than 10,000 lines");
			break;
		}
		const char *newline = memchr(text.data + at, '\n', text.size - at);
		size_t end = newline != NULL ? (size_t)(newline - text.data) : text.size;
		take_line(&reading, (struct bytes){ text.data + at, end - at }, at,
			newline == NULL, &settings);
		at = end + 1;
	}
	if (ret_tab->doubt != NULL || ret_tab->ignored != NULL)
		return;
	if (is_own &&
		(ret_tab->count > OWN_MAX || settings > OWN_MAX ||
			text.size > GARBAGE_MAX))
		ret_tab->doubt = memory_text("it may be too long for cronie");
}

void
cron_tab_free(struct cron_tab *tab)
{
	for (size_t i = 0; i < tab->count; i++) {
		free(tab->items[i].user);
		free(tab->items[i].command);
		free(tab->items[i].shell);
		free(tab->items[i].doubt);
	}
	free(tab->items);
	free(tab->bad);
	free(tab->ignored);
	free(tab->doubt);
	free(tab->shell);
	*tab = (struct cron_tab){ 0 };
}
