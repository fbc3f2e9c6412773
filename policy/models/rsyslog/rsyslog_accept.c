/* Sources: nvlstGetParam() of grammar/rainerscript.c; the parameter descriptions of
 * action.c, runtime/queue.c, tools/omfile.c, omfwd.c, omusrmsg.c, ompipe.c,
 * plugins/omrelp/omrelp.c, of rsyslog 8.2302. */
#include "policy/models/rsyslog/rsyslog_accept.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static char installed[] = ""; /* stands for "it is there" in a table */

#define DIGITS "0123456789"

/* Within these limits a value keeps what arrives, and when. Sources of the others: a
 * batch of none takes none out of a queue, one that waits for more is held back, a window
 * of time (unless it ends at 25) holds all back, a full queue that waits for nobody, or
 * that has a severity to discard (8 is none), loses messages, and one of few is full soon
 * (queue.c); a mark that is halved to 0 is never fallen below (doEnqSingleObj() there); a
 * buffer of none takes nothing in, a file that reached its limit is closed for good
 * unless a command helps (stream.c). */
static const struct limit {
	const char *name;
	long min, max;
	bool or_none; /* 0 is no limit */
} limits[] = {
	{ "queue.size", 100, 10000000, false },
	{ "mainmsgqueuesize", 100, 10000000, false },
	{ "actionqueuesize", 100, 10000000, false },
	{ "queue.dequeuebatchsize", 1, 100000, false },
	{ "mainmsgqueuedequeuebatchsize", 1, 100000, false },
	{ "actionqueuedequeuebatchsize", 1, 100000, false },
	{ "queue.mindequeuebatchsize", 0, INT_MAX, false },
	{ "queue.mindequeuebatchsize.timeout", 0, 10000, false },
	{ "queue.maxdiskspace", 1 << 20, LONG_MAX, true },
	{ "mainmsgqueuemaxdiskspace", 1 << 20, LONG_MAX, true },
	{ "actionqueuemaxdiskspace", 1 << 20, LONG_MAX, true },
	{ "queue.maxfilesize", 1000, LONG_MAX, false },
	{ "mainmsgqueuemaxfilesize", 1000, LONG_MAX, false },
	{ "actionqueuemaxfilesize", 1000, LONG_MAX, false },
	{ "queue.fulldelaymark", 100, INT_MAX, false },
	{ "queue.lightdelaymark", 100, INT_MAX, false },
	{ "queue.discardseverity", 8, 8, false },
	{ "mainmsgqueuediscardseverity", 8, 8, false },
	{ "actionqueuediscardseverity", 8, 8, false },
	{ "queue.timeoutenqueue", 50, INT_MAX, false },
	{ "mainmsgqueuetimeoutenqueue", 50, INT_MAX, false },
	{ "actionqueuetimeoutenqueue", 50, INT_MAX, false },
	{ "default.action.queue.timeoutenqueue", 50, INT_MAX, false },
	{ "default.ruleset.queue.timeoutenqueue", 50, INT_MAX, false },
	{ "queue.dequeueslowdown", 0, 1000, false },
	{ "mainmsgqueuedequeueslowdown", 0, 1000, false },
	{ "actionqueuedequeueslowdown", 0, 1000, false },
	{ "queue.dequeuetimeend", 25, 25, false },
	{ "mainmsgqueuedequeuetimeend", 25, 25, false },
	{ "actionqueuedequeuetimeend", 25, 25, false },
	{ "flushinterval", 0, 3600, false },
	{ "omfileflushinterval", 0, 3600, false },
	{ "iobuffersize", 1000, 100 << 20, false },
	{ "omfileiobuffersize", 1000, 100 << 20, false },
	{ "rotation.sizelimit", 0, 0, false },
	{ "tcp_framedelimiter", 10, 10, false },
	{ "ziplevel", 0, 9, false },
	{ "ipfreebind", 0, 2, false },
	{ "streamdrivermode", 0, 1, false },
	{ "actionsendstreamdrivermode", 0, 1, false },
	{ "udp.senddelay", 0, 1000, false },
};

