#include "base/live_ports.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum {
	STATE_CLOSE = 7, /* include/net/tcp_states.h: of a UDP socket, not connected */
	STATE_LISTEN = 10,
	PORTS_MAX = 1 << 20,
};

struct list {
	struct live_port *items;
	size_t count;
};

static int
add_message(const struct nlmsghdr *header, int protocol, struct list *list)
{
	const struct inet_diag_msg *message = NLMSG_DATA(header);
	if (header->nlmsg_len < NLMSG_LENGTH(sizeof *message) || list->count == PORTS_MAX)
		return -1;
	if (message->id.idiag_dport != 0)
		return 0;
	list->items = memory_grow(list->items, list->count, sizeof *list->items);
	struct live_port *port = &list->items[list->count++];
	*port = (struct live_port){
		.protocol = protocol,
		.family = message->idiag_family,
		.port = ntohs(message->id.idiag_sport),
		.inode = message->idiag_inode,
	};
	memcpy(port->address, message->id.idiag_src,
		message->idiag_family == AF_INET ? 4 : 16);
	return 0;
}

/* Reads the answers to one request: 0 when it is complete. */
static int
read_dump(int fd, int protocol, struct list *list, struct error *err)
{
	_Alignas(struct nlmsghdr) char buffer[32768];
	for (;;) {
		ssize_t size = recv(fd, buffer, sizeof buffer, 0);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return error_set(err, "the kernel's sockets: %s",
				size < 0 ? strerror(errno) : "no answer");
		for (struct nlmsghdr *header = (struct nlmsghdr *)(void *)buffer;
			NLMSG_OK(header, (size_t)size);
			header = NLMSG_NEXT(header, size)) {
			const struct nlmsgerr *failure = NLMSG_DATA(header);
			if (header->nlmsg_type == NLMSG_DONE)
				return 0;
			if (header->nlmsg_type == NLMSG_ERROR)
				return error_set(err, "the kernel's sockets: %s",
					strerror(-failure->error));
			if (add_message(header, protocol, list) < 0)
				return error_set(
					err, "the kernel's sockets: too many, or cut");
		}
	}
}

static int
ask(int fd, int family, int protocol, struct list *list, struct error *err)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = { .nlmsg_len = sizeof request,
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (unsigned char)family,
			.sdiag_protocol = (unsigned char)protocol,
			.idiag_states = 1u << (protocol == IPPROTO_TCP ? STATE_LISTEN
								       : STATE_CLOSE) },
	};
	if (send(fd, &request, sizeof request, 0) < 0)
		return error_set(err, "the kernel's sockets: %s", strerror(errno));
	return read_dump(fd, protocol, list, err);
}

static int
by_inode(const void *a, const void *b)
{
	const struct live_port *x = a, *y = b;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int
by_port(const void *a, const void *b)
{
	const struct live_port *x = a, *y = b;
	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	if (x->port != y->port)
		return x->port - y->port;
	return x->family != y->family ? x->family - y->family
				      : memcmp(x->address, y->address, 16);
}

static void
add_program(struct live_port *port, const char *name)
{
	size_t i = 0;
	while (i < port->program_count && strcmp(port->programs[i], name) < 0)
		i++;
	if (i < port->program_count && strcmp(port->programs[i], name) == 0)
		return;
	port->programs = memory_grow(
		port->programs, port->program_count, sizeof *port->programs);
	memmove(port->programs + i + 1, port->programs + i,
		(port->program_count - i) * sizeof *port->programs);
	port->programs[i] = memory_text(name);
	port->program_count++;
}

/* The base name of the process's executable, which it can't choose as it can its
 * arguments and its short name. Empty when it can't be seen. */
static void
program_of(int proc, const char *pid, char ret_name[NAME_MAX + 1])
{
	static const char GONE[] = " (deleted)"; /* replaced by an upgrade */
	char path[32], target[PATH_MAX];
	snprintf(path, sizeof path, "%.12s/exe", pid);
	ssize_t size = readlinkat(proc, path, target, sizeof target - 1);
	target[size > 0 ? size : 0] = '\0';
	size_t length = strlen(target), gone = sizeof GONE - 1;
	if (length > gone && strcmp(target + length - gone, GONE) == 0)
		target[length - gone] = '\0';
	const char *slash = strrchr(target, '/');
	snprintf(ret_name, NAME_MAX + 1, "%s", slash != NULL ? slash + 1 : "");
}

/* Gives the ports, which are sorted by inode, that the process has open its name. */
static void
add_owner(int proc, const char *pid, struct list *list)
{
	static const char SOCKET[] = "socket:[";
	char path[32], name[NAME_MAX + 1], text[64];
	program_of(proc, pid, name);
	if (name[0] == '\0') /* the kernel's own, most of them */
		return;
	snprintf(path, sizeof path, "%.12s/fd", pid);
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL && fd >= 0)
		close(fd);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		ssize_t size = readlinkat(fd, entry->d_name, text, sizeof text - 1);
		text[size > 0 ? size : 0] = '\0';
		if (strncmp(text, SOCKET, sizeof SOCKET - 1) != 0)
			continue;
		struct live_port key = { .inode = strtoul(
						 text + sizeof SOCKET - 1, NULL, 10) };
		struct live_port *found = bsearch(
			&key, list->items, list->count, sizeof key, by_inode);
		if (found != NULL)
			add_program(found, name);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
add_owners(struct list *list)
{
	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof *list->items, by_inode);
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = proc >= 0 ? fcntl(proc, F_DUPFD_CLOEXEC, 0) : -1;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (isdigit((unsigned char)entry->d_name[0]))
			add_owner(proc, entry->d_name, list);
	if (dir != NULL)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	if (proc >= 0)
		close(proc);
}

