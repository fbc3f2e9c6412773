/* A constant database as D. J. Bernstein's own reader sees it: 256 tables of slots, which
 * lead to records. Sources: cdb.c and cdb_hash.c of ucspi-tcp 0.88, cdb(5). The bytes are
 * hostile; tinycdb's reader is none for us, as it refuses damage that this one reads
 * past. */
#ifndef POLICY_MODELS_CDB_H
#define POLICY_MODELS_CDB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

struct cdb_record {
	struct bytes key, data; /* parts of the database */
};

enum cdb_answer {
	CDB_FOUND,
	CDB_ABSENT,
	CDB_DAMAGED, /* the lookup leaves the file, at which cdb_find of cdb.c gives up */
	CDB_TOO_LONG, /* it would take more than *WORK */
};

/* Looks KEY up; *ret_data only when found. *WORK, steps of about 32 bytes, becomes less
 * by what it took: all slots of a hostile file may lead to one long record. */
enum cdb_answer
cdb_find(struct bytes cdb, struct bytes key, struct bytes *ret_data, size_t *work);

/* Whether all slots are within the file, share no room, and lead to records within it:
 * then no lookup fails. */
bool
cdb_is_whole(struct bytes cdb);

struct cdb_cursor {
	size_t table, slot;
};

/* The record that the slot at CURSOR (zeroed: the first) of a whole database leads to, or
 * the next slot that has one; CURSOR is moved behind it. False at the end. A record
 * may come twice, and a key may have several, or one that no lookup arrives at. */
bool
cdb_next(struct bytes cdb, struct cdb_cursor *cursor, struct cdb_record *ret_record);

#endif
