#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"
#include "lenses/documents.h"
#include "policy/kinds/port.h"
#include "policy/models/network/nmap.h"
#include "policy/recorded.h"

enum { SHOWN = 20 }; /* findings about ports in doubt; the rest is counted */

static const struct key allow_keys[] = {
	{ .name = "port",
		.type = KEY_NUMBER,
		.required = true,
		.min = 1,
		.max = 65535,
		.help = "the port",
		.example = "110" },
	{ .name = "protocol",
		.type = KEY_CHOICE,
		.choices = nmap_protocols,
		.help = "of which protocol",
		.otherwise = "tcp" },
	{ 0 },
};

static const struct key scanned_keys[] = {
	{ .name = "ports",
		.type = KEY_TEXT,
		.required = true,
		.help = "the port, or FIRST-LAST",
		.example = "1-65535" },
	{ .name = "protocol",
		.type = KEY_CHOICE,
		.choices = nmap_protocols,
		.help = "of which protocol",
		.otherwise = "tcp" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "host",
		.type = KEY_TEXT,
		.required = true,
		.help = "the address that must have been scanned, of IPv4 or IPv6",
		.example = "192.0.2.35" },
	{ .name = "allow",
		.type = KEY_SECTION,
		.many = true,
		.none = true,
		.keys = allow_keys,
		.help = "the ports that may answer: one section or a list of them; no "
			"other may",
		.otherwise = "none" },
	{ .name = "scanned",
		.type = KEY_SECTION,
		.many = true,
		.keys = scanned_keys,
		.help = "the ports that must have been scanned: one section or a list of "
			"them; what nobody asked can't pass",
		.otherwise = "1-65535 of tcp" },
	{ 0 },
};

struct scene {
	const struct control *control;
	const struct recorded *recorded;
	struct findings *findings;
	struct nmap nmap;
};

static bool
read_range(const char *text, long *ret_low, long *ret_high)
{
	return text_range(text, 1, NMAP_PORTS - 1, ret_low, ret_high);
}

/* Whether the ports that must have been scanned hold PORT. */
static bool
is_scanned(const struct value *scanned, size_t count, const char *protocol, long port)
{
	bool is = scanned == NULL && strcmp(protocol, "tcp") == 0;
	for (size_t i = 0; i < count && !is; i++) {
		long low, high;
		is = strcmp(value_text(&scanned[i], "protocol", "tcp"), protocol) == 0 &&
			read_range(value_text(&scanned[i], "ports", ""), &low, &high) &&
			low <= port && port <= high;
	}
	return is;
}

/* What may answer and was never asked for is a slip of the pen. */
static void
validate_allow(const struct control *control, struct problems *problems)
{
	size_t scanned_count, count;
	const struct value *scanned = value_items(
				   value_find(control->keys, "scanned"), &scanned_count),
			   *allow = value_items(
				   value_find(control->keys, "allow"), &count);
	for (size_t i = 0; i < count; i++) {
		const char *protocol = value_text(&allow[i], "protocol", "tcp");
		const struct value *text = value_find(&allow[i], "port");
		long port;
		if (text_number(text->text, 1, NMAP_PORTS - 1, &port, NULL) == 0 &&
			!is_scanned(scanned, scanned_count, protocol, port))
			problems_add(problems, text->at,
				"scan.allow: port %ld/%s is none of those in 'scanned'",
				port, protocol);
	}
}

static void
validate(const struct control *control, struct problems *problems)
{
	size_t count;
	const struct value *host = value_find(control->keys, "host"),
			   *scanned = value_items(
				   value_find(control->keys, "scanned"), &count);
	if (!nmap_is_same_address(host->text, host->text))
		problems_add(problems, host->at,
			"scan.host: '%s' is no address of IPv4 or IPv6", host->text);
	for (size_t i = 0; i < count; i++) {
		const struct value *ports = value_find(&scanned[i], "ports");
		long low, high;
		if (!read_range(ports->text, &low, &high))
			problems_add(problems, ports->at,
				"scan.scanned.ports: '%s' is no port and no FIRST-LAST",
				ports->text);
	}
	validate_allow(control, problems);
}