/* "sl: address:port peer:port state ... inode ...", an address in words of the machine's
 * byte order. */
bool
live_ports_line(char *line, int family, int protocol, struct live_port *ret_port)
{
	char *words[10];
	size_t count = 0, digits = family == AF_INET ? 8 : 32;
	for (char *word, *rest = line;
		count < 10 && (word = strsep(&rest, " \n")) != NULL;)
		if (*word != '\0')
			words[count++] = word;
	if (count < 10 || strcspn(words[1], ":") != digits ||
		strcspn(words[2], ":") != digits)
		return false; /* the heading */
	if (strtol(words[3], NULL, 16) !=
			(protocol == IPPROTO_TCP ? STATE_LISTEN : STATE_CLOSE) ||
		strtol(words[2] + digits + 1, NULL, 16) != 0)
		return false;
	*ret_port = (struct live_port){
		.protocol = protocol,
		.family = family,
		.port = (unsigned short)strtoul(words[1] + digits + 1, NULL, 16),
		.inode = strtoul(words[9], NULL, 10),
	};
	for (size_t i = 0; i < digits / 8; i++) {
		char hex[9] = "";
		memcpy(hex, words[1] + i * 8, 8);
		const unsigned word = (unsigned)strtoul(hex, NULL, 16);
		memcpy(ret_port->address + i * 4, &word, 4);
	}
	return true;
}

static int
add_line(char *line, int family, int protocol, struct list *list)
{
	struct live_port port;
	if (!live_ports_line(line, family, protocol, &port))
		return 0;
	if (list->count == PORTS_MAX)
		return -1;
	list->items = memory_grow(list->items, list->count, sizeof *list->items);
	list->items[list->count++] = port;
	return 0;
}

static int
read_table(int family, int protocol, struct list *list, struct error *err)
{
	char line[512];
	autofree char *path = memory_printf("/proc/1/net/%s%s",
		protocol == IPPROTO_TCP ? "tcp" : "udp", family == AF_INET ? "" : "6");
	FILE *file = fopen(path, "re");
	if (file == NULL && errno == ENOENT && family == AF_INET6)
		return 0; /* a kernel without IPv6 */
	if (file == NULL)
		return error_set(err, "%s: %s", path, strerror(errno));
	int result = 0;
	while (result == 0 && fgets(line, sizeof line, file) != NULL)
		result = add_line(line, family, protocol, list);
	if (result < 0)
		error_set(err, "%s: too many", path);
	else if (ferror(file))
		result = error_set(err, "%s: %s", path, strerror(errno));
	fclose(file);
	return result;
}

/* Whether this process is in the network namespace of process 1, which is the host's, or
 * the container's; systemd's PrivateNetwork= is another. Each namespace has inodes of its
 * own in proc (fs/proc/generic.c, proc_register), which can be looked at without the
 * right to trace, as /proc/PID/ns/net can't. */
static int
is_in_own_network(bool *ret_own, struct error *err)
{
	struct stat self, init;
	if (stat("/proc/self/net/dev", &self) < 0 || stat("/proc/1/net/dev", &init) < 0)
		return error_set(err,
			"it can't be told whether this is the host's network: "
			"/proc/1/net: %s (hidepid=, ProtectProc=)",
			strerror(errno));
	*ret_own = self.st_ino != init.st_ino || self.st_dev != init.st_dev;
	return 0;
}

static int
ask_kernel(
	int family, int protocol, bool own_network, struct list *list, struct error *err)
{
	if (own_network)
		return read_table(family, protocol, list, err);
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return error_set(err, "the kernel's sockets: %s", strerror(errno));
	int result = ask(fd, family, protocol, list, err);
	close(fd);
	return result;
}

static int
look(struct live_port **ret_ports, size_t *ret_count, struct error *err)
{
	static const int FAMILIES[] = { AF_INET, AF_INET6 },
			 PROTOCOLS[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct list list = { 0 };
	bool own_network = false;
	int result = is_in_own_network(&own_network, err);
	for (size_t i = 0; i < 4 && result == 0; i++)
		result = ask_kernel(
			FAMILIES[i % 2], PROTOCOLS[i / 2], own_network, &list, err);
	if (result == 0)
		add_owners(&list);
	if (list.count > 0)
		qsort(list.items, list.count, sizeof *list.items, by_port);
	*ret_ports = list.items;
	*ret_count = list.count;
	return result;
}

static struct {
	bool looked;
	struct live_port *ports;
	size_t count;
	struct error wrong;
} seen;

void
live_ports_look(void)
{
	live_ports_free(seen.ports, seen.count);
	error_clear(&seen.wrong);
	(void)look(&seen.ports, &seen.count, &seen.wrong);
	seen.looked = true;
}

int
live_ports(struct live_port **ret_ports, size_t *ret_count, struct error *err)
{
	if (!seen.looked)
		return look(ret_ports, ret_count, err);
	*ret_count = seen.count;
	*ret_ports = memory_new(seen.count, sizeof **ret_ports);
	for (size_t i = 0; i < seen.count; i++) {
		struct live_port *port = &(*ret_ports)[i];
		*port = seen.ports[i];
		port->programs = memory_new(port->program_count, sizeof *port->programs);
		for (size_t k = 0; k < port->program_count; k++)
			port->programs[k] = memory_text(seen.ports[i].programs[k]);
	}
	return seen.wrong.text != NULL ? error_set(err, "%s", seen.wrong.text) : 0;
}

void
live_ports_free(struct live_port *ports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < ports[i].program_count; k++)
			free(ports[i].programs[k]);
		free(ports[i].programs);
	}
	free(ports);
}
