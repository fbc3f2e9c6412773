/* The half of the console control that pam_holdfast.so enforces: see pam_holdfast(8). */
#include <stdlib.h>
#include <string.h>

#include "base/console_conf.h"
#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/pam/pam_module.h"

#define MODULE CONSOLE_MODULE

/* What console.conf has to say for CONTROL of POLICY. The caller frees. */
static char *
wanted_conf(const struct policy *policy, const struct control *control)
{
	const struct value *only = value_find(control->keys, "only");
	autofree const char **who = memory_new(only->count + 1, sizeof *who);
	for (size_t i = 0; i < only->count; i++)
		who[i] = only->items[i].text;
	return console_conf_write(control->id, policy->sha256, who, only->count);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
lists(const struct name_list *sorted, const char *name)
{
	return sorted->count > 0 &&
		bsearch(&name, sorted->names, sorted->count, sizeof *sorted->names,
			by_bytes) != NULL;
}

/* Whom ONLY names, sorted. */
static void
list_only(const struct value *only, struct name_list *ret_list)
{
	*ret_list = (struct name_list){ memory_new(only->count + 1, sizeof(char *)),
		only->count };
	for (size_t i = 0; i < only->count; i++)
		ret_list->names[i] = memory_text(only->items[i].text);
	qsort(ret_list->names, ret_list->count, sizeof *ret_list->names, by_bytes);
}

/* The first difference between FILE and what ONLY asks for, as text; NULL when there is
 * none. A mistake is told before all else, for then the module uses nothing of the file.
 * *ret_offset: where it is. The caller frees. */
static char *
compare(const struct file *file, const struct value *only, size_t *ret_offset)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	struct name_list wanted, allowed = { 0 };
	char *difference = NULL;
	int result;
	*ret_offset = 0;
	list_only(only, &wanted);
	console_conf_begin(
		&conf, file->bytes.size > 0 ? file->bytes.data : "", file->bytes.size);
	while ((result = console_conf_next(&conf, &entry)) > 0) {
		if (entry.kind == CONSOLE_CONF_CONTROL ||
			entry.kind == CONSOLE_CONF_POLICY)
			continue;
		bool group = entry.kind == CONSOLE_CONF_GROUP;
		char *name = memory_printf(
			group ? "(%.*s)" : "%.*s", (int)entry.size, entry.text);
		allowed.names = memory_grow(
			allowed.names, allowed.count, sizeof *allowed.names);
		allowed.names[allowed.count++] = name;
		if (difference == NULL && !lists(&wanted, name)) {
			*ret_offset = (size_t)(conf.at - conf.text);
			difference = memory_printf(
				"it allows %s, whom the policy does not name", name);
		}
	}
	if (result < 0) {
		free(difference);
		*ret_offset = (size_t)(conf.at - conf.text);
		difference = memory_printf(
			"line %u, column %u: %s", conf.line, conf.column, conf.error);
	}
	if (allowed.count > 0)
		qsort(allowed.names, allowed.count, sizeof *allowed.names, by_bytes);
	for (size_t i = 0; i < only->count && difference == NULL; i++)
		if (!lists(&allowed, only->items[i].text))
			difference = memory_printf(
				"it does not allow %s", only->items[i].text);
	name_list_free(&wanted);
	name_list_free(&allowed);
	return difference;
}

const char *
console_conf_trouble(const struct file *file)
{
	if (file->state == FILE_ABSENT)
		return "it is missing";
	if (file->is_link)
		return "it is a symbolic link, which the module does not follow";
	if (file->state == FILE_REFUSED)
		return file->reason;
	if (file->status.st_uid != 0 || (file->status.st_mode & 022) != 0)
		return "others than root can write it, and the module does not believe "
		       "it";
	return NULL;
}

/* Whether others than root can write a folder on the way to the file PATH, and so put
 * another in its place. */
static bool
is_open(struct host *host, const char *path)
{
	autofree char *folder = memory_text(path);
	for (char *slash; (slash = strrchr(folder, '/')) != NULL && slash > folder;) {
		struct stat status = { 0 };
		autofree char *target = NULL;
		*slash = '\0';
		if (host_status(host, folder, &status, &target) == 0 &&
			status.st_mode != 0 &&
			(host_owner(host, &status) != 0 || (status.st_mode & 022) != 0))
			return true;
	}
	return false;
}

/* By the folders of its name, which may be a link's, and by those where it is. */
static bool
is_exposed(struct host *host, const char *path, const struct file *file)
{
	return is_open(host, path) || is_open(host, file->target);
}

static const char exposed[] = "others than root can write a folder that it lies in, and "
			      "put another in its place";

