/* Each system call of each thing that is done with changes fails in each way that calls.h
 * knows, or is the last; each allocation fails. Judged as tests/crash/errors.py and
 * kill.py judge: no file is torn; the status says what is there, the words what lies
 * beside it, and the next run makes it whole. Besides: what must be on the disk first is,
 * and nothing stays open or allocated. FULL=1 tries every point, else a part of them. */
#include "tests/unit/scratch.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

#include "enforcer/journal.h"
#include "enforcer/transaction.h"
#include "enforcer/verify.h"
#include "tests/unit/calls.h"

enum { FILES = 4, SECONDS = 20, PART = 7, CALLS_STARVED = 100, CALLS_HANGS = 124 };

static const struct {
	enum change_action action;
	char *file, *old, *new;
	mode_t mode;
} files[FILES] = {
	{ CHANGE_REPLACE, "/etc/a", "one\n", "two\n", 0604 },
	{ CHANGE_CREATE, "/etc/d/b", NULL, "new\n", 0640 },
	{ CHANGE_REMOVE, "/etc/d/c", "gone\n", NULL, 0640 },
	{ CHANGE_REPLACE, "/etc/e/f", "old bytes\n", "new bytes\n", 0600 },
};

/* What a run left. */
static struct {
	char text[4096], wrong[400];
	long count, allocations;
} told;

static struct calls_step trail[CALLS_TRAIL], memory_trail[CALLS_TRAIL];

static void
tell(void *data, const char *line)
{
	(void)data;
	strncat(told.text, line, sizeof told.text - strlen(told.text) - 2);
	strcat(told.text, "\n");
}

static void
no_logins(struct buffer *out)
{
	buffer_text(out, "");
}

enum word {
	NOTHING,
	APPLY,
	TRY, /* on trial */
	UNDO,
	RECOVER,
	EXPIRE,
	CONFIRM,
	ON_TRIAL,
	PENDING,
	PREVIEW,
	VERIFY,
	PRUNE,
	CUT_EARLY, /* killed before its first state */
	CUT_APPLY, /* amid its exchanges */
	CUT_LATE, /* before its last state */
	CUT_UNDO,
	CUT_TRY,
	CUT_CONFIRM,
};

static int
apply(struct transaction *transaction, bool trial, struct error *err)
{
	struct change items[FILES];
	struct changes changes = { items, FILES };
	char *id = NULL;
	for (size_t i = 0; i < FILES; i++)
		items[i] = (struct change){ .action = files[i].action,
			.file = files[i].file,
			.controls = "control",
			.old_data = files[i].old,
			.old_size = files[i].old ? strlen(files[i].old) : 0,
			.new_data = files[i].new,
			.new_size = files[i].new ? strlen(files[i].new) : 0,
			.mode = files[i].mode };
	transaction->trial = trial ? 3600 : 0;
	transaction->logins = no_logins;
	int status = (int)transaction_apply(transaction, &changes, &id, err);
	free(id);
	return status;
}

/* What it prints is none of this test's. */
static FILE *terminal;

static int
quietly_verify(const struct journal *journal, struct error *err)
{
	static char text[1000];
	stdout = fmemopen(text, sizeof text, "w");
	int status = stdout != NULL ? verify_journal(journal, NULL, err)
				    : error_set(err, "no memory for what it prints");
	if (stdout != NULL)
		fclose(stdout);
	stdout = terminal;
	return status < 0 ? 3 : status;
}

static int
with_journal(enum word word, struct error *err)
{
	struct journal journal;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC), status = 3;
	int opened = root < 0 ? -1 : journal_open(root, NULL, false, &journal, err);
	if (root < 0)
		error_set(err, "no root");
	if (opened == 1)
		status = 0;
	if (opened == 0)
		status = word == VERIFY ? quietly_verify(&journal, err)
			: journal_prune(&journal, 1, err) < 0 ? 3
							      : 0;
	if (root >= 0) {
		journal_close(&journal);
		close(root);
	}
	return status;
}

static int
preview(const struct transaction *transaction, struct error *err)
{
	char *id;
	struct changes changes;
	int status = (int)transaction_undo_preview(transaction, NULL, &id, &changes, err);
	free(id);
	changes_free(&changes);
	return status;
}

