#include <string.h>

#include "policy/kinds/kind.h"

extern const struct kind kind_accounts;
extern const struct kind kind_acl;
extern const struct kind kind_attest;
extern const struct kind kind_augeas;
extern const struct kind kind_backup;
extern const struct kind kind_complies;
extern const struct kind kind_console;
extern const struct kind kind_files;
extern const struct kind kind_listening;
extern const struct kind kind_logwatch;
extern const struct kind kind_packages;
extern const struct kind kind_portsentry;
extern const struct kind kind_scan;
extern const struct kind kind_service;
extern const struct kind kind_sshd;
extern const struct kind kind_syslog;
extern const struct kind kind_tcprules;
extern const struct kind kind_time;
extern const struct kind kind_trust;
extern const struct kind kind_updates;
extern const struct kind kind_xinetd;

/* One row a kind. */
const struct kind *const kinds[] = {
	&kind_sshd,
	&kind_syslog,
	&kind_xinetd,
	&kind_console,
	&kind_listening,
	&kind_accounts,
	&kind_files,
	&kind_augeas,
	&kind_service,
	&kind_packages,
	&kind_tcprules,
	&kind_trust,
	&kind_backup,
	&kind_logwatch,
	&kind_portsentry,
	&kind_time,
	&kind_updates,
	&kind_acl,
	&kind_scan,
	&kind_attest,
	&kind_complies,
	NULL,
};

const struct kind *
kind_find(const char *name)
{
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}
