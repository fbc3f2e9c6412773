#include "base/live.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/text.h"

enum {
	COMM_SIZE = 15, /* TASK_COMM_LEN without the NUL */
	FILE_SIZE_MAX = 64 << 10,
};

bool
live_has_systemd(void)
{
	struct stat status;
	return lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

/* A short file below /proc/PID, NULL when it can't be read; a long one is cut. */
static char *
read_sized(pid_t pid, const char *name, size_t *ret_size)
{
	char part[4096], path[64];
	struct buffer text = { 0 };
	ssize_t size = sizeof part;
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	*ret_size = 0;
	if (fd < 0)
		return NULL;
	buffer_text(&text, "");
	/* the kernel makes a file of one record in one go: a short read is its end */
	while (size == sizeof part && text.size < FILE_SIZE_MAX) {
		size = read(fd, part, sizeof part);
		if (size > 0)
			buffer_add(&text, part, (size_t)size);
		else if (size < 0 && errno == EINTR)
			size = sizeof part;
	}
	close(fd);
	*ret_size = text.size;
	return buffer_take(&text);
}

static char *
read_file(pid_t pid, const char *name)
{
	size_t ignored;
	return read_sized(pid, name, &ignored);
}

int
live_may(const char *capability)
{
	/* in the order of their numbers: linux/capability.h */
	static const char *const names[] = { "chown", "dac_override", "dac_read_search",
		"fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
		"linux_immutable", "net_bind_service", "net_broadcast", "net_admin",
		"net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio",
		"sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot",
		"sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod",
		"lease", "audit_write", "audit_control", "setfcap", "mac_override",
		"mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
		"perfmon", "bpf", "checkpoint_restore" };
	static const char prefix[] = "cap_", field[] = "\nCapBnd:";
	if (strncasecmp(capability, prefix, sizeof prefix - 1) != 0)
		return -1;
	autofree char *text = read_file(1, "status");
	const char *found = text != NULL ? strstr(text, field) : NULL;
	for (size_t i = 0; found != NULL && i < sizeof names / sizeof *names; i++)
		if (strcasecmp(capability + sizeof prefix - 1, names[i]) == 0)
			return (strtoull(found + sizeof field - 1, NULL, 16) >> i & 1) !=
				0;
	return -1;
}

/* Parent, state and start of PID; -1 when there is no such process. */
static int
read_stat(pid_t pid, char *ret_state, struct live_process *ret_process)
{
	autofree char *text = read_file(pid, "stat");
	/* the name in parentheses may hold any byte */
	char *at = text != NULL ? strrchr(text, ')') : NULL;
	if (at == NULL || strlen(at) < 4)
		return -1;
	*ret_state = at[2];
	ret_process->pid = pid;
	ret_process->parent = (pid_t)strtol(at + 3, &at, 10);
	/* field 4 is read; field 22 is the start */
	for (int field = 5; field < 22 && at != NULL; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return -1;
	ret_process->start = strtoull(at, NULL, 10);
	return 0;
}

static bool
link_text(const char *pid, const char *name, char ret_text[PATH_MAX])
{
	autofree char *path = memory_printf("/proc/%s/%s", pid, name);
	ssize_t size = readlink(path, ret_text, PATH_MAX - 1);
	ret_text[size > 0 ? size : 0] = '\0';
	return size > 0;
}

static bool
same_link(const char *pid, const char *name)
{
	char own[PATH_MAX], other[PATH_MAX];
	return link_text("self", name, own) && link_text(pid, name, other) &&
		strcmp(own, other) == 0;
}

/* Where this process is: those elsewhere are another machine's. */
struct here {
	char space[PATH_MAX]; /* of process numbers */
	struct stat root;
	bool is_known;
};

static bool
is_here(const struct here *here, const char *pid)
{
	char space[PATH_MAX];
	struct stat root;
	autofree char *path = memory_printf("/proc/%s/root", pid);
	return here->is_known && link_text(pid, "ns/pid", space) &&
		strcmp(space, here->space) == 0 && stat(path, &root) == 0 &&
		root.st_dev == here->root.st_dev && root.st_ino == here->root.st_ino;
}

static bool
is_named(const char *name, size_t size_max, const char *const *programs)
{
	for (; *programs != NULL; programs++)
		if (strncmp(name, *programs, size_max) == 0)
			return true;
	return false;
}

/* Where the executable was, if an upgrade has replaced it. */
static bool
executable(const char *pid, char ret_path[PATH_MAX])
{
	static const char GONE[] = " (deleted)";
	if (!link_text(pid, "exe", ret_path))
		return false;
	size_t size = strlen(ret_path), gone = sizeof GONE - 1;
	if (size > gone && strcmp(ret_path + size - gone, GONE) == 0)
		ret_path[size - gone] = '\0';
	return true;
}

static bool
is_program(const char *pid, const char *const *programs)
{
	char exe[PATH_MAX];
	if (!executable(pid, exe))
		return false;
	if (programs == NULL)
		return true;
	autofree char *comm = read_file((pid_t)strtol(pid, NULL, 10), "comm");
	if (comm == NULL)
		return false;
	comm[strcspn(comm, "\n")] = '\0';
	const char *base = strrchr(exe, '/');
	return base != NULL && is_named(base + 1, PATH_MAX, programs) &&
		is_named(comm, COMM_SIZE, programs);
}

static int
by_pid(const void *a, const void *b)
{
	const struct live_process *left = a, *right = b;
	return (left->pid > right->pid) - (left->pid < right->pid);
}

int
live_find(const char *const *programs, struct live_list *ret_list, struct error *err)
{
	struct live_list list = { 0 };
	struct here here = { 0 };
	here.is_known = link_text("self", "ns/pid", here.space) &&
		stat("/", &here.root) == 0;
	DIR *dir = opendir("/proc");
	if (dir == NULL)
		return error_set(err, "/proc: %s", strerror(errno));
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct live_process process;
		char state;
		if (!isdigit((unsigned char)entry->d_name[0]) ||
			!is_program(entry->d_name, programs) ||
			!is_here(&here, entry->d_name))
			continue;
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (read_stat(pid, &state, &process) < 0 || state == 'Z' || state == 'X')
			continue;
		list.items = memory_grow(list.items, list.count, sizeof *list.items);
		list.items[list.count++] = process;
	}
	closedir(dir);
	if (list.count > 0)
		qsort(list.items, list.count, sizeof *list.items, by_pid);
	*ret_list = list;
	return 0;
}

void
live_keep_parents(struct live_list *list)
{
	struct live_list all = *list;
	*list = (struct live_list){ 0 };
	for (size_t i = 0; i < all.count; i++) {
		struct live_process parent = { .pid = all.items[i].parent };
		if (bsearch(&parent, all.items, all.count, sizeof *all.items, by_pid))
			continue;
		list->items = memory_grow(list->items, list->count, sizeof *list->items);
		list->items[list->count++] = all.items[i];
	}
	live_list_free(&all);
}

void
live_list_free(struct live_list *list)
{
	free(list->items);
	*list = (struct live_list){ 0 };
}

bool
live_runs(const struct live_process *process)
{
	struct live_process now;
	char state;
	return read_stat(process->pid, &state, &now) == 0 &&
		now.start == process->start && state != 'Z' && state != 'X';
}

int
live_signal(const struct live_process *process, int signum, struct error *err)
{
	int fd = pidfd_open(process->pid, 0);
	if (fd < 0)
		return error_set(
			err, "process %d: %s", (int)process->pid, strerror(errno));
	/* the descriptor holds on to a process; it is the right one if that still runs */
	int status = live_runs(process) ? pidfd_send_signal(fd, signum, NULL, 0) : -1;
	int saved = status < 0 && !live_runs(process) ? ESRCH : errno;
	close(fd);
	if (status < 0)
		return error_set(
			err, "process %d: %s", (int)process->pid, strerror(saved));
	return 0;
}

char *
live_executable(pid_t process)
{
	char pid[16], path[PATH_MAX];
	snprintf(pid, sizeof pid, "%d", (int)process);
	return memory_text(executable(pid, path) ? path : "");
}

bool
live_executable_is_roots(pid_t process)
{
	char path[32];
	struct stat status;
	snprintf(path, sizeof path, "/proc/%d/exe", (int)process);
	return stat(path, &status) == 0 && status.st_uid == 0 &&
		(status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

char *
live_name(pid_t process)
{
	char *name = read_file(process, "comm");
	if (name == NULL)
		return memory_text("");
	name[strcspn(name, "\n")] = '\0';
	return name;
}

uid_t
live_owner(pid_t process)
{
	struct stat status;
	autofree char *path = memory_printf("/proc/%d", (int)process);
	return stat(path, &status) == 0 ? status.st_uid : (uid_t)-1;
}

char *
live_arguments(pid_t process, size_t *ret_size)
{
	char *text = read_sized(process, "cmdline", ret_size);
	if (*ret_size >= FILE_SIZE_MAX) /* half of them are none */
		*ret_size = 0;
	return text != NULL ? text : memory_text("");
}

/* The path in systemd's own hierarchy, of the next line of /proc/PID/cgroup; NULL at the
 * end. Cuts *REST up. */
static char *
next_cgroup(char **rest)
{
	for (char *line; *rest != NULL && (line = strsep(rest, "\n")) != NULL;) {
		char *path = strncmp(line, "0::", 3) == 0
			? line + 3
			: strstr(line, ":name=systemd:");
		if (path != NULL)
			return path;
	}
	return NULL;
}

char *
live_unit(const struct live_process *process)
{
	static const char SUFFIX[] = ".service";
	autofree char *text = read_file(process->pid, "cgroup");
	char *rest = text;
	for (char *path; (path = next_cgroup(&rest)) != NULL;) {
		/* a user's own services belong to another manager */
		if (strstr(path, "/user.slice/") != NULL)
			continue;
		char *unit = strrchr(path, '/');
		size_t size = unit != NULL ? strlen(unit) : 0;
		if (size > sizeof SUFFIX && strcmp(unit + size - 8, SUFFIX) == 0)
			return memory_text(unit + 1);
	}
	return NULL;
}

char *
live_session(const struct live_process *process)
{
	static const char START[] = "/session-", END[] = ".scope";
	autofree char *text = read_file(process->pid, "cgroup");
	char *rest = text;
	for (char *path; (path = next_cgroup(&rest)) != NULL;) {
		char *scope = strstr(path, "/user.slice/") != NULL ? strstr(path, START)
								   : NULL;
		char *id = scope != NULL ? scope + sizeof START - 1 : NULL;
		char *end = id != NULL ? strstr(id, END) : NULL;
		if (end != NULL && end > id)
			return memory_copy(id, (size_t)(end - id));
	}
	return NULL;
}

bool
live_shares_network(const struct live_process *process)
{
	char pid[16];
	snprintf(pid, sizeof pid, "%d", (int)process->pid);
	return same_link(pid, "ns/net");
}
