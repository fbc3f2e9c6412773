/* Access lists of Cisco routers: how their lines are read, and what follows from them. */
#include "tests/unit/scratch.h"

#include "lenses/parser.h"
#include "policy/models/router/router_judge.h"
#include "policy/models/router/router_names.h"
#include "policy/models/router/router_service.h"

struct made {
	struct parser *parser;
	struct file file;
	struct router_config config;
	struct router_work work;
};

static void
make(struct made *made, const char *text)
{
	const struct tree *tree;
	struct error err = ERROR_INIT;
	memset(made, 0, sizeof *made);
	made->parser = parser_new(HOLDFAST_LENSES, &err);
	assert_non_null(made->parser);
	made->file = (struct file){
		.path = "router", .state = FILE_READ, .bytes = { text, strlen(text) }
	};
	assert_int_equal(parser_parse(made->parser, LENS_CISCO, made->file.bytes, "1",
				 &tree, &err),
		0);
	router_config_read(tree, &made->file, &made->config);
	router_work_begin(&made->work);
}

static void
unmake(struct made *made)
{
	router_work_free(&made->work);
	router_config_free(&made->config);
	parser_free(made->parser);
}

static const struct router_list *
list_of(const struct made *made, const char *name, size_t count)
{
	const struct router_list *list = router_config_list(&made->config, name);
	assert_non_null(list);
	assert_int_equal(list->count, count);
	return list;
}

static struct router_packet
packet(const char *from, const char *to, uint32_t header, uint16_t from_port,
	uint16_t to_port)
{
	struct router_packet made = { .ports = { from_port, to_port } };
	assert_true(router_address_read(from, &made.words[PACKET_SOURCE]));
	assert_true(router_address_read(to, &made.words[PACKET_DESTINATION]));
	made.words[PACKET_HEADER] = header;
	return made;
}

/* What LINE of an extended list says of a packet of TCP: 1 permits, 0 denies or is not
 * about it, -1 it may, -2 the line is not understood. */
static int
says(const char *line, struct router_packet asked)
{
	struct made made;
	size_t entry;
	autofree char *text = memory_printf("access-list 150 %s\n", line);
	make(&made, text);
	const struct router_list *list = list_of(&made, "150", 1);
	int answer = list->entries[0].is_strange ? -2
		: router_judge_packet(list, &asked, &entry) == ROUTER_UNKNOWN
		? -1
		: router_judge_packet(list, &asked, &entry) == ROUTER_PERMITTED;
	unmake(&made);
	return answer;
}

