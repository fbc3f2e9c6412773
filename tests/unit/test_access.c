/* Whom pam_access admits from where. The facts are the answers of the module itself: of
 * 1.5.2 in tests/oracle/access.py, of later versions built from their source, each asked
 * with these files. */
#include "tests/unit/scratch.h"

#include "base/memory.h"
#include "lenses/parser.h"
#include "policy/models/pam/access_conf.h"

#define OLD "1.5.2-6+deb12u2"

/* A root that a question is asked of. */
struct made {
	struct host *below, *host;
	struct parser *parser;
	struct entry version;
	struct value assume;
	struct policy policy;
};

static void
put(struct made *made, const char *path, const char *text)
{
	host_put(made->host, path, BYTES_TEXT(text));
}

static void
make(struct made *made, const char *version, const char *rules)
{
	struct error err = ERROR_INIT;
	scratch_make();
	*made = (struct made){ .below = host_open(scratch, &err) };
	made->host = host_layer(made->below);
	made->parser = parser_new(HOLDFAST_LENSES, &err);
	made->version = (struct entry){ .key = (char *)"pam",
		.value = { .type = VALUE_TEXT, .text = (char *)version } };
	made->assume = (struct value){
		.type = VALUE_MAP, .entries = &made->version, .count = version ? 1 : 0
	};
	made->policy.assume = &made->assume;
	put(made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"
		"bob:x:1001:1001::/:/bin/sh\nwheel:x:55:55::/:/bin/sh\n");
	put(made, "/etc/group",
		"root:x:0:\nwheel:x:10:alice,eve\nbob:x:1001:wheel\nalice:x:1000:\n");
	put(made, "/etc/nsswitch.conf", "hosts: files\nnetgroup: files\n");
	put(made, "/etc/hosts",
		"192.0.2.7 tty1 box.example.org box\n127.0.0.1 localhost\n"
		"::1 both\n192.0.2.8 both\n");
	put(made, "/etc/hostname", "# of this machine\n box \n");
	put(made, "/etc/netgroup",
		"friends (,bob,) more\nmore \\\n (box, alice ,) (tty1,,) friends\n"
		"all (,,)\ncut (a,b\n");
	put(made, "/etc/security/access.conf", rules);
}

static void
end(struct made *made)
{
	parser_free(made->parser);
	host_free(made->host);
	host_free(made->below);
	scratch_remove();
}

/* What USER gets from ORIGIN, with an @ before it a remote host. */
static enum access_answer
ask(struct made *made, const char *arguments, const char *user, const char *origin)
{
	struct access_settings settings;
	struct access_conf conf;
	struct principals principals;
	struct access_people people;
	access_settings_read(arguments, &settings);
	access_conf_read(&(struct context){ .host = made->host,
				 .parser = made->parser,
				 .policy = &made->policy },
		&settings, &conf);
	principals_read(made->host, &principals);
	access_people_find(&conf, &principals, NULL, &people);
	autofree struct access_decision *decisions = memory_new(
		people.count, sizeof *decisions);
	access_judge(
		&conf, &people, origin + (*origin == '@'), *origin == '@', 0, decisions);
	enum access_answer answer = decisions[0].answer;
	for (size_t i = 1; i < people.count; i++)
		if (strcmp(people.items[i].name, user) == 0)
			answer = decisions[i].answer;
	access_people_free(&people);
	principals_free(&principals);
	access_conf_free(&conf);
	return answer;
}

static void
answers(const char *version, const char *rules, const char *user, const char *origin,
	enum access_answer wanted)
{
	struct made made;
	make(&made, version, rules);
	enum access_answer have = ask(&made, "", user, origin);
	if (have != wanted)
		print_message("%s: %s from %s: %d\n", rules, user, origin, have);
	assert_int_equal(have, wanted);
	end(&made);
}

