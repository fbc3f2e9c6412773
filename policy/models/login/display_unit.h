/* What systemd's units say of display managers. */
#ifndef POLICY_MODELS_DISPLAY_UNIT_H
#define POLICY_MODELS_DISPLAY_UNIT_H

#include "base/host.h"

/* The name of the display manager that starts with the host ("gdm", "lightdm"), NULL when
 * there is none. The caller frees. */
char *
display_unit_chosen(struct host *host);

struct display_config {
	char *path; /* NULL: none is named */
	const char *unclear; /* why it can't be told; NULL: it can */
	const struct file *file; /* the command begins at OFFSET of it */
	size_t offset;
};

/* The file that UNIT names by -c or --config when it starts PROGRAM. False when it is not
 * there or starts another. The caller frees the path. */
bool
display_unit_config(struct host *host, const char *unit, const char *program,
	struct display_config *ret_config);

#endif
