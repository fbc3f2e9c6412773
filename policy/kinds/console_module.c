/* The half of the console control that pam_holdfast.so enforces: see pam_holdfast(8). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/console_conf.h"
#include "base/console_options.h"
#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/pam_stack.h"

#define MODULE "pam_holdfast.so"

enum { ARGUMENTS_MAX = 64 };

/* The module's line, taken apart. */
struct line {
	struct pam_consults consults;
	char *text; /* the arguments, cut into words */
	const char *words[ARGUMENTS_MAX];
	int count;
	bool not_followed; /* brackets, or too many words */
	struct console_options options;
};

static void
line_open(const struct context *context, const char *service, struct line *ret_line)
{
	struct line *line = ret_line;
	char *rest = NULL;
	*line = (struct line){ 0 };
	pam_stack_consults(context, service, "account", MODULE, &line->consults);
	line->text = memory_text(line->consults.arguments);
	line->not_followed = strchr(line->text, '[') != NULL;
	for (char *word = strtok_r(line->text, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		if (line->count == ARGUMENTS_MAX) {
			line->not_followed = true;
			break;
		}
		line->words[line->count++] = word;
	}
	console_options_read(line->count, line->words, &line->options);
}

static void
line_close(struct line *line)
{
	pam_consults_free(&line->consults);
	free(line->text);
}

/* Where libpam of the distributions looks for a module that is named without a path. */
static bool
is_installed(struct host *host)
{
	static const char *const patterns[] = { "/lib/*/security/" MODULE,
		"/usr/lib/*/security/" MODULE, "/lib64/security/" MODULE,
		"/usr/lib64/security/" MODULE, "/lib/security/" MODULE,
		"/usr/lib/security/" MODULE, NULL };
	bool found = false;
	for (const char *const *pattern = patterns; *pattern != NULL && !found;
		pattern++) {
		struct name_list list = { 0 };
		found = host_glob(host, *pattern, &list, NULL) == 0 && list.count > 0;
		name_list_free(&list);
	}
	return found;
}

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

static void
judge_conf(const struct context *context, const struct control *control,
	const struct line *line, const char *service, struct findings *findings)
{
	const struct file *file = host_file(context->host, line->options.conf);
	size_t offset = 0;
	autofree char *wrong = NULL;
	if (file->state == FILE_ABSENT)
		wrong = memory_text("it is missing");
	else if (file->is_link)
		wrong = memory_text(
			"it is a symbolic link, which the module does not follow");
	else if (file->state == FILE_REFUSED)
		wrong = memory_printf("it can't be read: %s", file->reason);
	else if (file->status.st_uid != 0 || (file->status.st_mode & 022) != 0)
		wrong = memory_text(
			"others than root can write it, and the module does not "
			"believe it");
	else
		wrong = compare(file, value_find(control->keys, "only"), &offset);
	struct finding *finding = findings_add(findings,
		wrong == NULL                                           ? VERDICT_PASS
			: file->state == FILE_REFUSED && !file->is_link ? VERDICT_UNKNOWN
									: VERDICT_FAIL,
		"%s for %s", line->options.conf, service);
	finding_want(finding, "those of the policy, and nobody else");
	finding_have(finding, "%s", wrong == NULL ? "those of the policy" : wrong);
	if (wrong != NULL && file->state != FILE_READ)
		finding_why(finding,
			line->options.allow_on_error
				? "without it the module lets everybody in (onerr=allow)"
				: "without it the module refuses everybody but root");
	if (file->state == FILE_READ)
		finding_evidence(finding, file, offset);
	else
		finding_evidence_file(finding, line->options.conf);
}

/* Why the module's line does not do what it is there for; NULL. */
static const char *
find_mistake(const struct line *line, const char *service, enum verdict *ret_verdict)
{
	*ret_verdict = VERDICT_FAIL;
	if (line->not_followed) {
		*ret_verdict = VERDICT_UNKNOWN;
		return "its arguments are not understood";
	}
	if (line->options.wrong != NULL)
		return "it has an argument that the module does not know, and then it "
		       "judges nobody";
	if (line->options.dry_run)
		return "with dry_run it refuses nobody";
	if (!console_options_cover(&line->options, service))
		return "it does not look at this service: services= or exempt= says so";
	if (line->options.trust_rhost)
		return "with trust_rhost whoever can start login with a host's name gets "
		       "past it";
	return NULL;
}

static void
judge_line(const struct context *context, const struct line *line, const char *service,
	struct findings *findings)
{
	const struct pam_consults *consults = &line->consults;
	enum verdict verdict = VERDICT_PASS;
	const char *why = NULL, *have = MODULE " is asked";
	if (consults->reach == PAM_NOT_THERE) {
		verdict = VERDICT_FAIL;
		have = "no " MODULE;
		why = "the module is not in its account stack";
	} else if (consults->reach != PAM_REACHED) {
		verdict = consults->reach == PAM_UNSURE ? VERDICT_UNKNOWN : VERDICT_FAIL;
		have = consults->reach == PAM_UNSURE ? "not known whether it decides"
			: consults->is_passed ? "the stack can be passed without " MODULE
					      : MODULE " is asked in vain";
		why = consults->reason;
	} else if (!is_installed(context->host)) {
		verdict = VERDICT_FAIL;
		have = MODULE " is not installed";
		why = "libpam refuses everybody where a module is missing";
	} else if ((why = find_mistake(line, service, &verdict)) != NULL) {
		have = MODULE " is asked in vain";
	} else {
		verdict = VERDICT_PASS;
	}
	struct finding *finding = findings_add(
		findings, verdict, "module in the account stack of %s", service);
	finding_want(finding, MODULE " is asked");
	finding_have(finding, "%s", have);
	if (why != NULL)
		finding_why(finding, "%s", why);
	if (consults->place.file != NULL)
		finding_evidence(finding, consults->place.file, consults->place.offset);
	else
		finding_evidence_file(finding, consults->path);
}

void
console_judge_module(const struct context *context, const struct control *control,
	const char *service, struct findings *findings)
{
	struct line line;
	line_open(context, service, &line);
	judge_line(context, &line, service, findings);
	if (line.consults.reach != PAM_NOT_THERE)
		judge_conf(context, control, &line, service, findings);
	line_close(&line);
}

static bool
is_word(const char *line, size_t size, const char *word)
{
	size_t length = strlen(word);
	return size > length && strncasecmp(line, word, length) == 0 &&
		(line[length] == ' ' || line[length] == '\t');
}

/* Where SERVICE's own file begins with its account phase: its first account line, or the
 * @include that brings the first one. -1 when it has none of its own. */
static long
account_start(const struct context *context, const char *service, const struct file *file)
{
	struct pam_stack stack;
	autofree char *included = NULL;
	long start = -1;
	pam_stack_read(context, service, &stack);
	const struct pam_phase *phase = &stack.phases[PAM_TYPE_ACCOUNT];
	if (phase->count > 0 && !phase->is_other && phase->steps[0].place.file != NULL) {
		const char *path = phase->steps[0].place.file->path;
		const char *slash = strrchr(path, '/');
		included = memory_text(slash != NULL ? slash + 1 : path);
	}
	pam_stack_free(&stack);
	for (size_t at = 0; at < file->bytes.size && start < 0;) {
		const char *line = file->bytes.data + at;
		const char *newline = memchr(line, '\n', file->bytes.size - at);
		size_t size = newline ? (size_t)(newline - line) : file->bytes.size - at;
		size_t blank = 0;
		while (blank < size && (line[blank] == ' ' || line[blank] == '\t'))
			blank++;
		const char *words = line + blank;
		size_t left = size - blank;
		if (is_word(words, left, "account") || is_word(words, left, "-account"))
			start = (long)at;
		if (is_word(words, left, "@include") && included != NULL &&
			memmem(words, left, included, strlen(included)) != NULL)
			start = (long)at;
		at += size + 1;
	}
	return start;
}

int
console_ask_module(const struct context *context, const char *service, const char *line,
	const char *why, struct edits *edits, struct error *err)
{
	autofree char *path = memory_printf("/etc/pam.d/%s", service);
	const struct file *file = host_file(context->host, path);
	if (file->state != FILE_READ)
		return error_set(err, "%s: %s", path,
			file->state == FILE_ABSENT ? "there is no such PAM service"
						   : file->reason);
	long start = account_start(context, service, file);
	if (start < 0)
		return error_set(err,
			"%s: it has no account lines of its own: add '%s' where it "
			"decides",
			path, line);
	const char *newline = memchr(file->bytes.data, '\n', file->bytes.size);
	bool crlf = newline != NULL && newline > file->bytes.data && newline[-1] == '\r';
	autofree char *text = memory_printf("%s%s\n", line, crlf ? "\r" : "");
	edits_splice(edits, file, (size_t)start, 0, text, "%s", why);
	return 0;
}

static int
write_conf(const struct context *context, const struct control *control,
	const struct line *line, struct edits *edits, struct error *err)
{
	static const char why[] = "console.conf: those of the policy";
	const struct file *file = host_file(context->host, line->options.conf);
	autofree char *text = wanted_conf(context->policy, control);
	size_t offset;
	autofree char *folder = memory_copy(line->options.conf,
		(size_t)(strrchr(line->options.conf, '/') - line->options.conf));
	if (*folder != '\0' && host_exists(context->host, folder) == 0)
		return error_set(
			err, "%s: there is no such directory: make it first", folder);
	if (file->state == FILE_ABSENT && !file->is_link) {
		edits_create(edits, file->target, 0644, text, "%s", why);
		return 0;
	}
	if (file->state != FILE_READ || file->is_link || file->status.st_uid != 0 ||
		(file->status.st_mode & 022) != 0)
		return error_set(err,
			"%s: it must be a file of root's that nobody else can "
			"write: put that right first",
			line->options.conf);
	autofree char *wrong = compare(file, value_find(control->keys, "only"), &offset);
	if (wrong != NULL)
		edits_splice(edits, file, 0, file->bytes.size, text, "%s", why);
	return 0;
}

int
console_module_remedy(const struct context *context, const struct control *control,
	const char *service, bool first, struct edits *edits, struct error *err)
{
	struct line line;
	enum verdict verdict;
	int result = 0;
	line_open(context, service, &line);
	const char *mistake = line.consults.reach == PAM_REACHED
		? find_mistake(&line, service, &verdict)
		: NULL;
	bool covered = console_options_is_display(service) ||
		strcmp(service, "login") == 0;
	autofree char *text = memory_printf("account\trequired\t%s%s%s", MODULE,
		covered ? "" : " services=", covered ? "" : service);
	if (!is_installed(context->host))
		result = error_set(err,
			"%s is not installed: 'make install' or the package "
			"brings it",
			MODULE);
	else if (mistake != NULL)
		result = error_set(
			err, "%s: %s: %s", line.consults.path, MODULE, mistake);
	else if (line.consults.reach == PAM_UNSURE)
		result = error_set(
			err, "%s: %s", line.consults.path, line.consults.reason);
	else if (line.consults.reach == PAM_NOT_BINDING)
		result = error_set(err,
			"%s: %s is there, and the stack succeeds without it (%s): move "
			"its "
			"line up",
			line.consults.path, MODULE, line.consults.reason);
	else if (line.consults.reach == PAM_NOT_THERE)
		result = console_ask_module(context, service, text,
			"PAM: the module refuses at the console", edits, err);
	if (result == 0 && first)
		result = write_conf(context, control, &line, edits, err);
	line_close(&line);
	return result;
}

void
console_validate_module(const struct control *control, struct problems *problems)
{
	const struct value *only = value_find(control->keys, "only");
	struct console_conf conf;
	struct console_conf_entry entry;
	int result;
	for (size_t i = 0; i < only->count; i++) {
		autofree char *text = memory_printf(
			"control c\npolicy %064d\nallow %s\n", 0, only->items[i].text);
		console_conf_begin(&conf, text, strlen(text));
		while ((result = console_conf_next(&conf, &entry)) > 0)
			continue;
		if (result < 0)
			problems_add(problems, only->items[i].at,
				"console.only: pam_holdfast can't be told of this one: "
				"%s",
				conf.error);
	}
}
