#include "policy/models/system/elf.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

/* The number of SIZE bytes at AT; bytes beyond the end of FILE count as 0. */
static uint64_t
number_at(struct bytes file, unsigned char order, uint64_t at, unsigned size)
{
	uint64_t number = 0;
	for (unsigned i = 0; i < size; i++) {
		uint64_t place = at + (order == ELFDATA2MSB ? i : size - 1 - i);
		unsigned char byte = place >= at && place < file.size
			? (unsigned char)file.data[place]
			: 0;
		number = number << 8 | byte;
	}
	return number;
}

/* Where the fields stand, by class. */
struct layout {
	uint64_t header; /* of the file */
	uint64_t table, entry_size, entry_count; /* of the program headers */
	uint64_t offset, size; /* of the segment, in such a header */
	unsigned word; /* bytes of an offset */
};

static const struct layout short_layout = { sizeof(Elf32_Ehdr),
	offsetof(Elf32_Ehdr, e_phoff), offsetof(Elf32_Ehdr, e_phentsize),
	offsetof(Elf32_Ehdr, e_phnum), offsetof(Elf32_Phdr, p_offset),
	offsetof(Elf32_Phdr, p_filesz), sizeof(Elf32_Off) };

static const struct layout long_layout = { sizeof(Elf64_Ehdr),
	offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf64_Ehdr, e_phentsize),
	offsetof(Elf64_Ehdr, e_phnum), offsetof(Elf64_Phdr, p_offset),
	offsetof(Elf64_Phdr, p_filesz), sizeof(Elf64_Off) };

static bool
is_inside(struct bytes file, uint64_t at, uint64_t size)
{
	return at <= file.size && size <= file.size - at;
}

static bool
is_whole(struct bytes file, unsigned char order, const struct layout *layout)
{
	uint64_t table = number_at(file, order, layout->table, layout->word);
	uint64_t size = number_at(file, order, layout->entry_size, 2);
	uint64_t count = number_at(file, order, layout->entry_count, 2);
	if (!is_inside(file, table, size * count))
		return false;
	for (uint64_t at = table; count > 0; at += size, count--) {
		uint64_t type = number_at(file, order, at, sizeof(Elf64_Word));
		if (type == PT_LOAD &&
			!is_inside(file,
				number_at(file, order, at + layout->offset, layout->word),
				number_at(file, order, at + layout->size, layout->word)))
			return false;
	}
	return true;
}

bool
elf_read(struct bytes file, struct elf *ret_elf)
{
	if (file.size < EI_NIDENT || memcmp(file.data, ELFMAG, SELFMAG) != 0)
		return false;
	unsigned char class = (unsigned char)file.data[EI_CLASS],
		      order = (unsigned char)file.data[EI_DATA];
	const struct layout *layout = class == ELFCLASS64 ? &long_layout : &short_layout;
	*ret_elf = (struct elf){ .class = class,
		.order = order,
		.machine = (unsigned)number_at(
			file, order, offsetof(Elf64_Ehdr, e_machine), 2),
		.is_shared = number_at(file, order, offsetof(Elf64_Ehdr, e_type), 2) ==
			ET_DYN,
		.is_whole = file.size >= layout->header &&
			is_whole(file, order, layout) };
	return true;
}

bool
elf_is_alike(const struct elf *a, const struct elf *b)
{
	return a->class == b->class && a->order == b->order && a->machine == b->machine;
}
