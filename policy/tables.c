#include "policy/tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/recorded.h"

static const char *const versions[] = { "1", NULL };
static const char *const risks[] = { "none", "very-low", "low", "medium", "high", NULL };
static const char *const whens[] = { "live", NULL };
static const char *const yes[] = { "yes", NULL };
static const char *const syslogs[] = { "sysklogd", "inetutils", "rsyslog", "syslog-ng",
	NULL };

const char *
risk_name(enum risk risk)
{
	return risks[risk];
}

const struct key assume_keys[] = {
	{ "openssh", KEY_TEXT, .help = "version of OpenSSH", .example = "3.6.1p2" },
	{ "syslog", KEY_CHOICE, .help = "which syslog daemon runs", .choices = syslogs },
	{ "xinetd", KEY_TEXT, .help = "version of xinetd", .example = "2.3.15" },
	{ "pam", KEY_TEXT, .help = "version of Linux-PAM", .example = "1.5.2" },
	{ 0 },
};

const struct key waive_keys[] = {
	{ "owner", KEY_TEXT, .required = true, .help = "who answers for the exception",
		.example = "mail team" },
	{ "reason", KEY_TEXT, .required = true, .help = "why the gap is accepted",
		.example = "vendor needs rsh until the migration" },
	{ "until", KEY_DATE, .required = true,
		.help = "the last day it counts, by the local clock; after it the "
			"control is judged again",
		.example = "2027-03-31" },
	{ 0 },
};

const struct key common_keys[] = {
	{ "id", KEY_TEXT, .required = true,
		.help = "name of the control: letters, digits, - and _, once in a policy",
		.example = "ssh-keys-only" },
	{ "title", KEY_TEXT, .help = "what it asks, in one line",
		.example = "Shell access only over SSH, only with keys" },
	{ "item", KEY_TEXT, .help = "its number in a checklist", .example = "3" },
	{ "risk", KEY_CHOICE, .help = "the residual risk while it fails",
		.choices = risks, .otherwise = "medium" },
	{ "objective", KEY_TEXT, .help = "what it is for" },
	{ "reference", KEY_TEXT, .help = "where it comes from: a standard, a ticket" },
	{ "compliance", KEY_TEXT, .help = "what a compliant host looks like" },
	{ "testing", KEY_TEXT, .help = "how a person would test it" },
	{ "rationale", KEY_TEXT, .help = "why it is wanted" },
	{ "mitigation", KEY_TEXT, .help = "what to do about it when it does not hold" },
	{ "owner", KEY_TEXT, .help = "who answers for it", .example = "mail team" },
	{ "when", KEY_CHOICE,
		.help = "live: what needs the running host is not applicable, and not "
			"unknown, when a directory is audited",
		.choices = whens },
	{ "evidence", KEY_SECTION,
		.help = "what was recorded elsewhere, for what can't be measured in a "
			"root; a kind says what it takes",
		.keys = recorded_keys },
	{ "waive", KEY_SECTION,
		.help = "an exception: while it counts, a failing control is waived",
		.keys = waive_keys },
	{ 0 },
};

static const struct key drop_key = { "drop", KEY_CHOICE,
	.help = "yes: the control is taken out of the policy", .choices = yes };

static size_t
key_count(const struct key *keys)
{
	size_t count = 0;
	while (keys[count].name != NULL)
		count++;
	return count;
}

/* A control's keys, with room for LAST, which may be NULL. */
static struct key *
control_table(const struct key *last)
{
	size_t count = key_count(common_keys), kind_count = 0;
	while (kinds[kind_count] != NULL)
		kind_count++;
	struct key *table = memory_new(count + kind_count + 2, sizeof *table);
	memcpy(table, common_keys, count * sizeof *table);
	for (size_t i = 0; i < kind_count; i++)
		table[count++] = (struct key){
			kinds[i]->name,
			KEY_SECTION,
			.help = kinds[i]->summary,
			.keys = kinds[i]->keys,
		};
	if (last != NULL)
		table[count] = *last;
	return table;
}

struct tables *
tables_new(void)
{
	struct tables *tables = memory_new(1, sizeof *tables);
	tables->control = control_table(NULL);
	tables->entry = control_table(&drop_key);
	const struct key policy[] = {
		{ "holdfast", KEY_CHOICE, .required = true,
			.help = "version of the file's format", .choices = versions },
		{ "title", KEY_TEXT, .help = "what the policy is for, in one line",
			.example = "POP/IMAP mail server" },
		{ "description", KEY_TEXT, .help = "more about it" },
		{ "assume", KEY_SECTION,
			.help = "facts about the host's software, used when its package "
				"database does not tell",
			.keys = assume_keys },
		{ "controls", KEY_SECTION, .required = true, .many = true,
			.help = "what is asked of the host", .keys = tables->control },
		{ 0 },
	};
	const struct key overlay[] = {
		policy[0],
		{ "title", KEY_TEXT, .help = "what the overlay is for, in one line" },
		{ "description", KEY_TEXT, .help = "more about it" },
		policy[3],
		{ "overlay", KEY_SECTION, .many = true,
			.help = "the controls that differ: an entry names one by its id "
				"and states what replaces or joins its keys",
			.keys = tables->entry },
		{ 0 },
	};
	tables->policy = memcpy(memory_new(1, sizeof policy), policy, sizeof policy);
	tables->overlay = memcpy(memory_new(1, sizeof overlay), overlay, sizeof overlay);
	return tables;
}

void
tables_free(struct tables *tables)
{
	free((void *)tables->policy);
	free((void *)tables->overlay);
	free((void *)tables->control);
	free((void *)tables->entry);
	free(tables);
}