/* The status, as an exit status of the program. */
static int
act(enum word word, struct error *err)
{
	unsigned long id;
	struct trial trial;
	int asked;
	struct transaction transaction = { .root = scratch,
		.in_place = true,
		.end_trial = word == EXPIRE,
		.note = tell };
	switch (word) {
	case APPLY:
	case TRY:
		return apply(&transaction, word == TRY, err);
	case UNDO:
		return (int)transaction_undo(&transaction, NULL, err);
	case RECOVER:
	case EXPIRE:
		return (int)transaction_recover(&transaction, err);
	case CONFIRM:
		return (int)transaction_confirm(&transaction, "harness", &id, err);
	case PENDING:
		asked = transaction_pending(&transaction, err);
		return asked < 0 ? 3 : asked;
	case ON_TRIAL:
		asked = transaction_on_trial(&transaction, &id, &trial, err);
		return asked < 0 ? 3 : 1 - asked;
	case PREVIEW:
		return preview(&transaction, err);
	default:
		return with_journal(word, err);
	}
}

struct fault {
	long only, at; /* the AT-th call, of number ONLY or (-1) of all, */
	int error; /* meets this; 0: is the last */
	bool from; /* and so do all of its number after it */
	long starve; /* 0, or the allocation that fails */
	bool trail; /* is to be kept */
};

/* What a process ends with goes on here. */
void
_exit(int status)
{
	if (calls.on)
		siglongjmp(calls.death, status == 3 ? CALLS_STARVED : status);
	syscall(SYS_exit_group, status);
	__builtin_unreachable();
}

static void
hang(int signal)
{
	(void)signal;
	siglongjmp(calls.death, CALLS_HANGS);
}

static void
close_all(void)
{
	for (int fd = 3; fd < 64; fd++)
		close(fd);
}

/* Of the scenario: see calls.h. */
static int lacks;

/* Does WORD with FAULT, and tells what it left. */
static int
act_under(enum word word, const struct fault *fault)
{
	struct error err = ERROR_INIT;
	long blocks = calls_blocks;
	volatile int open_files = calls_descriptors();
	int status;
	bool whole = fault->at == 0 && fault->starve == 0;
	memset(&told, 0, sizeof told);
	/* what dies leaves memory behind, which is of no use here */
	if ((status = sigsetjmp(calls.death, 1)) != 0) {
		alarm(0);
		calls_end();
		calls_starve = 0;
		stdout = terminal;
		close_all();
		return status;
	}
	alarm(SECONDS);
	calls_begin(fault->only, fault->at, fault->error);
	calls.books = whole;
	calls.from = fault->from;
	calls.lacks = lacks;
	calls.trail = fault->trail ? trail : NULL;
	calls.memory_trail = fault->trail ? memory_trail : NULL;
	calls_starve = fault->starve;
	status = act(word, &err);
	calls_starve = 0;
	told.count = calls.count;
	told.allocations = calls.allocations;
	calls_end();
	alarm(0);
	strcpy(told.wrong, calls.wrong);
	if (whole && calls.dirty_count > 0)
		snprintf(told.wrong, sizeof told.wrong, "%s is never synced",
			calls.dirty[0]);
	if (err.text != NULL)
		tell(NULL, err.text);
	else if (status > 1 || (status == 1 && word != PENDING && word != ON_TRIAL))
		strcpy(told.wrong, "a failure without a word");
	error_clear(&err);
	if (fcntl(0, F_GETFD) < 0)
		open("/dev/null", O_RDONLY);
	else if (fault->error == CALLS_ZERO && fault->at > 0)
		strcpy(told.wrong, "descriptor 0 stays open");
	if (calls_descriptors() != open_files)
		snprintf(told.wrong, sizeof told.wrong, "%d descriptors stay open",
			calls_descriptors() - open_files);
	if (calls_blocks != blocks)
		snprintf(told.wrong, sizeof told.wrong, "%ld blocks stay allocated",
			calls_blocks - blocks);
	return status;
}

static const struct fault none = { .only = -1 };

/* Does WORDS up to the first whose status is not 0, the last under FAULT. Its status. */
static int
run_words(const enum word *words, size_t count, const struct fault *fault)
{
	int status = 0;
	for (size_t i = 0; i < count && status == 0; i++)
		if (words[i] != NOTHING)
			status = act_under(words[i], i + 1 == count ? fault : &none);
	return status;
}

/* Runs that are killed before a call. */
static const struct cut {
	enum word first, word;
	long number, at;
} cuts[] = {
	[CUT_EARLY] = { NOTHING, APPLY, SYS_renameat, 1 },
	[CUT_APPLY] = { NOTHING, APPLY, SYS_renameat2, 3 },
	[CUT_LATE] = { NOTHING, APPLY, SYS_renameat, 3 },
	[CUT_UNDO] = { APPLY, UNDO, SYS_renameat2, 3 },
	[CUT_TRY] = { NOTHING, TRY, SYS_renameat, 3 },
	[CUT_CONFIRM] = { TRY, CONFIRM, SYS_renameat, 1 },
};

