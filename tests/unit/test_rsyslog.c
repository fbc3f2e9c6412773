/* rsyslog.conf: what the model says, and what the kind changes. The daemon itself is
 * asked by tests/oracle/rsyslog.py; here stand the cases that it can't be asked. */
#include "tests/unit/syslog_host.h"

#include <time.h>

#include "policy/models/syslog/syslog_demand.h"
#include "policy/models/syslog/syslog_flow.h"
#include "policy/models/syslog/syslog_table.h"

#define INPUTS "module(load=\"imuxsock\")\nmodule(load=\"imklog\")\n"

/* The places of FACILITY's level info are WANT, on a root with these MODULES. */
static void
goes_with(const char *const *modules, const char *conf, const char *facility,
	const char *want)
{
	struct syslog_host made;
	struct syslog_conf read;
	struct syslog_table table;
	struct error err = ERROR_INIT;
	autobuffer struct buffer places = { 0 };
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf", conf);
	for (size_t i = 0; modules[i] != NULL; i++) {
		autofree char *path = memory_printf(
			"/usr/lib/any-linux-gnu/rsyslog/%s.so", modules[i]);
		syslog_host_put(&made, path, "");
	}
	if (syslog_conf_read(&made.context, &read, &err) < 0)
		fail_msg("%s", err.text);
	syslog_table_make(&read, NULL, &table);
	int number = facility_decode(BYTES_TEXT(facility), SELECTOR_RSYSLOG);
	syslog_table_describe(&table, (unsigned)number, 6, &places);
	assert_string_equal(places.data, want);
	syslog_table_free(&table);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

static void
goes(const char *conf, const char *facility, const char *want)
{
	goes_with((const char *const[]){ NULL }, conf, facility, want);
}

static void
rejects(const char *conf, size_t line_offset, const char *reason)
{
	struct syslog_host made;
	struct syslog_conf read;
	struct error err = ERROR_INIT;
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf", conf);
	assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
	assert_int_equal(read.rejected_count, 1);
	assert_int_equal(read.rejected[0].offset, line_offset);
	assert_string_equal(read.rejected[0].reason, reason);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

static void
test_kernel_input(void **state)
{
	(void)state;
	goes(INPUTS "*.* /a\n", "kern", "/a");
	/* through the socket come programs' messages only */
	goes("module(load=\"imuxsock\")\n*.* /a\n", "kern", "nothing");
	goes("module(load=\"imuxsock\")\n*.* /a\n", "mail", "/a");
	goes("$ModLoad imklog.so\n*.* /a\n", "kern", "/a");
	goes("module(load=\"imkmsg\")\n*.* /a\n", "kern", "/a");
	goes("$ModLoad imklog.so\n*.* /a\n*.* /a/b/c\n", "kern", "/a, /a/b/c (some)");
	goes("$ModLoad imklog.so\n*.* /a\n", "mail", "nothing");
	goes("module(load=\"imjournal\")\n*.* /a\n", "kern", "/a");
	goes("module(load=\"imjournal\")\n*.* /a\n", "mail", "/a");
	goes("module(load=\"imklog\" LogPath=\"/run/kmsg\")\n*.* /a\n", "kern",
		"nothing");
	goes("module(load=\"imklog\" LogPath=\"/proc/kmsg\")\n*.* /a\n", "kern", "/a");
	goes("$ModLoad imklog\n$KLogPath /run/kmsg\n*.* /a\n", "kern", "nothing");
	goes("module(load=\"imuxsock\" SysSock.Name=\"/run/other\")\n*.* /a\n", "mail",
		"nothing");
	goes("module(load=\"imuxsock\" SysSock.Name=\"/dev/log\")\n*.* /a\n", "mail",
		"/a");
	goes("module(load=\"imuxsock\" SysSock.Name=\"/run/other\")\n"
	     "input(type=\"imuxsock\" Socket=\"/dev/log\")\n*.* /a\n",
		"mail", "/a");
	goes("$ModLoad imuxsock\n$SystemLogSocketName /run/other\n*.* /a\n", "mail",
		"nothing");
	goes("$ModLoad imuxsock\n$AddUnixListenSocket /dev/log\n$OmitLocalLogging on\n"
	     "*.* /a\n",
		"mail", "/a");
	goes("module(load=\"imuxsock\" SysSock.Use=\"off\")\n*.* /a\n", "mail",
		"nothing");
	/* an input may have a ruleset of its own */
	goes("module(load=\"imklog\" ruleset=\"k\")\nruleset(name=\"k\") {\n/b\n}\n*.* "
	     "/a\n",
		"kern", "/b");
	goes("module(load=\"imklog\" ruleset=\"none\")\n*.* /a\n", "kern", "/a");
	goes(INPUTS "$RuleSet other\n*.* /b\n$DefaultRuleset other\n", "mail", "/b");
	/* it must be there before it is named */
	goes(INPUTS "*.* /a\n$DefaultRuleset other\n$RuleSet other\n*.* /b\n", "mail",
		"/a");
}

static void
test_inputname(void **state)
{
	(void)state;
	goes(INPUTS "if $inputname == 'imudp' then stop\n*.* /a\n", "kern", "/a");
	goes(INPUTS "if $inputname == 'imklog' then stop\n*.* /a\n", "kern", "nothing");
	goes(INPUTS "if $inputname == 'imklog' then stop\n*.* /a\n", "mail", "/a");
	goes(INPUTS "if $hostname == 'x' then stop\n*.* /a\n", "mail", "/a (some)");
}

static void
test_opaque(void **state)
{
	(void)state;
	goes(INPUTS "call_indirect $!x;\n*.* /a\n", "mail", "/a (some)");
	/* what can't be followed may load the inputs */
	goes("*.* /a\n$IncludeConfig x/*\n", "mail", "/a (some)");
	goes(INPUTS "set $!x = $msg;\nforeach ($.i in $!x) do { stop }\n*.* /a\n", "mail",
		"/a (some)");
	/* nothing sets it */
	goes(INPUTS "foreach ($.i in $!x) do { stop }\n*.* /a\n", "mail", "/a");
	goes(INPUTS
		"template(name=\"t\" type=\"string\" string=\"/var/log/%hostname%\")\n"
		"*.* ?t\n",
		"mail", "/var/log/...");
	/* rulesets that call each other */
	goes(INPUTS "ruleset(name=\"aa\") { call bb }\nruleset(name=\"bb\") { call aa "
		    "}\ncall aa\n"
		    "*.* /a\n",
		"mail", "/a (some)");
}

static void
test_rejected(void **state)
{
	(void)state;
	rejects(INPUTS "kern.loud /a\n", strlen(INPUTS), "unknown level 'loud'");
	rejects(INPUTS "*.* /a note\n", strlen(INPUTS) + 4,
		"';template' is expected behind the name, not 'note'");
	rejects(INPUTS "*.* /a\n!ppp\n*.* /b\n", strlen(INPUTS) + 7,
		"rsyslogd has no such blocks: what follows holds for all");
	rejects(INPUTS "*.* /a\n} *.* /b\n", strlen(INPUTS) + 7,
		"syntax error: rsyslogd reads no further");
	rejects(INPUTS "/a\n& stop\n*.* /b\n", strlen(INPUTS) + 5,
		"rsyslogd loses it: no selector stands before the first action");
}

/* Positions are those of the file although lines were joined. */
static void
test_positions(void **state)
{
	(void)state;
	rejects(INPUTS "*.* \\\n   /a\r\n   kern.loud /a\r\n",
		strlen(INPUTS "*.* \\\n   /a\r\n   "), "unknown level 'loud'");
}

/* Nothing that is written may take long or end the process. */
static void
test_hostile(void **state)
{
	static const char *const pieces[] = { "{", "kern.* {\n", "if (", "not ", "'\\'",
		"\"", "/*", "&", ":msg, contains, \"\\", "a", "$x", "if $msg then ",
		"*.* ", "else ", "call aa ", "ruleset(name=\"aa\"){call aa}", "action(",
		"[", "\\\n", "if 1 or 1 then stop\n",
		"$IncludeConfig /etc/rsyslog.conf\n", "$RuleSet a\n", "1+", "!",
		"template(name=\"t\"){" };
	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct syslog_host made;
		struct syslog_conf read;
		struct error err = ERROR_INIT;
		autobuffer struct buffer conf = { 0 };
		for (size_t k = 0; k < 20000; k++)
			buffer_text(&conf, pieces[i]);
		syslog_host_open(&made, "rsyslog");
		syslog_host_put(&made, "/etc/rsyslog.conf", conf.data);
		assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
		struct syslog_table table;
		syslog_table_make(&read, NULL, &table);
		syslog_table_free(&table);
		syslog_conf_free(&read);
		syslog_host_close(&made);
	}
}

/* Verdict and place of CONF on a root with one user, the modules of INPUTS, and some
 * more.
 */
static void
judged(const char *conf, const char *want)
{
	struct syslog_host made;
	struct syslog_conf read;
	struct error err = ERROR_INIT;
	const struct place place = { .type = DESTINATION_FILE, .name = "/a" };
	struct reach reach;
	struct priorities mail = priorities_of_facility(2);
	bool certain = false;
	const struct obstacle *obstacle;
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/usr/lib/any-linux-gnu/rsyslog/imuxsock.so", "");
	syslog_host_put(&made, "/usr/lib/any-linux-gnu/rsyslog/imklog.so", "");
	syslog_host_put(&made, "/usr/lib/any-linux-gnu/rsyslog/fmhash.so", "");
	syslog_host_put(&made, "/usr/lib/any-linux-gnu/rsyslog/ommail.so", "");
	syslog_host_put(&made, "/usr/lib/any-linux-gnu/rsyslog/omprog.so", "");
	syslog_host_put(&made, "/usr/lib/any-linux-gnu/rsyslog/mmanon.so", "");
	syslog_host_put(&made, "/etc/passwd", "root:x:0:0::/:/bin/sh\n");
	syslog_host_put(&made, "/etc/group", "root:x:0:\nadm:x:4:\n");
	syslog_host_put(&made, "/etc/nsswitch.conf", "passwd: files\ngroup: files\n");
	syslog_host_put(&made, "/etc/rsyslog.conf", conf);
	assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
	certain = read.stops_unclean && read.rejected_count > 0;
	obstacle = syslog_conf_worst(&read);
	certain = certain || (obstacle != NULL && obstacle->certain);
	syslog_reach(&read, &place, mail, &reach);
	assert_string_equal(certain                       ? "does not start"
			: obstacle != NULL                ? "may not start"
			: !priorities_empty(reach.missed) ? "missed"
			: !priorities_empty(priorities_without(mail, reach.reached))
			? "unknown"
			: "reached",
		want);
	reach_free(&reach);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

#define ABORT INPUTS "$AbortOnUncleanConfig on\n"
#define FILE_ACTION(more)                                                                \
	INPUTS "*.* /b\n*.* action(type=\"omfile\" file=\"/a\" " more ")\n"

/* What 8.2302 counts as unclean: conf.c, cfsysline.c, modules.c, nvlstChkUnused() of
 * rainerscript.c, parseSelectorAct of omusrmsg.c. */
static void
test_unclean(void **state)
{
	(void)state;
	judged(ABORT "*.* /a\n", "reached");
	judged(ABORT "*.* /a\nfoo bar\n", "does not start");
	judged(ABORT "*.* /a\n*.emerg *\n", "does not start");
	judged(ABORT "*.* /a\n*.emerg :omusrmsg:*\n", "reached");
	judged(ABORT "*.* /a\n$NoSuchDirective x\n", "does not start");
	judged(ABORT "*.* /a\n$UDPServerRun 514\n", "does not start");
	judged(ABORT "*.* /a\nmodule(load=\"nosuch\")\n", "does not start");
	judged(ABORT "*.* /a\nmodule(load=\"/opt/it\")\n", "may not start");
	judged(ABORT "*.* /a\ninput(type=\"imtcp\" port=\"1\")\n", "does not start");
	judged(ABORT "*.* /a\nmail.* action(type=\"omfile\" file=\"/b\" nosuch=\"1\")\n",
		"does not start");
	judged(ABORT "*.* /a\nglobal(nosuch=\"1\")\n", "does not start");
	judged(ABORT "*.* /a\nglobal(workDirectory=\"/\" umask=\"9\")\n",
		"does not start");
	judged(ABORT "*.* /a\nglobal(workDirectory=\"/\" umask=\"0022\")\n", "reached");
	judged(ABORT "*.* /a\ntimezone(id=\"x\")\n", "may not start");
	judged(ABORT "*.* /a\n$WorkDirectory /nosuch\n", "may not start");
	/* the default mark to discard at is beyond a small queue (seen) */
	judged(ABORT "*.* /a\n$MainMsgQueueSize 97999\n", "may not start");
	judged(ABORT "*.* /a\n$MainMsgQueueSize 98000\n", "reached");
	judged(INPUTS "*.* /a\n$MainMsgQueueSize 97999\n", "reached");
	judged(ABORT "$ActionQueueType LinkedList\n$ActionQueueSize 979\n*.* /a\n",
		"may not start");
	/* what counts as an action where there is no other (seen) */
	judged(INPUTS "mail.* ~\n", "missed");
	judged(INPUTS "mail.* stop\n", "does not start");
	judged(INPUTS "action(type=\"omfwd\")\n", "may not start");
	/* "on" alone is on */
	judged(INPUTS "$AbortOnUncleanConfig yes\nfoo bar\n*.* /a\n", "reached");
}

/* 8.2302 frees its templates for $ResetConfigVariables, those that actions use too: it
 * refuses what follows, or ends (seen). What is read no further has no action that
 * counts. */
static void
test_reset(void **state)
{
	(void)state;
	judged(INPUTS "*.* /a\n$ResetConfigVariables\n*.* /b\n", "may not start");
	judged(INPUTS "$ResetConfigVariables\n", "may not start");
	judged(INPUTS "$IncludeConfig\n", "may not start");
	judged(INPUTS "*.* /a\n$IncludeConfig\n", "may not start");
}

/* Neither that mail comes to /a nor that it does not. */
static void
nothing_is_certain(const char *conf)
{
	struct syslog_host made;
	struct syslog_conf read;
	struct error err = ERROR_INIT;
	struct reach reach;
	const struct place place = { .type = DESTINATION_FILE, .name = "/a" };
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf", conf);
	assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
	assert_non_null(syslog_conf_worst(&read));
	assert_false(syslog_conf_worst(&read)->certain);
	syslog_reach(&read, &place, priorities_of_facility(2), &reach);
	assert_true(priorities_empty(reach.reached));
	assert_true(priorities_empty(reach.missed));
	reach_free(&reach);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

/* What is not read may hold $DefaultRuleset, $PrivDropToUser, abortOnUncleanConfig with a
 * mistake: neither that a message arrives nor that it does not is certain. rsyslogd looks
 * for a relative name in its working directory, doGlob() of grammar/rainerscript.c. */
static void
test_halted(void **state)
{
	static const char *const unread[] = { "include(file=\"etc/rsyslog.d/x\")\n",
		"$IncludeConfig etc/rsyslog.d/x\n", "include(text=`echo $X`)\n",
		"include(text=\"*.* /a\")\n", "module(load=`echo $X`)\n",
		"$ResetConfigVariables\n" };
	(void)state;
	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
		autofree char *hit = memory_printf("%s*.* /a\n%s", INPUTS, unread[i]),
			      *miss = memory_printf("ruleset(name=\"x\") { /a\n }\n"
						    "%s*.* stop\n%s",
				      INPUTS, unread[i]),
			      *no_input = memory_printf("*.* /a\n%s", unread[i]);
		nothing_is_certain(hit);
		nothing_is_certain(miss);
		nothing_is_certain(no_input);
	}
}

static void
test_large_include(void **state)
{
	autobuffer struct buffer text = { 0 };
	struct syslog_host made;
	struct syslog_conf read;
	struct error err = ERROR_INIT;
	(void)state;
	while (text.size <= 1 << 20)
		buffer_text(&text, "# a comment\n");
	buffer_text(&text, "$PrivDropToUser nobody\n");
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/large", text.data);
	syslog_host_put(
		&made, "/etc/rsyslog.conf", INPUTS "*.* /a\n$IncludeConfig /etc/large\n");
	assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
	const struct obstacle *obstacle = syslog_conf_worst(&read);
	assert_non_null(obstacle);
	assert_false(obstacle->certain);
	assert_string_equal(obstacle->reason, "more than 1 MiB are included");
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

/* doGetUID() and doGetGID() of rainerscript.c and of cfsysline.c */
static void
test_owners(void **state)
{
	(void)state;
	judged(FILE_ACTION("fileOwner=\"root\" fileGroup=\"adm\""), "reached");
	judged(FILE_ACTION("fileOwner=\"nosuch\""), "does not start");
	judged(FILE_ACTION("fileGroup=\"nosuch\""), "missed");
	judged(INPUTS "$FileOwner nosuch\n*.* /a\n", "does not start");
	judged(INPUTS "$FileGroup nosuch\n*.* /a\n", "does not start");
	judged(INPUTS "$PrivDropToUser nosuch\n*.* /a\n", "does not start");
	judged("global(security.abortOnIDResolutionFail=\"off\")\n" FILE_ACTION(
		       "fileOwner=\"nosuch\""),
		"missed");
}

/* nvlstGetParam() of rainerscript.c: one bad value and the action is not made. */
static void
test_values(void **state)
{
	(void)state;
	judged(FILE_ACTION("fileCreateMode=\"0640\" sync=\"on\""), "reached");
	judged(FILE_ACTION("fileCreateMode=\"9\""), "missed");
	judged(FILE_ACTION("sync=\"yes\""), "missed");
	judged(FILE_ACTION("action.resumeRetryCount=\"x\""), "missed");
	judged(FILE_ACTION("nosuch=\"1\""), "reached"); /* it is passed over */
	judged(FILE_ACTION("cry.provider=\"gcry\""), "unknown");
	judged(FILE_ACTION("queue.discardmark=\"1\" queue.discardseverity=\"0\""),
		"unknown");
	judged(INPUTS "*.* /a\nmain_queue(queue.discardseverity=\"0\")\n", "unknown");
	judged(INPUTS "$MainMsgQueueDiscardSeverity 0\n*.* /a\n", "unknown");
	judged(INPUTS "$MainMsgQueueDiscardSeverity 8\n*.* /a\n", "reached");
	judged(INPUTS "ruleset(name=\"rs\" queue.discardseverity=\"0\") { /a\n }\n"
		      "*.* call rs\n",
		"unknown");
	/* the list of parameters grows at its head, so the last one is found first */
	judged(FILE_ACTION("file=\"/b\""), "missed");
	judged(INPUTS "*.* action(type=\"omfile\" file=\"/b\" file=\"/a\")\n", "reached");
}

#define QUEUE(parameters) "main_queue(" parameters ")\n" INPUTS "*.* /a\n"
#define DIRECTIVE(line) INPUTS line "\n*.* /a\n"

/* qqueueCorrectParams(), qqueueAdd(), DequeueConsumableElements() and RateLimiter() of
 * runtime/queue.c, validateConf() of runtime/rsconf.c */
static void
test_queues(void **state)
{
	static const char *const good[] = { QUEUE("queue.size=\"100000\""),
		QUEUE("queue.size=\"10k\" queue.type=\"LinkedList\""),
		QUEUE("queue.samplinginterval=\"0\" queue.dequeueslowdown=\"500\""),
		QUEUE("queue.workerthreads=\"4\" queue.dequeuebatchsize=\"1\""),
		QUEUE("queue.mindequeuebatchsize=\"50\" "
		      "queue.mindequeuebatchsize.timeout=\"100\""),
		QUEUE("queue.maxdiskspace=\"1g\" queue.timeoutenqueue=\"10000\""),
		QUEUE("queue.maxdiskspace=\"0\" queue.dequeuetimeend=\"25\""),
		FILE_ACTION("queue.type=\"LinkedList\" queue.workerthreads=\"2\" "
			    "queue.filename=\"q\" queue.saveonshutdown=\"on\""),
		DIRECTIVE("$MainMsgQueueWorkerThreads 0"),
		DIRECTIVE("$MainMsgQueueSize 50000"),
		DIRECTIVE("$ActionQueueDequeueBatchSize 0"), /* it has no queue */
		DIRECTIVE("$ActionQueueType LinkedList\n$ActionQueueMaxDiskSpace 1g\n"
			  "$ActionQueueDequeueTimeBegin 3") };
	static const char *const doubtful[] = { QUEUE("queue.samplinginterval=\"3\""),
		QUEUE("queue.samplinginterval=\"off\""), QUEUE("queue.size=\"1\""),
		QUEUE("queue.size=\"9e\""), QUEUE("queue.dequeuebatchsize=\"0\""),
		QUEUE("queue.mindequeuebatchsize=\"1000\" "
		      "queue.mindequeuebatchsize.timeout=\"100000\""),
		QUEUE("queue.dequeuetimebegin=\"3\" queue.dequeuetimeend=\"4\""),
		QUEUE("queue.dequeueslowdown=\"5000000\""),
		QUEUE("queue.timeoutenqueue=\"0\""), QUEUE("queue.fulldelaymark=\"1\""),
		QUEUE("queue.maxdiskspace=\"1\""),
		"global(default.ruleset.queue.timeoutEnqueue=\"0\")\n" DIRECTIVE(""),
		FILE_ACTION("queue.type=\"LinkedList\" queue.dequeuebatchsize=\"0\""),
		FILE_ACTION("queue.type=\"LinkedList\" queue.dequeuetimeend=\"4\""),
		INPUTS "ruleset(name=\"rs\" queue.dequeuebatchsize=\"0\") { /a\n }\n"
		       "*.* call rs\n",
		DIRECTIVE("$MainMsgQueueDequeueBatchSize 0"),
		DIRECTIVE("$MainMsgQueueDequeueTimeEnd 4"),
		DIRECTIVE("$ActionQueueType LinkedList\n$ActionQueueDequeueBatchSize 0"),
		DIRECTIVE("$ActionQueueType LinkedList\n$ActionQueueDequeueTimeEnd 4") };
	static const char *const fatal[] = { QUEUE("queue.workerthreads=\"0\""),
		FILE_ACTION("queue.workerthreads=\"0\""),
		INPUTS "ruleset(name=\"rs\" queue.workerthreads=\"0\") { /a\n }\n"
		       "*.* call rs\n",
		DIRECTIVE("$ActionQueueType LinkedList\n$ActionQueueWorkerThreads 0") };
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		judged(good[i], "reached");
	for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++)
		judged(doubtful[i], "unknown");
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		judged(fatal[i], "may not start");
	/* it holds for the next action alone */
	judged(INPUTS "$ActionQueueType LinkedList\n$ActionQueueDequeueBatchSize 0\n"
		      "*.* /b\n$ActionQueueType LinkedList\n*.* /a\n",
		"reached");
}

/* newActInst of tools/omfile.c, strmConstructFinalize(), resolveFileSizeLimit() of
 * runtime/stream.c, ochAddLine() and ochFind() of outchannel.c */
static void
test_file_parameters(void **state)
{
	(void)state;
	judged(FILE_ACTION(
		       "ioBufferSize=\"64k\" flushInterval=\"1\" asyncWriting=\"on\""),
		"reached");
	judged(FILE_ACTION("ioBufferSize=\"0\""), "unknown");
	judged(FILE_ACTION("zipLevel=\"0\""), "reached");
	judged(FILE_ACTION("zipLevel=\"6\""), "unknown");
	judged(FILE_ACTION("flushOnTXEnd=\"on\""), "reached");
	judged(FILE_ACTION("flushOnTXEnd=\"off\""), "unknown");
	judged(FILE_ACTION("rotation.sizeLimit=\"0\""), "reached");
	judged(FILE_ACTION("rotation.sizeLimit=\"60\""), "unknown");
	judged(FILE_ACTION(
		       "rotation.sizeLimit=\"60\" rotation.sizeLimitCommand=\"/bin/x\""),
		"unknown");
	judged("template(name=\"d\" type=\"string\" string=\"/a\")\n" FILE_ACTION(
		       "dynaFile=\"d\""),
		"may not start");
	judged(DIRECTIVE("$OMFileIOBufferSize 0"), "unknown");
	judged(DIRECTIVE("$OMFileIOBufferSize 64k"), "reached");
	judged(DIRECTIVE("$OMFileZipLevel 6"), "unknown");
	judged(INPUTS "$outchannel x,/a\n*.* :omfile:$x\n", "reached");
	judged(INPUTS "$outchannel x,/a,0\n*.* :omfile:$x\n", "reached");
	judged(INPUTS "$outchannel x,/a,10,/bin/rm\n*.* :omfile:$x\n", "unknown");
	judged(INPUTS "$outchannel x,/b\n$outchannel x,/a\n*.* :omfile:$x\n", "missed");
}

/* doPhysOpen() of runtime/stream.c opens what is written. */
static void
test_paths(void **state)
{
	(void)state;
	judged(INPUTS "*.* //./a\n", "reached");
	judged(INPUTS "*.* /./b/.a\n", "missed");
	judged(INPUTS "*.* /b/../a\n", "unknown");
	judged(INPUTS "*.* action(type=\"omfile\" file=\"/b/../a\")\n", "unknown");
	judged(INPUTS "*.* action(type=\"omfile\" file=\"a\")\n", "unknown");
}

#define LIST_TEMPLATE(parts)                                                             \
	"template(name=\"e\" type=\"list\") { " parts " }\n" FILE_ACTION("template="     \
									 "\"e\"")

/* addAction of action.c looks the templates up, the actions' defaults too */
static void
test_templates(void **state)
{
	(void)state;
	judged(INPUTS "$ActionFileDefaultTemplate nosuch\n*.* /a\n"
		      "*.* /b;RSYSLOG_FileFormat\n",
		"missed");
	/* that is no name of a built-in one */
	judged(INPUTS "*.* /b\n*.* /a;RSYSLOG_WallFmt\n", "missed");
	/* of two with one name the first is found */
	judged(INPUTS "$template e,\"%msg%\"\n$template e,\"x\"\n*.* /a;e\n", "reached");
	judged(INPUTS "$ActionFileDefaultTemplate RSYSLOG_FileFormat\n*.* /a\n",
		"reached");
	judged(INPUTS "module(load=\"builtin:omfile\" template=\"nosuch\")\n*.* /a\n"
		      "*.* /b;RSYSLOG_FileFormat\n",
		"missed");
	judged("template(name=\"e\" type=\"string\" string=\"\")\n" FILE_ACTION(
		       "template=\"e\""),
		"missed");
	judged(INPUTS "$template e,\"x\"\n*.* /a;e\n", "missed");
	judged(INPUTS "$template e,\"%msg%\"\n*.* /a;e\n", "reached");
	judged(INPUTS "$template e,\"%hostname% \\%msg\"\n*.* /a;e\n", "missed");
	judged(INPUTS "$template e,\"\\\"%msg%\"\n*.* /a;e\n", "reached");
	judged(INPUTS "$template e,\"%msg:2:$%\"\n*.* /a;e\n", "reached");
	judged(INPUTS "$template e,\"%msg:1:3%\"\n*.* /a;e\n", "unknown");
	judged(INPUTS "$template e,\"%msg:R,ERE,0,DFLT:x%--end%\"\n*.* /a;e\n",
		"unknown");
	judged(INPUTS "$template e,\"%$!all-json%\"\n*.* /a;e\n", "unknown");
	judged(INPUTS "$template e,\"%hostname% %MSG:::drop-last-lf%\"\n*.* /a;e\n",
		"reached");
	judged(INPUTS "$template e,\"%msg:::sp-if-no-1st-sp%\\n\"\n*.* /a;e\n", "missed");
	judged(LIST_TEMPLATE("constant(value=\"x\")"), "missed");
	judged(LIST_TEMPLATE("constant(value=\"msg\" name=\"msg\")"), "missed");
	judged(LIST_TEMPLATE("property(name=\"hostname\")"), "missed");
	judged(LIST_TEMPLATE("property(name=\"msg\" spifno1stsp=\"on\")"), "missed");
	judged(LIST_TEMPLATE("property(name=\"msg\" position.to=\"3\")"), "unknown");
	judged(LIST_TEMPLATE("constant(value=\"x\") property(name=\"rawmsg\")"),
		"reached");
}

/* template.c, tplProcessCnf(): a list without parts is none. parseSelectorAct() of
 * ommail.c: a sender, which stays, and recipients, which the next action takes. */
static void
test_incomplete(void **state)
{
	(void)state;
	judged(LIST_TEMPLATE(""), "missed");
	judged(ABORT "*.* :ommail:\n*.* /a\n", "does not start");
	judged(ABORT "$ActionMailFrom a@b\n$ModLoad ommail\n*.* :ommail:\n*.* /a\n",
		"does not start");
}

/* readConfFile() of rainerscript.c puts a line of its own behind joined lines; lexer.l
 * knows it between statements alone. */
static void
test_joined(void **state)
{
	(void)state;
	judged(INPUTS "*.* \\\n/a\n", "reached");
	judged(INPUTS "if $msg != \\\n'x'\nand 1 then stop\n*.* /a\n", "may not start");
	judged(INPUTS "if $msg \\\n!= 'x' then \\\n  /a\n", "reached");
}

/* withinRatelimit() of runtime/ratelimit.c */
static void
test_rate_limits(void **state)
{
	(void)state;
	judged("module(load=\"imuxsock\" sysSock.rateLimit.interval=\"5\" "
	       "sysSock.rateLimit.burst=\"1\")\n*.* /a\n",
		"unknown");
	judged("module(load=\"imuxsock\" sysSock.rateLimit.interval=\"5\" "
	       "sysSock.rateLimit.burst=\"500\")\n*.* /a\n",
		"reached");
	judged("module(load=\"imuxsock\" sysSock.rateLimit.interval=\"0\" "
	       "sysSock.rateLimit.burst=\"1\")\n*.* /a\n",
		"reached");
	judged("$ModLoad imuxsock\n$SystemLogRateLimitInterval 5\n"
	       "$SystemLogRateLimitBurst 2\n*.* /a\n",
		"unknown");
	/* they are not for a module that module() has loaded */
	judged(INPUTS "$SystemLogRateLimitInterval 5\n$SystemLogRateLimitBurst 2\n"
		      "*.* /a\n",
		"reached");
	goes("module(load=\"imklog\" rateLimitInterval=\"5\" rateLimitBurst=\"1\")\n"
	     "*.* /a\n",
		"kern", "/a (some)");
	goes("module(load=\"imjournal\" rateLimit.interval=\"5\" "
	     "rateLimit.burst=\"1\")\n*.* /a\n",
		"kern", "/a (some)");
	goes("$ModLoad imjournal\n$IMJournalRateLimitInterval 5\n"
	     "$IMJournalRateLimitBurst 1\n*.* /a\n",
		"kern", "/a (some)");
}

/* cnffuncNew() and initFunc_...() of rainerscript.c: rsyslogd 8.2302 dies of some calls
 * at its start and of others when the first message comes; names are told apart by case.
 */
static void
test_calls(void **state)
{
	static const char *const deadly[] = { "foo(1)", "STRLEN($msg)",
		"re_match($msg, $msg)", "re_extract($msg, $msg, 1, 2, '')",
		"prifilt($msg)", "prifilt(5)", "exec_template('no')",
		"exec_template($msg)", "substring($msg, -5, 500)", "hash64($msg)",
		"strlen(foo(1))" };
	static const char *const mistakes[] = { "strlen(1, 2)", "prifilt('mail.foo')",
		"re_match($msg, '(')", "wrap($msg)" };
	static const char *const good[] = { "strlen($msg) > 0", "re_match($msg, 'x')",
		"exec_template('RSYSLOG_FileFormat') != ''", "wrap($msg, 'x', 'y') != ''",
		"substring($msg, 0, -500) != ''", "prifilt('mail.info')" };
	(void)state;
	for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
		autofree char *text = memory_printf(
			"%s*.* /a\nif %s then stop\n", INPUTS, deadly[i]);
		judged(text, "may not start");
	}
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		autofree char *text = memory_printf(
			"*.* /a\nif %s then stop\n", mistakes[i]);
		autofree char *strict = memory_printf("%s%s", ABORT, text);
		autofree char *lenient = memory_printf("%s%s", INPUTS, text);
		judged(strict, "does not start");
		judged(lenient, "reached");
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		autofree char *text = memory_printf(
			"%s*.* /a\nif %s then stop\n", ABORT, good[i]);
		judged(text, "reached");
	}
	judged(ABORT "*.* /a\nif lookup('t', $msg) == 'x' then stop\n", "may not start");
	judged(INPUTS "module(load=\"fmhash\")\n*.* /a\nif hash64($msg) > 0 then stop\n",
		"reached");
}

