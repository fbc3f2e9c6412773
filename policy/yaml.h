/* Desired-state files as YAML: text, lists and maps only. */
#ifndef POLICY_YAML_H
#define POLICY_YAML_H

#include "policy/store.h"

enum {
	YAML_DEPTH_MAX = 32, /* lists and maps in each other */
	YAML_VALUE_MAX = 100000, /* values in one file */
};

/* Reads DOCUMENT's bytes into its root. What is not plain YAML (anchors, aliases, tags,
 * several documents, duplicate or structured keys, control bytes) becomes a problem; a
 * value that could not be had is a VALUE_TEXT with a NULL text, already reported. Returns
 * -1 when the file could not be read to its end, so that its content says nothing about
 * what is missing. */
int
yaml_read(struct document *document, struct problems *problems);

#endif
