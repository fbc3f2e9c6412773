#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lenses/process.h"

enum kind { ECHO, NEGATIVE, TOO_MANY, EXIT, CRASH, HANG };

static int *answer;
static size_t size;

static int32_t
serve(void *data, uint32_t kind, char *text, size_t length, const void **ret_answer)
{
	static int its[4];
	(void)data;
	its[0] = length > 0 ? text[0] : 0;
	its[1] = (int)length;
	*ret_answer = its;
	if (kind == CRASH)
		abort();
	while (kind == HANG)
		;
	if (kind == EXIT)
		_exit(0);
	return kind == NEGATIVE ? -5 : (int32_t)(kind == TOO_MANY ? sizeof its : 8);
}

static int
prepare(void *data)
{
	return data == NULL ? 0 : -1;
}

static const struct service service = {
	.prepare = prepare,
	.serve = serve,
};

static struct process process = { .service = &service };

static int
ask(enum kind kind, bool *ret_negative, struct error *err)
{
	free(answer);
	return process_ask(&process, kind, BYTES_TEXT("abc"), 12, process_clock() + 300,
		(char **)&answer, &size, ret_negative, err);
}

static void
test_answers(void **state)
{
	bool negative;
	(void)state;
	assert_int_equal(ask(ECHO, &negative, NULL), 0);
	assert_int_equal(ask(ECHO, &negative, NULL), 0);
	assert_false(negative);
	assert_int_equal(size, 8);
	assert_int_equal(answer[0], 'a');
	assert_int_equal(answer[1], 3);
	assert_int_equal(ask(NEGATIVE, &negative, NULL), 0);
	assert_true(negative);
	assert_int_equal(size, 0);
}

static void
test_losses(void **state)
{
	static const struct {
		enum kind kind;
		const char *error;
	} rows[] = {
		{ TOO_MANY, "the parsing process answered nonsense" },
		{ EXIT, "the parsing process died" },
		{ CRASH, "the parsing process died (" },
		{ HANG, "the parsing process took too long" },
	};
	bool negative;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = ERROR_INIT;
		assert_int_equal(ask(rows[i].kind, &negative, &err), -1);
		assert_memory_equal(err.text, rows[i].error, strlen(rows[i].error));
		error_clear(&err);
		assert_int_equal(process.pid, 0);
		assert_int_equal(ask(ECHO, &negative, &err), 0);
	}
	process_end(&process);
	process_end(&process);
	free(answer);
}

static void
test_unprepared(void **state)
{
	struct error err = ERROR_INIT;
	bool negative;
	(void)state;
	process_end(&process);
	process.data = &process;
	assert_int_equal(process_start(&process, &err), 0);
	assert_int_equal(ask(ECHO, &negative, &err), -1);
	process.data = NULL;
	assert_string_equal(err.text, "the parsing process can't compile the lenses");
	error_clear(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_unprepared),
		cmocka_unit_test(test_losses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
