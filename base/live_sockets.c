#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/live.h"
#include "base/memory.h"

/* include/net/tcp_states.h; net/ipv4/udp.c has no others than "closed" and "established".
 */
static const long OPEN_STATES[] = { [LIVE_TCP] = 0x0a, [LIVE_UDP] = 0x07 };

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

/* Every address or a loopback one, as /proc/net/tcp writes them: words in the byte order
 * of the machine, their bytes in that of the network. */
static bool
on_loopback(int family, const char *hex)
{
	unsigned words[4] = { 0 };
	int count = family == AF_INET ? 1 : 4;
	for (int i = 0; i < count; i++) {
		char word[9] = "";
		strncpy(word, hex + (size_t)i * 8, 8);
		words[i] = (unsigned)strtoul(word, NULL, 16);
	}
	if (family == AF_INET)
		return words[0] == 0 || ((const unsigned char *)words)[0] == 127;
	return words[0] == 0 && words[1] == 0 && words[2] == 0 &&
		(words[3] == 0 || words[3] == htonl(1));
}

/* Of a line of proc(5)'s net/tcp and net/udp: "sl: address:port peer:port state ... inode
 * ...". */
static bool
parse_line(char *line, int family, enum live_protocol protocol,
	struct live_listener *ret_listener)
{
	char *words[10];
	size_t count = 0;
	for (char *word, *rest = line;
		count < 10 && (word = strsep(&rest, " \n")) != NULL;)
		if (*word != '\0')
			words[count++] = word;
	if (count < 10 || strtol(words[3], NULL, 16) != OPEN_STATES[protocol])
		return false;
	size_t digits = family == AF_INET ? 8 : 32;
	if (strcspn(words[1], ":") != digits)
		return false;
	*ret_listener = (struct live_listener){
		.inode = strtoul(words[9], NULL, 10),
		.family = family,
		.port = (unsigned short)strtoul(words[1] + digits + 1, NULL, 16),
		.on_loopback = on_loopback(family, words[1]),
	};
	return true;
}

void
live_listeners(const struct live_process *process, enum live_protocol protocol,
	struct live_listener **ret_items, size_t *ret_count)
{
	static const char *const TABLES[][2] = {
		[LIVE_TCP] = { "tcp", "tcp6" }, [LIVE_UDP] = { "udp", "udp6" }
	};
	static const int FAMILIES[] = { AF_INET, AF_INET6 };
	struct inodes inodes = { 0 };
	*ret_items = NULL;
	*ret_count = 0;
	read_inodes(process->pid, &inodes);
	for (size_t i = 0; i < 2 && inodes.count > 0; i++) {
		char line[512];
		struct live_listener listener;
		autofree char *path = memory_printf(
			"/proc/%d/net/%s", (int)process->pid, TABLES[protocol][i]);
		FILE *file = fopen(path, "re");
		while (file != NULL && fgets(line, sizeof line, file) != NULL) {
			if (!parse_line(line, FAMILIES[i], protocol, &listener) ||
				!has_inode(&inodes, listener.inode))
				continue;
			*ret_items = memory_grow(*ret_items, *ret_count, sizeof listener);
			(*ret_items)[(*ret_count)++] = listener;
		}
		if (file != NULL)
			fclose(file);
	}
	free(inodes.items);
}
