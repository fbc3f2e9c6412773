#include "policy/models/login/getty_extras.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/login/getty_wrap.h"

static void
add_beside(struct getty_extras *extras, const char *name, const struct traced *value)
{
	if (value->text.size == 0) { /* takes those back */
		for (size_t i = 0; i < extras->beside_count; i++)
			if (strcmp(extras->besides[i].name, name) == 0)
				*extras->besides[i].text = '\0';
		return;
	}
	extras->besides = memory_grow(
		extras->besides, extras->beside_count, sizeof *extras->besides);
	extras->besides[extras->beside_count++] = (struct getty_beside){
		memory_text(name), memory_copy(value->text.data, value->text.size),
		value->file, traced_place(value, 0)
	};
}

/* Whether the root has a credential NAME that the pattern TEXT of ImportCredential=
 * means; what the machine's firmware or its host hands over is not known
 * (systemd.exec(5)). */
static bool
is_imported(struct host *host, const char *text, const char *name)
{
	static const char *const folders[] = { "/etc/credstore", "/run/credstore",
		"/usr/local/lib/credstore", "/usr/lib/credstore",
		"/etc/credstore.encrypted", "/run/credstore.encrypted",
		"/usr/local/lib/credstore.encrypted", "/usr/lib/credstore.encrypted",
		"/run/credentials/@system", NULL };
	autofree char *pattern = memory_copy(text, strcspn(text, ":"));
	if (fnmatch(pattern, name, 0) != 0)
		return text[strlen(pattern)] == ':'; /* under another name */
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		autofree char *path = memory_printf("%s/%s", *folder, name);
		if (host_has_name(host, path) != 0)
			return true;
	}
	return false;
}

/* Credentials by which agetty and login do without a password (agetty_load_credentials in
 * util-linux; systemd.exec(5)): NAME:VALUE, or NAME:PATH with Load. */
static void
read_credential(
	struct getty_extras *extras, const char *setting, const struct traced *value)
{
	static const char *const names[] = { "agetty.autologin", "login.noauth", NULL };
	const char *text = value->text.data;
	bool is_import = strncmp(setting, "Import", 6) == 0;
	for (const char *const *name = names; *name != NULL; name++) {
		size_t length = strlen(*name);
		bool is_meant = is_import ? is_imported(extras->host, text, *name)
					  : strncmp(text, *name, length) == 0 &&
				(text[length] == ':' || text[length] == '\0');
		if (!is_meant)
			continue;
		bool is_user = name == names && text[length] == ':' &&
			strncmp(setting, "Set", 3) == 0;
		free(extras->user);
		extras->user = memory_text(is_user ? text + length + 1 : "any name");
		extras->file = value->file;
		extras->offset = traced_place(value, 0);
	}
}

/* The value of the variable NAME in the line TEXT of Environment=; NULL when it has none.
 * The caller frees it. */
static char *
read_variable(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	size_t length = strlen(name);
	if (at == NULL || at[length] != '=')
		return NULL;
	return memory_copy(at + length + 1, strcspn(at + length + 1, " \t\"'"));
}

/* A folder of credentials that the unit names by itself, and whether sulogin lets a root
 * in that has no password (sulogin(8); systemd-sulogin-shell). */
static void
read_environment(struct getty_extras *extras, const struct traced *value)
{
	autofree char *folder = read_variable(value->text.data, "CREDENTIALS_DIRECTORY");
	autofree char *force = read_variable(value->text.data, "SYSTEMD_SULOGIN_FORCE");
	static const char *const names[] = { "agetty.autologin", "login.noauth", NULL };
	for (const char *const *name = names; folder != NULL && *name != NULL; name++) {
		autofree char *path = memory_printf("%s/%s", folder, *name);
		if (*path != '/' || host_has_name(extras->host, path) == 0)
			continue;
		free(extras->user);
		extras->user = memory_text("any name");
		extras->file = value->file;
		extras->offset = traced_place(value, 0);
	}
	if (force != NULL)
		extras->is_forced = strchr("1yYtT", *force) != NULL ||
			strcasecmp(force, "on") == 0;
}

void
getty_extras_read(void *data, const char *name, struct traced *value)
{
	struct getty_extras *extras = data;
	const char *text = value->text.size > 0 ? value->text.data : "";
	if (strcmp(name, "StandardInput") == 0) {
		/* a file may be a terminal too (systemd.exec(5)) */
		bool is_device = strncmp(text, "file:/dev/", 10) == 0 &&
			strcmp(text + 10, "null") != 0 && strcmp(text + 10, "zero") != 0;
		extras->at_terminal = strncmp(text, "tty", 3) == 0 || is_device;
		if (is_device && extras->terminal == NULL)
			extras->terminal = memory_text(text + 10);
	} else if (strcmp(name, "TTYPath") == 0) {
		free(extras->terminal);
		extras->terminal = memory_text(
			strncmp(text, "/dev/", 5) == 0 ? text + 5 : text);
	} else if (strcmp(name, "ExecStart") == 0 && *text != '\0') {
		for (const char *at = text; (at = strchr(at, '$')) != NULL; at++)
			extras->has_variable = extras->has_variable ||
				strncmp(at, "$TERM", 5) != 0;
		extras->has_command = extras->has_command || getty_wrap_concerns(text);
	} else if (strncmp(name, "Exec", 4) == 0 && strcmp(name, "ExecStart") != 0 &&
		strcmp(name, "ExecSearchPath") != 0 && strcmp(name, "ExecPaths") != 0) {
		add_beside(extras, name, value);
	} else if (strcmp(name, "Environment") == 0 && *text != '\0') {
		read_environment(extras, value);
	} else if (strcmp(name, "User") == 0) {
		extras->is_users = *text != '\0' && strcmp(text, "root") != 0 &&
			strcmp(text, "0") != 0;
	} else if (strcmp(name, "PAMName") == 0) {
		extras->asks_stack = *text != '\0';
	} else if (strstr(name, "Credential") != NULL && *text != '\0') {
		read_credential(extras, name, value);
	}
}

void
getty_extras_free(struct getty_extras *extras)
{
	for (size_t i = 0; i < extras->beside_count; i++) {
		free(extras->besides[i].name);
		free(extras->besides[i].text);
	}
	free(extras->besides);
	free(extras->user);
	free(extras->terminal);
}
