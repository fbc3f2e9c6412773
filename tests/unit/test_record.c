/* The record of a change as the journal keeps it: read back whole, or refused. */
#include "tests/unit/scratch.h"

#include <sys/wait.h>

#include "enforcer/record.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ATTRIBUTES                                                                       \
	"{\"owner\":1,\"group\":2,\"mode\":416,\"xattrs\":{\"user.x\":\"00ff1a\"}}"
#define FILE_OF(name, action, old, new, attributes)                                      \
	"{\"file\":\"" name "\",\"action\":\"" action "\",\"old\":\"" old                \
	"\",\"new\":\"" new "\",\"controls\":\"c\",\"attributes\":" attributes "}"
#define RECORD_OF(version, id, files)                                                    \
	"{\"holdfast-change\":" version ",\"id\":" id                                    \
	",\"time\":\"t\",\"user\":\"u\",\"policy\":\"p\",\"files\":" files "}"
#define WHOLE(name, action, old, new, attributes)                                        \
	RECORD_OF("1", "7", "[" FILE_OF(name, action, old, new, attributes) "]")
#define CARRYING(owner, group, mode, xattrs)                                             \
	WHOLE("/f", "replace", HASH, HASH,                                               \
		"{\"owner\":" owner ",\"group\":" group ",\"mode\":" mode                \
		",\"xattrs\":" xattrs "}")

static int
read_text(const char *text, struct record *record, struct error *err)
{
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	int status = record_from_json(json, record, err);
	json_decref(json);
	return status;
}

static const struct {
	const char *text;
	bool good;
} records[] = {
	{ WHOLE("/f", "replace", HASH, HASH, ATTRIBUTES), true },
	{ WHOLE("/f", "create", "", HASH, ATTRIBUTES), true },
	{ WHOLE("/f", "remove", HASH, "", ATTRIBUTES), true },
	{ RECORD_OF("1", "1", "[]"), true },
	{ RECORD_OF("2", "7", "[]"), false },
	{ RECORD_OF("0", "7", "[]"), false },
	{ RECORD_OF("1", "0", "[]"), false },
	{ RECORD_OF("1", "7", "{}"), false },
	{ RECORD_OF("1", "7", "[{}]"), false },
	{ WHOLE("f", "replace", HASH, HASH, ATTRIBUTES), false },
	{ WHOLE("/f", "rename", HASH, HASH, ATTRIBUTES), false },
	{ WHOLE("/f", "replace", "", HASH, ATTRIBUTES), false },
	{ WHOLE("/f", "replace", HASH, "", ATTRIBUTES), false },
	{ WHOLE("/f", "create", HASH, HASH, ATTRIBUTES), false },
	{ WHOLE("/f", "remove", HASH, HASH, ATTRIBUTES), false },
	{ WHOLE("/f", "replace", HASH "0", HASH, ATTRIBUTES), false },
	{ WHOLE("/f", "replace", HASH, "x", ATTRIBUTES), false },
	{ WHOLE("/f", "replace", HASH,
		  "X123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  ATTRIBUTES),
		false },
	{ CARRYING("0", "0", "0", "{}"), true },
	{ CARRYING("4294967295", "4294967295", "4095", "{}"), true },
	{ CARRYING("-1", "0", "0", "{}"), false },
	{ CARRYING("0", "-1", "0", "{}"), false },
	{ CARRYING("0", "0", "-1", "{}"), false },
	{ CARRYING("4294967296", "0", "0", "{}"), false },
	{ CARRYING("0", "4294967296", "0", "{}"), false },
	{ CARRYING("0", "0", "4096", "{}"), false },
	{ CARRYING("0", "0", "0", "[]"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":1}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"\"}"), true },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"09af\"}"), true },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"0\"}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"0g\"}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"g0\"}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"0A\"}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"/0\"}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\":0\"}"), false },
	{ CARRYING("0", "0", "0", "{\"user.x\":\"0`\"}"), false },
};

static void
test_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct record record;
		struct error err = ERROR_INIT;
		int status = read_text(records[i].text, &record, &err);
		record_free(&record);
		if ((status == 0) != records[i].good ||
			(err.text == NULL) != (status == 0))
			fail_msg("%s: %d", records[i].text, status);
		error_clear(&err);
	}
}

