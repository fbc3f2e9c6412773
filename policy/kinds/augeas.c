#include "policy/kinds/augeas.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/redact.h"
#include "base/text.h"
#include "lenses/documents.h"
#include "lenses/stock.h"
#include "policy/check.h"
#include "policy/condition.h"
#include "policy/models/system/node_path.h"

enum { SHOWN = 20 }; /* nodes of one path; the rest is counted */

static const char *const which[] = { "every", "some", NULL };
static const char *const missing[] = { "refuse", "allow", NULL };

static const struct key keys[] = {
	{ .name = "lens",
		.type = KEY_TEXT,
		.required = true,
		.help = "the lens of Augeas that reads the file, by the name of its "
			"module",
		.example = "Login_defs" },
	{ .name = "file",
		.type = KEY_TEXT,
		.required = true,
		.help = "the file, by its absolute path",
		.example = "/etc/login.defs" },
	{ .name = "settings",
		.type = KEY_SETTINGS,
		.help = "what the values of nodes are, by the path that leads to them",
		.example = "{ PASS_MAX_DAYS: { max: 365 } }" },
	{ .name = "nodes",
		.type = KEY_CHOICE,
		.choices = which,
		.help = "whether every node that a path of settings leads to must be so, "
			"or some: one of them at least",
		.otherwise = "every" },
	{ .name = "missing",
		.type = KEY_CHOICE,
		.choices = missing,
		.help = "what it is when a path of settings leads to no node: refuse: a "
			"gap; allow: none, as the daemon's default will do",
		.otherwise = "refuse" },
	{ .name = "present",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "paths that lead to a node, whatever its value is" },
	{ .name = "absent",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "paths that lead to none",
		.example = "[\"*[file='/cdrom']\"]" },
	{ 0 },
};

static void
validate_path(const char *text, struct position at, struct problems *problems)
{
	struct node_path path;
	struct error err = ERROR_INIT;
	if (node_path_read(text, &path, &err) < 0)
		problems_add(problems, at, "augeas: '%s' is no path: %s", text, err.text);
	node_path_free(&path);
	error_clear(&err);
}

static void
validate_list(const struct control *control, const char *name, struct problems *problems)
{
	const struct value *list = value_find(control->keys, name);
	for (size_t i = 0; list != NULL && i < list->count; i++)
		validate_path(list->items[i].text, list->items[i].at, problems);
}

/* A lens of the machine's that is not there; where none is installed any may be. */
static void
validate_lens(const struct value *lens, struct problems *problems)
{
	struct name_list all;
	if (stock_has(HOLDFAST_STOCK_LENSES, lens->text))
		return;
	stock_list(HOLDFAST_STOCK_LENSES, &all);
	autofree const char **names = memory_new(all.count + 1, sizeof *names);
	for (size_t i = 0; i < all.count; i++)
		names[i] = all.names[i];
	autofree char *near = check_suggestion(problems, lens->text, names);
	if (all.count > 0)
		problems_add(problems, lens->at,
			"augeas.lens: there is no lens '%s' in %s%s", lens->text,
			HOLDFAST_STOCK_LENSES, near);
	name_list_free(&all);
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *lens = value_find(control->keys, "lens"),
			   *file = value_find(control->keys, "file"),
			   *settings = value_find(control->keys, "settings");
	if (!stock_is_module(lens->text))
		problems_add(problems, lens->at,
			"augeas.lens: '%s' is no name of a module, such as Login_defs",
			lens->text);
	else
		validate_lens(lens, problems);
	if (file->text[0] != '/')
		problems_add(problems, file->at, "augeas.file: '%s' is no absolute path",
			file->text);
	if (settings == NULL && value_find(control->keys, "present") == NULL &&
		value_find(control->keys, "absent") == NULL)
		problems_add(problems, control->section_at,
			"augeas: none of 'settings', 'present' and 'absent' is there");
	for (size_t i = 0; settings != NULL && i < settings->count; i++)
		validate_path(
			settings->entries[i].key, settings->entries[i].at, problems);
	validate_list(control, "present", problems);
	validate_list(control, "absent", problems);
}

/* --- nodes ----------------------------------------------------------------------------
 */

static void
want(const struct control *control, struct documents *documents)
{
	documents_want(documents, value_text(control->keys, "lens", ""));
}

