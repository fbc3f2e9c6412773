/* Lists of ciphers, MACs, key exchanges and key types. Sources: kex_assemble_names in
 * kex.c, sshkey_names_valid2 in sshkey.c, assemble_algorithms in servconf.c, myproposal.h
 * of OpenSSH; for GSSAPI Debian's gssapi.patch. */
#ifndef POLICY_MODELS_SSHD_ALGORITHMS_H
#define POLICY_MODELS_SSHD_ALGORITHMS_H

#include "policy/models/sshd/sshd_keyword.h"

/* Whether KEYWORD takes such a list. */
bool
sshd_algorithms_are(const struct sshd_keyword *keyword);

/* LIST as a line gives it (NULL: no line does) made into what sshd offers: + adds to the
 * default, - takes from it, ^ puts in front. The caller frees. NULL when the default of
 * VERSION is needed and not known here. */
char *
sshd_algorithms_assemble(
	const struct sshd_keyword *keyword, int version, const char *list);

/* Whether sshd ends over LIST when it puts it together: a negated item, or nothing left.
 */
bool
sshd_algorithms_fail(const struct sshd_keyword *keyword, int version, const char *list);

#endif
