#include "policy/models/network/cdb.h"

#include <stdint.h>
#include <string.h>

enum {
	TABLES = 256,
	PAIR = 8, /* bytes of two numbers: a table's place and slots, a slot's hash and
		     record, a record's lengths */
	STEP = 32,
};

static uint32_t
number_at(const char *data)
{
	const unsigned char *byte = (const unsigned char *)data;
	return (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 |
		(uint32_t)byte[3] << 24;
}

/* Both numbers at AT; false where the file ends before. */
static bool
read_pair(struct bytes cdb, size_t at, uint32_t *ret_first, uint32_t *ret_second)
{
	if (at > cdb.size || cdb.size - at < PAIR)
		return false;
	*ret_first = number_at(cdb.data + at);
	*ret_second = number_at(cdb.data + at + 4);
	return true;
}

static uint32_t
hash_of(struct bytes key)
{
	uint32_t hash = 5381;
	for (size_t i = 0; i < key.size; i++)
		hash = (hash + (hash << 5)) ^ (unsigned char)key.data[i];
	return hash;
}

/* Whether KEY stands at AT; CDB_ABSENT when it does not. It is read 32 bytes at a time,
 * as cdb.c does: that decides what is said of a file that ends there. */
static enum cdb_answer
match(struct bytes cdb, struct bytes key, size_t at, size_t *work)
{
	for (size_t done = 0; done < key.size;) {
		size_t length = key.size - done < STEP ? key.size - done : STEP;
		if (*work == 0)
			return CDB_TOO_LONG;
		--*work;
		if (at > cdb.size || cdb.size - at < length)
			return CDB_DAMAGED;
		if (memcmp(cdb.data + at, key.data + done, length) != 0)
			return CDB_ABSENT;
		done += length;
		at += length;
	}
	return CDB_FOUND;
}

/* Compares KEY with the record at AT. */
static enum cdb_answer
look_at(struct bytes cdb, struct bytes key, size_t at, struct bytes *ret_data,
	size_t *work)
{
	uint32_t length, size;
	if (!read_pair(cdb, at, &length, &size))
		return CDB_DAMAGED;
	if (length != key.size)
		return CDB_ABSENT;
	enum cdb_answer answer = match(cdb, key, at + PAIR, work);
	size_t data = at + PAIR + length;
	if (answer != CDB_FOUND)
		return answer;
	if (data > cdb.size || cdb.size - data < size)
		return CDB_DAMAGED;
	*ret_data = (struct bytes){ cdb.data + data, size };
	return CDB_FOUND;
}

enum cdb_answer
cdb_find(struct bytes cdb, struct bytes key, struct bytes *ret_data, size_t *work)
{
	uint32_t hash = hash_of(key), start, slots, found, record;
	if (!read_pair(cdb, (size_t)(hash % TABLES) * PAIR, &start, &slots))
		return CDB_DAMAGED;
	if (slots == 0)
		return CDB_ABSENT;
	/* its numbers have 32 bits and wrap around */
	uint32_t at = start + (hash / TABLES % slots) * PAIR;
	for (uint32_t i = 0; i < slots; i++) {
		if (*work == 0)
			return CDB_TOO_LONG;
		--*work;
		if (!read_pair(cdb, at, &found, &record))
			return CDB_DAMAGED;
		if (record == 0)
			return CDB_ABSENT;
		at += PAIR;
		if (at == start + slots * PAIR)
			at = start;
		enum cdb_answer answer = found == hash
			? look_at(cdb, key, record, ret_data, work)
			: CDB_ABSENT;
		if (answer != CDB_ABSENT)
			return answer;
	}
	return CDB_ABSENT;
}

/* The record at AT; false when the file ends within it. */
static bool
read_record(struct bytes cdb, size_t at, struct cdb_record *ret_record)
{
	uint32_t length, size;
	if (!read_pair(cdb, at, &length, &size) || cdb.size - at - PAIR < length ||
		cdb.size - at - PAIR - length < size)
		return false;
	ret_record->key = (struct bytes){ cdb.data + at + PAIR, length };
	ret_record->data = (struct bytes){ cdb.data + at + PAIR + length, size };
	return true;
}

bool
cdb_is_whole(struct bytes cdb)
{
	size_t room = cdb.size;
	for (size_t table = 0; table < TABLES; table++) {
		uint32_t start, slots, hash, record;
		struct cdb_record ignored;
		/* tables that share room would let a small file have a great many slots
		 */
		if (!read_pair(cdb, table * PAIR, &start, &slots) ||
			slots > room / PAIR ||
			(slots > 0 &&
				(start > cdb.size || slots > (cdb.size - start) / PAIR)))
			return false;
		room -= (size_t)slots * PAIR;
		for (size_t i = 0; i < slots; i++)
			if (!read_pair(cdb, start + i * PAIR, &hash, &record) ||
				(record != 0 && !read_record(cdb, record, &ignored)))
				return false;
	}
	return true;
}

bool
cdb_next(struct bytes cdb, struct cdb_cursor *cursor, struct cdb_record *ret_record)
{
	for (; cursor->table < TABLES; cursor->table++, cursor->slot = 0) {
		uint32_t start, slots, hash, record;
		if (!read_pair(cdb, cursor->table * PAIR, &start, &slots))
			return false;
		while (cursor->slot < slots)
			if (read_pair(
				    cdb, start + cursor->slot++ * PAIR, &hash, &record) &&
				record != 0 && read_record(cdb, record, ret_record))
				return true;
	}
	return false;
}
