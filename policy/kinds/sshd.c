#include "policy/kinds/sshd.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/doors/doors.h"
#include "policy/models/sshd/sshd_algorithms.h"
#include "policy/models/sshd/sshd_host.h"
#include "policy/models/sshd/sshd_outcome.h"
#include "policy/models/sshd/sshd_port.h"
#include "policy/models/sshd/sshd_reach.h"
#include "policy/models/sshd/sshd_value.h"

enum { BLOCKS_ANSWERED_MAX = 50 };

/* The subject of what sshd_reach.h says. */
static const char reach_subject[] = "which Match blocks hold where sshd listens";

static const char *const views[] = { "effective", "explicit", NULL };

static const struct key keys[] = {
	{ .name = "settings",
		.type = KEY_SETTINGS,
		.required = true,
		.choices = &sshd_keyword_names[SSHD_NONE + 1],
		.help = "what each keyword must be, for every user and address",
		.example = "{ PermitRootLogin: no, MaxAuthTries: { max: 4 } }" },
	{ .name = "view",
		.type = KEY_CHOICE,
		.choices = views,
		.help = "effective: what sshd does; explicit: a line must also say so",
		.example = "explicit",
		.otherwise = "effective" },
	{ 0 },
};

static bool
same(const char *subject, const char *want, const char *have)
{
	enum sshd_setting setting = sshd_keyword_number(subject);
	int version = sshd_host_newest(setting);
	const struct sshd_keyword *keyword = sshd_keyword_get(setting, version);
	autofree char *normal = keyword != NULL
		? sshd_value_normal(keyword, version, want, NULL)
		: NULL;
	if (setting == SSHD_LISTEN_ADDRESS && normal != NULL)
		return sshd_listen_same(normal, have);
	return strcmp(normal != NULL ? normal : want, have) == 0;
}

static bool
measure(const char *subject, const char *have, long *ret_number)
{
	const struct sshd_keyword *keyword;
	enum sshd_setting setting = sshd_keyword_number(subject);
	keyword = sshd_keyword_get(setting, sshd_host_newest(setting));
	if (keyword == NULL || !sshd_value_is_number(keyword))
		return false;
	*ret_number = sshd_value_seconds(have);
	return *ret_number >= 0;
}

const struct comparison sshd_comparison = { same, measure };

static bool
holds(const struct sshd_wish *wish, const char *value)
{
	return condition_holds(
		wish->want, sshd_keyword_names[wish->setting], value, &sshd_comparison);
}

struct sshd_wish
sshd_wish_make(enum sshd_setting setting, const struct value *want)
{
	return (struct sshd_wish){ holds, setting, want };
}

static void
validate_value(
	enum sshd_setting setting, const struct value *value, struct problems *problems)
{
	int version = sshd_host_newest(setting);
	struct error err = ERROR_INIT;
	if (value->type == VALUE_LIST) {
		for (size_t i = 0; i < value->count; i++)
			validate_value(setting, &value->items[i], problems);
		return;
	}
	const struct sshd_keyword *keyword = sshd_keyword_get(setting, version);
	if (value->type == VALUE_TEXT && keyword != NULL &&
		sshd_algorithms_are(keyword) && value->text[0] != '\0' &&
		strchr("+-^", value->text[0]) != NULL) {
		problems_add(problems, value->at,
			"%s: '%c' adds to, takes from or sorts the default list, which "
			"each "
			"version has its own of: write the list that is wanted",
			sshd_keyword_names[setting], value->text[0]);
		return;
	}
	autofree char *normal = value->type == VALUE_TEXT
		? sshd_value_normal(keyword, version, value->text, &err)
		: NULL;
	if (normal == NULL && err.text != NULL)
		problems_add(problems, value->at, "%s: sshd takes no such value: %s",
			sshd_keyword_names[setting], err.text);
	error_clear(&err);
}

static bool
has_bounds(const struct value *value)
{
	return value_find(value, "min") != NULL || value_find(value, "max") != NULL;
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *settings = value_find(control->keys, "settings");
	for (size_t i = 0; settings != NULL && i < settings->count; i++) {
		const struct entry *entry = &settings->entries[i];
		enum sshd_setting setting = sshd_keyword_number(entry->key);
		if (setting == SSHD_NONE)
			continue; /* the key table says so */
		if (sshd_host_newest(setting) == 0) {
			problems_add(problems, entry->at, "%s has no value to ask for",
				entry->key);
			continue;
		}
		if (entry->value.type == VALUE_MAP && has_bounds(&entry->value) &&
			!sshd_value_is_number(
				sshd_keyword_get(setting, sshd_host_newest(setting)))) {
			problems_add(problems, entry->at,
				"%s is no number: min and max mean nothing", entry->key);
			continue;
		}
		validate_value(setting, &entry->value, problems);
		for (size_t k = 0;
			entry->value.type == VALUE_MAP && k < entry->value.count; k++)
			validate_value(setting, &entry->value.entries[k].value, problems);
	}
}

