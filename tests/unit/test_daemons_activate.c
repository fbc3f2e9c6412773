/* Whether real daemons, started by the test, run by changed files afterwards. */
#include "daemons_host.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>

#include "base/live.h"

/* As the first process, the test is the parent of daemons that left theirs. */
static void
bury(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static int
activate(void)
{
	buffer_free(&notes);
	return daemons_activate(&made, collect_note, NULL, &failure);
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
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	bury();
}

static int
set_up(void **state)
{
	(void)state;
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

	put_text("/etc/ssh/sshd_config",
		"Port 2323\nListenAddress 127.0.0.1\nHostKey /etc/ssh/key\n"
		"VersionAddendum changed\n");
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "sshd: told to reload (process ");
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
	put_service(3002, "after");
	add_change(CHANGE_REPLACE, "/etc/xinetd.d/one", "");
	assert_int_equal(activate(), 0);
	assert_says(notes.data, "xinetd: told to reload (process ");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sshd, set_up),
		cmocka_unit_test_setup(test_sshd_broken, set_up),
		cmocka_unit_test_setup(test_sshd_lost, set_up),
		cmocka_unit_test_setup(test_sshd_other_file, set_up),
		cmocka_unit_test_setup(test_xinetd, set_up),
		cmocka_unit_test_setup(test_rsyslog, set_up),
		cmocka_unit_test_setup(test_rsyslog_in_front, set_up),
	};
	private_host();
	int status = cmocka_run_group_tests(tests, NULL, NULL);
	start_over();
	return status;
}
