/* The options that the daemon is started with, which override the file: sshd(8). */
#ifndef POLICY_MODELS_SSHD_OPTIONS_H
#define POLICY_MODELS_SSHD_OPTIONS_H

#include "policy/models/sshd/sshd_config.h"

struct sshd_options {
	char *config_file; /* -f; NULL when not given or "none" */
	const struct file
		*none; /* the file in which -f none stands; NULL: it is not given */
	size_t debug; /* -d so far, up to 2 */
};

/* Adds the lines that -o and other options stand for to CONFIG, before any other. */
void
sshd_options_read(const struct context *context, struct sshd_config *config,
	struct sshd_options *ret_options);

/* Whether a socket unit, or inetd, may hand connections to sshd that came to other ports
 * than those in its configuration. */
bool
sshd_options_other_ports(struct host *host);

void
sshd_options_free(struct sshd_options *options);

#endif
