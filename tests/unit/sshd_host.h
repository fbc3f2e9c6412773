/* A root and a policy of one control of kind sshd, for the tests of that kind. */
#ifndef TESTS_UNIT_SSHD_HOST_H
#define TESTS_UNIT_SSHD_HOST_H

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "tests/unit/scratch.h"

#define INCLUDE "Include /etc/ssh/sshd_config.d/*.conf\n"

struct fixture {
	struct policy policy;
	struct context context;
};

/* A policy of one control with SETTINGS (YAML flow); VERSION NULL: none is assumed. */
static inline void
begin(struct fixture *fixture, const char *version, const char *settings,
	const char *view)
{
	struct problems problems = { 0 };
	*fixture = (struct fixture){ 0 };
	scratch_make();
	autofree char *assume = version != NULL
		? memory_printf("assume: { openssh: %s }\n", version)
		: memory_text("");
	autofree char *text = memory_printf("holdfast: 1\ntitle: t\n%scontrols:\n  - id: "
					    "ssh\n    title: t\n    sshd:\n"
					    "      settings: %s\n      view: %s\n",
		assume, settings, view);
	scratch_text("/policy.yaml", text);
	autofree char *path = scratch_path("/policy.yaml");
	if (policy_load(path, NULL, 0, false, &fixture->policy, &problems) < 0) {
		struct buffer out = { 0 };
		problems_show(&problems, &out);
		fail_msg("%s", out.data);
	}
	problems_free(&problems);
}

/* The files are there now. */
static inline void
open_root(struct fixture *fixture)
{
	struct error err = ERROR_INIT;
	fixture->context.host = host_open(scratch, &err);
	fixture->context.parser = parser_new(HOLDFAST_LENSES, &err);
	fixture->context.policy = &fixture->policy;
	assert_non_null(fixture->context.host);
	assert_non_null(fixture->context.parser);
}

static inline void
end(struct fixture *fixture)
{
	parser_free(fixture->context.parser);
	host_free(fixture->context.host);
	policy_free(&fixture->policy);
	scratch_remove();
}

static inline struct findings
check(const struct fixture *fixture, struct host *host)
{
	const struct control *control = &fixture->policy.controls[0];
	struct context context = fixture->context;
	struct findings findings = { 0 };
	context.host = host;
	control->kind->check(&context, control, &findings);
	return findings;
}

static inline enum verdict
verdict_of(const struct fixture *fixture, struct host *host)
{
	struct findings findings = check(fixture, host);
	enum verdict verdict = findings_verdict(&findings);
	findings_free(&findings);
	return verdict;
}

#endif
