#include "base/console_sum.h"

#include <endian.h>
#include <string.h>

/* Little-endian numbers side by side, added lane by lane: less than two instructions for
 * 16 bytes, with SSE2 or whatever else the compiler has. */
typedef uint64_t lanes __attribute__((vector_size(32), aligned(16), may_alias));

enum {
	PART_SIZE =
		512, /* of a disk's sector: what is half written is torn between two */
	PART_LANES = PART_SIZE / sizeof(lanes),
	LANE_COUNT = sizeof(lanes) / sizeof(uint64_t),
};

/* As Fletcher's sum: sums[0] of all words, sums[1] of what sums[0] was after each part,
 * which tells their order. */
static inline void
add(lanes sums[2], const lanes *part)
{
	lanes sum = sums[0];
#pragma GCC unroll 16
	for (size_t i = 0; i < PART_LANES; i++) {
		lanes words = part[i];
		for (size_t lane = 0; lane < LANE_COUNT; lane++)
			words[lane] = le64toh(words[lane]);
		sum += words;
	}
	sums[0] = sum;
	sums[1] += sum;
}

static uint64_t
mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x9e3779b97f4a7c15; /* odd, so that nothing is lost */
	return sum ^ sum >> 32;
}

uint64_t
console_sum(const char *text, size_t size)
{
	lanes sums[2] = { 0 };
	uint64_t words[2][LANE_COUNT], result = size;
	if ((uintptr_t)text % 16 == 0)
		for (; size >= PART_SIZE; text += PART_SIZE, size -= PART_SIZE)
			add(sums, (const void *)text);
	while (size > 0) {
		lanes copy[PART_LANES] = { 0 };
		size_t taken = size < PART_SIZE ? size : PART_SIZE;
		memcpy(copy, text, taken);
		add(sums, copy);
		text += taken;
		size -= taken;
	}
	memcpy(words, sums, sizeof words);
	for (size_t lane = 0; lane < LANE_COUNT; lane++)
		result = mix(mix(result, words[0][lane]), words[1][lane]);
	return result;
}
