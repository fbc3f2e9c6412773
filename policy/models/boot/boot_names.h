/* The names under which units are known: for boot_units.c alone. */
#ifndef POLICY_MODELS_BOOT_NAMES_H
#define POLICY_MODELS_BOOT_NAMES_H

#include "base/table.h"
#include "policy/models/boot/unit_files.h"

struct boot_names {
	struct host *host;
	struct table files; /* name -> struct boot_name, for those that were asked for */
	struct table resolved; /* the same -> struct boot_resolved */
	struct table aliases; /* a unit's own name -> struct name_list */
	size_t links; /* that were looked at */
	size_t vague; /* names with a specifier that is not known */
	bool is_cut; /* there are more than are followed */
	bool has_vendor; /* the vendor's folder of units is in the root */
};

void
boot_names_read(struct host *host, struct boot_names *ret_names);

void
boot_names_free(struct boot_names *names);

/* The name that the unit called NAME has itself, which belongs to NAMES. *ret_file is its
 * file, or its template's; NULL when it has none. */
const char *
boot_names_resolve(
	struct boot_names *names, const char *name, const struct file **ret_file);

/* Those other names of the unit with that name of its own for which there are drop-ins or
 * folders of links; NULL when there are none. */
const struct name_list *
boot_names_aliases(const struct boot_names *names, const char *name);

/* Whether TEXT is a name that a unit may have: unit_name_is_valid in unit-name.c. */
bool
boot_names_is_unit(const char *text);

/* The executable init script that stands for the service NAME, which has no unit file:
 * enumerate_sysv in sysv-generator.c. NULL when there is none; the caller frees. */
char *
boot_names_script(const struct boot_names *names, const char *name);

#endif
