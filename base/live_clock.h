/* What the kernel is told of its clock by whoever disciplines it. Source: adjtimex(2);
 * kernel/time/ntp.c, where the error grows by 500 microseconds a second since the clock
 * was last heard of, and makes it unsynchronised at 16 seconds. */
#ifndef BASE_LIVE_CLOCK_H
#define BASE_LIVE_CLOCK_H

#include <stdbool.h>

#include "base/error.h"

struct live_clock {
	bool is_synchronised; /* no STA_UNSYNC */
	long max_error; /* microseconds */
};

/* Asks now, for the later calls of live_clock: for a process that will not be allowed to
 * (confine.h). */
void
live_clock_look(void);

int
live_clock(struct live_clock *ret_clock, struct error *err);

#endif
