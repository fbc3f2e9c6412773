/* A host whose syslog daemon and files a test makes up, for the tests of the syslog
 * models. */
#ifndef TESTS_UNIT_SYSLOG_HOST_H
#define TESTS_UNIT_SYSLOG_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"

struct syslog_host {
	char root[32];
	struct host *below, *host;
	struct parser *parser;
	struct value assume;
	struct entry daemon;
	struct policy policy;
	struct context context;
};

/* DAEMON is what the policy assumes: "sysklogd", "rsyslog", ... */
static inline void
syslog_host_open(struct syslog_host *made, const char *daemon)
{
	struct error err = ERROR_INIT;
	memset(made, 0, sizeof *made);
	strcpy(made->root, "/tmp/holdfast-XXXXXX");
	assert_non_null(mkdtemp(made->root));
	made->below = host_open(made->root, &err);
	assert_non_null(made->below);
	made->host = host_layer(made->below);
	made->parser = parser_new(HOLDFAST_LENSES, &err);
	assert_non_null(made->parser);
	made->daemon.key = "syslog";
	made->daemon.value = (struct value){ .type = VALUE_TEXT, .text = (char *)daemon };
	made->assume = (struct value){
		.type = VALUE_MAP, .entries = &made->daemon, .count = 1
	};
	made->policy.assume = &made->assume;
	made->context = (struct context){
		.host = made->host, .parser = made->parser, .policy = &made->policy
	};
}

static inline void
syslog_host_put(struct syslog_host *made, const char *path, const char *text)
{
	host_put(made->host, path, BYTES_TEXT(text));
}

static inline void
syslog_host_close(struct syslog_host *made)
{
	parser_free(made->parser);
	host_free(made->host);
	host_free(made->below);
	rmdir(made->root);
}

#endif
