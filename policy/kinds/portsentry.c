#include "policy/models/network/portsentry.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/condition.h"
#include "policy/kinds/kind.h"
#include "policy/models/network/portsentry_start.h"
#include "policy/models/system/processes.h"

static const char default_config[] = "/etc/portsentry/portsentry.conf";

static const char *const tcp_modes[] = { "tcp", "stcp", "atcp", NULL };
static const char *const udp_modes[] = { "udp", "sudp", "audp", NULL };
static const char *const starts[] = { "boot", "now", NULL };

static const struct key keys[] = {
	{ .name = "tcp",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = tcp_modes,
		.help = "in which modes it may watch TCP; one of them is there",
		.otherwise = "it needn't",
		.example = "[stcp, atcp]" },
	{ .name = "udp",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = udp_modes,
		.help = "the same of UDP",
		.otherwise = "it needn't",
		.example = "[sudp, audp]" },
	{ .name = "start",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = starts,
		.help = "when it is there: started at boot, running now",
		.otherwise = "[boot, now]" },
	{ .name = "tcp-ports",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "which TCP ports it watches: numbers and FIRST-LAST; needs tcp",
		.example = "[1, 11, 15-79]" },
	{ .name = "udp-ports",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "the same of UDP; needs udp",
		.example = "[1, 7, 9]" },
	{ .name = "settings",
		.type = KEY_SETTINGS,
		.choices = portsentry_names,
		.help = "what options of its configuration are; an unset one is empty, "
			"or its default",
		.example = "{ BLOCK_TCP: 0, BLOCK_UDP: 0 }" },
	{ .name = "config",
		.type = KEY_TEXT,
		.help = "its configuration",
		.otherwise = "/etc/portsentry/portsentry.conf" },
	{ 0 },
};

/* One of the two protocols, as the policy asks for it. */
static const struct protocol {
	const char *name, *modes, *ports;
	enum portsentry_mode first, last;
} protocols[] = {
	{ "TCP", "tcp", "tcp-ports", PORTSENTRY_TCP, PORTSENTRY_ATCP },
	{ "UDP", "udp", "udp-ports", PORTSENTRY_UDP, PORTSENTRY_AUDP },
};

enum { PROTOCOLS = sizeof protocols / sizeof *protocols };

static bool
read_range(const char *text, long *ret_first, long *ret_last)
{
	return text_range(text, 1, PORTSENTRY_PORTS - 1, ret_first, ret_last);
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *config = value_find(control->keys, "config");
	bool asks = value_find(control->keys, "settings") != NULL;
	if (config != NULL && config->text[0] != '/')
		problems_add(problems, config->at,
			"portsentry.config: '%s' is no absolute path", config->text);
	for (size_t i = 0; i < PROTOCOLS; i++) {
		const struct protocol *protocol = &protocols[i];
		const struct value *modes = value_find(control->keys, protocol->modes),
				   *ports = value_find(control->keys, protocol->ports);
		asks = asks || modes != NULL;
		if (ports != NULL && modes == NULL && !control->is_partial)
			problems_add(problems, ports->at, "portsentry.%s needs '%s'",
				protocol->ports, protocol->modes);
		for (size_t k = 0; ports != NULL && k < ports->count; k++) {
			long first, last;
			if (!read_range(ports->items[k].text, &first, &last))
				problems_add(problems, ports->items[k].at,
					"portsentry.%s: '%s' is no port and no "
					"FIRST-LAST",
					protocol->ports, ports->items[k].text);
		}
	}
	if (!asks)
		problems_add(problems, control->section_at,
			"portsentry: none of 'tcp', 'udp' and 'settings' is there");
}

/* --- starts --------------------------------------------------------------------------
 */

/* WHEN is "at boot", or as recorded_when has it. */
static void
judge_modes(const struct control *control, const struct protocol *protocol,
	const char *when, const struct portsentry_modes *modes, struct findings *findings)
{
	const struct value *wanted = value_find(control->keys, protocol->modes);
	enum portsentry_mode good = PORTSENTRY_MODES, other = PORTSENTRY_MODES;
	for (enum portsentry_mode mode = protocol->first; mode <= protocol->last; mode++)
		if (modes->has[mode])
			*(value_lists(wanted, portsentry_modes[mode]) ? &good
								      : &other) = mode;
	bool is_good = good != PORTSENTRY_MODES;
	enum portsentry_mode shown = is_good ? good : other;
	autofree char *want = value_join(wanted);
	struct finding *finding = findings_add(findings,
		is_good                     ? VERDICT_PASS
			: modes->is_unknown ? VERDICT_UNKNOWN
					    : VERDICT_FAIL,
		"%s %s", protocol->name, when);
	finding_want(finding, "%s%s", wanted->count > 1 ? "one of " : "", want);
	if (shown != PORTSENTRY_MODES)
		finding_have(finding, "%s", portsentry_modes[shown]);
	else if (!modes->is_unknown)
		finding_have(finding, "not watched");
	if (shown != PORTSENTRY_MODES && modes->places[shown].file != NULL)
		finding_evidence(
			finding, modes->places[shown].file, modes->places[shown].offset);
	else if (modes->none_file != NULL && !is_good)
		finding_evidence_file(finding, modes->none_file);
	if (!is_good && (shown == PORTSENTRY_MODES || modes->is_unknown))
		finding_why(finding, "%s", modes->none);
}

