/* Lines of sudoers but for the names of other files: rules, aliases and Defaults. */
#include "policy/models/login/sudoers_rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static void
list_free(struct sudoers_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	free(list->items);
	*list = (struct sudoers_list){ 0 };
}

static void
list_add(struct sudoers_list *list, bool negated, const char *text)
{
	list->items = memory_grow(list->items, list->count, sizeof *list->items);
	list->items[list->count++] = (struct sudoers_item){ negated, memory_text(text) };
}

static bool
at(const struct sudoers_reader *reader, enum sudoers_token token)
{
	return reader->words.token == token;
}

static void
next(struct sudoers_reader *reader)
{
	sudoers_words_next(&reader->words);
}

/* Adds the members "a, !b, c" from the present token on. Returns false when there is
 * none, or one is missing. */
static bool
read_list(struct sudoers_reader *reader, struct sudoers_list *list)
{
	for (;;) {
		bool negated = false;
		for (; at(reader, SUDOERS_BANG); next(reader))
			negated = !negated;
		if (!at(reader, SUDOERS_WORD))
			return false;
		list_add(list, negated, reader->words.word.data);
		next(reader);
		if (!at(reader, SUDOERS_COMMA))
			return true;
		next(reader);
	}
}

/* ( users : groups ) */
static bool
read_runas(struct sudoers_reader *reader, struct sudoers_grant *grant,
	struct sudoers_spec *spec)
{
	struct sudoers_list groups = { 0 }, *users = memory_new(1, sizeof *users);
	bool good = true;
	grant->runas = memory_grow(
		grant->runas, grant->runas_count, sizeof *grant->runas);
	grant->runas[grant->runas_count++] = users;
	spec->runas = users;
	next(reader);
	if (at(reader, SUDOERS_WORD) || at(reader, SUDOERS_BANG))
		good = read_list(reader, users);
	if (good && at(reader, SUDOERS_COLON)) {
		next(reader);
		if (!at(reader, SUDOERS_CLOSE))
			good = read_list(reader, &groups);
	}
	list_free(&groups);
	good = good && at(reader, SUDOERS_CLOSE);
	next(reader);
	return good;
}

/* Options like CWD=/ and then tags like NOPASSWD: in front of a command; what stands
 * there then is the command's first word. */
static bool
read_tags(struct sudoers_reader *reader, struct sudoers_spec *spec)
{
	static const char *const tags[] = { "PASSWD", "NOPASSWD", "EXEC", "NOEXEC",
		"SETENV", "NOSETENV", "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT",
		"NOLOG_OUTPUT", "MAIL", "NOMAIL", "FOLLOW", "NOFOLLOW", "INTERCEPT",
		"NOINTERCEPT", NULL };
	static const char *const options[] = { "ROLE", "TYPE", "PRIVS", "LIMITPRIVS",
		"CWD", "APPARMOR_PROFILE", NULL };
	static const char *const limits[] = { "CHROOT", "TIMEOUT", "NOTBEFORE",
		"NOTAFTER", NULL };
	bool tagged = false;
	while (at(reader, SUDOERS_WORD)) {
		autofree char *word = memory_text(reader->words.word.data);
		const char *rest = reader->words.rest;
		bool limit = text_is_one_of(word, limits);
		rest += strspn(rest, " \t");
		if (*rest == ':' && text_is_one_of(word, tags)) {
			tagged = true;
			next(reader);
			next(reader);
			if (strcmp(word, "PASSWD") == 0 || strcmp(word, "NOPASSWD") == 0)
				spec->password = word[0] == 'P' ? SUDOERS_TAG_PASSWD
								: SUDOERS_TAG_NOPASSWD;
		} else if (*rest == '=' && !tagged &&
			(limit || text_is_one_of(word, options))) {
			next(reader);
			next(reader);
			if (!at(reader, SUDOERS_WORD))
				return false;
			next(reader);
			spec->is_limited = spec->is_limited || limit;
		} else {
			return true;
		}
	}
	return true;
}

/* A command with its arguments. */
static bool
read_command(struct sudoers_reader *reader, struct sudoers_item *command)
{
	autobuffer struct buffer text = { 0 };
	for (; at(reader, SUDOERS_BANG); next(reader))
		command->negated = !command->negated;
	if (!at(reader, SUDOERS_WORD))
		return false;
	/* "sha256:digest command": the digest is left out */
	if (strncmp(reader->words.word.data, "sha", 3) == 0 &&
		reader->words.rest[0] == ':') {
		for (int i = 0; i < 3; i++)
			next(reader);
		if (!at(reader, SUDOERS_WORD))
			return false;
	}
	buffer_text(&text, reader->words.word.data);
	bool is_alias = isupper((unsigned char)text.data[0]);
	/* arguments, in which a comma and a colon need a backslash */
	for (next(reader); !is_alias && !at(reader, SUDOERS_END) &&
		!at(reader, SUDOERS_COMMA) && !at(reader, SUDOERS_COLON);
		next(reader))
		if (at(reader, SUDOERS_WORD))
			buffer_printf(&text, " %s", reader->words.word.data);
	command->text = buffer_take(&text);
	return true;
}

