/* Loaded before cron's own: a clock that goes on as fast as cron asks for it. What cron
 * would start is written to $CRON_STARTS, a line each with the minute since 1970, and is
 * not started; what it says about its crontabs goes there too. It ends at $CRON_END. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern pid_t
__libc_fork(void);
static time_t now, end;
static bool in_child;

static void __attribute__((constructor)) begin(void)
{
	now = strtol(getenv("CRON_NOW"), NULL, 10);
	end = strtol(getenv("CRON_END"), NULL, 10);
}

time_t
time(time_t *ret_time)
{
	if (ret_time != NULL)
		*ret_time = now;
	return now;
}

unsigned
sleep(unsigned seconds)
{
	now += seconds;
	if (now >= end) {
		/* what was started last has yet to be written */
		while (wait(NULL) > 0 || errno == EINTR)
			;
		_exit(0);
	}
	return 0;
}

/* The child of cron that would fork again for the command goes on as that one. */
pid_t
fork(void)
{
	if (in_child)
		return 0;
	pid_t pid = __libc_fork();
	in_child = pid == 0;
	return pid;
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	char text[4096], line[4200];
	va_list args;
	(void)priority;
	(void)flag;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text[strcspn(text, "\n")] = '\0';
	int fd = open(getenv("CRON_STARTS"), O_WRONLY | O_APPEND | O_CREAT, 0600);
	int size = snprintf(line, sizeof line, "%ld %s\n", (long)now / 60, text);
	if (fd < 0 || write(fd, line, (size_t)size) != size)
		_exit(1);
	close(fd);
	if (in_child && strstr(text, " CMD (") != NULL)
		_exit(0);
}

#define PAM(name)                                                                        \
	int name(void)                                                                   \
	{                                                                                \
		return 0;                                                                \
	}
PAM(pam_start)
PAM(pam_set_item)
PAM(pam_acct_mgmt)
PAM(pam_setcred)
PAM(pam_open_session)
