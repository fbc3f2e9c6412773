/* Sources: receive in ntp_proto.c, which drops packets of ignore and noserve whoever
 * sends them, answers too; hack_restrict in ntp_restrict.c, where the narrowest address
 * counts, and lines of one address add up; ntp.conf(5), nopeer, of pools. */
#include "policy/models/time/time_restrict.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Drop all answers, or those without a key. */
static const char *const shutting[] = { "ignore", "noserve", "notrust", NULL };

/* Say nothing of answers. */
static const char *const others[] = { "epeer", "flake", "kod", "limited", "lowpriotrap",
	"mssntp", "noepeer", "nomodify", "nomrulist", "nopeer", "noquery", "notrap",
	"ntpport", "serverresponse", "fuzz", "version", NULL };

/* What a line is about. */
struct subject {
	const char *name;
	bool is_source, is_host, is_shut, is_unpeered;
};

/* Whether the network of LINE, which names NAME, is in the machine itself. */
static bool
is_own(const struct time_line *line, const char *name)
{
	const char *slash = strchr(name, '/');
	long size = 0;
	bool is_narrow = slash != NULL && text_number(slash + 1, 8, 32, &size, NULL) == 0;
	for (size_t i = 2; i + 1 < line->count; i++)
		if (strcmp(line->words[i], "mask") == 0)
			is_narrow = strncmp(line->words[i + 1], "255.", 4) == 0;
	return strncmp(name, "127.", 4) == 0 && is_narrow;
}

/* False when a word is not known. */
static bool
read_line(const struct time_line *line, struct subject *ret_subject)
{
	size_t at = 1;
	if (at < line->count &&
		(strcmp(line->words[at], "-4") == 0 ||
			strcmp(line->words[at], "-6") == 0))
		at++;
	*ret_subject = (struct subject){ .name = at < line->count ? line->words[at]
								  : "" };
	ret_subject->is_source = strcmp(ret_subject->name, "source") == 0;
	ret_subject->is_host = !ret_subject->is_source &&
		strcmp(ret_subject->name, "default") != 0 &&
		strchr(ret_subject->name, '/') == NULL;
	for (at++; at < line->count; at++) {
		const char *word = line->words[at],
			   *next = at + 1 < line->count ? line->words[at + 1] : "";
		ret_subject->is_shut |= text_is_one_of(word, shutting);
		ret_subject->is_unpeered |= strcmp(word, "nopeer") == 0;
		if (strcmp(word, "mask") == 0)
			ret_subject->is_host &= strcmp(next, "255.255.255.255") == 0;
		if (strcmp(word, "mask") == 0 || strcmp(word, "ippeerlimit") == 0)
			at++;
		else if (!text_is_one_of(word, shutting) && !text_is_one_of(word, others))
			return false;
	}
	return *ret_subject->name != '\0' && line->count < TIME_WORDS_MAX;
}

void
time_restrict(struct time_restrictions *restrictions, struct time_daemon *daemon,
	const struct time_line *line)
{
	struct subject subject;
	if (!read_line(line, &subject)) {
		time_doubt(daemon, true, line->place,
			"restrict, or one of its words, is not understood");
	} else if (subject.is_source) {
		restrictions->source_is_open = !subject.is_shut;
		restrictions->source_is_peered = !subject.is_unpeered;
	} else if (subject.is_host) {
		table_set(subject.is_shut ? &restrictions->shut_hosts
					  : &restrictions->open_hosts,
			subject.name, restrictions);
	} else if (!is_own(line, subject.name)) {
		if (subject.is_shut)
			restrictions->shut = line->place;
		if (subject.is_unpeered)
			restrictions->unpeered = line->place;
	}
}

/* Why the answers of SOURCE may be dropped; NULL when they are not. */
static const char *
fault(const struct time_restrictions *restrictions, const struct time_source *source)
{
	bool is_shut = restrictions->shut.file != NULL && !restrictions->source_is_open &&
		table_get(&restrictions->open_hosts, source->name) == NULL;
	/* a clock of the machine sends no packet */
	if (strncmp(source->name, "127.127.", 8) == 0 ||
		strcmp(source->directive, "refclock") == 0)
		return NULL;
	if (is_shut || table_get(&restrictions->shut_hosts, source->name) != NULL)
		return "a line of restrict may drop what it answers";
	return strcmp(source->directive, "pool") == 0 &&
			restrictions->unpeered.file != NULL &&
			!restrictions->source_is_peered
		? "restrict with nopeer lets no server of a pool in"
		: NULL;
}

void
time_restrict_judge(
	const struct time_restrictions *restrictions, struct time_daemon *daemon)
{
	for (size_t i = 0; i < daemon->source_count; i++) {
		const char *why = fault(restrictions, &daemon->sources[i]);
		if (why != NULL)
			daemon->sources[i].doubt = why;
	}
}

void
time_restrict_free(struct time_restrictions *restrictions)
{
	table_free(&restrictions->open_hosts);
	table_free(&restrictions->shut_hosts);
}
