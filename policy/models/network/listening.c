#include "policy/models/network/listening.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/live_ports.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/models/network/netdb.h"

enum { WORDS_MAX = 16, LISTENERS_MAX = 100000 };

/* Names of loopback addresses as Linux systems have them; netstat(8) cuts long ones. */
static bool
is_loopback_name(const char *name)
{
	static const char *const names[] = { "localhost.localdomain",
		"localhost4.localdomain4", "localhost6.localdomain6", "ip6-localhost",
		"ip6-loopback" };
	size_t length = strlen(name);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (length >= strcspn(names[i], ".") &&
			strncmp(name, names[i], length) == 0)
			return true;
	return false;
}

static bool
is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, address, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6) ||
			(IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
	return is_loopback_name(address);
}

static bool
is_every(const char *address)
{
	return strcmp(address, "*") == 0 || strcmp(address, "0.0.0.0") == 0 ||
		strcmp(address, "::") == 0 || strcmp(address, "[::]") == 0 ||
		address[0] == '\0';
}

static struct listener *
add(struct listening *listening)
{
	listening->items = memory_grow(
		listening->items, listening->count, sizeof *listening->items);
	struct listener *listener = &listening->items[listening->count++];
	*listener = (struct listener){ 0 };
	return listener;
}

/* --- asked ---------------------------------------------------------------------------
 */

static void
add_live(struct listening *listening, const struct live_port *port)
{
	char address[INET6_ADDRSTRLEN] = "*";
	autobuffer struct buffer programs = { 0 };
	if (inet_ntop(port->family, port->address, address, sizeof address) == NULL ||
		is_every(address))
		strcpy(address, "*");
	for (size_t i = 0; i < port->program_count; i++)
		buffer_printf(&programs, "%s%s", i > 0 ? "," : "", port->programs[i]);
	buffer_text(&programs, "");
	*add(listening) = (struct listener){
		.is_udp = port->protocol == IPPROTO_UDP,
		.port = port->port,
		.address = memory_text(address),
		.on_loopback = is_loopback(address),
		.programs = buffer_take(&programs),
	};
}

static void
ask(struct listening *listening)
{
	struct live_port *ports;
	size_t count;
	struct error err = ERROR_INIT;
	if (live_ports(&ports, &count, &err) < 0)
		listening->problem = memory_text(err.text);
	for (size_t i = 0; i < count && listening->problem == NULL; i++)
		add_live(listening, &ports[i]);
	listening->has_open[false] = listening->has_open[true] = true;
	live_ports_free(ports, count);
	error_clear(&err);
}

/* --- recorded ------------------------------------------------------------------------
 */

/* One line of the recorded file, cut into words. */
struct row {
	char *text;
	char *words[WORDS_MAX];
	size_t count;
};

static void
cut(struct bytes line, struct row *ret_row)
{
	char *rest = NULL;
	ret_row->text = memory_copy(line.data, line.size);
	ret_row->count = 0;
	for (char *word = strtok_r(ret_row->text, " \t\r", &rest);
		word != NULL && ret_row->count < WORDS_MAX;
		word = strtok_r(NULL, " \t\r", &rest))
		ret_row->words[ret_row->count++] = word;
}

/* The names in ss's users:(("sshd",pid=1,fd=3),...), TEXT being what follows users:. A
 * process chooses its name, which may hold all but a NUL: false for what could be read
 * in another way. */
