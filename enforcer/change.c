#include "enforcer/change.h"

#include <stdlib.h>

void
changes_free(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->items[i];
		free(change->file);
		free(change->old_data);
		free(change->new_data);
		free(change->controls);
	}
	free(changes->items);
	*changes = (struct changes){ 0 };
}
