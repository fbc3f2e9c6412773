/* What was restored, compared with what is there. */
#include <errno.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/backup.h"

enum {
	SAMPLE_DEFAULT = 20,
	SAMPLE_MAX = 100000,
	SHOWN_MAX = 20, /* files that are not as asked for; the rest is counted */
	PIECE = 64 << 10,
};

struct work {
	const struct context *context;
	const char *directory;
	struct findings *findings;
	struct name_list files; /* that the patterns match */
	size_t same, other;
	bool hides_fail; /* among those that are not shown */
};

static struct finding *
report(struct work *work, enum verdict verdict, const char *path, const char *restored)
{
	if (work->other++ >= SHOWN_MAX) {
		work->hides_fail = work->hides_fail || verdict == VERDICT_FAIL;
		return NULL;
	}
	struct finding *finding = findings_add(work->findings, verdict, "%s", path);
	finding_evidence_file(finding, path);
	finding_evidence_file(finding, restored);
	return finding;
}

static void
report_unknown(struct work *work, const char *path, const char *restored, const char *why)
{
	struct finding *finding = report(work, VERDICT_UNKNOWN, path, restored);
	if (finding != NULL)
		finding_why(finding, "%s", why);
}

static void
report_fail(struct work *work, const char *path, const char *restored, const char *have)
{
	struct finding *finding = report(work, VERDICT_FAIL, path, restored);
	if (finding == NULL)
		return;
	finding_have(finding, "%s", have);
	finding_want(finding, "the same content in %s", work->directory);
}

/* --- one file ------------------------------------------------------------------------
 */

/* The SHA-256 of the content at PATH, of whatever size. */
static int
hash_content(struct host *host, const char *path, uint8_t ret_hash[SHA256_DIGEST_SIZE],
	struct stat *ret_status, struct error *err)
{
	struct sha256_ctx hash;
	int fd = host_open_content(host, path, ret_status, err);
	if (fd < 0)
		return error_prefix(err, "%s", path);
	autofree uint8_t *piece = memory_new(PIECE, 1);
	ssize_t n;
	sha256_init(&hash);
	while ((n = read(fd, piece, PIECE)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			sha256_update(&hash, (size_t)n, piece);
	int saved = errno;
	close(fd);
	if (n < 0)
		return error_set(err, "%s: %s", path, strerror(saved));
	sha256_digest(&hash, SHA256_DIGEST_SIZE, ret_hash);
	return 0;
}

static bool
is_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);
	return strncmp(path, directory, size) == 0 && path[size] == '/';
}

static bool
is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec
		? a->st_mtim.tv_sec < b->st_mtim.tv_sec
		: a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

static void
report_other(struct work *work, const char *path, const char *restored,
	const struct stat *live, const struct stat *copy)
{
	if (is_older(copy, live))
		report_unknown(work, path, restored,
			"it was changed after the state that was restored");
	else
		report_fail(work, path, restored, "another content");
}

/* Both are there. */
static void
compare(struct work *work, const char *path, const char *restored)
{
	uint8_t live_hash[SHA256_DIGEST_SIZE], hash[SHA256_DIGEST_SIZE];
	struct stat live, copy;
	struct error err = ERROR_INIT;
	struct host *host = work->context->host;
	if (hash_content(host, path, live_hash, &live, &err) < 0 ||
		hash_content(host, restored, hash, &copy, &err) < 0) {
		report_unknown(work, path, restored, err.text);
		error_clear(&err);
	} else if (live.st_dev == copy.st_dev && live.st_ino == copy.st_ino) {
		report_fail(work, path, restored,
			"what stands there is the very same file, no copy");
	} else if (memcmp(hash, live_hash, sizeof hash) == 0) {
		work->same++;
	} else {
		report_other(work, path, restored, &live, &copy);
	}
}

static void
judge_file(struct work *work, const char *path, const struct stat *directory)
{
	autofree char *restored = memory_printf("%s%s", work->directory, path),
		      *target = NULL, *folder = NULL, *live_target = NULL;
	struct stat copy, live, ignored;
	struct host *host = work->context->host;
	if (host_status(host, restored, &copy, &target) < 0 ||
		host_status(host, path, &live, &live_target) < 0 ||
		host_status(host, work->directory, &ignored, &folder) < 0)
		report_unknown(work, path, restored, strerror(errno));
	else if (copy.st_mode != 0 && !is_below(target, folder))
		report_fail(work, path, restored, "a link that leads out of the tree");
	else if (copy.st_mode != 0 && S_ISREG(copy.st_mode) && S_ISREG(live.st_mode) &&
		copy.st_size != live.st_size)
		/* what another user made huge is not read for that */
		report_other(work, path, restored, &live, &copy);
	else if (copy.st_mode != 0)
		compare(work, path, restored);
	else if (is_older(directory, &live))
		report_unknown(work, path, restored,
			"it is not there, and was changed after the tree was restored");
	else
		report_fail(work, path, restored, "it was not restored");
}