static void
test_netgroups(void **state)
{
	(void)state;
	answers(OLD, "-:@friends:ALL\n", "bob", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:@friends:ALL\n", "alice", "tty1", ACCESS_REFUSED);
	/* (tty1,,) names no user, which is any */
	answers(OLD, "-:@friends:ALL\n", "wheel", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:@@friends:ALL\n", "wheel", "tty1", ACCESS_ADMITTED);
	answers(OLD, "-:@@friends:ALL\n", "alice", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:ALL:@friends\n", "root", "TTY1", ACCESS_REFUSED);
	answers(OLD, "-:ALL:@more\n", "root", "tty2", ACCESS_REFUSED); /* (,bob,) */
	answers(OLD, "-:ALL:@cut @nosuch @\n", "root", "tty2", ACCESS_ADMITTED);
	answers(OLD, "-:@cut @nosuch @ @@:ALL\n", "root", "tty2", ACCESS_ADMITTED);
}

/* nsswitch.conf(5): who else may know the members. */
static void
test_netgroup_sources(void **state)
{
	static const struct {
		const char *sources;
		enum access_answer known, other;
	} cases[] = {
		{ "files", ACCESS_REFUSED, ACCESS_ADMITTED },
		{ "files sss", ACCESS_REFUSED, ACCESS_UNKNOWN },
		{ "sss files", ACCESS_UNKNOWN, ACCESS_UNKNOWN },
		{ "nis", ACCESS_ADMITTED, ACCESS_ADMITTED }, /* not installed */
		{ "nis files", ACCESS_REFUSED, ACCESS_ADMITTED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made made;
		autofree char *text = memory_printf("netgroup: %s\n", cases[i].sources);
		make(&made, OLD, "-:@all:tty1\n-:@nosuch:tty2\n");
		put(&made, "/etc/nsswitch.conf", text);
		put(&made, "/lib64/libc.so.6", "");
		put(&made, "/lib64/libnss_sss.so.2", "");
		assert_int_equal(ask(&made, "", "bob", "tty1"), cases[i].known);
		assert_int_equal(ask(&made, "", "bob", "tty2"), cases[i].other);
		end(&made);
	}
}

/* user@host: the host is this machine. */
static void
test_machine(void **state)
{
	struct made made;
	(void)state;
	answers(OLD, "-:bob@BOX:ALL\n", "bob", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:bob@other:ALL\n", "bob", "tty1", ACCESS_ADMITTED);
	answers(OLD, "-:bob@LOCAL bob@ @@x:ALL\n", "bob", "tty1", ACCESS_ADMITTED);
	answers(OLD, "-:ALL@192.0.2.0/24:ALL\n", "bob", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:ALL@192.0.2.:ALL\n", "bob", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:bob@@friends:ALL\n", "bob", "tty1", ACCESS_REFUSED);
	answers(OLD, "-:@friends@box:ALL\n", "bob", "tty1", ACCESS_REFUSED);
	make(&made, OLD, "-:bob@box:ALL\n-:alice@ALL:ALL\n");
	put(&made, "/etc/hostname", "localhost\n"); /* the network names it */
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_UNKNOWN);
	assert_int_equal(ask(&made, "", "alice", "tty1"), ACCESS_REFUSED);
	end(&made);
}

/* remote_match: the first word that needs the host's addresses decides in which family
 * they are kept. */
static void
test_remote_names(void **state)
{
	(void)state;
	answers(OLD, "-:ALL:192.0.2.\n", "bob", "@box", ACCESS_REFUSED);
	answers(OLD, "-:ALL:192.0.2.\n", "bob", "@both", ACCESS_ADMITTED);
	answers(OLD, "-:ALL:127.\n", "bob", "@both", ACCESS_REFUSED); /* from ::1 */
	answers(OLD, "-:ALL:::1\n", "bob", "@both", ACCESS_REFUSED);
	answers(OLD, "-:ALL:10. ::1\n", "bob", "@both", ACCESS_ADMITTED);
	answers(OLD, "-:ALL:10.\n-:ALL:::1\n", "bob", "@both", ACCESS_ADMITTED);
	answers(OLD, "-:ALL:::2\n-:ALL:127.\n", "bob", "@both", ACCESS_ADMITTED);
	answers(OLD, "-:alice:10.\n-:ALL:::1\n", "bob", "@both", ACCESS_REFUSED);
	answers(OLD, "-:alice:10.\n-:ALL:::1\n", "alice", "@both", ACCESS_ADMITTED);
	answers(OLD, "-:ALL:10.\n", "bob", "@::ffff:10.1.2.3", ACCESS_REFUSED);
	answers(OLD, "-:ALL:10.\n", "bob", "@10.1", ACCESS_REFUSED); /* 10.0.0.1 */
	/* a mask of the other family masks nothing */
	answers(OLD, "-:ALL:10.1.2.3/::\n", "bob", "@10.1.2.3", ACCESS_REFUSED);
	answers(OLD, "-:ALL:10.1.2.3/::\n", "bob", "@10.1.2.4", ACCESS_ADMITTED);
}

/* What later versions do. From 1.5.3 to 1.7.0 distributions may have repaired theirs. */
static void
test_versions(void **state)
{
	static const struct {
		const char *rules, *user, *origin;
		enum access_answer by_version[6]; /* 1.5.2, 1.5.3, 1.6.1, 1.7.0, 1.7.1,
						     not known */
	} cases[] = {
		/* CVE-2024-10963: the terminal's name is a host's */
		{ "+:ALL:tty1\n-:ALL:ALL\n", "bob", "@192.0.2.7",
			{ ACCESS_REFUSED, ACCESS_UNKNOWN, ACCESS_UNKNOWN, ACCESS_UNKNOWN,
				ACCESS_REFUSED, ACCESS_UNKNOWN } },
		{ "-:ALL:box.example.org\n", "bob", "@192.0.2.7",
			{ ACCESS_ADMITTED, ACCESS_UNKNOWN, ACCESS_UNKNOWN, ACCESS_UNKNOWN,
				ACCESS_REFUSED, ACCESS_UNKNOWN } },
		{ "-:ALL:nosuch\n", "bob", "@192.0.2.7",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED } },
		{ "-:ALL:box.example.org\n", "bob", "tty1",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED } },
		/* 1.7.0 asks whether wheel is in the group alice */
		{ "-:(wheel):ALL\n", "alice", "tty1",
			{ ACCESS_REFUSED, ACCESS_REFUSED, ACCESS_REFUSED, ACCESS_UNKNOWN,
				ACCESS_REFUSED, ACCESS_UNKNOWN } },
		{ "-:(wheel):ALL\n", "bob", "tty1",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_UNKNOWN, ACCESS_ADMITTED, ACCESS_UNKNOWN } },
		{ "-:1000:ALL\n", "alice", "tty1",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_REFUSED, ACCESS_REFUSED, ACCESS_UNKNOWN } },
		{ "-:01000:ALL\n", "alice", "tty1",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED } },
		{ "-:(10):ALL\n", "alice", "tty1",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_UNKNOWN, ACCESS_REFUSED, ACCESS_UNKNOWN } },
		{ "-:(99):ALL\n", "alice", "tty1",
			{ ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED,
				ACCESS_ADMITTED, ACCESS_ADMITTED, ACCESS_ADMITTED } },
	};
	static const char *const versions[] = { OLD, "1.5.3-5ubuntu5.1", "1.6.1",
		"1.7.0-5", "1.7.1", NULL };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t k = 0; k < 6; k++)
			answers(versions[k], cases[i].rules, cases[i].user,
				cases[i].origin, cases[i].by_version[k]);
}

