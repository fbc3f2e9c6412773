/* Who is logged in, from files as login, sshd and logind write them. */
#include "tests/unit/scratch.h"

#include <arpa/inet.h>
#include <utmpx.h>

#include "base/bytes.h"
#include "base/sessions.h"

static struct buffer utmp;

static void
log_in(short type, pid_t pid, const char *line, const char *user, const char *host,
	const char *address)
{
	struct utmpx entry = { .ut_type = type, .ut_pid = pid };
	strncpy(entry.ut_line, line, sizeof entry.ut_line);
	strncpy(entry.ut_user, user, sizeof entry.ut_user);
	strncpy(entry.ut_host, host, sizeof entry.ut_host);
	if (address != NULL)
		assert_int_equal(inet_pton(strchr(address, ':') ? AF_INET6 : AF_INET,
					 address, entry.ut_addr_v6),
			1);
	buffer_add(&utmp, (const char *)&entry, sizeof entry);
}

static void
read_all(struct sessions *sessions)
{
	autofree char *file = scratch_path("/utmp");
	autofree char *folder = scratch_path("/sessions");
	scratch_file("/utmp", utmp.data != NULL ? utmp.data : "", utmp.size);
	sessions_read(file, folder, sessions);
	buffer_free(&utmp);
}

static void
is_session(const struct session *session, const char *user, const char *terminal,
	const char *host, const char *service)
{
	assert_string_equal(session->user, user);
	assert_string_equal(session->terminal, terminal);
	assert_string_equal(session->host, host);
	assert_string_equal(session->service, service);
}

static void
test_utmp(void **state)
{
	pid_t own = getpid(), parent = getppid();
	struct sessions sessions;
	(void)state;
	scratch_make();
	log_in(LOGIN_PROCESS, own, "tty2", "LOGIN", "", NULL);
	log_in(USER_PROCESS, own, "pts/3", "bob", "", NULL);
	log_in(USER_PROCESS, own, "pts/3", "bob", ":0", NULL);
	log_in(USER_PROCESS, 0, "tty3", "gone", "", NULL);
	log_in(USER_PROCESS, own, "pts/0", "alice", "client.example.net", "192.0.2.7");
	log_in(USER_PROCESS, own, "pts/9", "alice", "again", NULL);
	log_in(USER_PROCESS, parent, "tty1", "root", "", NULL);
	read_all(&sessions);
	assert_int_equal(sessions.count, 2);
	is_session(&sessions.items[0], "alice", "pts/0", "192.0.2.7", "");
	is_session(&sessions.items[1], "root", "tty1", "", "");
	sessions_free(&sessions);
	log_in(USER_PROCESS, own, "pts/0", "a-user-of-exactly-32-characters!", "v6",
		"2001:db8::1");
	read_all(&sessions);
	is_session(&sessions.items[0], "a-user-of-exactly-32-characters!", "pts/0",
		"2001:db8::1", "");
	sessions_free(&sessions);
	scratch_remove();
}

static void
test_logind(void **state)
{
	pid_t own = getpid(), parent = getppid();
	struct sessions sessions;
	(void)state;
	scratch_make();
	autofree char *first = memory_printf(
		"# private\nUID=0\nUSER=root\nSTATE=active\nCLASS=user\nSERVICE=login\n"
		"TTY=tty1\nLEADER=%d\n",
		(int)own);
	autofree char *second = memory_printf(
		"USER=alice\nSTATE=online\nREMOTE=1\nCLASS=user\nREMOTE_HOST=\"2001:db8::"
		"7\"\nSERVICE=sshd\nLEADER=%d",
		(int)parent);
	autofree char *closing = memory_printf(
		"USER=bob\nSTATE=closing\nCLASS=user\nLEADER=%d\n", (int)parent);
	autofree char *greeter = memory_printf(
		"USER=gdm\nSTATE=active\nCLASS=greeter\nLEADER=%d\n", (int)parent);
	scratch_text("/sessions/c1", closing);
	scratch_text("/sessions/c2", greeter);
	scratch_text("/sessions/c3", "USER=nobody\nSTATE=active\nCLASS=user\nLEADER=-1");
	scratch_text("/sessions/c4", "");
	read_all(&sessions);
	assert_int_equal(sessions.count, 0);
	sessions_free(&sessions);
	scratch_text("/sessions/1", first);
	scratch_text("/sessions/1.ref", second);
	log_in(USER_PROCESS, own, "tty1", "root", "", NULL);
	read_all(&sessions);
	assert_int_equal(sessions.count, 1);
	is_session(&sessions.items[0], "root", "tty1", "", "login");
	sessions_free(&sessions);
	scratch_text("/sessions/1", second);
	read_all(&sessions);
	assert_int_equal(sessions.count, 1);
	is_session(&sessions.items[0], "alice", "", "2001:db8::7", "sshd");
	sessions_free(&sessions);
	scratch_remove();
	sessions_read("/nonexistent", "/nonexistent", &sessions);
	assert_int_equal(sessions.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utmp),
		cmocka_unit_test(test_logind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