static void
answer_all(const struct sshd_config *config, const struct sshd_witness *witness,
	const char *block, struct answers *answers)
{
	for (enum sshd_setting i = SSHD_NONE + 1; i < SSHD_SETTING_COUNT; i++) {
		const struct sshd_keyword *keyword = sshd_keyword_get(i, config->version);
		if (keyword == NULL || keyword->name != i || keyword->no_effect ||
			keyword->parse == NULL)
			continue;
		struct sshd_answer answer = sshd_answer_find(
			config, i, witness != NULL ? &witness->connection : NULL);
		autofree char *subject = block == NULL
			? memory_text(sshd_keyword_names[i])
			: memory_printf("%s [%s]", sshd_keyword_names[i], block);
		answers_add(answers, subject,
			answer.value != NULL ? answer.value : answer.reason);
		sshd_answer_free(&answer);
	}
}

static void
answers(const struct context *context, const struct control *control,
	struct answers *ret_answers)
{
	(void)control;
	const struct sshd_host *host = sshd_host_load(context);
	size_t budget = SSHD_WITNESS_BUDGET;
	for (size_t i = 0; i < host->count && i < 1; i++) {
		const struct sshd_config *config = &host->configs[0];
		for (size_t k = 0; k < config->problem_count; k++)
			answers_add(ret_answers, "configuration of sshd",
				config->problems[k].text);
		autofree char *reach = sshd_reach_describe(config);
		if (reach != NULL)
			answers_add(ret_answers, reach_subject, reach);
		answer_all(config, NULL, NULL, ret_answers);
		for (size_t k = 0; k < config->block_count && k < BLOCKS_ANSWERED_MAX;
			k++) {
			const long block = (long)k;
			struct sshd_witness witness = sshd_witness_find(config,
				&(struct sshd_cell){
					.inside = &block, .inside_count = 1 },
				&budget);
			if (witness.result == SSHD_WITNESS_FOUND)
				answer_all(config, &witness, config->blocks[k].text,
					ret_answers);
			sshd_witness_free(&witness);
		}
	}
}

/* Whether two names mean one setting in some version. */
static bool
related(enum sshd_setting a, enum sshd_setting b)
{
	static const int ages[] = { 1003, 902, 704, 306 };
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
		const struct sshd_keyword *x = sshd_keyword_get(a, ages[i]),
					  *y = sshd_keyword_get(b, ages[i]);
		if (x != NULL && x == y)
			return true;
	}
	return a == b;
}

/* Whether WANTED, which is asked for, makes SETTING another: each address is listened on
 * at the ports of Port, and of those families. */
static bool
follows(enum sshd_setting setting, enum sshd_setting wanted)
{
	return setting == SSHD_LISTEN_ADDRESS &&
		(wanted == SSHD_PORT || wanted == SSHD_ADDRESS_FAMILY);
}

static bool
wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	const struct value *settings = value_find(control->keys, "settings");
	autofree char *name = memory_copy(subject, strcspn(subject, " "));
	enum sshd_setting setting = sshd_keyword_number(name);
	if (strcmp(subject, reach_subject) == 0)
		return sshd_reach_within(after, before);
	for (size_t i = 0; i < settings->count && after != NULL && setting != SSHD_NONE;
		i++) {
		const struct entry *entry = &settings->entries[i];
		enum sshd_setting wanted = sshd_keyword_number(entry->key);
		if (follows(setting, wanted) ||
			(related(setting, wanted) &&
				condition_holds(&entry->value, entry->key, after,
					&sshd_comparison)))
			return true;
	}
	return false;
}

/* PermitRootLogin, AllowUsers and the like are about persons, and the control wants them
 * so. */
static bool
closes(const struct context *context, const struct control *control,
	const struct door *door)
{
	const struct value *settings = value_find(control->keys, "settings");
	(void)context;
	for (size_t i = 0; i < settings->count && door->setting != SSHD_NONE; i++)
		if (related(door->setting, sshd_keyword_number(settings->entries[i].key)))
			return true;
	return false;
}

const struct kind kind_sshd = {
	.name = "sshd",
	.summary = "effective settings of the OpenSSH server, for every connection",
	.keys = keys,
	.by_hand = "as root `sshd -T -C user=root,host=localhost,addr=127.0.0.1`, "
		   "which needs OpenSSH 5.1 or newer and tells of that one connection "
		   "alone, and so for other users and addresses\n"
		   "for an older one `cat /etc/ssh/sshd_config`, and its "
		   "sshd_config(5) for what no line sets\n"
		   "`holdfast probe ssh`",
	.lenses = 1u << LENS_SSHD,
	.validate = validate,
	.check = sshd_check,
	.remedy = sshd_remedy,
	.answers = answers,
	.wants = wants,
	.closes = closes,
};
