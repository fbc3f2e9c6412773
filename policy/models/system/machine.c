#include "policy/models/system/machine.h"

#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "base/memory.h"

/* hostname(5): the first line that is no comment. systemd's read_etc_hostname. */
static bool
read_name(struct host *host, char ret_name[MACHINE_NAME_MAX + 1])
{
	const struct file *file = host_file(host, "/etc/hostname");
	if (file->state != FILE_READ)
		return false;
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		static const char blanks[] = " \t\r\v\f";
		line += strspn(line, blanks);
		size_t length = strcspn(line, blanks);
		if (length == 0 || line[0] == '#')
			continue;
		/* what is cut or cleaned up is not guessed at */
		bool is_clear = length <= MACHINE_NAME_MAX &&
			line[length + strspn(line + length, blanks)] == '\0' &&
			strspn(line,
				"abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == length;
		if (is_clear)
			memcpy(ret_name, line, length);
		ret_name[is_clear ? length : 0] = '\0';
		return is_clear;
	}
	return false;
}

/* The kernel's names have at most as many bytes as there is room for. */
static void
copy_name(const char *name, char ret_name[MACHINE_NAME_MAX + 1])
{
	size_t length = strnlen(name, MACHINE_NAME_MAX);
	memcpy(ret_name, name, length);
	ret_name[length] = '\0';
}

bool
machine_name(struct host *host, char ret_name[MACHINE_NAME_MAX + 1])
{
	struct utsname names;
	if (!host_is_live(host))
		return read_name(host, ret_name) &&
			strcasecmp(ret_name, "localhost") != 0;
	if (uname(&names) < 0)
		return false;
	copy_name(names.nodename, ret_name);
	return true;
}

bool
machine_domain(struct host *host, char ret_domain[MACHINE_NAME_MAX + 1])
{
	static const char *const files[] = { "/etc/defaultdomain", "/etc/yp.conf",
		"/etc/sysconfig/network", NULL };
	struct utsname names;
	ret_domain[0] = '\0';
	if (host_is_live(host)) {
		if (uname(&names) < 0)
			return false;
		if (strcmp(names.domainname, "(none)") != 0)
			copy_name(names.domainname, ret_domain);
		return true;
	}
	for (const char *const *file = files; *file != NULL; file++)
		if (host_has_name(host, *file) != 0)
			return false;
	return true;
}
