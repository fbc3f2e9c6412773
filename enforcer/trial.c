#include "enforcer/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static long
clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
read_boot(char ret_boot[TRIAL_BOOT_SIZE])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, ret_boot, TRIAL_BOOT_SIZE - 1) : -1;
	if (fd >= 0)
		close(fd);
	ret_boot[size > 0 ? size : 0] = '\0';
	ret_boot[strcspn(ret_boot, "\n")] = '\0';
	return ret_boot[0] != '\0' ? 0 : -1;
}

int
trial_seconds(const char *text, unsigned *ret_seconds, struct error *err)
{
	static const char LETTERS[] = "smh";
	static const long UNITS[] = { 1, 60, 3600 };
	long number;
	size_t size = strlen(text);
	const char *letter = size > 0 ? strchr(LETTERS, text[size - 1]) : NULL;
	autofree char *digits = memory_copy(text, size > 0 ? size - 1 : 0);
	long unit = letter != NULL ? UNITS[letter - LETTERS] : 0;
	if (unit == 0 || text_number(digits, 0, TRIAL_MAX, &number, NULL) < 0 ||
		number * unit < TRIAL_MIN || number * unit > TRIAL_MAX)
		return error_set(
			err, "'%s' is no time from 10s to 24h, such as 90s or 10m", text);
	*ret_seconds = (unsigned)(number * unit);
	return 0;
}

int
trial_make(unsigned seconds, struct trial *ret_trial, struct error *err)
{
	if (read_boot(ret_trial->boot) < 0)
		return error_set(err, BOOT_ID ": can't be read");
	ret_trial->until = clock_now() + seconds * 1000L;
	return 0;
}

long
trial_left(const struct trial *trial)
{
	char boot[TRIAL_BOOT_SIZE];
	long left = trial->until - clock_now();
	/* a boot that can't be told is another one: back is the safe way */
	bool same = read_boot(boot) == 0 && strcmp(boot, trial->boot) == 0;
	return same && left > 0 ? left : 0;
}

char *
trial_end_text(const struct trial *trial)
{
	char text[sizeof "2026-01-01 00:00:00 +0000" + 8];
	struct tm tm;
	time_t end = time(NULL) + trial_left(trial) / 1000;
	localtime_r(&end, &tm);
	strftime(text, sizeof text, "%F %T %z", &tm);
	return memory_text(text);
}

void
trial_wait(const struct trial *trial)
{
	struct timespec end = { trial->until / 1000, trial->until % 1000 * 1000000 };
	clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &end, NULL);
}

char *
trial_text(const struct trial *trial)
{
	return memory_printf("%s %ld\n", trial->boot, trial->until);
}

int
trial_parse(const char *text, struct trial *ret_trial)
{
	size_t size = strcspn(text, " ");
	const char *end = strchr(text, '\n');
	if (size == 0 || size >= TRIAL_BOOT_SIZE || text[size] == '\0' || end == NULL ||
		end[1] != '\0')
		return -1;
	memcpy(ret_trial->boot, text, size);
	ret_trial->boot[size] = '\0';
	autofree char *number = memory_copy(
		text + size + 1, (size_t)(end - text) - size - 1);
	return text_number(number, 0, LONG_MAX, &ret_trial->until, NULL);
}
