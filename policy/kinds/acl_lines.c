#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/acl.h"

enum { NAMED = 8 }; /* lines that cover another */

static unsigned
line_number(struct place place)
{
	unsigned line, column;
	bytes_position(place.file->bytes, place.offset, &line, &column);
	return line;
}

static void
report_shadowed(struct acl_scene *scene, size_t line)
{
	const struct router_list *list = scene->list;
	size_t *cover, count;
	struct finding *finding = findings_add(
		scene->findings, VERDICT_FAIL, "a line of list %s", list->name);
	finding_have(finding, "never matches");
	finding_want(finding, "matches something");
	acl_show(finding, list->entries[line].place);
	router_judge_cover(list, line, &scene->work, &cover, &count);
	autobuffer struct buffer text = { 0 };
	buffer_text(&text, count == 1 ? "line" : "lines");
	for (size_t i = 0; i < count && i < NAMED; i++)
		buffer_printf(&text, "%s %u (%s)", i > 0 ? "," : "",
			line_number(list->entries[cover[i]].place),
			list->entries[cover[i]].permits ? "permit" : "deny");
	if (count > NAMED)
		buffer_printf(&text, " and %zu more", count - NAMED);
	finding_why(finding, "%s, asked before it, decide%s all that it is about",
		text.data, count == 1 ? "s" : "");
	for (size_t i = 0; i < count && i < NAMED; i++)
		acl_show(finding, list->entries[cover[i]].place);
	free(cover);
}

static void
report_redundant(struct acl_scene *scene, size_t line)
{
	struct finding *finding = findings_add(
		scene->findings, VERDICT_FAIL, "a line of list %s", scene->list->name);
	finding_have(finding, "changes nothing");
	finding_want(finding, "is needed");
	finding_why(finding, "without it the lines after it decide the same");
	acl_show(finding, scene->list->entries[line].place);
}

/* What is said of all lines about one sort of fault. */
struct tally {
	bool is_refused; /* by the policy: else it is not looked for */
	size_t bad, untold;
};

static bool
is_refused(const struct acl_scene *scene, const char *key, const char *otherwise)
{
	return strcmp(value_text(scene->control->keys, key, otherwise), "refuse") == 0;
}

/* Whether the line is at fault, by what was FOUND; it is reported then. */
static bool
count(struct acl_scene *scene, struct tally *tally, enum router_found found, size_t line,
	void (*report)(struct acl_scene *scene, size_t line))
{
	tally->untold += found == ROUTER_TOO_MUCH;
	tally->bad += found == ROUTER_NONE;
	if (found == ROUTER_NONE && tally->bad <= ACL_SHOWN)
		report(scene, line);
	return found == ROUTER_NONE;
}

static void
sum_up(struct acl_scene *scene, const struct tally *tally, const char *good)
{
	autofree char *subject = memory_printf("lines of list %s", scene->list->name);
	if (tally->untold > 0)
		finding_have(acl_unknown(scene, subject, acl_too_intricate), "%zu",
			tally->untold);
	if (tally->bad > ACL_SHOWN)
		finding_have(findings_add(scene->findings, VERDICT_FAIL, "%s", subject),
			"%zu more like these", tally->bad - ACL_SHOWN);
	if (tally->is_refused && tally->bad == 0 && tally->untold == 0) {
		struct finding *finding = findings_add(
			scene->findings, VERDICT_PASS, "%s", subject);
		finding_have(finding, "%s", good);
		acl_show(finding, scene->use->place);
	}
}

void
acl_lines(struct acl_scene *scene)
{
	const struct router_list *list = scene->list;
	struct tally shadowed = { .is_refused = is_refused(scene, "shadowed", "refuse") },
		     redundant = { .is_refused = is_refused(
					   scene, "redundant", "allow") };
	struct router_packet packet;
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].is_strange)
			continue;
		if (shadowed.is_refused &&
			count(scene, &shadowed,
				router_judge_line(list, i, &scene->work, &packet), i,
				report_shadowed))
			continue;
		if (redundant.is_refused && !list->entries[i].logs)
			count(scene, &redundant,
				router_judge_need(list, i, &scene->work, &packet), i,
				report_redundant);
	}
	sum_up(scene, &shadowed, "each can match");
	sum_up(scene, &redundant, "each is needed");
}
