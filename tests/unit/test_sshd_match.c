/* Patterns, Match lines, and finding a connection that a block means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_pattern.h"
#include "policy/models/sshd/sshd_witness.h"

static void
test_patterns(void **state)
{
	(void)state;
	assert_true(sshd_pattern_matches("a*c?", "abbcd"));
	assert_true(sshd_pattern_matches("*", ""));
	assert_false(sshd_pattern_matches("a*c", "ab"));
	assert_false(sshd_pattern_matches("?", ""));
	assert_int_equal(sshd_pattern_list("*,!root", "root", false), -1);
	assert_int_equal(sshd_pattern_list("*,!root", "bob", false), 1);
	assert_int_equal(sshd_pattern_list("!root", "bob", false), 0);
	assert_int_equal(sshd_pattern_list("*.EXAMPLE.org", "a.example.org", true), 1);
	assert_int_equal(sshd_pattern_list("Bob", "bob", false), 0);
	/* many stars must not take forever */
	char stars[201], text[201];
	memset(stars, '*', 200);
	memset(text, 'a', 200);
	stars[200] = text[200] = '\0';
	for (int i = 1; i < 200; i += 2)
		stars[i] = 'b';
	assert_false(sshd_pattern_matches(stars, text));
}

static void
test_addresses(void **state)
{
	(void)state;
	assert_int_equal(sshd_pattern_addresses("10.0.0.0/8", "10.1.2.3"), 1);
	assert_int_equal(sshd_pattern_addresses("10.0.0.0/8", "11.1.2.3"), 0);
	assert_int_equal(sshd_pattern_addresses("!10.0.0.1,10.0.0.0/8", "10.0.0.1"), -1);
	assert_int_equal(sshd_pattern_addresses("192.168.*", "192.168.7.7"), 1);
	assert_int_equal(sshd_pattern_addresses("2001:db8::/32", "2001:db8::9"), 1);
	assert_int_equal(sshd_pattern_addresses("10.0.0.1/8", NULL), -2);
	assert_int_equal(sshd_pattern_addresses("10.0.0.0/33", NULL), -2);
	assert_int_equal(sshd_pattern_addresses("10.0.0.1,,x", NULL), -2);
	assert_int_equal(sshd_pattern_addresses("10.*,::1", NULL), 0);
}

static void
expect_parse(const char *text, int version, int status)
{
	struct sshd_block block = { 0 };
	struct error err = ERROR_INIT;
	print_message("Match %s\n", text);
	assert_int_equal(sshd_match_parse(&(struct sshd_reading){ .version = version },
				 text, &block, &err),
		status);
	error_clear(&err);
	sshd_block_free(&block);
}

static void
test_parse(void **state)
{
	(void)state;
	expect_parse("User bob", 902, 0);
	expect_parse("user=bob Address=10.0.0.0/8 # c", 902, 0);
	expect_parse("all", 902, 0);
	expect_parse("all # c", 902, 0);
	expect_parse("all", 604, -1);
	expect_parse("all user bob", 902, -1);
	expect_parse("user bob all", 902, -1);
	expect_parse("", 902, -1);
	expect_parse("User", 902, -1);
	expect_parse("exec x", 902, -1);
	expect_parse("Address 10.0.0.1/8", 902, -1);
	expect_parse("LocalPort 70000", 902, -1);
	expect_parse("invalid-user", 902, -1);
	expect_parse("invalid-user", 909, 0);
}

enum { BLOCKS = 4 };

struct witness_case {
	const char *blocks[BLOCKS]; /* the last one is looked for, the others avoided */
	enum sshd_witness_result result;
	const char *text; /* NULL: any */
};

