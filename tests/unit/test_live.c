/* A change of the running system: the root is "/", and only files of the test's own below
 * it change. What daemons and timers do is played by a process that errands are asked of
 * (errands.h): it keeps book of what it is asked and fails where a case wants it to. */
#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/auditlog.h"
#include "base/login.h"
#include "enforcer/answer.h"
#include "enforcer/confirm.h"
#include "enforcer/errands_parts.h"
#include "enforcer/recovery.h"
#include "enforcer/run.h"
#include "enforcer/way.h"

/* One letter an errand, by enum errand_kind. */
static const char letters[] = "VLAFRTSB";

/* Shared with the process. */
static struct {
	char asked[40];
	char fails; /* the letter of what fails, 0: nothing */
	unsigned from,
		to; /* when it is asked for the first time that fails, and the last */
	int status; /* with what */
} * plan;

/* What the kernel's audit is sent, in the place of base/auditlog.c. */
static struct {
	int count, error;
	bool success;
	char action[16];
} audited;

int
auditlog_send(const char *action, const char *root, const char *name,
	const char *controls, const char *head, bool success)
{
	assert_int_equal(root[0], '/');
	assert_int_equal(name[0], '/');
	assert_string_equal(controls, "");
	assert_int_equal(strlen(head), 64);
	audited.count++;
	audited.success = success;
	snprintf(audited.action, sizeof audited.action, "%s", action);
	errno = audited.error;
	return audited.error != 0 ? -1 : 0;
}

static char *file, *journal, notes[2000];
static struct errands errands;

static void
note(void *data, const char *line)
{
	(void)data;
	strncat(notes, line, sizeof notes - strlen(notes) - 2);
	strcat(notes, "\n");
}

static void
no_logins(struct buffer *out)
{
	buffer_text(out, "");
}

static struct transaction
here(void)
{
	return (struct transaction){ .root = "/",
		.journal = journal,
		.in_place = true,
		.logins = no_logins,
		.note = note };
}

/* Files are changed in earnest. */
static int
change_files(const struct errand_request *request)
{
	struct transaction transaction = here();
	struct run run;
	struct record record;
	char *word = NULL;
	assert_int_equal(run_open(&transaction, &run, NULL), 0);
	assert_int_equal(journal_open(run.root, journal, false, &run.journal, NULL), 0);
	assert_int_equal(
		journal_load(&run.journal, request->id, true, &record, NULL, NULL), 0);
	int status = request->kind == ERRAND_FILES
		? way_take(&run, &record, (enum way)request->how, &word, NULL)
		: recovery_take(&run, &record, (enum state)request->how, &word, NULL);
	free(word);
	record_free(&record);
	run_end(&run);
	return status;
}

static int
answer(const struct errand_request *request, char **ret_word, struct error *err)
{
	char letter = letters[request->kind];
	unsigned times = 1;
	for (const char *at = plan->asked; *at != '\0'; at++)
		times += *at == letter;
	plan->asked[strlen(plan->asked)] = letter;
	if (letter == plan->fails && times >= plan->from && times <= plan->to) {
		error_set(err, "no");
		return plan->status;
	}
	if (letter == 'T')
		*ret_word = memory_printf("%u seconds", request->how);
	return letter == 'F' || letter == 'R' ? change_files(request) : 0;
}

static void
serve(int fd)
{
	struct errand_request request;
	while (errands_receive(fd, &request, sizeof request)) {
		autofree char *word = NULL, *changes = memory_new(request.size + 1, 1);
		autobuffer struct buffer out = { 0 };
		struct error err = ERROR_INIT;
		errands_receive(fd, changes, request.size);
		int status = answer(&request, &word, &err);
		answer_add(&out, status, word, err.text);
		const struct errand_reply head = { true, (uint32_t)out.size };
		errands_send(fd, &head, sizeof head);
		errands_send(fd, out.data, out.size);
		error_clear(&err);
	}
	exit(0);
}

