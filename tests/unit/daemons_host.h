/* A private /etc with the daemons' files, and changes made to them. */
#ifndef TESTS_UNIT_DAEMONS_HOST_H
#define TESTS_UNIT_DAEMONS_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "enforcer/daemons.h"
#include "private.h"

static struct buffer notes;
static struct error failure;
static struct change made_items[4];
static struct changes made = { .items = made_items };

static inline void
collect_note(void *data, const char *line)
{
	(void)data;
	buffer_printf(&notes, "%s\n", line);
}

static inline void
put_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline char *
get_text(const char *path)
{
	autobuffer struct buffer text = { 0 };
	char line[4096];
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		buffer_text(&text, line);
	if (file != NULL)
		fclose(file);
	return buffer_take(&text);
}

/* The next call is about this change alone, or as well after another add. NEW is NULL for
 * a removal. */
static inline void
add_change(enum change_action action, const char *file, const char *new_text)
{
	made.items[made.count++] = (struct change){
		.action = action,
		.file = (char *)file,
		.new_data = (char *)new_text,
		.new_size = new_text != NULL ? strlen(new_text) : 0,
		.mode = 0644,
	};
}

static inline void
start_over(void)
{
	made.count = 0;
	buffer_free(&notes);
	error_clear(&failure);
	failure = ERROR_INIT;
}

static inline void
assert_says(const char *text, const char *part)
{
	if (text == NULL || strstr(text, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", text != NULL ? text : "", part);
}

/* An empty file at PATH, by a bind where one is there already. */
static inline void
private_file(const char *source, const char *path)
{
	put_text(source, "");
	assert_int_equal(mount(source, path, NULL, MS_BIND, NULL), 0);
}

static const char SSHD_CONFIG[] = "Port 2222\n"
				  "ListenAddress 127.0.0.1\n"
				  "HostKey /etc/ssh/key\n"
				  "Include /etc/ssh/sshd_config.d/*.conf\n"
				  "UsePAM no\n";

static inline void
require_program(const char *path)
{
	if (access(path, X_OK) < 0) {
		printf("SKIP: %s is not installed\n", path);
		exit(77);
	}
}

static inline void
private_host(void)
{
	static const char *const EMPTY[] = { "/run", "/etc/ssh", "/etc/xinetd.d",
		"/etc/rsyslog.d", "/var/log", "/var/spool/rsyslog" };
	require_program("/usr/sbin/sshd");
	require_program("/usr/sbin/rsyslogd");
	require_program("/usr/sbin/xinetd");
	private_enter();
	for (size_t i = 0; i < sizeof EMPTY / sizeof *EMPTY; i++)
		assert_int_equal(private_empty(EMPTY[i]), 0);
	private_file("/run/rsyslog.conf", "/etc/rsyslog.conf");
	private_file("/run/xinetd.conf", "/etc/xinetd.conf");
	assert_int_equal(mkdir("/etc/ssh/sshd_config.d", 0755), 0);
	assert_int_equal(
		system("/usr/bin/ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/key"), 0);
	put_text("/etc/ssh/sshd_config", SSHD_CONFIG);
}

#endif
