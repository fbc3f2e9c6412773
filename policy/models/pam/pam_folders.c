#include "policy/models/pam/pam_folders.h"

#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_module.h"

static const char suse[] = "/usr/etc/pam.d", red_hat[] = "/usr/share/pam.d";

const char *const pam_folders[] = { "/etc/pam.d", "/usr/lib/pam.d", suse, red_hat, NULL };

/* Whether a line of os-release(5), ID=opensuse-leap or ID_LIKE="suse opensuse", has WORD.
 */
static bool
is_like(struct host *host, const char *word)
{
	static const char *const paths[] = { "/etc/os-release", "/usr/lib/os-release",
		NULL };
	const char *const *path = paths;
	while (*path != NULL && host_file(host, *path)->state == FILE_ABSENT)
		path++;
	const struct file *file = *path != NULL ? host_file(host, *path) : NULL;
	if (file == NULL || file->state != FILE_READ)
		return false;
	struct bytes line;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
		autofree char *text = memory_copy(line.data, line.size);
		if ((strncmp(text, "ID=", 3) == 0 || strncmp(text, "ID_LIKE=", 8) == 0) &&
			strstr(text, word) != NULL)
			return true;
	}
	return false;
}

enum pam_folder_state
pam_folders_look(struct host *host, const char *folder)
{
	const struct file *library = pam_module_library(host);
	if (folder != suse && folder != red_hat)
		return PAM_FOLDER_READ;
	if (library != NULL) {
		autofree char *format = memory_printf("%s/%%s", folder);
		return memmem(library->bytes.data, library->bytes.size, format,
			       strlen(format)) != NULL
			? PAM_FOLDER_READ
			: PAM_FOLDER_IGNORED;
	}
	if (host_has_name(host, "/var/lib/dpkg/status") == 1)
		return PAM_FOLDER_IGNORED;
	if (is_like(host, "suse"))
		return folder == suse ? PAM_FOLDER_READ : PAM_FOLDER_IGNORED;
	return PAM_FOLDER_UNSURE;
}
