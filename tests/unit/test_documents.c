#include "lenses/documents.h"
#include "tests/unit/scratch.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "base/text.h"
#include "lenses/parser.h"
#include "lenses/stock.h"
#include "lenses/xml.h"
#include "tests/unit/child.h"

static struct parser *parser;
static struct documents *documents;

static int
setup(void **state)
{
	(void)state;
	parser = parser_new(HOLDFAST_LENSES, NULL);
	documents = parser_documents(parser);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	parser_free(parser);
	return 0;
}

/* MODULE NULL: XML. */
static int
make(const char *module, struct bytes text, const struct document **ret_document,
	struct error *err)
{
	char hash[SHA256_HEX];
	text_sha256(text, hash);
	return module == NULL
		? documents_xml(documents, text, hash, ret_document, err)
		: documents_stock(documents, module, text, hash, ret_document, err);
}

/* The document in one line, "name=value" for each node, with a dot for each level and,
 * where it is known, @ and where the value stands. */
static void
assert_document(const char *module, const char *text, const char *expected)
{
	const struct document *document = NULL;
	struct error err = ERROR_INIT;
	autobuffer struct buffer out = { 0 };
	if (make(module, BYTES_TEXT(text), &document, &err) < 0)
		fail_msg("%s", err.text);
	buffer_text(&out, "");
	if (document->problem != NULL)
		buffer_printf(&out, "! %s", document->problem);
	if (document->problem != NULL && document->problem_at != DOCUMENT_NOWHERE)
		buffer_printf(&out, " at %u", document->problem_at);
	for (size_t i = 0; i < document->count; i++) {
		const struct document_node *node = &document->nodes[i];
		for (uint32_t depth = 0; depth < node->depth; depth++)
			buffer_text(&out, ".");
		buffer_text(&out, node->label);
		if (node->value != NULL)
			buffer_printf(&out, "=%s", node->value);
		if (node->value_start != DOCUMENT_NOWHERE)
			buffer_printf(&out, "@%u", node->value_start);
		buffer_text(&out, " ");
	}
	assert_string_equal(out.data, expected);
}

static void
assert_error(const char *module, struct bytes text, const char *expected)
{
	const struct document *document;
	struct error err = ERROR_INIT;
	assert_int_equal(make(module, text, &document, &err), -1);
	assert_string_equal(err.text, expected);
	error_clear(&err);
}

static void
test_xml(void **state)
{
	(void)state;
	assert_document(NULL,
		"<?xml version=\"1.0\"?>\n<!DOCTYPE a>\n<?x y?><!-- c -->"
		"<a b=\"1\" c='&lt;&#45;'>text<d/><d e=\"\"><f/></d></a>\n",
		"a .@b=1 .@c=<- .d .d ..@e= ..f ");
	const struct document *document;
	assert_int_equal(
		make(NULL, BYTES_TEXT("<a>\n <b c=''/></a>"), &document, NULL), 0);
	assert_int_equal(document->nodes[1].start, 5);
	assert_int_equal(document->nodes[2].start, 5);
	assert_int_equal(document_end(document, 0), 3);
	assert_int_equal(document_child(document, 0, "b"), 1);
	assert_int_equal(document_child(document, 0, "@c"), 3);
	assert_int_equal(document_child(document, 1, "@c"), 2);
}

static void
test_xml_that_is_none(void **state)
{
	(void)state;
	assert_document(NULL, "", "! no element found");
	assert_document(NULL, "<a><b></a>", "! mismatched tag at 8");
	assert_document(NULL, "<a/><a/>", "! junk after document element at 4");
	assert_document(NULL, "<a>\xff</a>", "! not well-formed (invalid token) at 3");
	assert_document(NULL, "<!DOCTYPE a [<!ENTITY b \"x\">]><a>&b;</a>",
		"! its document type declares something at 12");
	assert_document(NULL, "<!DOCTYPE a SYSTEM \"/etc/passwd\"><a>&b;</a>", "a ");
	assert_document(NULL, "<a b=\"&c;\"/>", "! undefined entity at 0");
	/* what would be read as another encoding is not believed */
	assert_document(NULL, "<?xml version=\"1.0\" encoding=\"latin1\"?><a b='\xe4'/>",
		"! not well-formed (invalid token) at 45");
	const struct document *document;
	assert_int_equal(make(NULL, (struct bytes){ "<a\0b/>", 6 }, &document, NULL), 0);
	assert_non_null(document->problem);
}

