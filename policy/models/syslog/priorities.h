/* Sets of (facility, level) pairs, and the classic selectors that name them. */
#ifndef POLICY_MODELS_PRIORITIES_H
#define POLICY_MODELS_PRIORITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

/* RFC 5424, tables 1 and 2. */
enum { FACILITY_COUNT = 24, LEVEL_COUNT = 8 };
enum { FACILITY_KERN = 0 };

struct priorities {
	uint8_t levels[FACILITY_COUNT]; /* bit N: level N (0 emerg ... 7 debug) belongs */
};

struct priorities
priorities_all(void);

/* All levels of FACILITY. */
struct priorities
priorities_of_facility(unsigned facility);

struct priorities
priorities_and(struct priorities a, struct priorities b);

struct priorities
priorities_or(struct priorities a, struct priorities b);

struct priorities
priorities_without(struct priorities a, struct priorities b);

bool
priorities_empty(struct priorities set);

bool
priorities_have(struct priorities set, unsigned facility, unsigned level);

/* "kern", "local7"; "facility12" for one that syslog.h does not name. */
const char *
facility_name(unsigned facility);

/* "emerg" ... "debug". */
const char *
level_name(unsigned level);

/* The set in words for people: "kern.debug", "mail,news.info and above", "*.* (not
 * cron)". */
void
priorities_describe(struct priorities set, struct buffer *out);

/* Whose rules a selector follows. */
enum selector_dialect {
	SELECTOR_SYSKLOGD,
	SELECTOR_RSYSLOG,
	SELECTOR_INETUTILS,
};

/* Decodes the selector that TEXT begins with, up to the blank before the action.
 * *ret_used is how many bytes it has. SEEN holds one bit for each facility that an
 * earlier selector of the same daemon named ("**" of inetutils leaves those alone) and is
 * updated; NULL outside inetutils. Returns -1 when the daemon rejects it; *ret_set is
 * then what was decoded up to there, which rsyslog keeps and uses. Source: cfline() of
 * sysklogd 1.4.1 and 2.7 and of inetutils 2.4, DecodePRIFilter() of rsyslog 8.2302. */
int
selector_decode(struct bytes text, enum selector_dialect dialect, uint32_t *seen,
	struct priorities *ret_set, size_t *ret_used, struct error *err);

/* The facility called NAME in DIALECT, a number included; FACILITY_COUNT for the internal
 * mark facility, -1 when there is none. */
int
facility_decode(struct bytes name, enum selector_dialect dialect);

/* The level called NAME in DIALECT; -1 when there is none, none and * included. */
int
level_decode(struct bytes name, enum selector_dialect dialect);

#endif
