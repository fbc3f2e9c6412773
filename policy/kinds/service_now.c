#include "policy/kinds/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/system/processes.h"

char *
service_find_words(const struct value *list, char *const *words, size_t count, bool has)
{
	autobuffer struct buffer found = { 0 };
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		bool is_there = false;
		for (size_t k = 0; k < count; k++)
			is_there = is_there || strcmp(list->items[i].text, words[k]) == 0;
		if (is_there == has)
			buffer_printf(&found, "%s%s", found.size > 0 ? " " : "",
				list->items[i].text);
	}
	return buffer_take(&found);
}

/* What is known of the processes of all its programs. */
struct sight {
	const struct control *control;
	struct findings *findings;
	char *when; /* now, or the day of the evidence */
	size_t good; /* as they should be */
	size_t bad; /* with a word that none may have: found already */
	char *missing; /* words that one lacks; NULL */
	char *doubt; /* why one may be another program's; NULL */
};

static struct finding *
report(const struct sight *sight, enum verdict verdict, const struct process *process)
{
	struct finding *finding = findings_add(sight->findings, verdict, "%s %s",
		service_name(sight->control), sight->when);
	finding_want(finding, "%s",
		service_says(sight->control, "running", "yes") ? "runs" : "does not run");
	if (process != NULL && process->place.file != NULL)
		finding_evidence(finding, process->place.file, process->place.offset);
	return finding;
}

static void
judge_process(struct sight *sight, const struct process *process)
{
	const struct value *arguments = value_find(sight->control->keys, "arguments"),
			   *without = value_find(sight->control->keys, "without");
	char *missing = service_find_words(
		arguments, process->words, process->count, false);
	autofree char *forbidden = service_find_words(
		without, process->words, process->count, true);
	if (process->doubt != NULL && sight->doubt == NULL)
		sight->doubt = memory_text(process->doubt);
	if (process->doubt != NULL) {
		free(missing);
	} else if (*forbidden != '\0') {
		sight->bad++;
		finding_have(
			report(sight, VERDICT_FAIL, process), "runs with %s", forbidden);
		free(missing);
	} else if (*missing != '\0') {
		free(sight->missing);
		sight->missing = missing;
	} else {
		if (sight->good++ == 0)
			finding_have(
				report(sight,
					service_says(sight->control, "running", "yes")
						? VERDICT_PASS
						: VERDICT_FAIL,
					process),
				"runs");
		free(missing);
	}
}

/* None is as it should be. */
static void
judge_absence(const struct sight *sight, const char *problem, const char *problem_file)
{
	bool wanted = service_says(sight->control, "running", "yes");
	bool is_unknown = (sight->doubt != NULL && wanted) ||
		(problem != NULL && sight->doubt == NULL && sight->missing == NULL);
	bool is_gap = wanted || sight->doubt != NULL;
	struct finding *finding = report(sight,
		is_unknown       ? VERDICT_UNKNOWN
			: is_gap ? VERDICT_FAIL
				 : VERDICT_PASS,
		NULL);
	if (sight->missing != NULL && wanted)
		finding_have(finding, "runs without %s", sight->missing);
	else if (sight->doubt != NULL)
		finding_have(finding, "%s", sight->doubt);
	else if (is_unknown)
		finding_why(finding, "%s", problem);
	else
		finding_have(finding, "does not run");
	if (problem_file != NULL)
		finding_evidence_file(finding, problem_file);
}

void
service_judge_now(const struct context *context, const struct control *control,
	struct findings *findings)
{
	size_t count;
	const struct value *programs = service_programs(control, &count);
	struct sight sight = { .control = control, .findings = findings };
	struct recorded recorded;
	char *problem = NULL;
	const char *problem_file = NULL;
	recorded_read(control, &recorded);
	sight.when = recorded_when(&recorded);
	for (size_t i = 0; i < count; i++) {
		struct processes processes;
		processes_read(context, &recorded, programs[i].text, &processes);
		for (size_t k = 0; k < processes.count; k++)
			judge_process(&sight, &processes.items[k]);
		if (problem == NULL) { /* the first */
			problem = processes.problem;
			problem_file = processes.problem_file;
			processes.problem = NULL;
		}
		processes_free(&processes);
	}
	if (sight.good == 0 && sight.bad == 0)
		judge_absence(&sight, problem, problem_file);
	free(problem);
	free(sight.when);
	free(sight.missing);
	free(sight.doubt);
	recorded_free(&recorded);
}