static int
setup(void **state)
{
	(void)state;
	int ends[2];
	scratch_make();
	scratch_text("/etc/a", "one\n");
	file = scratch_path("/etc/a");
	journal = scratch_path("/journal");
	memset(plan, 0, sizeof *plan);
	memset(&audited, 0, sizeof audited);
	notes[0] = '\0';
	fflush(NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	errands.pid = fork();
	assert_true(errands.pid >= 0);
	if (errands.pid == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	errands.fd = ends[0];
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(errands.fd);
	waitpid(errands.pid, NULL, 0);
	free(file);
	free(journal);
	scratch_remove();
	return 0;
}

static void
assert_file(const char *name, const char *text)
{
	char have[40] = "";
	autofree char *path = scratch_path(name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && read(fd, have, sizeof have - 1) >= 0);
	close(fd);
	assert_string_equal(have, text);
}

static int
apply(struct transaction *transaction, unsigned trial, struct error *err)
{
	char old[] = "one\n", new[] = "two\n", *id = NULL;
	struct change item = { .action = CHANGE_REPLACE,
		.file = file,
		.old_data = old,
		.old_size = 4,
		.new_data = new,
		.new_size = 4 };
	struct changes changes = { &item, 1 };
	transaction->trial = trial;
	int status = (int)transaction_apply(transaction, &changes, &id, err);
	free(id);
	return status;
}

enum word { NOTHING, APPLY, TRY, UNDO, CONFIRM, RECOVER };

/* The status. */
static int
act(enum word word, struct error *err)
{
	unsigned long id;
	struct transaction transaction = here();
	transaction.errands = &errands;
	switch (word) {
	case APPLY:
	case TRY:
		return apply(&transaction, word == TRY ? 600 : 0, err);
	case UNDO:
		return (int)transaction_undo(&transaction, NULL, err);
	case CONFIRM:
		return (int)transaction_confirm(&transaction, "new", &id, err);
	case RECOVER:
		return (int)transaction_recover(&transaction, err);
	default:
		return 0;
	}
}

static const struct {
	enum word before;
	const char *cut; /* the state that it is left in then, NULL: as it is */
	enum word word;
	char fails;
	unsigned from, to;
	int with;
	int status;
	const char *asked, *left, *state, *said, *noted;
} cases[] = {
	{ NOTHING, NULL, APPLY, 0, 0, 0, 0, 0, "VLFA", "two\n", "done\n", NULL, NULL },
	{ NOTHING, NULL, APPLY, 'V', 1, 9, -1, 1, "V", "one\n", NULL, "no", NULL },
	{ NOTHING, NULL, APPLY, 'L', 1, 9, -1, 0, "VLFA", "two\n", "done\n", NULL, NULL },
	{ NOTHING, NULL, APPLY, 'A', 1, 1, -1, 2, "VLFAFA", "one\n", "undone\n", "no",
		NULL },
	{ NOTHING, NULL, APPLY, 'A', 1, 9, -1, 2, "VLFAFA", "one\n", "undone\n",
		"undone, but no; and before: no", NULL },
	{ NOTHING, NULL, APPLY, 'F', 1, 9, -1, 3, "VLF", "one\n", "intent\n",
		"the change is not finished; the next run completes or undoes it: no",
		NULL },
	{ NOTHING, NULL, APPLY, 'F', 1, 9, 1, 1, "VLF", "one\n", "undone\n", "no", NULL },
	{ NOTHING, NULL, APPLY, 'F', 1, 9, 2, 2, "VLF", "one\n", "undone\n", "no", NULL },
	{ NOTHING, NULL, TRY, 0, 0, 0, 0, 0, "VLTFA", "two\n", "trial\n", NULL,
		"600 seconds" },
	{ NOTHING, NULL, TRY, 'T', 1, 9, -1, 1, "VLTS", "one\n", "undone\n", "no", NULL },
	{ NOTHING, NULL, TRY, 'F', 1, 9, 2, 2, "VLTFS", "one\n", "undone\n", "no",
		"600 seconds" },
	{ NOTHING, NULL, TRY, 'A', 1, 1, -1, 2, "VLTFAFAS", "one\n", "undone\n", "no",
		"600 seconds" },
	{ APPLY, NULL, UNDO, 0, 0, 0, 0, 0, "LFA", "one\n", "undone\n", NULL, NULL },
	{ APPLY, NULL, UNDO, 'A', 1, 9, -1, 3, "LFA", "one\n", "undone\n",
		"the files are as before, but no", NULL },
	{ TRY, NULL, UNDO, 0, 0, 0, 0, 0, "LFAS", "one\n", "undone\n", NULL, NULL },
	{ TRY, NULL, CONFIRM, 0, 0, 0, 0, 0, "S", "two\n", "done\n", NULL, NULL },
	{ APPLY, "committed\n", RECOVER, 0, 0, 0, 0, 0, "RA", "two\n", "done\n", NULL,
		"change 1 is completed" },
	{ APPLY, "committed\n", RECOVER, 'A', 1, 9, -1, 0, "RA", "two\n", "done\n", NULL,
		"no\n" },
	{ APPLY, "committed\n", RECOVER, 'R', 1, 9, -1, 3, "R", "two\n", "committed\n",
		"change 1 can't be recovered: no", NULL },
	{ APPLY, "undoing\n", RECOVER, 0, 0, 0, 0, 0, "RA", "one\n", "undone\n", NULL,
		"change 1 is undone to the end" },
	{ TRY, "committed\n", RECOVER, 'R', 1, 9, -1, 3, "R", "two\n", "undoing\n",
		"change 1 can't be recovered: no", NULL },
	{ APPLY, "intent\n", RECOVER, 0, 0, 0, 0, 0, "R", "one\n", "undone\n", NULL,
		"change 1 is undone" },
};

static void
test_what_is_asked(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = ERROR_INIT;
		assert_int_equal(act(cases[i].before, NULL), 0);
		if (cases[i].cut != NULL)
			scratch_text("/journal/1/state", cases[i].cut);
		memset(plan->asked, 0, sizeof plan->asked);
		plan->fails = cases[i].fails;
		plan->from = cases[i].from;
		plan->to = cases[i].to;
		plan->status = cases[i].with;
		notes[0] = '\0';
		int status = act(cases[i].word, &err);
		if (status != cases[i].status ||
			strcmp(plan->asked, cases[i].asked) != 0 ||
			(err.text == NULL) != (cases[i].said == NULL) ||
			(err.text != NULL &&
				strncmp(err.text, cases[i].said, strlen(cases[i].said)) !=
					0) ||
			(cases[i].noted == NULL) != (notes[0] == '\0') ||
			(cases[i].noted != NULL && strstr(notes, cases[i].noted) == NULL))
			fail_msg("case %zu: status %d, asked %s, said %s, noted %s", i,
				status, plan->asked, err.text, notes);
		error_clear(&err);
		assert_file("/etc/a", cases[i].left);
		if (cases[i].state != NULL)
			assert_file("/journal/1/state", cases[i].state);
		teardown(state);
		setup(state);
	}
}

/* Each file of what is in force, and of what did not come to that. */
static void
test_audited(void **state)
{
	static const struct {
		enum word before, word;
		char fails;
		int status; /* with which it fails */
		const char *action;
		bool success;
	} sent[] = {
		{ NOTHING, APPLY, 0, 0, "apply", true },
		{ NOTHING, APPLY, 'A', -1, "apply", false },
		{ NOTHING, APPLY, 'F', OUTCOME_REFUSED, "apply", false },
		{ NOTHING, TRY, 0, 0, "apply", true },
		{ APPLY, UNDO, 0, 0, "undo", true },
		{ TRY, CONFIRM, 0, 0, "confirm", true },
	};
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		assert_int_equal(act(sent[i].before, NULL), 0);
		memset(&audited, 0, sizeof audited);
		plan->fails = sent[i].fails;
		plan->from = plan->to = 1;
		plan->status = sent[i].status;
		act(sent[i].word, NULL);
		assert_int_equal(audited.count, 1);
		assert_string_equal(audited.action, sent[i].action);
		assert_int_equal(audited.success, sent[i].success);
		assert_null(strstr(notes, "audit"));
		teardown(state);
		setup(state);
	}
	audited.error = EPERM;
	assert_int_equal(act(APPLY, NULL), OUTCOME_DONE);
	assert_non_null(
		strstr(notes, "no audit record could be sent (Operation not permitted)"));
}

