/* For policy/models/login/getty_sources.c and getty_units.c alone. */
#ifndef POLICY_MODELS_GETTY_UNITS_H
#define POLICY_MODELS_GETTY_UNITS_H

#include "policy/models/login/getty.h"

enum { GETTYS_MAX = 1000 };

/* A new one, whose command begins at OFFSET of FILE. It belongs to GETTYS. */
struct getty *
gettys_add(struct gettys *gettys, const char *source, const struct file *file,
	size_t offset);

/* Adds those that units of systemd start. */
void
getty_units_read(struct host *host, struct gettys *gettys);

#endif
