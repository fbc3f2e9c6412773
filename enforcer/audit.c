#include "enforcer/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auditlog.h"
#include "base/memory.h"
#include "base/text.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/progress.h"
#include "enforcer/record.h"
#include "enforcer/report/report.h"
#include "enforcer/setup.h"
#include "enforcer/transaction.h"
#include "enforcer/workers.h"

struct audit {
	struct policy policy;
	const char *const *ids;
	size_t id_count;
	const char *const *roots;
	size_t root_count;
	const struct report_format *format;
	struct report settings; /* what is the same for each root */
	bool record; /* in the audit log */
	struct parser *parser; /* made when first needed, in each worker its own */
	int status;
};

/* DESIGN: 3 could not run > 1 any fail or invalid > 2 any unknown or manual > 0. */
static int
worse(int a, int b)
{
	static const int order[] = { [0] = 0, [1] = 2, [2] = 1, [3] = 3 };
	return order[a] > order[b] ? a : b;
}

/* An audit never recovers; it says that something is to be recovered, or may still go. */
static void
report_pending(const char *root)
{
	const struct transaction transaction = { .root = root };
	struct trial trial;
	unsigned long id;
	if (transaction_pending(&transaction, NULL) == 1)
		output_error(
			"%s: an apply or undo was cut short here, or not confirmed in "
			"time; the next one completes or undoes it",
			root);
	else if (transaction_on_trial(&transaction, &id, &trial, NULL) == 1)
		output_error("%s: change %lu is on trial: it is undone in %ld seconds if "
			     "nobody confirms it",
			root, id, trial_left(&trial) / 1000);
}

/* Sends the result to the audit log when that was asked for. EVALUATION is NULL when the
 * root could not be audited, which must not go unseen there. */
static void
record(const struct audit *audit, const char *root, const struct evaluation *evaluation)
{
	autobuffer struct buffer gaps = { 0 };
	if (!audit->record)
		return;
	buffer_text(&gaps, "");
	for (size_t i = 0; evaluation != NULL && i < evaluation->count; i++)
		if (evaluation_is_gap(evaluation->items[i].verdict))
			buffer_printf(&gaps, "%s%s", gaps.size > 0 ? " " : "",
				evaluation->items[i].control->id);
	struct auditlog_verdict verdict = { .root = root,
		.policy = evaluation != NULL ? audit->policy.sha256 : NULL,
		.gaps = gaps.data,
		.partial = evaluation != NULL && evaluation->count < audit->policy.count,
		.success = evaluation != NULL && evaluation_status(evaluation) == 0 };
	if (auditlog_send_verdict(&verdict) < 0)
		output_error(
			"%s: no audit record could be sent (%s)", root, strerror(errno));
}

static int
audit_root(void *data, size_t index, struct buffer *out)
{
	struct audit *audit = data;
	struct error err = ERROR_INIT;
	struct evaluation evaluation = { 0 };
	const char *root = audit->roots[index];
	struct context context = { .host = host_open(root, &err),
		.policy = &audit->policy };
	if (context.host != NULL && audit->parser == NULL)
		audit->parser = setup_parser(&context, audit->ids, audit->id_count, &err);
	context.parser = audit->parser;
	if (context.host == NULL || context.parser == NULL) {
		output_error("%s", err.text);
		error_clear(&err);
		host_free(context.host);
		record(audit, root, NULL);
		return STATUS_NOT_RUN;
	}
	struct report report = audit->settings;
	autofree char *hostname = report_hostname(context.host);
	autofree char *system = report_system(context.host);
	evaluate(&context, audit->ids, audit->id_count, &evaluation);
	report_pending(root);
	report.context = &context;
	report.evaluation = &evaluation;
	report.root = root;
	report.hostname = hostname;
	report.system = system;
	audit->format->write(&report, out);
	record(audit, root, &evaluation);
	int status = evaluation_status(&evaluation);
	evaluation_free(&evaluation);
	host_free(context.host);
	return status;
}

static void
root_done(void *data, size_t index, int status, struct bytes out)
{
	struct audit *audit = data;
	progress_clear();
	if (status < 0) {
		output_error("%s: the process that audited it died", audit->roots[index]);
		record(audit, audit->roots[index], NULL);
	}
	output_print(out);
	audit->status = worse(audit->status, status < 0 ? STATUS_NOT_RUN : status);
}

static void
show_progress(void *data, size_t done)
{
	const struct audit *audit = data;
	progress_show(done, audit->root_count, "roots audited");
}

static int
audit_roots(struct audit *audit)
{
	struct error err = ERROR_INIT;
	/* one root needs no worker, but a terminal shall see that it takes long */
	if (audit->root_count == 1 && !isatty(STDERR_FILENO)) {
		autobuffer struct buffer out = { 0 };
		int status = audit_root(audit, 0, &out);
		root_done(audit, 0, status, (struct bytes){ out.data, out.size });
		return audit->status;
	}
	struct work work = { .count = audit->root_count,
		.run = audit_root,
		.done = root_done,
		.progress = show_progress,
		.data = audit };
	if (workers_run(&work, &err) < 0) {
		output_error("%s", err.text);
		error_clear(&err);
		audit->status = STATUS_NOT_RUN;
	}
	progress_clear();
	return audit->status;
}

int
audit_run(const struct audit_wish *wish, const struct options *options)
{
	static const char *const live_root[] = { "/" };
	struct audit audit = { .format = wish->format,
		.record = wish->record,
		.ids = options->arguments,
		.id_count = options->argument_count,
		.settings = { .time = time(NULL),
			.verbose = wish->verbose,
			.coloured = wish->coloured } };
	bool require_safe = false;
	int status = STATUS_NOT_RUN;
	autofree char *user = record_user(); /* a confined process can't tell */
	audit.settings.user = user;
	audit.roots = options_texts(options, "root", &audit.root_count);
	if (audit.root_count == 0) {
		audit.roots = live_root;
		audit.root_count = 1;
	}
	audit.settings.several = audit.root_count > 1;
	for (size_t i = 0; i < audit.root_count; i++)
		require_safe = require_safe || setup_needs_safety(audit.roots[i]);
	if (setup_policy(options, require_safe, &audit.policy) == 0 &&
		setup_check_ids(&audit.policy, audit.ids, audit.id_count) == 0 &&
		setup_confine(&audit.policy, audit.ids, audit.id_count, audit.roots,
			audit.root_count, NULL) == 0)
		status = audit_roots(&audit);
	else
		for (size_t i = 0; i < audit.root_count; i++)
			record(&audit, audit.roots[i], NULL);
	if (audit.parser != NULL)
		parser_free(audit.parser);
	policy_free(&audit.policy);
	return status;
}
