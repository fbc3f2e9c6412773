/* What gettys tell login. That agetty and login do so: tests/oracle/getty.py. */
#include "tests/unit/kind_host.h"

#include "policy/models/login/getty.h"

/* "user=root", "host=there", "starts=/bin/sh", "unknown=..." or "asks". */
static char *
answer_of(const struct getty *getty)
{
	return getty->unknown != NULL   ? memory_printf("unknown=%s", getty->unknown)
		: getty->user != NULL   ? memory_printf("user=%s", getty->user)
		: getty->remote != NULL ? memory_printf("host=%s", getty->remote)
		: getty->starts != NULL ? memory_printf("starts=%s", getty->starts)
					: memory_text("asks");
}

static void
test_words(void **state)
{
	static const struct {
		const char *command, *answer;
		const char *terminal;
	} cases[] = {
		{ "/sbin/agetty tty1", "asks", "tty1" },
		{ "/sbin/agetty 38400 /dev/ttyS0 vt100", "asks", "ttyS0" },
		{ "/sbin/agetty -L ttyS0 9600 vt102", "asks", "ttyS0" },
		{ "/sbin/agetty -o '-p|--|\\u' --noclear - linux", "asks", NULL },
		{ "/sbin/agetty -a root tty1", "user=root", "tty1" },
		{ "/sbin/agetty tty1 -a root", "user=root", "tty1" },
		{ "/sbin/agetty -iaroot tty1", "user=root", "tty1" },
		{ "/sbin/agetty --autologin root -", "user=root", NULL },
		{ "/sbin/agetty --auto=root -", "user=root", NULL },
		/* what -o says stands in the place of what -a and -E say */
		{ "/sbin/agetty -a root -o -p|--|\\u -", "asks", NULL },
		{ "/sbin/agetty -a root -o -f|\\u -", "user=root", NULL },
		{ "/sbin/agetty -o -f|\\u -", "user=any name", NULL },
		{ "/sbin/agetty -o -h|there|\\u -", "host=there", NULL },
		{ "/sbin/agetty -E -H there -o -p|\\u -", "asks", NULL },
		{ "/sbin/agetty -E -H there -", "host=there", NULL },
		{ "/sbin/agetty -EHthere -", "host=there", NULL },
		{ "/sbin/agetty --remote --host=there -", "host=there", NULL },
		/* for utmp alone */
		{ "/sbin/agetty -H there -", "asks", NULL },
		{ "/sbin/agetty -n -l /bin/bash -", "starts=/bin/bash", NULL },
		{ "/sbin/agetty -l /usr/bin/login -", "asks", NULL },
		{ "/sbin/agetty -l /opt/in -",
			"unknown=it starts, and what that does is "
			"not known, /opt/in",
			NULL },
		{ "/sbin/agetty -r /jail -", "unknown=its login runs in another root",
			NULL },
		{ "/sbin/agetty --nonsense -",
			"unknown=it has an option that is not known", NULL },
		{ "/sbin/getty -L tty1 38400", "asks", "tty1" },
		{ "/sbin/mingetty tty1", "asks", "tty1" },
		{ "/sbin/mingetty --autologin root tty1", "user=root", "tty1" },
		{ "/sbin/mingetty --loginprog=/bin/sh tty1", "starts=/bin/sh", "tty1" },
		{ "/sbin/rungetty --autologin alice tty1", "user=alice", "tty1" },
		{ "/sbin/rungetty tty2 -- sh", "starts=sh", "tty2" },
		{ "/sbin/mgetty ttyS0",
			"unknown=it starts, and what that does is not "
			"known, /sbin/mgetty",
			NULL },
		{ "/bin/login -p", "asks", NULL },
		{ "/bin/login -f root", "user=root", NULL },
		{ "/bin/login -h there", "host=there", NULL },
		{ "/bin/bash", "starts=/bin/bash", NULL },
		{ "/bin/bash --login -i", "starts=/bin/bash", NULL },
		{ "-/bin/sh", "starts=-/bin/sh", NULL },
		/* bash(1): these take a word, which is no script */
		{ "/bin/bash -o posix", "starts=/bin/bash", NULL },
		{ "/bin/bash +O extglob -i", "starts=/bin/bash", NULL },
		{ "/bin/bash --rcfile /x --init-file /y", "starts=/bin/bash", NULL },
		{ "/bin/bash -s x", "starts=/bin/bash", NULL },
		{ "/bin/bash --rcfile /x /y",
			"unknown=it starts, and what that does is not known, /bin/bash",
			NULL },
		{ "/bin/bash -ic x",
			"unknown=it starts, and what that does is not known, /bin/bash",
			NULL },
		/* as root su(1) asks nobody */
		{ "/bin/su -", "starts=/bin/su", NULL },
		{ "/bin/su -l alice", "starts=/bin/su", NULL },
		{ "/bin/su -s /bin/sh alice", "starts=/bin/su", NULL },
		{ "/bin/su alice /opt/x",
			"unknown=it starts, and what that does is not known, /bin/su",
			NULL },
		{ "/bin/su - alice -c x",
			"unknown=it starts, and what that does is not known, /bin/su",
			NULL },
		{ "/sbin/sulogin --force", "starts=/sbin/sulogin", NULL },
		/* what runs another */
		{ "/usr/bin/env bash", "starts=bash", NULL },
		{ "/usr/bin/env -i -u X A=b /bin/login -f root", "user=root", NULL },
		{ "/usr/bin/env -S bash",
			"unknown=it starts, and what that does is not known, "
			"/usr/bin/env",
			NULL },
		{ "/usr/bin/setsid -c bash", "starts=bash", NULL },
		{ "/bin/busybox sh", "starts=sh", NULL },
		{ "/usr/bin/nice -n 5 setsid /sbin/agetty -a bob tty3", "user=bob",
			"tty3" },
		{ "/usr/bin/timeout -k 5 9 /bin/bash", "starts=/bin/bash", NULL },
		{ "/usr/bin/openvt -c 9 -- /bin/bash", "starts=/bin/bash", "tty9" },
		{ "/usr/bin/openvt -sc9", "starts=/usr/bin/openvt", "tty9" },
		{ "/bin/sh /opt/x",
			"unknown=it starts, and what that does is not known, "
			"/bin/sh",
			NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct getty getty = { 0 };
		char *words[16], *rest = NULL;
		size_t count = 0;
		autofree char *text = memory_text(cases[i].command);
		for (char *word = strtok_r(text, " ", &rest); word != NULL;
			word = strtok_r(NULL, " ", &rest))
			words[count++] = word;
		for (size_t k = 0; k < count; k++)
			for (char *p = words[k]; *p != '\0'; p++)
				*p = *p == '|' ? ' ' : *p;
		if (count > 2 && words[2][0] == '\'') {
			words[2][strlen(words[2]) - 1] = '\0';
			words[2]++;
		}
		getty_judge(&getty, words[0], words + 1, count - 1);
		autofree char *answer = answer_of(&getty);
		if (strcmp(answer, cases[i].answer) != 0)
			print_message("%s\n", cases[i].command);
		assert_string_equal(answer, cases[i].answer);
		assert_int_equal(getty.terminal == NULL, cases[i].terminal == NULL);
		if (getty.terminal != NULL)
			assert_string_equal(getty.terminal, cases[i].terminal);
		free(getty.terminal);
		free(getty.user);
		free(getty.remote);
		free(getty.starts);
		free(getty.unknown);
	}
}

/* All gettys as "SOURCE TERMINAL ANSWER" lines. */
static void
found(struct host *below, const char *want)
{
	struct gettys gettys;
	autobuffer struct buffer text = { 0 };
	/* what a host's files come to is worked out once */
	struct host *host = host_layer(below);
	gettys_read(host, &gettys);
	buffer_text(&text, "");
	for (size_t i = 0; i < gettys.count; i++) {
		const struct getty *getty = &gettys.items[i];
		autofree char *answer = answer_of(getty);
		buffer_printf(&text, "%s %s %s\n", getty->source,
			getty->terminal ? getty->terminal : "-", answer);
	}
	assert_string_equal(text.data, want);
	gettys_free(&gettys);
	host_free(host);
}

#define STOCK "[Service]\nExecStart=-/sbin/agetty -o '-p -- \\\\u' --noclear %I $TERM\n"

static void
test_units(void **state)
{
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	found(made.host, "");
	kind_host_put(&made, "/lib/systemd/system/getty@.service", STOCK);
	kind_host_put(&made, "/lib/systemd/system/ssh.service",
		"[Service]\nExecStart=/usr/sbin/sshd -D\n");
	found(made.host, "getty@.service - asks\n");
	/* an instance that is wanted, and what its drop-ins say */
	kind_host_put(
		&made, "/etc/systemd/system/getty.target.wants/getty@tty1.service", "");
	found(made.host, "getty@.service - asks\ngetty@tty1.service tty1 asks\n");
	kind_host_put(&made, "/etc/systemd/system/getty@tty2.service.d/a.conf",
		"[Service]\nExecStart=\nExecStart=-/sbin/agetty -a root %I\n");
	found(made.host,
		"getty@.service - asks\ngetty@tty1.service tty1 asks\n"
		"getty@tty2.service tty2 user=root\n");
	/* those of the template count for all; the instance's own for it alone */
	kind_host_put(&made, "/etc/systemd/system/getty@.service.d/b.conf",
		"[Service]\nEnvironment=OPTIONS=-EHthere\nExecStart=\n"
		"ExecStart=-/sbin/agetty $OPTIONS %I\n");
	found(made.host,
		"getty@.service - host=there\ngetty@tty1.service tty1 host=there\n"
		"getty@tty2.service tty2 host=there\n");
	kind_host_close(&made);
}

static void
test_more_units(void **state)
{
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/lib/systemd/system/serial-getty@.service", STOCK);
	kind_host_put(&made, "/etc/systemd/system/serial-.service.d/x.conf",
		"[Service]\nSetCredential=agetty.autologin:eve\n");
	found(made.host, "serial-getty@.service - user=eve\n");
	host_remove(made.host, "/etc/systemd/system/serial-.service.d/x.conf");
	kind_host_put(&made, "/run/systemd/system/serial-getty@ttyS1.service",
		"[Service]\nExecStart=/sbin/agetty %H\n");
	found(made.host,
		"serial-getty@.service - asks\nserial-getty@ttyS1.service ttyS1 "
		"unknown=how serial-getty@ttyS1.service is started can't be told: a "
		"specifier that is not understood\n");
	kind_host_put(&made, "/run/systemd/system/serial-getty@ttyS1.service", "");
	found(made.host, "serial-getty@.service - asks\n"); /* masked */
	/* another unit counts when something wants it */
	kind_host_put(&made, "/lib/systemd/system/debug-shell.service",
		"[Service]\nExecStart=/bin/bash\nStandardInput=tty\nTTYPath=/dev/tty9\n");
	found(made.host, "serial-getty@.service - asks\n");
	kind_host_put(&made,
		"/etc/systemd/system/sysinit.target.wants/debug-shell.service", "");
	found(made.host,
		"debug-shell.service tty9 starts=/bin/bash\n"
		"serial-getty@.service - asks\n");
	kind_host_put(&made, "/etc/systemd/system/kiosk.service",
		"[Service]\nExecStart=\"/sbin/agetty\" --autologin kiosk tty5\n");
	kind_host_put(
		&made, "/etc/systemd/system/graphical.target.requires/kiosk.service", "");
	found(made.host,
		"debug-shell.service tty9 starts=/bin/bash\n"
		"kiosk.service tty5 user=kiosk\nserial-getty@.service - asks\n");
	kind_host_close(&made);
}

/* What starts a unit, apart from a folder of links. */
static void
test_starts(void **state)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "/lib/systemd/system/multi-user.target",
			"[Unit]\nWants=other.service debug-shell.service\n" },
		{ "/etc/systemd/system/getty.target.d/a.conf",
			"[Unit]\nUpholds=debug-shell.service\n" },
		{ "/etc/systemd/system/multi-user.target.upholds/debug-shell.service",
			"" },
		{ "/etc/systemd/system/sockets.target.wants/debug-shell.socket", "" },
		{ "/etc/systemd/system/sockets.target.wants/named.socket", "" },
	};
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/lib/systemd/system/debug-shell.service",
		"[Service]\nExecStart=/sbin/sushell\nStandardInput=tty\nTTYPath=/dev/"
		"tty9\n");
	kind_host_put(&made, "/lib/systemd/system/named.socket",
		"[Socket]\nListenFIFO=/run/f\nService=debug-shell.service\n");
	found(made.host, "");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		kind_host_put(&made, cases[i].path, cases[i].text);
		found(made.host, "debug-shell.service tty9 starts=/sbin/sushell\n");
		host_remove(made.host, cases[i].path);
	}
	kind_host_put(&made, cases[0].path, "[Install]\nWants=debug-shell.service\n");
	found(made.host, "");
	kind_host_close(&made);
}

