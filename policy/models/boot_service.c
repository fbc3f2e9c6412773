#include "policy/models/boot_service.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { TYPE, RESTART, BUS_NAME, USER, DIRECTORY, ROOT, DYNAMIC };

static const char *const settings[] = { "Type", "Restart", "BusName", "User",
	"WorkingDirectory", "RootDirectory", "DynamicUser" };

enum { FILES_MAX = 100 };

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

/* Whether NAME is a name that etc/passwd, which is read, does not have. */
static bool
is_nobody(struct host *host, const char *name)
{
	const struct file *file = host_file(host, "/etc/passwd");
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
	if (user != NULL && service->values[DYNAMIC] == NULL && is_nobody(host, user))
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
	return judge_files(host, service);
}