/* --- ports ---------------------------------------------------------------------------
 */

static void
add_range(struct buffer *text, long first, long last)
{
	if (text->size > 200)
		return;
	buffer_printf(text, "%s%ld", text->size > 0 ? ", " : "", first);
	if (last > first)
		buffer_printf(text, "-%ld", last);
	if (text->size > 200)
		buffer_text(text, ", ...");
}

/* The wanted ports that are not watched, as text; *ret_wanted is how many are wanted. */
static char *
find_gaps(const struct value *ports, const bool watched[PORTSENTRY_PORTS],
	size_t *ret_wanted)
{
	autofree bool *wanted = memory_new(PORTSENTRY_PORTS + 1, sizeof *wanted);
	autobuffer struct buffer gaps = { 0 };
	*ret_wanted = 0;
	for (size_t i = 0; i < ports->count; i++) {
		long first, last;
		if (read_range(ports->items[i].text, &first, &last))
			memset(wanted + first, true, (size_t)(last - first + 1));
	}
	long start = -1;
	for (long port = 0; port <= PORTSENTRY_PORTS; port++) {
		bool is_gap = wanted[port] && !watched[port];
		*ret_wanted += wanted[port];
		if (is_gap && start < 0)
			start = port;
		if (!is_gap && start >= 0) {
			add_range(&gaps, start, port - 1);
			start = -1;
		}
	}
	return buffer_take(&gaps);
}

static void
judge_ports(const struct control *control, const struct protocol *protocol,
	const struct portsentry *conf, enum portsentry_mode mode,
	struct findings *findings)
{
	const struct value *ports = value_find(control->keys, protocol->ports);
	autofree bool *watched = memory_new(PORTSENTRY_PORTS + 1, sizeof *watched);
	enum portsentry_name name;
	size_t wanted;
	bool goes_on = portsentry_watched(conf, mode, watched, &name);
	autofree char *gaps = find_gaps(ports, watched, &wanted);
	const struct place *place = &conf->options[name].place;
	struct finding *finding = findings_add(findings,
		!goes_on                ? VERDICT_INVALID
			: *gaps != '\0' ? VERDICT_FAIL
					: VERDICT_PASS,
		"%s", portsentry_names[name]);
	if (!goes_on)
		finding_why(finding,
			"it has no port in quotes, and portsentry -%s ends without",
			portsentry_modes[mode]);
	else if (*gaps != '\0')
		finding_have(
			finding, "-%s does not watch %s", portsentry_modes[mode], gaps);
	else
		finding_have(finding, "-%s watches all of the %zu wanted",
			portsentry_modes[mode], wanted);
	if (goes_on)
		finding_want(finding, "watched");
	if (place->file != NULL)
		finding_evidence(finding, place->file, place->offset);
	else
		finding_evidence_file(finding, conf->file->path);
}

/* Under each mode that it is in, or may be where it is in none; -tcp and -stcp have one
 * list. */
static void
judge_lists(const struct control *control, const struct protocol *protocol,
	const struct portsentry *conf, const bool found[PORTSENTRY_MODES],
	struct findings *findings)
{
	const struct value *wanted = value_find(control->keys, protocol->modes);
	bool any = false, has_list = false;
	for (enum portsentry_mode mode = protocol->first; mode <= protocol->last; mode++)
		any = any || found[mode];
	for (enum portsentry_mode mode = protocol->first; mode <= protocol->last;
		mode++) {
		bool is_advanced = mode == protocol->last;
		if ((any ? !found[mode] : !value_lists(wanted, portsentry_modes[mode])) ||
			(has_list && !is_advanced))
			continue;
		has_list = true;
		judge_ports(control, protocol, conf, mode, findings);
	}
}

/* --- the configuration ---------------------------------------------------------------
 */

static bool
numbers_are_same(const char *subject, const char *want, const char *have)
{
	(void)subject;
	return portsentry_number(want) == portsentry_number(have);
}

