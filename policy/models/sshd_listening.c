#include "policy/models/sshd_listening.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd_answer.h"
#include "policy/models/sshd_port.h"

/* One item for HOST and each of PORTS, or for the one PORT when it is not 0. */
static void
add_items(struct buffer *list, const char *host, int family, long port, const char *ports,
	const char *more)
{
	autofree char *own = memory_printf("%ld", port);
	for (const char *at = port != 0 ? own : ports; *at != '\0';) {
		int length = (int)strcspn(at, " ");
		buffer_printf(list, family == AF_INET6 ? "%s[%s]:%.*s%s" : "%s%s:%.*s%s",
			list->size > 0 ? " " : "", host, length, at, more);
		at += length;
		at += *at == ' ';
	}
}

char *
sshd_listening_find(const struct sshd_config *config, const char **ret_reason)
{
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	struct sshd_answer family = sshd_answer_at_start(config, SSHD_ADDRESS_FAMILY);
	/* OpenSSH before 3.9 has no AddressFamily and takes both */
	const char *only = family.value != NULL ? family.value : "any";
	autobuffer struct buffer list = { 0 };
	bool told = family.value != NULL || family.reason == NULL;
	bool known = ports.value != NULL && told, given = false;
	*ret_reason = ports.value == NULL ? ports.reason : family.reason;
	for (size_t i = 0; i < config->count && known; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name != SSHD_LISTEN_ADDRESS)
			continue;
		struct sshd_listen listen = sshd_listen_read(line->value);
		given = true;
		known = listen.family != AF_UNSPEC;
		if (!known)
			*ret_reason = "which address a name in ListenAddress has is not "
				      "looked up";
		add_items(&list, listen.host, listen.family, listen.port, ports.value,
			line->value + strcspn(line->value, " "));
		sshd_listen_free(&listen);
	}
	if (known && !given && strcmp(only, "inet") != 0)
		add_items(&list, "::", AF_INET6, 0, ports.value, "");
	if (known && !given && strcmp(only, "inet6") != 0)
		add_items(&list, "0.0.0.0", AF_INET, 0, ports.value, "");
	sshd_answer_free(&ports);
	sshd_answer_free(&family);
	return known ? buffer_take(&list) : NULL;
}
