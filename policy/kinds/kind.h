/* A kind of control: one file here that ends in its struct kind, and one row in kinds.c.
 */
#ifndef POLICY_KINDS_KIND_H
#define POLICY_KINDS_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/host.h"
#include "lenses/parser.h"
#include "policy/control.h"
#include "policy/edit.h"
#include "policy/finding.h"
#include "policy/key.h"

/* What a check may look at. */
struct context {
	struct host *host; /* or a layer of it */
	struct parser *parser;
	const struct policy *policy; /* for assume */
	const enum verdict
		*verdicts; /* of the policy's controls, in its order, for a kind
			      that is judged last; VERDICT_COUNT: not judged */
};

/* Parses PATH under the context's host. *ret_file is set always, *ret_tree only on
 * success. Returns -1 with *err when the file is absent, refused or can't be parsed;
 * ret_file->state tells the first two apart. */
int
context_tree(const struct context *context, const char *path, enum lens lens,
	const struct file **ret_file, const struct tree **ret_tree, struct error *err);

/* Parses the files at PATHS together, which costs less than one by one; what can't be
 * read or parsed is left to context_tree. */
void
context_parse_ahead(
	const struct context *context, char *const *paths, size_t count, enum lens lens);

/* All that a daemon answers under a configuration, e.g. "passwordauthentication
 * [user=root]" -> "yes". They are compared before and after a remedy: what the control
 * did not ask for must not change. */
struct answers {
	struct answer {
		char *subject, *value;
	} * items;
	size_t count;
};

void
answers_add(struct answers *answers, const char *subject, const char *value);

void
answers_free(struct answers *answers);

struct door; /* policy/doors/doors.h */

/* What a program of the running system answered. */
struct live_answer {
	char *output; /* of standard output and error; NULL: it was not asked */
	char *wrong; /* why that is no whole answer; NULL: it is one */
};

/* A program of the running system that is asked once, before an audit of "/" that is
 * about the kind, where the program is there. It is run so that it can change nothing
 * (confine_to_asking in base/confine.h). */
struct live_question {
	const char *const *argv; /* argv[0] is its path; NULL: this ends the list */
	int seconds; /* then it is ended */
	const char *unless; /* a file that makes the question needless; NULL: none does */

	struct live_answer *answer; /* of this process; filled once */
};

struct kind {
	const char *name;
	const char *summary; /* one line */
	const struct key *keys; /* ends with a NULL name */
	unsigned lenses; /* bits 1u << LENS_X */
	const char *evidence; /* the commands that make what it takes by the key evidence;
				 NULL: it takes none */
	const char *by_hand; /* how a person sees the same: lines, with commands between
				backticks, in which {KEY} and {SECTION.KEY} stand for
				what the control has there, {KEY?TEXT} for TEXT when
				that is nothing, {-e KEY} for -e before each value; a
				line is left out when the control has nothing for one of
				its keys. NULL: there is no way */
	bool judged_last; /* when the others are: by their verdicts */

	/* Whether the context's host (there is no parser yet) has files for the lenses,
	 * which cost time to compile; NULL: yes. A wrong answer costs time alone. */
	bool (*uses_lenses)(const struct context *context);

	/* Names what CONTROL has DOCUMENTS read; NULL: nothing. */
	void (*want)(const struct control *control, struct documents *documents);

	/* Gathers what of the running system its check will ask for and a confined
	 * process can't see; NULL when that is nothing. Called once, before an audit of
	 * "/". */
	void (*look)(void);
	const struct live_question *questions; /* NULL: none */

	/* Says what the key table can't; may be NULL. */
	void (*validate)(const struct control *control, struct problems *problems);

	/* Judges; adds a finding for each thing judged, those that pass too. Never fails:
	 * what can't be told is an unknown finding. */
	void (*check)(const struct context *context, const struct control *control,
		struct findings *findings);

	/* Adds the smallest edits after which check passes. Returns -1 with the reason
	 * when there is no safe one; NULL when the kind has none at all. The caller
	 * verifies the result. */
	int (*remedy)(const struct context *context, const struct control *control,
		struct edits *edits, struct error *err);

	/* Everything the model answers for this control's subject area, in a stable
	 * order. COLUMNS, NULL at their end, name the parts of a subject, which tabs
	 * divide; NULL: it is one text. ABSENT is the answer where there is none; NULL:
	 * none. */
	const char *const *columns;
	const char *absent;
	void (*answers)(const struct context *context, const struct control *control,
		struct answers *answers);

	/* Whether the control asks for a change of this answer from BEFORE to AFTER
	 * (NULL: it is not there). */
	bool (*wants)(const struct control *control, const char *subject,
		const char *before, const char *after);

	/* Whether the control asks by itself that whoever DOOR is about does not get in
	 * through it, by his name, his groups or as root; NULL: it never does. */
	bool (*closes)(const struct context *context, const struct control *control,
		const struct door *door);
};

/* All kinds; NULL ends the list. */
extern const struct kind *const kinds[];

/* NULL when there is none. */
const struct kind *
kind_find(const char *name);

#endif
