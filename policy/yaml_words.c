#include "policy/yaml_words.h"

#include <stddef.h>
#include <string.h>

static const char no_tab[] = "a tab can't stand here: indent with blanks";
static const char no_utf8[] = "this is not UTF-8: save the file as UTF-8";
static const char no_digits[] =
	"after \\x come 2 hexadecimal digits, after \\u 4, after \\U "
	"8; within single quotes a backslash is a backslash";
static const char unclosed[] = "the quote that begins here is not closed";

/* libyaml 0.2.5: reader.c, scanner.c, parser.c. The first that fits counts. */
static const struct yaml_words words[] = {
	{ "while scanning a quoted scalar", "found unexpected", true, unclosed },
	{ "while parsing a quoted scalar", "found unknown escape", false,
		"this letter means nothing after a backslash: write \\\\, or quote with "
		"single quotes" },
	{ "while parsing a quoted scalar", "", false, no_digits },
	{ "while scanning a simple key", "could not find", true,
		"the key that begins here has no ': ' after it: write KEY: VALUE on one "
		"line" },
	{ "while scanning a block scalar", "found a tab", false, no_tab },
	{ "while scanning a block scalar", "", false,
		"nothing can follow | or > on the line: the text begins on the next one, "
		"indented" },
	{ "while scanning a plain scalar", "found a tab", false, no_tab },
	{ "while parsing a flow sequence", "did not find", true,
		"the list that begins here is not closed, or lacks a comma: write [a, "
		"b]" },
	{ "while parsing a flow mapping", "did not find", true,
		"the map that begins here is not closed, or lacks a comma: write {a: 1, "
		"b: 2}" },
	{ "while parsing a", "did not find expected node content", false,
		"a value is missing before this; a text that begins so must be quoted" },
	{ "", "mapping values are not allowed", false,
		"a key can't stand here: each begins a line, as far in as those beside "
		"it; if it is a text with ': ' in it, quote the text" },
	{ "", "mapping keys are not allowed", false, "a key can't begin with '? ' here" },
	{ "", "block sequence entries are not allowed", false,
		"'- ' can't stand here: each item of a list begins a line" },
	{ "", "did not find expected <document start>", false,
		"nothing can follow '...', which ends the document, or a line with %" },
	{ "", "found incompatible YAML document", false,
		"this version of YAML is not known: leave the line out" },
	{ "while scanning a directive", "", true,
		"a line can't begin with % here: leave it out" },
	{ "while scanning a %", "", true,
		"a line can't begin with % here: leave it out" },
	{ "", "control characters", false, "a control character can't stand here" },
	{ "", "incomplete UTF-8", false, no_utf8 },
	{ "", "invalid leading UTF-8", false, no_utf8 },
	{ "", "invalid trailing UTF-8", false, no_utf8 },
	{ "", "invalid length of a UTF-8", false, no_utf8 },
	{ "", "invalid Unicode", false, no_utf8 },
};

static bool
begins(const char *text, const char *start)
{
	return strncmp(text != NULL ? text : "", start, strlen(start)) == 0;
}

const struct yaml_words *
yaml_words_find(const char *problem, const char *context)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (begins(context, words[i].context) &&
			begins(problem, words[i].problem))
			return &words[i];
	return NULL;
}
