#include "policy/waiver.h"

#include <string.h>
#include <time.h>

#include "base/memory.h"

struct waiver
waiver_read(const struct value *section, const char *today)
{
	const char *until = value_text(section, "until", "");
	return (struct waiver){
		.owner = value_text(section, "owner", ""),
		.reason = value_text(section, "reason", ""),
		.until = until,
		/* such dates sort as texts */
		.expired = strcmp(today, until) > 0,
		.at = section->at,
	};
}

char *
waiver_text(const struct waiver *waiver, bool holds)
{
	if (holds && !waiver->expired)
		return memory_printf("the waiver through %s is needed no longer, as the "
				     "control holds (%s answers for it: %s)",
			waiver->until, waiver->owner, waiver->reason);
	return waiver->expired
		? memory_printf("the waiver ended with %s, and counts no longer (%s "
				"answered for it: %s)",
			  waiver->until, waiver->owner, waiver->reason)
		: memory_printf("waived through %s (%s answers for it: %s)",
			  waiver->until, waiver->owner, waiver->reason);
}

void
waiver_today(char ret_today[16])
{
	time_t now = time(NULL);
	struct tm day;
	if (localtime_r(&now, &day) == NULL ||
		strftime(ret_today, 16, "%Y-%m-%d", &day) == 0)
		/* no clock: no waiver counts */
		memcpy(ret_today, "9999-99-99", sizeof "9999-99-99");
}
