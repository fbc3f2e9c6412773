#include "policy/models/network/portsentry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum {
	PIECE = 1023, /* bytes of a line that fgets(3) takes with MAXBUF */
	NUMBER_MAX = 1000000,
};

const char *const portsentry_modes[] = { "tcp", "stcp", "atcp", "udp", "sudp", "audp",
	NULL };

const char *const portsentry_names[] = {
	[PORTSENTRY_TCP_PORTS] = "TCP_PORTS",
	[PORTSENTRY_UDP_PORTS] = "UDP_PORTS",
	[PORTSENTRY_ADVANCED_PORTS_TCP] = "ADVANCED_PORTS_TCP",
	[PORTSENTRY_ADVANCED_PORTS_UDP] = "ADVANCED_PORTS_UDP",
	[PORTSENTRY_ADVANCED_EXCLUDE_TCP] = "ADVANCED_EXCLUDE_TCP",
	[PORTSENTRY_ADVANCED_EXCLUDE_UDP] = "ADVANCED_EXCLUDE_UDP",
	[PORTSENTRY_IGNORE_FILE] = "IGNORE_FILE",
	[PORTSENTRY_HISTORY_FILE] = "HISTORY_FILE",
	[PORTSENTRY_BLOCKED_FILE] = "BLOCKED_FILE",
	[PORTSENTRY_RESOLVE_HOST] = "RESOLVE_HOST",
	[PORTSENTRY_BLOCK_TCP] = "BLOCK_TCP",
	[PORTSENTRY_BLOCK_UDP] = "BLOCK_UDP",
	[PORTSENTRY_KILL_ROUTE] = "KILL_ROUTE",
	[PORTSENTRY_KILL_HOSTS_DENY] = "KILL_HOSTS_DENY",
	[PORTSENTRY_KILL_RUN_CMD] = "KILL_RUN_CMD",
	[PORTSENTRY_KILL_RUN_CMD_FIRST] = "KILL_RUN_CMD_FIRST",
	[PORTSENTRY_SCAN_TRIGGER] = "SCAN_TRIGGER",
	[PORTSENTRY_PORT_BANNER] = "PORT_BANNER",
	[PORTSENTRY_NAMES] = NULL,
};

/* What holds without a line, of the options that atoi(3) reads. */
static const char *const defaults[PORTSENTRY_NAMES] = {
	[PORTSENTRY_ADVANCED_PORTS_TCP] = "1024",
	[PORTSENTRY_ADVANCED_PORTS_UDP] = "1024",
	[PORTSENTRY_RESOLVE_HOST] = "0",
	[PORTSENTRY_BLOCK_TCP] = "0",
	[PORTSENTRY_BLOCK_UDP] = "0",
	[PORTSENTRY_KILL_RUN_CMD_FIRST] = "0",
	[PORTSENTRY_SCAN_TRIGGER] = "0",
};

/* InitConfig ends without these, in this order. */
static const enum portsentry_name mandatory[] = { PORTSENTRY_BLOCKED_FILE,
	PORTSENTRY_HISTORY_FILE, PORTSENTRY_IGNORE_FILE };

enum portsentry_mode
portsentry_mode_find(const char *name)
{
	enum portsentry_mode mode = 0;
	while (mode < PORTSENTRY_MODES && strcmp(portsentry_modes[mode], name) != 0)
		mode++;
	return mode;
}

/* ConfigTokenRetrieve, for one piece of a line: the name may stand anywhere in it, but
 * the byte as far from its start as the name is long must be a blank or a '='. */
static bool
take_piece(struct portsentry_option *option, const char *name, const char *piece,
	struct place place)
{
	size_t length = strlen(name);
	if (piece[0] == '#' || strlen(piece) <= length ||
		(piece[length] != '=' && piece[length] != ' ') ||
		strstr(piece, name) == NULL)
		return false;
	option->place = place;
	const char *quote = strchr(piece, '"');
	option->lacks_quote = quote == NULL;
	if (quote == NULL)
		return true;
	size_t end = 0;
	while (quote[1 + end] >= ' ' && quote[1 + end] <= '~' && quote[1 + end] != '"')
		end++;
	option->value = memory_copy(quote + 1, end);
	return true;
}

/* One line, cut as fgets(3) cuts it, for all options that no line before was about. */
static void
take_line(struct portsentry *conf, struct bytes line, size_t offset)
{
	for (size_t at = 0; at < line.size; at += PIECE) {
		size_t size = line.size - at < PIECE ? line.size - at : PIECE;
		autofree char *piece = memory_copy(line.data + at, size);
		for (size_t i = 0; i < PORTSENTRY_NAMES && *piece != '#'; i++)
			if (conf->options[i].place.file == NULL)
				take_piece(&conf->options[i], portsentry_names[i], piece,
					(struct place){ conf->file, offset + at });
	}
}

