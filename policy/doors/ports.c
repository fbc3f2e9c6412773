#include "policy/doors/ports.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_port.h"

static const char every[] = "every address", every_4[] = "every IPv4 address",
		  every_6[] = "every IPv6 address";

static void
add_port(struct name_list *list, const char *port, const char *address)
{
	if (strcmp(address, "0.0.0.0") == 0)
		address = every_4;
	else if (strcmp(address, "::") == 0)
		address = every_6;
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_printf("%s %s", port, address);
}

/* Adds PORTS (with blanks between) for ADDRESS. */
static void
add_ports(struct name_list *list, const char *ports, const char *address)
{
	autofree char *text = memory_text(ports);
	char *rest = text;
	for (char *port; (port = strsep(&rest, " ")) != NULL;)
		if (*port != '\0')
			add_port(list, port, address);
}

static const char *
all_addresses(const struct sshd_config *config)
{
	struct sshd_answer family = sshd_answer_at_start(config, SSHD_ADDRESS_FAMILY);
	const char *text = every;
	if (family.value != NULL && strcmp(family.value, "inet") == 0)
		text = every_4;
	else if (family.value != NULL && strcmp(family.value, "inet6") == 0)
		text = every_6;
	sshd_answer_free(&family);
	return text;
}

/* getaddrinfo(3) gives no address of the other family: add_one_listen_addr(), servconf.c
 */
static bool
is_of_family(const char *host, const char *family)
{
	bool is_6 = strchr(host, ':') != NULL;
	return !(is_6 ? family == every_4
		      : family == every_6 && host[strspn(host, "0123456789.")] == '\0');
}

void
doors_ports(const struct sshd_config *config, struct name_list *ret_ports)
{
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	const char *numbers = ports.value != NULL ? ports.value : "22";
	const char *family = all_addresses(config);
	bool any = false;
	*ret_ports = (struct name_list){ 0 };
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name != SSHD_LISTEN_ADDRESS || line->value == NULL)
			continue;
		struct sshd_listen listen = sshd_listen_read(line->value);
		autofree char *number = memory_printf("%ld", listen.port);
		if (is_of_family(listen.host, family))
			add_ports(ret_ports, listen.port != 0 ? number : numbers,
				listen.host);
		any = true;
		sshd_listen_free(&listen);
	}
	if (!any)
		add_ports(ret_ports, numbers, family);
	sshd_answer_free(&ports);
}

static bool
has(const struct name_list *ports, const char *port, const char *address)
{
	for (size_t i = 0; i < ports->count; i++) {
		const char *other = strchr(ports->names[i], ' ') + 1;
		if (strcmp(other, address) == 0 &&
			strncmp(ports->names[i], port,
				(size_t)(other - ports->names[i])) == 0)
			return true;
	}
	return false;
}

bool
doors_ports_serve(const struct name_list *ports, const char *port)
{
	const char *address = strchr(port, ' ') + 1;
	const char *family = strchr(address, ':') != NULL ? every_6 : every_4;
	if (strcmp(address, every) == 0 && has(ports, port, every_4) &&
		has(ports, port, every_6))
		return true;
	return has(ports, port, address) || has(ports, port, every) ||
		(strcmp(address, every) != 0 && has(ports, port, family));
}
