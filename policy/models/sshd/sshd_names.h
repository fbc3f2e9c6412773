/* What values of sshd name and other files of the host explain: ports by services(5),
 * home directories by passwd(5). */
#ifndef POLICY_MODELS_SSHD_NAMES_H
#define POLICY_MODELS_SSHD_NAMES_H

#include "base/principals.h"
#include "policy/models/sshd/sshd_keyword.h"

/* The port that TEXT is, by number or name (a2port in misc.c); -1 when it is none. */
long
sshd_names_port(const struct sshd_reading *reading, const char *text);

/* TEXT with a `~` or `~user` that it begins with replaced by the home directory of root
 * or of that user (tilde_expand in misc.c). The caller frees. NULL with *err when sshd
 * ends over it. */
char *
sshd_names_path(const struct sshd_reading *reading, const char *text, struct error *err);

#endif
