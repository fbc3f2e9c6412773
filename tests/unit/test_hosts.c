/* What a name's addresses are under a root. The facts are getaddrinfo's own answers in a
 * mount namespace with the same files (glibc 2.36). */
#include "tests/unit/scratch.h"

#include <arpa/inet.h>

#include "base/memory.h"
#include "policy/models/network/hosts.h"

static const char hosts_file[] =
	"10.0.0.1 a\n::1 a six # seven\n10.0.0.2\tb\n10.0.0.3 B\n::ffff:1.2.3.4 m\n"
	"2001:db8::1 v6\n0x7f.1 hex\nfe80::1%lo scoped\n127.0.0.1 localhost";

/* The addresses, "missing" or "unsure". */
static char *
find(const char *nsswitch, const char *conf, const char *name, int family)
{
	struct error err = ERROR_INIT;
	struct hosts_list list;
	struct buffer text = { 0 };
	scratch_make();
	struct host *below = host_open(scratch, &err), *host = host_layer(below);
	host_put(host, "/etc/hosts", BYTES_TEXT(hosts_file));
	host_put(host, "/etc/nsswitch.conf", BYTES_TEXT(nsswitch));
	host_put(host, "/etc/host.conf", BYTES_TEXT(conf));
	enum hosts_answer answer = hosts_find(host, name, family, &list);
	assert_int_equal(answer == HOSTS_FOUND, list.count > 0);
	for (size_t i = 0; i < list.count; i++) {
		char address[INET6_ADDRSTRLEN];
		inet_ntop(list.items[i].family, list.items[i].bytes, address,
			sizeof address);
		buffer_printf(&text, "%s%s", i > 0 ? " " : "", address);
	}
	if (answer != HOSTS_FOUND)
		buffer_text(&text, answer == HOSTS_MISSING ? "missing" : "unsure");
	hosts_free(&list);
	host_free(host);
	host_free(below);
	scratch_remove();
	return buffer_take(&text);
}

static void
finds(const char *name, int family, const char *first, const char *all)
{
	autofree char *one = find("hosts: files\n", "", name, family);
	autofree char *many = find("hosts: files\n", "multi on\n", name, family);
	assert_string_equal(one, first);
	assert_string_equal(many, all != NULL ? all : first);
}

static void
test_names(void **state)
{
	(void)state;
	finds("A", AF_UNSPEC, "10.0.0.1", "10.0.0.1 ::1");
	finds("a", AF_INET, "10.0.0.1", "10.0.0.1 127.0.0.1");
	finds("a", AF_INET6, "::1", NULL);
	finds("six", AF_INET, "127.0.0.1", NULL);
	finds("seven", AF_UNSPEC, "missing", NULL);
	finds("b", AF_UNSPEC, "10.0.0.2", "10.0.0.2 10.0.0.3");
	finds("b", AF_INET6, "missing", NULL);
	finds("m", AF_INET, "1.2.3.4", NULL);
	finds("m", AF_UNSPEC, "::ffff:1.2.3.4", NULL);
	finds("v6", AF_INET, "missing", NULL);
	finds("hex", AF_UNSPEC, "missing", NULL);
	finds("scoped", AF_UNSPEC, "missing", NULL);
	finds("localhost", AF_INET6, "missing", NULL);
	finds("a.", AF_UNSPEC, "missing", NULL);
}

static void
test_addresses(void **state)
{
	(void)state;
	finds("127.1", AF_UNSPEC, "127.0.0.1", NULL);
	finds("10", AF_INET, "0.0.0.10", NULL);
	finds("10", AF_INET6, "missing", NULL);
	finds("127.1\r", AF_INET, "missing", NULL);
	finds("::ffff:10.1.2.3", AF_INET, "10.1.2.3", NULL);
	finds("::ffff:10.1.2.3", AF_UNSPEC, "::ffff:10.1.2.3", NULL);
	finds("::1%lo", AF_UNSPEC, "missing", NULL);
	finds("::1%5", AF_UNSPEC, "::1", NULL);
	finds("fe80::1%lo", AF_INET6, "unsure", NULL);
	finds("fe80::1%lo", AF_INET, "missing", NULL);
	finds("1.2.3.4.5", AF_UNSPEC, "missing", NULL);
}

/* Who else may answer: nsswitch.conf(5). */
static void
test_sources(void **state)
{
	static const struct {
		const char *nsswitch, *known, *other;
	} cases[] = {
		{ "hosts: files\n", "10.0.0.1", "missing" },
		{ "hosts: files dns\n", "10.0.0.1", "unsure" },
		{ "hosts files dns\n", "10.0.0.1", "unsure" }, /* no colon is needed */
		{ "hosts: files [notfound=return] dns\n", "10.0.0.1", "missing" },
		{ "hosts: files[NOTFOUND=return]dns\n", "10.0.0.1", "missing" },
		{ "hosts: files [SUCCESS=continue] dns\n", "unsure", "unsure" },
		{ "hosts: files [!UNAVAIL=return] dns\n", "unsure", "unsure" },
		{ "hosts: dns files\n", "unsure", "unsure" },
		{ "hosts: files\nhosts: dns files\n", "unsure", "unsure" },
		{ "hosts: \n", "missing", "missing" },
		{ "passwd: files\n", "unsure", "unsure" },
		{ "# hosts: dns\n  hosts:\tfiles # dns\n", "10.0.0.1", "missing" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *known = find(cases[i].nsswitch, "", "a", AF_INET);
		autofree char *other = find(cases[i].nsswitch, "", "z", AF_INET);
		assert_string_equal(known, cases[i].known);
		assert_string_equal(other, cases[i].other);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sources),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