static void
judge_conf(const struct console_scene *scene, struct findings *findings)
{
	const struct console_options *options = &scene->line.options;
	const struct file *file = host_file(scene->facts->context->host, options->conf);
	const char *trouble = console_conf_trouble(file);
	size_t offset = 0;
	if (trouble == NULL &&
		is_exposed(scene->facts->context->host, options->conf, file))
		trouble = exposed;
	autofree char *wrong = trouble != NULL
		? memory_text(trouble)
		: compare(file, value_find(scene->facts->control->keys, "only"), &offset);
	struct finding *finding = findings_add(findings,
		wrong == NULL                                           ? VERDICT_PASS
			: file->state == FILE_REFUSED && !file->is_link ? VERDICT_UNKNOWN
									: VERDICT_FAIL,
		"%s for %s", options->conf, scene->service);
	finding_want(finding, "those of the policy, and nobody else");
	finding_have(finding, "%s", wrong == NULL ? "those of the policy" : wrong);
	if (wrong != NULL && file->state != FILE_READ)
		finding_why(finding,
			options->allow_on_error
				? "without it the module lets everybody in (onerr=allow)"
				: "without it the module refuses everybody but root");
	if (file->state == FILE_READ)
		finding_evidence(finding, file, offset);
	else
		finding_evidence_file(finding, options->conf);
}

static void
judge_line(const struct console_scene *scene, struct findings *findings)
{
	const struct console_line *line = &scene->line;
	enum verdict verdict = VERDICT_FAIL;
	const char *mistake = NULL;
	bool lacks_pts;
	struct finding *finding = console_judge_asked(
		scene, &line->consults, MODULE, findings);
	if (line->consults.reach != PAM_REACHED)
		return;
	const char *trouble = pam_module_trouble(scene->facts->context->host, MODULE);
	if (trouble != NULL) {
		finding->verdict = VERDICT_FAIL;
		finding_have(finding, MODULE " is not installed");
		finding_why(finding,
			"%s: libpam refuses everybody where a module is missing",
			trouble);
	} else if ((mistake = console_line_mistake(scene, &verdict, &lacks_pts)) !=
		NULL) {
		finding->verdict = verdict;
		finding_have(finding, MODULE " is asked in vain");
		finding_why(finding, "%s", mistake);
	}
}

/* Whom the module never refuses, so that no mistake in its configuration locks root out:
 * accounts of uid 0, and the user "root" whatever uid is his. */
static void
judge_roots(const struct console_scene *scene, struct findings *findings)
{
	const struct console_facts *facts = scene->facts;
	const struct access_people *people = &scene->rules->people;
	bool is_refused = console_through(facts->control, "access.conf");
	const struct principal root = { .name = (char *)"", .uid = 0 };
	const struct access_person stranger = { "", &root };
	if (!is_refused && !facts->principals->users_complete &&
		!console_allows(facts, &stranger)) {
		struct finding *finding = findings_add(findings, VERDICT_UNKNOWN,
			"accounts of uid 0 for %s", scene->service);
		finding_why(finding,
			"another source of users that nsswitch.conf names may have some, "
			"and the module never refuses uid 0: access.conf does");
		finding_evidence_file(finding, "/etc/nsswitch.conf");
	}
	for (size_t i = 0; i < people->count; i++) {
		const struct access_person *person = &people->items[i];
		bool is_root = person->user != NULL && person->user->uid == 0;
		if (person->user == NULL ||
			(!is_root && strcmp(person->name, "root") != 0) ||
			console_allows(facts, person) ||
			!console_can_log_in(scene, person))
			continue;
		autofree char *only = console_only(facts);
		struct finding *finding = findings_add(findings,
			is_refused ? VERDICT_PASS : VERDICT_FAIL, "%s for %s",
			person->name, scene->service);
		finding_want(finding, "only %s", only);
		finding_have(finding,
			!is_refused       ? "is admitted"
				: is_root ? "uid 0, left to access.conf"
					  : "'root', left to access.conf");
		finding_why(finding,
			is_root ? "its uid is 0, and the module never refuses that one"
				: "its uid is %u, and the module never refuses the user "
				  "'root', whatever his uid",
			(unsigned)person->user->uid);
		finding_evidence_file(finding, facts->principals->passwd->path);
	}
}

void
console_judge_module(const struct console_scene *scene, struct findings *findings)
{
	judge_line(scene, findings);
	judge_roots(scene, findings);
	if (scene->line.consults.reach != PAM_NOT_THERE)
		judge_conf(scene, findings);
}

/* Whether FILE is a console.conf as far as its first line tells that says anything;
 * whatever else it is, it is somebody's. */
