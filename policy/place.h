/* A place in a file of the host. */
#ifndef POLICY_PLACE_H
#define POLICY_PLACE_H

#include "base/host.h"

struct place {
	const struct file *file; /* borrowed from the host; NULL: nowhere */
	size_t offset;
};

#endif