/* What else a unit at a terminal may do. */
static void
test_odd_units(void **state)
{
	struct kind_host made;
	static const char path[] = "/lib/systemd/system/x.service";
	static const struct {
		const char *lines, *want;
	} cases[] = {
		{ "ExecStart=/usr/bin/setsid -c /bin/bash\nStandardInput=tty\n",
			"x.service - starts=/bin/bash\n" },
		{ "ExecStart=/bin/bash -i\nStandardInput=file:/dev/tty9\n",
			"x.service tty9 starts=/bin/bash\n" },
		{ "ExecStart=/bin/cat\nStandardInput=file:/dev/null\n", "" },
		/* a terminal of its own */
		{ "ExecStart=/usr/bin/openvt -c 9 -- /bin/bash\n",
			"x.service tty9 starts=/bin/bash\n" },
		{ "ExecStart=/bin/sh -c 'getty -n -l /bin/bash 9600 tty9'\n",
			"x.service - unknown=it starts, and what that does is not known, "
			"/bin/sh\n" },
		{ "ExecStart=/bin/sh -c 'exec logger x'\n", "" },
		{ "ExecStart=/bin/sh -c 'bash </dev/tty9 >/dev/tty9'\n",
			"x.service - unknown=it starts, and what that does is not known, "
			"/bin/sh\n" },
		{ "ExecStart=/bin/sh -c 'dmesg >/dev/tty12'\n", "" },
		{ "ExecStart=/bin/sh -c 'systemctl stop getty@tty9.service'\n", "" },
		{ "ExecStart=/usr/sbin/x\nExecStartPost=/sbin/agetty -a root tty9\n",
			"x.service tty9 user=root\n" },
		{ "ExecStart=/usr/sbin/x\nExecStartPre=/opt/y\n", "" },
		/* systemd-run(1) starts what it is told */
		{ "ExecStart=/usr/bin/systemd-run -t bash\nStandardInput=tty\n",
			"x.service - unknown=it starts, and what that does is not known, "
			"/usr/bin/systemd-run\n" },
		{ "ExecStart=/bin/sh -c '/bin/bash'\nStandardInput=tty-force\n",
			"x.service - unknown=it starts, and what that does is not known, "
			"/bin/sh\n" },
		{ "ExecStart=/usr/bin/startx\nUser=alice\nTTYPath=/dev/tty7\n",
			"x.service tty7 unknown=it starts, and what that does is not "
			"known, /usr/bin/startx\n" },
		/* a stack is asked first */
		{ "ExecStart=/usr/bin/startx\nUser=alice\nTTYPath=/dev/tty7\n"
		  "StandardInput=tty\nPAMName=login\n",
			"" },
		{ "ExecStart=/usr/bin/logger\nStandardOutput=tty\nTTYPath=/dev/tty12\n",
			"" },
		{ "ExecStart=/usr/bin/systemd-firstboot\nStandardInput=tty\n", "" },
	};
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/etc/systemd/system/multi-user.target.wants/x.service", "");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *unit = memory_printf("[Service]\n%s", cases[i].lines);
		kind_host_put(&made, path, unit);
		found(made.host, cases[i].want);
	}
	host_remove(made.host, path);
	kind_host_close(&made);
}