static bool
add_users(const char *text, struct buffer *names)
{
	static const char numbers[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ=,_:.-";
	for (char before = '('; *text == before; before = ',') {
		const char *name = text + 3, *end;
		if (strncmp(text + 1, "(\"", 2) != 0 || (end = strchr(name, '"')) == NULL)
			return false;
		size_t length = strspn(end + 1, numbers);
		if (end[1] != ',' || end[1 + length] != ')')
			return false;
		buffer_printf(names, "%s%.*s", names->size > 0 ? "," : "",
			(int)(end - name), name);
		text = end + 1 + length + 1;
	}
	return *text == ')' && (text[1] == '\0' || strchr(" \t\r", text[1]) != NULL);
}

/* Who holds the socket of LINE, by ss's users: or netstat's PID/Program, which is among
 * the words from FIRST on. */
static char *
programs_in(struct bytes line, const struct row *row, size_t first)
{
	autobuffer struct buffer names = { 0 };
	autofree char *text = memory_copy(line.data, line.size);
	const char *users = strstr(text, "users:");
	buffer_text(&names, "");
	if (users != NULL)
		return add_users(users + 6, &names) ? buffer_take(&names)
						    : memory_text("");
	for (size_t i = first; i < row->count; i++) {
		char *word = row->words[i], *end;
		if (strtol(word, &end, 10) > 0 && *end == '/')
			buffer_printf(&names, "%s%.*s", names.size > 0 ? "," : "",
				(int)strcspn(end + 1, ":"), end + 1);
	}
	return buffer_take(&names);
}

/* Splits "ADDRESS:PORT", "[::1]:PORT", "*:smtp", "127.0.0.1%lo:53" in place. */
static bool
take_endpoint(char *word, const struct netdb *services, struct listener *listener)
{
	char *colon = strrchr(word, ':');
	struct error ignored = ERROR_INIT;
	if (colon == NULL || colon[1] == '\0')
		return false;
	*colon = '\0';
	char *address = word;
	size_t length = strlen(address);
	if (address[0] == '[' && length > 1 && address[length - 1] == ']') {
		address[length - 1] = '\0';
		address++;
	}
	address[strcspn(address, "%")] = '\0';
	listener->address = memory_text(is_every(address) ? "*" : address);
	listener->on_loopback = is_loopback(address);
	if (text_number(colon + 1, 0, 65535, &listener->port, &ignored) == 0)
		return true;
	error_clear(&ignored);
	listener->name = memory_text(colon + 1);
	if (netdb_find(services, colon + 1, listener->is_udp ? "udp" : "tcp",
		    &listener->port) != NETDB_FOUND)
		listener->port = -1;
	return true;
}

/* Words that begin lines which say nothing of ports. */
static bool
is_heading(const struct row *row)
{
	static const char *const words[] = { "Active", "Proto", "Netid", "State", "unix",
		"raw", "raw6", "#" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(row->words[0], words[i]) == 0)
			return true;
	return false;
}

static bool
is_nobody(const char *peer)
{
	size_t length = strlen(peer);
	return length > 2 && strcmp(peer + length - 2, ":*") == 0;
}

/* netstat: Proto Recv-Q Send-Q Local Foreign [State] ...; ss: [Netid] State Recv-Q Send-Q
 * Local Peer [Process]. *ret_local is where the local address stands; false for a line of
 * neither. *ret_listens: of a socket that waits for anybody. */
static bool
read_form(const struct row *row, bool *ret_udp, size_t *ret_local, bool *ret_listens)
{
	const char *first = row->words[0];
	bool tcp = strncmp(first, "tcp", 3) == 0, udp = strncmp(first, "udp", 3) == 0;
	size_t state = tcp || udp ? 1 : 0;
	struct error ignored = ERROR_INIT;
	long number;
	*ret_udp = udp;
	if ((tcp || udp) && row->count >= 5 &&
		text_number(row->words[1], 0, 1L << 40, &number, &ignored) == 0) {
		*ret_local = 3;
		*ret_listens = udp
			? is_nobody(row->words[4])
			: row->count > 5 && strcmp(row->words[5], "LISTEN") == 0;
		return true;
	}
	error_clear(&ignored);
	if (row->count < state + 5 ||
		strspn(row->words[state], "ABCDEFGHIJKLMNOPQRSTUVWXYZ-12") !=
			strlen(row->words[state]))
		return false;
	bool unconnected = strcmp(row->words[state], "UNCONN") == 0;
	*ret_udp = udp || (!tcp && unconnected);
	*ret_local = state + 3;
	*ret_listens = *ret_udp ? unconnected && is_nobody(row->words[state + 4])
				: strcmp(row->words[state], "LISTEN") == 0;
	return true;
}

static void
take_line(const struct file *file, size_t offset, const struct netdb *services,
	struct listening *listening)
{
	struct row row;
	struct listener listener = { .place = { file, offset } };
	bool listens = false;
	size_t local = 0;
	struct bytes line = bytes_line(file->bytes, offset);
	cut(line, &row);
	if (row.count == 0 || is_heading(&row)) {
		free(row.text);
		return;
	}
	bool known = read_form(&row, &listener.is_udp, &local, &listens);
	listening->has_open[listener.is_udp] |= known && listens;
	if (known && listens && take_endpoint(row.words[local], services, &listener)) {
		listener.programs = programs_in(line, &row, local + 2);
		*add(listening) = listener;
	} else if (!known || listens) {
		listening->strange = memory_grow(listening->strange,
			listening->strange_count, sizeof *listening->strange);
		listening->strange[listening->strange_count++] = listener.place;
	}
	free(row.text);
}

static void
read_recorded(const struct context *context, const struct file *file,
	struct listening *listening)
{
	const struct netdb *services = netdb_of(context->host, "services");
	const char *data = file->bytes.data;
	for (size_t at = 0; at < file->bytes.size && listening->count < LISTENERS_MAX;) {
		const char *end = memchr(data + at, '\n', file->bytes.size - at);
		take_line(file, at, services, listening);
		at = end != NULL ? (size_t)(end - data) + 1 : file->bytes.size;
	}
	if (listening->count == LISTENERS_MAX)
		listening->problem = memory_text("the recorded list has no end");
}

void
listening_read(const struct context *context, const struct recorded *recorded,
	struct listening *ret_listening)
{
	*ret_listening = (struct listening){ 0 };
	if (host_is_live(context->host))
		ask(ret_listening);
	else if (recorded->state == RECORDED_READ)
		read_recorded(context, &recorded->file, ret_listening);
	else
		ret_listening->problem = memory_text(recorded->reason);
}

void
listening_free(struct listening *listening)
{
	for (size_t i = 0; i < listening->count; i++) {
		free(listening->items[i].address);
		free(listening->items[i].programs);
		free(listening->items[i].name);
	}
	free(listening->items);
	free(listening->strange);
	free(listening->problem);
	*listening = (struct listening){ 0 };
}
