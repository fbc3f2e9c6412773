/* tcpserver's rules: what their text compiles to, which is for a client, and the regions
 * of all clients. */
#include "tests/unit/scratch.h"

#include "policy/models/network/cdb.h"
#include "policy/models/network/tcprules_regions.h"

static void
read_rules(const char *text, size_t size, struct tcprules *ret_rules)
{
	struct error err = ERROR_INIT;
	scratch_make();
	struct host *below = host_open(scratch, &err), *host = host_layer(below);
	struct parser *parser = parser_new(HOLDFAST_LENSES, &err);
	host_put(host, "/rules", (struct bytes){ text, size });
	tcprules_read_text(
		&(struct context){ .host = host, .parser = parser }, "/rules", ret_rules);
	parser_free(parser);
	host_free(host);
	host_free(below);
	scratch_remove();
}

/* All rules, "KEY:WHAT" with blanks between. */
static void
compiles_to(const char *text, const char *want)
{
	struct buffer have = { 0 };
	struct tcprules rules;
	read_rules(text, strlen(text), &rules);
	if (rules.refused_why != NULL)
		buffer_printf(&have, "%zu %s", rules.refused.offset, rules.refused_why);
	for (size_t i = 0; i < rules.count && rules.refused_why == NULL; i++) {
		autofree char *what = tcprule_describe(rules.items[i]);
		buffer_printf(
			&have, "%s%s:%s", i > 0 ? " " : "", rules.items[i]->key, what);
	}
	assert_string_equal(have.data != NULL ? have.data : "", want);
	buffer_free(&have);
	tcprules_free(&rules);
}

static void
test_compile(void **state)
{
	(void)state;
	compiles_to("# a:deny\n\n192.168.1.30:allow\n:deny \t\n1.2.3.4 allow\n",
		"192.168.1.30:admitted :denied");
	compiles_to("1.2.3.9-11:deny\n1.-2.:allow\n=a-b:deny\n5-4.:deny\n254-999.:deny",
		"1.2.3.9:denied 1.2.3.10:denied 1.2.3.11:denied 1.0.:admitted "
		"1.1.:admitted 1.2.:admitted =a-b:denied 254.:denied 255.:denied");
	compiles_to("1.:deny\n1.:allow\n", "1.:denied");
	compiles_to("1.:allow,A=\"x\",RELAYCLIENT=''\n2.:deny,A=/b/\n",
		"1.:admitted with A='x' and RELAYCLIENT='' 2.:denied");
}

static void
test_refused(void **state)
{
	(void)state;
	static const char *const lines[][2] = {
		{ "1.:", "0 neither" },
		{ "1.:Allow", "0 neither" },
		{ ":deny\n1.: allow", "6 neither" },
		{ "1.:allow\r", "0 a comma" },
		{ "1.:denyx", "0 a comma" },
		{ "1.:allow,", "0 a variable has no '='" },
		{ "1.:allow,A=", "0 a variable has no quoted" },
		{ "1.:allow,A=\"x", "0 the quote" },
		{ "1.a-2:allow", "0 the ends" },
		{ "1.2-3-4:allow", "0 the ends" },
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct tcprules rules;
		read_rules(lines[i][0], strlen(lines[i][0]), &rules);
		assert_non_null(rules.refused_why);
		autofree char *have = memory_printf(
			"%zu %s", rules.refused.offset, rules.refused_why);
		if (strncmp(have, lines[i][1], strlen(lines[i][1])) != 0)
			fail_msg("%s: %s", lines[i][0], have);
		tcprules_free(&rules);
	}
}

/* What would take long: few bytes that make many rules. */
static void
test_many(void **state)
{
	(void)state;
	struct buffer text = { 0 };
	struct tcprules rules;
	for (unsigned i = 0; i < 1000; i++)
		buffer_printf(&text, "%u.0-255.:deny\n", i);
	read_rules(text.data, text.size, &rules);
	assert_non_null(rules.problem);
	tcprules_free(&rules);
	buffer_free(&text);
	for (unsigned i = 0; i < 5000; i++)
		buffer_text(&text, "1.0-255.:deny\n");
	read_rules(text.data, text.size, &rules);
	assert_non_null(rules.problem);
	tcprules_free(&rules);
	buffer_free(&text);
	read_rules("1.:deny\n\x01", 9, &rules);
	assert_non_null(strstr(rules.problem, "control byte"));
	tcprules_free(&rules);
}