static void
test_xml_that_is_deep(void **state)
{
	(void)state;
	for (int depth = XML_DEPTH_MAX; depth <= XML_DEPTH_MAX + 1; depth++) {
		autobuffer struct buffer text = { 0 };
		const struct document *document;
		for (int i = 0; i < depth; i++)
			buffer_text(&text, "<a>");
		for (int i = 0; i < depth; i++)
			buffer_text(&text, "</a>");
		assert_int_equal(make(NULL, (struct bytes){ text.data, text.size },
					 &document, NULL),
			0);
		if (depth == XML_DEPTH_MAX)
			assert_int_equal(document->count, depth);
		else
			assert_string_equal(document->problem, "it is too deep");
	}
}

static void
test_stock(void **state)
{
	(void)state;
	assert_document("Sysctl", "# c\nkernel.sysrq = 0\n\nvm/swappiness=1",
		"#comment=c@2 kernel.sysrq=0@19 vm/swappiness=1@36 ");
	assert_document("Hosts", "127.0.0.1 localhost lo\n",
		"1 .ipaddr=127.0.0.1@0 .canonical=localhost@10 .alias=lo@20 ");
	const struct document *document;
	assert_int_equal(
		make("Hosts", BYTES_TEXT("\n::1 a\n127.0.0.1 b\n"), &document, NULL), 0);
	assert_int_equal(document->nodes[3].start, 7);
	assert_int_equal(document_end(document, 0), 3);
	assert_document("Login_defs", "UMASK\t022\n", "UMASK=022@6 ");
}

static void
test_stock_that_does_not_fit(void **state)
{
	(void)state;
	assert_document("Sysctl", "a = 1\nb c\n",
		"! the lens does not accept it (Iterated lens matched less than it "
		"should) at 7");
	/* the same, and the lens is none the worse for it */
	assert_document("Sysctl", "a = 1\n", "a=1@4 ");
	assert_document("Sysctl", "b c\n",
		"! the lens does not accept it (Iterated lens matched less than it "
		"should) at 1");
	const struct document *document;
	assert_int_equal(make("No_such_lens", BYTES_TEXT("a\n"), &document, NULL), 0);
	assert_ptr_equal(strstr(document->problem, "there is no lens No_such_lens"),
		document->problem);
	assert_int_equal(make("Rx", BYTES_TEXT("a\n"), &document, NULL), 0);
	assert_ptr_equal(
		strstr(document->problem, "there is no lens Rx"), document->problem);
	assert_document("Sysctl", "a = 2\n", "a=2@4 ");
	assert_error(
		"Sysctl", BYTES_TEXT("a\x01\n"), "line 1 holds the control byte \\x01");
}

static void
test_limits(void **state)
{
	(void)state;
	size_t size = (8 << 20) + 1;
	autofree char *text = memory_new(size, 1);
	memset(text, '\n', size);
	assert_error(
		"Sysctl", (struct bytes){ text, (1 << 20) + 1 }, "larger than 1 MiB");
	assert_error(NULL, (struct bytes){ text, size }, "larger than 8 MiB");
}

