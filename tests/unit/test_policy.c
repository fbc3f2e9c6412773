#include "tests/unit/scratch.h"

#include <time.h>

#include "base/text.h"
#include "policy/kinds/kind.h"
#include "policy/show.h"
#include "policy/source.h"

#define HEAD "holdfast: 1\ncontrols:\n"
#define CONTROL HEAD "  - id: a\n    xinetd: { only: [imap] }\n"

static char policy_file[128], overlay_file[128];

static int
make_root(void **state)
{
	(void)state;
	scratch_make();
	snprintf(policy_file, sizeof policy_file, "%s/p.yaml", scratch);
	snprintf(overlay_file, sizeof overlay_file, "%s/o.yaml", scratch);
	return 0;
}

static int
remove_root(void **state)
{
	(void)state;
	scratch_remove();
	return 0;
}

/* What problems_show says, the program's name and the scratch directory cut off and the
 * shown lines left out. */
static char *
messages(const struct problems *problems)
{
	autobuffer struct buffer shown = { 0 };
	struct buffer out = { 0 };
	problems_show(problems, &shown);
	size_t skip = strlen(scratch) + 1;
	for (char *line = shown.data; line != NULL && *line != '\0';) {
		static const char name[] = "holdfast: ";
		char *end = strchr(line, '\n');
		if (strncmp(line, name, strlen(name)) == 0)
			line += strlen(name);
		if (strncmp(line, scratch, skip - 1) == 0)
			buffer_add(&out, line + skip, (size_t)(end + 1 - line) - skip);
		line = end + 1;
	}
	return buffer_take(&out);
}

/* Loads POLICY with OVERLAY (may be NULL) over it; the caller frees the messages. */
static char *
load(const char *policy, const char *overlay, struct policy *ret_policy)
{
	struct problems problems = { 0 };
	const char *overlays[] = { overlay_file };
	scratch_text("/p.yaml", policy);
	if (overlay != NULL)
		scratch_text("/o.yaml", overlay);
	int result = policy_load(
		policy_file, overlays, overlay != NULL, false, ret_policy, &problems);
	char *text = messages(&problems);
	assert_int_equal(result, text[0] == '\0' ? 0 : -1);
	problems_free(&problems);
	return text;
}

static void
assert_messages(const char *policy, const char *overlay, const char *want)
{
	struct policy loaded;
	autofree char *have = load(policy, overlay, &loaded);
	policy_free(&loaded);
	assert_string_equal(have, want);
}

static void
test_control(void **state)
{
	(void)state;
	struct policy policy;
	autofree char *text = load("holdfast: 1\ntitle: T\nassume: { openssh: 9.2p1 }\n"
				   "controls:\n"
				   "  - id: full\n"
				   "    title: all of it\n"
				   "    item: 3\n"
				   "    risk: very-low\n"
				   "    owner: me\n"
				   "    when: live\n"
				   "    sshd: { settings: { permitrootlogin: no } }\n"
				   "  - id: bare\n"
				   "    xinetd: { only: [imap] }\n",
		NULL, &policy);
	assert_string_equal(text, "");
	assert_string_equal(policy.title, "T");
	assert_string_equal(value_text(policy.assume, "openssh", NULL), "9.2p1");
	assert_int_equal(policy.count, 2);
	const struct control *full = policy_find(&policy, "full");
	assert_ptr_equal(full, &policy.controls[0]);
	assert_string_equal(full->title, "all of it");
	assert_string_equal(full->item, "3");
	assert_int_equal(full->risk, RISK_VERY_LOW);
	assert_true(full->live_only);
	assert_ptr_equal(full->kind, kind_find("sshd"));
	assert_non_null(value_find(full->keys, "settings"));
	assert_string_equal(value_text(full->common, "owner", NULL), "me");
	assert_null(full->waiver);
	assert_int_equal(full->at.line, 5);
	const struct control *bare = policy_find(&policy, "bare");
	assert_string_equal(bare->title, "bare");
	assert_null(bare->item);
	assert_int_equal(bare->risk, RISK_MEDIUM);
	assert_false(bare->live_only);
	assert_null(policy_find(&policy, "none"));
	policy_free(&policy);
}

