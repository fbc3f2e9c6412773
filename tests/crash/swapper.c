/* swapper NAME OTHER...: exchanges NAME with each OTHER and back, as fast as it can,
 * until SIGTERM; then prints how often. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void
stop(int number)
{
	(void)number;
	ended = 1;
}

int
main(int argc, char **argv)
{
	long swaps = 0;
	signal(SIGTERM, stop);
	if (write(STDOUT_FILENO, "\n", 1) != 1)
		return 1;
	while (!ended)
		for (int i = 2; i < argc; i++)
			for (int twice = 0; twice < 2; twice++)
				swaps += renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[i],
						 RENAME_EXCHANGE) == 0;
	printf("%ld\n", swaps);
	return 0;
}
