#include "enforcer/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lenses/process.h"

/* Fills in what the address says. */
static void
describe(struct peer *peer)
{
	if (getnameinfo((struct sockaddr *)&peer->address, peer->size, peer->text,
		    sizeof peer->text, NULL, 0, NI_NUMERICHOST) != 0)
		peer->text[0] = '\0';
}

static void
set_port(struct peer *peer, unsigned port)
{
	if (peer->address.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&peer->address)->sin6_port = htons(
			(uint16_t)port);
	else
		((struct sockaddr_in *)&peer->address)->sin_port = htons((uint16_t)port);
	peer->port = port;
}

void
peer_loopback(int family, unsigned port, struct peer *ret_peer)
{
	const struct sockaddr_in ipv4 = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool is_new = family == AF_INET6;
	*ret_peer = (struct peer){ .size = is_new ? sizeof ipv6 : sizeof ipv4 };
	memcpy(&ret_peer->address, is_new ? (const void *)&ipv6 : (const void *)&ipv4,
		ret_peer->size);
	set_port(ret_peer, port);
	describe(ret_peer);
}

int
peer_find(const char *host, unsigned port, struct peer *ret_peer, struct error *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found;
	int result = getaddrinfo(host, NULL, &hints, &found);
	if (result != 0)
		return error_set(err, "%s: %s", host,
			result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
	*ret_peer = (struct peer){ .size = found->ai_addrlen };
	memcpy(&ret_peer->address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	set_port(ret_peer, port);
	describe(ret_peer);
	return 0;
}

/* Waits for what EVENTS has; 0, or -1 with ETIMEDOUT. */
static int
wait_for(int fd, short events, long deadline)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	for (;;) {
		long left = deadline - process_clock();
		int ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
		if (ready > 0)
			return 0;
		if (ready == 0 || errno != EINTR) {
			errno = ready == 0 ? ETIMEDOUT : errno;
			return -1;
		}
	}
}

/* Connects FD, which does not block. */
static int
finish_connecting(int fd, const struct peer *peer, long deadline)
{
	int error = 0;
	socklen_t size = sizeof error;
	if (connect(fd, (const struct sockaddr *)&peer->address, peer->size) == 0)
		return 0;
	if (errno != EINPROGRESS || wait_for(fd, POLLOUT, deadline) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
peer_connect(const struct peer *peer, const struct peer *from, long deadline)
{
	int fd = socket(
		peer->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if ((from == NULL ||
		    bind(fd, (const struct sockaddr *)&from->address, from->size) == 0) &&
		finish_connecting(fd, peer, deadline) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

ssize_t
peer_read(int fd, char *data, size_t size, long deadline)
{
	for (;;) {
		if (wait_for(fd, POLLIN, deadline) < 0)
			return -1;
		ssize_t got = recv(fd, data, size, 0);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
	}
}
