#include <string.h>

#include "policy/kinds/kind.h"

extern const struct kind kind_accounts, kind_acl, kind_attest, kind_console, kind_files,
	kind_listening, kind_packages, kind_portsentry, kind_sshd, kind_syslog,
	kind_tcprules, kind_trust, kind_xinetd;

/* One row a kind. */
const struct kind *const kinds[] = {
	&kind_sshd,
	&kind_syslog,
	&kind_xinetd,
	&kind_console,
	&kind_listening,
	&kind_accounts,
	&kind_files,
	&kind_packages,
	&kind_tcprules,
	&kind_trust,
	&kind_portsentry,
	&kind_acl,
	&kind_attest,
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