static void
test_survives_death(void **state)
{
	(void)state;
	assert_document(NULL, "<a1/>", "a1 ");
	assert_int_equal(kill(child(), SIGKILL), 0);
	assert_error(NULL, BYTES_TEXT("<a2/>"), "the parsing process died (Killed)");
	/* the same bytes get no second try */
	assert_error(NULL, BYTES_TEXT("<a2/>"), "the parsing process died (Killed)");
	assert_document("Sysctl", "a = 3\n", "a=3@4 ");
	assert_document(NULL, "<a3/>", "a3 ");
	parser_free(parser);
	assert_int_equal(child(), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	parser = parser_new(HOLDFAST_LENSES, NULL);
	documents = parser_documents(parser);
}

/* An answer of the bytes that TEXT shows, in which $ is a NUL, is nonsense. */
static void
assert_nonsense(const struct buffer *answer, size_t size, size_t text_size)
{
	struct document document;
	char *copy = memory_copy(answer->data, size);
	assert_int_equal(document_read(copy, size, text_size, &document), -1);
	assert_null(document.nodes);
}

static void
add(struct buffer *out, uint32_t depth, uint32_t start, uint32_t from, uint32_t to)
{
	const struct document_node node = { "l", "v", depth, start, from, to };
	assert_int_equal(document_add(out, &node), 0);
}

static void
test_believes_nothing(void **state)
{
	(void)state;
	autobuffer struct buffer out = { 0 };
	struct document document;
	document_begin(&out);
	add(&out, 0, 5, 5, 6);
	add(&out, 1, 6, 6, 6);
	size_t whole = out.size;
	for (size_t size = 0; size < whole; size++)
		if (size != 1 && size != 1 + (whole - 1) / 2)
			assert_nonsense(&out, size, 6);
	assert_nonsense(&out, whole, 5); /* spans behind the text */
	assert_int_equal(
		document_read(memory_copy(out.data, whole), whole, 6, &document), 0);
	assert_int_equal(document.count, 2);
	document_clear(&document);
	char *nul = memchr(out.data + 20, 'l', 20);
	*nul = '\0'; /* a NUL inside a label */
	assert_nonsense(&out, whole, 6);

	document_begin(&out);
	add(&out, 1, 0, 0, 0); /* too deep */
	assert_nonsense(&out, out.size, 6);
	document_begin(&out);
	add(&out, 0, 0, 3, 2);
	assert_nonsense(&out, out.size, 6);
	document_begin(&out);
	add(&out, 0, 0, DOCUMENT_NOWHERE, 2);
	assert_nonsense(&out, out.size, 6);
	document_fail(&out, 7, "p");
	assert_nonsense(&out, out.size, 6);
	document_fail(&out, 6, "p");
	for (size_t size = 0; size < out.size; size++)
		assert_nonsense(&out, size, 6);
	out.data[0] = 'X';
	assert_nonsense(&out, out.size, 6);
}

static void
test_module_names(void **state)
{
	(void)state;
	assert_true(stock_is_module("Login_defs"));
	assert_true(stock_is_module("X"));
	assert_false(stock_is_module(""));
	assert_false(stock_is_module("hosts"));
	assert_false(stock_is_module("_Hosts"));
	assert_false(stock_is_module("Hosts.lns"));
	assert_false(stock_is_module("../Hosts"));
	assert_false(stock_is_module("Hosts "));
}

static void
test_stock_names(void **state)
{
	(void)state;
	struct name_list names;
	stock_list("/nowhere", &names);
	assert_int_equal(names.count, 0);
	scratch_make();
	scratch_text(
		"/dist/one.aug", "(* no module Two *)\nmodule One =\n  let lns = a\n");
	scratch_text(
		"/dist/part.aug", "module Part =\nlet lns_of = a\nlet x (lns) = b\n");
	scratch_text("/own_lens.aug", "module Own_Lens=\n\tlet lns=a\n");
	stock_list(scratch, &names);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.names[0], "One");
	assert_string_equal(names.names[1], "Own_Lens");
	assert_true(stock_has(scratch, "One"));
	assert_true(stock_has(scratch, "Own_Lens"));
	assert_false(stock_has(scratch, "Own_lens"));
	assert_false(stock_has(scratch, "Part"));
	assert_false(stock_has(scratch, "Two"));
	name_list_free(&names);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_xml_that_is_none),
		cmocka_unit_test(test_xml_that_is_deep),
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_stock_that_does_not_fit),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_survives_death),
		cmocka_unit_test(test_believes_nothing),
		cmocka_unit_test(test_module_names),
		cmocka_unit_test(test_stock_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
