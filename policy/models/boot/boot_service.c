#include "policy/models/boot/boot_service.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { TYPE, RESTART, BUS_NAME, USER, DIRECTORY, ROOT, DYNAMIC };

static const char *const settings[] = { "Type", "Restart", "BusName", "User",
	"WorkingDirectory", "RootDirectory", "DynamicUser" };

enum { FILES_MAX = 100 };

/* Settings that name what must be there, or hide what is: systemd.exec(5);
 * setup_namespace and apply_mount_namespace in execute.c, namespace.c, load_credential.
 */
enum rule_sort {
	RULE_GROUPS, /* that etc/group has */
	RULE_PATHS, /* that must be there; '-' in front: or not */
	RULE_INPUT, /* file:PATH */
	RULE_CREDENTIAL, /* NAME:PATH */
	RULE_HIDES, /* the program, where it is below */
};

static const struct rule {
	const char *name;
	enum rule_sort sort;
	bool is_list; /* each line adds to it, and an empty one takes all back */
} rules[] = {
	{ "Group", RULE_GROUPS, false },
	{ "SupplementaryGroups", RULE_GROUPS, true },
	{ "ReadWritePaths", RULE_PATHS, true },
	{ "ReadOnlyPaths", RULE_PATHS, true },
	{ "BindPaths", RULE_PATHS, true },
	{ "BindReadOnlyPaths", RULE_PATHS, true },
	{ "StandardInput", RULE_INPUT, false },
	{ "LoadCredential", RULE_CREDENTIAL, true },
	{ "InaccessiblePaths", RULE_HIDES, true },
	{ "NoExecPaths", RULE_HIDES, true },
	{ "TemporaryFileSystem", RULE_HIDES, true },
};

static void
add_rule(struct boot_service *service, const char *name, const char *text)
{
	_Static_assert(sizeof rules / sizeof *rules == BOOT_SERVICE_RULES, "");
	for (size_t i = 0; i < BOOT_SERVICE_RULES; i++) {
		struct name_list *list = &service->rules[i];
		if (strcmp(name, rules[i].name) != 0)
			continue;
		if (*text == '\0' || !rules[i].is_list) {
			name_list_free(list);
			*list = (struct name_list){ 0 };
		}
		if (*text != '\0' && list->count < FILES_MAX) {
			list->names = memory_grow(
				list->names, list->count, sizeof *list->names);
			list->names[list->count++] = memory_text(text);
		}
	}
}

void
boot_service_add(
	struct boot_service *service, const char *name, const struct traced *value)
{
	const char *text = value->text.size > 0 ? value->text.data : "";
	struct name_list *files = &service->environment;
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (strcmp(name, settings[i]) == 0) {
			free(service->values[i]);
			service->values[i] = *text != '\0' ? memory_text(text) : NULL;
		}
	add_rule(service, name, text);
	if (strcmp(name, "EnvironmentFile") != 0)
		return;
	if (*text == '\0') {
		name_list_free(files);
		*files = (struct name_list){ 0 };
	} else if (files->count < FILES_MAX) {
		files->names = memory_grow(
			files->names, files->count, sizeof *files->names);
		files->names[files->count++] = memory_text(text);
	}
}

void
boot_service_free(struct boot_service *service)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		free(service->values[i]);
	name_list_free(&service->environment);
	for (size_t i = 0; i < BOOT_SERVICE_RULES; i++)
		name_list_free(&service->rules[i]);
}

static bool
is_value(const struct boot_service *service, size_t setting, const char *text)
{
	const char *value = service->values[setting];
	return value != NULL && strcmp(value, text) == 0;
}

/* Whether a quote in TEXT is not closed; a backslash takes what is behind it. */
static bool
is_open(const char *text)
{
	char quote = '\0';
	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (quote != '\0' && *text == quote)
			quote = '\0';
		else if (quote == '\0' && (*text == '"' || *text == '\''))
			quote = *text;
	}
	return quote != '\0';
}

/* The first letter behind a % in TEXT that is no specifier of systemd.unit(5); '\0' when
 * all are. */
static char
find_strange(const char *text)
{
	for (; (text = strchr(text, '%')) != NULL; text++) {
		text++;
		if (isalpha((unsigned char)*text) &&
			strchr("aAbBCdDEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY", *text) == NULL)
			return *text;
		if (*text == '\0')
			break;
	}
	return '\0';
}

/* '|' came with systemd 258; one before takes it for the path's. */
static bool
has_new_prefix(const char *text)
{
	text += strspn(text, "\"'");
	return memchr(text, '|', strspn(text, "@-:+!|")) != NULL;
}

static char *
judge_commands(const struct boot_service *service, const struct boot_commands *commands)
{
	size_t starts = 0;
	for (size_t i = 0; i < commands->count; i++) {
		const struct boot_command *command = &commands->items[i];
		bool may_fail;
		autofree char *program = boot_command_program(command, &may_fail);
		char strange = find_strange(command->text);
		starts += strcmp(command->setting, "ExecStart") == 0;
		if (is_open(command->text))
			return memory_printf(
				"a quote in its %s is not closed", command->setting);
		if (strange != '\0')
			return memory_printf("its %s has %%%c, which is no specifier "
					     "that is known",
				command->setting, strange);
		if (has_new_prefix(command->text))
			return memory_printf(
				"the prefix | in its %s is not known to each systemd",
				command->setting);
		if (!may_fail && strcmp(command->setting, "ExecStartPre") == 0 &&
			strcmp(text_base_name(program), "false") == 0)
			return memory_printf("its ExecStartPre=%s fails", command->text);
		if (*program != '/' && *program != '%' && strchr(program, '/') != NULL)
			return memory_printf(
				"the path in its %s is not absolute", command->setting);
	}
	if (starts > 1 && !is_value(service, TYPE, "oneshot"))
		return memory_text("it has several ExecStart, and Type is not oneshot");
	return NULL;
}

