#include "enforcer/setup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "base/text.h"
#include "enforcer/evaluate.h"
#include "enforcer/journal.h"
#include "enforcer/output.h"
#include "enforcer/program.h"

enum {
	ANSWER_MAX = 8 << 20, /* bytes */
	ROOM = 2048 << 10, /* what the twenty items of a host take */
};

int
setup_policy(const struct options *options, bool require_safe, struct policy *ret_policy)
{
	return setup_policy_file(options,
		options_text(options, "policy", HOLDFAST_POLICY), require_safe,
		ret_policy);
}

int
setup_policy_file(const struct options *options, const char *file, bool require_safe,
	struct policy *ret_policy)
{
	struct problems problems = { 0 };
	size_t overlay_count;
	const char *const *overlays = options_texts(options, "overlay", &overlay_count);
	int result = policy_load(
		file, overlays, overlay_count, require_safe, ret_policy, &problems);
	if (result < 0) {
		autobuffer struct buffer text = { 0 };
		problems_show(&problems, &text);
		fwrite(text.data, 1, text.size, stderr);
		if (strcmp(file, HOLDFAST_POLICY) == 0 && access(file, F_OK) < 0)
			output_error("there is no policy yet: begin with one of the "
				     "profiles, or name one with --policy FILE");
	}
	problems_free(&problems);
	return result;
}

static bool
is_live(const char *root)
{
	struct stat given, live;
	return stat(root, &given) == 0 && stat("/", &live) == 0 &&
		given.st_dev == live.st_dev && given.st_ino == live.st_ino;
}

bool
setup_needs_safety(const char *root)
{
	return geteuid() == 0 && is_live(root);
}

static int
confine(const char *output, struct error *err)
{
	if (output == NULL)
		return confine_to_reading(err);
	const char *slash = strrchr(output, '/');
	autofree char *folder = slash != NULL
		? memory_copy(output, (size_t)(slash - output) + 1)
		: memory_text(".");
	/* whoever writes there says what is wrong with it */
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result = confine_to_keeping(&fd, fd >= 0, false, err);
	if (fd >= 0)
		close(fd);
	return result;
}

static int
prepare(void *data, struct error *err)
{
	(void)data;
	return confine_to_asking(err);
}

static void
ask(const struct live_question *question)
{
	const struct program program = { .argv = question->argv,
		.seconds = question->seconds,
		.output_max = ANSWER_MAX,
		.prepare = prepare };
	struct program_result result = { 0 };
	struct error err = ERROR_INIT;
	struct live_answer *answer = question->answer;
	if (program_run(&program, &result, &err) < 0)
		answer->wrong = memory_text(err.text);
	else if (result.cut)
		answer->wrong = memory_text("its answer is too long");
	else if (result.status != 0)
		answer->wrong = memory_printf("it fails: %s", result.output);
	answer->output = memory_text(result.output != NULL ? result.output : "");
	program_result_free(&result);
	error_clear(&err);
}

/* Gathers what a check of KIND will ask for. */
static void
look(const struct kind *kind)
{
	if (kind->look != NULL)
		kind->look();
	for (const struct live_question *question = kind->questions;
		question != NULL && question->argv != NULL; question++)
		if (program_exists(question->argv[0]) &&
			(question->unless == NULL || access(question->unless, F_OK) != 0))
			ask(question);
}

/* Whether a control of KIND is chosen that goes by the running system, not by evidence.
 */
static bool
is_asked_of(const struct policy *policy, const struct kind *kind, const char *const *ids,
	size_t id_count)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->controls[i].kind == kind &&
			value_find(policy->controls[i].common, "evidence") == NULL &&
			evaluate_is_chosen(&policy->controls[i], ids, id_count))
			return true;
	return false;
}

int
setup_confine(const struct policy *policy, const char *const *ids, size_t id_count,
	const char *const *roots, size_t root_count, const char *output)
{
	bool live = false;
	struct error err = ERROR_INIT;
	for (size_t i = 0; i < root_count; i++)
		live = live || is_live(roots[i]);
	for (size_t i = 0; live && kinds[i] != NULL; i++)
		if (is_asked_of(policy, kinds[i], ids, id_count))
			look(kinds[i]);
	if (confine(output, &err) == 0)
		return 0;
	output_error("%s", err.text);
	error_clear(&err);
	return -1;
}

