#include "enforcer/swaps.h"

#include <stdlib.h>

#include "base/memory.h"

void
swaps_make(const struct record *record, bool backward, struct swaps *ret_swaps)
{
	*ret_swaps = (struct swaps){ .items = memory_new(
					     record->count, sizeof(struct swap)),
		.replacements = memory_new(record->count, sizeof(struct replacement)),
		.count = record->count };
	for (size_t i = 0; i < record->count; i++) {
		size_t from = backward ? record->count - 1 - i : i;
		struct swap *swap = &ret_swaps->items[i];
		*swap = record->files[from].swap;
		if (backward) {
			struct version version = swap->from;
			swap->from = swap->to;
			swap->to = version;
		}
		ret_swaps->replacements[i] = (struct replacement){
			.swap = swap, .directory = -1, .file = -1, .made = -1
		};
	}
}

int
swaps_back(struct swaps *swaps, struct error *err)
{
	int status = 0;
	for (size_t i = swaps->prepared; i-- > 0;) {
		struct replacement *replacement = &swaps->replacements[i];
		struct error one = ERROR_INIT;
		/* what somebody else changed stays so: that is no failure of ours */
		if (replace_back(replacement, &one) < 0 && !replacement->conflict) {
			error_set(err, "%s", one.text);
			status = -1;
		}
		error_clear(&one);
	}
	swaps->prepared = swaps->exchanged = 0;
	return status;
}

int
swaps_prepare(struct swaps *swaps, int root, bool *ret_conflict, struct error *err)
{
	*ret_conflict = false;
	for (size_t i = 0; i < swaps->count; i++) {
		struct replacement *replacement = &swaps->replacements[i];
		if (replace_open(replacement, root, &swaps->items[i], err) < 0 ||
			replace_prepare(replacement, err) < 0) {
			*ret_conflict = replacement->conflict;
			struct error again = ERROR_INIT;
			if (swaps_back(swaps, &again) < 0)
				error_prefix(err, "%s; and then", again.text);
			error_clear(&again);
			return -1;
		}
		swaps->prepared++;
	}
	return 0;
}

int
swaps_exchange(
	struct swaps *swaps, bool *ret_conflict, bool *ret_stuck, struct error *err)
{
	int status = 0;
	size_t synced = 0;
	*ret_conflict = *ret_stuck = false;
	while (status == 0 && swaps->exchanged < swaps->count) {
		struct replacement *replacement = &swaps->replacements[swaps->exchanged];
		status = replace_exchange(replacement, err);
		if (status == 0)
			swaps->exchanged++;
		else
			*ret_conflict = replacement->conflict;
	}
	while (status == 0 && synced < swaps->count)
		status = replace_sync(&swaps->replacements[synced++], err);
	if (status == 0)
		return 0;
	struct error again = ERROR_INIT;
	if (swaps_back(swaps, &again) < 0) {
		*ret_stuck = true;
		error_prefix(err, "%s; and before", again.text);
	}
	error_clear(&again);
	return -1;
}

int
swaps_settle(struct swaps *swaps, struct error *err)
{
	int status = 0;
	for (size_t i = 0; i < swaps->count; i++)
		if (replace_settle(&swaps->replacements[i], err) < 0)
			status = -1;
	return status;
}

int
swaps_resume(struct swaps *swaps, int root, bool forward, char **ret_conflicts,
	struct error *err)
{
	int status = 0;
	autobuffer struct buffer conflicts = { 0 };
	for (size_t i = 0; i < swaps->count; i++) {
		struct replacement *replacement = &swaps->replacements[i];
		struct error one = ERROR_INIT;
		if (replace_open(replacement, root, &swaps->items[i], &one) == 0 &&
			replace_resume(replacement, forward, &one) == 0)
			continue;
		if (replacement->conflict) {
			buffer_printf(
				&conflicts, "%s%s", conflicts.size ? "; " : "", one.text);
		} else {
			error_set(err, "%s", one.text);
			status = -1;
		}
		error_clear(&one);
	}
	*ret_conflicts = conflicts.size > 0 ? buffer_take(&conflicts) : NULL;
	return status;
}

void
swaps_free(struct swaps *swaps)
{
	for (size_t i = 0; i < swaps->count; i++)
		replace_close(&swaps->replacements[i]);
	free(swaps->replacements);
	free(swaps->items);
	*swaps = (struct swaps){ 0 };
}
