#include "policy/models/sshd/sshd_port.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_names.h"
#include "policy/models/sshd/sshd_pattern.h"
#include "policy/models/sshd/sshd_value.h"

int
sshd_port_parse(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	long port = sshd_names_port(reading, word);
	if (port <= 0)
		return error_set(err, "bad port number \"%s\"", word);
	*ret_value = memory_printf("%ld", port);
	return 0;
}

/* Splits "host", "host:port", "[address]:port" in place (hpdelim). NULL when it is none.
 * *ret_port is NULL when none is given. */
static char *
split_host(char *text, char **ret_port)
{
	char *end;
	*ret_port = NULL;
	if (*text == '[') {
		end = strchr(text, ']');
		if (end == NULL)
			return NULL;
		end++;
	} else {
		end = text + strcspn(text, ":/");
	}
	if (*end == '\0')
		return text;
	if (*end != ':')
		return NULL;
	*end = '\0';
	*ret_port = end + 1;
	return text;
}

/* Takes the brackets from "[host]" in place (cleanhostname). */
static char *
unbracket(char *host)
{
	size_t length = strlen(host);
	if (*host != '[' || host[length - 1] != ']')
		return host;
	host[length - 1] = '\0';
	return host + 1;
}

/* HOST, an address of FAMILY as inet_ntop(3) writes it or a name, with PORT if it is not
 * 0. */
static char *
join_host(const char *host, int family, long port)
{
	const char *open = family == AF_INET6 ? "[" : "",
		   *close = family == AF_INET6 ? "]" : "";
	return port == 0 ? memory_printf("%s%s%s", open, host, close)
			 : memory_printf("%s%s%s:%ld", open, host, close, port);
}

/* HOST as getaddrinfo(3) takes it when it is an address. */
static char *
normal_host(const char *host, int *ret_family)
{
	struct sshd_network network;
	char text[INET6_ADDRSTRLEN];
	*ret_family = strchr(host, ':') != NULL ? AF_INET6 : AF_UNSPEC;
	if (strchr(host, '/') != NULL || sshd_pattern_network(host, &network) != 0)
		return memory_text(host); /* a name, or with a scope: "fe80::1%eth0" */
	*ret_family = network.family;
	inet_ntop(network.family, network.address, text, sizeof text);
	return memory_text(text);
}

int
sshd_port_listen(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	const char *word = sshd_value_first(words, ret_used, err);
	if (word == NULL)
		return -1;
	autofree char *copy = memory_text(word);
	char *host = copy, *port_text = NULL, *colon = strchr(copy, ':');
	long port = 0;
	int family;
	bool bare_v6 = strchr(copy, '[') == NULL && colon != NULL &&
		strchr(colon + 1, ':') != NULL;
	if (!bare_v6) {
		host = split_host(copy, &port_text);
		if (host == NULL)
			return error_set(err, "bad address:port usage");
		host = unbracket(host);
		if (port_text != NULL) {
			port = sshd_names_port(reading, port_text);
			if (port <= 0)
				return error_set(err, "bad port number");
		}
	}
	if (*host == '\0')
		return error_set(err, "bad addr or host");
	if (words->count > 1 &&
		(strcmp(words->items[1], "rdomain") != 0 || words->count < 3))
		return error_set(err, "bad ListenAddress syntax");
	autofree char *normal = normal_host(host, &family);
	autofree char *item = join_host(normal, family, port);
	*ret_used = words->count > 1 ? 3 : 1;
	*ret_value = words->count > 1
		? memory_printf("%s rdomain %s", item, words->items[2])
		: memory_text(item);
	return 0;
}

struct sshd_listen
sshd_listen_read(const char *text)
{
	struct sshd_listen listen = { 0 };
	autofree char *copy = memory_copy(text, strcspn(text, " "));
	char *port = NULL, *host = split_host(copy, &port);
	if (host == NULL)
		host = copy;
	listen.port = port != NULL ? strtol(port, NULL, 10) : 0;
	listen.host = normal_host(unbracket(host), &listen.family);
	return listen;
}

void
sshd_listen_free(struct sshd_listen *listen)
{
	free(listen->host);
	*listen = (struct sshd_listen){ 0 };
}

bool
sshd_listen_same(const char *want, const char *item)
{
	size_t wanted = strcspn(want, " "), have = strcspn(item, " ");
	if (strcmp(want + wanted, item + have) != 0) /* rdomain */
		return false;
	struct sshd_listen a = sshd_listen_read(want), b = sshd_listen_read(item);
	bool same = strcmp(a.host, b.host) == 0 && (a.port == 0 || a.port == b.port);
	sshd_listen_free(&a);
	sshd_listen_free(&b);
	return same;
}

int
sshd_port_permit(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	autobuffer struct buffer list = { 0 };
	const char *first = sshd_value_first(words, ret_used, err);
	if (first == NULL)
		return -1;
	if (strcmp(first, "any") == 0 || strcmp(first, "none") == 0) {
		*ret_value = memory_text(first);
		return 0;
	}
	size_t i = 0;
	for (; i < words->count && *words->items[i] != '\0'; i++) {
		const char *word = words->items[i];
		autofree char *copy = memory_text(word);
		char *port = copy;
		bool bare = reading->keyword->name == SSHD_PERMIT_LISTEN &&
			strchr(word, ':') == NULL;
		if (!bare && split_host(copy, &port) == NULL)
			return error_set(err, "missing host in \"%s\"", word);
		if (port == NULL ||
			(strcmp(port, "*") != 0 && sshd_names_port(reading, port) <= 0))
			return error_set(err, "bad port number in \"%s\"", word);
		buffer_printf(&list, "%s%s%s", i > 0 ? " " : "", bare ? "*:" : "", word);
	}
	*ret_used = i < words->count ? i + 1 : i; /* an empty word ends the list */
	*ret_value = buffer_take(&list);
	return 0;
}
