/* The smallest change of a syslog configuration after which a control's demands are met.
 */
#ifndef POLICY_MODELS_SYSLOG_REMEDY_H
#define POLICY_MODELS_SYSLOG_REMEDY_H

#include "policy/kinds/kind.h"

/* Adds rules to the file that the daemon reads, for each demand that is not met: beside
 * the rules that lead to the same place where that has the effect, else at the end of the
 * file, else before its first rule. Each place is tried on a layer of the host: the
 * demands must be met and every other message must go where it went. */
int
syslog_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err);

/* Whether CONTROL asks for the places of SUBJECT ("kern.debug") to change from BEFORE to
 * AFTER, both as syslog_table_describe says them: only wanted places are added, none is
 * lost. */
bool
syslog_remedy_wants(const struct control *control, const char *subject,
	const char *before, const char *after);

#endif