static struct finding *
unknown(struct scene *scene, uint32_t at, const char *subject, const char *why)
{
	struct finding *finding = findings_add(
		scene->findings, VERDICT_UNKNOWN, "%s", subject);
	const struct file *file = &scene->recorded->file;
	finding_why(finding, "%s", why);
	if (at != DOCUMENT_NOWHERE && at <= file->bytes.size)
		finding_evidence(finding, file, at);
	else
		finding_evidence_file(finding, file->path);
	return finding;
}

/* --- what the scan is worth ---------------------------------------------------------
 */

/* The day of TIME, seconds since the epoch, in UTC; "" when it is none. */
static void
day_of(long seconds, char ret_day[16])
{
	time_t moment = (time_t)seconds;
	struct tm parts;
	ret_day[0] = '\0';
	if (seconds < 0 || gmtime_r(&moment, &parts) == NULL || parts.tm_year < 70 ||
		parts.tm_year > 8099 || strftime(ret_day, 16, "%Y-%m-%d", &parts) == 0)
		ret_day[0] = '\0';
}

/* The policy says the day for a reader; nmap wrote it too, by a clock in another zone
 * perhaps. */
static void
judge_date(struct scene *scene)
{
	char first[16], last[16];
	const char *stated = scene->recorded->date;
	day_of(scene->nmap.begin, first);
	day_of(scene->nmap.end, last);
	if (*first != '\0' && *last != '\0' && recorded_age(first, stated) >= -1 &&
		recorded_age(last, stated) <= 1)
		return;
	autofree char *why = memory_printf("nmap says that it ran %s%s%s%s, and the "
					   "evidence is dated %s",
		*first != '\0' ? "from " : "at no time that is understood", first,
		*last != '\0' ? " to " : "", last, stated);
	unknown(scene, DOCUMENT_NOWHERE, "the day of the scan", why);
}

static void
judge_range(struct scene *scene, const char *protocol, long low, long high)
{
	long missing;
	autofree char *subject = low == high
		? memory_printf("port %ld/%s", low, protocol)
		: memory_printf("ports %ld-%ld/%s", low, high, protocol);
	if (nmap_scanned(&scene->nmap, protocol, low, high, &missing)) {
		struct finding *finding = findings_add(
			scene->findings, VERDICT_PASS, "%s", subject);
		finding_have(finding, "scanned");
		finding_evidence(finding, &scene->recorded->file, scene->nmap.scan_at);
		return;
	}
	autofree char *why = memory_printf(
		"the scan did not ask port %ld of %s, or not in a way that finds out who "
		"serves",
		missing, protocol);
	unknown(scene, DOCUMENT_NOWHERE, subject, why);
}

static void
judge_ranges(struct scene *scene)
{
	size_t count;
	const struct value *scanned = value_items(
		value_find(scene->control->keys, "scanned"), &count);
	if (scanned == NULL)
		judge_range(scene, "tcp", 1, NMAP_PORTS - 1);
	for (size_t i = 0; i < count; i++) {
		long low, high;
		if (read_range(value_text(&scanned[i], "ports", ""), &low, &high))
			judge_range(scene, value_text(&scanned[i], "protocol", "tcp"),
				low, high);
	}
}

/* With -Pn a host that is away looks like one behind a filter that drops everything. */
static void
judge_presence(struct scene *scene)
{
	const struct nmap *nmap = &scene->nmap;
	bool answered = !nmap->is_assumed_up;
	for (size_t i = 0; i < nmap->count; i++)
		answered = answered ||
			(nmap->ports[i].count > 0 &&
				(nmap->ports[i].answer == NMAP_OPEN ||
					strcmp(nmap->ports[i].state, "closed") == 0 ||
					strcmp(nmap->ports[i].state, "unfiltered") == 0));
	if (!answered)
		unknown(scene, nmap->host_at, "the host",
			"nothing of it answered, and nobody asked whether it is there "
			"(-Pn)");
}

/* --- what answers --------------------------------------------------------------------
 */

static bool
is_allowed(const struct control *control, const struct nmap_port *port)
{
	size_t count;
	const struct value *allow = value_items(
		value_find(control->keys, "allow"), &count);
	for (size_t i = 0; i < count; i++)
		if (port_is_meant(&allow[i], port->port, port->protocol))
			return true;
	return false;
}

