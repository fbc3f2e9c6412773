/* module_ask DIR SERVICE USER[,USER...] TTY RHOST TERMINAL [ROUNDS [MODULE...]]: asks
 * libpam, with the pam.d DIR, whether USER's account may log in, ROUNDS times, and prints
 * the last answer's number, or each user's in one line. TTY and RHOST may be "". TERMINAL
 * is what controls the process that asks: "pts", "none", or "here", whatever it was
 * started on. The MODULEs are kept loaded, as a program that asks often has them.
 *
 * What $WITHOUT names is taken away right before the question: "files" (no descriptor is
 * left), "memory" (nor heap), "proc" (nothing is mounted there), or "audit" (the kernel
 * has none). The account was looked up before, as every login has done by then.
 *
 * With $DIRECTLY, a module and its arguments, that one is asked itself, where libpam
 * would not come as far: libpam's own record of the answer fails without memory, and then
 * it refuses everybody (PAM_SYSTEM_ERR, _pam_auditlog in pam_audit.c).
 *
 * With $STARVE, and tests/crash/lib/starve.c preloaded, each allocation of the answer
 * fails, one by one, then all from each on, each in a process of its own: a line "ANSWER
 * at N" or "ANSWER from N" for each. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <pwd.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, USER_MAX = 8192, ANSWERS_MAX = 256, HIT = 128 };

/* Which allocation fails: the at-th, 0: none; with and_on all that follow. */
struct hunger {
	long at;
	bool and_on, hit;
};

static int
converse(int count, const struct pam_message **messages, struct pam_response **ret,
	void *data)
{
	(void)count, (void)messages, (void)ret, (void)data;
	return PAM_CONV_ERR;
}

static void
limit(int what)
{
	if (setrlimit((__rlimit_resource_t)what, &(struct rlimit){ 0, 0 }) < 0)
		exit(67);
}

/* What is left of the heap is taken too, and what malloc keeps of each small size.
 * Nothing gives it back: the process ends. */
static void
take_memory(void)
{
	limit(RLIMIT_AS);
	for (size_t size = 1 << 20; size > 0; size = size > 4096 ? size / 2 : size - 16)
		while (malloc(size) != NULL)
			continue;
}

/* An empty file system covers it, for this process alone. */
static void
take_proc(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("none", "/proc", "tmpfs", 0, NULL) < 0)
		exit(67);
}

/* socket(AF_NETLINK, ..., NETLINK_AUDIT) fails as in a booted container. */
static void
take_audit(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_AUDIT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof code / sizeof *code, code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		exit(67);
}

static void
take_away(const char *what)
{
	if (strcmp(what, "files") == 0)
		limit(RLIMIT_NOFILE);
	else if (strcmp(what, "memory") == 0)
		take_memory();
	else if (strcmp(what, "proc") == 0)
		take_proc();
	else if (strcmp(what, "audit") == 0)
		take_audit();
	else if (*what != '\0')
		exit(68);
}

static void
begin_hunger(const struct hunger *hunger)
{
	void (*begin)(long, bool);
	*(void **)&begin = dlsym(RTLD_DEFAULT, "starve_begin");
	if (begin == NULL)
		exit(69);
	begin(hunger->at, hunger->and_on);
}

static void
end_hunger(struct hunger *hunger)
{
	bool (*end)(void);
	*(void **)&end = dlsym(RTLD_DEFAULT, "starve_end");
	hunger->hit = end();
}

typedef int
phase(pam_handle_t *handle, int flags, int argc, const char **argv);

