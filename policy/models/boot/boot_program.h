/* The files of programs that a boot starts. Source: execve(2); fs/exec.c and
 * fs/binfmt_script.c of Linux. */
#ifndef POLICY_MODELS_BOOT_PROGRAM_H
#define POLICY_MODELS_BOOT_PROGRAM_H

#include "base/host.h"

/* Why nobody can run the program PATH, which is absolute: "the program /x is not there";
 * NULL when nothing says so. What stands in a folder that is not there, or that is filled
 * at each boot, is not known. The caller frees. */
char *
boot_program_flaw(struct host *host, const char *path);

/* The interpreter of the script PATH, up to the end of its word, without the blanks
 * before it; NULL when it is no script. The caller frees. */
char *
boot_program_interpreter(struct host *host, const char *path);

/* Whether the file at PATH, which is absolute, begins as a script does. */
bool
boot_program_is_script(struct host *host, const char *path);

#endif