int
augeas_read(const struct context *context, const struct control *control,
	struct augeas_file *ret_file, uint32_t *ret_at, struct error *err)
{
	static const struct document none;
	struct documents *documents = parser_documents(context->parser);
	const struct file *file = ret_file->file = host_file(
		context->host, value_text(control->keys, "file", ""));
	ret_file->document = &none;
	*ret_at = DOCUMENT_NOWHERE;
	if (file->state == FILE_REFUSED)
		return error_set(err, "%s", file->reason);
	const struct document *document;
	bool is_absent = file->state == FILE_ABSENT;
	char hash[SHA256_HEX];
	text_sha256(BYTES_TEXT(""), hash);
	if (documents_stock(documents, value_text(control->keys, "lens", ""),
		    is_absent ? BYTES_TEXT("") : file->bytes,
		    is_absent ? hash : file_sha256(file), &document, err) < 0)
		return -1;
	/* a lens need not accept an empty file, but it must be there */
	if (is_absent &&
		(document->problem == NULL || document->problem_at != DOCUMENT_NOWHERE))
		return 0;
	if (document->problem != NULL) {
		*ret_at = document->problem_at;
		return error_set(err, "%s", document->problem);
	}
	ret_file->document = document;
	return 0;
}

void
augeas_find(const struct augeas_file *file, const char *text, size_t **ret_nodes,
	size_t *ret_count)
{
	struct node_path path;
	*ret_nodes = NULL;
	*ret_count = 0;
	if (node_path_read(text, &path, NULL) == 0)
		node_path_find(&path, file->document, ret_nodes, ret_count);
	node_path_free(&path);
}

char *
augeas_shown(const struct augeas_file *file, const struct document_node *node)
{
	struct bytes bytes = file->file->bytes;
	size_t end = node->value_end != DOCUMENT_NOWHERE ? node->value_end : node->start;
	if (node->value == NULL)
		return memory_text("no value");
	struct bytes line = bytes_line(bytes, node->start);
	for (size_t at = (size_t)(line.data - bytes.data);
		at <= end && bytes_next_line(bytes, &at, &line);) {
		autofree char *shown = redact_line(file->file->path, line);
		if (!bytes_equal(BYTES_TEXT(shown), line))
			return memory_text("what is not shown");
	}
	return memory_text(node->value[0] != '\0' ? node->value : "empty");
}

bool
augeas_holds(const struct value *want, const struct document_node *node)
{
	return node->value != NULL &&
		condition_holds(want, node->label, node->value, NULL);
}

/* --- judging --------------------------------------------------------------------------
 */

struct scene {
	const struct control *control;
	struct augeas_file file;
	struct findings *findings;
};

static void
show(const struct scene *scene, struct finding *finding, const struct document_node *node)
{
	const struct file *file = scene->file.file;
	uint32_t at = node->value_start != DOCUMENT_NOWHERE ? node->value_start
							    : node->start;
	if (at <= file->bytes.size)
		finding_evidence(finding, file, at);
	else
		finding_evidence_file(finding, file->path);
}

static struct finding *
judge_none(struct scene *scene, const char *path, enum verdict verdict)
{
	const struct file *file = scene->file.file;
	struct finding *finding = findings_add(scene->findings, verdict, "%s", path);
	finding_have(finding, "not set");
	if (file->state == FILE_ABSENT)
		finding_why(finding, "there is no such file");
	finding_evidence_file(finding, file->path);
	return finding;
}

/* Says of the rest, behind those that were shown, how many there are. */
static void
judge_rest(struct scene *scene, const char *path, size_t rest, enum verdict verdict)
{
	if (rest == 0)
		return;
	struct finding *finding = findings_add(
		scene->findings, verdict, "%s: %zu nodes more", path, rest);
	finding_have(finding,
		verdict == VERDICT_PASS ? "as they should be" : "not as they should be");
	finding_evidence_file(finding, scene->file.file->path);
}

static void
judge_node(struct scene *scene, const struct entry *setting,
	const struct document_node *node, enum verdict verdict)
{
	autobuffer struct buffer want = { 0 };
	autofree char *have = augeas_shown(&scene->file, node);
	struct finding *finding = findings_add(
		scene->findings, verdict, "%s", setting->key);
	condition_describe(&setting->value, &want);
	finding_have(finding, "%s", have);
	finding_want(finding, "%s", want.data);
	show(scene, finding, node);
}