static void
test_lines(void **state)
{
	(void)state;
	struct router_packet mail = packet(
				     "10.1.2.3", "192.0.2.25", 6 | PACKET_SYN, 40000, 25),
			     ack = mail, later = mail, echo = mail, marked = mail;
	ack.words[PACKET_HEADER] = 6 | PACKET_ACK;
	later.words[PACKET_HEADER] |= PACKET_FRAGMENT;
	echo.words[PACKET_HEADER] = 1;
	echo.ports[PACKET_TO] = 8 << 8;
	marked.words[PACKET_HEADER] |= 46u << 2 << PACKET_TOS_SHIFT;
	assert_int_equal(says("permit tcp any host 192.0.2.25 eq smtp", mail), 1);
	assert_int_equal(says("PERMIT TCP any HOST 192.0.2.25 EQ SMTP", mail), 1);
	assert_int_equal(says("permit 6 10.0.0.0 0.255.255.255 any", mail), 1);
	assert_int_equal(says("permit tcp 10.0.2.0 0.255.0.255 any", mail), 1);
	assert_int_equal(says("permit tcp 10.0.3.0 0.255.0.255 any", mail), 0);
	assert_int_equal(says("permit tcp any eq 40000 any eq 80 25", mail), 1);
	assert_int_equal(says("permit tcp any any neq 25", mail), 0);
	assert_int_equal(says("permit tcp any any neq 24 26", mail), 1);
	assert_int_equal(says("permit tcp any gt 39999 any lt 26 log", mail), 1);
	assert_int_equal(says("permit tcp any any range 26 30", mail), 0);
	assert_int_equal(says("permit udp any any", mail), 0);
	assert_int_equal(says("permit ip any any time-range NIGHT", mail), -1);
	assert_int_equal(says("permit ip object-group X any", mail), -1);
	assert_int_equal(says("permit ip any any option lsr", mail), -1);
	assert_int_equal(says("permit ip any any ttl lt 5", mail), -1);
	assert_int_equal(says("dynamic X timeout 5 permit ip any any", mail), -1);
	assert_int_equal(says("evaluate X", mail), -1);
	assert_int_equal(says("permit tcp any any reflect X timeout 60", mail), 1);
	assert_int_equal(says("permit tcp any any established", mail), 0);
	assert_int_equal(says("permit tcp any any established log X", ack), 1);
	assert_int_equal(says("permit tcp any any match-all +syn -ack", mail), 1);
	assert_int_equal(says("permit tcp any any match-all +syn +ack", mail), 0);
	assert_int_equal(says("permit tcp any any match-any +ack -syn", mail), 0);
	assert_int_equal(says("permit tcp any any syn", mail), 1);
	assert_int_equal(says("permit tcp any any dscp ef", marked), 1);
	assert_int_equal(says("permit tcp any any precedence critical", marked), 1);
	assert_int_equal(says("permit tcp any any tos 12", marked), 1);
	assert_int_equal(says("permit tcp any any dscp ef", mail), 0);
	/* later fragments: Cisco's table of the keyword fragments */
	assert_int_equal(says("permit tcp any any fragments", mail), 0);
	assert_int_equal(says("permit tcp any any fragments", later), 1);
	assert_int_equal(says("permit tcp any any eq 80", later), 1);
	assert_int_equal(says("permit udp any any eq 80", later), 0);
	assert_int_equal(says("permit icmp any any echo", echo), 1);
	assert_int_equal(says("permit icmp any any 8 0", echo), 1);
	assert_int_equal(says("permit icmp any any 8 1", echo), 0);
	assert_int_equal(says("permit icmp any any unreachable", echo), 0);
}

static void
test_strange_lines(void **state)
{
	static const char *const lines[] = { "", "permit", "permit tcp any", "permit any",
		"permit tcp 10.0.0.1 any", "permit tcp any any eq",
		"permit tcp any any eq x", "permit tcp any any eq 65536",
		"permit tcp any any range 9 1", "permit tcp any any gt 65535",
		"permit ip any any eq 80", "permit ip any any established",
		"permit tcp any any eq 80 fragments", "permit 0 any any",
		"permit 256 any any", "permit ip 10.0.0.0/8 any",
		"permit ip 10.0.0.0, wildcard bits 0.0.0.255 any",
		"permit ip any any what", "permit icmp any any precedence-unreachable",
		"allow ip any any", "permit tcp any any match-all",
		"permit tcp any any match-all +syn -syn", "permit tcp any any ack syn",
		"permit ip any any dscp ef tos 1" };
	struct router_packet any = packet("10.1.2.3", "192.0.2.25", 6, 1, 25);
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		if (says(lines[i], any) != -2)
			print_message("%s\n", lines[i]);
		assert_int_equal(says(lines[i], any), -2);
	}
}

static void
test_lists(void **state)
{
	struct made made;
	(void)state;
	make(&made,
		"hostname r\n"
		"banner motd ^C\naccess-list 150 permit ip any any\n^C\n"
		"access-list 10 permit 10.0.0.1\n"
		"access-list 10 deny   10.0.0.0 0.0.0.255 log\n"
		"access-list 150 remark nothing\n"
		"access-list 700 permit 0000.0000.0000 ffff.ffff.ffff\n"
		"ip access-list extended EDGE\n"
		" 20 permit tcp any any\n"
		" 10 deny tcp any any eq 23\n"
		" remark x\n"
		" permit udp any any\n"
		" 25 permit icmp any any\n"
		"ip access-list standard 99\n"
		" permit any\n"
		"!\n"
		"ip access-list extended EMPTY\n"
		"interface FastEthernet 0/0\n"
		" description access-list 150 permit ip any any\n"
		" ip address 192.0.2.1 255.255.255.0\n"
		" ip access-group EDGE in\n"
		" ip access-group 10 out\n"
		"interface Serial0/0.1 point-to-point\n"
		" no ip address\n"
		" shutdown\n"
		"line vty 0 4\n"
		" access-class 99 in\n"
		"end\n");
	assert_int_equal(made.config.strange_count, 0);
	assert_int_equal(list_of(&made, "10", 2)->entries[1].permits, false);
	assert_non_null(list_of(&made, "150", 0)->remark.file);
	assert_true(list_of(&made, "99", 1)->entries[0].permits);
	list_of(&made, "EMPTY", 0);
	assert_null(router_config_list(&made.config, "700"));
	const struct router_list *edge = list_of(&made, "EDGE", 4);
	assert_int_equal(edge->entries[0].sequence, 10);
	assert_int_equal(edge->entries[1].sequence, 20);
	assert_int_equal(edge->entries[2].sequence, 25);
	assert_int_equal(edge->entries[3].sequence, 30);
	const struct router_interface *interface = router_config_interface(
		&made.config, "fastethernet0/0");
	assert_non_null(interface);
	assert_string_equal(interface->uses[ROUTER_IN].list, "EDGE");
	assert_string_equal(interface->uses[ROUTER_OUT].list, "10");
	interface = router_config_interface(&made.config, "Serial0/0.1");
	assert_non_null(interface);
	assert_true(interface->is_down);
	assert_null(interface->uses[ROUTER_IN].list);
	unmake(&made);
}

