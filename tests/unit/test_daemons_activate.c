/* Whether real daemons, started by the test, run by changed files afterwards. */
#include "daemons_host.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/sysmacros.h>

#include "base/live.h"

/* As the first process, the test is the parent of daemons that left theirs. */
static void
bury(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static struct daemons_sight sight;

/* What the daemons answer with the files as they are. */
static void
look(void)
{
	daemons_sight_free(&sight);
	daemons_look(&made, &sight);
}

static int
activate(void)
{
	buffer_free(&notes);
	return daemons_activate(&made, &sight, collect_note, NULL, &failure);
}

static struct live_process
find(const char *program)
{
	const char *programs[] = { program, NULL };
	struct live_list list = { 0 };
	struct live_process process = { 0 };
	assert_int_equal(live_find(programs, &list, NULL), 0);
	live_keep_parents(&list);
	assert_true(list.count <= 1);
	if (list.count == 1)
		process = list.items[0];
	live_list_free(&list);
	return process;
}

/* Starts a daemon that stays in the foreground. */
static pid_t
start(const char *const *argv)
{
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open("/run/daemon.out", O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execv(argv[0], (char *const *)argv);
		_exit(99);
	}
	return pid;
}

/* The first bytes that PORT says, within two seconds; "" when it says none; NULL when
 * nobody listens. */
static const char *
greeting(unsigned short port)
{
	static char text[256];
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		close(fd);
		return NULL;
	}
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t size = poll(&poll_fd, 1, 2000) > 0 ? read(fd, text, sizeof text - 1) : 0;
	text[size > 0 ? size : 0] = '\0';
	close(fd);
	return text;
}

/* Waits, five seconds at most, for PORT to be listened at. */
static void
await_port(unsigned short port)
{
	for (int i = 0; i < 100 && greeting(port) == NULL; i++)
		poll(NULL, 0, 50);
	assert_non_null(greeting(port));
}

static void
end_daemon(pid_t pid)
{
	assert_true(pid > 0); /* 0 would be our own process group, make and all */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	bury();
}

static int
set_up(void **state)
{
	(void)state;
	daemons_sight_free(&sight);
	start_over();
	bury();
	return 0;
}

static pid_t
start_sshd(void)
{
	static const char *const ARGV[] = { "/usr/sbin/sshd", "-D", NULL };
	mkdir("/run/sshd", 0755);
	put_text("/etc/ssh/sshd_config", SSHD_CONFIG);
	pid_t pid = start(ARGV);
	await_port(2222);
	return pid;
}

static void
test_sshd(void **state)
{
	(void)state;
	pid_t pid = start_sshd();
	struct live_process before = find("sshd");
	assert_int_equal(before.pid, pid);
	/* a connection's process must be left alone */
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(2222),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[16] = "";
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_true(read(fd, text, 4) == 4 && memcmp(text, "SSH-", 4) == 0);

	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	look();
	put_text("/etc/ssh/sshd_config",
		"Port 2323\nListenAddress 127.0.0.1\nHostKey /etc/ssh/key\n"
		"VersionAddendum changed\n");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "sshd: told to reload (process ");
	assert_says(notes.data, "sshd: answers as its files say");
	assert_says(greeting(2323), " changed");
	assert_null(greeting(2222));
	assert_true(live_runs(&before)); /* the same process */
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	while (poll(&poll_fd, 1, 0) > 0) /* its key exchange, but no end */
		assert_true(read(fd, text, sizeof text) > 0);
	close(fd);
	end_daemon(pid);
}

/* It is not told, since it would exit, and goes on as it was. */
static void
test_sshd_broken(void **state)
{
	(void)state;
	pid_t pid = start_sshd();
	put_text("/etc/ssh/sshd_config", "HostKey /etc/ssh/key\nNonsense yes\n");
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	assert_int_equal(activate(), -1);
	assert_string_equal(failure.text,
		"sshd: not told to reload, it would exit: /etc/ssh/sshd_config: line 2: "
		"Bad configuration option: Nonsense");
	assert_says(greeting(2222), "SSH-");
	end_daemon(pid);
}

