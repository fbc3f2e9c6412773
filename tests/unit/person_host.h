/* A host with some accounts, and what a stack of it says to one of them. */
#ifndef TESTS_UNIT_PERSON_HOST_H
#define TESTS_UNIT_PERSON_HOST_H

#include "tests/unit/kind_host.h"

#include "policy/models/pam/pam_person.h"

#define COMMON_AUTH                                                                      \
	"auth [success=1 default=ignore] pam_unix.so nullok\n"                           \
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"                      \
	"auth optional pam_cap.so\n"
#define COMMON_ACCOUNT                                                                   \
	"account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"         \
	"account requisite pam_deny.so\naccount required pam_permit.so\n"

enum { TODAY = 20000 };

static const char *const ways[] = { "closed", "lacking", "unknown", "open" };

static struct kind_host made;
static struct principals principals;
static struct account account;
static const struct principal *user, *caller;
static char *names[] = { (char *)"root", (char *)"alice", (char *)"bob", NULL };

/* A Debian host of root, alice with a password and bob without. */
static void
begin(void)
{
	kind_host_open(&made, NULL, "openssh", "1:9.2p1-2");
	kind_host_put(&made, "/etc/passwd",
		"root:x:0:0::/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n"
		"bob:x:1001:1001::/home/bob:/bin/bash\n"
		"eve:x:1002:1002::/home/eve:/bin/bash\n"
		"off:x:1003:1003::/:/usr/sbin/nologin\n");
	kind_host_put(&made, "/etc/shadow",
		"root:$y$a:19000:0:99999:7:::\nalice:$y$a:19000:0:99999:7:::\n"
		"bob:!:19000:0:99999:7:::\neve:$y$a:19000:0:99999:7::1:\noff:$y$a::::::"
		":\n");
	kind_host_put(&made, "/etc/group",
		"root:x:0:\nwheel:x:10:alice\nstaff:x:50:bob\n"
		"alice:x:1000:\nbob:x:1001:\n");
	kind_host_put(&made, "/etc/pam.d/common-auth", COMMON_AUTH);
	kind_host_put(&made, "/etc/pam.d/common-account", COMMON_ACCOUNT);
	kind_host_put(&made, "/etc/pam.d/sshd",
		"@include common-auth\naccount required pam_nologin.so\n@include "
		"common-account\n");
	kind_host_put(&made, "/etc/ssh/sshd_config", "UsePAM yes\n");
	scratch_text("/home/alice/.profile", "");
	scratch_text("/home/bob/.profile", "");
	scratch_text("/root/.profile", "");
}

static void
be(const char *name)
{
	principals_free(&principals);
	account_free(&account);
	principals_read(made.host, &principals);
	user = name != NULL ? principals_user(&principals, name) : NULL;
	if (user != NULL)
		account_read(&principals, user, TODAY, &account);
}

static void
end(void)
{
	principals_free(&principals);
	account_free(&account);
	kind_host_close(&made);
}

/* What the stack AUTH and ACCOUNT of a service says to NAME (NULL: anybody) at tty1. */
static void
told(const char *stack, const char *name, enum pam_type type, const char *way,
	const char *why)
{
	struct pam_verdict verdict;
	struct host *host = host_layer(made.host);
	struct context context = made.context;
	context.host = host;
	host_put(host, "/etc/pam.d/login", BYTES_TEXT(stack));
	be(name);
	const struct pam_person person = { .context = &context,
		.principals = &principals,
		.user = user,
		.account = user != NULL ? &account : NULL,
		.caller = caller,
		.service = "login",
		.origin = "tty1",
		.is_console = true,
		.names = names };
	pam_person_ask(&person, type, &verdict);
	if (strcmp(ways[verdict.passage], way) != 0)
		print_message("%s: %s: %s\n", stack, name ? name : "anybody",
			verdict.reason ? verdict.reason : "");
	assert_string_equal(ways[verdict.passage], way);
	if (why != NULL && (verdict.reason == NULL || !strstr(verdict.reason, why)))
		print_message("%s: %s\n", stack, verdict.reason);
	if (why != NULL)
		assert_non_null(strstr(verdict.reason, why));
	else if (verdict.passage == PASSAGE_OPEN)
		assert_null(verdict.reason);
	pam_verdict_free(&verdict);
	host_free(host);
}

#endif
