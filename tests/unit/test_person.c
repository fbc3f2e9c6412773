/* What PAM and sshd say to one person. */
#include "tests/unit/module_file.h"
#include "tests/unit/person_host.h"

#include "policy/models/sshd/sshd_host.h"
#include "policy/models/sshd/sshd_person.h"

#define KEY                                                                              \
	"ssh-ed25519 "                                                                   \
	"AAAAC3NzaC1lZDI1NTE5AAAAIJP1aVMJGZ8mSLsXjDJ8uMKrscrAgbf/SO5oa2dN+cGf\n"
static void
test_passwords(void **state)
{
	static const char stack[] = "@include common-auth\n@include common-account\n";
	(void)state;
	begin();
	told(stack, "alice", PAM_TYPE_AUTH, "open", NULL);
	told(stack, "alice", PAM_TYPE_ACCOUNT, "open", NULL);
	told(stack, "bob", PAM_TYPE_AUTH, "closed", "no password opens");
	told(stack, "bob", PAM_TYPE_ACCOUNT, "open", NULL);
	told(stack, "eve", PAM_TYPE_AUTH, "open", NULL);
	told(stack, "eve", PAM_TYPE_ACCOUNT, "closed", "expired");
	told(stack, NULL, PAM_TYPE_AUTH, "open", NULL);
	told("auth required pam_unix.so\n", "bob", PAM_TYPE_AUTH, "closed", "pam_unix");
	told("account required pam_unix.so\n", "alice", PAM_TYPE_AUTH, "closed", "line");
	told("auth required pam_env.so\n", "alice", PAM_TYPE_AUTH, "closed", "no module");
	kind_host_put(&made, "/etc/shadow", "");
	told(stack, "alice", PAM_TYPE_AUTH, "closed", NULL);
	host_remove(made.host, "/etc/shadow");
	told(stack, "alice", PAM_TYPE_AUTH, "unknown", "etc/shadow");
	end();
}

/* As authselect writes them. */
static void
test_red_hat(void **state)
{
	static const char stack[] =
		"auth required pam_env.so\nauth required pam_faildelay.so delay=2000000\n"
		"auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
		"auth [default=1 ignore=ignore success=ok] pam_localuser.so\n"
		"auth sufficient pam_unix.so nullok\n"
		"auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
		"auth sufficient pam_sss.so forward_pass\nauth required pam_deny.so\n"
		"account required pam_unix.so\naccount sufficient pam_localuser.so\n"
		"account sufficient pam_usertype.so issystem\n"
		"account [default=bad success=ok user_unknown=ignore] pam_sss.so\n"
		"account required pam_permit.so\n";
	(void)state;
	begin();
	told(stack, "alice", PAM_TYPE_AUTH, "open", NULL);
	told(stack, "alice", PAM_TYPE_ACCOUNT, "open", NULL);
	told(stack, "bob", PAM_TYPE_AUTH, "unknown", NULL);
	told("auth substack inner\nauth required pam_permit.so\n", "alice", PAM_TYPE_AUTH,
		"closed", NULL);
	kind_host_put(&made, "/etc/pam.d/inner", COMMON_AUTH);
	told("auth substack inner\nauth required pam_permit.so\n", "alice", PAM_TYPE_AUTH,
		"open", NULL);
	told("auth required pam_stack.so service=inner\n", "alice", PAM_TYPE_AUTH, "open",
		NULL);
	told("auth required pam_stack.so service=inner\n", "bob", PAM_TYPE_AUTH, "closed",
		"no password opens");
	end();
}

