/* Private to the files of the kind augeas. */
#ifndef POLICY_KINDS_AUGEAS_H
#define POLICY_KINDS_AUGEAS_H

#include "lenses/document.h"
#include "policy/kinds/kind.h"

/* The file of a control, and what its lens made of it. */
struct augeas_file {
	const struct file *file;
	const struct document *document; /* has no nodes when nothing is known of them */
};

/* Reads the file of CONTROL. Returns -1 when nothing is known of its nodes, with the
 * reason in *err and in *ret_at where in the file it lies (DOCUMENT_NOWHERE: nowhere);
 * ret_file->file is set all the same. A file that is not there has no nodes. */
int
augeas_read(const struct context *context, const struct control *control,
	struct augeas_file *ret_file, uint32_t *ret_at, struct error *err);

/* The nodes that the path TEXT of a policy leads to; caller frees *ret_nodes. */
void
augeas_find(const struct augeas_file *file, const char *text, size_t **ret_nodes,
	size_t *ret_count);

/* The value of NODE for people, which hides what stands in a password's field. The caller
 * frees. */
char *
augeas_shown(const struct augeas_file *file, const struct document_node *node);

/* Whether NODE is as WANT says. */
bool
augeas_holds(const struct value *want, const struct document_node *node);

extern const struct kind kind_augeas;

int
augeas_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err);

void
augeas_answers(const struct context *context, const struct control *control,
	struct answers *answers);

bool
augeas_wants(const struct control *control, const char *subject, const char *before,
	const char *after);

#endif
