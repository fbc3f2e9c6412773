/* Files that libpam could load, as far as their heads tell. */
#ifndef TESTS_UNIT_MODULE_FILE_H
#define TESTS_UNIT_MODULE_FILE_H

#include <elf.h>
#include <string.h>

#include "base/bytes.h"

enum { MODULE_SEGMENT = 16 }; /* bytes of its one segment, the last of the file */

struct module_file {
	Elf64_Ehdr head;
	Elf64_Phdr segment;
	char rest[MODULE_SEGMENT];
};

/* One for the machine at hand. */
static inline struct module_file
module_file_make(void)
{
	struct module_file made = { .head = { .e_type = ET_DYN,
					    .e_machine = EM_X86_64,
					    .e_phoff = offsetof(
						    struct module_file, segment),
					    .e_phentsize = sizeof(Elf64_Phdr),
					    .e_phnum = 1 },
		.segment = { .p_type = PT_LOAD,
			.p_offset = offsetof(struct module_file, rest),
			.p_filesz = MODULE_SEGMENT } };
	memcpy(made.head.e_ident, ELFMAG, SELFMAG);
	made.head.e_ident[EI_CLASS] = ELFCLASS64;
	made.head.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB
									    : ELFDATA2LSB;
	return made;
}

#endif