static void
judge_setting(struct scene *scene, const struct entry *setting)
{
	const struct value *section = scene->control->keys;
	bool some = strcmp(value_text(section, "nodes", "every"), "some") == 0,
	     may_miss = strcmp(value_text(section, "missing", "refuse"), "allow") == 0;
	size_t count, kept = 0, shown[2] = { 0, 0 };
	autofree size_t *nodes = NULL;
	augeas_find(&scene->file, setting->key, &nodes, &count);
	if (count == 0) {
		autobuffer struct buffer want = { 0 };
		struct finding *finding = judge_none(
			scene, setting->key, may_miss ? VERDICT_PASS : VERDICT_FAIL);
		condition_describe(&setting->value, &want);
		finding_want(finding, "%s", want.data);
	}
	for (size_t i = 0; i < count; i++)
		kept += augeas_holds(
			&setting->value, &scene->file.document->nodes[nodes[i]]);
	for (size_t i = 0; i < count; i++) {
		const struct document_node *node = &scene->file.document->nodes[nodes[i]];
		bool holds = augeas_holds(&setting->value, node);
		if (some && kept > 0 && !holds)
			continue;
		if (shown[holds]++ < SHOWN)
			judge_node(scene, setting, node,
				holds ? VERDICT_PASS : VERDICT_FAIL);
	}
	judge_rest(scene, setting->key, shown[1] > SHOWN ? shown[1] - SHOWN : 0,
		VERDICT_PASS);
	judge_rest(scene, setting->key, shown[0] > SHOWN ? shown[0] - SHOWN : 0,
		VERDICT_FAIL);
}

/* Whether a path leads to a node, which it should when WANTED. */
static void
judge_presence(struct scene *scene, const char *path, bool wanted)
{
	size_t count;
	autofree size_t *nodes = NULL;
	augeas_find(&scene->file, path, &nodes, &count);
	enum verdict verdict = (count > 0) == wanted ? VERDICT_PASS : VERDICT_FAIL;
	const char *want = wanted ? "there" : "not there";
	if (count == 0)
		finding_want(judge_none(scene, path, verdict), "%s", want);
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		const struct document_node *node = &scene->file.document->nodes[nodes[i]];
		autofree char *have = augeas_shown(&scene->file, node);
		struct finding *finding = findings_add(
			scene->findings, verdict, "%s", path);
		finding_have(finding, "there: %s", have);
		finding_want(finding, "%s", want);
		show(scene, finding, node);
	}
	judge_rest(scene, path, count > SHOWN ? count - SHOWN : 0, verdict);
}

static void
judge_list(struct scene *scene, const char *name, bool wanted)
{
	const struct value *list = value_find(scene->control->keys, name);
	for (size_t i = 0; list != NULL && i < list->count; i++)
		judge_presence(scene, list->items[i].text, wanted);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct scene scene = { .control = control, .findings = findings };
	const struct value *settings = value_find(control->keys, "settings");
	struct error err = ERROR_INIT;
	uint32_t at;
	if (augeas_read(context, control, &scene.file, &at, &err) < 0) {
		const struct file *file = scene.file.file;
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "%s", file->path);
		finding_why(finding, "%s", err.text);
		if (at != DOCUMENT_NOWHERE && at <= file->bytes.size)
			finding_evidence(finding, file, at);
		else
			finding_evidence_file(finding, file->path);
		error_clear(&err);
		return;
	}
	for (size_t i = 0; settings != NULL && i < settings->count; i++)
		judge_setting(&scene, &settings->entries[i]);
	judge_list(&scene, "present", true);
	judge_list(&scene, "absent", false);
}

const struct kind kind_augeas = {
	.name = "augeas",
	.summary = "what a file says in a format that Augeas knows",
	.keys = keys,
	.by_hand = "`augtool --noautoload --transform {lens}\\ incl\\ {file} print "
		   "/files{file}`",
	.validate = validate,
	.want = want,
	.check = check,
	.remedy = augeas_remedy,
	.answers = augeas_answers,
	.wants = augeas_wants,
};
