/* What a sudoers file consists of; for sudoers*.c alone. */
#ifndef POLICY_MODELS_SUDOERS_RULE_H
#define POLICY_MODELS_SUDOERS_RULE_H

#include "policy/models/login/sudoers.h"
#include "policy/models/login/sudoers_line.h"

struct sudoers_list {
	struct sudoers_item {
		bool negated;
		char *text;
	} * items;
	size_t count;
};

enum sudoers_tag {
	SUDOERS_TAG_UNSET,
	SUDOERS_TAG_PASSWD,
	SUDOERS_TAG_NOPASSWD,
};

/* A command, and as whom. */
struct sudoers_spec {
	const struct sudoers_list *runas; /* of the grant; NULL: as Defaults say */
	enum sudoers_tag password;
	bool is_limited; /* to a time or a place */
	struct sudoers_item command;
};

/* users hosts = specs : hosts = specs */
struct sudoers_rule {
	struct place place;
	struct sudoers_list users;
	struct sudoers_grant {
		struct sudoers_list hosts;
		struct sudoers_list **runas; /* owned; specs point at them */
		size_t runas_count;
		struct sudoers_spec *specs;
		size_t spec_count;
	} * grants;
	size_t grant_count;
};

enum sudoers_setting {
	SUDOERS_AUTHENTICATE,
	SUDOERS_ROOTPW,
	SUDOERS_TARGETPW,
	SUDOERS_RUNASPW,
	SUDOERS_RUNAS_DEFAULT,
	SUDOERS_SETTING_COUNT,
};

/* A line of Defaults. */
struct sudoers_default {
	char kind; /* '@' hosts, ':' users, '!' commands, '>' runas; 0: all */
	struct sudoers_list scope;
	enum { SUDOERS_UNSAID, SUDOERS_ON, SUDOERS_OFF } settings[SUDOERS_SETTING_COUNT];
	char *runas; /* of runas_default; NULL when unsaid */
};

/* One line as it is read. */
struct sudoers_reader {
	struct sudoers *sudoers;
	struct place place;
	struct sudoers_words words;
};

/* Adds what LINE says, which is whole and no include. False when it is not understood. */
bool
sudoers_rule_read(struct sudoers_reader *reader, const char *line);

/* Frees the rules, aliases and Defaults. */
void
sudoers_rules_free(struct sudoers *sudoers);

/* Notes the first thing that is not understood. */
void
sudoers_doubt(struct sudoers *sudoers, struct place place, const char *text);

#endif