static void
test_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *policy, *want;
	} cases[] = {
		{ "", "p.yaml: the file says nothing\n" },
		{ "- a\n",
			"p.yaml:1:1: a desired state is a map, beginning with 'holdfast: "
			"1'\n" },
		{ "titel: x\n" CONTROL,
			"p.yaml:1:1: unknown key 'titel' (did you mean title?)\n" },
		{ "title: x\n",
			"p.yaml:1:1: 'holdfast' is missing\n"
			"p.yaml:1:1: 'controls' is missing\n" },
		{ "holdfast: 2\ncontrols: []\n",
			"p.yaml:1:11: holdfast: '2' is not 1\n"
			"p.yaml:2:11: controls: holds nothing\n" },
		{ "holdfast: 1\ncontrols: x\n",
			"p.yaml:2:11: controls: must be a map, not text\n" },
		{ HEAD "  - x\n", "p.yaml:3:5: controls: must be a map, not text\n" },
		{ HEAD "  - xinetd: { only: [a] }\n", "p.yaml:3:5: 'id' is missing\n" },
		{ HEAD "  - id: a b\n    xinetd: { only: [a] }\n",
			"p.yaml:3:9: id: 'a b' may hold letters, digits, - and _, at "
			"most 64\n" },
		{ CONTROL "  - id: a\n    xinetd: { only: [pop3] }\n",
			"p.yaml:5:9: id: 'a' is there twice (first in line 3)\n" },
		{ HEAD "  - id: a\n",
			"p.yaml:3:5: a control needs the section of one kind, such as "
			"sshd: see holdfast-policy(5)\n" },
		{ HEAD "  - id: a\n    xinetd: { only: [b] }\n    sshd: { settings: "
		       "{ UsePAM: yes } }\n",
			"p.yaml:5:5: a control is of one kind, and this one has 'xinetd' "
			"already\n" },
		{ CONTROL "    risk: hihg\n",
			"p.yaml:5:11: risk: 'hihg' is not one of none, very-low, low, "
			"medium, high (did you mean high?)\n" },
		{ CONTROL "    title: ''\n    owner: [me]\n",
			"p.yaml:5:12: title: must not be empty\n"
			"p.yaml:6:12: owner: must be text, not a list\n" },
		{ CONTROL "    waive: { owner: a, until: 2026-02-30 }\n",
			"p.yaml:5:12: waive: 'reason' is missing\n"
			"p.yaml:5:31: waive.until: '2026-02-30' is no day of the "
			"calendar, written YYYY-MM-DD\n" },
		{ HEAD "  - id: a\n    xinetd: { only: imap }\n",
			"p.yaml:4:21: xinetd.only: must be a list, not text: write "
			"[imap]\n" },
		{ HEAD "  - id: a\n    xinetd: { only: [[x]] }\n",
			"p.yaml:4:22: xinetd.only: must be text, not a list\n" },
		{ HEAD "  - id: a\n    sshd:\n      settings:\n"
		       "        PermitRotLogin: no\n"
		       "        MaxAuthTries: { max: four }\n"
		       "        maxauthtries: [4]\n"
		       "        UsePAM: { min: 5, max: 4 }\n"
		       "        Banner: {}\n"
		       "        Port: { any-of: [] }\n"
		       "        X11Forwarding: { anyof: [no] }\n",
			"p.yaml:6:9: sshd.settings: unknown keyword 'PermitRotLogin' "
			"(did "
			"you mean PermitRootLogin?)\n"
			"p.yaml:7:30: sshd.settings.MaxAuthTries.max: 'four' is not a "
			"whole number\n"
			"p.yaml:8:9: sshd.settings: 'maxauthtries' is there twice (first "
			"in line 7)\n"
			"p.yaml:8:23: sshd.settings.maxauthtries: must be text or a map "
			"of any-of, none-of, min, max, not a list\n"
			"p.yaml:9:17: sshd.settings.UsePAM: min 5 is above max 4\n"
			"p.yaml:10:17: sshd.settings.Banner: says nothing\n"
			"p.yaml:11:25: sshd.settings.Port: any-of holds nothing: no "
			"value "
			"could satisfy it\n"
			"p.yaml:12:26: sshd.settings.X11Forwarding: unknown key 'anyof' "
			"(did you mean any-of?)\n" },
		{ "holdfast: 1\nassume: { syslog: rsylog }\n" CONTROL,
			"p.yaml:2:19: assume.syslog: 'rsylog' is not one of sysklogd, "
			"inetutils, rsyslog, syslog-ng (did you mean rsyslog?)\n"
			"p.yaml:3:1: key 'holdfast' is there twice (first in line 1)\n" },
		{ CONTROL "    owner: *me\n    titel: x\n",
			"p.yaml:5:12: aliases are not taken; if text is meant, quote it: "
			"'*me'\n"
			"p.yaml:6:5: unknown key 'titel' (did you mean title?)\n" },
		{ CONTROL "    titel: x\n    owner: @me\n",
			"p.yaml:6:12: a text can't begin with @; quote it: '@me'\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_messages(cases[i].policy, NULL, cases[i].want);
}

static void
test_longest_id(void **state)
{
	(void)state;
	static const char longest[] = "0123456789abcdef0123456789abcdef"
				      "0123456789ABCDEF0123456789ABCD-_";
	autofree char *good = memory_printf(
		HEAD "  - id: %s\n    xinetd: { only: [a] }\n", longest);
	autofree char *bad = memory_printf(
		HEAD "  - id: %sx\n    xinetd: { only: [a] }\n", longest);
	autofree char *want = memory_printf(
		"p.yaml:3:9: id: '%sx' may hold letters, digits, - and _, at most 64\n",
		longest);
	assert_messages(good, NULL, "");
	assert_messages(bad, NULL, want);
}

static void
test_dates(void **state)
{
	(void)state;
	static const struct {
		const char *date;
		bool good;
	} cases[] = {
		{ "2024-02-29", true },
		{ "2100-02-29", false },
		{ "2000-02-29", true },
		{ "2026-04-31", false },
		{ "2026-12-31", true },
		{ "2026-13-01", false },
		{ "2026-00-01", false },
		{ "2026-01-00", false },
		{ "26-01-01", false },
		{ "2026-1-01", false },
		{ "2026-01-01T", false },
		{ "tomorrow", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct policy policy;
		autofree char *text = memory_printf(CONTROL
			"    waive: { owner: a, reason: b, until: %s }\n",
			cases[i].date);
		autofree char *have = load(text, NULL, &policy);
		assert_int_equal(have[0] == '\0', cases[i].good);
		policy_free(&policy);
	}
}

/* The local day DAYS from now. */
static void
day(int days, char ret_text[16])
{
	time_t now = time(NULL);
	struct tm tm;
	localtime_r(&now, &tm);
	tm.tm_mday += days;
	tm.tm_isdst = -1;
	mktime(&tm);
	strftime(ret_text, 16, "%Y-%m-%d", &tm);
}

static void
test_waiver_expires(void **state)
{
	(void)state;
	for (int days = -1; days <= 1; days++) {
		struct policy policy;
		char until[16];
		day(days, until);
		autofree char *text = memory_printf(CONTROL
			"    waive: { owner: me, reason: why, until: %s }\n",
			until);
		autofree char *have = load(text, NULL, &policy);
		assert_string_equal(have, "");
		const struct waiver *waiver = policy.controls[0].waiver;
		assert_string_equal(waiver->owner, "me");
		assert_string_equal(waiver->reason, "why");
		assert_string_equal(waiver->until, until);
		assert_int_equal(waiver->at.line, 5);
		/* its last day still counts */
		assert_int_equal(waiver->expired, days < 0);
		policy_free(&policy);
	}
}

static void
test_overlay(void **state)
{
	(void)state;
	struct policy policy;
	autofree char *text = load("holdfast: 1\nassume: { openssh: 9.2p1, pam: 1.5.2 }\n"
				   "controls:\n"
				   "  - id: a\n"
				   "    sshd:\n"
				   "      settings:\n"
				   "        PermitRootLogin: no\n"
				   "        MaxAuthTries: { max: 4 }\n"
				   "  - id: b\n"
				   "    xinetd: { only: [imap, pop3], remedy: disable }\n"
				   "  - id: c\n"
				   "    xinetd: { only: [imap] }\n",
		"holdfast: 1\nassume: { openssh: 9.6p1, syslog: rsyslog }\n"
		"overlay:\n"
		"  - id: b\n"
		"    risk: high\n"
		"    xinetd: { only: [imap] }\n"
		"    waive: { owner: me, reason: why, until: 9999-12-31 }\n"
		"  - id: c\n"
		"    drop: yes\n"
		"  - id: a\n"
		"    sshd:\n"
		"      settings:\n"
		"        maxauthtries: { any-of: [3, 4] }\n"
		"        UsePAM: yes\n"
		"      view: explicit\n",
		&policy);
	assert_string_equal(text, "");
	assert_string_equal(value_text(policy.assume, "openssh", NULL), "9.6p1");
	assert_string_equal(value_text(policy.assume, "pam", NULL), "1.5.2");
	assert_string_equal(value_text(policy.assume, "syslog", NULL), "rsyslog");
	assert_int_equal(policy.count, 2);
	const struct control *a = policy_find(&policy, "a");
	const struct value *settings = value_find(a->keys, "settings");
	assert_int_equal(settings->count, 3);
	assert_string_equal(value_text(settings, "PermitRootLogin", NULL), "no");
	/* a condition is replaced as a whole, and its keyword matches without case */
	const struct value *tries = value_find(settings, "MaxAuthTries");
	assert_int_equal(tries->count, 1);
	assert_int_equal(value_find(tries, "any-of")->count, 2);
	assert_string_equal(value_find(tries, "any-of")->at.file, overlay_file);
	assert_string_equal(value_text(a->keys, "view", NULL), "explicit");
	const struct control *b = policy_find(&policy, "b");
	assert_int_equal(b->risk, RISK_HIGH);
	assert_int_equal(value_find(b->keys, "only")->count, 1);
	assert_string_equal(value_text(b->keys, "remedy", NULL), "disable");
	assert_false(b->waiver->expired);
	policy_free(&policy);
}

static void
test_overlay_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *overlay, *want;
	} cases[] = {
		{ "holdfast: 1\noverlay:\n  - id: mial\n    risk: high\n",
			"o.yaml:3:9: overlay: no control has the id 'mial' (did you mean "
			"mail?)\n" },
		{ "overlay:\n  - risk: high\n    titel: x\n",
			"o.yaml:1:1: 'holdfast' is missing\n"
			"o.yaml:2:5: overlay: 'id' is missing\n"
			"o.yaml:3:5: overlay: unknown key 'titel' (did you mean "
			"title?)\n" },
		{ "holdfast: 1\noverlay:\n  - id: mail\n    drop: no\n",
			"o.yaml:4:11: overlay.drop: 'no' is not yes\n" },
		{ "holdfast: 1\noverlay:\n  - id: mail\n    drop: yes\n    risk: low\n",
			"o.yaml:3:5: overlay: an entry that drops a control says nothing "
			"else\n" },
		{ "holdfast: 1\noverlay:\n  - id: mail\n    drop: yes\n",
			"p.yaml: the overlays drop every control\n" },
		{ "holdfast: 1\noverlay:\n  - id: mail\n    drop: yes\n"
		  "  - id: mail\n    risk: low\n",
			"o.yaml:5:9: overlay: the control 'mail' was dropped before\n" },
		{ "holdfast: 1\noverlay:\n  - id: mail\n    sshd: { view: effective }\n",
			"o.yaml:4:5: a control is of one kind, and this one has 'xinetd' "
			"already\n"
			"o.yaml:4:11: sshd: 'settings' is missing\n" },
		{ "holdfast: 1\noverlay:\n  - id: mail\n    waive: { owner: me }\n",
			"o.yaml:4:12: waive: 'reason' is missing\n"
			"o.yaml:4:12: waive: 'until' is missing\n" },
		{ "holdfast: 1\ncontrols: []\n", "o.yaml:2:1: unknown key 'controls'\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_messages(HEAD "  - id: mail\n    xinetd: { only: [imap] }\n",
			cases[i].overlay, cases[i].want);
	/* the mistakes of both files at once, the policy's first */
	assert_messages(CONTROL "    risk: x\n", "holdfast: 1\noverlay:\n  - id: zz\n",
		"p.yaml:5:11: risk: 'x' is not one of none, very-low, low, medium, high\n"
		"o.yaml:3:9: overlay: no control has the id 'zz'\n");
}

static void
test_hash_covers_overlays(void **state)
{
	(void)state;
	struct policy policy;
	char want[SHA256_HEX];
	static const char overlay[] = "holdfast: 1\n";
	autofree char *text = load(CONTROL, overlay, &policy);
	autofree char *all = memory_printf("%s%s", CONTROL, overlay);
	text_sha256(BYTES_TEXT(all), want);
	assert_string_equal(policy.sha256, want);
	policy_free(&policy);
}

static void
test_shown_lines(void **state)
{
	(void)state;
	struct problems problems = { 0 };
	struct policy policy;
	autobuffer struct buffer shown = { 0 };
	autobuffer struct buffer want = { 0 };
	scratch_text("/p.yaml",
		"holdfast: 1\ncontrols:\n"
		"  - {id: a, title: \"\xe2\x82\xac\xe4\xb8\xad\", rsk: 1}\n"
		"\"\xe2\x80\xae\":\t*x\r\n");
	policy_load(policy_file, NULL, 0, false, &policy, &problems);
	problems_show(&problems, &shown);
	/* a euro sign is one column, a Chinese character two, an override is escaped */
	buffer_printf(&want,
		"%s:3:5: a control needs the section of one kind, such as sshd: see "
		"holdfast-policy(5)\n"
		"      - {id: a, title: \"\xe2\x82\xac\xe4\xb8\xad\", rsk: 1}\n"
		"        ^\n"
		"%s:3:30: unknown key 'rsk' (did you mean risk?)\n"
		"      - {id: a, title: \"\xe2\x82\xac\xe4\xb8\xad\", rsk: 1}\n"
		"                              ^\n"
		"%s:4:1: unknown key '\\xe2\\x80\\xae'\n"
		"    \"\\xe2\\x80\\xae\":\t*x\n"
		"    ^\n"
		"%s:4:8: aliases are not taken; if text is meant, quote it: '*x'\n"
		"    \"\\xe2\\x80\\xae\":\t*x\n"
		"                   \t^\n",
		policy_file, policy_file, policy_file, policy_file);
	assert_string_equal(shown.data, want.data);
	problems_free(&problems);
	policy_free(&policy);
}

static void
test_long_line_is_cut(void **state)
{
	(void)state;
	struct problems problems = { 0 };
	struct policy policy;
	struct buffer text = { 0 };
	autobuffer struct buffer shown = { 0 };
	buffer_text(&text, "{");
	for (int i = 0; i < 2000; i++)
		buffer_printf(&text, "k%d: 1, ", i);
	buffer_text(&text, "}\n");
	autofree char *line = buffer_take(&text);
	scratch_text("/p.yaml", line);
	policy_load(policy_file, NULL, 0, false, &policy, &problems);
	problems_show(&problems, &shown);
	assert_true(problems.count > 2000);
	assert_true(shown.size / problems.count < 600);
	problems_free(&problems);
	policy_free(&policy);
}

static int
load_safely(const char *file, char **ret_messages)
{
	struct problems problems = { 0 };
	struct policy policy;
	int result = policy_load(file, NULL, 0, true, &policy, &problems);
	*ret_messages = messages(&problems);
	problems_free(&problems);
	policy_free(&policy);
	return result;
}

static void
test_safety(void **state)
{
	(void)state;
	autofree char *directory = scratch_path("/d");
	autofree char *file = scratch_path("/d/p.yaml");
	autofree char *link = scratch_path("/link.yaml");
	char *text;
	scratch_text("/d/p.yaml", CONTROL);
	scratch_link("/link.yaml", "d/p.yaml");
	assert_int_equal(chmod(file, 0640), 0);
	/* /tmp, above, is for all but sticky */
	assert_int_equal(load_safely(file, &text), 0);
	free(text);
	assert_int_equal(chmod(file, 0620), 0);
	assert_int_equal(load_safely(file, &text), -1);
	autofree char *group = memory_printf(
		"d/p.yaml: others can write it (chmod go-w %s)\n", file);
	assert_string_equal(text, group);
	free(text);
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(chmod(directory, 0777), 0);
	autofree char *open_directory = memory_printf(
		"others can write the directory %s and so replace the policy (chmod go-w "
		"%s)\n",
		directory, directory);
	assert_int_equal(load_safely(file, &text), -1);
	assert_string_equal(text + strlen("d/p.yaml: "), open_directory);
	free(text);
	/* a link from a safe place into an unsafe one */
	assert_int_equal(load_safely(link, &text), -1);
	assert_string_equal(text + strlen("link.yaml: "), open_directory);
	free(text);
	assert_int_equal(chmod(directory, 01777), 0);
	assert_int_equal(load_safely(link, &text), 0);
	free(text);
	/* a link in an unsafe place to a file in a safe one */
	autofree char *turned = scratch_path("/d/turned.yaml");
	scratch_text("/safe.yaml", CONTROL);
	scratch_link("/d/turned.yaml", "../safe.yaml");
	assert_int_equal(load_safely(turned, &text), 0);
	free(text);
	assert_int_equal(chmod(directory, 0777), 0);
	assert_int_equal(load_safely(turned, &text), -1);
	assert_string_equal(text + strlen("d/turned.yaml: "), open_directory);
	free(text);
	assert_int_equal(chmod(directory, 0755), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(directory, 12345, 0), 0);
	assert_int_equal(load_safely(file, &text), -1);
	assert_non_null(strstr(text, "/d belongs to uid 12345"));
	free(text);
	assert_int_equal(chown(directory, 0, 0), 0);
	assert_int_equal(chown(file, 12345, 0), 0);
	assert_int_equal(load_safely(file, &text), -1);
	assert_non_null(strstr(text, "belongs to uid 12345"));
	free(text);
}

static void
test_unreadable(void **state)
{
	(void)state;
	autofree char *directory = scratch_path("/dir");
	autofree char *fifo = scratch_path("/fifo");
	autofree char *none = scratch_path("/none");
	autofree char *large = scratch_path("/large");
	struct bytes bytes = { 0 };
	static const char *const want[] = { "not a regular file", "not a regular file",
		"No such file or directory", "larger than 1 MiB" };
	const char *files[] = { directory, fifo, none, large };
	assert_int_equal(mkdir(directory, 0755), 0);
	assert_int_equal(mkfifo(fifo, 0644), 0);
	scratch_text("/large", "");
	assert_int_equal(truncate(large, SOURCE_SIZE_MAX + 1), 0);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct error err = ERROR_INIT;
		assert_int_equal(source_read(files[i], false, &bytes, &err), -1);
		assert_string_equal(err.text, want[i]);
		error_clear(&err);
	}
	assert_int_equal(truncate(large, SOURCE_SIZE_MAX), 0);
	assert_int_equal(source_read(large, false, &bytes, NULL), 0);
	assert_int_equal(bytes.size, SOURCE_SIZE_MAX);
	free((char *)bytes.data);
}

