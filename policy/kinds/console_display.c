/* What is said about display managers, apart from their stacks: whom they log in without
 * being asked, and that one is started whose services the control does not name. */
#include <stdlib.h>
#include <string.h>

#include "base/console_options.h"
#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/login/autologin.h"
#include "policy/models/login/display_unit.h"

/* Whether a service of the control is one of MANAGER's. */
static bool
is_about(const struct control *control, const char *manager)
{
	for (size_t i = 0; i < console_service_count(control); i++)
		if (autologin_is_service(manager, console_service_name(control, i)))
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
		finding_why(finding, "%s", autologin->unknown);
		if (autologin->file->state == FILE_READ)
			finding_evidence(finding, autologin->file, autologin->offset);
		else
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

/* A service of a display manager whose settings are not known: kdm, slim, nodm and others
 * have automatic logins too. */
static void
judge_others(const struct control *control, struct findings *findings)
{
	for (size_t i = 0; i < console_service_count(control); i++) {
		const char *service = console_service_name(control, i);
		if (!console_options_is_display(service) || autologin_knows(service))
			continue;
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "automatic login of %s", service);
		finding_why(finding,
			"whether %s logs somebody in by itself can't be told: its "
			"settings are not known",
			service);
	}
}

void
console_judge_displays(const struct console_facts *facts, struct findings *findings)
{
	struct autologins autologins;
	autofree char *manager = display_unit_chosen(facts->context->host);
	autologins_read(facts->context->host, &autologins);
	for (size_t i = 0; i < autologins.count; i++)
		if (is_about(facts->control, autologins.items[i].manager))
			report(facts->control, &autologins.items[i], findings);
	judge_others(facts->control, findings);
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
