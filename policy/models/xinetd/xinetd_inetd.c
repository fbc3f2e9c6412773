#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/xinetd/xinetd_reader.h"

#define BIT(attribute) ((uint64_t)1 << (attribute))

enum {
	FIELDS_MAX = 6
}; /* name, type, protocol, wait, user, server; more are arguments */

/* inet.c get_next_inet_entry: what the FIELDS of a line make of SERVICE. Returns the
 * reason when the line is passed over, NULL when it is taken. */
static const char *
take_fields(const struct xinetd_facts *facts, struct xinetd_service *service,
	char *const *fields)
{
	const char *protocol = fields[2];
	char *dot;
	long number;
	service->socket_type = xinetd_socket_type(fields[1]);
	if (service->socket_type == 0)
		return "bad socket type";
	if (strstr(protocol, "rpc") != NULL) {
		const char *slash = strchr(protocol, '/');
		if (strchr(fields[0], '/') == NULL || slash == NULL)
			return "bad rpc version";
		service->types |= XINETD_RPC;
		service->specified |= BIT(XINETD_RPC_VERSION);
		protocol = slash + 1;
	}
	if (xinetd_protocol(facts, protocol, &number) == NETDB_MISSING)
		return "its protocol is not in /etc/protocols";
	service->protocol = memory_text(protocol);
	service->protocol_number = number;
	service->waits = strcasecmp(fields[3], "wait") == 0;
	dot = strchr(fields[4], '.');
	if (dot != NULL) {
		*dot++ = '\0';
		if (xinetd_group(facts, dot) == NETDB_MISSING)
			return "its group is not in /etc/group";
	}
	if (xinetd_user(facts, fields[4]) == NETDB_MISSING)
		return "its user is not in /etc/passwd";
	if (strcasecmp(fields[5], "internal") == 0) {
		static const char *const twins[] = { "time", "daytime", "chargen", "echo",
			NULL };
		service->types |= XINETD_INTERNAL;
		if (strcasecmp(service->name, "discard") == 0)
			return "discard is not supported here";
		service->has_no_id = true;
		for (size_t i = 0; twins[i] != NULL; i++)
			if (strcasecmp(service->name, twins[i]) == 0) {
				service->has_no_id = false;
				free(service->id); /* by the protocol's name, never
						      "stream" */
				service->id = memory_printf("%s-dgram", twins[i]);
			}
	} else {
		service->flags |= XINETD_NAMEINARGS;
		service->specified |= BIT(XINETD_SERVER) | BIT(XINETD_SERVER_ARGS);
	}
	service->specified |= BIT(XINETD_PROTOCOL) | BIT(XINETD_USER) |
		BIT(XINETD_SOCKET_TYPE) | BIT(XINETD_WAIT);
	return NULL;
}

static void
read_line(const struct xinetd_facts *facts, struct xinetd_conf *conf,
	const struct file *file, size_t offset, char *line, size_t number)
{
	char *fields[FIELDS_MAX], *rest = NULL;
	size_t count = 0;
	for (char *word = strtok_r(line, " \t", &rest);
		word != NULL && count < FIELDS_MAX; word = strtok_r(NULL, " \t", &rest))
		fields[count++] = word;
	if (count == 0)
		return;
	autofree char *name = memory_copy(fields[0], strcspn(fields[0], "/"));
	struct xinetd_service *service = xinetd_conf_add(conf, file, offset, name);
	service->from_inetd = true;
	service->number = number;
	if (count < FIELDS_MAX) {
		static const char text[] = "xinetd reads beyond a line of fewer than six "
					   "fields, and may crash";
		xinetd_conf_problem(
			conf, VERDICT_UNKNOWN, file->path, service->entry, "%s", text);
		xinetd_service_stop(service, XINETD_UNSURE, service->entry, "%s", text);
		return;
	}
	const char *why = take_fields(facts, service, fields);
	if (why != NULL)
		xinetd_service_stop(service, XINETD_STOPPED, service->entry, "%s", why);
}

void
xinetd_inetd_read(const struct xinetd_facts *facts, struct xinetd_conf *conf)
{
	const struct file *file = host_file(facts->host, "/etc/inetd.conf");
	const struct bytes text = file->bytes;
	size_t number = 0;
	if (file->state == FILE_REFUSED)
		xinetd_conf_problem(conf, VERDICT_UNKNOWN, file->path,
			(struct place){ 0 }, "%s", file->reason);
	if (file->state != FILE_READ)
		return;
	xinetd_conf_check_lines(conf, file);
	for (size_t start = 0; start < text.size;) {
		const char *line = text.data + start;
		const char *end = memchr(line, '\n', text.size - start);
		size_t length = end ? (size_t)(end - line) : text.size - start;
		autofree char *copy = memory_copy(line, length);
		if (copy[strspn(copy, " \t\v\f\r")] != '#')
			read_line(facts, conf, file, start, copy, ++number);
		start += length + 1;
	}
}