static void
test_modules(void **state)
{
	static const char rest[] = "account required pam_permit.so\n";
	const struct {
		const char *line, *name, *way, *why;
	} cases[] = {
		{ "pam_access.so nodefgroup", "root", "open", NULL },
		{ "pam_access.so nodefgroup", "alice", "closed", "rule" },
		{ "pam_access.so nodefgroup", NULL, "closed", "rule" },
		{ "pam_access.so accessfile=/none", "root", "closed", NULL },
		{ "pam_holdfast.so", "root", "open", NULL },
		{ "pam_holdfast.so", "alice", "open", NULL },
		{ "pam_holdfast.so", "bob", "closed", "console.conf" },
		{ "pam_holdfast.so", NULL, "closed", NULL },
		{ "pam_holdfast.so conf=/none", "alice", "closed", NULL },
		{ "pam_holdfast.so conf=/none onerr=allow", "alice", "open", NULL },
		{ "pam_holdfast.so dry_run", "bob", "open", NULL },
		{ "pam_holdfast.so services=gdm", "bob", "open", NULL },
		{ "pam_holdfast.so bogus", "alice", "closed", NULL },
		{ "pam_nologin.so", "alice", "closed", "nologin" },
		{ "pam_nologin.so", "root", "open", NULL },
		{ "pam_nologin.so file=/none", "alice", "open", NULL },
		{ "pam_securetty.so", "alice", "open", NULL },
		{ "pam_securetty.so", "root", "unknown", "securetty" },
		{ "pam_rootok.so", "alice", "open", NULL },
		{ "pam_wheel.so", "alice", "unknown", NULL },
		{ "pam_wheel.so root_only", "alice", "open", NULL },
		{ "pam_localuser.so", "alice", "open", NULL },
		{ "pam_deny.so", "root", "closed", "pam_deny" },
		{ "pam_own.so", "root", "unknown", "can't be told" },
		{ "/opt/pam_deny.so", "root", "unknown", NULL },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/security/access.conf", "-:ALL EXCEPT root:LOCAL\n");
	kind_host_put(&made, "/etc/holdfast/console.conf",
		"control c\npolicy "
		"0000000000000000000000000000000000000000000000000000000000000000\n"
		"allow (wheel)\n");
	kind_host_put(&made, "/etc/nologin", "");
	kind_host_put(&made, "/etc/securetty", "ttyS0\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *stack = memory_printf(
			"account required %s\n%s", cases[i].line, rest);
		told(stack, cases[i].name, PAM_TYPE_ACCOUNT, cases[i].way, cases[i].why);
	}
	const struct principal bob = { .name = (char *)"bob", .uid = 1001, .gid = 1001 };
	caller = &bob;
	told("auth required pam_wheel.so\nauth required pam_permit.so\n", "root",
		PAM_TYPE_AUTH, "closed", "not in the group");
	told("auth sufficient pam_rootok.so\nauth required pam_deny.so\n", "root",
		PAM_TYPE_AUTH, "closed", "not root");
	told("auth required pam_wheel.so group=staff\nauth required pam_permit.so\n",
		"root", PAM_TYPE_AUTH, "open", NULL);
	told("auth required pam_wheel.so deny group=staff\nauth required "
	     "pam_permit.so\n",
		"root", PAM_TYPE_AUTH, "closed", NULL);
	told("auth sufficient pam_wheel.so trust group=staff\nauth required "
	     "pam_deny.so\n",
		"root", PAM_TYPE_AUTH, "open", NULL);
	caller = NULL;
	/* the folder shows which modules there are */
	struct module_file module = module_file_make();
	scratch_file("/lib/x-linux-gnu/security/pam_permit.so", (const char *)&module,
		sizeof module);
	kind_host_reopen(&made);
	told("account required pam_permit.so\n", "root", PAM_TYPE_ACCOUNT, "open", NULL);
	told("account required pam_env.so\naccount required pam_permit.so\n", "root",
		PAM_TYPE_ACCOUNT, "closed", "not where libpam looks");
	end();
}

/* What sshd says to NAME from ADDRESS (NULL: anywhere) with LINES after UsePAM yes. */
static void
asked(const char *lines, const char *name, const char *address, const char *way,
	const char *word)
{
	struct sshd_verdict verdict;
	struct host *host = host_layer(made.host);
	struct context context = made.context;
	autofree char *text = memory_printf("%s\nUsePAM yes\n", lines);
	context.host = host;
	host_put(host, "/etc/ssh/sshd_config", BYTES_TEXT(text));
	be(name);
	const struct sshd_person person = { .context = &context,
		.principals = &principals,
		.user = user,
		.account = &account,
		.names = names,
		.address = address != NULL ? address : "192.0.2.1",
		.is_anywhere = address == NULL,
		.today = TODAY };
	const struct sshd_host *daemon = sshd_host_load(&context);
	assert_int_equal(daemon->count, 1);
	sshd_person_ask(&person, &daemon->configs[0], &verdict);
	const char *said = verdict.passage == PASSAGE_OPEN ? verdict.methods
							   : verdict.reason;
	if (strcmp(ways[verdict.passage], way) != 0 || strstr(said, word) == NULL)
		print_message("%s: %s: %s\n", lines, name, said);
	assert_string_equal(ways[verdict.passage], way);
	assert_non_null(strstr(said, word));
	sshd_verdict_free(&verdict);
	host_free(host);
}

