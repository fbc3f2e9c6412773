#include "policy/store.h"

#include <stdlib.h>

#include "base/memory.h"

struct policy_store *
store_new(size_t document_count)
{
	struct policy_store *store = memory_new(1, sizeof *store);
	store->references = 1;
	store->documents = memory_new(document_count, sizeof *store->documents);
	store->count = document_count;
	return store;
}

struct policy_store *
store_reference(struct policy_store *store)
{
	store->references++;
	return store;
}

void
store_release(struct policy_store *store)
{
	if (store == NULL || --store->references > 0)
		return;
	for (size_t i = 0; i < store->count; i++) {
		free(store->documents[i].name);
		free((char *)store->documents[i].bytes.data);
		value_free(&store->documents[i].root);
	}
	free(store->documents);
	free(store->waivers);
	free(store);
}