static void
found(const struct tcprules *rules, const char *ip, const char *host, const char *info,
	const char *want)
{
	const struct tcprule *rule = tcprules_find(rules, ip, host, info);
	assert_string_equal(rule != NULL ? rule->key : "default", want);
}

/* The order of tcprules(1), THE RULES FILE. */
static void
test_find(void **state)
{
	(void)state;
	static const char text[] = "j@1.2.3.4:allow\nj@=a.b:allow\n1.2.3.4:allow\n"
				   "=a.b:allow\n1.2.3.:allow\n1.:allow\n=.b:allow\n"
				   "=:allow\n";
	struct tcprules rules;
	read_rules(text, strlen(text), &rules);
	found(&rules, "1.2.3.4", "a.b", "j", "j@1.2.3.4");
	found(&rules, "1.2.3.5", "a.b", "j", "j@=a.b");
	found(&rules, "1.2.3.4", "a.b", "k", "1.2.3.4");
	found(&rules, "1.2.3.5", "a.b", NULL, "=a.b");
	found(&rules, "1.2.3.5", "x.b", NULL, "1.2.3.");
	found(&rules, "1.2.9.4", "x.b", NULL, "1.");
	found(&rules, "9.2.3.4", "x.b", NULL, "=.b");
	found(&rules, "9.2.3.4", "b", NULL, "=");
	found(&rules, "9.2.3.4", NULL, "j", "default");
	tcprules_free(&rules);
}

static void
see(void *data, const struct tcprules_region *region)
{
	buffer_printf(data, "[%s%s%s %s%s%s]", region->prefix,
		region->mark != NULL ? " in " : "",
		region->mark != NULL ? region->mark : "",
		region->rule != NULL ? region->rule->key : "default",
		region->other != NULL ? " or " : "",
		region->other != NULL ? region->other->key : "");
}

static void
regions_are(const char *text, const char *mark, const char *want)
{
	struct buffer have = { 0 };
	struct tcprules rules;
	read_rules(text, strlen(text), &rules);
	tcprules_walk(&rules, &mark, mark != NULL, see, &have);
	assert_string_equal(have.data, want);
	buffer_free(&have);
	tcprules_free(&rules);
}

static void
test_regions(void **state)
{
	(void)state;
	regions_are("", NULL, "[ default]");
	regions_are("10.1.:deny\n:allow\n1.2.3.4:deny\n01.:deny\n1.2:deny\n", "10.",
		"[ ][1.2.3.4 1.2.3.4][10. in 10. ][10.1. in 10. 10.1.]");
	/* where each sort of name decides otherwise */
	regions_are("=.b:allow\n1.:deny\n1.2.3.4:deny\n:deny\n", NULL,
		"[  or =.b][1. 1.][1.2.3.4 1.2.3.4]");
	regions_are("=a.b:allow\n1.:deny\n1.2.3.4:deny\n:deny\n", NULL,
		"[  or =a.b][1. 1. or =a.b][1.2.3.4 1.2.3.4]");
	regions_are("j@=a.b:allow\n1.2.3.4:deny\n:deny\n", NULL,
		"[  or j@=a.b][1.2.3.4 1.2.3.4 or j@=a.b]");
	regions_are("j@1.2.3.4:allow\n:deny\n", NULL, "[ ][1.2.3.4  or j@1.2.3.4]");
	regions_are("=:deny\n", NULL, "[ default or =]");
	regions_are("=.:deny\n1.:allow\n", NULL, "[ default or =.][1. 1. or =.]");
	/* no client has such a name or ident */
	regions_are("=A.b:deny\nj@=.b:deny\nj@=:deny\nj@:deny\nj@1.:deny\n", NULL,
		"[ default]");
	/* nothing is left of a prefix whose parts all have rules */
	struct buffer whole = { 0 };
	for (unsigned i = 0; i < 256; i++)
		buffer_printf(&whole, "1.2.3.%u:deny\n", i);
	struct tcprules rules;
	struct buffer have = { 0 };
	read_rules(whole.data, whole.size, &rules);
	tcprules_walk(&rules, &(const char *){ "1.2.3." }, 1, see, &have);
	assert_non_null(strstr(have.data, "[ default][1.2.3.0 in 1.2.3. 1.2.3.0]"));
	buffer_free(&whole);
	buffer_free(&have);
	tcprules_free(&rules);
}

static void
put(char *cdb, size_t at, uint32_t first, uint32_t second)
{
	for (unsigned i = 0; i < 4; i++) {
		cdb[at + i] = (char)(first >> 8 * i);
		cdb[at + 4 + i] = (char)(second >> 8 * i);
	}
}