static const struct witness_case witnesses[] = {
	{ { "User bob" }, SSHD_WITNESS_FOUND, "user=bob" },
	{ { "User *,!root" }, SSHD_WITNESS_FOUND, "user=someone" },
	{ { "User sftp*" }, SSHD_WITNESS_FOUND, "user=sftp" },
	{ { "User !root" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Group wheel User b?b" }, SSHD_WITNESS_FOUND, "user=bxb group=wheel" },
	/* UseDNS no is the default: a host is its address */
	{ { "Host *.example.org" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Host 10.0.0.7" }, SSHD_WITNESS_FOUND, "host=10.0.0.7" },
	{ { "Host 10.*" }, SSHD_WITNESS_FOUND, "host=10.0.0.1" },
	{ { "Host 10.0.0.7 Address 10.0.0.8" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Address 10.0.0.0/8,!10.0.0.0/9" }, SSHD_WITNESS_FOUND,
		"address=10.255.255.255" },
	{ { "Address 192.168.*" }, SSHD_WITNESS_FOUND, NULL },
	{ { "Address 2001:db8::/32" }, SSHD_WITNESS_FOUND, "address=2001:db8::1" },
	{ { "Address 0.0.0.0/0" }, SSHD_WITNESS_FOUND, "address=0.0.0.1" },
	{ { "LocalPort 2222" }, SSHD_WITNESS_FOUND, "local port=2222" },
	{ { "User bob", "User bob,eve" }, SSHD_WITNESS_FOUND, "user=eve" },
	{ { "User bob", "User bob" }, SSHD_WITNESS_NEVER, NULL },
	{ { "User bob", "User bob Address 10.0.0.0/8" }, SSHD_WITNESS_NEVER, NULL },
	{ { "User bob Address 10.0.0.0/8", "User bob" }, SSHD_WITNESS_FOUND, "user=bob" },
	{ { "Address *", "User bob" }, SSHD_WITNESS_NEVER, NULL },
	{ { "all", "User bob" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Group a", "Group b", "Group a,b,c" }, SSHD_WITNESS_FOUND, "group=c" },
	{ { "Address 10.0.0.0/9", "Address 10.128.0.0/9", "Address 10.0.0.0/8" },
		SSHD_WITNESS_NEVER, NULL },
	/* what no pattern names must be tried too */
	{ { "Group *" }, SSHD_WITNESS_FOUND, "group=somegroup" },
	{ { "Group !nobody,*" }, SSHD_WITNESS_FOUND, "group=somegroup" },
	{ { "Group *,!sftp User root" }, SSHD_WITNESS_FOUND,
		"user=root group=somegroup" },
	{ { "Group somegroup", "Group *" }, SSHD_WITNESS_FOUND, "group=somegroupx" },
	{ { "User !someone,*" }, SSHD_WITNESS_FOUND, "user=someonex" },
	{ { "User someone", "all" }, SSHD_WITNESS_FOUND, "any connection" },
	{ { "User Someonex", "User someone", "all" }, SSHD_WITNESS_FOUND, NULL },
	{ { "Address 0.0.0.0/0", "Address *" }, SSHD_WITNESS_FOUND,
		"address=2001:db8::1" },
	{ { "LocalAddress 0.0.0.0/0", "all" }, SSHD_WITNESS_FOUND, NULL },
	{ { "Address 0.0.0.0/0,::/0", "all" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Address ::/1,8000::/1", "all" }, SSHD_WITNESS_FOUND, NULL },
	/* one group more can keep a user out of a block */
	{ { "Group a,!b", "Group a" }, SSHD_WITNESS_FOUND, "group=a,b" },
	{ { "Group a,!b", "Group a,!c", "Group a" }, SSHD_WITNESS_FOUND, "group=a,b,c" },
	{ { "Group a,!b", "Group b", "Group a" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Group a,b", "Group a" }, SSHD_WITNESS_NEVER, NULL },
	{ { "LocalPort 22", "all" }, SSHD_WITNESS_NEVER, NULL },
	{ { "LocalPort 2222", "all" }, SSHD_WITNESS_FOUND, NULL },
	{ { "LocalPort 22", "LocalPort 22" }, SSHD_WITNESS_NEVER, NULL },
	/* no routing domain is "" to sshd; where it is not known the connection ends */
	{ { "RDomain *", "all" }, SSHD_WITNESS_NEVER, NULL },
	{ { "RDomain ?*", "all" }, SSHD_WITNESS_FOUND, NULL },
	{ { "RDomain vrf1", "RDomain vrf1" }, SSHD_WITNESS_NEVER, NULL },
	/* samples are not enough: all that the patterns tell apart is looked at */
	{ { "User b*", "User b?*" }, SSHD_WITNESS_NEVER, NULL },
	{ { "User b?*,b", "User b*" }, SSHD_WITNESS_NEVER, NULL },
	{ { "User *a*,*b*,!*c*", "User *a*b*" }, SSHD_WITNESS_FOUND, "user=abc" },
	{ { "User *a*,*b*", "User *a*b*" }, SSHD_WITNESS_NEVER, NULL },
	{ { "User *o*", "User *" }, SSHD_WITNESS_FOUND, "user=x" },
	{ { "User ?", "User ??*", "User *" }, SSHD_WITNESS_NEVER, NULL },
	{ { "User !a*,*", "User *" }, SSHD_WITNESS_FOUND, "user=a" },
	{ { "Group a*", "Group *", "User x" }, SSHD_WITNESS_FOUND, "user=x" },
	{ { "Group a*,b*", "Group ab,b?" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Address 10.*", "Address 10.0.0.0/8" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Address 10.0.0.0/8", "Address 10.*" }, SSHD_WITNESS_NEVER, NULL },
	{ { "Address 192.168.0.0/17", "Address 192.168.*" }, SSHD_WITNESS_FOUND,
		"address=192.168.255.255" },
	{ { "Address 192.168.1?.*", "Address 192.168.10.*" }, SSHD_WITNESS_UNSURE, NULL },
	{ { "invalid-user" }, SSHD_WITNESS_UNSURE, NULL },
	{ { "invalid-user", "User bob" }, SSHD_WITNESS_UNSURE, NULL },
};

static void
test_witness(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof witnesses / sizeof *witnesses; i++) {
		const struct witness_case *test = &witnesses[i];
		struct sshd_block blocks[BLOCKS] = { 0 };
		struct sshd_config config = { .version = 909, .blocks = blocks };
		long avoided[BLOCKS] = { 0, 1, 2, 3 };
		while (config.block_count < BLOCKS &&
			test->blocks[config.block_count] != NULL) {
			struct sshd_block *block = &blocks[config.block_count];
			block->parent = SSHD_GLOBAL;
			assert_int_equal(
				sshd_match_parse(&(struct sshd_reading){ .version = 909 },
					test->blocks[config.block_count++], block, NULL),
				0);
		}
		size_t last = config.block_count - 1;
		size_t budget = SSHD_WITNESS_BUDGET;
		struct sshd_witness witness = sshd_witness_find(&config,
			&(struct sshd_cell){ &avoided[last], 1, avoided, last }, &budget);
		autofree char *text = sshd_witness_describe(&witness);
		print_message("%s: %s\n", test->blocks[last], text);
		assert_int_equal(witness.result, test->result);
		if (test->text != NULL)
			assert_string_equal(text, test->text);
		sshd_witness_free(&witness);
		for (size_t k = 0; k <= last; k++)
			sshd_block_free(&blocks[k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_witness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
