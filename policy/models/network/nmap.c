#include "policy/models/network/nmap.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

const char *const nmap_protocols[] = { "tcp", "udp", "sctp", NULL };

struct reader {
	const struct document *document;
	struct nmap *nmap;
};

static void
problem(struct reader *reader, uint32_t at, const char *text)
{
	if (reader->nmap->problem != NULL)
		return;
	reader->nmap->problem = text;
	reader->nmap->problem_at = at;
}

/* The attribute NAME, with its @, of the element at INDEX; "" when there is none. */
static const char *
attribute(const struct reader *reader, size_t index, const char *name)
{
	size_t i = document_child(reader->document, index, name);
	const char *value = i < reader->document->count ? reader->document->nodes[i].value
							: NULL;
	return value != NULL ? value : "";
}

static long
number(const struct reader *reader, size_t index, const char *name, long max)
{
	long value = -1;
	text_number(attribute(reader, index, name), 0, max, &value, NULL);
	return value;
}

static bool
is_named(const struct reader *reader, size_t index, const char *label)
{
	return strcmp(reader->document->nodes[index].label, label) == 0;
}

static uint32_t
place(const struct reader *reader, size_t index)
{
	return reader->document->nodes[index].start;
}

bool
nmap_is_same_address(const char *a, const char *b)
{
	static const int families[] = { AF_INET, AF_INET6 };
	for (size_t i = 0; i < 2; i++) {
		unsigned char first[16] = { 0 }, second[16] = { 0 };
		if (inet_pton(families[i], a, first) == 1 &&
			inet_pton(families[i], b, second) == 1)
			return memcmp(first, second, sizeof first) == 0;
	}
	return false;
}

/* --- what was asked ------------------------------------------------------------------
 */

static int
protocol_index(const char *name)
{
	for (int i = 0; i < NMAP_PROTOCOLS; i++)
		if (strcmp(nmap_protocols[i], name) == 0)
			return i;
	return -1;
}

/* Marks "22,80,1000-2000". Returns false when it is none. */
static bool
mark(unsigned char *scanned, const char *services)
{
	autofree char *copy = memory_text(services);
	char *rest = copy;
	for (char *item; *services != '\0' && (item = strsep(&rest, ",")) != NULL;) {
		long low, high;
		if (!text_range(item, 0, NMAP_PORTS - 1, &low, &high))
			return false;
		memset(scanned + low, 1, (size_t)(high - low) + 1);
	}
	return true;
}

/* A scan that finds out whether somebody serves, by what nmap calls its type. The others
 * tell of packet filters (-sA) or take silence for an open port (-sN, -sF, -sX, -sM). */
static bool
finds_services(const char *type)
{
	return strcmp(type, "connect") == 0 || strcmp(type, "syn") == 0 ||
		strcmp(type, "udp") == 0 || strcmp(type, "sctpinit") == 0;
}

static void
read_asked(struct reader *reader, size_t index)
{
	int protocol = protocol_index(attribute(reader, index, "@protocol"));
	long count = number(reader, index, "@numservices", LONG_MAX / NMAP_PORTS);
	reader->nmap->scan_at = place(reader, index);
	reader->nmap->asked += count > 0 ? count : 0;
	if (protocol < 0 || !finds_services(attribute(reader, index, "@type")))
		return;
	if (!mark(reader->nmap->scanned + (size_t)protocol * NMAP_PORTS,
		    attribute(reader, index, "@services")))
		problem(reader, place(reader, index),
			"it can't be told which ports were scanned");
}

bool
nmap_scanned(const struct nmap *nmap, const char *protocol, long low, long high,
	long *ret_missing)
{
	int index = protocol_index(protocol);
	for (long port = low; port <= high; port++)
		if (index < 0 || nmap->scanned[(long)index * NMAP_PORTS + port] == 0) {
			*ret_missing = port;
			return false;
		}
	return true;
}

/* --- what was answered ---------------------------------------------------------------
 */

static enum nmap_answer
answer_of(const char *state)
{
	if (strcmp(state, "open") == 0)
		return NMAP_OPEN;
	return strcmp(state, "closed") == 0 || strcmp(state, "filtered") == 0 ||
			strcmp(state, "closed|filtered") == 0
		? NMAP_SILENT
		: NMAP_DOUBTFUL;
}