static const struct accepted parameters_known[] = {
	{ "type", NULL, TAKES_TEXT },
	{ "name", NULL, TAKES_WORD },
	{ "config.enabled", NULL, TAKES_TEXT },
	{ "action.errorfile", NULL, TAKES_TEXT },
	{ "action.errorfile.maxsize", NULL, TAKES_NUMBER },
	{ "action.writeallmarkmessages", NULL, TAKES_BINARY },
	{ "action.execonlyeverynthtime", NULL, TAKES_NUMBER },
	{ "action.execonlyeverynthtimetimeout", NULL, TAKES_NUMBER },
	{ "action.execonlyonceeveryinterval", NULL, TAKES_NUMBER },
	{ "action.execonlywhenpreviousissuspended", NULL, TAKES_BINARY },
	{ "action.repeatedmsgcontainsoriginalmsg", NULL, TAKES_BINARY },
	{ "action.resumeretrycount", NULL, TAKES_NUMBER },
	{ "action.reportsuspension", NULL, TAKES_BINARY },
	{ "action.reportsuspensioncontinuation", NULL, TAKES_BINARY },
	{ "action.resumeintervalmax", NULL, TAKES_POSITIVE },
	{ "action.resumeinterval", NULL, TAKES_NUMBER },
	{ "action.externalstate.file", NULL, TAKES_DOUBT },
	{ "action.copymsg", NULL, TAKES_BINARY },
	{ "queue.filename", NULL, TAKES_WORD },
	{ "queue.spooldirectory", NULL, TAKES_DOUBT },
	{ "queue.size", NULL, TAKES_LIMITED_SIZE },
	{ "queue.dequeuebatchsize", NULL, TAKES_LIMITED },
	{ "queue.mindequeuebatchsize", NULL, TAKES_LIMITED },
	{ "queue.mindequeuebatchsize.timeout", NULL, TAKES_LIMITED },
	{ "queue.maxdiskspace", NULL, TAKES_LIMITED_SIZE },
	{ "queue.highwatermark", NULL, TAKES_NUMBER },
	{ "queue.lowwatermark", NULL, TAKES_NUMBER },
	{ "queue.fulldelaymark", NULL, TAKES_LIMITED },
	{ "queue.lightdelaymark", NULL, TAKES_LIMITED },
	{ "queue.discardmark", NULL, TAKES_NUMBER },
	{ "queue.discardseverity", NULL, TAKES_LIMITED },
	{ "queue.checkpointinterval", NULL, TAKES_NUMBER },
	{ "queue.syncqueuefiles", NULL, TAKES_BINARY },
	{ "queue.type", NULL, TAKES_QUEUE },
	{ "queue.workerthreads", NULL, TAKES_WORKERS },
	{ "queue.timeoutshutdown", NULL, TAKES_NUMBER },
	{ "queue.timeoutactioncompletion", NULL, TAKES_NUMBER },
	{ "queue.timeoutenqueue", NULL, TAKES_LIMITED },
	{ "queue.timeoutworkerthreadshutdown", NULL, TAKES_NUMBER },
	{ "queue.workerthreadminimummessages", NULL, TAKES_NUMBER },
	{ "queue.maxfilesize", NULL, TAKES_LIMITED_SIZE },
	{ "queue.saveonshutdown", NULL, TAKES_BINARY },
	{ "queue.dequeueslowdown", NULL, TAKES_LIMITED },
	{ "queue.dequeuetimebegin", NULL, TAKES_NUMBER },
	{ "queue.dequeuetimeend", NULL, TAKES_LIMITED },
	{ "queue.cry.provider", NULL, TAKES_DOUBT },
	{ "queue.samplinginterval", NULL, TAKES_DEFAULT },
	{ "queue.takeflowctlfrommsg", NULL, TAKES_BINARY },
	{ "file", "omfile", TAKES_TEXT },
	{ "dynafile", "omfile", TAKES_TEXT },
	{ "template", "omfile", TAKES_WORD },
	{ "dynafilecachesize", "omfile", TAKES_WORKERS },
	{ "ziplevel", "omfile", TAKES_DEFAULT },
	{ "flushinterval", "omfile", TAKES_LIMITED },
	{ "asyncwriting", "omfile", TAKES_BINARY },
	{ "veryrobustzip", "omfile", TAKES_BINARY },
	{ "flushontxend", "omfile", TAKES_ON },
	{ "iobuffersize", "omfile", TAKES_LIMITED_SIZE },
	{ "dirowner", "omfile", TAKES_USER },
	{ "dirownernum", "omfile", TAKES_NUMBER },
	{ "dirgroup", "omfile", TAKES_GROUP },
	{ "dirgroupnum", "omfile", TAKES_NUMBER },
	{ "fileowner", "omfile", TAKES_USER },
	{ "fileownernum", "omfile", TAKES_NUMBER },
	{ "filegroup", "omfile", TAKES_GROUP },
	{ "filegroupnum", "omfile", TAKES_NUMBER },
	{ "dircreatemode", "omfile", TAKES_MODE },
	{ "filecreatemode", "omfile", TAKES_MODE },
	{ "failonchownfailure", "omfile", TAKES_BINARY },
	{ "createdirs", "omfile", TAKES_BINARY },
	{ "sync", "omfile", TAKES_BINARY },
	{ "sig.provider", "omfile", TAKES_DOUBT },
	{ "cry.provider", "omfile", TAKES_DOUBT },
	{ "closetimeout", "omfile", TAKES_POSITIVE },
	{ "rotation.sizelimit", "omfile", TAKES_LIMITED_SIZE },
	{ "rotation.sizelimitcommand", "omfile", TAKES_TEXT },
	{ "target", "omfwd", TAKES_WORD },
	{ "address", "omfwd", TAKES_DOUBT },
	{ "device", "omfwd", TAKES_DOUBT },
	{ "port", "omfwd", TAKES_WORD },
	{ "protocol", "omfwd", TAKES_WORD },
	{ "networknamespace", "omfwd", TAKES_DOUBT },
	{ "tcp_framing", "omfwd", TAKES_WORD },
	{ "tcp_framedelimiter", "omfwd", TAKES_LIMITED },
	{ "ziplevel", "omfwd", TAKES_LIMITED },
	{ "compression.mode", "omfwd", TAKES_WORD },
	{ "compression.stream.flushontxend", "omfwd", TAKES_ON },
	{ "ipfreebind", "omfwd", TAKES_LIMITED },
	{ "maxerrormessages", "omfwd", TAKES_NUMBER },
	{ "rebindinterval", "omfwd", TAKES_NUMBER },
	{ "keepalive", "omfwd", TAKES_BINARY },
	{ "keepalive.probes", "omfwd", TAKES_COUNT },
	{ "keepalive.time", "omfwd", TAKES_COUNT },
	{ "keepalive.interval", "omfwd", TAKES_COUNT },
	{ "conerrskip", "omfwd", TAKES_COUNT },
	{ "gnutlsprioritystring", "omfwd", TAKES_TEXT },
	{ "streamdriver", "omfwd", TAKES_WORD },
	{ "streamdrivermode", "omfwd", TAKES_LIMITED },
	{ "streamdriverauthmode", "omfwd", TAKES_WORD },
	{ "streamdriverpermittedpeers", "omfwd", TAKES_WORD },
	{ "streamdriver.permitexpiredcerts", "omfwd", TAKES_WORD },
	{ "streamdriver.checkextendedkeypurpose", "omfwd", TAKES_BINARY },
	{ "streamdriver.prioritizesan", "omfwd", TAKES_BINARY },
	{ "streamdriver.tlsverifydepth", "omfwd", TAKES_POSITIVE },
	{ "streamdriver.cafile", "omfwd", TAKES_TEXT },
	{ "streamdriver.keyfile", "omfwd", TAKES_TEXT },
	{ "streamdriver.certfile", "omfwd", TAKES_TEXT },
	{ "resendlastmsgonreconnect", "omfwd", TAKES_BINARY },
	{ "udp.sendtoall", "omfwd", TAKES_BINARY },
	{ "udp.senddelay", "omfwd", TAKES_LIMITED },
	{ "udp.sendbuf", "omfwd", TAKES_SIZE },
	{ "template", "omfwd", TAKES_WORD },
	{ "ratelimit.interval", "omfwd", TAKES_DEFAULT },
	{ "ratelimit.burst", "omfwd", TAKES_NUMBER },
	{ "users", "omusrmsg", TAKES_TEXT },
	{ "template", "omusrmsg", TAKES_WORD },
	{ "pipe", "ompipe", TAKES_TEXT },
	{ "template", "ompipe", TAKES_WORD },
	{ "tryresumereopen", "ompipe", TAKES_BINARY },
	{ "target", "omrelp", TAKES_WORD },
	{ "port", "omrelp", TAKES_WORD },
	{ "template", "omrelp", TAKES_WORD },
	{ "tls", "omrelp", TAKES_BINARY },
	{ "tls.compression", "omrelp", TAKES_BINARY },
	{ "tls.prioritystring", "omrelp", TAKES_TEXT },
	{ "tls.cacert", "omrelp", TAKES_TEXT },
	{ "tls.mycert", "omrelp", TAKES_TEXT },
	{ "tls.myprivkey", "omrelp", TAKES_TEXT },
	{ "tls.authmode", "omrelp", TAKES_TEXT },
	{ "tls.tlscfgcmd", "omrelp", TAKES_TEXT },
	{ "tls.permittedpeer", "omrelp", TAKES_TEXT },
	{ "rebindinterval", "omrelp", TAKES_NUMBER },
	{ "windowsize", "omrelp", TAKES_NUMBER },
	{ "timeout", "omrelp", TAKES_NUMBER },
	{ "conn.timeout", "omrelp", TAKES_NUMBER },
	{ "localclientip", "omrelp", TAKES_DOUBT },
};

