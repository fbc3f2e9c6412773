#include "policy/models/network/trust.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"

enum { SHOWN_MAX = 100 }; /* entries that fail; the rest is counted */

static const struct key keys[] = {
	{ .name = "allow",
		.type = KEY_TEXTS,
		.help = "the entries that may stand there, each 'HOST' or 'HOST USER'",
		.otherwise = "none",
		.example = "['backup.isp.net backup']" },
	{ 0 },
};

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *allow = value_find(control->keys, "allow");
	for (size_t i = 0; allow != NULL && i < allow->count; i++) {
		const char *text = allow->items[i].text;
		const char *blank = strchr(text, ' ');
		if (*text == '\0' || *text == ' ' || strpbrk(text, "\t\n\v\f\r") ||
			(blank != NULL && (blank[1] == '\0' || strchr(blank + 1, ' '))))
			problems_add(problems, allow->items[i].at,
				"trust.allow: '%s' is neither 'HOST' nor 'HOST USER'",
				text);
	}
}

/* Whether the policy lists HOST and USER ("": whoever has the account's own name). */
static bool
is_allowed(const struct control *control, const char *host, const char *user)
{
	const struct value *allow = value_find(control->keys, "allow");
	for (size_t i = 0; allow != NULL && i < allow->count; i++) {
		const char *text = allow->items[i].text;
		size_t size = strcspn(text, " ");
		if (strlen(host) == size && strncasecmp(text, host, size) == 0 &&
			strcmp(text + size + (text[size] == ' '), user) == 0)
			return true;
	}
	return false;
}

static bool
allows(const struct control *control, const struct trust_entry *entry)
{
	return is_allowed(control, entry->host, entry->user != NULL ? entry->user : "");
}

/* Whom it lets in, for people. The caller frees. */
static char *
describe(const struct trust_file *file, const struct trust_entry *entry)
{
	autobuffer struct buffer text = { 0 };
	const char *user = entry->user, *host = entry->host;
	if (user == NULL)
		buffer_text(&text, "whoever has the same name");
	else if (strcmp(user, "+") == 0)
		buffer_text(&text, "everybody");
	else
		buffer_printf(&text, "%s %s",
			*user == '@' ? "users of the netgroup" : "user",
			user + (*user == '@'));
	if (strcmp(host, "+") == 0)
		buffer_text(&text, " on any host");
	else
		buffer_printf(&text, " on %s%s",
			*host == '@' ? "hosts of the netgroup " : "",
			host + (*host == '@'));
	buffer_printf(&text, " gets in as %s",
		file->accounts != NULL ? file->accounts
			: user == NULL ? "himself"
				       : "any account but root");
	return buffer_take(&text);
}

static void
judge_entry(const struct control *control, const struct trust_file *file,
	const struct trust_entry *entry, struct findings *findings)
{
	bool allowed = allows(control, entry);
	autofree char *have = describe(file, entry);
	struct finding *finding = findings_add(findings,
		allowed ? VERDICT_PASS : VERDICT_FAIL, "%s%s%s", entry->host,
		entry->user != NULL ? " " : "", entry->user != NULL ? entry->user : "");
	finding_have(finding, "%s", have);
	finding_want(finding, "%s", allowed ? "allowed" : "no such entry");
	finding_why(finding, "%s asks him for no password",
		!entry->by_rsh           ? "sshd with HostbasedAuthentication"
			: !entry->by_ssh ? "rshd or rlogind"
					 : "rshd, rlogind, or sshd with "
					   "HostbasedAuthentication");
	finding_evidence(finding, entry->place.file, entry->place.offset);
}

