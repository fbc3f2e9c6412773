#include "policy/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/redact.h"

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_INVALID] = "invalid",
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_MANUAL] = "manual",
	[VERDICT_NOT_APPLICABLE] = "not-applicable",
	[VERDICT_WAIVED] = "waived",
};

const char *
verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

struct finding *
findings_add(struct findings *findings, enum verdict verdict, const char *subject, ...)
{
	findings->items = memory_grow(
		findings->items, findings->count, sizeof *findings->items);
	struct finding *finding = &findings->items[findings->count++];
	va_list args;
	va_start(args, subject);
	*finding = (struct finding){ .verdict = verdict,
		.subject = memory_vprintf(subject, args) };
	va_end(args);
	return finding;
}

#define SET_TEXT(member, format)                                                         \
	do {                                                                             \
		va_list args;                                                            \
		va_start(args, format);                                                  \
		free(finding->member);                                                   \
		finding->member = memory_vprintf(format, args);                          \
		va_end(args);                                                            \
	} while (0)

void
finding_have(struct finding *finding, const char *format, ...)
{
	SET_TEXT(have, format);
}

void
finding_want(struct finding *finding, const char *format, ...)
{
	SET_TEXT(want, format);
}

void
finding_why(struct finding *finding, const char *format, ...)
{
	SET_TEXT(why, format);
}

static struct evidence *
add_evidence(struct finding *finding, const char *path)
{
	finding->evidence = memory_grow(
		finding->evidence, finding->evidence_count, sizeof *finding->evidence);
	struct evidence *evidence = &finding->evidence[finding->evidence_count++];
	*evidence = (struct evidence){ .file = memory_text(path) };
	return evidence;
}

/* A line of megabytes, quoted by each of many findings, would fill memory and screen. */
enum { EVIDENCE_SCANNED = 65536, EVIDENCE_SHOWN = 1000 };

static void
shorten(char *text)
{
	static const char mark[] = "...";
	size_t end = EVIDENCE_SHOWN;
	if (strnlen(text, EVIDENCE_SHOWN + sizeof mark) < EVIDENCE_SHOWN + sizeof mark)
		return;
	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--; /* not within a character */
	memcpy(text + end, mark, sizeof mark);
}

void
finding_evidence(struct finding *finding, const struct file *file, size_t offset)
{
	struct evidence *evidence = add_evidence(finding, file->path);
	bytes_position(file->bytes, offset, &evidence->line, &evidence->column);
	struct bytes line = bytes_line(file->bytes, offset);
	if (line.size > EVIDENCE_SCANNED)
		line.size = EVIDENCE_SCANNED;
	evidence->text = redact_line(file->path, line);
	shorten(evidence->text);
}

void
finding_evidence_file(struct finding *finding, const char *path)
{
	add_evidence(finding, path);
}

void
finding_evidence_end(struct finding *finding, const struct file *file, size_t end)
{
	if (end > file->bytes.size)
		end = file->bytes.size;
	while (end > 0 && strchr(" \t\r\n", file->bytes.data[end - 1]) != NULL)
		end--;
	if (file->state != FILE_READ || end == 0) {
		finding_evidence_file(finding, file->path);
		return;
	}
	while (end > 0 && file->bytes.data[end - 1] != '\n')
		end--;
	finding_evidence(finding, file, end);
}

enum verdict
findings_verdict(const struct findings *findings)
{
	static const enum verdict worst_first[] = { VERDICT_FAIL, VERDICT_INVALID,
		VERDICT_UNKNOWN, VERDICT_MANUAL, VERDICT_PASS, VERDICT_NOT_APPLICABLE };
	for (size_t v = 0; v < sizeof worst_first / sizeof *worst_first; v++)
		for (size_t i = 0; i < findings->count; i++)
			if (findings->items[i].verdict == worst_first[v])
				return worst_first[v];
	return VERDICT_UNKNOWN;
}

void
findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->items[i];
		free(finding->subject);
		free(finding->have);
		free(finding->want);
		free(finding->why);
		for (size_t k = 0; k < finding->evidence_count; k++) {
			free(finding->evidence[k].file);
			free(finding->evidence[k].text);
		}
		free(finding->evidence);
	}
	free(findings->items);
	*findings = (struct findings){ 0 };
}