/* Nobody is told of what does not run. */
static void
test_another_root(void **state)
{
	(void)state;
	struct transaction transaction = here();
	free(file);
	file = memory_text("/etc/a");
	transaction.root = scratch;
	transaction.errands = &errands;
	transaction.in_place = true;
	plan->fails = 'F';
	plan->from = 1;
	plan->to = 9;
	plan->status = OUTCOME_DONE;
	assert_int_equal(apply(&transaction, 600, NULL), OUTCOME_DONE);
	assert_string_equal(plan->asked, "VF");
	assert_int_equal(transaction_undo(&transaction, NULL, NULL), OUTCOME_DONE);
	assert_string_equal(plan->asked, "VFF");
}

/* No daemon reads this file, so that none is told. */
static void
test_without_errands(void **state)
{
	(void)state;
	struct transaction transaction = here();
	assert_int_equal(apply(&transaction, 0, NULL), OUTCOME_DONE);
	assert_file("/etc/a", "two\n");
	assert_non_null(strstr(notes, "/etc/a: not validated by the daemon ("));
	assert_null(strstr(notes, "is not the running system"));
	assert_int_equal(transaction_undo(&transaction, NULL, NULL), OUTCOME_DONE);
	assert_file("/etc/a", "one\n");
	assert_string_equal(plan->asked, "");
	/* whose journal it is */
	assert_file("/journal/root", "/\n");
}