/* The commands beside the getty: what is known to be harmless, what opens a session, and
 * what nobody knows. */
static void
test_besides(void **state)
{
	static const struct {
		const char *line, *want; /* NULL: nothing */
	} cases[] = {
		{ "ExecStartPre=-/bin/plymouth --wait quit", NULL },
		{ "ExecStartPre=/usr/bin/clear", NULL },
		{ "ExecStartPre=-/usr/bin/env stty sane", NULL },
		{ "ExecStartPre=/bin/sleep 5", NULL },
		{ "ExecReload=/bin/kill -HUP $MAINPID", NULL },
		{ "ExecStartPre=/opt/clear",
			"unknown=it starts, and what that does is "
			"not known, /opt/clear" },
		{ "ExecStartPre=-/bin/bash", "starts=/bin/bash" },
		{ "ExecStartPre=-/bin/bash -o posix", "starts=/bin/bash" },
		{ "ExecStartPre=-/bin/bash --rcfile /x", "starts=/bin/bash" },
		{ "ExecStartPre=-/bin/login -f root", "user=root" },
		{ "ExecCondition=\"/bin/login\" \"-f\" root", "user=root" },
		{ "ExecStartPre=-/bin/clear ; /bin/login -f root", "user=root" },
		{ "ExecStartPre=/bin/login -\\x66 root",
			"unknown=it is told more than can be followed, /bin/login "
			"-\\x66 root" },
		{ "ExecStopPost=-/sbin/agetty -a root tty1", "user=root" },
		{ "ExecStopPost=-/sbin/agetty tty1", NULL },
		{ "ExecStartPre=-/bin/su -", "starts=/bin/su" },
		{ "ExecStartPre=-/sbin/sulogin --force", "starts=/sbin/sulogin" },
		{ "ExecStartPre=-/usr/bin/env bash", "starts=bash" },
		{ "ExecStartPre=-/usr/bin/setsid -c bash", "starts=bash" },
		{ "ExecStartPre=-/bin/busybox sh", "starts=sh" },
		{ "ExecStartPre=@/bin/busybox sh", "starts=sh" },
		{ "ExecStartPre=@/bin/bash clear", "starts=/bin/bash" },
		{ "ExecStartPre=/bin/plymouth ask-for-password --command=bash",
			"unknown=it starts, and what that does is not known, "
			"/bin/plymouth" },
		{ "ExecStartPre=/bin/systemctl stop x.path", NULL },
		{ "ExecStartPre=-/bin/sh /opt/script",
			"unknown=it starts, and what that "
			"does is not known, /bin/sh" },
		/* service.c: without EXEC_APPLY_TTY_STDIN their input is /dev/null */
		{ "ExecStartPost=/bin/bash", NULL },
		{ "ExecStartPost=/usr/bin/openvt bash", "starts=bash" },
		{ "ExecStartPre=-/bin/bash\nExecStartPre=", NULL },
		{ "ExecStartPre=-/bin/bash\nExecStopPost=", "starts=/bin/bash" },
	};
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *at = cases[i].want != NULL &&
				strstr(cases[i].line, "agetty") != NULL
			? "tty1"
			: "-";
		autofree char *unit = memory_printf(
			"%sStandardInput=tty\n%s\n", STOCK, cases[i].line);
		autofree char *want = cases[i].want == NULL
			? memory_text("getty@.service - asks\n")
			: memory_printf("getty@.service - asks\ngetty@.service %s %s\n",
				  at, cases[i].want);
		kind_host_put(&made, "/lib/systemd/system/getty@.service", unit);
		found(made.host, want);
	}
	kind_host_close(&made);
}

