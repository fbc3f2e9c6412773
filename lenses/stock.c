#include "lenses/stock.h"

#include <augeas.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "lenses/document.h"

struct stock {
	augeas *augeas;
	struct stock_lens {
		char *name;
		char *problem; /* why it can't be used; NULL */
	} * lenses;
};

bool
stock_is_module(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789_";
	return *name >= 'A' && *name <= 'Z' && strspn(name, letters) == strlen(name);
}

struct stock *
stock_new(const char *folder, const char *const *modules, size_t count)
{
	struct stock *stock = memory_new(1, sizeof *stock);
	autofree char *path = memory_printf("%s/dist:%s", folder, folder);
	stock->augeas = aug_init("/", path,
		AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_MODL_AUTOLOAD | AUG_ENABLE_SPAN);
	stock->lenses = memory_new(count, sizeof *stock->lenses);
	if (stock->augeas == NULL)
		return NULL;
	/* the smallest parse there is makes libaugeas load the module; whether the lens
	 * accepts it is another matter */
	aug_set(stock->augeas, "/text", "");
	for (size_t i = 0; i < count; i++) {
		struct stock_lens *lens = &stock->lenses[i];
		lens->name = memory_printf("%s.lns", modules[i]);
		(void)aug_text_store(stock->augeas, lens->name, "/text", "/tree");
		if (aug_error(stock->augeas) != AUG_NOERROR)
			lens->problem = memory_printf("there is no lens %s (%s)",
				modules[i], aug_error_message(stock->augeas));
	}
	return stock;
}

/* The depth of the node at PATH, which is "/tree/a[1]/b" for one of depth 1; a slash in a
 * label is escaped there. */
static uint32_t
depth_of(const char *path)
{
	uint32_t slashes = 0;
	for (; *path != '\0'; path++) {
		if (path[0] == '\\' && path[1] != '\0')
			path++;
		else if (*path == '/')
			slashes++;
	}
	return slashes - 2;
}

/* Adds the node at INDEX (from 0) of the variable all. Libaugeas does not know of each
 * node where it starts: one of those is taken to start at *START, where the node before
 * does. */
static int
add_node(
	augeas *augeas, int index, struct bytes text, uint32_t *start, struct buffer *out)
{
	struct document_node node = { 0 };
	const char *label = NULL;
	char *path = NULL, *file = NULL;
	unsigned label_start, label_end, value_start = 0, value_end = 0, span_start = 0,
					 end;
	autofree char *name = memory_printf("$all[%d]", index + 1);
	aug_ns_attr(augeas, "all", index, &node.value, &label, NULL);
	if (aug_ns_path(augeas, "all", index, &path) < 0)
		return -1;
	node.label = label != NULL ? label : "";
	node.depth = depth_of(path);
	node.value_start = node.value_end = DOCUMENT_NOWHERE;
	if (aug_span(augeas, name, &file, &label_start, &label_end, &value_start,
		    &value_end, &span_start, &end) == 0) {
		if (span_start <= text.size)
			*start = span_start;
		/* a value that a store gave, and no text, has no place */
		if (node.value != NULL && value_start <= value_end &&
			value_end <= text.size &&
			bytes_equal(BYTES_TEXT(node.value),
				(struct bytes){ text.data + value_start,
					value_end - value_start })) {
			node.value_start = value_start;
			node.value_end = value_end;
		}
	}
	node.start = *start;
	free(path);
	free(file);
	return document_add(out, &node);
}

static void
add_problem(augeas *augeas, struct buffer *out)
{
	const char *position = NULL, *message = NULL;
	long at = DOCUMENT_NOWHERE;
	aug_get(augeas, "/augeas/text/tree/error/pos", &position);
	aug_get(augeas, "/augeas/text/tree/error/message", &message);
	if (position != NULL)
		text_number(position, 0, DOCUMENT_NOWHERE, &at, NULL);
	autofree char *problem = memory_printf("the lens does not accept it%s%s%s",
		message != NULL ? " (" : "", message != NULL ? message : "",
		message != NULL ? ")" : "");
	document_fail(out, (uint32_t)at, problem);
}

void
stock_read(struct stock *stock, size_t index, struct bytes text, struct buffer *out)
{
	augeas *augeas = stock->augeas;
	const struct stock_lens *lens = &stock->lenses[index];
	if (lens->problem != NULL) {
		document_fail(out, DOCUMENT_NOWHERE, lens->problem);
		return;
	}
	aug_rm(augeas, "/tree");
	aug_rm(augeas, "/augeas/text");
	if (aug_set(augeas, "/text", text.data) < 0 ||
		aug_text_store(augeas, lens->name, "/text", "/tree") < 0) {
		add_problem(augeas, out);
		return;
	}
	document_begin(out);
	aug_defvar(augeas, "all", "/tree/descendant::*");
	uint32_t start = 0;
	int count = aug_ns_count(augeas, "all");
	for (int i = 0; i < count; i++)
		if (add_node(augeas, i, text, &start, out) < 0) {
			document_fail(out, DOCUMENT_NOWHERE, "its tree is too large");
			break;
		}
	/* see serve in parser.c */
	aug_defvar(augeas, "all", NULL);
}
