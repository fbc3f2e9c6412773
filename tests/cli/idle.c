/* Waits, whatever its arguments: a copy of it passes for a daemon. */
#include <unistd.h>

int
main(void)
{
	pause();
	return 0;
}