/* A cdb made by hand: all tables empty but that of the key "", whose hash is 5381. */
static void
test_cdb(void **state)
{
	(void)state;
	char cdb[2048 + 8 + 2 + 16] = { 0 };
	struct bytes bytes = { cdb, sizeof cdb }, data;
	struct cdb_cursor cursor = { 0 };
	struct cdb_record record;
	struct tcprules rules;
	size_t work = 100;
	put(cdb, (5381 & 255) * 8, 2058, 2);
	put(cdb, 2048, 0, 2);
	cdb[2056] = 'D';
	put(cdb, 2058 + (5381 >> 8 & 1) * 8, 5381, 2048);
	assert_true(cdb_is_whole(bytes));
	assert_int_equal(cdb_find(bytes, BYTES_TEXT(""), &data, &work), CDB_FOUND);
	assert_int_equal(data.size, 2);
	assert_int_equal(cdb_find(bytes, BYTES_TEXT("1."), &data, &work), CDB_ABSENT);
	assert_true(cdb_next(bytes, &cursor, &record));
	assert_int_equal(record.key.size, 0);
	assert_false(cdb_next(bytes, &cursor, &record));
	tcprules_read_cdb(bytes, &rules);
	assert_int_equal(rules.count, 1);
	assert_true(rules.items[0]->denies);
	tcprules_free(&rules);
	work = 0;
	assert_int_equal(cdb_find(bytes, BYTES_TEXT(""), &data, &work), CDB_TOO_LONG);
	work = 100;

	/* a record that ends behind the file, a slot behind it, a header cut short */
	put(cdb, 2048, 0, 19);
	assert_false(cdb_is_whole(bytes));
	assert_int_equal(cdb_find(bytes, BYTES_TEXT(""), &data, &work), CDB_DAMAGED);
	put(cdb, 2048, UINT32_MAX, UINT32_MAX);
	assert_false(cdb_is_whole(bytes));
	put(cdb, 2048, 0, 18);
	assert_true(cdb_is_whole(bytes));
	put(cdb, (5381 & 255) * 8, 2058, UINT32_MAX);
	assert_false(cdb_is_whole(bytes));
	/* a table's place wraps around to the beginning of the file */
	put(cdb, (5381 & 255) * 8, UINT32_MAX - 7, 2);
	assert_false(cdb_is_whole(bytes));
	assert_int_equal(cdb_find(bytes, BYTES_TEXT(""), &data, &work), CDB_ABSENT);
	put(cdb, (5381 & 255) * 8, UINT32_MAX - 15, 2);
	assert_int_equal(cdb_find(bytes, BYTES_TEXT(""), &data, &work), CDB_DAMAGED);
	bytes.size = 2047;
	assert_false(cdb_is_whole(bytes));
	/* tables that share their room */
	bytes.size = sizeof cdb;
	for (unsigned table = 0; table < 256; table++)
		put(cdb, table * 8, 0, 200);
	assert_false(cdb_is_whole(bytes));
}

/* A cdb of 6 MiB whose 400,000 slots all lead to one long record of another key. */
static void
test_hostile_cdb(void **state)
{
	(void)state;
	enum { SLOTS = 400000, KEY = 2 << 20, SLOT = 2048 + 8 + KEY };
	size_t size = SLOT + SLOTS * 8;
	char *cdb = memory_new(size, 1);
	struct bytes bytes = { cdb, size };
	struct tcprules rules;
	memset(cdb + 2056, 'a', KEY);
	put(cdb, 2048, KEY, 0);
	put(cdb, 0, SLOT, SLOTS);
	for (size_t i = 0; i < SLOTS; i++)
		put(cdb, SLOT + i * 8, 5381, 2048);
	assert_true(cdb_is_whole(bytes));
	tcprules_read_cdb(bytes, &rules);
	assert_string_equal(rules.problem, "its lookups take too long to be followed");
	tcprules_free(&rules);
	free(cdb);
}

static void
test_prefix(void **state)
{
	(void)state;
	static const char *const good[] = { "1.2.3.4", "255.", "0.0.", "1.2.3." },
				 *const bad[] = { "", ".", "1", "1.2.3", "1.2.3.4.",
					 "256.", "01.", "1..", "1.2.3.4.5", "a.", "-1.",
					 "1000." };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(tcprules_is_prefix(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(tcprules_is_prefix(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compile),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_cdb),
		cmocka_unit_test(test_hostile_cdb),
		cmocka_unit_test(test_prefix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