static void
report_unknown(struct findings *findings, const char *path, const char *why)
{
	struct finding *finding = findings_add(findings, VERDICT_UNKNOWN, "%s", path);
	finding_why(finding, "%s", why);
	finding_evidence_file(finding, path);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct trust trust;
	size_t shown[2] = { 0 };
	trust_read(context->host, &trust);
	if (trust.unsure != NULL)
		report_unknown(findings, trust.unsure_file, trust.unsure);
	for (size_t i = 0; i < trust.count; i++) {
		const struct trust_file *file = &trust.files[i];
		if (file->problem != NULL)
			report_unknown(findings, file->file->path, file->problem);
		for (size_t k = 0; k < file->count; k++)
			if (shown[allows(control, &file->entries[k])]++ < SHOWN_MAX)
				judge_entry(control, file, &file->entries[k], findings);
	}
	if (shown[false] > SHOWN_MAX) {
		struct finding *finding = findings_add(
			findings, VERDICT_FAIL, "more entries");
		finding_have(
			finding, "%zu more let somebody in", shown[false] - SHOWN_MAX);
	}
	if (findings->count == 0) {
		struct finding *finding = findings_add(findings, VERDICT_PASS, "trust");
		finding_have(finding,
			"no entry in hosts.equiv, shosts.equiv and the .rhosts and "
			".shosts of %zu home%s",
			trust.homes, trust.homes == 1 ? "" : "s");
		finding_evidence_file(finding, "/etc/passwd");
	}
	trust_free(&trust);
}

/* A file goes when nothing that it lets in is allowed, else its other lines do. */
static void
mend(const struct control *control, const struct trust_file *file, struct edits *edits)
{
	bool keeps = false, any = false;
	for (size_t k = 0; k < file->count; k++)
		*(allows(control, &file->entries[k]) ? &keeps : &any) = true;
	if (any && !keeps)
		edits_remove(edits, file->file, "trust nobody by his host's name");
	for (size_t k = 0; k < file->count && keeps; k++) {
		const struct trust_entry *entry = &file->entries[k];
		size_t start = entry->place.offset;
		/* a line may be one entry for rshd and another for sshd */
		bool is_again = k > 0 && entry[-1].place.offset == start;
		bool is_shared = is_again &&
			allows(control, &entry[-1]) == allows(control, entry);
		if (!allows(control, entry) && !is_shared)
			edits_splice(edits, entry->place.file, start, entry->end - start,
				"", "no longer trust %s", entry->host);
	}
}

static int
remedy(const struct context *context, const struct control *control, struct edits *edits,
	struct error *err)
{
	struct trust trust;
	int result = 0;
	trust_read(context->host, &trust);
	for (size_t i = 0; i < trust.count && result == 0; i++) {
		const struct trust_file *file = &trust.files[i];
		if (file->problem != NULL)
			result = error_set(
				err, "%s: %s", file->file->path, file->problem);
		else
			mend(control, file, edits);
	}
	trust_free(&trust);
	return result;
}

static void
answer(const struct context *context, const struct control *control,
	struct answers *answers)
{
	struct trust trust;
	(void)control;
	trust_read(context->host, &trust);
	for (size_t i = 0; i < trust.count; i++) {
		const struct trust_file *file = &trust.files[i];
		for (size_t k = 0; k < file->count; k++) {
			const struct trust_entry *entry = &file->entries[k];
			autofree char *value = describe(file, entry);
			autofree char *subject = memory_printf("%s\t%s\t%s",
				file->file->path, entry->host,
				entry->user != NULL ? entry->user : "");
			answers_add(answers, subject, value);
		}
	}
	trust_free(&trust);
}

/* An answer's subject is FILE, HOST and USER with tabs between; words hold none. */
static bool
wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	(void)before;
	autofree char *text = memory_text(subject);
	char *user = strrchr(text, '\t');
	if (after != NULL || user == NULL)
		return false;
	*user++ = '\0';
	const char *host = strrchr(text, '\t');
	return host != NULL && !is_allowed(control, host + 1, user);
}

static const char *const columns[] = { "file", "host", "user", NULL };

const struct kind kind_trust = {
	.name = "trust",
	.summary = "whom hosts.equiv, .rhosts and .shosts let in without a password",
	.keys = keys,
	.by_hand = "`cat /etc/hosts.equiv /etc/ssh/shosts.equiv /etc/shosts.equiv`\n"
		   "which homes have such a file: `cut -d: -f6 /etc/passwd | sort -u "
		   "| while read -r home; do ls -ld \"$home/.rhosts\" "
		   "\"$home/.shosts\"; done 2>/dev/null`, and `cat` each that is a "
		   "file",
	.validate = validate,
	.check = check,
	.remedy = remedy,
	.columns = columns,
	.answers = answer,
	.wants = wants,
};
