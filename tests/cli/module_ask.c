/* module_ask DIR SERVICE USER TTY RHOST TERMINAL [ROUNDS [MODULE...]]: asks libpam, with
 * the pam.d DIR, whether USER's account may log in, ROUNDS times, and prints the last
 * answer's number. TTY and RHOST may be "". TERMINAL is what controls the process that
 * asks: "pts", "none", or "here", whatever it was started on. The MODULEs are kept
 * loaded, as a program that asks often has them. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pty.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int
converse(int count, const struct pam_message **messages, struct pam_response **ret,
	void *data)
{
	(void)count, (void)messages, (void)ret, (void)data;
	return PAM_CONV_ERR;
}

static int
ask(char **argv)
{
	const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *handle = NULL;
	int code = pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &handle);
	if (code != PAM_SUCCESS)
		return code;
	if (*argv[4] != '\0')
		pam_set_item(handle, PAM_TTY, argv[4]);
	if (*argv[5] != '\0')
		pam_set_item(handle, PAM_RHOST, argv[5]);
	code = pam_acct_mgmt(handle, PAM_SILENT);
	pam_end(handle, code);
	return code;
}

/* On a pts of its own: the answer comes back as the exit status. */
static int
ask_on_pts(char **argv)
{
	int terminal, status;
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
	if (pid < 0)
		exit(64);
	if (pid == 0)
		_exit(ask(argv));
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		exit(65);
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	if (argc < 7)
		return 64;
	long rounds = argc > 7 ? strtol(argv[7], NULL, 10) : 1;
	int code = 0;
	if (strcmp(argv[6], "none") == 0 &&
		(setsid() < 0 || close(STDIN_FILENO) < 0 ||
			open("/dev/null", O_RDONLY) != STDIN_FILENO) &&
		getsid(0) != getpid())
		return 64;
	for (int i = 8; i < argc; i++)
		if (dlopen(argv[i], RTLD_NOW | RTLD_NODELETE) == NULL)
			return 66;
	for (long i = 0; i < rounds; i++)
		code = strcmp(argv[6], "pts") == 0 ? ask_on_pts(argv) : ask(argv);
	printf("%d\n", code);
	return 0;
}
