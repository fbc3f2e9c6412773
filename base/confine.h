/* Takes rights away from the calling process. The only code that does. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* For a freshly forked process that computes on hostile bytes: from now on it can read
 * and write FD (which becomes descriptor 0; all others are closed), get memory up to
 * MEMORY_MAX bytes more than it has, use CPU_MAX seconds of CPU, and exit. Any other
 * system call kills it; it leaves no core file, and it ends when its parent ends.
 * Landlock is added where the kernel has it. Sources: seccomp(2), landlock(7),
 * setrlimit(2). */
int
confine_to_computing(int fd, size_t memory_max, unsigned cpu_max, struct error *err);

/* For a command that only reads: from now on this process and all that it forks can open
 * no file for writing, change no name, mode, owner or attribute of one, run no program,
 * make no connection, and signal none but its own; it keeps the capabilities to read
 * every file and to write to the kernel's audit log. What needs more must be done before
 * (of other processes it sees no more than names: Landlock takes ptrace(2) away). A
 * kernel without Landlock leaves the filter of system calls, which can't see what openat2
 * is asked for; one without seccomp is an error. Sources: seccomp(2), landlock(7),
 * capabilities(7). */
int
confine_to_reading(struct error *err);

/* For a program of this system that is asked and shall change nothing: from now on this
 * process and all that it runs can read and run all, but make and remove no name, write
 * to no file but /dev/null and those in /dev/shm, where it can make some without a name
 * (open(2), O_TMPFILE), and make no TCP connection. Landlock does not see changes of a
 * file's mode, owner and times. A kernel without Landlock is an error. Source:
 * landlock(7). */
int
confine_to_asking(struct error *err);

/* As confine_to_reading, for a command that also keeps a journal in DIRECTORIES (open
 * ones), or saves a plan there: there and below it can make, write, cut, rename within a
 * directory and remove files. SEES_ATTRIBUTES: it keeps the capabilities to see those
 * that only the administrator sees. A kernel without Landlock leaves the filter, which
 * does not ask where. Sources: landlock(7), seccomp(2), xattr(7). */
int
confine_to_keeping(
	const int *directories, size_t count, bool sees_attributes, struct error *err);

/* For a process that has the files of a root changed that does not run: from now on
 * this process and all that it forks can run no program, open no socket but to the
 * kernel, mount nothing, and see no other process's memory; it keeps the capabilities
 * that files are changed with, and that to write to the kernel's audit log. Sources:
 * seccomp(2), capabilities(7). */
int
confine_to_files(struct error *err);

/* For a process that only changes files in DIRECTORIES (open ones): from now on it can
 * write to files, make and remove names there and below alone, cut none short, move
 * nothing from one directory to another, run no program, open no socket but to the
 * kernel, mount nothing and signal none but its own; it reads as before, and keeps the
 * capabilities that files are changed with. Landlock does not see changes of a file's
 * mode, owner and attributes. A kernel without Landlock leaves the filter of system calls
 * and the capabilities, which do not ask where a file lies. Sources: landlock(7),
 * seccomp(2), capabilities(7). */
int
confine_to_changing(const int *directories, size_t count, struct error *err);

#endif
