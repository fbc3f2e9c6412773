/* Which units there are, and which of them another one wants, be that started or not:
 * boot_units.h tells what is. */
#ifndef POLICY_MODELS_UNIT_NAMES_H
#define POLICY_MODELS_UNIT_NAMES_H

#include "base/host.h"

struct unit_names {
	struct name_list all; /* that have a file, or a folder of drop-ins (with ".d"
				 behind); sorted, each once */
	struct name_list wanted; /* that another unit wants, requires or upholds, by a
				    folder of links, or a target by such a line of [Unit];
				    the same */
};

/* Worked out once for HOST, to which it belongs. */
const struct unit_names *
unit_names_read(struct host *host);

#endif