/* Not every file system has them: tmpfs since Linux 6.6. */
static bool has_xattrs;

/* The root as it is before a change. */
static void
fresh(void)
{
	if (scratch[0] != '\0')
		scratch_remove();
	scratch_make();
	autofree char *empty = scratch_path("/etc/d");
	scratch_text("/etc/d/x", "");
	for (size_t i = 0; i < FILES; i++) {
		if (files[i].old == NULL)
			continue;
		autofree char *path = scratch_path(files[i].file);
		scratch_text(files[i].file, files[i].old);
		assert_int_equal(chmod(path, files[i].mode), 0);
		has_xattrs = (lacks & CALLS_LACK_XATTRS) == 0 &&
			setxattr(path, "user.kept", "value", 5, 0) == 0;
	}
}

enum { OLD = 1, NEW = 2, MIXED = 4, TORN = 8 };

static int
look_at(size_t i)
{
	char text[100] = "", value[8];
	struct stat status;
	autofree char *path = scratch_path(files[i].file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return files[i].old == NULL ? OLD : files[i].new == NULL ? NEW : TORN;
	assert_true(read(fd, text, sizeof text - 1) >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	bool kept = files[i].old == NULL || !has_xattrs ||
		fgetxattr(fd, "user.kept", value, sizeof value) == 5;
	close(fd);
	if (!kept || (status.st_mode & 07777) != files[i].mode)
		return TORN;
	return files[i].old != NULL && strcmp(text, files[i].old) == 0   ? OLD
		: files[i].new != NULL &&strcmp(text, files[i].new) == 0 ? NEW
									 : TORN;
}

static int
look(void)
{
	int seen = 0;
	for (size_t i = 0; i < FILES; i++)
		seen |= look_at(i);
	return (seen & TORN) != 0 ? TORN : seen == (OLD | NEW) ? MIXED : seen;
}

static bool
is_littered(void)
{
	static const char *const names[] = { "/etc/.a.holdfast", "/etc/d/.b.holdfast",
		"/etc/d/.c.holdfast", "/etc/e/.f.holdfast" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		autofree char *path = scratch_path(names[i]);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

struct scenario {
	const char *name;
	enum word first, second; /* what was done before */
	enum word word;
	int status; /* of WORD when nothing fails */
	int before, after; /* the files */
	int settled; /* and when what was cut short has been settled */
	bool until_expired; /* settled when its time is up */
	int lacks; /* what the file system has not: see calls.h */
};

static const struct scenario scenarios[] = {
	{ "apply", NOTHING, NOTHING, APPLY, 0, OLD, NEW, OLD | NEW, false, 0 },
	{ "apply once more", APPLY, UNDO, APPLY, 0, OLD, NEW, OLD | NEW, false, 0 },
	{ "undo", APPLY, NOTHING, UNDO, 0, NEW, OLD, OLD | NEW, false, 0 },
	{ "recover before a state", CUT_EARLY, NOTHING, RECOVER, 0, OLD, OLD, OLD, false,
		0 },
	{ "recover an apply", CUT_APPLY, NOTHING, RECOVER, 0, MIXED, OLD, OLD, false, 0 },
	{ "recover a committed apply", CUT_LATE, NOTHING, RECOVER, 0, NEW, NEW, NEW,
		false, 0 },
	{ "recover an undo", CUT_UNDO, NOTHING, RECOVER, 0, MIXED, OLD, OLD, false, 0 },
	{ "try", NOTHING, NOTHING, TRY, 0, OLD, NEW, OLD, true, 0 },
	{ "recover a trial", CUT_TRY, NOTHING, RECOVER, 0, NEW, OLD, OLD, true, 0 },
	{ "expire", TRY, NOTHING, EXPIRE, 0, NEW, OLD, OLD, true, 0 },
	{ "confirm", TRY, NOTHING, CONFIRM, 0, NEW | OLD, NEW, OLD | NEW, true, 0 },
	{ "recover a confirmation", CUT_CONFIRM, NOTHING, RECOVER, 0, NEW, NEW, NEW, true,
		0 },
	{ "undo a trial", TRY, NOTHING, UNDO, 0, NEW | OLD, OLD, OLD, true, 0 },
	/* undone first where its time can't be read */
	{ "apply on a trial", TRY, NOTHING, APPLY, 1, NEW, NEW, OLD | NEW, true, 0 },
	{ "on trial", TRY, NOTHING, ON_TRIAL, 0, NEW, NEW, NEW, false, 0 },
	{ "pending", CUT_APPLY, NOTHING, PENDING, 1, MIXED, MIXED, OLD, false, 0 },
	{ "nothing pending", APPLY, NOTHING, PENDING, 0, NEW, NEW, NEW, false, 0 },
	{ "preview", APPLY, NOTHING, PREVIEW, 0, NEW, NEW, NEW, false, 0 },
	{ "verify", APPLY, UNDO, VERIFY, 0, OLD, OLD, OLD, false, 0 },
	{ "prune", APPLY, NOTHING, PRUNE, 0, NEW, NEW, NEW, false, 0 },
	{ "apply, plain", NOTHING, NOTHING, APPLY, 0, OLD, NEW, OLD | NEW, false,
		CALLS_LACK_ALL },
	{ "undo, plain", APPLY, NOTHING, UNDO, 0, NEW, OLD, OLD | NEW, false,
		CALLS_LACK_ALL },
	{ "recover, plain", CUT_APPLY, NOTHING, RECOVER, 0, MIXED, OLD, OLD, false,
		CALLS_LACK_ALL },
	{ "recover an undo, plain", CUT_UNDO, NOTHING, RECOVER, 0, MIXED, OLD, OLD, false,
		CALLS_LACK_ALL },
	{ "recover, no unnamed files", CUT_APPLY, NOTHING, RECOVER, 0, MIXED, OLD, OLD,
		false, CALLS_LACK_TMPFILE },
	{ "recover an undo, no unnamed files", CUT_UNDO, NOTHING, RECOVER, 0, MIXED, OLD,
		OLD, false, CALLS_LACK_TMPFILE },
	{ "undo, no unnamed files", APPLY, NOTHING, UNDO, 0, NEW, OLD, OLD | NEW, false,
		CALLS_LACK_TMPFILE },
	{ "apply, no exchange", NOTHING, NOTHING, APPLY, 0, OLD, NEW, OLD | NEW, false,
		CALLS_LACK_FLAGS },
	{ "recover, no exchange", CUT_APPLY, NOTHING, RECOVER, 0, MIXED, OLD, OLD, false,
		CALLS_LACK_FLAGS },
};

/* Does SCENARIO under FAULT from a fresh root on. */
static int
run_scenario(const struct scenario *scenario, const struct fault *fault)
{
	enum word words[] = { scenario->first, scenario->second, scenario->word };
	fresh();
	if (words[0] >= CUT_EARLY) {
		const struct cut *cut = &cuts[words[0]];
		enum word before[] = { cut->first, cut->word };
		const struct fault killed = { .only = cut->number, .at = cut->at };
		assert_int_equal(run_words(before, 2, &killed), CALLS_DIED);
		words[0] = NOTHING;
	}
	return run_words(words, 3, fault);
}

/* After a run that ended with STATUS. What is wrong, or NULL. */
static const char *
judge(const struct scenario *scenario, int status, bool harmless)
{
	int here = look();
	bool died = status == CALLS_DIED || status == CALLS_STARVED;
	if (!died && (status < 0 || status > 3))
		return status == CALLS_HANGS ? "hangs" : "no status of ours";
	if (told.wrong[0] != '\0')
		return told.wrong;
	if (here == TORN)
		return "torn";
	if (status == scenario->status && (here & scenario->after) == 0)
		return "done, but it is not";
	if ((status == 1 || status == 2) && status != scenario->status &&
		(here & scenario->before) == 0)
		return "nothing changed, but it is";
	if (harmless && status != scenario->status)
		return "given up without need";
	if (status != 3 && !died && is_littered() && scenario->word < PENDING)
		return strstr(told.text, ".holdfast") != NULL ||
				strstr(told.text, "beside it") != NULL
			? NULL
			: "what lies beside it is not told";
	const enum word next[] = { scenario->until_expired ? EXPIRE : RECOVER, PENDING,
		VERIFY };
	if (run_words(next, 3, &none) != 0)
		return "the next run fails";
	if ((look() & scenario->settled) == 0 || is_littered())
		return "the next run settles nothing";
	return told.wrong[0] != '\0' ? told.wrong : NULL;
}

/* Shared by all scenarios: the points that were tried, by place and error. */
enum { SEEN = 1 << 16 };
static uint64_t *seen;

static bool
is_new(uint64_t point)
{
	for (size_t at = point % SEEN;; at = (at + 1) % SEEN) {
		if (seen[at] == point)
			return false;
		if (seen[at] == 0) {
			seen[at] = point;
			return true;
		}
	}
}

static bool
is_set(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && strcmp(value, "") != 0 && strcmp(value, "0") != 0;
}

/* FULL=1: all points are tried; PLACES=1: one where the same was called from the same
 * callers; else a part of these that SEED chooses. FIRST=1: until one is wrong. */
static bool
is_chosen(uint64_t place, int error)
{
	static long point;
	const char *seed = getenv("SEED");
	if (is_set("FULL"))
		return true;
	if (!is_new(place * 31 + (uint64_t)(error + 1000)))
		return false;
	return is_set("PLACES") || error == CALLS_ZERO ||
		point++ % PART == (seed != NULL ? strtol(seed, NULL, 10) % PART : 0);
}

/* What may fail without harm. */
static bool
is_harmless(const struct calls_kind *kind, int error)
{
	/* nothing interrupts who reads in /proc */
	return kind->number != SYS_read && (error < 0 || error == EINTR);
}

static long points, wrong;

static void
count_wrong(void)
{
	wrong++;
	if (is_set("FIRST"))
		exit(1);
}

static void
try_point(const struct scenario *scenario, long at, int error, bool from,
	const struct calls_kind *kind)
{
	const struct fault armed = { .only = -1, .at = at, .error = error, .from = from };
	int status = run_scenario(scenario, &armed);
	const char *fault = judge(
		scenario, status, error != 0 && is_harmless(kind, error));
	points++;
	if (fault == NULL)
		return;
	print_message("%s: call %ld, %s, %s%s: status %d: %s: %s\n", scenario->name, at,
		kind->name,
		error == 0                    ? "killed"
			: error > 0           ? strerrorname_np(error)
			: error == CALLS_ZERO ? "descriptor 0"
					      : "short",
		from ? " from then on" : "", status, fault, told.text);
	count_wrong();
}

static void
try_calls(const struct scenario *scenario)
{
	/* once more, for libraries read files of their own the first time */
	const struct fault kept = { .only = -1, .trail = true };
	int status = run_scenario(scenario, &none);
	status = run_scenario(scenario, &kept);
	long count = told.count;
	if (status != scenario->status || told.wrong[0] != '\0' || count < 10 ||
		count >= CALLS_TRAIL) {
		print_message("%s: status %d: %s: %s\n", scenario->name, status,
			told.wrong, told.text);
		count_wrong();
	}
	for (long at = 1; at <= count; at++) {
		const struct calls_kind *kind = trail[at].kind;
		if (kind->changes && is_chosen(trail[at].place, 0))
			try_point(scenario, at, 0, false, kind);
		for (size_t i = 0; i < CALLS_ERRORS && kind->errors[i] != 0; i++)
			if (is_chosen(trail[at].place, kind->errors[i]))
				try_point(scenario, at, kind->errors[i], false, kind);
		/* what is to take it back fails too */
		if (kind->changes && is_chosen(trail[at].place, -1000 - EIO))
			try_point(scenario, at, EIO, true, kind);
	}
}

static void
try_memory(const struct scenario *scenario)
{
	const struct fault kept = { .only = -1, .trail = true };
	run_scenario(scenario, &kept);
	long last = told.allocations < CALLS_TRAIL ? told.allocations : CALLS_TRAIL - 1;
	for (long at = 1; at <= last; at++) {
		if (!is_chosen(memory_trail[at].place, ENOMEM))
			continue;
		const struct fault starved = { .only = -1, .starve = at };
		int status = run_scenario(scenario, &starved);
		const char *fault = judge(scenario, status, false);
		points++;
		if (fault == NULL)
			continue;
		print_message("%s: allocation %ld: status %d: %s: %s\n", scenario->name,
			at, status, fault, told.text);
		count_wrong();
	}
}

/* In a process of its own, for there is no way back from the filter. */
static void
test_scenario(void **state)
{
	int status;
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGALRM, hang);
		lacks = ((const struct scenario *)*state)->lacks;
		if (!calls_install())
			exit(77);
		try_calls(*state);
		if (CALLS_COUNT_MEMORY)
			try_memory(*state);
		scratch_remove();
		print_message("%ld points\n", points);
		exit(wrong > 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0 && is_set("FIRST"))
		exit(1);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* test_calls [SCENARIO] */
int
main(int argc, char **argv)
{
	enum { COUNT = sizeof scenarios / sizeof *scenarios };
	struct CMUnitTest tests[COUNT];
	seen = mmap(NULL, SEEN * sizeof *seen, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED)
		return 1;
	calls_place();
	tzset();
	terminal = stdout;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ scenarios[i].name, test_scenario, NULL,
			NULL, (void *)&scenarios[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
