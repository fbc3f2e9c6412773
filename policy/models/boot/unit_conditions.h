/* The conditions and assertions of a unit, as far as the files of its root tell whether
 * they hold. Sources: systemd.unit(5), CONDITIONS AND ASSERTS; condition_test_list and
 * condition.c of systemd 252. */
#ifndef POLICY_MODELS_UNIT_CONDITIONS_H
#define POLICY_MODELS_UNIT_CONDITIONS_H

#include "policy/models/boot/unit_files.h"
#include "policy/place.h"

struct unit_condition {
	bool is_assertion, is_trigger; /* '|': one of these is enough */
	int holds; /* 1, 0, -1: it can't be told */
	char *text; /* owned: "ConditionPathExists=!/etc/x" */
	struct place place;
};

struct unit_conditions {
	struct unit_condition *items;
	size_t count;
};

/* Adds the line NAME=VALUE of [Unit] if it is about a condition or an assertion; an empty
 * one takes back all of its sort. */
void
unit_conditions_add(struct unit_conditions *conditions, struct host *host,
	const char *name, const struct traced *value);

/* The condition or assertion for which the unit is not started, or because of which that
 * can't be told (*ret_holds is 0 or -1); NULL with 1 when all holds. */
const struct unit_condition *
unit_conditions_judge(const struct unit_conditions *conditions, int *ret_holds);

/* Whether what stands at PATH now stands there when the host boots: of /run, /sys and the
 * like that is not so. */
bool
unit_conditions_is_lasting(const char *path);

void
unit_conditions_free(struct unit_conditions *conditions);

#endif
