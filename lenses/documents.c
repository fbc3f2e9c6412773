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
	FILE_TIME = 10000, /* milliseconds for one file */
};

struct documents {
	char *stock_dir;
	char **modules;
	size_t module_count;
	struct process process;
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
documents_new(const char *stock_dir)
{
	struct documents *documents = memory_new(1, sizeof *documents);
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
	process_end(&documents->process);
}

/* Runs in the parsing process, before it is confined. */
static int
prepare(void *data)
{
	struct documents *documents = data;
	xml_prepare();
	if (documents->module_count == 0)
		return 0;
	documents->stock = stock_new(documents->stock_dir,
		(const char *const *)documents->modules, documents->module_count);
	return documents->stock != NULL ? 0 : -1;
}

/* Runs in the parsing process. */
static int32_t
serve(void *data, uint32_t kind, char *text, size_t size, const void **ret_items)
{
	struct documents *documents = data;
	struct bytes bytes = { text, size };
	if (kind == KIND_XML)
		xml_read(bytes, &documents->answer);
	else
		stock_read(
			documents->stock, kind - KIND_STOCK, bytes, &documents->answer);
	*ret_items = documents->answer.data;
	return (int32_t)documents->answer.size;
}

static const struct service service = {
	.prepare = prepare,
	.serve = serve,
	.item_size = 1,
};

static int
ask(struct documents *documents, uint32_t kind, struct bytes text,
	struct document *ret_document, struct error *err)
{
	struct process *process = &documents->process;
	char *answer = NULL;
	size_t size = 0;
	bool negative = false;
	if (process_start(process, &service, documents, err) < 0 ||
		process_ask(process, &service, kind, text.data, text.size,
			DOCUMENT_ANSWER_MAX, process_clock() + FILE_TIME,
			(void **)&answer, &size, &negative, err) < 0) {
		free(answer);
		return -1;
	}
	if (document_read(answer, size, text.size, ret_document) < 0) {
		process_end(process);
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
	return find(documents, KIND_XML, text, hash, ret_document, err);
}

void
documents_free(struct documents *documents)
{
	if (documents == NULL)
		return;
	process_end(&documents->process);
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