static void
add_defaults(struct portsentry *conf)
{
	for (size_t i = 0; i < PORTSENTRY_NAMES; i++) {
		struct portsentry_option *option = &conf->options[i];
		option->is_number = defaults[i] != NULL;
		if (option->is_number && option->value == NULL)
			option->value = memory_text(defaults[i]);
	}
	for (size_t i = 0; i < sizeof mandatory / sizeof *mandatory; i++)
		if (conf->refused == NULL && conf->options[mandatory[i]].value == NULL)
			conf->refused = portsentry_names[mandatory[i]];
}

void
portsentry_read(
	const struct context *context, const char *path, struct portsentry *ret_conf)
{
	struct error err = ERROR_INIT;
	const struct tree *tree;
	*ret_conf = (struct portsentry){ 0 };
	if (context_tree(context, path, LENS_PORTSENTRY, &ret_conf->file, &tree, &err) <
		0) {
		ret_conf->problem = memory_text(err.text);
		error_clear(&err);
		return;
	}
	/* a setting is no more than its line: see take_piece */
	for (size_t i = 0; i < tree->count; i = tree_next_line(tree, i)) {
		const char *start = tree->text + tree->nodes[i].start;
		size_t length = (size_t)(strchrnul(start, '\n') - start);
		take_line(
			ret_conf, (struct bytes){ start, length }, tree->nodes[i].start);
	}
	add_defaults(ret_conf);
}

void
portsentry_free(struct portsentry *conf)
{
	for (size_t i = 0; i < PORTSENTRY_NAMES; i++)
		free(conf->options[i].value);
	free(conf->problem);
	*conf = (struct portsentry){ 0 };
}

const struct portsentry_option *
portsentry_option(const struct portsentry *conf, const char *name)
{
	for (size_t i = 0; i < PORTSENTRY_NAMES; i++)
		if (strcasecmp(portsentry_names[i], name) == 0)
			return &conf->options[i];
	return NULL;
}

long
portsentry_number(const char *text)
{
	text += strspn(text, " \t");
	bool is_negative = *text == '-';
	text += *text == '-' || *text == '+';
	autofree char *digits = memory_copy(text, strspn(text, "0123456789"));
	long number = 0;
	if (is_negative || *digits == '\0')
		return 0;
	if (text_number(digits, 0, NUMBER_MAX, &number, NULL) < 0)
		return NUMBER_MAX;
	return number;
}

/* Sets WATCHED of the first COUNT of the numbers that LIST has, divided by commas.
 * Returns how many there were. */
static size_t
mark(const char *list, size_t count, bool value, bool watched[PORTSENTRY_PORTS])
{
	autofree char *text = memory_text(list);
	char *rest = NULL;
	size_t taken = 0;
	for (char *word = strtok_r(text, ",", &rest); word != NULL && taken < count;
		word = strtok_r(NULL, ",", &rest), taken++) {
		long port = portsentry_number(word);
		if (port > 0 && port < PORTSENTRY_PORTS)
			watched[port] = value;
	}
	return taken;
}

bool
portsentry_watched(const struct portsentry *conf, enum portsentry_mode mode,
	bool ret_watched[PORTSENTRY_PORTS], enum portsentry_name *ret_name)
{
	bool is_udp = mode >= PORTSENTRY_UDP;
	memset(ret_watched, 0, PORTSENTRY_PORTS * sizeof *ret_watched);
	if (mode != PORTSENTRY_ATCP && mode != PORTSENTRY_AUDP) {
		*ret_name = is_udp ? PORTSENTRY_UDP_PORTS : PORTSENTRY_TCP_PORTS;
		const char *list = conf->options[*ret_name].value;
		return list != NULL &&
			mark(list, PORTSENTRY_LISTED_MAX, true, ret_watched) > 0;
	}
	/* that nothing is left out, and it then watches every port, can't be told: other
	 * programs hold some */
	*ret_name = is_udp ? PORTSENTRY_ADVANCED_PORTS_UDP
			   : PORTSENTRY_ADVANCED_PORTS_TCP;
	const char *exclude = conf->options[is_udp ? PORTSENTRY_ADVANCED_EXCLUDE_UDP
						   : PORTSENTRY_ADVANCED_EXCLUDE_TCP]
				      .value;
	long below = portsentry_number(conf->options[*ret_name].value);
	for (long port = 0; port < below && port < PORTSENTRY_PORTS; port++)
		ret_watched[port] = true;
	if (exclude != NULL)
		mark(exclude, PORTSENTRY_LISTED_MAX + 1, false, ret_watched);
	return true;
}