static void
test_there_and_back(void **state)
{
	(void)state;
	struct record record;
	struct error err = ERROR_INIT;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read_text(records[i].text, &record, &err), 0);
		json_t *json = record_to_json(&record, &err),
		       *same = json_loads(records[i].text, 0, NULL);
		assert_true(json_equal(json, same));
		json_decref(json);
		json_decref(same);
		if (i < 2)
			record_free(&record);
	}
	assert_int_equal(record.id, 7);
	assert_int_equal(record.count, 1);
	assert_string_equal(record.time, "t");
	assert_string_equal(record.user, "u");
	assert_string_equal(record.policy_sha256, "p");
	const struct record_file *file = &record.files[0];
	assert_int_equal(file->change.action, CHANGE_REMOVE);
	assert_string_equal(file->change.controls, "c");
	assert_string_equal(file->change.old_sha256, HASH);
	assert_int_equal(file->attributes.owner, 1);
	assert_int_equal(file->attributes.group, 2);
	assert_int_equal(file->attributes.mode, 0640);
	assert_int_equal(file->change.mode, 0640);
	assert_int_equal(file->attributes.count, 1);
	assert_int_equal(file->attributes.xattrs[0].size, 3);
	assert_memory_equal(file->attributes.xattrs[0].value, "\x00\xff\x1a", 3);
	record_link(&record);
	assert_true(file->swap.from.exists);
	assert_false(file->swap.to.exists);
	record_free(&record);
	assert_int_equal(record.count, 0);
	assert_null(record.files);
}

/* What a record can't be made of. */
static void
test_made(void **state)
{
	(void)state;
	char name[] = "/f", strange[] = "/\xff", bytes[] = "bytes", none[] = "";
	struct record record;
	struct error err = ERROR_INIT;
	struct change change = { .action = CHANGE_CREATE,
		.file = name,
		.new_data = bytes,
		.new_size = 5,
		.controls = none,
		.mode = 0640 };
	struct changes changes = { &change, 1 };
	scratch_make();
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(record_make(root, &changes, NULL, &record, &err), 0);
	assert_string_equal(record.policy_sha256, "");
	assert_int_equal(strncmp(record.user, "uid ", 4), 0);
	assert_int_equal(record.files[0].attributes.mode, 0640);
	assert_int_equal(record.files[0].attributes.owner, 0);
	assert_string_equal(record.files[0].change.old_sha256, "");
	assert_int_equal(strlen(record.files[0].new_sha256), 64);
	record_free(&record);
	/* the first that can't be is enough */
	struct xattr xattrs[] = { { "user.\xff", bytes, 5 }, { "user.x", bytes, 5 } };
	assert_int_equal(record_make(root, &changes, "", &record, &err), 0);
	record.files[0].attributes.xattrs = xattrs;
	record.files[0].attributes.count = 2;
	assert_null(record_to_json(&record, &err));
	assert_non_null(strstr(err.text, "/f: can't be kept in the journal"));
	error_clear(&err);
	record.files[0].attributes = (struct attributes){ 0 };
	record_free(&record);
	change.file = strange;
	assert_int_equal(record_make(root, &changes, "", &record, &err), 0);
	assert_null(record_to_json(&record, &err));
	assert_non_null(strstr(err.text, "not UTF-8"));
	error_clear(&err);
	record_free(&record);
	/* the attributes of what is to be removed must be known */
	change = (struct change){
		.action = CHANGE_REMOVE, .file = name, .old_data = bytes
	};
	assert_int_equal(record_make(root, &changes, "", &record, &err), -1);
	assert_non_null(strstr(err.text, "can't read its attributes"));
	error_clear(&err);
	record_free(&record);
	close(root);
	scratch_remove();
}

/* What a process of the login uid LOGIN (NULL: as it is) and of the effective uid 12 is
 * called. False where it can't be. */
static bool
is_called(const char *login, const char *wanted)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open("/proc/self/loginuid", O_RDWR | O_CLOEXEC);
		char now[12] = "";
		bool set = fd >= 0 && read(fd, now, sizeof now - 1) > 0;
		if (set && login != NULL)
			set = pwrite(fd, login, strlen(login), 0) ==
				(ssize_t)strlen(login);
		else
			set = set && strcmp(now, "4294967295") == 0;
		if (!set || seteuid(12) < 0)
			_exit(77);
		autofree char *user = record_user();
		_exit(strcmp(user, wanted) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 77 << 8)
		assert_int_equal(status, 0);
	return status == 0;
}

static void
test_user(void **state)
{
	(void)state;
	bool unset = is_called(NULL, "uid 12");
	if (!is_called("0", "uid 0") || !is_called("34", "uid 34") ||
		!is_called("4294967294", "uid 4294967294") || !unset)
		skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