static void
judge_open(struct scene *scene, const struct nmap_port *port)
{
	bool allowed = is_allowed(scene->control, port);
	struct finding *finding = findings_add(scene->findings,
		allowed ? VERDICT_PASS : VERDICT_FAIL, "port %ld/%s", port->port,
		port->protocol);
	finding_have(finding, "answers%s%s%s", *port->service != '\0' ? " (" : "",
		port->service, *port->service != '\0' ? ")" : "");
	finding_want(finding, allowed ? "may answer" : "does not answer");
	if (!allowed)
		finding_why(finding, "the policy does not name this port");
	finding_evidence(finding, &scene->recorded->file, port->at);
}

static void
judge_doubt(struct scene *scene, const struct nmap_port *port)
{
	if (port->count == 0 || (port->port >= 0 && is_allowed(scene->control, port)))
		return;
	autofree char *subject = port->port < 0
		? memory_printf("%ld ports", port->count)
		: memory_printf("port %ld/%s", port->port, port->protocol);
	autofree char *why = memory_printf(
		"nmap says %s: it may answer, and it may not", port->state);
	unknown(scene, port->at, subject, why);
}

static void
judge_ports(struct scene *scene)
{
	const struct nmap *nmap = &scene->nmap;
	size_t doubts = 0;
	for (size_t i = 0; i < nmap->count; i++) {
		const struct nmap_port *port = &nmap->ports[i];
		/* -sO asks for protocols above IP: those are no ports */
		if (strcmp(port->protocol, "ip") == 0)
			continue;
		if (port->answer == NMAP_OPEN && port->port >= 0)
			judge_open(scene, port);
		else if (port->answer != NMAP_SILENT && doubts++ < SHOWN)
			judge_doubt(scene, port);
	}
	if (doubts > SHOWN) {
		autofree char *subject = memory_printf("%zu ports more", doubts - SHOWN);
		unknown(scene, DOCUMENT_NOWHERE, subject,
			"it can't be told whether they answer");
	}
}

static void
judge(struct scene *scene, const struct document *document)
{
	struct nmap *nmap = &scene->nmap;
	if (document->problem != NULL) {
		autofree char *why = memory_printf(
			"the evidence is no XML: %s", document->problem);
		unknown(scene, document->problem_at, "the scan", why);
		return;
	}
	nmap_read(document, value_text(scene->control->keys, "host", ""), nmap);
	if (nmap->problem != NULL) {
		unknown(scene, nmap->problem_at, "the scan", nmap->problem);
	} else {
		judge_date(scene);
		judge_presence(scene);
		judge_ranges(scene);
	}
	/* what is known to answer does so, whatever else is not known */
	judge_ports(scene);
	nmap_free(nmap);
}

static void
want(const struct control *control, struct documents *documents)
{
	(void)control;
	documents_want_xml(documents);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct recorded recorded;
	const struct document *document;
	struct error err = ERROR_INIT;
	recorded_read(control, &recorded);
	struct scene scene = { control, &recorded, findings, { 0 } };
	if (recorded.state != RECORDED_READ) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "the scan");
		finding_why(finding, "%s", recorded.reason);
	} else if (documents_xml(parser_documents(context->parser), recorded.file.bytes,
			   file_sha256(&recorded.file), &document, &err) < 0) {
		unknown(&scene, DOCUMENT_NOWHERE, "the scan", err.text);
	} else {
		judge(&scene, document);
	}
	error_clear(&err);
	recorded_free(&recorded);
}

const struct kind kind_scan = {
	.name = "scan",
	.summary = "which ports a scan with nmap found",
	.keys = keys,
	.evidence =
		"nmap -n -p 1-65535 -oX FILE HOST, from where the ports must not answer",
	.by_hand = "from where the ports must not answer: `nmap -n -p 1-65535 -oX "
		   "scan.xml {host}`, with `-6` for an address of IPv6, and `-sU` for "
		   "ports of udp (as root; `-sS -sU` for those of tcp as well)\n"
		   "in place of 1-65535 the ports that are asked for under scanned, "
		   "where some are",
	.validate = validate,
	.want = want,
	.check = check,
};
