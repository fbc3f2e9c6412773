/* Messages that a daemon's tests can be tried on. That every message takes some way
 * follows from the tests alone; that some message does not is shown by one that does not.
 */
#ifndef POLICY_MODELS_SYSLOG_EXAMPLE_H
#define POLICY_MODELS_SYSLOG_EXAMPLE_H

#include <stdbool.h>
#include <stddef.h>

struct example {
	const char *tag; /* who logs it, as it is sent: "cron:", "sshd[12]:" */
	const char *text; /* what follows, the blank included */
};

/* Tags and texts that meet this or that test of a configuration. */
struct examples {
	char **tags, **texts; /* owned */
	size_t tag_count, text_count;
};

/* Adds one that is no copy and that a program can log, while there is room. */
void
examples_add_tag(struct examples *examples, const char *tag);

void
examples_add_text(struct examples *examples, const char *text);

/* The example at INDEX: first one that tests for nothing, then each text and each tag on
 * its own, then those together. Returns false behind the last. */
bool
examples_get(const struct examples *examples, size_t index, struct example *ret_example);

void
examples_free(struct examples *examples);

#endif
