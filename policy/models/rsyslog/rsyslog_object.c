/* The parameters of objects other than actions. Sources: the cnfparamdescr tables of
 * runtime/glbl.c, template.c, tools/omfile.c and the input modules of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_accept.h"

/* "module" here: the object, and after a colon the module that it is for. */
static const struct accepted known_parameters[] = {
	{ "abortonfailedqueuestartup", "global:", TAKES_BINARY },
	{ "abortonuncleanconfig", "global:", TAKES_BINARY },
	{ "action.reportsuspension", "global:", TAKES_BINARY },
	{ "action.reportsuspensioncontinuation", "global:", TAKES_BINARY },
	{ "debug.files", "global:", TAKES_TEXT },
	{ "debug.gnutls", "global:", TAKES_COUNT },
	{ "debug.logfile", "global:", TAKES_TEXT },
	{ "debug.onshutdown", "global:", TAKES_BINARY },
	{ "debug.unloadmodules", "global:", TAKES_BINARY },
	{ "debug.whitelist", "global:", TAKES_BINARY },
	{ "default.action.queue.timeoutactioncompletion", "global:", TAKES_NUMBER },
	{ "default.action.queue.timeoutenqueue", "global:", TAKES_LIMITED },
	{ "default.action.queue.timeoutshutdown", "global:", TAKES_NUMBER },
	{ "default.action.queue.timeoutworkerthreadshutdown", "global:", TAKES_NUMBER },
	{ "default.ruleset.queue.timeoutactioncompletion", "global:", TAKES_NUMBER },
	{ "default.ruleset.queue.timeoutenqueue", "global:", TAKES_LIMITED },
	{ "default.ruleset.queue.timeoutshutdown", "global:", TAKES_NUMBER },
	{ "default.ruleset.queue.timeoutworkerthreadshutdown", "global:", TAKES_NUMBER },
	{ "defaultnetstreamdriver", "global:", TAKES_TEXT },
	{ "defaultnetstreamdrivercafile", "global:", TAKES_TEXT },
	{ "defaultnetstreamdrivercertfile", "global:", TAKES_TEXT },
	{ "defaultnetstreamdriverkeyfile", "global:", TAKES_TEXT },
	{ "dropmsgswithmaliciousdnsptrrecords", "global:", TAKES_BINARY },
	{ "environment", "global:", TAKES_TEXT },
	{ "errormessagestostderr.maxnumber", "global:", TAKES_POSITIVE },
	{ "inputs.timeout.shutdown", "global:", TAKES_POSITIVE },
	{ "internal.developeronly.options", "global:", TAKES_NUMBER },
	{ "internalmsg.ratelimit.burst", "global:", TAKES_POSITIVE },
	{ "internalmsg.ratelimit.interval", "global:", TAKES_POSITIVE },
	{ "internalmsg.severity", "global:", TAKES_TEXT },
	{ "janitor.interval", "global:", TAKES_POSITIVE },
	{ "localhostname", "global:", TAKES_WORD },
	{ "maxmessagesize", "global:", TAKES_SIZE },
	{ "net.acladdhostnameonfail", "global:", TAKES_BINARY },
	{ "net.aclresolvehostname", "global:", TAKES_BINARY },
	{ "net.enabledns", "global:", TAKES_BINARY },
	{ "net.ipprotocol", "global:", TAKES_WORD },
	{ "net.permitaclwarning", "global:", TAKES_BINARY },
	{ "netstreamdrivercaextrafiles", "global:", TAKES_TEXT },
	{ "operatingstatefile", "global:", TAKES_TEXT },
	{ "oversizemsg.errorfile", "global:", TAKES_WORD },
	{ "oversizemsg.input.mode", "global:", TAKES_WORD },
	{ "oversizemsg.report", "global:", TAKES_BINARY },
	{ "parser.controlcharacterescapeprefix", "global:", TAKES_TEXT },
	{ "parser.droptrailinglfonreception", "global:", TAKES_BINARY },
	{ "parser.escape8bitcharactersonreceive", "global:", TAKES_BINARY },
	{ "parser.escapecontrolcharacterscstyle", "global:", TAKES_BINARY },
	{ "parser.escapecontrolcharactersonreceive", "global:", TAKES_BINARY },
	{ "parser.escapecontrolcharactertab", "global:", TAKES_BINARY },
	{ "parser.parsehostnameandtag", "global:", TAKES_BINARY },
	{ "parser.permitslashinprogramname", "global:", TAKES_BINARY },
	{ "parser.spacelfonreceive", "global:", TAKES_BINARY },
	{ "parser.supportcompressionextension", "global:", TAKES_BINARY },
	{ "preservefqdn", "global:", TAKES_BINARY },
	{ "privdrop.group.id", "global:", TAKES_POSITIVE },
	{ "privdrop.group.keepsupplemental", "global:", TAKES_BINARY },
	{ "privdrop.group.name", "global:", TAKES_GROUP },
	{ "privdrop.user.id", "global:", TAKES_POSITIVE },
	{ "privdrop.user.name", "global:", TAKES_USER },
	{ "processinternalmessages", "global:", TAKES_BINARY },
	{ "reportchildprocessexits", "global:", TAKES_WORD },
	{ "reverselookup.cache.ttl.default", "global:", TAKES_COUNT },
	{ "reverselookup.cache.ttl.enable", "global:", TAKES_BINARY },
	{ "security.abortonidresolutionfail", "global:", TAKES_BINARY },
	{ "senders.keeptrack", "global:", TAKES_BINARY },
	{ "senders.reportgoneaway", "global:", TAKES_BINARY },
	{ "senders.reportnew", "global:", TAKES_BINARY },
	{ "senders.timeoutafter", "global:", TAKES_POSITIVE },
	{ "shutdown.enable.ctlc", "global:", TAKES_BINARY },
	{ "shutdown.queue.doublesize", "global:", TAKES_BINARY },
	{ "stdlog.channelspec", "global:", TAKES_TEXT },
	{ "umask", "global:", TAKES_MODE },
	{ "variables.casesensitive", "global:", TAKES_BINARY },
	{ "workdirectory", "global:", TAKES_TEXT },
	{ "address", "input:imtcp", TAKES_TEXT },
	{ "addtlframedelimiter", "input:imtcp", TAKES_COUNT },
	{ "defaulttz", "input:imtcp", TAKES_TEXT },
	{ "disablelfdelimiter", "input:imtcp", TAKES_BINARY },
	{ "discardtruncatedmsg", "input:imtcp", TAKES_BINARY },
	{ "flowcontrol", "input:imtcp", TAKES_BINARY },
	{ "framingfix.cisco.asa", "input:imtcp", TAKES_BINARY },
	{ "gnutlsprioritystring", "input:imtcp", TAKES_TEXT },
	{ "keepalive", "input:imtcp", TAKES_BINARY },
	{ "keepalive.interval", "input:imtcp", TAKES_COUNT },
	{ "keepalive.probes", "input:imtcp", TAKES_COUNT },
	{ "keepalive.time", "input:imtcp", TAKES_COUNT },
	{ "listenportfilename", "input:imtcp", TAKES_TEXT },
	{ "maxframesize", "input:imtcp", TAKES_NUMBER },
	{ "maxlisteners", "input:imtcp", TAKES_POSITIVE },
	{ "maxsessions", "input:imtcp", TAKES_POSITIVE },
	{ "name", "input:imtcp", TAKES_TEXT },
	{ "notifyonconnectionclose", "input:imtcp", TAKES_BINARY },
	{ "notifyonconnectionopen", "input:imtcp", TAKES_BINARY },
	{ "permittedpeer", "input:imtcp", TAKES_TEXT },
	{ "port", "input:imtcp", TAKES_TEXT },
	{ "preservecase", "input:imtcp", TAKES_BINARY },
	{ "ratelimit.burst", "input:imtcp", TAKES_NUMBER },
	{ "ratelimit.interval", "input:imtcp", TAKES_NUMBER },
	{ "ruleset", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.authmode", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.cafile", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.certfile", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.checkextendedkeypurpose", "input:imtcp", TAKES_BINARY },
	{ "streamdriver.keyfile", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.mode", "input:imtcp", TAKES_COUNT },
	{ "streamdriver.name", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.permitexpiredcerts", "input:imtcp", TAKES_TEXT },
	{ "streamdriver.prioritizesan", "input:imtcp", TAKES_BINARY },
	{ "streamdriver.tlsverifydepth", "input:imtcp", TAKES_POSITIVE },
	{ "supportoctetcountedframing", "input:imtcp", TAKES_BINARY },
	{ "address", "input:imudp", TAKES_TEXT },
	{ "defaulttz", "input:imudp", TAKES_TEXT },
	{ "device", "input:imudp", TAKES_TEXT },
	{ "inputname", "input:imudp", TAKES_WORD },
	{ "inputname.appendport", "input:imudp", TAKES_BINARY },
	{ "ipfreebind", "input:imudp", TAKES_NUMBER },
	{ "name", "input:imudp", TAKES_WORD },
	{ "name.appendport", "input:imudp", TAKES_BINARY },
	{ "port", "input:imudp", TAKES_TEXT },
	{ "ratelimit.burst", "input:imudp", TAKES_NUMBER },
	{ "ratelimit.interval", "input:imudp", TAKES_NUMBER },
	{ "rcvbufsize", "input:imudp", TAKES_SIZE },
	{ "ruleset", "input:imudp", TAKES_TEXT },
	{ "annotate", "input:imuxsock", TAKES_BINARY },
	{ "createpath", "input:imuxsock", TAKES_BINARY },
	{ "flowcontrol", "input:imuxsock", TAKES_BINARY },
	{ "hostname", "input:imuxsock", TAKES_TEXT },
	{ "ignoreownmessages", "input:imuxsock", TAKES_BINARY },
	{ "ignoretimestamp", "input:imuxsock", TAKES_BINARY },
	{ "parsehostname", "input:imuxsock", TAKES_BINARY },
	{ "parsetrusted", "input:imuxsock", TAKES_BINARY },
	{ "ratelimit.burst", "input:imuxsock", TAKES_NUMBER },
	{ "ratelimit.interval", "input:imuxsock", TAKES_NUMBER },
	{ "ratelimit.severity", "input:imuxsock", TAKES_NUMBER },
	{ "ruleset", "input:imuxsock", TAKES_TEXT },
	{ "socket", "input:imuxsock", TAKES_TEXT },
	{ "unlink", "input:imuxsock", TAKES_BINARY },
	{ "usepidfromsystem", "input:imuxsock", TAKES_BINARY },
	{ "usespecialparser", "input:imuxsock", TAKES_BINARY },
	{ "usesystimestamp", "input:imuxsock", TAKES_BINARY },
	{ "compression.driver", "module:builtin:omfile", TAKES_WORD },
	{ "compression.zstd.workers", "module:builtin:omfile", TAKES_POSITIVE },
	{ "dircreatemode", "module:builtin:omfile", TAKES_MODE },
	{ "dirgroup", "module:builtin:omfile", TAKES_GROUP },
	{ "dirgroupnum", "module:builtin:omfile", TAKES_NUMBER },
	{ "dirowner", "module:builtin:omfile", TAKES_USER },
	{ "dirownernum", "module:builtin:omfile", TAKES_NUMBER },
	{ "dynafile.donotsuspend", "module:builtin:omfile", TAKES_BINARY },
	{ "filecreatemode", "module:builtin:omfile", TAKES_MODE },
	{ "filegroup", "module:builtin:omfile", TAKES_GROUP },
	{ "filegroupnum", "module:builtin:omfile", TAKES_NUMBER },
	{ "fileowner", "module:builtin:omfile", TAKES_USER },
	{ "fileownernum", "module:builtin:omfile", TAKES_NUMBER },
	{ "template", "module:builtin:omfile", TAKES_WORD },
	{ "defaultfacility", "module:imjournal", TAKES_TEXT },
	{ "defaultseverity", "module:imjournal", TAKES_TEXT },
	{ "fsync", "module:imjournal", TAKES_BINARY },
	{ "ignorenonvalidstatefile", "module:imjournal", TAKES_BINARY },
	{ "ignorepreviousmessages", "module:imjournal", TAKES_BINARY },
	{ "persiststateinterval", "module:imjournal", TAKES_NUMBER },
	{ "ratelimit.burst", "module:imjournal", TAKES_NUMBER },
	{ "ratelimit.interval", "module:imjournal", TAKES_NUMBER },
	{ "remote", "module:imjournal", TAKES_BINARY },
	{ "statefile", "module:imjournal", TAKES_WORD },
	{ "usepid", "module:imjournal", TAKES_TEXT },
	{ "usepidfromsystem", "module:imjournal", TAKES_BINARY },
	{ "workaroundjournalbug", "module:imjournal", TAKES_BINARY },
	{ "consoleloglevel", "module:imklog", TAKES_NUMBER },
	{ "internalmsgfacility", "module:imklog", TAKES_TEXT },
	{ "keepkerneltimestamp", "module:imklog", TAKES_BINARY },
	{ "logpath", "module:imklog", TAKES_WORD },
	{ "parsekerneltimestamp", "module:imklog", TAKES_BINARY },
	{ "permitnonkernelfacility", "module:imklog", TAKES_BINARY },
	{ "ratelimitburst", "module:imklog", TAKES_NUMBER },
	{ "ratelimitinterval", "module:imklog", TAKES_NUMBER },
	{ "ruleset", "module:imklog", TAKES_TEXT },
	{ "interval", "module:immark", TAKES_NUMBER },
	{ "markmessagetext", "module:immark", TAKES_TEXT },
	{ "ruleset", "module:immark", TAKES_TEXT },
	{ "use.markflag", "module:immark", TAKES_BINARY },
	{ "use.syslogcall", "module:immark", TAKES_BINARY },
	{ "addtlframedelimiter", "module:imtcp", TAKES_COUNT },
	{ "disablelfdelimiter", "module:imtcp", TAKES_BINARY },
	{ "discardtruncatedmsg", "module:imtcp", TAKES_BINARY },
	{ "flowcontrol", "module:imtcp", TAKES_BINARY },
	{ "gnutlsprioritystring", "module:imtcp", TAKES_TEXT },
	{ "keepalive", "module:imtcp", TAKES_BINARY },
	{ "keepalive.interval", "module:imtcp", TAKES_COUNT },
	{ "keepalive.probes", "module:imtcp", TAKES_COUNT },
	{ "keepalive.time", "module:imtcp", TAKES_COUNT },
	{ "maxframesize", "module:imtcp", TAKES_NUMBER },
	{ "maxlisteners", "module:imtcp", TAKES_POSITIVE },
	{ "maxlistners", "module:imtcp", TAKES_POSITIVE },
	{ "maxsessions", "module:imtcp", TAKES_POSITIVE },
	{ "notifyonconnectionclose", "module:imtcp", TAKES_BINARY },
	{ "notifyonconnectionopen", "module:imtcp", TAKES_BINARY },
	{ "octetcountedframing", "module:imtcp", TAKES_BINARY },
	{ "permittedpeer", "module:imtcp", TAKES_TEXT },
	{ "preservecase", "module:imtcp", TAKES_BINARY },
	{ "streamdriver.authmode", "module:imtcp", TAKES_TEXT },
	{ "streamdriver.checkextendedkeypurpose", "module:imtcp", TAKES_BINARY },
	{ "streamdriver.mode", "module:imtcp", TAKES_COUNT },
	{ "streamdriver.name", "module:imtcp", TAKES_TEXT },
	{ "streamdriver.permitexpiredcerts", "module:imtcp", TAKES_TEXT },
	{ "streamdriver.prioritizesan", "module:imtcp", TAKES_BINARY },
	{ "streamdriver.tlsverifydepth", "module:imtcp", TAKES_POSITIVE },
	{ "batchsize", "module:imudp", TAKES_NUMBER },
	{ "preservecase", "module:imudp", TAKES_BINARY },
	{ "schedulingpolicy", "module:imudp", TAKES_WORD },
	{ "schedulingpriority", "module:imudp", TAKES_NUMBER },
	{ "threads", "module:imudp", TAKES_POSITIVE },
	{ "timerequery", "module:imudp", TAKES_NUMBER },
	{ "syssock.annotate", "module:imuxsock", TAKES_BINARY },
	{ "syssock.flowcontrol", "module:imuxsock", TAKES_BINARY },
	{ "syssock.ignoreownmessages", "module:imuxsock", TAKES_BINARY },
	{ "syssock.ignoretimestamp", "module:imuxsock", TAKES_BINARY },
	{ "syssock.name", "module:imuxsock", TAKES_WORD },
	{ "syssock.parsehostname", "module:imuxsock", TAKES_BINARY },
	{ "syssock.parsetrusted", "module:imuxsock", TAKES_BINARY },
	{ "syssock.ratelimit.burst", "module:imuxsock", TAKES_NUMBER },
	{ "syssock.ratelimit.interval", "module:imuxsock", TAKES_NUMBER },
	{ "syssock.ratelimit.severity", "module:imuxsock", TAKES_NUMBER },
	{ "syssock.unlink", "module:imuxsock", TAKES_BINARY },
	{ "syssock.use", "module:imuxsock", TAKES_BINARY },
	{ "syssock.usepidfromsystem", "module:imuxsock", TAKES_BINARY },
	{ "syssock.usespecialparser", "module:imuxsock", TAKES_BINARY },
	{ "syssock.usesystimestamp", "module:imuxsock", TAKES_BINARY },
	{ "name", "template:", TAKES_TEXT },
	{ "option.casesensitive", "template:", TAKES_BINARY },
	{ "option.json", "template:", TAKES_BINARY },
	{ "option.jsonf", "template:", TAKES_BINARY },
	{ "option.sql", "template:", TAKES_BINARY },
	{ "option.stdsql", "template:", TAKES_BINARY },
	{ "plugin", "template:", TAKES_TEXT },
	{ "string", "template:", TAKES_TEXT },
	{ "subtree", "template:", TAKES_TEXT },
	{ "type", "template:", TAKES_TEXT },
};

static const char *const common[] = { "load", "type", "config.enabled" };

static const struct accepted *
find(const char *object, const char *name, bool *ret_object_known)
{
	const struct accepted *found = NULL;
	*ret_object_known = false;
	for (size_t i = 0; i < sizeof known_parameters / sizeof *known_parameters; i++) {
		const struct accepted *known = &known_parameters[i];
		if (strcasecmp(known->module, object) != 0)
			continue;
		*ret_object_known = true;
		if (strcasecmp(known->name, name) == 0)
			found = known;
	}
	return found;
}

static bool
is_common(const char *name)
{
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (strcasecmp(common[i], name) == 0)
			return true;
	return false;
}

bool
accept_object(struct reader *reader, const char *object,
	const struct parameters *parameters, const struct file *file, size_t offset)
{
	const char *module = parameter_text(
		parameters, "load", parameter_text(parameters, "type", ""));
	bool of_module = strcasecmp(object, "module") == 0 ||
		strcasecmp(object, "input") == 0;
	autofree char *key = memory_printf("%s:%s", object, of_module ? module : "");
	bool good = true;
	for (size_t i = 0; i < parameters->count; i++) {
		const struct parameter *parameter = &parameters->items[i];
		struct error why = ERROR_INIT;
		bool object_known;
		const struct accepted *known = find(key, parameter->name, &object_known);
		enum acceptance result = object_known ? ACCEPTANCE_NO
						      : ACCEPTANCE_UNKNOWN;
		if (known != NULL && parameter->value != NULL)
			result = accept_value(reader, known->takes, known->name,
				parameter->value, &why);
		else if (known != NULL || is_common(parameter->name))
			continue;
		else
			error_set(&why, "there is no parameter %s", parameter->name);
		if (known != NULL && result == ACCEPTANCE_NO)
			good = false;
		if (result != ACCEPTANCE_YES)
			reader_obstruct(reader, result >= ACCEPTANCE_NO,
				known != NULL && known->takes == TAKES_USER &&
					!reader->outlives_ids,
				file, offset, why.text);
		error_clear(&why);
	}
	return good;
}
