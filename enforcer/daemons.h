#ifndef ENFORCER_DAEMONS_H
#define ENFORCER_DAEMONS_H
#include "base/error.h"
#include "enforcer/change.h"
#include <stdbool.h>
typedef void (*daemons_note)(void *data, const char *line);
int
daemons_validate(const char *root, bool live, const struct changes *changes,
	daemons_note note, void *data, struct error *err);
int
daemons_activate(
	const struct changes *changes, daemons_note note, void *data, struct error *err);
#endif
