/* Lines of /proc/net as the kernel writes them, on a machine of little-endian words. */
#include "tests/unit/scratch.h"

#include <arpa/inet.h>
#include <endian.h>

#include "base/live_ports.h"
#include "base/memory.h"

#define HEADING                                                                          \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   " \
	"uid  "                                                                          \
	"timeout inode\n"

static void
test_lines(void **state)
{
	static const struct {
		const char *line;
		int family, protocol;
		const char *address; /* NULL: no open port */
		unsigned short port;
	} cases[] = {
		{ HEADING, AF_INET, IPPROTO_TCP, NULL, 0 },
		{ " 0: 0100007F:0019 00000000:0000 0A 0:0 00:0 0 0 0 77 1\n", AF_INET,
			IPPROTO_TCP, "127.0.0.1", 25 },
		{ " 0: 0100007F:0019 00000000:0000 0A 0:0 00:0 0 0 0 77 1\n", AF_INET,
			IPPROTO_UDP, NULL, 0 },
		{ " 1: 0100007F:0019 0100007F:C001 01 0:0 00:0 0 0 0 77 1\n", AF_INET,
			IPPROTO_TCP, NULL, 0 },
		{ " 2: 00000000:FFFF 00000000:0000 07 0:0 00:0 0 0 0 77 2\n", AF_INET,
			IPPROTO_UDP, "0.0.0.0", 65535 },
		{ " 2: 00000000:0035 0100007F:0001 07 0:0 00:0 0 0 0 77 2\n", AF_INET,
			IPPROTO_UDP, NULL, 0 },
		{ " 3: B80D0120000000000000000001000000:0016 "
		  "00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 77 1\n",
			AF_INET6, IPPROTO_TCP, "2001:db8::1", 22 },
		{ " 3: 0100007F:0019 00000000:0000 0A 0:0 00:0 0 0 0 77 1\n", AF_INET6,
			IPPROTO_TCP, NULL, 0 },
		{ " 3: 0100007F:0019 00000000:0000 0A 0:0 00:0 0 0 0\n", AF_INET,
			IPPROTO_TCP, NULL, 0 },
		{ "", AF_INET, IPPROTO_TCP, NULL, 0 },
	};
	(void)state;
	if (htole16(1) != 1)
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct live_port port;
		char text[INET6_ADDRSTRLEN];
		autofree char *line = memory_text(cases[i].line);
		bool is_open = live_ports_line(
			line, cases[i].family, cases[i].protocol, &port);
		assert_int_equal(is_open, cases[i].address != NULL);
		if (!is_open)
			continue;
		assert_non_null(inet_ntop(port.family, port.address, text, sizeof text));
		assert_string_equal(text, cases[i].address);
		assert_int_equal(port.port, cases[i].port);
		assert_int_equal(port.protocol, cases[i].protocol);
		assert_int_equal(port.inode, 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