const struct accepted *
accept_parameter(const char *module, const char *name)
{
	for (size_t i = 0; i < sizeof parameters_known / sizeof *parameters_known; i++) {
		const struct accepted *known = &parameters_known[i];
		if (strcasecmp(known->name, name) == 0 &&
			(known->module == NULL || strcasecmp(known->module, module) == 0))
			return known;
	}
	return NULL;
}

bool
accept_knows(const char *module)
{
	for (size_t i = 0; i < sizeof parameters_known / sizeof *parameters_known; i++)
		if (parameters_known[i].module != NULL &&
			strcasecmp(parameters_known[i].module, module) == 0)
			return true;
	return false;
}

static bool
is_number(const char *value)
{
	value += *value == '-';
	size_t length = strspn(value, DIGITS);
	return length > 0 && length < 10 && value[length] == '\0';
}

static bool
is_size(const char *value)
{
	size_t length = strspn(value, DIGITS);
	if (length == 0 || length > 12)
		return false;
	return value[length] == '\0' ||
		(strchr("kmgtpeKMGTPE", value[length]) != NULL &&
			value[length + 1] == '\0');
}

static bool
is_mode(const char *value)
{
	size_t length = strlen(value);
	return value[0] == '0' && (length == 4 || length == 5) &&
		strspn(value, "01234567") == length;
}

