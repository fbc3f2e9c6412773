/* Workers: every piece is done once and handed over in order, whatever dies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "enforcer/workers.h"

enum { PIECES = 200 };

struct seen {
	size_t next;
	size_t dead;
	size_t bytes;
	size_t progress;
};

/* Every tenth piece kills its worker, in one way or another; the fifth one of each ten
 * is large; the first one is slow, so that others are ready before it. */
static int
run(void *data, size_t index, struct buffer *out)
{
	(void)data;
	if (index == 0)
		usleep(100000);
	if (index % 10 == 3)
		kill(getpid(), index % 20 == 3 ? SIGKILL : SIGTERM);
	if (index == 11)
		_exit(0);
	buffer_printf(out, "%zu:", index);
	for (size_t i = 0; index % 10 == 5 && i < 300000; i++)
		buffer_text(out, "x");
	return (int)(index % 4);
}

static void
done(void *data, size_t index, int status, struct bytes out)
{
	struct seen *seen = data;
	assert_int_equal(index, seen->next++);
	seen->bytes += out.size;
	if (status < 0) {
		assert_true(index % 10 == 3 || index == 11);
		assert_int_equal(out.size, 0);
		seen->dead++;
		return;
	}
	assert_int_equal(status, index % 4);
	autofree char *want = memory_printf("%zu:", index);
	assert_true(out.size >= strlen(want));
	assert_memory_equal(out.data, want, strlen(want));
	assert_int_equal(out.size, strlen(want) + (index % 10 == 5 ? (size_t)300000 : 0));
}

static void
progress(void *data, size_t count)
{
	struct seen *seen = data;
	assert_true(count >= seen->progress && count < PIECES);
	seen->progress = count;
}

static void
all_in_order(void **state)
{
	struct seen seen = { 0 };
	struct error err = ERROR_INIT;
	struct work work = { .count = PIECES,
		.run = run,
		.done = done,
		.progress = progress,
		.data = &seen };
	(void)state;
	assert_int_equal(workers_run(&work, &err), 0);
	assert_int_equal(seen.next, PIECES);
	assert_true(seen.progress > 0);
	assert_int_equal(seen.dead, PIECES / 10 + 1);
}

static void
fewer_than_cores(void **state)
{
	(void)state;
	for (size_t count = 0; count < 3; count++) {
		struct seen seen = { 0 };
		struct error err = ERROR_INIT;
		struct work work = {
			.count = count, .run = run, .done = done, .data = &seen
		};
		assert_int_equal(workers_run(&work, &err), 0);
		assert_int_equal(seen.next, count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_in_order),
		cmocka_unit_test(fewer_than_cores),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