static void
test_strange_text(void **state)
{
	static const char *const texts[] = {
		"access-list outside extended permit ip any any\n",
		"ip access-list NAME\n", "access-group X in interface outside\n",
		"interface X\n ipv4 access-group Y ingress\n", "ip access-group 150 in\n",
		"interface X\n ip access-group 150\n", "banner motd ^C\ninterface X\n",
		"ip access-list standard 150\n", "access-list\n",
		"no access-list 150 permit ip any any\n",
		"macro name x\ninterface X\n ip access-group 1 in\n",
		"menu m title ^C\naccess-list 1 permit any\n",
		"access-list 1 deny any\n --More-- access-list 1 permit any\n",
		"Building configuration...\n\ninterface X\n",
		"Current configuration : 99 bytes\ninterface X\n end\n"
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct made made;
		make(&made, texts[i]);
		if (made.config.strange_count != 1)
			print_message("%s", texts[i]);
		assert_int_equal(made.config.strange_count, 1);
		unmake(&made);
	}
}

/* Texts hold what looks like lines. */
static void
test_texts(void **state)
{
	static const char *const texts[][2] = {
		{ "banner exec #\n", "#\n" },
		{ "macro name x\n", "mail a@b\n@\n" },
		{ "aaa authentication banner ^C\n", "^C\n" },
		{ "line vty 0 4\n vacant-message ^Cx\n", "x^C\n" },
	};
	struct made made;
	(void)state;
	make(&made, "interface A\n description ^C\ninterface X\n description ^C\n");
	assert_int_equal(made.config.interface_count, 2);
	unmake(&made);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char *whole = NULL;
		assert_true(asprintf(&whole,
				    "Building configuration...\n"
				    "aaa authentication fail-message ^Cno^C\n"
				    "%sinterface X\n ip access-group 1 in\n%s"
				    "access-list 1 permit any\nend\nr#\n",
				    texts[i][0], texts[i][1]) > 0);
		make(&made, whole);
		assert_int_equal(made.config.strange_count, 0);
		assert_int_equal(made.config.interface_count, 0);
		list_of(&made, "1", 1);
		unmake(&made);
		free(whole);
	}
}

static void
test_order(void **state)
{
	struct made made;
	(void)state;
	make(&made,
		"ip access-list extended A\n 10 permit tcp any any\n 10 deny ip any any\n"
		" no 10\n"
		"access-list 150 permit ip any any\nno access-list 150\n"
		"access-list 150 deny ip any any\n");
	const struct router_list *list = list_of(&made, "A", 3);
	assert_false(list->entries[0].is_strange);
	assert_true(list->entries[1].is_strange);
	assert_true(list->entries[2].is_strange);
	assert_false(list_of(&made, "150", 1)->entries[0].permits);
	unmake(&made);
}

