/* The users of a host with their groups, as far as Match blocks tell them apart. */
#ifndef POLICY_MODELS_SSHD_PEOPLE_H
#define POLICY_MODELS_SSHD_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

struct sshd_config;

struct sshd_people {
	bool known; /* passwd(5) and group(5) tell who is in which group, and they alone
		     */
	bool complete; /* no user was left out */
	struct sshd_account {
		char *user, *groups; /* with commas */
	} * items; /* for each set of criteria of User and Group one who meets it */
	size_t count;
};

/* Reads those of CONFIG's host into it, if a block of it asks for a group. */
void
sshd_people_read(struct sshd_config *config);

/* The groups of USER, "" for one whom passwd(5) has not. The caller frees. */
char *
sshd_people_groups(const struct sshd_config *config, const char *user);

void
sshd_people_free(struct sshd_people *people);

#endif
