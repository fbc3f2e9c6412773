/* What is said about display managers, apart from their stacks: whom they log in without
 * being asked, and that one is started whose services the control does not name. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/autologin.h"

/* Whether a service of the control is one of MANAGER's. */
static bool
is_about(const struct control *control, const char *manager)
{
	size_t length = strlen(manager);
	for (size_t i = 0; i < console_service_count(control); i++)
		if (strncmp(console_service_name(control, i), manager, length) == 0)
			return true;
	return false;
}

static void
report(const struct control *control, const struct autologin *autologin,
	struct findings *findings)
{
	const char *manager = autologin->manager;
	autofree char *service = memory_printf("%s-autologin", manager);
	struct finding *finding = findings_add(findings,
		autologin->user != NULL ? VERDICT_FAIL : VERDICT_UNKNOWN,
		"automatic login of %s", manager);
	if (autologin->user == NULL) {
		finding_why(finding, "%s", autologin->file->reason);
		finding_evidence_file(finding, autologin->file->path);
		return;
	}
	finding_want(finding, "a password is asked for");
	finding_have(finding, "%s is logged in without a password", autologin->user);
	if (strcmp(manager, "lxdm") == 0)
		/* src/auth.c of lxdm leaves pam_acct_mgmt out then */
		finding_why(finding, "lxdm asks no account stack then");
	else if (strcmp(manager, "greetd") != 0 && !console_is_service(control, service))
		finding_why(finding, "it asks %s, which is no service of this control",
			service);
	else
		finding_why(finding,
			"whoever is at the screen is %s, unless the account stack "
			"refuses",
			autologin->user);
	finding_evidence(finding, autologin->file, autologin->offset);
}

void
console_judge_displays(const struct console_facts *facts, struct findings *findings)
{
	struct autologins autologins;
	autofree char *manager = autologin_manager(facts->context->host);
	autologins_read(facts->context->host, &autologins);
	for (size_t i = 0; i < autologins.count; i++)
		if (is_about(facts->control, autologins.items[i].manager))
			report(facts->control, &autologins.items[i], findings);
	if (manager != NULL && !is_about(facts->control, manager)) {
		struct finding *finding = findings_add(
			findings, VERDICT_PASS, "display manager %s", manager);
		finding_have(finding, "%s is started, and not judged", manager);
		finding_why(finding,
			"its logins are at the console too, and none of its services is "
			"among those of the control");
		finding_evidence_file(
			finding, "/etc/systemd/system/display-manager.service");
	}
	autologins_free(&autologins);
}