/* What sshd -t does not see: the address can't be had, so that sshd exits. */
static void
test_sshd_lost(void **state)
{
	(void)state;
	pid_t pid = start_sshd();
	put_text("/etc/ssh/sshd_config",
		"Port 2222\nListenAddress 192.0.2.1\nHostKey /etc/ssh/key\n");
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	assert_int_equal(activate(), -1);
	assert_string_equal(failure.text, "sshd exited after it was told to reload");
	end_daemon(pid);
	/* the activation that follows the undo brings back what this one cost */
	start_over();
	put_text("/etc/ssh/sshd_config", SSHD_CONFIG);
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	assert_int_equal(activate(), 0);
	assert_string_equal(notes.data, "sshd: started again\n");
	await_port(2222);
	assert_says(greeting(2222), "SSH-");
	/* but what is gone for another reason is not started */
	end_daemon(find("sshd").pid);
	assert_int_equal(activate(), 0);
	assert_string_equal(notes.data, "sshd: not running, nothing to reload\n");
}

/* It greets, and can't go on: its answer to a key exchange dies. */
static void
test_sshd_asks_nobody(void **state)
{
	(void)state;
	pid_t pid = start_sshd();
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	look();
	autofree char *text = memory_printf(
		"%sKexAlgorithms sntrup761x25519-sha512@openssh.com\n"
		"HostKeyAlgorithms rsa-sha2-256\n",
		SSHD_CONFIG);
	put_text("/etc/ssh/sshd_config", text);
	assert_int_equal(activate(), -1);
	assert_says(failure.text,
		"sshd: nobody who connects to port 2222 over IPv4 is asked to "
		"authenticate");
	assert_says(greeting(2222), "SSH-");
	/* the same files, undone */
	put_text("/etc/ssh/sshd_config", SSHD_CONFIG);
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "sshd: answers as its files say");
	end_daemon(pid);
}

/* What could not be asked before says nothing about the change. */
static void
test_sshd_without_loopback(void **state)
{
	(void)state;
	pid_t pid = start_sshd();
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	assert_int_equal(private_loopback(false), 0);
	look();
	put_text("/etc/ssh/sshd_config",
		"Port 2323\nListenAddress 127.0.0.1\nHostKey /etc/ssh/key\n");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "sshd: could not be asked before");
	assert_int_equal(private_loopback(true), 0);
	assert_says(greeting(2323), "SSH-");
	end_daemon(pid);
}

static void
test_sshd_other_file(void **state)
{
	static const char *const ARGV[] = { "/usr/sbin/sshd", "-D", "-f",
		"/etc/ssh/other", NULL };
	(void)state;
	put_text("/etc/ssh/sshd_config", SSHD_CONFIG);
	put_text("/etc/ssh/other",
		"Port 2424\nListenAddress 127.0.0.1\nHostKey /etc/ssh/key\n");
	pid_t pid = start(ARGV);
	await_port(2424);
	put_text("/etc/ssh/other", "Nonsense\n");
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, " reads another file, left alone");
	assert_says(greeting(2424), "SSH-");
	end_daemon(pid);
}

static const char SERVICE[] = "service one\n{\n type = UNLISTED\n port = %d\n"
			      " socket_type = stream\n protocol = tcp\n wait = no\n"
			      " user = root\n server = /bin/echo\n"
			      " server_args = %s\n}\n";

static void
put_service(int port, const char *word)
{
	autofree char *text = memory_printf(SERVICE, port, word);
	put_text("/etc/xinetd.d/one", text);
}

static void
test_xinetd(void **state)
{
	static const char *const ARGV[] = { "/usr/sbin/xinetd", "-dontfork", NULL };
	(void)state;
	put_text("/etc/xinetd.conf", "defaults\n{\n}\nincludedir /etc/xinetd.d\n");
	put_service(3001, "before");
	pid_t pid = start(ARGV);
	await_port(3001);
	assert_string_equal(greeting(3001), "before\n");
	add_change(CHANGE_REPLACE, "/etc/xinetd.d/one", "");
	look();
	put_service(3002, "after");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "xinetd: told to reload (process ");
	assert_says(notes.data, "xinetd: answers as its files say");
	assert_string_equal(greeting(3002), "after\n");
	assert_null(greeting(3001));
	assert_int_equal(find("xinetd").pid, pid);
	/* without a service it goes on, and listens at nothing */
	put_text("/etc/xinetd.d/one", "");
	assert_int_equal(activate(), 0);
	assert_null(greeting(3002));
	end_daemon(pid);
	assert_int_equal(activate(), 0);
	assert_string_equal(notes.data, "xinetd: not running, nothing to reload\n");
}

