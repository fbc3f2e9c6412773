#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/peer.h"
#include "enforcer/probe.h"
#include "enforcer/ssh_client.h"
#include "lenses/process.h"

enum {
	TRIES = 3, /* MaxStartups may have others refused at random: sshd_config(5) */
	CONNECT_TIME = 2000, /* milliseconds; the kernel answers for this host itself */
	GREET_TIME = 5000,
};

static bool
greets(const struct peer *server)
{
	static const char GREETING[] = "SSH-"; /* RFC 4253, 4.2 */
	char text[sizeof GREETING] = "";
	size_t size = 0, wanted = sizeof GREETING - 1;
	ssize_t got = 1;
	int fd = peer_connect(server, NULL, process_clock() + CONNECT_TIME);
	long end = process_clock() + GREET_TIME;
	for (; fd >= 0 && size < wanted && got > 0; size += got > 0 ? (size_t)got : 0)
		got = peer_read(fd, text + size, wanted - size, end);
	if (fd >= 0)
		close(fd);
	return size == wanted && memcmp(text, GREETING, wanted) == 0;
}

/* It is told which methods there are for whatever user. */
static bool
asks_to_authenticate(const struct peer *server)
{
	const struct ssh_question question = { server, "root", PROGRAM_SECONDS, false };
	struct program_result result;
	if (ssh_client_ask(&question, &result, NULL) < 0)
		return false;
	bool asked = result.status == 0 ||
		strstr(result.output, ": Permission denied (") != NULL;
	program_result_free(&result);
	return asked;
}

static bool
answers(const struct peer *server)
{
	bool can_try = ssh_client_exists();
	int fd = peer_connect(server, NULL, process_clock() + CONNECT_TIME);
	if (fd < 0)
		return false;
	close(fd);
	for (int i = 0; i < TRIES; i++)
		if (can_try ? asks_to_authenticate(server) : greets(server))
			return true;
	return false;
}

void
probe_sshd_listeners(
	const struct live_list *list, struct live_listener **ret_items, size_t *ret_count)
{
	*ret_items = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < list->count; i++) {
		struct live_listener *listeners;
		size_t count;
		live_listeners(&list->items[i], LIVE_TCP, &listeners, &count);
		for (size_t k = 0; k < count; k++)
			if (listeners[k].on_loopback &&
				live_shares_network(&list->items[i])) {
				*ret_items = memory_grow(
					*ret_items, *ret_count, sizeof **ret_items);
				(*ret_items)[(*ret_count)++] = listeners[k];
			}
		free(listeners);
	}
}

void
probe_sshd(const struct live_list *list, struct probe *ret_probe)
{
	struct live_listener *listeners;
	size_t count;
	*ret_probe = (struct probe){ 0 };
	probe_sshd_listeners(list, &listeners, &count);
	for (size_t i = 0; i < count; i++) {
		struct peer server;
		peer_loopback(listeners[i].family, listeners[i].port, &server);
		if (answers(&server))
			ret_probe->works = true;
		else
			probe_fault(ret_probe,
				"nobody who connects to port %u over %s is asked to "
				"authenticate",
				server.port,
				listeners[i].family == AF_INET ? "IPv4" : "IPv6");
	}
	free(listeners);
}