/* Whether PATH is not there, and not in a folder that is filled at each boot. */
static bool
is_missing(struct host *host, const char *path)
{
	static const char *const filled[] = { "/run/", "/var/run/", "/tmp/", "/var/tmp/",
		"/dev/", "/proc/", "/sys/", NULL };
	for (size_t i = 0; filled[i] != NULL; i++)
		if (strncmp(path, filled[i], strlen(filled[i])) == 0)
			return false;
	return *path == '/' && strpbrk(path, "%*?[\\") == NULL &&
		host_exists(host, path) == 0;
}

/* Whether NAME is a name that the file PATH, etc/passwd or etc/group, which is read, does
 * not have. */
static bool
is_nobody(struct host *host, const char *path, const char *name)
{
	const struct file *file = host_file(host, path);
	autofree char *start = memory_printf("%s:", name);
	struct bytes line;
	if (file->state != FILE_READ || strchr(name, '%') != NULL ||
		text_is_digits(name) || strcmp(name, "root") == 0)
		return false;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);)
		if (line.size >= strlen(start) &&
			memcmp(line.data, start, strlen(start)) == 0)
			return false;
	return true;
}

/* Whether one of the programs of COMMANDS is PATH or stands below. */
static bool
hides_program(const struct boot_commands *commands, const char *path)
{
	size_t size = strlen(path);
	while (size > 0 && path[size - 1] == '/')
		size--;
	for (size_t i = 0; i < commands->count && *path == '/'; i++) {
		bool may_fail;
		autofree char *program = boot_command_program(
			&commands->items[i], &may_fail);
		if (!may_fail && strncmp(program, path, size) == 0 &&
			(program[size] == '/' || program[size] == '\0'))
			return true;
	}
	return false;
}

/* Whether WORD of a setting of that SORT has the start fail. What stands below /var
 * another service, or StateDirectory=, may make before. */
static bool
is_amiss(struct host *host, const struct boot_service *service, enum rule_sort sort,
	const char *word, const struct boot_commands *commands)
{
	bool may_miss = *word == '-';
	const char *colon = strchr(word, ':');
	if (sort == RULE_GROUPS)
		return service->values[DYNAMIC] == NULL &&
			is_nobody(host, "/etc/group", word);
	if (sort == RULE_INPUT || sort == RULE_CREDENTIAL) {
		bool is_file = colon != NULL &&
			(sort == RULE_CREDENTIAL || strncmp(word, "file:", 5) == 0);
		return is_file && strncmp(colon + 1, "/var/", 5) != 0 &&
			is_missing(host, colon + 1);
	}
	word += strspn(word, "-+");
	autofree char *path = memory_copy(word, strcspn(word, ":"));
	return (sort == RULE_HIDES && hides_program(commands, path)) ||
		(!may_miss && sort == RULE_PATHS && strncmp(path, "/var/", 5) != 0 &&
			is_missing(host, path));
}

static char *
judge_rules(struct host *host, const struct boot_service *service,
	const struct boot_commands *commands)
{
	for (size_t i = 0; i < BOOT_SERVICE_RULES; i++)
		for (size_t k = 0; k < service->rules[i].count; k++) {
			autofree char *text = memory_text(service->rules[i].names[k]);
			char *rest = NULL;
			for (char *word = strtok_r(text, " \t\"'", &rest); word != NULL;
				word = strtok_r(NULL, " \t\"'", &rest))
				if (is_amiss(
					    host, service, rules[i].sort, word, commands))
					return memory_printf(
						"its %s=%s may have the start fail: "
						"%s",
						rules[i].name, word,
						rules[i].sort == RULE_HIDES
							? "it covers its program"
							: rules[i].sort == RULE_GROUPS
							? "it is not in etc/group"
							: "it is not there");
		}
	return NULL;
}

static char *
judge_files(struct host *host, const struct boot_service *service)
{
	const char *root = service->values[ROOT], *user = service->values[USER];
	const char *directory = service->values[DIRECTORY];
	for (size_t i = 0; i < service->environment.count; i++)
		if (is_missing(host, service->environment.names[i]))
			return memory_printf("its EnvironmentFile %s is not there",
				service->environment.names[i]);
	if (root != NULL)
		return is_missing(host, root)
			? memory_printf("its RootDirectory %s is not there", root)
			: NULL;
	if (directory != NULL && is_missing(host, directory))
		return memory_printf("its WorkingDirectory %s is not there", directory);
	/* one that is made for it, by DynamicUser=, is not there before */
	if (user != NULL && service->values[DYNAMIC] == NULL &&
		is_nobody(host, "/etc/passwd", user))
		return memory_printf("its user %s is not in etc/passwd", user);
	return NULL;
}

char *
boot_service_problem(struct host *host, const struct boot_service *service,
	const struct boot_commands *commands)
{
	char *problem = judge_commands(service, commands);
	if (problem != NULL)
		return problem;
	if (is_value(service, TYPE, "oneshot") &&
		(is_value(service, RESTART, "always") ||
			is_value(service, RESTART, "on-success")))
		return memory_printf(
			"Type=oneshot with Restart=%s, which systemd refuses",
			service->values[RESTART]);
	if (is_value(service, TYPE, "dbus") && service->values[BUS_NAME] == NULL)
		return memory_text("Type=dbus without BusName, which systemd refuses");
	problem = judge_files(host, service);
	if (problem == NULL && service->values[ROOT] == NULL)
		problem = judge_rules(host, service, commands);
	return problem;
}