static void
judge_setting(const struct portsentry *conf, const struct entry *entry,
	struct findings *findings)
{
	static const struct comparison comparison = { .same = numbers_are_same };
	const struct portsentry_option *option = portsentry_option(conf, entry->key);
	if (option == NULL)
		return;
	const char *have = option->value != NULL ? option->value : "";
	autobuffer struct buffer want = { 0 };
	condition_describe(&entry->value, &want);
	struct finding *finding = findings_add(findings,
		condition_holds(&entry->value, entry->key, have,
			option->is_number ? &comparison : NULL)
			? VERDICT_PASS
			: VERDICT_FAIL,
		"%s", entry->key);
	finding_want(finding, "%s", want.data != NULL ? want.data : "");
	finding_have(finding, "%s", *have != '\0' ? have : "unset");
	if (option->lacks_quote)
		finding_why(finding, "its line has no quote, so that it does not count");
	else if (option->place.file == NULL && option->value != NULL)
		finding_why(finding, "the default; no line sets it");
	if (option->place.file != NULL)
		finding_evidence(finding, option->place.file, option->place.offset);
	else
		finding_evidence_file(finding, conf->file->path);
}

/* Whether the configuration can be read, and portsentry goes on with it. */
static bool
judge_config(const struct portsentry *conf, struct findings *findings)
{
	if (conf->problem == NULL && conf->refused == NULL)
		return true;
	struct finding *finding = findings_add(findings,
		conf->problem == NULL                      ? VERDICT_INVALID
			: conf->file->state == FILE_ABSENT ? VERDICT_FAIL
							   : VERDICT_UNKNOWN,
		"%s", conf->file->path);
	if (conf->problem != NULL)
		finding_why(finding, "%s%s", conf->problem,
			conf->file->state == FILE_ABSENT ? ", and portsentry ends without"
							 : "");
	else
		finding_why(finding, "%s has no value in quotes: portsentry ends",
			conf->refused);
	finding_evidence_file(finding, conf->file->path);
	return conf->problem == NULL;
}

static bool
judges(const struct control *control, const char *start)
{
	const struct value *list = value_find(control->keys, "start");
	return list == NULL || value_lists(list, start);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct recorded recorded;
	struct portsentry conf;
	struct portsentry_modes boot = { 0 }, now = { 0 };
	bool found[PORTSENTRY_MODES] = { 0 };
	const struct value *settings = value_find(control->keys, "settings");
	recorded_read(control, &recorded);
	autofree char *when = recorded_when(&recorded);
	if (judges(control, "boot"))
		portsentry_boot_read(context, &boot);
	if (judges(control, "now"))
		portsentry_running_read(context, &recorded, &now);
	for (size_t i = 0; i < PORTSENTRY_MODES; i++)
		found[i] = boot.has[i] || now.has[i];
	portsentry_read(
		context, value_text(control->keys, "config", default_config), &conf);
	bool is_read = judge_config(&conf, findings);
	for (size_t i = 0; i < PROTOCOLS; i++) {
		const struct protocol *protocol = &protocols[i];
		if (value_find(control->keys, protocol->modes) == NULL)
			continue;
		if (judges(control, "boot"))
			judge_modes(control, protocol, "at boot", &boot, findings);
		if (judges(control, "now"))
			judge_modes(control, protocol, when, &now, findings);
		if (is_read && value_find(control->keys, protocol->ports) != NULL)
			judge_lists(control, protocol, &conf, found, findings);
	}
	for (size_t i = 0; is_read && settings != NULL && i < settings->count; i++)
		judge_setting(&conf, &settings->entries[i], findings);
	portsentry_free(&conf);
	portsentry_modes_free(&boot);
	portsentry_modes_free(&now);
	recorded_free(&recorded);
}

const struct kind kind_portsentry = {
	.name = "portsentry",
	.summary = "whether portsentry watches unused ports, and which",
	.keys = keys,
	.evidence = "ps -efww >FILE, or ps axww >FILE",
	.by_hand = "`grep -v '^ *#' {config?/etc/portsentry/portsentry.conf}`\n"
		   "`ps -ef | grep portsentry`\n"
		   "whether it is started: `systemctl is-enabled portsentry` under "
		   "systemd, else `ls /etc/rc?.d` and `chkconfig --list portsentry`, "
		   "where it exists\n"
		   "in which modes: `grep -E '^(TCP|UDP)_MODE=' "
		   "/etc/default/portsentry` on Debian, else `systemctl cat "
		   "portsentry`",
	.lenses = 1u << LENS_PORTSENTRY,
	.look = processes_look,
	.validate = validate,
	.check = check,
};