/* Every host has these; they are for root alone, who is asked for the password. */
static void
test_emergency(void **state)
{
	static const char path[] = "/lib/systemd/system/emergency.service";
	static const struct {
		const char *lines, *want;
	} cases[] = {
		{ "ExecStart=-/lib/systemd/systemd-sulogin-shell emergency\n", "" },
		{ "ExecStart=-/bin/sh -c \"/sbin/sulogin; /bin/systemctl default\"\n"
		  "ExecStopPost=/bin/systemctl --no-block default\n",
			"" },
		{ "ExecStart=-/lib/systemd/systemd-sulogin-shell emergency\n"
		  "Environment=HOME=/ SYSTEMD_SULOGIN_FORCE=1\n",
			"emergency.service - starts=sulogin --force\n" },
		{ "ExecStart=-/lib/systemd/systemd-sulogin-shell emergency\n"
		  "Environment=SYSTEMD_SULOGIN_FORCE=0\n",
			"" },
		{ "ExecStart=-/bin/bash\n", "emergency.service - starts=/bin/bash\n" },
	};
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/lib/systemd/system/emergency.target",
		"[Unit]\nRequires=emergency.service\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *unit = memory_printf(
			"[Service]\nStandardInput=tty-force\n%s", cases[i].lines);
		kind_host_put(&made, path, unit);
		found(made.host, cases[i].want);
	}
	kind_host_close(&made);
}