static void
test_confirmed_by_whom(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct transaction transaction = { .root = "/", .errands = &errands };
	autofree char *before = login_own();
	if (before == NULL) {
		assert_int_equal(confirm_is_possible(&transaction, &err), -1);
		assert_non_null(strstr(err.text, "logins can't be told apart here"));
		error_clear(&err);
		assert_string_equal(plan->asked, "");
		/* as pam_loginuid(8) does */
		int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
		bool set = fd >= 0 && write(fd, "0", 1) == 1;
		close(fd);
		if (!set)
			skip();
	}
	assert_int_equal(confirm_is_possible(&transaction, &err), 0);
	assert_string_equal(plan->asked, "B");
	plan->fails = 'B';
	plan->to = 9;
	plan->status = -1;
	assert_int_equal(confirm_is_possible(&transaction, &err), -1);
	assert_string_equal(err.text, "no");
	error_clear(&err);
	/* what this machine does at its next boot is its own */
	transaction.errands = NULL;
	int status = confirm_is_possible(&transaction, &err);
	assert_int_equal(status < 0, err.text != NULL);
	error_clear(&err);
}

/* What every run begins with. */
static void
test_open(void **state)
{
	(void)state;
	struct run run;
	struct sigaction action;
	autofree char *link_path = scratch_path("/to-root");
	scratch_link("/to-root", "/");
	const struct {
		const char *root;
		bool live;
	} roots[] = { { "/", true }, { "/..", true }, { link_path, true },
		{ scratch, false }, { "/proc", false },
		/* of the same file system, as a rule */
		{ "/usr", false } };
	umask(0777);
	assert_true(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
		struct transaction transaction = { .root = roots[i].root };
		assert_int_equal(run_open(&transaction, &run, NULL), 0);
		assert_int_equal(run.live, roots[i].live);
		run_end(&run);
	}
	assert_int_equal(umask(022), 022);
	assert_int_equal(sigaction(SIGXFSZ, NULL, &action), 0);
	assert_true(action.sa_handler == SIG_IGN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_audited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_errands, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_confirmed_by_whom, setup, teardown),
	};
	plan = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return plan == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
