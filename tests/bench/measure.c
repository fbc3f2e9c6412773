/* measure ROUNDS COMMAND [ARGUMENT]... [-- COMMAND [ARGUMENT]...]...
 * Runs the commands in turn, A B A B, and prints for each the medians of CPU milliseconds
 * (user and system, with the processes it waited for), of wall milliseconds and of the
 * peak memory in KiB of its largest process, and its last exit status. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { COMMANDS_MAX = 64 };

struct series {
	char **argv;
	double *cpu, *wall, *memory;
	int status;
};

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
run(struct series *series, int round)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	pid_t pid;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	double start = now();
	int result = posix_spawnp(
		&pid, series->argv[0], &actions, NULL, series->argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (result != 0 || wait4(pid, &series->status, 0, &usage) != pid) {
		fprintf(stderr, "measure: %s: %s\n", series->argv[0], strerror(result));
		return -1;
	}
	series->wall[round] = (now() - start) * 1e3;
	series->cpu[round] = (seconds(usage.ru_utime) + seconds(usage.ru_stime)) * 1e3;
	series->memory[round] = (double)usage.ru_maxrss;
	return 0;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, by_size);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

int
main(int argc, char **argv)
{
	struct series series[COMMANDS_MAX];
	int rounds = argc > 2 ? atoi(argv[1]) : 0, count = 0;
	if (rounds < 1) {
		fputs("usage: measure ROUNDS COMMAND... [-- COMMAND...]...\n", stderr);
		return 3;
	}
	for (int i = 2; i < argc && count < COMMANDS_MAX; i++) {
		series[count++] = (struct series){ .argv = argv + i,
			.cpu = calloc((size_t)rounds, sizeof(double)),
			.wall = calloc((size_t)rounds, sizeof(double)),
			.memory = calloc((size_t)rounds, sizeof(double)) };
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		argv[i] = NULL;
	}
	for (int c = 0; c < count; c++) /* fills the page cache */
		if (run(&series[c], 0) < 0)
			return 3;
	for (int round = 0; round < rounds; round++)
		for (int c = 0; c < count; c++)
			if (run(&series[c], round) < 0)
				return 3;
	for (int c = 0; c < count; c++)
		printf("%.3f %.3f %.0f %d\n", median(series[c].cpu, rounds),
			median(series[c].wall, rounds), median(series[c].memory, rounds),
			WIFEXITED(series[c].status) ? WEXITSTATUS(series[c].status) : -1);
	return 0;
}