/* Whether who makes a file or a folder of that mode, or with that umask, may not use it.
 */
static bool
is_narrow(const char *name, const char *value)
{
	unsigned long mode = strtoul(value, NULL, 8),
		      need = strcasestr(name, "dir") != NULL ? 0300 : 0200;
	if (strcasestr(name, "umask") != NULL)
		return (mode & 0300) != 0;
	return (mode & need) != need;
}

static bool
is_queue(const char *value)
{
	static const char *const types[] = { "fixedarray", "linkedlist", "disk",
		"direct" };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcasecmp(types[i], value) == 0)
			return true;
	return false;
}

static enum acceptance
accept_principal(struct reader *reader, bool group, const char *value, struct error *err)
{
	const struct principals *principals = principals_of(reader->context->host);
	const struct file *file = group ? principals->group : principals->passwd;
	gid_t gid;
	if (strcmp(value, "root") == 0 ||
		(group ? principals_group(principals, value, &gid)
		       : principals_user(principals, value) != NULL))
		return ACCEPTANCE_YES;
	error_set(err, "there is no %s '%s'", group ? "group" : "user", value);
	if (file->state != FILE_READ ||
		!(group ? principals->groups_complete : principals->users_complete))
		return ACCEPTANCE_UNKNOWN;
	return ACCEPTANCE_FATAL;
}