static bool
is_conf(const struct file *file)
{
	static const char *const beginnings[] = { "sum ", "control ", "policy ", "allow ",
		NULL };
	autofree char *text = memory_copy(file->bytes.data, file->bytes.size);
	const char *line = text;
	while (*line == '#' || *line == '\n') {
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	for (const char *const *begin = beginnings; *begin != NULL; begin++)
		if (strncmp(line, *begin, strlen(*begin)) == 0)
			return true;
	return false;
}

static int
write_conf(const struct console_scene *scene, struct edits *edits, struct error *err)
{
	const struct console_facts *facts = scene->facts;
	const struct context *context = facts->context;
	const struct control *control = facts->control;
	const struct console_line *line = &scene->line;
	autofree char *only = console_only(facts);
	const struct file *file = host_file(context->host, line->options.conf);
	autofree char *text = wanted_conf(context->policy, control);
	size_t offset;
	autofree char *folder = memory_copy(line->options.conf,
		(size_t)(strrchr(line->options.conf, '/') - line->options.conf));
	if (*folder != '\0' && host_exists(context->host, folder) == 0)
		return error_set(
			err, "%s: there is no such directory: make it first", folder);
	/* what the path of a line leads to, a folder of snippets say, others may read */
	bool is_own = strcmp(line->options.conf, CONSOLE_CONF) == 0;
	if (file->state == FILE_ABSENT && !file->is_link) {
		if (!is_own)
			return error_set(err,
				"%s: conf= names it and it is not there: make it first, "
				"with the line 'control %s', or take conf= away",
				line->options.conf, control->id);
		edits_create(edits, file->target, 0644, text, "console.conf: %s", only);
		return 0;
	}
	if (file->state != FILE_READ || file->is_link || file->status.st_uid != 0 ||
		(file->status.st_mode & 022) != 0)
		return error_set(err,
			"%s: it must be a file of root's that nobody else can "
			"write: put that right first",
			line->options.conf);
	if (is_exposed(context->host, line->options.conf, file))
		return error_set(
			err, "%s: %s: put that right first", line->options.conf, exposed);
	if (!is_conf(file) && !(is_own && file->bytes.size == 0))
		return error_set(err,
			"%s: it is no console.conf, and what it says would be lost: "
			"name another file (conf=), or write 'control %s' alone into it",
			line->options.conf, control->id);
	autofree char *wrong = compare(file, value_find(control->keys, "only"), &offset);
	if (wrong != NULL)
		edits_splice(
			edits, file, 0, file->bytes.size, text, "console.conf: %s", only);
	return 0;
}

/* The line that asks the module. A shared one has to look at all the services of the
 * control. */
static char *
line_text(const struct console_scene *scene)
{
	const struct control *control = scene->facts->control;
	bool is_shared = console_shares(control);
	const struct console_options plain = { .exempt = "" };
	autobuffer struct buffer services = { 0 };
	bool covered = true;
	for (size_t i = 0; i < console_service_count(control); i++) {
		const char *service = console_service_name(control, i);
		if (!is_shared && strcmp(service, scene->service) != 0)
			continue;
		covered = covered && console_options_cover(&plain, service);
		buffer_printf(&services, "%s%s", services.size > 0 ? "," : "", service);
	}
	return memory_printf("account\trequired\t%s%s%s%s", MODULE,
		covered ? "" : " services=", covered ? "" : services.data,
		console_pts(control) ? " pts=console" : "");
}

/* Puts the module's line in, or mends it. */
static int
mend_line(const struct console_scene *scene, struct edits *edits, struct error *err)
{
	const struct console_line *line = &scene->line;
	const char *path = line->consults.path;
	enum verdict verdict;
	bool lacks_pts;
	autofree char *text = line_text(scene);
	switch (line->consults.reach) {
	case PAM_NOT_THERE:
		return console_ask(scene, text, "PAM: the module refuses at the console",
			edits, err);
	case PAM_NOT_BINDING:
		return error_set(err,
			"%s: %s is there, and the stack succeeds without it (%s): move "
			"its line up",
			path, MODULE, line->consults.reason);
	case PAM_REFUSES:
	case PAM_UNSURE:
		return error_set(err, "%s: %s", path, line->consults.reason);
	case PAM_REACHED:
		break;
	}
	const char *mistake = console_line_mistake(scene, &verdict, &lacks_pts);
	if (mistake == NULL)
		return 0;
	return lacks_pts ? console_add_argument(scene, &line->consults, MODULE,
				   "pts=console", edits, err)
			 : error_set(err, "%s: %s: %s", path, MODULE, mistake);
}

int
console_module_remedy(const struct console_scene *scene, bool first, struct edits *edits,
	struct error *err)
{
	const struct context *context = scene->facts->context;
	const char *trouble = pam_module_trouble(context->host, MODULE);
	if (trouble != NULL)
		return error_set(err,
			"%s is not installed (%s): 'make install' or the package brings "
			"it",
			MODULE, trouble);
	if (mend_line(scene, edits, err) < 0)
		return -1;
	return first ? write_conf(scene, edits, err) : 0;
}
