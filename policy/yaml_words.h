/* What libyaml says of a syntax error, in words for who wrote the file. */
#ifndef POLICY_YAML_WORDS_H
#define POLICY_YAML_WORDS_H

#include <stdbool.h>

struct yaml_words {
	const char *context, *problem; /* how libyaml's begin; "" is any */
	bool at_start; /* said of where the text, list or map began */
	const char *text;
};

/* Those for libyaml's PROBLEM and CONTEXT, either of which may be NULL; NULL when there
 * are none. */
const struct yaml_words *
yaml_words_find(const char *problem, const char *context);

#endif
