/* What most commands begin with: the policy, the controls to look at, a host to look at.
 */
#ifndef ENFORCER_SETUP_H
#define ENFORCER_SETUP_H

#include <stdbool.h>

#include "enforcer/errands.h"
#include "enforcer/options.h"
#include "policy/kinds/kind.h"

/* Loads the policy that the command's --policy and --overlay name; its problems go to
 * stderr. REQUIRE_SAFE as for policy_load. Freed by policy_free, also after -1. */
int
setup_policy(const struct options *options, bool require_safe, struct policy *ret_policy);

/* The same for the policy FILE, whatever --policy says. */
int
setup_policy_file(const struct options *options, const char *file, bool require_safe,
	struct policy *ret_policy);

/* Whether ROOT is "/" and we are root: what is read then decides what is done to the
 * running system. */
bool
setup_needs_safety(const char *root);

/* Says on stderr which of IDS the policy does not have, and what was probably meant;
 * then -1. */
int
setup_check_ids(const struct policy *policy, const char *const *ids, size_t id_count);

/* Gives up all but reading (base/confine.h), and writing where the file OUTPUT (NULL:
 * none) is to be, after a look at what of the running system the controls IDS (all when
 * none) ask for, where one of the roots is "/". Says on stderr why it can't, then -1. */
int
setup_confine(const struct policy *policy, const char *const *ids, size_t id_count,
	const char *const *roots, size_t root_count, const char *output);

/* For a command that changes files of TRANSACTION's root: before anything of that is read
 * it starts the errands (errands.h), which TRANSACTION has from then on, and gives up all
 * but reading and keeping the journal, which is made when CREATE. PLANS: after a look at
 * what of the running system a plan may ask for. Says on stderr why it can't, then -1.
 * RET_ERRANDS is the caller's to end in any case. */
int
setup_confine_changes(struct transaction *transaction, bool plans, bool create,
	struct errands *ret_errands);

/* A policy and one host to hold it to. */
struct workplace {
	struct policy policy;
	struct context context;
};

/* Opens what --policy, --overlay and --root (one) name and checks IDS; errors go to
 * stderr. READS: as setup_confine, with what --output names, before it looks at the host.
 * Closed by setup_close, also after -1. */
int
setup_open(const struct options *options, const char *const *ids, size_t id_count,
	bool reads, struct workplace *ret_workplace);

void
setup_close(struct workplace *workplace);

/* A parser with the lenses that the controls IDS (all when none) of the context's policy
 * need on its host. Freed by parser_free. */
struct parser *
setup_parser(const struct context *context, const char *const *ids, size_t id_count,
	struct error *err);

#endif
