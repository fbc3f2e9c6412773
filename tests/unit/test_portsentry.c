/* portsentry.conf as ConfigTokenRetrieve of portsentry_io.c finds options in it. */
#include "tests/unit/scratch.h"

#include "policy/models/network/portsentry.h"

static void
read_conf(const char *text, struct portsentry *ret_conf, struct host **ret_host,
	struct host **ret_below)
{
	struct error err = ERROR_INIT;
	scratch_make();
	*ret_below = host_open(scratch, &err);
	*ret_host = host_layer(*ret_below);
	host_put(*ret_host, "/conf", BYTES_TEXT(text));
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	portsentry_read(&(struct context){ .host = *ret_host, .parser = parser }, "/conf",
		ret_conf);
	parser_free(parser);
}

/* The value of NAME, "none" where there is none, "no quote" where that is why. */
static void
option_is(const char *text, const char *name, const char *want)
{
	struct portsentry conf;
	struct host *host, *below;
	read_conf(text, &conf, &host, &below);
	assert_null(conf.problem);
	const struct portsentry_option *option = portsentry_option(&conf, name);
	assert_string_equal(option->value != NULL ? option->value
			: option->lacks_quote     ? "no quote"
						  : "none",
		want);
	portsentry_free(&conf);
	host_free(host);
	host_free(below);
	scratch_remove();
}

static void
test_options(void **state)
{
	(void)state;
	option_is("KILL_ROUTE=\"a b\" c\n", "KILL_ROUTE", "a b");
	option_is("KILL_ROUTE = \"a b\n", "KILL_ROUTE", "a b");
	option_is("KILL_ROUTE=\"a\tb\"\n", "KILL_ROUTE", "a");
	option_is("KILL_ROUTE=\"a\xc3\xa4\"\n", "KILL_ROUTE", "a");
	option_is("KILL_ROUTE=\"\"\n", "KILL_ROUTE", "");
	/* the first line counts, and be it without a quote */
	option_is("KILL_ROUTE=\"a\"\nKILL_ROUTE=\"b\"\n", "KILL_ROUTE", "a");
	option_is("KILL_ROUTE=a\nKILL_ROUTE=\"b\"\n", "KILL_ROUTE", "no quote");
	option_is("#KILL_ROUTE=\"a\"\nKILL_ROUTE=\"b\"\n", "KILL_ROUTE", "b");
	/* what stands behind the name, counted from the start of the line */
	option_is(" KILL_ROUTE=\"a\"\n", "KILL_ROUTE", "none");
	option_is("KILL_ROUTE\t=\"a\"\n", "KILL_ROUTE", "none");
	option_is("kill_route=\"a\"\n", "KILL_ROUTE", "none");
	option_is("if you set KILL_ROUTE, \"a\"\n", "KILL_ROUTE", "a");
	option_is("1234567890=KILL_ROUTE\"a\"\n", "KILL_ROUTE", "a");
	/* of KILL_RUN_CMD_FIRST's line the byte at 12 is '_' */
	option_is("KILL_RUN_CMD_FIRST=\"1\"\nKILL_RUN_CMD=\"a\"\n", "KILL_RUN_CMD", "a");
	option_is("", "SCAN_TRIGGER", "0");
	option_is("", "ADVANCED_PORTS_UDP", "1024");
	option_is("", "TCP_PORTS", "none");
}

/* fgets(3) takes 1023 bytes at once, and what is behind them is another line. */
static void
test_long_lines(void **state)
{
	(void)state;
	struct buffer text = { 0 };
	buffer_text(&text, "#");
	while (text.size < 1023)
		buffer_text(&text, "x");
	buffer_text(&text, "KILL_ROUTE=\"a\"\n");
	option_is(text.data, "KILL_ROUTE", "a");
	text.data[1022] = 'K';
	option_is(text.data, "KILL_ROUTE", "a");
	memmove(text.data + 1, text.data, text.size - 1);
	option_is(text.data, "KILL_ROUTE", "none");
	buffer_free(&text);
}

/* Which of the ports 1 to 9 are watched; "ends" where portsentry does. */
static void
watches(const char *text, enum portsentry_mode mode, const char *want)
{
	struct portsentry conf;
	struct host *host, *below;
	struct buffer have = { 0 };
	enum portsentry_name name;
	static bool watched[PORTSENTRY_PORTS];
	read_conf(text, &conf, &host, &below);
	if (!portsentry_watched(&conf, mode, watched, &name))
		buffer_text(&have, "ends");
	else
		for (unsigned port = 1; port < 10; port++)
			buffer_printf(&have, "%s",
				watched[port] ? (char[]){ (char)('0' + port), '\0' }
					      : "");
	assert_string_equal(have.data != NULL ? have.data : "", want);
	buffer_free(&have);
	portsentry_free(&conf);
	host_free(host);
	host_free(below);
	scratch_remove();
}

static void
test_ports(void **state)
{
	(void)state;
	watches("TCP_PORTS=\"1, 3,,5x,7-9,70000,-2,\"\n", PORTSENTRY_TCP, "1357");
	watches("TCP_PORTS=\"1\"\n", PORTSENTRY_SUDP, "ends");
	watches("UDP_PORTS=\",,\"\n", PORTSENTRY_UDP, "ends");
	watches("UDP_PORTS=\"a\"\n", PORTSENTRY_SUDP, "");
	watches("ADVANCED_PORTS_TCP=\"6\"\nADVANCED_EXCLUDE_TCP=\"2,4\"\n",
		PORTSENTRY_ATCP, "135");
	watches("", PORTSENTRY_AUDP, "123456789");
	struct buffer text = { 0 };
	buffer_text(&text, "TCP_PORTS=\"");
	for (unsigned i = 0; i < 63; i++)
		buffer_text(&text, "20,");
	buffer_text(&text, "1,2\"\n");
	watches(text.data, PORTSENTRY_STCP, "1");
	buffer_free(&text);
}

static void
test_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		long number;
	} cases[] = { { "", 0 }, { "1", 1 }, { " +12a", 12 }, { "-1", 0 }, { "a1", 0 },
		{ "007", 7 }, { "99999999999999999999", 1000000 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(portsentry_number(cases[i].text), cases[i].number);
}

static void
test_refused(void **state)
{
	(void)state;
	struct portsentry conf;
	struct host *host, *below;
	read_conf("BLOCKED_FILE=\"/b\"\nHISTORY_FILE=\"/h\"\n", &conf, &host, &below);
	assert_string_equal(conf.refused, "IGNORE_FILE");
	portsentry_free(&conf);
	host_free(host);
	host_free(below);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
