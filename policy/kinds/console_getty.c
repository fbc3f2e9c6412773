/* What is said about gettys: they say who logs in at a terminal, from where, and whether
 * a password is asked for, before any stack is. */
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether one before says the same in the same line: a template, or another name. */
static bool
is_told(const struct gettys *gettys, size_t index)
{
	const struct getty *getty = &gettys->items[index];
	for (size_t i = 0; i < index; i++) {
		const struct getty *other = &gettys->items[i];
		if (is_same(other->file ? other->file->target : NULL,
			    getty->file ? getty->file->target : NULL) &&
			other->offset == getty->offset &&
			is_same(other->user, getty->user) &&
			is_same(other->remote, getty->remote) &&
			is_same(other->starts, getty->starts) &&
			is_same(other->unknown, getty->unknown))
			return true;
	}
	return false;
}

static void
report(const struct getty *getty, struct findings *findings)
{
	struct finding *finding = findings_add(findings,
		getty->unknown != NULL ? VERDICT_UNKNOWN : VERDICT_FAIL, "%s%s%s",
		getty->source, getty->terminal != NULL ? " at " : "",
		getty->terminal != NULL ? getty->terminal : "");
	if (getty->unknown != NULL) {
		finding_why(finding, "%s", getty->unknown);
	} else if (getty->user != NULL) {
		finding_have(finding, "%s is logged in without a password", getty->user);
		finding_want(finding, "a password is asked for");
		finding_why(finding,
			"whoever is at the terminal is %s, unless the account stack "
			"refuses",
			getty->user);
	} else if (getty->starts != NULL) {
		finding_have(finding, "starts %s", getty->starts);
		finding_want(finding, "login");
		finding_why(finding, "%s, and no stack is asked",
			strstr(getty->starts, "sulogin") != NULL
				? "it asks for root's password at most"
				: "whoever is at the terminal has a shell");
	} else {
		finding_have(
			finding, "login is told the remote host '%s'", getty->remote);
		finding_want(finding, "no host");
		finding_why(finding,
			"LOCAL in access.conf does not match this terminal then, and "
			"login of util-linux asks the PAM service 'remote'");
	}
	if (getty->file != NULL && getty->file->state == FILE_READ)
		finding_evidence(finding, getty->file, getty->offset);
	else
		finding_evidence_file(
			finding, getty->file ? getty->file->path : getty->source);
}

bool
console_asks_gettys(const struct control *control)
{
	return console_is_service(control, "login") ||
		console_is_service(control, "remote");
}

void
console_judge_gettys(const struct console_facts *facts, struct findings *findings)
{
	const struct gettys *gettys = &facts->gettys;
	size_t bad = 0;
	for (size_t i = 0; i < gettys->count; i++) {
		const struct getty *getty = &gettys->items[i];
		if (getty->user == NULL && getty->starts == NULL &&
			getty->remote == NULL && getty->unknown == NULL)
			continue;
		if (!is_told(gettys, i))
			report(getty, findings);
		bad++;
	}
	if (bad > 0 || gettys->count == 0)
		return;
	struct finding *finding = findings_add(findings, VERDICT_PASS, "gettys");
	finding_have(finding, "each asks for a name and a password");
	for (size_t i = 0; i < gettys->count; i++)
		if (!is_told(gettys, i))
			finding_evidence(
				finding, gettys->items[i].file, gettys->items[i].offset);
}
