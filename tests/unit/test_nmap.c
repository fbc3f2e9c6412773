/* Options of nmap by which silence says nothing, as getopt_long_only(3) takes them. */
#include "tests/unit/scratch.h"

#include "policy/models/network/nmap.h"

/* What is wrong with a scan by ARGS, which tells of no host besides; "" when nothing. */
static const char *
problem(const char *args)
{
	static char found[200];
	struct document_node nodes[] = {
		{ .label = "nmaprun", .depth = 0 },
		{ .label = "@scanner", .value = "nmap", .depth = 1 },
		{ .label = "@args", .value = args, .depth = 1 },
		{ .label = "@start", .value = "1", .depth = 1 },
		{ .label = "host", .depth = 1 },
		{ .label = "status", .depth = 2 },
		{ .label = "@state", .value = "up", .depth = 3 },
		{ .label = "address", .depth = 2 },
		{ .label = "@addr", .value = "192.0.2.1", .depth = 3 },
		{ .label = "ports", .depth = 2 },
		{ .label = "runstats", .depth = 1 },
		{ .label = "finished", .depth = 2 },
		{ .label = "@time", .value = "2", .depth = 3 },
		{ .label = "@exit", .value = "success", .depth = 3 },
	};
	const struct document document = { nodes, sizeof nodes / sizeof *nodes, NULL, 0,
		NULL };
	struct nmap nmap;
	nmap_read(&document, "192.0.2.1", &nmap);
	snprintf(found, sizeof found, "%s", nmap.problem != NULL ? nmap.problem : "");
	nmap_free(&nmap);
	return found;
}

static void
test_options(void **state)
{
	static const struct {
		const char *args, *problem;
	} cases[] = {
		{ "nmap -oX - 192.0.2.1", "" },
		{ "nmap --badsum -oX -", "--badsum" },
		{ "nmap -badsum -oX -", "--badsum" },
		{ "nmap --ba -oX -", "--badsum" },
		{ "nmap -ba -oX -", "--badsum" },
		{ "nmap -b relay -oX -",
			"" }, /* a scan by FTP, which counts for nothing */
		{ "nmap --scanf URG -oX -", "--scanflags" },
		{ "nmap --scan URG -oX -", "" },
		{ "nmap -tt 3 -oX -", "--ttl" },
		{ "nmap -t -oX -", "" },
		{ "nmap --ip-o=R -oX -", "--ip-options" },
		{ "nmap --ip- -oX -", "" },
		{ "nmap --pro x -oX -", "--proxies" },
		{ "nmap --pr -oX -", "" },
		{ "nmap -S 192.0.2.9 -oX -", "-S" },
		{ "nmap -S192.0.2.9 -oX -", "-S" },
		{ "nmap -sS -oX -", "" },
		{ "nmap --spoof-mac 0 -oX -", "--spoof-mac" },
		{ "nmap -sP -oX -", "" },
		{ "nmap --mtu 24 -oX -", "--mtu" },
		{ "nmap -f -oX -", "-f" },
		{ "nmap -ff -oX -", "-f" },
		{ "nmap -F --fuzzy -oX -", "" },
		{ "nmap --max-retries 0 -oX -", "--max-retries 0" },
		{ "nmap -max-re=0 -oX -", "--max-retries 0" },
		{ "nmap -oX - --max-retries", "" },
		{ "nmap -oX - --max-retries 0", "--max-retries 0" },
		{ "nmap --max-retries 06 -oX -", "" },
		{ "nmap --max-retries 3 -oX 0", "" },
		{ "nmap --max-rate 0 -oX -", "" },
		{ "nmap badsum -oX -", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (*cases[i].problem == '\0')
			assert_string_equal(problem(cases[i].args), "");
		else
			assert_non_null(strstr(problem(cases[i].args), cases[i].problem));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
