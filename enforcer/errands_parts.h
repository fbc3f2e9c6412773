/* What the two ends of errands.h say to each other. */
#ifndef ENFORCER_ERRANDS_PARTS_H
#define ENFORCER_ERRANDS_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "enforcer/errands.h"

/* Goes with the lock's descriptor, SCM_RIGHTS of unix(7), where the errand has one. SIZE
 * bytes of changes follow. */
struct errand_request {
	uint32_t kind, how;
	uint64_t id, size;
};

/* SIZE bytes follow: a note, and in the last reply an answer (answer.h). */
struct errand_reply {
	uint32_t is_last, size;
};

enum { ERRAND_REPLY_MAX = 16 << 20 };

/* Sends or receives all SIZE bytes; false at the other's end. */
bool
errands_send(int fd, const void *data, size_t size);

bool
errands_receive(int fd, void *data, size_t size);

/* The process: says that it is ready, and does what comes from FD until there is no more.
 * It ends when the other end does. */
void __attribute__((noreturn))
errands_serve(const struct transaction *transaction, int fd);

/* CHANGES as bytes: what a daemon needs to judge them, that is all but hashes and
 * controls. */
void
errands_pack(const struct changes *changes, struct buffer *out);

/* Changes of BYTES, from whoever sent them; -1 when they are none: each file is a plain
 * absolute path, and nothing is missing or left over. Freed by changes_free, also after
 * -1. */
int
errands_unpack(struct bytes bytes, struct changes *ret_changes);

#endif