/* What rsyslogd 8.2302 was seen to do: it dies, starts no queue, loads no driver, opens
 * nothing, takes no template; and what was taken for a mistake and is none. */
static void
test_seen(void **state)
{
	static const struct {
		const char *conf, *want;
	} cases[] = {
		{ INPUTS ":msg, Contains, \"one\" stop\n*.* /a\n", "missed" },
		{ INPUTS ":msg, !IsEqual, \"one\" stop\n*.* /a\n", "missed" },
		{ INPUTS "$RuleSet\tfoo\n*.* /a\n", "may not start" },
		{ INPUTS
			"ruleset(name=\"aa\") {\n*.* /b\ncall aa\n}\n*.* /a\nkern.* call "
			"r\n",
			"may not start" },
		{ INPUTS "*.* /a\nmail.* call RSYSLOG_DefaultRuleset\n",
			"may not start" },
		{ INPUTS "ruleset(name=\"aa\") {\n*.* /b\n}\n*.* /a\n*.* call aa\n*.* "
			 "call "
			 "r\n",
			"reached" },
		{ INPUTS "template(name=\"t\" type=\"string\" string=\"/b%msg%\")\n"
			 "*.* action(type=\"omfile\" dynafile=\"t\" "
			 "dynafilecachesize=\"0\")\n"
			 "*.* /a\n",
			"may not start" },
		{ INPUTS "$ActionQueueType Disk\n*.* /a\n", "unknown" },
		{ INPUTS "main_queue(queue.type=\"disk\" queue.filename=\"q\")\n*.* /a\n",
			"unknown" },
		{ INPUTS "global(abortOnFailedQueueStartup=\"on\")\n*.* /a\n*.* "
			 "action(type=\"omfile\" file=\"/b\" queue.type=\"Disk\")\n",
			"may not start" },
		{ INPUTS "*.* action(type=\"omfile\" file=[\"/b\"])\n*.* /a\n",
			"may not start" },
		{ INPUTS "*.* /b\n*.* /b/a\n*.* /a\n", "reached" },
		{ INPUTS "*.* /a\n*.* /a/b\n", "reached" },
		{ INPUTS "$MaxOpenFiles 1\n*.* /a\n", "may not start" },
		{ "$ModDir /nosuch/\n" INPUTS "*.* /a\n", "may not start" },
		{ "$PrivDropToUser root\n$FileCreateMode 0000\n" INPUTS "*.* /a\n",
			"may not start" },
		{ INPUTS "$RulesetParser rsyslog.rfc5424\n*.* /a\n", "reached" },
		{ "module(load=\"imuxsock\" sysSock.useSpecialParser=\"off\")\n"
		  "$RulesetParser rsyslog.rfc5424\n*.* /a\n",
			"may not start" },
		{ INPUTS "module(load=\"ommail\")\naction(type=\"ommail\")\n*.* /a\n",
			"unknown" },
		{ INPUTS "module(load=\"omprog\")\n*.* action(type=\"omprog\" "
			 "binary=\"/bin/p\" confirmMessages=\"on\")\n*.* /a\n",
			"unknown" },
		/* an address is rewritten before the filter looks */
		{ INPUTS "module(load=\"mmanon\")\naction(type=\"mmanon\")\n"
			 ":msg, contains, \"10.20.30.40\" stop\n*.* /a\n",
			"unknown" },
		{ "$PrivDropToUser root\n$Umask 0777\n" INPUTS "*.* /a\n",
			"may not start" },
		{ "$PrivDropToUser root\n$DirCreateMode 0000\n" INPUTS
		  "*.* /b/a\n*.* /a\n",
			"may not start" },
		{ "$PrivDropToUser root\n$Umask 0022\n$FileCreateMode 0640\n" INPUTS
		  "*.* /a\n",
			"reached" },
		{ "module(load=\"imuxsock.so\")\n*.* /a\n", "reached" },
		{ "module(load=\"/usr/lib/any-linux-gnu/rsyslog/imuxsock\")\n*.* /a\n",
			"reached" },
		{ LIST_TEMPLATE("property(name=\"msg\" format=\"nosuch\")"), "unknown" },
		{ LIST_TEMPLATE("property(name=\"msg\" position.to=\"-1\")"), "unknown" },
		{ LIST_TEMPLATE("property(name=\"hostname\" regex.expression=\"(\") "
				"property(name=\"msg\")"),
			"unknown" },
		{ LIST_TEMPLATE("property(name=\"timereported\" dateFormat=\"x\") "
				"property(name=\"msg\")"),
			"unknown" },
		{ LIST_TEMPLATE("property(name=\"timereported\" dateFormat=\"rfc3339\") "
				"property(name=\"msg\" dropLastLf=\"on\")"),
			"reached" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("%s\n", cases[i].conf);
		judged(cases[i].conf, cases[i].want);
	}
}

/* nsd_ptcp.c, netstrm.c, glbl.c: what becomes of messages to a log host. */
static void
test_drivers(void **state)
{
	static const char *const modules[] = { "imuxsock", "imklog", "lmnsd_ptcp", NULL };
	static const struct {
		const char *conf, *want;
	} cases[] = {
		{ "$DefaultNetstreamDriver gtls\n*.* @@h\n", "@@h (some)" },
		{ "global(DefaultNetstreamDriver=\"gtls\")\n*.* @@h\n", "@@h (some)" },
		{ "*.* @@h\nglobal(DefaultNetstreamDriver=\"gtls\")\n", "@@h (some)" },
		{ "$DefaultNetstreamDriver gtls\n*.* @h\n", "@h" },
		{ "$DefaultNetstreamDriver ptcp\n*.* @@h\n", "@@h" },
		{ "$ActionSendStreamDriver gtls\n*.* @@h\n", "@@h (some)" },
		{ "$ActionSendStreamDriverMode 1\n*.* @@h\n", "@@h (some)" },
		{ "$ActionSendStreamDriverMode 0\n*.* @@h\n", "@@h" },
		{ "$ActionSendStreamDriverAuthMode x509/name\n*.* @@h\n", "@@h (some)" },
		{ "$ActionSendStreamDriverPermittedPeer *.h\n*.* @@h\n", "@@h (some)" },
		{ "*.* action(type=\"omfwd\" target=\"h\" protocol=\"tcp\")\n",
			"@@h:514" },
		{ "*.* action(type=\"omfwd\" target=\"h\" protocol=\"tcp\" "
		  "StreamDriverMode=\"1\")\n",
			"@@h:514 (some)" },
		{ "*.* action(type=\"omfwd\" target=\"h\" protocol=\"tcp\" "
		  "StreamDriverAuthMode=\"x509/name\")\n",
			"@@h:514 (some)" },
		{ "global(net.ipprotocol=\"ipv6-only\")\n*.* @h\n", "@h (some)" },
		{ "global(net.ipprotocol=\"unspecified\")\n*.* @h\n", "@h" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *text = memory_printf("%s%s", INPUTS, cases[i].conf);
		print_message("%s\n", cases[i].conf);
		goes_with(modules, text, "mail", cases[i].want);
	}
}

/* expand_backticks() of grammar/lexer.l's caller: what they give depends on the daemon's
 * environment. */
static void
test_backticks(void **state)
{
	(void)state;
	judged(INPUTS "*.* action(type=\"omfile\" file=`echo $X`)\n", "unknown");
	judged(INPUTS "if $msg contains `echo $X` then stop\n*.* /a\n", "unknown");
	judged(INPUTS "module(load=`echo $X`)\n*.* /a\n", "may not start");
}

/* lexer.l: a single character after "call" is a stray, and numbers go through strtoll(3)
 */
static void
test_edges(void **state)
{
	(void)state;
	judged(INPUTS "ruleset(name=\"r\") { action(type=\"omfile\" file=\"/a\") }\n"
		      "*.* call r\n",
		"missed");
	judged(INPUTS "if 99999999999999999999 < 0 then stop\n*.* /a\n", "unknown");
}

/* Rulesets are found by name in constant time: a search among all took seconds. */
static void
test_many_rulesets(void **state)
{
	autobuffer struct buffer conf = { 0 };
	(void)state;
	buffer_text(&conf, INPUTS);
	for (unsigned i = 10; i < 25010; i++)
		buffer_printf(&conf, "ruleset(name=\"r%u\") { call r%u }\n", i, i + 1);
	clock_t start = clock();
	goes(conf.data, "mail", "nothing");
	assert_true((clock() - start) / (CLOCKS_PER_SEC / 1000) < 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_input),
		cmocka_unit_test(test_inputname),
		cmocka_unit_test(test_opaque),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_unclean),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_halted),
		cmocka_unit_test(test_large_include),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_file_parameters),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_rate_limits),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_backticks),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_many_rulesets),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