/* The journal, if there is one or it was made. */
static int
open_journal(const struct transaction *transaction, bool create, struct journal *journal)
{
	int root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* whoever writes to it says what is wrong with it */
	int opened = root < 0
		? -1
		: journal_open(root, transaction->journal, create, journal, NULL);
	if (root >= 0)
		close(root);
	return opened;
}

int
setup_confine_changes(struct transaction *transaction, bool plans, bool create,
	struct errands *ret_errands)
{
	struct error err = ERROR_INIT;
	struct journal journal = { .fd = -1 };
	int result = errands_start(transaction, ret_errands, &err);
	if (result == 0) {
		for (size_t i = 0;
			plans && is_live(transaction->root) && kinds[i] != NULL; i++)
			if (kinds[i]->look != NULL)
				kinds[i]->look();
		bool is_there = open_journal(transaction, create, &journal) == 0;
		result = confine_to_keeping(&journal.fd, is_there, plans, &err);
	}
	if (result < 0)
		output_error("%s", err.text);
	journal_close(&journal);
	error_clear(&err);
	transaction->errands = ret_errands;
	return result;
}

int
setup_check_ids(const struct policy *policy, const char *const *ids, size_t id_count)
{
	int result = 0;
	autofree const char **names = memory_new(policy->count + 1, sizeof *names);
	for (size_t i = 0; i < policy->count; i++)
		names[i] = policy->controls[i].id;
	for (size_t i = 0; i < id_count; i++) {
		if (policy_find(policy, ids[i]) != NULL)
			continue;
		const char *nearest = text_nearest(ids[i], names);
		if (nearest != NULL)
			output_error("%s has no control '%s' (did you mean %s?)",
				policy->file, ids[i], nearest);
		else
			output_error("%s has no control '%s': 'holdfast policy show' "
				     "lists them",
				policy->file, ids[i]);
		result = -1;
	}
	return result;
}

struct parser *
setup_parser(const struct context *context, const char *const *ids, size_t id_count,
	struct error *err)
{
	unsigned lenses = 0;
	const struct policy *policy = context->policy;
	struct parser *parser = parser_new(HOLDFAST_LENSES, err);
	for (size_t i = 0; parser != NULL && i < policy->count; i++) {
		const struct control *control = &policy->controls[i];
		const struct kind *kind = control->kind;
		if (!evaluate_is_chosen(control, ids, id_count))
			continue;
		if (kind->want != NULL)
			kind->want(control, parser_documents(parser));
		if ((lenses & kind->lenses) != kind->lenses &&
			(kind->uses_lenses == NULL || kind->uses_lenses(context)))
			lenses |= kind->lenses;
	}
	if (parser != NULL &&
		(parser_prepare(parser, lenses, err) < 0 ||
			parser_start(parser, err) < 0)) {
		parser_free(parser);
		return NULL;
	}
	/* behind the fork, which copies the tables of all pages */
	memory_reserve(ROOM);
	return parser;
}

int
setup_open(const struct options *options, const char *const *ids, size_t id_count,
	bool reads, struct workplace *ret_workplace)
{
	const char *root = options_text(options, "root", "/");
	struct context *context = &ret_workplace->context;
	struct error err = ERROR_INIT;
	*ret_workplace = (struct workplace){ 0 };
	context->policy = &ret_workplace->policy;
	if (setup_policy(options, setup_needs_safety(root), &ret_workplace->policy) < 0 ||
		setup_check_ids(context->policy, ids, id_count) < 0 ||
		(reads &&
			setup_confine(context->policy, ids, id_count, &root, 1,
				options_text(options, "output", NULL)) < 0))
		return -1;
	context->host = host_open(root, &err);
	if (context->host != NULL)
		context->parser = setup_parser(context, ids, id_count, &err);
	if (context->parser != NULL)
		return 0;
	output_error("%s", err.text);
	error_clear(&err);
	return -1;
}

void
setup_close(struct workplace *workplace)
{
	parser_free(workplace->context.parser);
	host_free(workplace->context.host);
	policy_free(&workplace->policy);
}
