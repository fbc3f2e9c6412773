/* The head of an ELF file, as far as it tells whether a program can load it: elf(5). */
#ifndef POLICY_MODELS_ELF_H
#define POLICY_MODELS_ELF_H

#include <stdbool.h>

#include "base/bytes.h"

struct elf {
	unsigned char class, order; /* EI_CLASS, EI_DATA */
	unsigned machine; /* e_machine */
	bool is_shared; /* an object that is loaded: ET_DYN */
	bool is_whole; /* each segment lies inside the file */
};

/* False when FILE does not begin like one. */
bool
elf_read(struct bytes file, struct elf *ret_elf);

/* Whether a program like A can load an object like B. */
bool
elf_is_alike(const struct elf *a, const struct elf *b);

#endif