/* What a getty is told from outside its unit. */
static void
test_outside(void **state)
{
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/lib/systemd/system/getty@.service",
		STOCK "ImportCredential=agetty.*\nImportCredential=login.*\n");
	found(made.host, "getty@.service - asks\n");
	kind_host_put(&made, "/etc/credstore/agetty.autologin", "root");
	found(made.host, "getty@.service - user=any name\n");
	host_remove(made.host, "/etc/credstore/agetty.autologin");
	kind_host_put(&made, "/usr/lib/credstore.encrypted/login.noauth", "yes");
	found(made.host, "getty@.service - user=any name\n");
	host_remove(made.host, "/usr/lib/credstore.encrypted/login.noauth");
	/* a folder that the unit names itself */
	kind_host_put(&made, "/lib/systemd/system/getty@.service",
		STOCK "Environment=A=b \"CREDENTIALS_DIRECTORY=/etc/cred\"\n");
	found(made.host, "getty@.service - asks\n");
	kind_host_put(&made, "/etc/cred/agetty.autologin", "root");
	found(made.host, "getty@.service - user=any name\n");
	kind_host_put(&made, "/lib/systemd/system/getty@.service",
		"[Service]\nExecStart=-/sbin/agetty $OPTS %I\n");
	found(made.host, "getty@.service - asks\n");
	kind_host_put(&made, "/etc/systemd/system.conf.d/a.conf",
		"[Manager]\nDefaultEnvironment=OPTS=-aroot\n");
	found(made.host,
		"getty@.service - unknown=DefaultEnvironment= of systemd may say what "
		"its "
		"command is told\n");
	kind_host_put(&made, "/lib/systemd/system/getty@.service", STOCK);
	found(made.host, "getty@.service - asks\n");
	kind_host_close(&made);
}