/* runas and tags hold for the commands that follow too, until others are given. */
static bool
read_specs(struct sudoers_reader *reader, struct sudoers_grant *grant)
{
	for (;;) {
		struct sudoers_spec spec = { 0 };
		if (grant->spec_count > 0)
			spec = grant->specs[grant->spec_count - 1];
		spec.command = (struct sudoers_item){ 0 };
		bool good = !at(reader, SUDOERS_OPEN) || read_runas(reader, grant, &spec);
		good = good && read_tags(reader, &spec) &&
			read_command(reader, &spec.command);
		grant->specs = memory_grow(
			grant->specs, grant->spec_count, sizeof *grant->specs);
		grant->specs[grant->spec_count++] = spec;
		if (!good)
			return false;
		if (!at(reader, SUDOERS_COMMA))
			return true;
		next(reader);
	}
}

static void
rule_free(struct sudoers_rule *rule)
{
	list_free(&rule->users);
	for (size_t i = 0; i < rule->grant_count; i++) {
		struct sudoers_grant *grant = &rule->grants[i];
		list_free(&grant->hosts);
		for (size_t k = 0; k < grant->spec_count; k++)
			free(grant->specs[k].command.text);
		for (size_t k = 0; k < grant->runas_count; k++) {
			list_free(grant->runas[k]);
			free(grant->runas[k]);
		}
		free(grant->runas);
		free(grant->specs);
	}
	free(rule->grants);
}

/* users hosts = commands : hosts = commands */
static bool
read_rule(struct sudoers_reader *reader, struct sudoers_rule *rule)
{
	rule->place = reader->place;
	if (!read_list(reader, &rule->users))
		return false;
	for (;;) {
		struct sudoers_grant grant = { 0 };
		bool good = read_list(reader, &grant.hosts) && at(reader, SUDOERS_EQUALS);
		if (good) {
			next(reader);
			good = read_specs(reader, &grant);
		}
		rule->grants = memory_grow(
			rule->grants, rule->grant_count, sizeof *rule->grants);
		rule->grants[rule->grant_count++] = grant;
		if (!good || !at(reader, SUDOERS_COLON))
			return good && at(reader, SUDOERS_END);
		next(reader);
	}
}

static bool
add_rule(struct sudoers_reader *reader)
{
	struct sudoers *sudoers = reader->sudoers;
	struct sudoers_rule rule = { 0 };
	if (!read_rule(reader, &rule)) {
		rule_free(&rule);
		return false;
	}
	sudoers->rules = memory_grow(
		sudoers->rules, sudoers->rule_count, sizeof *sudoers->rules);
	sudoers->rules[sudoers->rule_count++] = rule;
	return true;
}

/* NAME = members : NAME = members; of a command the first word and its arguments. */
static bool
add_aliases(struct sudoers_reader *reader, char type)
{
	for (;;) {
		next(reader);
		if (!at(reader, SUDOERS_WORD))
			return false;
		autofree char *key = memory_printf(
			"%c:%s", type, reader->words.word.data);
		struct sudoers_list *list = table_get(&reader->sudoers->aliases, key);
		next(reader);
		if (list != NULL || !at(reader, SUDOERS_EQUALS))
			return false; /* sudo rejects a second one of that name */
		list = memory_new(1, sizeof *list);
		table_set(&reader->sudoers->aliases, key, list);
		next(reader);
		if (type != 'C' && !read_list(reader, list))
			return false;
		while (type == 'C') {
			struct sudoers_item item = { 0 };
			if (!read_command(reader, &item))
				return false;
			list->items = memory_grow(
				list->items, list->count, sizeof *list->items);
			list->items[list->count++] = item;
			if (!at(reader, SUDOERS_COMMA))
				break;
			next(reader);
		}
		if (!at(reader, SUDOERS_COLON))
			return at(reader, SUDOERS_END);
	}
}

/* The part of *REST before a comma outside quotes, which is cut off. */
static char *
next_parameter(char **rest)
{
	char *start = *rest;
	bool quoted = false;
	if (start == NULL)
		return NULL;
	for (char *p = start;; p++) {
		if (*p == '\0') {
			*rest = NULL;
			return start;
		}
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == ',' && !quoted) {
			*p = '\0';
			*rest = p + 1;
			return start;
		}
	}
}

