/* The doors of a host: each way in of each person who matters, and how far it is open.
 * Two hosts, one as it is and one as it is planned, are asked about the same persons and
 * places in the same order. */
#ifndef POLICY_DOORS_DOORS_H
#define POLICY_DOORS_DOORS_H

#include "base/account.h"
#include "base/sessions.h"
#include "policy/kinds/kind.h"
#include "policy/models/pam/passage.h"
#include "policy/models/sshd/sshd_keyword.h"
#include "policy/place.h"

enum door_kind {
	DOOR_SSH,
	DOOR_CONSOLE,
	DOOR_SUDO, /* to root */
	DOOR_SU, /* to root */
	DOOR_SERVICE, /* another PAM service lets the account be used */
	DOOR_PORT, /* where sshd listens */
	DOOR_STACK, /* for struct kind alone: a file of PAM, SERVICE its name */
};

struct door {
	enum door_kind kind;
	char *name; /* "ssh:alice": what stands for it on the command line */
	const char *who; /* of the scope; NULL: any other user */
	char *service; /* the PAM service; NULL of DOOR_PORT */
	char *from; /* "192.0.2.7", "anywhere", "tty1"; "" where it does not matter */
	bool is_used; /* somebody came through it and is logged in */
	bool is_example; /* of an address that lines name: whether the person ever comes
			    from there is not known */
	bool is_pseudo; /* a pseudo terminal: whether any login asks there is not known */
	enum passage passage;
	char *how; /* what opens it: "key", "password"; NULL when nothing is known to */
	char *reason; /* why it is not open; NULL when it is */
	char *remedy; /* what would open it; NULL */
	struct place place; /* where the reason stands; may be nowhere */
	enum sshd_setting setting; /* see sshd_person.h */
};

struct doors {
	struct door *items;
	size_t count;
};

/* Whom and what it is about. */
struct doors_scope {
	struct doors_person {
		char *name;
		bool is_admin; /* can become root, as he is or will be */
	} * persons;
	size_t person_count;
	char **names; /* of PERSONS, NULL ends */
	char **addresses; /* the first stands for any that no line names */
	size_t address_count;
	char **services; /* of PAM, but those that are asked about by themselves */
	size_t service_count;
	char **ports; /* "22 every address" */
	size_t port_count;
	const struct sessions *sessions;
	char *no_accounts; /* why nothing can be told about anybody; NULL */
	bool cut; /* there are more persons, addresses or services than are asked about */
	long today; /* days since 1970 */
};

/* Everything that BEFORE and AFTER, hosts of one root, have. SESSIONS must outlive it, as
 * the contexts must. Freed by doors_scope_free. */
void
doors_scope_open(const struct context *before, const struct context *after,
	const struct sessions *sessions, struct doors_scope *ret_scope);

void
doors_scope_free(struct doors_scope *scope);

/* Whether the person called NAME is an administrator. */
bool
doors_is_admin(const struct doors_scope *scope, const char *name);

/* Freed by doors_free. */
void
doors_ask(const struct context *context, const struct doors_scope *scope,
	struct doors *ret_doors);

void
doors_free(struct doors *doors);

#endif