static void
test_inittab(void **state)
{
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/etc/inittab",
		"# 1:2345:respawn:/bin/sh\nid:3:initdefault:\n"
		"si::sysinit:/etc/rc.d/rc.sysinit\n1:2345:respawn:/sbin/mingetty tty1\n"
		"2:2345:off:/bin/sh\n3:2345:respawn:/sbin/mingetty --autologin root "
		"tty3\n"
		"4:23:respawn:/bin/sh </dev/tty4 >/dev/tty4 2>&1\n"
		"SV:123456:respawn:/command/svscanboot\n"
		"S0:23:respawn:+/sbin/agetty -L $SERIAL 9600\n"
		"ttyS1::askfirst:-/bin/ash\n5:2:respawn:/bin/sh /opt/start\n"
		"6:2:respawn:/usr/bin/setsid /sbin/agetty -a bob tty6\n"
		"7:2:respawn:/usr/bin/nice /usr/sbin/crond\n");
	found(made.host,
		"/etc/inittab tty1 asks\n/etc/inittab tty3 user=root\n"
		"/etc/inittab - starts=/bin/sh\n"
		"/etc/inittab - unknown=a shell runs it, in a way not followed\n"
		"/etc/inittab ttyS1 starts=-/bin/ash\n/etc/inittab tty6 user=bob\n");
	kind_host_put(&made, "/etc/inittab", "");
	kind_host_put(&made, "/etc/init/tty.conf",
		"stop on runlevel [S016]\ninstance $TTY\nexec /sbin/mingetty $TTY\n"
		"exec /bin/true\n");
	found(made.host, "/etc/init/tty.conf - asks\n");
	kind_host_close(&made);
}

