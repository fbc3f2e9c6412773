/* Whether the daemon can make and write the files that its rules name. */
#ifndef POLICY_MODELS_SYSLOG_WRITE_H
#define POLICY_MODELS_SYSLOG_WRITE_H

#include "base/principals.h"
#include "policy/models/syslog/syslog_conf.h"

/* Notes in the destinations of CONF what is lost and what can't be told. The daemon
 * becomes USER and GROUP, names or numbers; NULL: it stays root, and PRINCIPALS may be
 * NULL. */
void
syslog_write_judge(struct syslog_conf *conf, struct host *host,
	const struct principals *principals, const char *user, const char *group);

#endif