/* Where the list of names ends that TEXT begins with: at a blank without a comma. */
static const char *
scope_end(const char *text)
{
	const char *p = text + strspn(text, " \t");
	for (;;) {
		bool quoted = false;
		for (; *p != '\0' && (quoted || strchr(" \t,", *p) == NULL); p++) {
			if (*p == '\\' && p[1] != '\0')
				p++;
			else if (*p == '"')
				quoted = !quoted;
		}
		const char *after = p + strspn(p, " \t");
		if (*after != ',')
			return p;
		p = after + 1 + strspn(after + 1, " \t");
	}
}

static void
set_parameter(struct sudoers_default *entry, char *parameter)
{
	static const char *const names[SUDOERS_SETTING_COUNT] = {
		[SUDOERS_AUTHENTICATE] = "authenticate",
		[SUDOERS_ROOTPW] = "rootpw",
		[SUDOERS_TARGETPW] = "targetpw",
		[SUDOERS_RUNASPW] = "runaspw",
		[SUDOERS_RUNAS_DEFAULT] = "runas_default",
	};
	bool on = true;
	for (parameter += strspn(parameter, " \t"); *parameter == '!';
		parameter += 1 + strspn(parameter + 1, " \t"))
		on = !on;
	size_t length = strcspn(parameter, " \t=+-");
	for (size_t i = 0; i < SUDOERS_SETTING_COUNT; i++) {
		if (strlen(names[i]) != length ||
			memcmp(parameter, names[i], length) != 0)
			continue;
		entry->settings[i] = on ? SUDOERS_ON : SUDOERS_OFF;
		if (i != SUDOERS_RUNAS_DEFAULT)
			continue;
		const char *value = parameter + length;
		value += strspn(value, " \t=\"");
		free(entry->runas);
		entry->runas = memory_copy(value, strcspn(value, " \t\""));
	}
}

/* What follows "Defaults": a scope, and parameters of which few matter here. */
static bool
add_defaults(struct sudoers_reader *reader, const char *text)
{
	struct sudoers *sudoers = reader->sudoers;
	struct sudoers_default entry = { 0 };
	bool good = true;
	if (strchr("@:!>", *text) != NULL && *text != '\0') {
		const char *end = scope_end(text + 1);
		autofree char *scope = memory_copy(text + 1, (size_t)(end - text - 1));
		entry.kind = *text;
		reader->words.rest = scope;
		next(reader);
		good = read_list(reader, &entry.scope) && at(reader, SUDOERS_END);
		text = end;
	}
	autofree char *copy = memory_text(text);
	char *rest = copy;
	for (char *parameter; (parameter = next_parameter(&rest)) != NULL;)
		set_parameter(&entry, parameter);
	sudoers->defaults = memory_grow(
		sudoers->defaults, sudoers->default_count, sizeof *sudoers->defaults);
	sudoers->defaults[sudoers->default_count++] = entry;
	return good;
}

bool
sudoers_rule_read(struct sudoers_reader *reader, const char *line)
{
	static const struct {
		const char *word;
		char type;
	} aliases[] = { { "User_Alias", 'U' }, { "Runas_Alias", 'R' },
		{ "Host_Alias", 'H' }, { "Cmnd_Alias", 'C' }, { "Cmd_Alias", 'C' } };
	size_t length = strcspn(line, " \t");
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		if (strlen(aliases[i].word) != length ||
			memcmp(line, aliases[i].word, length) != 0)
			continue;
		reader->words.rest = line + length;
		return add_aliases(reader, aliases[i].type);
	}
	if (strncmp(line, "Defaults", 8) == 0 && strchr(" \t@:!>", line[8]) != NULL)
		return add_defaults(reader, line + 8);
	next(reader);
	return add_rule(reader);
}

void
sudoers_rules_free(struct sudoers *sudoers)
{
	for (size_t i = 0; i < sudoers->rule_count; i++)
		rule_free(&sudoers->rules[i]);
	for (size_t i = 0; i < sudoers->default_count; i++) {
		list_free(&sudoers->defaults[i].scope);
		free(sudoers->defaults[i].runas);
	}
	for (size_t i = 0; i < sudoers->aliases.capacity; i++)
		if (sudoers->aliases.slots[i].key != NULL) {
			list_free(sudoers->aliases.slots[i].value);
			free(sudoers->aliases.slots[i].value);
		}
	table_free(&sudoers->aliases);
	free(sudoers->rules);
	free(sudoers->defaults);
}
