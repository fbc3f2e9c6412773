#include "base/live_clock.h"

#include <errno.h>
#include <string.h>
#include <sys/timex.h>

static int
look(struct live_clock *ret_clock, struct error *err)
{
	struct timex state = { .modes = 0 }; /* to read alone */
	if (adjtimex(&state) < 0)
		return error_set(err, "the kernel's clock: %s", strerror(errno));
	ret_clock->is_synchronised = (state.status & STA_UNSYNC) == 0;
	ret_clock->max_error = state.maxerror;
	return 0;
}

static struct {
	bool looked;
	struct live_clock clock;
	struct error wrong;
} seen;

void
live_clock_look(void)
{
	error_clear(&seen.wrong);
	(void)look(&seen.clock, &seen.wrong);
	seen.looked = true;
}

int
live_clock(struct live_clock *ret_clock, struct error *err)
{
	if (!seen.looked)
		return look(ret_clock, err);
	*ret_clock = seen.clock;
	return seen.wrong.text != NULL ? error_set(err, "%s", seen.wrong.text) : 0;
}
