/* The one child of a test's process. */
#ifndef TESTS_UNIT_CHILD_H
#define TESTS_UNIT_CHILD_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Its number, 0 when there is none. */
static inline pid_t
child(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;
	assert_non_null(proc);
	while ((entry = readdir(proc)) != NULL) {
		char path[300], state;
		int parent = 0;
		pid_t pid = atoi(entry->d_name);
		snprintf(path, sizeof path, "/proc/%d/stat", pid);
		FILE *file = pid > 0 ? fopen(path, "re") : NULL;
		if (file == NULL)
			continue;
		if (fscanf(file, "%*d (%*[^)]) %c %d", &state, &parent) == 2 &&
			parent == getpid() && state != 'Z')
			found = pid;
		fclose(file);
	}
	closedir(proc);
	return found;
}

#endif