static enum acceptance
accept_if(bool good, const char *name, const char *value, const char *what,
	struct error *err)
{
	if (good)
		return ACCEPTANCE_YES;
	error_set(err, "'%s' is no %s for %s", value, what, name);
	return ACCEPTANCE_NO;
}

/* The number that VALUE begins with times its unit, at most MAX; else -1. */
static long
read_amount(const char *value, long max)
{
	/* nvlstGetParam(), doGetSize() of rainerscript.c: a capital stands for 1000 */
	static const char units[] = "kmgtpe";
	struct error err = ERROR_INIT;
	size_t length = strspn(value, DIGITS);
	autofree char *digits = memory_copy(value, length);
	long number;
	if (text_number(digits, 0, max, &number, &err) < 0) {
		error_clear(&err);
		return -1;
	}
	const char *unit = value[length] != '\0' ? strchr(units, tolower(value[length]))
						 : NULL;
	long thousand = unit != NULL && *unit == value[length] ? 1024 : 1000;
	for (long power = unit != NULL ? unit - units + 1 : 0; power > 0; power--) {
		if (number > max / thousand)
			return -1;
		number *= thousand;
	}
	return number;
}

/* Whether VALUE is one of those that NAME is known to do nothing unusual with. */
static enum acceptance
accept_limited(const char *name, const char *value, struct error *err)
{
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		const struct limit *limit = &limits[i];
		if (strcasecmp(limit->name, name) != 0)
			continue;
		long number = read_amount(value, limit->max);
		if (number >= limit->min || (number == 0 && limit->or_none))
			return ACCEPTANCE_YES;
	}
	error_set(err, "%s of %s may lose messages or hold them back", name, value);
	return ACCEPTANCE_UNKNOWN;
}

enum acceptance
accept_value(struct reader *reader, enum takes takes, const char *name, const char *value,
	struct error *err)
{
	switch (takes) {
	case TAKES_TEXT:
		break;
	case TAKES_WORD:
		return accept_if(strpbrk(value, " \t\n\v\f\r") == NULL, name, value,
			"single word", err);
	case TAKES_BINARY:
		return accept_if(strcmp(value, "on") == 0 || strcmp(value, "off") == 0,
			name, value, "on or off", err);
	case TAKES_NUMBER:
		return accept_if(is_number(value), name, value, "number", err);
	case TAKES_COUNT:
		return accept_if(is_number(value) && *value != '-', name, value,
			"number from 0", err);
	case TAKES_POSITIVE:
		return accept_if(is_number(value) && strtol(value, NULL, 10) > 0, name,
			value, "number from 1", err);
	case TAKES_SIZE:
		return accept_if(is_size(value), name, value, "size", err);
	case TAKES_MODE:
		reader->narrow_modes = reader->narrow_modes || is_narrow(name, value);
		return accept_if(is_mode(value), name, value, "file mode", err);
	case TAKES_QUEUE:
		if (strcasecmp(value, "disk") != 0)
			return accept_if(
				is_queue(value), name, value, "type of queue", err);
		reader->disk_queue = true;
		error_set(err,
			"whether it can write the files of a disk queue can't be "
			"told");
		return ACCEPTANCE_UNKNOWN;
	case TAKES_USER:
		return accept_principal(reader, false, value, err);
	case TAKES_GROUP:
		return accept_principal(reader, true, value, err);
	case TAKES_LIMITED:
		return is_number(value) ? accept_limited(name, value, err)
					: accept_if(false, name, value, "number", err);
	case TAKES_LIMITED_SIZE:
		return is_size(value) ? accept_limited(name, value, err)
				      : accept_if(false, name, value, "size", err);
	case TAKES_WORKERS:
		if (!is_number(value))
			return accept_if(false, name, value, "number", err);
		if (strtol(value, NULL, 10) > 0)
			break;
		error_set(err, "rsyslogd dies of %s %s", name, value);
		return ACCEPTANCE_UNKNOWN;
	case TAKES_ON:
		if (strcmp(value, "off") != 0)
			return accept_if(
				strcmp(value, "on") == 0, name, value, "on or off", err);
		error_set(err, "without %s messages are held back", name);
		return ACCEPTANCE_UNKNOWN;
	case TAKES_DEFAULT:
		if (strcmp(value, "0") == 0)
			break;
		__attribute__((fallthrough));
	case TAKES_DOUBT:
		error_set(err, "what %s does is not followed", name);
		return ACCEPTANCE_UNKNOWN;
	}
	return ACCEPTANCE_YES;
}

