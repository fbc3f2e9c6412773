/* Whom pam_access admits from where. Sources: pam_access(8), access.conf(5), Linux-PAM
 * modules/pam_access/pam_access.c of 1.5.2, 1.5.3, 1.6.1, 1.7.0 and 1.7.1. */
#ifndef POLICY_MODELS_ACCESS_CONF_H
#define POLICY_MODELS_ACCESS_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/principals.h"
#include "policy/kinds/kind.h"
#include "policy/place.h"

/* The arguments of the module's line. */
struct access_settings {
	char *file; /* the last accessfile=, else /etc/security/access.conf */
	bool is_named; /* by accessfile=: then no access.d */
	char **named; /* all that accessfile= names: each must be there */
	size_t named_count;
	char *field_separators, *list_separators;
	bool only_marked_groups; /* nodefgroup: bare names are users alone */
	bool no_lookups; /* nodns, from 1.7.1 on */
};

/* What versions do differently; MAYBE where the version is not known, or a distribution
 * may have changed its own. */
enum access_does {
	ACCESS_DOES_NOT,
	ACCESS_MAYBE,
	ACCESS_DOES,
};

struct access_version {
	enum access_does resolves; /* looks origins up as names of hosts: 1.5.3 */
	enum access_does spares_devices; /* but not those of terminals: 1.7.1 */
	enum access_does has_numbers; /* knows uids and gids, and that the two loopback
					 addresses are one: 1.7.0 */
	enum access_does loses_groups; /* asks for (group) the wrong way round: 1.7.0 */
	enum access_does has_vendor; /* reads a distribution's file: 1.5.3 */
	enum access_does sorts_bytes; /* access.d, and not as the locale has it: 1.5.3 */
	enum access_does has_pieces; /* reads a long line in pieces: before 1.6.0 */
};

void
access_settings_read(const char *arguments, struct access_settings *ret_settings);

void
access_settings_free(struct access_settings *settings);

enum access_answer {
	ACCESS_ADMITTED,
	ACCESS_REFUSED,
	ACCESS_UNKNOWN,
};

struct access_rule {
	struct place place;
	enum access_answer answer;
	bool for_all; /* no rule of a file: it answers everybody. REASON says why */
	const char *reason;
	size_t users, user_count; /* tokens[users ...] */
	size_t origins, origin_count;
};

struct access_conf {
	struct host *host; /* borrowed */
	struct access_version version;
	const struct file *main; /* the file that the settings name */
	struct access_rule *rules; /* in the order of matching, access.d after the main
				      file */
	size_t count;
	struct place *voids; /* lines that look like rules and are none */
	const char **void_reasons;
	size_t void_count;
	size_t last_unended; /* offset of a last line without newline; SIZE_MAX */
	struct access_settings settings;
	char **tokens; /* private */
	size_t token_count;
	char **texts; /* private */
	size_t text_count;
};

/* Never fails: a file that can't be judged becomes a rule that answers unknown. Takes the
 * content of SETTINGS. */
void
access_conf_read(const struct context *context, struct access_settings *settings,
	struct access_conf *ret_conf);

void
access_conf_free(struct access_conf *conf);

/* One whom the rules may treat differently from the others. */
struct access_person {
	const char *name; /* NULL: any other user */
	const struct principal *user; /* NULL: any other user, or one not in passwd */
};

struct access_people {
	struct access_person *items; /* the first is any other user */
	size_t count;
	struct access_mentions *mentions; /* private */
};

/* Those whom a rule names, by name or group, root, other users of uid 0, and EXTRA
 * (names; may be NULL, ends with NULL). All else are like the first. A "(group)" in EXTRA
 * says that whoever is in that group by another source than PRINCIPALS is not asked
 * about. PRINCIPALS must outlive it. */
void
access_people_find(const struct access_conf *conf, const struct principals *principals,
	char *const *extra, struct access_people *ret_people);

/* Whether TOKEN, a rule's name without "()", means others than the user called so:
 * group_match() in user_match() of pam_access.c. */
bool
access_people_have_group(const struct access_people *people, const char *token);

void
access_people_free(struct access_people *people);

struct access_decision {
	enum access_answer answer;
	const struct access_rule *rule; /* NULL: no rule matched, which admits */
};

/* Decides for all PEOPLE at once whether they are admitted from ORIGIN, by the rules from
 * FIRST on: a terminal or service name, or with IS_REMOTE a host name or address.
 * ret_decisions has people->count places. */
void
access_judge(const struct access_conf *conf, const struct access_people *people,
	const char *origin, bool is_remote, size_t first,
	struct access_decision *ret_decisions);

#endif
