/* For policy/kinds/service.c, service_boot.c and service_now.c alone. */
#ifndef POLICY_KINDS_SERVICE_H
#define POLICY_KINDS_SERVICE_H

#include "policy/kinds/kind.h"

/* Whether KEY of the control is ANSWER. */
bool
service_says(const struct control *control, const char *key, const char *answer);

/* Its programs; they belong to the control. */
const struct value *
service_programs(const struct control *control, size_t *ret_count);

/* For the subject of a finding. */
const char *
service_name(const struct control *control);

/* Words of LIST (NULL: none) that are, or are not (HAS), among the COUNT WORDS, with
 * blanks between; "" when there are none. The caller frees. */
char *
service_find_words(const struct value *list, char *const *words, size_t count, bool has);

/* Judges whether it is started at boot. */
void
service_judge_boot(const struct context *context, const struct control *control,
	struct findings *findings);

/* Judges whether it runs now. */
void
service_judge_now(const struct context *context, const struct control *control,
	struct findings *findings);

#endif
