#include "policy/models/time/time_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/live_clock.h"
#include "base/memory.h"
#include "base/text.h"

enum { SECONDS_MAX = 1000000 };

/* Of chronyc: seconds. */
struct tracking {
	double offset, delay, dispersion;
	unsigned found; /* a bit each */
	bool is_local; /* the reference is the machine's own clock */
};

/* What is behind START in TEXT; NULL when it does not begin so. */
static const char *
behind(const char *text, const char *start)
{
	size_t length = strlen(start);
	return strncmp(text, start, length) == 0 ? text + length : NULL;
}

/* "Name   : VALUE ..." of chronyc tracking. */
static const char *
field(const char *text, const char *name)
{
	const char *rest = behind(text, name);
	if (rest == NULL)
		return NULL;
	rest += strspn(rest, " ");
	return *rest == ':' ? rest + 1 + strspn(rest + 1, " ") : NULL;
}

static void
take_seconds(
	struct tracking *tracking, double *ret_seconds, unsigned bit, const char *text)
{
	char *end;
	*ret_seconds = strtod(text, &end);
	if (end != text && behind(end, " second") != NULL && *ret_seconds >= 0 &&
		*ret_seconds <= SECONDS_MAX)
		tracking->found |= bit;
}

/* cmd_tracking in chrony's client.c: "Leap status" is "Not synchronised" or else. The
 * clock is off by at most the rest that is still to be corrected, the root's dispersion
 * and half its delay: chronyc(1). */
static bool
take_tracking(struct time_state *state, struct tracking *tracking, const char *text,
	struct place place)
{
	const char *value;
	/* NTP_REFID_LOCAL in ntp.h of chrony */
	if ((value = field(text, "Reference ID")) != NULL)
		tracking->is_local = behind(value, "7F7F0101") != NULL ||
			behind(value, "127.127.1.1") != NULL;
	else if ((value = field(text, "System time")) != NULL)
		take_seconds(tracking, &tracking->offset, 1, value);
	else if ((value = field(text, "Root delay")) != NULL)
		take_seconds(tracking, &tracking->delay, 2, value);
	else if ((value = field(text, "Root dispersion")) != NULL)
		take_seconds(tracking, &tracking->dispersion, 4, value);
	else if ((value = field(text, "Leap status")) != NULL) {
		static const char *const known[] = { "Normal", "Insert second",
			"Delete second", NULL };
		bool is_known = text_is_one_of(value, known);
		state->is_synchronised = is_known && !tracking->is_local;
		state->place = place;
		return is_known || strcmp(value, "Not synchronised") == 0;
	}
	if (value != NULL && tracking->found == 7) {
		state->error_place = place;
		state->max_error = (long)((tracking->offset + tracking->dispersion +
						  tracking->delay / 2) *
			1e6);
	}
	return false;
}

/* ntpstat: "synchronised to NTP server (ADDRESS) at stratum N", "unsynchronised"; that of
 * the machine's own clock ("local net") is nobody's. */
static bool
take_ntpstat(struct time_state *state, const char *text, struct place place)
{
	static const char correct[] = "time correct to within ";
	struct error ignored = ERROR_INIT;
	const char *source = behind(text, "synchronised to "), *bound;
	if (source != NULL || strcmp(text, "unsynchronised") == 0) {
		state->is_synchronised = source != NULL &&
			behind(source, "local net") == NULL &&
			behind(source, "unspecified") == NULL;
		state->place = place;
		return true;
	}
	bound = behind(text + strspn(text, " \t"), correct);
	if (bound != NULL) {
		autofree char *number = memory_copy(bound, strcspn(bound, " "));
		long milliseconds;
		if (strcmp(bound + strlen(number), " ms") == 0 &&
			text_number(number, 0, SECONDS_MAX, &milliseconds, &ignored) ==
				0) {
			state->error_place = place;
			state->max_error = milliseconds * 1000;
		}
		error_clear(&ignored);
	}
	return false;
}

static void
read_recorded(const struct file *file, struct time_state *state)
{
	struct tracking tracking = { 0 };
	size_t told = 0;
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		struct place place = { file, start };
		while (line.size > 0 && strchr(" \t\r", line.data[line.size - 1]) != NULL)
			line.size--;
		autofree char *text = memory_copy(line.data, line.size);
		const char *value = behind(text, "NTPSynchronized=");
		if (value != NULL) {
			state->is_synchronised = strcmp(value, "yes") == 0;
			state->place = place;
			told += state->is_synchronised || strcmp(value, "no") == 0;
		} else {
			told += take_ntpstat(state, text, place) ||
				take_tracking(state, &tracking, text, place);
		}
	}
	if (told != 1)
		state->problem = memory_text(told == 0
				? "the evidence is no output of ntpstat, chronyc "
				  "tracking or timedatectl show"
				: "the evidence says more than once whether the clock is "
				  "synchronised");
}

static void
ask(struct time_state *state)
{
	struct live_clock clock;
	struct error err = ERROR_INIT;
	if (live_clock(&clock, &err) < 0) {
		state->problem = memory_text(err.text);
		error_clear(&err);
		return;
	}
	state->is_kernels = true;
	state->is_synchronised = clock.is_synchronised;
	state->max_error = clock.max_error;
}

void
time_state_read(const struct context *context, const struct recorded *recorded,
	struct time_state *ret_state)
{
	*ret_state = (struct time_state){ .max_error = -1 };
	if (recorded->state == RECORDED_READ)
		read_recorded(&recorded->file, ret_state);
	else if (recorded->state == RECORDED_NOT && host_is_live(context->host))
		ask(ret_state);
	else
		ret_state->problem = memory_text(recorded->reason);
}

void
time_state_free(struct time_state *state)
{
	free(state->problem);
	*state = (struct time_state){ 0 };
}