/* A port that somebody else has: xinetd goes on, without the service. */
static void
test_xinetd_without_its_port(void **state)
{
	static const char *const ARGV[] = { "/usr/sbin/xinetd", "-dontfork", NULL };
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(3003),
		.sin_addr = { htonl(INADDR_ANY) },
	};
	(void)state;
	put_text("/etc/xinetd.conf", "defaults\n{\n}\nincludedir /etc/xinetd.d\n");
	put_service(3001, "before");
	pid_t pid = start(ARGV);
	await_port(3001);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 1), 0);
	add_change(CHANGE_REPLACE, "/etc/xinetd.d/one", "");
	look();
	put_service(3003, "after");
	assert_int_equal(activate(), -1);
	assert_string_equal(
		failure.text, "xinetd: service one does not listen at tcp port 3003");
	/* what was so before is not the change's fault */
	start_over();
	add_change(CHANGE_REPLACE, "/etc/xinetd.d/one", "");
	look();
	assert_int_equal(activate(), 0);
	close(fd);
	end_daemon(pid);
}

/* A socket that stays open though the files say that nobody listens. */
static void
test_xinetd_still_listens(void **state)
{
	static const char *const ARGV[] = { "/usr/sbin/xinetd", "-dontfork", NULL };
	struct probe probe;
	(void)state;
	put_text("/etc/xinetd.conf", "defaults\n{\n}\nincludedir /etc/xinetd.d\n");
	put_service(3001, "before");
	pid_t pid = start(ARGV);
	await_port(3001);
	autofree char *text = get_text("/etc/xinetd.d/one");
	autofree char *off = memory_printf(
		"%.*s disable = yes\n}\n", (int)strlen(text) - 2, text);
	put_text("/etc/xinetd.d/one", off);
	for (size_t i = 0; i < DAEMONS_COUNT; i++)
		if (strcmp(DAEMONS[i].name, "xinetd") == 0)
			daemons_ask(&DAEMONS[i], &probe);
	assert_true(probe.works);
	assert_int_equal(probe.count, 1);
	assert_string_equal(probe.faults[0],
		"it listens at tcp port 3001, where no service is started");
	probe_free(&probe);
	end_daemon(pid);
}

static void
send_message(const char *text)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(5514),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address);
	close(fd);
}

/* Sends until FILE has it, five seconds at most. */
static void
assert_logged(const char *file, const char *text)
{
	for (int i = 0; i < 50; i++) {
		send_message(text);
		poll(NULL, 0, 100);
		autofree char *have = get_text(file);
		if (strstr(have, text + 4) != NULL)
			return;
	}
	fail_msg("%s lacks %s", file, text);
}

static void
put_rules(const char *rules)
{
	autofree char *text = memory_printf("module(load=\"imudp\")\n"
					    "input(type=\"imudp\" port=\"5514\" "
					    "address=\"127.0.0.1\")\n%s\n",
		rules);
	put_text("/etc/rsyslog.conf", text);
}

/* Started with OPTION: NULL sends it to the background, -n keeps it in front. */
static void
rsyslog_as(const char *option)
{
	const char *argv[] = { "/usr/sbin/rsyslogd", option, NULL };
	put_rules("*.* /var/log/before");
	start(argv);
	assert_logged("/var/log/before", "<13>test: first");
	struct live_process before = find("rsyslogd");
	put_rules("*.* /var/log/after");
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "");
	/* we are its parent, in both cases: nobody else takes it off the list */
	signal(SIGCHLD, SIG_IGN);
	int status = activate();
	signal(SIGCHLD, SIG_DFL);
	if (status < 0)
		fail_msg("%s", failure.text);
	assert_string_equal(notes.data, "rsyslogd: restarted\n");
	assert_logged("/var/log/after", "<13>test: second");
	struct live_process after = find("rsyslogd");
	assert_true(after.pid > 0 && after.pid != before.pid);
	autofree char *path = memory_printf("/proc/%d/cmdline", (int)after.pid);
	autofree char *now = get_text(path);
	assert_string_equal(now, "/usr/sbin/rsyslogd");
	/* no rule at all: it does not start */
	start_over();
	put_text("/etc/rsyslog.conf", "");
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "");
	assert_int_equal(activate(), -1);
	assert_says(failure.text, "rsyslogd did not s");
	start_over();
	put_rules("*.* /var/log/undone");
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "");
	assert_int_equal(activate(), 0);
	assert_string_equal(notes.data, "rsyslogd: started again\n");
	assert_logged("/var/log/undone", "<13>test: third");
	end_daemon(find("rsyslogd").pid);
	bury();
}

