/* A host whose files a test makes up, and one control of one kind judged and repaired on
 * it. */
#ifndef TESTS_UNIT_KIND_HOST_H
#define TESTS_UNIT_KIND_HOST_H

#include "tests/unit/scratch.h"

#include "policy/kinds/kind.h"

enum { KEYS_MAX = 4, ITEMS_MAX = 8 };

struct kind_host {
	struct host *below, *host;
	struct parser *parser;
	struct entry keys[KEYS_MAX], version;
	struct value items[KEYS_MAX][ITEMS_MAX], map, assume;
	struct policy policy;
	struct control control;
	struct context context;
};

static inline void
kind_host_open(struct kind_host *made, const struct kind *kind, const char *software,
	const char *version)
{
	struct error err = ERROR_INIT;
	memset(made, 0, sizeof *made);
	scratch_make();
	made->below = host_open(scratch, &err);
	assert_non_null(made->below);
	made->host = host_layer(made->below);
	made->parser = parser_new(HOLDFAST_LENSES, &err);
	assert_non_null(made->parser);
	made->version = (struct entry){ .key = (char *)software,
		.value = { .type = VALUE_TEXT, .text = (char *)version } };
	made->assume = (struct value){
		.type = VALUE_MAP, .entries = &made->version, .count = 1
	};
	made->map = (struct value){ .type = VALUE_MAP, .entries = made->keys };
	made->policy.assume = &made->assume;
	made->control = (struct control){
		.id = "it", .title = "it", .kind = kind, .keys = &made->map
	};
	made->context = (struct context){
		.host = made->host, .parser = made->parser, .policy = &made->policy
	};
}

/* Sees the root as it is now, without what was planned: what is where is looked up once.
 */
static inline void
kind_host_reopen(struct kind_host *made)
{
	host_free(made->host);
	host_free(made->below);
	made->below = host_open(scratch, NULL);
	assert_non_null(made->below);
	made->host = made->context.host = host_layer(made->below);
}

static inline void
kind_host_close(struct kind_host *made)
{
	parser_free(made->parser);
	host_free(made->host);
	host_free(made->below);
	scratch_remove();
}

/* The key NAME: a text, or with LIST the words of WORDS split at blanks. */
static inline void
kind_host_key(struct kind_host *made, const char *name, const char *words, bool list)
{
	static char texts[KEYS_MAX][64];
	size_t index = made->map.count++;
	char *rest = NULL;
	struct value *value = &made->keys[index].value;
	made->keys[index].key = (char *)name;
	*value = (struct value){ .type = VALUE_LIST, .items = made->items[index] };
	strcpy(texts[index], words);
	if (!list)
		*value = (struct value){ .type = VALUE_TEXT, .text = texts[index] };
	else
		for (char *word = strtok_r(texts[index], " ", &rest); word != NULL;
			word = strtok_r(NULL, " ", &rest))
			value->items[value->count++] = (struct value){ .type = VALUE_TEXT,
				.text = word };
}

static inline void
kind_host_put(struct kind_host *made, const char *path, const char *text)
{
	host_put(made->host, path, BYTES_TEXT(text));
}

/* Judges; a finding of that verdict must hold TEXT in its have or why (NULL: any). */
static inline void
kind_host_judged(struct kind_host *made, enum verdict verdict, const char *text)
{
	struct findings findings = { 0 };
	bool is_said = text == NULL;
	struct context context = made->context;
	/* what a host's files come to is worked out once */
	context.host = host_layer(made->context.host);
	made->control.kind->check(&context, &made->control, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];
		is_said = is_said ||
			(finding->verdict == verdict &&
				((finding->have && strstr(finding->have, text)) ||
					(finding->why && strstr(finding->why, text))));
		if (findings_verdict(&findings) != verdict)
			print_message("%s: have %s, why %s\n", finding->subject,
				finding->have, finding->why);
	}
	assert_string_equal(
		verdict_name(findings_verdict(&findings)), verdict_name(verdict));
	if (!is_said)
		print_message("nothing says '%s'\n", text);
	assert_true(is_said);
	findings_free(&findings);
	host_free(context.host);
}

/* The remedy makes PATH read AFTER, passes, and changes only what the control wants. */
static inline void
kind_host_repaired(struct kind_host *made, const char *path, const char *after)
{
	struct edits edits = { 0 };
	struct error err = ERROR_INIT;
	struct answers before = { 0 }, then = { 0 };
	const struct kind *kind = made->control.kind;
	int result = kind->remedy(&made->context, &made->control, &edits, &err);
	if (result < 0)
		print_message("%s\n", err.text);
	assert_int_equal(result, 0);
	struct host *layer = host_layer(made->host);
	assert_int_equal(edits_apply(&edits, made->host, layer, &err), 0);
	const struct file *file = host_file(layer, path);
	autofree char *have = memory_copy(file->bytes.data, file->bytes.size);
	assert_string_equal(have, after);
	struct kind_host repaired = *made;
	repaired.context.host = layer;
	kind_host_judged(&repaired, VERDICT_PASS, NULL);
	kind->answers(&made->context, &made->control, &before);
	kind->answers(&repaired.context, &made->control, &then);
	for (size_t i = 0, k; i < before.count; i++) {
		for (k = 0; k < then.count; k++)
			if (strcmp(then.items[k].subject, before.items[i].subject) == 0)
				break;
		const char *value = k < then.count ? then.items[k].value : NULL;
		if (value == NULL || strcmp(value, before.items[i].value) != 0)
			assert_true(kind->wants(&made->control, before.items[i].subject,
				before.items[i].value, value));
	}
	answers_free(&before);
	answers_free(&then);
	edits_free(&edits);
	host_free(layer);
}

static inline void
kind_host_refused(struct kind_host *made, const char *reason)
{
	struct edits edits = { 0 };
	struct error err = ERROR_INIT;
	assert_int_equal(
		made->control.kind->remedy(&made->context, &made->control, &edits, &err),
		-1);
	if (strstr(err.text, reason) == NULL)
		print_message("%s\n", err.text);
	assert_non_null(strstr(err.text, reason));
	edits_free(&edits);
	error_clear(&err);
}

#endif