static void
test_groups(void **state)
{
	struct made made;
	size_t entry;
	(void)state;
	make(&made,
		"object-group network SERVERS\n description x\n host 192.0.2.1\n"
		" 198.51.100.0 255.255.255.0\n range 203.0.113.3 203.0.113.10\n"
		"object-group network ALL\n group-object SERVERS\n host 192.0.2.9\n"
		"object-group network ODD\n host nobody\n"
		"object-group network EVERY\n range 0.0.0.0 255.255.255.255\n"
		"ip access-list extended A\n"
		" permit tcp any object-group ALL eq 25\n"
		" permit udp any object-group ODD\n"
		"ip access-list extended B\n permit ip object-group EVERY any\n");
	const struct router_list *list = list_of(&made, "A", 2);
	static const struct {
		const char *to;
		enum router_fate fate;
	} rows[] = { { "192.0.2.1", ROUTER_PERMITTED }, { "192.0.2.2", ROUTER_DENIED },
		{ "192.0.2.9", ROUTER_PERMITTED }, { "198.51.100.77", ROUTER_PERMITTED },
		{ "203.0.113.2", ROUTER_DENIED }, { "203.0.113.3", ROUTER_PERMITTED },
		{ "203.0.113.10", ROUTER_PERMITTED }, { "203.0.113.11", ROUTER_DENIED } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct router_packet mail = packet(
			"10.0.0.1", rows[i].to, 6 | PACKET_SYN, 40000, 25);
		assert_int_equal(router_judge_packet(list, &mail, &entry), rows[i].fate);
	}
	struct router_packet other = packet("10.0.0.1", "192.0.2.7", 17, 40000, 25);
	assert_int_equal(router_judge_packet(list, &other, &entry), ROUTER_UNKNOWN);
	assert_int_equal(entry, 1);
	assert_int_equal(router_judge_packet(list_of(&made, "B", 1), &other, &entry),
		ROUTER_PERMITTED);
	unmake(&made);
	make(&made,
		"object-group network A\n host 10.0.0.1\naccess-list 150 permit ip "
		"object-group A any\nobject-group network A\n host 10.0.0.2\n");
	assert_int_equal(made.config.strange_count, 1);
	unmake(&made);
}

/* Groups that hold each other would double with each. */
static void
test_many_groups(void **state)
{
	struct made made;
	autobuffer struct buffer text = { 0 };
	(void)state;
	buffer_text(&text, "object-group network G0\n range 0.0.0.1 255.255.255.254\n");
	for (int i = 1; i < 2000; i++) {
		buffer_printf(&text, "object-group network G%d\n", i);
		buffer_printf(
			&text, " group-object G%d\n group-object G%d\n", i - 1, i - 1);
	}
	buffer_text(&text,
		"access-list 150 permit ip object-group G5 object-group G1\n"
		"access-list 150 permit ip object-group G5 any\n"
		"access-list 150 permit ip object-group G1999 any\n");
	make(&made, text.data);
	const struct router_list *list = list_of(&made, "150", 3);
	assert_true(list->entries[0].is_strange);
	assert_int_equal(list->entries[1].cubes.count, 62 << 5);
	assert_non_null(list->entries[2].doubt);
	unmake(&made);
}

static void
test_shadowed(void **state)
{
	struct made made;
	struct router_packet found;
	size_t *cover, count;
	(void)state;
	make(&made,
		"access-list 150 deny ip 10.0.0.0 0.127.255.255 any\n"
		"access-list 150 deny ip host 192.0.2.1 any\n"
		"access-list 150 deny ip 10.128.0.0 0.127.255.255 any\n"
		"access-list 150 permit tcp host 10.0.1.32 any eq 22\n"
		"access-list 150 permit tcp 10.0.0.0 0.255.255.255 any eq 25\n"
		"access-list 150 permit tcp 10.0.0.0 1.255.255.255 any eq 25\n"
		"access-list 150 permit ip any any time-range NIGHT\n"
		"access-list 150 permit tcp host 172.16.0.1 any\n");
	const struct router_list *list = list_of(&made, "150", 8);
	assert_int_equal(router_judge_line(list, 3, &made.work, &found), ROUTER_NONE);
	router_judge_cover(list, 3, &made.work, &cover, &count);
	assert_int_equal(count, 1);
	assert_int_equal(cover[0], 0);
	free(cover);
	assert_int_equal(router_judge_line(list, 4, &made.work, &found), ROUTER_NONE);
	router_judge_cover(list, 4, &made.work, &cover, &count);
	assert_int_equal(count, 2);
	assert_int_equal(cover[0], 0);
	assert_int_equal(cover[1], 2);
	free(cover);
	assert_int_equal(router_judge_line(list, 5, &made.work, &found), ROUTER_FOUND);
	assert_int_equal(found.words[PACKET_SOURCE] >> 24, 11);
	/* what is only now and then covers nothing */
	assert_int_equal(router_judge_line(list, 7, &made.work, &found), ROUTER_FOUND);
	assert_int_equal(router_judge_need(list, 3, &made.work, &found), ROUTER_NONE);
	assert_int_equal(router_judge_need(list, 5, &made.work, &found), ROUTER_FOUND);
	unmake(&made);
}