/* The account phase of the module that $DIRECTLY names; NULL: libpam's. */
static phase *
open_directly(int *ret_argc, const char **argv)
{
	static char words[USER_MAX];
	const char *line = getenv("DIRECTLY");
	char *rest = NULL;
	phase *ret = NULL;
	if (line == NULL)
		return NULL;
	snprintf(words, sizeof words, "%s", line);
	void *module = dlopen(strtok_r(words, " ", &rest), RTLD_NOW | RTLD_NODELETE);
	if (module != NULL)
		*(void **)&ret = dlsym(module, "pam_sm_acct_mgmt");
	if (ret == NULL)
		exit(66);
	*ret_argc = 0;
	while (*ret_argc < ARGUMENTS_MAX &&
		(argv[*ret_argc] = strtok_r(NULL, " ", &rest)) != NULL)
		++*ret_argc;
	return ret;
}

static int
ask(char **argv, const char *user, struct hunger *hunger)
{
	int argc;
	const char *arguments[ARGUMENTS_MAX];
	phase *directly = open_directly(&argc, arguments);
	const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *handle = NULL;
	int code = pam_start_confdir(argv[2], user, &conversation, argv[1], &handle);
	if (code != PAM_SUCCESS)
		return code;
	if (*argv[4] != '\0')
		pam_set_item(handle, PAM_TTY, argv[4]);
	if (*argv[5] != '\0')
		pam_set_item(handle, PAM_RHOST, argv[5]);
	const char *without = getenv("WITHOUT");
	getpwnam(user);
	take_away(without != NULL ? without : "");
	if (hunger->at > 0)
		begin_hunger(hunger);
	code = directly != NULL ? directly(handle, PAM_SILENT, argc, arguments)
				: pam_acct_mgmt(handle, PAM_SILENT);
	if (hunger->at > 0)
		end_hunger(hunger);
	pam_end(handle, code);
	return code;
}

static int
status_of(pid_t pid)
{
	int status;
	if (pid < 0)
		exit(64);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		exit(65);
	return WEXITSTATUS(status);
}

/* On a pts of its own: the answer comes back as the exit status. */
static int
ask_on_pts(char **argv, const char *user)
{
	int terminal;
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
	if (pid == 0)
		_exit(ask(argv, user, &(struct hunger){ 0 }));
	return status_of(pid);
}

static void
starve(char **argv, bool and_on)
{
	int status = HIT;
	for (long at = 1; status & HIT; at++) {
		struct hunger hunger = { .at = at, .and_on = and_on };
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			int code = ask(argv, argv[3], &hunger);
			_exit(code | (hunger.hit ? HIT : 0));
		}
		status = status_of(pid);
		printf("%d %s %ld\n", status & ~HIT, and_on ? "from" : "at", at);
	}
}

/* The answer for each user, in one line. */
static void
ask_all(char **argv, char line[ANSWERS_MAX])
{
	char user[USER_MAX];
	size_t size = 0;
	const char *at = argv[3], *end;
	do {
		end = strchrnul(at, ',');
		snprintf(user, sizeof user, "%.*s", (int)(end - at), at);
		int code = strcmp(argv[6], "pts") == 0
			? ask_on_pts(argv, user)
			: ask(argv, user, &(struct hunger){ 0 });
		size += (size_t)snprintf(line + size, ANSWERS_MAX - size, "%s%d",
			size > 0 ? " " : "", code);
		at = end + 1;
	} while (*end != '\0' && size < ANSWERS_MAX);
}

int
main(int argc, char **argv)
{
	char line[ANSWERS_MAX] = "";
	if (argc < 7)
		return 64;
	long rounds = argc > 7 ? strtol(argv[7], NULL, 10) : 1;
	if (strcmp(argv[6], "none") == 0 &&
		(setsid() < 0 || close(STDIN_FILENO) < 0 ||
			open("/dev/null", O_RDONLY) != STDIN_FILENO) &&
		getsid(0) != getpid())
		return 64;
	for (int i = 8; i < argc; i++)
		if (dlopen(argv[i], RTLD_NOW | RTLD_NODELETE) == NULL)
			return 66;
	if (getenv("STARVE") != NULL) {
		starve(argv, false);
		starve(argv, true);
		return 0;
	}
	for (long i = 0; i < rounds; i++)
		ask_all(argv, line);
	puts(line);
	return 0;
}