/* With the root changed, files of both inits. */
static void
put_both(struct kind_host *made)
{
	kind_host_reopen(made);
	kind_host_put(made, "/etc/inittab", "1:2:respawn:/bin/sh\n");
	kind_host_put(made, "/lib/systemd/system/getty@.service", STOCK);
}

/* One init's files mean nothing to the other. */
static void
test_init(void **state)
{
	struct kind_host made;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	put_both(&made);
	found(made.host, "getty@.service - asks\n/etc/inittab - starts=/bin/sh\n");
	scratch_parents("/sbin/init");
	autofree char *init = scratch_path("/sbin/init");
	autofree char *program = scratch_path("/systemd");
	close(open(program, O_CREAT | O_WRONLY, 0755));
	assert_int_equal(symlink("/systemd", init), 0);
	put_both(&made);
	found(made.host, "getty@.service - asks\n");
	unlink(init);
	close(open(init, O_CREAT | O_WRONLY, 0755));
	put_both(&made);
	found(made.host, "/etc/inittab - starts=/bin/sh\n");
	host_remove(made.host, "/etc/inittab");
	found(made.host, "");
	autofree char *busybox = scratch_path("/busybox");
	unlink(init);
	close(open(busybox, O_CREAT | O_WRONLY, 0755));
	assert_int_equal(symlink("/busybox", init), 0);
	put_both(&made);
	host_remove(made.host, "/etc/inittab");
	found(made.host,
		"/sbin/init - unknown=without etc/inittab busybox starts shells at the "
		"terminals\n");
	kind_host_put(&made, "/etc/inittab", "");
	found(made.host, "");
	scratch_link("/bin/login", "/busybox");
	put_both(&made);
	kind_host_put(&made, "/etc/inittab", "");
	found(made.host,
		"/bin/login - unknown=it is busybox, whose login may have been built "
		"without PAM\n");
	kind_host_close(&made);
}

static void
test_many(void **state)
{
	struct kind_host made;
	struct gettys gettys;
	autobuffer struct buffer text = { 0 };
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	for (int i = 0; i < 2000; i++)
		buffer_text(&text, "1:2:respawn:/sbin/mingetty tty1\n");
	buffer_text(&text, "1:2:respawn:/bin/sh\n");
	kind_host_put(&made, "/etc/inittab", text.data);
	gettys_read(made.host, &gettys);
	assert_int_equal(gettys.count, 1000);
	assert_non_null(strstr(gettys.items[999].unknown, "too many"));
	gettys_free(&gettys);
	kind_host_close(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_more_units),
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_odd_units),
		cmocka_unit_test(test_besides),
		cmocka_unit_test(test_emergency),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_inittab),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
