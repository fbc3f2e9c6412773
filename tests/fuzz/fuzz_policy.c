/* Desired states of any bytes: loading never crashes, what is wrong is shown without a
 * control byte, and what is good is shown so that it loads again to the same. What
 * follows a line "#overlay" is laid over what comes before it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/show.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { POLICY, OVERLAY, SHOWN, FILE_COUNT };

static char names[FILE_COUNT][32];
static int files[FILE_COUNT];

static void
make_files(void)
{
	for (size_t i = 0; i < FILE_COUNT; i++) {
		files[i] = memfd_create("policy", 0);
		if (files[i] < 0)
			abort();
		snprintf(names[i], sizeof names[i], "/proc/self/fd/%d", files[i]);
	}
}

static void
fill(int file, const void *data, size_t size)
{
	if (ftruncate(file, 0) < 0 || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
}

static void
check_shown_problems(const struct problems *problems)
{
	struct buffer out = { 0 };
	problems_show(problems, &out);
	for (size_t i = 0; i < out.size; i++) {
		unsigned char c = (unsigned char)out.data[i];
		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			abort();
	}
	buffer_free(&out);
}

static void
check_loads_again(const struct policy *policy)
{
	struct buffer first = { 0 }, second = { 0 };
	struct problems problems = { 0 };
	struct policy again;
	show_policy(policy, &first);
	fill(files[SHOWN], first.data, first.size);
	if (policy_load(names[SHOWN], NULL, 0, false, &again, &problems) < 0)
		abort();
	show_policy(&again, &second);
	if (strcmp(first.data, second.data) != 0 || again.count != policy->count)
		abort();
	buffer_free(&first);
	buffer_free(&second);
	policy_free(&again);
	problems_free(&problems);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n#overlay\n";
	const char *overlays[] = { names[OVERLAY] };
	struct policy policy;
	struct problems problems = { 0 };
	if (files[0] == 0)
		make_files();
	const uint8_t *cut = memmem(data, size, mark, sizeof mark - 1);
	size_t length = cut != NULL ? (size_t)(cut - data) : size;
	fill(files[POLICY], data, length);
	if (cut != NULL)
		fill(files[OVERLAY], cut, size - length);
	if (policy_load(
		    names[POLICY], overlays, cut != NULL, false, &policy, &problems) == 0)
		check_loads_again(&policy);
	check_shown_problems(&problems);
	policy_free(&policy);
	problems_free(&problems);
	return 0;
}