char *
accept_queue(struct reader *reader, const struct parameters *parameters,
	const struct file *file, size_t offset)
{
	char *doubt = NULL;
	for (size_t i = 0; i < parameters->count; i++) {
		const struct parameter *parameter = &parameters->items[i];
		struct error why = ERROR_INIT;
		const struct accepted *known = accept_parameter("", parameter->name);
		if (strncasecmp(parameter->name, "queue.", 6) != 0 ||
			parameter->value == NULL)
			continue;
		if (known == NULL) {
			autofree char *reason = memory_printf(
				"there is no parameter %s", parameter->name);
			reader_obstruct(reader, true, false, file, offset, reason);
			continue;
		}
		enum acceptance result = accept_value(
			reader, known->takes, known->name, parameter->value, &why);
		if (result != ACCEPTANCE_YES) {
			reader_obstruct(reader, result >= ACCEPTANCE_NO,
				known->takes == TAKES_WORKERS, file, offset, why.text);
			if (doubt == NULL)
				doubt = memory_text(why.text);
		}
		error_clear(&why);
	}
	return doubt;
}

/* Lists the root's modules once. */
static void
find_modules(struct reader *reader)
{
	/* where rsyslogd and the distributions keep them */
	static const char *const patterns[] = { "/usr/lib/*-linux-*/rsyslog/*.so",
		"/usr/lib/rsyslog/*.so", "/usr/lib64/rsyslog/*.so", "/lib64/rsyslog/*.so",
		"/lib/rsyslog/*.so" };
	if (reader->has_installed)
		return;
	reader->has_installed = true;
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct name_list list = { 0 };
		struct error err = ERROR_INIT;
		if (host_glob(reader->context->host, patterns[i], &list, &err) < 0)
			error_clear(&err);
		for (size_t k = 0; k < list.count; k++) {
			const char *name = strrchr(list.names[k], '/') + 1;
			autofree char *module = memory_copy(
				name, strlen(name) - strlen(".so"));
			table_set(&reader->installed, module, installed);
			reader->any_installed = true;
		}
		name_list_free(&list);
	}
}

int
accept_module(struct reader *reader, const char *module)
{
	if (strncmp(module, "builtin:", 8) == 0)
		return 1;
	if (strchr(module, '/') != NULL || reader->module_directory)
		return -1;
	find_modules(reader);
	if (!reader->any_installed)
		return -1;
	return table_get(&reader->installed, module) != NULL;
}

int
accept_driver(struct reader *reader, const char *name)
{
	autofree char *module = memory_printf("lmnsd_%s", name);
	return accept_module(reader, module);
}
