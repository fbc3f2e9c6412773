#include "lenses/documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "lenses/process.h"
#include "lenses/source.h"
#include "lenses/stock.h"
#include "lenses/xml.h"

enum {
	KIND_XML, /* the module at INDEX of the wanted ones: KIND_STOCK + INDEX */
	KIND_STOCK,
	XML_MAX = 8 << 20,
	STOCK_MAX = 1 << 20, /* the memory of a stock lens is a large multiple of it */
};

struct documents {
	struct process *process;
	uint32_t first; /* the first question of its kinds */
	char *stock_dir;
	char **modules;
	size_t module_count;
	bool has_xml; /* XML will be asked for */
	struct table memo; /* struct made by kind and hash */

	/* in the parsing process alone */
	struct stock *stock;
	struct buffer answer;
};

struct made {
	struct document document;
	char *error; /* NULL: there is a document */
};

struct documents *
documents_new(struct process *process, uint32_t first, const char *stock_dir)
{
	struct documents *documents = memory_new(1, sizeof *documents);
	documents->process = process;
	documents->first = first;
	documents->stock_dir = memory_text(stock_dir);
	return documents;
}

static size_t
find_module(const struct documents *documents, const char *module)
{
	size_t i = 0;
	while (i < documents->module_count && strcmp(documents->modules[i], module) != 0)
		i++;
	return i;
}

void
documents_want(struct documents *documents, const char *module)
{
	if (find_module(documents, module) < documents->module_count)
		return;
	documents->modules = memory_grow(
		documents->modules, documents->module_count, sizeof *documents->modules);
	documents->modules[documents->module_count++] = memory_text(module);
	process_end(documents->process);
}

void
documents_want_xml(struct documents *documents)
{
	if (!documents->has_xml)
		process_end(documents->process);
	documents->has_xml = true;
}

bool
documents_are_wanted(const struct documents *documents)
{
	return documents->has_xml || documents->module_count > 0;
}

int
documents_prepare(struct documents *documents)
{
	if (documents->has_xml)
		xml_prepare();
	if (documents->module_count == 0)
		return 0;
	documents->stock = stock_new(documents->stock_dir,
		(const char *const *)documents->modules, documents->module_count);
	return documents->stock != NULL ? 0 : -1;
}

int32_t
documents_serve(struct documents *documents, uint32_t kind, struct bytes text,
	const void **ret_answer)
{
	kind -= documents->first;
	if (kind == KIND_XML)
		xml_read(text, &documents->answer);
	else
		stock_read(documents->stock, kind - KIND_STOCK, text, &documents->answer);
	*ret_answer = documents->answer.data;
	return (int32_t)documents->answer.size;
}

static int
ask(struct documents *documents, uint32_t kind, struct bytes text,
	struct document *ret_document, struct error *err)
{
	char *answer;
	size_t size;
	bool negative;
	if (process_ask(documents->process, documents->first + kind, text,
		    DOCUMENT_ANSWER_MAX, process_clock() + FILE_TIME, &answer, &size,
		    &negative, err) < 0)
		return -1;
	if (document_read(answer, size, text.size, ret_document) < 0) {
		process_end(documents->process);
		return error_set(err, "the parsing process answered nonsense");
	}
	return 0;
}

static int
make(struct documents *documents, uint32_t kind, struct bytes text,
	struct document *ret_document, struct error *err)
{
	autofree char *copy = NULL;
	size_t size;
	if (kind == KIND_XML && text.size > XML_MAX)
		return error_set(err, "larger than 8 MiB");
	if (kind == KIND_XML)
		return ask(documents, kind, text, ret_document, err);
	if (text.size > STOCK_MAX)
		return error_set(err, "larger than 1 MiB");
	if (source_prepare(text, JOIN_NEVER, &copy, &size, err) < 0)
		return -1;
	return ask(documents, kind, (struct bytes){ copy, size }, ret_document, err);
}

static int
find(struct documents *documents, uint32_t kind, struct bytes text, const char *hash,
	const struct document **ret_document, struct error *err)
{
	autofree char *key = memory_printf("%u %s", kind, hash);
	struct made *made = table_get(&documents->memo, key);
	if (made == NULL) {
		struct error failed = ERROR_INIT;
		made = memory_new(1, sizeof *made);
		if (make(documents, kind, text, &made->document, &failed) < 0)
			made->error = failed.text;
		table_set(&documents->memo, key, made);
	}
	if (made->error != NULL)
		return error_set(err, "%s", made->error);
	*ret_document = &made->document;
	return 0;
}

int
documents_stock(struct documents *documents, const char *module, struct bytes text,
	const char *hash, const struct document **ret_document, struct error *err)
{
	documents_want(documents, module);
	return find(documents, KIND_STOCK + (uint32_t)find_module(documents, module),
		text, hash, ret_document, err);
}

int
documents_xml(struct documents *documents, struct bytes text, const char *hash,
	const struct document **ret_document, struct error *err)
{
	documents_want_xml(documents);
	return find(documents, KIND_XML, text, hash, ret_document, err);
}

void
documents_free(struct documents *documents)
{
	if (documents == NULL)
		return;
	for (size_t i = 0; i < documents->memo.capacity; i++)
		if (documents->memo.slots[i].key != NULL) {
			struct made *made = documents->memo.slots[i].value;
			document_clear(&made->document);
			free(made->error);
			free(made);
		}
	table_free(&documents->memo);
	for (size_t i = 0; i < documents->module_count; i++)
		free(documents->modules[i]);
	free(documents->modules);
	free(documents->stock_dir);
	free(documents);
}