static void
test_show_loads_again(void **state)
{
	(void)state;
	struct policy policy;
	autobuffer struct buffer first = { 0 }, second = { 0 };
	autofree char *none = load(
		"holdfast: 1\ntitle: 'it''s: a # b'\ndescription: |\n  one\n\n   two\n"
		"controls:\n"
		"  - id: a\n"
		"    title: \"\\u202e\\u00fc\\U0001f600 \\\\ \\\"\"\n"
		"    objective: \"a\\u0085\\u2028b \"\n"
		"    owner: '- x'\n"
		"    testing: 'x '\n"
		"    item: '@1'\n"
		"    sshd: { settings: { Banner: '*', VersionAddendum: { any-of: ['a,b', "
		"\"c\"] } } }\n"
		"    waive: { owner: é, reason: '!', until: 2020-01-01 }\n"
		"  - id: b\n"
		"    syslog:\n"
		"      forward:\n"
		"        - { selector: '*.info', to: h }\n"
		"        - { selector: kern.*, to: '2001:db8::1', port: 514 }\n",
		NULL, &policy);
	assert_string_equal(none, "");
	show_policy(&policy, &first);
	policy_free(&policy);
	assert_non_null(strstr(first.data, "waived until 2020-01-01, which is over"));
	assert_non_null(strstr(first.data, "# risk: medium"));
	assert_null(strstr(first.data, "\xe2\x80\xae"));
	autofree char *again = load(first.data, NULL, &policy);
	assert_string_equal(again, "");
	show_policy(&policy, &second);
	assert_string_equal(second.data, first.data);
	const struct control *a = policy_find(&policy, "a");
	assert_string_equal(a->title, "\xe2\x80\xae\xc3\xbc\xf0\x9f\x98\x80 \\ \"");
	assert_string_equal(value_text(a->common, "objective", NULL),
		"a\xc2\x85\xe2\x80\xa8"
		"b ");
	assert_string_equal(value_text(a->common, "testing", NULL), "x ");
	assert_string_equal(a->item, "@1");
	const struct value *forward = value_find(
		policy_find(&policy, "b")->keys, "forward");
	assert_int_equal(forward->count, 2);
	assert_string_equal(value_text(&forward->items[1], "to", NULL), "2001:db8::1");
	policy_free(&policy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_control),
		TEST(test_mistakes),
		TEST(test_longest_id),
		TEST(test_dates),
		TEST(test_waiver_expires),
		TEST(test_overlay),
		TEST(test_overlay_mistakes),
		TEST(test_hash_covers_overlays),
		TEST(test_shown_lines),
		TEST(test_long_line_is_cut),
		TEST(test_safety),
		TEST(test_unreadable),
		TEST(test_show_loads_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