static void
test_sshd(void **state)
{
	(void)state;
	begin();
	asked("", "alice", NULL, "open", "password");
	asked("", "bob", NULL, "lacking", "/home/bob/.ssh/authorized_keys is not there");
	asked("", "eve", NULL, "closed", "expired");
	asked("", "off", NULL, "closed", "shell");
	asked("", "root", NULL, "lacking", "PermitRootLogin is prohibit-password");
	asked("PermitRootLogin yes", "root", NULL, "open", "password");
	asked("PermitRootLogin no", "root", NULL, "closed", "PermitRootLogin is no");
	asked("PasswordAuthentication no", "alice", NULL, "open", "keyboard-interactive");
	asked("PasswordAuthentication no\nKbdInteractiveAuthentication no", "alice", NULL,
		"lacking", "PasswordAuthentication is no");
	asked("PasswordAuthentication no\nPubkeyAuthentication no\n"
	      "KbdInteractiveAuthentication no",
		"alice", NULL, "closed", "PubkeyAuthentication is no");
	asked("UsePAM no", "alice", NULL, "open", "password");
	asked("UsePAM no", "bob", NULL, "closed", "locked");
	asked("Bogus yes", "alice", NULL, "closed", "would not start");
	asked("AuthorizedKeysCommand /bin/x\nAuthorizedKeysCommandUser nobody", "bob",
		NULL, "unknown", "AuthorizedKeysCommand");
	kind_host_put(&made, "/home/bob/.ssh/authorized_keys", KEY);
	kind_host_put(&made, "/root/.ssh/authorized_keys", KEY);
	asked("StrictModes no", "bob", NULL, "open", "key");
	asked("StrictModes no\nAuthenticationMethods publickey,password", "bob", NULL,
		"lacking", "publickey,password");
	asked("StrictModes no\nAuthenticationMethods publickey,password publickey", "bob",
		NULL, "open", "publickey");
	/* a key is taken once: auth2_key_already_used() of auth2.c */
	asked("StrictModes no\nAuthenticationMethods publickey,publickey", "bob", NULL,
		"unknown", "several keys");
	asked("StrictModes no\nRevokedKeys /etc/revoked", "bob", NULL, "unknown",
		"RevokedKeys");
	asked("StrictModes no\nPermitRootLogin forced-commands-only", "root", NULL,
		"lacking", "forced-commands-only");
	asked("PubkeyAuthentication yes", "root", NULL, "open", "key");
	asked("ForceCommand internal-sftp", "alice", NULL, "lacking", "internal-sftp");
	asked("ForceCommand /bin/menu", "alice", NULL, "unknown", "/bin/menu");
	asked("ChrootDirectory /srv", "alice", NULL, "unknown", "/srv");
	kind_host_put(&made, "/etc/nologin", "");
	asked("", "alice", NULL, "closed", "nologin");
	end();
}

/* What keeps out whoever comes. */
static void
test_barriers(void **state)
{
	(void)state;
	begin();
	asked("MaxAuthTries 0", "alice", NULL, "closed", "MaxAuthTries 0");
	asked("MaxAuthTries 1", "alice", NULL, "open", "password");
	asked("MaxSessions 0", "alice", NULL, "closed", "MaxSessions 0");
	asked("PerSourceMaxStartups 0", "alice", NULL, "closed", "PerSourceMaxStartups");
	asked("PerSourceMaxStartups none", "alice", NULL, "open", "password");
	asked("Match User alice\nMaxSessions 0\nMatch all", "alice", NULL, "closed",
		"MaxSessions 0");
	asked("HostKeyAlgorithms ssh-dss", "alice", NULL, "closed", "ssh-dss");
	asked("HostKeyAlgorithms ssh-rsa", "alice", NULL, "unknown", "ssh-rsa");
	asked("HostKeyAlgorithms ssh-dss,rsa-sha2-512", "alice", NULL, "open",
		"password");
	asked("HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com", "alice", NULL,
		"unknown", "cert");
	asked("HostKey /etc/ssh/nope", "alice", NULL, "unknown", "/etc/ssh/nope");
	kind_host_put(&made, "/etc/ssh/key", "");
	asked("HostKey /etc/ssh/nope\nHostKey /etc/ssh/key", "alice", NULL, "open",
		"password");
	asked("HostKey /etc/ssh/nope\nHostKeyAgent /run/agent", "alice", NULL, "open",
		"password");
	end();
}

static void
test_lists(void **state)
{
	(void)state;
	begin();
	asked("AllowUsers bob root", "alice", NULL, "closed", "AllowUsers does not name");
	asked("AllowUsers bob\nAllowUsers al*", "alice", NULL, "open", "password");
	asked("AllowUsers alice@10.0.0.0/8", "alice", "10.1.1.1", "open", "password");
	asked("AllowUsers alice@10.0.0.0/8", "alice", NULL, "closed", "AllowUsers");
	asked("DenyUsers alice@192.0.2.*", "alice", "192.0.2.7", "closed", "DenyUsers");
	asked("AllowGroups staff", "alice", NULL, "closed", "AllowGroups");
	asked("AllowGroups staff wheel", "alice", NULL, "open", "password");
	asked("DenyGroups wh*", "alice", NULL, "closed", "DenyGroups names a group");
	end();
}

static void
test_match(void **state)
{
	(void)state;
	begin();
	asked("PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
	      "Match Address 10.0.0.0/8\nPasswordAuthentication yes\nMatch all",
		"alice", "10.1.1.1", "open", "password");
	asked("PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
	      "Match Address 10.0.0.0/8\nPasswordAuthentication yes\nMatch all",
		"alice", NULL, "lacking", "PasswordAuthentication is no");
	asked("Match Group wheel\nAuthenticationMethods publickey\nMatch all", "alice",
		NULL, "lacking", "publickey");
	asked("Match LocalAddress 10.0.0.1\nPasswordAuthentication no\nMatch all",
		"alice", NULL, "unknown", "Match LocalAddress");
	asked("Match LocalAddress 10.0.0.1 User bob\nPasswordAuthentication no\nMatch "
	      "all",
		"alice", NULL, "open", "password");
	asked("Match LocalPort 22\nPasswordAuthentication yes\nMatch all", "alice", NULL,
		"open", "password");
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_red_hat),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_sshd),
		cmocka_unit_test(test_barriers),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_match),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