static void
test_nodns(void **state)
{
	struct made made;
	(void)state;
	make(&made, "1.7.1", "-:ALL:box.example.org\n");
	assert_int_equal(ask(&made, "nodns", "bob", "@192.0.2.7"), ACCESS_ADMITTED);
	end(&made);
}

/* parse_args, and the words of the line as libpam splits them: _pam_mkargv. */
static void
test_arguments(void **state)
{
	struct made made;
	(void)state;
	make(&made, OLD, "-:wheel:ALL\n");
	put(&made, "/etc/other.conf", "-:bob:ALL\n");
	assert_int_equal(ask(&made, "", "alice", "tty1"), ACCESS_REFUSED);
	assert_int_equal(ask(&made, "nodefgroup", "alice", "tty1"), ACCESS_ADMITTED);
	/* a carriage return is a part of the word */
	assert_int_equal(ask(&made, "nodefgroup\r", "alice", "tty1"), ACCESS_REFUSED);
	assert_int_equal(ask(&made, "[nodefgroup]", "alice", "tty1"), ACCESS_ADMITTED);
	assert_int_equal(
		ask(&made, "accessfile=/etc/other.conf", "bob", "tty1"), ACCESS_REFUSED);
	assert_int_equal(ask(&made, "accessfile=/etc/other.conf", "alice", "tty1"),
		ACCESS_ADMITTED);
	/* each that is named is opened */
	assert_int_equal(
		ask(&made, "accessfile=/nosuch accessfile=/etc/other.conf", "root", "x"),
		ACCESS_REFUSED);
	assert_int_equal(
		ask(&made, "accessfile=other.conf", "root", "x"), ACCESS_UNKNOWN);
	end(&made);
}

/* access.d, and the files of a distribution. */
static void
test_folders(void **state)
{
	struct made made;
	(void)state;
	make(&made, OLD, "");
	put(&made, "/etc/security/access.d/a.conf", "+:ALL:ALL\n");
	put(&made, "/etc/security/access.d/b.conf", "-:ALL:ALL\n");
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_ADMITTED);
	/* by bytes the first, by the words of a language the last */
	put(&made, "/etc/security/access.d/Z.conf", "-:ALL:ALL\n");
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_UNKNOWN);
	made.version.value.text = (char *)"1.5.3";
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_REFUSED);
	put(&made, "/usr/etc/security/access.d/c.conf", "");
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_UNKNOWN);
	host_remove(made.host, "/etc/security/access.d/Z.conf");
	made.version.value.text = (char *)OLD;
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_ADMITTED);
	end(&made);
}

/* Users that another source knows: who the rules name counts for himself, and the group
 * of any may be the primary one of another. */
static void
test_strangers(void **state)
{
	struct made made;
	(void)state;
	make(&made, OLD,
		"+:(wheel):ALL\n+:zoe:ALL\n+:@friends:LOCAL\n+:bob:tty9\n-:ALL:ALL\n");
	put(&made, "/etc/nsswitch.conf", "passwd: files sss\nnetgroup: files\n");
	put(&made, "/etc/netgroup", "friends (,max,)\n");
	assert_int_equal(ask(&made, "", "eve", "tty1"), ACCESS_ADMITTED);
	assert_int_equal(ask(&made, "", "zoe", "tty1"), ACCESS_ADMITTED);
	assert_int_equal(ask(&made, "", "max", "tty1"), ACCESS_ADMITTED);
	assert_int_equal(ask(&made, "", "other", "tty1"), ACCESS_UNKNOWN);
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_REFUSED);
	put(&made, "/etc/nsswitch.conf", "group: files sss\nnetgroup: files\n");
	assert_int_equal(ask(&made, "", "bob", "tty1"), ACCESS_UNKNOWN);
	end(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netgroups),
		cmocka_unit_test(test_netgroup_sources),
		cmocka_unit_test(test_machine),
		cmocka_unit_test(test_remote_names),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_nodns),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_strangers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
