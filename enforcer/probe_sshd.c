#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/probe.h"
#include "enforcer/program.h"
#include "lenses/process.h"

#define SSH "/usr/bin/ssh"

enum {
	TRIES = 3, /* MaxStartups may have others refused at random: sshd_config(5) */
	STEP = 50, /* milliseconds between two looks */
	CONNECT_TIME = 2000,
	GREET_TIME = 5000,
};

/* The kernel answers for this host itself: what is not answered then is filtered. */
static int
connect_to(const struct live_listener *listener)
{
	struct sockaddr_in ipv4 = {
		.sin_family = AF_INET,
		.sin_port = htons(listener->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	struct sockaddr_in6 ipv6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(listener->port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	bool old = listener->family == AF_INET;
	struct pollfd poll_fd = { .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof error;
	int fd = socket(listener->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	poll_fd.fd = fd;
	if (connect(fd, old ? (struct sockaddr *)&ipv4 : (struct sockaddr *)&ipv6,
		    old ? sizeof ipv4 : sizeof ipv6) == 0 ||
		(errno == EINPROGRESS && poll(&poll_fd, 1, CONNECT_TIME) == 1 &&
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
			error == 0))
		return fd;
	close(fd);
	return -1;
}

static bool
greets(const struct live_listener *listener)
{
	static const char GREETING[] = "SSH-"; /* RFC 4253, 4.2 */
	char text[sizeof GREETING] = "";
	size_t size = 0, wanted = sizeof GREETING - 1;
	long end = process_clock() + GREET_TIME;
	int fd = connect_to(listener);
	while (fd >= 0 && size < wanted && process_clock() < end) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
		if (poll(&poll_fd, 1, STEP) <= 0)
			continue;
		ssize_t n = recv(fd, text + size, wanted - size, 0);
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	return size == wanted && memcmp(text, GREETING, wanted) == 0;
}

/* ssh(1) that offers nothing is told which methods there are, for whatever user: RFC
 * 4252, 5.2. Should an account without a password be let in, it runs true(1). */
static bool
asks_to_authenticate(const struct live_listener *listener)
{
	autofree char *port = memory_printf("%u", (unsigned)listener->port);
	const char *argv[] = { SSH, "-F", "/dev/null", "-T", "-p", port, "-l", "root",
		"-o", "BatchMode=yes", "-o", "PreferredAuthentications=none", "-o",
		"StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
		"GlobalKnownHostsFile=/dev/null", "-o", "ConnectTimeout=5", "-o",
		"LogLevel=ERROR", "--", listener->family == AF_INET ? "127.0.0.1" : "::1",
		"true", NULL };
	struct program program = { .argv = argv, .seconds = PROGRAM_SECONDS };
	struct program_result result;
	if (program_run(&program, &result, NULL) < 0)
		return false;
	bool asked = result.status == 0 ||
		strstr(result.output, ": Permission denied (") != NULL;
	program_result_free(&result);
	return asked;
}

static bool
answers(const struct live_listener *listener)
{
	bool can_try = program_exists(SSH);
	int fd = connect_to(listener);
	if (fd < 0)
		return false;
	close(fd);
	for (int i = 0; i < TRIES; i++)
		if (can_try ? asks_to_authenticate(listener) : greets(listener))
			return true;
	return false;
}

void
probe_sshd(const struct live_list *list, struct probe *ret_probe)
{
	*ret_probe = (struct probe){ 0 };
	for (size_t i = 0; i < list->count; i++) {
		struct live_listener *listeners;
		size_t count;
		live_listeners(&list->items[i], LIVE_TCP, &listeners, &count);
		for (size_t k = 0; k < count; k++) {
			if (!listeners[k].on_loopback ||
				!live_shares_network(&list->items[i]))
				continue;
			if (answers(&listeners[k]))
				ret_probe->works = true;
			else
				probe_fault(ret_probe,
					"nobody who connects to port %u over %s is asked "
					"to authenticate",
					(unsigned)listeners[k].port,
					listeners[k].family == AF_INET ? "IPv4" : "IPv6");
		}
		free(listeners);
	}
}