static void
add_port(struct reader *reader, struct nmap_port port)
{
	struct nmap *nmap = reader->nmap;
	port.answer = answer_of(port.state);
	nmap->ports = memory_grow(nmap->ports, nmap->count, sizeof *nmap->ports);
	nmap->ports[nmap->count++] = port;
}

/* <port protocol="tcp" portid="22"><state state="open"/><service name="ssh"/></port> */
static void
read_port(struct reader *reader, size_t index)
{
	size_t count = reader->document->count;
	size_t state = document_child(reader->document, index, "state"),
	       service = document_child(reader->document, index, "service");
	long port = number(reader, index, "@portid", NMAP_PORTS - 1);
	if (port < 0 || state == count) {
		problem(reader, place(reader, index), "a port is not understood");
		return;
	}
	add_port(reader,
		(struct nmap_port){
			.protocol = attribute(reader, index, "@protocol"),
			.port = port,
			.count = 1,
			.state = attribute(reader, state, "@state"),
			.service = service < count ? attribute(reader, service, "@name")
						   : "",
			.at = place(reader, index),
		});
}

/* <extraports state="closed" count="65534">: ports that nmap does not list one by one. */
static void
read_others(struct reader *reader, size_t index)
{
	long count = number(reader, index, "@count", LONG_MAX / NMAP_PORTS);
	if (count < 0) {
		problem(reader, place(reader, index),
			"a number of ports is not understood");
		return;
	}
	add_port(reader,
		(struct nmap_port){
			.protocol = "",
			.port = -1,
			.count = count,
			.state = attribute(reader, index, "@state"),
			.service = "",
			.at = place(reader, index),
		});
}

static void
read_ports(struct reader *reader, size_t index)
{
	size_t end = document_end(reader->document, index);
	uint32_t depth = reader->document->nodes[index].depth + 1;
	for (size_t i = index + 1; i < end; i++) {
		if (reader->document->nodes[i].depth != depth)
			continue;
		if (is_named(reader, i, "port"))
			read_port(reader, i);
		else if (is_named(reader, i, "extraports"))
			read_others(reader, i);
	}
}

static bool
is_host(const struct reader *reader, size_t index, const char *address)
{
	size_t end = document_end(reader->document, index);
	uint32_t depth = reader->document->nodes[index].depth + 1;
	for (size_t i = index + 1; i < end; i++)
		if (reader->document->nodes[i].depth == depth &&
			is_named(reader, i, "address") &&
			nmap_is_same_address(address, attribute(reader, i, "@addr")))
			return true;
	return false;
}

static void
read_host(struct reader *reader, size_t index)
{
	const struct document *document = reader->document;
	size_t status = document_child(document, index, "status"),
	       ports = document_child(document, index, "ports");
	uint32_t at = reader->nmap->host_at = place(reader, index);
	if (status == document->count ||
		strcmp(attribute(reader, status, "@state"), "up") != 0)
		problem(reader, at, "the host was not up when it was scanned");
	else if (strcmp(attribute(reader, index, "@timedout"), "true") == 0)
		problem(reader, at, "nmap gave the host up before it was done");
	else if (ports == document->count)
		problem(reader, at, "no port of the host was scanned");
	else
		read_ports(reader, ports);
	if (status < document->count)
		reader->nmap->is_assumed_up = strcmp(attribute(reader, status, "@reason"),
						      "user-set") == 0;
}

/* <runstats><finished time="..." exit="success"/></runstats>, which is written last. */
static void
read_end(struct reader *reader, size_t index)
{
	size_t finished = document_child(reader->document, index, "finished");
	if (finished == reader->document->count)
		return;
	reader->nmap->end = number(reader, finished, "@time", LONG_MAX / 2);
	if (strcmp(attribute(reader, finished, "@exit"), "success") != 0)
		problem(reader, place(reader, finished), "the scan failed");
}

/* Whether each port that was asked about is told of: with --open some are not. */
static void
check_count(struct reader *reader)
{
	struct nmap *nmap = reader->nmap;
	long told = 0;
	for (size_t i = 0; i < nmap->count; i++)
		told += nmap->ports[i].count;
	if (told != nmap->asked)
		problem(reader, nmap->host_at,
			"it does not tell of each port that was scanned (as with "
			"--open)");
}

