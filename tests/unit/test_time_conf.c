/* What the configurations of chronyd and ntpd make of sources, and of what limits them.
 */
#include "tests/unit/scratch.h"

#include "policy/models/time/time_conf.h"

/* Whether DOUBT is a part of what is in doubt about the one daemon or a source, which has
 * PATH with TEXT; "": nothing is. */
static void
doubt_is(const char *program, const char *path, const char *text, const char *doubt)
{
	struct error err = ERROR_INIT;
	struct time_conf conf;
	scratch_make();
	scratch_text(program, "");
	scratch_text(path, text);
	struct host *host = host_open(scratch, &err);
	assert_non_null(host);
	time_conf_read(&(const struct context){ .host = host }, &conf);
	assert_int_equal(conf.count, 1);
	assert_null(conf.daemons[0].invalid);
	const struct time_daemon *daemon = &conf.daemons[0];
	size_t count = daemon->doubt_count;
	const char *reason = count > 0 ? daemon->doubts[0].reason : "";
	for (size_t i = 0; i < daemon->source_count; i++)
		if (daemon->sources[i].doubt != NULL) {
			count++;
			reason = daemon->sources[i].doubt;
		}
	assert_int_equal(count, *doubt != '\0');
	assert_non_null(strstr(reason, doubt));
	time_conf_free(&conf);
	host_free(host);
	scratch_remove();
}

static void
chrony(const char *text, const char *doubt)
{
	doubt_is("/usr/sbin/chronyd", "/etc/chrony.conf", text, doubt);
}

/* The file of defaults keeps a DHCP server out. */
static void
ntp(const char *text, const char *doubt)
{
	doubt_is("/usr/sbin/ntpd", "/etc/ntp.conf", text, doubt);
}

/* A pool is of 4, or of maxsources, which a server has none of. */
static void
test_chrony_count(void **state)
{
	(void)state;
	chrony("pool a\nminsources 4\n", "");
	chrony("pool a\nminsources 5\n", "no more than 4 sources");
	chrony("pool a maxsources 6\nminsources 6\n", "");
	chrony("pool a maxsources 6\nminsources 7\n", "no more than 6 sources");
	chrony("server a maxsources 6\nminsources 2\n", "no more than 1 sources");
	chrony("server a\npool b\nminsources 5\n", "");
	chrony("server a\nserver a\nserver b\nminsources 3\n", "no more than 2 sources");
	chrony("server a noselect\nserver b\nminsources 2\n", "no more than 1 sources");
}

/* A clock is one of them, and authselectmode does not ask it for a key. */
static void
test_chrony_clock(void **state)
{
	(void)state;
	chrony("refclock PPS /dev/pps0\nserver a\nminsources 2\n", "");
	chrony("refclock PPS /dev/pps0\nserver a\nminsources 3\n", "no more than 2");
	chrony("refclock PPS /dev/pps0\nserver a nts\nauthselectmode require\n", "");
	chrony("refclock PPS /dev/pps0\nserver a nts\nauthselectmode prefer\n", "");
	chrony("server b\nserver a nts\nauthselectmode prefer\n",
		"authselectmode prefer");
}

/* A pool is of 10, by tos maxclock. */
static void
test_ntp_count(void **state)
{
	(void)state;
	ntp("pool a\ntos minsane 10\n", "");
	ntp("pool a\ntos minsane 11\n", "no more than 10 sources");
	ntp("server a\npeer b\ntos minsane 2\n", "");
	ntp("server a\npeer b\ntos minsane 3\n", "no more than 2 sources");
}

static void
test_ntp_numbers(void **state)
{
	(void)state;
	ntp("server a key 65535\nkeys /k\ntrustedkey 65535\n", "");
	ntp("server a key 65536\n", "'key' is not understood");
	ntp("server a key -1\n", "'key' is not understood");
	ntp("server a version 4\n", "");
	ntp("server a version 5\n", "'version' is not understood");
	ntp("server a ident 65536\n", "");
}

/* A key that no file has, or that is not trusted, is none. */
static void
test_keys(void **state)
{
	(void)state;
	ntp("server a key 5\nserver b\n", "it has a key");
	ntp("server a key 5\nkeys /k\n", "it has a key");
	ntp("server a key 5\ntrustedkey 5\n", "it has a key");
	ntp("server a key 5\nkeys /k\ntrustedkey 6 50\n", "it has a key");
	ntp("server a key 5\nkeys /k\ntrustedkey 6 5\n", "");
	ntp("server a key 5\nkeys /k\ntrustedkey 6\ntrustedkey (1 ... 5)\n", "");
	ntp("trustedkey 5\nserver a key 5\nkeys /k\n", "");
	ntp("keys /k\ntrustedkey 5\nserver a\n", "");
	chrony("server a key 5\nserver b\n", "no line keyfile");
	chrony("server a key 5\nkeyfile /k\n", "");
	chrony("server a\n", "");
}

/* What restrict has dropped is no source: each by default, one by name, a pool's. */
static void
test_ntp_restrict(void **state)
{
	(void)state;
	ntp("server a\nrestrict default nomodify nopeer noquery\nrestrict 127.0.0.1\n",
		"");
	ntp("server a\nrestrict default ignore\n", "may drop");
	ntp("server a\nrestrict -6 default noserve\n", "may drop");
	ntp("server a\nrestrict 0.0.0.0 mask 0.0.0.0 notrust\n", "may drop");
	ntp("server a\nrestrict 10.0.0.0/8 ignore\n", "may drop");
	ntp("server a\nrestrict default ignore\nrestrict a nomodify\n", "");
	ntp("server a\nrestrict default ignore\n"
	    "restrict a mask 255.255.255.255 nomodify\n",
		"");
	ntp("server a\nrestrict default ignore\nrestrict a mask 255.0.0.0\n", "may drop");
	ntp("server a\nrestrict default ignore\nrestrict source nomodify\n", "");
	ntp("server a\nrestrict default ignore\nrestrict source ignore\n", "may drop");
	ntp("server a\nrestrict a ignore\n", "may drop");
	ntp("server a\nrestrict a nomodify\nrestrict a ignore\n", "may drop");
	ntp("server a\nrestrict b ignore\nrestrict 127.0.0.0 mask 255.0.0.0 ignore\n",
		"");
	ntp("server a\nrestrict 127.0.0.0/8 ignore\n", "");
	ntp("server a\nrestrict 127.0.0.0 mask 0.0.0.0 ignore\n", "may drop");
	ntp("server a\nrestrict 127.0.0.0/1 ignore\n", "may drop");
	ntp("server 127.127.1.0\nrestrict default ignore\n", "");
	ntp("refclock pps\nrestrict default ignore\n", "");
	ntp("pool a\nrestrict default nopeer\n", "restrict with nopeer");
	ntp("pool a\nrestrict default nopeer\nrestrict source nopeer\n",
		"restrict with nopeer");
	ntp("pool a\nrestrict default nopeer limited kod\nrestrict source noquery\n", "");
	ntp("server a\nrestrict default ippeerlimit 5 nomodify\n", "");
	ntp("server a\nrestrict default nosuch\n", "restrict, or one of its words");
	ntp("server a\nrestrict\n", "restrict, or one of its words");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chrony_count),
		cmocka_unit_test(test_chrony_clock),
		cmocka_unit_test(test_ntp_count),
		cmocka_unit_test(test_ntp_numbers),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_ntp_restrict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