/* --- which files ---------------------------------------------------------------------
 */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds PATH when it is a file. */
static void
add_file(struct work *work, const char *path, bool is_named)
{
	struct stat status;
	autofree char *target = NULL;
	struct name_list *files = &work->files;
	if (host_status(work->context->host, path, &status, &target) < 0)
		report_unknown(work, path, work->directory, strerror(errno));
	else if (S_ISREG(status.st_mode)) {
		files->names = memory_grow(
			files->names, files->count, sizeof *files->names);
		files->names[files->count++] = memory_text(path);
	} else if (is_named) {
		report_fail(work, path, work->directory,
			status.st_mode == 0 ? "there is no such file on the host"
					    : "it is no regular file");
	}
}

static void
find_files(struct work *work, const struct value *patterns)
{
	for (size_t i = 0; i < patterns->count; i++) {
		const char *pattern = patterns->items[i].text;
		struct name_list list = { 0 };
		struct error err = ERROR_INIT;
		size_t before = work->files.count;
		if (!backup_is_pattern(pattern)) {
			add_file(work, pattern, true);
			continue;
		}
		if (host_glob(work->context->host, pattern, &list, &err) < 0) {
			report_unknown(work, pattern, work->directory, err.text);
			error_clear(&err);
			continue;
		}
		for (size_t k = 0; k < list.count; k++)
			add_file(work, list.names[k], false);
		if (work->files.count == before)
			report_fail(work, pattern, work->directory,
				"it matches no file of the host");
		name_list_free(&list);
	}
	struct name_list *files = &work->files;
	size_t kept = 0;
	if (files->count > 0)
		qsort(files->names, files->count, sizeof *files->names, by_name);
	for (size_t i = 0; i < files->count; i++)
		if (kept > 0 && strcmp(files->names[kept - 1], files->names[i]) == 0)
			free(files->names[i]);
		else
			files->names[kept++] = files->names[i];
	files->count = kept;
}

struct ranked {
	char hash[SHA256_HEX];
	const char *path;
};

static int
by_rank(const void *a, const void *b)
{
	return strcmp(((const struct ranked *)a)->hash, ((const struct ranked *)b)->hash);
}

/* Judges SAMPLE of the files: at equal steps through their sorted names, or those whose
 * hash with SEED is the smallest. */
static void
judge_sample(
	struct work *work, size_t sample, const char *seed, const struct stat *directory)
{
	size_t count = work->files.count;
	autofree struct ranked *ranked = memory_new(count + 1, sizeof *ranked);
	for (size_t i = 0; i < count; i++) {
		ranked[i].path = work->files.names[i];
		if (seed == NULL)
			continue;
		autofree char *text = memory_printf("%s\n%s", seed, ranked[i].path);
		text_sha256(BYTES_TEXT(text), ranked[i].hash);
	}
	if (seed != NULL && count > 0)
		qsort(ranked, count, sizeof *ranked, by_rank);
	if (sample > count)
		sample = count;
	for (size_t i = 0; i < sample; i++)
		judge_file(work, ranked[seed != NULL ? i : i * count / sample].path,
			directory);
	if (work->same > 0 || sample == 0) {
		struct finding *finding = findings_add(work->findings,
			sample == 0 ? VERDICT_FAIL : VERDICT_PASS, "restored");
		finding_have(finding, "%zu of %zu compared, out of %zu, are the same",
			work->same, sample, count);
		finding_evidence_file(finding, work->directory);
	}
}

void
backup_judge_restored(const struct context *context, const struct value *section,
	struct findings *findings)
{
	struct work work = { .context = context,
		.directory = value_text(section, "directory", ""),
		.findings = findings };
	struct stat directory;
	autofree char *target = NULL;
	long sample = SAMPLE_DEFAULT;
	int known = host_status(context->host, work.directory, &directory, &target);
	if (known < 0 || !S_ISDIR(directory.st_mode)) {
		struct finding *finding = findings_add(
			findings, known < 0 ? VERDICT_UNKNOWN : VERDICT_FAIL, "restored");
		if (known < 0)
			finding_why(finding, "%s", strerror(errno));
		finding_have(finding, "there is no such directory");
		finding_want(finding, "a restored tree");
		finding_evidence_file(finding, work.directory);
		return;
	}
	if (value_find(section, "sample") != NULL)
		(void)text_number(
			value_text(section, "sample", ""), 1, SAMPLE_MAX, &sample, NULL);
	find_files(&work, value_find(section, "files"));
	judge_sample(
		&work, (size_t)sample, value_text(section, "seed", NULL), &directory);
	if (work.other > SHOWN_MAX) {
		struct finding *finding = findings_add(findings,
			work.hides_fail ? VERDICT_FAIL : VERDICT_UNKNOWN, "more files");
		finding_have(finding, "%zu more like these", work.other - SHOWN_MAX);
	}
	name_list_free(&work.files);
}