/* Options of nmap(1) after which a port's silence says nothing of who serves there:
 * probes that a sound host drops, that die on the way, or whose answers go to another. */
static const struct {
	const char *name;
	size_t least; /* getopt_long_only(3) takes so short a beginning of it */
	const char *problem;
} senseless[] = {
	{ "scanflags", 5,
		"nmap ran with --scanflags: its probes are no attempts to connect" },
	{ "badsum", 2, "nmap ran with --badsum: no host answers its probes" },
	{ "ttl", 2, "nmap ran with --ttl: its probes may die on their way" },
	{ "ip-options", 4, "nmap ran with --ip-options: its probes may be dropped" },
	{ "proxies", 3, "nmap ran with --proxies: another host was asked" },
	{ "spoof-mac", 2, "nmap ran with --spoof-mac: the answers went elsewhere" },
	{ "mtu", 2, "nmap ran with --mtu: its probes may be dropped" },
	{ "ff", 1, "nmap ran with -f: its probes may be dropped" },
	{ "S", 1, /* -S192.0.2.1 too */
		"nmap ran with -S: the answers went to another host" },
};

/* Whether WORD of SIZE bytes is NAME or a beginning of it of LEAST bytes. */
static bool
is_option(const char *word, size_t size, const char *name, size_t least)
{
	return size >= least && strncmp(word, name, strnlen(name, size)) == 0;
}

/* What nmap's command line says of the worth of its answers. Source: nmap.cc, which reads
 * it by getopt_long_only(3): one dash or two, any unambiguous beginning. */
static void
check_options(struct reader *reader)
{
	autofree char *args = memory_text(attribute(reader, 0, "@args"));
	char *rest = args;
	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		size_t dashes = strspn(word, "-"), size = strcspn(word + dashes, "=");
		for (size_t i = 0; dashes > 0 && i < sizeof senseless / sizeof *senseless;
			i++)
			if (is_option(word + dashes, size, senseless[i].name,
				    senseless[i].least))
				problem(reader, DOCUMENT_NOWHERE, senseless[i].problem);
		const char *value = word[dashes + size] == '=' ? word + dashes + size + 1
			: rest != NULL                         ? rest
							       : "";
		/* nmap(1): only where missed ports are acceptable */
		if (dashes > 0 && is_option(word + dashes, size, "max-retries", 6) &&
			*value == '0' && strchr(" ", value[1]) != NULL)
			problem(reader, DOCUMENT_NOWHERE,
				"nmap ran with --max-retries 0: a packet that is lost "
				"looks like a filter");
	}
}

static void
read_all(struct reader *reader, const char *address)
{
	const struct document *document = reader->document;
	struct nmap *nmap = reader->nmap;
	size_t hosts = 0;
	for (size_t i = 1; i < document->count; i = document_end(document, i)) {
		if (is_named(reader, i, "scaninfo")) {
			read_asked(reader, i);
		} else if (is_named(reader, i, "runstats")) {
			read_end(reader, i);
		} else if (is_named(reader, i, "host") && is_host(reader, i, address)) {
			if (hosts++ == 0)
				read_host(reader, i);
		}
	}
	if (nmap->end < 0)
		problem(reader, DOCUMENT_NOWHERE, "the scan did not end");
	if (hosts == 0)
		problem(reader, DOCUMENT_NOWHERE, "it does not tell of the host");
	else if (hosts > 1)
		problem(reader, nmap->host_at, "it tells of the host more than once");
	else
		check_count(reader);
}

void
nmap_read(const struct document *document, const char *address, struct nmap *ret_nmap)
{
	struct reader reader = { document, ret_nmap };
	*ret_nmap = (struct nmap){ .end = -1 };
	ret_nmap->scanned = memory_new(NMAP_PROTOCOLS, NMAP_PORTS);
	if (document->count == 0 || !is_named(&reader, 0, "nmaprun") ||
		strcmp(attribute(&reader, 0, "@scanner"), "nmap") != 0) {
		problem(&reader, DOCUMENT_NOWHERE, "nmap did not write it (-oX)");
		return;
	}
	ret_nmap->begin = number(&reader, 0, "@start", LONG_MAX / 2);
	check_options(&reader);
	read_all(&reader, address);
}

void
nmap_free(struct nmap *nmap)
{
	free(nmap->scanned);
	free(nmap->ports);
	*nmap = (struct nmap){ 0 };
}
