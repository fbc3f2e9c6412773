/* A change on trial is in force until it is confirmed or its time is up. What the journal
 * keeps of that in the directory of the change:
 *
 *	trial	the boot and, in milliseconds of CLOCK_BOOTTIME, when the time is up
 *	logins	who was logged in when it began: nobody of these can confirm it
 *
 * After a reboot the time is up, however much of it was left. */
#ifndef ENFORCER_TRIAL_H
#define ENFORCER_TRIAL_H

#include "base/error.h"

enum {
	TRIAL_BOOT_SIZE = 40,
	TRIAL_MIN = 10, /* seconds: to log in anew takes as long */
	TRIAL_MAX = 24 * 60 * 60,
};

struct trial {
	char boot[TRIAL_BOOT_SIZE]; /* random(4), boot_id */
	long until; /* milliseconds of CLOCK_BOOTTIME, which counts suspended time too */
};

/* Reads "20s", "10m" or "1h". */
int
trial_seconds(const char *text, unsigned *ret_seconds, struct error *err);

/* One that ends SECONDS from now. */
int
trial_make(unsigned seconds, struct trial *ret_trial, struct error *err);

/* Milliseconds until its time is up; 0 when it is. */
long
trial_left(const struct trial *trial);

/* When its time is up, by the local clock with its zone: "2026-01-31 10:00:00 +0100". The
 * caller frees. */
char *
trial_end_text(const struct trial *trial);

/* Waits until its time is up, or a signal comes. */
void
trial_wait(const struct trial *trial);

/* One line; the caller frees. */
char *
trial_text(const struct trial *trial);

/* -1 when TEXT is none of trial_text. */
int
trial_parse(const char *text, struct trial *ret_trial);

#endif
