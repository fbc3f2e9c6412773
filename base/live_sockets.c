#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/live.h"
#include "base/live_ports.h"
#include "base/memory.h"

struct inodes {
	unsigned long *items;
	size_t count;
};

static void
read_inodes(pid_t pid, struct inodes *ret_inodes)
{
	autofree char *path = memory_printf("/proc/%d/fd", (int)pid);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		static const char SOCKET[] = "socket:[";
		char text[64] = "";
		if (readlinkat(dirfd(dir), entry->d_name, text, sizeof text - 1) <= 0 ||
			strncmp(text, SOCKET, sizeof SOCKET - 1) != 0)
			continue;
		ret_inodes->items = memory_grow(
			ret_inodes->items, ret_inodes->count, sizeof *ret_inodes->items);
		ret_inodes->items[ret_inodes->count++] = strtoul(
			text + sizeof SOCKET - 1, NULL, 10);
	}
	closedir(dir);
}

static bool
has_inode(const struct inodes *inodes, unsigned long inode)
{
	for (size_t i = 0; i < inodes->count; i++)
		if (inodes->items[i] == inode)
			return true;
	return false;
}

/* Every address or a loopback one. */
static bool
on_loopback(const struct live_port *port)
{
	struct in6_addr address;
	memcpy(&address, port->address, sizeof address);
	return IN6_IS_ADDR_UNSPECIFIED(&address) ||
		(port->family == AF_INET ? port->address[0] == 127
					 : IN6_IS_ADDR_LOOPBACK(&address));
}

void
live_listeners(const struct live_process *process, enum live_protocol protocol,
	struct live_listener **ret_items, size_t *ret_count)
{
	static const char *const TABLES[][2] = {
		[LIVE_TCP] = { "tcp", "tcp6" }, [LIVE_UDP] = { "udp", "udp6" }
	};
	static const int FAMILIES[] = { AF_INET, AF_INET6 },
			 PROTOCOLS[] = {
				 [LIVE_TCP] = IPPROTO_TCP, [LIVE_UDP] = IPPROTO_UDP
			 };
	struct inodes inodes = { 0 };
	*ret_items = NULL;
	*ret_count = 0;
	read_inodes(process->pid, &inodes);
	for (size_t i = 0; i < 2 && inodes.count > 0; i++) {
		char line[512];
		struct live_port port;
		autofree char *path = memory_printf(
			"/proc/%d/net/%s", (int)process->pid, TABLES[protocol][i]);
		FILE *file = fopen(path, "re");
		while (file != NULL && fgets(line, sizeof line, file) != NULL) {
			if (!live_ports_line(
				    line, FAMILIES[i], PROTOCOLS[protocol], &port) ||
				!has_inode(&inodes, port.inode))
				continue;
			*ret_items = memory_grow(
				*ret_items, *ret_count, sizeof **ret_items);
			(*ret_items)[(*ret_count)++] = (struct live_listener){
				.inode = port.inode,
				.family = port.family,
				.port = port.port,
				.on_loopback = on_loopback(&port),
			};
		}
		if (file != NULL)
			fclose(file);
	}
	free(inodes.items);
}