/* The pigeonhole principle, which no such search can show in time: N + 1 pigeons, a bit
 * for each of N holes of each, N + 1 times N of them. */
static void
test_limit(void **state)
{
	enum { HOLES = 9 };
	struct router_cube *cubes = memory_new(1000, sizeof *cubes);
	const struct router_cube **cover = memory_new(1000, sizeof *cover);
	struct router_cube rest;
	struct router_work work;
	size_t count = 0;
	(void)state;
	router_work_begin(&work);
	/* a pigeon is in no hole */
	for (unsigned pigeon = 0; pigeon <= HOLES; pigeon++) {
		struct router_cube *cube = &cubes[count++];
		*cube = router_every;
		for (unsigned hole = 0; hole < HOLES; hole++) {
			unsigned bit = pigeon * HOLES + hole;
			cube->care[bit / 32] |= 1u << bit % 32;
		}
	}
	/* two are in one */
	for (unsigned hole = 0; hole < HOLES; hole++)
		for (unsigned i = 0; i <= HOLES; i++)
			for (unsigned j = i + 1; j <= HOLES; j++) {
				struct router_cube *cube = &cubes[count++];
				unsigned a = i * HOLES + hole, b = j * HOLES + hole;
				*cube = router_every;
				cube->care[a / 32] |= 1u << a % 32;
				cube->care[b / 32] |= 1u << b % 32;
				cube->value[a / 32] |= 1u << a % 32;
				cube->value[b / 32] |= 1u << b % 32;
			}
	for (size_t i = 0; i < count; i++)
		cover[i] = &cubes[i];
	assert_int_equal(router_cube_rest(&router_every, cover, count, &work, &rest),
		ROUTER_TOO_MUCH);
	/* without the last of them there is room for the pigeons */
	for (size_t i = 0; i < count; i++)
		cover[i] = &cubes[i];
	work.left = UINT64_MAX / 2;
	assert_int_equal(
		router_cube_rest(&router_every, cover + 1, count - 1, &work, &rest),
		ROUTER_FOUND);
	free((void *)cover);
	free(cubes);
	router_work_free(&work);
}

static void
test_service(void **state)
{
	struct made made;
	struct router_packet found;
	struct router_address from = { 0 }, to;
	struct router_cubes must = { 0 }, special = { 0 };
	size_t entry;
	(void)state;
	make(&made,
		"access-list 150 deny ip 10.0.0.0 0.255.255.255 any\n"
		"access-list 150 deny tcp any any match-all +syn +fin\n"
		"access-list 150 permit tcp any gt 1023 host 192.0.2.35 eq 110\n");
	assert_true(router_address_network("192.0.2.35", &to));
	struct router_service service = { .from = &from,
		.from_count = 1,
		.to = to,
		.protocol = 6,
		.low = { 0, 110 },
		.high = { 65535, 110 },
		.from_any_port = true };
	router_service_must(&service, &must);
	router_service_special(&special);
	struct router_question question = { .list = list_of(&made, "150", 3),
		.region = &must,
		.besides = &special,
		.surely = true };
	assert_int_equal(
		router_judge(&question, 0, &made.work, &entry, &found), ROUTER_NONE);
	question.besides = NULL;
	assert_int_equal(
		router_judge(&question, 0, &made.work, &entry, &found), ROUTER_FOUND);
	assert_int_equal(entry, 0);
	autofree char *text = router_service_packet(&found);
	assert_non_null(strstr(text, " -> 192.0.2.35:110 syn"));
	router_cubes_free(&must);
	router_cubes_free(&special);
	unmake(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_strange_lines),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_strange_text),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_shadowed),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_service),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
