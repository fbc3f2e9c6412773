#include "enforcer/ssh_client.h"

#include "base/memory.h"

#define SSH "/usr/bin/ssh"

bool
ssh_client_exists(void)
{
	return program_exists(SSH);
}

int
ssh_client_ask(const struct ssh_question *question, struct program_result *ret_result,
	struct error *err)
{
	autofree char *port = memory_printf("%u", question->server->port);
	/* that the server is slow is said by ssh(1), before it is ended */
	autofree char *timeout = memory_printf(
		"ConnectTimeout=%d", (question->seconds + 1) / 2);
	const char *argv[] = { SSH, "-F", "/dev/null", "-T", "-n", "-a", "-x", "-p", port,
		"-l", question->user, "-o", "BatchMode=yes", "-o",
		"PreferredAuthentications=none", "-o", "IdentityFile=none", "-o",
		"IdentityAgent=none", "-o", "StrictHostKeyChecking=no", "-o",
		"UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
		"-o", timeout, "-o",
		question->tells ? "LogLevel=DEBUG1" : "LogLevel=ERROR", "--",
		question->server->text, "true", NULL };
	const struct program program = { .argv = argv, .seconds = question->seconds };
	return program_run(&program, ret_result, err);
}
