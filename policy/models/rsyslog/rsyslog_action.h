/* What the two forms of actions of rsyslog.conf share. */
#ifndef POLICY_MODELS_RSYSLOG_ACTION_H
#define POLICY_MODELS_RSYSLOG_ACTION_H

#include "policy/models/rsyslog/rsyslog_reader.h"

/* Notes why what is sent there may not arrive, unless there is a reason already. */
void
action_doubt(struct destination *destination, const char *reason);

/* Whether the configuration loads MODULE before. */
bool
action_is_loaded(const struct reader *reader, const char *module);

/* Says what the template NAME makes of an action: one that is not there makes none, -1
 * with *err. */
int
action_use_template(const struct reader *reader, const char *name,
	struct destination *destination, struct error *err);

/* The template of an action of this type that names none. */
int
action_use_default_template(
	const struct reader *reader, struct destination *destination, struct error *err);

/* The file that the template NAME names: how its name begins, and the whole to be worked
 * out. -1 with *err when there is no such template. */
int
action_set_computed(const struct reader *reader, const char *name,
	struct destination *destination, struct error *err);

/* Where an action of old sends to. -1 with *err when rsyslogd refuses it. */
int
action_read_legacy(struct reader *reader, const char *text,
	struct destination *destination, struct error *err);

#endif