static void
test_rsyslog(void **state)
{
	(void)state;
	rsyslog_as(NULL);
}

static void
test_rsyslog_in_front(void **state)
{
	(void)state;
	rsyslog_as("-n");
}

/* A /dev of its own, with what the daemons need, so that /dev/log is the test's. */
static void
make_devices(void)
{
	static const struct {
		const char *path;
		unsigned minor;
	} DEVICES[] = { { "/dev/null", 3 }, { "/dev/random", 8 }, { "/dev/urandom", 9 } };
	assert_int_equal(private_empty("/dev"), 0);
	for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++) {
		assert_int_equal(mknod(DEVICES[i].path, S_IFCHR | 0666,
					 makedev(1, DEVICES[i].minor)),
			0);
		assert_int_equal(chmod(DEVICES[i].path, 0666), 0);
	}
}

static void
put_local_rules(const char *rules)
{
	autofree char *text = memory_printf("module(load=\"imuxsock\")\n"
					    "user.* /var/log/user\n%s\n",
		rules);
	put_text("/etc/rsyslog.conf", text);
}

/* Whether messages arrive where the model says, before and after a change. */
static void
test_rsyslog_is_asked(void **state)
{
	static const char *const ARGV[] = { "/usr/sbin/rsyslogd", "-n", NULL };
	(void)state;
	make_devices();
	/* what no model sees: a folder of a file system that is read-only */
	assert_int_equal(mkdir("/var/log/shut", 0755), 0);
	assert_int_equal(mount("test", "/var/log/shut", "tmpfs", MS_RDONLY, NULL), 0);
	put_local_rules("");
	start(ARGV);
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "");
	/* until it is there and answers, however busy the machine is */
	bool works = false;
	for (int i = 0; i < 60 && !works; i++) {
		poll(NULL, 0, 100);
		look();
		for (size_t k = 0; k < DAEMONS_COUNT; k++)
			works = works || sight.probes[k].works;
	}
	assert_true(works);
	signal(SIGCHLD, SIG_IGN);
	/* the second of them can't be written, and rsyslogd goes on without it */
	put_local_rules("local5.* /var/log/local5\nlocal6.* /var/log/shut/local6");
	assert_int_equal(activate(), -1);
	assert_string_equal(failure.text,
		"rsyslogd: messages for /var/log/shut/local6 do not arrive there");
	error_clear(&failure);
	failure = ERROR_INIT;
	put_local_rules("local5.* /var/log/local5\n*.emerg :omusrmsg:*");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "rsyslogd: answers as its files say");
	autofree char *user = get_text("/var/log/user"),
		      *local5 = get_text("/var/log/local5");
	assert_says(user, "holdfast[");
	assert_says(local5, "probe ");
	/* without its socket it gets nothing, as its files say, and can't be asked */
	put_text("/etc/rsyslog.conf", "user.* /var/log/user\n");
	assert_int_equal(activate(), 0);
	look();
	start_over();
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "rsyslogd: could not be asked before");
	signal(SIGCHLD, SIG_DFL);
	end_daemon(find("rsyslogd").pid);
	assert_int_equal(umount("/var/log/shut"), 0);
	assert_int_equal(umount("/dev"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sshd, set_up),
		cmocka_unit_test_setup(test_sshd_broken, set_up),
		cmocka_unit_test_setup(test_sshd_lost, set_up),
		cmocka_unit_test_setup(test_sshd_asks_nobody, set_up),
		cmocka_unit_test_setup(test_sshd_without_loopback, set_up),
		cmocka_unit_test_setup(test_sshd_other_file, set_up),
		cmocka_unit_test_setup(test_xinetd, set_up),
		cmocka_unit_test_setup(test_xinetd_without_its_port, set_up),
		cmocka_unit_test_setup(test_xinetd_still_listens, set_up),
		cmocka_unit_test_setup(test_rsyslog, set_up),
		cmocka_unit_test_setup(test_rsyslog_in_front, set_up),
		cmocka_unit_test_setup(test_rsyslog_is_asked, set_up),
	};
	private_host();
	int status = cmocka_run_group_tests(tests, NULL, NULL);
	daemons_sight_free(&sight);
	start_over();
	return status;
}
